/* test_pool.c - a pool with a real server: turns, limits, what is left behind, what dies, many
 * threads at once */
#include "tests/pg/conns.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tusk/async.h"
#include "tusk/buf.h"
#include "tusk/cluster.h"
#include "tusk/pool.h"

static tusk_pool *open_pool(const tusk_server *server, tusk_pool_options options)
{
    tusk_error err;
    tusk_pool *pool;
    if (tusk_pool_open(server, &options, &pool, &err) != TUSK_OK) fail_msg("%s", err.message);
    return pool;
}

static tusk_conn *acquire(tusk_pool *pool)
{
    tusk_error err;
    tusk_conn *conn;
    if (tusk_pool_acquire(pool, &conn, &err) != TUSK_OK)
        fail_msg("%s (%s)", err.message, err.detail);
    return conn;
}

static void expect_counts(tusk_pool *pool, int open, int busy, int waiting)
{
    tusk_pool_stats stats;
    tusk_pool_look(pool, &stats);
    assert_int_equal(stats.open, open);
    assert_int_equal(stats.busy, busy);
    assert_int_equal(stats.waiting, waiting);
}

static void options_have_ranges(void **state)
{
    static const tusk_pool_options bad[] = {
        { .max = -1 },
        { .max = 1001 },
        { .lanes = -1 },
        { .max = 4, .lanes = 5 },
        { .idle_timeout_ms = 86400001 },
        { .connection_timeout_ms = 3600001 },
    };
    tusk_error err;
    tusk_pool *pool;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(tusk_pool_open(&((conns *)*state)->server, &bad[i], &pool, &err),
                         TUSK_INVALID);
}

static void the_last_one_back_is_lent_first(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server, (tusk_pool_options){ .max = 2 });
    tusk_conn *conn = acquire(pool);
    int backend = conns_backend(conn);
    expect_counts(pool, 1, 1, 0);
    tusk_pool_release(pool, conn);
    expect_counts(pool, 1, 0, 0);
    conn = acquire(pool);
    assert_int_equal(conns_backend(conn), backend);
    tusk_pool_release(pool, conn);
    tusk_pool_release(pool, NULL);
    tusk_pool_close(pool);
    tusk_pool_close(NULL);
}

static void an_exhausted_pool_says_how_it_stands(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server,
                                (tusk_pool_options){ .max = 2, .connection_timeout_ms = 80 });
    tusk_conn *a = NULL, *b = NULL, *none = NULL;
    tusk_error err;
    /* The first two may take longer than the short timeout to connect on a busy machine. */
    for (int i = 0; i < 50 && !a; i++) tusk_ignore(tusk_pool_acquire(pool, &a, &err));
    for (int i = 0; i < 50 && !b; i++) tusk_ignore(tusk_pool_acquire(pool, &b, &err));
    int64_t started = tusk_clock_ms();
    assert_int_equal(tusk_pool_acquire(pool, &none, &err), TUSK_TIMEOUT);
    assert_in_range(tusk_clock_ms() - started, 80, 2000);
    assert_null(none);
    assert_string_equal(err.detail, "size 2, in use 2, waiting 1");
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    expect_counts(pool, 2, 2, 0);
    tusk_pool_release(pool, a);
    tusk_pool_release(pool, b);
    tusk_pool_close(pool);
}

/* ---- first come, first served ---- */

typedef struct turn {
    tusk_pool *pool;
    int number;
    int *order, *served;
    tusk_status status;
} turn;

static void *take_turn(void *context)
{
    turn *self = context;
    tusk_conn *conn;
    self->status = tusk_pool_acquire(self->pool, &conn, NULL);
    if (self->status != TUSK_OK) return NULL;
    self->order[(*self->served)++] = self->number; /* one connection: one at a time */
    tusk_pool_release(self->pool, conn);
    return NULL;
}

static void wait_for_waiters(tusk_pool *pool, int count)
{
    tusk_pool_stats stats;
    int64_t deadline = tusk_deadline_in(10000);
    do {
        tusk_pool_look(pool, &stats);
        sched_yield();
    } while (stats.waiting != count && tusk_deadline_left(deadline) > 0);
    assert_int_equal(stats.waiting, count);
}

#define TURNS 8

