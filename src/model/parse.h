/* parse.h - between the parts of the .def parser: one token at a time, a sentence when it is not
 * the expected one */
#ifndef TUSK_MODEL_PARSE_H
#define TUSK_MODEL_PARSE_H

#include "src/model/def.h"

#define TUSK_INCLUDE_DEPTH_MAX 16

typedef struct tusk_parser {
    tusk_arena *arena;
    tusk_lexer lexer;
    const struct tusk_parser *includer; /* NULL for the root file */
    int depth;
    tusk_def *def;
    tusk_error *err;
} tusk_parser;

/* All give TUSK_OK and step past what they took, or fill parser->err. */
tusk_status tusk_parse_next(tusk_parser *p);
/** Is the current token this sign (or word)? Takes nothing. */
bool tusk_parse_at(const tusk_parser *p, const char *text);
tusk_status tusk_parse_sign(tusk_parser *p, char sign);
/** `what` completes "expected ...": "the name of the table". */
tusk_status tusk_parse_word(tusk_parser *p, const char *what, tusk_def_name *out);
tusk_status tusk_parse_string(tusk_parser *p, const char *what, tusk_def_name *out);
/** A word, or any name in double quotes. */
tusk_status tusk_parse_name(tusk_parser *p, const char *what, tusk_def_name *out);
tusk_status tusk_parse_int(tusk_parser *p, long long min, long long max, int *out);
/** WORD( where `word` is expected; the closing sign stays. */
tusk_status tusk_parse_open(tusk_parser *p, const char *word);
/** "expected WHAT, found TOKEN" at the current token. */
tusk_status tusk_parse_unexpected(tusk_parser *p, const char *what);
/** For what tusk_vec_push() says. */
tusk_status tusk_parse_pushed(tusk_parser *p, bool pushed);

/* ---- what may follow the names of a declaration: a table of words ---- */

typedef enum tusk_option_kind {
    TUSK_OPTION_FLAG,  /* the word alone; a tusk_def_flag */
    TUSK_OPTION_TEXT,  /* WORD("..."); a tusk_def_name */
    TUSK_OPTION_NAME,  /* WORD(name) or WORD("name"); a tusk_def_name */
    TUSK_OPTION_NAMES, /* several of them; a tusk_def_names */
    TUSK_OPTION_OTHER, /* WORD(...) by a function of its own */
} tusk_option_kind;

typedef struct tusk_option {
    const char *word;
    tusk_option_kind kind;
    size_t at; /* in the struct that is filled */
    const char *expected;
    tusk_status (*parse)(tusk_parser *p, void *into); /* OTHER: what is inside the parentheses */
    bool many;                                        /* may be given more than once */
} tusk_option;

typedef struct tusk_options {
    const tusk_option *items;
    size_t count;
    const char *expected; /* "an attribute" */
    const char *hint;     /* the list of them, or NULL */
} tusk_options;

/* clang-format off */
/** One option of each kind; `T` is the struct that is filled, `m` its member. */
#define TUSK_FLAG_OPTION(word, T, m)     { word, TUSK_OPTION_FLAG, offsetof(T, m), NULL, NULL, false }
#define TUSK_TEXT_OPTION(word, T, m, of) \
    { word, TUSK_OPTION_TEXT, offsetof(T, m), of " in double quotes", NULL, false }
#define TUSK_NAME_OPTION(word, T, m, of) { word, TUSK_OPTION_NAME, offsetof(T, m), of, NULL, false }
#define TUSK_OTHER_OPTION(word, f)       { word, TUSK_OPTION_OTHER, 0, NULL, f, false }
/** The table of them: `list` is an array of options. */
#define TUSK_OPTIONS(list, expected, hint) { list, sizeof(list) / sizeof *(list), expected, hint }
/* clang-format on */

/** One of them, at the current token. `seen` has a bit for each that was given. */
tusk_status tusk_parse_option(tusk_parser *p, const tusk_options *options, void *into,
                              uint64_t *seen);
/** Each with a comma before it, up to what is none. */
tusk_status tusk_parse_options(tusk_parser *p, const tusk_options *options, void *into);
bool tusk_parse_at_option(const tusk_parser *p, const tusk_options *options);

/* ---- parts, one a file ---- */

/** The lines between TABLE(...) and END_TABLE (or END_VIEW), and that word itself. */
tusk_status tusk_parse_table_body(tusk_parser *p, tusk_def_table *table);
/** COLUMN(...) or NULLABLE(...), after the word. */
tusk_status tusk_parse_column(tusk_parser *p, bool nullable, tusk_def_table *table);
tusk_status tusk_parse_type(tusk_parser *p, tusk_def_column *column);
/** INDEX(...), CHECK(...) and the like, after the word. */
tusk_status tusk_parse_item(tusk_parser *p, tusk_item_kind kind, tusk_place place,
                            tusk_def_table *table);
bool tusk_parse_at_action(const tusk_parser *p);
tusk_status tusk_parse_action(tusk_parser *p, tusk_action *out);
/** a, b, ...: names of columns in C, up to what follows. */
tusk_status tusk_parse_columns(tusk_parser *p, tusk_def_names *out);
/** The name and parts of a policy, after "(" or what stands before it, up to ")". */
tusk_status tusk_parse_policy(tusk_parser *p, tusk_def_policy *policy);
/** SCHEMA, SEQUENCE, ROLE and all that is neither table, view nor enum. `*known` is false, and
 * nothing taken, when the current word is none of them. */
tusk_status tusk_parse_object(tusk_parser *p, bool *known);
tusk_status tusk_parse_enum(tusk_parser *p, bool in_schema);
tusk_status tusk_parse_table(tusk_parser *p, tusk_def_table_kind kind, bool in_schema);
/** (name), which has to repeat `name`. */
tusk_status tusk_parse_end(tusk_parser *p, const char *word, const tusk_def_name *name);

#endif
