/* plan_rights.c - grants and revokes, found out by the catalogs, done in one transaction */
#include "services/backend/app/admin/plan_rights.h"

#include "services/backend/app/admin/tables_secret.h"

enum { SQL_MAX = 4096, ROUNDS = 2, TRIES = 5 };

/* Both queries answer: grant or revoke, the right, database or schema, relation, column, and
 * whether the program may do it. $1 is the role. */

/* What it has and what it should have differ in... */
static const char GIVE_SQL[] = SQL_WITH_REVEALING
    ", relation as (select c.oid, n.nspname, c.relname, "
    "pg_catalog.pg_has_role(c.relowner, 'usage') as mine, "
    "c.oid in (select oid from guarded) as guarded, c.oid in (select oid from revealing) as hidden "
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind in ('r', 'p', 'v', 'm') and " SQL_USER_SCHEMA "), "
    "part as (select r.nspname, r.relname, r.mine, a.attname, "
    "r.hidden or " SQL_SECRET_COLUMN " as hidden, pg_catalog.has_column_privilege($1, r.oid, "
    "a.attnum, 'select') as held from relation r join pg_catalog.pg_class c on c.oid = r.oid "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "join pg_catalog.pg_attribute a on a.attrelid = r.oid "
    "where (r.guarded or r.hidden) and a.attnum > 0 and not a.attisdropped) "
    "select 'grant', 'connect', d.datname::text, null, null, "
    "pg_catalog.pg_has_role(d.datdba, 'usage') from pg_catalog.pg_database d "
    "where d.datname = pg_catalog.current_database() "
    "and not pg_catalog.has_database_privilege($1, d.oid, 'connect') "
    "union all select 'grant', 'usage', n.nspname::text, null, null, "
    "pg_catalog.pg_has_role(n.nspowner, 'usage') from pg_catalog.pg_namespace n "
    "where n.nspname in (select nspname from relation) "
    "and not pg_catalog.has_schema_privilege($1, n.oid, 'usage') "
    "union all select case when r.guarded or r.hidden then 'revoke' else 'grant' end, 'select', "
    "r.nspname, r.relname, null, r.mine from relation r "
    "where pg_catalog.has_table_privilege($1, r.oid, 'select') = (r.guarded or r.hidden) "
    "union all select case when p.hidden then 'revoke' else 'grant' end, 'select', p.nspname, "
    "p.relname, p.attname, p.mine from part p where p.held = p.hidden";

static const char TAKE_SQL[] =
    "with me as (select oid from pg_catalog.pg_roles where rolname = $1), "
    "acl as (select d.datacl as list, d.datname::text as place, null as relation, null as part, "
    "d.datdba as owner from pg_catalog.pg_database d "
    "where d.datname = pg_catalog.current_database() "
    "union all select n.nspacl, n.nspname, null, null, n.nspowner from pg_catalog.pg_namespace n "
    "union all select c.relacl, n.nspname, c.relname, null, c.relowner from pg_catalog.pg_class c "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind in ('r', 'p', 'v', 'm') "
    "union all select a.attacl, n.nspname, c.relname, a.attname, c.relowner "
    "from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not a.attisdropped) "
    "select distinct 'revoke', pg_catalog.lower(x.privilege_type), acl.place, acl.relation, "
    "acl.part, pg_catalog.pg_has_role(acl.owner, 'usage') "
    "from acl, pg_catalog.aclexplode(acl.list) x, me where x.grantee = me.oid";

static bool says(const tusk_result *rights, size_t row, size_t field, const char *word)
{
    return tusk_str_eq(tusk_result_cell(rights, row, field), tusk_str_of(word));
}

static const char *object_of(const tusk_result *rights, size_t row)
{
    if (tusk_result_cell(rights, row, 3).ptr) return " on ";
    return says(rights, row, 1, "connect") ? " on database " : " on schema ";
}

/** grant select ("name") on "public"."teams" to "role" */
static tusk_status change(tusk_conn *conn, tusk_arena *a, tusk_str role, const tusk_result *rights,
                          size_t row, tusk_error *err)
{
    bool grant = says(rights, row, 0, "grant");
    tusk_str relation = tusk_result_cell(rights, row, 3), column = tusk_result_cell(rights, row, 4);
    tusk_buf buf;
    tusk_buf_init_in(&buf, a, SQL_MAX);
    tusk_buf_printf(&buf, "%s %.*s", grant ? "grant" : "revoke",
                    TUSK_STR_ARG(tusk_result_cell(rights, row, 1)));
    if (column.ptr) {
        tusk_buf_add_cstr(&buf, " (");
        tusk_quote_name(&buf, column);
        tusk_buf_add_cstr(&buf, ")");
    }
    tusk_buf_add_cstr(&buf, object_of(rights, row));
    tusk_quote_name(&buf, tusk_result_cell(rights, row, 2));
    if (relation.ptr) {
        tusk_buf_add_char(&buf, '.');
        tusk_quote_name(&buf, relation);
    }
    tusk_buf_add_cstr(&buf, grant ? " to " : " from ");
    tusk_quote_name(&buf, role);
    tusk_str sql;
    tusk_status st = tusk_buf_finish(&buf, &sql, err);
    return st ? st : tusk_run(conn, a, tusk_sql(a, sql.ptr, NULL), NULL, err);
}

