/* rebase.c - two branches went on from the same migration: those of one come after those of the
 * other */
#include <unistd.h>

#include "src/migrate/merge.h"
#include "src/migrate/name.h"
#include "src/migrate/rewrite.h"
#include "src/model/extra.h"
#include "src/model/json.h"
#include "tusk/clock.h"
#include "tusk/file.h"
#include "tusk/history.h"

#include "src/base/banned.h"

#define FILE_MAX ((size_t)64 << 20)

typedef TUSK_VEC(json_t *) entry_list; /* borrowed from the journal of their side */

typedef struct rebasing {
    tusk_arena *arena;
    const char *folder, *first;
    json_t *journals[TUSK_SIDES];
    int mine; /* which side is moved; the same texts on both where there is no conflict */
    entry_list base, others, own;
    tusk_rewrite rewrite;
    json_t *snapshot, *extra; /* as they are after the migrations so far */
    TUSK_VEC(tusk_rebased) moved;
    tusk_error *err;
} rebasing;

static tusk_str tag_of(const json_t *entry)
{
    return tusk_str_of(json_string_value(json_object_get(entry, "tag")));
}

static bool same_entry(const json_t *a, const json_t *b)
{
    return tusk_str_eq(tag_of(a), tag_of(b)) &&
           json_equal(json_object_get(a, "when"), json_object_get(b, "when"));
}

/* ---- files, as one side has them ---- */

static tusk_status read_side(rebasing *r, tusk_str path, int side, json_t **out, tusk_error *err)
{
    tusk_str text, sides[TUSK_SIDES];
    if (!path.ptr) return tusk_fail_nomem(err, "the migrations");
    tusk_status st = tusk_file_read(r->arena, path.ptr, FILE_MAX, &text, err);
    if (st == TUSK_OK) st = tusk_merge_sides(r->arena, path.ptr, text, sides, err);
    return st == TUSK_OK ? tusk_json_parse(path.ptr, sides[side], out, err) : st;
}

static tusk_status read_snapshot(rebasing *r, const json_t *entry, int side, json_t **out)
{
    return read_side(r, tusk_rewrite_snapshot(&r->rewrite, tag_of(entry)), side, out, r->err);
}

/* Where only one branch has such a file it has no marks of a conflict: the snapshot that it names
 * tells whose it is. */
static tusk_status is_of_side(rebasing *r, const json_t *entry, int side, const json_t *extra,
                              bool *out)
{
    json_t *snapshot = NULL;
    const json_t *id = json_object_get(extra, "snapshot");
    *out = true;
    if (!id) return TUSK_OK;
    tusk_status st = read_snapshot(r, entry, side, &snapshot);
    if (st == TUSK_OK) *out = json_equal(json_object_get(snapshot, "id"), id);
    json_decref(snapshot);
    return st;
}

/* What it says, nothing where that side has no such file. */
static tusk_status read_extra(rebasing *r, const json_t *entry, int side, json_t **out)
{
    tusk_str path = tusk_rewrite_extra(&r->rewrite, tag_of(entry));
    json_t *extra = NULL;
    bool own = true;
    *out = NULL;
    if (path.ptr && !tusk_file_exists(path.ptr)) return TUSK_OK;
    tusk_status st = read_side(r, path, side, &extra, r->err);
    if (st == TUSK_OK) st = is_of_side(r, entry, side, extra, &own);
    if (st != TUSK_OK || !own) {
        json_decref(extra);
        return st;
    }
    json_object_del(extra, "snapshot");
    *out = extra;
    return TUSK_OK;
}

/* `extra` beside the snapshot of `tag`. */
static tusk_status write_extra(rebasing *r, tusk_str tag, const json_t *snapshot,
                               const json_t *extra)
{
    const char *id = json_string_value(json_object_get(snapshot, "id"));
    tusk_str text = tusk_rewrite_text(r->arena, extra);
    if (!text.ptr) return tusk_fail_nomem(r->err, "a snapshot");
    tusk_status st = tusk_extra_own(r->arena, text, tusk_str_of(id ? id : ""), &text, r->err);
    if (st == TUSK_OK) tusk_rewrite_put(&r->rewrite, tusk_rewrite_extra(&r->rewrite, tag), text);
    return st;
}