static void waiters_are_served_in_order(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server,
                                (tusk_pool_options){ .max = 1, .connection_timeout_ms = 20000 });
    tusk_conn *conn = acquire(pool);
    pthread_t threads[TURNS];
    turn turns[TURNS];
    int order[TURNS], served = 0;
    for (int i = 0; i < TURNS; i++) {
        turns[i] = (turn){ pool, i, order, &served, TUSK_OK };
        pthread_create(&threads[i], NULL, take_turn, &turns[i]);
        wait_for_waiters(pool, i + 1);
    }
    tusk_pool_release(pool, conn);
    for (int i = 0; i < TURNS; i++) pthread_join(threads[i], NULL);
    assert_int_equal(served, TURNS);
    for (int i = 0; i < TURNS; i++) assert_int_equal(order[i], i);
    expect_counts(pool, 1, 0, 0);
    tusk_pool_close(pool);
}

static void closing_sends_waiters_away(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server,
                                (tusk_pool_options){ .max = 1, .connection_timeout_ms = 20000 });
    tusk_conn *conn = acquire(pool);
    int order[1], served = 0;
    turn waiter = { pool, 0, order, &served, TUSK_OK };
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, take_turn, &waiter);
    wait_for_waiters(pool, 1);
    pthread_create(&threads[1], NULL, (void *(*)(void *))(uintptr_t)tusk_pool_close, pool);
    pthread_join(threads[0], NULL);
    assert_int_equal(waiter.status, TUSK_CANCELLED);
    tusk_pool_release(pool, conn); /* closing waits for it */
    pthread_join(threads[1], NULL);
}

/* ---- shared with a loop ---- */

static void the_places_of_lanes_go_to_those_who_wait(void **state)
{
    tusk_pool *pool =
        open_pool(&((conns *)*state)->server,
                  (tusk_pool_options){ .max = 2, .lanes = 1, .connection_timeout_ms = 20000 });
    tusk_async *async;
    tusk_error err;
    assert_int_equal(tusk_async_open(pool, &async, &err), TUSK_OK);
    tusk_conn *conn = acquire(pool);
    int order[1], served = 0;
    turn waiter = { pool, 0, order, &served, TUSK_OK };
    pthread_t thread;
    pthread_create(&thread, NULL, take_turn, &waiter);
    wait_for_waiters(pool, 1);
    tusk_async_close(async);
    pthread_join(thread, NULL); /* the only other one is still out */
    assert_int_equal(waiter.status, TUSK_OK);
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
}

static void idle_ones_make_room_for_lanes(void **state)
{
    tusk_pool *pool =
        open_pool(&((conns *)*state)->server, (tusk_pool_options){ .max = 3, .lanes = 2 });
    tusk_conn *out[3];
    for (int i = 0; i < 3; i++) out[i] = acquire(pool);
    for (int i = 0; i < 3; i++) tusk_pool_release(pool, out[i]);
    expect_counts(pool, 3, 0, 0);
    tusk_async *async;
    tusk_error err;
    assert_int_equal(tusk_async_open(pool, &async, &err), TUSK_OK);
    expect_counts(pool, 1, 0, 0);
    tusk_async_close(async);
    tusk_pool_close(pool);
}

/* ---- what borrowers leave behind ---- */

static void an_open_transaction_is_rolled_back_and_logged(void **state)
{
    conns *made = *state;
    tusk_buf lines;
    tusk_buf_init_in(&lines, made->arena, 1 << 16);
    const tusk_log log = { TUSK_LOG_INFO, conns_log, &lines };
    tusk_pool *pool = open_pool(&made->server, (tusk_pool_options){ .max = 2, .log = &log });
    tusk_error err;
    tusk_conn *conn = acquire(pool);
    assert_int_equal(conns_run(conn, "create table kept (a int)", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "begin", &err), TUSK_OK);
    tusk_wire_set_depth(conn, 1);
    assert_int_equal(conns_run(conn, "insert into kept values (1)", &err), TUSK_OK);
    int backend = conns_backend(conn);
    tusk_pool_release(pool, conn);
    conn = acquire(pool);
    assert_int_equal(conns_backend(conn), backend);
    assert_int_equal(tusk_wire_depth(conn), 0);
    conns_expect(conn, "select count(*) from kept", "0");
    assert_non_null(strstr(lines.ptr, "open transaction"));
    assert_int_equal(conns_run(conn, "begin", &err), TUSK_OK);
    assert_int_equal(conns_run(conn, "selec", &err), TUSK_SERVER); /* failed, yet open */
    tusk_pool_release(pool, conn);
    conn = acquire(pool);
    conns_expect(conn, "select 7", "7");
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
}

