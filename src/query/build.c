/* build.c - the builders: copy the arguments, remember what was wrong with them */
#include "src/query/build.h"

#include "src/base/banned.h"

/* An empty query with room for the list of its tables. */
static tusk_query *query_new(tusk_arena *arena, tusk_query_kind kind, size_t table_count)
{
    tusk_query *query = TUSK_NEW(arena, tusk_query);
    const tusk_table **tables = TUSK_NEW_ARRAY(arena, const tusk_table *, table_count);
    if (!query || !tables) return NULL;
    query->kind = kind;
    query->tables = tables;
    query->table_count = table_count;
    return query;
}

static tusk_query *query_of(tusk_arena *arena, tusk_query_kind kind, const tusk_table *table)
{
    tusk_query *query = query_new(arena, kind, table ? 1 : 0);
    if (!query) return NULL;
    if (!table) {
        query->misuse = "a query without a table";
        return query;
    }
    query->tables[0] = table;
    query->row_size = table->row_size;
    return query;
}

/* What changes is a table. */
static tusk_query *query_of_table(tusk_arena *arena, tusk_query_kind kind, const tusk_table *table)
{
    tusk_query *query = query_of(arena, kind, table);
    if (query && table && table->is_view) query->misuse = "a view can only be read";
    return query;
}

static const tusk_query *done(const tusk_copier *copier, tusk_query *query)
{
    query->failed = copier->failed;
    return query;
}

static bool order_ends(const tusk_order *order)
{
    return !order->column && order->expr.kind == TUSK_EXPR_END;
}

/* An absent expression orders by nothing and is left out. */
static void copy_order(tusk_copier *copier, tusk_query *query, const tusk_order *list)
{
    size_t count = 0;
    while (list && !order_ends(&list[count])) count++;
    tusk_order *copy = TUSK_NEW_ARRAY(copier->arena, tusk_order, count);
    if (!copy) {
        copier->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        tusk_order one = list[i];
        one.expr = tusk_copy_expr(copier, list[i].expr);
        if (one.column || one.expr.kind != TUSK_EXPR_ABSENT) copy[query->order_count++] = one;
    }
    query->order = copy;
}

static void copy_window(tusk_copier *copier, tusk_query *query, const tusk_order *order,
                        int64_t limit, int64_t offset)
{
    copy_order(copier, query, order);
    query->limit = limit;
    query->offset = offset;
    if (limit < 0 || offset < 0) query->misuse = "a negative limit or offset";
}

const tusk_query *tusk_select_with(tusk_arena *arena, const tusk_select_args *args)
{
    tusk_copier copier = { arena, false };
    tusk_query *query = query_of(arena, TUSK_QUERY_SELECT, args->from);
    if (!query) return NULL;
    query->where = tusk_copy_exprs(&copier, args->where);
    copy_window(&copier, query, args->order, args->limit, args->offset);
    query->lock = (int)args->lock;
    return done(&copier, query);
}

const tusk_query *tusk_count_with(tusk_arena *arena, const tusk_select_args *args)
{
    tusk_copier copier = { arena, false };
    tusk_query *query = query_of(arena, TUSK_QUERY_COUNT, args->from);
    if (!query) return NULL;
    query->where = tusk_copy_exprs(&copier, args->where);
    return done(&copier, query);
}

static void copy_set(tusk_copier *copier, tusk_query *query, const tusk_assignment *list)
{
    size_t count = 0;
    while (list && list[count].column) count++;
    tusk_assignment *copy = TUSK_NEW_ARRAY(copier->arena, tusk_assignment, count);
    if (!copy) {
        copier->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = list[i];
        copy[i].value = tusk_copy_value(copier, list[i].value);
        copy[i].sql = tusk_copy_cstr(copier, list[i].sql);
    }
    query->set = copy;
    query->set_count = count;
}

