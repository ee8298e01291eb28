/* open.c - making a pool: its options checked, its server copied; and looking at it */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/pool/pool_internal.h"

#include "src/base/banned.h"

static tusk_status check_range(const char *what, int value, int max, tusk_error *err)
{
    if (value >= 1 && value <= max) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID, "%s is %d but has to be within 1 to %d", what, value, max);
}

static int or_default(int value, int fallback)
{
    return value == 0 ? fallback : value;
}

static int default_lanes(int max)
{
    int half = max / 2;
    return half < 1 ? 1 : half > 4 ? 4 : half;
}

static tusk_status fill_options(tusk_pool_options *out, const tusk_pool_options *given,
                                tusk_error *err)
{
    if (given) *out = *given;
    out->max = or_default(out->max, 20);
    out->idle_timeout_ms = or_default(out->idle_timeout_ms, 30000);
    out->connection_timeout_ms = or_default(out->connection_timeout_ms, 2000);
    out->statement_timeout_ms = or_default(out->statement_timeout_ms, 30000);
    out->lanes = or_default(out->lanes, default_lanes(out->max));
    tusk_status status = check_range("the size of the pool", out->max, 1000, err);
    if (status == TUSK_OK)
        status = check_range("the idle timeout (ms)", out->idle_timeout_ms, 86400000, err);
    if (status == TUSK_OK)
        status =
            check_range("the connection timeout (ms)", out->connection_timeout_ms, 3600000, err);
    if (status == TUSK_OK)
        status =
            check_range("the statement timeout (ms)", out->statement_timeout_ms, 86400000, err);
    if (status == TUSK_OK) status = check_range("the number of lanes", out->lanes, out->max, err);
    return status;
}

static const char *copy_text(tusk_arena *arena, const char *text)
{
    return text ? tusk_arena_str(arena, tusk_str_of(text)).ptr : NULL;
}

static void copy_server(tusk_arena *arena, tusk_server *out, const tusk_server *from)
{
    *out = *from;
    out->host = copy_text(arena, from->host);
    out->database = copy_text(arena, from->database);
    out->user = copy_text(arena, from->user);
    out->password = copy_text(arena, from->password);
    out->tls_ca = copy_text(arena, from->tls_ca);
    out->application_name = copy_text(arena, from->application_name);
}

static bool fill(tusk_pool *pool, const tusk_server *server, int max)
{
    pool->arena = tusk_arena_new(64 << 10);
    pool->idle = tusk_mem_alloc((size_t)max * sizeof *pool->idle);
    copy_server(pool->arena, &pool->server, server);
    return pool->idle && !tusk_arena_failed(pool->arena);
}

tusk_status tusk_pool_open(const tusk_server *server, const tusk_pool_options *options,
                           tusk_pool **out, tusk_error *err)
{
    *out = NULL;
    tusk_pool_options filled = { 0 };
    tusk_status status = fill_options(&filled, options, err);
    if (status != TUSK_OK) return status;
    if (!server || !server->host || !server->database || !server->user)
        return tusk_fail(err, TUSK_MISUSE, "a server needs host, database and user");
    tusk_pool *pool = tusk_mem_alloc(sizeof *pool);
    if (!pool) return tusk_fail_nomem(err, "a pool");
    *pool = (tusk_pool){ .options = filled };
    if (!fill(pool, server, filled.max)) {
        tusk_mem_free(pool->idle);
        tusk_arena_free(pool->arena);
        tusk_mem_free(pool);
        return tusk_fail_nomem(err, "a pool");
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = pool;
    return TUSK_OK;
}

void tusk_pool_look(tusk_pool *pool, tusk_pool_stats *out)
{
    tusk_pool_reap(pool);
    pthread_mutex_lock(&pool->mutex);
    *out = (tusk_pool_stats){
        .max = pool->options.max,
        .open = pool->open + pool->lanes_open,
        .busy = pool->open - pool->idle_count + pool->lanes_busy,
        .waiting = pool->waiting + pool->lanes_waiting,
        .acquired = pool->acquired,
        .connected = pool->connected,
        .failed = pool->failed,
        .timeouts = pool->timeouts,
    };
    pthread_mutex_unlock(&pool->mutex);
}

/* ---- what the loop face tells ---- */

void tusk_pool_note_lanes(tusk_pool *pool, int open, int busy, int waiting)
{
    pthread_mutex_lock(&pool->mutex);
    pool->lanes_open = open;
    pool->lanes_busy = busy;
    pool->lanes_waiting = waiting;
    pthread_mutex_unlock(&pool->mutex);
}

void tusk_pool_note_connect(tusk_pool *pool, bool connected)
{
    pthread_mutex_lock(&pool->mutex);
    *(connected ? &pool->connected : &pool->failed) += 1;
    pthread_mutex_unlock(&pool->mutex);
}
