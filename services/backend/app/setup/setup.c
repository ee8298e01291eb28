/* setup.c - the state of the set-up: looked at in the background, shown by GET /api/db/status,
 * moved on by POST /api/db/setup */
#include "services/backend/app/setup/setup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/origin.h"
#include "services/backend/app/keeper.h"
#include "services/backend/app/route.h"
#include "services/backend/app/secret.h"
#include "services/backend/app/setup/setup_store.h"

enum { RETRY_MS = 2000, FILES_MAX = 256, CODE_LENGTH = 10 };

struct setup_file {
    char tag[128];
    tusk_migration_state state;
    int64_t ms;
};

struct setup {
    struct app *app;
    _Atomic enum setup_state state;
    char code[CODE_LENGTH + 1];
    uv_timer_t retry;
    uv_work_t look;
    bool looking;         /* loop's thread only */
    pthread_mutex_t lock; /* of all below */
    bool applying;        /* one set-up at a time */
    char error[512], hint[384];
    struct setup_file files[FILES_MAX];
    size_t file_count;
    struct database_facts facts;
    bool has_facts;
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

static void remember_error(struct setup *s, const tusk_error *err)
{
    pthread_mutex_lock(&s->lock);
    snprintf(s->error, sizeof s->error, "%s", err ? err->message : "");
    snprintf(s->hint, sizeof s->hint, "%s", err ? err->hint : "");
    pthread_mutex_unlock(&s->lock);
}

static void remember_files(struct setup *s, const tusk_migration_list *list)
{
    pthread_mutex_lock(&s->lock);
    s->file_count = list->count < FILES_MAX ? list->count : FILES_MAX;
    for (size_t i = 0; i < s->file_count; i++) {
        struct setup_file *f = &s->files[i];
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
    for (size_t i = 0; i < s->file_count; i++) {
        if (!tusk_str_eq(tusk_str_of(s->files[i].tag), migration->tag)) continue;
        s->files[i].state = migration->state;
        s->files[i].ms = ms;
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
    s->facts = facts;
    s->has_facts = true;
    pthread_mutex_unlock(&s->lock);
    return TUSK_OK;
}

static tusk_status apply(struct setup *s, tusk_conn *conn, tusk_arena *a, int *applied,
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
    remember_files(s, &list);
    if (list.pending == 0) return settle(s, conn, a, err);
    if (list.pending < list.count) return apply(s, conn, a, NULL, err);
    atomic_store(&s->state, SETUP_UNSET);
    return TUSK_OK;
}

static bool take_turn(struct setup *s)
{
    pthread_mutex_lock(&s->lock);
    bool mine = !s->applying;
    s->applying = true;
    pthread_mutex_unlock(&s->lock);
    return mine;
}

static void end_turn(struct setup *s)
{
    pthread_mutex_lock(&s->lock);
    s->applying = false;
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
    if (!take_turn(s)) return;
    tusk_arena *a = tusk_arena_new(0);
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    tusk_status st = connect_to(s->app, &conn, &err);
    bool connected = conn != NULL || strcmp(err.sqlstate, "53300") == 0; /* too many are */
    if (!st) st = look(s, conn, a, &err);
    tusk_conn_close(conn);
    tusk_arena_free(a);
    remember_error(s, st ? &err : NULL);
    if (st) {
        if (!connected) atomic_store(&s->state, SETUP_UNREACHABLE);
        tusk_log_write(s->app->log, TUSK_LOG_WARN, "the database is not usable yet",
                       TUSK_FIELDS(tusk_field_cstr("error", err.message),
                                   tusk_field_cstr("sqlstate", err.sqlstate)));
    }
    end_turn(s);
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
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- GET /api/db/status ---- */

static const char *file_state(tusk_migration_state state)
{
    switch (state) {
    case TUSK_MIGRATION_RUNNING:
        return "running";
    case TUSK_MIGRATION_APPLIED:
        return "applied";
    case TUSK_MIGRATION_CHANGED:
        return "changed";
    case TUSK_MIGRATION_FAILED:
        return "failed";
    case TUSK_MIGRATION_MISSING:
        return "missing";
    case TUSK_MIGRATION_PENDING:
        break;
    }
    return "pending";
}

static json_t *files_json(const struct setup *s)
{
    json_t *files = json_array();
    json_int_t applied = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct setup_file *f = &s->files[i];
        json_t *file = json_pack("{s:s, s:s, s:I}", "tag", f->tag, "state", file_state(f->state),
                                 "ms", (json_int_t)f->ms);
        if (f->state == TUSK_MIGRATION_FAILED)
            json_object_set_new(file, "error", json_string(s->error));
        json_array_append_new(files, file);
        applied += f->state == TUSK_MIGRATION_APPLIED || f->state == TUSK_MIGRATION_CHANGED;
    }
    return json_pack("{s:I, s:I, s:o}", "total", (json_int_t)s->file_count, "applied", applied,
                     "files", files);
}

static json_t *database_json(const struct app *app, const struct database_facts *f)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:b, s:I, s:I, s:b}", "version", f->version, "host",
                     app->server.host, "port", app->server.port ? app->server.port : 5432, "name",
                     app->server.database, "user", app->server.user, "empty", f->tables == 0,
                     "tables", (json_int_t)f->tables, "size_bytes", (json_int_t)f->size, "private",
                     app->private_server);
}

