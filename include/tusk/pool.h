/* pool.h - many connections to one server: lent to threads, or pipelined for a loop (async.h) */
#ifndef TUSK_POOL_H
#define TUSK_POOL_H

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/server.h"

/** Connections to one server. Thread: any number of them at once. */
typedef struct tusk_pool tusk_pool;
/** One connection, borrowed from a pool or opened alone (conn.h). Thread: one at a time. */
typedef struct tusk_conn tusk_conn;

/** Zero means the default, for each; the ranges are checked by tusk_pool_open(). */
typedef struct tusk_pool_options {
    int max;                   /* connections at most, 1..1000; 0: 20 (POSTGRES_POOL_MAX) */
    int idle_timeout_ms;       /* an idle one is closed after it, 1..86,400,000; 0: 30,000
                                  (POSTGRES_POOL_IDLE_TIMEOUT_MS) */
    int connection_timeout_ms; /* waiting for a free one and connecting together, 1..3,600,000; 0:
                                  2,000 (POSTGRES_POOL_CONNECTION_TIMEOUT_MS) */
    int statement_timeout_ms;  /* deadline of each statement, 1..86,400,000; 0: 30,000 */
    int lanes;                 /* of `max`, taken by tusk_async_open(), 1..max;
                                  0: max / 2, at least 1 and at most 4 */
    const tusk_log *log;       /* has to live as long as the pool; NULL: silence */
} tusk_pool_options;

/** Makes a pool; connects nothing yet. `server` is copied; `options` may be NULL. Ownership: the
 * caller, who calls tusk_pool_close(). Errors: TUSK_INVALID for an option out of its range,
 * TUSK_MISUSE for a server without host, database or user, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pool_open(const tusk_server *server,
                                                   const tusk_pool_options *options,
                                                   tusk_pool **out, tusk_error *err);
/** Closes idle connections now and those still out when they come back; waiters get TUSK_CANCELLED.
 * Blocks until the last one is back or 5 s have passed; who is out later still gives it back.
 * Accepts NULL. Thread: one, when no other call on the pool begins any more but
 * tusk_pool_release(). */
TUSK_API void tusk_pool_close(tusk_pool *pool);
/** Borrows a connection, first come first served. One that the server closed is never handed out,
 * nor one over TCP that rested 10 s or more and does not answer. Errors: TUSK_TIMEOUT with {size,
 * in use, waiting} in the detail when none came free, TUSK_CONNECTION / TUSK_SERVER when connecting
 * failed (SQLSTATE where the server gave one), TUSK_CANCELLED when the pool is being closed. Blocks
 * at most for `connection_timeout_ms`. Ownership: the pool; give it back with tusk_pool_release().
 */
TUSK_API TUSK_NODISCARD tusk_status tusk_pool_acquire(tusk_pool *pool, tusk_conn **out,
                                                      tusk_error *err);
/** Gives it back. An open transaction is rolled back and told to the log; settings, temporary
 * tables and the like that a script left are discarded, and so is what was set by conn.h (deadline,
 * largest answer, notices); a broken connection is dropped. Blocks at most 2 s for each of the two.
 * Accepts a NULL connection. */
TUSK_API void tusk_pool_release(tusk_pool *pool, tusk_conn *conn);

/** What a pool is doing and has done. */
typedef struct tusk_pool_stats {
    int max, open, busy, waiting; /* both faces together */
    uint64_t acquired;            /* connections borrowed */
    uint64_t connected, failed;   /* attempts to connect */
    uint64_t timeouts;            /* borrowers that got none in time */
} tusk_pool_stats;
/** Looks at it, and closes connections that were idle for too long. Thread: any. */
TUSK_API void tusk_pool_look(tusk_pool *pool, tusk_pool_stats *out);

#endif
