/* rows_http.c - the data browser: a page of any table, filtered and sorted; one row changed */
#include "services/backend/app/admin/rows_store.h"

#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/tables.h"

enum { STATEMENT_MS = 5000, MEMBERS_MAX = 1600 };

static const char *check_op(tusk_str text);
static const char *check_order(tusk_str text);

const struct input_field rows_list_query[] = {
    { "limit", INPUT_INTEGER, false, 1, 100, NULL, "rows on a page, 20 by default" },
    { "offset", INPUT_INTEGER, false, 0, 1000000000, NULL, "rows to leave out" },
    { "sort", INPUT_TEXT, false, 1, 63, NULL, "a column; the primary key by default" },
    { "order", INPUT_TEXT, false, 3, 4, check_order, "asc or desc" },
    { "column", INPUT_TEXT, false, 1, 63, NULL, "only rows whose value in this column..." },
    { "op", INPUT_TEXT, false, 2, 8, check_op,
      "...is so: eq, ne, lt, gt, contains, null, not_null" },
    { "value", INPUT_TEXT, false, 0, 200, NULL, "...with this value" },
    { 0 },
};

const struct input_field rows_patch_body[] = {
    { "key", INPUT_TEXTS, true, 1, MEMBERS_MAX, NULL, "the primary key of the row" },
    { "before", INPUT_TEXTS, true, 1, MEMBERS_MAX, NULL,
      "the values that were seen, at least of what is changed" },
    { "changes", INPUT_TEXTS, true, 1, MEMBERS_MAX, NULL, "column and new value" },
    { 0 },
};

static const struct {
    const char *name;
    enum rows_op op;
} ops[] = {
    { "eq", ROWS_EQ },
    { "ne", ROWS_NE },
    { "lt", ROWS_LT },
    { "gt", ROWS_GT },
    { "null", ROWS_NULL },
    { "not_null", ROWS_NOT_NULL },
    { "contains", ROWS_CONTAINS },
};

static enum rows_op op_of(tusk_str text)
{
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (tusk_str_eq(tusk_str_of(ops[i].name), text)) return ops[i].op;
    return ROWS_NO_FILTER;
}

static const char *check_op(tusk_str text)
{
    return op_of(text) ? NULL : "has to be eq, ne, lt, gt, contains, null or not_null";
}

static const char *check_order(tusk_str text)
{
    bool fine = tusk_str_eq(text, TUSK_STR("asc")) || tusk_str_eq(text, TUSK_STR("desc"));
    return fine ? NULL : "has to be asc or desc";
}

/* ---- errors ---- */

static bool is_state(const tusk_error *err, const char *state)
{
    return strcmp(err->sqlstate, state) == 0;
}

/** 400 (or 409) with the field and PostgreSQL's own sentence. */
static void refuse(struct call *call, int code, const char *error, const char *field,
                   const tusk_error *err)
{
    call_fail(call, code, error);
    call->details = json_pack("[{s:s, s:s, s:s}]", "field", field, "message", err->message,
                              "constraint", err->constraint);
}

/** What the data do not allow is the caller's to know; anything else is answered as everywhere. */
static void fail_page(struct call *call, const struct rows_wanted *w, const tusk_error *err)
{
    const char *filter = w->filter ? w->filter->name.ptr : "",
               *sort = w->sort ? w->sort->name.ptr : "";
    if (err->status == TUSK_TIMEOUT || is_state(err, "57014"))
        call_fail(call, 400, "This takes too long: filter or sort by a column with an index");
    else if (is_state(err, "42501"))
        refuse(call, 403, "The program's database user may not read this table", "", err);
    else if (is_state(err, "25006"))
        refuse(call, 400, "Looking at this would change something", "", err);
    else if (strncmp(err->sqlstate, "22", 2) == 0 && w->op)
        refuse(call, 400, "The value does not fit the column's type", filter, err);
    else if (is_state(err, "42883") || is_state(err, "0A000"))
        refuse(call, 400, "The column's type cannot be compared or sorted like this",
               *filter ? filter : sort, err);
    else
        call_error(call, err);
}

/* ---- a page ---- */

/** The column that the query string names; false when the call was answered. */
static bool column_of(struct call *call, const struct browsed_table *table, const char *field,
                      const struct browsed_column **out)
{
    tusk_str name = call_query_text(call, field);
    *out = NULL;
    if (!name.ptr) return true;
    *out = tables_column(table, name);
    if (!*out)
        call_invalid(call, field, "is no column of this table");
    else if ((*out)->secret)
        call_invalid(call, field, "is secret: rows cannot be filtered or sorted by it");
    return call->code == 0;
}

