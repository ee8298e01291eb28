/* journal.c - meta/_journal.json: the order of migrations and when each was made */
#include <stdlib.h>
#include <sys/stat.h>

#include "src/migrate/folder.h"
#include "src/model/json.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define JOURNAL_MAX   ((size_t)16 << 20)
#define EMPTY_JOURNAL "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[]}"

static tusk_str journal_path(tusk_arena *arena, const char *folder)
{
    return tusk_path_join(arena, folder, "meta/_journal.json");
}

/* Within what JavaScript counts exactly (and a date needs no more). */
static bool is_when(const json_t *when)
{
    return json_is_number(when) && json_number_value(when) >= -9007199254740991.0 &&
           json_number_value(when) <= 9007199254740991.0;
}

/* A tag is a file name; one with a slash would lead out of the folder, one with control characters
 * would talk to the terminal that shows it. */
static bool is_tag(tusk_str tag)
{
    for (size_t i = 0; i < tag.len; i++)
        if ((unsigned char)tag.ptr[i] < 0x20 || tag.ptr[i] == 0x7f) return false;
    return tag.len > 0 && tag.len <= 240 && !memchr(tag.ptr, '/', tag.len) && tag.ptr[0] != '.' &&
           tusk_str_is_text(tag);
}

/* false: malformed, or no memory. */
static bool read_replaced(tusk_arena *arena, const json_t *list, const tusk_replaced **out,
                          size_t *count)
{
    *count = json_array_size(list);
    tusk_replaced *items = TUSK_NEW_ARRAY(arena, tusk_replaced, *count);
    if (!items || (list && !json_is_array(list))) return false;
    for (size_t i = 0; i < *count; i++) {
        const json_t *value = json_array_get(list, i), *when = json_object_get(value, "when");
        const char *tag = json_string_value(json_object_get(value, "tag"));
        const char *hash = json_string_value(json_object_get(value, "hash"));
        if (!tag || !hash || !is_when(when)) return false;
        items[i].tag = tusk_arena_str(arena, tusk_str_of(tag));
        items[i].hash = tusk_arena_str(arena, tusk_str_of(hash));
        items[i].when =
            json_is_integer(when) ? json_integer_value(when) : (int64_t)json_number_value(when);
        if (!items[i].tag.ptr || !items[i].hash.ptr ||
            !read_replaced(arena, json_object_get(value, "replaces"), &items[i].replaces,
                           &items[i].count)) {
            return false;
        }
    }
    *out = items;
    return true;
}

static tusk_status read_entry(tusk_arena *arena, const char *path, const json_t *value,
                              size_t number, tusk_journal *out, tusk_error *err)
{
    const json_t *idx = json_object_get(value, "idx"), *when = json_object_get(value, "when");
    const json_t *tag = json_object_get(value, "tag");
    if (!json_is_integer(idx) || json_integer_value(idx) < 0 || json_integer_value(idx) > 1000000 ||
        !is_when(when) || !json_is_string(tag)) {
        return tusk_fail(
            err, TUSK_INVALID,
            "%s: entry %zu needs \"idx\" and \"when\" as numbers and \"tag\" as a text", path,
            number);
    }
    tusk_journal_entry entry = { .idx = (int)json_integer_value(idx),
                                 .when = (int64_t)json_number_value(when) };
    if (json_is_integer(when)) entry.when = json_integer_value(when);
    entry.tag = tusk_arena_str(arena, tusk_str_of(json_string_value(tag)));
    if (!entry.tag.ptr) return tusk_fail_nomem(err, "the journal");
    if (!is_tag(entry.tag)) {
        return tusk_fail(err, TUSK_INVALID, "%s: the tag of entry %zu is not a file name", path,
                         number);
    }
    if (!read_replaced(arena, json_object_get(value, "replaces"), &entry.replaces,
                       &entry.replaced)) {
        if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the journal");
        return tusk_fail(err, TUSK_INVALID, "%s: \"replaces\" of entry %zu is malformed", path,
                         number);
    }
    for (size_t i = 0; i < out->entries.count; i++) {
        if (!tusk_str_eq(out->entries.items[i].tag, entry.tag)) continue;
        return tusk_fail(err, TUSK_INVALID, "%s: \"%.*s\" is listed twice", path,
                         TUSK_STR_ARG(entry.tag));
    }
    return tusk_vec_push(arena, &out->entries, entry) ? TUSK_OK
                                                      : tusk_fail_nomem(err, "the journal");
}

