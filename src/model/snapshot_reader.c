/* snapshot_reader.c - the members of a snapshot's objects, one at a time */
#include "src/model/snapshot_reader.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)

void tusk_reader_wrong(tusk_reader *r, const char *key, const char *must)
{
    if (r->status != TUSK_OK) return;
    r->status = tusk_fail(r->err, TUSK_INVALID, "%s: \"%s\" of %s must be %s", r->file, key,
                          r->where, must);
}

tusk_str tusk_reader_copy(tusk_reader *r, const json_t *value)
{
    return tusk_arena_str(r->arena,
                          (tusk_str){ json_string_value(value), json_string_length(value) });
}

tusk_str tusk_reader_optional(tusk_reader *r, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value) return (tusk_str){ 0 };
    if (!json_is_string(value)) {
        tusk_reader_wrong(r, key, "a text");
        return (tusk_str){ 0 };
    }
    return tusk_reader_copy(r, value);
}

tusk_str tusk_reader_required(tusk_reader *r, const json_t *object, const char *key)
{
    tusk_str text = tusk_reader_optional(r, object, key);
    if (!text.ptr) tusk_reader_wrong(r, key, "a text");
    return text;
}

tusk_str tusk_reader_or(tusk_str text, const char *fallback)
{
    return text.ptr ? text : tusk_str_of(fallback);
}

bool tusk_reader_flag(tusk_reader *r, const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    if (!value) return fallback;
    if (!json_is_boolean(value)) tusk_reader_wrong(r, key, "true or false");
    return json_is_true(value);
}

json_t *tusk_reader_map(tusk_reader *r, const json_t *object, const char *key, bool needed)
{
    json_t *value = json_object_get(object, key);
    if (!value && !needed) return NULL;
    if (!json_is_object(value)) {
        tusk_reader_wrong(r, key, "an object");
        return NULL;
    }
    return value;
}

tusk_names tusk_reader_list(tusk_reader *r, const json_t *object, const char *key)
{
    tusk_names names = { 0 };
    const json_t *array = json_object_get(object, key);
    if (!json_is_array(array)) tusk_reader_wrong(r, key, "a list of texts");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item)) tusk_reader_wrong(r, key, "a list of texts");
        tusk_vec_push(r->arena, &names, tusk_reader_copy(r, item));
    }
    return names;
}

tusk_str tusk_reader_canonical(tusk_reader *r, const json_t *value)
{
    if (!value || (json_is_object(value) && json_object_size(value) == 0)) return TUSK_STR("{}");
    tusk_buf buf;
    tusk_str text = TUSK_STR("{}");
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    tusk_json_add_canonical(&buf, value);
    if (tusk_buf_finish(&buf, &text, r->err) != TUSK_OK) r->status = TUSK_NOMEM;
    return text;
}
