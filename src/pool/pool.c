/* pool.c - connections for threads: borrowed first come first served, given back clean */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/pool/pool_internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* A resting connection over TCP may have lost its other end without a word: ask before lending it.
 */
#define PING_AFTER_MS 10000
#define PING_MS       1000
/* Cleaning up what a borrower left behind. */
#define CLEAN_MS      2000
/* How long tusk_pool_close() waits for borrowers. */
#define CLOSE_MS      5000
#define PAUSE_MIN_MS  50
#define PAUSE_MAX_MS  1000

int tusk_jitter(int base_ms)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t mixed = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
    return base_ms - base_ms / 4 + (int)((mixed >> 40) % (unsigned)(base_ms / 2 + 1));
}

static int limit(const tusk_pool *pool)
{
    return pool->options.max - pool->lanes_reserved;
}

static tusk_status fail_closed(tusk_error *err)
{
    return tusk_fail(err, TUSK_CANCELLED, "the pool is closed");
}

static void wait_until(tusk_pool *pool, pthread_cond_t *cond, int64_t deadline)
{
    struct timespec until = { deadline / 1000, (deadline % 1000) * 1000000 };
    pthread_cond_timedwait(cond, &pool->mutex, &until);
}

/* ---- waiters, under the lock ---- */

static void enqueue(tusk_pool *pool, tusk_pool_waiter *waiter)
{
    waiter->before = pool->last;
    *(pool->last ? &pool->last->next : &pool->first) = waiter;
    pool->last = waiter;
    pool->waiting++;
}

static void dequeue(tusk_pool *pool, tusk_pool_waiter *waiter)
{
    *(waiter->before ? &waiter->before->next : &pool->first) = waiter->next;
    *(waiter->next ? &waiter->next->before : &pool->last) = waiter->before;
    pool->waiting--;
}

/* The first in the queue gets `conn`, or with NULL a place to open one. False when nobody waits. */
static bool grant(tusk_pool *pool, tusk_conn *conn)
{
    tusk_pool_waiter *waiter = pool->first;
    if (!waiter || pool->closed) return false;
    dequeue(pool, waiter);
    waiter->conn = conn;
    waiter->slot = conn == NULL;
    pthread_cond_signal(&waiter->woken);
    return true;
}

/* A place is free again. */
static void give_up_slot(tusk_pool *pool)
{
    if (pool->open > limit(pool) || !grant(pool, NULL)) pool->open--;
    pthread_cond_broadcast(&pool->changed);
}

/* ---- the loop face's share ---- */

tusk_status tusk_pool_reserve(tusk_pool *pool, tusk_error *err)
{
    tusk_status status = TUSK_OK;
    pthread_mutex_lock(&pool->mutex);
    if (pool->closed) {
        status = fail_closed(err);
    } else if (pool->lanes_reserved > 0) {
        status = tusk_fail(err, TUSK_MISUSE, "the lanes of this pool are already in use");
    } else if (pool->options.lanes >= pool->options.max) {
        status = tusk_fail(err, TUSK_INVALID, "a pool of %d leaves nothing beside %d lanes",
                           pool->options.max, pool->options.lanes);
        tusk_error_hint(err, "Raise POSTGRES_POOL_MAX to at least %d.", pool->options.lanes + 1);
    } else {
        pool->lanes_reserved = pool->options.lanes;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (status == TUSK_OK) tusk_pool_reap(pool);
    return status;
}

void tusk_pool_unreserve(tusk_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->lanes_reserved = pool->lanes_open = pool->lanes_busy = pool->lanes_waiting = 0;
    while (pool->open < limit(pool) && grant(pool, NULL)) pool->open++;
    pthread_mutex_unlock(&pool->mutex);
}

/* ---- connections at rest ---- */

/* The one that rested longest, when it is time to close it or the lanes have taken its place. */
static tusk_conn *take_expired(tusk_pool *pool)
{
    tusk_conn *conn = NULL;
    int64_t before = tusk_clock_ms() - pool->options.idle_timeout_ms;
    pthread_mutex_lock(&pool->mutex);
    bool surplus = pool->closed || pool->open > limit(pool);
    if (pool->idle_count > 0 && (surplus || tusk_wire_last_used(pool->idle[0]) < before)) {
        conn = pool->idle[0];
        pool->idle_count--;
        memmove(pool->idle, pool->idle + 1, (size_t)pool->idle_count * sizeof *pool->idle);
    }
    pthread_mutex_unlock(&pool->mutex);
    return conn;
}

static void pool_free(tusk_pool *pool)
{
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->mutex);
    tusk_mem_free(pool->idle);
    tusk_arena_free(pool->arena);
    tusk_mem_free(pool);
}

/* Closes first and frees the place then: the server never sees more than `max`. */
static void drop(tusk_pool *pool, tusk_conn *conn)
{
    tusk_conn_close(conn);
    pthread_mutex_lock(&pool->mutex);
    give_up_slot(pool);
    bool last = pool->abandoned && pool->open == 0 && pool->waiting == 0;
    pthread_mutex_unlock(&pool->mutex);
    if (last) pool_free(pool);
}

