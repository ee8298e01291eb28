/* merge.c - three values become one: what one branch changed is applied to what the other made */
#include "src/migrate/merge.h"

#include "src/model/json.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)64 << 20)

/* ---- conflict markers ---- */

static bool is_marker(tusk_str line, const char *marker)
{
    return tusk_str_starts(line, tusk_str_of(marker)) &&
           (line.len == 7 || line.ptr[7] == ' ' || line.ptr[7] == '\r');
}

typedef enum place { BOTH, IN_OURS, IN_BASE, IN_THEIRS } place;

/* Where the lines after this one belong; false for a marker that does not fit there. */
static bool follow(place *at, tusk_str line, bool *marker)
{
    *marker = true;
    if (is_marker(line, "<<<<<<<")) return *at == BOTH && (*at = IN_OURS, true);
    if (*at == IN_OURS && is_marker(line, "|||||||")) return (*at = IN_BASE, true);
    if (is_marker(line, "=======")) {
        return (*at == IN_OURS || *at == IN_BASE) && (*at = IN_THEIRS, true);
    }
    if (is_marker(line, ">>>>>>>")) return *at == IN_THEIRS && (*at = BOTH, true);
    *marker = false;
    return true;
}

tusk_status tusk_merge_sides(tusk_arena *arena, const char *file, tusk_str text,
                             tusk_str out[TUSK_SIDES], tusk_error *err)
{
    tusk_buf sides[TUSK_SIDES];
    place at = BOTH;
    bool first = true, fits = true, marker = false;
    for (int i = 0; i < TUSK_SIDES; i++) tusk_buf_init_in(&sides[i], arena, TEXT_MAX);
    for (tusk_str rest = text; rest.ptr && fits; first = false) {
        tusk_str line = tusk_str_cut(&rest, '\n');
        fits = follow(&at, line, &marker);
        for (int i = 0; i < TUSK_SIDES && !marker; i++) {
            bool here = at == BOTH || at == (i == TUSK_OURS ? IN_OURS : IN_THEIRS);
            if (!here) continue;
            if (!first) tusk_buf_add_char(&sides[i], '\n');
            tusk_buf_add(&sides[i], line);
        }
    }
    if (!fits || at != BOTH) {
        return tusk_fail(err, TUSK_INVALID, "%s: the conflict markers do not fit together", file);
    }
    tusk_status st = TUSK_OK;
    for (int i = 0; st == TUSK_OK && i < TUSK_SIDES; i++) {
        st = tusk_buf_finish(&sides[i], &out[i], err);
    }
    return st;
}

/* ---- values ---- */

typedef struct merging {
    tusk_arena *arena;
    tusk_error *err;
    tusk_str path; /* of what is looked at: "tables public.teams columns" */
} merging;

static tusk_status merge_value(merging *m, json_t *before, json_t *after, json_t *onto, int depth,
                               json_t **out);

static bool same(const json_t *a, const json_t *b)
{
    if (!a || !b) return a == b;
    return json_equal(a, b);
}

static tusk_status merge_key(merging *m, const char *key, json_t *before, json_t *after,
                             json_t *onto, int depth, json_t *out)
{
    json_t *value = NULL;
    bool failed = false;
    tusk_str path = m->path;
    m->path = tusk_arena_printf(m->arena, "%.*s%s%s", TUSK_STR_ARG(path), path.len ? " " : "", key);
    if (!m->path.ptr) return tusk_fail_nomem(m->err, "a snapshot");
    tusk_status st = merge_value(m, json_object_get(before, key), json_object_get(after, key),
                                 json_object_get(onto, key), depth - 1, &value);
    m->path = path;
    if (st == TUSK_OK && value) tusk_json_set(out, key, value, &failed);
    return failed ? tusk_fail_nomem(m->err, "a snapshot") : st;
}

