/* expr.h - conditions and assignments: values that the compiler checks against the columns they name */
#ifndef TUSK_EXPR_H
#define TUSK_EXPR_H

#include "tusk/arena.h"
#include "tusk/schema.h"
#include "tusk/value.h"

typedef struct tusk_query tusk_query; /* query.h */

/** What a node is. END closes a list; ABSENT is skipped and what follows it still counts. */
typedef enum tusk_expr_kind {
    TUSK_EXPR_END,
    TUSK_EXPR_ABSENT,
    TUSK_EXPR_COMPARE, /* left op value */
    TUSK_EXPR_COLUMNS, /* left op right */
    TUSK_EXPR_NULLNESS, /* left is [not] null */
    TUSK_EXPR_ANY,     /* left = any(value) */
    TUSK_EXPR_MATCH,   /* left @@ websearch_to_tsquery(config, value) */
    TUSK_EXPR_RANK,    /* ts_rank(left, websearch_to_tsquery(config, value)); only to order by */
    TUSK_EXPR_AND,
    TUSK_EXPR_OR,
    TUSK_EXPR_NOT,
    TUSK_EXPR_EXISTS,  /* exists (query) */
    TUSK_EXPR_RAW,     /* SQL with {} for each of `args` */
    TUSK_EXPR_BROKEN,  /* building it failed, `op` says why (NULL: memory): the query reports it */
} tusk_expr_kind;

/** A condition. Passed by value; what it points to lives in an arena or is static. The fields are for src/sql; build
 *  one with the functions and macros below. */
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

#define TUSK_ABSENT ((tusk_expr){ .kind = TUSK_EXPR_ABSENT })

/* ---- does the C value fit the column? The column says its C type through its phantom member. ---- */

/* A statement expression, not a struct inside sizeof: clang takes a compound literal in there for one of file scope. */
#define TUSK_CHECK(ok, why)     ((void)__extension__({ _Static_assert(ok, why); 0; }))
#define TUSK_COLUMN_IS(col, T)  __builtin_types_compatible_p(__typeof__(*(col).value_), T)
#define TUSK_COLUMN_NULLS(col)  (sizeof(*(col).null_) == 2)
#define TUSK_COLUMN_IS_REAL(col) (TUSK_COLUMN_IS(col, double) || TUSK_COLUMN_IS(col, float))
#define TUSK_COLUMN_IS_INTEGER(col)                                                                \
    (TUSK_COLUMN_IS(col, int16_t) || TUSK_COLUMN_IS(col, int32_t) || TUSK_COLUMN_IS(col, int64_t))
/* gcc and clang: an enum without negative members is compatible with unsigned */
#define TUSK_COLUMN_IS_ENUM(col) TUSK_COLUMN_IS(col, unsigned)
/* in C17 `true` is the int 1: a constant 0 or 1 fits a boolean column, other ints do not. Only an integer constant times
 * zero is a null pointer, which takes the other pointer's type; __builtin_constant_p would depend on the optimiser. */
#define TUSK_INT_OR_2(v)        _Generic((v), int: (v), default: 2)
#define TUSK_IS_CONSTANT(i)                                                                        \
    _Generic(1 ? (void *)((long)(i) * 0L) : (int *)0, int *: 1, default: 0)
#define TUSK_INT_CONSTANT(v)                                                                       \
    __builtin_choose_expr(TUSK_IS_CONSTANT(TUSK_INT_OR_2(v)), TUSK_INT_OR_2(v), 2)
#define TUSK_IS_BOOL_LITERAL(v) (TUSK_INT_CONSTANT(v) == 0 || TUSK_INT_CONSTANT(v) == 1)
#define TUSK_INT_FITS(col)                                                                         \
    (TUSK_COLUMN_IS_INTEGER(col) || TUSK_COLUMN_IS_ENUM(col) || TUSK_COLUMN_IS_REAL(col))
#define TUSK_FITS(col, v)                                                                          \
    _Generic((v),                                                                                  \
        char *: TUSK_COLUMN_IS(col, tusk_str),                                                     \
        const char *: TUSK_COLUMN_IS(col, tusk_str),                                               \
        int: (TUSK_INT_FITS(col) || (TUSK_COLUMN_IS(col, bool) && TUSK_IS_BOOL_LITERAL(v))),       \
        unsigned: (TUSK_COLUMN_IS_ENUM(col) ? TUSK_COLUMN_IS(col, __typeof__(v))                   \
                                            : TUSK_INT_FITS(col)),                                 \
        short: TUSK_COLUMN_IS_INTEGER(col),                                                        \
        long: TUSK_COLUMN_IS_INTEGER(col),                                                         \
        long long: TUSK_COLUMN_IS_INTEGER(col),                                                    \
        float: TUSK_COLUMN_IS_REAL(col),                                                           \
        double: TUSK_COLUMN_IS_REAL(col),                                                          \
        default: TUSK_COLUMN_IS(col, __typeof__(v)))
