/* fate_members.c - what becomes of the indexes, constraints and keys of a table */
#include "src/diff/fate.h"
#include "src/diff/own_types.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"

#include "src/base/banned.h"

/* Does the expression speak of a column that is touched so deep (or dropped)? */
static bool speaks(const tusk_table_change *table, tusk_str expression, tusk_depth depth)
{
    if (tusk_fates_names_anew(table->anew_types, expression)) return true;
    for (size_t i = 0; expression.ptr && i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (column->now && column->depth < depth) continue;
        if (tusk_scan_names(expression, column->first_name)) return true;
    }
    return false;
}

/* Of an index, PostgreSQL itself makes plain columns of the default kind anew. */
static bool index_touched(const tusk_table_change *table, const tusk_model_index *index)
{
    if (speaks(table, index->where, TUSK_CONVERTED)) return true;
    bool plain = tusk_str_eq(index->method, TUSK_STR("btree")) ||
                 tusk_str_eq(index->method, TUSK_STR("hash"));
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *column = &index->columns.items[i];
        tusk_names one = { .items = (tusk_str[]){ column->expression }, .count = 1 };
        bool simple = plain && !column->opclass.ptr;
        tusk_depth depth = simple ? TUSK_ANEW : TUSK_CONVERTED;
        if (column->is_expression ? speaks(table, column->expression, TUSK_CONVERTED)
                                  : tusk_fates_touch(table, &one, depth))
            return true;
    }
    return tusk_fates_touch(table, &index->include, TUSK_ANEW);
}

static bool speaks_of_type(const tusk_table_change *table, const tusk_model_index *index)
{
    if (tusk_fates_names_anew(table->anew_types, index->where)) return true;
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *part = &index->columns.items[i];
        if (!part->is_expression) continue;
        if (tusk_fates_names_anew(table->anew_types, part->expression)) return true;
    }
    return false;
}

/* Would it keep the columns of an enum that is made anew from being text for a while, or go with a
 * generated one that has to go before that? */
static bool index_of_enum_anew(const tusk_table_change *table, const tusk_model_index *index)
{
    if (speaks_of_type(table, index)) return true;
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (!column->via_text && !column->apart) continue;
        if (index->where.ptr && tusk_scan_names(index->where, column->first_name)) return true;
        for (size_t j = 0; j < index->columns.count; j++) {
            const tusk_model_index_column *part = &index->columns.items[j];
            bool plain = tusk_str_eq(index->method, TUSK_STR("btree")) && !part->opclass.ptr &&
                         !column->apart;
            if (part->is_expression ? tusk_scan_names(part->expression, column->first_name)
                                    : !plain && tusk_str_eq(part->expression, column->first_name))
                return true;
        }
        if (column->apart && tusk_names_have(&index->include, column->first_name)) return true;
    }
    return false;
}

static bool key_touched(const tusk_table_change *table, const tusk_model_key *key)
{
    return tusk_fates_touch(table, &key->columns, TUSK_ANEW);
}

static bool check_touched(const tusk_table_change *table, const tusk_model_check *check)
{
    return speaks(table, check->value, TUSK_CONVERTED);
}

static bool exclusion_touched(const tusk_table_change *table, const tusk_model_exclusion *exclusion)
{
    return speaks(table, exclusion->definition, TUSK_CONVERTED);
}

#define FIND_FATES(table, list, fates, same, touched)                                     \
    for (size_t i = 0; i < (table)->old->list.count; i++) {                               \
        const __typeof__(*(table)->old->list.items) *old_ = &(table)->old->list.items[i]; \
        const __typeof__(*old_) *new_ = TUSK_NAMED((table)->now->list, old_->name);       \
        if (!new_) {                                                                      \
            (table)->fates[i] = TUSK_GONE;                                                \
        } else if (!same(old_, new_) || touched(table, old_)) {                           \
            (table)->fates[i] = TUSK_CHANGED;                                             \
        }                                                                                 \
    }

static bool untouched(const tusk_table_change *table, const tusk_model_policy *policy)
{
    return false;
}

static tusk_str single_key(const tusk_model_table *table)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (table->columns.items[i].primary_key) return table->columns.items[i].name;
    }
    return (tusk_str){ 0 };
}

/* The unnamed key: PostgreSQL drops it with its column, but too late for another one. */
static bool key_goes(const tusk_table_change *table)
{
    tusk_str was = single_key(table->old), is = single_key(table->now);
    if (!was.ptr) return false;
    const tusk_column_change *column = tusk_fates_of_column(table, was);
    if (column->now && column->depth == TUSK_ANEW) return false; /* goes with it, comes with it */
    if (column->now) return !column->now->primary_key;
    return is.ptr || table->now->primary_keys.count > 0;
}

