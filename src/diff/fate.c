/* fate.c - what becomes of tables and their columns */
#include "src/diff/fate.h"

#include "src/diff/own_types.h"
#include "src/diff/rename.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"

#include "src/base/banned.h"

const tusk_table_change *tusk_fates_of_table(const tusk_fates *changes, const tusk_model_table *now)
{
    for (size_t i = 0; i < changes->tables.count; i++) {
        if (changes->tables.items[i].now == now) return &changes->tables.items[i];
    }
    return NULL;
}

const tusk_column_change *tusk_fates_of_column(const tusk_table_change *table, tusk_str now)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (tusk_str_eq(table->columns.items[i].old->name, now)) return &table->columns.items[i];
    }
    return NULL;
}

const tusk_enum_change *tusk_fates_enum_of(const tusk_fates *changes,
                                           const tusk_model_column *column)
{
    if (column->type_schema.len == 0) return NULL;
    tusk_str base = tusk_type_base(column->type), schema = tusk_model_schema(column->type_schema);
    for (size_t i = 0; i < changes->enums.count; i++) {
        const tusk_enum_change *e = &changes->enums.items[i];
        if (!e->anew || !tusk_str_eq(e->old->name, base)) continue;
        if (tusk_str_eq(tusk_model_schema(e->old->schema), schema)) return e;
    }
    return NULL;
}

bool tusk_fates_touch(const tusk_table_change *table, const tusk_names *names, tusk_depth depth)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (column->now && column->depth < depth) continue;
        if (tusk_names_have(names, column->first_name)) return true;
    }
    return false;
}

/* ---- columns ---- */

static bool names_column(tusk_str expression, const tusk_column_change *column)
{
    return expression.ptr && tusk_scan_names(expression, column->first_name);
}

/* The expression in the words of now. */
static tusk_str in_new_words(tusk_fates *changes, const tusk_table_change *table,
                             tusk_str expression)
{
    tusk_str text = expression;
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (tusk_str_eq(column->first_name, column->old->name)) continue;
        text = tusk_scan_rename(changes->arena, text, column->first_name, column->old->name);
    }
    if (tusk_str_eq(table->first->name, table->old->name)) return text;
    return tusk_scan_rename(changes->arena, text, table->first->name, table->old->name);
}

/* Do operators compare values of both types, whichever side of a foreign key has which? */
static bool one_family(const tusk_type_parts *a, const tusk_type_parts *b)
{
    static const char *const families[][4] = { { "smallint", "integer", "bigint" },
                                               { "text", "varchar", "char" } };
    if (tusk_str_eq(a->name, b->name)) return true;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        int found = 0;
        for (size_t j = 0; families[i][j]; j++) {
            tusk_str name = tusk_str_of(families[i][j]);
            found += tusk_str_eq(a->name, name) + tusk_str_eq(b->name, name);
        }
        if (found == 2) return true;
    }
    return false;
}

static void find_depth(tusk_fates *changes, const tusk_table_change *table,
                       tusk_column_change *column)
{
    column->from = tusk_type_of(changes->arena, column->old);
    column->via_text = tusk_fates_is_anew(changes, column->old);
    if (column->via_text) column->depth = TUSK_CONVERTED;
    if (!column->now) return;
    column->to = tusk_type_of(changes->arena, column->now);
    column->cast = tusk_cast_between(&column->from, &column->to);
    column->other_family = !one_family(&column->from, &column->to);
    if (column->cast == TUSK_CAST_NEAR && column->depth < TUSK_RETYPED)
        column->depth = TUSK_RETYPED;
    if (column->cast > TUSK_CAST_NEAR) column->depth = TUSK_CONVERTED;
    column->recollated = !tusk_str_eq(column->old->collation, column->now->collation);
    if (column->recollated && column->depth < TUSK_RETYPED) column->depth = TUSK_RETYPED;
    bool is_generated = column->now->generated.ptr, was_generated = column->old->generated.ptr;
    if (!is_generated) return;
    bool same = was_generated && (tusk_str_eq(column->old->generated, column->now->generated) ||
                                  tusk_str_eq(in_new_words(changes, table, column->old->generated),
                                              column->now->generated));
    if (!same || column->cast > TUSK_CAST_AUTO) column->depth = TUSK_ANEW;
}

