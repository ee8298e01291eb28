/* snapshot_write_objects.c - to a snapshot's JSON: sequences, roles, policies and views */
#include "src/model/snapshot_writer.h"

#include <stdint.h>
#include <stdlib.h>

#include "src/base/banned.h"

void tusk_snapshot_set_at(json_t *object, tusk_str key, json_t *value, bool *failed)
{
    tusk_json_set(object, key.ptr, value, failed);
}

json_t *tusk_snapshot_names_json(const tusk_names *names, bool *failed)
{
    json_t *array = json_array();
    for (size_t i = 0; i < names->count; i++) {
        tusk_json_push(array, json_stringn(names->items[i].ptr, names->items[i].len), failed);
    }
    return array;
}

tusk_str tusk_snapshot_full_name(tusk_arena *arena, tusk_str schema, tusk_str name, bool *failed)
{
    tusk_str full = tusk_arena_printf(arena, "%.*s.%.*s",
                                      TUSK_STR_ARG(schema.len > 0 ? schema : TUSK_STR("public")),
                                      TUSK_STR_ARG(name));
    if (!full.ptr) *failed = true;
    return full.ptr ? full : TUSK_STR("");
}

static void set_optional(json_t *out, const char *key, tusk_str text, bool *failed)
{
    if (text.ptr) tusk_json_set_str(out, key, text, failed);
}

static json_t *sequence_json(const tusk_model_sequence *sequence, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", sequence->name, failed);
    tusk_json_set_str(out, "schema", sequence->schema, failed);
    tusk_json_set_str(out, "increment", sequence->increment, failed);
    tusk_json_set_str(out, "startWith", sequence->start_with, failed);
    tusk_json_set_str(out, "minValue", sequence->min_value, failed);
    tusk_json_set_str(out, "maxValue", sequence->max_value, failed);
    tusk_json_set_str(out, "cache", sequence->cache, failed);
    tusk_json_set(out, "cycle", json_boolean(sequence->cycle), failed);
    return out;
}

static json_t *role_json(const tusk_model_role *role, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", role->name, failed);
    tusk_json_set(out, "createDb", json_boolean(role->create_db), failed);
    tusk_json_set(out, "createRole", json_boolean(role->create_role), failed);
    tusk_json_set(out, "inherit", json_boolean(role->inherit), failed);
    return out;
}

json_t *tusk_snapshot_policy_json(const tusk_model_policy *policy, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", policy->name, failed);
    tusk_json_set_str(
        out, "as", policy->restrictive ? TUSK_STR("RESTRICTIVE") : TUSK_STR("PERMISSIVE"), failed);
    tusk_json_set_str(out, "for", policy->command, failed);
    tusk_json_set(out, "to", tusk_snapshot_names_json(&policy->to, failed), failed);
    set_optional(out, "using", policy->using_, failed);
    set_optional(out, "withCheck", policy->with_check, failed);
    set_optional(out, "schema", policy->schema, failed);
    set_optional(out, "on", policy->on, failed);
    return out;
}

static json_t *option_json(const tusk_model_option *option)
{
    long long integer = 0;
    if (option->is_text) return json_stringn(option->value.ptr, option->value.len);
    if (tusk_str_eq(option->value, TUSK_STR("true"))) return json_true();
    if (tusk_str_eq(option->value, TUSK_STR("false"))) return json_false();
    if (tusk_str_to_int(option->value, INT64_MIN, INT64_MAX, &integer)) {
        return json_integer(integer);
    }
    return json_real(strtod(option->value.ptr, NULL));
}

json_t *tusk_snapshot_options_json(const tusk_model_options *options, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < options->count; i++) {
        tusk_snapshot_set_at(out, options->items[i].name, option_json(&options->items[i]), failed);
    }
    return out;
}

static json_t *view_json(const tusk_model_view *view, bool *failed)
{
    json_t *out = json_object();
    TUSK_SECTION("columns", view->columns, tusk_snapshot_column_json);
    set_optional(out, "definition", view->definition, failed);
    tusk_json_set_str(out, "name", view->name, failed);
    tusk_json_set_str(out, "schema", view->schema, failed);
    tusk_json_set(out, "isExisting", json_boolean(view->existing), failed);
    if (view->with.count > 0) {
        tusk_json_set(out, "with", tusk_snapshot_options_json(&view->with, failed), failed);
    }
    if (view->has_with_no_data) {
        tusk_json_set(out, "withNoData", json_boolean(view->with_no_data), failed);
    }
    tusk_json_set(out, "materialized", json_boolean(view->materialized), failed);
    set_optional(out, "tablespace", view->tablespace, failed);
    set_optional(out, "using", view->using_, failed);
    return out;
}

void tusk_snapshot_write_objects(json_t *out, tusk_arena *arena, const tusk_model *model,
                                 bool *failed)
{
    json_t *sequences = json_object(), *views = json_object();
    for (size_t i = 0; i < model->sequences.count; i++) {
        const tusk_model_sequence *sequence = &model->sequences.items[i];
        tusk_snapshot_set_at(
            sequences, tusk_snapshot_full_name(arena, sequence->schema, sequence->name, failed),
            sequence_json(sequence, failed), failed);
    }
    tusk_json_set(out, "sequences", sequences, failed);
    TUSK_SECTION("roles", model->roles, role_json);
    TUSK_SECTION("policies", model->policies, tusk_snapshot_policy_json);
    for (size_t i = 0; i < model->views.count; i++) {
        const tusk_model_view *view = &model->views.items[i];
        tusk_snapshot_set_at(views,
                             tusk_snapshot_full_name(arena, view->schema, view->name, failed),
                             view_json(view, failed), failed);
    }
    tusk_json_set(out, "views", views, failed);
}
