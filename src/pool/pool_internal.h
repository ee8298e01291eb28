/* pool_internal.h - what the two faces of a pool share: its settings, its lock, its count of
 * connections */
#ifndef TUSK_POOL_INTERNAL_H
#define TUSK_POOL_INTERNAL_H

#include <pthread.h>

#include "src/wire/wire.h"
#include "tusk/pool.h"

/** One thread that waits in tusk_pool_acquire(); lives on its stack. */
typedef struct tusk_pool_waiter {
    pthread_cond_t woken;
    struct tusk_pool_waiter *next, *before;
    tusk_conn *conn; /* handed over */
    bool slot;       /* may connect: the place is already counted in `open` */
} tusk_pool_waiter;

struct tusk_pool {
    tusk_arena *arena; /* the copy of the server's texts */
    tusk_server server;
    tusk_pool_options options; /* defaults filled in */
    pthread_mutex_t mutex;     /* all below */
    pthread_cond_t changed;    /* closing, and a connection is back */
    bool closed, abandoned;
    int open;         /* of the threads' face: idle, out, and being opened */
    int idle_count;   /* idle[0] rests longest */
    tusk_conn **idle; /* `max` places */
    tusk_pool_waiter *first, *last;
    int waiting;
    /* after a failed attempt nobody tries again before `pause_until` */
    int pause_ms;
    int64_t pause_until;
    /* the loop face */
    int lanes_reserved, lanes_open, lanes_busy, lanes_waiting;
    uint64_t acquired, connected, failed, timeouts;
};

/** Takes `lanes` of `max` away from the threads: idle connections that have no place any more are
 * closed, those that are out when they come back. TUSK_MISUSE when they have been taken already,
 * TUSK_INVALID when none would be left for threads. */
tusk_status tusk_pool_reserve(tusk_pool *pool, tusk_error *err);
/** Gives them back; threads that wait may connect. */
void tusk_pool_unreserve(tusk_pool *pool);
/** What the loop face has at the moment, for tusk_pool_look(). */
void tusk_pool_note_lanes(tusk_pool *pool, int open, int busy, int waiting);
void tusk_pool_note_connect(tusk_pool *pool, bool connected);
/** Closes connections that have been idle for too long, or are more than the threads may have. */
void tusk_pool_reap(tusk_pool *pool);
/** `base_ms` give or take a quarter, so that many do not try in step. */
int tusk_jitter(int base_ms);

#endif
