/* render.c - a query to its statement: text, parameters, row map; the same query always gives the
 * same */
#include "src/query/query.h"

#include "src/query/build.h"
#include "src/query/map.h"
#include "src/sql/fit.h"
#include "src/sql/quote.h"
#include "src/sql/render.h"

#include "src/base/banned.h"

/* Exists inside exists may go this deep: conditions inside each are bounded by themselves. */
#define EXISTS_DEPTH_MAX 16

static tusk_status check(const tusk_query *query, tusk_error *err)
{
    if (!query || query->failed) return tusk_fail_nomem(err, "a query");
    if (!query->misuse) return TUSK_OK;
    if (!query->misuse_about) return tusk_fail(err, TUSK_MISUSE, "%s", query->misuse);
    return tusk_fail(err, TUSK_MISUSE, "%s column \"%s\"", query->misuse,
                     tusk_column_sql_name(query->misuse_about));
}

static bool is_inet(const tusk_column *column)
{
    return column->type == TUSK_TYPE_OTHER && column->other_type &&
           strcmp(column->other_type, "inet") == 0;
}

/* A column as what is read of it: text where it has no binary form worth reading. The cast of inet
 * adds a mask that nobody wrote, and that of char takes its blanks away; what these are written as
 * is asked for instead. */
static void add_read(tusk_buf *text, tusk_str qualifier, const tusk_column *column)
{
    bool scalar = tusk_column_is_text(column), array = tusk_column_is_text_array(column);
    bool written = scalar && is_inet(column) && !column->is_array;
    if (written) tusk_buf_add_cstr(text, "inet_out(");
    tusk_buf_add(text, qualifier);
    tusk_sql_add_ident(text, tusk_column_sql_name(column));
    if (written) tusk_buf_add_char(text, ')');
    if (scalar) tusk_buf_add_cstr(text, "::text");
    if (array && (is_inet(column) || column->type == TUSK_TYPE_CHAR))
        tusk_buf_add_cstr(text, "::text");
    if (array) tusk_buf_add_cstr(text, "::text[]");
}

/* What the columns of a table begin with, written once for all of them. */
static tusk_str qualifier_of(tusk_sql_out *sql, const tusk_sql_scope *scope,
                             const tusk_table *table)
{
    tusk_buf text;
    tusk_buf_init_in(&text, sql->arena, TUSK_SQL_TEXT_MAX);
    tusk_sql_add_qualifier(&text, scope, table);
    if (text.failed) sql->text.failed = true;
    return tusk_buf_str(&text);
}

static void add_columns(tusk_sql_out *sql, const tusk_sql_scope *scope)
{
    tusk_str between = TUSK_STR(" ");
    for (size_t i = 0; i < scope->count; i++) {
        const tusk_table *table = scope->tables[i];
        tusk_str qualifier = qualifier_of(sql, scope, table);
        for (size_t k = 0; k < table->column_count; k++) {
            tusk_buf_add(&sql->text, between);
            add_read(&sql->text, qualifier, &table->columns[k]);
            between = TUSK_STR(", ");
        }
    }
}

/* The condition of a join sees the tables up to its own. */
static tusk_status add_from(tusk_sql_out *sql, const tusk_query *query, const tusk_sql_scope *scope)
{
    tusk_buf_add_cstr(&sql->text, " from ");
    tusk_sql_add_table(sql, query->tables[0]);
    for (size_t i = 1; i < query->table_count; i++) {
        tusk_sql_scope seen = *scope;
        seen.count = i + 1;
        tusk_buf_add_cstr(&sql->text, query->joined[i].left ? " left join " : " join ");
        tusk_sql_add_table(sql, query->tables[i]);
        tusk_buf_add_cstr(&sql->text, " on ");
        tusk_status st = tusk_sql_add_expr(sql, &seen, &query->joined[i].on);
        if (st) return st;
    }
    return TUSK_OK;
}

static tusk_status add_order(tusk_sql_out *sql, const tusk_query *query,
                             const tusk_sql_scope *scope)
{
    for (size_t i = 0; i < query->order_count; i++) {
        const tusk_order *order = &query->order[i];
        tusk_buf_add_cstr(&sql->text, i == 0 ? " order by " : ", ");
        tusk_status st = order->column ? tusk_sql_add_column(sql, scope, order->column)
                                       : tusk_sql_add_expr(sql, scope, &order->expr);
        if (st) return st;
        if (order->descending) tusk_buf_add_cstr(&sql->text, " desc");
    }
    return TUSK_OK;
}

