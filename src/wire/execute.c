/* execute.c - one statement to its end, for callers who wait */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

int64_t tusk_wire_deadline(const tusk_conn *conn, int64_t deadline)
{
    if (deadline != 0) return deadline;
    return conn->timeout_ms > 0 ? tusk_deadline_in(conn->timeout_ms) : 0;
}

/* What is readable does not count when the deadline has passed: a server that never ends would
 * always have something. */
bool tusk_wire_poll(tusk_conn *conn, int64_t deadline)
{
    struct pollfd wanted[] = { { conn->stream.fd, POLLIN, 0 }, { conn->stop_fd, POLLIN, 0 } };
    bool can_be_stopped = conn->stop_fd > 0 && !conn->hurried;
    if (conn->stream.cut) return true; /* what is to be read says why */
    if (tusk_stream_waits(&conn->stream)) wanted[0].events |= POLLOUT;
    for (;;) {
        int left = deadline == 0 ? -1 : tusk_deadline_left(deadline);
        if (left == 0) return false;
        int ready = poll(wanted, can_be_stopped ? 2 : 1, left);
        if (ready > 0 && wanted[1].revents) return false;
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true; /* the read that follows says what it is */
    }
}

void tusk_wire_stop_on(tusk_conn *conn, int fd)
{
    conn->stop_fd = fd;
}

static bool is_stopped(const tusk_conn *conn)
{
    struct pollfd stop = { conn->stop_fd, POLLIN, 0 };
    return conn->stop_fd > 0 && poll(&stop, 1, 0) > 0;
}

/* Waits for the answer of the only statement in flight; *late when the deadline passed first. */
static tusk_status await(tusk_conn *conn, int64_t deadline, bool *late, tusk_wire_answer **answer,
                         tusk_error *err)
{
    *late = false;
    for (;;) {
        if (!tusk_wire_poll(conn, deadline)) {
            *late = true;
            return TUSK_OK;
        }
        tusk_error lost;
        tusk_status status = tusk_wire_process(conn, &lost);
        bool ready;
        tusk_status answered = tusk_wire_next(conn, &ready, answer, err);
        if (ready) return answered;
        if (status == TUSK_OK) continue;
        if (err) *err = lost;
        return status;
    }
}

static tusk_status fail_disobedient(tusk_conn *conn, tusk_error *err)
{
    tusk_wire_break(conn);
    tusk_fail(err, TUSK_TIMEOUT, "the statement did not end in time");
    tusk_error_detail(err, "the server did not cancel it within %d ms; the connection was closed",
                      TUSK_WIRE_CANCEL_MS);
    if (err) err->retry = TUSK_RETRY_UNKNOWN;
    return TUSK_TIMEOUT;
}

tusk_status tusk_wire_told_late(tusk_status status, tusk_error *err)
{
    if (status != TUSK_SERVER || !err || strcmp(err->sqlstate, "57014") != 0) return status;
    tusk_fail(err, TUSK_TIMEOUT, "the statement did not end in time and was cancelled");
    memcpy(err->sqlstate, "57014", 6);
    err->retry = TUSK_RETRY_YES;
    return TUSK_TIMEOUT;
}

/* Its answer may still be a good one, if it ended just before the cancellation came. */
static tusk_status stop(tusk_conn *conn, tusk_wire_answer **answer, tusk_error *err)
{
    int64_t limit = tusk_deadline_in(TUSK_WIRE_CANCEL_MS);
    tusk_error own;
    if (!err) err = &own;
    bool late;
    tusk_canceller_start(conn->canceller, -1);
    conn->hurried = true;
    tusk_status status = await(conn, limit, &late, answer, err);
    conn->hurried = false;
    if (late) return fail_disobedient(conn, err);
    if (!tusk_canceller_wait(conn->canceller, limit)) tusk_wire_break(conn);
    return tusk_wire_told_late(status, err);
}

static tusk_status run_once(tusk_conn *conn, const tusk_wire_statement *statement, int64_t deadline,
                            tusk_wire_answer **answer, tusk_error *err)
{
    conn->answered = 0;
    tusk_status status = tusk_wire_send(conn, statement, err);
    if (status != TUSK_OK) return status;
    tusk_wire_flush(conn);
    bool late;
    status = await(conn, deadline, &late, answer, err);
    return late ? stop(conn, answer, err) : status;
}

tusk_status tusk_wire_ready(tusk_conn *conn, tusk_error *err)
{
    tusk_status status = tusk_wire_usable(conn, err);
    if (status != TUSK_OK) return status;
    if (conn->count > 0)
        return tusk_fail(err, TUSK_MISUSE, "other statements are in flight on this connection");
    if (is_stopped(conn)) return tusk_fail(err, TUSK_CANCELLED, "the connection was told to stop");
    /* A cancellation still on its way could hit what is sent next. */
    int64_t limit = tusk_deadline_in(TUSK_WIRE_CANCEL_MS);
    if (tusk_canceller_wait(conn->canceller, limit)) return TUSK_OK;
    tusk_wire_break(conn);
    return tusk_wire_fail_lost(err, conn, false);
}

tusk_status tusk_wire_execute(tusk_conn *conn, const tusk_wire_statement *statement,
                              int64_t deadline, tusk_wire_answer **answer, tusk_error *err)
{
    *answer = NULL;
    tusk_status status = tusk_wire_ready(conn, err);
    if (status != TUSK_OK) return status;
    deadline = tusk_wire_deadline(conn, deadline);
    status = run_once(conn, statement, deadline, answer, err);
    if (status != TUSK_OK && conn->stale) status = run_once(conn, statement, deadline, answer, err);
    conn->last_used = tusk_clock_ms();
    return status;
}