/* A generated column has to go while one that it is made from changes its type, and can only be
 * added once those that it is made from are there. */
static void find_dependent(tusk_table_change *table, tusk_column_change *column)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *base = &table->columns.items[i];
        bool changes = !base->now || base->depth != TUSK_UNTOUCHED;
        if (base == column || !changes) continue;
        bool was = names_column(column->old->generated, base);
        bool is = column->now && column->now->generated.ptr &&
                  tusk_scan_names(column->now->generated, base->old->name);
        if (was || (is && column->depth == TUSK_ANEW)) column->apart = true;
        if (was && column->now && column->now->generated.ptr) column->depth = TUSK_ANEW;
    }
    if (tusk_fates_names_anew(table->anew_types, column->old->generated)) {
        column->apart = table->has_enum_anew = true;
        if (column->now && column->now->generated.ptr) column->depth = TUSK_ANEW;
    }
    bool added = false;
    for (size_t i = 0; column->depth == TUSK_ANEW && i < table->now->columns.count; i++) {
        tusk_str name = table->now->columns.items[i].name;
        if (tusk_fates_of_column(table, name)) continue;
        if (tusk_scan_names(column->now->generated, name)) added = true;
    }
    if (added) column->apart = true;
}

void tusk_fates_find_columns(tusk_fates *changes, tusk_table_change *table)
{
    for (size_t i = 0; i < table->old->columns.count; i++) {
        const tusk_model_column *old = &table->old->columns.items[i];
        tusk_column_change column = { .old = old,
                                      .first_name = table->first->columns.items[i].name };
        if (table->now) column.now = tusk_model_find_column(table->now, old->name);
        tusk_vec_push(changes->arena, &table->columns, column);
    }
    for (size_t i = 0; table->now && i < table->columns.count; i++) {
        find_depth(changes, table, &table->columns.items[i]);
        if (table->columns.items[i].via_text) table->has_enum_anew = true;
    }
    for (size_t i = 0; table->now && i < table->columns.count; i++) {
        tusk_column_change *column = &table->columns.items[i];
        if (column->old->generated.ptr || column->depth == TUSK_ANEW) find_dependent(table, column);
    }
}

/* ---- tables ---- */

static bool columns_altered(const tusk_table_change *table)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_model_column *old = table->columns.items[i].old,
                                *now = table->columns.items[i].now;
        if (!now || !tusk_str_eq(table->columns.items[i].first_name, old->name)) continue;
        bool same = tusk_str_eq(old->type, now->type) && now->not_null == old->not_null &&
                    tusk_str_eq(old->type_schema, now->type_schema) &&
                    now->primary_key == old->primary_key &&
                    tusk_same_default(&old->value, &now->value) &&
                    tusk_str_eq(old->generated, now->generated) &&
                    tusk_same_identity(&old->identity, &now->identity) &&
                    tusk_str_eq(old->identity.name, now->identity.name);
        if (!same) return true;
    }
    return false;
}

#define LIST_ALTERED(table, list, fates)                                      \
    __extension__({                                                           \
        bool altered_ = (table)->old->list.count != (table)->now->list.count; \
        for (size_t k_ = 0; k_ < (table)->old->list.count; k_++) {            \
            if ((table)->fates[k_] != TUSK_KEPT) altered_ = true;             \
        }                                                                     \
        altered_;                                                             \
    })

static bool is_altered(const tusk_table_change *table)
{
    return columns_altered(table) || LIST_ALTERED(table, indexes, indexes) ||
           LIST_ALTERED(table, foreign_keys, foreign_keys) ||
           LIST_ALTERED(table, primary_keys, primary_keys) ||
           LIST_ALTERED(table, uniques, uniques) || LIST_ALTERED(table, checks, checks) ||
           LIST_ALTERED(table, policies, policies) || table->old->rls != table->now->rls;
}

