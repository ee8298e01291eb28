/* testing.c - test databases: copies of a migrated template, named so that leftovers can be swept
 */
#include "tusk/testing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/sql/quote.h"
#include "tusk/migrate.h"
#include "tusk/run.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 10000, STATEMENT_MS = 60000, NAMES_MAX = 1000, SQL_MAX = 1024 };
#define HOUR_MS INT64_C(3600000)
#define WEEK_MS (7 * 24 * HOUR_MS)

static int64_t now_ms(void)
{
    return tusk_now().us / 1000;
}

static bool has_state(const tusk_error *err, const char *sqlstate)
{
    return strcmp(err->sqlstate, sqlstate) == 0;
}

/* ---- the server ---- */

static tusk_status read_outside(tusk_arena *arena, bool *found, tusk_server *out, tusk_error *err)
{
    const tusk_env *env = NULL;
    const struct {
        const char *name, *fallback;
        const char **out;
    } texts[] = {
        { "TEST_POSTGRES_HOST", "localhost", &out->host },
        { "TEST_POSTGRES_USER", "postgres", &out->user },
        { "TEST_POSTGRES_PASSWORD", "password", &out->password },
    };
    long long port = 5432;
    tusk_status st = tusk_env_read(arena, NULL, &env, err);
    if (st == TUSK_OK) st = tusk_env_int(env, "TEST_POSTGRES_PORT", 1, 65535, 5432, &port, err);
    if (st) return st;
    *found = tusk_env_get(env, "TEST_POSTGRES_PORT") != NULL;
    out->port = (int)port;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = tusk_env_get(env, texts[i].name);
        *texts[i].out = value ? value : texts[i].fallback;
        *found = *found || value;
    }
    return TUSK_OK;
}

static tusk_status find_server(tusk_arena *arena, const tusk_test_options *options,
                               tusk_test_database *out, tusk_error *err)
{
    bool outside = options->server != NULL;
    if (outside) {
        out->admin = *options->server;
    } else {
        tusk_status st = read_outside(arena, &outside, &out->admin, err);
        if (st) return st;
    }
    if (!outside) {
        tusk_cluster_options private = { .data_dir = options->data_dir, .database = "postgres" };
        tusk_status st = tusk_cluster_open(&private, &out->cluster, err);
        if (st) return st;
        out->admin = *tusk_cluster_server(out->cluster);
    }
    if (!out->admin.database) out->admin.database = "postgres";
    return TUSK_OK;
}

static tusk_status connect_to(const tusk_server *server, tusk_conn **out, tusk_error *err)
{
    tusk_status st = tusk_conn_open(server, CONNECT_MS, out, err);
    if (st == TUSK_OK) tusk_conn_set_timeout(*out, STATEMENT_MS);
    return st;
}

/* ---- statements that take names, which cannot be bound ---- */

/* The names come quoted. */
static tusk_status run_named(tusk_conn *conn, const char *before, const char *name,
                             const char *between, const char *other, tusk_error *err)
{
    char room[SQL_MAX];
    tusk_buf sql;
    tusk_arena *arena = tusk_arena_new(sizeof room * 4);
    tusk_buf_init_in(&sql, arena, sizeof room);
    tusk_buf_add_cstr(&sql, before);
    tusk_sql_add_ident(&sql, name);
    tusk_buf_add_cstr(&sql, between);
    if (other) tusk_sql_add_ident(&sql, other);
    tusk_str text;
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    if (st == TUSK_OK) st = tusk_conn_script(conn, text, err);
    tusk_arena_free(arena);
    return st;
}

static tusk_status drop(tusk_conn *conn, const char *name, tusk_error *err)
{
    return run_named(conn, "drop database if exists ", name, " with (force)", NULL, err);
}

/* What crashed tests left, found by the time in the names. One that somebody else is dropping or
 * that is not ours to drop stays: the next test tries again. */
