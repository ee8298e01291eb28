/* drop.c - a migration that no database has applied, taken out of its folder again */
#include <unistd.h>

#include "src/migrate/applied.h"
#include "src/migrate/lock.h"
#include "src/migrate/rewrite.h"
#include "src/model/json.h"
#include "tusk/file.h"
#include "tusk/history.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define SNAPSHOT_MAX ((size_t)64 << 20)

typedef struct dropping {
    tusk_arena *arena;
    const char *folder;
    tusk_drop_options options;
    tusk_journal journal;
    tusk_candidates candidates;
    const tusk_candidate *one; /* NULL: a file that the journal does not list */
    size_t number;             /* of its entry */
    tusk_str tag, hash;
    tusk_error *err;
} dropping;

/* ---- which one ---- */

/* One that was given up half-way, or written by hand: its file is there, its entry is not. */
static tusk_status find_leftover(dropping *d, const char *tag)
{
    tusk_str sql = { 0 };
    d->tag = tusk_str_of(tag);
    if (tusk_str_ends(d->tag, TUSK_STR(".sql"))) d->tag.len -= 4;
    bool name = d->tag.len > 0 && d->tag.ptr[0] != '.' && !memchr(d->tag.ptr, '/', d->tag.len);
    if (!name) return tusk_candidates_unknown(d->folder, tag, d->err);
    tusk_status st = tusk_folder_read_sql(d->arena, d->folder, d->tag, &sql, &d->hash, d->err);
    return st != TUSK_OK || sql.ptr ? st : tusk_candidates_unknown(d->folder, tag, d->err);
}

static tusk_status find(dropping *d)
{
    const char *tag = d->options.tag;
    size_t count = d->candidates.list.count;
    if (!tag && count == 0) {
        tusk_fail(d->err, TUSK_INVALID, "there is no migration in %s", d->folder);
        tusk_error_hint(d->err, "`tusk generate` makes the first one.");
        return TUSK_INVALID;
    }
    d->one = tag ? tusk_candidates_find(&d->candidates, tusk_str_of(tag))
                 : &d->candidates.list.items[count - 1];
    if (!d->one) return find_leftover(d, tag);
    d->number = (size_t)(d->one - d->candidates.list.items);
    d->tag = d->one->migration.tag;
    d->hash = d->one->migration.hash;
    return TUSK_OK;
}

/* ---- does anything need it? ---- */

typedef struct link {
    bool exists;
    tusk_str id, before;
} link_;

static tusk_status read_link(dropping *d, tusk_str tag, link_ *out)
{
    const tusk_rewrite place = { .arena = d->arena, .folder = d->folder };
    tusk_str path = tusk_rewrite_snapshot(&place, tag), text;
    json_t *root = NULL;
    *out = (link_){ 0 };
    if (!path.ptr) return tusk_fail_nomem(d->err, "a snapshot");
    if (!tusk_file_exists(path.ptr)) return TUSK_OK;
    tusk_status st = tusk_file_read(d->arena, path.ptr, SNAPSHOT_MAX, &text, d->err);
    if (st == TUSK_OK) st = tusk_json_parse(path.ptr, text, &root, d->err);
    if (st != TUSK_OK) return st;
    const char *id = json_string_value(json_object_get(root, "id"));
    const char *before = json_string_value(json_object_get(root, "prevId"));
    out->exists = true;
    out->id = tusk_arena_str(d->arena, tusk_str_of(id ? id : ""));
    out->before = tusk_arena_str(d->arena, tusk_str_of(before ? before : ""));
    json_decref(root);
    return tusk_arena_failed(d->arena) ? tusk_fail_nomem(d->err, "a snapshot") : TUSK_OK;
}

static tusk_status refuse_shared(dropping *d, tusk_str other)
{
    tusk_fail(d->err, TUSK_INVALID, "%.*s and %.*s have one snapshot: whose it is cannot be told",
              TUSK_STR_ARG(d->tag), TUSK_STR_ARG(other));
    tusk_error_hint(d->err, "Two branches made the same number. Bring the conflict back (git "
                            "checkout -m -- the files in meta/), and `tusk rebase`.");
    return TUSK_INVALID;
}

static tusk_status refuse_later(dropping *d, tusk_str later, const char *why)
{
    tusk_fail(d->err, TUSK_INVALID, "%.*s %s %.*s", TUSK_STR_ARG(later), why, TUSK_STR_ARG(d->tag));
    tusk_error_hint(d->err, "Drop that one first, or undo the change by a new migration.");
    return TUSK_INVALID;
}

/* The chain of snapshots tells what builds on what; where there is none, whatever comes later may.
 */
static tusk_status check_others(dropping *d)
{
    link_ own, other;
    tusk_status st = read_link(d, d->tag, &own);
    for (size_t i = 0; st == TUSK_OK && i < d->journal.entries.count; i++) {
        tusk_str tag = d->journal.entries.items[i].tag;
        if (i == d->number) continue;
        if (tusk_str_eq(tusk_tag_prefix(tag), tusk_tag_prefix(d->tag))) {
            return refuse_shared(d, tag);
        }
        st = read_link(d, tag, &other);
        if (st != TUSK_OK) return st;
        bool builds = own.exists && other.exists && tusk_str_eq(other.before, own.id);
        if (builds) return refuse_later(d, tag, "builds on");
        if (i > d->number && (!own.exists || !other.exists)) {
            return refuse_later(d, tag, "has no snapshot that tells whether it builds on");
        }
    }
    return st;
}

