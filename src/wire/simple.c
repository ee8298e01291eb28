/* simple.c - several statements in one text, and COPY: outside the pipeline, by the simple protocol
 */
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* How the answers of a text are gathered. */
typedef struct script_run {
    tusk_conn *conn;
    int64_t deadline; /* 0: none */
    bool cancelled;   /* by us, when the deadline had passed */
    bool copying;     /* stop at COPY FROM STDIN: the caller sends the data */
    int64_t rows;
    tusk_status status;
    tusk_error error;
} script_run;

/* True when the next result is there; false when the deadline passed. */
static bool await_result(tusk_conn *conn, int64_t deadline)
{
    for (;;) {
        tusk_wire_flush(conn);
        if (!PQisBusy(conn->pg)) return true;
        if (!tusk_wire_poll(conn, deadline)) return false;
        if (PQconsumeInput(conn->pg)) continue;
        if (PQisBusy(conn->pg)) tusk_wire_break(conn);
        return true;
    }
}

static void keep_error(script_run *run, const PGresult *result)
{
    tusk_error error;
    tusk_status status = tusk_wire_fail_result(&error, result);
    bool spoken = *tusk_wire_diag(result, PG_DIAG_SQLSTATE) != '\0';
    if (!spoken || tusk_wire_is_fatal(result)) {
        if (run->conn->fatal.status == TUSK_OK) run->conn->fatal = error;
        tusk_wire_break(run->conn);
    }
    if (run->status != TUSK_OK) return; /* the first one counts */
    run->status = status;
    run->error = error;
}

/* True to go on. */
static bool take(script_run *run, const PGresult *result)
{
    tusk_conn *conn = run->conn;
    long long rows;
    switch (PQresultStatus(result)) {
    case PGRES_COPY_IN:
        if (run->copying) return false;
        PQputCopyEnd(conn->pg, "use tusk_copy_start() for COPY FROM STDIN");
        return true;
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        run->status = tusk_fail(&run->error, TUSK_MISUSE, "COPY TO STDOUT is not possible here");
        tusk_wire_break(conn);
        return false;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        tusk_wire_note_command(conn, result);
        if (tusk_str_to_int(tusk_str_of(PQcmdTuples((PGresult *)result)), 0, INT64_MAX, &rows))
            run->rows = rows;
        return true;
    default:
        keep_error(run, result);
        return !conn->broken;
    }
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

static void gather(script_run *run)
{
    tusk_conn *conn = run->conn;
    bool more = true;
    while (more && !conn->broken) {
        if (!await_result(conn, run->deadline)) {
            hurry(run);
            continue;
        }
        if (conn->broken) break;
        PGresult *result = PQgetResult(conn->pg);
        if (!result) break;
        more = take(run, result);
        PQclear(result);
    }
    if (conn->broken && run->status == TUSK_OK)
        run->status = tusk_wire_fail_lost(&run->error, conn, true);
    conn->hurried = false;
    if (run->cancelled) {
        if (!tusk_canceller_wait(conn->canceller, tusk_deadline_in(TUSK_WIRE_CANCEL_MS)))
            tusk_wire_break(conn);
        run->status = tusk_wire_told_late(run->status, &run->error);
    }
}

static void enter_pipeline(tusk_conn *conn)
{
    conn->mode = TUSK_WIRE_PIPELINE;
    conn->last_used = tusk_clock_ms();
    if (!conn->broken && PQenterPipelineMode(conn->pg) != 1) tusk_wire_break(conn);
}

static tusk_status conclude(const script_run *run, tusk_error *err)
{
    if (run->status != TUSK_OK && err) *err = run->error;
    return run->status;
}

static tusk_status start(tusk_conn *conn, const char *sql, tusk_wire_mode mode, tusk_error *err)
{
    tusk_status status = tusk_wire_ready(conn, err);
    if (status != TUSK_OK) return status;
    conn->mode = mode;
    if (PQexitPipelineMode(conn->pg) == 1 && PQsendQuery(conn->pg, sql) == 1) {
        conn->wants_write = true;
        return TUSK_OK;
    }
    tusk_wire_break(conn);
    enter_pipeline(conn);
    return tusk_wire_fail_lost(err, conn, false);
}

/* libpq wants a zero at the end, and would stop at one inside. */
static char *terminated(tusk_str sql)
{
    char *copy = tusk_mem_alloc(sql.len + 1);
    if (!copy) return NULL;
    if (sql.len > 0) memcpy(copy, sql.ptr, sql.len);
    copy[sql.len] = '\0';
    return copy;
}

tusk_status tusk_conn_script(tusk_conn *conn, tusk_str sql, tusk_error *err)
{
    if (sql.len > 0 && memchr(sql.ptr, '\0', sql.len))
        return tusk_fail(err, TUSK_INVALID, "the SQL text has a zero byte in it");
    char *text = terminated(sql);
    if (!text) return tusk_fail_nomem(err, "SQL text");
    tusk_status status = start(conn, text, TUSK_WIRE_SCRIPT, err);
    tusk_mem_free(text);
    if (status != TUSK_OK) return status;
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0) };
    gather(&run);
    conn->dirty = true; /* it may have set anything */
    enter_pipeline(conn);
    return conclude(&run, err);
}

/* ---- COPY ---- */

tusk_status tusk_copy_start(tusk_conn *conn, const char *sql, tusk_error *err)
{
    tusk_status status = start(conn, sql, TUSK_WIRE_COPY, err);
    if (status != TUSK_OK) return status;
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0), .copying = true };
    gather(&run);
    if (run.status == TUSK_OK && PQtransactionStatus(conn->pg) == PQTRANS_ACTIVE) return TUSK_OK;
    enter_pipeline(conn);
    if (run.status != TUSK_OK) return conclude(&run, err);
    return tusk_fail(err, TUSK_MISUSE, "the statement is not COPY ... FROM STDIN");
}

/* Ends the COPY one way or another and reads what the server says about it. */
static tusk_status finish_copy(tusk_conn *conn, const char *reason, int64_t *rows, tusk_error *err)
{
    script_run run = { .conn = conn, .deadline = tusk_wire_deadline(conn, 0) };
    PQputCopyEnd(conn->pg, reason); /* refused when the server already gave up: its error follows */
    conn->wants_write = true;
    gather(&run);
    enter_pipeline(conn);
    if (rows) *rows = run.rows;
    return conclude(&run, err);
}

static tusk_status check_copying(const tusk_conn *conn, tusk_error *err)
{
    if (conn->mode == TUSK_WIRE_COPY) return TUSK_OK;
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
        tusk_wire_flush(conn);
        if (!conn->wants_write) return TUSK_OK;
        if (!tusk_wire_poll(conn, deadline)) {
            tusk_wire_break(conn);
            enter_pipeline(conn);
            return tusk_fail(err, TUSK_TIMEOUT, "the server did not take the data in time");
        }
        if (!PQconsumeInput(conn->pg)) return fail_copy(conn, err);
    }
}

tusk_status tusk_copy_send(tusk_conn *conn, tusk_str chunk, tusk_error *err)
{
    tusk_status status = check_copying(conn, err);
    if (status != TUSK_OK) return status;
    while (chunk.len > 0) {
        size_t size = chunk.len < (256 << 10) ? chunk.len : (256 << 10);
        if (PQputCopyData(conn->pg, chunk.ptr, (int)size) != 1) return fail_copy(conn, err);
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
