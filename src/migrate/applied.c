/* applied.c - comparing a folder with drizzle.__drizzle_migrations: by the set of `when`s, the hash
 * verifies */
#include "src/migrate/applied.h"

#include "src/migrate/folder.h"
#include "tusk/run.h"

#include "src/base/banned.h"

tusk_status tusk_candidates_read(tusk_arena *arena, const char *folder, tusk_candidates *out,
                                 tusk_error *err)
{
    tusk_journal journal;
    *out = (tusk_candidates){ 0 };
    tusk_status st = tusk_journal_read(arena, folder, &journal, err);
    if (st != TUSK_OK) return st;
    if (!journal.exists) {
        tusk_fail(err, TUSK_INVALID, "there is no journal %s/meta/_journal.json", folder);
        tusk_error_hint(
            err, "Name the folder of migrations, or make the first one with `tusk generate`.");
        return TUSK_INVALID;
    }
    for (size_t i = 0; i < journal.entries.count; i++) {
        const tusk_journal_entry *entry = &journal.entries.items[i];
        tusk_candidate one = { .migration = { .index = entry->idx,
                                              .when = entry->when,
                                              .tag = entry->tag,
                                              .state = TUSK_MIGRATION_PENDING } };
        st = tusk_folder_read_sql(arena, folder, entry->tag, &one.sql, &one.migration.hash, err);
        if (st != TUSK_OK) return st;
        if (!tusk_vec_push(arena, &out->list, one)) return tusk_fail_nomem(err, "the migrations");
    }
    return TUSK_OK;
}

/* Exactly this migration: both agree, or the row has only a hash. */
static bool is_same(const tusk_migration *migration, const tusk_applied *row)
{
    return tusk_str_eq(migration->hash, row->hash) &&
           (!row->has_when || row->when == migration->when);
}

/* First rows that fit exactly, then those of the same time with another hash: two migrations may
 * share a time. */
static void match(tusk_candidates *candidates, const tusk_applied *rows, size_t count, bool *used,
                  bool exact)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        tusk_migration *migration = &candidates->list.items[i].migration;
        if (migration->state != TUSK_MIGRATION_PENDING) continue;
        for (size_t j = 0; j < count; j++) {
            const tusk_applied *row = &rows[j];
            bool fits = exact ? is_same(migration, row)
                              : !used[j] && row->has_when && row->when == migration->when;
            if (!fits) continue;
            used[j] = true;
            migration->state = exact ? TUSK_MIGRATION_APPLIED : TUSK_MIGRATION_CHANGED;
        }
    }
}

bool tusk_candidates_match(tusk_arena *arena, tusk_candidates *candidates, const tusk_applied *rows,
                           size_t count)
{
    bool *used = TUSK_NEW_ARRAY(arena, bool, count);
    if (!used) return false;
    match(candidates, rows, count, used, true);
    match(candidates, rows, count, used, false);
    for (size_t j = 0; j < count; j++) {
        if (used[j]) continue;
        tusk_candidate one = { .migration = { .index = -1,
                                              .when = rows[j].when,
                                              .hash = rows[j].hash,
                                              .tag = TUSK_STR(""),
                                              .state = TUSK_MIGRATION_MISSING } };
        if (!tusk_vec_push(arena, &candidates->list, one)) return false;
    }
    return true;
}

static tusk_status has_table(tusk_conn *conn, tusk_arena *arena, bool *out, tusk_error *err)
{
    tusk_result result;
    const tusk_query *query =
        tusk_sql(arena,
                 "select exists (select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n"
                 " on n.oid = c.relnamespace where n.nspname = 'drizzle'"
                 " and c.relname = '__drizzle_migrations')::int::text",
                 NULL);
    tusk_status st = tusk_run(conn, arena, query, &result, err);
    if (st == TUSK_OK) *out = tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("1"));
    return st;
}

tusk_status tusk_candidates_compare(tusk_conn *conn, tusk_arena *arena, tusk_candidates *candidates,
                                    bool *table, tusk_error *err)
{
    *table = false;
    tusk_status st = has_table(conn, arena, table, err);
    if (st != TUSK_OK || !*table) return st;
    tusk_result result;
    st = tusk_run(
        conn, arena,
        tusk_sql(arena,
                 "select hash, created_at::text from drizzle.__drizzle_migrations order by id",
                 NULL),
        &result, err);
    if (st != TUSK_OK) return st;
    tusk_applied *rows = TUSK_NEW_ARRAY(arena, tusk_applied, result.cell_rows);
    if (!rows) return tusk_fail_nomem(err, "the migrations");
    for (size_t i = 0; i < result.cell_rows; i++) {
        long long when = 0;
        rows[i].hash = tusk_result_cell(&result, i, 0);
        rows[i].has_when =
            tusk_str_to_int(tusk_result_cell(&result, i, 1), INT64_MIN, INT64_MAX, &when);
        rows[i].when = when;
    }
    return tusk_candidates_match(arena, candidates, rows, result.cell_rows)
               ? TUSK_OK
               : tusk_fail_nomem(err, "the migrations");
}

tusk_status tusk_migrate_look(tusk_conn *conn, tusk_arena *arena, const char *folder,
                              tusk_migration_list *out, tusk_error *err)
{
    tusk_candidates candidates;
    bool table = false;
    *out = (tusk_migration_list){ 0 };
    tusk_status st = tusk_candidates_read(arena, folder, &candidates, err);
    if (st == TUSK_OK) st = tusk_candidates_compare(conn, arena, &candidates, &table, err);
    if (st != TUSK_OK) return st;
    size_t count = candidates.list.count;
    tusk_migration *items = TUSK_NEW_ARRAY(arena, tusk_migration, count);
    if (!items) return tusk_fail_nomem(err, "the migrations");
    for (size_t i = 0; i < count; i++) {
        items[i] = candidates.list.items[i].migration;
        if (items[i].state == TUSK_MIGRATION_PENDING) out->pending++;
    }
    out->items = items;
    out->count = count;
    return TUSK_OK;
}
