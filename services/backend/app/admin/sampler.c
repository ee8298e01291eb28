/* sampler.c - one small query on the loop's connections every five seconds, counters turned into
 * rates, a row a minute */
#include "services/backend/app/admin/sampler.h"

#include <stdlib.h>

#include "services/backend/app/admin/samples_store.h"
#include "services/backend/app/admin/watchers.h"
#include "services/backend/app/setup/setup.h"

enum {
    SAMPLE_EVERY_MS = 5000,
    ANSWER_WITHIN_MS = 4000,
    STORE_WITHIN_MS = 5000,
    OLD_MS = 15000,
    SAMPLES = 720,   /* an hour */
    SIZE_EVERY = 12, /* samples: the size of a large database takes a while to add up */
};
static const int64_t MINUTE_US = 60000000, DAY_US = 86400000000;

/** What only counts up; rates are differences of two. */
struct counters {
    int64_t at; /* tusk_clock_ms(); 0: none yet */
    int64_t transactions, hits, reads, requests;
};

struct sampler {
    struct app *app;
    uv_timer_t timer;
    tusk_time started;
    tusk_arena *asking, *storing; /* of what is under way, or NULL */
    struct counters before;
    tusk_null_int64 database_bytes; /* as last asked for */
    int until_size;                 /* samples until it is asked for again */
    int64_t stored_minute;
    int64_t last_at; /* tusk_clock_ms() of the last sample */
    struct server_sample samples[SAMPLES];
    size_t first, count;
};

/* ---- one sample ---- */

static int64_t number(const tusk_result *result, size_t field)
{
    long long value = 0;
    tusk_str_to_int(tusk_result_cell(result, 0, field), 0, INT64_MAX, &value);
    return value;
}

/** A second; none when counting began anew in between. */
static tusk_null_double rate(int64_t now, int64_t before, int64_t ms)
{
    if (now < before || ms <= 0) return (tusk_null_double){ 0 };
    return (tusk_null_double){ .has = true, .value = (double)(now - before) * 1000.0 / (double)ms };
}

static void take_rates(struct sampler *s, const struct counters *now, struct server_sample *out)
{
    const struct counters *before = &s->before;
    int64_t hits = now->hits - before->hits, reads = now->reads - before->reads;
    if (before->at > 0) {
        int64_t ms = now->at - before->at;
        out->tps = rate(now->transactions, before->transactions, ms);
        out->requests_per_second = rate(now->requests, before->requests, ms);
        if (hits >= 0 && reads >= 0 && hits + reads > 0)
            out->cache_hit =
                (tusk_null_double){ .has = true, .value = (double)hits / (double)(hits + reads) };
    }
    s->before = *now;
}

static struct server_sample take(struct sampler *s, const tusk_result *r)
{
    http_stats http = { 0 };
    tusk_pool_stats pool = { 0 };
    http_look(s->app->http, &http);
    tusk_pool_look(s->app->pool, &pool);
    struct server_sample sample = {
        .at = tusk_now(),
        .active = (int32_t)number(r, SAMPLE_ACTIVE),
        .idle = (int32_t)number(r, SAMPLE_IDLE),
        .idle_in_transaction = (int32_t)number(r, SAMPLE_IDLE_IN_TRANSACTION),
        .max_connections = (int32_t)number(r, SAMPLE_MAX_CONNECTIONS),
        .waiting = (int32_t)number(r, SAMPLE_WAITING),
        .pool_connections = pool.open,
        .pool_busy = pool.busy,
        .pool_queued = pool.waiting,
    };
    struct counters now = { .at = tusk_clock_ms(),
                            .transactions = number(r, SAMPLE_TRANSACTIONS),
                            .hits = number(r, SAMPLE_HITS),
                            .reads = number(r, SAMPLE_READS),
                            .requests = (int64_t)http.requests };
    take_rates(s, &now, &sample);
    if (tusk_result_cell(r, 0, SAMPLE_DATABASE_BYTES).ptr)
        s->database_bytes =
            (tusk_null_int64){ .has = true, .value = number(r, SAMPLE_DATABASE_BYTES) };
    sample.database_bytes = s->database_bytes;
    return sample;
}

static void keep(struct sampler *s, const struct server_sample *sample)
{
    s->samples[(s->first + s->count) % SAMPLES] = *sample;
    s->last_at = tusk_clock_ms();
    if (s->count < SAMPLES)
        s->count++;
    else
        s->first = (s->first + 1) % SAMPLES;
}

