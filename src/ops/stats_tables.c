/* stats_tables.c - tables and indexes: sizes, use, what is too much and what is missing */
#include "src/ops/stats_row.h"
#include "tusk/conn.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

/* Other sessions' temporary tables cannot be looked into, and the system's own are not ours. */
#define OURS                                                                                  \
    "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast' and " \
    "not pg_is_other_temp_schema(n.oid)"

/* Asking for the size or an expression of a relation waits for whoever has or wants it for himself
 * alone (VACUUM FULL, ALTER TABLE): for those the size is what the last ANALYZE or VACUUM noted.
 * `oid` is of the table, also where one of its indexes or its toast table is locked. */
#define BUSY_SQL                                                                           \
    "busy as materialized (\n"                                                             \
    "  select coalesce(o.oid, i.indrelid, l.relation) as oid from pg_catalog.pg_locks l\n" \
    "    join pg_catalog.pg_database d on d.oid = l.database\n"                            \
    "    left join pg_catalog.pg_index i on i.indexrelid = l.relation\n"                   \
    "    left join pg_catalog.pg_class o\n"                                                \
    "      on o.reltoastrelid = coalesce(i.indrelid, l.relation)\n"                        \
    "  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'\n"                 \
    "    and l.pid is distinct from pg_backend_pid() and d.datname = current_database())"

/* ---- tables ---- */

/* Bloat: pages beyond what the rows would need by the widths that ANALYZE found. A row is a line
 * pointer (4 bytes), a header (23 and a bit for each column where there are NULLs) and its values,
 * both rounded up to 8; a page has a header of 24; fillfactor leaves room on purpose. */
/* clang-format off */
static const char tables_sql[] =
    "with width as (\n"
    "  select s.schemaname, s.tablename, sum((1 - s.null_frac) * s.avg_width) as bytes,\n"
    "         bool_or(s.null_frac > 0) as nulls, count(*) as columns\n"
    "  from pg_catalog.pg_stats s where not s.inherited group by 1, 2),\n"
    BUSY_SQL "\n"
    "select n.nspname, c.relname, z.main + z.indexes + z.toast, z.main, z.indexes, z.toast,\n"
    "  greatest(coalesce(nullif(s.n_live_tup, 0), c.reltuples::bigint, 0), 0),\n"
    "  coalesce(s.n_dead_tup, 0),\n"
    "  case when w.bytes is null or c.reltuples < 0 or c.relkind = 'p' then null\n"
    "       else greatest(0, z.main - b.size * ceil(c.reltuples * (4\n"
    "         + ceil((23 + case when w.nulls then (w.columns + 7) / 8 else 0 end) / 8.0) * 8\n"
    "         + ceil(w.bytes / 8.0) * 8) / ((b.size - 24) * coalesce(f.fill, 100) / 100.0))\n"
    "       )::bigint end,\n"
    "  coalesce(s.seq_scan, 0), coalesce(s.idx_scan, 0),\n"
    "  " TUSK_OPS_TIME_SQL("greatest(s.last_vacuum, s.last_autovacuum)") ",\n"
    "  " TUSK_OPS_TIME_SQL("greatest(s.last_analyze, s.last_autoanalyze)") ",\n"
    "  case when c.relfrozenxid = '0'::xid then 0 else age(c.relfrozenxid) end\n"
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "  left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid\n"
    "  left join width w on w.schemaname = n.nspname and w.tablename = c.relname\n"
    "  cross join (select current_setting('block_size')::bigint as size) b\n"
    "  left join lateral (select substring(o from '^fillfactor=(.*)$')::int as fill\n"
    "    from unnest(c.reloptions) o where o like 'fillfactor=%') f on true\n"
    "  cross join lateral (select c.oid in (select oid from busy) as locked) l\n"
    "  cross join lateral (select case when l.locked or c.reltoastrelid = 0 then 0\n"
    "    else coalesce(pg_total_relation_size(c.reltoastrelid), 0) end as toast) t\n"
    "  cross join lateral (select t.toast,\n"
    "    case when l.locked then c.relpages * b.size\n"
    "         else coalesce(pg_table_size(c.oid) - t.toast, 0) end as main,\n"
    "    case when l.locked then coalesce((select sum(x.relpages) * b.size\n"
    "           from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid\n"
    "           where i.indrelid = c.oid), 0)::bigint\n"
    "         else coalesce(pg_indexes_size(c.oid), 0) end as indexes) z\n"
    "where c.relkind in ('r', 'm', 'p') and " OURS "\n"
    "order by 3 desc, 1, 2";
