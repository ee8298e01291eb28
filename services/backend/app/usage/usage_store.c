/* usage_store.c - usage_store.h's queries */
#include "services/backend/app/usage/usage_store.h"

/* In an order that all backends keep, or two of them would wait for each other's rows. */
const tusk_query *usage_add(tusk_arena *a, tusk_str lines)
{
    return tusk_sql(
        a,
        "insert into \"request_usage\" as u (\"hour\", \"route\", \"status_class\", \"user_id\", "
        "\"requests\", \"ms_total\", \"ms_max\") "
        "select x.\"hour\", x.\"route\", x.\"status_class\", x.\"user_id\", x.\"requests\", "
        "x.\"ms_total\", x.\"ms_max\" from pg_catalog.jsonb_to_recordset($1::text::jsonb) "
        "as x(\"hour\" timestamptz, \"route\" text, \"status_class\" integer, \"user_id\" text, "
        "\"requests\" bigint, \"ms_total\" double precision, \"ms_max\" double precision) "
        "order by 1, 2, 3, 4 "
        "on conflict (\"hour\", \"route\", \"status_class\", \"user_id\") do update set "
        "\"requests\" = u.\"requests\" + excluded.\"requests\", "
        "\"ms_total\" = u.\"ms_total\" + excluded.\"ms_total\", "
        "\"ms_max\" = greatest(u.\"ms_max\", excluded.\"ms_max\")",
        TUSK_PARAMS(tusk_val(lines)));
}

#define SUMS                                                                          \
    "pg_catalog.sum(\"requests\"), "                                                  \
    "coalesce(pg_catalog.sum(\"requests\") filter (where \"status_class\" = 4), 0), " \
    "coalesce(pg_catalog.sum(\"requests\") filter (where \"status_class\" = 5), 0), "
#define TIMES                                                                                  \
    "pg_catalog.sum(\"ms_total\") / pg_catalog.sum(\"requests\"), pg_catalog.max(\"ms_max\") " \
    "from \"request_usage\" where \"hour\" >= $1 "

/** Midnight of UTC, so that the first day is whole. */
static tusk_time days_ago(int days)
{
    static const int64_t day_us = 86400000000;
    return (tusk_time){ (tusk_now().us / day_us - (days - 1)) * day_us };
}

const tusk_query *usage_days(tusk_arena *a, int days)
{
    return tusk_sql(a,
                    "select pg_catalog.to_char(\"hour\" at time zone 'UTC', 'YYYY-MM-DD'), " SUMS
                    "pg_catalog.count(distinct nullif(\"user_id\", '')), " TIMES
                    "group by 1 order by 1",
                    TUSK_PARAMS(tusk_val(days_ago(days))));
}

const tusk_query *usage_routes(tusk_arena *a, int days, int limit)
{
    return tusk_sql(a, "select \"route\", " SUMS TIMES "group by 1 order by 2 desc, 1 limit $2",
                    TUSK_PARAMS(tusk_val(days_ago(days)), tusk_val((int64_t)limit)));
}
