/* plan_reader.c - the role that can only read: made, given its rights, signed in as, and left with
 * none */
#include "services/backend/app/admin/plan_reader.h"

#include "services/backend/app/admin/plan_budget.h"
#include "services/backend/app/admin/plan_rights.h"
#include "services/backend/app/secret.h"

enum { CONNECT_MS = 5000, SQL_MAX = 4096, ANSWER_MAX = 16 << 20 };

static bool is_state(const tusk_error *err, const char *state)
{
    return strcmp(err->sqlstate, state) == 0;
}

static tusk_status run_buf(struct reader *r, const tusk_buf *buf, tusk_error *err)
{
    tusk_str sql;
    tusk_status st = tusk_buf_finish(buf, &sql, err);
    return st ? st : tusk_run(r->conn, r->a, tusk_sql(r->a, sql.ptr, NULL), NULL, err);
}

static tusk_status fail_rights(tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID,
              "statements run here as a role that can only read, and the program's database user "
              "may not make one");
    tusk_error_hint(err, "Let an administrator of the server run: ALTER ROLE the_user CREATEROLE.");
    return TUSK_INVALID;
}

/* ---- the role ---- */

static const char LOOK_SQL[] =
    "select n.name, r.oid is not null, coalesce(r.rolsuper or r.rolcreaterole or r.rolcreatedb "
    "or r.rolreplication or r.rolbypassrls or exists (select from pg_catalog.pg_auth_members m "
    "where m.member = r.oid), false), (pg_catalog.now() + interval '1 minute')::text "
    "from (select 'tusk_reader_' || "
    "pg_catalog.left(pg_catalog.md5(pg_catalog.current_database()), 12)) n(name) "
    "left join pg_catalog.pg_roles r on r.rolname = n.name";

static tusk_status look(struct reader *r, tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_status st = tusk_run(r->conn, r->a, tusk_sql(r->a, LOOK_SQL, NULL), &result, err);
    if (st) return st;
    r->role = tusk_result_cell(&result, 0, 0);
    r->exists = tusk_str_eq(tusk_result_cell(&result, 0, 1), TUSK_STR("t"));
    r->until = tusk_result_cell(&result, 0, 3);
    if (tusk_str_eq(tusk_result_cell(&result, 0, 2), TUSK_STR("f"))) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "the role %.*s can do more than read", TUSK_STR_ARG(r->role));
    tusk_error_hint(err, "Drop it, and it is made anew, or take its attributes and memberships.");
    return TUSK_INVALID;
}

static tusk_status make(struct reader *r, tusk_error *err)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, r->a, SQL_MAX);
    tusk_buf_add_cstr(&sql, "create role ");
    tusk_quote_name(&sql, r->role);
    tusk_buf_printf(&sql,
                    " login noinherit nosuperuser nocreatedb nocreaterole noreplication "
                    "nobypassrls connection limit %d",
                    READER_SESSIONS_MAX);
    tusk_status st = run_buf(r, &sql, err);
    if (st && is_state(err, "42501")) return fail_rights(err);
    /* 42710, 23505: the same name from another database of the server, at the same moment */
    return st && (is_state(err, "42710") || is_state(err, "23505")) ? TUSK_OK : st;
}

/* ---- signing in ---- */

static tusk_status set_password(struct reader *r, tusk_str password, tusk_error *err)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, r->a, SQL_MAX);
    tusk_buf_add_cstr(&sql, "alter role ");
    tusk_quote_name(&sql, r->role);
    tusk_buf_printf(&sql, " login connection limit %d password ", READER_SESSIONS_MAX);
    tusk_quote_literal(&sql, secret_scram_verifier(r->a, password));
    tusk_buf_add_cstr(&sql, " valid until ");
    tusk_quote_literal(&sql, r->until);
    tusk_status st = run_buf(r, &sql, err);
    return st && is_state(err, "42501") ? fail_rights(err) : st;
}

/** Only a superuser may; statements of others are bounded by their time. */
static void bound_files(struct reader *r)
{
    tusk_buf sql;
    tusk_error err;
    tusk_buf_init_in(&sql, r->a, SQL_MAX);
    tusk_buf_add_cstr(&sql, "alter role ");
    tusk_quote_name(&sql, r->role);
    tusk_buf_add_cstr(&sql, " set temp_file_limit = '512MB'");
    tusk_ignore(run_buf(r, &sql, &err));
}

static tusk_status sign_in(struct reader *r, tusk_str password, tusk_error *err)
{
    tusk_server server = r->app->server;
    server.user = r->role.ptr;
    server.password = password.ptr;
    server.application_name = "deploystack reader";
    tusk_status st = tusk_conn_open(&server, CONNECT_MS, &r->session, err);
    if (!st) return st;
    if (is_state(err, "53300")) {
        tusk_fail(err, TUSK_BUSY, "%d statements are running already", READER_SESSIONS_MAX);
    } else if (strncmp(err->sqlstate, "28", 2) == 0) {
        tusk_fail(err, TUSK_INVALID, "the server does not let %.*s sign in with a password",
                  TUSK_STR_ARG(r->role));
        tusk_error_hint(err, "Statements run as that role: let pg_hba.conf take it by scram.");
    }
    return err->status;
}