static tusk_status sweep(tusk_conn *conn, tusk_arena *arena, int64_t after_ms, tusk_error *err)
{
    static const char sql[] =
        "select d.datname from pg_database d where case "
        "when d.datname ~ '^(test|tusk_template_new)_[0-9]{13}_[0-9]+_[0-9]+$' then "
        "substring(d.datname from '_([0-9]{13})_')::bigint < $1::bigint "
        "when d.datname ~ '^tusk_template_[0-9]{13}_[0-9a-f]{32}$' then "
        "substring(d.datname from '_([0-9]{13})_')::bigint < $2::bigint else false end "
        "and not exists (select from pg_stat_activity a where a.datid = d.oid)";
    tusk_result old;
    int64_t now = now_ms();
    tusk_status st = tusk_run(
        conn, arena,
        tusk_sql(arena, sql, TUSK_PARAMS(tusk_val(now - after_ms), tusk_val(now - WEEK_MS))), &old,
        err);
    if (st) return st;
    for (size_t i = 0; i < old.cell_rows; i++) {
        tusk_error ignored;
        if (run_named(conn, "drop database if exists ", tusk_result_cell(&old, i, 0).ptr, "", NULL,
                      &ignored) == TUSK_CONNECTION)
            return tusk_fail(err, TUSK_CONNECTION, "%s", ignored.message);
    }
    return TUSK_OK;
}

/* Makes PREFIX_<ms>_<pid>_<n> with the first n that is free. */
static tusk_status create(tusk_conn *conn, tusk_arena *arena, const char *prefix,
                          const char *template, const char **name, tusk_error *err)
{
    for (int n = 1; n <= NAMES_MAX; n++) {
        tusk_error why = { 0 };
        *name =
            tusk_arena_printf(arena, "%s_%" PRId64 "_%ld_%d", prefix, now_ms(), (long)getpid(), n)
                .ptr;
        if (!*name) return tusk_fail_nomem(err, "the name of a test database");
        tusk_status st = run_named(conn, "create database ", *name, " template ", template, &why);
        if (st == TUSK_OK) return TUSK_OK;
        if (has_state(&why, "42P04") || has_state(&why, "23505")) continue; /* taken */
        if (err) *err = why;
        return st;
    }
    return tusk_fail(err, TUSK_BUSY, "no name is free for a test database");
}

/* ---- the template ---- */

/* One text for what a folder of migrations holds: times and hashes of all files. */
static tusk_status fingerprint(tusk_conn *conn, tusk_arena *arena, const char *folder,
                               tusk_str *out, tusk_error *err)
{
    tusk_migration_list list;
    tusk_buf all;
    tusk_buf_init_in(&all, arena, (size_t)1 << 20);
    tusk_status st = tusk_migrate_look(conn, arena, folder, &list, err);
    if (st) return st;
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].index < 0) continue;
        tusk_buf_printf(&all, "%" PRId64 " ", list.items[i].when);
        tusk_buf_add(&all, list.items[i].hash);
        tusk_buf_add_char(&all, '\n');
    }
    tusk_str text;
    tusk_result answer;
    st = tusk_buf_finish(&all, &text, err);
    if (st == TUSK_OK)
        st = tusk_run(conn, arena,
                      tusk_sql(arena,
                               "select left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 32)",
                               TUSK_PARAMS(tusk_val(text))),
                      &answer, err);
    if (st == TUSK_OK) *out = tusk_result_cell(&answer, 0, 0);
    return st;
}

static tusk_status find_template(tusk_conn *conn, tusk_arena *arena, tusk_str print,
                                 const char **name, tusk_error *err)
{
    tusk_result answer;
    tusk_status st = tusk_run(
        conn, arena,
        tusk_sql(arena,
                 "select datname from pg_database where datname ~ '^tusk_template_[0-9]{13}_' and "
                 "right(datname, 32) = $1 order by datname desc limit 1",
                 TUSK_PARAMS(tusk_val(print))),
        &answer, err);
    if (st == TUSK_OK && answer.cell_rows > 0) *name = tusk_result_cell(&answer, 0, 0).ptr;
    return st;
}

