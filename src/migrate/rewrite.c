/* rewrite.c - changing migrations that are there already */
#include "src/migrate/rewrite.h"

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
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_sql(r, tag));
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_snapshot(r, tag));
    tusk_vec_push(r->arena, &r->removes, tusk_rewrite_extra(r, tag));
}

static bool is_written(const tusk_rewrite *r, tusk_str path)
{
    for (size_t i = 0; i < r->writes.count; i++) {
        if (tusk_str_eq(r->writes.items[i].path, path)) return true;
    }
    return false;
}

tusk_status tusk_rewrite_apply(tusk_rewrite *r, const json_t *journal, tusk_error *err)
{
    tusk_str path = tusk_arena_printf(r->arena, "%s/meta/_journal.json", r->folder);
    tusk_str text = tusk_rewrite_text(r->arena, journal);
    if (tusk_arena_failed(r->arena) || !text.ptr) return tusk_fail_nomem(err, "the migrations");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < r->writes.count; i++) {
        const tusk_rewritten *one = &r->writes.items[i];
        st = tusk_file_replace(one->path.ptr, one->text, 0644, err);
    }
    if (st == TUSK_OK) st = tusk_file_replace(path.ptr, text, 0644, err);
    for (size_t i = 0; st == TUSK_OK && i < r->removes.count; i++) {
        if (!is_written(r, r->removes.items[i])) unlink(r->removes.items[i].ptr);
    }
    return st;
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
