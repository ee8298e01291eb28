/* pitr_info.c - what is in the repository: backups, how far the archive goes, which history */
#include <glob.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "src/base/vec.h"
#include "src/model/json.h"
#include "src/ops/pitr.h"

#include "src/base/banned.h"

#define US_PER_SECOND ((int64_t)1000000)

/* ---- pgbackrest info --output=json ---- */

static tusk_str text_of(tusk_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return tusk_arena_str(arena, tusk_str_of(text ? text : ""));
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool read_hex(tusk_str text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.len == 0 || text.len > 16) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                           : -1;
        if (digit < 0) return false;
        value = value << 4 | (uint64_t)digit;
    }
    *out = value;
    return true;
}

/* "0/3000050" */
static bool read_lsn(tusk_str text, uint64_t *out)
{
    uint64_t high = 0, low = 0;
    tusk_str rest = text, first = tusk_str_cut(&rest, '/');
    if (!rest.ptr || rest.len > 8 || !read_hex(first, &high) || !read_hex(rest, &low)) return false;
    *out = high << 32 | low;
    return true;
}

/* The first eight digits of a segment's or a history's name. */
static int timeline_of(tusk_str name)
{
    uint64_t number = 0;
    if (name.len < 8 || !read_hex((tusk_str){ name.ptr, 8 }, &number)) return 0;
    return number <= INT32_MAX ? (int)number : 0;
}

static bool read_backup(tusk_arena *arena, const json_t *from, tusk_pitr_backup *out)
{
    const json_t *times = json_object_get(from, "timestamp"), *info = json_object_get(from, "info");
    const json_t *lsn = json_object_get(from, "lsn"), *archive = json_object_get(from, "archive");
    *out = (tusk_pitr_backup){
        .label = text_of(arena, from, "label"),
        .type = text_of(arena, from, "type"),
        .start = { number_of(times, "start") * US_PER_SECOND },
        .end = { number_of(times, "stop") * US_PER_SECOND },
        .bytes = number_of(info, "size"),
        .stored = number_of(json_object_get(info, "repository"), "delta"),
        .timeline = timeline_of(text_of(arena, archive, "start")),
        .damaged = json_is_true(json_object_get(from, "error")),
    };
    return out->label.len && out->end.us > 0 && out->timeline > 0 &&
           read_lsn(text_of(arena, lsn, "stop"), &out->end_lsn);
}

static tusk_status read_backups(tusk_arena *arena, const json_t *stanza, int64_t database,
                                tusk_pitr_info *out, tusk_error *err)
{
    TUSK_VEC(tusk_pitr_backup) backups = { 0 };
    const json_t *list = json_object_get(stanza, "backup");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        tusk_pitr_backup backup;
        if (number_of(json_object_get(one, "database"), "id") != database) continue;
        if (!read_backup(arena, one, &backup))
            return tusk_fail(err, TUSK_INVALID, "pgbackrest describes backup %zu in another way",
                             i + 1);
        tusk_vec_push(arena, &backups, backup);
    }
    out->backups = backups.items;
    out->count = backups.count;
    return TUSK_OK;
}

static tusk_status read_stanza(tusk_arena *arena, const json_t *stanza, tusk_pitr_info *out,
                               tusk_error *err)
{
    const json_t *databases = json_object_get(stanza, "db");
    const json_t *archives = json_object_get(stanza, "archive");
    size_t count = json_array_size(databases);
    long long major = 0;
    if (count == 0) return TUSK_OK; /* no stanza yet */
    const json_t *newest = json_array_get(databases, count - 1);
    tusk_str version = text_of(arena, newest, "version");
    if (tusk_str_to_int(version, 1, 999, &major)) out->major = (int)major;
    for (size_t i = 0; i < json_array_size(archives); i++) {
        const json_t *one = json_array_get(archives, i);
        if (number_of(json_object_get(one, "database"), "id") != number_of(newest, "id")) continue;
        out->archive_id = text_of(arena, one, "id");
        out->last_segment = text_of(arena, one, "max");
    }
    return read_backups(arena, stanza, number_of(newest, "id"), out, err);
}

