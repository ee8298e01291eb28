/* restore.c - a backup becomes a database: what was there before goes only when the new one stands
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "src/ops/restore.h"
#include "tusk/buf.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define SWAP_TRIES 5

/* What is there under the name that the restored database is to have. */
typedef struct target {
    const char *name;
    bool exists;
    int64_t relations; /* tables and views of its own */
} target;

static const char own_relations[] =
    "select count(*) from pg_catalog.pg_class c where relkind in ('r', 'p', 'v', 'm', 'f') and "
    "relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' and not exists (select from "
    "pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid "
    "and d.deptype = 'e')";

static tusk_status find_target(tusk_restore_job *job, target *t, tusk_error *err)
{
    tusk_result r;
    const tusk_query *query =
        tusk_sql(job->arena, "select 1 from pg_database where datname = $1::text",
                 TUSK_PARAMS(tusk_val(tusk_str_of(t->name))));
    tusk_status st = tusk_run(job->admin, job->arena, query, &r, err);
    if (st != TUSK_OK) return st;
    t->exists = r.cell_rows > 0;
    if (!t->exists) return TUSK_OK;
    tusk_conn *conn = NULL;
    st = tusk_restore_connect(job, t->name, &conn, err);
    if (st == TUSK_OK)
        st = tusk_fetch_count(conn, job->arena, tusk_sql(job->arena, own_relations, NULL),
                              &t->relations, err);
    tusk_conn_close(conn);
    return st;
}

static tusk_status check_target(const tusk_restore_job *job, const target *t, tusk_error *err)
{
    static const char *const system[] = { TUSK_RESTORE_ADMIN, "template0", "template1" };
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        if (strcmp(t->name, system[i]) == 0)
            return tusk_fail(err, TUSK_MISUSE, "\"%s\" is PostgreSQL's own database", t->name);
    if (strlen(t->name) > 63 || !t->name[0])
        return tusk_fail(err, TUSK_MISUSE, "a database's name has from 1 to 63 bytes");
    if (t->relations == 0) return TUSK_OK;
    if (job->manifest.backup.chosen_count > 0)
        return tusk_fail(err, TUSK_MISUSE,
                         "the backup holds chosen tables only: restore it into a new database, not "
                         "in the place of \"%s\"",
                         t->name);
    if (job->options->replace) return TUSK_OK;
    tusk_fail(err, TUSK_MISUSE, "the database \"%s\" holds %" PRId64 " tables and views", t->name,
              t->relations);
    tusk_error_hint(err,
                    "Restore into a new name, or give --replace: then all that is in it goes.");
    return TUSK_MISUSE;
}

/* "deploystack_restored_20261122_101500" */
static const char *new_name(tusk_restore_job *job)
{
    struct tm parts;
    char when[32];
    time_t seconds = (time_t)(tusk_now().us / 1000000);
    tusk_str base = job->manifest.backup.database;
    if (!base.len) base = tusk_str_of(job->server->database);
    if (base.len > 32) base.len = 32;
    while (base.len > 0 && ((unsigned char)base.ptr[base.len - 1] & 0xc0) == 0x80) base.len--;
    gmtime_r(&seconds, &parts);
    strftime(when, sizeof when, "%Y%m%d_%H%M%S", &parts);
    return tusk_arena_printf(job->arena, "%.*s_restored_%s", TUSK_STR_ARG(base), when).ptr;
}

/* ---- in the place of another database ---- */

/* Who owns it, who may connect and its settings, as statements for the scratch database ($2). */
static const char inherit[] =
    "select format('alter database %1$I owner to %2$I', $2::text, r.rolname) from pg_database d "
    "join pg_roles r on r.oid = d.datdba where d.datname = $1::text "
    "union all select format('revoke all on database %I from public', $2::text) from pg_database "
    "where datname = $1::text and datacl is not null "
    "union all select format('grant %s on database %I to %s%s', a.privilege_type, $2::text, "
    "case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end, "
    "case when a.is_grantable then ' with grant option' else '' end) "
    "from pg_database d, aclexplode(d.datacl) a where d.datname = $1::text "
    "union all select format('alter %s set %I to %s', case when s.setrole = 0 then "
    "format('database %I', $2::text) else format('role %I in database %I', "
    "pg_get_userbyid(s.setrole), $2::text) end, split_part(c, '=', 1), "
    /* these are kept as lists that are quoted already */
    "case when split_part(c, '=', 1) in ('search_path', 'temp_tablespaces', "
    "'local_preload_libraries', 'session_preload_libraries') then "
    "coalesce(nullif(substr(c, strpos(c, '=') + 1), ''), '''''') "
    "else quote_literal(substr(c, strpos(c, '=') + 1)) end) "
    "from pg_database d join pg_db_role_setting s on s.setdatabase = d.oid, unnest(s.setconfig) c "
    "where d.datname = $1::text";

