/* setup.c - the state of the set-up: looked at in the background until the database was reached,
 * moved on under a turn that only one worker has at a time; setup_http.c shows it */
#include "services/backend/app/setup/setup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/origin.h"
#include "services/backend/app/keeper.h"
#include "services/backend/app/secret.h"
#include "services/backend/app/setup/setup_state.h"

enum { RETRY_MS = 2000, CODE_LENGTH = 10, TURN_WAIT_MS = 60000 };

struct setup {
    struct app *app;
    _Atomic enum setup_state state;
    char code[CODE_LENGTH + 1];
    uv_timer_t retry;
    uv_work_t look;
    bool looking;         /* loop's thread only */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t freed; /* the turn was given back */
    bool taken;           /* somebody looks or applies */
    struct setup_view view;
};

static const struct {
    const char *name, *reason;
} states[] = {
    [SETUP_UNREACHABLE] = { "unreachable", "The database cannot be reached yet; /setup shows why" },
    [SETUP_UNSET] = { "unset", "The database is not set up yet; go to /setup" },
    [SETUP_MIGRATING] = { "migrating", "Migrations are being applied, try again in a moment" },
    [SETUP_NO_ADMIN] = { "no_admin", "There is no administrator yet; go to /setup" },
    [SETUP_READY] = { "ready", "" },
};

bool setup_is_ready(const struct setup *s)
{
    return atomic_load(&s->state) == SETUP_READY;
}
bool setup_is_reached(const struct setup *s)
{
    return atomic_load(&s->state) != SETUP_UNREACHABLE;
}
const char *setup_state_name(const struct setup *s)
{
    return states[atomic_load(&s->state)].name;
}
const char *setup_reason(const struct setup *s)
{
    return states[atomic_load(&s->state)].reason;
}
const char *setup_code(const struct setup *s)
{
    return s->code[0] ? s->code : NULL;
}

/* ---- remembering ---- */

void setup_remember_error(struct setup *s, const tusk_error *err)
{
    pthread_mutex_lock(&s->lock);
    snprintf(s->view.error, sizeof s->view.error, "%s", err ? err->message : "");
    snprintf(s->view.hint, sizeof s->view.hint, "%s", err ? err->hint : "");
    pthread_mutex_unlock(&s->lock);
}

void setup_remember_files(struct setup *s, const tusk_migration_list *list)
{
    pthread_mutex_lock(&s->lock);
    s->view.file_count = list->count < SETUP_FILES_MAX ? list->count : SETUP_FILES_MAX;
    for (size_t i = 0; i < s->view.file_count; i++) {
        struct setup_file *f = &s->view.files[i];
        *f = (struct setup_file){ .state = list->items[i].state };
        snprintf(f->tag, sizeof f->tag, "%.*s", TUSK_STR_ARG(list->items[i].tag));
    }
    pthread_mutex_unlock(&s->lock);
}

/** Progress of tusk_migrate_up: shown by the wizard while it runs. */
static void progress(void *context, const tusk_migration *migration, int64_t ms)
{
    struct setup *s = context;
    if (!migration) return;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->view.file_count; i++) {
        if (!tusk_str_eq(tusk_str_of(s->view.files[i].tag), migration->tag)) continue;
        s->view.files[i].state = migration->state;
        s->view.files[i].ms = ms;
    }
    pthread_mutex_unlock(&s->lock);
    tusk_log_write(
        s->app->log, TUSK_LOG_INFO, "migration",
        TUSK_FIELDS(tusk_field_str("tag", migration->tag),
                    tusk_field_cstr("state", migration->state == TUSK_MIGRATION_RUNNING ? "running"
                                             : migration->state == TUSK_MIGRATION_APPLIED
                                                 ? "applied"
                                                 : "failed"),
                    tusk_field_int("ms", ms)));
}

/* ---- moving on (worker threads) ---- */

/** After the migrations: roles are written, and the state follows from whether an administrator is
 * there. */
static tusk_status settle(struct setup *s, tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    bool admin = false;
    tusk_status st = roles_sync(conn, a, err);
    if (!st) st = setup_has_admin(conn, a, &admin, err);
    if (!st) atomic_store(&s->state, admin ? SETUP_READY : SETUP_NO_ADMIN);
    return st;
}

static tusk_status take_facts(struct setup *s, tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    struct database_facts facts = { 0 };
    tusk_status st = setup_facts(conn, a, &facts, err);
    if (st) return st;
    pthread_mutex_lock(&s->lock);
    s->view.facts = facts;
    s->view.has_facts = true;
    pthread_mutex_unlock(&s->lock);
    return TUSK_OK;
}

