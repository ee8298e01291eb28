/* wire.h - one connection as a state machine: statements in, answers out, in order. libpq opens it,
 * then PostgreSQL's protocol is spoken here (takeover.c). Above this nobody sees either.
 *
 * A connection is driven in one of two ways:
 *   blocking   tusk_wire_execute(): one statement, waits for its answer within a deadline
 *   by a loop  tusk_wire_send() any number of statements (each with a Sync of its own), then on
 * readiness of tusk_wire_fd(): tusk_wire_process(), then tusk_wire_next() until it says there is
 * nothing yet. COPY and scripts go by the simple protocol and need a quiet connection. */
#ifndef TUSK_WIRE_H
#define TUSK_WIRE_H

#include "src/base/param.h"
#include "tusk/conn.h"

/** One statement. Everything it points to has to live until it was sent (tusk_wire_send() copies it
 * into a buffer). */
typedef struct tusk_wire_statement {
    tusk_str sql; /* zero-terminated */
    const tusk_param *params;
    size_t param_count;
    bool binary;  /* results in binary format */
    bool prepare; /* keep it prepared on this connection (cache of 256, by text; the server's
                     "cached plan must not change" and "does not exist" are healed by preparing once
                     more, outside a transaction) */
} tusk_wire_statement;

/** The server's answer to one statement, rows included. Ownership: the caller,
 * tusk_wire_answer_free(), by the thread that has the connection. */
typedef struct tusk_wire_answer tusk_wire_answer;
void tusk_wire_answer_free(tusk_wire_answer *answer);
size_t tusk_wire_rows(const tusk_wire_answer *answer);
size_t tusk_wire_fields(const tusk_wire_answer *answer);
/** The cells of a row, as many as there are fields, each as tusk_wire_cell() gives it. */
void tusk_wire_row(const tusk_wire_answer *answer, size_t row, tusk_str *cells);
/** The bytes of one cell in its field's format, ptr NULL for NULL; a zero byte stands after them.
 * Walks the row: who wants all of them takes tusk_wire_row(). Lifetime: the answer. */
tusk_str tusk_wire_cell(const tusk_wire_answer *answer, size_t row, size_t field);
/** Fields with names, command tag without its numbers, and row count (-1: none), copied into the
 * arena; no cells. */
tusk_status tusk_wire_describe(const tusk_wire_answer *answer, tusk_arena *arena, tusk_result *out,
                               tusk_error *err);

/** The answer is that of BEGIN or START TRANSACTION. */
bool tusk_wire_opens_transaction(const tusk_wire_answer *answer);

/** Runs one statement to its end. On TUSK_TIMEOUT the statement was cancelled; when the server did
 * not obey within a second the connection is broken. `deadline` is a tusk_clock_ms value; 0: the
 * connection's own timeout. */
tusk_status tusk_wire_execute(tusk_conn *conn, const tusk_wire_statement *statement,
                              int64_t deadline, tusk_wire_answer **answer, tusk_error *err);

/** From when `fd` becomes readable, the statement under way ends as if its deadline had passed and
 * others are refused with TUSK_CANCELLED, until this is called with 0. Lifetime of the descriptor:
 * as long as the connection, or until then. */
void tusk_wire_stop_on(tusk_conn *conn, int fd);

/* ---- by a loop ---- */
tusk_status tusk_wire_send(tusk_conn *conn, const tusk_wire_statement *statement, tusk_error *err);
/** Hands what was sent to the socket, as far as it takes it without waiting: once a loop turn. A
 * failure shows in tusk_wire_process(). */
void tusk_wire_flush(tusk_conn *conn);
int tusk_wire_fd(const tusk_conn *conn);
/** True when sent bytes still wait for the socket to become writable. */
bool tusk_wire_wants_write(const tusk_conn *conn);
/** Moves bytes both ways without blocking. An error means the connection broke; every statement
 * without an answer is lost. */
tusk_status tusk_wire_process(tusk_conn *conn, tusk_error *err);
/** The next answer in order of sending: TUSK_OK and `*answer`; or its error; `*ready` false when
 * none is complete yet. */
tusk_status tusk_wire_next(tusk_conn *conn, bool *ready, tusk_wire_answer **answer,
                           tusk_error *err);
/** Statements sent whose answers were not yet taken by tusk_wire_next(). */
size_t tusk_wire_in_flight(const tusk_conn *conn);
/** True when the error that tusk_wire_next() just gave only says that the prepared statement was
 * stale (changed tables, DISCARD): nothing took effect, and sending it once more prepares it anew.
 * Never inside a transaction. */
bool tusk_wire_should_resend(const tusk_conn *conn);
/** The error of a statement that was lost with its connection. */
tusk_status tusk_wire_lost(const tusk_conn *conn, bool sent, tusk_error *err);
/** Asks the server to stop what runs, in a thread; the answer comes as always. `notify` (an
 * eventfd, or -1) becomes readable when the request has reached the server. */
void tusk_wire_cancel(tusk_conn *conn, int notify);
/** True until then: what is sent meanwhile could be hit by it. */
bool tusk_wire_cancelling(const tusk_conn *conn);

/* ---- state ---- */
bool tusk_wire_broken(const tusk_conn *conn);
/** Gives the connection up: it takes no more statements and is only to be closed. */
void tusk_wire_break(tusk_conn *conn);
/** Inside a transaction block, failed or not, as the server last said. */
bool tusk_wire_in_transaction(const tusk_conn *conn);
/** SET, LISTEN, scripts and the like were run: the session may differ from a fresh one. Functions
 * that change it (set_config, advisory locks) and temporary tables cannot be seen from here. */
bool tusk_wire_dirty(const tusk_conn *conn);
/** DISCARD ALL, within the deadline; after an error the connection is to be closed. */
tusk_status tusk_wire_discard(tusk_conn *conn, int64_t deadline, tusk_error *err);
/** A Unix socket, whose other end cannot vanish without a word. */
bool tusk_wire_is_local(const tusk_conn *conn);
/** Nothing in flight, no COPY under way: another borrower can take it. */
bool tusk_wire_quiet(const tusk_conn *conn);
/** Nesting of run's transactions; wire only keeps the number. */
int tusk_wire_depth(const tusk_conn *conn);
void tusk_wire_set_depth(tusk_conn *conn, int depth);
/** Looks at an idle connection without waiting: false when the server closed it (its FATAL was read
 * from the notice). */
bool tusk_wire_check_idle(tusk_conn *conn);
/** Milliseconds (tusk_clock_ms) of the last use. */
int64_t tusk_wire_last_used(const tusk_conn *conn);

#endif
