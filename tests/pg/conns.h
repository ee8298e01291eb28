/* conns.h - what the tests of connections share: a database, a connection, a statement and its
 * answer */
#ifndef TUSK_TESTS_CONNS_H
#define TUSK_TESTS_CONNS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/wire/wire.h"
#include "tests/support/support.h"
#include "tusk/clock.h"

/** Room for a database of a test program; made by conns_set_up(), a cmocka group setup. */
typedef struct conns {
    tusk_arena *arena;
    tusk_server server;
} conns;
int conns_set_up(void **state);
int conns_tear_down(void **state);

/** A connection; the test fails when there is none. */
tusk_conn *conns_open(const tusk_server *server);
/** Sends a script; the test fails with the server's words when it fails. */
void conns_script(tusk_conn *conn, const char *sql);
/** Runs one statement within 10 s, prepared; `err` is zeroed first. */
tusk_status conns_run(tusk_conn *conn, const char *sql, tusk_error *err);
/** Its only cell, which has to equal `expected`. */
void conns_expect(tusk_conn *conn, const char *sql, const char *expected);
/** The process of its session on the server. */
int conns_backend(tusk_conn *conn);
/** Ends the session of a process from another connection and waits until it is gone. */
void conns_terminate(tusk_conn *by, int backend);
/** A free TCP port of this machine. */
int conns_free_port(void);
/** Adds every log line to a tusk_buf; for tusk_log.write. */
void conns_log(void *context, tusk_str line);

#endif
