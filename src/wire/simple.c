/* simple.c - several statements in one text, and COPY: by the simple protocol */
#include <string.h>

#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* More than this at a time is not copied into the buffer. */
#define CHUNK_MAX ((size_t)256 << 10)

/* A text under way: the only item of its connection. */
typedef struct script_run {
    tusk_conn *conn;
    int64_t deadline; /* 0: none */
    bool cancelled;   /* by us, when the deadline had passed */
    bool copying;     /* stop at COPY FROM STDIN: the caller sends the data */
    int64_t rows;
    tusk_status status;
    tusk_error error;
} script_run;

static bool send_text(tusk_conn *conn, char type, tusk_str text)
{
    char *at = tusk_stream_room(&conn->stream, tusk_text_size(text));
    if (!at) return false;
    tusk_stream_add(&conn->stream, tusk_text_write(at, type, text));
    tusk_stream_flush(&conn->stream);
    return true;
}

/* Ends the data of a COPY, with a reason to throw it away or none. */
static bool end_data(tusk_conn *conn, const char *reason)
{
    tusk_wire_item_at(conn, 0)->copying = false;
    if (reason) return send_text(conn, 'f', tusk_str_of(reason));
    char *at = tusk_stream_room(&conn->stream, TUSK_HEAD_SIZE);
    if (!at) return false;
    tusk_stream_add(&conn->stream, tusk_empty_write(at, 'c'));
    tusk_stream_flush(&conn->stream);
    return true;
}

/* The deadline passed: asks the server to stop; the second time gives up. */
static void hurry(script_run *run)
{
    if (!run->cancelled) {
        run->cancelled = run->conn->hurried = true;
        run->deadline = tusk_deadline_in(TUSK_WIRE_CANCEL_MS);
        tusk_canceller_start(run->conn->canceller, -1);
        return;
    }
    tusk_wire_break(run->conn);
    run->status = tusk_fail(&run->error, TUSK_TIMEOUT, "the statements did not end in time");
    run->error.retry = TUSK_RETRY_UNKNOWN;
}

static void take_outcome(script_run *run)
{
    tusk_wire_item item = tusk_wire_pop(run->conn);
    if (item.failure) {
        run->status = item.failure->error.status;
        run->error = item.failure->error;
    } else if (item.no_room) {
        run->status = tusk_fail_nomem(&run->error, "the answer of a statement");
    } else {
        run->rows = item.count;
    }
    tusk_wire_item_clear(&item);
}

/* Until the text has ended, or waits for data. */
static void gather(script_run *run)
{
    tusk_conn *conn = run->conn;
    const tusk_wire_item *item = tusk_wire_item_at(conn, 0);
    while (!conn->broken && !item->done && !(item->copying && run->copying)) {
        if (item->copying && !end_data(conn, "use tusk_copy_start() for COPY FROM STDIN"))
            tusk_wire_break(conn);
        if (tusk_wire_poll(conn, run->deadline)) {
            run->status = tusk_wire_process(conn, &run->error);
        } else {
            hurry(run);
        }
    }
    if (item->done) {
        run->status = TUSK_OK; /* whatever has become of the connection since */
        take_outcome(run);
    } else if (conn->broken && run->status == TUSK_OK) {
        run->status = tusk_wire_fail_lost(&run->error, conn, true);
    }
    conn->hurried = false;
    if (!run->cancelled) return;
    if (!tusk_canceller_wait(conn->canceller, tusk_deadline_in(TUSK_WIRE_CANCEL_MS)))
        tusk_wire_break(conn);
    run->status = tusk_wire_told_late(run->status, &run->error);
}

static void leave(tusk_conn *conn)
{
    conn->mode = TUSK_WIRE_PIPELINE;
    conn->last_used = tusk_clock_ms();
}

static tusk_status conclude(const script_run *run, tusk_error *err)
{
    if (run->status != TUSK_OK && err) *err = run->error;
    return run->status;
}

static tusk_status start(tusk_conn *conn, tusk_str sql, tusk_wire_mode mode, tusk_error *err)
{
    tusk_status status = tusk_wire_ready(conn, err);
    if (status != TUSK_OK) return status;
    if (sql.len > 0 && memchr(sql.ptr, '\0', sql.len))
        return tusk_fail(err, TUSK_INVALID, "the SQL text has a zero byte in it");
    if (tusk_text_size(sql) >= TUSK_MESSAGE_MAX)
        return tusk_fail(err, TUSK_INVALID,
                         "the SQL text is larger than the 1 GB that the server "
                         "takes");
    if (!send_text(conn, 'Q', sql)) return tusk_fail_nomem(err, "SQL text");
    tusk_wire_push(conn)->simple = true;
    tusk_wire_item_at(conn, 0)->count = -1;
    conn->mode = mode;
    conn->answered = 0;
    return TUSK_OK;
}