void tusk_fates_find_members(tusk_fates *changes, tusk_table_change *table)
{
    if (!table->now) return;
    FIND_FATES(table, indexes, indexes, tusk_same_index, index_touched)
    for (size_t i = 0; table->anew_types->count > 0 && i < table->old->indexes.count; i++) {
        table->early_indexes[i] = index_of_enum_anew(table, &table->old->indexes.items[i]);
    }
    FIND_FATES(table, primary_keys, primary_keys, tusk_same_key, key_touched)
    FIND_FATES(table, uniques, uniques, tusk_same_key, key_touched)
    FIND_FATES(table, checks, checks, tusk_same_check, check_touched)
    FIND_FATES(table, exclusions, exclusions, tusk_same_exclusion, exclusion_touched)
    FIND_FATES(table, policies, policies, tusk_same_policy, untouched)
    table->key_goes = key_goes(table);
}

/* ---- foreign keys ---- */

/* The table that the key refers to, as it was. */
static const tusk_table_change *target_of(const tusk_fates *changes,
                                          const tusk_model_foreign_key *key)
{
    for (size_t i = 0; i < changes->tables.count; i++) {
        const tusk_model_table *first = changes->tables.items[i].first;
        if (tusk_str_eq(first->name, key->table_to) &&
            tusk_str_eq(tusk_model_schema(first->schema), tusk_model_schema(key->schema_to)))
            return &changes->tables.items[i];
    }
    return NULL;
}

static bool same_set(const tusk_names *a, const tusk_names *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!tusk_names_have(b, a->items[i])) return false;
    }
    return true;
}

static bool index_is_of(const tusk_model_index *index, const tusk_names *columns)
{
    if (!index->unique || index->where.ptr || index->columns.count != columns->count) return false;
    for (size_t i = 0; i < index->columns.count; i++) {
        if (index->columns.items[i].is_expression) return false;
        if (!tusk_names_have(columns, index->columns.items[i].expression)) return false;
    }
    return true;
}

/* Does what makes the target unique go, be it for a moment? `early`: before foreign keys do. */
static bool support_goes(const tusk_table_change *target, const tusk_names *columns, bool *early)
{
    const tusk_model_table *old = target->old;
    bool goes = false;
    for (size_t i = 0; i < old->uniques.count; i++) {
        if (target->uniques[i] == TUSK_KEPT || !same_set(&old->uniques.items[i].columns, columns))
            continue;
        goes = *early = true;
    }
    for (size_t i = 0; i < old->primary_keys.count; i++) {
        bool is = same_set(&old->primary_keys.items[i].columns, columns);
        if (is && target->primary_keys[i] != TUSK_KEPT) goes = true;
    }
    for (size_t i = 0; i < old->indexes.count; i++) {
        bool is = index_is_of(&old->indexes.items[i], columns);
        if (is && target->indexes[i] != TUSK_KEPT) goes = true;
    }
    bool single = target->key_goes && columns->count == 1;
    const tusk_str key = single ? single_key(target->old) : (tusk_str){ 0 };
    const tusk_column_change *column = single ? tusk_fates_of_column(target, key) : NULL;
    return goes || (column && tusk_str_eq(column->first_name, columns->items[0]));
}

/* Types on both sides that no operator compares while one has changed and the other not yet. */
static bool types_part(const tusk_table_change *table, const tusk_names *columns)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (!tusk_names_have(columns, column->first_name)) continue;
        if (column->depth >= TUSK_CONVERTED) return true;
        if (column->depth == TUSK_RETYPED && column->other_family) return true;
    }
    return false;
}

static bool foreign_key_touched(const tusk_fates *changes, const tusk_table_change *table,
                                const tusk_model_foreign_key *key, bool *early)
{
    const tusk_table_change *target = target_of(changes, key);
    bool touched = types_part(table, &key->columns_from);
    if (!target) return touched;
    if (!target->now) {
        *early = true;
        return true;
    }
    if (support_goes(target, &key->columns_to, early)) touched = true;
    return types_part(target, &key->columns_to) || touched;
}

void tusk_fates_find_foreign_keys(tusk_fates *changes, tusk_table_change *table)
{
    if (!table->now) return;
    for (size_t i = 0; i < table->old->foreign_keys.count; i++) {
        const tusk_model_foreign_key *old = &table->old->foreign_keys.items[i];
        const tusk_model_foreign_key *now = TUSK_NAMED(table->now->foreign_keys, old->name);
        bool early = false, touched = foreign_key_touched(changes, table, old, &early);
        if (!now) {
            table->foreign_keys[i] = TUSK_GONE;
        } else if (touched || !tusk_same_foreign_key(old, now)) {
            table->foreign_keys[i] = TUSK_CHANGED;
        }
        table->early_foreign_keys[i] = early && table->foreign_keys[i] != TUSK_KEPT;
    }
}