static tusk_status prepare(struct reader *r, tusk_error *err)
{
    tusk_str password = secret_token(r->a, "");
    if (!password.ptr) return tusk_fail_nomem(err, "a password");
    tusk_status st = look(r, err);
    if (!st && !r->exists) st = make(r, err);
    if (!st) st = rights_give(r->conn, r->a, r->role, err);
    if (!st && r->app->private_server) st = rights_shut(r->conn, r->a, err);
    if (!st) st = set_password(r, password, err);
    if (!st) bound_files(r);
    return st ? st : sign_in(r, password, err);
}

static tusk_status begin(struct reader *r, tusk_error *err)
{
    tusk_str settings =
        tusk_arena_printf(r->a,
                          "set default_transaction_read_only = on; set statement_timeout = %d; "
                          "set lock_timeout = 2000; set idle_in_transaction_session_timeout = %d",
                          READER_STATEMENT_MS, 4 * READER_STATEMENT_MS);
    if (!settings.ptr) return tusk_fail_nomem(err, "the settings of a session");
    tusk_conn_set_timeout(r->session, READER_STATEMENT_MS);
    tusk_conn_set_answer_max(r->session, ANSWER_MAX);
    tusk_status st = tusk_conn_script(r->session, settings, err);
    return st ? st : tusk_tx_begin(r->session, &(tusk_tx_options){ .read_only = true }, err);
}

/* ---- one beside the other ----
 *
 * Two backends, or two calls, set each other's password and take each other's rights unless they
 * mind each other. Who prepares holds MAKING alone; who runs a statement holds RUNNING with others,
 * and who gets it alone afterwards was the last and takes the rights away. */

#define MAKING  "deploystack reader: making"
#define RUNNING "deploystack reader: running"

/** Calls one of the server's functions for advisory locks; what it says, if it says something. */
static tusk_status lock(struct reader *r, const char *function, const char *name, bool *said,
                        tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_str sql = tusk_arena_printf(
        r->a, "select pg_catalog.%s(pg_catalog.hashtextextended($1::text, 0))::text", function);
    if (!sql.ptr) return tusk_fail_nomem(err, "a lock");
    tusk_status st =
        tusk_run(r->conn, r->a, tusk_sql(r->a, sql.ptr, TUSK_PARAMS(tusk_val(name))), &result, err);
    if (said) *said = !st && tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("true"));
    return st;
}

static tusk_status prepare_alone(struct reader *r, tusk_error *err)
{
    tusk_status st = lock(r, "pg_advisory_lock", MAKING, NULL, err);
    if (st) return st;
    st = prepare(r, err);
    tusk_error late;
    tusk_status unlocked = lock(r, "pg_advisory_unlock", MAKING, NULL, st ? &late : err);
    return st ? st : unlocked;
}

/** With RUNNING alone. */
static tusk_status take_back(struct reader *r, tusk_error *err)
{
    tusk_status st = r->app->private_server ? rights_open(r->conn, r->a, err) : TUSK_OK;
    if (!st && r->role.ptr) st = rights_take(r->conn, r->a, r->role, err);
    return st;
}

/* Its own failures are nobody's: the next one does better, or the connection is gone anyway. */
static void leave(struct reader *r)
{
    bool last = false;
    if (lock(r, "pg_advisory_unlock_shared", RUNNING, NULL, NULL)) return;
    if (lock(r, "pg_try_advisory_lock", RUNNING, &last, NULL) || !last) return;
    if (take_back(r, NULL))
        tusk_log_write(r->app->log, TUSK_LOG_WARN, "rights of the reading role were left behind",
                       TUSK_FIELDS(tusk_field_str("role", r->role)));
    if (lock(r, "pg_advisory_unlock", RUNNING, NULL, NULL)) return;
}

tusk_status reader_rest(const struct app *app, tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    struct reader r = { .app = app, .conn = conn, .a = a };
    tusk_status st = lock(&r, "pg_advisory_lock", RUNNING, NULL, err);
    if (!st) st = look(&r, err);
    if (!st && !r.exists) r.role = (tusk_str){ 0, 0 };
    return st ? st : take_back(&r, err);
}

tusk_status reader_open(const struct app *app, tusk_conn *conn, tusk_arena *a, struct reader *out,
                        tusk_error *err)
{
    *out = (struct reader){ .app = app, .conn = conn, .a = a, .timeout = tusk_conn_timeout(conn) };
    out->wait_s = plan_budget_wait(app->budget);
    if (out->wait_s > 0)
        return tusk_fail(err, TUSK_BUSY, "statements made the server write more than %d MB",
                         BUDGET_MB);
    tusk_conn_set_timeout(conn, CONNECT_MS);
    tusk_status st = lock(out, "pg_advisory_lock_shared", RUNNING, NULL, err);
    if (!st) {
        st = prepare_alone(out, err);
        if (!st) st = begin(out, err);
        if (st) leave(out);
    }
    if (!st) {
        out->log_began = plan_budget_look(conn, a);
        return TUSK_OK;
    }
    tusk_conn_close(out->session);
    tusk_conn_set_timeout(conn, out->timeout);
    return st;
}

void reader_close(struct reader *reader)
{
    tusk_conn_close(reader->session);
    plan_budget_spend(reader->app->budget, reader->conn, reader->a, reader->log_began);
    leave(reader);
    tusk_conn_set_timeout(reader->conn, reader->timeout);
}
