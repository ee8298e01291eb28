/* clause.h - the lists of a query that are no conditions: assignments, orders, columns */
#ifndef TUSK_CLAUSE_H
#define TUSK_CLAUSE_H

#include "tusk/expr.h"

/** One `column = value` of an update; `column == NULL` ends a list. */
typedef struct tusk_assignment {
    const tusk_column *column;
    tusk_value value;
    const char *sql; /* instead of a value: "now()" */
} tusk_assignment;
/** column = value; a nullable column also takes the nullable form of its type. */
#define tusk_set(col, v)                                         \
    (TUSK_CHECK(TUSK_FITS(col, v) || TUSK_NULLABLE_FITS(col, v), \
                "value type does not fit the column type"),      \
     (tusk_assignment){ &(col).c, tusk_val(v), 0 })
/** column = null. */
#define tusk_set_null(col)                                                                       \
    (TUSK_CHECK(TUSK_COLUMN_NULLS(col), "the column is declared with COLUMN: it takes no NULL"), \
     (tusk_assignment){ &(col).c, tusk_value_null((col).c.type), 0 })
/** An SQL expression from the program's text: tusk_set_sql(teams.updated_at, "now()"). */
#define tusk_set_sql(col, text) ((tusk_assignment){ &(col).c, { .type = TUSK_TYPE_TEXT }, (text) })
/** The list of an update's assignments. */
#define TUSK_SET(...) \
    ((const tusk_assignment[]){ __VA_ARGS__, { 0, { .type = TUSK_TYPE_TEXT }, 0 } })

/** One entry of ORDER BY; `column == NULL` with kind END in `expr` ends a list. */
typedef struct tusk_order {
    const tusk_column *column;
    tusk_expr expr; /* when column is NULL */
    bool descending;
} tusk_order;
/** Ascending, descending, descending by an expression (tusk_rank()). */
#define tusk_asc(col)   ((tusk_order){ &(col).c, { .kind = TUSK_EXPR_END }, false })
#define tusk_desc(col)  ((tusk_order){ &(col).c, { .kind = TUSK_EXPR_END }, true })
#define tusk_desc_by(e) ((tusk_order){ 0, (e), true })
/** The list of a select's orders. */
#define TUSK_ORDER(...) \
    ((const tusk_order[]){ __VA_ARGS__, { 0, { .kind = TUSK_EXPR_END }, false } })

/** What fills the places that a list of columns leaves empty. */
typedef struct tusk_columns_end {
    tusk_column c; /* as a handle has, so that both can be written in the same place */
} tusk_columns_end;
/* clang-format off */
/** A list of columns by their handles, at most 12: TUSK_COLUMNS(teams.id, teams.created_at). A longer one is an array
 * of one's own: (const tusk_column *const[]){ &teams.id.c, ..., NULL }. */
#define TUSK_COLUMNS(...)                                                                          \
    TUSK_COLUMNS_(__VA_ARGS__, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_,   \
                  TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_, TUSK_END_)
#define TUSK_COLUMNS_(h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, h12, more, ...)                \
    (TUSK_CHECK(__builtin_types_compatible_p(__typeof__(more), tusk_columns_end),                  \
                "a list of columns takes at most 12"),                                             \
     (const tusk_column *const[]){                                                                 \
         TUSK_AT_(h1), TUSK_AT_(h2), TUSK_AT_(h3), TUSK_AT_(h4), TUSK_AT_(h5), TUSK_AT_(h6),       \
         TUSK_AT_(h7), TUSK_AT_(h8), TUSK_AT_(h9), TUSK_AT_(h10), TUSK_AT_(h11), TUSK_AT_(h12), 0 })
#define TUSK_END_                         ((tusk_columns_end){ .c = { .name = 0 } })
/* `h` is a handle or TUSK_END_; what _Generic does not choose is not evaluated */
#define TUSK_AT_(h)                                                                                \
    _Generic((h), tusk_columns_end: (const tusk_column *)0, default: (const tusk_column *)&(h).c)
/* clang-format on */

#endif
