/* plan_reader.c - the role that can only read: made, kept within its rights, signed in as */
#include "services/backend/app/admin/plan_reader.h"

#include "services/backend/app/admin/tables_secret.h"
#include "services/backend/app/secret.h"

enum { CONNECT_MS = 5000, SQL_MAX = 4096 };

struct reader {
    const struct app *app;
    tusk_conn *conn;
    tusk_arena *a;
    tusk_str role;
    tusk_str until; /* a minute from now, by the server's clock */
    bool exists;
};

static bool is_state(const tusk_error *err, const char *state)
{
    return strcmp(err->sqlstate, state) == 0;
}

static tusk_status run(struct reader *r, const char *sql, tusk_result *out, tusk_error *err)
{
    const tusk_value *params = TUSK_PARAMS(tusk_val(r->role));
    return tusk_run(r->conn, r->a, tusk_sql(r->a, sql, params), out, err);
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

/* ---- its rights ---- */

/* What differs from what it should have: a verb, what it is about, schema, relation, column. */
static const char RIGHTS_SQL[] = SQL_WITH_REVEALING
    ", relation as (select c.oid, n.nspname, c.relname, "
    "c.oid in (select oid from guarded) as guarded, c.oid in (select oid from revealing) as hidden "
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind in ('r', 'p', 'v', 'm') and " SQL_USER_SCHEMA "), "
    "part as (select r.nspname, r.relname, a.attname, "
    "r.hidden or " SQL_SECRET_COLUMN " as hidden, pg_catalog.has_column_privilege($1, r.oid, "
    "a.attnum, 'select') as held from relation r join pg_catalog.pg_class c on c.oid = r.oid "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "join pg_catalog.pg_attribute a on a.attrelid = r.oid "
    "where (r.guarded or r.hidden) and a.attnum > 0 and not a.attisdropped) "
    "select 'grant', 'connect', pg_catalog.current_database()::text, null, null "
    "where not pg_catalog.has_database_privilege($1, pg_catalog.current_database(), 'connect') "
    "union all select distinct 'grant', 'usage', r.nspname::text, null, null from relation r "
    "where not pg_catalog.has_schema_privilege($1, r.nspname, 'usage') "
    "union all select case when r.guarded or r.hidden then 'revoke' else 'grant' end, 'select', "
    "r.nspname, r.relname, null from relation r "
    "where pg_catalog.has_table_privilege($1, r.oid, 'select') = (r.guarded or r.hidden) "
    "union all select case when p.hidden then 'revoke' else 'grant' end, 'select', p.nspname, "
    "p.relname, p.attname from part p where p.held = p.hidden";

/** grant select ("name") on "public"."teams" to "role" */
static tusk_status change_right(struct reader *r, const tusk_result *rights, size_t row,
                                tusk_error *err)
{
    bool grant = tusk_str_eq(tusk_result_cell(rights, row, 0), TUSK_STR("grant"));
    tusk_str what = tusk_result_cell(rights, row, 1), relation = tusk_result_cell(rights, row, 3),
             column = tusk_result_cell(rights, row, 4);
    tusk_buf sql;
    tusk_buf_init_in(&sql, r->a, SQL_MAX);
    tusk_buf_printf(&sql, "%s %.*s", grant ? "grant" : "revoke", TUSK_STR_ARG(what));
    if (column.ptr) {
        tusk_buf_add_cstr(&sql, " (");
        tusk_quote_name(&sql, column);
        tusk_buf_add_cstr(&sql, ")");
    }
    tusk_buf_add_cstr(&sql, relation.ptr                             ? " on "
                            : tusk_str_eq(what, TUSK_STR("connect")) ? " on database "
                                                                     : " on schema ");
    tusk_quote_name(&sql, tusk_result_cell(rights, row, 2));
    if (relation.ptr) {
        tusk_buf_add_char(&sql, '.');
        tusk_quote_name(&sql, relation);
    }
    tusk_buf_add_cstr(&sql, grant ? " to " : " from ");
    tusk_quote_name(&sql, r->role);
    return run_buf(r, &sql, err);
}

