/* check.c - what a .def file's columns and items mean: references exist and fit, attributes go
 * together */
#include "src/model/check.h"

#include "src/base/banned.h"

tusk_status tusk_check_no_table(const tusk_def_name *name, tusk_error *err)
{
    tusk_place_fail(err, name->place, "there is no table \"%.*s\"", TUSK_STR_ARG(name->text));
    tusk_error_hint(err,
                    "Tables are named as in C: the second name of TABLE(row, table, \"sql\").");
    return TUSK_INVALID;
}

tusk_status tusk_check_no_column(const tusk_def_table *table, const tusk_def_name *name,
                                 tusk_error *err)
{
    return tusk_place_fail(err, name->place, "there is no column \"%.*s\" in table \"%.*s\"",
                           TUSK_STR_ARG(name->text), TUSK_STR_ARG(table->handle.text));
}

static const tusk_def_column *column_of(const tusk_def_table *table, const tusk_def_name *name,
                                        tusk_error *err)
{
    const tusk_def_column *column = tusk_def_find_column(table, name->text);
    if (!column) tusk_check_no_column(table, name, err);
    return column;
}

static tusk_status check_list(const tusk_def_table *table, const tusk_def_names *list,
                              tusk_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!column_of(table, &list->items[i], err)) return TUSK_INVALID;
        for (size_t j = 0; j < i; j++) {
            if (!tusk_str_eq(list->items[i].text, list->items[j].text)) continue;
            return tusk_place_fail(err, list->items[i].place, "the column \"%.*s\" is listed twice",
                                   TUSK_STR_ARG(list->items[i].text));
        }
    }
    return TUSK_OK;
}

static bool is_text(tusk_type type)
{
    return type == TUSK_TYPE_TEXT || type == TUSK_TYPE_VARCHAR;
}

static bool types_fit(const tusk_def_column *a, const tusk_def_column *b)
{
    if (a->is_array != b->is_array) return false;
    if (is_text(a->type) && is_text(b->type)) return true;
    return a->type == b->type && tusk_str_eq(a->enumeration.text, b->enumeration.text);
}

tusk_status tusk_check_reference(const tusk_def_column *from, tusk_place place,
                                 const tusk_def_table *to_table, const tusk_def_column *to,
                                 tusk_error *err)
{
    if (types_fit(from, to)) return TUSK_OK;
    return tusk_place_fail(
        err, place, "\"%.*s\" is %s%s, but \"%.*s.%.*s\", which it references, is %s%s",
        TUSK_STR_ARG(from->name.text), tusk_check_type_name(from->type), from->is_array ? "[]" : "",
        TUSK_STR_ARG(to_table->handle.text), TUSK_STR_ARG(to->name.text),
        tusk_check_type_name(to->type), to->is_array ? "[]" : "");
}

static bool same_set(const tusk_def_names *a, const tusk_def_names *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->count && !found; j++) {
            found = tusk_str_eq(a->items[i].text, b->items[j].text);
        }
        if (!found) return false;
    }
    return true;
}

bool tusk_check_unique(const tusk_def_table *table, const tusk_def_names *columns)
{
    if (columns->count == 1) {
        const tusk_def_column *column = tusk_def_find_column(table, columns->items[0].text);
        if (column && (column->primary_key || column->unique)) return true;
    }
    for (size_t i = 0; i < table->items.count; i++) {
        const tusk_def_item *item = &table->items.items[i];
        bool key = item->kind == TUSK_ITEM_KEY || item->kind == TUSK_ITEM_UNIQUE ||
                   (item->kind == TUSK_ITEM_UNIQUE_INDEX && !item->where.text.ptr &&
                    !item->expression.text.ptr);
        if (key && same_set(&item->columns, columns)) return true;
    }
    return false;
}

