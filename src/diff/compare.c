/* compare.c - naming what changed in a way that no statement is generated for yet */
#include "src/diff/compare.h"

#include "src/base/banned.h"

static tusk_status refuse(tusk_error *err)
{
    tusk_error_hint(err,
                    "Such a change is not generated yet. Write it by hand: `tusk generate "
                    "--custom` records the schema as it is now and makes a file for your SQL.");
    return TUSK_INVALID;
}

static tusk_status removed(tusk_error *err, const char *what, tusk_str name,
                           const tusk_model_table *table)
{
    if (table) {
        tusk_fail(err, TUSK_INVALID, "the %s \"%.*s\" of table \"%.*s\" was removed or renamed",
                  what, TUSK_STR_ARG(name), TUSK_STR_ARG(table->name));
    } else {
        tusk_fail(err, TUSK_INVALID, "the %s \"%.*s\" was removed or renamed", what,
                  TUSK_STR_ARG(name));
    }
    return refuse(err);
}

static tusk_status changed(tusk_error *err, const char *what, tusk_str name,
                           const tusk_model_table *table)
{
    tusk_fail(err, TUSK_INVALID, "the %s \"%.*s\" of table \"%.*s\" was changed", what,
              TUSK_STR_ARG(name), TUSK_STR_ARG(table->name));
    return refuse(err);
}

static tusk_str or_nothing(tusk_str text)
{
    return text.len > 0 ? text : TUSK_STR("none");
}

static tusk_status column_changed(tusk_error *err, const tusk_model_table *table,
                                  const tusk_model_column *column, const char *what, tusk_str from,
                                  tusk_str to)
{
    tusk_fail(err, TUSK_INVALID,
              "column \"%.*s\" of table \"%.*s\": %s was changed from %.*s to %.*s",
              TUSK_STR_ARG(column->name), TUSK_STR_ARG(table->name), what,
              TUSK_STR_ARG(or_nothing(from)), TUSK_STR_ARG(or_nothing(to)));
    return refuse(err);
}

static tusk_str yes_no(bool value)
{
    return value ? TUSK_STR("yes") : TUSK_STR("no");
}

/* Snapshots have "timestamp (3)" and "numeric(10, 2)": the first space before a parenthesis does
 * not count. */
static bool types_equal(tusk_str a, tusk_str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        if (a.ptr[i] == ' ' && i + 1 < a.len && a.ptr[i + 1] == '(') i++;
        if (b.ptr[j] == ' ' && j + 1 < b.len && b.ptr[j + 1] == '(') j++;
        if (a.ptr[i++] != b.ptr[j++]) return false;
    }
    return i == a.len && j == b.len;
}

static bool identities_equal(const tusk_identity *a, const tusk_identity *b)
{
    if (!a->name.ptr || !b->name.ptr) return !a->name.ptr && !b->name.ptr;
    return tusk_str_eq(a->name, b->name) && a->always == b->always && a->cycle == b->cycle &&
           tusk_str_eq(tusk_model_schema(a->schema), tusk_model_schema(b->schema)) &&
           tusk_str_eq(a->increment, b->increment) && tusk_str_eq(a->start_with, b->start_with) &&
           tusk_str_eq(a->min_value, b->min_value) && tusk_str_eq(a->max_value, b->max_value) &&
           tusk_str_eq(a->cache, b->cache);
}

static tusk_status compare_column(const tusk_model_table *table, const tusk_model_column *from,
                                  const tusk_model_column *to, tusk_error *err)
{
    bool same_schema =
        tusk_str_eq(tusk_model_schema(from->type_schema), tusk_model_schema(to->type_schema));
    if (!types_equal(from->type, to->type) || !same_schema) {
        return column_changed(err, table, from, "the type", from->type, to->type);
    }
    if (from->not_null != to->not_null) {
        return column_changed(err, table, from, "NOT NULL", yes_no(from->not_null),
                              yes_no(to->not_null));
    }
    if (from->primary_key != to->primary_key) {
        return column_changed(err, table, from, "the primary key", yes_no(from->primary_key),
                              yes_no(to->primary_key));
    }
    if (from->value.kind != to->value.kind || !tusk_str_eq(from->value.sql, to->value.sql)) {
        return column_changed(err, table, from, "the default", from->value.sql, to->value.sql);
    }
    if (!tusk_str_eq(from->generated, to->generated)) {
        return column_changed(err, table, from, "the generated expression", from->generated,
                              to->generated);
    }
    if (!identities_equal(&from->identity, &to->identity)) {
        return column_changed(err, table, from, "the identity", from->identity.name,
                              to->identity.name);
    }
    return TUSK_OK;
}

