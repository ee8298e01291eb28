/* normal.c - a schema in the form in which two are compared */
#include "src/introspect/normal.h"

#include <stdlib.h>

#include "src/diff/long_names.h"

#include "src/base/banned.h"

/* A list of the model, each item made anew. */
#define EACH(n, from, to, make)                                             \
    do {                                                                    \
        memset((to), 0, sizeof *(to));                                      \
        for (size_t i_ = 0; i_ < (from)->count; i_++) {                     \
            tusk_vec_push((n)->arena, (to), make((n), &(from)->items[i_])); \
        }                                                                   \
    } while (0)

tusk_names tusk_normal_names(tusk_arena *arena, const tusk_names *names)
{
    tusk_names out = { 0 };
    for (size_t i = 0; i < names->count; i++) {
        tusk_vec_push(arena, &out, tusk_sql_cut_name(names->items[i]));
    }
    return out;
}

static int by_name(const void *a, const void *b)
{
    const tusk_model_option *left = a, *right = b;
    return tusk_str_compare(left->name, right->name);
}

static int by_text(const void *a, const void *b)
{
    return tusk_str_compare(*(const tusk_str *)a, *(const tusk_str *)b);
}

tusk_model_options tusk_normal_options(tusk_arena *arena, const tusk_model_options *options)
{
    tusk_model_options out = { 0 };
    for (size_t i = 0; i < options->count; i++) {
        tusk_vec_push(arena, &out, options->items[i]);
    }
    if (out.count > 1) qsort(out.items, out.count, sizeof *out.items, by_name);
    return out;
}

/* ---- constraints ---- */

static tusk_model_key normal_key(const tusk_normal *n, const tusk_model_key *key)
{
    tusk_model_key out = *key;
    out.name = tusk_sql_cut_name(key->name);
    out.columns = tusk_normal_names(n->arena, &key->columns);
    return out;
}

static tusk_str action(tusk_str text)
{
    return text.len > 0 ? text : TUSK_STR("no action");
}

static tusk_model_foreign_key normal_foreign_key(const tusk_normal *n,
                                                 const tusk_model_foreign_key *key)
{
    tusk_model_foreign_key out = *key;
    out.name = tusk_sql_cut_name(key->name);
    out.table_from = tusk_sql_cut_name(key->table_from);
    out.table_to = tusk_sql_cut_name(key->table_to);
    out.schema_to = tusk_sql_cut_name(tusk_model_schema(key->schema_to));
    out.columns_from = tusk_normal_names(n->arena, &key->columns_from);
    out.columns_to = tusk_normal_names(n->arena, &key->columns_to);
    out.on_delete = action(key->on_delete);
    out.on_update = action(key->on_update);
    return out;
}

static tusk_model_exclusion normal_exclusion(const tusk_normal *n,
                                             const tusk_model_exclusion *exclusion)
{
    tusk_model_exclusion out = *exclusion;
    out.name = tusk_sql_cut_name(exclusion->name);
    out.definition = tusk_sql_words(n->arena, exclusion->definition, false);
    return out;
}

static tusk_model_policy normal_policy(const tusk_normal *n, const tusk_model_policy *policy,
                                       tusk_str table)
{
    tusk_model_policy out = *policy;
    out.name = tusk_sql_cut_name(policy->name);
    out.renamed_from = (tusk_str){ 0 };
    out.to = tusk_normal_names(n->arena, &policy->to);
    bool everybody = tusk_names_have(&out.to, TUSK_STR("public"));
    if (everybody) memset(&out.to, 0, sizeof out.to); /* whoever else is named */
    if (out.to.count == 0) tusk_vec_push(n->arena, &out.to, TUSK_STR("public"));
    if (out.to.count > 1) qsort(out.to.items, out.to.count, sizeof *out.to.items, by_text);
    out.using_ = tusk_sql_canonical(n->arena, policy->using_, table);
    out.with_check = tusk_sql_canonical(n->arena, policy->with_check, table);
    return out;
}