static tusk_status read_entries(tusk_arena *arena, const char *path, const json_t *root,
                                tusk_journal *out, tusk_error *err)
{
    const json_t *entries = json_object_get(root, "entries");
    const char *dialect = json_string_value(json_object_get(root, "dialect"));
    if (!json_is_array(entries)) {
        return tusk_fail(err, TUSK_INVALID, "%s: \"entries\" must be a list", path);
    }
    if (dialect && strcmp(dialect, "postgresql") != 0 && strcmp(dialect, "pg") != 0) {
        return tusk_fail(err, TUSK_INVALID, "%s: these migrations are for \"%s\", not postgresql",
                         path, dialect);
    }
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < json_array_size(entries); i++) {
        st = read_entry(arena, path, json_array_get(entries, i), i + 1, out, err);
    }
    return st;
}

/* A file where the folder should be would only be told by the operating system, much later. */
static tusk_status refuse_file(const char *folder, tusk_error *err)
{
    struct stat st;
    if (stat(folder, &st) != 0 || S_ISDIR(st.st_mode)) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "%s is a file, not a folder of migrations", folder);
    tusk_error_hint(err, "Name the folder that holds the .sql files and meta/.");
    return TUSK_INVALID;
}

tusk_status tusk_journal_missing(const char *folder, tusk_error *err)
{
    if (refuse_file(folder, err) != TUSK_OK) return TUSK_INVALID;
    if (tusk_file_exists(folder)) {
        tusk_fail(err, TUSK_INVALID, "there is no journal %s/meta/_journal.json", folder);
    } else {
        tusk_fail(err, TUSK_INVALID, "there is no folder %s", folder);
    }
    tusk_error_hint(err,
                    "Name the folder of migrations, or make the first one with `tusk generate`.");
    return TUSK_INVALID;
}

tusk_status tusk_journal_read(tusk_arena *arena, const char *folder, tusk_journal *out,
                              tusk_error *err)
{
    *out = (tusk_journal){ .text = TUSK_STR(EMPTY_JOURNAL) };
    tusk_str path = journal_path(arena, folder);
    if (!path.ptr) return tusk_fail_nomem(err, "the journal");
    if (!tusk_file_exists(path.ptr)) return refuse_file(folder, err);
    tusk_status st = tusk_file_read(arena, path.ptr, JOURNAL_MAX, &out->text, err);
    if (st != TUSK_OK) return st;
    out->exists = true;
    json_t *root = NULL;
    st = tusk_json_parse(path.ptr, out->text, &root, err);
    if (st == TUSK_INVALID && memmem(out->text.ptr, out->text.len, "<<<<<<< ", 8)) {
        tusk_error_hint(err, "Two branches each added a migration: `tusk rebase TAG` resolves the "
                             "conflict; TAG is the first one of your branch.");
    } else if (st == TUSK_INVALID) {
        tusk_error_hint(err, "Bring it back from version control.");
    }
    if (st == TUSK_OK) st = read_entries(arena, path.ptr, root, out, err);
    json_decref(root);
    return st;
}

static json_t *entry_json(const tusk_journal_entry *entry, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set(out, "idx", json_integer(entry->idx), failed);
    tusk_json_set_str(out, "version", TUSK_STR("7"), failed);
    tusk_json_set(out, "when", json_integer(entry->when), failed);
    tusk_json_set_str(out, "tag", entry->tag, failed);
    tusk_json_set(out, "breakpoints", json_true(), failed);
    return out;
}

tusk_status tusk_journal_append(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                                const tusk_journal_entry *entry, tusk_str *out, tusk_error *err)
{
    json_t *root = NULL;
    bool failed = false;
    tusk_str path = journal_path(arena, folder);
    if (!path.ptr) return tusk_fail_nomem(err, "the journal");
    tusk_status st = tusk_json_parse(path.ptr, journal->text, &root, err);
    if (st != TUSK_OK) return st;
    tusk_json_push(json_object_get(root, "entries"), entry_json(entry, &failed), &failed);
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, JOURNAL_MAX);
    tusk_json_add_pretty(&buf, root);
    json_decref(root);
    return failed ? tusk_fail_nomem(err, "the journal") : tusk_buf_finish(&buf, out, err);
}
