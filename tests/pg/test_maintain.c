/* test_maintain.c - ANALYZE, VACUUM and REINDEX on a real server: which table, how far, how stopped
 */
#include "tests/pg/conns.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tusk/conn.h"
#include "tusk/maintain.h"
#include "tusk/quote.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct room {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn, *watcher;
    tusk_error err;
};

static int enter(void **state)
{
    static struct room room;
    room = (struct room){ .arena = tusk_arena_new(0) };
    room.server = support_database(room.arena);
    room.conn = conns_open(&room.server);
    room.watcher = conns_open(&room.server);
    *state = &room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    tusk_conn_close(room->conn);
    tusk_conn_close(room->watcher);
    tusk_arena_free(room->arena);
    return 0;
}

static void make(struct room *room, const char *sql)
{
    conns_script(room->conn, sql);
}

static tusk_maintenance prepare(struct room *room, tusk_maintain_kind kind, const char *table)
{
    tusk_maintenance job;
    if (tusk_maintain_prepare(room->conn, room->arena, kind, table, &job, &room->err) != TUSK_OK)
        fail_msg("%s: %s", table, room->err.message);
    return job;
}

/* ---- which table ---- */

static void names_are_found_as_they_are_written(void **state)
{
    static const struct {
        const char *written, *found; /* NULL: refused */
    } cases[] = {
        { "authUser", "public.\"authUser\"" },
        { "\"authUser\"", "public.\"authUser\"" },
        { "public.authUser", "public.\"authUser\"" },
        { "\"public\".\"authUser\"", "public.\"authUser\"" },
        { "public.\"authUser\"", "public.\"authUser\"" },
        { "plain", "public.plain" },
        { "PLAIN", NULL },
        { "authuser", NULL },
        { "hidden", NULL },
        { "Other.hidden", "\"Other\".hidden" },
        { "\"Other\".hidden", "\"Other\".hidden" },
        { "other.hidden", NULL },
        { "we\"ird", "public.\"we\"\"ird\"" },
        { "\"we\"\"ird\"", "public.\"we\"\"ird\"" },
        { "line\nbreak", "public.\"line\nbreak\"" },
        { "x; drop table plain", "public.\"x; drop table plain\"" },
        { "plain; drop table plain", NULL },
        { "plain, authUser", NULL },
        { "(full) plain", NULL },
        { "public.plain", "public.plain" },
        { "dotted.name", "public.\"dotted.name\"" },
        { "twice.name", NULL }, /* a table of that name, and one in a schema */
        { "\"twice.name\"", "public.\"twice.name\"" },
        { "\"twice\".\"name\"", "twice.name" },
        { "a_view", NULL },
        { "plain_pkey", NULL },
        { "no such", NULL },
        { "pg_class", "pg_catalog.pg_class" },
        { "%I", NULL },
        { "$1", NULL },
    };
    struct room *room = *state;
    make(room,
         "create table \"authUser\" (id int); create table plain (id int primary key);"
         "create schema \"Other\"; create table \"Other\".hidden (id int);"
         "create table \"we\"\"ird\" (id int); create table \"line\nbreak\" (id int);"
         "create table \"x; drop table plain\" (id int); create table \"dotted.name\" (i int);"
         "create schema twice; create table twice.name (i int);"
         "create table \"twice.name\" (i int); create view a_view as select 1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_maintenance job;
        tusk_status st = tusk_maintain_prepare(room->conn, room->arena, TUSK_VACUUM,
                                               cases[i].written, &job, &room->err);
        if (st != (cases[i].found ? TUSK_OK : TUSK_INVALID))
            fail_msg("%s: %s %s", cases[i].written, tusk_status_name(st), room->err.message);
        if (!cases[i].found) continue;
        assert_string_equal(job.table.ptr, cases[i].found);
        if (tusk_maintain_run(room->conn, NULL, &job, NULL, NULL, &room->err) != TUSK_OK)
            fail_msg("%s: %s", job.statement.ptr, room->err.message);
    }
    tusk_maintenance job;
    assert_int_equal(
        tusk_maintain_prepare(room->conn, room->arena, TUSK_VACUUM, "authuser", &job, &room->err),
        TUSK_INVALID);
    assert_string_equal(room->err.hint, "Perhaps you meant public.\"authUser\".");
}

/* A REINDEX CONCURRENTLY that is cut short leaves an invalid index behind. */
static void limits_of_the_session_do_not_cut_it_short(void **state)
{
    struct room *room = *state;
    make(room, "create function slow(int) returns int language plpgsql immutable as "
               "'begin perform pg_sleep(0.15); return $1; end'; "
               "create table hurdles (a int); insert into hurdles values (1), (2), (3); "
               "create index on hurdles (slow(a))");
    make(room, "set statement_timeout = '300ms'; set lock_timeout = '7s'");
    tusk_maintenance job = prepare(room, TUSK_REINDEX_CONCURRENTLY, "hurdles");
    if (tusk_maintain_run(room->conn, NULL, &job, NULL, NULL, &room->err) != TUSK_OK)
        fail_msg("%s", room->err.message);
    conns_expect(room->conn, "select count(*) from pg_index where not indisvalid", "0");
    conns_expect(room->conn, "show statement_timeout", "300ms"); /* as they were */
    conns_expect(room->conn, "show lock_timeout", "7s");
}

