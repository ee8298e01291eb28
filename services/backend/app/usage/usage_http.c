/* usage_http.c - how much the API is used: by day, and which routes most */
#include <stdlib.h>

#include "services/backend/app/admin/admin.h"
#include "services/backend/app/usage/usage.h"
#include "services/backend/app/usage/usage_store.h"

enum { DAYS = 30, DAYS_MAX = 366, ROUTES = 15 };

const struct input_field usage_query[] = {
    { "days", INPUT_INTEGER, false, 1, DAYS_MAX, NULL, "days up to today, 30 by default" },
    { 0 },
};

void usage_show(struct call *call)
{
    int days = (int)call_query_number(call, "days", DAYS);
    call_query(call, usage_days(call->arena, days));
    call_query(call, usage_routes(call->arena, days, ROUTES));
}

static json_t *whole(const tusk_result *r, size_t row, size_t cell)
{
    long long value = 0;
    tusk_str_to_int(tusk_result_cell(r, row, cell), 0, INT64_MAX, &value);
    return json_integer(value);
}

static json_t *real(struct call *call, const tusk_result *r, size_t row, size_t cell)
{
    tusk_str text = tusk_arena_str(call->arena, tusk_result_cell(r, row, cell));
    return text.ptr ? json_real(strtod(text.ptr, NULL)) : json_null();
}

static json_t *day_json(struct call *call, const tusk_result *r, size_t row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "day",
                     json_text(tusk_result_cell(r, row, DAY_NAME)), "requests",
                     whole(r, row, DAY_REQUESTS), "refused", whole(r, row, DAY_REFUSED), "failed",
                     whole(r, row, DAY_FAILED), "people", whole(r, row, DAY_PEOPLE), "ms_mean",
                     real(call, r, row, DAY_MS_MEAN), "ms_max", real(call, r, row, DAY_MS_MAX));
}

/** "" is an address that there is not. */
static json_t *route_json(struct call *call, const tusk_result *r, size_t row)
{
    tusk_str name = tusk_result_cell(r, row, ROUTE_NAME);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "route",
                     name.len > 0 ? json_text(name) : json_null(), "requests",
                     whole(r, row, ROUTE_REQUESTS), "refused", whole(r, row, ROUTE_REFUSED),
                     "failed", whole(r, row, ROUTE_FAILED), "ms_mean",
                     real(call, r, row, ROUTE_MS_MEAN), "ms_max", real(call, r, row, ROUTE_MS_MAX));
}

void usage_shown(struct call *call, const tusk_answer *answers)
{
    json_t *days = json_array(), *most = json_array();
    for (size_t i = 0; i < answers[0].result.cell_rows; i++)
        json_array_append_new(days, day_json(call, &answers[0].result, i));
    for (size_t i = 0; i < answers[1].result.cell_rows; i++)
        json_array_append_new(most, route_json(call, &answers[1].result, i));
    admin_ok(call, 200,
             json_pack("{s:i, s:o, s:o}", "keep_months", call->app->config->usage_keep_months,
                       "days", days, "routes", most));
}
