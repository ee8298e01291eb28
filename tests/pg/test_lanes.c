/* test_lanes.c - the loop face with a real server: order, every done once, deadlines, cancelling,
 * killing, recovery */
#include "tests/pg/conns.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/pool/lanes.h"
#include "tusk/buf.h"
#include "tusk/cluster.h"

struct scene {
    tusk_pool *pool;
    tusk_lanes *lanes;
    size_t settled; /* jobs whose done was called */
};

/* One submission: what came of it. */
struct job {
    struct scene *scene;
    int calls;
    tusk_status status;
    size_t place; /* in the order of settling */
    tusk_error err;
    char cell[32];
};

static void done(void *context, tusk_status status, tusk_wire_answer *const *answers,
                 const tusk_error *err)
{
    struct job *self = context;
    self->calls++;
    self->status = status;
    self->place = self->scene->settled++;
    if (err) self->err = *err;
    if (answers && tusk_wire_rows(answers[0]) > 0)
        snprintf(self->cell, sizeof self->cell, "%s", tusk_wire_cell(answers[0], 0, 0).ptr);
}

static struct scene open_scene(const tusk_server *server, int lanes, const tusk_log *log)
{
    const tusk_pool_options options = { .max = lanes + 2, .lanes = lanes, .log = log };
    struct scene made = { .settled = 0 };
    tusk_error err;
    if (tusk_pool_open(server, &options, &made.pool, &err) != TUSK_OK ||
        tusk_lanes_open(made.pool, &made.lanes, &err) != TUSK_OK)
        fail_msg("%s", err.message);
    return made;
}

static void close_scene(struct scene *scene)
{
    tusk_lanes_close(scene->lanes);
    tusk_pool_close(scene->pool);
}

static uint64_t submit(struct scene *scene, struct job *job, const tusk_wire_statement *statement,
                       int timeout_ms)
{
    tusk_error err;
    uint64_t ticket = 0;
    job->scene = scene;
    if (tusk_lanes_submit(scene->lanes, statement, 1, tusk_deadline_in(timeout_ms), done, job,
                          &ticket, &err) != TUSK_OK)
        fail_msg("%s", err.message);
    assert_int_equal(job->calls, 0); /* never from submit */
    assert_int_not_equal(ticket, 0);
    return ticket;
}

/* Turns of the loop until so many jobs are settled, or for the time given. */
static void turn(struct scene *scene, size_t settled, int ms)
{
    int64_t deadline = tusk_deadline_in(ms);
    while (scene->settled < settled && tusk_deadline_left(deadline) > 0) {
        struct pollfd readable = { .fd = tusk_lanes_fd(scene->lanes), .events = POLLIN };
        if (poll(&readable, 1, tusk_deadline_left(deadline)) > 0) tusk_lanes_process(scene->lanes);
    }
}

static void turn_all(struct scene *scene, size_t settled)
{
    turn(scene, settled, 20000);
    assert_int_equal(scene->settled, settled);
}

/* Until all lanes are up. */
static void warm_up(struct scene *scene, int lanes)
{
    tusk_pool_stats stats = { .open = 0 };
    int64_t deadline = tusk_deadline_in(10000);
    while (stats.open < lanes && tusk_deadline_left(deadline) > 0) {
        turn(scene, SIZE_MAX, 10);
        tusk_pool_look(scene->pool, &stats);
    }
    assert_int_equal(stats.open, lanes);
}

static const tusk_wire_statement seven = { .sql = { "select 7", 8 }, .prepare = true };
static const tusk_wire_statement sleeper = { .sql = { "select pg_sleep(30)", 19 } };

#define MANY 5000

static void many_are_answered_in_order(void **state)
{
    conns *made = *state;
    struct scene scene = open_scene(&made->server, 1, NULL);
    struct job *jobs = tusk_arena_array(made->arena, MANY, sizeof *jobs);
    tusk_param *params = tusk_arena_array(made->arena, MANY, sizeof *params);
    tusk_wire_statement *statements = tusk_arena_array(made->arena, MANY, sizeof *statements);
    for (int i = 0; i < MANY; i++) {
        params[i] = (tusk_param){ .oid = 23, .bytes = tusk_arena_printf(made->arena, "%d", i) };
        statements[i] = (tusk_wire_statement){
            .sql = TUSK_STR("select $1"), .params = &params[i], .param_count = 1, .prepare = true
        };
        submit(&scene, &jobs[i], &statements[i], 20000);
    }
    turn_all(&scene, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i].calls, 1);
        assert_int_equal(jobs[i].status, TUSK_OK);
        assert_int_equal(jobs[i].place, i);
        assert_string_equal(jobs[i].cell, params[i].bytes.ptr);
    }
    close_scene(&scene);
}