static void add_window(tusk_sql_out *sql, const tusk_query *query)
{
    static const char *const locks[] = { "", " for share", " for update" };
    if (query->limit > 0) {
        tusk_buf_add_cstr(&sql->text, " limit ");
        tusk_sql_add_param(sql, tusk_value_int(query->limit));
    }
    if (query->offset > 0) {
        tusk_buf_add_cstr(&sql->text, " offset ");
        tusk_sql_add_param(sql, tusk_value_int(query->offset));
    }
    tusk_buf_add_cstr(&sql->text, locks[query->lock]);
}

/* All that follows the list of what is selected. */
static tusk_status add_select_rest(tusk_sql_out *sql, const tusk_query *query,
                                   const tusk_sql_scope *scope)
{
    tusk_status st = add_from(sql, query, scope);
    if (!st) st = tusk_sql_add_where(sql, scope, query->where);
    if (!st) st = add_order(sql, query, scope);
    if (!st) add_window(sql, query);
    return st;
}

static tusk_status add_select(tusk_sql_out *sql, const tusk_query *query,
                              const tusk_sql_scope *scope)
{
    tusk_buf_add_cstr(&sql->text, "select");
    add_columns(sql, scope);
    return add_select_rest(sql, query, scope);
}

static tusk_status add_count(tusk_sql_out *sql, const tusk_query *query,
                             const tusk_sql_scope *scope)
{
    tusk_buf_add_cstr(&sql->text, "select count(*)");
    return add_select_rest(sql, query, scope);
}

static tusk_status add_exists(tusk_sql_out *sql, const tusk_query *query,
                              const tusk_sql_scope *outer)
{
    tusk_status st = check(query, sql->err);
    if (st) return st;
    if (query->kind != TUSK_QUERY_SELECT)
        return tusk_fail(sql->err, TUSK_MISUSE, "exists takes a select");
    if (outer->depth >= EXISTS_DEPTH_MAX)
        return tusk_fail(sql->err, TUSK_MISUSE, "exists is nested more than %d levels deep",
                         EXISTS_DEPTH_MAX);
    tusk_sql_scope scope = { query->tables, query->table_count, outer, outer->depth + 1 };
    tusk_buf_add_cstr(&sql->text, "select 1");
    return add_select_rest(sql, query, &scope);
}

static tusk_status add_returning(tusk_sql_out *sql, const tusk_query *query,
                                 const tusk_sql_scope *scope)
{
    if (!query->returning) return TUSK_OK;
    tusk_buf_add_cstr(&sql->text, " returning");
    add_columns(sql, scope);
    return TUSK_OK;
}

/* An update or delete that lost its conditions must not become one of every row. */
static tusk_status check_condition(tusk_sql_out *sql, const tusk_query *query, const char *verb)
{
    if (query->where || query->all_rows) return TUSK_OK;
    tusk_fail(sql->err, TUSK_MISUSE, "%s without a condition, of every row of table \"%s\"", verb,
              query->tables[0]->sql_name);
    tusk_error_hint(sql->err, "Give .where a condition, or say .all_rows = true.");
    return TUSK_MISUSE;
}

/* NULL for a column that cannot be NULL is found here, where the column can be named. */
static tusk_status add_stored(tusk_sql_out *sql, const tusk_table *table, const tusk_column *column,
                              tusk_value value)
{
    if (!value.is_null || column->nullable) return tusk_sql_add_value(sql, table, column, value);
    tusk_status st = tusk_sql_fail_column(sql->err, TUSK_MISUSE, table, column, "no value for");
    tusk_error_hint(sql->err,
                    "The column is not nullable: give it a value or leave it to its default.");
    return st;
}

/* Is the column among the first `count` assignments? */
static bool is_assigned(const tusk_query *query, const tusk_column *column, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (query->set[k].column == column) return true;
    return false;
}

static tusk_status check_assignment(tusk_sql_out *sql, const tusk_query *query, size_t i)
{
    const tusk_table *table = query->tables[0];
    const tusk_column *column = query->set[i].column;
    tusk_sql_scope own = { query->tables, 1, NULL, 0 };
    if (tusk_sql_table_of(&own, column) != table)
        return tusk_fail(sql->err, TUSK_MISUSE, "column \"%s\" is not of table \"%s\"",
                         tusk_column_sql_name(column), table->sql_name);
    if (tusk_column_is_filled(column))
        return tusk_sql_fail_column(sql->err, TUSK_MISUSE, table, column,
                                    "an assignment to the generated");
    if (is_assigned(query, column, i))
        return tusk_sql_fail_column(sql->err, TUSK_MISUSE, table, column, "two assignments to");
    return TUSK_OK;
}

