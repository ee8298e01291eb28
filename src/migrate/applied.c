/* applied.c - comparing a folder with what a database has noted: by the set of `when`s, the hash
 * verifies */
#include "src/migrate/applied.h"

#include "src/migrate/folder.h"

#include "src/base/banned.h"

tusk_status tusk_candidates_read(tusk_arena *arena, const char *folder, tusk_candidates *out,
                                 tusk_error *err)
{
    tusk_journal journal;
    *out = (tusk_candidates){ 0 };
    tusk_status st = tusk_journal_read(arena, folder, &journal, err);
    if (st != TUSK_OK) return st;
    if (!journal.exists) return tusk_journal_missing(folder, err);
    for (size_t i = 0; i < journal.entries.count; i++) {
        const tusk_journal_entry *entry = &journal.entries.items[i];
        tusk_candidate one = { .migration = { .index = entry->idx,
                                              .when = entry->when,
                                              .tag = entry->tag,
                                              .hash = TUSK_STR(""),
                                              .state = TUSK_MIGRATION_PENDING },
                               .replaces = entry->replaces,
                               .replaced = entry->replaced };
        st = tusk_folder_read_sql(arena, folder, entry->tag, &one.sql, &one.migration.hash, err);
        if (st != TUSK_OK) return st;
        if (!tusk_vec_push(arena, &out->list, one)) return tusk_fail_nomem(err, "the migrations");
    }
    return TUSK_OK;
}

tusk_candidate *tusk_candidates_find(const tusk_candidates *candidates, tusk_str tag)
{
    tusk_str name = tag;
    if (tusk_str_ends(tag, TUSK_STR(".sql"))) name.len -= 4;
    for (size_t i = 0; i < candidates->list.count; i++) {
        tusk_candidate *one = &candidates->list.items[i];
        tusk_str full = one->migration.tag;
        bool number = name.len > 0 && full.len > name.len && full.ptr[name.len] == '_' &&
                      memcmp(full.ptr, name.ptr, name.len) == 0;
        if (full.len > 0 && (tusk_str_eq(full, name) || number)) return one;
    }
    return NULL;
}

tusk_status tusk_candidates_unknown(const char *folder, const char *tag, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "there is no migration \"%s\" in %s", tag, folder);
    tusk_error_hint(err,
                    "`tusk status` lists them; a tag, its number or its file's name names one.");
    return TUSK_INVALID;
}

/* ---- rows without a file ---- */

enum { HASH_DIGITS_MIN = 8, HASH_DIGITS_SHOWN = 12 };

static bool names_row(const tusk_applied *row, tusk_str key)
{
    long long when = 0;
    if (row->name.ptr) {
        tusk_str name = row->name;
        if (tusk_str_ends(name, TUSK_STR(".sql"))) name.len -= 4;
        return tusk_str_eq(row->name, key) || tusk_str_eq(name, key);
    }
    if (row->has_when && tusk_str_to_int(key, INT64_MIN, INT64_MAX, &when) && when == row->when) {
        return true;
    }
    return key.len >= HASH_DIGITS_MIN && tusk_str_starts(row->hash, key);
}

const tusk_candidate *tusk_candidates_find_row(const tusk_candidates *candidates, tusk_str key,
                                               bool *several)
{
    const tusk_candidate *found = NULL;
    *several = false;
    for (size_t i = 0; i < candidates->list.count; i++) {
        const tusk_candidate *one = &candidates->list.items[i];
        if (!one->row || !names_row(one->row, key)) continue;
        bool same = found && tusk_str_eq(one->row->hash, found->row->hash) &&
                    one->row->has_when == found->row->has_when &&
                    one->row->when == found->row->when;
        if (found && !same) *several = true;
        found = one;
    }
    return found;
}

tusk_str tusk_candidate_key(tusk_arena *arena, const tusk_candidate *one)
{
    const tusk_applied *row = one->row;
    if (!row || row->name.ptr) return one->migration.tag;
    if (row->has_when) return tusk_arena_printf(arena, "%lld", (long long)row->when);
    size_t shown = row->hash.len < HASH_DIGITS_SHOWN ? row->hash.len : HASH_DIGITS_SHOWN;
    return tusk_arena_str(arena, (tusk_str){ row->hash.ptr, shown });
}