/* ---- which are whose ---- */

static bool has_first(const rebasing *r, const json_t *journal, size_t from)
{
    const json_t *entries = json_object_get(journal, "entries");
    for (size_t i = from; i < json_array_size(entries); i++) {
        if (tusk_str_eq(tag_of(json_array_get(entries, i)), tusk_str_of(r->first))) return true;
    }
    return false;
}

static void take(rebasing *r, entry_list *list, const json_t *journal, size_t from, size_t to)
{
    json_t *entries = json_object_get(journal, "entries");
    for (size_t i = from; i < to && i < json_array_size(entries); i++) {
        tusk_vec_push(r->arena, list, json_array_get(entries, i));
    }
}

static tusk_status refuse_tag(rebasing *r, const char *what)
{
    tusk_fail(r->err, TUSK_INVALID, "%s \"%s\" in %s", what, r->first, r->folder);
    tusk_error_hint(r->err,
                    "TAG is the whole tag (such as 0007_mine) of the first migration of the "
                    "branch whose migrations move.");
    return TUSK_INVALID;
}

/* The journal has a conflict: each side lists its own after what both have. */
static tusk_status part_sides(rebasing *r)
{
    const json_t *ours = json_object_get(r->journals[TUSK_OURS], "entries");
    const json_t *theirs = json_object_get(r->journals[TUSK_THEIRS], "entries");
    size_t common = 0;
    while (common < json_array_size(ours) && common < json_array_size(theirs) &&
           same_entry(json_array_get(ours, common), json_array_get(theirs, common))) {
        common++;
    }
    bool is_ours = has_first(r, r->journals[TUSK_OURS], common);
    if (!is_ours && !has_first(r, r->journals[TUSK_THEIRS], common)) {
        return refuse_tag(r, "neither branch has a migration of its own called");
    }
    r->mine = is_ours ? TUSK_OURS : TUSK_THEIRS;
    take(r, &r->base, r->journals[!r->mine], 0, common);
    take(r, &r->others, r->journals[!r->mine], common, SIZE_MAX);
    take(r, &r->own, r->journals[r->mine], common, SIZE_MAX);
    return TUSK_OK;
}

typedef struct link {
    tusk_str id, before;
} link_;

static tusk_status read_link(rebasing *r, const json_t *entry, link_ *out)
{
    json_t *root = NULL;
    tusk_status st = read_snapshot(r, entry, TUSK_OURS, &root);
    if (st == TUSK_OK) {
        const char *id = json_string_value(json_object_get(root, "id"));
        const char *before = json_string_value(json_object_get(root, "prevId"));
        out->id = tusk_arena_str(r->arena, tusk_str_of(id ? id : ""));
        out->before = tusk_arena_str(r->arena, tusk_str_of(before ? before : ""));
    }
    json_decref(root);
    return st;
}

/* Two files of one number have one snapshot: that of one branch is gone. */
static tusk_status check_prefixes(rebasing *r, const json_t *entries)
{
    for (size_t i = 0; i < json_array_size(entries); i++) {
        for (size_t j = 0; j < i; j++) {
            tusk_str a = tag_of(json_array_get(entries, j)), b = tag_of(json_array_get(entries, i));
            if (!tusk_str_eq(tusk_tag_prefix(a), tusk_tag_prefix(b))) continue;
            tusk_fail(r->err, TUSK_INVALID,
                      "%.*s and %.*s have one snapshot: that of one branch is gone",
                      TUSK_STR_ARG(a), TUSK_STR_ARG(b));
            tusk_error_hint(r->err, "Bring the conflict back (git checkout -m -- the files in "
                                    "meta/) and rebase before you resolve it; or remove one "
                                    "migration and generate it again.");
            return TUSK_INVALID;
        }
    }
    return TUSK_OK;
}

