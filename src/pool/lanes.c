/* lanes.c - the loop face: one file descriptor, jobs in a line, a few pipelined connections */
#include "src/pool/lanes.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/pool/lanes_internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

#define EVENT_MARK   UINT64_MAX
#define TIMER_MARK   (UINT64_MAX - 1)
#define PAUSE_MAX_MS 5000

/* ---- connecting, one lane at a time ---- */

static void log_connect(const tusk_lanes *lanes, const tusk_error *err)
{
    tusk_log_write(lanes->pool->options.log, TUSK_LOG_WARN, "a lane cannot connect",
                   TUSK_FIELDS(tusk_field_cstr("database", lanes->pool->server.database),
                               tusk_field_cstr("sqlstate", err->sqlstate),
                               tusk_field_cstr("error", err->message)));
}

static void take_connected(tusk_lanes *lanes)
{
    tusk_conn *conn;
    tusk_error err;
    if (lanes->connecting < 0 || !tusk_connector_take(&lanes->connector, &conn, &err)) return;
    tusk_lane *lane = &lanes->lanes[lanes->connecting];
    lanes->connecting = -1;
    tusk_pool_note_connect(lanes->pool, conn != NULL);
    if (conn) {
        lanes->last_failure.status = TUSK_OK;
        lanes->connect_at = 0;
        tusk_lane_up(lanes, lane, conn);
        return;
    }
    if (strcmp(err.message, lanes->last_failure.message) != 0 ||
        lanes->last_failure.status == TUSK_OK)
        log_connect(lanes, &err); /* once, not with every attempt */
    lanes->last_failure = err;
    lanes->pause_ms = lanes->pause_ms ? lanes->pause_ms * 2 : 100;
    if (lanes->pause_ms > PAUSE_MAX_MS) lanes->pause_ms = PAUSE_MAX_MS;
    lanes->connect_at = tusk_deadline_in(tusk_jitter(lanes->pause_ms));
}

static void connect_next(tusk_lanes *lanes, int64_t now)
{
    if (lanes->connecting >= 0 || lanes->up == lanes->lane_count || lanes->connect_at > now) return;
    for (int i = 0; i < lanes->lane_count && lanes->connecting < 0; i++)
        if (!lanes->lanes[i].conn) lanes->connecting = i;
    tusk_connector_want(&lanes->connector);
}

/* ---- time ---- */

static void fail_waiting(tusk_lanes *lanes, tusk_job *job)
{
    tusk_error err;
    tusk_fail(&err, TUSK_TIMEOUT, "the query was not sent in time");
    if (lanes->up == 0 && lanes->last_failure.status != TUSK_OK) {
        tusk_error_detail(&err, "no connection: %s", lanes->last_failure.message);
        memcpy(err.sqlstate, lanes->last_failure.sqlstate, sizeof err.sqlstate);
    } else {
        tusk_error_detail(&err, "%zu are waiting, %d of %d connections are up",
                          lanes->waiting.count, lanes->up, lanes->lane_count);
    }
    err.retry = TUSK_RETRY_YES;
    tusk_job_fail(job, &err);
    tusk_job_finish(lanes, job);
}

static void fail_behind(tusk_lanes *lanes, tusk_job *job)
{
    tusk_error err;
    tusk_fail(&err, TUSK_TIMEOUT, "the query was not answered in time");
    tusk_error_detail(&err, "it was still behind other statements of its connection");
    err.retry = TUSK_RETRY_UNKNOWN;
    tusk_job_fail(job, &err);
    tusk_lane_detach(lanes, job);
}