/* for assignments: also the nullable form of the column's own type */
#define TUSK_NULLABLE_IS(col, T) (TUSK_COLUMN_IS(col, T) && TUSK_COLUMN_NULLS(col))
#define TUSK_NULLABLE_FITS(col, v)                                                                 \
    _Generic((v),                                                                                  \
        tusk_null_str: TUSK_NULLABLE_IS(col, tusk_str),                                            \
        tusk_null_bool: TUSK_NULLABLE_IS(col, bool),                                               \
        tusk_null_int16: TUSK_NULLABLE_IS(col, int16_t),                                           \
        tusk_null_int32: TUSK_NULLABLE_IS(col, int32_t),                                           \
        tusk_null_int64: TUSK_NULLABLE_IS(col, int64_t),                                           \
        tusk_null_float: TUSK_NULLABLE_IS(col, float),                                             \
        tusk_null_double: TUSK_NULLABLE_IS(col, double),                                           \
        tusk_null_numeric: TUSK_NULLABLE_IS(col, tusk_numeric),                                    \
        tusk_null_time: TUSK_NULLABLE_IS(col, tusk_time),                                          \
        tusk_null_timestamp: TUSK_NULLABLE_IS(col, tusk_timestamp),                                \
        tusk_null_date: TUSK_NULLABLE_IS(col, tusk_date),                                          \
        tusk_null_uuid: TUSK_NULLABLE_IS(col, tusk_uuid),                                          \
        tusk_null_json: TUSK_NULLABLE_IS(col, tusk_json),                                          \
        tusk_null_bytes: TUSK_NULLABLE_IS(col, tusk_bytes),                                        \
        tusk_null_text_array: TUSK_NULLABLE_IS(col, tusk_text_array),                              \
        tusk_null_integer_array: TUSK_NULLABLE_IS(col, tusk_integer_array),                        \
        default: false)

/* ---- conditions ---- */

/** The functions behind the macros. A comparison with a NULL value is misuse, reported by the query: say
 *  tusk_is_null() or tusk_is_not_distinct(). */
TUSK_API tusk_expr tusk_compare(const tusk_column *left, const char *op, tusk_value value);
TUSK_API tusk_expr tusk_compare_columns(const tusk_column *left, const char *op,
                                        const tusk_column *right);
TUSK_API tusk_expr tusk_nullness(const tusk_column *column, bool is_null);
TUSK_API tusk_expr tusk_any_of(const tusk_column *column, tusk_value array);
TUSK_API tusk_expr tusk_text_search(const tusk_column *column, const char *config, tusk_str words,
                                    tusk_expr_kind kind);
/** The list, up to its END, is copied to the arena in this call. */
TUSK_API tusk_expr tusk_combine(tusk_arena *arena, tusk_expr_kind kind, const tusk_expr *list);
TUSK_API tusk_expr tusk_exists_query(const tusk_query *query);

#define tusk_op(col, op, v)                                                                        \
    (TUSK_CHECK(TUSK_FITS(col, v), "value type does not fit the column type"),                     \
     tusk_compare(&(col).c, (op), tusk_val(v)))
#define tusk_text_op(col, op, v)                                                                   \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_str), "only a text column can be matched with a pattern"), \
     TUSK_CHECK(TUSK_FITS(col, v), "value type does not fit the column type"),                     \
     tusk_compare(&(col).c, (op), tusk_val(v)))
#define tusk_eq(col, v)    tusk_op(col, "=", v)
#define tusk_ne(col, v)    tusk_op(col, "<>", v)
#define tusk_lt(col, v)    tusk_op(col, "<", v)
#define tusk_le(col, v)    tusk_op(col, "<=", v)
#define tusk_gt(col, v)    tusk_op(col, ">", v)
#define tusk_ge(col, v)    tusk_op(col, ">=", v)
/** SQL patterns: % and _ in `v` are wild. */
#define tusk_like(col, v)  tusk_text_op(col, "like", v)
#define tusk_ilike(col, v) tusk_text_op(col, "ilike", v)
#define tusk_is_null(col)     tusk_nullness(&(col).c, true)
#define tusk_is_not_null(col) tusk_nullness(&(col).c, false)
/** Like =, but NULL equals NULL; `v` may be a nullable value. */
#define tusk_is_not_distinct(col, v)                                                               \
    (TUSK_CHECK(TUSK_FITS(col, v) || TUSK_NULLABLE_FITS(col, v),                                   \
                "value type does not fit the column type"),                                        \
     tusk_compare(&(col).c, "is not distinct from", tusk_val(v)))
/** column = any(array): a text column with a tusk_text_array, an integer column with a tusk_integer_array. */
#define tusk_in(col, array)                                                                        \
    (TUSK_CHECK(_Generic((array),                                                                  \
                    tusk_text_array: TUSK_COLUMN_IS(col, tusk_str),                                \
                    tusk_integer_array: TUSK_COLUMN_IS(col, int32_t),                              \
                    default: false),                                                               \
                "the elements of the array are not of the type of the column"),                    \
     tusk_any_of(&(col).c, tusk_val(array)))
/** jsonb containment, column @> v; `v` is a tusk_json. */
#define tusk_contains(col, v)                                                                      \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_json), "only a jsonb column contains jsonb"),             \
     tusk_compare(&(col).c, "@>", tusk_value_json(v)))