static bool index_columns_equal(const tusk_model_index_column *a, const tusk_model_index_column *b)
{
    return tusk_str_eq(a->expression, b->expression) && a->is_expression == b->is_expression &&
           a->descending == b->descending && a->nulls_first == b->nulls_first &&
           tusk_str_eq(a->opclass, b->opclass);
}

static bool indexes_equal(const tusk_model_index *a, const tusk_model_index *b)
{
    bool same = a->unique == b->unique && a->concurrently == b->concurrently &&
                tusk_str_eq(a->method, b->method) && tusk_str_eq(a->where, b->where) &&
                tusk_str_eq(a->with, b->with) && a->columns.count == b->columns.count;
    for (size_t i = 0; same && i < a->columns.count; i++) {
        same = index_columns_equal(&a->columns.items[i], &b->columns.items[i]);
    }
    return same;
}

static bool foreign_keys_equal(const tusk_model_foreign_key *a, const tusk_model_foreign_key *b)
{
    return tusk_str_eq(a->table_to, b->table_to) && tusk_str_eq(a->schema_to, b->schema_to) &&
           tusk_names_equal(&a->columns_from, &b->columns_from) &&
           tusk_names_equal(&a->columns_to, &b->columns_to) &&
           tusk_str_eq(a->on_delete, b->on_delete) && tusk_str_eq(a->on_update, b->on_update);
}

static bool keys_equal(const tusk_model_key *a, const tusk_model_key *b)
{
    return a->nulls_not_distinct == b->nulls_not_distinct &&
           tusk_names_equal(&a->columns, &b->columns);
}

static bool checks_equal(const tusk_model_check *a, const tusk_model_check *b)
{
    return tusk_str_eq(a->value, b->value);
}

/* Each member of `list` in `from` is in `to` under its name, and equal. */
#define COMPARE_LIST(what, list, equal)                                          \
    for (size_t i = 0; i < from->list.count; i++) {                              \
        size_t j = 0;                                                            \
        while (j < to->list.count &&                                             \
               !tusk_str_eq(from->list.items[i].name, to->list.items[j].name)) { \
            j++;                                                                 \
        }                                                                        \
        tusk_str name = from->list.items[i].name;                                \
        if (j == to->list.count) return removed(err, what, name, from);          \
        if (!equal(&from->list.items[i], &to->list.items[j]))                    \
            return changed(err, what, name, from);                               \
    }

static tusk_status compare_constraints(const tusk_model_table *from, const tusk_model_table *to,
                                       tusk_error *err)
{
    COMPARE_LIST("index", indexes, indexes_equal)
    COMPARE_LIST("foreign key", foreign_keys, foreign_keys_equal)
    COMPARE_LIST("primary key", primary_keys, keys_equal)
    COMPARE_LIST("unique constraint", uniques, keys_equal)
    COMPARE_LIST("check", checks, checks_equal)
    if (to->primary_keys.count > from->primary_keys.count) {
        return changed(err, "primary key", to->primary_keys.items[0].name, to);
    }
    return TUSK_OK;
}

static tusk_status compare_table(const tusk_model_table *from, const tusk_model_table *to,
                                 tusk_error *err)
{
    for (size_t i = 0; i < from->columns.count; i++) {
        const tusk_model_column *column = &from->columns.items[i];
        const tusk_model_column *other = tusk_model_find_column(to, column->name);
        if (!other) return removed(err, "column", column->name, from);
        tusk_status st = compare_column(from, column, other, err);
        if (st != TUSK_OK) return st;
    }
    if (from->rls != to->rls || from->policies.count != to->policies.count) {
        return changed(err, "row level security", from->name, from);
    }
    return compare_constraints(from, to, err);
}