static bool filter_of(struct call *call, const struct browsed_table *table, struct rows_wanted *w)
{
    tusk_str op = call_query_text(call, "op");
    if (!column_of(call, table, "column", &w->filter)) return false;
    w->value = call_query_text(call, "value");
    if (!w->filter && (op.ptr || w->value.ptr)) {
        call_invalid(call, "column", "is needed with op and value");
        return false;
    }
    if (!w->filter) return true;
    w->op = op.ptr ? op_of(op) : ROWS_EQ;
    if (w->op != ROWS_NULL && w->op != ROWS_NOT_NULL && !w->value.ptr) {
        call_invalid(call, "value", "is needed with this op");
        return false;
    }
    return true;
}

static bool is_shown(struct call *call, const struct browsed_table *table)
{
    if (!table->revealing) return true;
    call_fail(call, 403, "This view reads a table with secret columns: its rows are not shown");
    return false;
}

json_t *rows_cells_json(tusk_arena *a, const tusk_str *cells, size_t count, size_t row, json_t *cut)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool shortened = false;
        json_array_append_new(list, json_text(rows_shown(a, cells[i], &shortened)));
        if (shortened && cut)
            json_array_append_new(cut, json_pack("[I, I]", (json_int_t)row, (json_int_t)i));
    }
    return list;
}

static json_t *row_json(struct call *call, const tusk_result *r, size_t row, json_t *cut)
{
    return rows_cells_json(call->arena, r->cells + row * r->field_count, r->field_count, row, cut);
}

static json_t *names_json(const struct browsed_table *table)
{
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++)
        json_array_append_new(list, json_text(table->columns[i].name));
    return list;
}

static json_t *pagination_json(struct page page, const struct rows_page *rows)
{
    json_t *pagination = call_pagination(page, rows->total);
    json_object_set_new(pagination, "has_more", json_boolean(rows->more));
    json_object_set_new(pagination, "total_is_estimate", json_boolean(rows->estimated));
    return pagination;
}

void rows_list(struct call *call, tusk_conn *conn)
{
    struct browsed_table table;
    struct page page = call_page(call);
    struct rows_wanted w = { .limit = page.limit, .offset = page.offset };
    struct rows_page rows;
    tusk_error err;
    if (!tables_of_path(call, conn, &table) || !is_shown(call, &table)) return;
    if (!column_of(call, &table, "sort", &w.sort) || !filter_of(call, &table, &w)) return;
    w.descending = tusk_str_eq(call_query_text(call, "order"), TUSK_STR("desc"));
    int before = tusk_conn_timeout(conn);
    tusk_conn_set_timeout(conn, STATEMENT_MS);
    tusk_status st = rows_read(conn, call->arena, &table, &w, &rows, &err);
    tusk_conn_set_timeout(conn, before);
    if (st) {
        fail_page(call, &w, &err);
        return;
    }
    json_t *list = json_array(), *cut = json_array();
    for (size_t i = 0; i < rows.result.cell_rows; i++)
        json_array_append_new(list, row_json(call, &rows.result, i, cut));
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o, s:o}", "columns", names_json(&table), "rows", list, "cut",
                       cut, "pagination", pagination_json(page, &rows)));
}

/* ---- a change ---- */

static tusk_str text_of(const json_t *value)
{
    if (!json_is_string(value)) return (tusk_str){ 0, 0 };
    return (tusk_str){ json_string_value(value), json_string_length(value) };
}

/** A value that was shown cut cannot come back whole. */
static bool was_cut(struct call *call, tusk_str text)
{
    bool longer = false;
    rows_shown(call->arena, text, &longer);
    return longer && text.len >= 3 && memcmp(text.ptr + text.len - 3, "…", 3) == 0;
}

/** The sentence against this member, or NULL. */
static const char *against(struct call *call, const char *field, const struct browsed_column *c,
                           tusk_str text)
{
    if (!c) return "is no column of this table";
    if (c->secret) return "is secret";
    if (strcmp(field, "key") == 0)
        return c->key == 0 ? "is not in the primary key" : text.ptr ? NULL : "must not be null";
    if (strcmp(field, "before") == 0)
        return was_cut(call, text) ? "was shown cut: it cannot be changed here" : NULL;
    return c->editable ? NULL : "cannot be changed: the server gives it its value";
}

static void complain(struct call *call, const char *column, const char *message)
{
    call_fail(call, 400, "Validation error");
    if (!call->details) call->details = json_array();
    if (json_array_size(call->details) < 32)
        json_array_append_new(call->details,
                              json_pack("{s:s, s:s}", "field", column, "message", message));
}

/** The members of an object of the body as columns with values; complains about each that is none.
 */