/* The journal lists all of them: the chain of snapshots tells which follow the first. */
static tusk_status part_chain(rebasing *r)
{
    json_t *entries = json_object_get(r->journals[TUSK_OURS], "entries");
    size_t count = json_array_size(entries), first = count;
    link_ *links = TUSK_NEW_ARRAY(r->arena, link_, count);
    tusk_status st = links ? check_prefixes(r, entries) : tusk_fail_nomem(r->err, "the migrations");
    for (size_t i = 0; st == TUSK_OK && i < count; i++) {
        st = read_link(r, json_array_get(entries, i), &links[i]);
        if (tusk_str_eq(tag_of(json_array_get(entries, i)), tusk_str_of(r->first))) first = i;
    }
    if (st != TUSK_OK) return st;
    if (first == count) {
        return refuse_tag(r, "there is no migration");
    }
    tusk_str last = links[first].before;
    bool based = tusk_str_eq(last, TUSK_STR(TUSK_SNAPSHOT_NO_ID));
    tusk_str base = last;
    size_t at = 0;
    for (; at < count && !based; at++) {
        based = tusk_str_eq(links[at].id, base);
        tusk_vec_push(r->arena, &r->base, json_array_get(entries, at));
    }
    for (; at < count; at++) {
        bool own = at == first || (r->own.count > 0 && tusk_str_eq(links[at].before, last));
        if (own) last = links[at].id;
        tusk_vec_push(r->arena, own ? &r->own : &r->others, json_array_get(entries, at));
    }
    return TUSK_OK;
}

static tusk_status part(rebasing *r)
{
    bool conflict = !json_equal(r->journals[TUSK_OURS], r->journals[TUSK_THEIRS]);
    tusk_status st = conflict ? part_sides(r) : part_chain(r);
    if (st != TUSK_OK) return st;
    if (tusk_arena_failed(r->arena)) return tusk_fail_nomem(r->err, "the migrations");
    if (r->own.count > 0 && r->others.count > 0) return TUSK_OK;
    tusk_fail(r->err, TUSK_INVALID, "there is nothing to move: only one branch went on from there");
    tusk_error_hint(r->err,
                    "It is for a folder in which two branches followed the same migration.");
    return TUSK_INVALID;
}

/* ---- snapshots ---- */

/* That after the last of both lists; what is extra is in the newest file that says it. */
static tusk_status read_state(rebasing *r, int side, bool with_others, json_t **snapshot,
                              json_t **extra)
{
    tusk_status st = TUSK_OK;
    const entry_list *lists[] = { &r->base, &r->others };
    for (int i = 0; i < (with_others ? 2 : 1); i++) {
        for (size_t j = 0; st == TUSK_OK && j < lists[i]->count; j++) {
            json_t *more = NULL;
            json_decref(*snapshot);
            *snapshot = NULL;
            st = read_snapshot(r, lists[i]->items[j], side, snapshot);
            if (st == TUSK_OK) st = read_extra(r, lists[i]->items[j], side, &more);
            if (!more) continue;
            json_decref(*extra);
            *extra = more;
        }
    }
    if (st == TUSK_OK && !*snapshot) *snapshot = json_object();
    return st;
}

/* A foreign key to what the other branch has dropped is no conflict of its own. */
static tusk_status check_references(rebasing *r, tusk_str path, tusk_str text)
{
    tusk_snapshot snapshot;
    tusk_status st = tusk_snapshot_read(r->arena, path.ptr, text, &snapshot, r->err);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < snapshot.model.tables.count; i++) {
        const tusk_model_table *table = &snapshot.model.tables.items[i];
        for (size_t j = 0; j < table->foreign_keys.count; j++) {
            const tusk_model_foreign_key *key = &table->foreign_keys.items[j];
            if (tusk_model_find_table(&snapshot.model, key->schema_to, key->table_to)) continue;
            return tusk_fail(r->err, TUSK_INVALID,
                             "%.*s of %.*s refers to %.*s, which the other branch has dropped",
                             TUSK_STR_ARG(key->name), TUSK_STR_ARG(table->name),
                             TUSK_STR_ARG(key->table_to));
        }
    }
    return TUSK_OK;
}

