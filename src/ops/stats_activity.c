/* stats_activity.c - who is connected, what runs, and who keeps whom waiting */
#include <stdlib.h>

#include "src/ops/stats_row.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

/* clang-format off */
static const char activity_sql[] =
    "select a.pid, coalesce(a.datname, ''), coalesce(a.usename, ''), a.application_name,\n"
    "  coalesce(host(a.client_addr), ''), coalesce(a.state, ''),\n"
    "  case when a.state = 'active' then concat_ws(': ', a.wait_event_type, a.wait_event) end,\n"
    "  " TUSK_OPS_SINCE_SQL("a.state_change") ",\n"
    "  case when a.state = 'active' then " TUSK_OPS_SINCE_SQL("a.query_start") " else 0 end,\n"
    "  " TUSK_OPS_SINCE_SQL("a.xact_start") ",\n"
    "  case when a.wait_event_type = 'Lock'\n"
    "       then array_to_string(pg_blocking_pids(a.pid), ', ') end,\n"
    "  coalesce(a.query, '')\n"
    "from pg_catalog.pg_stat_activity a\n"
    "where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()\n"
    "order by 9 desc, 10 desc, 8, 1";
/* clang-format on */

#define SESSION(member) TUSK_OPS_COLUMN(tusk_stats_session, member)
static const tusk_ops_column session_columns[] = {
    SESSION(pid),      SESSION(database),       SESSION(user),       SESSION(application),
    SESSION(client),   SESSION(state),          SESSION(wait),       SESSION(state_ms),
    SESSION(query_ms), SESSION(transaction_ms), SESSION(blocked_by), SESSION(query),
};

tusk_status tusk_stats_activity_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_activity *out,
                                     tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_session, activity_sql, session_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

/* ---- locks ---- */

/* Those who wait and those whom they wait for; process 0 stands for prepared transactions. A
 * relation of another database has no name here. */
/* clang-format off */
static const char locks_sql[] =
    "with waits as (\n"
    "  select a.pid, pg_blocking_pids(a.pid) as by from pg_catalog.pg_stat_activity a\n"
    "  where a.wait_event_type = 'Lock'),\n"
    "involved as (\n"
    "  select pid from waits where cardinality(by) > 0\n"
    "  union select unnest(by) from waits)\n"
    "select v.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),\n"
    "  case when v.pid = 0 then 'prepared transaction' else coalesce(a.state, '') end,\n"
    "  case when l.pid is not null then concat(l.mode, ' on ',\n"
    "    case when l.relation is null then l.locktype\n"
    "         when c.oid is null or l.database <> d.oid and l.database <> 0\n"
    "         then concat(l.locktype, ' ', l.relation)\n"
    "         else concat(case when l.locktype <> 'relation' then l.locktype || ' of ' end,\n"
    "           n.nspname, '.', c.relname) end) end,\n"
    "  case when l.pid is null then 0\n"
    "       else " TUSK_OPS_SINCE_SQL("coalesce(l.waitstart, a.query_start)") " end,\n"
    "  array_to_string((select array_agg(distinct p) from unnest(w.by) p), ', '),\n"
    "  coalesce(a.query, '')\n"
    "from involved v left join waits w on w.pid = v.pid\n"
    "  left join pg_catalog.pg_stat_activity a on a.pid = v.pid\n"
    "  left join lateral (select * from pg_catalog.pg_locks l\n"
    "    where l.pid = v.pid and not l.granted limit 1) l on true\n"
    "  left join pg_catalog.pg_database d on d.datname = current_database()\n"
    "  left join pg_catalog.pg_class c on c.oid = l.relation\n"
    "  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "order by 6 desc, 1";
/* clang-format on */

#define LOCK(member) TUSK_OPS_COLUMN(tusk_stats_lock, member)
static const tusk_ops_column lock_columns[] = {
    LOCK(pid),   LOCK(user),       LOCK(application), LOCK(state),
    LOCK(wants), LOCK(waiting_ms), LOCK(blocked_by),  LOCK(query),
};

/* The tree under construction: sessions are moved to `items` in the order they are shown. */
typedef struct lock_tree {
    const tusk_stats_lock *all;
    size_t all_count;
    bool *placed;
    tusk_stats_lock *items;
    size_t count;
} lock_tree;

static bool waits_for(const tusk_stats_lock *lock, int pid)
{
    tusk_str rest = lock->blocked_by;
    while (rest.len > 0) {
        long long one;
        tusk_str piece = tusk_str_trim(tusk_str_cut(&rest, ','));
        if (tusk_str_to_int(piece, 0, INT32_MAX, &one) && one == pid) return true;
    }
    return false;
}

/* A session once, so a circle (a deadlock that the server has not found yet) ends. */
static void place(lock_tree *tree, size_t at, int depth)
{
    tusk_stats_lock *item = &tree->items[tree->count++];
    tree->placed[at] = true;
    *item = tree->all[at];
    item->depth = depth;
    for (size_t i = 0; i < tree->all_count; i++) {
        if (!tree->placed[i] && waits_for(&tree->all[i], item->pid)) place(tree, i, depth + 1);
    }
}

static tusk_status arrange(tusk_arena *arena, const tusk_stats_lock *all, size_t count,
                           tusk_stats_locks *out, tusk_error *err)
{
    lock_tree tree = { .all = all, .all_count = count };
    tree.placed = TUSK_NEW_ARRAY(arena, bool, count + 1);
    tree.items = TUSK_NEW_ARRAY(arena, tusk_stats_lock, count + 1);
    if (!tree.placed || !tree.items) return tusk_fail_nomem(err, "statistics");
    for (size_t i = 0; i < count; i++) {
        if (all[i].blocked_by.len == 0) place(&tree, i, 0);
    }
    for (size_t i = 0; i < count; i++) { /* circles have no beginning */
        if (!tree.placed[i]) place(&tree, i, 0);
    }
    *out = (tusk_stats_locks){ .items = tree.items, .count = tree.count };
    for (size_t i = 0; i < count; i++) out->waiting += all[i].blocked_by.len > 0;
    return TUSK_OK;
}

tusk_status tusk_stats_locks_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_locks *out,
                                  tusk_error *err)
{
    const tusk_ops_question question = TUSK_OPS_QUESTION(tusk_stats_lock, locks_sql, lock_columns);
    const tusk_stats_lock *all = NULL;
    size_t count = 0;
    tusk_status st = tusk_ops_ask(conn, arena, &question, NULL, &all, &count, err);
    return st == TUSK_OK ? arrange(arena, all, count, out, err) : st;
}