/* When to look at a running job again. */
static int64_t expire_running(tusk_lanes *lanes, tusk_lane *lane, tusk_job *job, int64_t now)
{
    if (job->deadline > now) return job->deadline;
    job->late = true;
    int64_t limit = job->deadline + TUSK_LANE_PATIENCE_MS;
    if (tusk_lane_is_head(lane, job)) return INT64_MAX; /* the lane's own limit holds */
    if (limit > now) return limit;
    fail_behind(lanes, job);
    return INT64_MAX;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Looks at every job, but only when the earliest deadline that was seen has come. */
static void expire(tusk_lanes *lanes, int64_t now)
{
    if (lanes->check_at > now) return;
    int64_t next = INT64_MAX;
    for (tusk_job *job = lanes->waiting.first, *after; job; job = after) {
        after = job->next;
        if (job->deadline <= now) {
            fail_waiting(lanes, job);
        } else {
            next = sooner(next, job->deadline);
        }
    }
    for (int i = 0; i < lanes->lane_count; i++) {
        tusk_lane *lane = &lanes->lanes[i];
        for (size_t k = 0; k < lane->count; k++) {
            tusk_job *job = lane->sent[(lane->first + k) % TUSK_LANE_DEPTH].job;
            if (job) next = sooner(next, expire_running(lanes, lane, job, now));
        }
        for (size_t k = 0; k < lane->again_count; k++) {
            tusk_job *job = lane->again[k].job;
            if (job) next = sooner(next, expire_running(lanes, lane, job, now));
        }
    }
    lanes->check_at = next;
}

static void reap(tusk_lanes *lanes, int64_t now)
{
    if (lanes->reap_at > now) return;
    tusk_pool_reap(lanes->pool);
    int half = lanes->pool->options.idle_timeout_ms / 2;
    lanes->reap_at = now + (half < 1000 ? 1000 : half);
}

static void arm(tusk_lanes *lanes)
{
    int64_t next = lanes->check_at;
    if (lanes->connecting < 0 && lanes->up < lanes->lane_count)
        next = sooner(next, lanes->connect_at);
    for (int i = 0; i < lanes->lane_count; i++)
        next = sooner(next, tusk_lane_next(&lanes->lanes[i]));
    next = sooner(next, lanes->reap_at);
    if (next == lanes->armed) return;
    lanes->armed = next;
    struct itimerspec when = { .it_value = { 0, 0 } };
    if (next != INT64_MAX) {
        when.it_value.tv_sec = next / 1000;
        when.it_value.tv_nsec = (next % 1000) * 1000000 + 1; /* all zero would switch it off */
    }
    timerfd_settime(lanes->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* ---- a turn ---- */

static tusk_lane *freest(tusk_lanes *lanes, size_t wanted)
{
    tusk_lane *best = NULL;
    for (int i = 0; i < lanes->lane_count; i++) {
        tusk_lane *lane = &lanes->lanes[i];
        if (!lane->conn || lane->cancelling || lane->again_count > 0) continue;
        if (tusk_lane_load(lane) + wanted > TUSK_LANE_DEPTH) continue;
        if (!best || tusk_lane_load(lane) < tusk_lane_load(best)) best = lane;
    }
    return best;
}

static void dispatch(tusk_lanes *lanes)
{
    while (lanes->waiting.first) {
        tusk_job *job = lanes->waiting.first;
        tusk_lane *lane = freest(lanes, job->count);
        if (!lane) return;
        tusk_job_remove(&lanes->waiting, job);
        tusk_lane_send(lanes, lane, job);
    }
}

static void kick(tusk_lanes *lanes)
{
    if (lanes->kicked) return;
    uint64_t one = 1;
    lanes->kicked = write(lanes->event, &one, sizeof one) == (ssize_t)sizeof one;
}

static void clear_counter(int fd)
{
    uint64_t count;
    if (read(fd, &count, sizeof count) < 0) errno = 0; /* nothing in it: fine */
}

static void take_events(tusk_lanes *lanes)
{
    struct epoll_event events[64];
    int count = epoll_wait(lanes->epoll, events, 64, 0);
    for (int i = 0; i < count; i++) {
        uint64_t mark = events[i].data.u64;
        if (mark == EVENT_MARK) {
            lanes->kicked = false;
            clear_counter(lanes->event);
            take_connected(lanes);
        } else if (mark == TIMER_MARK) {
            lanes->armed = INT64_MAX;
            clear_counter(lanes->timer);
        } else {
            tusk_lane_process(lanes, &lanes->lanes[mark]);
        }
    }
}

static void note(tusk_lanes *lanes)
{
    int busy = 0;
    for (int i = 0; i < lanes->lane_count; i++) busy += tusk_lane_load(&lanes->lanes[i]) > 0;
    tusk_pool_note_lanes(lanes->pool, lanes->up, busy, (int)lanes->waiting.count);
}

void tusk_lanes_process(tusk_lanes *lanes)
{
    if (lanes->processing) return;
    lanes->processing = true;
    take_events(lanes);
    int64_t now = tusk_clock_ms();
    expire(lanes, now);
    tusk_jobs_report(lanes);
    for (int i = 0; i < lanes->lane_count; i++) tusk_lane_tend(lanes, &lanes->lanes[i], now);
    dispatch(lanes);
    for (int i = 0; i < lanes->lane_count; i++) tusk_lane_flush(lanes, &lanes->lanes[i]);
    connect_next(lanes, now);
    reap(lanes, now);
    arm(lanes);
    note(lanes);
    lanes->processing = false;
    if (lanes->finished.first) kick(lanes);
}

/* ---- from outside ---- */

int tusk_lanes_fd(const tusk_lanes *lanes)
{
    return lanes->epoll;
}

static tusk_status check_submission(const tusk_lanes *lanes, size_t count, tusk_error *err)
{
    if (lanes->closing) return tusk_fail(err, TUSK_CANCELLED, "the pool is being closed");
    if (count < 1 || count > TUSK_LANE_DEPTH)
        return tusk_fail(err, TUSK_MISUSE, "a submission has 1 to %d statements, not %zu",
                         TUSK_LANE_DEPTH, count);
    if (lanes->waiting.count < TUSK_LANES_WAITING_MAX) return TUSK_OK;
    tusk_fail(err, TUSK_BUSY, "%zu queries are waiting already", lanes->waiting.count);
    return TUSK_BUSY;
}

tusk_status tusk_lanes_submit(tusk_lanes *lanes, const tusk_wire_statement *statements,
                              size_t count, int64_t deadline, tusk_lanes_done *done, void *context,
                              uint64_t *ticket, tusk_error *err)
{
    tusk_status status = check_submission(lanes, count, err);
    if (status != TUSK_OK) return status;
    tusk_job *job = tusk_job_new(lanes, statements, count);
    if (!job) return tusk_fail_nomem(err, "a query");
    job->deadline =
        deadline ? deadline : tusk_deadline_in(lanes->pool->options.statement_timeout_ms);
    job->done = done;
    job->context = context;
    if (ticket) *ticket = job->ticket;
    tusk_job_append(&lanes->waiting, job);
    lanes->check_at = sooner(lanes->check_at, job->deadline);
    if (!lanes->processing) kick(lanes);
    return TUSK_OK;
}

void tusk_lanes_cancel(tusk_lanes *lanes, uint64_t ticket)
{
    tusk_job *job = tusk_job_find(lanes, ticket);
    if (!job) return;
    job->cancelled = true;
    job->deadline = lanes->check_at =
        tusk_clock_ms(); /* behind others it waits a little, not for ever */
    if (job->state == TUSK_JOB_WAITING) tusk_job_finish(lanes, job);
    if (!lanes->processing || job->state == TUSK_JOB_FINISHED) kick(lanes);
}

/* ---- open and close ---- */

static bool add_watch(const tusk_lanes *lanes, int fd, uint64_t mark)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = mark };
    return fd >= 0 && epoll_ctl(lanes->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static tusk_status set_up(tusk_lanes *lanes, tusk_error *err)
{
    const tusk_pool_options *options = &lanes->pool->options;
    lanes->lane_count = options->lanes;
    size_t size = (size_t)options->lanes * sizeof *lanes->lanes;
    lanes->lanes = tusk_mem_alloc(size);
    if (!lanes->lanes) return tusk_fail_nomem(err, "lanes");
    memset(lanes->lanes, 0, size);
    for (int i = 0; i < options->lanes; i++) lanes->lanes[i].number = i;
    lanes->epoll = epoll_create1(EPOLL_CLOEXEC);
    lanes->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    lanes->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (lanes->epoll < 0 || !add_watch(lanes, lanes->timer, TIMER_MARK) ||
        !add_watch(lanes, lanes->event, EVENT_MARK))
        return tusk_fail_errno(err, "cannot make the descriptors of a loop");
    if (!tusk_connector_start(&lanes->connector, &lanes->pool->server,
                              options->connection_timeout_ms, lanes->event))
        return tusk_fail(err, TUSK_IO, "cannot start the thread that connects");
    connect_next(lanes, tusk_clock_ms());
    return TUSK_OK;
}

tusk_status tusk_lanes_open(tusk_pool *pool, tusk_lanes **out, tusk_error *err)
{
    *out = NULL;
    tusk_status status = tusk_pool_reserve(pool, err);
    if (status != TUSK_OK) return status;
    tusk_lanes *lanes = tusk_mem_alloc(sizeof *lanes);
    if (!lanes) {
        tusk_pool_unreserve(pool);
        return tusk_fail_nomem(err, "lanes");
    }
    *lanes = (tusk_lanes){ .pool = pool, .epoll = -1, .timer = -1, .event = -1, .connecting = -1 };
    lanes->check_at = lanes->armed = INT64_MAX;
    status = set_up(lanes, err);
    if (status == TUSK_OK) {
        *out = lanes;
    } else {
        tusk_lanes_close(lanes);
    }
    return status;
}

static void end_all(tusk_lanes *lanes)
{
    tusk_error err;
    tusk_fail(&err, TUSK_CANCELLED, "the pool is being closed");
    for (int i = 0; i < lanes->lane_count && lanes->lanes; i++)
        if (lanes->lanes[i].conn) tusk_lane_break(lanes, &lanes->lanes[i], &err);
    while (lanes->waiting.first) {
        tusk_job_fail(lanes->waiting.first, &err);
        tusk_job_finish(lanes, lanes->waiting.first);
    }
    tusk_jobs_report(lanes);
}

static void close_fd(int fd)
{
    if (fd >= 0) close(fd);
}

void tusk_lanes_close(tusk_lanes *lanes)
{
    if (!lanes) return;
    lanes->closing = true;
    end_all(lanes);
    if (lanes->connector.server) tusk_connector_stop(&lanes->connector);
    close_fd(lanes->epoll);
    close_fd(lanes->timer);
    close_fd(lanes->event);
    tusk_jobs_free(lanes);
    tusk_mem_free(lanes->lanes);
    tusk_pool_unreserve(lanes->pool);
    tusk_mem_free(lanes);
}