static tusk_model_partition normal_partition(const tusk_normal *n,
                                             const tusk_model_partition *partition)
{
    tusk_model_partition out = *partition;
    out.name = tusk_sql_cut_name(partition->name);
    out.schema = tusk_sql_cut_name(tusk_model_schema(partition->schema));
    out.bounds = tusk_sql_words(n->arena, partition->bounds, true);
    return out;
}

/* ---- tables ---- */

/* A key of one column is said at the column. */
static void normal_primary_keys(const tusk_normal *n, const tusk_model_table *table,
                                tusk_model_table *out)
{
    EACH(n, &table->primary_keys, &out->primary_keys, normal_key);
    for (size_t i = 0; i < out->primary_keys.count; i++) {
        const tusk_names *columns = &out->primary_keys.items[i].columns;
        for (size_t j = 0; j < out->columns.count; j++) {
            tusk_model_column *column = &out->columns.items[j];
            if (!tusk_names_have(columns, column->name)) continue;
            column->not_null = true;
            if (columns->count == 1) column->primary_key = true;
        }
    }
    bool single = out->primary_keys.count > 0 && out->primary_keys.items[0].columns.count == 1;
    if (single) memset(&out->primary_keys, 0, sizeof out->primary_keys);
}

static tusk_model_table normal_table(const tusk_normal *n, const tusk_model_table *table)
{
    tusk_model_table out = *table;
    out.name = tusk_sql_cut_name(table->name);
    out.schema = tusk_sql_cut_name(tusk_model_schema(table->schema));
    out.renamed_from = (tusk_str){ 0 };
    memset(&out.columns, 0, sizeof out.columns);
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_vec_push(n->arena, &out.columns,
                      tusk_normal_column(n, &table->columns.items[i], table->name));
    }
    memset(&out.indexes, 0, sizeof out.indexes);
    for (size_t i = 0; i < table->indexes.count; i++) {
        tusk_vec_push(n->arena, &out.indexes,
                      tusk_normal_index(n, &table->indexes.items[i], table));
    }
    memset(&out.checks, 0, sizeof out.checks);
    for (size_t i = 0; i < table->checks.count; i++) {
        const tusk_model_check *check = &table->checks.items[i];
        tusk_vec_push(
            n->arena, &out.checks,
            (tusk_model_check){ tusk_sql_cut_name(check->name),
                                tusk_sql_canonical(n->arena, check->value, table->name) });
    }
    memset(&out.policies, 0, sizeof out.policies);
    for (size_t i = 0; i < table->policies.count; i++) {
        tusk_vec_push(n->arena, &out.policies,
                      normal_policy(n, &table->policies.items[i], table->name));
    }
    EACH(n, &table->foreign_keys, &out.foreign_keys, normal_foreign_key);
    EACH(n, &table->uniques, &out.uniques, normal_key);
    EACH(n, &table->exclusions, &out.exclusions, normal_exclusion);
    EACH(n, &table->partitions, &out.partitions, normal_partition);
    normal_primary_keys(n, table, &out);
    out.rls = table->rls || table->policies.count > 0; /* which turn it on */
    out.storage = tusk_normal_options(n->arena, &table->storage);
    if (table->partition_by.ptr) {
        out.partition_by = tusk_sql_words(n->arena, table->partition_by, true);
    }
    return out;
}

tusk_status tusk_model_normal(tusk_arena *arena, const tusk_model *model, tusk_model *out,
                              tusk_error *err)
{
    tusk_model settled, made = tusk_model_empty();
    if (!tusk_long_names_settle(arena, model, &settled)) {
        return tusk_fail_nomem(err, "the schema to compare");
    }
    model = &settled;
    tusk_normal n = { .arena = arena, .model = model };
    EACH(&n, &model->tables, &made.tables, normal_table);
    made.schemas = tusk_normal_names(arena, &model->schemas);
    tusk_normal_objects(&n, &made);
    *out = made;
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the schema to compare") : TUSK_OK;
}