static void count_answers(void *context, tusk_status status, tusk_wire_answer *const *answers,
                          const tusk_error *err)
{
    struct job *self = context;
    done(context, status, answers, err);
    if (answers)
        snprintf(self->cell, sizeof self->cell, "%s", tusk_wire_cell(answers[2], 0, 0).ptr);
}

static void a_submission_of_several_has_one_outcome(void **state)
{
    const tusk_wire_statement three[] = { { .sql = TUSK_STR("select 1") },
                                          { .sql = TUSK_STR("select 2") },
                                          { .sql = TUSK_STR("select 3") } };
    const tusk_wire_statement bad[] = { { .sql = TUSK_STR("select 1") },
                                        { .sql = TUSK_STR("selec"), .prepare = true },
                                        { .sql = TUSK_STR("select 1 / 0") } };
    struct scene scene = open_scene(&((conns *)*state)->server, 2, NULL);
    struct job good = { .scene = &scene }, failed = { .scene = &scene };
    tusk_error err;
    assert_int_equal(tusk_lanes_submit(scene.lanes, three, 3, 0, count_answers, &good, NULL, &err),
                     TUSK_OK);
    assert_int_equal(tusk_lanes_submit(scene.lanes, bad, 3, 0, done, &failed, NULL, &err), TUSK_OK);
    turn_all(&scene, 2);
    assert_string_equal(good.cell, "3");
    assert_int_equal(failed.status, TUSK_SERVER);
    assert_string_equal(failed.err.sqlstate, "42601"); /* the first failure */
    assert_int_equal(tusk_lanes_submit(scene.lanes, three, 0, 0, done, &good, NULL, &err),
                     TUSK_MISUSE);
    close_scene(&scene);
}

static void resubmit(void *context, tusk_status status, tusk_wire_answer *const *answers,
                     const tusk_error *err)
{
    struct job *self = context;
    done(context, status, answers, err);
    if (self->calls == 100) return;
    tusk_ignore(tusk_lanes_submit(self->scene->lanes, &seven, 1, 0, resubmit, self, NULL, NULL));
}

static void a_done_may_submit_again(void **state)
{
    struct scene scene = open_scene(&((conns *)*state)->server, 1, NULL);
    struct job job = { .scene = &scene };
    tusk_error err;
    assert_int_equal(tusk_lanes_submit(scene.lanes, &seven, 1, 0, resubmit, &job, NULL, &err),
                     TUSK_OK);
    turn_all(&scene, 100);
    assert_int_equal(job.status, TUSK_OK);
    close_scene(&scene);
}

static void the_line_has_an_end(void **state)
{
    conns *made = *state;
    struct scene scene = open_scene(&made->server, 1, NULL);
    struct job *jobs = tusk_arena_array(made->arena, 10000, sizeof *jobs),
               more = { .scene = &scene };
    tusk_error err;
    for (int i = 0; i < 10000; i++) submit(&scene, &jobs[i], &seven, 60000);
    assert_int_equal(tusk_lanes_submit(scene.lanes, &seven, 1, 0, done, &more, NULL, &err),
                     TUSK_BUSY);
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    turn_all(&scene, 10000);
    assert_int_equal(more.calls, 0);
    close_scene(&scene);
}

/* ---- deadlines and cancelling ---- */

static void a_late_one_is_cancelled_and_harms_no_neighbour(void **state)
{
    struct scene scene = open_scene(&((conns *)*state)->server, 1, NULL);
    warm_up(&scene, 1);
    struct job late = { .calls = 0 }, neighbours[40] = { { .calls = 0 } };
    int64_t started = tusk_clock_ms();
    submit(&scene, &late, &sleeper, 100);
    for (int i = 0; i < 40; i++) submit(&scene, &neighbours[i], &seven, 20000);
    turn_all(&scene, 41);
    assert_in_range(tusk_clock_ms() - started, 100, 5000);
    assert_int_equal(late.status, TUSK_TIMEOUT);
    assert_string_equal(late.err.sqlstate, "57014");
    assert_int_equal(late.err.retry, TUSK_RETRY_YES);
    for (int i = 0; i < 40; i++) assert_string_equal(neighbours[i].cell, "7");
    close_scene(&scene);
}

