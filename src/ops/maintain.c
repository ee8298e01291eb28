/* maintain.c - which table is meant, and what the work on it would lock */
#include "tusk/maintain.h"

#include "src/ops/stats_row.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

enum { STATEMENT_MAX = 4096 };

/* ---- the table ---- */

typedef struct candidate {
    int64_t oid;
    tusk_str name; /* quoted by the server */
} candidate;

#define QUOTED(x) "'\"' || replace(" x ", '\"', '\"\"') || '\"'"
/* clang-format off */
/* $1 is compared with every way of writing each name, so nothing of it is ever parsed. */
static const char find_sql[] =
    "select c.oid::bigint, format('%I.%I', v.s, v.r)\n"
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "  cross join lateral (select c.relname::text, n.nspname::text) v(r, s)\n"
    "  cross join lateral (select " QUOTED("v.r") ", " QUOTED("v.s") ") q(r, s)\n"
    "where c.relkind in ('r', 'm', 'p') and ($1 in (v.r, q.r) and pg_table_is_visible(c.oid)\n"
    "  or $1 in (v.s || '.' || v.r, q.s || '.' || v.r, v.s || '.' || q.r, q.s || '.' || q.r))\n"
    "order by 2 limit 2";
/* clang-format on */
/* What was perhaps meant: without schema, quotes and capitals. */
static const char near_sql[] =
    "select c.oid::bigint, format('%I.%I', n.nspname, c.relname)\n"
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "where c.relkind in ('r', 'm', 'p')\n"
    "  and lower(c.relname) = lower(replace(regexp_replace($1, '^.*[.]', ''), '\"', ''))\n"
    "order by 2 limit 1";

static const tusk_ops_column candidate_columns[] = {
    TUSK_OPS_COLUMN(candidate, oid),
    TUSK_OPS_COLUMN(candidate, name),
};

static tusk_status ask(tusk_conn *conn, tusk_arena *arena, const char *sql, const char *table,
                       const candidate **found, size_t *count, tusk_error *err)
{
    const tusk_ops_question question = TUSK_OPS_QUESTION(candidate, sql, candidate_columns);
    return tusk_ops_ask(conn, arena, &question, TUSK_PARAMS(tusk_val(table)), found, count, err);
}

static tusk_status tell_missing(tusk_conn *conn, tusk_arena *arena, const char *table,
                                tusk_error *err)
{
    const candidate *near = NULL;
    size_t count = 0;
    tusk_status st = ask(conn, arena, near_sql, table, &near, &count, err);
    if (st != TUSK_OK) return st;
    tusk_fail(err, TUSK_INVALID, "there is no table \"%s\"", table);
    if (count > 0) {
        tusk_error_hint(err, "Perhaps you meant %.*s.", TUSK_STR_ARG(near[0].name));
    } else {
        tusk_error_hint(err, "tusk stats tables lists what is there.");
    }
    return TUSK_INVALID;
}

static tusk_status find_table(tusk_conn *conn, tusk_arena *arena, const char *table,
                              tusk_maintenance *out, tusk_error *err)
{
    const candidate *found = NULL;
    size_t count = 0;
    tusk_status st = ask(conn, arena, find_sql, table, &found, &count, err);
    if (st != TUSK_OK) return st;
    if (count == 0) return tell_missing(conn, arena, table, err);
    if (count > 1) {
        return tusk_fail(err, TUSK_INVALID, "\"%s\" may be %.*s or %.*s", table,
                         TUSK_STR_ARG(found[0].name), TUSK_STR_ARG(found[1].name));
    }
    out->table = found[0].name;
    out->table_oid = (uint32_t)found[0].oid;
    return TUSK_OK;
}

/* ---- the statement ---- */

static const struct {
    const char *words; /* before the table */
    const char *lock, *meaning;
    bool blocks_reads, blocks_writes;
} kinds[] = {
    [TUSK_ANALYZE] = { "analyze", "SHARE UPDATE EXCLUSIVE", "reading and writing go on", false,
                       false },
    [TUSK_VACUUM] = { "vacuum", "SHARE UPDATE EXCLUSIVE", "reading and writing go on", false,
                      false },
    [TUSK_VACUUM_FULL] = { "vacuum (full)", "ACCESS EXCLUSIVE",
                           "nobody can read or write a table while it is written anew, and the "
                           "disk has to hold both copies",
                           true, true },
    [TUSK_REINDEX] = { "reindex", "SHARE, and ACCESS EXCLUSIVE on each index",
                       "nobody can write to a table, nor start most queries on it, while its "
                       "indexes are made anew",
                       true, true },
    [TUSK_REINDEX_CONCURRENTLY] = { "reindex", "SHARE UPDATE EXCLUSIVE",
                                    "reading and writing go on; it waits for transactions that "
                                    "are open",
                                    false, false },
};

/* REINDEX wants to be told what it is and how before the name. */
static void add_target(tusk_buf *buf, tusk_maintain_kind kind, tusk_str table, tusk_str database)
{
    bool concurrently = kind == TUSK_REINDEX_CONCURRENTLY;
    if (kind == TUSK_REINDEX || concurrently) {
        tusk_buf_add_cstr(buf, table.len > 0 ? " table" : " database");
        if (concurrently) tusk_buf_add_cstr(buf, " concurrently");
        if (table.len == 0) table = database;
    }
    if (table.len == 0) return;
    tusk_buf_add_char(buf, ' ');
    tusk_buf_add(buf, table);
}

tusk_status tusk_maintain_prepare(tusk_conn *conn, tusk_arena *arena, tusk_maintain_kind kind,
                                  const char *table, tusk_maintenance *out, tusk_error *err)
{
    tusk_buf buf;
    tusk_str database;
    *out = (tusk_maintenance){ .kind = kind, .table = TUSK_STR("") };
    if ((size_t)kind >= sizeof kinds / sizeof *kinds) {
        return tusk_fail(err, TUSK_MISUSE, "there is no maintenance of kind %d", (int)kind);
    }
    out->lock = tusk_str_of(kinds[kind].lock);
    out->meaning = tusk_str_of(kinds[kind].meaning);
    out->blocks_reads = kinds[kind].blocks_reads;
    out->blocks_writes = kinds[kind].blocks_writes;
    tusk_status st = TUSK_OK;
    if (table && *table) st = find_table(conn, arena, table, out, err);
    if (st == TUSK_OK) {
        st = tusk_ops_ask_text(conn, arena, "select quote_ident(current_database())", &database,
                               err);
    }
    if (st != TUSK_OK) return st;
    tusk_buf_init_in(&buf, arena, STATEMENT_MAX);
    tusk_buf_add_cstr(&buf, kinds[kind].words);
    add_target(&buf, kind, out->table, database);
    return tusk_buf_finish(&buf, &out->statement, err);
}
