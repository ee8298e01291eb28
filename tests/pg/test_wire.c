/* test_wire.c - one connection with a real server: errors, deadlines, endings, COPY, stale
 * statements */
#include "tests/pg/conns.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/wire/protocol.h"
#include "tusk/buf.h"

/* ---- connecting ---- */

static void expect_refusal(const tusk_server *server, tusk_status status, const char *sqlstate)
{
    tusk_error err = { .status = TUSK_OK };
    tusk_conn *conn;
    assert_int_equal(tusk_conn_open(server, 5000, &conn, &err), status);
    assert_null(conn);
    assert_string_equal(err.sqlstate, sqlstate);
    assert_null(strstr(err.message, "LOCATION"));
    assert_int_not_equal(err.message[0], 0);
}

static void refusals_carry_their_sqlstate(void **state)
{
    const tusk_server good = ((conns *)*state)->server;
    tusk_server server = good;
    server.password = "wrong";
    expect_refusal(&server, TUSK_SERVER, "28P01");
    server = good;
    server.database = "no such database";
    expect_refusal(&server, TUSK_SERVER, "3D000");
    server = good;
    server.host = "127.0.0.1";
    server.port = conns_free_port(); /* nobody listens there */
    expect_refusal(&server, TUSK_CONNECTION, "");
    server = good;
    server.host = "/no/such/folder";
    expect_refusal(&server, TUSK_CONNECTION, "");
    server = good;
    server.tls = TUSK_TLS_UNVERIFIED;
    expect_refusal(&server, TUSK_INVALID, "");
}

static void a_missing_password_is_hinted_at(void **state)
{
    tusk_server server = ((conns *)*state)->server;
    tusk_error err;
    tusk_conn *conn;
    server.password = NULL;
    setenv("PGPASSFILE", "/dev/null/none", 1);
    assert_int_equal(tusk_conn_open(&server, 5000, &conn, &err), TUSK_CONNECTION);
    assert_non_null(strstr(err.hint, "POSTGRES_PASSWORD"));
    assert_int_equal(err.retry, TUSK_RETRY_NO);
}

/* ---- errors ---- */

static void errors_say_what_where_and_how(void **state)
{
    static const struct {
        const char *sql, *sqlstate, *message, *constraint, *column;
        int position;
    } cases[] = {
        { "selec 1", "42601", "syntax error", "", "", 1 },
        { "select \xC3\xA4 from pg_class", "42703", "does not exist", "", "", 8 },
        { "insert into unique_one values (1)", "23505", "duplicate key", "unique_one_pkey", "", 0 },
        { "insert into unique_one values (null)", "23502", "null value", "", "a", 0 },
        { "insert into unique_one values (-1)", "23514", "check constraint", "positive", "", 0 },
        { "select 1 / 0", "22012", "division by zero", "", "", 0 },
        { "select 1; select 2", "42601", "multiple commands", "", "", 0 },
        { "raise", "42601", "syntax error", "", "", 1 },
    };
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    const char *table =
        "create temp table unique_one (a int primary key constraint positive check (a > 0))";
    assert_int_equal(conns_run(conn, table, &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "insert into unique_one values (1)", &err), TUSK_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(conns_run(conn, cases[i].sql, &err), TUSK_SERVER);
        assert_string_equal(err.sqlstate, cases[i].sqlstate);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_string_equal(err.constraint, cases[i].constraint);
        assert_string_equal(err.column, cases[i].column);
        assert_int_equal(err.position, cases[i].position);
        assert_int_equal(err.retry, TUSK_RETRY_NO);
        conns_expect(conn, "select 1", "1");
        assert_int_equal(conns_run(conn, "", &err), TUSK_OK);
    }
    tusk_conn_close(conn);
}

/* The command has ended well by then, and the commit behind it fails. */
static void a_check_at_the_end_is_an_error_of_its_statement(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    const char *table = "create temp table late (a int unique deferrable initially deferred)";
    assert_int_equal(conns_run(conn, table, &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "insert into late values (1), (1)", &err), TUSK_SERVER);
    assert_string_equal(err.sqlstate, "23505");
    conns_expect(conn, "select count(*) from late", "0");
    tusk_conn_close(conn);
}

typedef struct rival {
    tusk_conn *conn;
    const char *sql;
    tusk_status status;
    tusk_error err;
} rival;