/* Columns with SET_ON_UPDATE that the caller left alone. */
static tusk_status add_set_by_itself(tusk_sql_out *sql, const tusk_query *query)
{
    const tusk_table *table = query->tables[0];
    for (size_t i = 0; i < table->column_count; i++) {
        const tusk_column *column = &table->columns[i];
        if (!column->set_on_update || is_assigned(query, column, query->set_count)) continue;
        tusk_buf_add_cstr(&sql->text, ", ");
        tusk_sql_add_ident(&sql->text, tusk_column_sql_name(column));
        tusk_buf_add_cstr(&sql->text, " = ");
        tusk_status st = tusk_sql_add_fragment(sql, tusk_str_of(column->set_on_update));
        if (st) return st;
    }
    return TUSK_OK;
}

static tusk_status add_set(tusk_sql_out *sql, const tusk_query *query)
{
    for (size_t i = 0; i < query->set_count; i++) {
        const tusk_assignment *set = &query->set[i];
        tusk_status st = check_assignment(sql, query, i);
        if (st) return st;
        tusk_buf_add_cstr(&sql->text, i == 0 ? " set " : ", ");
        tusk_sql_add_ident(&sql->text, tusk_column_sql_name(set->column));
        tusk_buf_add_cstr(&sql->text, " = ");
        st = set->sql ? tusk_sql_add_fragment(sql, tusk_str_of(set->sql))
                      : add_stored(sql, query->tables[0], set->column, set->value);
        if (st) return st;
    }
    return add_set_by_itself(sql, query);
}

static tusk_status add_update(tusk_sql_out *sql, const tusk_query *query,
                              const tusk_sql_scope *scope)
{
    if (query->set_count == 0)
        return tusk_fail(sql->err, TUSK_MISUSE, "an update of table \"%s\" that sets nothing",
                         query->tables[0]->sql_name);
    tusk_status st = check_condition(sql, query, "an update");
    if (st) return st;
    tusk_buf_add_cstr(&sql->text, "update ");
    tusk_sql_add_table(sql, query->tables[0]);
    st = add_set(sql, query);
    if (!st) st = tusk_sql_add_where(sql, scope, query->where);
    return st ? st : add_returning(sql, query, scope);
}

static tusk_status add_delete(tusk_sql_out *sql, const tusk_query *query,
                              const tusk_sql_scope *scope)
{
    tusk_status st = check_condition(sql, query, "a delete");
    if (st) return st;
    tusk_buf_add_cstr(&sql->text, "delete from ");
    tusk_sql_add_table(sql, query->tables[0]);
    st = tusk_sql_add_where(sql, scope, query->where);
    return st ? st : add_returning(sql, query, scope);
}

static void add_target(tusk_sql_out *sql, const tusk_query *query)
{
    for (size_t i = 0; i < query->column_count; i++) {
        tusk_buf_add_cstr(&sql->text, i == 0 ? " (" : ", ");
        tusk_sql_add_ident(&sql->text, tusk_column_sql_name(query->columns[i]));
    }
    tusk_buf_add_cstr(&sql->text, ") values ");
}

static tusk_status add_rows(tusk_sql_out *sql, const tusk_query *query)
{
    add_target(sql, query);
    const tusk_value *value = query->values;
    for (size_t i = 0; i < query->row_count; i++) {
        for (size_t k = 0; k < query->column_count; k++) {
            tusk_buf_add_cstr(&sql->text, k > 0 ? ", " : i > 0 ? ", (" : "(");
            tusk_status st = add_stored(sql, query->tables[0], query->columns[k], *value++);
            if (!st) continue;
            if (query->row_count > 1) tusk_error_detail(sql->err, "Row %zu of the insert.", i + 1);
            return st;
        }
        tusk_buf_add_char(&sql->text, ')');
    }
    return TUSK_OK;
}