static const struct rows_value *values_of(struct call *call, const struct browsed_table *table,
                                          const char *field, size_t *count)
{
    json_t *object = json_object_get(call->body, field), *value;
    const char *name;
    struct rows_value *values =
        TUSK_NEW_ARRAY(call->arena, struct rows_value, json_object_size(object) + 1);
    *count = 0;
    if (!values) {
        call_busy(call, "The server is out of memory for this request");
        return NULL;
    }
    json_object_foreach(object, name, value)
    {
        const struct browsed_column *column = tables_column(table, tusk_str_of(name));
        const char *complaint = against(call, field, column, text_of(value));
        if (complaint)
            complain(call, name, complaint);
        else
            values[(*count)++] = (struct rows_value){ column, text_of(value) };
    }
    return values;
}

static void check_change(struct call *call, const struct browsed_table *table,
                         const struct rows_change *change)
{
    if (change->key_count != table->key_count)
        complain(call, "key", "has to have every column of the primary key");
    json_t *before = json_object_get(call->body, "before"), *changes, *value;
    const char *name;
    changes = json_object_get(call->body, "changes");
    json_object_foreach(changes, name, value)
    {
        if (!json_object_get(before, name)) complain(call, name, "is changed but not in before");
    }
}

/** False when the call was answered. */
static bool change_of(struct call *call, const struct browsed_table *table,
                      struct rows_change *change)
{
    if (!table->editable) {
        call_fail(call, 400,
                  "Rows of this one cannot be changed here: it is no table, has no primary key "
                  "that can be seen, or belongs to the program");
        return false;
    }
    change->key = values_of(call, table, "key", &change->key_count);
    change->before = values_of(call, table, "before", &change->before_count);
    change->changes = values_of(call, table, "changes", &change->change_count);
    if (call->code == 0) check_change(call, table, change);
    return call->code == 0;
}

/** "public.teams (id=7): name, slug" */
static void name_target(struct call *call, const struct browsed_table *table,
                        const struct rows_change *change)
{
    tusk_buf text;
    tusk_buf_init_in(&text, call->arena, 64 << 10);
    tusk_buf_printf(&text, "%.*s.%.*s (", TUSK_STR_ARG(table->schema), TUSK_STR_ARG(table->name));
    for (size_t i = 0; i < change->key_count; i++)
        tusk_buf_printf(&text, "%s%.*s=%.*s", i ? ", " : "",
                        TUSK_STR_ARG(change->key[i].column->name),
                        TUSK_STR_ARG(change->key[i].text));
    for (size_t i = 0; i < change->change_count; i++)
        tusk_buf_printf(&text, "%s%.*s",
                        i ? ", " : "): ", TUSK_STR_ARG(change->changes[i].column->name));
    call_audit_target(call, tusk_buf_str(&text));
}

/** The columns that a broken constraint is about. The server's own detail is not passed on: it may
 * quote the whole row, with what is secret in it. */
static void fail_constraint(struct call *call, tusk_conn *conn, const struct browsed_table *table,
                            int code, const tusk_error *err)
{
    tusk_str columns = TUSK_STR("");
    if (tables_constraint(conn, call->arena, table, tusk_str_of(err->constraint), &columns, NULL))
        columns = TUSK_STR("");
    call_fail(call, code,
              tusk_arena_printf(call->arena, "This breaks the constraint %s", err->constraint).ptr);
    call->details = json_pack("[{s:o, s:s, s:s}]", "field", json_text(columns), "message",
                              err->message, "constraint", err->constraint);
}

static void fail_change(struct call *call, tusk_conn *conn, const struct browsed_table *table,
                        const tusk_error *err)
{
    if (is_state(err, "23502"))
        refuse(call, 400, "This column takes no null", err->column, err);
    else if (is_state(err, "23505") || is_state(err, "23503") || is_state(err, "23P01"))
        fail_constraint(call, conn, table, 409, err);
    else if (strncmp(err->sqlstate, "23", 2) == 0)
        fail_constraint(call, conn, table, 400, err);
    else if (strncmp(err->sqlstate, "22", 2) == 0 || is_state(err, "P0001"))
        refuse(call, 400, "A value is not acceptable", err->column, err);
    else if (is_state(err, "42501"))
        refuse(call, 403, "The program's database user may not change this table", "", err);
    else
        call_error(call, err);
}

void rows_patch(struct call *call, tusk_conn *conn)
{
    struct browsed_table table;
    struct rows_change change;
    tusk_result row = { 0 };
    bool changed = false;
    tusk_error err;
    if (!tables_of_path(call, conn, &table) || !change_of(call, &table, &change)) return;
    name_target(call, &table, &change);
    int before = tusk_conn_timeout(conn);
    tusk_conn_set_timeout(conn, STATEMENT_MS);
    tusk_status st = rows_change(conn, call->arena, &table, &change, &row, &changed, &err);
    tusk_conn_set_timeout(conn, before);
    if (st)
        fail_change(call, conn, &table, &err);
    else if (!changed)
        call_fail(call, 409, "The row was changed or removed since it was shown: load it again");
    else
        admin_ok(call, 200, json_pack("{s:o}", "row", row_json(call, &row, 0, NULL)));
}
