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

static const char *type_name(tusk_type type)
{
    static const char *const names[] = {
#define TYPE_NAME(name, ctype, sql, oid, array_oid) sql,
        TUSK_SCALAR_TYPES(TYPE_NAME)
#undef TYPE_NAME
    };
    return type == TUSK_TYPE_ENUM ? "an enum" : names[type];
}

tusk_status tusk_check_reference(const tusk_def_column *from, tusk_place place,
                                 const tusk_def_table *to_table, const tusk_def_column *to,
                                 tusk_error *err)
{
    if (types_fit(from, to)) return TUSK_OK;
    return tusk_place_fail(
        err, place, "\"%.*s\" is %s%s, but \"%.*s.%.*s\", which it references, is %s%s",
        TUSK_STR_ARG(from->name.text), type_name(from->type), from->is_array ? "[]" : "",
        TUSK_STR_ARG(to_table->handle.text), TUSK_STR_ARG(to->name.text), type_name(to->type),
        to->is_array ? "[]" : "");
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

/* 5, -1.5, 1e3: what SQL and JSON both take as a number. */
static bool is_number(tusk_str s, bool whole)
{
    size_t i = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
    size_t digits = 0, start = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++, digits++;
    if (digits == 0 || (digits > 1 && s.ptr[start] == '0')) return false;
    if (i == s.len) return true;
    if (whole) return false;
    if (s.ptr[i] == '.') {
        size_t point = ++i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == point) return false;
    }
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
        if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) i++;
        size_t exponent = i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == exponent) return false;
    }
    return i == s.len;
}

static tusk_status bad_literal(const tusk_def_column *column, const char *takes, tusk_error *err)
{
    tusk_place_fail(err, column->default_literal.place, "DEFAULT(%.*s) does not fit %s%s",
                    TUSK_STR_ARG(column->default_literal.text), type_name(column->type),
                    column->is_array ? "[]" : "");
    tusk_error_hint(err,
                    "It takes %s. A text is DEFAULT_TEXT(\"x\"), an SQL expression "
                    "DEFAULT_SQL(\"now()\").",
                    takes);
    return TUSK_INVALID;
}

static tusk_status check_literal(const tusk_def_column *column, tusk_error *err)
{
    tusk_str text = column->default_literal.text;
    if (column->is_array) return bad_literal(column, "no literal", err);
    long long value, max = INT64_MAX;
    switch (column->type) {
    case TUSK_TYPE_BOOLEAN:
        if (tusk_str_eq(text, TUSK_STR("true")) || tusk_str_eq(text, TUSK_STR("false")))
            return TUSK_OK;
        return bad_literal(column, "true or false", err);
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        if (column->type == TUSK_TYPE_SMALLINT) max = INT16_MAX;
        if (column->type == TUSK_TYPE_INTEGER) max = INT32_MAX;
        if (is_number(text, true) && tusk_str_to_int(text, -max - 1, max, &value)) return TUSK_OK;
        return bad_literal(column, "a whole number within its range", err);
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
    case TUSK_TYPE_NUMERIC:
        return is_number(text, false) ? TUSK_OK : bad_literal(column, "a number", err);
    default:
        return bad_literal(column, "no literal", err);
    }
}

static tusk_status check_label(const tusk_def *def, const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_enum *e = tusk_def_find_enum(def, column->enumeration.text);
    if (!e) {
        return tusk_place_fail(err, column->enumeration.place, "there is no enum \"%.*s\"",
                               TUSK_STR_ARG(column->enumeration.text));
    }
    if (!column->default_text.text.ptr) return TUSK_OK;
    for (size_t i = 0; i < e->labels.count; i++) {
        if (tusk_str_eq(e->labels.items[i].sql.text, column->default_text.text)) return TUSK_OK;
    }
    return tusk_place_fail(err, column->default_text.place,
                           "the enum \"%.*s\" has no label \"%.*s\"", TUSK_STR_ARG(e->name.text),
                           TUSK_STR_ARG(column->default_text.text));
}

/* At most one of the ways to fill a column. */
static tusk_status check_fill(const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_name *ways[] = { &column->default_literal, &column->default_text,
                                    &column->default_sql, &column->generated };
    const tusk_def_name *first = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!ways[i]->text.ptr) continue;
        if (first && ways[i] == &column->generated) {
            return tusk_place_fail(err, ways[i]->place, "a generated column cannot have a default");
        }
        if (first) return tusk_place_fail(err, ways[i]->place, "the column has two defaults");
        first = ways[i];
    }
    if (first && first != &column->default_literal && tusk_str_trim(first->text).len == 0 &&
        first != &column->default_text) {
        return tusk_place_fail(err, first->place, "the SQL expression is empty");
    }
    return TUSK_OK;
}

tusk_status tusk_check_column(const tusk_def *def, const tusk_def_table *table,
                              const tusk_def_column *column, tusk_error *err)
{
    tusk_status st = check_fill(column, err);
    if (st == TUSK_OK && column->type == TUSK_TYPE_ENUM) st = check_label(def, column, err);
    if (st == TUSK_OK && column->default_literal.text.ptr) st = check_literal(column, err);
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
