/* alike.c - comparing what two schemas say of one thing */
#include "src/introspect/alike.h"

#include "src/base/banned.h"

/* ---- parts of tables ---- */

bool tusk_alike_type(const tusk_model_column *a, const tusk_model_column *b)
{
    return tusk_str_eq(a->type, b->type) && tusk_str_eq(a->type_schema, b->type_schema);
}

/* Who that was when the policy was made is not known any more. */
static bool names_the_maker(const tusk_names *roles)
{
    return tusk_names_have(roles, TUSK_STR("current_user")) ||
           tusk_names_have(roles, TUSK_STR("current_role")) ||
           tusk_names_have(roles, TUSK_STR("session_user"));
}

bool tusk_alike_policy(const tusk_model_policy *a, const tusk_model_policy *b)
{
    tusk_model_policy for_same_roles = *a;
    if (names_the_maker(&b->to)) for_same_roles.to = b->to;
    return tusk_same_policy(&for_same_roles, b);
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

bool tusk_alike_role(const tusk_model_role *a, const tusk_model_role *b)
{
    return a->create_db == b->create_db && a->create_role == b->create_role &&
           a->inherit == b->inherit;
}

bool tusk_alike_view(const tusk_model_view *a, const tusk_model_view *b)
{
    return tusk_str_eq(a->definition, b->definition) && a->materialized == b->materialized &&
           a->existing == b->existing && tusk_same_options(&a->with, &b->with) &&
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
            found = tusk_same_check(&a->checks.items[i], &b->checks.items[j]);
        }
        if (!found) return false;
    }
    return tusk_str_eq(a->type, b->type) && a->not_null == b->not_null &&
           tusk_same_default(&a->value, &b->value);
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
