/* same.c - are two members of a table, or two other things of a schema, the same? */
#include "src/diff/same.h"

#include "src/base/banned.h"

static bool same_index_column(const tusk_model_index_column *a, const tusk_model_index_column *b)
{
    return tusk_str_eq(a->expression, b->expression) && a->is_expression == b->is_expression &&
           a->descending == b->descending && a->nulls_first == b->nulls_first &&
           tusk_str_eq(a->opclass, b->opclass);
}

bool tusk_same_index(const tusk_model_index *a, const tusk_model_index *b)
{
    bool same = a->unique == b->unique && a->concurrently == b->concurrently &&
                tusk_str_eq(a->method, b->method) && tusk_str_eq(a->where, b->where) &&
                tusk_str_eq(a->with, b->with) && a->columns.count == b->columns.count &&
                tusk_names_equal(&a->include, &b->include) &&
                a->nulls_not_distinct == b->nulls_not_distinct;
    for (size_t i = 0; same && i < a->columns.count; i++) {
        same = same_index_column(&a->columns.items[i], &b->columns.items[i]);
    }
    return same;
}

bool tusk_same_foreign_key(const tusk_model_foreign_key *a, const tusk_model_foreign_key *b)
{
    return tusk_str_eq(a->table_from, b->table_from) && tusk_str_eq(a->table_to, b->table_to) &&
           tusk_str_eq(tusk_model_schema(a->schema_to), tusk_model_schema(b->schema_to)) &&
           tusk_names_equal(&a->columns_from, &b->columns_from) &&
           tusk_names_equal(&a->columns_to, &b->columns_to) &&
           tusk_str_eq(a->on_delete, b->on_delete) && tusk_str_eq(a->on_update, b->on_update) &&
           a->deferral == b->deferral;
}

bool tusk_same_key(const tusk_model_key *a, const tusk_model_key *b)
{
    return a->nulls_not_distinct == b->nulls_not_distinct && a->deferral == b->deferral &&
           tusk_names_equal(&a->columns, &b->columns);
}

bool tusk_same_check(const tusk_model_check *a, const tusk_model_check *b)
{
    return tusk_str_eq(a->value, b->value);
}

bool tusk_same_exclusion(const tusk_model_exclusion *a, const tusk_model_exclusion *b)
{
    return tusk_str_eq(a->definition, b->definition) && a->deferral == b->deferral;
}

bool tusk_same_policy(const tusk_model_policy *a, const tusk_model_policy *b)
{
    return a->restrictive == b->restrictive && tusk_str_eq(a->command, b->command) &&
           tusk_names_equal(&a->to, &b->to) && tusk_same_text(a->using_, b->using_) &&
           tusk_same_text(a->with_check, b->with_check) && tusk_str_eq(a->on, b->on);
}

bool tusk_same_default(const tusk_default *a, const tusk_default *b)
{
    return a->kind == b->kind && tusk_str_eq(a->sql, b->sql);
}

bool tusk_same_identity(const tusk_identity *a, const tusk_identity *b)
{
    if (!a->name.ptr || !b->name.ptr) return !a->name.ptr && !b->name.ptr;
    return a->always == b->always && a->cycle == b->cycle &&
           tusk_str_eq(a->increment, b->increment) && tusk_str_eq(a->start_with, b->start_with) &&
           tusk_str_eq(a->min_value, b->min_value) && tusk_str_eq(a->max_value, b->max_value) &&
           tusk_str_eq(a->cache, b->cache);
}

bool tusk_same_sequence(const tusk_model_sequence *a, const tusk_model_sequence *b)
{
    return a->cycle == b->cycle && tusk_str_eq(a->increment, b->increment) &&
           tusk_str_eq(a->start_with, b->start_with) && tusk_str_eq(a->min_value, b->min_value) &&
           tusk_str_eq(a->max_value, b->max_value) && tusk_str_eq(a->cache, b->cache);
}

bool tusk_same_options(const tusk_model_options *a, const tusk_model_options *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->count && !found; j++) {
            found = tusk_str_eq(a->items[i].name, b->items[j].name) &&
                    tusk_str_eq(a->items[i].value, b->items[j].value);
        }
        if (!found) return false;
    }
    return true;
}

bool tusk_same_values_added(const tusk_names *from, const tusk_names *to)
{
    size_t i = 0;
    for (size_t j = 0; j < to->count && i < from->count; j++) {
        if (tusk_str_eq(from->items[i], to->items[j])) i++;
    }
    return i == from->count;
}