static void *run_rival(void *context)
{
    rival *self = context;
    self->status = conns_run(self->conn, self->sql, &self->err);
    return NULL;
}

static void a_deadlock_has_one_victim_that_may_retry(void **state)
{
    const tusk_server *server = &((conns *)*state)->server;
    rival a = { .conn = conns_open(server), .sql = "update dead set x = 2 where id = 2" };
    rival b = { .conn = conns_open(server), .sql = "update dead set x = 2 where id = 1" };
    tusk_error err;
    assert_int_equal(
        tusk_conn_script(
            a.conn, TUSK_STR("create table dead (id int, x int); insert into dead values (1), (2)"),
            &err),
        TUSK_OK);
    assert_int_equal(conns_run(a.conn, "begin", &err), TUSK_OK);
    assert_int_equal(conns_run(b.conn, "begin", &err), TUSK_OK);
    assert_int_equal(conns_run(a.conn, "update dead set x = 1 where id = 1", &err), TUSK_OK);
    assert_int_equal(conns_run(b.conn, "update dead set x = 1 where id = 2", &err), TUSK_OK);
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, run_rival, &a);
    pthread_create(&threads[1], NULL, run_rival, &b);
    /* Who lost holds up the other until it rolls back, which closing does. */
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    rival *loser = a.status != TUSK_OK ? &a : &b;
    assert_int_not_equal(a.status == TUSK_OK, b.status == TUSK_OK);
    assert_int_equal(loser->status, TUSK_SERVER);
    assert_string_equal(loser->err.sqlstate, "40P01");
    assert_int_equal(loser->err.retry, TUSK_RETRY_YES);
    tusk_conn_close(a.conn);
    tusk_conn_close(b.conn);
}

/* ---- deadlines ---- */

static void a_late_statement_is_cancelled_and_the_connection_lives(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    int64_t started = tusk_clock_ms();
    tusk_conn_set_timeout(conn, 100);
    const tusk_wire_statement sleep = { .sql = TUSK_STR("select pg_sleep(30)") };
    tusk_wire_answer *answer;
    assert_int_equal(tusk_wire_execute(conn, &sleep, 0, &answer, &err), TUSK_TIMEOUT);
    assert_string_equal(err.sqlstate, "57014");
    assert_in_range(tusk_clock_ms() - started, 100, 5000);
    tusk_conn_set_timeout(conn, 0);
    for (int i = 0; i < 50; i++)
        conns_expect(conn, "select 7", "7"); /* hit by no late cancellation */
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("set statement_timeout = 50"), &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "select pg_sleep(30)", &err),
                     TUSK_SERVER); /* the server's own */
    assert_string_equal(err.sqlstate, "57014");
    tusk_conn_close(conn);
}

static void a_late_script_is_cancelled(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    tusk_conn_set_timeout(conn, 100);
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("select 1; select pg_sleep(30)"), &err),
                     TUSK_TIMEOUT);
    conns_expect(conn, "select 7", "7");
    tusk_conn_close(conn);
}

static void a_frozen_server_costs_the_deadline_and_a_second(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    int backend = conns_backend(conn);
    int64_t started = tusk_clock_ms();
    assert_int_equal(kill(backend, SIGSTOP), 0);
    tusk_wire_answer *answer;
    const tusk_wire_statement one = { .sql = TUSK_STR("select 1") };
    tusk_status status = tusk_wire_execute(conn, &one, tusk_deadline_in(100), &answer, &err);
    int64_t took = tusk_clock_ms() - started;
    kill(backend, SIGCONT);
    assert_int_equal(status, TUSK_TIMEOUT);
    assert_int_equal(err.retry, TUSK_RETRY_UNKNOWN);
    assert_in_range(took, 1000, 5000);
    assert_true(tusk_wire_broken(conn));
    tusk_conn_close(conn);
}

static void *cancel_soon(void *conn)
{
    tusk_conn_cancel(conn);
    return NULL;
}

