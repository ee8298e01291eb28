/* slow_http.c - the statements that cost most, as pg_stat_statements counts them */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/tables.h"

static json_t *statement_json(const tusk_stats_statement *s)
{
    return json_pack("{s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:o, s:o}", "id",
                     (json_int_t)s->id, "calls", (json_int_t)s->calls, "rows", (json_int_t)s->rows,
                     "total_ms", s->total_ms, "mean_ms", s->mean_ms, "max_ms", s->max_ms,
                     "stddev_ms", s->stddev_ms, "share", s->share, "cache_hits",
                     (json_int_t)s->cache_hits, "cache_reads", (json_int_t)s->cache_reads,
                     "temp_written", (json_int_t)s->temp_written, "user", json_text(s->user),
                     "query", json_statement(s->query));
}

static json_t *lines(tusk_str text)
{
    json_t *list = json_array();
    for (tusk_str rest = text; rest.ptr;) {
        tusk_str line = tusk_str_cut(&rest, '\n');
        if (line.len > 0) json_array_append_new(list, json_text(line));
    }
    return list;
}

void slow_list(struct call *call, tusk_conn *conn)
{
    tusk_stats_slow slow = { 0 };
    tusk_error err;
    if (tusk_stats_slow_read(conn, call->arena, &slow, &err)) {
        call_error(call, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < slow.count; i++)
        json_array_append_new(list, statement_json(&slow.items[i]));
    admin_ok(call, 200,
             json_pack("{s:b, s:o, s:o}", "available", slow.available, "steps", lines(slow.steps),
                       "statements", list));
}
