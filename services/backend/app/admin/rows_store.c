/* rows_store.c - rows_store.h's queries: made from the catalogs' description of a table, names
 * quoted, values bound as text and cast by the server to the column's type */
#include "services/backend/app/admin/rows_store.h"

#include "services/backend/app/admin/tables_secret.h"

enum { SQL_MAX = 4 << 20, COUNT_MAX = 100000, BYTES_SHOWN = ROWS_SHOWN_MAX / 2 + 1 };

/** A statement under construction. */
struct statement {
    tusk_buf sql;
    tusk_value *params; /* ends with TUSK_PARAMS_END */
    size_t count, room;
};

static void begin(struct statement *s, tusk_arena *a, size_t params)
{
    static const tusk_value end = TUSK_PARAMS_END;
    *s = (struct statement){ .room = params };
    tusk_buf_init_in(&s->sql, a, SQL_MAX);
    s->params = TUSK_NEW_ARRAY(a, tusk_value, params + 1);
    if (s->params) s->params[0] = end;
}

/** Adds $n for a value. */
static void add_param(struct statement *s, tusk_value value)
{
    static const tusk_value end = TUSK_PARAMS_END;
    if (!s->params || s->count == s->room) {
        s->sql.failed = true;
        return;
    }
    s->params[s->count++] = value;
    s->params[s->count] = end;
    tusk_buf_printf(&s->sql, "$%zu", s->count);
}

static void add(struct statement *s, const char *text)
{
    tusk_buf_add_cstr(&s->sql, text);
}

static void add_name(struct statement *s, tusk_str name)
{
    tusk_quote_name(&s->sql, name);
}

static tusk_status run(struct statement *s, tusk_conn *conn, tusk_arena *a, tusk_result *out,
                       tusk_error *err)
{
    tusk_str sql;
    tusk_status st = tusk_buf_finish(&s->sql, &sql, err);
    return st ? st : tusk_run(conn, a, tusk_sql(a, sql.ptr, s->params), out, err);
}

/* ---- pieces ---- */

/** "schema"."table"; of a table alone, without those that inherit from it: their rows are rows of
 * other tables, and the primary key says nothing about them. */
static void add_table(struct statement *s, const struct browsed_table *table)
{
    if (table->kind == 'r') add(s, "only ");
    add_name(s, table->schema);
    add(s, ".");
    add_name(s, table->name);
}

static bool is_bytes(const struct browsed_column *c)
{
    return tusk_str_eq(c->type_schema, TUSK_STR("pg_catalog")) &&
           tusk_str_eq(c->type_name, TUSK_STR("bytea"));
}

/** The text of a column, little longer than what is shown of it: a value may have a gigabyte. */
static void add_shown(struct statement *s, const struct browsed_column *c)
{
    if (c->secret) {
        add(s, "case when ");
        add_name(s, c->name);
        add(s, " is not null then '" SECRET_SHOWN "' end");
        return;
    }
    add(s, "pg_catalog.left(");
    if (is_bytes(c)) add(s, "pg_catalog.substr(");
    add_name(s, c->name);
    if (is_bytes(c)) tusk_buf_printf(&s->sql, ", 1, %d)", BYTES_SHOWN);
    tusk_buf_printf(&s->sql, "::text, %d)", ROWS_SHOWN_MAX + 1);
}

static void add_row(struct statement *s, const struct browsed_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        if (i > 0) add(s, ", ");
        add_shown(s, &table->columns[i]);
    }
}

/** $n::text::type. Without a length: a cast to varchar(3) would cut silently, an assignment
 * complains. */
static void add_typed(struct statement *s, const struct browsed_column *c, tusk_str text)
{
    add_param(s, tusk_val(text));
    add(s, "::text::");
    add_name(s, c->type_schema);
    add(s, ".");
    add_name(s, c->type_name);
}

static void add_compared(struct statement *s, const struct rows_wanted *w)
{
    static const char *const operators[] = {
        [ROWS_EQ] = " = ", [ROWS_NE] = " is distinct from ", [ROWS_LT] = " < ", [ROWS_GT] = " > "
    };
    add_name(s, w->filter->name);
    if (w->op == ROWS_NULL || w->op == ROWS_NOT_NULL) {
        /* "is null" is also true of a row value that holds only nulls */
        add(s, w->op == ROWS_NULL ? " is not distinct from null" : " is distinct from null");
        return;
    }
    add(s, operators[w->op]);
    add_typed(s, w->filter, w->value);
}

static void add_where(struct statement *s, const struct rows_wanted *w)
{
    if (w->op == ROWS_NO_FILTER) return;
    add(s, " where ");
    if (w->op != ROWS_CONTAINS) {
        add_compared(s, w);
        return;
    }
    add(s, "pg_catalog.strpos(pg_catalog.lower(");
    add_name(s, w->filter->name);
    add(s, "::text), pg_catalog.lower(");
    add_param(s, tusk_val(w->value));
    add(s, "::text)) > 0");
}

/** The primary key, in its own order, breaks ties: pages neither overlap nor leave rows out. */
static void add_order(struct statement *s, const struct browsed_table *table,
                      const struct rows_wanted *w)
{
    const char *separator = " order by ";
    const char *direction = w->descending ? " desc" : "";
    if (w->sort) {
        add(s, separator);
        add_name(s, w->sort->name);
        add(s, direction);
        separator = ", ";
    }
    for (int place = 1; place <= (int)table->key_count; place++) {
        for (size_t i = 0; i < table->count; i++) {
            if (table->columns[i].key != place) continue;
            add(s, separator);
            add_name(s, table->columns[i].name);
            add(s, direction);
            separator = ", ";
        }
    }
}

/* ---- a page ---- */