static void each_kind_tells_its_lock(void **state)
{
    static const struct {
        tusk_maintain_kind kind;
        const char *one, *all; /* statements; all without the database's name */
        bool blocks_writes;
    } cases[] = {
        { TUSK_ANALYZE, "analyze public.t", "analyze", false },
        { TUSK_VACUUM, "vacuum public.t", "vacuum", false },
        { TUSK_VACUUM_FULL, "vacuum (full) public.t", "vacuum (full)", true },
        { TUSK_REINDEX, "reindex table public.t", "reindex database ", true },
        { TUSK_REINDEX_CONCURRENTLY, "reindex table concurrently public.t",
          "reindex database concurrently ", false },
    };
    struct room *room = *state;
    make(room, "create table t (id int primary key); insert into t values (1)");
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_maintained done;
        tusk_maintenance job = prepare(room, cases[i].kind, "t");
        assert_string_equal(job.statement.ptr, cases[i].one);
        assert_int_equal(job.blocks_writes, cases[i].blocks_writes);
        assert_true(job.lock.len > 0 && job.meaning.len > 0);
        assert_int_equal(
            tusk_maintain_run(room->conn, room->watcher, &job, NULL, &done, &room->err), TUSK_OK);
        assert_true(done.bytes_before > 0 && done.bytes_after > 0);
        job = prepare(room, cases[i].kind, NULL);
        assert_true(tusk_str_starts(job.statement, tusk_str_of(cases[i].all)));
        assert_int_equal(job.table.len, 0);
    }
    tusk_maintenance job = prepare(room, TUSK_REINDEX, "");
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, NULL, NULL, &room->err),
                     TUSK_OK);
}

/* ---- what it does ---- */

static void a_full_vacuum_gives_room_back(void **state)
{
    struct room *room = *state;
    tusk_maintained done;
    make(room, "create table \"T\" (id int) with (autovacuum_enabled = off);"
               "insert into \"T\" select generate_series(1, 20000); delete from \"T\"");
    tusk_maintenance job = prepare(room, TUSK_VACUUM_FULL, "T");
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, NULL, &done, &room->err),
                     TUSK_OK);
    assert_true(done.bytes_before > 500000);
    assert_int_equal(done.bytes_after, 0);
    assert_int_equal(done.warnings, 0);
}

/* Some pages, and a vacuum that takes a nap at each: there is time to look. */
#define SLOW(rows)                                                \
    "create table slow (id int) with (autovacuum_enabled = off);" \
    "insert into slow select generate_series(1, " #rows "); delete from slow where id % 2 = 0"
static void make_slow(struct room *room, const char *sql)
{
    make(room, sql);
    make(room, "set vacuum_cost_delay = '10ms'; set vacuum_cost_limit = 1");
}

struct seen {
    int calls, stop_after;
    bool phase, share, table;
    tusk_conn *killer; /* to end the session with */
    int backend;
};

static bool see(void *context, const tusk_maintain_progress *progress)
{
    struct seen *seen = context;
    seen->phase |= strcmp(progress->phase.ptr, "scanning heap") == 0;
    seen->table |= strcmp(progress->table.ptr, "public.slow") == 0;
    seen->share |= progress->total > 0 && progress->done > 0 && progress->done <= progress->total;
    if (progress->phase.len > 0) seen->calls++;
    if (seen->killer && seen->calls == 1) conns_terminate(seen->killer, seen->backend);
    return seen->stop_after == 0 || seen->calls < seen->stop_after;
}

static void progress_is_told(void **state)
{
    struct room *room = *state;
    struct seen seen = { 0 };
    const tusk_maintain_options options = { .interval_ms = 20, .progress = see, .context = &seen };
    make_slow(room, SLOW(5000));
    tusk_conn_set_timeout(room->conn, 77);
    tusk_maintenance job = prepare(room, TUSK_VACUUM, "slow");
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, &options, NULL, &room->err),
                     TUSK_OK);
    assert_true(seen.calls > 1);
    assert_true(seen.phase && seen.share && seen.table);
    assert_int_equal(tusk_conn_timeout(room->conn), 77); /* did not count, is back */
    conns_expect(room->conn, "show lock_timeout", "0");
}

static void it_stops_when_told(void **state)
{
    struct room *room = *state;
    struct seen seen = { .stop_after = 2 };
    const tusk_maintain_options options = { .interval_ms = 20, .progress = see, .context = &seen };
    make_slow(room, SLOW(1000000)); /* would take minutes */
    tusk_maintenance job = prepare(room, TUSK_VACUUM, "slow");
    int64_t start = tusk_clock_ms();
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, &options, NULL, &room->err),
                     TUSK_CANCELLED);
    assert_true(tusk_clock_ms() - start < 20000);
    assert_string_equal(room->err.message, "vacuum public.slow was stopped");
    conns_expect(room->conn, "select 1", "1");
}

