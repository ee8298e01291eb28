/* fuzz_json.c - JSON bodies: one that is taken is within its limits and equal after being written
 * and read; the rest is 400 with a sentence */
#include "services/backend/http/http.h"
#include "tests/fuzz/fuzz.h"

static int depth_of(const json_t *value)
{
    int deepest = 0;
    const json_t *item;
    size_t i;
    const char *key;
    json_array_foreach((json_t *)(uintptr_t)value, i, item)
    {
        int depth = depth_of(item);
        if (depth > deepest) deepest = depth;
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        int depth = depth_of(item);
        if (depth > deepest) deepest = depth;
    }
    return deepest + (json_is_array(value) || json_is_object(value));
}

static json_t *parse(tusk_arena *arena, tusk_str body, int *code, tusk_str *why)
{
    const http_pair type = { TUSK_STR("content-type"), TUSK_STR("application/json") };
    http_request request = { .arena = arena, .headers = &type, .header_count = 1, .body = body };
    return http_json_body(&request, code, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    int code = 0;
    tusk_str why = { 0 };
    json_t *value = parse(arena, fuzz_input(data, size), &code, &why);
    if (!value) {
        CLAIM(code == 400 && why.len > 0 && tusk_str_is_text(why), "a refusal says why");
    } else {
        CLAIM(depth_of(value) <= 32, "nesting is within its limit");
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        json_t *again = text ? parse(arena, tusk_str_of(text), &code, &why) : NULL;
        CLAIM(again && json_equal(value, again), "it is the same after being written and read");
        json_decref(again);
        free(text);
    }
    json_decref(value);
    tusk_arena_free(arena);
    return 0;
}