static tusk_status put_extra(rebasing *r, json_t *merged, tusk_str tag)
{
    bool same = r->extra ? json_equal(r->extra, merged) : json_object_size(merged) == 0;
    json_decref(r->extra);
    r->extra = merged;
    return same ? TUSK_OK : write_extra(r, tag, r->snapshot, merged);
}

/* What the other branch has, with the change from `before` to `after`. */
static tusk_status put_snapshot(rebasing *r, json_t *before, json_t *after, tusk_str tag)
{
    json_t *merged = NULL;
    bool failed = false;
    tusk_status st = tusk_merge_snapshot(r->arena, before, after, r->snapshot, &merged, r->err);
    if (st != TUSK_OK) return st;
    tusk_json_set(merged, "id", json_copy(json_object_get(after, "id")), &failed);
    json_t *last = json_object_get(r->snapshot, "id");
    tusk_json_set(merged, "prevId", json_copy(last), &failed);
    json_decref(r->snapshot);
    r->snapshot = merged;
    tusk_str path = tusk_rewrite_snapshot(&r->rewrite, tag);
    tusk_str text = tusk_rewrite_text(r->arena, merged);
    if (failed || !path.ptr || !text.ptr) return tusk_fail_nomem(r->err, "a snapshot");
    tusk_rewrite_put(&r->rewrite, path, text);
    return check_references(r, path, text);
}

/* ---- the migrations ---- */

static tusk_status put_sql(rebasing *r, tusk_str was, tusk_str tag, tusk_str *hash)
{
    tusk_str sql = { 0 };
    tusk_status st = tusk_folder_read_sql(r->arena, r->folder, was, &sql, hash, r->err);
    if (st != TUSK_OK) return st;
    if (!sql.ptr) {
        return tusk_fail(r->err, TUSK_INVALID, "%s/%.*s.sql is not there", r->folder,
                         TUSK_STR_ARG(was));
    }
    tusk_rewrite_put(&r->rewrite, tusk_rewrite_sql(&r->rewrite, tag), sql);
    return TUSK_OK;
}

/* The entry with its new number, time and tag, and what it was before. */
static tusk_status put_entry(rebasing *r, json_t *entries, json_t *entry, tusk_str *tag)
{
    const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
    json_int_t idx = json_integer_value(json_object_get(last, "idx")) + 1;
    int64_t when = tusk_now().us / 1000;
    int64_t least = (int64_t)json_number_value(json_object_get(last, "when")) + 1;
    tusk_str was = tag_of(entry), hash = { 0 }, prefix = tusk_tag_prefix(was);
    bool failed = false;
    if (when < least) when = least;
    tusk_str next = tusk_migration_prefix(r->arena, tag_of(last), (int)idx, when);
    *tag = tusk_arena_printf(r->arena, "%.*s%.*s", TUSK_STR_ARG(next), (int)(was.len - prefix.len),
                             was.ptr + prefix.len);
    if (!next.ptr || !tag->ptr) return tusk_fail_nomem(r->err, "a migration");
    tusk_status st = put_sql(r, was, *tag, &hash);
    if (st != TUSK_OK) return st;
    json_t *replaces = json_array(), *moved = json_copy(entry);
    tusk_json_push(replaces, tusk_rewrite_replaced(entry, hash, &failed), &failed);
    tusk_json_set(moved, "idx", json_integer(idx), &failed);
    tusk_json_set(moved, "when", json_integer(when), &failed);
    tusk_json_set_str(moved, "tag", *tag, &failed);
    tusk_json_set(moved, "replaces", replaces, &failed);
    tusk_json_push(entries, moved, &failed);
    if (failed) return tusk_fail_nomem(r->err, "the journal");
    tusk_vec_push(r->arena, &r->moved, (tusk_rebased){ tusk_arena_str(r->arena, was), *tag });
    tusk_rewrite_remove(&r->rewrite, was);
    return TUSK_OK;
}

