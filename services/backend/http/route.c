/* route.c - from method and path to an entry of a table; the most literal pattern wins, whatever
 * the order of the table */
#include "services/backend/http/http.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

/* Matches one path. `shape` tells how literal the match is: one bit a segment, from the left, set
 * when it is literal. */
static bool match_path(const char *pattern, tusk_str path, http_match *match, uint32_t *shape)
{
    tusk_str want = tusk_str_of(pattern), have = path;
    match->param_count = 0;
    *shape = 0;
    while (want.ptr && have.ptr) {
        tusk_str w = tusk_str_cut(&want, '/'), h = tusk_str_cut(&have, '/');
        bool is_param = w.len > 0 && w.ptr[0] == ':';
        *shape = *shape << 1 | !is_param;
        if (!is_param) {
            if (!tusk_str_eq(w, h)) return false;
            continue;
        }
        if (h.len == 0 || match->param_count == sizeof match->params / sizeof match->params[0])
            return false;
        match->params[match->param_count++] = (http_pair){ { w.ptr + 1, w.len - 1 }, h };
    }
    return !want.ptr && !have.ptr;
}

static bool method_fits(const char *pattern, tusk_str method)
{
    if (tusk_str_eq(tusk_str_of(pattern), method)) return true;
    return tusk_str_eq(method, TUSK_STR("HEAD")) && strcmp(pattern, "GET") == 0;
}

static bool is_listed(tusk_str list, const char *method)
{
    for (tusk_str rest = list; rest.ptr;)
        if (tusk_str_eq(tusk_str_trim(tusk_str_cut(&rest, ',')), tusk_str_of(method))) return true;
    return false;
}

static void allow(tusk_buf *list, const char *method)
{
    if (is_listed(tusk_buf_str(list), method)) return;
    if (list->len > 0) tusk_buf_add(list, TUSK_STR(", "));
    tusk_buf_add_cstr(list, method);
}

http_match http_route(tusk_arena *arena, const void *table, size_t count, size_t stride,
                      tusk_str method, tusk_str path)
{
    http_match best = { .entry = -1 };
    uint32_t best_shape = 0;
    bool found = false;
    tusk_buf list;
    tusk_buf_init_in(&list, arena, 256);
    for (size_t i = 0; i < count; i++) {
        const http_pattern *pattern = (const void *)((const char *)table + i * stride);
        http_match match = { .entry = (int)i };
        uint32_t shape;
        if (!match_path(pattern->path, path, &match, &shape)) continue;
        best.path_known = true;
        allow(&list, pattern->method);
        if (!method_fits(pattern->method, method) || (found && shape <= best_shape)) continue;
        best = match;
        best.path_known = true;
        best_shape = shape;
        found = true;
    }
    best.allow = tusk_buf_str(&list);
    return best;
}
