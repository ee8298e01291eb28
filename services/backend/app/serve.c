/* serve.c - wiring: what is made here in order is taken apart in reverse */
#include "services/backend/app/serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "services/backend/app/admin/backups.h"
#include "services/backend/app/admin/backups_ticket.h"
#include "services/backend/app/admin/plan_budget.h"
#include "services/backend/app/admin/sampler.h"
#include "services/backend/app/admin/watchers.h"
#include "services/backend/app/app.h"
#include "services/backend/app/auth/prove.h"
#include "services/backend/app/auth/throttle.h"
#include "services/backend/app/call.h"
#include "services/backend/app/keeper.h"
#include "services/backend/app/setup/setup.h"
#include "services/backend/app/usage/usage.h"

enum { DRAIN_MS = 10000 };

struct server {
    struct app app;
    tusk_arena *arena; /* of everything that lives as long as the program */
    tusk_log log;
    tusk_cluster *cluster;
    uv_loop_t loop;
    uv_signal_t interrupt, terminate;
    uv_poll_t database;
    bool has_database, has_signals;
};

void serve_print_error(const tusk_error *err)
{
    fprintf(stderr, "error: %s\n", err->message);
    if (err->detail[0]) fprintf(stderr, "detail: %s\n", err->detail);
    if (err->hint[0]) fprintf(stderr, "hint: %s\n", err->hint);
}

tusk_status serve_find_server(const struct config *config, const tusk_log *log,
                              tusk_cluster **cluster, tusk_server *out, tusk_error *err)
{
    *cluster = NULL;
    *out = config->server;
    if (config->outside_server) return TUSK_OK;
    tusk_status st = tusk_cluster_open(&(tusk_cluster_options){ .log = log }, cluster, err);
    if (st) return st;
    *out = *tusk_cluster_server(*cluster);
    out->application_name = "deploystack";
    return TUSK_OK;
}

/* ---- stopping ---- */

static void http_closed(void *context)
{
    struct server *s = context;
    setup_stop(s->app.setup);
    keeper_stop(s->app.keeper);
    sampler_stop(s->app.sampler);
    watchers_stop(s->app.watchers);
    usage_stop(s->app.usage);
    if (s->has_database) {
        uv_poll_stop(&s->database);
        uv_close((uv_handle_t *)&s->database, NULL);
    }
}

static void stop(uv_signal_t *handle, int number)
{
    struct server *s = handle->data;
    (void)number;
    if (s->app.stopping)
        _exit(
            1); /* the second signal: at once; the private PostgreSQL recovers at the next start */
    s->app.stopping = true;
    backups_stop(s->app.backups);
    fprintf(stderr, "stopping...\n");
    uv_unref((uv_handle_t *)&s->interrupt);
    uv_unref((uv_handle_t *)&s->terminate);
    http_close(s->app.http, tusk_deadline_in(DRAIN_MS), http_closed, s);
}

static void watch_signals(struct server *s)
{
    signal(SIGPIPE, SIG_IGN);
    uv_signal_t *handles[] = { &s->interrupt, &s->terminate };
    const int numbers[] = { SIGINT, SIGTERM };
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&s->loop, handles[i]);
        handles[i]->data = s;
        uv_signal_start(handles[i], stop, numbers[i]);
    }
    s->has_signals = true;
}