/* ---- which can be applied ---- */

static tusk_status refuse_part(const tusk_candidate *one, const char *folder, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID,
              "%s/%.*s.sql stands for %zu migrations, and the database has only some of them",
              folder, TUSK_STR_ARG(one->migration.tag), one->replaced);
    tusk_error_hint(err, "Apply the others as they were before they became one (bring them back "
                         "from version control), then go on with this one.");
    return TUSK_INVALID;
}

tusk_status tusk_candidates_ready(const tusk_candidates *candidates, const char *folder,
                                  tusk_error *err)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        const tusk_candidate *one = &candidates->list.items[i];
        if (one->partly) return refuse_part(one, folder, err);
        if (one->sql.ptr || one->migration.state != TUSK_MIGRATION_PENDING) continue;
        tusk_fail(err, TUSK_INVALID,
                  "%s/%.*s.sql: the journal lists this file, but it is not there", folder,
                  TUSK_STR_ARG(one->migration.tag));
        tusk_error_hint(err,
                        "Bring it back from version control. If it is known to change nothing, "
                        "`tusk mark %.*s` notes it as applied without running it; `tusk drop "
                        "%.*s` takes it out of the folder.",
                        TUSK_STR_ARG(one->migration.tag), TUSK_STR_ARG(one->migration.tag));
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

/* ---- matching ---- */

/* Exactly this migration: both agree, or the row has only a hash, or only its name, or there is no
 * file to compare with. */
static bool is_same(const tusk_candidate *one, const tusk_applied *row)
{
    const tusk_migration *migration = &one->migration;
    if (row->name.ptr) {
        tusk_str name = row->name;
        if (tusk_str_ends(name, TUSK_STR(".sql"))) name.len -= 4;
        return tusk_str_eq(name, migration->tag);
    }
    bool hash = !one->sql.ptr || tusk_str_eq(migration->hash, row->hash);
    if (!row->has_when) return one->sql.ptr && hash;
    return hash && row->when == migration->when;
}

/* First rows that fit exactly, then those of the same time with another hash: two migrations may
 * share a time. */
static void match(tusk_candidates *candidates, const tusk_applied *rows, size_t count, bool *used,
                  bool exact)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        tusk_candidate *one = &candidates->list.items[i];
        bool by_hash = false, by_name = false;
        if (one->migration.state != TUSK_MIGRATION_PENDING) continue;
        for (size_t j = 0; j < count; j++) {
            const tusk_applied *row = &rows[j];
            bool fits = exact ? is_same(one, row)
                              : !used[j] && row->has_when && row->when == one->migration.when;
            if (!fits) continue;
            used[j] = true;
            if (row->name.ptr) by_name = true;
            if (!row->name.ptr) by_hash = true;
        }
        if (!by_hash && !by_name) continue;
        one->unnoted = !by_hash;
        one->migration.state = exact ? TUSK_MIGRATION_APPLIED : TUSK_MIGRATION_CHANGED;
    }
}

/* Does the database have all of these, each by itself or by what it replaces? `used` gets the rows.
 */
static bool has_all(const tusk_replaced *list, size_t list_count, const tusk_applied *rows,
                    size_t count, bool *used, bool *any)
{
    bool all = true;
    for (size_t i = 0; i < list_count; i++) {
        const tusk_replaced *one = &list[i];
        const tusk_migration before = { .tag = one->tag, .hash = one->hash, .when = one->when };
        const tusk_candidate candidate = { .migration = before, .sql = TUSK_STR("") };
        bool found = false;
        for (size_t j = 0; j < count; j++) {
            if (!is_same(&candidate, &rows[j])) continue;
            found = used[j] = *any = true;
        }
        bool through = has_all(one->replaces, one->count, rows, count, used, any);
        all = all && (found || (one->count > 0 && through));
    }
    return all;
}

/* What stands for others is applied where they are. */
static void match_replaced(tusk_candidates *candidates, const tusk_applied *rows, size_t count,
                           bool *used)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        tusk_candidate *one = &candidates->list.items[i];
        bool any = false;
        if (one->replaced == 0) continue;
        bool all = has_all(one->replaces, one->replaced, rows, count, used, &any);
        if (one->migration.state != TUSK_MIGRATION_PENDING) continue;
        if (all) one->migration.state = TUSK_MIGRATION_APPLIED;
        one->unnoted = all;
        one->partly = any && !all;
    }
}