bool tusk_compare_values_added(const tusk_names *from, const tusk_names *to)
{
    size_t i = 0;
    for (size_t j = 0; j < to->count && i < from->count; j++) {
        if (tusk_str_eq(from->items[i], to->items[j])) i++;
    }
    return i == from->count;
}

static tusk_status compare_enums(const tusk_model *from, const tusk_model *to, tusk_error *err)
{
    for (size_t i = 0; i < from->enums.count; i++) {
        const tusk_model_enum *e = &from->enums.items[i];
        const tusk_model_enum *other = tusk_model_find_enum(to, e->schema, e->name);
        if (!other) return removed(err, "enum", e->name, NULL);
        if (tusk_compare_values_added(&e->values, &other->values)) continue;
        tusk_fail(err, TUSK_INVALID,
                  "labels of the enum \"%.*s\" were removed, renamed or reordered",
                  TUSK_STR_ARG(e->name));
        return refuse(err);
    }
    return TUSK_OK;
}

tusk_status tusk_compare_models(const tusk_model *from, const tusk_model *to, tusk_error *err)
{
    for (size_t i = 0; i < from->tables.count; i++) {
        const tusk_model_table *table = &from->tables.items[i];
        const tusk_model_table *other = tusk_model_find_table(to, table->schema, table->name);
        if (!other) return removed(err, "table", table->name, NULL);
        tusk_status st = compare_table(table, other, err);
        if (st != TUSK_OK) return st;
    }
    for (size_t i = 0; i < from->schemas.count; i++) {
        if (tusk_names_have(&to->schemas, from->schemas.items[i])) continue;
        return removed(err, "schema", from->schemas.items[i], NULL);
    }
    if (from->sequences.count != to->sequences.count || from->roles.count != to->roles.count ||
        from->policies.count != to->policies.count || from->views.count != to->views.count) {
        tusk_fail(err, TUSK_INVALID, "the sequences, roles, policies or views were changed");
        return refuse(err);
    }
    return compare_enums(from, to, err);
}

/* The label that a default is, as written in SQL. */
static bool is_literal_of(tusk_str sql, tusk_str label)
{
    bool quoted = sql.len == label.len + 2 && sql.ptr[0] == '\'' && sql.ptr[sql.len - 1] == '\'';
    return quoted && memcmp(sql.ptr + 1, label.ptr, label.len) == 0;
}

/* A label added to an old enum cannot be used before its transaction is over (55P04). */
static tusk_status compare_new_label(const tusk_model *from, const tusk_model *to,
                                     const tusk_model_table *table, const tusk_model_column *column,
                                     tusk_error *err)
{
    if (!column->type_schema.ptr || column->value.kind == TUSK_DEFAULT_NONE) return TUSK_OK;
    const tusk_model_enum *old = tusk_model_find_enum(from, column->type_schema, column->type);
    const tusk_model_enum *new = tusk_model_find_enum(to, column->type_schema, column->type);
    for (size_t i = 0; old && new &&i < new->values.count; i++) {
        tusk_str label = new->values.items[i];
        if (tusk_names_have(&old->values, label) || !is_literal_of(column->value.sql, label))
            continue;
        tusk_fail(err, TUSK_INVALID,
                  "column \"%.*s\" of table \"%.*s\": its default is a label added in the same "
                  "migration",
                  TUSK_STR_ARG(column->name), TUSK_STR_ARG(table->name));
        tusk_error_hint(err,
                        "PostgreSQL takes a new label only once its transaction is over: generate "
                        "a migration with the label first, then one with the default.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

tusk_status tusk_compare_new(const tusk_model *from, const tusk_model *to, tusk_error *err)
{
    for (size_t i = 0; i < to->tables.count; i++) {
        const tusk_model_table *table = &to->tables.items[i];
        for (size_t j = 0; j < table->columns.count; j++) {
            tusk_status st = compare_new_label(from, to, table, &table->columns.items[j], err);
            if (st != TUSK_OK) return st;
        }
        if (!table->rls && table->policies.count == 0) continue;
        if (tusk_model_find_table(from, table->schema, table->name)) continue;
        tusk_fail(err, TUSK_INVALID, "the new table \"%.*s\" has row level security",
                  TUSK_STR_ARG(table->name));
        return refuse(err);
    }
    return TUSK_OK;
}