static tusk_status migrate(const tusk_server *admin, const char *database, const char *folder,
                           tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_server server = *admin;
    server.database = database;
    tusk_status st = connect_to(&server, &conn, err);
    if (st == TUSK_OK) st = tusk_migrate_up(conn, folder, NULL, NULL, err);
    tusk_conn_close(conn);
    return st;
}

/* A migrated database gets the template's name only when it is whole; two programs that make one at
 * once make two, and the newer one is used. */
static tusk_status make_template(tusk_conn *conn, tusk_arena *arena, const tusk_server *admin,
                                 const char *folder, tusk_str print, const char **name,
                                 tusk_error *err)
{
    const char *made = NULL;
    tusk_status st = create(conn, arena, "tusk_template_new", "template0", &made, err);
    if (st) return st;
    st = migrate(admin, made, folder, err);
    *name =
        tusk_arena_printf(arena, "tusk_template_%" PRId64 "_%.*s", now_ms(), TUSK_STR_ARG(print))
            .ptr;
    if (st == TUSK_OK && !*name) st = tusk_fail_nomem(err, "the name of a template");
    /* nobody gets in any more: a copy can be made only while nobody is connected */
    if (st == TUSK_OK)
        st = run_named(conn, "alter database ", made, " allow_connections false", NULL, err);
    if (st == TUSK_OK) st = run_named(conn, "alter database ", made, " rename to ", *name, err);
    tusk_error ignored;
    if (st) tusk_ignore(drop(conn, made, &ignored));
    return st;
}

static tusk_status template_of(tusk_conn *conn, tusk_arena *arena, const tusk_server *admin,
                               const char *folder, const char **name, tusk_error *err)
{
    tusk_str print = { 0, 0 };
    *name = "template0";
    if (!folder) return TUSK_OK;
    *name = NULL;
    tusk_status st = fingerprint(conn, arena, folder, &print, err);
    if (st == TUSK_OK) st = find_template(conn, arena, print, name, err);
    if (st || *name) return st;
    return make_template(conn, arena, admin, folder, print, name, err);
}

/* ---- the two calls ---- */

static tusk_status make(tusk_arena *arena, const tusk_test_options *options,
                        tusk_test_database *out, tusk_error *err)
{
    tusk_conn *conn = NULL;
    const char *template = NULL;
    tusk_status st = find_server(arena, options, out, err);
    if (st == TUSK_OK) st = connect_to(&out->admin, &conn, err);
    if (st) return st;
    int64_t after = options->sweep_after_ms ? options->sweep_after_ms : HOUR_MS;
    out->server = out->admin;
    st = sweep(conn, arena, after, err);
    if (st == TUSK_OK)
        st = template_of(conn, arena, &out->admin, options->migrations, &template, err);
    if (st == TUSK_OK) st = create(conn, arena, "test", template, &out->server.database, err);
    tusk_conn_close(conn);
    return st;
}

tusk_status tusk_test_database_create(tusk_arena *arena, const tusk_test_options *options,
                                      tusk_test_database *out, tusk_error *err)
{
    static const tusk_test_options none = { 0 };
    *out = (tusk_test_database){ 0 };
    tusk_status st = make(arena, options ? options : &none, out, err);
    if (st == TUSK_OK) return st;
    tusk_error_prefix(err, "no test database");
    tusk_cluster_close(out->cluster);
    *out = (tusk_test_database){ 0 };
    return st;
}

tusk_status tusk_test_database_drop(tusk_test_database *database, tusk_error *err)
{
    tusk_conn *conn = NULL;
    if (!database->server.database) return TUSK_OK;
    tusk_status st = connect_to(&database->admin, &conn, err);
    if (st == TUSK_OK) st = drop(conn, database->server.database, err);
    tusk_conn_close(conn);
    tusk_cluster_close(database->cluster);
    *database = (tusk_test_database){ 0 };
    return st;
}