static void a_cancellation_never_hits_somebody_else(void **state)
{
    static const tusk_wire_statement naps = { .sql = { "select 7 from pg_sleep(0.003)", 29 },
                                              .prepare = true };
    struct scene scene = open_scene(&((conns *)*state)->server, 1, NULL);
    warm_up(&scene, 1);
    struct job jobs[200] = { { .calls = 0 } };
    uint64_t tickets[200];
    for (int i = 0; i < 200; i++) tickets[i] = submit(&scene, &jobs[i], &naps, 20000);
    for (size_t i = 0; scene.settled < 200; i++) {
        turn(&scene, scene.settled < 197 ? scene.settled + 3 : 200, 20000);
        if (4 * i + 2 < 200) tusk_lanes_cancel(scene.lanes, tickets[4 * i + 2]);
    }
    int cancelled = 0;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(jobs[i].calls, 1);
        if (jobs[i].status == TUSK_CANCELLED && i % 4 == 2) {
            cancelled++;
            continue;
        }
        if (jobs[i].status != TUSK_OK) fail_msg("%d: %s", i, jobs[i].err.message);
        assert_string_equal(jobs[i].cell, "7");
    }
    assert_in_range(cancelled, 1, 50);
    close_scene(&scene);
}

static void the_waiting_and_the_running_can_be_cancelled(void **state)
{
    struct scene scene = open_scene(&((conns *)*state)->server, 1, NULL);
    warm_up(&scene, 1);
    struct job running = { .calls = 0 }, waiting = { .calls = 0 }, after = { .calls = 0 };
    uint64_t ticket = submit(&scene, &running, &sleeper, 20000);
    turn(&scene, 1, 50); /* it is under way */
    uint64_t second = submit(&scene, &waiting, &seven, 20000);
    tusk_lanes_cancel(scene.lanes, second);
    tusk_lanes_cancel(scene.lanes, ticket);
    tusk_lanes_cancel(scene.lanes, ticket);
    tusk_lanes_cancel(scene.lanes, 0);
    tusk_lanes_cancel(scene.lanes, 12345678901);
    submit(&scene, &after, &seven, 20000);
    int64_t started = tusk_clock_ms();
    turn_all(&scene, 3);
    assert_true(tusk_clock_ms() - started < 10000);
    assert_int_equal(running.status, TUSK_CANCELLED);
    assert_int_equal(waiting.status, TUSK_CANCELLED);
    assert_int_equal(after.status, TUSK_OK);
    tusk_lanes_cancel(scene.lanes, ticket); /* long gone */
    close_scene(&scene);
}

static void one_that_is_never_sent_times_out_with_the_reason(void **state)
{
    tusk_server server = ((conns *)*state)->server;
    server.password = "wrong";
    struct scene scene = open_scene(&server, 2, NULL);
    struct job job = { .calls = 0 };
    int64_t started = tusk_clock_ms();
    submit(&scene, &job, &seven, 200);
    turn_all(&scene, 1);
    assert_in_range(tusk_clock_ms() - started, 200, 3000);
    assert_int_equal(job.status, TUSK_TIMEOUT);
    assert_int_equal(job.err.retry, TUSK_RETRY_YES);
    assert_string_equal(job.err.sqlstate, "28P01");
    assert_non_null(strstr(job.err.detail, "password"));
    close_scene(&scene);
}

static void a_frozen_lane_is_given_up(void **state)
{
    conns *made = *state;
    struct scene scene = open_scene(&made->server, 1, NULL);
    warm_up(&scene, 1);
    static const tusk_wire_statement whoami = { .sql = { "select pg_backend_pid()", 23 } };
    struct job who = { .calls = 0 }, late = { .calls = 0 }, behind = { .calls = 0 },
               after = { .calls = 0 };
    submit(&scene, &who, &whoami, 20000);
    turn_all(&scene, 1);
    pid_t backend = (pid_t)strtol(who.cell, NULL, 10);
    int64_t started = tusk_clock_ms();
    assert_int_equal(kill(backend, SIGSTOP), 0);
    submit(&scene, &late, &seven, 100);
    submit(&scene, &behind, &seven, 20000);
    turn(&scene, 3, 20000);
    int64_t took = tusk_clock_ms() - started;
    kill(backend, SIGCONT);
    assert_in_range(took, 1000, 5000);
    assert_int_equal(late.status, TUSK_TIMEOUT);
    assert_int_equal(late.err.retry, TUSK_RETRY_UNKNOWN);
    assert_int_equal(behind.status, TUSK_CONNECTION);
    assert_int_equal(behind.err.retry, TUSK_RETRY_UNKNOWN);
    submit(&scene, &after, &seven, 20000);
    turn_all(&scene, 4);
    assert_int_equal(after.status, TUSK_OK);
    close_scene(&scene);
}

