/* node.c - reading the parse tree, which libpg_query gives as JSON */
#include "src/lint/linter.h"
#include "tusk/quote.h"

#include "src/base/banned.h"

#define NAME_MAX_BYTES ((size_t)4096)

const char *tusk_node_kind(const json_t *node)
{
    void *at = json_object_iter((json_t *)node);
    return at ? json_object_iter_key(at) : "";
}

const json_t *tusk_node_body(const json_t *node)
{
    void *at = json_object_iter((json_t *)node);
    return at ? json_object_iter_value(at) : NULL;
}

tusk_str tusk_node_str(const json_t *body, const char *key)
{
    const json_t *value = json_object_get(body, key);
    if (!json_is_string(value)) return (tusk_str){ 0 };
    return (tusk_str){ json_string_value(value), json_string_length(value) };
}

bool tusk_node_is(const json_t *body, const char *key, const char *value)
{
    return tusk_str_eq(tusk_node_str(body, key), tusk_str_of(value));
}

bool tusk_node_true(const json_t *body, const char *key)
{
    return json_is_true(json_object_get(body, key));
}

int tusk_node_int(const json_t *body, const char *key)
{
    return (int)json_integer_value(json_object_get(body, key));
}

tusk_str tusk_node_text(const json_t *node)
{
    const json_t *body = tusk_node_body(node);
    tusk_str text = tusk_node_str(body, "sval");
    return text.ptr ? text : tusk_node_str(body, "str");
}

tusk_str tusk_node_last(const json_t *list)
{
    size_t count = json_array_size(list);
    return count > 0 ? tusk_node_text(json_array_get(list, count - 1)) : (tusk_str){ 0 };
}

bool tusk_node_option(const json_t *list, const char *name)
{
    TUSK_EACH_NODE(list, node)
    {
        const json_t *body = tusk_node_body(node);
        /* VACUUM (FULL false) says that it is not */
        bool off = tusk_str_eq(tusk_node_text(json_object_get(body, "arg")), TUSK_STR("false"));
        if (tusk_node_is(body, "defname", name)) return !off;
    }
    return false;
}

static tusk_lint_target target(tusk_linter *l, tusk_str schema, tusk_str name)
{
    tusk_lint_target out = { .plain = tusk_arena_str(l->arena, name) };
    tusk_buf buf;
    tusk_buf_init_in(&buf, l->arena, NAME_MAX_BYTES);
    if (schema.len > 0) tusk_quote_name(&buf, schema);
    if (schema.len > 0) tusk_buf_add_char(&buf, '.');
    tusk_quote_name(&buf, name);
    if (tusk_buf_finish(&buf, &out.sql, NULL) != TUSK_OK) tusk_lint_nomem(l);
    if (schema.len == 0) schema = TUSK_STR("public");
    out.name = tusk_arena_printf(l->arena, "%.*s.%.*s", TUSK_STR_ARG(schema), TUSK_STR_ARG(name));
    if (!out.name.ptr || !out.plain.ptr) tusk_lint_nomem(l);
    out.fresh = out.name.ptr && tusk_map_has(&l->fresh, out.name);
    return out;
}

tusk_lint_target tusk_lint_target_of(tusk_linter *l, const json_t *range)
{
    tusk_lint_target out =
        target(l, tusk_node_str(range, "schemaname"), tusk_node_str(range, "relname"));
    if (tusk_node_is(range, "relpersistence", "t")) out.fresh = true;
    return out;
}

tusk_lint_target tusk_lint_target_named(tusk_linter *l, const json_t *names)
{
    if (json_is_object(names)) names = json_object_get(tusk_node_body(names), "items");
    size_t count = json_array_size(names);
    tusk_str schema = { 0 };
    if (count > 1) schema = tusk_node_text(json_array_get(names, count - 2));
    return target(l, schema, tusk_node_last(names));
}

tusk_str tusk_lint_key(tusk_linter *l, const tusk_lint_target *target, tusk_str member)
{
    tusk_str key =
        tusk_arena_printf(l->arena, "%.*s.%.*s", TUSK_STR_ARG(target->name), TUSK_STR_ARG(member));
    if (!key.ptr) tusk_lint_nomem(l);
    return key;
}