/* Members in the order of `onto`, then what is new. */
static tusk_status merge_members(merging *m, json_t *before, json_t *after, json_t *onto, int depth,
                                 json_t **out)
{
    const char *key = NULL;
    json_t *value = NULL, *made = json_object();
    tusk_status st = TUSK_OK;
    json_object_foreach(onto, key, value)
    {
        if (st == TUSK_OK) st = merge_key(m, key, before, after, onto, depth, made);
    }
    json_object_foreach(after, key, value)
    {
        if (st != TUSK_OK || json_object_get(onto, key)) continue;
        st = merge_key(m, key, before, after, onto, depth, made);
    }
    if (st == TUSK_OK) {
        *out = made;
    } else {
        json_decref(made);
    }
    return st;
}

/* `depth`: how many levels down are still collections of things. */
static tusk_status merge_value(merging *m, json_t *before, json_t *after, json_t *onto, int depth,
                               json_t **out)
{
    json_t *chosen = same(before, after) ? onto : after;
    if (same(before, after) || same(before, onto)) {
        *out = chosen ? json_deep_copy(chosen) : NULL;
        return chosen && !*out ? tusk_fail_nomem(m->err, "a snapshot") : TUSK_OK;
    }
    bool all = json_is_object(before) && json_is_object(after) && json_is_object(onto);
    if (depth > 0 && all) return merge_members(m, before, after, onto, depth, out);
    tusk_fail(m->err, TUSK_INVALID, "both branches change the same thing: %.*s",
              TUSK_STR_ARG(m->path));
    tusk_error_hint(m->err, "Remove the migration of your branch with its snapshot and its entry "
                            "in the journal, and generate it again on top of the other one.");
    return TUSK_INVALID;
}

/* A collection is not missing where it is empty. */
static json_t *member(json_t *snapshot, const char *key)
{
    json_t *value = json_object_get(snapshot, key);
    return value ? json_incref(value) : json_object();
}

tusk_status tusk_merge_snapshot(tusk_arena *arena, json_t *before, json_t *after, json_t *onto,
                                json_t **out, tusk_error *err)
{
    /* how deep each is: tables, then what a table has, then its columns and indexes */
    static const struct {
        const char *name;
        int depth;
    } parts[] = { { "tables", 3 }, { "enums", 1 }, { "schemas", 1 }, { "sequences", 1 },
                  { "roles", 1 },  { "views", 1 }, { "policies", 1 } };
    merging m = { .arena = arena, .err = err };
    tusk_status st = TUSK_OK;
    bool failed = false;
    *out = json_copy(onto);
    if (!*out) return tusk_fail_nomem(err, "a snapshot");
    json_object_del(*out, "internal"); /* of a pulled one: it speaks of columns as they were */
    for (size_t i = 0; st == TUSK_OK && i < sizeof parts / sizeof *parts; i++) {
        json_t *values[] = { member(before, parts[i].name), member(after, parts[i].name),
                             member(onto, parts[i].name) };
        json_t *merged = NULL;
        m.path = tusk_str_of(parts[i].name);
        st = merge_value(&m, values[0], values[1], values[2], parts[i].depth, &merged);
        if (st == TUSK_OK && merged) tusk_json_set(*out, parts[i].name, merged, &failed);
        for (int j = 0; j < 3; j++) json_decref(values[j]);
    }
    if (st == TUSK_OK && failed) st = tusk_fail_nomem(err, "a snapshot");
    if (st == TUSK_OK) return TUSK_OK;
    json_decref(*out);
    *out = NULL;
    return st;
}

/* ---- the file beside a snapshot ---- */

/* Lists of things that have names: they are merged thing by thing, as members of an object. */
static const char *const named_lists[] = { "extensions", "domains", "composites", "routines",
                                           "comments" };
static const char *const table_lists[] = { "partitions", "exclusions" };
#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *text_of(const json_t *item, const char *key)
{
    const char *text = json_string_value(json_object_get(item, key));
    return text ? text : "";
}

