/* store.c - the tables in which a database keeps its migrations */
#include "src/migrate/store.h"

#include <limits.h>

#include "tusk/run.h"

#include "src/base/banned.h"

#define HASHES  "\"drizzle\".\"__drizzle_migrations\""
#define PUBLIC  "\"public\".\"__drizzle_migrations\""
#define STARTED "\"drizzle\".\"__tusk_started\""

/* ---- finding ---- */

static bool is_row(const tusk_result *result, size_t row, const char *schema, const char *table,
                   const char *column)
{
    return tusk_str_eq(tusk_result_cell(result, row, 0), tusk_str_of(schema)) &&
           tusk_str_eq(tusk_result_cell(result, row, 1), tusk_str_of(table)) &&
           tusk_str_eq(tusk_result_cell(result, row, 2), tusk_str_of(column));
}

tusk_status tusk_store_find(tusk_conn *conn, tusk_arena *arena, tusk_store *out, tusk_error *err)
{
    tusk_result result;
    bool is_drizzle = false, is_public = false;
    *out = (tusk_store){ .table = HASHES };
    tusk_status st =
        tusk_run(conn, arena,
                 tusk_sql(arena,
                          "select n.nspname::text, c.relname::text, a.attname::text"
                          " from pg_catalog.pg_class c"
                          " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                          " join pg_catalog.pg_attribute a on a.attrelid = c.oid"
                          " where n.nspname in ('drizzle', 'public') and c.relkind in ('r', 'p')"
                          " and c.relname in ('__drizzle_migrations', '__tusk_started')"
                          " and a.attname in ('hash', 'migration_name', 'done')",
                          NULL),
                 &result, err);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < result.cell_rows; i++) {
        is_drizzle = is_drizzle || is_row(&result, i, "drizzle", "__drizzle_migrations", "hash");
        is_public = is_public || is_row(&result, i, "public", "__drizzle_migrations", "hash");
        if (is_row(&result, i, "public", "__drizzle_migrations", "migration_name")) {
            out->has_names = true;
        }
        if (is_row(&result, i, "drizzle", "__tusk_started", "done")) out->has_started = true;
    }
    out->exists = is_drizzle || is_public;
    if (!is_drizzle && is_public) out->table = PUBLIC; /* drizzle-orm with migrationsSchema */
    return TUSK_OK;
}

tusk_status tusk_store_make(tusk_conn *conn, tusk_store *store, tusk_error *err)
{
    if (store->exists) return TUSK_OK;
    tusk_status st = tusk_conn_script(
        conn,
        TUSK_STR("create schema if not exists \"drizzle\";\n"
                 "create table if not exists " HASHES
                 " (id serial primary key, hash text not null, created_at bigint)"),
        err);
    if (st == TUSK_OK) store->exists = true;
    return st;
}

/* ---- rows ---- */

/* `store->table` is one of two constants of ours. */
static const tusk_query *about(tusk_arena *arena, const tusk_store *store, const char *before,
                               const char *after, const tusk_value *params)
{
    tusk_str sql = tusk_arena_printf(arena, "%s%s%s", before, store->table, after);
    return sql.ptr ? tusk_sql(arena, sql.ptr, params) : NULL;
}

static tusk_status run(tusk_conn *conn, tusk_arena *arena, const tusk_query *query,
                       tusk_result *result, tusk_error *err)
{
    if (!query) return tusk_fail_nomem(err, "the migrations");
    return tusk_run(conn, arena, query, result, err);
}

static tusk_status read_hashes(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                               tusk_result *result, tusk_error *err)
{
    *result = (tusk_result){ 0 };
    if (!store->exists) return TUSK_OK;
    return run(conn, arena,
               about(arena, store, "select hash, created_at::text from ", " order by id", NULL),
               result, err);
}

static tusk_status read_names(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              tusk_result *result, tusk_error *err)
{
    *result = (tusk_result){ 0 };
    if (!store->has_names) return TUSK_OK;
    return run(conn, arena,
               tusk_sql(arena,
                        "select migration_name::text from " PUBLIC " order by migration_name",
                        NULL),
               result, err);
}

tusk_status tusk_store_read(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                            const tusk_applied **out, size_t *count, tusk_error *err)
{
    tusk_result hashes, names;
    tusk_status st = read_hashes(conn, arena, store, &hashes, err);
    if (st == TUSK_OK) st = read_names(conn, arena, store, &names, err);
    if (st != TUSK_OK) return st;
    *count = hashes.cell_rows + names.cell_rows;
    tusk_applied *rows = TUSK_NEW_ARRAY(arena, tusk_applied, *count);
    if (!rows) return tusk_fail_nomem(err, "the migrations");
    for (size_t i = 0; i < hashes.cell_rows; i++) {
        long long when = 0;
        rows[i].hash = tusk_result_cell(&hashes, i, 0);
        rows[i].has_when =
            tusk_str_to_int(tusk_result_cell(&hashes, i, 1), INT64_MIN, INT64_MAX, &when);
        rows[i].when = when;
    }
    for (size_t i = 0; i < names.cell_rows; i++) {
        rows[hashes.cell_rows + i] = (tusk_applied){ .name = tusk_result_cell(&names, i, 0) };
    }
    *out = rows;
    return TUSK_OK;
}