static json_t *pool_json(const struct app *app)
{
    tusk_pool_stats stats = { 0 };
    tusk_pool_look(app->pool, &stats);
    return json_pack("{s:i, s:i, s:i, s:i}", "max", stats.max, "open", stats.open, "busy",
                     stats.busy, "waiting", stats.waiting);
}

static json_t *status_json(struct call *call, const struct database_facts *facts, bool details)
{
    struct setup *s = call->app->setup;
    bool ready = setup_is_ready(s);
    json_t *status = json_pack("{s:b, s:b, s:s, s:s, s:b}", "configured", 1, "initialized", ready,
                               "dialect", "postgresql", "state", setup_state_name(s),
                               "setup_code_required", !ready && s->code[0]);
    if (!status) return NULL;
    pthread_mutex_lock(&s->lock);
    if (s->error[0] && !ready) json_object_set_new(status, "error", json_string(s->error));
    if (s->hint[0] && !ready) json_object_set_new(status, "hint", json_string(s->hint));
    if (details) json_object_set_new(status, "migrations", files_json(s));
    if (details && !facts && s->has_facts)
        json_object_set_new(status, "database", database_json(call->app, &s->facts));
    pthread_mutex_unlock(&s->lock);
    if (details && facts) json_object_set_new(status, "database", database_json(call->app, facts));
    if (details) json_object_set_new(status, "pool", pool_json(call->app));
    return status;
}

void setup_status(struct call *call)
{
    bool ready = setup_is_ready(call->app->setup);
    if (ready && call->caller.signed_in)
        call_query(call, setup_facts_query(call->arena));
    else
        call_ok(call, 200, status_json(call, NULL, !ready));
}

void setup_status_answer(struct call *call, const tusk_answer *answers)
{
    struct database_facts facts = { 0 };
    setup_read_facts(&answers[0].result, &facts);
    call_ok(call, 200, status_json(call, &facts, true));
}

/* ---- POST /api/db/setup ---- */

static bool code_allows(struct call *call)
{
    const char *code = setup_code(call->app->setup);
    if (!code && !origin_host_is_ours(call)) {
        call_fail(call, 403,
                  "The set-up is reached by an unknown host name; use http://localhost, or set "
                  "DEPLOYSTACK_FRONTEND_URL");
        return false;
    }
    if (!code || secret_equal(call_text(call, "setup_code"), tusk_str_of(code))) return true;
    call_fail(
        call, 403,
        "The one-time setup code is missing or wrong; the program printed it when it started");
    return false;
}

static const char *check_type(tusk_str text)
{
    return tusk_str_eq(text, TUSK_STR("postgresql")) ? NULL : "has to be \"postgresql\"";
}

const struct input_field setup_database_body[] = {
    { "type", INPUT_TEXT, true, 1, 40, check_type, "the only value is postgresql" },
    { "setup_code", INPUT_TEXT, false, 0, 40, NULL,
      "printed at start when listening beyond loopback" },
    { 0 },
};

static void already(struct call *call)
{
    call_ok(call, 409,
            json_pack("{s:b, s:s, s:s, s:s}", "success", 0, "error",
                      "Database setup has already been performed.", "message",
                      "Database setup has already been performed.", "database_type", "postgresql"));
}

/** What is applied already needs no second set-up; a set-up under way is waited for by the
 * migrations' own lock. */
