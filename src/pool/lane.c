/* lane.c - one pipelined connection of the loop face: what was sent, what came back, what was
 * cancelled */
#include <string.h>
#include <sys/epoll.h>

#include "src/pool/lanes_internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* A cancellation that came too early for its statement is repeated after this. */
#define CANCEL_AGAIN_MS 100

static void lane_log(const tusk_lanes *lanes, tusk_log_level level, const tusk_lane *lane,
                     const char *message, const tusk_error *err)
{
    tusk_log_write(lanes->pool->options.log, level, message,
                   TUSK_FIELDS(tusk_field_int("lane", lane->number),
                               tusk_field_cstr("sqlstate", err ? err->sqlstate : ""),
                               tusk_field_cstr("error", err ? err->message : "")));
}

size_t tusk_lane_load(const tusk_lane *lane)
{
    return lane->count + lane->again_count;
}

static tusk_lane_entry *entry_at(tusk_lane *lane, size_t i)
{
    return &lane->sent[(lane->first + i) % TUSK_LANE_DEPTH];
}

bool tusk_lane_is_head(const tusk_lane *lane, const tusk_job *job)
{
    return lane->count > 0 && lane->sent[lane->first].job == job;
}

/* ---- up and down ---- */

static void watch(const tusk_lanes *lanes, tusk_lane *lane, int operation)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)lane->number };
    lane->watching_write = tusk_wire_wants_write(lane->conn);
    if (lane->watching_write) event.events |= EPOLLOUT;
    epoll_ctl(lanes->epoll, operation, tusk_wire_fd(lane->conn), &event);
}

void tusk_lane_up(tusk_lanes *lanes, tusk_lane *lane, tusk_conn *conn)
{
    *lane = (tusk_lane){ .number = lane->number, .conn = conn };
    watch(lanes, lane, EPOLL_CTL_ADD);
    lanes->up++;
}

static void settle(tusk_lanes *lanes, tusk_lane_entry entry, tusk_wire_answer *answer,
                   const tusk_error *err)
{
    tusk_job *job = entry.job;
    if (!job) {
        tusk_wire_answer_free(answer);
        return;
    }
    if (err) tusk_job_fail(job, err);
    job->answers[entry.index] = answer;
    if (--job->pending == 0) tusk_job_finish(lanes, job);
}

static void settle_lost(tusk_lanes *lanes, tusk_lane_entry entry, const tusk_error *err)
{
    tusk_error lost = *err;
    lost.retry = TUSK_RETRY_UNKNOWN;
    if (entry.job && entry.job->late) {
        tusk_fail(&lost, TUSK_TIMEOUT, "the statement did not end in time");
        tusk_error_detail(&lost, "its connection was closed: %s", err->message);
        lost.retry = TUSK_RETRY_UNKNOWN;
    }
    settle(lanes, entry, NULL, &lost);
}

/* It never ran: a job of one statement can go to another lane. (So could one of several that only
 * reads; nothing here knows whether it does.) */
static void settle_unsent(tusk_lanes *lanes, tusk_lane_entry entry, const tusk_error *err)
{
    tusk_job *job = entry.job;
    if (!job || job->count > 1 || job->late || job->cancelled || lanes->closing) {
        settle_lost(lanes, entry, err);
        return;
    }
    job->state = TUSK_JOB_WAITING;
    job->lane = NULL;
    job->pending = 0;
    tusk_job_prepend(&lanes->waiting, job);
}

static void schedule_connect(tusk_lanes *lanes)
{
    if (lanes->pause_ms == 0) lanes->pause_ms = 100;
    int64_t at = tusk_deadline_in(tusk_jitter(lanes->pause_ms));
    if (lanes->connect_at < at) lanes->connect_at = at;
}

void tusk_lane_break(tusk_lanes *lanes, tusk_lane *lane, const tusk_error *err)
{
    tusk_lane gone = *lane;
    *lane = (tusk_lane){ .number = gone.number };
    lanes->up--;
    if (lanes->closing && gone.count > 0) tusk_wire_cancel(gone.conn, -1);
    epoll_ctl(lanes->epoll, EPOLL_CTL_DEL, tusk_wire_fd(gone.conn), NULL);
    tusk_conn_close(gone.conn);
    for (size_t i = 0; i < gone.count; i++) settle_lost(lanes, *entry_at(&gone, i), err);
    for (size_t i = gone.again_count; i > 0; i--) settle_unsent(lanes, gone.again[i - 1], err);
    if (lanes->closing) return;
    lane_log(lanes, TUSK_LOG_WARN, &gone, "a lane lost its connection", err);
    schedule_connect(lanes);
}