/* ---- sessions stay clean ---- */

static void transactions_and_settings_do_not_stay(void **state)
{
    static const tusk_wire_statement begin = { .sql = { "begin", 5 } };
    static const tusk_wire_statement set = { .sql = { "set application_name = 'mine'", 29 } };
    static const tusk_wire_statement show = { .sql = { "show application_name", 21 } };
    conns *made = *state;
    tusk_buf lines;
    tusk_buf_init_in(&lines, made->arena, 1 << 16);
    const tusk_log log = { TUSK_LOG_INFO, conns_log, &lines };
    struct scene scene = open_scene(&made->server, 1, &log);
    struct job jobs[3] = { { .calls = 0 } };
    submit(&scene, &jobs[0], &begin, 20000);
    turn_all(&scene, 1);
    assert_int_equal(jobs[0].status, TUSK_MISUSE);
    submit(&scene, &jobs[1], &set, 20000);
    turn_all(&scene, 2);
    submit(&scene, &jobs[2], &show, 20000);
    turn_all(&scene, 3);
    assert_string_equal(jobs[2].cell, "tusk");
    assert_non_null(strstr(lines.ptr, "transaction"));
    close_scene(&scene);
}

/* ---- what dies ---- */

static void killing_backends_under_load_loses_no_done(void **state)
{
    conns *made = *state;
    tusk_server server = made->server;
    server.application_name = "victims";
    struct scene scene = open_scene(&server, 3, NULL);
    warm_up(&scene, 3);
    tusk_conn *other = conns_open(&made->server);
    static struct job jobs[MANY];
    memset(jobs, 0, sizeof jobs);
    tusk_error err;
    for (int i = 0; i < MANY; i++) {
        submit(&scene, &jobs[i], &seven, 30000);
        if (i % 10 == 9) turn(&scene, scene.settled + 1, 1);
        if (i % 500 == 499)
            assert_int_equal(
                conns_run(other,
                          "select pg_terminate_backend(pid) from pg_stat_activity "
                          "where application_name = 'victims' order by random() limit 1",
                          &err),
                TUSK_OK);
    }
    turn_all(&scene, MANY);
    int lost = 0;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i].calls, 1);
        if (jobs[i].status == TUSK_OK) continue;
        assert_int_equal(jobs[i].status, TUSK_CONNECTION);
        assert_int_equal(jobs[i].err.retry, TUSK_RETRY_UNKNOWN);
        lost++;
    }
    assert_in_range(lost, 0, 10 * 64);
    tusk_conn_close(other);
    close_scene(&scene);
}

static void an_idle_lane_is_replaced_at_once(void **state)
{
    conns *made = *state;
    tusk_server server = made->server;
    server.application_name = "idle-lane";
    struct scene scene = open_scene(&server, 1, NULL);
    warm_up(&scene, 1);
    tusk_conn *other = conns_open(&made->server);
    tusk_error err;
    tusk_pool_stats before, after;
    tusk_pool_look(scene.pool, &before);
    assert_int_equal(conns_run(other,
                               "select pg_terminate_backend(pid) from pg_stat_activity "
                               "where application_name = 'idle-lane'",
                               &err),
                     TUSK_OK);
    int64_t deadline = tusk_deadline_in(10000);
    do {
        turn(&scene, SIZE_MAX, 10);
        tusk_pool_look(scene.pool, &after);
    } while (after.connected == before.connected && tusk_deadline_left(deadline) > 0);
    assert_int_equal(after.connected, before.connected + 1); /* with nothing submitted */
    struct job job = { .calls = 0 };
    submit(&scene, &job, &seven, 20000);
    turn_all(&scene, 1);
    assert_int_equal(job.status, TUSK_OK);
    tusk_conn_close(other);
    close_scene(&scene);
}

