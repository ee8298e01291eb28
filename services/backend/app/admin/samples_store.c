/* samples_store.c - samples_store.h's queries */
#include "services/backend/app/admin/samples_store.h"

const tusk_query *sample_take(tusk_arena *a, bool with_size)
{
    return tusk_sql(
        a,
        "select s.active, s.idle, s.open, s.waiting, "
        "pg_catalog.current_setting('max_connections'), d.xact_commit + d.xact_rollback, "
        "d.blks_hit, d.blks_read, case when $1 then pg_catalog.pg_database_size(d.datid) end "
        "from pg_catalog.pg_stat_database d, ("
        "select count(*) filter (where state = 'active') as active, "
        "count(*) filter (where state = 'idle') as idle, "
        "count(*) filter (where state like 'idle in transaction%') as open, "
        "count(*) filter (where wait_event_type = 'Lock') as waiting "
        "from pg_catalog.pg_stat_activity "
        "where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()) s "
        "where d.datname = pg_catalog.current_database()",
        TUSK_PARAMS(tusk_val(with_size)));
}

server_samples_query sample_insert(tusk_arena *a, const struct server_sample *sample)
{
    return tusk_insert(a, server_samples, sample, .on_conflict_do_nothing = true);
}

server_samples_query samples_prune(tusk_arena *a, tusk_time before)
{
    return tusk_delete(a, server_samples, .where = TUSK_LIST(tusk_lt(server_samples.at, before)));
}

server_samples_query samples_since(tusk_arena *a, tusk_time since)
{
    return tusk_select(a, server_samples, .where = TUSK_LIST(tusk_ge(server_samples.at, since)),
                       .order = TUSK_ORDER(tusk_asc(server_samples.at)));
}

const tusk_query *server_facts(tusk_arena *a)
{
    return tusk_sql(
        a,
        "select pg_catalog.current_setting('server_version'), "
        "(extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint, "
        "pg_catalog.current_database(), "
        "pg_catalog.pg_database_size(pg_catalog.current_database())",
        NULL);
}