static void add_table(tusk_fates *changes, size_t i)
{
    const tusk_model_table *first = &changes->first->tables.items[i];
    const tusk_model_table *old = &changes->from->tables.items[i];
    tusk_arena *arena = changes->arena;
    tusk_table_change table = {
        .first = first,
        .old = old,
        .now = tusk_model_find_table(changes->to, old->schema, old->name),
        .schema = tusk_rename_schema(changes->first, changes->from, first->schema),
        .name = first->name,
        .indexes = TUSK_NEW_ARRAY(arena, tusk_fate, old->indexes.count),
        .foreign_keys = TUSK_NEW_ARRAY(arena, tusk_fate, old->foreign_keys.count),
        .primary_keys = TUSK_NEW_ARRAY(arena, tusk_fate, old->primary_keys.count),
        .uniques = TUSK_NEW_ARRAY(arena, tusk_fate, old->uniques.count),
        .checks = TUSK_NEW_ARRAY(arena, tusk_fate, old->checks.count),
        .exclusions = TUSK_NEW_ARRAY(arena, tusk_fate, old->exclusions.count),
        .policies = TUSK_NEW_ARRAY(arena, tusk_fate, old->policies.count),
        .early_foreign_keys = TUSK_NEW_ARRAY(arena, bool, old->foreign_keys.count),
        .early_indexes = TUSK_NEW_ARRAY(arena, bool, old->indexes.count),
        .early_policies = TUSK_NEW_ARRAY(arena, bool, old->policies.count),
    };
    table.moved_only =
        tusk_str_eq(table.name, old->name) &&
        !tusk_str_eq(tusk_model_schema(table.schema), tusk_model_schema(old->schema));
    tusk_vec_push(arena, &changes->tables, table);
}

static tusk_status refuse_partition(const tusk_table_change *table, const char *what,
                                    tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "table \"%.*s\": %s", TUSK_STR_ARG(table->old->name), what);
    tusk_error_hint(err, "PostgreSQL cannot change that: make another table and copy the rows.");
    return TUSK_INVALID;
}

static tusk_status check_partitions(const tusk_table_change *table, tusk_error *err)
{
    if (!table->now) return TUSK_OK;
    tusk_str by = table->first->partition_by;
    bool touched = false;
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        bool changes = !column->now || column->depth != TUSK_UNTOUCHED;
        if (changes && names_column(by, column)) touched = true;
    }
    if (!tusk_same_text(table->old->partition_by, table->now->partition_by) &&
        !tusk_str_eq(by, table->now->partition_by)) {
        bool renamed = by.ptr && table->now->partition_by.ptr && !touched;
        if (!renamed) return refuse_partition(table, "the way it is partitioned was changed", err);
    }
    if (touched) return refuse_partition(table, "the partition key cannot change its type", err);
    return TUSK_OK;
}

tusk_status tusk_fates_find(tusk_arena *arena, const tusk_model *first, const tusk_model *from,
                            const tusk_model *to, tusk_fates *out, tusk_error *err)
{
    *out = (tusk_fates){ .arena = arena, .first = first, .from = from, .to = to };
    out->views = TUSK_NEW_ARRAY(arena, tusk_fate, from->views.count);
    out->policies = TUSK_NEW_ARRAY(arena, tusk_fate, from->policies.count);
    out->routines = TUSK_NEW_ARRAY(arena, tusk_fate, from->routines.count);
    for (size_t i = 0; i < from->tables.count; i++) add_table(out, i);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the changes");
    tusk_fates_find_enums(out);
    tusk_fates_find_types(out);
    tusk_fates_find_remade_functions(out);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the changes");
    for (size_t i = 0; i < out->tables.count; i++) {
        out->tables.items[i].anew_types = &out->anew_types;
        tusk_fates_find_columns(out, &out->tables.items[i]);
        if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the changes");
        tusk_fates_find_members(out, &out->tables.items[i]);
        tusk_status st = check_partitions(&out->tables.items[i], err);
        if (st != TUSK_OK) return st;
    }
    for (size_t i = 0; i < out->tables.count; i++) {
        tusk_table_change *table = &out->tables.items[i];
        tusk_fates_find_foreign_keys(out, table);
        table->altered = table->now && !table->moved_only && is_altered(table);
    }
    tusk_fates_find_views(out);
    tusk_fates_find_policies(out);
    tusk_fates_find_routines(out);
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the changes") : TUSK_OK;
}
