/* check.c - what a .def file's columns mean: references exist and fit, attributes go together */
#include "src/model/check.h"

#include "src/base/banned.h"

const tusk_def_table *tusk_check_target(const tusk_def *def, const tusk_def_name *name,
                                        tusk_error *err)
{
    const tusk_def_table *table = tusk_def_find_table(def, name->text);
    if (table && table->kind == TUSK_DEF_TABLE) return table;
    if (table) {
        tusk_place_fail(err, name->place, "\"%.*s\" is a view: a foreign key needs a table",
                        TUSK_STR_ARG(name->text));
        return NULL;
    }
    tusk_place_fail(err, name->place, "there is no table \"%.*s\"", TUSK_STR_ARG(name->text));
    tusk_error_hint(err,
                    "Tables are named as in C: the second name of TABLE(row, table, \"sql\").");
    return NULL;
}

const tusk_def_column *tusk_check_find_column(const tusk_def_table *table,
                                              const tusk_def_name *name, tusk_error *err)
{
    const tusk_def_column *column = tusk_def_find_column(table, name->text);
    if (column) return column;
    tusk_place_fail(err, name->place, "there is no column \"%.*s\" in table \"%.*s\"",
                    TUSK_STR_ARG(name->text), TUSK_STR_ARG(table->handle.text));
    return NULL;
}

/* ---- foreign keys ---- */

/* Types that PostgreSQL compares with each other in an index. */
static int family(tusk_type type)
{
    switch (type) {
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
        return TUSK_TYPE_TEXT;
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        return TUSK_TYPE_INTEGER;
    case TUSK_TYPE_DATE:
    case TUSK_TYPE_TIMESTAMP:
    case TUSK_TYPE_TIMESTAMPTZ:
        return TUSK_TYPE_DATE;
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        return TUSK_TYPE_REAL;
    default:
        return (int)type;
    }
}

/* A domain may stand for its base type: what it is, only the database knows. */
static bool is_custom(const tusk_def_column *column)
{
    return column->type == TUSK_TYPE_OTHER &&
           tusk_str_starts(column->word.text, TUSK_STR("custom"));
}

static bool types_fit(const tusk_def_column *a, const tusk_def_column *b)
{
    if (is_custom(a) || is_custom(b)) return true;
    if (a->is_array != b->is_array) return false;
    if (family(a->type) != family(b->type)) return false;
    return tusk_str_eq(a->enumeration.text, b->enumeration.text) &&
           tusk_str_eq(a->other_type.text, b->other_type.text);
}

tusk_status tusk_check_reference(const tusk_def_column *from, tusk_place place,
                                 const tusk_def_table *to_table, const tusk_def_column *to,
                                 tusk_error *err)
{
    if (types_fit(from, to)) return TUSK_OK;
    return tusk_place_fail(
        err, place, "\"%.*s\" is %s%s, but \"%.*s.%.*s\", which it references, is %s%s",
        TUSK_STR_ARG(from->name.text), tusk_check_type_name(from), from->is_array ? "[]" : "",
        TUSK_STR_ARG(to_table->handle.text), TUSK_STR_ARG(to->name.text), tusk_check_type_name(to),
        to->is_array ? "[]" : "");
}

tusk_status tusk_check_set_null(const tusk_def_column *column, tusk_action action, tusk_place place,
                                tusk_error *err)
{
    if (action != TUSK_SET_NULL || column->nullable) return TUSK_OK;
    return tusk_place_fail(err, place, "SET_NULL needs \"%.*s\" to be NULLABLE",
                           TUSK_STR_ARG(column->name.text));
}

/* What only means something beside REFERENCES. */
static tusk_status check_no_reference(const tusk_def_column *column, tusk_error *err)
{
    const struct {
        tusk_place place;
        const char *word;
    } parts[] = { { column->on_update_given, "ON_UPDATE" },
                  { column->ref_name.place, "REFERENCES_AS" },
                  { column->deferrable, "DEFERRABLE" },
                  { column->initially_deferred, "INITIALLY_DEFERRED" } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!tusk_def_given(parts[i].place)) continue;
        return tusk_place_fail(err, parts[i].place, "%s needs REFERENCES beside it", parts[i].word);
    }
    return TUSK_OK;
}

static tusk_status check_references(const tusk_def *def, const tusk_def_column *column,
                                    tusk_error *err)
{
    const tusk_def_name *ref = &column->ref_table;
    if (!ref->text.ptr) return check_no_reference(column, err);
    const tusk_def_table *to_table = tusk_check_target(def, ref, err);
    if (!to_table) return TUSK_INVALID;
    const tusk_def_column *to = tusk_check_find_column(to_table, &column->ref_column, err);
    if (!to) return TUSK_INVALID;
    tusk_status st = tusk_check_reference(column, column->ref_column.place, to_table, to, err);
    if (st == TUSK_OK) st = tusk_check_set_null(column, column->on_delete, ref->place, err);
    if (st == TUSK_OK) {
        st = tusk_check_set_null(column, column->on_update, column->on_update_given, err);
    }
    if (st != TUSK_OK) return st;
    tusk_def_name name = column->ref_column;
    tusk_def_names target = { .items = &name, .count = 1, .cap = 1 };
    return tusk_check_unique(&column->ref_column, to_table, &target, err);
}

/* ---- columns ---- */

static tusk_status check_column(const tusk_def *def, const tusk_def_table *table,
                                const tusk_def_column *column, tusk_error *err)
{
    tusk_status st = tusk_check_fill(column, err);
    if (st == TUSK_OK) st = tusk_check_attributes(column, err);
    if (st == TUSK_OK && column->type == TUSK_TYPE_ENUM) st = tusk_check_label(def, column, err);
    if (st == TUSK_OK && column->default_literal.text.ptr) st = tusk_check_literal(column, err);
    if (st == TUSK_OK) st = check_references(def, column, err);
    if (st != TUSK_OK) return st;
    bool key = tusk_def_given(column->primary_key), unique = tusk_def_given(column->unique);
    if (key && column->nullable) {
        return tusk_place_fail(err, column->name.place,
                               "a primary key cannot be NULLABLE: write COLUMN");
    }
    if (!key && !unique) return TUSK_OK;
    tusk_def_name name = column->name;
    tusk_def_names columns = { .items = &name, .count = 1, .cap = 1 };
    return tusk_check_partition_key(table, &columns, key ? column->primary_key : column->unique,
                                    err);
}

/* Two primary keys, whichever way each is written. */
static tusk_status check_one_key(const tusk_def_table *table, tusk_error *err)
{
    bool found = false;
    tusk_place second = { 0 };
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        if (!tusk_def_given(column->primary_key)) continue;
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
        return tusk_place_fail(err, table->handle.place, "the %s \"%.*s\" has no columns",
                               table->kind == TUSK_DEF_TABLE ? "table" : "view",
                               TUSK_STR_ARG(table->handle.text));
    }
    if (table->kind != TUSK_DEF_TABLE) return tusk_check_view(def, table, err);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        st = check_column(def, table, &table->columns.items[i], err);
    }
    if (st == TUSK_OK) st = tusk_check_items(def, table, err);
    if (st == TUSK_OK) st = tusk_check_extras(table, err);
    return st == TUSK_OK ? check_one_key(table, err) : st;
}

tusk_status tusk_def_check(tusk_arena *arena, const tusk_def *def, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_table(def, &def->tables.items[i], err);
    }
    if (st == TUSK_OK) st = tusk_check_objects(def, err);
    return st == TUSK_OK ? tusk_check_names(arena, def, err) : st;
}