static void another_thread_can_cancel(void **state)
{
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    rival sleeper = { .conn = conn, .sql = "select pg_sleep(30)" };
    pthread_t threads[2];
    char active[120];
    snprintf(active, sizeof active,
             "select count(*) from pg_stat_activity where pid = %d and wait_event = 'PgSleep'",
             conns_backend(conn));
    pthread_create(&threads[0], NULL, run_rival, &sleeper);
    support_wait_for(made->arena, &made->server, active, "1", 10000);
    pthread_create(&threads[1], NULL, cancel_soon, conn);
    pthread_join(threads[1], NULL);
    pthread_join(threads[0], NULL);
    assert_int_equal(sleeper.status, TUSK_SERVER);
    assert_string_equal(sleeper.err.sqlstate, "57014");
    conns_expect(conn, "select 7", "7");
    tusk_conn_close(conn);
}

/* One byte too many, and the server ends the session instead of answering. The bytes are never
 * read. */
static void what_the_server_cannot_take_is_not_sent(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    size_t most = (size_t)1 << 30;
    char *zeros = mmap(NULL, most, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(zeros != MAP_FAILED);
    tusk_param param = { .oid = 17, .format = 1, .bytes = { zeros, 0 } };
    const tusk_wire_statement length = { .sql = TUSK_STR("select octet_length($1)"),
                                         .params = &param,
                                         .param_count = 1 };
    param.bytes.len = most - tusk_bind_size(TUSK_STR(""), &length);
    tusk_error err;
    tusk_wire_answer *answer;
    assert_int_equal(tusk_wire_execute(conn, &length, 0, &answer, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "1 GB"));
    conns_expect(conn, "select 7", "7");
    munmap(zeros, most);
    tusk_conn_close(conn);
}

/* ---- endings ---- */

static void an_idle_death_is_noticed_with_its_reason(void **state)
{
    const tusk_server *server = &((conns *)*state)->server;
    tusk_conn *conn = conns_open(server), *other = conns_open(server);
    tusk_error err;
    assert_true(tusk_wire_check_idle(conn));
    conns_terminate(other, conns_backend(conn));
    assert_false(tusk_wire_check_idle(conn));
    assert_int_equal(conns_run(conn, "select 1", &err), TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "57P01");
    assert_int_equal(err.retry, TUSK_RETRY_YES); /* nothing was sent */
    tusk_conn_close(conn);
    tusk_conn_close(other);
}

static void a_death_under_way_leaves_the_outcome_unknown(void **state)
{
    const tusk_server *server = &((conns *)*state)->server;
    tusk_conn *conn = conns_open(server);
    tusk_error err;
    assert_int_equal(conns_run(conn, "select pg_terminate_backend(pg_backend_pid())", &err),
                     TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "57P01");
    assert_int_equal(err.retry, TUSK_RETRY_UNKNOWN);
    assert_true(tusk_wire_broken(conn));
    tusk_conn_close(conn);
    conn = conns_open(server); /* a script and a COPY end the same way */
    assert_int_equal(
        tusk_conn_script(
            conn, TUSK_STR("select 1; select pg_terminate_backend(pg_backend_pid()); select 2"),
            &err),
        TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "57P01");
    tusk_conn_close(conn);
}

static void the_idle_transaction_timeout_is_told(void **state)
{
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    tusk_error err;
    char gone[100];
    snprintf(gone, sizeof gone, "select count(*) from pg_stat_activity where pid = %d",
             conns_backend(conn));
    assert_int_equal(conns_run(conn, "set idle_in_transaction_session_timeout = 20", &err),
                     TUSK_OK);
    assert_int_equal(conns_run(conn, "begin", &err), TUSK_OK);
    support_wait_for(made->arena, &made->server, gone, "0", 10000);
    assert_int_equal(conns_run(conn, "select 1", &err), TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "25P03");
    tusk_conn_close(conn);
}

static void a_forked_child_cannot_harm_the_parent(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    pid_t child = fork();
    if (child == 0) {
        tusk_status status = conns_run(conn, "select 1", &err);
        bool idle = tusk_wire_check_idle(conn);
        tusk_conn_close(conn);
        _exit(status == TUSK_MISUSE && !idle ? 0 : 1);
    }
    int ended;
    waitpid(child, &ended, 0);
    assert_int_equal(ended, 0);
    conns_expect(conn, "select 7", "7");
    tusk_conn_close(conn);
}

static void a_forked_child_cannot_speak_into_a_copy(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    int64_t rows;
    assert_int_equal(conns_run(conn, "create temp table kept (a int)", &err), TUSK_OK);
    tusk_conn_set_timeout(conn, 5000);
    assert_int_equal(tusk_copy_start(conn, "copy kept from stdin", &err), TUSK_OK);
    pid_t child = fork();
    if (child == 0) {
        tusk_status sent = tusk_copy_send(conn, TUSK_STR("1\n"), &err);
        tusk_status ended = tusk_copy_end(conn, NULL, &rows, &err);
        tusk_conn_close(conn);
        _exit(sent == TUSK_MISUSE && ended == TUSK_MISUSE ? 0 : 1);
    }
    int ended;
    waitpid(child, &ended, 0);
    assert_int_equal(ended, 0);
    assert_int_equal(tusk_copy_send(conn, TUSK_STR("2\n"), &err), TUSK_OK);
    assert_int_equal(tusk_copy_end(conn, NULL, &rows, &err), TUSK_OK);
    conns_expect(conn, "select string_agg(a::text, ' ') from kept", "2");
    tusk_conn_close(conn);
}

/* ---- prepared statements ---- */

static void changed_tables_do_not_brick_a_statement(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    assert_int_equal(conns_run(conn, "create temp table moved (a int)", &err), TUSK_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(conns_run(conn, "select * from moved", &err), TUSK_OK);
        assert_int_equal(tusk_conn_script(conn,
                                          TUSK_STR("alter table moved add column b int; "
                                                   "alter table moved rename b to c;"
                                                   "alter table moved drop a, add a text, drop c"),
                                          &err),
                         TUSK_OK);
    }
    assert_int_equal(conns_run(conn, "select * from moved", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "begin", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "alter table moved add column z int", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "select * from moved", &err),
                     TUSK_SERVER); /* aborted by then */
    assert_string_equal(err.sqlstate, "0A000");
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    assert_int_equal(conns_run(conn, "rollback", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "select * from moved", &err), TUSK_OK);
    tusk_conn_close(conn);
}

static void forgotten_statements_are_prepared_again(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    conns_expect(conn, "select 7", "7");
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("deallocate all"), &err), TUSK_OK);
    conns_expect(conn, "select 7", "7");
    assert_int_equal(conns_run(conn, "discard all", &err), TUSK_OK);
    conns_expect(conn, "select 7", "7");
    /* Unseen: inside a function's text, as a pooler might do it. */
    assert_int_equal(conns_run(conn, "do $$ begin execute 'deallocate all'; end $$", &err),
                     TUSK_OK);
    conns_expect(conn, "select 7", "7");
    tusk_conn_close(conn);
}

