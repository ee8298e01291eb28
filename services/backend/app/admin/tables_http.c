/* tables_http.c - how large the tables are and how they fare; what one consists of */
#include "services/backend/app/admin/tables.h"

#include "services/backend/app/admin/admin.h"

static json_t *table_json(const tusk_stats_table *t)
{
    return json_pack(
        "{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:o, s:o, s:I}", "schema",
        json_text(t->schema), "name", json_text(t->name), "total_bytes", (json_int_t)t->total_bytes,
        "table_bytes", (json_int_t)t->table_bytes, "index_bytes", (json_int_t)t->index_bytes,
        "toast_bytes", (json_int_t)t->toast_bytes, "rows", (json_int_t)t->rows, "dead_rows",
        (json_int_t)t->dead_rows, "bloat_bytes", json_null_number(t->bloat_bytes), "table_scans",
        (json_int_t)t->table_scans, "index_scans", (json_int_t)t->index_scans, "last_vacuum",
        json_null_time(t->last_vacuum), "last_analyze", json_null_time(t->last_analyze),
        "freeze_age", (json_int_t)t->freeze_age);
}

void tables_list(struct call *call, tusk_conn *conn)
{
    tusk_stats_tables tables = { 0 };
    tusk_error err;
    if (tusk_stats_tables_read(conn, call->arena, &tables, &err)) {
        call_error(call, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < tables.count; i++)
        json_array_append_new(list, table_json(&tables.items[i]));
    admin_ok(call, 200, json_pack("{s:o}", "tables", list));
}

/* ---- one ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** A name out of the path. Some names no path can carry ("a/b", ".."): those come as "=" and the
 * bytes in hexadecimal. "No text" when that is none. */
static tusk_str name_of_path(struct call *call, const char *param)
{
    tusk_str text = call_param(call, param);
    if (text.len == 0 || text.ptr[0] != '=') return text;
    char *name = TUSK_NEW_ARRAY(call->arena, char, text.len / 2 + 1);
    if (!name || text.len % 2 == 0) return (tusk_str){ 0, 0 };
    for (size_t i = 1; i < text.len; i += 2) {
        int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0) return (tusk_str){ 0, 0 };
        name[i / 2] = (char)(high * 16 + low);
    }
    tusk_str decoded = { name, text.len / 2 };
    return tusk_str_is_text(decoded) ? decoded : (tusk_str){ 0, 0 };
}

bool tables_of_path(struct call *call, tusk_conn *conn, struct browsed_table *out)
{
    bool found = false;
    tusk_error err;
    tusk_str schema = name_of_path(call, "schema"), table = name_of_path(call, "table");
    if (schema.ptr && table.ptr &&
        tables_find(conn, call->arena, schema, table, out, &found, &err)) {
        call_error(call, &err);
        return false;
    }
    if (!found) call_fail(call, 404, "There is no such table");
    return found;
}

static json_t *reference_json(const struct browsed_column *c)
{
    if (!c->to_table.ptr) return json_null();
    return json_pack("{s:o, s:o, s:o}", "schema", json_text(c->to_schema), "table",
                     json_text(c->to_table), "column", json_text(c->to_name));
}

static json_t *column_json(const struct browsed_column *c)
{
    return json_pack("{s:o, s:o, s:b, s:o, s:b, s:b, s:b, s:b, s:o, s:o}", "name",
                     json_text(c->name), "type", json_text(c->type), "nullable", c->nullable,
                     "default", json_text(c->default_sql), "primary_key", c->key > 0, "generated",
                     c->generated, "secret", c->secret, "editable", c->editable, "labels",
                     c->labels.ptr ? json_parsed((tusk_json){ c->labels }) : json_null(),
                     "references", reference_json(c));
}

static json_t *columns_json(const struct browsed_table *table)
{
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++)
        json_array_append_new(list, column_json(&table->columns[i]));
    return list;
}

static json_t *key_json(const struct browsed_table *table)
{
    json_t *list = json_array();
    for (int place = 1; place <= (int)table->key_count; place++)
        for (size_t i = 0; i < table->count; i++)
            if (table->columns[i].key == place)
                json_array_append_new(list, json_text(table->columns[i].name));
    return list;
}

static json_t *indexes_json(const struct browsed_indexes *indexes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < indexes->count; i++) {
        const struct browsed_index *x = &indexes->items[i];
        json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:I, s:I}", "name",
                                              json_text(x->name), "columns", json_text(x->columns),
                                              "unique", x->unique, "bytes", (json_int_t)x->bytes,
                                              "scans", (json_int_t)x->scans));
    }
    return list;
}

static const char *kind_of(const struct browsed_table *table)
{
    switch (table->kind) {
    case 'p':
        return "partitioned table";
    case 'v':
        return "view";
    case 'm':
        return "materialized view";
    case 'f':
        return "foreign table";
    default:
        return "table";
    }
}

void tables_show(struct call *call, tusk_conn *conn)
{
    struct browsed_table table;
    struct browsed_indexes indexes = { 0 };
    tusk_error err;
    if (!tables_of_path(call, conn, &table)) return;
    if (tables_indexes(conn, call->arena, &table, &indexes, &err)) {
        call_error(call, &err);
        return;
    }
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:b, s:b}", "schema",
                       json_text(table.schema), "name", json_text(table.name), "kind",
                       kind_of(&table), "rows_estimate", json_null_number(table.rows_estimate),
                       "columns", columns_json(&table), "primary_key", key_json(&table), "indexes",
                       indexes_json(&indexes), "editable", table.editable, "revealing",
                       table.revealing));
}
