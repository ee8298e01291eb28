/* setup_http.c - the routes of the set-up: its status, applying the migrations, making the
 * administrator */
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/origin.h"
#include "services/backend/app/secret.h"
#include "services/backend/app/setup/setup_state.h"

/* ---- GET /api/db/status ---- */

static json_t *files_json(const struct setup_view *s)
{
    json_t *files = json_array();
    json_int_t applied = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct setup_file *f = &s->files[i];
        json_t *file = json_pack("{s:s, s:s, s:I}", "tag", f->tag, "state",
                                 tusk_migration_state_name(f->state), "ms", (json_int_t)f->ms);
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
    struct setup_view *view = TUSK_NEW(call->arena, struct setup_view);
    json_t *status = json_pack("{s:b, s:b, s:s, s:s, s:b}", "configured", 1, "initialized", ready,
                               "dialect", "postgresql", "state", setup_state_name(s),
                               "setup_code_required", !ready && setup_code(s));
    if (!status || !view) {
        json_decref(status);
        return NULL;
    }
    setup_take_view(s, view);
    if (!facts && view->has_facts) facts = &view->facts;
    if (view->error[0] && !ready) json_object_set_new(status, "error", json_string(view->error));
    if (view->hint[0] && !ready) json_object_set_new(status, "hint", json_string(view->hint));
    if (!details) return status;
    json_object_set_new(status, "migrations", files_json(view));
    if (facts) json_object_set_new(status, "database", database_json(call->app, facts));
    json_object_set_new(status, "pool", pool_json(call->app));
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

/** Applies what is pending. Nothing pending means that another program did it meanwhile. */
static void apply_once(struct call *call, tusk_conn *conn)
{
    struct setup *s = call->app->setup;
    tusk_error err = { 0 };
    int applied = 0;
    tusk_status st = setup_apply(s, conn, call->arena, &applied, &err);
    setup_remember_error(s, st ? &err : NULL);
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

static bool is_applied(const struct setup *s)
{
    return setup_state(s) == SETUP_NO_ADMIN || setup_is_ready(s);
}

static void apply_in_turn(struct call *call, tusk_conn *conn)
{
    tusk_error err = { 0 };
    tusk_migration_list list = { 0 };
    if (!tusk_migrate_look(conn, call->arena, call->app->config->migrations, &list, &err))
        setup_remember_files(call->app->setup, &list);
    apply_once(call, conn);
}

/** A second set-up waits for the first: it finds all done, or repeats what failed. */
void setup_database(struct call *call, tusk_conn *conn)
{
    struct setup *s = call->app->setup;
    if (!code_allows(call)) return;
    if (is_applied(s)) {
        already(call);
        return;
    }
    if (!setup_take_turn(s)) {
        call_busy(call, "Another set-up is under way");
        return;
    }
    if (is_applied(s))
        already(call);
    else
        apply_in_turn(call, conn);
    setup_end_turn(s);
}

/* ---- POST /api/setup/admin ---- */

const struct input_field setup_admin_body[] = {
    { "username", INPUT_TEXT, true, 3, 50, check_username, "letters, digits, _ and -" },
    { "email", INPUT_TEXT, true, 3, 255, check_email, "address to sign in with" },
    { "password", INPUT_TEXT, true, 8, 128, NULL, "8 characters or more" },
    { "team_name", INPUT_TEXT, true, 1, 100, input_not_blank, "name of the first team" },
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
    setup_has_an_admin(call->app->setup);
    call_ok(call, 201,
            json_pack("{s:b, s:o, s:{s:o, s:o, s:o}, s:{s:I}}", "success", 1, "user",
                      auth_user_json(&user), "team", "id", json_text(admin->team_id), "name",
                      json_text(admin->team_name), "slug", json_text(admin->team_slug), "catalog",
                      "loaded", (json_int_t)admin->loaded));
}

void setup_admin(struct call *call, tusk_conn *conn)
{
    if (!code_allows(call)) return;
    if (setup_state(call->app->setup) != SETUP_NO_ADMIN) {
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
