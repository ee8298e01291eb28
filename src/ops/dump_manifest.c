/* dump_manifest.c - PATH.manifest.json: what a backup holds and the hash of every byte of it, with
 * a checksum of its own */
#include <stdio.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include "src/model/json.h"
#include "src/ops/dump.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define MANIFEST_MAX    ((size_t)128 << 20)
#define MANIFEST_FORMAT 1

static const char *const formats[] = { "", "custom", "plain", "gzip", "directory", NULL };
static const char *const contents[] = { "whole", "schema", "data", NULL };

static tusk_str path_of(tusk_arena *arena, tusk_str path)
{
    return tusk_arena_printf(arena, "%.*s%s", TUSK_STR_ARG(path), TUSK_DUMP_MANIFEST);
}

/* ---- writing ---- */

static json_t *table_list(const tusk_backup *backup, bool *failed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < backup->table_count; i++) {
        json_t *item = json_object();
        tusk_json_set_str(item, "name", backup->tables[i].name, failed);
        tusk_json_set(item, "rows", json_integer(backup->tables[i].rows), failed);
        tusk_json_push(list, item, failed);
    }
    return list;
}

static json_t *name_list(const tusk_backup *backup, bool *failed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < backup->chosen_count; i++)
        tusk_json_push(list, json_stringn(backup->chosen[i].ptr, backup->chosen[i].len), failed);
    return list;
}

static json_t *file_list(const tusk_manifest *manifest, bool *failed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < manifest->file_count; i++) {
        json_t *item = json_object();
        tusk_json_set_str(item, "name", manifest->files[i].name, failed);
        tusk_json_set(item, "size", json_integer(manifest->files[i].size), failed);
        tusk_json_set_str(item, "sha256", manifest->files[i].sha256, failed);
        tusk_json_push(list, item, failed);
    }
    return list;
}

/* SHA-256 of the canonical text without the checksum itself. "no text" when that failed. */
static tusk_str checksum_of(tusk_arena *arena, const json_t *root)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    tusk_buf canonical, hex;
    json_t *copy = json_copy((json_t *)(uintptr_t)root); /* shallow, root is not changed */
    if (!copy) return (tusk_str){ 0, 0 };
    json_object_del(copy, "checksum");
    tusk_buf_init(&canonical, MANIFEST_MAX);
    tusk_json_add_canonical(&canonical, copy);
    json_decref(copy);
    tusk_str text = tusk_buf_str(&canonical);
    bool done =
        !canonical.failed && EVP_Digest(text.ptr, text.len, digest, &size, EVP_sha256(), NULL) == 1;
    tusk_buf_clear(&canonical);
    if (!done) return (tusk_str){ 0, 0 };
    tusk_buf_init_in(&hex, arena, 2 * EVP_MAX_MD_SIZE + 1);
    for (unsigned int i = 0; i < size; i++) tusk_buf_printf(&hex, "%02x", digest[i]);
    return hex.failed ? (tusk_str){ 0, 0 } : tusk_buf_str(&hex);
}

static json_t *manifest_json(tusk_arena *arena, const tusk_manifest *manifest, bool *failed)
{
    const tusk_backup *b = &manifest->backup;
    json_t *root = json_object();
    if (!root) {
        *failed = true;
        return NULL;
    }
    tusk_json_set(root, "tusk_backup", json_integer(MANIFEST_FORMAT), failed);
    tusk_json_set_str(root, "made", tusk_str_of(TUSK_TIME_TEXT(b->made)), failed);
    tusk_json_set(root, "made_us", json_integer(b->made.us), failed);
    tusk_json_set_str(root, "format", tusk_str_of(formats[b->format]), failed);
    tusk_json_set_str(root, "content", tusk_str_of(contents[b->content]), failed);
    tusk_json_set(root, "chosen", name_list(b, failed), failed);
    tusk_json_set_str(root, "database", b->database, failed);
    tusk_json_set_str(root, "server_version", b->server_version, failed);
    tusk_json_set_str(root, "tool", b->tool, failed);
    tusk_json_set(root, "tool_major", json_integer(b->tool_major), failed);
    tusk_json_set_str(root, "encoding", b->encoding, failed);
    tusk_json_set_str(root, "collate", b->collate, failed);
    tusk_json_set_str(root, "ctype", b->ctype, failed);
    tusk_json_set_str(root, "locale_provider", b->locale_provider, failed);
    tusk_json_set_str(root, "locale", b->locale, failed);
    tusk_json_set(root, "verified_us", json_integer(b->verified.us), failed);
    tusk_json_set(root, "tables", table_list(b, failed), failed);
    tusk_json_set(root, "files", file_list(manifest, failed), failed);
    tusk_str checksum = checksum_of(arena, root);
    if (!checksum.ptr) *failed = true;
    tusk_json_set_str(root, "checksum", checksum, failed);
    return root;
}