static tusk_status not_unique(const tusk_def_name *at, const tusk_def_table *table, tusk_error *err)
{
    tusk_place_fail(err, at->place,
                    "a foreign key needs a unique target, but no key of \"%.*s\" is "
                    "over exactly these columns",
                    TUSK_STR_ARG(table->handle.text));
    tusk_error_hint(err,
                    "Make the target PRIMARY_KEY or UNIQUE, or add UNIQUE_ON(...) to its table.");
    return TUSK_INVALID;
}

static tusk_status check_set_null(const tusk_def_column *column, tusk_action action,
                                  tusk_place place, tusk_error *err)
{
    if (action != TUSK_SET_NULL || column->nullable) return TUSK_OK;
    return tusk_place_fail(err, place, "SET_NULL needs \"%.*s\" to be NULLABLE",
                           TUSK_STR_ARG(column->name.text));
}

static tusk_status check_references(const tusk_def *def, const tusk_def_column *column,
                                    tusk_error *err)
{
    const tusk_def_name *ref = &column->ref_table;
    if (!ref->text.ptr) {
        if (!column->on_update_place.file) return TUSK_OK;
        return tusk_place_fail(err, column->on_update_place,
                               "ON_UPDATE needs REFERENCES beside it");
    }
    const tusk_def_table *to_table = tusk_def_find_table(def, ref->text);
    if (!to_table) return tusk_check_no_table(ref, err);
    const tusk_def_column *to = column_of(to_table, &column->ref_column, err);
    if (!to) return TUSK_INVALID;
    tusk_status st = tusk_check_reference(column, column->ref_column.place, to_table, to, err);
    if (st == TUSK_OK) st = check_set_null(column, column->on_delete, ref->place, err);
    if (st == TUSK_OK) st = check_set_null(column, column->on_update, column->on_update_place, err);
    if (st != TUSK_OK) return st;
    tusk_def_name name = column->ref_column;
    tusk_def_names target = { .items = &name, .count = 1, .cap = 1 };
    return tusk_check_unique(to_table, &target) ? TUSK_OK
                                                : not_unique(&column->ref_column, to_table, err);
}

tusk_status tusk_check_column(const tusk_def *def, const tusk_def_table *table,
                              const tusk_def_column *column, tusk_error *err)
{
    tusk_status st = tusk_check_fill(column, err);
    if (st == TUSK_OK && column->type == TUSK_TYPE_ENUM) st = tusk_check_label(def, column, err);
    if (st == TUSK_OK && column->default_literal.text.ptr) st = tusk_check_literal(column, err);
    if (st == TUSK_OK) st = check_references(def, column, err);
    if (st == TUSK_OK && column->primary_key && column->nullable) {
        return tusk_place_fail(err, column->name.place,
                               "a primary key cannot be NULLABLE: write COLUMN");
    }
    return st;
}

static tusk_status check_index(const tusk_def_table *table, const tusk_def_item *item,
                               tusk_error *err)
{
    bool on = item->columns.count > 0, sql = item->expression.text.ptr != NULL;
    if (on == sql) {
        return tusk_place_fail(err, item->name.place, "an index takes %s",
                               on ? "either ON(...) or ON_SQL(\"...\"), not both"
                                  : "ON(column, ...) or ON_SQL(\"expression\")");
    }
    bool btree = !item->method.text.ptr || tusk_str_eq(item->method.text, TUSK_STR("btree"));
    if (!btree && item->kind == TUSK_ITEM_UNIQUE_INDEX) {
        return tusk_place_fail(err, item->method.place, "only a btree index can be unique");
    }
    for (size_t i = 0; !btree && i < item->columns.count; i++) {
        if (!item->columns.items[i].desc) continue;
        return tusk_place_fail(err, item->columns.items[i].place,
                               "only a btree index has an order");
    }
    return check_list(table, &item->columns, err);
}

