/* usage.c - usage.h's counting: two books, one that is written in and one that is on its way to the
 * database */
#include "services/backend/app/usage/usage.h"

#include <stdlib.h>
#include <string.h>

#include "services/backend/app/setup/setup.h"
#include "services/backend/app/usage/usage_book.h"
#include "services/backend/app/usage/usage_store.h"

enum {
    LOOK_MS = 1000,
    EVERY_MS = 5000, /* from one write to the next */
    WRITE_MS = 4000,
    LAST_MS = 2000, /* for the last write, when the program ends */
    LOCK_MS = 5000,
    MONTHS_AHEAD = 2,
    TRIES = 3,
    AGAIN_MS = 600 * 1000, /* after months could not be made */
    DAY_MS = 86400 * 1000,
};
static const int64_t HOUR_US = 3600000000;

struct usage {
    struct app *app;
    uv_timer_t timer;
    struct usage_book books[2];
    struct usage_book *now, *sent; /* `sent` holds something while `writing` is there */
    tusk_arena *writing;
    /* months */
    uv_work_t work;
    bool at_work, has_months;
    int64_t months_at; /* deadlines: look after them, write */
    int64_t write_at;
};

/* ---- counting ---- */

/** Pages, their files and probes are no use of the API. */
static bool is_counted(const struct call *call)
{
    tusk_str path = call->route ? tusk_str_of(call->route->pattern.path) : call->request->path;
    return tusk_str_starts(path, TUSK_STR("/api/")) && !tusk_str_eq(path, TUSK_STR("/api/health"));
}

void usage_count(struct usage *u, const struct call *call)
{
    if (!setup_is_ready(u->app->setup) || !is_counted(call)) return;
    double ms = (double)(tusk_clock_ms() - call->request->started_ms);
    struct usage_line line = {
        .hour = { tusk_now().us / HOUR_US * HOUR_US },
        .method = call->route ? call->route->pattern.method : NULL,
        .path = call->route ? call->route->pattern.path : NULL,
        .status_class = call->code / 100,
        .user_id = call->caller.signed_in ? call->caller.user.id : TUSK_STR(""),
        .requests = 1,
        .ms_total = ms,
        .ms_max = ms,
    };
    usage_book_add(u->now, &line);
}

/* ---- writing ---- */

static void warn(const struct usage *u, const char *message, const tusk_error *err)
{
    tusk_log_write(u->app->log, TUSK_LOG_WARN, message,
                   TUSK_FIELDS(tusk_field_cstr("error", err->message)));
}

static void written(void *context, tusk_status status, const tusk_answer *answers,
                    const tusk_error *err)
{
    struct usage *u = context;
    (void)answers;
    if (status && !u->app->stopping) warn(u, "the use of the API could not be written down", err);
    if (status) usage_book_merge(u->now, u->sent); /* with the next ones */
    usage_book_clear(u->sent);
    tusk_arena_free(u->writing);
    u->writing = NULL;
}

static void write_down(struct usage *u)
{
    if (u->writing || !u->has_months || u->now->count == 0) return;
    if (tusk_deadline_left(u->write_at) > 0) return;
    u->writing = tusk_arena_new(0);
    if (!u->writing) return;
    u->write_at = tusk_deadline_in(EVERY_MS);
    struct usage_book *book = u->now;
    u->now = u->sent;
    u->sent = book;
    tusk_error err = { 0 };
    tusk_str lines = usage_book_json(u->sent, u->writing);
    const tusk_query *query = lines.ptr ? usage_add(u->writing, lines) : NULL;
    tusk_status st = query ? tusk_async_submit(u->app->async, u->writing, &query, 1, WRITE_MS,
                                               written, u, NULL, &err)
                           : tusk_fail_nomem(&err, "the use of the API");
    if (st) written(u, st, NULL, &err);
}

/* ---- a partition a month ---- */

/** A GRANT on the table at the same moment makes one of the two fail, with this code. */
static tusk_status make_with(tusk_conn *conn, tusk_arena *a, const tusk_partition_rule *rule,
                             tusk_error *err)
{
    tusk_partitions months;
    tusk_status st = TUSK_SERVER;
    for (int tries = 0; tries < TRIES; tries++) {
        st = tusk_partitions_ahead(conn, a, rule, &months, err);
        if (st != TUSK_SERVER || strcmp(err->sqlstate, "XX000") != 0) return st;
    }
    return st;
}

static void make_months(uv_work_t *work)
{
    struct usage *u = work->data;
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    tusk_partition_rule rule = { .table = "request_usage",
                                 .unit = TUSK_PARTITION_MONTH,
                                 .ahead = MONTHS_AHEAD,
                                 .keep = u->app->config->usage_keep_months,
                                 .lock_timeout_ms = LOCK_MS };
    tusk_arena *a = tusk_arena_new(0);
    tusk_status st = a ? tusk_pool_acquire(u->app->pool, &conn, &err)
                       : tusk_fail_nomem(&err, "the months of usage");
    if (!st) st = make_with(conn, a, &rule, &err);
    tusk_pool_release(u->app->pool, conn);
    tusk_arena_free(a);
    if (st) warn(u, "the months of request_usage could not be made or dropped", &err);
    if (!st) u->has_months = true;
    u->months_at = tusk_deadline_in(st ? AGAIN_MS : DAY_MS);
}

static void made_months(uv_work_t *work, int status)
{
    struct usage *u = work->data;
    (void)status;
    u->at_work = false;
}

/* ---- every second ---- */

static void look(uv_timer_t *timer)
{
    struct usage *u = timer->data;
    if (u->app->stopping || !setup_is_ready(u->app->setup)) return;
    if (!u->at_work && tusk_deadline_left(u->months_at) == 0) {
        u->at_work = uv_queue_work(u->app->loop, &u->work, make_months, made_months) == 0;
        return;
    }
    if (!u->at_work) write_down(u);
}

struct usage *usage_new(struct app *app)
{
    struct usage *u = calloc(1, sizeof *u);
    if (!u) return NULL;
    u->app = app;
    u->now = &u->books[0];
    u->sent = &u->books[1];
    u->months_at = u->write_at = tusk_clock_ms();
    uv_timer_init(app->loop, &u->timer);
    u->timer.data = u;
    u->work.data = u;
    uv_timer_start(&u->timer, look, LOOK_MS, LOOK_MS);
    return u;
}

void usage_stop(struct usage *u)
{
    uv_close((uv_handle_t *)&u->timer, NULL);
}

/** The loop is over: on a connection of the pool. */
static void write_last(struct usage *u)
{
    tusk_error err = { 0 };
    tusk_conn *conn = NULL;
    tusk_arena *a = NULL;
    if (u->now->count == 0 || !u->has_months || !setup_is_ready(u->app->setup)) return;
    a = tusk_arena_new(0);
    tusk_str lines = a ? usage_book_json(u->now, a) : (tusk_str){ 0, 0 };
    tusk_status st = lines.ptr ? tusk_pool_acquire(u->app->pool, &conn, &err)
                               : tusk_fail_nomem(&err, "the use of the API");
    if (conn) tusk_conn_set_timeout(conn, LAST_MS);
    if (!st) st = tusk_run(conn, a, usage_add(a, lines), NULL, &err);
    if (st) warn(u, "the last use of the API could not be written down", &err);
    tusk_pool_release(u->app->pool, conn);
    tusk_arena_free(a);
}

void usage_free(struct usage *u)
{
    if (!u) return;
    write_last(u);
    usage_book_clear(&u->books[0]);
    usage_book_clear(&u->books[1]);
    free(u);
}