tusk_status tusk_manifest_write(tusk_arena *arena, const tusk_manifest *manifest, tusk_error *err)
{
    bool failed = false;
    tusk_buf text;
    json_t *root = manifest_json(arena, manifest, &failed);
    tusk_str path = path_of(arena, manifest->backup.path);
    if (failed || !path.ptr) {
        json_decref(root);
        return tusk_fail(err, TUSK_NOMEM,
                         "the manifest could not be made (out of memory, or a "
                         "name in it is not UTF-8)");
    }
    tusk_buf_init(&text, MANIFEST_MAX);
    tusk_json_add_pretty(&text, root);
    tusk_buf_add_char(&text, '\n');
    json_decref(root);
    tusk_str content;
    tusk_status st = tusk_buf_finish(&text, &content, err);
    if (st == TUSK_OK) st = tusk_file_replace(path.ptr, content, 0600, err);
    tusk_buf_clear(&text);
    return st;
}

/* ---- reading ---- */

typedef struct reading {
    tusk_arena *arena;
    const json_t *root;
    const char *wrong; /* the first member that is not as it has to be */
} reading;

static tusk_str text_at(reading *r, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value)) {
        if (!r->wrong) r->wrong = key;
        return TUSK_STR("");
    }
    return tusk_arena_str(r->arena,
                          (tusk_str){ json_string_value(value), json_string_length(value) });
}

static int64_t number_at(reading *r, const json_t *object, const char *key, int64_t min)
{
    const json_t *value = json_object_get(object, key);
    int64_t number = json_is_integer(value) ? json_integer_value(value) : INT64_MIN;
    if (number >= min) return number;
    if (!r->wrong) r->wrong = key;
    return min;
}

static int word_at(reading *r, const char *key, const char *const *words, int first)
{
    tusk_str text = text_at(r, r->root, key);
    for (int i = first; words[i]; i++)
        if (tusk_str_eq(text, tusk_str_of(words[i]))) return i;
    if (!r->wrong) r->wrong = key;
    return first;
}

/* Cuts "a name in double quotes" off the front, inner ones doubled. */
static bool cut_quoted(tusk_str *rest)
{
    size_t i = 1;
    if (rest->len < 3 || rest->ptr[0] != '"') return false;
    while (i < rest->len && (rest->ptr[i] != '"' || (i + 1 < rest->len && rest->ptr[i + 1] == '"')))
        i += rest->ptr[i] == '"' ? 2 : 1;
    if (i == 1 || i >= rest->len) return false;
    *rest = (tusk_str){ rest->ptr + i + 1, rest->len - i - 1 };
    return true;
}

/* "schema"."name" and nothing else: these names come to stand in SQL as they are. */
static bool is_full_name(tusk_str name)
{
    if (!cut_quoted(&name) || name.len == 0 || name.ptr[0] != '.') return false;
    name = (tusk_str){ name.ptr + 1, name.len - 1 };
    return cut_quoted(&name) && name.len == 0;
}

static void read_tables(reading *r, tusk_backup *out)
{
    const json_t *list = json_object_get(r->root, "tables");
    size_t count = json_array_size(list);
    tusk_backup_table *items = TUSK_NEW_ARRAY(r->arena, tusk_backup_table, count ? count : 1);
    if (!json_is_array(list) && !r->wrong) r->wrong = "tables";
    for (size_t i = 0; items && i < count; i++) {
        items[i].name = text_at(r, json_array_get(list, i), "name");
        items[i].rows = number_at(r, json_array_get(list, i), "rows", -1);
        if (!is_full_name(items[i].name)) r->wrong = "tables";
        if (items[i].rows > 0) out->rows += items[i].rows;
    }
    out->tables = items;
    out->table_count = count;
}

