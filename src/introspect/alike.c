/* alike.c - comparing what two schemas say of one thing */
#include "src/introspect/alike.h"

#include "src/base/banned.h"

bool tusk_alike_text(tusk_str a, tusk_str b)
{
    return !a.ptr == !b.ptr && tusk_str_eq(a, b);
}

bool tusk_alike_options(const tusk_model_options *a, const tusk_model_options *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!tusk_str_eq(a->items[i].name, b->items[i].name)) return false;
        if (!tusk_str_eq(a->items[i].value, b->items[i].value)) return false;
    }
    return true;
}

/* ---- columns ---- */

bool tusk_alike_type(const tusk_model_column *a, const tusk_model_column *b)
{
    return tusk_str_eq(a->type, b->type) && tusk_str_eq(a->type_schema, b->type_schema);
}

bool tusk_alike_default(const tusk_default *a, const tusk_default *b)
{
    return a->kind == b->kind && tusk_str_eq(a->sql, b->sql);
}

bool tusk_alike_identity(const tusk_identity *a, const tusk_identity *b)
{
    if (!a->name.ptr || !b->name.ptr) return !a->name.ptr == !b->name.ptr;
    return tusk_str_eq(a->name, b->name) && tusk_str_eq(a->schema, b->schema) &&
           a->always == b->always && tusk_str_eq(a->increment, b->increment) &&
           tusk_str_eq(a->start_with, b->start_with) && tusk_str_eq(a->min_value, b->min_value) &&
           tusk_str_eq(a->max_value, b->max_value) && tusk_str_eq(a->cache, b->cache) &&
           a->cycle == b->cycle;
}

/* ---- indexes and constraints; their names are known to be the same ---- */

static bool same_index_column(const tusk_model_index_column *a, const tusk_model_index_column *b)
{
    return tusk_str_eq(a->expression, b->expression) && a->is_expression == b->is_expression &&
           a->descending == b->descending && a->nulls_first == b->nulls_first &&
           tusk_str_eq(a->opclass, b->opclass);
}

bool tusk_alike_index(const tusk_model_index *a, const tusk_model_index *b)
{
    if (a->columns.count != b->columns.count) return false;
    for (size_t i = 0; i < a->columns.count; i++) {
        if (!same_index_column(&a->columns.items[i], &b->columns.items[i])) return false;
    }
    return a->unique == b->unique && tusk_str_eq(a->method, b->method) &&
           tusk_alike_text(a->where, b->where) && tusk_str_eq(a->with, b->with) &&
           tusk_names_equal(&a->include, &b->include) &&
           a->nulls_not_distinct == b->nulls_not_distinct;
}

bool tusk_alike_foreign_key(const tusk_model_foreign_key *a, const tusk_model_foreign_key *b)
{
    return tusk_str_eq(a->table_to, b->table_to) && tusk_str_eq(a->schema_to, b->schema_to) &&
           tusk_names_equal(&a->columns_from, &b->columns_from) &&
           tusk_names_equal(&a->columns_to, &b->columns_to) &&
           tusk_str_eq(a->on_delete, b->on_delete) && tusk_str_eq(a->on_update, b->on_update) &&
           a->deferral == b->deferral;
}

bool tusk_alike_key(const tusk_model_key *a, const tusk_model_key *b)
{
    return a->nulls_not_distinct == b->nulls_not_distinct && a->deferral == b->deferral &&
           tusk_names_equal(&a->columns, &b->columns);
}

bool tusk_alike_check(const tusk_model_check *a, const tusk_model_check *b)
{
    return tusk_str_eq(a->value, b->value);
}

bool tusk_alike_exclusion(const tusk_model_exclusion *a, const tusk_model_exclusion *b)
{
    return tusk_str_eq(a->definition, b->definition) && a->deferral == b->deferral;
}

bool tusk_alike_policy(const tusk_model_policy *a, const tusk_model_policy *b)
{
    return a->restrictive == b->restrictive && tusk_str_eq(a->command, b->command) &&
           tusk_names_equal(&a->to, &b->to) && tusk_alike_text(a->using_, b->using_) &&
           tusk_alike_text(a->with_check, b->with_check);
}

bool tusk_alike_partition(const tusk_model_partition *a, const tusk_model_partition *b)
{
    return tusk_str_eq(a->schema, b->schema) && tusk_str_eq(a->bounds, b->bounds);
}

/* ---- beside tables ---- */

bool tusk_alike_enum(const tusk_model_enum *a, const tusk_model_enum *b)
{
    return tusk_names_equal(&a->values, &b->values);
}

bool tusk_alike_sequence(const tusk_model_sequence *a, const tusk_model_sequence *b)
{
    return tusk_str_eq(a->increment, b->increment) && tusk_str_eq(a->start_with, b->start_with) &&
           tusk_str_eq(a->min_value, b->min_value) && tusk_str_eq(a->max_value, b->max_value) &&
           tusk_str_eq(a->cache, b->cache) && a->cycle == b->cycle;
}

bool tusk_alike_role(const tusk_model_role *a, const tusk_model_role *b)
{
    return a->create_db == b->create_db && a->create_role == b->create_role &&
           a->inherit == b->inherit;
}

bool tusk_alike_view(const tusk_model_view *a, const tusk_model_view *b)
{
    return tusk_str_eq(a->definition, b->definition) && a->materialized == b->materialized &&
           a->existing == b->existing && tusk_alike_options(&a->with, &b->with) &&
           tusk_str_eq(a->tablespace, b->tablespace) && tusk_str_eq(a->using_, b->using_);
}

bool tusk_alike_extension(const tusk_model_extension *a, const tusk_model_extension *b)
{
    return tusk_str_eq(a->schema, b->schema);
}

bool tusk_alike_domain(const tusk_model_domain *a, const tusk_model_domain *b)
{
    if (a->checks.count != b->checks.count) return false;
    for (size_t i = 0; i < a->checks.count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->checks.count; j++) {
            if (!tusk_str_eq(a->checks.items[i].name, b->checks.items[j].name)) continue;
            found = tusk_alike_check(&a->checks.items[i], &b->checks.items[j]);
        }
        if (!found) return false;
    }
    return tusk_str_eq(a->type, b->type) && a->not_null == b->not_null &&
           tusk_alike_default(&a->value, &b->value);
}

bool tusk_alike_composite(const tusk_model_composite *a, const tusk_model_composite *b)
{
    if (a->fields.count != b->fields.count) return false;
    for (size_t i = 0; i < a->fields.count; i++) {
        if (!tusk_str_eq(a->fields.items[i].name, b->fields.items[i].name)) return false;
        if (!tusk_alike_type(&a->fields.items[i], &b->fields.items[i])) return false;
    }
    return true;
}

bool tusk_alike_routine(const tusk_model_routine *a, const tusk_model_routine *b)
{
    return tusk_str_eq(a->statement, b->statement);
}

bool tusk_alike_comment(const tusk_model_comment *a, const tusk_model_comment *b)
{
    return tusk_str_eq(a->text, b->text);
}
