/* conn.c - what a connection says about itself */
#include <poll.h>
#include <unistd.h>

#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

void tusk_conn_set_timeout(tusk_conn *conn, int timeout_ms)
{
    conn->timeout_ms = timeout_ms > 0 ? timeout_ms : 0;
}

int tusk_conn_timeout(const tusk_conn *conn)
{
    return conn->timeout_ms;
}

void tusk_conn_set_answer_max(tusk_conn *conn, size_t bytes)
{
    conn->answer_max = bytes;
    conn->answered = 0;
}

const char *tusk_conn_server_version(const tusk_conn *conn)
{
    return conn->version;
}

int tusk_conn_server_version_number(const tusk_conn *conn)
{
    return conn->version_number;
}

void tusk_conn_on_notice(tusk_conn *conn,
                         void (*notice)(void *context, tusk_str severity, tusk_str message),
                         void *context)
{
    conn->notice = notice;
    conn->notice_context = context;
}

void tusk_wire_cancel(tusk_conn *conn, int notify)
{
    if (conn->pid == getpid()) tusk_canceller_start(conn->canceller, notify);
}

void tusk_conn_cancel(tusk_conn *conn)
{
    tusk_wire_cancel(conn, -1);
}

bool tusk_wire_cancelling(const tusk_conn *conn)
{
    return tusk_canceller_busy(conn->canceller);
}

int tusk_wire_fd(const tusk_conn *conn)
{
    return conn->stream.fd;
}

bool tusk_wire_wants_write(const tusk_conn *conn)
{
    return tusk_stream_waits(&conn->stream);
}

size_t tusk_wire_in_flight(const tusk_conn *conn)
{
    return conn->count;
}

bool tusk_wire_should_resend(const tusk_conn *conn)
{
    return conn->stale;
}

tusk_status tusk_wire_lost(const tusk_conn *conn, bool sent, tusk_error *err)
{
    return tusk_wire_fail_lost(err, conn, sent);
}

bool tusk_wire_broken(const tusk_conn *conn)
{
    return conn->broken;
}

bool tusk_wire_in_transaction(const tusk_conn *conn)
{
    return !conn->broken && conn->transaction != 'I';
}

bool tusk_wire_quiet(const tusk_conn *conn)
{
    return conn->mode == TUSK_WIRE_PIPELINE && conn->count == 0;
}

int tusk_wire_depth(const tusk_conn *conn)
{
    return conn->depth;
}

void tusk_wire_set_depth(tusk_conn *conn, int depth)
{
    conn->depth = depth;
}

bool tusk_wire_is_local(const tusk_conn *conn)
{
    return conn->local;
}

int64_t tusk_wire_last_used(const tusk_conn *conn)
{
    return conn->last_used;
}

bool tusk_wire_check_idle(tusk_conn *conn)
{
    if (conn->broken || conn->pid != getpid()) return false;
    struct pollfd watched = { .fd = conn->stream.fd, .events = POLLIN };
    if (poll(&watched, 1, 0) == 0) return true;
    /* A closing server says why, then ends. */
    return tusk_wire_process(conn, NULL) == TUSK_OK;
}

bool tusk_wire_dirty(const tusk_conn *conn)
{
    return conn->dirty;
}

tusk_status tusk_wire_discard(tusk_conn *conn, int64_t deadline, tusk_error *err)
{
    const tusk_wire_statement statement = { .sql = TUSK_STR("discard all") };
    tusk_wire_answer *answer;
    tusk_status status = tusk_wire_execute(conn, &statement, deadline, &answer, err);
    tusk_wire_answer_free(answer);
    if (status == TUSK_OK) conn->dirty = false;
    return status;
}