static tusk_status look(tusk_conn *conn, tusk_arena *a, tusk_str role, const char *sql,
                        tusk_result *out, tusk_error *err)
{
    return tusk_run(conn, a, tusk_sql(a, sql, TUSK_PARAMS(tusk_val(role))), out, err);
}

static tusk_status change_all(tusk_conn *conn, tusk_arena *a, tusk_str role,
                              const tusk_result *rights, tusk_error *err)
{
    for (size_t i = 0; i < rights->cell_rows; i++) {
        if (!says(rights, i, 5, "t")) continue;
        tusk_status st = change(conn, a, role, rights, i, err);
        if (st) return st;
    }
    return TUSK_OK;
}

/** Is there still something that it must not have? */
static tusk_status check(const tusk_result *rights, tusk_error *err)
{
    for (size_t i = 0; i < rights->cell_rows; i++) {
        if (!says(rights, i, 0, "revoke")) continue;
        tusk_fail(err, TUSK_INVALID, "everybody may read secrets of %.*s.%.*s",
                  TUSK_STR_ARG(tusk_result_cell(rights, i, 2)),
                  TUSK_STR_ARG(tusk_result_cell(rights, i, 3)));
        tusk_error_hint(err, "Take the right from PUBLIC: REVOKE SELECT ON ... FROM PUBLIC.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

struct work {
    tusk_arena *a;
    tusk_str role;
};

/** Taking a right on a table takes those on its columns too: the second round gives them. What
 * another role owns stays unreadable. */
static tusk_status give(tusk_conn *conn, void *context, tusk_error *err)
{
    const struct work *w = context;
    tusk_result rights = { 0 };
    tusk_status st = look(conn, w->a, w->role, GIVE_SQL, &rights, err);
    for (int round = 0; round < ROUNDS && !st && rights.cell_rows > 0; round++) {
        st = change_all(conn, w->a, w->role, &rights, err);
        if (!st) st = look(conn, w->a, w->role, GIVE_SQL, &rights, err);
    }
    return st ? st : check(&rights, err);
}

static tusk_status take(tusk_conn *conn, void *context, tusk_error *err)
{
    const struct work *w = context;
    tusk_result rights = { 0 };
    tusk_status st = look(conn, w->a, w->role, TAKE_SQL, &rights, err);
    return st ? st : change_all(conn, w->a, w->role, &rights, err);
}

/** GRANT locks nothing: where somebody else changes the same table, a partition being made say, one
 * of the two fails with "tuple concurrently updated" once the other has committed. */
static tusk_status in_transaction(tusk_conn *conn,
                                  tusk_status (*work)(tusk_conn *, void *, tusk_error *),
                                  struct work *w, tusk_error *err)
{
    tusk_error late;
    if (!err) err = &late;
    tusk_status st = TUSK_SERVER;
    for (int tries = 0; tries < TRIES; tries++) {
        st = tusk_transaction(conn, NULL, work, w, err);
        if (st != TUSK_SERVER || strcmp(err->sqlstate, "XX000") != 0) return st;
    }
    return st;
}

tusk_status rights_give(tusk_conn *conn, tusk_arena *a, tusk_str role, tusk_error *err)
{
    return in_transaction(conn, give, &(struct work){ a, role }, err);
}

tusk_status rights_take(tusk_conn *conn, tusk_arena *a, tusk_str role, tusk_error *err)
{
    return in_transaction(conn, take, &(struct work){ a, role }, err);
}

/* ---- functions ---- */

#define EACH_FUNCTION(had, what)                                                              \
    "do $$ declare f regprocedure; begin "                                                    \
    "for f in select p.oid from pg_catalog.pg_proc p "                                        \
    "where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname in "                    \
    "('pg_logical_emit_message', 'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', "        \
    "'lo_truncate', 'lo_truncate64', 'lo_unlink', 'lowrite') "                                \
    "or p.proname ~ '^pg_(try_)?advisory_(xact_)?lock') "                                     \
    "and pg_catalog.has_function_privilege('public', p.oid, 'execute') = " had " order by 1 " \
    "loop execute pg_catalog.format('" what "', f); end loop; end $$"

static const char SHUT_SQL[] = EACH_FUNCTION("true", "revoke execute on function %s from public");
static const char OPEN_SQL[] = EACH_FUNCTION("false", "grant execute on function %s to public");

tusk_status rights_shut(tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    return tusk_run(conn, a, tusk_sql(a, SHUT_SQL, NULL), NULL, err);
}

tusk_status rights_open(tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    return tusk_run(conn, a, tusk_sql(a, OPEN_SQL, NULL), NULL, err);
}