tusk_status tusk_conn_script(tusk_conn *conn, tusk_str sql, tusk_error *err)
{
    tusk_status status = start(conn, sql, TUSK_WIRE_SCRIPT, err);
    if (status != TUSK_OK) return status;
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0) };
    gather(&run);
    conn->dirty = true; /* it may have set anything */
    leave(conn);
    return conclude(&run, err);
}

/* ---- COPY ---- */

tusk_status tusk_copy_start(tusk_conn *conn, const char *sql, tusk_error *err)
{
    tusk_status status = start(conn, tusk_str_of(sql), TUSK_WIRE_COPY, err);
    if (status != TUSK_OK) return status;
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0), .copying = true };
    gather(&run);
    if (run.status == TUSK_OK && conn->count > 0) return TUSK_OK; /* it waits for data */
    leave(conn);
    if (run.status != TUSK_OK) return conclude(&run, err);
    return tusk_fail(err, TUSK_MISUSE, "the statement is not COPY ... FROM STDIN");
}

/* Ends the COPY one way or another and reads what the server says about it. */
static tusk_status finish_copy(tusk_conn *conn, const char *reason, int64_t *rows, tusk_error *err)
{
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0), .rows = 0 };
    const tusk_wire_item *item = tusk_wire_item_at(conn, 0);
    /* not when the server already gave up: its error follows */
    if (!conn->broken && item->copying && !end_data(conn, reason)) tusk_wire_break(conn);
    gather(&run);
    leave(conn);
    if (rows) *rows = run.rows > 0 ? run.rows : 0;
    return conclude(&run, err);
}

static tusk_status check_copying(const tusk_conn *conn, tusk_error *err)
{
    if (conn->mode == TUSK_WIRE_COPY) return tusk_wire_owned(conn, err);
    return tusk_fail(err, TUSK_MISUSE, "no COPY is under way on this connection");
}

static tusk_status fail_copy(tusk_conn *conn, tusk_error *err)
{
    tusk_status status = finish_copy(conn, "the sender gave up", NULL, err);
    if (status != TUSK_OK) return status;
    tusk_wire_break(conn);
    return tusk_wire_fail_lost(err, conn, true);
}

/* Nothing piles up here: the next chunk is taken when this one is with the system. */
static tusk_status drain(tusk_conn *conn, tusk_error *err)
{
    int64_t deadline = tusk_wire_deadline(conn, 0);
    for (;;) {
        tusk_stream_flush(&conn->stream);
        if (conn->broken || conn->stream.cut || !tusk_wire_item_at(conn, 0)->copying)
            return fail_copy(conn, err);
        if (!tusk_stream_waits(&conn->stream)) return TUSK_OK;
        if (!tusk_wire_poll(conn, deadline)) {
            tusk_wire_break(conn);
            leave(conn);
            return tusk_fail(err, TUSK_TIMEOUT, "the server did not take the data in time");
        }
        tusk_wire_receive(conn);
    }
}

static bool add_data(tusk_conn *conn, tusk_str chunk)
{
    char *at = tusk_stream_room(&conn->stream, TUSK_HEAD_SIZE + chunk.len);
    if (!at) return false;
    *at = 'd';
    at = tusk_put32(at + 1, 4 + chunk.len);
    memcpy(at, chunk.ptr, chunk.len);
    tusk_stream_add(&conn->stream, at + chunk.len);
    return true;
}

tusk_status tusk_copy_send(tusk_conn *conn, tusk_str chunk, tusk_error *err)
{
    tusk_status status = check_copying(conn, err);
    if (status != TUSK_OK) return status;
    while (chunk.len > 0) {
        size_t size = chunk.len < CHUNK_MAX ? chunk.len : CHUNK_MAX;
        if (!add_data(conn, (tusk_str){ chunk.ptr, size })) return fail_copy(conn, err);
        status = drain(conn, err);
        if (status != TUSK_OK) return status;
        chunk = (tusk_str){ chunk.ptr + size, chunk.len - size };
    }
    return TUSK_OK;
}

tusk_status tusk_copy_end(tusk_conn *conn, const char *abort_reason, int64_t *rows, tusk_error *err)
{
    if (rows) *rows = 0;
    tusk_status status = check_copying(conn, err);
    if (status != TUSK_OK) return status;
    tusk_error own;
    status = finish_copy(conn, abort_reason, rows, &own);
    /* Asked for: the server reports its obedience as an error. */
    if (abort_reason && status == TUSK_SERVER && strcmp(own.sqlstate, "57014") == 0) return TUSK_OK;
    if (status != TUSK_OK && err) *err = own;
    return status;
}