/* The older runner's name of it. */
static tusk_str file_name(tusk_arena *arena, const tusk_migration *migration)
{
    return tusk_arena_printf(arena, "%.*s.sql", TUSK_STR_ARG(migration->tag));
}

tusk_status tusk_store_record(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err)
{
    tusk_str sql = tusk_arena_printf(arena,
                                     "insert into %s (\"hash\", \"created_at\") select $1::text, "
                                     "$2::bigint where not exists (select 1 from %s where hash = "
                                     "$1::text and created_at = $2::bigint)",
                                     store->table, store->table);
    if (!sql.ptr) return tusk_fail_nomem(err, "a migration");
    tusk_status st = run(
        conn, arena,
        tusk_sql(arena, sql.ptr, TUSK_PARAMS(tusk_val(migration->hash), tusk_val(migration->when))),
        NULL, err);
    if (st != TUSK_OK || !store->has_names) return st;
    return run(conn, arena,
               tusk_sql(arena,
                        "insert into " PUBLIC " (migration_name) select $1::text where not exists"
                        " (select 1 from " PUBLIC " where migration_name = $1::text)",
                        TUSK_PARAMS(tusk_val(file_name(arena, migration)))),
               NULL, err);
}

tusk_status tusk_store_forget(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    if (store->exists) {
        st = run(conn, arena,
                 about(arena, store, "delete from ", " where created_at = $1::bigint",
                       TUSK_PARAMS(tusk_val(migration->when))),
                 NULL, err);
    }
    if (st != TUSK_OK || !store->has_names) return st;
    return run(conn, arena,
               tusk_sql(arena, "delete from " PUBLIC " where migration_name = $1::text",
                        TUSK_PARAMS(tusk_val(file_name(arena, migration)))),
               NULL, err);
}

tusk_status tusk_store_remove(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_applied *row, tusk_error *err)
{
    if (row->name.ptr) {
        return run(conn, arena,
                   tusk_sql(arena, "delete from " PUBLIC " where migration_name = $1::text",
                            TUSK_PARAMS(tusk_val(row->name))),
                   NULL, err);
    }
    return run(
        conn, arena,
        about(arena, store, "delete from ",
              " where hash = $1::text and"
              " case when $2::boolean then created_at = $3::bigint"
              " else created_at is null end",
              TUSK_PARAMS(tusk_val(row->hash), tusk_val(row->has_when), tusk_val(row->when))),
        NULL, err);
}

tusk_status tusk_store_rehash(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err)
{
    return run(conn, arena,
               about(arena, store, "update ", " set hash = $1::text where created_at = $2::bigint",
                     TUSK_PARAMS(tusk_val(migration->hash), tusk_val(migration->when))),
               NULL, err);
}

/* ---- migrations that were begun ---- */

tusk_status tusk_started_read(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              int64_t when, tusk_started *out, tusk_error *err)
{
    tusk_result result;
    *out = (tusk_started){ 0 };
    if (!store->has_started) return TUSK_OK;
    tusk_status st = run(conn, arena,
                         tusk_sql(arena,
                                  "select done::text, doing, done_hash from " STARTED
                                  " where created_at = $1::bigint",
                                  TUSK_PARAMS(tusk_val(when))),
                         &result, err);
    if (st != TUSK_OK || result.cell_rows == 0) return st;
    long long done = 0;
    out->found = tusk_str_to_int(tusk_result_cell(&result, 0, 0), 0, INT_MAX, &done);
    out->done = (int)done;
    out->doing = tusk_result_cell(&result, 0, 1);
    out->done_hash = tusk_result_cell(&result, 0, 2);
    return TUSK_OK;
}

tusk_status tusk_started_write(tusk_conn *conn, tusk_arena *arena, tusk_store *store, int64_t when,
                               const tusk_started *now, tusk_error *err)
{
    if (!store->has_started) {
        tusk_status made = tusk_conn_script(
            conn,
            TUSK_STR("create schema if not exists \"drizzle\";\ncreate table if not exists " STARTED
                     " (created_at bigint primary key, done integer not null, doing text,"
                     " done_hash text not null, at timestamptz not null default now())"),
            err);
        if (made != TUSK_OK) return made;
        store->has_started = true;
    }
    return run(conn, arena,
               tusk_sql(arena,
                        "insert into " STARTED " (created_at, done, doing, done_hash) values"
                        " ($1::bigint, $2::bigint::integer, $3::text, $4::text)"
                        " on conflict (created_at) do update set done = excluded.done,"
                        " doing = excluded.doing, done_hash = excluded.done_hash, at = now()",
                        TUSK_PARAMS(tusk_val(when), tusk_val((int64_t)now->done),
                                    tusk_val(now->doing), tusk_val(now->done_hash))),
               NULL, err);
}

tusk_status tusk_started_remove(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                int64_t when, tusk_error *err)
{
    if (!store->has_started) return TUSK_OK;
    return run(conn, arena,
               tusk_sql(arena, "delete from " STARTED " where created_at = $1::bigint",
                        TUSK_PARAMS(tusk_val(when))),
               NULL, err);
}
