/* folder.c - SQL files and snapshots: reading, finding the newest, adding one so that a crash does
 * no harm */
#include "src/migrate/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "src/model/extra.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define SQL_MAX         ((size_t)64 << 20)
#define SNAPSHOT_MAX    ((size_t)64 << 20)
#define SNAPSHOT_SUFFIX "_snapshot.json"

tusk_str tusk_hash_text(tusk_arena *arena, tusk_str text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE];
    char hex[TUSK_HASH_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.ptr, text.len, bytes, &size, EVP_sha256(), NULL) != 1 || size != 32) {
        return (tusk_str){ 0 };
    }
    for (unsigned i = 0; i < size; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return tusk_arena_str(arena, (tusk_str){ hex, 64 });
}

static tusk_str sql_path(tusk_arena *arena, const char *folder, tusk_str tag)
{
    return tusk_arena_printf(arena, "%s/%.*s.sql", folder, TUSK_STR_ARG(tag));
}

tusk_status tusk_folder_read_sql(tusk_arena *arena, const char *folder, tusk_str tag, tusk_str *sql,
                                 tusk_str *hash, tusk_error *err)
{
    tusk_str path = sql_path(arena, folder, tag);
    if (!path.ptr) return tusk_fail_nomem(err, "a migration");
    if (!tusk_file_exists(path.ptr)) return TUSK_OK;
    tusk_status st = tusk_file_read(arena, path.ptr, SQL_MAX, sql, err);
    if (st != TUSK_OK) return st;
    if (!tusk_str_is_text(*sql)) {
        return tusk_fail(err, TUSK_INVALID, "%s: the file is not valid UTF-8", path.ptr);
    }
    *hash = tusk_hash_text(arena, *sql);
    return hash->ptr ? TUSK_OK : tusk_fail_nomem(err, "a migration");
}

/* ---- snapshots ---- */

tusk_str tusk_tag_prefix(tusk_str tag)
{
    const char *mark = memchr(tag.ptr, '_', tag.len);
    return (tusk_str){ tag.ptr, mark ? (size_t)(mark - tag.ptr) : tag.len };
}

static bool in_journal(const tusk_journal *journal, tusk_str prefix)
{
    for (size_t i = 0; i < journal->entries.count; i++) {
        if (tusk_str_eq(tusk_tag_prefix(journal->entries.items[i].tag), prefix)) return true;
    }
    return false;
}

/* The prefix of NNNN_snapshot.json, no text for any other name. */
static tusk_str snapshot_prefix(const char *name)
{
    size_t len = strlen(name), suffix = strlen(SNAPSHOT_SUFFIX);
    if (name[0] == '_' || len <= suffix || strcmp(name + len - suffix, SNAPSHOT_SUFFIX) != 0) {
        return (tusk_str){ 0 };
    }
    return (tusk_str){ name, len - suffix };
}

typedef TUSK_VEC(tusk_str) name_list;

static int compare_names(const void *a, const void *b)
{
    return tusk_str_compare(*(const tusk_str *)a, *(const tusk_str *)b);
}

/* The names of the snapshots that belong to the journal, in order. */
static tusk_status list_snapshots(tusk_arena *arena, const char *meta, const tusk_journal *journal,
                                  name_list *out, tusk_error *err)
{
    DIR *dir = opendir(meta);
    if (!dir) return errno == ENOENT ? TUSK_OK : tusk_fail_errno(err, "%s", meta);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        tusk_str prefix = snapshot_prefix(entry->d_name);
        if (!prefix.ptr || !in_journal(journal, prefix)) continue;
        tusk_vec_push(arena, out, tusk_arena_str(arena, tusk_str_of(entry->d_name)));
    }
    closedir(dir);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the folder");
    if (out->count > 0) qsort(out->items, out->count, sizeof *out->items, compare_names);
    return TUSK_OK;
}

static tusk_status collision(tusk_error *err, tusk_str a, tusk_str b)
{
    tusk_fail(err, TUSK_INVALID, "%s and %s both follow the same snapshot", a.ptr, b.ptr);
    tusk_error_hint(
        err, "Two branches each added a migration. `tusk rebase TAG` puts that one, the first "
             "of your branch, after those of the other.");
    return TUSK_INVALID;
}

/* META/_0003_tusk.json of the snapshot with that prefix */
static tusk_str extra_path(tusk_arena *arena, const char *meta, tusk_str prefix)
{
    return tusk_arena_printf(arena, "%s/_%.*s_tusk.json", meta, TUSK_STR_ARG(prefix));
}

/* What no snapshot says is in the newest file that says it: drizzle-kit writes none. */
static tusk_status read_extra(tusk_arena *arena, const char *meta, const name_list *names,
                              tusk_latest *out, tusk_error *err)
{
    for (size_t i = names->count; i > 0; i--) {
        tusk_str path = extra_path(arena, meta, snapshot_prefix(names->items[i - 1].ptr));
        if (!path.ptr) return tusk_fail_nomem(err, "a snapshot");
        if (!tusk_file_exists(path.ptr)) continue;
        tusk_status st = tusk_file_read(arena, path.ptr, SNAPSHOT_MAX, &out->extra, err);
        if (st != TUSK_OK) return st;
        return tusk_extra_read(arena, path.ptr, out->extra, &out->snapshot.model, err);
    }
    return TUSK_OK;
}

