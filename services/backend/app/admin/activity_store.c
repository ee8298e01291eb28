/* activity_store.c - activity_store.h's query */
#include "services/backend/app/admin/activity_store.h"

#define LOOK_AND(signal)                                                                     \
    "select s.is_client, s.is_ours, "                                                        \
    "case when s.is_client and not s.is_ours then pg_catalog." signal "(s.pid) end, s.whom " \
    "from (select a.pid, a.backend_type = 'client backend' as is_client, "                   \
    "a.application_name = $2 and a.usename = session_user "                                  \
    "and a.datname = pg_catalog.current_database() as is_ours, "                             \
    "pg_catalog.format('%s@%s (%s)', a.usename, a.datname, a.application_name) as whom "     \
    "from pg_catalog.pg_stat_activity a where a.pid = $1) s"

const tusk_query *session_signal(tusk_arena *a, int pid, const char *ours, bool terminate)
{
    return tusk_sql(a, terminate ? LOOK_AND("pg_terminate_backend") : LOOK_AND("pg_cancel_backend"),
                    TUSK_PARAMS(tusk_val((int32_t)pid), tusk_val(ours)));
}