static void settings_do_not_reach_the_next_borrower(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server, (tusk_pool_options){ .max = 1 });
    tusk_error err;
    tusk_conn *conn = acquire(pool);
    assert_int_equal(conns_run(conn, "set application_name = 'mine'", &err), TUSK_OK);
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("create temp table mine (a int)"), &err),
                     TUSK_OK);
    tusk_pool_release(pool, conn);
    conn = acquire(pool);
    conns_expect(conn, "show application_name", "tusk");
    assert_int_equal(conns_run(conn, "select * from mine", &err), TUSK_SERVER);
    tusk_pool_release(pool, conn);
    conn = acquire(pool);
    tusk_conn_set_answer_max(conn, 1000);
    tusk_pool_release(pool, conn);
    conn = acquire(pool);
    assert_int_equal(conns_run(conn, "select repeat('x', 100000)", &err), TUSK_OK);
    assert_int_equal(tusk_conn_script(conn, TUSK_STR("create temp table half (a int)"), &err),
                     TUSK_OK);
    assert_int_equal(tusk_copy_start(conn, "copy half from stdin", &err), TUSK_OK);
    tusk_pool_release(pool, conn); /* in the middle of it */
    expect_counts(pool, 0, 0, 0);
    conn = acquire(pool);
    conns_expect(conn, "select 7", "7");
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
}

/* ---- what dies ---- */

static void the_dead_are_never_lent(void **state)
{
    const tusk_server *server = &((conns *)*state)->server;
    tusk_pool *pool = open_pool(server, (tusk_pool_options){ .max = 3 });
    tusk_conn *other = conns_open(server), *out[3];
    for (int i = 0; i < 3; i++) out[i] = acquire(pool);
    int backends[3];
    for (int i = 0; i < 3; i++) backends[i] = conns_backend(out[i]);
    for (int i = 0; i < 3; i++) tusk_pool_release(pool, out[i]);
    for (int i = 0; i < 3; i++) conns_terminate(other, backends[i]);
    for (int i = 0; i < 3; i++) {
        out[i] = acquire(pool);
        conns_expect(out[i], "select 7", "7");
    }
    conns_terminate(other, conns_backend(out[0])); /* while it is out */
    for (int i = 0; i < 3; i++) tusk_pool_release(pool, out[i]);
    tusk_conn *conn = acquire(pool);
    conns_expect(conn, "select 7", "7");
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
    tusk_conn_close(other);
}

static void idle_ones_are_closed_in_time(void **state)
{
    conns *made = *state;
    tusk_server server = made->server;
    server.application_name = "idlers";
    tusk_pool *pool = open_pool(&server, (tusk_pool_options){ .max = 3, .idle_timeout_ms = 50 });
    tusk_conn *a = acquire(pool), *b = acquire(pool);
    tusk_pool_release(pool, a);
    tusk_pool_release(pool, b);
    tusk_pool_stats stats;
    int64_t deadline = tusk_deadline_in(10000);
    do tusk_pool_look(pool, &stats);
    while (stats.open > 0 && tusk_deadline_left(deadline) > 0);
    assert_int_equal(stats.open, 0);
    support_wait_for(made->arena, &made->server,
                     "select count(*) from pg_stat_activity where application_name = 'idlers'", "0",
                     10000);
    tusk_pool_close(pool);
}

static void failures_to_connect_are_told_and_keep_a_distance(void **state)
{
    tusk_server server = ((conns *)*state)->server;
    server.password = "wrong";
    tusk_pool *pool = open_pool(&server, (tusk_pool_options){ .max = 2 });
    tusk_error err;
    tusk_conn *conn;
    int64_t deadline = tusk_deadline_in(1000);
    int attempts = 0;
    for (; tusk_deadline_left(deadline) > 0; attempts++) {
        assert_int_equal(tusk_pool_acquire(pool, &conn, &err), TUSK_SERVER);
        assert_string_equal(err.sqlstate, "28P01");
    }
    assert_in_range(attempts, 1, 8);
    expect_counts(pool, 0, 0, 0);
    tusk_pool_close(pool);
}

static void a_child_process_gets_connections_of_its_own(void **state)
{
    tusk_pool *pool = open_pool(&((conns *)*state)->server, (tusk_pool_options){ .max = 1 });
    tusk_conn *conn = acquire(pool);
    int backend = conns_backend(conn);
    tusk_pool_release(pool, conn);
    pid_t child = fork();
    if (child == 0) {
        conn = NULL;
        tusk_ignore(tusk_pool_acquire(pool, &conn, NULL));
        _exit(conn && conns_backend(conn) != backend ? 0 : 1);
    }
    int ended;
    waitpid(child, &ended, 0);
    assert_int_equal(ended, 0);
    conn = acquire(pool);
    assert_int_equal(conns_backend(conn), backend);
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
}

/* ---- all at once ---- */

#define THREADS 20
#define ROUNDS  500