/* `default values` is one row; several need a column to put `default` in. */
static void add_default_rows(tusk_sql_out *sql, const tusk_query *query)
{
    if (query->row_count == 1) {
        tusk_buf_add_cstr(&sql->text, " default values");
        return;
    }
    tusk_buf_add_cstr(&sql->text, " (");
    tusk_sql_add_ident(&sql->text, tusk_column_sql_name(query->tables[0]->columns));
    tusk_buf_add_cstr(&sql->text, ") values ");
    for (size_t i = 0; i < query->row_count; i++)
        tusk_buf_add_cstr(&sql->text, i > 0 ? ", (default)" : "(default)");
}

static tusk_status check_insert(tusk_sql_out *sql, const tusk_query *query)
{
    size_t width = query->column_count > 0 ? query->column_count : 1;
    if (query->row_count <= TUSK_SQL_PARAMS_MAX / width) return TUSK_OK;
    tusk_fail(sql->err, TUSK_MISUSE, "an insert of %zu rows with %zu values each into table \"%s\"",
              query->row_count, query->column_count, query->tables[0]->sql_name);
    tusk_error_hint(sql->err,
                    "One statement takes %d values: insert at most %zu rows at once, or use COPY.",
                    TUSK_SQL_PARAMS_MAX, TUSK_SQL_PARAMS_MAX / width);
    return TUSK_MISUSE;
}

static tusk_status add_insert(tusk_sql_out *sql, const tusk_query *query,
                              const tusk_sql_scope *scope)
{
    tusk_status st = check_insert(sql, query);
    if (st) return st;
    tusk_buf_add_cstr(&sql->text, "insert into ");
    tusk_sql_add_table(sql, query->tables[0]);
    if (query->column_count > 0)
        st = add_rows(sql, query);
    else
        add_default_rows(sql, query);
    if (st) return st;
    if (query->on_conflict_do_nothing) tusk_buf_add_cstr(&sql->text, " on conflict do nothing");
    return add_returning(sql, query, scope);
}

static tusk_status add_raw(tusk_sql_out *sql, const tusk_query *query)
{
    tusk_buf_add(&sql->text, query->sql);
    for (size_t i = 0; i < query->param_count; i++) {
        tusk_status st = tusk_sql_check_text(i + 1, &query->values[i], sql->err);
        if (st) return st;
        if (!tusk_vec_push(sql->arena, &sql->params, query->values[i])) sql->text.failed = true;
    }
    return TUSK_OK;
}

static tusk_status add_statement(tusk_sql_out *sql, const tusk_query *query)
{
    tusk_sql_scope scope = { query->tables, query->table_count, NULL, 0 };
    switch (query->kind) {
    case TUSK_QUERY_SELECT:
        return add_select(sql, query, &scope);
    case TUSK_QUERY_COUNT:
        return add_count(sql, query, &scope);
    case TUSK_QUERY_INSERT:
        return add_insert(sql, query, &scope);
    case TUSK_QUERY_UPDATE:
        return add_update(sql, query, &scope);
    case TUSK_QUERY_DELETE:
        return add_delete(sql, query, &scope);
    case TUSK_QUERY_RAW:
        return add_raw(sql, query);
    }
    return tusk_fail(sql->err, TUSK_MISUSE, "a query of an unknown kind");
}

/* A multi-row insert has a text of its own for each number of rows: not worth a prepared statement.
 */
static bool worth_preparing(const tusk_query *query)
{
    return query->kind != TUSK_QUERY_RAW && query->row_count <= 1;
}

tusk_status tusk_query_render(tusk_arena *arena, const tusk_query *query, tusk_statement *out,
                              tusk_error *err)
{
    tusk_status st = check(query, err);
    if (st) return st;
    tusk_sql_out sql;
    tusk_sql_init(&sql, arena, err);
    sql.add_query = add_exists;
    tusk_statement statement = { .count = query->kind == TUSK_QUERY_COUNT,
                                 .prepare = worth_preparing(query) };
    st = add_statement(&sql, query);
    if (!st) st = tusk_sql_finish(&sql, &statement.sql);
    if (st) return st;
    statement.params = sql.params.items;
    statement.param_count = sql.params.count;
    if (query->returning || query->kind == TUSK_QUERY_SELECT) {
        statement.map = tusk_query_map(arena, query);
        if (!statement.map) return tusk_fail_nomem(err, "a row map");
    }
    *out = statement;
    return TUSK_OK;
}

tusk_status tusk_query_text(tusk_arena *arena, const tusk_query *query, tusk_str *out,
                            tusk_error *err)
{
    tusk_statement statement;
    tusk_status st = tusk_query_render(arena, query, &statement, err);
    if (!st) *out = statement.sql;
    return st;
}