static void apply_once(struct call *call, tusk_conn *conn)
{
    struct setup *s = call->app->setup;
    tusk_error err = { 0 };
    int applied = 0;
    tusk_status st = apply(s, conn, call->arena, &applied, &err);
    remember_error(s, st ? &err : NULL);
    if (st) {
        tusk_log_write(call->app->log, TUSK_LOG_ERROR, "database setup failed",
                       TUSK_FIELDS(tusk_field_cstr("error", err.message),
                                   tusk_field_cstr("detail", err.detail)));
        call_fail(call, 500,
                  tusk_arena_printf(call->arena, "Database setup failed: %s", err.message).ptr);
        return;
    }
    if (applied == 0) {
        already(call);
        return;
    }
    if (setup_write_marker(call->arena, &err))
        tusk_log_write(call->app->log, TUSK_LOG_WARN, "the marker file could not be written",
                       TUSK_FIELDS(tusk_field_cstr("error", err.message)));
    call_ok(
        call, 200,
        json_pack(
            "{s:b, s:s, s:b, s:s}", "success", 1, "message",
            "Database setup successful. All services have been initialized and are ready to use.",
            "restart_required", 0, "database_type", "postgresql"));
}

void setup_database(struct call *call, tusk_conn *conn)
{
    struct setup *s = call->app->setup;
    if (!code_allows(call)) return;
    enum setup_state state = atomic_load(&s->state);
    if (state == SETUP_NO_ADMIN || state == SETUP_READY) {
        already(call);
        return;
    }
    if (!take_turn(s)) {
        already(call);
        return;
    }
    tusk_error err = { 0 };
    tusk_migration_list list = { 0 };
    if (!tusk_migrate_look(conn, call->arena, call->app->config->migrations, &list, &err))
        remember_files(s, &list);
    apply_once(call, conn);
    end_turn(s);
}

/* ---- POST /api/setup/admin ---- */

static const char *check_team(tusk_str text)
{
    return tusk_str_trim(text).len == 0 ? "must not be blank" : NULL;
}

const struct input_field setup_admin_body[] = {
    { "username", INPUT_TEXT, true, 3, 50, check_username, "letters, digits, _ and -" },
    { "email", INPUT_TEXT, true, 3, 255, check_email, "address to sign in with" },
    { "password", INPUT_TEXT, true, 8, 128, NULL, "8 characters or more" },
    { "team_name", INPUT_TEXT, true, 1, 100, check_team, "name of the first team" },
    { "sample_catalog", INPUT_BOOLEAN, false, 0, 0, NULL, "load the sample catalogue" },
    { "setup_code", INPUT_TEXT, false, 0, 40, NULL,
      "printed at start when listening beyond loopback" },
    { 0 },
};

static tusk_status make_admin(struct call *call, tusk_conn *conn, struct first_admin *admin,
                              tusk_error *err)
{
    tusk_status st = secret_password_hash(call->arena, call_text(call, "password"),
                                          &admin->hashed_password, err);
    if (!st) st = setup_insert_admin(conn, call->arena, admin, err);
    if (!st) st = auth_open_session(call, conn, admin->user_id, err);
    return st;
}

static void admin_made(struct call *call, const struct first_admin *admin)
{
    struct auth_user user = { .id = admin->user_id,
                              .username = admin->username,
                              .email = admin->email,
                              .email_verified = true,
                              .role_id = TUSK_STR("global_admin") };
    atomic_store(&call->app->setup->state, SETUP_READY);
    call_ok(call, 201,
            json_pack("{s:b, s:o, s:{s:o, s:o, s:o}, s:{s:I}}", "success", 1, "user",
                      auth_user_json(&user), "team", "id", json_text(admin->team_id), "name",
                      json_text(admin->team_name), "slug", json_text(admin->team_slug), "catalog",
                      "loaded", (json_int_t)admin->loaded));
}

void setup_admin(struct call *call, tusk_conn *conn)
{
    if (!code_allows(call)) return;
    if (atomic_load(&call->app->setup->state) != SETUP_NO_ADMIN) {
        call_fail(call, setup_is_ready(call->app->setup) ? 409 : 503,
                  setup_is_ready(call->app->setup) ? "There is an administrator already"
                                                   : setup_reason(call->app->setup));
        return;
    }
    struct first_admin admin = {
        .user_id = secret_id(call->arena),
        .team_id = secret_id(call->arena),
        .username = call_text(call, "username"),
        .email = call_text(call, "email"),
        .team_name = tusk_str_trim(call_text(call, "team_name")),
        .sample = call_flag(call, "sample_catalog") ? call->app->config->sample : NULL,
    };
    tusk_error err = { 0 };
    tusk_status st = make_admin(call, conn, &admin, &err);
    if (st == TUSK_BUSY)
        call_fail(call, 409, "There is an administrator already");
    else if (st)
        call_error(call, &err);
    else
        admin_made(call, &admin);
}

void setup_page(struct call *call)
{
    call_page_file(call, "setup.html");
}