static void the_cache_of_statements_has_a_ceiling(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    char sql[40], expected[20];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 400; i++) {
            snprintf(sql, sizeof sql, "select %d", i);
            snprintf(expected, sizeof expected, "%d", i);
            conns_expect(conn, sql, expected);
        }
    conns_expect(conn, "select count(*) between 250 and 257 from pg_prepared_statements", "t");
    tusk_conn_close(conn);
}

/* What they would have made room for is still prepared: preparing it anew in a transaction would
 * fail there. */
static void refused_statements_drop_no_other(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    char sql[40], expected[20];
    for (int i = 0; i < 256; i++) {
        snprintf(sql, sizeof sql, "select %d", i);
        snprintf(expected, sizeof expected, "%d", i);
        conns_expect(conn, sql, expected);
    }
    tusk_error err;
    tusk_wire_answer *answer;
    const tusk_wire_statement refused = { .sql = TUSK_STR("select 1\0"), .prepare = true };
    for (int i = 0; i < 3; i++)
        assert_int_equal(tusk_wire_execute(conn, &refused, 0, &answer, &err), TUSK_INVALID);
    const tusk_wire_statement begin = { .sql = TUSK_STR("begin") };
    assert_int_equal(tusk_wire_execute(conn, &begin, 0, &answer, &err), TUSK_OK);
    tusk_wire_answer_free(answer);
    conns_expect(conn, "select 0", "0");
    conns_expect(conn, "select count(*) between 250 and 257 from pg_prepared_statements", "t");
    tusk_conn_close(conn);
}

/* ---- scripts, notices, COPY ---- */

static void take_notice(void *context, tusk_str severity, tusk_str message)
{
    tusk_buf_add(context, severity);
    tusk_buf_add_cstr(context, ": ");
    tusk_buf_add(context, message);
    tusk_buf_add_cstr(context, "\n");
}