/** From here on a further signal ends the program at once. */
static void release_signals(struct server *s)
{
    if (!s->has_signals) return;
    uv_close((uv_handle_t *)&s->interrupt, NULL);
    uv_close((uv_handle_t *)&s->terminate, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

/* ---- starting ---- */

static void database_ready(uv_poll_t *handle, int status, int events)
{
    struct server *s = handle->data;
    (void)status;
    (void)events;
    tusk_async_process(s->app.async);
}

static tusk_status open_database(struct server *s, tusk_error *err)
{
    struct app *app = &s->app;
    tusk_pool_options options = app->config->pool;
    options.log = app->log;
    tusk_status st = serve_find_server(app->config, app->log, &s->cluster, &app->server, err);
    if (st) return st;
    app->private_server = s->cluster != NULL;
    st = tusk_pool_open(&app->server, &options, &app->pool, err);
    if (!st) st = tusk_async_open(app->pool, &app->async, err);
    if (st) return st;
    uv_poll_init(&s->loop, &s->database, tusk_async_fd(app->async));
    s->database.data = s;
    s->has_database = true;
    uv_poll_start(&s->database, UV_READABLE, database_ready);
    return TUSK_OK;
}

static tusk_status open_http(struct server *s, tusk_error *err)
{
    const struct config *c = s->app.config;
    http_files *files = NULL;
    tusk_status st = http_files_load(s->arena, c->web, &files, err);
    if (st) return st;
    s->app.files = files;
    http_options options = { .host = c->host,
                             .ports = { c->port, c->frontend_port },
                             .log = s->app.log,
                             .handle = call_handle,
                             .gone = call_gone,
                             .context = &s->app };
    if (c->frontend_port == c->port) options.ports[1] = 0;
    return http_open(&s->loop, &options, &s->app.http, err);
}

static void announce(const struct server *s)
{
    const struct config *c = s->app.config;
    const char *shown =
        strcmp(c->host, "0.0.0.0") == 0 || strcmp(c->host, "::") == 0 ? "localhost" : c->host;
    const tusk_server *db = &s->app.server;
    printf("\n  DeployStack is running:  http://%s:%d\n", shown, c->port);
    if (s->app.private_server)
        printf("  database:                private PostgreSQL; look inside with: %s pg psql\n",
               c->tool);
    else
        printf("  database:                psql -h %s -p %d -U %s %s\n", db->host,
               db->port ? db->port : 5432, db->user, db->database);
    if (setup_code(s->app.setup))
        printf("  set-up code:             %s   (asked for once: %s reaches beyond this machine)\n",
               setup_code(s->app.setup),
               s->app.config->proxies.count > 0 ? "TRUSTED_PROXY" : "HOST");
    printf("  stop with Ctrl-C\n\n");
    fflush(stdout);
}

static tusk_status start(struct server *s, tusk_error *err)
{
    tusk_status st =
        open_http(s, err); /* first: a busy port is told before a database is started */
    if (!st) st = open_database(s, err);
    if (st) return st;
    s->app.throttle = throttle_new();
    s->app.proofs = proofs_new();
    s->app.budget = plan_budget_new();
    if (s->app.throttle && s->app.proofs && s->app.budget) s->app.setup = setup_new(&s->app);
    if (s->app.setup) s->app.keeper = keeper_new(&s->app);
    if (s->app.keeper) s->app.sampler = sampler_new(&s->app);
    if (s->app.sampler) s->app.watchers = watchers_new(&s->app);
    if (s->app.watchers) s->app.usage = usage_new(&s->app);
    if (!s->app.usage) return tusk_fail_nomem(err, "the set-up state");
    s->app.tickets = tickets_new();
    if (s->app.tickets) s->app.backups = backups_new(&s->app);
    if (!s->app.backups) return tusk_fail_nomem(err, "the backups");
    watch_signals(s);
    announce(s);
    return TUSK_OK;
}

static void abandon(struct server *s)
{
    if (s->app.http) http_close(s->app.http, 0, NULL, NULL);
    if (s->app.setup) setup_stop(s->app.setup);
    if (s->app.keeper) keeper_stop(s->app.keeper);
    if (s->app.sampler) sampler_stop(s->app.sampler);
    if (s->app.watchers) watchers_stop(s->app.watchers);
    if (s->app.usage) usage_stop(s->app.usage);
    if (s->has_database) uv_close((uv_handle_t *)&s->database, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

static void clean_up(struct server *s)
{
    release_signals(s);
    backups_free(s->app.backups);
    tickets_free(s->app.tickets);
    tusk_async_close(s->app.async);
    usage_free(s->app.usage);
    tusk_pool_close(s->app.pool);
    watchers_free(s->app.watchers);
    sampler_free(s->app.sampler);
    keeper_free(s->app.keeper);
    setup_free(s->app.setup);
    throttle_free(s->app.throttle);
    proofs_free(s->app.proofs);
    plan_budget_free(s->app.budget);
    tusk_cluster_close(s->cluster);
    uv_loop_close(&s->loop);
    tusk_arena_free(s->arena);
}

int serve(const struct config *config)
{
    struct server *s = calloc(1, sizeof *s);
    tusk_error err = { 0 };
    if (!s) return 1;
    s->arena = tusk_arena_new(0);
    s->log = (tusk_log){ (tusk_log_level)config->log_level, tusk_log_to_stderr, NULL };
    s->app = (struct app){ .loop = &s->loop, .config = config, .log = &s->log };
    uv_loop_init(&s->loop);
    tusk_status st = start(s, &err);
    if (st) {
        serve_print_error(&err);
        abandon(s);
    } else {
        uv_run(&s->loop, UV_RUN_DEFAULT);
    }
    clean_up(s);
    free(s);
    return st ? 1 : 0;
}