/* ---- out ---- */

static bool is_unwanted(tusk_lane_entry entry)
{
    return !entry.job || entry.job->late || entry.job->cancelled;
}

static tusk_status send_entry(tusk_lane *lane, tusk_lane_entry entry, tusk_error *err)
{
    tusk_status status = tusk_wire_send(lane->conn, &entry.job->statements[entry.index], err);
    if (status == TUSK_OK) lane->sent[(lane->first + lane->count++) % TUSK_LANE_DEPTH] = entry;
    return status;
}

void tusk_lane_send(tusk_lanes *lanes, tusk_lane *lane, tusk_job *job)
{
    job->state = TUSK_JOB_RUNNING;
    job->lane = lane;
    job->pending = job->count;
    for (size_t i = 0; i < job->count; i++) {
        tusk_error err;
        if (send_entry(lane, (tusk_lane_entry){ job, i }, &err) == TUSK_OK) continue;
        settle(lanes, (tusk_lane_entry){ job, i }, NULL,
               &err); /* that statement, and perhaps the lane */
    }
    if (!tusk_wire_broken(lane->conn)) return;
    tusk_error err;
    tusk_ignore(tusk_wire_lost(lane->conn, true, &err));
    tusk_lane_break(lanes, lane, &err);
}

static void send_again(tusk_lanes *lanes, tusk_lane *lane)
{
    size_t count = lane->again_count;
    lane->again_count = 0;
    for (size_t i = 0; i < count; i++) {
        tusk_lane_entry entry = lane->again[i];
        tusk_error err;
        if (is_unwanted(entry)) {
            tusk_fail(&err, TUSK_TIMEOUT, "the query was not sent again in time");
            err.retry = TUSK_RETRY_YES;
        } else if (send_entry(lane, entry, &err) == TUSK_OK) {
            continue;
        }
        settle(lanes, entry, NULL, &err);
    }
}

void tusk_lane_flush(tusk_lanes *lanes, tusk_lane *lane)
{
    if (!lane->conn) return;
    if (tusk_wire_wants_write(lane->conn)) tusk_wire_flush(lane->conn);
    if (tusk_wire_wants_write(lane->conn) != lane->watching_write)
        watch(lanes, lane, EPOLL_CTL_MOD);
}

/* ---- cancelling: only what runs now, which is the statement at the head ---- */

static void cancel_head(tusk_lanes *lanes, tusk_lane *lane, int64_t now)
{
    if (lane->cancel_limit == 0) lane->cancel_limit = now + TUSK_LANE_PATIENCE_MS;
    lane->cancel_next = now + CANCEL_AGAIN_MS;
    lane->cancelling = true;
    tusk_wire_cancel(lane->conn, lanes->event);
}

void tusk_lane_tend(tusk_lanes *lanes, tusk_lane *lane, int64_t now)
{
    if (!lane->conn) return;
    if (lane->cancelling && !tusk_wire_cancelling(lane->conn)) {
        lane->cancelling = false;
        lane->suspect = lane->count;
    }
    bool unwanted = lane->count > 0 && is_unwanted(lane->sent[lane->first]);
    if (!unwanted && !lane->cancelling) lane->cancel_limit = lane->cancel_next = 0;
    if (lane->cancelling && lane->cancel_limit == 0)
        lane->cancel_limit = now + TUSK_LANE_PATIENCE_MS;
    if (lane->cancel_limit != 0 && lane->cancel_limit <= now) {
        tusk_error err;
        tusk_fail(&err, TUSK_CONNECTION, "the server did not cancel a statement in time");
        tusk_lane_break(lanes, lane, &err);
        return;
    }
    if (unwanted && !lane->cancelling && lane->cancel_next <= now) cancel_head(lanes, lane, now);
    if (!lane->cancelling && lane->again_count > 0) send_again(lanes, lane);
}