static void scripts_run_whole_or_not_at_all(void **state)
{
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    tusk_error err;
    tusk_buf notices;
    tusk_buf_init_in(&notices, made->arena, 4096);
    tusk_conn_on_notice(conn, take_notice, &notices);
    const tusk_str bad =
        TUSK_STR("create table scripted (a int);\ninsert into scripted values (1);\n"
                 "select nix from scripted");
    assert_int_equal(tusk_conn_script(conn, bad, &err), TUSK_SERVER);
    assert_string_equal(err.sqlstate, "42703");
    assert_int_equal(err.position, 72);
    const tusk_str good = TUSK_STR("drop table if exists scripted; create table scripted (a int);"
                                   "do $$ begin raise warning 'mind %', 7; end $$");
    assert_int_equal(tusk_conn_script(conn, good, &err), TUSK_OK);
    assert_non_null(strstr(notices.ptr, "NOTICE: table \"scripted\" does not exist, skipping\n"));
    assert_non_null(strstr(notices.ptr, "WARNING: mind 7\n"));
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("select 1\0;"), &err), TUSK_INVALID);
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("copy scripted from stdin"), &err),
                     TUSK_SERVER);
    assert_int_equal(tusk_conn_script(conn, TUSK_STR(""), &err), TUSK_OK);
    conns_expect(conn, "select count(*) from scripted", "0");
    tusk_conn_close(conn);
}

static void copy_stores_all_or_nothing(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err = { .status = TUSK_OK };
    int64_t rows = -1;
    assert_int_equal(conns_run(conn, "create table copied (a int)", &err), TUSK_OK);
    assert_int_equal(tusk_copy_start(conn, "copy copied from stdin", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "select 1", &err), TUSK_MISUSE);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(tusk_copy_send(conn, TUSK_STR("12345\n12\n"), &err), TUSK_OK);
    assert_int_equal(tusk_copy_end(conn, NULL, &rows, &err), TUSK_OK);
    assert_int_equal(rows, 40000);

    assert_int_equal(tusk_copy_start(conn, "copy copied from stdin", &err), TUSK_OK);
    assert_int_equal(tusk_copy_send(conn, TUSK_STR("1\n"), &err), TUSK_OK);
    assert_int_equal(tusk_copy_end(conn, "changed my mind", &rows, &err), TUSK_OK);
    assert_int_equal(rows, 0);

    assert_int_equal(tusk_copy_start(conn, "copy copied from stdin", &err), TUSK_OK);
    tusk_status status = TUSK_OK; /* the server complains early or late */
    for (int i = 0; i < 20000 && status == TUSK_OK; i++)
        status = tusk_copy_send(conn, TUSK_STR("not a number\n"), &err);
    if (status == TUSK_OK) status = tusk_copy_end(conn, NULL, &rows, &err);
    assert_int_equal(status, TUSK_SERVER);
    assert_string_equal(err.sqlstate, "22P02");
    assert_non_null(strstr(err.detail, "line 1"));
    assert_int_equal(tusk_copy_send(conn, TUSK_STR("1\n"), &err), TUSK_MISUSE);

    assert_int_equal(tusk_copy_start(conn, "select 1", &err), TUSK_MISUSE);
    assert_int_equal(tusk_copy_start(conn, "copy nowhere from stdin", &err), TUSK_SERVER);
    conns_expect(conn, "select count(*) from copied", "40000");
    tusk_conn_close(conn);
}

static void a_killed_copy_is_reported(void **state)
{
    const tusk_server *server = &((conns *)*state)->server;
    tusk_conn *conn = conns_open(server), *other = conns_open(server);
    tusk_error err;
    int64_t rows;
    assert_int_equal(conns_run(conn, "create temp table lost (a int)", &err), TUSK_OK);
    int backend = conns_backend(conn);
    assert_int_equal(tusk_copy_start(conn, "copy lost from stdin", &err), TUSK_OK);
    conns_terminate(other, backend);
    tusk_status status = TUSK_OK;
    for (int i = 0; i < 1000 && status == TUSK_OK; i++)
        status = tusk_copy_send(conn, TUSK_STR("1\n"), &err);
    if (status == TUSK_OK) status = tusk_copy_end(conn, NULL, &rows, &err);
    assert_int_equal(status, TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "57P01");
    tusk_conn_close(conn);
    tusk_conn_close(other);
}