tusk_status setup_apply(struct setup *s, tusk_conn *conn, tusk_arena *a, int *applied,
                        tusk_error *err)
{
    tusk_migrate_options options = { .progress = progress, .context = s };
    atomic_store(&s->state, SETUP_MIGRATING);
    tusk_status st = tusk_migrate_up(conn, s->app->config->migrations, &options, applied, err);
    if (!st) st = take_facts(s, conn, a, err);
    if (!st) st = settle(s, conn, a, err);
    /* the wizard shows why and can try again */
    if (st) atomic_store(&s->state, SETUP_UNSET);
    return st;
}

/** Looks at the database: nothing applied is left alone, anything else is brought up to date. */
static tusk_status look(struct setup *s, tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    tusk_migration_list list = { 0 };
    tusk_status st = take_facts(s, conn, a, err);
    if (!st) st = tusk_migrate_look(conn, a, s->app->config->migrations, &list, err);
    if (st) return st;
    setup_remember_files(s, &list);
    if (list.pending == 0) return settle(s, conn, a, err);
    if (list.pending < list.count) return setup_apply(s, conn, a, NULL, err);
    atomic_store(&s->state, SETUP_UNSET);
    return TUSK_OK;
}

bool setup_take_turn(struct setup *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TURN_WAIT_MS / 1000;
    int late = 0;
    pthread_mutex_lock(&s->lock);
    while (s->taken && late == 0) late = pthread_cond_timedwait(&s->freed, &s->lock, &until);
    bool mine = !s->taken;
    if (mine) s->taken = true;
    pthread_mutex_unlock(&s->lock);
    return mine;
}

void setup_end_turn(struct setup *s)
{
    pthread_mutex_lock(&s->lock);
    s->taken = false;
    pthread_cond_signal(&s->freed);
    pthread_mutex_unlock(&s->lock);
}

enum setup_state setup_state(const struct setup *s)
{
    return atomic_load(&s->state);
}

void setup_has_an_admin(struct setup *s)
{
    atomic_store(&s->state, SETUP_READY);
}

void setup_take_view(struct setup *s, struct setup_view *out)
{
    pthread_mutex_lock(&s->lock);
    *out = s->view;
    pthread_mutex_unlock(&s->lock);
}

/** With a connection of its own: that every one of the pool is busy does not mean that the database
 * is gone. */
static tusk_status connect_to(const struct app *app, tusk_conn **conn, tusk_error *err)
{
    int timeout = app->config->pool.connection_timeout_ms;
    tusk_status st = tusk_conn_open(&app->server, timeout, conn, err);
    if (!st || strcmp(err->sqlstate, "57P03") == 0) return st; /* that one is starting */
    st = keeper_revive(app, err);
    return st ? st : tusk_conn_open(&app->server, timeout, conn, err);
}

static void look_work(uv_work_t *work)
{
    struct setup *s = work->data;
    if (!setup_take_turn(s)) return;
    tusk_arena *a = tusk_arena_new(0);
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    tusk_status st = connect_to(s->app, &conn, &err);
    bool connected = conn != NULL || strcmp(err.sqlstate, "53300") == 0; /* too many are */
    if (!st) st = look(s, conn, a, &err);
    tusk_conn_close(conn);
    tusk_arena_free(a);
    setup_remember_error(s, st ? &err : NULL);
    if (st) {
        if (!connected) atomic_store(&s->state, SETUP_UNREACHABLE);
        tusk_log_write(s->app->log, TUSK_LOG_WARN, "the database is not usable yet",
                       TUSK_FIELDS(tusk_field_cstr("error", err.message),
                                   tusk_field_cstr("hint", err.hint),
                                   tusk_field_cstr("sqlstate", err.sqlstate)));
    }
    setup_end_turn(s);
}

static void retry(uv_timer_t *timer);

static void looked(uv_work_t *work, int status)
{
    struct setup *s = work->data;
    s->looking = false;
    if (status == 0 && atomic_load(&s->state) == SETUP_UNREACHABLE && !s->app->stopping)
        uv_timer_start(&s->retry, retry, RETRY_MS, 0);
}

static void retry(uv_timer_t *timer)
{
    struct setup *s = timer->data;
    if (s->looking) return;
    s->looking = uv_queue_work(s->app->loop, &s->look, look_work, looked) == 0;
}

void setup_look_again(struct setup *s)
{
    retry(&s->retry);
}

struct setup *setup_new(struct app *app)
{
    struct setup *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->app = app;
    atomic_store(&s->state, SETUP_UNREACHABLE);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->freed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (app->config->beyond_loopback) secret_code(s->code, CODE_LENGTH);
    uv_timer_init(app->loop, &s->retry);
    s->retry.data = s->look.data = s;
    retry(&s->retry);
    return s;
}

void setup_stop(struct setup *s)
{
    uv_close((uv_handle_t *)&s->retry, NULL);
}

void setup_free(struct setup *s)
{
    if (!s) return;
    pthread_cond_destroy(&s->freed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