static void read_chosen(reading *r, tusk_backup *out)
{
    const json_t *list = json_object_get(r->root, "chosen");
    size_t count = json_array_size(list);
    tusk_str *items = TUSK_NEW_ARRAY(r->arena, tusk_str, count ? count : 1);
    if (!json_is_array(list) && !r->wrong) r->wrong = "chosen";
    for (size_t i = 0; items && i < count; i++) {
        const json_t *name = json_array_get(list, i);
        items[i] = tusk_arena_str(r->arena,
                                  (tusk_str){ json_string_value(name), json_string_length(name) });
        if (!is_full_name(items[i])) r->wrong = "chosen";
    }
    out->chosen = items;
    out->chosen_count = count;
}

/* A name of a file in a folder: nothing that leads out of it. */
static bool is_plain_name(tusk_str name)
{
    return !memchr(name.ptr, '/', name.len) && !memchr(name.ptr, '\0', name.len) &&
           !tusk_str_eq(name, TUSK_STR(".")) && !tusk_str_eq(name, TUSK_STR(".."));
}

static void read_files(reading *r, tusk_manifest *out)
{
    const json_t *list = json_object_get(r->root, "files");
    size_t count = json_array_size(list);
    tusk_dump_file *items = TUSK_NEW_ARRAY(r->arena, tusk_dump_file, count ? count : 1);
    bool is_folder = out->backup.format == TUSK_BACKUP_DIRECTORY;
    if ((count == 0 || (!is_folder && count != 1)) && !r->wrong) r->wrong = "files";
    for (size_t i = 0; items && i < count; i++) {
        const json_t *item = json_array_get(list, i);
        items[i].name = text_at(r, item, "name");
        items[i].size = number_at(r, item, "size", 0);
        items[i].sha256 = text_at(r, item, "sha256");
        out->backup.bytes += items[i].size;
        bool named = items[i].name.len > 0;
        if (named != is_folder || !is_plain_name(items[i].name) || items[i].sha256.len != 64)
            r->wrong = "files";
    }
    out->files = items;
    out->file_count = count;
}

static void read_members(reading *r, tusk_manifest *out)
{
    tusk_backup *b = &out->backup;
    b->has_manifest = true;
    b->format = (tusk_backup_format)word_at(r, "format", formats, 1);
    b->content = (tusk_backup_content)word_at(r, "content", contents, 0);
    read_chosen(r, b);
    b->database = text_at(r, r->root, "database");
    b->server_version = text_at(r, r->root, "server_version");
    b->tool = text_at(r, r->root, "tool");
    b->tool_major = (int)number_at(r, r->root, "tool_major", 1);
    b->encoding = text_at(r, r->root, "encoding");
    b->collate = text_at(r, r->root, "collate");
    b->ctype = text_at(r, r->root, "ctype");
    b->locale_provider = text_at(r, r->root, "locale_provider");
    b->locale = text_at(r, r->root, "locale");
    b->made.us = number_at(r, r->root, "made_us", 0);
    b->verified.us = number_at(r, r->root, "verified_us", 0);
    read_tables(r, b);
    read_files(r, out);
}

static tusk_status read_root(tusk_arena *arena, const char *path, const json_t *root,
                             tusk_manifest *out, tusk_error *err)
{
    reading r = { .arena = arena, .root = root };
    const json_t *version = json_object_get(root, "tusk_backup");
    if (json_integer_value(version) > MANIFEST_FORMAT)
        return tusk_fail(err, TUSK_INVALID, "%s was written by a newer version of Tusk", path);
    if (json_integer_value(version) != MANIFEST_FORMAT)
        return tusk_fail(err, TUSK_INVALID, "%s is no manifest of a backup", path);
    tusk_str told = text_at(&r, root, "checksum"), real = checksum_of(arena, root);
    if (!real.ptr) return tusk_fail_nomem(err, "a manifest");
    if (!tusk_str_eq(told, real))
        return tusk_fail(err, TUSK_INVALID,
                         "%s was changed after it had been written: its checksum is wrong", path);
    read_members(&r, out);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "a manifest");
    if (r.wrong) return tusk_fail(err, TUSK_INVALID, "%s: \"%s\" is malformed", path, r.wrong);
    return TUSK_OK;
}

