/* backup_list.c - what backups a folder holds, and which of them may go */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/map.h"
#include "src/base/vec.h"
#include "src/ops/dump.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define DAY_US ((int64_t)86400 * 1000000)

typedef TUSK_VEC(tusk_backup) backups;

static bool ends_with(tusk_str text, const char *ending)
{
    size_t len = strlen(ending);
    return text.len > len && memcmp(text.ptr + text.len - len, ending, len) == 0;
}

static bool looks_like_backup(tusk_str name)
{
    return ends_with(name, ".dump") || ends_with(name, ".sql") || ends_with(name, ".sql.gz") ||
           ends_with(name, ".dir") || ends_with(name, ".backup");
}

static int64_t time_of(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * 1000000 + info->st_mtim.tv_nsec / 1000;
}

/* What can be said of it without its manifest. */
static void describe_bare(tusk_arena *arena, const char *path, tusk_backup *out)
{
    struct stat info;
    if (lstat(path, &info) != 0) return;
    out->made.us = time_of(&info);
    out->bytes = S_ISREG(info.st_mode) ? info.st_size : 0;
    tusk_ignore(tusk_dump_guess_format(arena, path, &out->format, NULL));
}

static tusk_status look_at(tusk_arena *arena, const char *folder, tusk_str name, backups *out,
                           tusk_error *err)
{
    tusk_manifest manifest = { 0 };
    tusk_error why = { 0 };
    tusk_str path = tusk_path_join(arena, folder, name.ptr);
    if (!path.ptr) return tusk_fail_nomem(err, "the list of backups");
    tusk_status st = tusk_manifest_read(arena, path.ptr, &manifest, &why);
    if (st == TUSK_NOMEM) return tusk_fail_nomem(err, "the list of backups");
    if (st == TUSK_NO_ROWS && !looks_like_backup(name)) return TUSK_OK;
    if (st != TUSK_OK) {
        manifest.backup = (tusk_backup){ .path = path };
        if (st != TUSK_NO_ROWS)
            manifest.backup.problem = tusk_arena_str(arena, tusk_str_of(why.message));
        describe_bare(arena, path.ptr, &manifest.backup);
    }
    manifest.backup.is_missing = !tusk_file_exists(path.ptr);
    if (!tusk_vec_push(arena, out, manifest.backup))
        return tusk_fail_nomem(err, "the list of backups");
    return TUSK_OK;
}

/* Both NAME and NAME.manifest.json stand for NAME, which is looked at once. */
static tusk_status look_at_entry(tusk_arena *arena, const char *folder, const char *entry,
                                 tusk_map *seen, backups *out, tusk_error *err)
{
    tusk_str name = tusk_arena_str(arena, tusk_str_of(entry));
    if (!name.ptr) return tusk_fail_nomem(err, "the list of backups");
    if (name.ptr[0] == '.' && (name.len == 1 || (name.len == 2 && name.ptr[1] == '.')))
        return TUSK_OK;
    if (ends_with(name, TUSK_DUMP_PARTIAL)) return TUSK_OK;
    if (ends_with(name, TUSK_DUMP_MANIFEST)) {
        name = tusk_arena_str(arena, (tusk_str){ name.ptr, name.len - strlen(TUSK_DUMP_MANIFEST) });
        if (!name.ptr) return tusk_fail_nomem(err, "the list of backups");
    }
    if (tusk_map_has(seen, name)) return TUSK_OK;
    if (!tusk_map_put(seen, name, seen)) return tusk_fail_nomem(err, "the list of backups");
    return look_at(arena, folder, name, out, err);
}

static int newest_first(const void *a, const void *b)
{
    const tusk_backup *x = a, *y = b;
    if (x->made.us != y->made.us) return x->made.us < y->made.us ? 1 : -1;
    return tusk_str_compare(x->path, y->path);
}

tusk_status tusk_backup_look(tusk_arena *arena, const char *folder, tusk_backup_list *out,
                             tusk_error *err)
{
    backups found = { 0 };
    tusk_map seen;
    tusk_status st = TUSK_OK;
    *out = (tusk_backup_list){ 0 };
    char *real = realpath(folder, NULL);
    if (!real && (errno == ENOENT || errno == ENOTDIR)) return TUSK_OK;
    const char *at = tusk_arena_str(arena, tusk_str_of(real)).ptr;
    free(real); /* realpath() takes it from the heap itself */
    DIR *entries = at ? opendir(at) : NULL;
    if (!entries) return tusk_fail_errno(err, "could not open \"%s\"", folder);
    tusk_map_init(&seen, arena);
    for (struct dirent *entry; st == TUSK_OK && (entry = readdir(entries));)
        st = look_at_entry(arena, at, entry->d_name, &seen, &found, err);
    closedir(entries);
    if (st != TUSK_OK) return st;
    if (found.count > 1) qsort(found.items, found.count, sizeof *found.items, newest_first);
    *out = (tusk_backup_list){ found.items, found.count };
    return TUSK_OK;
}

/* ---- prune ---- */

static bool is_kept(const tusk_backup *b, size_t place, const tusk_backup_rule *rule, int64_t now)
{
    if (!b->has_manifest || b->is_missing || b->problem.ptr) return true;
    if (rule->keep_last > 0 && place < (size_t)rule->keep_last) return true;
    return rule->keep_days > 0 && now - b->made.us < rule->keep_days * DAY_US;
}

