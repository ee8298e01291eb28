/* keeper.c - keeper.h's watch: one small query on the loop's connections, and a restart where it is
 * ours to do */
#include "services/backend/app/keeper.h"

#include <stdlib.h>

#include "cli/cli.h"
#include "services/backend/app/setup/setup.h"

enum { ASK_EVERY_MS = 2000, ANSWER_WITHIN_MS = 2000, START_WITHIN_MS = 30000 };

struct keeper {
    struct app *app;
    uv_timer_t timer;
    tusk_arena *asking; /* of the question under way, or NULL */
};

static void answered(void *context, tusk_status status, const tusk_answer *answers,
                     const tusk_error *err)
{
    struct keeper *k = context;
    (void)answers;
    (void)err;
    tusk_arena_free(k->asking);
    k->asking = NULL;
    if (status && !k->app->stopping) setup_look_again(k->app->setup);
}

static void ask(uv_timer_t *timer)
{
    struct keeper *k = timer->data;
    if (k->asking || k->app->stopping || !setup_is_reached(k->app->setup)) return;
    k->asking = tusk_arena_new(0);
    if (!k->asking) return;
    const tusk_query *query = tusk_sql(k->asking, "select 1", NULL);
    if (!tusk_async_submit(k->app->async, k->asking, &query, 1, ANSWER_WITHIN_MS, answered, k, NULL,
                           NULL))
        return;
    tusk_arena_free(k->asking);
    k->asking = NULL;
}

struct keeper *keeper_new(struct app *app)
{
    struct keeper *k = calloc(1, sizeof *k);
    if (!k) return NULL;
    k->app = app;
    uv_timer_init(app->loop, &k->timer);
    k->timer.data = k;
    uv_timer_start(&k->timer, ask, ASK_EVERY_MS, ASK_EVERY_MS);
    return k;
}

void keeper_stop(struct keeper *k)
{
    uv_close((uv_handle_t *)&k->timer, NULL);
}

void keeper_free(struct keeper *k)
{
    free(k);
}

/* ---- the private PostgreSQL ---- */

/** A server that ends in order takes its postmaster.pid away; one that crashed leaves it. */
static bool has_crashed(tusk_arena *a, const tusk_cluster_status *status)
{
    tusk_str pid_file =
        tusk_path_join(a, tusk_arena_str(a, status->data_dir).ptr, "postmaster.pid");
    return pid_file.ptr && tusk_file_exists(pid_file.ptr);
}

static tusk_status restart(const struct app *app, tusk_error *err)
{
    tusk_cluster *cluster = NULL;
    tusk_log_write(app->log, TUSK_LOG_WARN, "the private PostgreSQL crashed and is started again",
                   TUSK_FIELDS(tusk_field_cstr("database", app->server.database)));
    tusk_status st = tusk_cluster_open(
        &(tusk_cluster_options){ .log = app->log, .start_timeout_ms = START_WITHIN_MS }, &cluster,
        err);
    tusk_cluster_close(cluster); /* it stays up: the program has held it since it started */
    return st;
}

tusk_status keeper_revive(const struct app *app, tusk_error *err)
{
    tusk_status st = err->status;
    if (!app->private_server) {
        cli_hint_settings(err);
        return st;
    }
    tusk_arena *a = tusk_arena_new(0);
    tusk_cluster_status status = { 0 };
    tusk_error ignored;
    bool looked = a && tusk_cluster_look(a, NULL, &status, &ignored) == TUSK_OK;
    if (looked && !status.running && has_crashed(a, &status)) {
        st = restart(app, err);
    } else if (looked && !status.running) {
        st = tusk_fail(err, TUSK_CONNECTION, "the private PostgreSQL was stopped");
        tusk_error_hint(err, "Start it with: %s pg start", app->config->tool);
    }
    tusk_arena_free(a);
    return st;
}
