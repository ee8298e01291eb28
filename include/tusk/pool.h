/* pool.h - many connections to one server: blocking checkout for threads, and a loop face in async.h */
#ifndef TUSK_POOL_H
#define TUSK_POOL_H

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/server.h"

/** Any number of threads may use one pool at once. */
typedef struct tusk_pool tusk_pool;
/** One connection, borrowed from a pool or opened alone (conn.h). One thread at a time. */
typedef struct tusk_conn tusk_conn;

/** Zero means the default; the range is checked by tusk_pool_open() (TUSK_INVALID). */
typedef struct tusk_pool_options {
    int max;                   /* connections at most, 1..1000; 0: 20 (POSTGRES_POOL_MAX) */
    int idle_timeout_ms;       /* an idle one is closed after it, 1..86,400,000; 0: 30,000
                                  (POSTGRES_POOL_IDLE_TIMEOUT_MS) */
    int connection_timeout_ms; /* waiting for a free one and connecting together, 1..3,600,000; 0: 2,000
                                  (POSTGRES_POOL_CONNECTION_TIMEOUT_MS) */
    int statement_timeout_ms;  /* deadline of a statement when the call gives none, 0: 30,000 */
    int lanes;                 /* of `max`, kept for the loop face, 0: min(4, max / 2), at least 1 */
    const tusk_log *log;
} tusk_pool_options;

/** Makes a pool; connects nothing yet. `server` is copied. Ownership: the caller, tusk_pool_close(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_pool_open(const tusk_server *server,
                                                   const tusk_pool_options *options, tusk_pool **out,
                                                   tusk_error *err);
/** Closes idle connections now and those still out when they come back; waiters get TUSK_CANCELLED. Blocks until the
 *  last one is back or 5 s have passed. Accepts NULL. */
TUSK_API void tusk_pool_close(tusk_pool *pool);
/** Borrows a connection, first come first served. A dead idle connection is never handed out. Errors: TUSK_TIMEOUT
 *  with {size, in use, waiting} in the detail when none came free, TUSK_CONNECTION / TUSK_SERVER when connecting
 *  failed (SQLSTATE where the server gave one). Give it back with tusk_pool_release(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_pool_acquire(tusk_pool *pool, tusk_conn **out,
                                                      tusk_error *err);
/** Gives it back. An open transaction is rolled back and told to the log; a broken connection is dropped. Accepts a
 *  NULL connection. */
TUSK_API void tusk_pool_release(tusk_pool *pool, tusk_conn *conn);

typedef struct tusk_pool_stats {
    int max, open, busy, waiting; /* both faces together */
    uint64_t acquired, connected, failed, timeouts;
} tusk_pool_stats;
TUSK_API void tusk_pool_look(tusk_pool *pool, tusk_pool_stats *out);

#endif