static tusk_status inherit_from(tusk_restore_job *job, const char *name, tusk_error *err)
{
    tusk_result r;
    const tusk_query *query = tusk_sql(
        job->arena, inherit,
        TUSK_PARAMS(tusk_val(tusk_str_of(name)), tusk_val(tusk_str_of(job->scratch.database))));
    tusk_status st = tusk_run(job->admin, job->arena, query, &r, err);
    for (size_t i = 0; st == TUSK_OK && i < r.cell_rows; i++)
        st = tusk_conn_script(job->admin, tusk_result_cell(&r, i, 0), err);
    return st;
}

/* Both renames or none. Whoever connects meanwhile waits for the outcome. */
static tusk_status swap_once(tusk_restore_job *job, const char *name, const char *old,
                             tusk_error *err)
{
    tusk_result r;
    const tusk_query *terminate =
        tusk_sql(job->arena,
                 "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1::text",
                 TUSK_PARAMS(tusk_val(tusk_str_of(name))));
    tusk_status st = TUSK_OK;
    if (job->options->replace) st = tusk_run(job->admin, job->arena, terminate, &r, err);
    if (st != TUSK_OK) return st;
    st = tusk_conn_script(job->admin, TUSK_STR("begin"), err);
    if (st == TUSK_OK) st = tusk_restore_admin(job, err, "alter database @ rename to @", name, old);
    if (st == TUSK_OK)
        st = tusk_restore_admin(job, err, "alter database @ rename to @", job->scratch.database,
                                name);
    if (st == TUSK_OK) return tusk_conn_script(job->admin, TUSK_STR("commit"), err);
    tusk_ignore(tusk_conn_script(job->admin, TUSK_STR("rollback"), NULL));
    return st;
}

static tusk_status swap(tusk_restore_job *job, const char *name, tusk_error *err)
{
    tusk_error own = { 0 };
    const char *old = tusk_arena_printf(job->arena, "%s_old", job->scratch.database).ptr;
    if (!old) return tusk_fail_nomem(err, "a restore");
    tusk_status st = inherit_from(job, name, &own);
    bool in_use = true;
    for (int i = 0; st == TUSK_OK && in_use && i < SWAP_TRIES; i++) {
        st = swap_once(job, name, old, &own);
        in_use = st == TUSK_SERVER && strcmp(own.sqlstate, "55006") == 0;
        if (in_use && i + 1 < SWAP_TRIES && job->options->replace) st = TUSK_OK;
        if (st == TUSK_OK && !in_use) break;
    }
    if (st != TUSK_OK) {
        if (in_use) {
            tusk_fail(&own, TUSK_BUSY, "the database \"%s\" is in use", name);
            tusk_error_hint(&own, "Stop the programs that use it; nothing was changed.");
            st = TUSK_BUSY;
        }
        if (err) *err = own;
        return st;
    }
    job->scratch.database = NULL;
    /* the new one stands: an old one that cannot be dropped now is swept by the next restore */
    tusk_ignore(tusk_restore_admin(job, NULL, "drop database @ with (force)", old, NULL));
    return TUSK_OK;
}

static tusk_status publish(tusk_restore_job *job, const target *t, tusk_error *err)
{
    if (t->exists) return swap(job, t->name, err);
    tusk_status st = tusk_restore_admin(job, err, "alter database @ rename to @",
                                        job->scratch.database, t->name);
    if (st == TUSK_OK) job->scratch.database = NULL;
    return st;
}

/* ---- data alone ---- */

static tusk_status empty_tables(tusk_restore_job *job, tusk_conn *conn, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    tusk_buf sql;
    tusk_str text;
    if (b->table_count == 0) return TUSK_OK;
    tusk_buf_init_in(&sql, job->arena, (size_t)64 << 20);
    tusk_buf_add_cstr(&sql, "truncate ");
    for (size_t i = 0; i < b->table_count; i++) {
        if (i > 0) tusk_buf_add_cstr(&sql, ", ");
        tusk_buf_add(&sql, b->tables[i].name);
    }
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    return st == TUSK_OK ? tusk_conn_script(conn, text, err) : st;
}