/** Full-text search with whatever a person types (websearch_to_tsquery never fails); `words` is a tusk_str. */
#define tusk_matches(col, config, words)                                                           \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_tsvector), "only a tsvector column can be searched"),     \
     tusk_text_search(&(col).c, (config), (words), TUSK_EXPR_MATCH))
/** ts_rank of the same search, for tusk_desc_by(). */
#define tusk_rank(col, config, words)                                                              \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, tusk_tsvector), "only a tsvector column can be searched"),     \
     tusk_text_search(&(col).c, (config), (words), TUSK_EXPR_RANK))
/** Two columns, for joins. */
#define tusk_on(l, r)                                                                              \
    (TUSK_CHECK(__builtin_types_compatible_p(__typeof__(*(l).value_), __typeof__(*(r).value_)),    \
                "columns of different types are compared"),                                        \
     tusk_compare_columns(&(l).c, "=", &(r).c))

/** A list is written where it is used, ends in END, and is copied by the call that takes it. */
#define TUSK_LIST(...)   ((const tusk_expr[]){ __VA_ARGS__, { .kind = TUSK_EXPR_END } })
#define tusk_and(a, ...) tusk_combine((a), TUSK_EXPR_AND, TUSK_LIST(__VA_ARGS__))
#define tusk_or(a, ...)  tusk_combine((a), TUSK_EXPR_OR, TUSK_LIST(__VA_ARGS__))
#define tusk_not(a, e)   tusk_combine((a), TUSK_EXPR_NOT, TUSK_LIST(e))
/** exists (select 1 ...); `q` is a typed query. Its conditions may name the outer query's tables;
 *  a table that both have is the inner one there, as in SQL. */
#define tusk_exists(q) tusk_exists_query((q).query)

/* ---- raw SQL inside a condition: bound values and quoted columns only ---- */

/** What stands for one {} of a raw fragment: a column (quoted) or a value (bound). */
typedef struct tusk_arg {
    enum { TUSK_ARG_END, TUSK_ARG_COLUMN, TUSK_ARG_VALUE } kind;
    const tusk_column *column;
    tusk_value value;
} tusk_arg;
#define tusk_col(col) ((tusk_arg){ .kind = TUSK_ARG_COLUMN, .column = &(col).c })
#define tusk_arg(v)   ((tusk_arg){ .kind = TUSK_ARG_VALUE, .value = tusk_val(v) })
#define TUSK_ARGS(...) ((const tusk_arg[]){ __VA_ARGS__, { .kind = TUSK_ARG_END } })
/** A condition in SQL, each {} replaced by one argument: tusk_raw(a, "lower({}) = lower({})",
 *  TUSK_ARGS(tusk_col(auth_users.email), tusk_arg(email))). A count that does not match is misuse, reported by the
 *  query. `sql` is program text, never input. */
TUSK_API tusk_expr tusk_raw(tusk_arena *arena, const char *sql, const tusk_arg *args);

/* ---- assignments and orders ---- */

/** One `column = value` of an update; `column == NULL` ends a list. */
typedef struct tusk_assignment {
    const tusk_column *column;
    tusk_value value;
    const char *sql; /* instead of a value: "now()" */
} tusk_assignment;
#define tusk_set(col, v)                                                                           \
    (TUSK_CHECK(TUSK_FITS(col, v) || TUSK_NULLABLE_FITS(col, v),                                   \
                "value type does not fit the column type"),                                        \
     (tusk_assignment){ &(col).c, tusk_val(v), 0 })
#define tusk_set_null(col)                                                                         \
    (TUSK_CHECK(TUSK_COLUMN_NULLS(col), "the column is declared with COLUMN: it takes no NULL"),   \
     (tusk_assignment){ &(col).c, tusk_value_null((col).c.type), 0 })
/** An SQL expression from the program's text: tusk_set_sql(teams.updated_at, "now()"). */
#define tusk_set_sql(col, text) ((tusk_assignment){ &(col).c, { .type = TUSK_TYPE_TEXT }, (text) })
#define TUSK_SET(...)           ((const tusk_assignment[]){ __VA_ARGS__, { 0, { .type = TUSK_TYPE_TEXT }, 0 } })

/** One entry of ORDER BY; `column == NULL` with kind END in `expr` ends a list. */
typedef struct tusk_order {
    const tusk_column *column;
    tusk_expr expr; /* when column is NULL */
    bool descending;
} tusk_order;
#define tusk_asc(col)      ((tusk_order){ &(col).c, { .kind = TUSK_EXPR_END }, false })
#define tusk_desc(col)     ((tusk_order){ &(col).c, { .kind = TUSK_EXPR_END }, true })
#define tusk_desc_by(e)    ((tusk_order){ 0, (e), true })
#define TUSK_ORDER(...)    ((const tusk_order[]){ __VA_ARGS__, { 0, { .kind = TUSK_EXPR_END }, false } })
#define TUSK_COLUMNS(...)  ((const tusk_column *const[]){ __VA_ARGS__, 0 })

#endif
