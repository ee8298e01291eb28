/* render.h - conditions to SQL text and a list of parameters */
#ifndef TUSK_SQL_RENDER_H
#define TUSK_SQL_RENDER_H

#include "tusk/buf.h"
#include "tusk/error.h"
#include "tusk/expr.h"

#include "src/base/vec.h"

/** A statement's text may be this long. */
#define TUSK_SQL_TEXT_MAX   ((size_t)16 << 20)
/** PostgreSQL's own limit: the count travels in two bytes. */
#define TUSK_SQL_PARAMS_MAX 65535

/** The tables whose columns may be named: those of the query, then those of the queries around it.
 */
typedef struct tusk_sql_scope {
    const tusk_table *const *tables;
    size_t count;
    const struct tusk_sql_scope *outer; /* NULL: the outermost query */
    int depth;                          /* 0: the outermost query */
} tusk_sql_scope;

/** A statement under construction. Text and parameters fail sticky: tusk_sql_finish() tells. */
typedef struct tusk_sql_out {
    tusk_arena *arena;
    tusk_buf text;
    TUSK_VEC(tusk_value) params;
    /* Renders `exists`: queries are not known in this folder. */
    tusk_status (*add_query)(struct tusk_sql_out *sql, const tusk_query *query,
                             const tusk_sql_scope *outer);
    tusk_error *err;
} tusk_sql_out;

void tusk_sql_init(tusk_sql_out *sql, tusk_arena *arena, tusk_error *err);
/** The table of the column, innermost first, or NULL. */
const tusk_table *tusk_sql_table_of(const tusk_sql_scope *scope, const tusk_column *column);
/** `"table"`, or `"schema"."table"` outside of public. */
void tusk_sql_add_table(tusk_sql_out *sql, const tusk_table *table);
/** `"table".`, as its columns begin in this scope. */
void tusk_sql_add_qualifier(tusk_buf *text, const tusk_sql_scope *scope, const tusk_table *table);
/** `"table"."column"`, the table as above. */
TUSK_NODISCARD tusk_status tusk_sql_add_column(tusk_sql_out *sql, const tusk_sql_scope *scope,
                                               const tusk_column *column);
/** Binds `value` as it is and adds its $n. */
void tusk_sql_add_param(tusk_sql_out *sql, tusk_value value);
/** Binds `value` for `column`, with its type (fit.h). */
TUSK_NODISCARD tusk_status tusk_sql_add_value(tusk_sql_out *sql, const tusk_table *table,
                                              const tusk_column *column, tusk_value value);
/** One condition (or rank), as tusk_copy_expr() left it. */
TUSK_NODISCARD tusk_status tusk_sql_add_expr(tusk_sql_out *sql, const tusk_sql_scope *scope,
                                             const tusk_expr *expr);
/** ` where ...` of a list as tusk_copy_exprs() left it; nothing for NULL. */
TUSK_NODISCARD tusk_status tusk_sql_add_where(tusk_sql_out *sql, const tusk_sql_scope *scope,
                                              const tusk_expr *list);
/** SQL text from the program in which nothing is bound; `$1` in it would take another's parameter
 * and is misuse. */
TUSK_NODISCARD tusk_status tusk_sql_add_fragment(tusk_sql_out *sql, tusk_str fragment);
/** TUSK_NOMEM when anything above ran out of memory, TUSK_MISUSE when there are more parameters
 * than PostgreSQL takes. */
TUSK_NODISCARD tusk_status tusk_sql_finish(tusk_sql_out *sql, tusk_str *text);

#endif
