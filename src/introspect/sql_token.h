/* sql_token.h - the words of an SQL expression, each in one spelling; and expressions in one form
 */
#ifndef TUSK_INTROSPECT_SQL_TOKEN_H
#define TUSK_INTROSPECT_SQL_TOKEN_H

#include "src/base/vec.h"
#include "tusk/arena.h"
#include "tusk/str.h"

typedef enum tusk_sql_kind {
    TUSK_SQL_END,
    TUSK_SQL_NAME,     /* in small letters; a quoted one that needs its quotes has them */
    TUSK_SQL_TEXT,     /* the content of a literal, whatever its quotes */
    TUSK_SQL_NUMBER,   /* and parameters: $1 */
    TUSK_SQL_OPERATOR, /* also "::" */
    TUSK_SQL_SIGN,     /* one of ( ) [ ] , . ; : */
} tusk_sql_kind;
typedef struct tusk_sql_token {
    tusk_sql_kind kind;
    tusk_str text;
    bool quoted; /* a name that had quotes: no keyword */
} tusk_sql_token;
typedef TUSK_VEC(tusk_sql_token) tusk_sql_tokens;

/** All of them, comments dropped, without the end. What is broken off (a literal without its end)
 * runs to the end. */
tusk_sql_tokens tusk_sql_tokenize(tusk_arena *arena, tusk_str text);
/** The name as PostgreSQL keeps it: 63 bytes, no character cut in two. */
tusk_str tusk_sql_cut_name(tusk_str name);

/** An expression in a form that is the same for what a person writes and for what PostgreSQL makes
 * of it: parentheses, casts that come by themselves, spellings of operators (IN, BETWEEN, LIKE) are
 * gone. `table` (or no text) is dropped where it stands before a column. */
tusk_str tusk_sql_canonical(tusk_arena *arena, tusk_str expression, tusk_str table);
/** The same for whole statements, which are only compared word by word: without parentheses,
 * casts of literals, "public", and with `qualifiers` false without any name before a dot. */
tusk_str tusk_sql_words(tusk_arena *arena, tusk_str text, bool qualifiers);
/** The content of a literal for a value that has several spellings: times, arrays. */
tusk_str tusk_sql_value(tusk_arena *arena, tusk_str content);

#endif