void tusk_pool_reap(tusk_pool *pool)
{
    for (tusk_conn *conn; (conn = take_expired(pool));) drop(pool, conn);
}

static bool is_alive(tusk_conn *conn, int64_t deadline)
{
    if (!tusk_wire_check_idle(conn)) return false;
    if (tusk_wire_is_local(conn)) return true;
    if (tusk_clock_ms() - tusk_wire_last_used(conn) < PING_AFTER_MS) return true;
    const tusk_wire_statement nothing = { .sql = TUSK_STR("") };
    int64_t patience = tusk_deadline_in(PING_MS);
    tusk_wire_answer *answer;
    tusk_status status =
        tusk_wire_execute(conn, &nothing, patience < deadline ? patience : deadline, &answer, NULL);
    tusk_wire_answer_free(answer);
    return status == TUSK_OK;
}

/* ---- acquire ---- */

static tusk_status fail_exhausted(tusk_pool *pool, tusk_error *err)
{
    pool->timeouts++;
    tusk_fail(err, TUSK_TIMEOUT, "no connection came free within %d ms",
              pool->options.connection_timeout_ms);
    tusk_error_detail(err, "size %d, in use %d, waiting %d", limit(pool),
                      pool->open - pool->idle_count, pool->waiting);
    tusk_error_hint(err, "Look for work that keeps its connection too long, or raise "
                         "POSTGRES_POOL_MAX.");
    if (err) err->retry = TUSK_RETRY_YES;
    return TUSK_TIMEOUT;
}

