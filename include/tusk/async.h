/* async.h - the loop face of a pool: submit queries, be called back; pipelined on a few lanes */
#ifndef TUSK_ASYNC_H
#define TUSK_ASYNC_H

#include "tusk/pool.h"
#include "tusk/query.h"
#include "tusk/result.h"

/** The lanes of a pool, driven by an event loop. Thread: one, the loop's: every call below comes
 * from it, and so do the calls back. */
typedef struct tusk_async tusk_async;

/** Uses the lanes of `pool` (tusk_pool_options.lanes); idle connections that are then more than the
 * rest of `max` are closed, borrowed ones when they come back. Connecting, name lookup included,
 * happens in a thread of its own; a lane that breaks is opened again with growing pauses (100 ms to
 * 5 s, jittered). A pool has one tusk_async at a time. Ownership: the caller, who calls
 * tusk_async_close() before tusk_pool_close(). Errors: TUSK_MISUSE when the pool's lanes are in use
 * already, TUSK_INVALID when the lanes leave no other connection, TUSK_CANCELLED when the pool is
 * closed, TUSK_IO, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_async_open(tusk_pool *pool, tusk_async **out,
                                                    tusk_error *err);
/** Closes the lanes; their places in the pool are the threads' again. Every submission still under
 * way ends with TUSK_CANCELLED before this returns. Blocks while a lane is being connected, at most
 * for `connection_timeout_ms`. Accepts NULL. */
TUSK_API void tusk_async_close(tusk_async *async);
/** One file descriptor for any loop (poll, epoll, libuv...): when it is readable, call
 * tusk_async_process(). It also becomes readable when a deadline passes. Lifetime: until
 * tusk_async_close(). */
TUSK_API int tusk_async_fd(const tusk_async *async);
/** Sends, receives, times out, calls `done`s. Never blocks. */
TUSK_API void tusk_async_process(tusk_async *async);

/** The answer to one query of a submission. Lifetime: the submission's arena. */
typedef struct tusk_answer {
    tusk_result result;
    const void *items; /* typed queries: `count` row structs; NULL for raw SQL */
    size_t count;
} tusk_answer;

/** Called once, from tusk_async_process() or tusk_async_close(), never from tusk_async_submit().
 * `answers` has one entry for each query submitted and lives in the submission's arena; `err` is
 * NULL when `status` is TUSK_OK. From here on the arena is the caller's again. */
typedef void tusk_async_done(void *context, tusk_status status, const tusk_answer *answers,
                             const tusk_error *err);

/** Submits `count` (1..8) independent queries, sent back to back on one lane, each with a Sync of
 * its own (each is its own transaction); the first failure is the submission's. `timeout_ms` bounds
 * the whole of it, waiting for a connected lane included; 0: 30,000. `arena` takes the answers and
 * must stay alive, and untouched, until `done` was called. `ticket` (may be NULL) is for
 * tusk_async_cancel(). Errors: of this call, after which `done` is never called, TUSK_BUSY when
 * more than 10,000 wait, TUSK_MISUSE and TUSK_NOMEM from rendering. All others (TUSK_SERVER,
 * TUSK_TIMEOUT, TUSK_CONNECTION, TUSK_CANCELLED) come to `done`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_async_submit(tusk_async *async, tusk_arena *arena,
                                                      const tusk_query *const *queries,
                                                      size_t count, int timeout_ms,
                                                      tusk_async_done *done, void *context,
                                                      uint64_t *ticket, tusk_error *err);
/** The caller no longer wants it: its rows are discarded, a query not yet sent is not sent, one
 * that runs is cancelled on the server; `done` comes with TUSK_CANCELLED once the connection is
 * past it. */
TUSK_API void tusk_async_cancel(tusk_async *async, uint64_t ticket);

#endif