static tusk_status check_empty(tusk_restore_job *job, tusk_conn *conn, tusk_error *err)
{
    tusk_backup expected = job->manifest.backup;
    tusk_backup_table *tables =
        TUSK_NEW_ARRAY(job->arena, tusk_backup_table, expected.table_count + 1);
    if (!tables) return tusk_fail_nomem(err, "a restore");
    for (size_t i = 0; i < expected.table_count; i++)
        tables[i] = (tusk_backup_table){ expected.tables[i].name, 0 };
    expected.tables = tables;
    tusk_status st = tusk_dump_compare(conn, &expected, job->options, err);
    if (st != TUSK_INVALID) return st;
    tusk_error_prefix(err, "the tables must be there, and empty");
    tusk_error_hint(err, "Make them with tusk up; with --replace their rows go first.");
    return TUSK_MISUSE;
}

/* All of it in one transaction, checks of foreign keys included. */
static tusk_status restore_data_in(tusk_restore_job *job, tusk_conn *conn, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    static const char order[] =
        "begin; set local row_security = off; "
        /* tables come in any order: the data is consistent as a whole, so triggers rest */
        "do $$ begin if (select rolsuper from pg_roles where rolname = current_user) then "
        "set local session_replication_role = replica; end if; end $$";
    tusk_status st = tusk_conn_script(conn, tusk_str_of(order), err);
    if (st == TUSK_OK && b->chosen_count > 0)
        st = tusk_conn_script(conn, TUSK_STR("set local session_replication_role to default"), err);
    if (st == TUSK_OK)
        st = job->options->replace ? empty_tables(job, conn, err) : check_empty(job, conn, err);
    if (st == TUSK_OK)
        st = tusk_restore_run_script(
            job, conn, &(tusk_script_options){ .no_owner = true, .in_transaction = true }, err);
    if (st == TUSK_OK) st = tusk_dump_compare(conn, b, job->options, err);
    return st == TUSK_OK ? tusk_conn_script(conn, TUSK_STR("commit"), err) : st;
}

static tusk_status restore_data(tusk_restore_job *job, target *t, tusk_error *err)
{
    tusk_conn *conn = NULL;
    if (!job->options->into) {
        tusk_fail(err, TUSK_MISUSE, "the backup holds data only");
        tusk_error_hint(err, "Say with --into which database has its tables.");
        return TUSK_MISUSE;
    }
    tusk_status st = find_target(job, t, err);
    if (st == TUSK_OK && !t->exists)
        st = tusk_fail(err, TUSK_MISUSE, "there is no database \"%s\" with tables for the data",
                       t->name);
    if (st == TUSK_OK) st = tusk_restore_connect(job, t->name, &conn, err);
    if (st == TUSK_OK) st = restore_data_in(job, conn, err);
    tusk_conn_close(conn); /* rolls back what was not committed */
    return st;
}

/* ---- the whole ---- */

static tusk_status restore_database(tusk_restore_job *job, target *t, tusk_error *err)
{
    tusk_status st = find_target(job, t, err);
    if (st == TUSK_OK) st = check_target(job, t, err);
    if (st == TUSK_OK) st = tusk_restore_fill_scratch(job, t->exists ? t->name : NULL, err);
    if (st == TUSK_OK) st = publish(job, t, err);
    return st;
}

tusk_status tusk_restore(tusk_arena *arena, const tusk_server *server, const char *path,
                         const tusk_backup_options *options, tusk_restored *out, tusk_error *err)
{
    tusk_restore_job job = { .arena = arena, .server = server, .options = options };
    const tusk_backup *b = &job.manifest.backup;
    target t = { 0 };
    tusk_status st = tusk_restore_open(&job, path, err);
    job.no_owner = job.options->no_owner;
    if (st == TUSK_OK) t.name = job.options->into ? job.options->into : new_name(&job);
    if (st == TUSK_OK && !t.name) st = tusk_fail_nomem(err, "a restore");
    if (st == TUSK_OK)
        st = b->content == TUSK_BACKUP_DATA_ONLY ? restore_data(&job, &t, err)
                                                 : restore_database(&job, &t, err);
    tusk_restore_close(&job);
    if (st != TUSK_OK) return tusk_dump_conclude(job.options->stop_fd, st, err);
    *out = (tusk_restored){ .database = tusk_arena_str(arena, tusk_str_of(t.name)),
                            .replaced = t.exists,
                            .tables = b->table_count,
                            .rows = b->rows };
    return out->database.ptr ? TUSK_OK : tusk_fail_nomem(err, "a restore");
}