/* ---- pipelining ---- */

static void large_traffic_both_ways_does_not_stall(void **state)
{
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    tusk_error err;
    size_t size = (size_t)4 << 20;
    char *text = tusk_arena_alloc(made->arena, size + 1);
    memset(text, 'x', size);
    const tusk_param param = { .oid = 25, .bytes = { text, size } };
    const tusk_wire_statement echo = {
        .sql = TUSK_STR("select $1"), .params = &param, .param_count = 1, .prepare = true
    };
    size_t sent = 12, answered = 0;
    for (size_t i = 0; i < sent; i++) assert_int_equal(tusk_wire_send(conn, &echo, &err), TUSK_OK);
    while (answered < sent) {
        bool ready;
        tusk_wire_answer *answer;
        assert_int_equal(tusk_wire_process(conn, &err), TUSK_OK);
        assert_int_equal(tusk_wire_next(conn, &ready, &answer, &err), TUSK_OK);
        if (!ready) continue;
        assert_int_equal(tusk_wire_cell(answer, 0, 0).len, size);
        tusk_wire_answer_free(answer);
        answered++;
    }
    assert_int_equal(tusk_wire_in_flight(conn), 0);
    tusk_conn_close(conn);
}

static void an_error_in_the_pipeline_stays_with_its_statement(void **state)
{
    static const char *const texts[] = { "select 1", "select 1 / 0", "selec", "select 2" };
    static const char *const sqlstates[] = { "", "22012", "42601", "" };
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    for (int round = 0; round < 2; round++) { /* unprepared and prepared */
        for (size_t i = 0; i < 4; i++) {
            const tusk_wire_statement statement = { .sql = tusk_str_of(texts[i]),
                                                    .prepare = round };
            assert_int_equal(tusk_wire_send(conn, &statement, &err), TUSK_OK);
        }
        for (size_t answered = 0; answered < 4;) {
            bool ready;
            tusk_wire_answer *answer;
            assert_int_equal(tusk_wire_process(conn, &err), TUSK_OK);
            err.sqlstate[0] = '\0';
            tusk_status status = tusk_wire_next(conn, &ready, &answer, &err);
            if (!ready) continue;
            assert_int_equal(status == TUSK_OK, sqlstates[answered][0] == '\0');
            assert_string_equal(err.sqlstate, sqlstates[answered]);
            tusk_wire_answer_free(answer);
            answered++;
        }
    }
    tusk_conn_close(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_carry_their_sqlstate),
        cmocka_unit_test(a_missing_password_is_hinted_at),
        cmocka_unit_test(errors_say_what_where_and_how),
        cmocka_unit_test(a_check_at_the_end_is_an_error_of_its_statement),
        cmocka_unit_test(a_deadlock_has_one_victim_that_may_retry),
        cmocka_unit_test(a_late_statement_is_cancelled_and_the_connection_lives),
        cmocka_unit_test(a_late_script_is_cancelled),
        cmocka_unit_test(a_frozen_server_costs_the_deadline_and_a_second),
        cmocka_unit_test(another_thread_can_cancel),
        cmocka_unit_test(what_the_server_cannot_take_is_not_sent),
        cmocka_unit_test(an_idle_death_is_noticed_with_its_reason),
        cmocka_unit_test(a_death_under_way_leaves_the_outcome_unknown),
        cmocka_unit_test(the_idle_transaction_timeout_is_told),
        cmocka_unit_test(a_forked_child_cannot_harm_the_parent),
        cmocka_unit_test(a_forked_child_cannot_speak_into_a_copy),
        cmocka_unit_test(changed_tables_do_not_brick_a_statement),
        cmocka_unit_test(forgotten_statements_are_prepared_again),
        cmocka_unit_test(the_cache_of_statements_has_a_ceiling),
        cmocka_unit_test(refused_statements_drop_no_other),
        cmocka_unit_test(scripts_run_whole_or_not_at_all),
        cmocka_unit_test(copy_stores_all_or_nothing),
        cmocka_unit_test(a_killed_copy_is_reported),
        cmocka_unit_test(large_traffic_both_ways_does_not_stall),
        cmocka_unit_test(an_error_in_the_pipeline_stays_with_its_statement),
    };
    return cmocka_run_group_tests(tests, conns_set_up, conns_tear_down);
}