const tusk_query *tusk_update_with(tusk_arena *arena, const tusk_update_args *args)
{
    tusk_copier copier = { arena, false };
    tusk_query *query = query_of_table(arena, TUSK_QUERY_UPDATE, args->table);
    if (!query) return NULL;
    copy_set(&copier, query, args->set);
    query->where = tusk_copy_exprs(&copier, args->where);
    query->all_rows = args->all_rows;
    query->returning = args->returning;
    return done(&copier, query);
}

const tusk_query *tusk_delete_with(tusk_arena *arena, const tusk_delete_args *args)
{
    tusk_copier copier = { arena, false };
    tusk_query *query = query_of_table(arena, TUSK_QUERY_DELETE, args->from);
    if (!query) return NULL;
    query->where = tusk_copy_exprs(&copier, args->where);
    query->all_rows = args->all_rows;
    query->returning = args->returning;
    return done(&copier, query);
}

const tusk_query *tusk_insert_with(tusk_arena *arena, const tusk_insert_args *args)
{
    tusk_copier copier = { arena, false };
    tusk_query *query = query_of_table(arena, TUSK_QUERY_INSERT, args->into);
    if (!query) return NULL;
    query->row_count = args->count;
    query->returning = args->returning;
    query->on_conflict_do_nothing = args->on_conflict_do_nothing;
    if (!query->misuse) tusk_query_read_rows(&copier, query, args);
    return done(&copier, query);
}

static bool joined_before(const tusk_joined *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list[k].table == list[i].table) return true;
    return false;
}

static const char *joined_misuse(const tusk_joined *list, size_t count)
{
    if (count == 0) return "a joined select without tables";
    if (list[0].on.kind != TUSK_EXPR_ABSENT) return "a list of tables begins with TUSK_FROM";
    for (size_t i = 1; i < count; i++) {
        if (list[i].on.kind == TUSK_EXPR_ABSENT) return "a join without a condition";
        if (joined_before(list, i)) return "a table is joined with itself: that takes tusk_sql()";
    }
    return NULL;
}

const tusk_query *tusk_select_joined_with(tusk_arena *arena, const tusk_joined_args *args)
{
    tusk_copier copier = { arena, false };
    size_t count = 0;
    while (args->tables && args->tables[count].table) count++;
    tusk_query *query = query_new(arena, TUSK_QUERY_SELECT, count);
    if (!query) return NULL;
    query->joined = TUSK_NEW_ARRAY(arena, tusk_joined, count);
    if (!query->joined) return NULL;
    for (size_t i = 0; i < count; i++) {
        query->joined[i] = args->tables[i];
        query->joined[i].on = tusk_copy_expr(&copier, args->tables[i].on);
        query->tables[i] = args->tables[i].table;
    }
    query->row_size = args->row_size;
    query->where = tusk_copy_exprs(&copier, args->where);
    copy_window(&copier, query, args->order, args->limit, args->offset);
    const char *misuse = joined_misuse(query->joined, count);
    if (misuse) query->misuse = misuse;
    return done(&copier, query);
}

static bool params_end(const tusk_value *value)
{
    return value->type == TUSK_TYPE_ENUM && value->is_array && value->is_null;
}

const tusk_query *tusk_sql(tusk_arena *arena, const char *sql, const tusk_value *params)
{
    tusk_copier copier = { arena, false };
    size_t count = 0;
    while (params && !params_end(&params[count])) count++;
    tusk_query *query = query_new(arena, TUSK_QUERY_RAW, 0);
    tusk_value *values = TUSK_NEW_ARRAY(arena, tusk_value, count);
    if (!query || !values) return NULL;
    for (size_t i = 0; i < count; i++) values[i] = tusk_copy_value(&copier, params[i]);
    query->values = values;
    query->param_count = count;
    query->sql = tusk_str_of(tusk_copy_cstr(&copier, sql));
    if (!sql) query->misuse = "raw SQL without its text";
    return done(&copier, query);
}
