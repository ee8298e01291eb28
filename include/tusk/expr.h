/* expr.h - conditions: values that the compiler checks against the columns they name */
#ifndef TUSK_EXPR_H
#define TUSK_EXPR_H

#include "tusk/arena.h"
#include "tusk/fits.h"
#include "tusk/schema.h"
#include "tusk/value.h"

/** A statement of query.h. */
typedef struct tusk_query tusk_query;

/** What a node is. END closes a list; ABSENT is skipped and what follows it still counts. */
typedef enum tusk_expr_kind {
    TUSK_EXPR_END,
    TUSK_EXPR_ABSENT,
    TUSK_EXPR_COMPARE,  /* left op value */
    TUSK_EXPR_COLUMNS,  /* left op right */
    TUSK_EXPR_NULLNESS, /* left is [not] null */
    TUSK_EXPR_ANY,      /* left = any(value) */
    TUSK_EXPR_MATCH,    /* left @@ websearch_to_tsquery(config, value) */
    TUSK_EXPR_RANK,     /* ts_rank(left, websearch_to_tsquery(config, value)); only to order by */
    TUSK_EXPR_AND,
    TUSK_EXPR_OR,
    TUSK_EXPR_NOT,
    TUSK_EXPR_EXISTS, /* exists (query) */
    TUSK_EXPR_RAW,    /* SQL with {} for each of `args` */
    TUSK_EXPR_BROKEN, /* building it failed, `op` says why (NULL: memory): the query reports it */
} tusk_expr_kind;

/** A condition. Passed by value; what it points to lives in an arena or is static. The fields are
 * for src/sql; build one with the functions and macros below. */
typedef struct tusk_expr {
    tusk_expr_kind kind;
    const char *op; /* SQL operator; "not" for negated NULLNESS; text search configuration */
    const tusk_column *left, *right;
    tusk_value value;
    const struct tusk_expr *children; /* AND, OR, NOT: up to END */
    const struct tusk_arg *args;      /* RAW: up to END */
    const tusk_query *query;          /* EXISTS */
    tusk_str sql;                     /* RAW */
} tusk_expr;

/** No condition: skipped in a list, so a condition can be left out: active ? tusk_eq(...) :
 * TUSK_ABSENT. */
#define TUSK_ABSENT ((tusk_expr){ .kind = TUSK_EXPR_ABSENT })

/* ---- conditions ---- */

/** The functions behind the macros below: tusk_compare(), tusk_compare_columns(), tusk_nullness(),
 * tusk_any_of() and tusk_text_search(). They cannot fail visibly: what is wrong is told by the
 * query. A comparison with a NULL value is misuse: say tusk_is_null() or tusk_is_not_distinct().
 * Texts are views until a query is built with the condition; `op` and `config` are program text,
 * never input. Thread: any. */
TUSK_API tusk_expr tusk_compare(const tusk_column *left, const char *op, tusk_value value);
TUSK_API tusk_expr tusk_compare_columns(const tusk_column *left, const char *op,
                                        const tusk_column *right);
TUSK_API tusk_expr tusk_nullness(const tusk_column *column, bool is_null);
TUSK_API tusk_expr tusk_any_of(const tusk_column *column, tusk_value array);
TUSK_API tusk_expr tusk_text_search(const tusk_column *column, const char *config, tusk_str words,
                                    tusk_expr_kind kind);
/** The function behind tusk_and(), tusk_or() and tusk_not(): copies the list, up to its END, to the
 * arena, where the condition then lives. */
TUSK_API tusk_expr tusk_combine(tusk_arena *arena, tusk_expr_kind kind, const tusk_expr *list);
/** The function behind tusk_exists(). The query is not copied: it has to live as long as the one it
 * is used in. */
TUSK_API tusk_expr tusk_exists_query(const tusk_query *query);

/** Column, operator, value: tusk_op(teams.name, "~", "^a"). `op` is program text, never input. */
#define tusk_op(col, op, v)                                                    \
    (TUSK_CHECK(TUSK_FITS(col, v), "value type does not fit the column type"), \
     tusk_compare(&(col).c, (op), tusk_val(v)))
/** The same for operators that text columns alone have. */
#define tusk_text_op(col, op, v)                                               \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_str),                                 \
                "only a text column can be matched with a pattern"),           \
     TUSK_CHECK(TUSK_FITS(col, v), "value type does not fit the column type"), \
     tusk_compare(&(col).c, (op), tusk_val(v)))