int64_t tusk_lane_next(const tusk_lane *lane)
{
    if (!lane->conn || lane->cancel_limit == 0) return INT64_MAX;
    if (lane->cancelling || lane->cancel_next > lane->cancel_limit) return lane->cancel_limit;
    return lane->cancel_next;
}

void tusk_lane_detach(tusk_lanes *lanes, tusk_job *job)
{
    tusk_lane *lane = job->lane;
    for (size_t i = 0; i < lane->count; i++)
        if (entry_at(lane, i)->job == job) entry_at(lane, i)->job = NULL;
    for (size_t i = 0; i < lane->again_count; i++)
        if (lane->again[i].job == job) lane->again[i].job = NULL;
    job->pending = 0;
    tusk_job_finish(lanes, job);
}

/* ---- in ---- */

/* The cancellation of another statement came too late for that one and hit this. It can happen
 * again and again where much is cancelled; the job's deadline ends that. */
static bool is_victim(const tusk_lane *lane, const tusk_error *err)
{
    return (lane->cancelling || lane->suspect > 0) && strcmp(err->sqlstate, "57014") == 0;
}

/* Nothing took effect, and it was no fault of the statement. */
static bool deserves_another(tusk_lane *lane, tusk_lane_entry entry, const tusk_error *err)
{
    if (is_unwanted(entry) || lane->again_count == TUSK_LANE_DEPTH) return false;
    if (!is_victim(lane, err)) {
        if (!tusk_wire_should_resend(lane->conn)) return false;
        if (entry.job->resends++ == entry.job->count) return false;
    }
    lane->again[lane->again_count++] = entry;
    return true;
}

static void refuse_transaction(tusk_error *err)
{
    tusk_fail(err, TUSK_MISUSE, "a transaction cannot be opened on a lane");
    tusk_error_hint(err, "Use a connection of tusk_pool_acquire() and tusk_transaction().");
}

/* False when there was none. */
static bool take_answer(tusk_lanes *lanes, tusk_lane *lane)
{
    bool ready;
    tusk_wire_answer *answer;
    tusk_error err = { .status = TUSK_OK };
    tusk_status status = tusk_wire_next(lane->conn, &ready, &answer, &err);
    if (!ready || lane->count == 0) return false;
    tusk_lane_entry entry = *entry_at(lane, 0);
    lane->first = (lane->first + 1) % TUSK_LANE_DEPTH;
    lane->count--;
    lane->cancel_limit = lane->cancel_next = 0; /* another statement is at the head */
    lane->proven = true;
    if (status == TUSK_OK && tusk_wire_opens_transaction(answer)) {
        tusk_wire_break(lane->conn);
        refuse_transaction(&err);
        status = err.status;
        lane->misused = true;
        tusk_wire_answer_free(answer);
        answer = NULL;
    }
    if (status == TUSK_OK) {
        settle(lanes, entry, answer, NULL);
    } else if (!deserves_another(lane, entry, &err)) {
        settle(lanes, entry, NULL, &err);
    }
    if (lane->suspect > 0) lane->suspect--;
    return true;
}

/* SET, LISTEN and the like would be the next caller's surprise. */
static bool is_spoilt(const tusk_lane *lane)
{
    return lane->count == 0 &&
           (tusk_wire_dirty(lane->conn) || tusk_wire_in_transaction(lane->conn));
}

void tusk_lane_process(tusk_lanes *lanes, tusk_lane *lane)
{
    if (!lane->conn) return;
    tusk_error err = { .status = TUSK_OK };
    tusk_status status = tusk_wire_process(lane->conn, &err);
    while (take_answer(lanes, lane)) continue;
    if (lane->proven) lanes->pause_ms = 0;
    if (status == TUSK_OK && tusk_wire_broken(lane->conn))
        status = tusk_wire_lost(lane->conn, true, &err);
    if (lane->misused) refuse_transaction(&err);
    if (status == TUSK_OK && is_spoilt(lane))
        status = tusk_fail(&err, TUSK_MISUSE, "a statement changed the session of the lane");
    if (status != TUSK_OK) tusk_lane_break(lanes, lane, &err);
}