bool tusk_candidates_match(tusk_arena *arena, tusk_candidates *candidates, const tusk_applied *rows,
                           size_t count)
{
    bool *used = TUSK_NEW_ARRAY(arena, bool, count);
    if (!used) return false;
    match(candidates, rows, count, used, true);
    match_replaced(candidates, rows, count, used);
    match(candidates, rows, count, used, false);
    for (size_t j = 0; j < count; j++) {
        if (used[j]) continue;
        tusk_candidate one = { .row = &rows[j],
                               .migration = { .index = -1,
                                              .when = rows[j].when,
                                              .hash =
                                                  rows[j].name.ptr ? TUSK_STR("") : rows[j].hash,
                                              .tag = rows[j].name.ptr ? rows[j].name : TUSK_STR(""),
                                              .state = TUSK_MIGRATION_MISSING } };
        if (!tusk_vec_push(arena, &candidates->list, one)) return false;
    }
    return true;
}

static tusk_status forget_replaced(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                   const tusk_replaced *list, size_t count, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < count; i++) {
        const tusk_migration before = { .tag = list[i].tag, .when = list[i].when };
        st = tusk_store_forget(conn, arena, store, &before, err);
        if (st == TUSK_OK) {
            st = forget_replaced(conn, arena, store, list[i].replaces, list[i].count, err);
        }
    }
    return st;
}

tusk_status tusk_candidate_forget(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                  const tusk_candidate *one, tusk_error *err)
{
    tusk_status st = tusk_store_forget(conn, arena, store, &one->migration, err);
    if (st != TUSK_OK) return st;
    return forget_replaced(conn, arena, store, one->replaces, one->replaced, err);
}

/* Which of the pending ones were begun? */
static tusk_status find_started(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                tusk_candidates *candidates, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; store->has_started && st == TUSK_OK && i < candidates->list.count; i++) {
        tusk_migration *migration = &candidates->list.items[i].migration;
        tusk_started started;
        if (migration->state != TUSK_MIGRATION_PENDING) continue;
        st = tusk_started_read(conn, arena, store, migration->when, &started, err);
        if (st != TUSK_OK || !started.found) continue;
        migration->state = TUSK_MIGRATION_STARTED;
        migration->done = started.done;
    }
    return st;
}

tusk_status tusk_candidates_compare(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                    tusk_candidates *candidates, tusk_error *err)
{
    const tusk_applied *rows = NULL;
    size_t count = 0;
    tusk_status st = tusk_store_read(conn, arena, store, &rows, &count, err);
    if (st != TUSK_OK) return st;
    if (!tusk_candidates_match(arena, candidates, rows, count)) {
        return tusk_fail_nomem(err, "the migrations");
    }
    return find_started(conn, arena, store, candidates, err);
}

tusk_status tusk_migrate_look(tusk_conn *conn, tusk_arena *arena, const char *folder,
                              tusk_migration_list *out, tusk_error *err)
{
    tusk_candidates candidates;
    tusk_store store;
    *out = (tusk_migration_list){ 0 };
    tusk_status st = tusk_candidates_read(arena, folder, &candidates, err);
    if (st == TUSK_OK) st = tusk_store_find(conn, arena, &store, err);
    if (st == TUSK_OK) st = tusk_candidates_compare(conn, arena, &store, &candidates, err);
    if (st != TUSK_OK) return st;
    size_t count = candidates.list.count;
    tusk_migration *items = TUSK_NEW_ARRAY(arena, tusk_migration, count);
    if (!items) return tusk_fail_nomem(err, "the migrations");
    for (size_t i = 0; i < count; i++) {
        items[i] = candidates.list.items[i].migration;
        bool pending =
            items[i].state == TUSK_MIGRATION_PENDING || items[i].state == TUSK_MIGRATION_STARTED;
        if (pending) out->pending++;
    }
    out->items = items;
    out->count = count;
    return TUSK_OK;
}
