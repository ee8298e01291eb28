/* snapshot_read_objects.c - from a snapshot's JSON: sequences, roles, policies and views */
#include "src/model/snapshot_reader.h"

#include "src/base/banned.h"

/* Writing goes by names: of two with the same one, one would be lost. */
#define NOT_TWICE(r, list, schema_of)                                                            \
    for (size_t i_ = 0; i_ + 1 < (list).count; i_++) {                                           \
        if (tusk_str_eq((list).items[i_].name, (list).items[(list).count - 1].name) &&           \
            tusk_str_eq((list).items[i_].schema_of, (list).items[(list).count - 1].schema_of)) { \
            tusk_reader_wrong(r, "name", "one that no other has");                               \
        }                                                                                        \
    }

static tusk_model_sequence read_sequence(tusk_reader *r, const json_t *value)
{
    return (tusk_model_sequence){
        .name = tusk_reader_required(r, value, "name"),
        .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"), "public"),
        .increment = tusk_reader_or(tusk_reader_optional(r, value, "increment"), "1"),
        .start_with = tusk_reader_or(tusk_reader_optional(r, value, "startWith"), "1"),
        .min_value = tusk_reader_or(tusk_reader_optional(r, value, "minValue"), "1"),
        .max_value =
            tusk_reader_or(tusk_reader_optional(r, value, "maxValue"), "9223372036854775807"),
        .cache = tusk_reader_or(tusk_reader_optional(r, value, "cache"), "1"),
        .cycle = tusk_reader_flag(r, value, "cycle", false),
    };
}

static tusk_model_role read_role(tusk_reader *r, const json_t *value)
{
    return (tusk_model_role){
        .name = tusk_reader_required(r, value, "name"),
        .create_db = tusk_reader_flag(r, value, "createDb", false),
        .create_role = tusk_reader_flag(r, value, "createRole", false),
        .inherit = tusk_reader_flag(r, value, "inherit", true),
    };
}

static tusk_model_policy read_policy(tusk_reader *r, const json_t *value)
{
    tusk_model_policy policy = {
        .name = tusk_reader_required(r, value, "name"),
        .restrictive = tusk_str_eq(tusk_reader_optional(r, value, "as"), TUSK_STR("RESTRICTIVE")),
        .command = tusk_reader_or(tusk_reader_optional(r, value, "for"), "ALL"),
        .using_ = tusk_reader_optional(r, value, "using"),
        .with_check = tusk_reader_optional(r, value, "withCheck"),
        .on = tusk_reader_optional(r, value, "on"),
        .schema = tusk_reader_optional(r, value, "schema"),
    };
    if (json_object_get(value, "to")) policy.to = tusk_reader_list(r, value, "to");
    if (policy.to.count == 0) tusk_vec_push(r->arena, &policy.to, TUSK_STR("public"));
    return policy;
}

void tusk_snapshot_read_policies(tusk_reader *r, json_t *table, tusk_model_table *out)
{
    const char *key = NULL;
    json_t *item = NULL, *section = tusk_reader_map(r, table, "policies", false);
    json_object_foreach(section, key, item)
    {
        tusk_vec_push(r->arena, &out->policies, read_policy(r, item));
        NOT_TWICE(r, out->policies, name)
    }
}

/* {"checkOption": "local", "securityBarrier": true} */
tusk_model_options tusk_snapshot_read_options(tusk_reader *r, json_t *with)
{
    tusk_model_options options = { 0 };
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(with, key, value)
    {
        bool is_text = json_is_string(value);
        if (!is_text && !json_is_number(value) && !json_is_boolean(value)) {
            tusk_reader_wrong(r, "with", "names with plain values");
        }
        tusk_model_option option = { .name = tusk_arena_str(r->arena, tusk_str_of(key)),
                                     .is_text = is_text };
        if (is_text) {
            option.value = tusk_reader_copy(r, value);
        } else if (json_is_real(value)) {
            option.value = tusk_json_number_text(r->arena, json_real_value(value));
        } else {
            option.value = tusk_reader_canonical(r, value);
        }
        tusk_vec_push(r->arena, &options, option);
    }
    return options;
}

static tusk_model_view read_view(tusk_reader *r, const json_t *value)
{
    tusk_model_view view = {
        .name = tusk_reader_required(r, value, "name"),
        .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"), "public"),
        .definition = tusk_reader_optional(r, value, "definition"),
        .materialized = tusk_reader_flag(r, value, "materialized", false),
        .existing = tusk_reader_flag(r, value, "isExisting", false),
        .with = tusk_snapshot_read_options(r, tusk_reader_map(r, value, "with", false)),
        .has_with_no_data = json_object_get(value, "withNoData") != NULL,
        .with_no_data = tusk_reader_flag(r, value, "withNoData", false),
        .tablespace = tusk_reader_optional(r, value, "tablespace"),
        .using_ = tusk_reader_optional(r, value, "using"),
    };
    const char *key = NULL;
    json_t *item = NULL, *columns = tusk_reader_map(r, value, "columns", false);
    json_object_foreach(columns, key, item)
    {
        tusk_vec_push(r->arena, &view.columns, tusk_snapshot_read_column(r, item));
    }
    return view;
}

void tusk_snapshot_read_objects(tusk_reader *r, const json_t *root, tusk_model *model)
{
    const char *key = NULL;
    json_t *item = NULL, *section = tusk_reader_map(r, root, "sequences", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the sequence %s", key).ptr;
        tusk_vec_push(r->arena, &model->sequences, read_sequence(r, item));
        NOT_TWICE(r, model->sequences, schema)
    }
    section = tusk_reader_map(r, root, "roles", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the role %s", key).ptr;
        tusk_vec_push(r->arena, &model->roles, read_role(r, item));
        NOT_TWICE(r, model->roles, name)
    }
    section = tusk_reader_map(r, root, "policies", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the policy %s", key).ptr;
        tusk_vec_push(r->arena, &model->policies, read_policy(r, item));
        NOT_TWICE(r, model->policies, name)
    }
    section = tusk_reader_map(r, root, "views", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the view %s", key).ptr;
        tusk_vec_push(r->arena, &model->views, read_view(r, item));
        NOT_TWICE(r, model->views, schema)
    }
    r->where = "the snapshot";
}