static void a_lost_connection_is_told(void **state)
{
    struct room *room = *state;
    struct seen seen = { .backend = conns_backend(room->conn) };
    const tusk_maintain_options options = { .interval_ms = 20, .progress = see, .context = &seen };
    make_slow(room, SLOW(1000000));
    tusk_maintenance job = prepare(room, TUSK_VACUUM, "slow");
    seen.killer = conns_open(&room->server);
    tusk_status st = tusk_maintain_run(room->conn, room->watcher, &job, &options, NULL, &room->err);
    tusk_conn_close(seen.killer);
    assert_int_equal(st, TUSK_CONNECTION);
    assert_string_equal(room->err.sqlstate, "57P01");
}

/* The watcher is gone: the work is not. */
static void a_lost_watcher_does_no_harm(void **state)
{
    struct room *room = *state;
    struct seen seen = { 0 };
    const tusk_maintain_options options = { .interval_ms = 20, .progress = see, .context = &seen };
    make_slow(room, SLOW(5000));
    conns_terminate(room->conn, conns_backend(room->watcher));
    tusk_maintenance job = prepare(room, TUSK_VACUUM, "slow");
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, &options, NULL, &room->err),
                     TUSK_OK);
    assert_false(seen.phase);
}

/* ---- what stands in its way ---- */

static void a_lock_is_waited_for_so_long_only(void **state)
{
    struct room *room = *state;
    const tusk_maintain_options options = { .lock_timeout_ms = 200 };
    make(room, "create table t (id int)");
    tusk_conn *other = conns_open(&room->server);
    assert_int_equal(conns_run(other, "begin", &room->err), TUSK_OK);
    assert_int_equal(conns_run(other, "lock table t", &room->err), TUSK_OK);
    tusk_maintenance job = prepare(room, TUSK_VACUUM_FULL, "t");
    tusk_status st = tusk_maintain_run(room->conn, room->watcher, &job, &options, NULL, &room->err);
    tusk_conn_close(other);
    assert_int_equal(st, TUSK_SERVER);
    assert_string_equal(room->err.sqlstate, "55P03");
    assert_non_null(strstr(room->err.hint, "tusk stats locks"));
    conns_expect(room->conn, "show lock_timeout", "0");
}

static void a_transaction_is_no_place_for_it(void **state)
{
    struct room *room = *state;
    make(room, "create table t (id int)");
    tusk_maintenance job = prepare(room, TUSK_VACUUM, "t");
    assert_int_equal(tusk_tx_begin(room->conn, NULL, &room->err), TUSK_OK);
    assert_int_equal(tusk_maintain_run(room->conn, room->watcher, &job, NULL, NULL, &room->err),
                     TUSK_MISUSE);
    tusk_tx_rollback(room->conn);
}

static void make_role(struct room *room, const char *before, const char *name, const char *after)
{
    tusk_buf buf;
    tusk_str sql;
    tusk_buf_init_in(&buf, room->arena, 1000);
    tusk_buf_add_cstr(&buf, before);
    tusk_quote_name(&buf, tusk_str_of(name));
    tusk_buf_add_cstr(&buf, after);
    assert_int_equal(tusk_buf_finish(&buf, &sql, NULL), TUSK_OK);
    make(room, sql.ptr);
}

/* The server only warns, and would call it done. */
static void a_table_of_others_is_not_called_done(void **state)
{
    struct room *room = *state;
    tusk_server server = room->server;
    tusk_maintained done;
    char name[32];
    snprintf(name, sizeof name, "stranger_%d", (int)getpid());
    make_role(room, "create role ", name, " login password 'x'; create table t (id int)");
    server.user = name;
    server.password = "x";
    tusk_conn *owner = room->conn;
    room->conn = conns_open(&server);
    tusk_maintenance one = prepare(room, TUSK_VACUUM, "t"), all = prepare(room, TUSK_ANALYZE, NULL);
    tusk_error err = { 0 };
    tusk_status st_one = tusk_maintain_run(room->conn, NULL, &one, NULL, NULL, &err);
    tusk_status st_all = tusk_maintain_run(room->conn, NULL, &all, NULL, &done, &room->err);
    tusk_conn_close(room->conn);
    room->conn = owner;
    make_role(room, "drop role ", name, "");
    assert_int_equal(st_one, TUSK_SERVER);
    assert_non_null(
        strstr(err.message, "\"t\"")); /* skipping "t"; permission denied to vacuum "t" */
    assert_int_equal(st_all, TUSK_OK);
    assert_true(done.warnings > 0 && done.first_warning[0] != '\0');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(names_are_found_as_they_are_written),
        TEST(limits_of_the_session_do_not_cut_it_short),
        TEST(each_kind_tells_its_lock),
        TEST(a_full_vacuum_gives_room_back),
        TEST(progress_is_told),
        TEST(it_stops_when_told),
        TEST(a_lost_connection_is_told),
        TEST(a_lost_watcher_does_no_harm),
        TEST(a_lock_is_waited_for_so_long_only),
        TEST(a_transaction_is_no_place_for_it),
        TEST(a_table_of_others_is_not_called_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