/** Is there still something that it must not have? */
static tusk_status check_rights(const tusk_result *rights, tusk_error *err)
{
    for (size_t i = 0; i < rights->cell_rows; i++) {
        if (!tusk_str_eq(tusk_result_cell(rights, i, 0), TUSK_STR("revoke"))) continue;
        tusk_fail(err, TUSK_INVALID, "everybody may read secrets of %.*s.%.*s",
                  TUSK_STR_ARG(tusk_result_cell(rights, i, 2)),
                  TUSK_STR_ARG(tusk_result_cell(rights, i, 3)));
        tusk_error_hint(err, "Take the right from PUBLIC: REVOKE SELECT ON ... FROM PUBLIC.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

/** Usually there is nothing to change. Taking a right on a table takes those on its columns too,
 * which the second round gives. What may not be granted because another role owns it stays
 * unreadable; what cannot be taken away ends it. */
static tusk_status settle_rights(struct reader *r, tusk_error *err)
{
    tusk_result rights = { 0 };
    tusk_status st = run(r, RIGHTS_SQL, &rights, err);
    for (int round = 0; round < 2 && !st && rights.cell_rows > 0; round++) {
        for (size_t i = 0; i < rights.cell_rows; i++) {
            st = change_right(r, &rights, i, err);
            if (st && st != TUSK_SERVER) return st;
        }
        st = run(r, RIGHTS_SQL, &rights, err);
    }
    return st ? st : check_rights(&rights, err);
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

static tusk_status sign_in(struct reader *r, tusk_str password, tusk_conn **out, tusk_error *err)
{
    tusk_server server = r->app->server;
    server.user = r->role.ptr;
    server.password = password.ptr;
    server.application_name = "deploystack reader";
    tusk_status st = tusk_conn_open(&server, CONNECT_MS, out, err);
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

static tusk_status prepare(struct reader *r, tusk_conn **out, tusk_error *err)
{
    tusk_str password = secret_token(r->a, "");
    if (!password.ptr) return tusk_fail_nomem(err, "a password");
    tusk_status st = look(r, err);
    if (!st && !r->exists) st = make(r, err);
    if (!st) st = settle_rights(r, err);
    if (!st) st = set_password(r, password, err);
    return st ? st : sign_in(r, password, out, err);
}

/* Two at once would set each other's password before it is used. */
static tusk_status prepare_alone(struct reader *r, tusk_conn **out, tusk_error *err)
{
    static const char lock[] = "select pg_catalog.pg_advisory_lock("
                               "pg_catalog.hashtextextended('deploystack reader', 0))::text";
    static const char unlock[] = "select pg_catalog.pg_advisory_unlock("
                                 "pg_catalog.hashtextextended('deploystack reader', 0))::text";
    int before = tusk_conn_timeout(r->conn);
    tusk_conn_set_timeout(r->conn, CONNECT_MS);
    tusk_status st = tusk_run(r->conn, r->a, tusk_sql(r->a, lock, NULL), NULL, err);
    if (!st) {
        st = prepare(r, out, err);
        tusk_error late;
        tusk_status unlocked =
            tusk_run(r->conn, r->a, tusk_sql(r->a, unlock, NULL), NULL, st ? &late : err);
        if (!st) st = unlocked;
    }
    tusk_conn_set_timeout(r->conn, before);
    return st;
}

static tusk_status begin(tusk_conn *reader, tusk_error *err)
{
    static const char settings[] =
        "set default_transaction_read_only = on; set lock_timeout = 2000; "
        "set idle_in_transaction_session_timeout = 20000";
    tusk_conn_set_timeout(reader, READER_STATEMENT_MS);
    tusk_status st = tusk_conn_script(reader, tusk_str_of(settings), err);
    return st ? st : tusk_tx_begin(reader, &(tusk_tx_options){ .read_only = true }, err);
}

tusk_status reader_open(const struct app *app, tusk_conn *conn, tusk_arena *a, tusk_conn **out,
                        tusk_error *err)
{
    struct reader r = { .app = app, .conn = conn, .a = a };
    tusk_conn *reader = NULL;
    tusk_status st = prepare_alone(&r, &reader, err);
    if (!st) st = begin(reader, err);
    if (st) {
        tusk_conn_close(reader);
        reader = NULL;
    }
    *out = reader;
    return st;
}