/* ---- a row a minute ---- */

static void stored(void *context, tusk_status status, const tusk_answer *answers,
                   const tusk_error *err)
{
    struct sampler *s = context;
    (void)answers;
    if (status && !s->app->stopping)
        tusk_log_write(s->app->log, TUSK_LOG_WARN, "a sample of the server could not be stored",
                       TUSK_FIELDS(tusk_field_cstr("error", err->message)));
    tusk_arena_free(s->storing);
    s->storing = NULL;
}

static void store(struct sampler *s, const struct server_sample *sample)
{
    int64_t minute = sample->at.us / MINUTE_US;
    if (s->storing || minute == s->stored_minute) return;
    s->storing = tusk_arena_new(0);
    if (!s->storing) return;
    s->stored_minute = minute;
    struct server_sample row = *sample;
    row.at.us = minute * MINUTE_US;
    const tusk_query *queries[] = {
        sample_insert(s->storing, &row).query,
        samples_prune(s->storing, (tusk_time){ sample->at.us - DAY_US }).query,
    };
    if (!tusk_async_submit(s->app->async, s->storing, queries, 2, STORE_WITHIN_MS, stored, s, NULL,
                           NULL))
        return;
    tusk_arena_free(s->storing);
    s->storing = NULL;
}

/* ---- every five seconds ---- */

static void answered(void *context, tusk_status status, const tusk_answer *answers,
                     const tusk_error *err)
{
    struct sampler *s = context;
    (void)err;
    if (status) {
        s->before = (struct counters){ 0 }; /* a gap has no rate */
    } else if (!s->app->stopping) {
        struct server_sample sample = take(s, &answers[0].result);
        keep(s, &sample);
        store(s, &sample);
        watchers_tell(s->app->watchers, &sample);
    }
    tusk_arena_free(s->asking);
    s->asking = NULL;
}

static void ask(uv_timer_t *timer)
{
    struct sampler *s = timer->data;
    if (s->asking || s->app->stopping || !setup_is_ready(s->app->setup)) return;
    s->asking = tusk_arena_new(0);
    if (!s->asking) return;
    bool with_size = s->until_size <= 0;
    const tusk_query *query = sample_take(s->asking, with_size);
    if (!tusk_async_submit(s->app->async, s->asking, &query, 1, ANSWER_WITHIN_MS, answered, s, NULL,
                           NULL)) {
        s->until_size = with_size ? SIZE_EVERY - 1 : s->until_size - 1;
        return;
    }
    tusk_arena_free(s->asking);
    s->asking = NULL;
}

/* ---- for others ---- */

struct sampler *sampler_new(struct app *app)
{
    struct sampler *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->app = app;
    s->started = tusk_now();
    uv_timer_init(app->loop, &s->timer);
    s->timer.data = s;
    uv_timer_start(&s->timer, ask, 1000, SAMPLE_EVERY_MS);
    return s;
}

void sampler_stop(struct sampler *s)
{
    uv_close((uv_handle_t *)&s->timer, NULL);
}

void sampler_free(struct sampler *s)
{
    free(s);
}

const struct server_sample *sampler_last(const struct sampler *s)
{
    if (s->count == 0 || tusk_clock_ms() - s->last_at > OLD_MS) return NULL;
    return &s->samples[(s->first + s->count - 1) % SAMPLES];
}

tusk_time sampler_started(const struct sampler *s)
{
    return s->started;
}

static json_t *real(tusk_null_double value)
{
    return value.has ? json_real(value.value) : json_null();
}

json_t *sample_json(const struct server_sample *x)
{
    return json_pack("{s:o, s:i, s:i, s:i, s:i, s:o, s:o, s:i, s:i, s:i, s:i, s:o, s:o}", "at",
                     json_time(x->at), "active", x->active, "idle", x->idle, "idle_in_transaction",
                     x->idle_in_transaction, "max_connections", x->max_connections, "tps",
                     real(x->tps), "cache_hit", real(x->cache_hit), "waiting", x->waiting,
                     "pool_connections", x->pool_connections, "pool_busy", x->pool_busy,
                     "pool_queued", x->pool_queued, "requests_per_second",
                     real(x->requests_per_second), "database_bytes",
                     x->database_bytes.has ? json_integer(x->database_bytes.value) : json_null());
}

json_t *sampler_json(const struct sampler *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(list, sample_json(&s->samples[(s->first + i) % SAMPLES]));
    return list;
}
