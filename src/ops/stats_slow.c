/* stats_slow.c - the statements that take the most time, and how to have them counted at all */
#include "src/ops/stats_row.h"
#include "tusk/buf.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

enum { STEPS_MAX = 4096, SQL_MAX = 4096 };

/* What the server says of the extension. */
typedef struct extension {
    bool loaded_known, loaded; /* in shared_preload_libraries, where the role may read that */
    bool offered;              /* its files are there */
    bool current;              /* made in this database, not older than 1.8 */
    tusk_str version;          /* "" when it was not made in this database */
    tusk_str schema;           /* quoted */
    tusk_str preloaded;        /* the setting as it is */
} extension;

static const char extension_sql[] =
    "select s.setting is not null,\n"
    "  coalesce('pg_stat_statements' = any (regexp_split_to_array(replace(s.setting, '\"', ''),\n"
    "    '\\s*,\\s*')), false),\n"
    "  exists (select from pg_catalog.pg_available_extensions\n"
    "    where name = 'pg_stat_statements'),\n"
    "  coalesce(string_to_array(e.extversion, '.')::int[] >= array[1, 8], false),\n"
    "  e.extversion, quote_ident(n.nspname), s.setting\n"
    "from (values (1)) one\n"
    "  left join pg_catalog.pg_settings s on s.name = 'shared_preload_libraries'\n"
    "  left join pg_catalog.pg_extension e on e.extname = 'pg_stat_statements'\n"
    "  left join pg_catalog.pg_namespace n on n.oid = e.extnamespace";

#define EXTENSION(member) TUSK_OPS_COLUMN(extension, member)
static const tusk_ops_column extension_columns[] = {
    EXTENSION(loaded_known), EXTENSION(loaded), EXTENSION(offered),   EXTENSION(current),
    EXTENSION(version),      EXTENSION(schema), EXTENSION(preloaded),
};

#define STATEMENT(member) TUSK_OPS_COLUMN(tusk_stats_statement, member)
static const tusk_ops_column statement_columns[] = {
    STATEMENT(id),         STATEMENT(calls),       STATEMENT(rows),         STATEMENT(total_ms),
    STATEMENT(mean_ms),    STATEMENT(max_ms),      STATEMENT(stddev_ms),    STATEMENT(share),
    STATEMENT(cache_hits), STATEMENT(cache_reads), STATEMENT(temp_written), STATEMENT(user),
    STATEMENT(query),
};

static void add_step(tusk_buf *buf, int *number, const char *text)
{
    tusk_buf_printf(buf, "%s%d. %s", *number > 0 ? "\n" : "", *number + 1, text);
    ++*number;
}

/* ALTER SYSTEM takes a list of names; what is loaded already stays. */
static void add_preload(tusk_buf *buf, int *number, const extension *found)
{
    add_step(buf, number, "As superuser: alter system set shared_preload_libraries = ");
    tusk_str rest = found->preloaded;
    while (rest.len > 0) {
        tusk_str one = tusk_str_trim(tusk_str_cut(&rest, ','));
        if (one.len > 0) tusk_buf_printf(buf, "%.*s, ", TUSK_STR_ARG(one));
    }
    tusk_buf_add_cstr(buf, "pg_stat_statements;");
    add_step(buf, number,
             "Restart the server (systemctl restart postgresql, or your host's own "
             "way; the private PostgreSQL: tusk pg stop).");
}

static tusk_status tell_steps(tusk_arena *arena, const extension *found, tusk_str *steps,
                              tusk_error *err)
{
    tusk_buf buf;
    int number = 0;
    tusk_buf_init_in(&buf, arena, STEPS_MAX);
    if (!found->offered && found->version.len == 0) {
        add_step(&buf, &number,
                 "Install PostgreSQL's own extensions on the server's machine "
                 "(Debian has them in the package postgresql-NN itself; others "
                 "call it postgresql-contrib).");
    }
    if (found->loaded_known && !found->loaded) add_preload(&buf, &number, found);
    if (!found->loaded_known) {
        add_step(&buf, &number,
                 "Let shared_preload_libraries hold pg_stat_statements (show "
                 "shared_preload_libraries, as superuser, tells); restart the "
                 "server when it was not there.");
    }
    if (found->version.len == 0) {
        add_step(&buf, &number, "In this database: create extension pg_stat_statements;");
    } else if (!found->current) {
        add_step(&buf, &number, "In this database: alter extension pg_stat_statements update;");
    }
    return tusk_buf_finish(&buf, steps, err);
}

/* The schema is quoted by the server. */
static tusk_status read_statements(tusk_conn *conn, tusk_arena *arena, tusk_str schema,
                                   tusk_stats_slow *out, tusk_error *err)
{
    tusk_buf sql;
    tusk_str text;
    tusk_buf_init_in(&sql, arena, SQL_MAX);
    tusk_buf_add_cstr(&sql,
                      "select queryid, calls, rows, total_exec_time, mean_exec_time,\n"
                      "  max_exec_time, stddev_exec_time,\n"
                      "  coalesce(total_exec_time / nullif(sum(total_exec_time) over (), 0), 0),\n"
                      "  shared_blks_hit, shared_blks_read, temp_blks_written,\n"
                      "  coalesce(r.rolname, ''), coalesce(query, '')\nfrom ");
    tusk_buf_add(&sql, schema);
    tusk_buf_add_cstr(&sql, ".pg_stat_statements s\n"
                            "  left join pg_catalog.pg_roles r on r.oid = s.userid\n"
                            "where dbid = (select oid from pg_catalog.pg_database\n"
                            "  where datname = current_database())\n"
                            "order by total_exec_time desc limit 100");
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    if (st != TUSK_OK) return st;
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_stats_statement, text.ptr, statement_columns);
    return tusk_ops_ask(conn, arena, &question, NULL, &out->items, &out->count, err);
}

tusk_status tusk_stats_slow_read(tusk_conn *conn, tusk_arena *arena, tusk_stats_slow *out,
                                 tusk_error *err)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(extension, extension_sql, extension_columns);
    const extension *found = NULL;
    size_t count = 0;
    *out = (tusk_stats_slow){ .steps = TUSK_STR("") };
    tusk_status st = tusk_ops_ask(conn, arena, &question, NULL, &found, &count, err);
    if (st != TUSK_OK) return st;
    bool ready = count == 1 && found->current && (found->loaded || !found->loaded_known);
    if (!ready) return count ? tell_steps(arena, found, &out->steps, err) : TUSK_OK;
    tusk_error own = { 0 };
    st = read_statements(conn, arena, found->schema, out, &own);
    out->available = st == TUSK_OK;
    /* not loaded, as it turns out */
    if (st == TUSK_SERVER && strcmp(own.sqlstate, "55000") == 0)
        return tell_steps(arena, found, &out->steps, err);
    if (st != TUSK_OK && err) *err = own;
    return st;
}