/** Comparisons: =, <>, <, <=, >, >=. */
#define tusk_eq(col, v)       tusk_op(col, "=", v)
#define tusk_ne(col, v)       tusk_op(col, "<>", v)
#define tusk_lt(col, v)       tusk_op(col, "<", v)
#define tusk_le(col, v)       tusk_op(col, "<=", v)
#define tusk_gt(col, v)       tusk_op(col, ">", v)
#define tusk_ge(col, v)       tusk_op(col, ">=", v)
/** SQL patterns: % and _ in `v` are wild. */
#define tusk_like(col, v)     tusk_text_op(col, "like", v)
#define tusk_ilike(col, v)    tusk_text_op(col, "ilike", v)
/** column is null, column is not null. */
#define tusk_is_null(col)     tusk_nullness(&(col).c, true)
#define tusk_is_not_null(col) tusk_nullness(&(col).c, false)
/** Like =, but NULL equals NULL; `v` may be a nullable value. */
#define tusk_is_not_distinct(col, v)                             \
    (TUSK_CHECK(TUSK_FITS(col, v) || TUSK_NULLABLE_FITS(col, v), \
                "value type does not fit the column type"),      \
     tusk_compare(&(col).c, "is not distinct from", tusk_val(v)))
/** column = any(array): a text column with a tusk_text_array, an integer column with a
 * tusk_integer_array. */
#define tusk_in(col, array)                                                     \
    (TUSK_CHECK(_Generic((array), tusk_text_array                               \
                         : TUSK_COLUMN_IS(col, tusk_str), tusk_integer_array    \
                         : TUSK_COLUMN_IS(col, int32_t), default                \
                         : false),                                              \
                "the elements of the array are not of the type of the column"), \
     tusk_any_of(&(col).c, tusk_val(array)))
/** jsonb containment, column @> v; `v` is a tusk_json. */
#define tusk_contains(col, v)                                                          \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_json), "only a jsonb column contains jsonb"), \
     tusk_compare(&(col).c, "@>", tusk_value_json(v)))
/** Full-text search with whatever a person types (websearch_to_tsquery never fails); `words` is a
 * tusk_str or a zero-terminated text, `config` as "english" or "simple". Use the one that the
 * column is generated with. */
#define tusk_matches(col, config, words)                                                       \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_tsvector), "only a tsvector column can be searched"), \
     TUSK_CHECK(TUSK_IS_TEXT(words), "the words of a search are a text"),                      \
     tusk_text_search(&(col).c, (config), tusk_val(words).as.text, TUSK_EXPR_MATCH))
/** ts_rank of the same search, for tusk_desc_by(). */
#define tusk_rank(col, config, words)                                                          \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_tsvector), "only a tsvector column can be searched"), \
     TUSK_CHECK(TUSK_IS_TEXT(words), "the words of a search are a text"),                      \
     tusk_text_search(&(col).c, (config), tusk_val(words).as.text, TUSK_EXPR_RANK))
/** Two columns, for joins. */
#define tusk_on(l, r)                                                                           \
    (TUSK_CHECK(__builtin_types_compatible_p(__typeof__(*(l).value_), __typeof__(*(r).value_)), \
                "columns of different types are compared"),                                     \
     tusk_compare_columns(&(l).c, "=", &(r).c))

/** A list is written where it is used, ends in END, and is copied by the call that takes it. */
#define TUSK_LIST(...)   ((const tusk_expr[]){ __VA_ARGS__, { .kind = TUSK_EXPR_END } })
/** All hold, any holds, it does not hold; absent ones are skipped. Lifetime: the arena `a`. */
#define tusk_and(a, ...) tusk_combine((a), TUSK_EXPR_AND, TUSK_LIST(__VA_ARGS__))
#define tusk_or(a, ...)  tusk_combine((a), TUSK_EXPR_OR, TUSK_LIST(__VA_ARGS__))
#define tusk_not(a, e)   tusk_combine((a), TUSK_EXPR_NOT, TUSK_LIST(e))
/** exists (select 1 ...); `q` is a typed query. Its conditions may name the outer query's tables;
 * a table that both have is the inner one there, as in SQL. */
#define tusk_exists(q)   tusk_exists_query((q).query)

/* ---- raw SQL inside a condition: bound values and quoted columns only ---- */

/** What stands for one {} of a raw fragment: a column (quoted) or a value (bound). */
typedef struct tusk_arg {
    enum { TUSK_ARG_END, TUSK_ARG_COLUMN, TUSK_ARG_VALUE } kind;
    const tusk_column *column;
    tusk_value value;
} tusk_arg;
/** A column, or a value, of a raw fragment. */
#define tusk_col(col)  ((tusk_arg){ .kind = TUSK_ARG_COLUMN, .column = &(col).c })
#define tusk_arg(v)    ((tusk_arg){ .kind = TUSK_ARG_VALUE, .value = tusk_val(v) })
/** The list of a fragment's arguments. */
#define TUSK_ARGS(...) ((const tusk_arg[]){ __VA_ARGS__, { .kind = TUSK_ARG_END } })
/** A condition in SQL, each {} replaced by one argument: tusk_raw(a, "lower({}) = lower({})",
 * TUSK_ARGS(tusk_col(auth_users.email), tusk_arg(email))). A count that does not match is misuse,
 * reported by the query. `sql` is program text, never input. Lifetime: `args` are copied to the
 * arena; `sql` and what the values point to are views until a query is built with the condition. */
TUSK_API tusk_expr tusk_raw(tusk_arena *arena, const char *sql, const tusk_arg *args);

#endif
