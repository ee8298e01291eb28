/* stats_server.c - the server as a whole: cache, sequences, replication, age of transactions */
#include "src/ops/stats_row.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

/* ---- cache ---- */

static const char cache_sql[] =
    "with found(kind, schema, name, hits, reads) as (\n"
    "  select 'database', '', datname, blks_hit, blks_read\n"
    "  from pg_catalog.pg_stat_database where datname = current_database()\n"
    "  union all\n"
    "  select k.kind, t.schemaname, t.relname, k.hits, k.reads\n"
    "  from pg_catalog.pg_statio_user_tables t cross join lateral (values\n"
    "    ('table', t.heap_blks_hit, t.heap_blks_read),\n"
    "    ('indexes', t.idx_blks_hit, t.idx_blks_read),\n"
    "    ('toast', t.toast_blks_hit, t.toast_blks_read)) k(kind, hits, reads)\n"
    "  where k.hits + k.reads > 0)\n"
    "select kind, schema, name, hits, reads, coalesce(hits::float8 / nullif(hits + reads, 0), 1)\n"
    "from found order by kind = 'database' desc, reads desc, hits desc, schema, name, kind";

#define CACHED(member) TUSK_OPS_COLUMN(tusk_stats_cached, member)
static const tusk_ops_column cached_columns[] = {
    CACHED(kind), CACHED(schema), CACHED(name), CACHED(hits), CACHED(reads), CACHED(ratio),
};

tusk_status tusk_stats_cache_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_cache *out,
                                  tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_cached, cache_sql, cached_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

/* ---- sequences ---- */

/* An integer column may be filled by a bigint sequence: then the column is full first. In numeric,
 * for the difference of two bigints need not be one. */
static const char sequences_sql[] =
    "with every as (\n"
    "  select n.nspname, c.relname, o.owner, s.seqcycle, s.seqincrement::numeric as step,\n"
    "    s.seqstart, p.last_value,\n"
    "    case when s.seqincrement > 0\n"
    "      then least(s.seqmax, coalesce(o.most, s.seqmax))\n"
    "      else greatest(s.seqmin, coalesce(-o.most - 1, s.seqmin)) end::numeric as bound,\n"
    "    case when s.seqincrement > 0 then s.seqmin else s.seqmax end::numeric as first\n"
    "  from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid\n"
    "    join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "    left join pg_catalog.pg_sequences p\n"
    "      on p.schemaname = n.nspname and p.sequencename = c.relname\n"
    "    left join lateral (select concat(tn.nspname, '.', t.relname, '.', a.attname) as owner,\n"
    "        case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647\n"
    "          when 'int8'::regtype then 9223372036854775807 end as most\n"
    "      from pg_catalog.pg_depend d join pg_catalog.pg_class t on t.oid = d.refobjid\n"
    "        join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace\n"
    "        join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid\n"
    "      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid\n"
    "        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0\n"
    "        and d.deptype in ('a', 'i') limit 1) o on true\n"
    "  where not pg_is_other_temp_schema(n.oid)),\n"
    "measured as (\n"
    "  select *, greatest(0, case when last_value is null\n"
    "      then floor((bound - seqstart) / step) + 1\n"
    "      else floor((bound - last_value) / step) end) as remaining from every)\n"
    "select nspname, relname, owner, last_value, bound::bigint,\n"
    "  least(remaining, 9223372036854775807)::bigint,\n"
    "  case when last_value is null then 0 else greatest(0, least(1, (last_value - first)\n"
    "    / coalesce(nullif(bound - first, 0), 1))) end::float8, seqcycle\n"
    "from measured order by 7 desc, 1, 2";

#define SEQUENCE(member) TUSK_OPS_COLUMN(tusk_stats_sequence, member)
static const tusk_ops_column sequence_columns[] = {
    SEQUENCE(schema), SEQUENCE(name),      SEQUENCE(column), SEQUENCE(last_value),
    SEQUENCE(limit),  SEQUENCE(remaining), SEQUENCE(used),   SEQUENCE(cycles),
};