static tusk_status read_rows(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                             const struct rows_wanted *w, struct rows_page *out, tusk_error *err)
{
    struct statement s;
    begin(&s, a, 3);
    add(&s, "select ");
    add_row(&s, table);
    add(&s, " from ");
    add_table(&s, table);
    add_where(&s, w);
    add_order(&s, table, w);
    add(&s, " limit ");
    add_param(&s, tusk_val(w->limit + 1)); /* one more tells that there is a next page */
    add(&s, " offset ");
    add_param(&s, tusk_val(w->offset));
    tusk_status st = run(&s, conn, a, &out->result, err);
    out->more = !st && (int64_t)out->result.cell_rows > w->limit;
    if (out->more) out->result.cell_rows = (size_t)w->limit;
    return st;
}

static void add_matching(struct statement *s, const struct browsed_table *table,
                         const struct rows_wanted *w)
{
    add(s, "select 1 from ");
    add_table(s, table);
    add_where(s, w);
}

/** Counts, but not beyond what anybody pages through. */
static tusk_status count_some(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                              const struct rows_wanted *w, int64_t *count, tusk_error *err)
{
    struct statement s;
    tusk_str sql;
    begin(&s, a, 1);
    add(&s, "select count(*) from (");
    add_matching(&s, table, w);
    tusk_buf_printf(&s.sql, " limit %d) as counted", COUNT_MAX + 1);
    tusk_status st = tusk_buf_finish(&s.sql, &sql, err);
    return st ? st : tusk_fetch_count(conn, a, tusk_sql(a, sql.ptr, s.params), count, err);
}

static tusk_status guess(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                         const struct rows_wanted *w, int64_t *count, tusk_error *err)
{
    struct statement s;
    tusk_str sql;
    tusk_explained plan;
    begin(&s, a, 1);
    add_matching(&s, table, w);
    tusk_status st = tusk_buf_finish(&s.sql, &sql, err);
    if (!st)
        st = tusk_explain(conn, a, sql, &(tusk_explain_options){ .params = s.params }, &plan, err);
    if (!st && plan.root && plan.root->plan_rows > (double)*count)
        *count = plan.root->plan_rows < 9e15 ? (int64_t)plan.root->plan_rows : INT64_C(1) << 53;
    return st;
}

struct reading {
    tusk_arena *a;
    const struct browsed_table *table;
    const struct rows_wanted *wanted;
    struct rows_page *out;
};

static tusk_status read_page(tusk_conn *conn, void *context, tusk_error *err)
{
    const struct reading *r = context;
    const struct rows_wanted *w = r->wanted;
    struct rows_page *out = r->out;
    tusk_status st = read_rows(conn, r->a, r->table, w, out, err);
    if (st) return st;
    bool last = !out->more && (out->result.cell_rows > 0 || w->offset == 0);
    out->total = w->offset + (int64_t)out->result.cell_rows;
    if (last) return TUSK_OK;
    st = count_some(conn, r->a, r->table, w, &out->total, err);
    out->estimated = !st && out->total > COUNT_MAX;
    return out->estimated ? guess(conn, r->a, r->table, w, &out->total, err) : st;
}

/* Read only: a view may call anything. */
tusk_status rows_read(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                      const struct rows_wanted *w, struct rows_page *out, tusk_error *err)
{
    const tusk_tx_options options = { .isolation = TUSK_REPEATABLE_READ, .read_only = true };
    *out = (struct rows_page){ .total = 0 };
    return tusk_transaction(conn, &options, read_page, &(struct reading){ a, table, w, out }, err);
}

tusk_str rows_shown(tusk_arena *a, tusk_str cell, bool *cut)
{
    size_t at = 0;
    int characters = 0;
    while (at < cell.len) {
        bool starts = ((unsigned char)cell.ptr[at] & 0xC0) != 0x80;
        if (starts && ++characters > ROWS_SHOWN_MAX) break;
        at++;
    }
    *cut = at < cell.len;
    return *cut ? tusk_arena_printf(a, "%.*s…", (int)at, cell.ptr) : cell;
}

/* ---- a change ---- */

static void add_changes(struct statement *s, const struct rows_change *change)
{
    for (size_t i = 0; i < change->change_count; i++) {
        if (i > 0) add(s, ", ");
        add_name(s, change->changes[i].column->name);
        add(s, " = ");
        add_typed(s, change->changes[i].column, change->changes[i].text);
    }
}

static void add_same_row(struct statement *s, const struct rows_change *change)
{
    for (size_t i = 0; i < change->key_count; i++) {
        if (i > 0) add(s, " and ");
        add_name(s, change->key[i].column->name);
        add(s, " = ");
        add_typed(s, change->key[i].column, change->key[i].text);
    }
    for (size_t i = 0; i < change->before_count; i++) {
        add(s, " and ");
        add_name(s, change->before[i].column->name);
        add(s, "::text is not distinct from "); /* json has no equality, its text has */
        add_param(s, tusk_val(change->before[i].text));
        add(s, "::text");
    }
}

/* One statement: a row that somebody else changes meanwhile is looked at again by the server before
 * it is overwritten. */
tusk_status rows_change(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                        const struct rows_change *change, tusk_result *row, bool *changed,
                        tusk_error *err)
{
    struct statement s;
    begin(&s, a, change->key_count + change->before_count + change->change_count);
    add(&s, "update ");
    add_table(&s, table);
    add(&s, " set ");
    add_changes(&s, change);
    add(&s, " where ");
    add_same_row(&s, change);
    add(&s, " returning ");
    add_row(&s, table);
    tusk_status st = run(&s, conn, a, row, err);
    *changed = !st && row->cell_rows > 0;
    return st;
}
