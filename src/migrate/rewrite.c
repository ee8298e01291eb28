/* rewrite.c - changing migrations that are there already */
#include "src/migrate/rewrite.h"

#include <errno.h>
#include <unistd.h>

#include "src/model/json.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)64 << 20)

tusk_str tusk_rewrite_sql(const tusk_rewrite *r, tusk_str tag)
{
    return tusk_arena_printf(r->arena, "%s/%.*s.sql", r->folder, TUSK_STR_ARG(tag));
}

tusk_str tusk_rewrite_snapshot(const tusk_rewrite *r, tusk_str tag)
{
    tusk_str prefix = tusk_tag_prefix(tag);
    return tusk_arena_printf(r->arena, "%s/meta/%.*s_snapshot.json", r->folder,
                             TUSK_STR_ARG(prefix));
}

tusk_str tusk_rewrite_extra(const tusk_rewrite *r, tusk_str tag)
{
    tusk_str prefix = tusk_tag_prefix(tag);
    return tusk_arena_printf(r->arena, "%s/meta/_%.*s_tusk.json", r->folder, TUSK_STR_ARG(prefix));
}

void tusk_rewrite_put(tusk_rewrite *r, tusk_str path, tusk_str text)
{
    tusk_vec_push(r->arena, &r->writes, (tusk_rewritten){ path, text });
}

void tusk_rewrite_remove(tusk_rewrite *r, tusk_str tag)
{
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_snapshot(r, tag));
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_extra(r, tag));
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_sql(r, tag));
}

static bool is_written(const tusk_rewrite *r, tusk_str path)
{
    for (size_t i = 0; i < r->writes.count; i++) {
        if (tusk_str_eq(r->writes.items[i].path, path)) return true;
    }
    return false;
}

static tusk_status write_journal(tusk_rewrite *r, const json_t *journal, tusk_error *err)
{
    tusk_str path = tusk_arena_printf(r->arena, "%s/meta/_journal.json", r->folder);
    tusk_str text = tusk_rewrite_text(r->arena, journal);
    if (!path.ptr || !text.ptr) return tusk_fail_nomem(err, "the migrations");
    return tusk_file_replace(path.ptr, text, 0644, err);
}

/* What cannot be removed is no part of the folder any more, but it is told. */
static tusk_status remove_all(const tusk_rewrite *r, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; i < r->removes.count; i++) {
        const char *path = r->removes.items[i].ptr;
        if (is_written(r, r->removes.items[i])) continue;
        if (unlink(path) == 0 || errno == ENOENT || st != TUSK_OK) continue;
        st = tusk_fail_errno(err, "%s was not removed", path);
    }
    return st;
}

tusk_status tusk_rewrite_apply(tusk_rewrite *r, const json_t *journal, tusk_error *err)
{
    if (tusk_arena_failed(r->arena)) return tusk_fail_nomem(err, "the migrations");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < r->writes.count; i++) {
        const tusk_rewritten *one = &r->writes.items[i];
        st = tusk_file_replace(one->path.ptr, one->text, 0644, err);
    }
    if (st == TUSK_OK && journal) st = write_journal(r, journal, err);
    return st == TUSK_OK ? remove_all(r, err) : st;
}

json_t *tusk_rewrite_replaced(const json_t *entry, tusk_str hash, bool *failed)
{
    json_t *out = json_object();
    json_t *before = json_object_get(entry, "replaces");
    tusk_json_set(out, "tag", json_copy(json_object_get(entry, "tag")), failed);
    tusk_json_set(out, "when", json_copy(json_object_get(entry, "when")), failed);
    tusk_json_set_str(out, "hash", hash, failed);
    if (before) tusk_json_set(out, "replaces", json_deep_copy(before), failed);
    return out;
}

tusk_str tusk_rewrite_text(tusk_arena *arena, const json_t *value)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    tusk_json_add_pretty(&buf, value);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}