/* Only a plain file: a pipe would hold its reader for ever, and a link leads to what may not be
 * told here. */
tusk_status tusk_manifest_read(tusk_arena *arena, const char *path, tusk_manifest *out,
                               tusk_error *err)
{
    tusk_str file = path_of(arena, tusk_str_of(path)), text;
    json_t *root = NULL;
    if (!file.ptr) return tusk_fail_nomem(err, "a manifest");
    if (!tusk_file_exists(file.ptr)) {
        tusk_fail(err, TUSK_NO_ROWS, "\"%s\" has no manifest", path);
        return TUSK_NO_ROWS;
    }
    *out = (tusk_manifest){ .backup.path = tusk_arena_str(arena, tusk_str_of(path)) };
    struct stat info;
    if (lstat(file.ptr, &info) == 0 && !S_ISREG(info.st_mode))
        return tusk_fail(err, TUSK_INVALID, "%s is no plain file", file.ptr);
    tusk_status st = tusk_file_read(arena, file.ptr, MANIFEST_MAX, &text, err);
    if (st == TUSK_OK) st = tusk_json_parse(file.ptr, text, &root, err);
    if (st == TUSK_OK) st = read_root(arena, file.ptr, root, out, err);
    json_decref(root);
    return st;
}

/* ---- comparing ---- */

static tusk_status damaged(const tusk_manifest *manifest, tusk_error *err, const char *format, ...)
    TUSK_PRINTF(3, 4);
static tusk_status damaged(const tusk_manifest *manifest, tusk_error *err, const char *format, ...)
{
    tusk_error own;
    va_list args;
    va_start(args, format);
    tusk_buf text;
    tusk_buf_init(&text, 1024);
    tusk_buf_vprintf(&text, format, args);
    va_end(args);
    tusk_fail(&own, TUSK_INVALID, "%s", tusk_buf_str(&text).ptr);
    tusk_buf_clear(&text);
    tusk_error_prefix(&own, "%s is damaged", manifest->backup.path.ptr);
    tusk_error_hint(&own, "Take another backup; this one is not what was written.");
    if (err) *err = own;
    return TUSK_INVALID;
}

static tusk_status compare_file(const tusk_manifest *manifest, const tusk_dump_file *told,
                                const tusk_dump_file *real, tusk_error *err)
{
    const char *in = told->name.len ? " in " : "";
    if (!tusk_str_eq(told->name, real->name))
        return damaged(manifest, err, "a file is missing or is too many (expected \"%.*s\")",
                       TUSK_STR_ARG(told->name));
    if (told->size != real->size)
        return damaged(manifest, err, "%lld bytes%s%.*s instead of %lld%s", (long long)real->size,
                       in, TUSK_STR_ARG(told->name), (long long)told->size,
                       real->size < told->size ? ": it is truncated" : "");
    if (!tusk_str_eq(told->sha256, real->sha256))
        return damaged(manifest, err, "the content%s%.*s was changed (SHA-256 differs)", in,
                       TUSK_STR_ARG(told->name));
    return TUSK_OK;
}

tusk_status tusk_manifest_check(tusk_arena *arena, const tusk_manifest *manifest, int stop_fd,
                                tusk_error *err)
{
    tusk_manifest real = { 0 };
    tusk_status st = tusk_dump_hash(arena, manifest->backup.path.ptr, false, stop_fd, &real, err);
    if (st != TUSK_OK) return st;
    if (real.file_count != manifest->file_count)
        return damaged(manifest, err, "%zu files instead of %zu", real.file_count,
                       manifest->file_count);
    for (size_t i = 0; st == TUSK_OK && i < real.file_count; i++)
        st = compare_file(manifest, &manifest->files[i], &real.files[i], err);
    return st;
}