static tusk_status read_snapshots(tusk_arena *arena, const char *meta, const name_list *names,
                                  tusk_latest *out, tusk_error *err)
{
    tusk_names seen = { 0 };
    for (size_t i = 0; i < names->count; i++) {
        tusk_str path = tusk_path_join(arena, meta, names->items[i].ptr);
        if (!path.ptr) return tusk_fail_nomem(err, "a snapshot");
        tusk_status st = tusk_file_read(arena, path.ptr, SNAPSHOT_MAX, &out->text, err);
        if (st == TUSK_OK) st = tusk_snapshot_read(arena, path.ptr, out->text, &out->snapshot, err);
        if (st == TUSK_INVALID && err && err->hint[0] == '\0') {
            tusk_error_hint(err, "Bring it back from version control.");
        }
        if (st != TUSK_OK) return st;
        out->path = path;
        for (size_t j = 0; j < seen.count; j++) {
            if (!tusk_str_eq(seen.items[j], out->snapshot.prev_id)) continue;
            return collision(err, names->items[j], names->items[i]);
        }
        if (!tusk_vec_push(arena, &seen, out->snapshot.prev_id)) {
            return tusk_fail_nomem(err, "a snapshot");
        }
    }
    return TUSK_OK;
}

tusk_status tusk_folder_latest(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                               tusk_latest *out, tusk_error *err)
{
    *out = (tusk_latest){ .snapshot = { .id = TUSK_STR(TUSK_SNAPSHOT_NO_ID) } };
    out->snapshot.model = tusk_model_empty();
    tusk_str meta = tusk_path_join(arena, folder, "meta");
    if (!meta.ptr) return tusk_fail_nomem(err, "the folder");
    name_list names = { 0 };
    tusk_status st = list_snapshots(arena, meta.ptr, journal, &names, err);
    if (st == TUSK_OK) st = read_snapshots(arena, meta.ptr, &names, out, err);
    if (st == TUSK_OK) st = read_extra(arena, meta.ptr, &names, out, err);
    if (st != TUSK_OK || names.count > 0 || journal->entries.count == 0) return st;
    tusk_fail(err, TUSK_INVALID, "%s: there are migrations, but no snapshot", meta.ptr);
    tusk_error_hint(err,
                    "Without the snapshot of the newest migration the state of the schema is not "
                    "known. Bring it back from version control.");
    return TUSK_INVALID;
}

/* ---- adding ---- */

tusk_status tusk_folder_lock(tusk_arena *arena, const char *folder, int *out, tusk_error *err)
{
    *out = -1;
    tusk_str meta = tusk_path_join(arena, folder, "meta");
    if (!meta.ptr) return tusk_fail_nomem(err, "the folder");
    tusk_status st = tusk_folder_make(meta.ptr, 0755, err);
    if (st != TUSK_OK) return st;
    int fd = open(meta.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "%s", meta.ptr);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *out = fd;
        return TUSK_OK;
    }
    close(fd);
    return tusk_fail(err, TUSK_BUSY, "another program is working on the migrations in %s", folder);
}

tusk_status tusk_folder_lock_there(tusk_arena *arena, const char *folder, int *out, tusk_error *err)
{
    tusk_str journal = tusk_path_join(arena, folder, "meta/_journal.json");
    *out = -1;
    if (!journal.ptr) return tusk_fail_nomem(err, "the folder");
    if (!tusk_file_exists(journal.ptr)) return tusk_journal_missing(folder, err);
    return tusk_folder_lock(arena, folder, out, err);
}

/* Takes the new files back after an error. */
static void remove_new(tusk_str sql, tusk_str snapshot, tusk_str extra)
{
    unlink(extra.ptr);
    unlink(snapshot.ptr);
    unlink(sql.ptr);
}

tusk_status tusk_folder_add(tusk_arena *arena, const char *folder,
                            const tusk_new_migration *new_one, tusk_str *path, tusk_error *err)
{
    tusk_str sql = sql_path(arena, folder, new_one->entry.tag);
    tusk_str prefix = tusk_tag_prefix(new_one->entry.tag);
    tusk_str snapshot =
        tusk_arena_printf(arena, "%s/meta/%.*s" SNAPSHOT_SUFFIX, folder, TUSK_STR_ARG(prefix));
    tusk_str journal = tusk_arena_printf(arena, "%s/meta/_journal.json", folder);
    tusk_str meta = tusk_path_join(arena, folder, "meta");
    tusk_str extra = extra_path(arena, meta.ptr ? meta.ptr : "", prefix);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the migration");
    if (tusk_file_exists(sql.ptr)) {
        tusk_fail(err, TUSK_INVALID, "%s exists already, but the journal does not list it",
                  sql.ptr);
        tusk_error_hint(err, "Remove it (`tusk drop %.*s`), or choose another name.",
                        TUSK_STR_ARG(new_one->entry.tag));
        return TUSK_INVALID;
    }
    tusk_status st = tusk_file_replace(sql.ptr, new_one->sql, 0644, err);
    if (st == TUSK_OK) st = tusk_file_replace(snapshot.ptr, new_one->snapshot, 0644, err);
    if (st == TUSK_OK && new_one->extra.ptr) {
        st = tusk_file_replace(extra.ptr, new_one->extra, 0644, err);
    }
    if (st == TUSK_OK) st = tusk_file_replace(journal.ptr, new_one->journal, 0644, err);
    if (st != TUSK_OK) remove_new(sql, snapshot, extra);
    *path = sql;
    return st;
}