/* The backup goes before its manifest: what can be seen always has one. */
static tusk_status remove_one(tusk_arena *arena, const tusk_backup *b, tusk_error *err)
{
    tusk_str manifest =
        tusk_arena_printf(arena, "%.*s%s", TUSK_STR_ARG(b->path), TUSK_DUMP_MANIFEST);
    if (!manifest.ptr) return tusk_fail_nomem(err, "a path");
    tusk_status st = tusk_dump_remove(arena, b->path.ptr, err);
    if (st == TUSK_OK) st = tusk_dump_remove(arena, manifest.ptr, err);
    return st;
}

tusk_status tusk_backup_remove(tusk_arena *arena, const char *path, tusk_error *err)
{
    tusk_backup backup = { 0 };
    const char *absolute = NULL, *folder = NULL;
    int lock = -1;
    tusk_status st = tusk_dump_absolute(arena, path, &absolute, &folder, err);
    if (st != TUSK_OK) return st;
    if (!tusk_file_exists(absolute))
        return tusk_fail(err, TUSK_INVALID, "there is no backup \"%s\"", path);
    st = tusk_dump_lock(folder, &lock, err);
    if (st != TUSK_OK) return st;
    backup.path = tusk_str_of(absolute);
    st = remove_one(arena, &backup, err);
    if (st == TUSK_OK) st = tusk_dump_sync_folder(folder, err);
    close(lock);
    return st;
}

static tusk_status prune_list(tusk_arena *arena, const tusk_backup_list *list,
                              const tusk_backup_rule *rule, backups *gone, tusk_error *err)
{
    tusk_map proven; /* databases whose newest verified backup was passed */
    tusk_map places; /* database -> how many of it were passed */
    tusk_status st = TUSK_OK;
    int64_t now = tusk_now().us;
    tusk_map_init(&proven, arena);
    tusk_map_init(&places, arena);
    for (size_t i = 0; i < list->count && st == TUSK_OK; i++) {
        const tusk_backup *b = &list->items[i];
        size_t *place = tusk_map_get(&places, b->database);
        if (!place) {
            place = TUSK_NEW(arena, size_t);
            if (!place || !tusk_map_put(&places, b->database, place))
                return tusk_fail_nomem(err, "the rule");
        }
        bool kept = is_kept(b, *place, rule, now);
        if (b->has_manifest && !b->is_missing && !b->problem.ptr) ++*place;
        bool is_proof = b->verified.us > 0 && !b->is_missing && b->chosen_count == 0 &&
                        b->content == TUSK_BACKUP_WHOLE && !tusk_map_has(&proven, b->database);
        if (is_proof && !tusk_map_put(&proven, b->database, &proven))
            return tusk_fail_nomem(err, "the rule");
        if (kept || is_proof) continue;
        if (!tusk_vec_push(arena, gone, *b)) return tusk_fail_nomem(err, "the rule");
        if (!rule->dry_run) st = remove_one(arena, b, err);
    }
    return st;
}

/* Other programs have .partial files too: only those of names that backups have. */
static bool is_leftover(tusk_str name)
{
    if (!ends_with(name, TUSK_DUMP_PARTIAL)) return false;
    return looks_like_backup((tusk_str){ name.ptr, name.len - strlen(TUSK_DUMP_PARTIAL) });
}

static tusk_status remove_leftovers(tusk_arena *arena, const char *folder, tusk_error *err)
{
    DIR *entries = opendir(folder);
    if (!entries) return tusk_fail_errno(err, "could not open \"%s\"", folder);
    tusk_status st = TUSK_OK;
    for (struct dirent *entry; st == TUSK_OK && (entry = readdir(entries));) {
        struct stat info;
        if (!is_leftover(tusk_str_of(entry->d_name))) continue;
        tusk_str path = tusk_path_join(arena, folder, entry->d_name);
        if (!path.ptr) st = tusk_fail_nomem(err, "a path");
        if (st == TUSK_OK && lstat(path.ptr, &info) == 0 && tusk_now().us - time_of(&info) > DAY_US)
            st = tusk_dump_remove(arena, path.ptr, err);
    }
    closedir(entries);
    return st;
}

tusk_status tusk_backup_prune(tusk_arena *arena, const char *folder, const tusk_backup_rule *rule,
                              tusk_backup_list *out, tusk_error *err)
{
    tusk_backup_list list;
    backups gone = { 0 };
    int lock = -1;
    *out = (tusk_backup_list){ 0 };
    if (!rule || (rule->keep_last <= 0 && rule->keep_days <= 0))
        return tusk_fail(err, TUSK_MISUSE, "there is no rule that says what to keep");
    if (!tusk_file_exists(folder)) return TUSK_OK;
    tusk_status st = tusk_dump_lock(folder, &lock, err);
    if (st != TUSK_OK) return st;
    st = tusk_backup_look(arena, folder, &list, err);
    if (st == TUSK_OK) st = prune_list(arena, &list, rule, &gone, err);
    if (st == TUSK_OK && !rule->dry_run) st = remove_leftovers(arena, folder, err);
    if (st == TUSK_OK && !rule->dry_run) st = tusk_dump_sync_folder(folder, err);
    close(lock);
    *out = (tusk_backup_list){ gone.items, gone.count };
    return st;
}