/* clang-format on */

#define TABLE(member) TUSK_OPS_COLUMN(tusk_stats_table, member)
static const tusk_ops_column table_columns[] = {
    TABLE(schema),       TABLE(name),        TABLE(total_bytes), TABLE(table_bytes),
    TABLE(index_bytes),  TABLE(toast_bytes), TABLE(rows),        TABLE(dead_rows),
    TABLE(bloat_bytes),  TABLE(table_scans), TABLE(index_scans), TABLE(last_vacuum),
    TABLE(last_analyze), TABLE(freeze_age),
};

tusk_status tusk_stats_tables_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_tables *out,
                                   tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_table, tables_sql, table_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

/* ---- indexes ---- */

/* A duplicate has the same keys in every respect (columns, classes, collations, order, condition)
 * as one that can do more: a unique one, one of a constraint, or one just like it that is older. */
#define INDEXES_SQL(last_scan)                                                                   \
    "with " BUSY_SQL ", every as (\n"                                                            \
    "  select i.*, c.relname, c.relam, c.relnamespace, c.relpages, l.locked,\n"                  \
    "    array[i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text]\n"     \
    "      || case when i.indexprs is null and i.indpred is null then array['', '']\n"           \
    "         when l.locked then array[i.indexrelid::text, '']\n"                                \
    "         else array[coalesce(pg_get_expr(i.indexprs, i.indrelid), ''),\n"                   \
    "           coalesce(pg_get_expr(i.indpred, i.indrelid), '')] end as keys,\n"                \
    "    exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid\n"       \
    "      and k.contype in ('p', 'u', 'x')) as bound,\n"                                        \
    "    i.indisunique::int + i.indisprimary::int as rank\n"                                     \
    "  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid\n"          \
    "    cross join lateral (select i.indrelid in (select oid from busy) as locked) l)\n"        \
    "select n.nspname, t.relname, i.relname, a.amname,\n"                                        \
    "  case when i.locked then (select string_agg(x.attname, ', ' order by x.attnum)\n"          \
    "      from pg_catalog.pg_attribute x where x.attrelid = i.indexrelid)\n"                    \
    "    else concat_ws(' where ', (select string_agg(case when o.k > i.indnkeyatts\n"           \
    "        then 'include ' else '' end || pg_get_indexdef(i.indexrelid, o.k, false), ', '\n"   \
    "        order by o.k) from generate_series(1, i.indnatts::int) o(k)),\n"                    \
    "      pg_get_expr(i.indpred, i.indrelid)) end,\n"                                           \
    "  case when i.locked then i.relpages * current_setting('block_size')::bigint\n"             \
    "    else coalesce(pg_relation_size(i.indexrelid), 0) end,\n"                                \
    "  coalesce(s.idx_scan, 0), " last_scan ",\n"                                                \
    "  i.indisprimary, i.indisunique,\n"                                                         \
    "  coalesce(s.idx_scan, 0) = 0 and not i.bound and not i.indisunique\n"                      \
    "    and not i.indisexclusion,\n"                                                            \
    "  d.relname,\n"                                                                             \
    "  d.relname is not null and (i.relname = 'idx_authUser_email'\n"                            \
    "    or coalesce(obj_description(i.indexrelid, 'pg_class'), '') ~* '^accepted'),\n"          \
    "  i.indisvalid,\n"                                                                          \
    "  not i.indisvalid and exists (select from pg_catalog.pg_stat_progress_create_index p\n"    \
    "    where p.index_relid = i.indexrelid)\n"                                                  \
    "from every i join pg_catalog.pg_class t on t.oid = i.indrelid\n"                            \
    "  join pg_catalog.pg_namespace n on n.oid = i.relnamespace\n"                               \
    "  join pg_catalog.pg_am a on a.oid = i.relam\n"                                             \
    "  left join pg_catalog.pg_stat_all_indexes s on s.indexrelid = i.indexrelid\n"              \
    "  left join lateral (select e.relname from every e\n"                                       \
    "    where e.indrelid = i.indrelid and e.indexrelid <> i.indexrelid and e.relam = i.relam\n" \
    "      and e.keys = i.keys and e.indnkeyatts = i.indnkeyatts and e.indisvalid\n"             \
    "      and not i.bound and not i.indisreplident and e.rank >= i.rank\n"                      \
    "      and (e.bound or e.rank > i.rank or e.indexrelid < i.indexrelid)\n"                    \
    "    order by e.bound desc, e.rank desc, e.indexrelid limit 1) d on true\n"                  \
    "where t.relkind in ('r', 'm', 'p') and " OURS "\n"                                          \
    "order by 7 desc, 6 desc, 1, 2, 3"

