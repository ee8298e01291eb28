/* indexes_http.c - which indexes are used, which are not, which are not there */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/tables.h"

static json_t *index_json(const tusk_stats_index *x)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:b, s:b, s:b, s:o, s:b, s:b, s:b}",
                     "schema", json_text(x->schema), "table", json_text(x->table), "name",
                     json_text(x->name), "method", json_text(x->method), "columns",
                     json_text(x->columns), "bytes", (json_int_t)x->bytes, "scans",
                     (json_int_t)x->scans, "last_scan", json_null_time(x->last_scan), "primary",
                     x->primary, "unique", x->unique, "unused", x->unused, "duplicate_of",
                     json_text(x->duplicate_of), "accepted", x->accepted, "valid", x->valid,
                     "building", x->building);
}

static json_t *missing_json(const tusk_stats_missing *m)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "schema", json_text(m->schema), "table",
                     json_text(m->table), "constraint", json_text(m->constraint), "columns",
                     json_text(m->columns), "references", json_text(m->references), "table_bytes",
                     (json_int_t)m->table_bytes, "statement", json_text(m->statement));
}

void indexes_list(struct call *call, tusk_conn *conn)
{
    tusk_stats_indexes indexes = { 0 };
    tusk_stats_missing_indexes missing = { 0 };
    tusk_error err;
    tusk_status st = tusk_stats_indexes_read(conn, call->arena, &indexes, &err);
    if (!st) st = tusk_stats_missing_read(conn, call->arena, &missing, &err);
    if (st) {
        call_error(call, &err);
        return;
    }
    json_t *list = json_array(), *absent = json_array();
    for (size_t i = 0; i < indexes.count; i++)
        json_array_append_new(list, index_json(&indexes.items[i]));
    for (size_t i = 0; i < missing.count; i++)
        json_array_append_new(absent, missing_json(&missing.items[i]));
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o}", "since", json_null_time(indexes.since), "indexes", list,
                       "missing", absent));
}