tusk_status tusk_pitr_info_parse(tusk_arena *arena, tusk_str json, tusk_pitr_info *out,
                                 tusk_error *err)
{
    json_t *root = NULL;
    *out = (tusk_pitr_info){ .timeline = 1, .history = TUSK_STR("") };
    out->archive_id = out->last_segment = TUSK_STR("");
    tusk_status st = tusk_json_parse("pgbackrest info", json, &root, err);
    if (st) return st;
    if (!json_is_array(root))
        st = tusk_fail(err, TUSK_INVALID, "pgbackrest info did not answer with a list");
    else
        st = read_stanza(arena, json_array_get(root, 0), out, err);
    json_decref(root);
    if (st == TUSK_OK && tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the backups");
    return st;
}

/* ---- histories ---- */

static tusk_status read_history(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_info *info,
                                tusk_error *err)
{
    if (info->timeline <= 1) return TUSK_OK;
    tusk_str path = tusk_arena_printf(arena, "archive/" TUSK_PITR_STANZA "/%.*s/%08X.history",
                                      TUSK_STR_ARG(info->archive_id), (unsigned)info->timeline);
    if (!path.ptr) return tusk_fail_nomem(err, "a history");
    const char *args[] = { path.ptr, NULL };
    return tusk_pitr_tool_run(arena, site, "repo-get", args, NULL, &info->history, err);
}

/* Each restore begins a history of its own, which stands in the archive under its number. */
static tusk_status find_newest(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_info *info,
                               tusk_error *err)
{
    tusk_str path = tusk_arena_printf(arena, "archive/" TUSK_PITR_STANZA "/%.*s",
                                      TUSK_STR_ARG(info->archive_id));
    tusk_str rest;
    if (!path.ptr) return tusk_fail_nomem(err, "a history");
    const char *args[] = { "--filter=^[0-9A-F]{8}[.]history$", path.ptr, NULL };
    tusk_status st = tusk_pitr_tool_run(arena, site, "repo-ls", args, NULL, &rest, err);
    while (st == TUSK_OK && rest.ptr) {
        int timeline = timeline_of(tusk_str_cut(&rest, '\n'));
        if (timeline > info->timeline) info->timeline = timeline;
    }
    return st;
}

tusk_status tusk_pitr_info_read(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_info *out,
                                tusk_error *err)
{
    const char *args[] = { "--output=json", NULL };
    tusk_str json;
    tusk_status st = tusk_pitr_tool_run(arena, site, "info", args, NULL, &json, err);
    if (st == TUSK_OK) st = tusk_pitr_info_parse(arena, json, out, err);
    if (st || out->archive_id.len == 0) return st;
    st = find_newest(arena, site, out, err);
    if (st == TUSK_OK && site->options->timeline > out->timeline)
        return tusk_fail(err, TUSK_INVALID, "there is no timeline %d: the newest is %d",
                         site->options->timeline, out->timeline);
    if (st == TUSK_OK && site->options->timeline > 0) out->timeline = site->options->timeline;
    return st ? st : read_history(arena, site, out, err);
}

/* Lines "1<tab>0/3000000<tab>reason": where the older histories were left. */
bool tusk_pitr_info_leads(const tusk_pitr_info *info, const tusk_pitr_backup *backup)
{
    if (backup->timeline == info->timeline) return true;
    tusk_str rest = info->history;
    while (rest.ptr) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n'));
        tusk_str number = tusk_str_cut(&line, '\t');
        long long timeline = 0;
        uint64_t left = 0;
        if (!line.ptr || !tusk_str_to_int(number, 1, INT32_MAX, &timeline)) continue;
        if (timeline != backup->timeline || !read_lsn(tusk_str_cut(&line, '\t'), &left)) continue;
        return backup->end_lsn <= left;
    }
    return false;
}

/* Its time is cut to whole seconds: it may have ended in any moment of that one. */
tusk_time tusk_pitr_info_first(const tusk_pitr_backup *backup)
{
    return (tusk_time){ backup->end.us + US_PER_SECOND };
}

const tusk_pitr_backup *tusk_pitr_info_choose(const tusk_pitr_info *info, tusk_time moment)
{
    for (size_t i = info->count; i-- > 0;) {
        const tusk_pitr_backup *backup = &info->backups[i];
        if (tusk_pitr_info_first(backup).us > moment.us) continue;
        if (tusk_pitr_info_leads(info, backup)) return backup;
    }
    return NULL;
}

tusk_time tusk_pitr_info_oldest(const tusk_pitr_info *info)
{
    for (size_t i = 0; i < info->count; i++)
        if (tusk_pitr_info_leads(info, &info->backups[i]))
            return tusk_pitr_info_first(&info->backups[i]);
    return (tusk_time){ 0 };
}

/* Its files are not written again: their time is when they came. */
tusk_time tusk_pitr_info_newest(tusk_arena *arena, const tusk_pitr_site *site,
                                const tusk_pitr_info *info)
{
    tusk_time newest = { 0 };
    struct stat file;
    glob_t found = { 0 };
    if (info->last_segment.len < 24) return newest;
    tusk_str pattern = tusk_arena_printf(
        arena, "%s/repo/archive/" TUSK_PITR_STANZA "/%.*s/%.16s/%.*s-*", site->folder,
        TUSK_STR_ARG(info->archive_id), info->last_segment.ptr, TUSK_STR_ARG(info->last_segment));
    if (pattern.ptr && glob(pattern.ptr, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (stat(found.gl_pathv[i], &file) == 0)
                newest.us =
                    (int64_t)file.st_mtim.tv_sec * US_PER_SECOND + file.st_mtim.tv_nsec / 1000;
    globfree(&found);
    return newest;
}
