/* conn.h - one connection of one's own, for tools: migrations, COPY, several statements in one text */
#ifndef TUSK_CONN_H
#define TUSK_CONN_H

#include "tusk/pool.h"
#include "tusk/result.h"

/** Connects within `timeout_ms` (name lookup, TLS and sign-in included). Fails closed on TLS trouble. Errors:
 *  TUSK_CONNECTION (with SQLSTATE 57P03 while the server starts up or shuts down), TUSK_TIMEOUT, TUSK_SERVER with
 *  the SQLSTATE (28P01 wrong password, 3D000 no such database...). Ownership: the caller, tusk_conn_close(). Thread: one at a time. */
TUSK_API TUSK_NODISCARD tusk_status tusk_conn_open(const tusk_server *server, int timeout_ms,
                                                   tusk_conn **out, tusk_error *err);
TUSK_API void tusk_conn_close(tusk_conn *conn);
/** Deadline of each following statement on this connection in ms; 0: none of its own (30 s from a pool). */
TUSK_API void tusk_conn_set_timeout(tusk_conn *conn, int timeout_ms);
/** server_version as the server reports it ("15.20 (Debian ...)"): Lifetime: the connection. */
TUSK_API const char *tusk_conn_server_version(const tusk_conn *conn);
/** e.g. 150020. */
TUSK_API int tusk_conn_server_version_number(const tusk_conn *conn);
/** Gets each NOTICE and WARNING (severity, message) during calls on this connection; NULL: they are dropped. */
TUSK_API void tusk_conn_on_notice(tusk_conn *conn,
                                  void (*notice)(void *context, tusk_str severity, tusk_str message),
                                  void *context);
/** Sends `sql`, which may hold several statements, by the simple protocol (in one implicit transaction unless it says
 *  otherwise). No parameters, no rows back; for program text and migration files only.
 *  `position` in the error counts from the start of `sql`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_conn_script(tusk_conn *conn, tusk_str sql,
                                                     tusk_error *err);
/** COPY ... FROM STDIN: start with the statement's text, send any number of chunks (text format), then end.
 *  `rows` gets the count. After an error the copy is over and nothing is stored; tusk_copy_end() with a non-NULL
 *  `abort_reason` gives up. */
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_start(tusk_conn *conn, const char *sql,
                                                    tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_send(tusk_conn *conn, tusk_str chunk, tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_copy_end(tusk_conn *conn, const char *abort_reason,
                                                  int64_t *rows, tusk_error *err);
/** Asks the server to stop what the connection is doing; callable from another thread. Best effort. */
TUSK_API void tusk_conn_cancel(tusk_conn *conn);

#endif