static void closing_ends_everything_under_way(void **state)
{
    conns *made = *state;
    tusk_server server = made->server;
    server.application_name = "closing";
    struct scene scene = open_scene(&server, 2, NULL);
    warm_up(&scene, 2);
    struct job jobs[100] = { { .calls = 0 } };
    for (int i = 0; i < 100; i++) submit(&scene, &jobs[i], &sleeper, 20000);
    turn(&scene, 1, 50);
    close_scene(&scene);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(jobs[i].calls, 1);
        assert_int_equal(jobs[i].status, TUSK_CANCELLED);
    }
    support_wait_for(made->arena, &made->server,
                     "select count(*) from pg_stat_activity where application_name = 'closing'",
                     "0", 10000);
}

static void a_restart_is_survived(void **state)
{
    conns *made = *state;
    tusk_error err;
    tusk_cluster *cluster;
    const char *folder = tusk_arena_printf(made->arena, "%s/own", support_folder(made->arena)).ptr;
    const tusk_cluster_options options = { .data_dir = folder, .database = "tusk_test" };
    if (tusk_cluster_open(&options, &cluster, &err) != TUSK_OK) fail_msg("%s", err.message);
    struct scene scene = open_scene(tusk_cluster_server(cluster), 2, NULL);
    warm_up(&scene, 2);
    struct job hit = { .calls = 0 }, during = { .calls = 0 };
    submit(&scene, &hit, &sleeper, 20000);
    turn(&scene, 1, 50);
    assert_int_equal(tusk_cluster_stop(folder, true, &err), TUSK_OK);
    turn_all(&scene, 1);
    assert_int_equal(hit.status, TUSK_CONNECTION);
    assert_string_equal(hit.err.sqlstate, "57P01");
    submit(&scene, &during, &seven, 20000); /* waits for the server */
    turn(&scene, 2, 300);
    if (tusk_cluster_start(&options, &err) != TUSK_OK) fail_msg("%s", err.message);
    turn_all(&scene, 2);
    assert_int_equal(during.status, TUSK_OK);
    close_scene(&scene);
    assert_int_equal(tusk_cluster_stop(folder, true, &err), TUSK_OK);
    tusk_cluster_close(cluster);
}

static void lanes_and_threads_share_the_limit(void **state)
{
    conns *made = *state;
    const tusk_pool_options options = { .max = 3, .lanes = 2, .connection_timeout_ms = 2000 };
    tusk_error err;
    tusk_pool *pool;
    tusk_lanes *lanes, *second;
    tusk_conn *conn, *none;
    assert_int_equal(tusk_pool_open(&made->server, &options, &pool, &err), TUSK_OK);
    assert_int_equal(tusk_lanes_open(pool, &lanes, &err), TUSK_OK);
    assert_int_equal(tusk_lanes_open(pool, &second, &err), TUSK_MISUSE);
    assert_int_equal(tusk_pool_acquire(pool, &conn, &err), TUSK_OK);
    assert_int_equal(tusk_pool_acquire(pool, &none, &err), TUSK_TIMEOUT);
    assert_string_equal(err.detail, "size 1, in use 1, waiting 1");
    tusk_pool_release(pool, conn);
    tusk_lanes_close(lanes);
    tusk_pool_close(pool);
    const tusk_pool_options tiny = { .max = 1 };
    assert_int_equal(tusk_pool_open(&made->server, &tiny, &pool, &err), TUSK_OK);
    assert_int_equal(tusk_lanes_open(pool, &lanes, &err), TUSK_INVALID);
    tusk_pool_close(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_answered_in_order),
        cmocka_unit_test(a_submission_of_several_has_one_outcome),
        cmocka_unit_test(a_done_may_submit_again),
        cmocka_unit_test(the_line_has_an_end),
        cmocka_unit_test(a_late_one_is_cancelled_and_harms_no_neighbour),
        cmocka_unit_test(a_cancellation_never_hits_somebody_else),
        cmocka_unit_test(the_waiting_and_the_running_can_be_cancelled),
        cmocka_unit_test(one_that_is_never_sent_times_out_with_the_reason),
        cmocka_unit_test(a_frozen_lane_is_given_up),
        cmocka_unit_test(transactions_and_settings_do_not_stay),
        cmocka_unit_test(killing_backends_under_load_loses_no_done),
        cmocka_unit_test(an_idle_lane_is_replaced_at_once),
        cmocka_unit_test(closing_ends_everything_under_way),
        cmocka_unit_test(a_restart_is_survived),
        cmocka_unit_test(lanes_and_threads_share_the_limit),
    };
    return cmocka_run_group_tests(tests, conns_set_up, conns_tear_down);
}