tusk_status tusk_stats_sequences_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_sequences *out,
                                      tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_sequence, sequences_sql, sequence_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

/* ---- replication ---- */

/* clang-format off */
static const char replication_sql[] =
    "with here as (select case when pg_is_in_recovery() then pg_last_wal_receive_lsn()\n"
    "  else pg_current_wal_lsn() end as lsn)\n"
    "select 'standby', r.application_name, coalesce(host(r.client_addr), ''), r.state,\n"
    "  r.sync_state, pg_wal_lsn_diff(here.lsn, r.replay_lsn)::bigint,\n"
    "  (extract(epoch from r.replay_lag) * 1000)::bigint, true\n"
    "from pg_catalog.pg_stat_replication r cross join here\n"
    "union all\n"
    "select 'slot', s.slot_name, coalesce(s.database, ''), coalesce(s.wal_status, ''),\n"
    "  s.slot_type, pg_wal_lsn_diff(here.lsn, s.restart_lsn)::bigint, null, s.active\n"
    "from pg_catalog.pg_replication_slots s cross join here\n"
    "union all\n"
    "select 'primary', coalesce(w.slot_name, ''), coalesce(w.sender_host, ''), w.status, '',\n"
    "  pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint,\n"
    "  case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0\n"
    "    else " TUSK_OPS_SINCE_SQL("pg_last_xact_replay_timestamp()") " end, true\n"
    "from pg_catalog.pg_stat_wal_receiver w where w.pid is not null\n"
    "order by 1 desc, 2";
/* clang-format on */

#define REPLICA(member) TUSK_OPS_COLUMN(tusk_stats_replica, member)
static const tusk_ops_column replica_columns[] = {
    REPLICA(kind), REPLICA(name),      REPLICA(client), REPLICA(state),
    REPLICA(mode), REPLICA(lag_bytes), REPLICA(lag_ms), REPLICA(active),
};

tusk_status tusk_stats_replication_read(tusk_conn *conn, tusk_arena *arena,
                                        tusk_stats_replication *out, tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_replica, replication_sql, replica_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

/* ---- age of transactions ---- */

/* clang-format off */
static const char ages_sql[] =
    "select v.kind, v.name, v.age, v.age / 2147483648.0::float8, v.ms, coalesce(v.query, '')\n"
    "from (\n"
    "  select 'database' as kind, datname::text as name, age(datfrozenxid)::bigint as age,\n"
    "    null::bigint as ms, '' as query from pg_catalog.pg_database where datallowconn\n"
    "  union all\n"
    "  select 'session', pid::text, greatest(age(backend_xid), age(backend_xmin)),\n"
    "    " TUSK_OPS_SINCE_SQL("xact_start") ", query\n"
    "  from pg_catalog.pg_stat_activity where pid <> pg_backend_pid()\n"
    "    and (backend_xid is not null or backend_xmin is not null)\n"
    "  union all\n"
    "  select 'prepared', gid, age(transaction), " TUSK_OPS_SINCE_SQL("prepared") ", ''\n"
    "  from pg_catalog.pg_prepared_xacts\n"
    "  union all\n"
    "  select 'slot', slot_name, greatest(age(xmin), age(catalog_xmin)), null, ''\n"
    "  from pg_catalog.pg_replication_slots\n"
    "  where xmin is not null or catalog_xmin is not null) v\n"
    "order by v.age desc, v.kind, v.name";
/* clang-format on */

#define AGE(member) TUSK_OPS_COLUMN(tusk_stats_age, member)
static const tusk_ops_column age_columns[] = {
    AGE(kind), AGE(name), AGE(transactions), AGE(used), AGE(ms), AGE(query),
};

tusk_status tusk_stats_ages_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_ages *out,
                                 tusk_error *err)
{
    const tusk_ops_question question = TUSK_OPS_QUESTION(tusk_stats_age, ages_sql, age_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}