static tusk_status move_one(rebasing *r, json_t *entries, json_t *entry, json_t **before,
                            json_t **extra)
{
    json_t *after = NULL, *more = NULL, *merged = NULL;
    tusk_str tag;
    tusk_status st = put_entry(r, entries, entry, &tag);
    if (st == TUSK_OK) st = read_snapshot(r, entry, r->mine, &after);
    if (st == TUSK_OK) st = put_snapshot(r, *before, after, tag);
    if (st == TUSK_OK) st = read_extra(r, entry, r->mine, &more);
    if (st == TUSK_OK && more) {
        st = tusk_merge_extra(r->arena, *extra, more, r->extra, &merged, r->err);
        if (st == TUSK_OK) st = put_extra(r, merged, tag);
        json_decref(*extra);
        *extra = more;
    }
    json_decref(*before);
    *before = after;
    return st;
}

/* The files of the other branch without the marks of a conflict. */
static tusk_status settle_others(rebasing *r)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < r->others.count; i++) {
        json_t *snapshot = NULL, *extra = NULL;
        tusk_str tag = tag_of(r->others.items[i]);
        st = read_snapshot(r, r->others.items[i], !r->mine, &snapshot);
        if (st == TUSK_OK) st = read_extra(r, r->others.items[i], !r->mine, &extra);
        if (st == TUSK_OK) {
            tusk_rewrite_put(&r->rewrite, tusk_rewrite_snapshot(&r->rewrite, tag),
                             tusk_rewrite_text(r->arena, snapshot));
        }
        if (st == TUSK_OK && extra) st = write_extra(r, tag, snapshot, extra);
        json_decref(snapshot);
        json_decref(extra);
    }
    return st;
}

static tusk_status move_all(rebasing *r, json_t *entries)
{
    json_t *before = NULL, *extra = NULL;
    tusk_status st = settle_others(r);
    if (st == TUSK_OK) st = read_state(r, !r->mine, true, &r->snapshot, &r->extra);
    if (st == TUSK_OK) st = read_state(r, r->mine, false, &before, &extra);
    for (size_t i = 0; st == TUSK_OK && i < r->own.count; i++) {
        st = move_one(r, entries, r->own.items[i], &before, &extra);
    }
    json_decref(before);
    json_decref(extra);
    return st;
}

static tusk_status rebase(rebasing *r)
{
    tusk_str path = tusk_path_join(r->arena, r->folder, "meta/_journal.json");
    tusk_status st = TUSK_OK;
    bool failed = false;
    for (int side = 0; st == TUSK_OK && side < TUSK_SIDES; side++) {
        st = read_side(r, path, side, &r->journals[side], r->err);
    }
    if (st == TUSK_OK) st = part(r);
    if (st != TUSK_OK) return st;
    json_t *journal = json_copy(r->journals[!r->mine]), *entries = json_array();
    for (size_t i = 0; i < r->base.count; i++) {
        tusk_json_push(entries, json_incref(r->base.items[i]), &failed);
    }
    for (size_t i = 0; i < r->others.count; i++) {
        tusk_json_push(entries, json_incref(r->others.items[i]), &failed);
    }
    tusk_json_set(journal, "entries", entries, &failed);
    st = failed ? tusk_fail_nomem(r->err, "the journal") : move_all(r, entries);
    if (st == TUSK_OK) st = tusk_rewrite_apply(&r->rewrite, journal, r->err);
    json_decref(journal);
    return st;
}

tusk_status tusk_rebase(tusk_arena *arena, const char *folder, const char *mine,
                        tusk_rebased_list *out, tusk_error *err)
{
    rebasing r = { .arena = arena,
                   .folder = folder,
                   .first = mine,
                   .rewrite = { .arena = arena, .folder = folder },
                   .err = err };
    int lock = -1;
    *out = (tusk_rebased_list){ 0 };
    tusk_status st = tusk_folder_lock_there(arena, folder, &lock, err);
    if (st != TUSK_OK) return st;
    st = rebase(&r);
    close(lock);
    json_decref(r.snapshot);
    json_decref(r.extra);
    for (int side = 0; side < TUSK_SIDES; side++) json_decref(r.journals[side]);
    if (st == TUSK_OK) *out = (tusk_rebased_list){ r.moved.items, r.moved.count };
    return st;
}
