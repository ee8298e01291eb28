/* conn.h - one connection of one's own, for tools: migrations, COPY, several statements at once */
#ifndef TUSK_CONN_H
#define TUSK_CONN_H

#include "tusk/pool.h"
#include "tusk/result.h"

/** Opens a connection to `server`, which is not looked at afterwards. Connects within `timeout_ms`
 * (more than 0; name lookup, TLS and sign-in included). Its statements have no deadline until
 * tusk_conn_set_timeout(). Fails closed on TLS trouble. Errors: TUSK_CONNECTION
 * (with SQLSTATE 57P03 while the server starts up or shuts down), TUSK_TIMEOUT, TUSK_SERVER with
 * the SQLSTATE (28P01 wrong password, 3D000 no such database...). Ownership: the caller,
 * tusk_conn_close(). Thread: one at a time. */
TUSK_API TUSK_NODISCARD tusk_status tusk_conn_open(const tusk_server *server, int timeout_ms,
                                                   tusk_conn **out, tusk_error *err);
/** Ends a connection that tusk_conn_open() made; an open transaction is rolled back by the server.
 * Accepts NULL. One that a pool lent goes back with tusk_pool_release(). */
TUSK_API void tusk_conn_close(tusk_conn *conn);
/** Deadline of each following statement on this connection in ms; 0: none of its own (30 s from a
 * pool). */
TUSK_API void tusk_conn_set_timeout(tusk_conn *conn, int timeout_ms);
/** That deadline. */
TUSK_API int tusk_conn_timeout(const tusk_conn *conn);
/** The most that the server may answer to each following statement (rows, plans, messages) before
 * the connection is given up, for statements of people whom one does not trust: a single value may
 * have a gigabyte. The statement fails with TUSK_INVALID. Looked at before memory is taken for it.
 * 0: no limit, as at first. */
TUSK_API void tusk_conn_set_answer_max(tusk_conn *conn, size_t bytes);
/** server_version as the server reports it ("15.20 (Debian ...)"); "" when not
 * known. Lifetime: the connection. */
TUSK_API const char *tusk_conn_server_version(const tusk_conn *conn);
/** The server's version as a number: 150020 is 15.20. */
TUSK_API int tusk_conn_server_version_number(const tusk_conn *conn);
/** Gets each NOTICE and WARNING (severity, message) during calls on this connection; NULL: they are
 * dropped, as at first. The texts live as long as the call to `notice`. */
TUSK_API void tusk_conn_on_notice(tusk_conn *conn,
                                  void (*notice)(void *context, tusk_str severity,
                                                 tusk_str message),
                                  void *context);
/** Sends `sql`, which may hold several statements, by the simple protocol (in one implicit
 * transaction unless it says otherwise). No parameters, no rows back; for program text and
 * migration files only: never put input into it. Errors: TUSK_INVALID for a zero byte in it,
 * TUSK_SERVER, TUSK_TIMEOUT, TUSK_CONNECTION, TUSK_NOMEM, TUSK_MISUSE while a COPY is under way or
 * for COPY in `sql`. `position` in the error counts from the start of `sql`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_conn_script(tusk_conn *conn, tusk_str sql,
                                                     tusk_error *err);
/** COPY ... FROM STDIN: tusk_copy_start() with the statement's text, tusk_copy_send() any number of
 * times with chunks of any size (in the statement's format), then tusk_copy_end(). After an error
 * of any of them the copy is over and nothing is stored. Errors: TUSK_SERVER, TUSK_TIMEOUT (each
 * call has the connection's deadline), TUSK_CONNECTION, TUSK_NOMEM; TUSK_MISUSE for another
 * statement, or without a copy under way. */
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_start(tusk_conn *conn, const char *sql,
                                                    tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_send(tusk_conn *conn, tusk_str chunk,
                                                   tusk_error *err);
/** Ends the copy: `*rows` (may be NULL) gets the number of rows stored. With an `abort_reason` it
 * gives up instead, which is TUSK_OK with 0 rows. Errors: as tusk_copy_start(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_end(tusk_conn *conn, const char *abort_reason,
                                                  int64_t *rows, tusk_error *err);
/** Asks the server to stop what the connection is doing; the call that waits there
 * then fails with TUSK_SERVER, SQLSTATE 57014. Best effort. Thread: any, while it is open. */
TUSK_API void tusk_conn_cancel(tusk_conn *conn);

#endif