/* ---- has a database applied it? ---- */

static tusk_status check_state(dropping *d)
{
    const tusk_migration *has = NULL;
    for (size_t i = 0; i < d->candidates.list.count; i++) {
        const tusk_candidate *other = &d->candidates.list.items[i];
        bool row = other->migration.index < 0 && d->hash.len > 0 &&
                   tusk_str_eq(other->migration.hash, d->hash);
        if (!d->one && row) has = &other->migration;
    }
    if (d->one && d->one->migration.state != TUSK_MIGRATION_PENDING) has = &d->one->migration;
    if (!has && !(d->one && d->one->partly)) return TUSK_OK;
    tusk_fail(d->err, TUSK_INVALID, "%.*s is %s in this database", TUSK_STR_ARG(d->tag),
              !has                                   ? "partly applied"
              : has->state == TUSK_MIGRATION_STARTED ? "begun"
                                                     : "applied");
    tusk_error_hint(d->err, "`tusk down` undoes the newest migration there; after that it can be "
                            "dropped. Nothing was removed.");
    return TUSK_INVALID;
}

static tusk_status compare(dropping *d, tusk_conn *conn)
{
    tusk_store store;
    tusk_status st = tusk_store_find(conn, d->arena, &store, d->err);
    if (st == TUSK_OK) {
        st = tusk_candidates_compare(conn, d->arena, &store, &d->candidates, d->err);
    }
    if (st != TUSK_OK) return st;
    if (d->one) d->one = &d->candidates.list.items[d->number]; /* the list may have moved */
    return check_state(d);
}

/* ---- doing it ---- */

static bool is_used(const dropping *d, tusk_str prefix)
{
    for (size_t i = 0; i < d->journal.entries.count; i++) {
        if (tusk_str_eq(tusk_tag_prefix(d->journal.entries.items[i].tag), prefix)) return true;
    }
    return false;
}

/* The journal decides what is part of the folder, so it comes first: an error leaves everything as
 * it was, and what a crash leaves is no part of it any more. The snapshot follows at once, because
 * drizzle-kit goes by the last one that it finds; the SQL file, which `check` names and drop takes
 * by its name, is the last. */
static tusk_status remove_files(dropping *d)
{
    tusk_rewrite r = { .arena = d->arena, .folder = d->folder };
    json_t *journal = NULL;
    if (d->one) {
        tusk_rewrite_remove(&r, d->tag);
        tusk_status st = tusk_json_parse("meta/_journal.json", d->journal.text, &journal, d->err);
        if (st != TUSK_OK) return st;
        json_array_remove(json_object_get(journal, "entries"), d->number);
    } else {
        if (!is_used(d, tusk_tag_prefix(d->tag))) tusk_rewrite_remove(&r, d->tag);
        tusk_vec_push(d->arena, &r.removes, tusk_rewrite_sql(&r, d->tag));
    }
    tusk_status st = tusk_rewrite_apply(&r, journal, d->err);
    json_decref(journal);
    return st;
}

/* Under the folder's lock and, where there is a database, that of migrators: nobody applies it
 * meanwhile. */
static tusk_status drop_locked(dropping *d, tusk_conn *conn, tusk_dropped *out)
{
    tusk_status st = tusk_journal_read(d->arena, d->folder, &d->journal, d->err);
    if (st == TUSK_OK) st = tusk_candidates_read(d->arena, d->folder, &d->candidates, d->err);
    if (st == TUSK_OK) st = find(d);
    if (st == TUSK_OK && d->one) st = check_others(d);
    if (st == TUSK_OK && conn) st = compare(d, conn);
    if (st != TUSK_OK) return st;
    out->tag = tusk_arena_str(d->arena, d->tag);
    out->listed = d->one != NULL;
    if (!out->tag.ptr) return tusk_fail_nomem(d->err, "the migration");
    return d->options.dry_run ? TUSK_OK : remove_files(d);
}

tusk_status tusk_migrate_drop(tusk_conn *conn, tusk_arena *arena, const char *folder,
                              const tusk_drop_options *options, tusk_dropped *out, tusk_error *err)
{
    dropping d = { .arena = arena, .folder = folder, .err = err };
    int lock = -1;
    *out = (tusk_dropped){ 0 };
    if (options) d.options = *options;
    if (conn && tusk_tx_depth(conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "a migration cannot be dropped inside a transaction");
    }
    tusk_status st = tusk_folder_lock_there(arena, folder, &lock, err);
    if (st == TUSK_OK && conn) st = tusk_migrate_lock(conn, arena, NULL, err);
    if (st == TUSK_OK) {
        st = drop_locked(&d, conn, out);
        if (conn) tusk_migrate_unlock(conn, arena);
    }
    if (lock >= 0) close(lock);
    return st;
}
