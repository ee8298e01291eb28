/* lex.h - the words of a .def file: C tokens with their places, comments dropped, string literals
 * joined */
#ifndef TUSK_MODEL_LEX_H
#define TUSK_MODEL_LEX_H

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** Where something is written; shown as FILE:LINE:COLUMN. Lines and columns (bytes) count from 1;
 * 0 is not known. */
typedef struct tusk_place {
    const char *file; /* NULL: not from a file */
    int line, column;
} tusk_place;

/** Fills `err` with TUSK_INVALID, the place before the message. */
tusk_status tusk_place_fail(tusk_error *err, tusk_place place, const char *format, ...)
    TUSK_PRINTF(3, 4);

typedef enum tusk_token_kind {
    TUSK_TOKEN_END,
    TUSK_TOKEN_WORD,    /* an identifier */
    TUSK_TOKEN_NUMBER,  /* as written */
    TUSK_TOKEN_STRING,  /* escapes resolved, neighbours joined */
    TUSK_TOKEN_SIGN,    /* one character: ( ) , - ... */
    TUSK_TOKEN_INCLUDE, /* #include "path": the path */
} tusk_token_kind;

typedef struct tusk_token {
    tusk_token_kind kind;
    tusk_str text;
    tusk_place place;
} tusk_token;

struct tusk_schema_line;

/** One text being read, or the lines that a program was compiled with, one after the other; `token`
 * is the current one. */
typedef struct tusk_lexer {
    tusk_arena *arena;
    const char *file;
    tusk_str text;
    size_t at;
    int line;
    size_t line_start;
    tusk_token token;
    const struct tusk_schema_line *lines; /* still to come; NULL: of a file */
    size_t line_count;
} tusk_lexer;

/** Starts at the beginning and reads the first token. The text has to outlive the tokens. */
tusk_status tusk_lexer_start(tusk_lexer *lexer, tusk_arena *arena, const char *file, tusk_str text,
                             tusk_error *err);
/** The same at the first of `lines`, whose columns are not known. */
tusk_status tusk_lexer_start_lines(tusk_lexer *lexer, tusk_arena *arena,
                                   const struct tusk_schema_line *lines, size_t count,
                                   tusk_error *err);
/** Reads the next token into lexer->token. */
tusk_status tusk_lexer_next(tusk_lexer *lexer, tusk_error *err);
/** "word", "(" and the like for a message; long ones are cut. Lifetime: the arena. */
const char *tusk_token_text(tusk_arena *arena, const tusk_token *token);

#endif