typedef struct worker {
    tusk_pool *pool;
    unsigned seed;
    int strange; /* outcomes that should not be */
} worker;

static void *work(void *context)
{
    worker *self = context;
    for (int i = 0; i < ROUNDS; i++) {
        tusk_conn *conn;
        tusk_error err;
        if (tusk_pool_acquire(self->pool, &conn, &err) != TUSK_OK) {
            self->strange++;
            continue;
        }
        int dice = rand_r(&self->seed) % 50;
        const char *sql = dice == 0   ? "select pg_terminate_backend(pg_backend_pid())"
                          : dice == 1 ? "begin"
                          : dice == 2 ? "set work_mem = '1MB'"
                                      : "select 1";
        tusk_status status = conns_run(conn, sql, &err);
        if (status != (dice == 0 ? TUSK_CONNECTION : TUSK_OK)) self->strange++;
        tusk_pool_release(self->pool, conn);
    }
    return NULL;
}

static void counters_are_at_baseline_after_a_storm(void **state)
{
    conns *made = *state;
    tusk_server server = made->server;
    server.application_name = "storm";
    tusk_pool *pool =
        open_pool(&server, (tusk_pool_options){ .max = 5, .connection_timeout_ms = 30000 });
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){ pool, (unsigned)i + 1, 0 };
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) assert_int_equal(workers[i].strange, 0);
    tusk_pool_stats stats;
    tusk_pool_look(pool, &stats);
    assert_int_equal(stats.busy, 0);
    assert_int_equal(stats.waiting, 0);
    assert_in_range(stats.open, 0, 5);
    assert_int_equal(stats.acquired, THREADS * ROUNDS);
    assert_int_equal(stats.timeouts, 0);
    tusk_pool_close(pool);
    support_wait_for(made->arena, &made->server,
                     "select count(*) from pg_stat_activity where application_name = 'storm'", "0",
                     10000);
}

/* ---- a server that goes and comes back ---- */

typedef struct restart {
    const char *folder;
    tusk_status status;
    tusk_error err;
} restart;

static void *start_server(void *context)
{
    restart *self = context;
    const tusk_cluster_options options = { .data_dir = self->folder, .database = "tusk_test" };
    self->status = tusk_cluster_start(&options, &self->err);
    return NULL;
}

static void a_restart_is_survived(void **state)
{
    conns *made = *state;
    tusk_error err;
    tusk_cluster *cluster;
    const char *folder = tusk_arena_printf(made->arena, "%s/own", support_folder(made->arena)).ptr;
    const tusk_cluster_options options = { .data_dir = folder, .database = "tusk_test" };
    if (tusk_cluster_open(&options, &cluster, &err) != TUSK_OK) fail_msg("%s", err.message);
    tusk_pool *pool = open_pool(tusk_cluster_server(cluster), (tusk_pool_options){ .max = 2 });
    tusk_conn *conn = acquire(pool);
    tusk_pool_release(pool, conn);
    assert_int_equal(tusk_cluster_stop(folder, true, &err), TUSK_OK);
    assert_int_equal(tusk_pool_acquire(pool, &conn, &err), TUSK_CONNECTION);
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    restart again = { .folder = folder };
    start_server(&again);
    if (again.status != TUSK_OK) fail_msg("%s", again.err.message);
    conn = acquire(pool);
    conns_expect(conn, "select 7", "7");
    tusk_pool_release(pool, conn);
    tusk_pool_close(pool);
    assert_int_equal(tusk_cluster_stop(folder, true, &err), TUSK_OK);
    tusk_cluster_close(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_have_ranges),
        cmocka_unit_test(the_last_one_back_is_lent_first),
        cmocka_unit_test(an_exhausted_pool_says_how_it_stands),
        cmocka_unit_test(waiters_are_served_in_order),
        cmocka_unit_test(closing_sends_waiters_away),
        cmocka_unit_test(the_places_of_lanes_go_to_those_who_wait),
        cmocka_unit_test(idle_ones_make_room_for_lanes),
        cmocka_unit_test(an_open_transaction_is_rolled_back_and_logged),
        cmocka_unit_test(settings_do_not_reach_the_next_borrower),
        cmocka_unit_test(the_dead_are_never_lent),
        cmocka_unit_test(idle_ones_are_closed_in_time),
        cmocka_unit_test(failures_to_connect_are_told_and_keep_a_distance),
        cmocka_unit_test(a_child_process_gets_connections_of_its_own),
        cmocka_unit_test(counters_are_at_baseline_after_a_storm),
        cmocka_unit_test(a_restart_is_survived),
    };
    return cmocka_run_group_tests(tests, conns_set_up, conns_tear_down);
}
