/* check_item.c - a table's keys, foreign keys and indexes: their columns exist and can be such */
#include "src/model/check.h"

#include "src/base/banned.h"

static tusk_status check_list(const tusk_def_table *table, const tusk_def_names *list,
                              tusk_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!tusk_check_find_column(table, &list->items[i], err)) return TUSK_INVALID;
        for (size_t j = 0; j < i; j++) {
            if (!tusk_str_eq(list->items[i].text, list->items[j].text)) continue;
            return tusk_place_fail(err, list->items[i].place, "the column \"%.*s\" is listed twice",
                                   TUSK_STR_ARG(list->items[i].text));
        }
    }
    return TUSK_OK;
}

static bool listed(const tusk_def_names *list, tusk_str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (tusk_str_eq(list->items[i].text, name)) return true;
    }
    return false;
}

static bool same_set(const tusk_def_names *a, const tusk_def_names *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!listed(b, a->items[i].text)) return false;
    }
    return true;
}

/* The columns of an index that can stand for a key: no condition, no expressions. */
static bool index_is_key(const tusk_def_item *item, const tusk_def_names *columns)
{
    if (item->kind != TUSK_ITEM_UNIQUE_INDEX || item->where.text.ptr) return false;
    if (item->entries.count != columns->count) return false;
    for (size_t i = 0; i < item->entries.count; i++) {
        const tusk_def_entry *entry = &item->entries.items[i];
        if (entry->is_expression || !listed(columns, entry->name.text)) return false;
    }
    return true;
}

static bool has_key(const tusk_def_table *table, const tusk_def_names *columns)
{
    if (columns->count == 1) {
        const tusk_def_column *column = tusk_def_find_column(table, columns->items[0].text);
        if (column && (tusk_def_given(column->primary_key) || tusk_def_given(column->unique))) {
            return true;
        }
    }
    for (size_t i = 0; i < table->items.count; i++) {
        const tusk_def_item *item = &table->items.items[i];
        bool key = item->kind == TUSK_ITEM_KEY || item->kind == TUSK_ITEM_UNIQUE;
        if (key && same_set(&item->columns, columns)) return true;
        if (index_is_key(item, columns)) return true;
    }
    return false;
}

tusk_status tusk_check_unique(const tusk_def_name *at, const tusk_def_table *table,
                              const tusk_def_names *columns, tusk_error *err)
{
    if (has_key(table, columns)) return TUSK_OK;
    tusk_place_fail(err, at->place,
                    "a foreign key needs a unique target, but no key of \"%.*s\" is "
                    "over exactly these columns",
                    TUSK_STR_ARG(table->handle.text));
    tusk_error_hint(err,
                    "Make the target PRIMARY_KEY or UNIQUE, or add UNIQUE_ON(...) to its table.");
    return TUSK_INVALID;
}

/* ---- indexes ---- */

static tusk_status check_entries(const tusk_def_table *table, const tusk_def_item *item, bool btree,
                                 tusk_error *err)
{
    for (size_t i = 0; i < item->entries.count; i++) {
        const tusk_def_entry *entry = &item->entries.items[i];
        if (!btree && (tusk_def_given(entry->desc) || tusk_def_given(entry->nulls_first))) {
            return tusk_place_fail(err, entry->name.place, "only a btree index has an order");
        }
        if (entry->is_expression) {
            if (tusk_str_trim(entry->name.text).len > 0) continue;
            return tusk_place_fail(err, entry->name.place, "the SQL expression is empty");
        }
        if (!tusk_check_find_column(table, &entry->name, err)) return TUSK_INVALID;
    }
    return TUSK_OK;
}

/* Entries that are columns, for what is said of keys. */
static tusk_status check_index_key(const tusk_def_table *table, const tusk_def_item *item,
                                   tusk_error *err)
{
    tusk_def_name names[32];
    tusk_def_names columns = { .items = names };
    for (size_t i = 0; i < item->entries.count && i < 32; i++) {
        if (!item->entries.items[i].is_expression) {
            names[columns.count++] = item->entries.items[i].name;
        }
    }
    return tusk_check_partition_key(table, &columns, item->place, err);
}

