/* overview_http.c - the server at a glance: what it is, the last hour, the last day, and live */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/sampler.h"
#include "services/backend/app/admin/samples_store.h"
#include "services/backend/app/admin/watchers.h"

static const int64_t DAY_US = 86400000000;

void overview_show(struct call *call)
{
    tusk_time since = { tusk_now().us - DAY_US };
    call_query(call, server_facts(call->arena));
    call_query(call, samples_since(call->arena, since).query);
}

static json_t *server_json(const struct call *call, const tusk_result *facts)
{
    long long started = 0, bytes = 0;
    tusk_str_to_int(tusk_result_cell(facts, 0, FACT_STARTED_US), 0, INT64_MAX, &started);
    tusk_str_to_int(tusk_result_cell(facts, 0, FACT_BYTES), 0, INT64_MAX, &bytes);
    return json_pack("{s:o, s:o, s:o, s:I, s:b}", "version",
                     json_text(tusk_result_cell(facts, 0, FACT_VERSION)), "started_at",
                     json_time((tusk_time){ started }), "database",
                     json_text(tusk_result_cell(facts, 0, FACT_DATABASE)), "size_bytes",
                     (json_int_t)bytes, "is_private", call->app->private_server);
}

void overview_shown(struct call *call, const tusk_answer *answers)
{
    const struct server_sample *rows = answers[1].items;
    json_t *hours = json_array();
    for (size_t i = 0; i < answers[1].count; i++)
        json_array_append_new(hours, sample_json(&rows[i]));
    admin_ok(call, 200,
             json_pack("{s:o, s:{s:s, s:o}, s:o, s:o}", "server",
                       server_json(call, &answers[0].result), "backend", "version",
                       DEPLOYSTACK_VERSION, "started_at",
                       json_time(sampler_started(call->app->sampler)), "samples",
                       sampler_json(call->app->sampler), "hours", hours));
}

void overview_stream(struct call *call)
{
    watchers_add(call->app->watchers, call);
}
