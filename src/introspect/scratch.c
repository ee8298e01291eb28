/* scratch.c - what PostgreSQL makes of a schema, seen in a database of its own */
#include "src/introspect/scratch.h"

#include <inttypes.h>
#include <unistd.h>

#include "src/diff/diff.h"
#include "src/sql/quote.h"
#include "tusk/clock.h"
#include "tusk/run.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 10000, STATEMENT_MAX = 1024, BATCH = 200 };
#define HOUR_MS    INT64_C(3600000)
#define SCRIPT_MAX ((size_t)64 << 20)

typedef struct scratch {
    const tusk_server *server;
    int timeout_ms;
    tusk_arena *arena;
    tusk_conn *admin;
    tusk_str name;
    tusk_error *err;
} scratch;

static tusk_status connect_to(const scratch *s, const char *database, tusk_conn **out)
{
    tusk_server server = *s->server;
    server.database = database;
    tusk_status st = tusk_conn_open(&server, CONNECT_MS, out, s->err);
    if (st == TUSK_OK) tusk_conn_set_timeout(*out, s->timeout_ms);
    return st;
}

/* BEFORE "name" AFTER, for what takes no parameters. */
static tusk_status run_named(const scratch *s, const char *before, tusk_str name, const char *after,
                             tusk_error *err)
{
    tusk_buf sql;
    tusk_str text;
    tusk_buf_init_in(&sql, s->arena, STATEMENT_MAX);
    tusk_buf_add_cstr(&sql, before);
    tusk_sql_add_ident(&sql, name);
    tusk_buf_add_cstr(&sql, after);
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    return st == TUSK_OK ? tusk_conn_script(s->admin, text, err) : st;
}

/* Those of programs that were killed: an hour old, and nobody is in them. One that is not ours to
 * drop stays. */
static tusk_status sweep(const scratch *s)
{
    static const char sql[] =
        "select d.datname from pg_catalog.pg_database d where case when d.datname ~ "
        "'^tusk_scratch_[0-9]{13}_[0-9]+$' then substring(d.datname from '_([0-9]{13})_')::bigint "
        "< $1::bigint else false end and not exists (select from pg_catalog.pg_stat_activity a "
        "where a.datid = d.oid)";
    tusk_result old;
    int64_t before = tusk_now().us / 1000 - HOUR_MS;
    tusk_status st = tusk_run(s->admin, s->arena,
                              tusk_sql(s->arena, sql, TUSK_PARAMS(tusk_val(before))), &old, s->err);
    for (size_t i = 0; st == TUSK_OK && i < old.cell_rows; i++) {
        tusk_ignore(
            run_named(s, "drop database if exists ", tusk_result_cell(&old, i, 0), "", NULL));
    }
    return st;
}

/* Some statements of a plan at once, from `first`. */
static tusk_status run_batch(const scratch *s, tusk_conn *conn, const tusk_plan *plan, size_t first)
{
    tusk_buf script;
    tusk_str text;
    tusk_buf_init_in(&script, s->arena, SCRIPT_MAX);
    for (size_t i = first; i < plan->steps.count && i < first + BATCH; i++) {
        tusk_buf_add(&script, plan->steps.items[i].sql);
        tusk_buf_add_char(&script, '\n');
    }
    tusk_status st = tusk_buf_finish(&script, &text, s->err);
    return st == TUSK_OK ? tusk_conn_script(conn, text, s->err) : st;
}

/* In one transaction, which spares a thousand waits for the disk. */
static tusk_status fill(const scratch *s, tusk_conn *conn, const tusk_model *model)
{
    tusk_plan plan;
    const tusk_model nothing = tusk_model_empty();
    tusk_status st = tusk_diff(s->arena, &nothing, model, NULL, &plan, s->err);
    if (st == TUSK_OK) {
        st = tusk_conn_script(conn, TUSK_STR("begin; set local check_function_bodies = off"),
                              s->err);
    }
    for (size_t i = 0; st == TUSK_OK && i < plan.steps.count; i += BATCH) {
        st = run_batch(s, conn, &plan, i);
    }
    return st == TUSK_OK ? tusk_conn_script(conn, TUSK_STR("commit"), s->err) : st;
}

static tusk_status ask(const scratch *s, const tusk_introspect_options *options,
                       const tusk_model *model, tusk_model *out)
{
    tusk_conn *conn = NULL;
    tusk_status st = connect_to(s, s->name.ptr, &conn);
    if (st == TUSK_OK) st = fill(s, conn, model);
    if (st == TUSK_OK) st = tusk_introspect(conn, s->arena, options, out, s->err);
    tusk_conn_close(conn);
    return st;
}

tusk_status tusk_scratch_read_back(const tusk_server *server, int timeout_ms, tusk_arena *arena,
                                   const tusk_introspect_options *options, const tusk_model *model,
                                   tusk_model *out, tusk_error *err)
{
    scratch s = { .server = server, .timeout_ms = timeout_ms, .arena = arena, .err = err };
    s.name = tusk_arena_printf(arena, "tusk_scratch_%" PRId64 "_%ld", tusk_now().us / 1000,
                               (long)getpid());
    if (!s.name.ptr) return tusk_fail_nomem(err, "the name of a scratch database");
    tusk_status st = connect_to(&s, server->database, &s.admin);
    if (st == TUSK_OK) st = sweep(&s);
    if (st == TUSK_OK) st = run_named(&s, "create database ", s.name, " template template0", err);
    if (st == TUSK_OK) {
        st = ask(&s, options, model, out);
        tusk_ignore(run_named(&s, "drop database if exists ", s.name, " with (force)", NULL));
    }
    tusk_conn_close(s.admin);
    return st;
}