static tusk_status check_key(const tusk_def_table *table, const tusk_def_item *item,
                             tusk_error *err)
{
    tusk_status st = check_list(table, &item->columns, err);
    for (size_t i = 0; st == TUSK_OK && i < item->columns.count; i++) {
        const tusk_def_column *column = tusk_def_find_column(table, item->columns.items[i].text);
        if (!column->nullable) continue;
        return tusk_place_fail(err, item->columns.items[i].place,
                               "\"%.*s\" is NULLABLE, so it cannot be in the primary key",
                               TUSK_STR_ARG(column->name.text));
    }
    return st;
}

static tusk_status check_foreign_key(const tusk_def *def, const tusk_def_table *table,
                                     const tusk_def_item *item, tusk_error *err)
{
    tusk_status st = check_list(table, &item->columns, err);
    if (st != TUSK_OK) return st;
    const tusk_def_table *to_table = tusk_def_find_table(def, item->to_table.text);
    if (!to_table) return tusk_check_no_table(&item->to_table, err);
    st = check_list(to_table, &item->to_columns, err);
    if (st != TUSK_OK) return st;
    if (item->columns.count != item->to_columns.count) {
        return tusk_place_fail(err, item->to_table.place, "ON lists %zu columns, TO lists %zu",
                               item->columns.count, item->to_columns.count);
    }
    for (size_t i = 0; st == TUSK_OK && i < item->columns.count; i++) {
        const tusk_def_column *from = tusk_def_find_column(table, item->columns.items[i].text);
        const tusk_def_column *to = tusk_def_find_column(to_table, item->to_columns.items[i].text);
        st = tusk_check_reference(from, item->columns.items[i].place, to_table, to, err);
        if (st == TUSK_OK) {
            st = check_set_null(from, item->on_delete, item->columns.items[i].place, err);
        }
    }
    if (st != TUSK_OK || tusk_check_unique(to_table, &item->to_columns)) return st;
    return not_unique(&item->to_table, to_table, err);
}

tusk_status tusk_check_item(const tusk_def *def, const tusk_def_table *table,
                            const tusk_def_item *item, tusk_error *err)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        return check_index(table, item, err);
    case TUSK_ITEM_KEY:
        return check_key(table, item, err);
    case TUSK_ITEM_FOREIGN_KEY:
        return check_foreign_key(def, table, item, err);
    case TUSK_ITEM_CHECK:
        if (tusk_str_trim(item->expression.text).len > 0) return TUSK_OK;
        return tusk_place_fail(err, item->expression.place, "the condition is empty");
    default:
        return check_list(table, &item->columns, err);
    }
}

/* Two primary keys, whichever way each is written. */
static tusk_status check_one_key(const tusk_def_table *table, tusk_error *err)
{
    bool found = false;
    tusk_place second = { 0 };
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        if (!column->primary_key) continue;
        if (found && !second.file) second = column->name.place;
        found = true;
    }
    for (size_t i = 0; i < table->items.count; i++) {
        const tusk_def_item *item = &table->items.items[i];
        if (item->kind != TUSK_ITEM_KEY) continue;
        if (found && !second.file) second = item->place;
        found = true;
    }
    if (!second.file) return TUSK_OK;
    tusk_place_fail(err, second, "the table \"%.*s\" has two primary keys",
                    TUSK_STR_ARG(table->handle.text));
    tusk_error_hint(err, "A key of several columns is written KEY(a, b), without PRIMARY_KEY.");
    return TUSK_INVALID;
}

static tusk_status check_table(const tusk_def *def, const tusk_def_table *table, tusk_error *err)
{
    if (table->columns.count == 0) {
        return tusk_place_fail(err, table->handle.place, "the table \"%.*s\" has no columns",
                               TUSK_STR_ARG(table->handle.text));
    }
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        st = tusk_check_column(def, table, &table->columns.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->items.count; i++) {
        st = tusk_check_item(def, table, &table->items.items[i], err);
    }
    return st == TUSK_OK ? check_one_key(table, err) : st;
}

tusk_status tusk_def_check(tusk_arena *arena, const tusk_def *def, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_table(def, &def->tables.items[i], err);
    }
    return st == TUSK_OK ? tusk_check_names(arena, def, err) : st;
}