static tusk_status check_index(const tusk_def_table *table, const tusk_def_item *item,
                               tusk_error *err)
{
    bool both = tusk_def_given(item->on_sql) && item->entries.count > 1;
    if (item->entries.count == 0 || both) {
        return tusk_place_fail(err, item->name.place, "an index takes %s",
                               both ? "either ON(...) or ON_SQL(\"...\"), not both"
                                    : "ON(column, ...) or ON_SQL(\"expression\")");
    }
    bool btree = !item->method.text.ptr || tusk_str_eq(item->method.text, TUSK_STR("btree"));
    bool unique = item->kind == TUSK_ITEM_UNIQUE_INDEX;
    if (!btree && unique) {
        return tusk_place_fail(err, item->method.place, "only a btree index can be unique");
    }
    if (!unique && tusk_def_given(item->nulls_not_distinct)) {
        return tusk_place_fail(err, item->nulls_not_distinct,
                               "NULLS_NOT_DISTINCT is of a UNIQUE_INDEX");
    }
    tusk_status st = check_entries(table, item, btree, err);
    if (st == TUSK_OK) st = check_list(table, &item->include, err);
    return st == TUSK_OK && unique ? check_index_key(table, item, err) : st;
}

/* ---- constraints ---- */

static tusk_status check_key(const tusk_def_table *table, const tusk_def_item *item,
                             tusk_error *err)
{
    tusk_status st = check_list(table, &item->columns, err);
    for (size_t i = 0; st == TUSK_OK && i < item->columns.count; i++) {
        const tusk_def_column *column = tusk_def_find_column(table, item->columns.items[i].text);
        if (item->kind == TUSK_ITEM_UNIQUE || !column->nullable) continue;
        return tusk_place_fail(err, item->columns.items[i].place,
                               "\"%.*s\" is NULLABLE, so it cannot be in the primary key",
                               TUSK_STR_ARG(column->name.text));
    }
    return st == TUSK_OK ? tusk_check_partition_key(table, &item->columns, item->place, err) : st;
}

static tusk_status check_foreign_key(const tusk_def *def, const tusk_def_table *table,
                                     const tusk_def_item *item, tusk_error *err)
{
    tusk_status st = check_list(table, &item->columns, err);
    if (st != TUSK_OK) return st;
    const tusk_def_table *to_table = tusk_check_target(def, &item->to_table, err);
    if (!to_table) return TUSK_INVALID;
    st = check_list(to_table, &item->to_columns, err);
    if (st != TUSK_OK) return st;
    if (item->columns.count != item->to_columns.count) {
        return tusk_place_fail(err, item->to_table.place, "ON lists %zu columns, TO lists %zu",
                               item->columns.count, item->to_columns.count);
    }
    for (size_t i = 0; st == TUSK_OK && i < item->columns.count; i++) {
        tusk_place place = item->columns.items[i].place;
        const tusk_def_column *from = tusk_def_find_column(table, item->columns.items[i].text);
        const tusk_def_column *to = tusk_def_find_column(to_table, item->to_columns.items[i].text);
        st = tusk_check_reference(from, place, to_table, to, err);
        if (st == TUSK_OK) st = tusk_check_set_null(from, item->on_delete, place, err);
        if (st == TUSK_OK) st = tusk_check_set_null(from, item->on_update, place, err);
    }
    if (st != TUSK_OK) return st;
    return tusk_check_unique(&item->to_table, to_table, &item->to_columns, err);
}

static tusk_status check_item(const tusk_def *def, const tusk_def_table *table,
                              const tusk_def_item *item, tusk_error *err)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        return check_index(table, item, err);
    case TUSK_ITEM_FOREIGN_KEY:
        return check_foreign_key(def, table, item, err);
    case TUSK_ITEM_KEY:
    case TUSK_ITEM_UNIQUE:
        return check_key(table, item, err);
    case TUSK_ITEM_CHECK:
        if (tusk_str_trim(item->expression.text).len > 0) return TUSK_OK;
        return tusk_place_fail(err, item->expression.place, "the condition is empty");
    default:
        if (tusk_str_trim(item->expression.text).len > 0) return TUSK_OK;
        return tusk_place_fail(err, item->expression.place,
                               "the exclusion is empty: write \"using gist (...)\"");
    }
}

tusk_status tusk_check_items(const tusk_def *def, const tusk_def_table *table, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->items.count; i++) {
        st = check_item(def, table, &table->items.items[i], err);
    }
    return st;
}