static tusk_status wait_in_line(tusk_pool *pool, int64_t deadline, tusk_conn **conn,
                                tusk_error *err)
{
    tusk_pool_waiter self = { .slot = false };
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&self.woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enqueue(pool, &self);
    while (!self.conn && !self.slot && !pool->closed && tusk_deadline_left(deadline) > 0)
        wait_until(pool, &self.woken, deadline);
    tusk_status status = TUSK_OK;
    if (!self.conn && !self.slot) {
        status = pool->closed ? fail_closed(err) : fail_exhausted(pool, err);
        dequeue(pool, &self);
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_cond_destroy(&self.woken);
    *conn = self.conn;
    return status;
}

/* A connection at rest, or with `*conn` NULL a place to open one. Under the lock. */
static tusk_status claim(tusk_pool *pool, int64_t deadline, tusk_conn **conn, tusk_error *err)
{
    *conn = NULL;
    if (pool->closed) return fail_closed(err);
    if (pool->first) return wait_in_line(pool, deadline, conn, err);
    if (pool->idle_count > 0) {
        *conn = pool->idle[--pool->idle_count];
        return TUSK_OK;
    }
    if (pool->open >= limit(pool)) return wait_in_line(pool, deadline, conn, err);
    pool->open++;
    return TUSK_OK;
}

/* After a failure the next attempts keep a distance; each of them waits within its own deadline. */
static bool may_connect(tusk_pool *pool, int64_t deadline)
{
    pthread_mutex_lock(&pool->mutex);
    while (!pool->closed && tusk_deadline_left(pool->pause_until) > 0 &&
           tusk_deadline_left(deadline) > 0)
        wait_until(pool, &pool->changed,
                   pool->pause_until < deadline ? pool->pause_until : deadline);
    bool closed = pool->closed;
    pthread_mutex_unlock(&pool->mutex);
    return !closed;
}

static void note_attempt(tusk_pool *pool, bool connected)
{
    pthread_mutex_lock(&pool->mutex);
    if (connected) {
        pool->connected++;
        pool->pause_ms = 0;
    } else {
        pool->failed++;
        pool->pause_ms = pool->pause_ms ? pool->pause_ms * 2 : PAUSE_MIN_MS;
        if (pool->pause_ms > PAUSE_MAX_MS) pool->pause_ms = PAUSE_MAX_MS;
        pool->pause_until = tusk_deadline_in(tusk_jitter(pool->pause_ms));
    }
    pthread_mutex_unlock(&pool->mutex);
}

/* A server that starts up or shuts down is worth waiting for; any other failure is told at once. */
static tusk_status connect_slot(tusk_pool *pool, int64_t deadline, tusk_conn **conn,
                                tusk_error *err)
{
    tusk_error failure;
    tusk_status status = TUSK_OK;
    for (;;) {
        if (!may_connect(pool, deadline)) return fail_closed(err);
        int left = tusk_deadline_left(deadline);
        if (left == 0 && status != TUSK_OK) break;
        status = tusk_conn_open(&pool->server, left > 0 ? left : 1, conn, &failure);
        note_attempt(pool, status == TUSK_OK);
        if (status == TUSK_OK || strcmp(failure.sqlstate, "57P03") != 0) break;
    }
    if (status != TUSK_OK && err) *err = failure;
    return status;
}

static tusk_status fill_slot(tusk_pool *pool, int64_t deadline, tusk_conn **conn, tusk_error *err)
{
    if (*conn && !is_alive(*conn, deadline)) {
        tusk_conn_close(*conn);
        *conn = NULL;
    }
    if (*conn) return TUSK_OK;
    tusk_status status = connect_slot(pool, deadline, conn, err);
    if (status == TUSK_OK) tusk_conn_set_timeout(*conn, pool->options.statement_timeout_ms);
    return status;
}

tusk_status tusk_pool_acquire(tusk_pool *pool, tusk_conn **out, tusk_error *err)
{
    *out = NULL;
    int64_t deadline = tusk_deadline_in(pool->options.connection_timeout_ms);
    tusk_conn *conn;
    pthread_mutex_lock(&pool->mutex);
    tusk_status status = claim(pool, deadline, &conn, err);
    if (status == TUSK_OK) pool->acquired++;
    pthread_mutex_unlock(&pool->mutex);
    if (status != TUSK_OK) return status;
    status = fill_slot(pool, deadline, &conn, err);
    if (status != TUSK_OK) {
        drop(pool, NULL);
        return status;
    }
    *out = conn;
    return TUSK_OK;
}

/* ---- release ---- */

static void warn(const tusk_pool *pool, const char *message, const tusk_error *err)
{
    tusk_log_write(pool->options.log, TUSK_LOG_WARN, message,
                   TUSK_FIELDS(tusk_field_cstr("database", pool->server.database),
                               tusk_field_cstr("error", err ? err->message : "")));
}

static bool roll_back(const tusk_pool *pool, tusk_conn *conn)
{
    const tusk_wire_statement rollback = { .sql = TUSK_STR("rollback") };
    tusk_wire_answer *answer;
    tusk_error err = { .status = TUSK_OK };
    tusk_status status =
        tusk_wire_execute(conn, &rollback, tusk_deadline_in(CLEAN_MS), &answer, &err);
    tusk_wire_answer_free(answer);
    warn(pool, "a connection was released with an open transaction, which was rolled back", &err);
    return status == TUSK_OK;
}

/* Makes the connection as the next borrower expects it. False: it is to be closed. */
static bool clean(const tusk_pool *pool, tusk_conn *conn)
{
    if (tusk_wire_broken(conn)) return false;
    if (!tusk_wire_quiet(conn)) {
        warn(pool, "a connection was released in the middle of its work and was closed", NULL);
        return false;
    }
    tusk_conn_on_notice(conn, NULL, NULL);
    tusk_conn_set_timeout(conn, pool->options.statement_timeout_ms);
    tusk_conn_set_answer_max(conn, 0);
    tusk_wire_set_depth(conn, 0);
    if (tusk_wire_in_transaction(conn) && !roll_back(pool, conn)) return false;
    if (!tusk_wire_dirty(conn)) return true;
    return tusk_wire_discard(conn, tusk_deadline_in(CLEAN_MS), NULL) == TUSK_OK;
}

/* False when there is no place for it any more. */
static bool put_back(tusk_pool *pool, tusk_conn *conn)
{
    pthread_mutex_lock(&pool->mutex);
    bool welcome = !pool->closed && pool->open <= limit(pool);
    if (welcome && !grant(pool, conn)) pool->idle[pool->idle_count++] = conn;
    pthread_mutex_unlock(&pool->mutex);
    return welcome;
}

void tusk_pool_release(tusk_pool *pool, tusk_conn *conn)
{
    if (!conn) return;
    bool fit = clean(pool, conn);
    tusk_pool_reap(pool); /* while this one is out: once it is back, the pool may be closed */
    if (!fit || !put_back(pool, conn)) drop(pool, conn);
}

/* ---- close ---- */

/* True when everybody has left. */
static bool wait_for_all(tusk_pool *pool, int64_t deadline)
{
    pthread_mutex_lock(&pool->mutex);
    while ((pool->open > 0 || pool->waiting > 0) && tusk_deadline_left(deadline) > 0)
        wait_until(pool, &pool->changed, deadline);
    bool all = pool->open == 0 && pool->waiting == 0;
    pool->abandoned = !all; /* who comes back last gives the memory back */
    pthread_mutex_unlock(&pool->mutex);
    return all;
}

void tusk_pool_close(tusk_pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->mutex);
    pool->closed = true;
    for (tusk_pool_waiter *waiter = pool->first; waiter; waiter = waiter->next)
        pthread_cond_signal(&waiter->woken);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    tusk_pool_reap(pool);
    if (wait_for_all(pool, tusk_deadline_in(CLOSE_MS))) {
        pool_free(pool);
    } else {
        tusk_log_write(pool->options.log, TUSK_LOG_WARN,
                       "the pool was closed while connections were still out", NULL);
    }
}