#define INDEX(member) TUSK_OPS_COLUMN(tusk_stats_index, member)
static const tusk_ops_column index_columns[] = {
    INDEX(schema), INDEX(table),        INDEX(name),      INDEX(method),  INDEX(columns),
    INDEX(bytes),  INDEX(scans),        INDEX(last_scan), INDEX(primary), INDEX(unique),
    INDEX(unused), INDEX(duplicate_of), INDEX(accepted),  INDEX(valid),   INDEX(building),
};

/* clang-format off */
static const char since_sql[] =
    "select " TUSK_OPS_TIME_SQL("stats_reset") " from pg_catalog.pg_stat_database\n"
    "where datname = current_database()";
/* clang-format on */

static tusk_status read_since(tusk_conn *conn, tusk_arena *arena, tusk_null_time *since,
                              tusk_error *err)
{
    tusk_str cell;
    long long us = 0;
    tusk_status st = tusk_ops_ask_text(conn, arena, since_sql, &cell, err);
    if (st != TUSK_OK) return st;
    since->has = tusk_str_to_int(cell, INT64_MIN, INT64_MAX, &us);
    since->value.us = us;
    return TUSK_OK;
}

tusk_status tusk_stats_indexes_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_indexes *out,
                                    tusk_error *err)
{
    static const char sql_16[] = INDEXES_SQL(TUSK_OPS_TIME_SQL("s.last_idx_scan"));
    static const char sql_14[] = INDEXES_SQL("null");
    const char *sql = tusk_conn_server_version_number(conn) >= 160000 ? sql_16 : sql_14;
    const tusk_ops_question question = TUSK_OPS_QUESTION(tusk_stats_index, sql, index_columns);
    tusk_status st = tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
    return st == TUSK_OK ? read_since(conn, arena, &out->since, err) : st;
}

/* ---- foreign keys ---- */

/* Led: some valid whole index whose first columns are the key's, in any order. */
static const char missing_sql[] =
    "with " BUSY_SQL "\n"
    "select n.nspname, t.relname, k.conname, l.columns,\n"
    "  format('%I.%I', rn.nspname, r.relname),\n"
    "  case when t.oid in (select oid from busy)\n"
    "    then t.relpages * current_setting('block_size')::bigint\n"
    "    else coalesce(pg_table_size(t.oid), 0) end,\n"
    "  format('create index%s on %I.%I (%s)', case when t.relkind = 'p' then ''\n"
    "    else ' concurrently' end, n.nspname, t.relname, l.columns)\n"
    "from pg_catalog.pg_constraint k join pg_catalog.pg_class t on t.oid = k.conrelid\n"
    "  join pg_catalog.pg_namespace n on n.oid = t.relnamespace\n"
    "  join pg_catalog.pg_class r on r.oid = k.confrelid\n"
    "  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace\n"
    "  cross join lateral (select string_agg(quote_ident(a.attname), ', ' order by o.i) as "
    "columns\n"
    "    from unnest(k.conkey) with ordinality o(attnum, i)\n"
    "    join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = o.attnum) l\n"
    "where k.contype = 'f' and k.conparentid = 0 and " OURS "\n"
    "  and not exists (select from pg_catalog.pg_index i\n"
    "    where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null\n"
    "      and i.indnkeyatts >= cardinality(k.conkey)\n"
    "      and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)\n"
    "order by 6 desc, 1, 2, 3";

#define MISSING(member) TUSK_OPS_COLUMN(tusk_stats_missing, member)
static const tusk_ops_column missing_columns[] = {
    MISSING(schema),     MISSING(table),       MISSING(constraint), MISSING(columns),
    MISSING(references), MISSING(table_bytes), MISSING(statement),
};

tusk_status tusk_stats_missing_read(tusk_conn *conn, tusk_arena *arena,
                                    tusk_stats_missing_indexes *out, tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_missing, missing_sql, missing_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}