/* {"public.one": {...}} of [{"schema": "public", "name": "one"}] */
static json_t *by_name(tusk_arena *arena, const json_t *list, bool *failed)
{
    json_t *out = json_object(), *item = NULL;
    size_t i = 0;
    json_array_foreach(list, i, item)
    {
        tusk_str key =
            tusk_arena_printf(arena, "%s%s.%s.%s", text_of(item, "on"), text_of(item, "schema"),
                              text_of(item, "table"), text_of(item, "name"));
        if (key.ptr && json_object_get(out, key.ptr)) { /* a function that is there twice */
            key = tusk_arena_printf(arena, "%s(%s)", key.ptr, text_of(item, "statement"));
        }
        if (!key.ptr) *failed = true;
        if (!*failed) tusk_json_set(out, key.ptr, json_incref(item), failed);
    }
    return out;
}

static json_t *as_list(const json_t *named, bool *failed)
{
    json_t *out = json_array(), *item = NULL;
    const char *key = NULL;
    json_object_foreach((json_t *)named, key, item)
    {
        tusk_json_push(out, json_incref(item), failed);
    }
    return out;
}

static void turn_lists(tusk_arena *arena, json_t *object, const char *const *keys, size_t count,
                       bool to_names, bool *failed)
{
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(object, keys[i]);
        if (to_names ? !json_is_array(value) : !json_is_object(value)) continue;
        tusk_json_set(object, keys[i],
                      to_names ? by_name(arena, value, failed) : as_list(value, failed), failed);
    }
}

/* A copy with its lists as objects, or the other way round; NULL without memory. */
static json_t *turned(tusk_arena *arena, const json_t *extra, bool to_names)
{
    bool failed = false;
    json_t *out = extra ? json_deep_copy(extra) : json_object(), *table = NULL;
    const char *key = NULL;
    turn_lists(arena, out, named_lists, COUNT(named_lists), to_names, &failed);
    json_object_foreach(json_object_get(out, "tables"), key, table)
    {
        turn_lists(arena, table, table_lists, COUNT(table_lists), to_names, &failed);
    }
    if (out && !failed) return out;
    json_decref(out);
    return NULL;
}

/* A section that is missing is empty, so that both branches can begin it. */
static void fill_sections(json_t *extra, bool *failed)
{
    if (!json_object_get(extra, "tables")) {
        tusk_json_set(extra, "tables", json_object(), failed);
    }
    for (size_t i = 0; i < COUNT(named_lists); i++) {
        if (json_object_get(extra, named_lists[i])) continue;
        tusk_json_set(extra, named_lists[i], json_object(), failed);
    }
}

static void drop_empty(json_t *extra)
{
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(extra, next, key, value)
    {
        bool empty = json_is_array(value) ? json_array_size(value) == 0
                                          : json_is_object(value) && json_object_size(value) == 0;
        if (empty) json_object_del(extra, key);
    }
}

tusk_status tusk_merge_extra(tusk_arena *arena, json_t *before, json_t *after, json_t *onto,
                             json_t **out, tusk_error *err)
{
    enum { SIDES = 3, DEPTH = 4 };
    merging m = { .arena = arena, .err = err };
    const json_t *given[SIDES] = { before, after, onto };
    json_t *sides[SIDES] = { 0 }, *merged = NULL;
    bool failed = false;
    tusk_status st = TUSK_OK;
    *out = NULL;
    for (int i = 0; i < SIDES; i++) {
        sides[i] = turned(arena, given[i], true);
        if (sides[i]) fill_sections(sides[i], &failed);
        failed = failed || !sides[i];
    }
    if (failed) st = tusk_fail_nomem(err, "what a snapshot cannot say");
    if (st == TUSK_OK) st = merge_value(&m, sides[0], sides[1], sides[2], DEPTH, &merged);
    if (st == TUSK_OK) {
        *out = turned(arena, merged, false);
        if (!*out) st = tusk_fail_nomem(err, "what a snapshot cannot say");
        if (*out) drop_empty(*out);
    }
    for (int i = 0; i < SIDES; i++) json_decref(sides[i]);
    json_decref(merged);
    return st;
}
