/* check_names.c - every name of a .def file: well-formed, not too long, not taken twice */
#include "src/model/check.h"
#include "src/model/names.h"
#include "src/model/resolve.h"

#include "src/base/banned.h"

/* RENAMED_FROM what it is called now would do nothing, and never end. */
static tusk_status check_renamed(const tusk_def_name *from, const tusk_def_name *name,
                                 tusk_error *err)
{
    if (!from->text.ptr || !tusk_str_eq(from->text, name->text)) return TUSK_OK;
    return tusk_place_fail(err, from->place, "RENAMED_FROM(\"%.*s\") is the name it has now",
                           TUSK_STR_ARG(from->text));
}

/* ---- enums ---- */

static tusk_status check_labels(tusk_name_spaces *s, const tusk_def_enum *e, tusk_error *err)
{
    tusk_name_space in_c = tusk_names_of(s->arena, "label"),
                    in_sql = tusk_names_of(s->arena, "label");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < e->labels.count; i++) {
        const tusk_def_label *label = &e->labels.items[i];
        st = tusk_check_length(&label->sql, "the label", err);
        if (st == TUSK_OK) st = tusk_names_add(&in_c, &label->name, err);
        if (st == TUSK_OK) st = tusk_names_add(&in_sql, &label->sql, err);
        if (st == TUSK_OK) st = check_renamed(&label->renamed_from, &label->sql, err);
    }
    return st;
}

static tusk_status check_enum(tusk_name_spaces *s, const tusk_def_enum *e, tusk_error *err)
{
    tusk_status st = tusk_check_c_name(&e->name, "an enum", err);
    if (st == TUSK_OK) st = tusk_names_add(&s->tags, &e->name, err);
    if (st == TUSK_OK) st = tusk_names_add_sql(s, &s->types, &e->schema, &e->sql, "the enum", err);
    if (st == TUSK_OK) st = check_renamed(&e->renamed_from, &e->sql, err);
    if (st != TUSK_OK) return st;
    if (e->labels.count > 0) return check_labels(s, e, err);
    return tusk_place_fail(err, e->name.place, "the enum \"%.*s\" has no LABEL",
                           TUSK_STR_ARG(e->name.text));
}

/* ---- tables ---- */

static tusk_status check_handle(const tusk_def_table *table, tusk_error *err)
{
    const tusk_def_name *handle = &table->handle;
    const char *what = table->kind == TUSK_DEF_TABLE ? "table" : "view";
    if (!tusk_word_is_library(handle->text)) {
        return tusk_check_c_name(handle, table->kind == TUSK_DEF_TABLE ? "a table" : "a view", err);
    }
    tusk_place_fail(err, handle->place,
                    "a %s cannot be called \"%.*s\" in C: the C library has "
                    "something of that name",
                    what, TUSK_STR_ARG(handle->text));
    tusk_error_hint(err,
                    "Choose another second name, e.g. \"%.*s_%s\"; the name in the database "
                    "stays what the quoted one says.",
                    TUSK_STR_ARG(handle->text), what);
    return TUSK_INVALID;
}

static tusk_status check_columns(tusk_name_spaces *s, const tusk_def_table *table, tusk_error *err)
{
    tusk_name_space in_c = tusk_names_of(s->arena, "column"),
                    in_sql = tusk_names_of(s->arena, "column");
    tusk_name_space before = tusk_names_of(s->arena, "the column before a rename,");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        const tusk_def_name *sql = column->sql.text.ptr ? &column->sql : &column->name;
        st = tusk_check_c_name(&column->name, "a column", err);
        if (st == TUSK_OK) st = tusk_check_sql_name(sql, "the column", err);
        if (st == TUSK_OK) st = tusk_names_add(&in_c, &column->name, err);
        if (st == TUSK_OK) st = tusk_names_add(&in_sql, sql, err);
        if (st == TUSK_OK) st = check_renamed(&column->renamed_from, sql, err);
        if (st == TUSK_OK && column->renamed_from.text.ptr) {
            st = tusk_names_add(&before, &column->renamed_from, err);
        }
    }
    return st;
}

static tusk_status check_table(tusk_name_spaces *s, const tusk_def_table *table, tusk_error *err)
{
    bool view = table->kind != TUSK_DEF_TABLE;
    tusk_def_name elsewhere = { 0 }; /* what exists already may be in any schema */
    const tusk_def_name *schema = tusk_def_given(table->existing) ? &elsewhere : &table->schema;
    tusk_status st = tusk_check_c_name(&table->row, "a row", err);
    if (st == TUSK_OK) st = check_handle(table, err);
    if (st == TUSK_OK) st = tusk_check_in_schema(s, schema, err);
    if (st == TUSK_OK) st = tusk_check_sql_name(&table->sql, view ? "the view" : "the table", err);
    if (st == TUSK_OK) st = tusk_names_add(&s->tags, &table->row, err);
    if (st == TUSK_OK) st = tusk_names_add(&s->handles, &table->handle, err);
    if (st != TUSK_OK) return st;
    tusk_str key = tusk_names_key(s->arena, &table->schema, table->sql.text);
    if (!key.ptr) return tusk_fail_nomem(err, "the schema");
    st = tusk_names_add_as(&s->relations, key, table->sql.text, &table->sql, err);
    if (st == TUSK_OK) st = tusk_names_add_as(&s->types, key, table->sql.text, &table->sql, err);
    if (st == TUSK_OK) st = check_renamed(&table->renamed_from, &table->sql, err);
    return st == TUSK_OK ? check_columns(s, table, err) : st;
}

/* ---- constraints, indexes and what else has a name in a table ---- */

/* A key or unique constraint is a constraint of its table and an index of the schema. */
static tusk_status add_key(tusk_name_spaces *s, tusk_name_space *constraints,
                           const tusk_def_table *table, tusk_str name, tusk_place place,
                           tusk_error *err)
{
    tusk_status st =
        tusk_names_add_made(s->arena, constraints, &(tusk_def_name){ 0 }, name, place, err);
    if (st != TUSK_OK) return st;
    return tusk_names_add_made(s->arena, &s->relations, &table->schema, name, place, err);
}

static tusk_status check_column_constraints(tusk_name_spaces *s, tusk_name_space *constraints,
                                            const tusk_def_table *table,
                                            const tusk_def_column *column, tusk_error *err)
{
    static const tusk_def_name none = { 0 };
    tusk_place place = column->name.place;
    tusk_status st = TUSK_OK;
    if (tusk_def_given(column->primary_key)) {
        tusk_str name = tusk_arena_printf(s->arena, "%.*s_pkey", TUSK_STR_ARG(table->sql.text));
        st = add_key(s, constraints, table, name, place, err);
    }
    if (st == TUSK_OK && column->unique_name.text.ptr) {
        st = tusk_check_sql_name(&column->unique_name, "the constraint", err);
    }
    if (st == TUSK_OK && tusk_def_given(column->unique)) {
        st = add_key(s, constraints, table, tusk_name_unique(s->arena, table, column), place, err);
    }
    if (st == TUSK_OK && column->ref_name.text.ptr) {
        st = tusk_check_sql_name(&column->ref_name, "the constraint", err);
    }
    if (st == TUSK_OK && column->ref_table.text.ptr) {
        tusk_str name = tusk_name_reference(s->arena, s->def, table, column);
        st = tusk_names_add_made(s->arena, constraints, &none, name, column->ref_table.place, err);
    }
    if (st == TUSK_OK && tusk_def_given(column->identity)) {
        tusk_str name = tusk_name_identity(s->arena, table, column);
        st = tusk_names_add_made(s->arena, &s->relations, &table->schema, name, place, err);
    }
    return st;
}

static tusk_status check_item_name(tusk_name_spaces *s, tusk_name_space *constraints,
                                   const tusk_def_table *table, const tusk_def_item *item,
                                   tusk_error *err)
{
    static const tusk_def_name none = { 0 };
    bool index = item->kind == TUSK_ITEM_INDEX || item->kind == TUSK_ITEM_UNIQUE_INDEX;
    bool check = item->kind == TUSK_ITEM_CHECK;
    if (item->name.text.ptr) {
        const char *what = index ? "the index" : check ? "the check" : "the constraint";
        tusk_status st = tusk_check_sql_name(&item->name, what, err);
        if (st != TUSK_OK) return st;
    }
    if (index) {
        return tusk_names_add_sql(s, &s->relations, &table->schema, &item->name, "the index", err);
    }
    if (check) return tusk_names_add(constraints, &item->name, err);
    tusk_str name = tusk_name_item(s->arena, s->def, table, item);
    tusk_place place = item->name.text.ptr ? item->name.place : item->place;
    if (item->kind == TUSK_ITEM_FOREIGN_KEY) {
        return tusk_names_add_made(s->arena, constraints, &none, name, place, err);
    }
    return add_key(s, constraints, table, name, place, err);
}

static tusk_status check_table_extras(tusk_name_spaces *s, const tusk_def_table *table,
                                      tusk_error *err)
{
    tusk_name_space policies = tusk_names_of(s->arena, "the policy"),
                    triggers = tusk_names_of(s->arena, "the trigger");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->policies.count; i++) {
        const tusk_def_policy *policy = &table->policies.items[i];
        st = tusk_check_sql_name(&policy->name, "the policy", err);
        if (st == TUSK_OK) st = tusk_names_add(&policies, &policy->name, err);
        if (st == TUSK_OK) st = check_renamed(&policy->renamed_from, &policy->name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->triggers.count; i++) {
        st = tusk_check_sql_name(&table->triggers.items[i].name, "the trigger", err);
        if (st == TUSK_OK) st = tusk_names_add(&triggers, &table->triggers.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->partitions.count; i++) {
        const tusk_def_partition *partition = &table->partitions.items[i];
        const tusk_def_name *schema =
            partition->schema.text.ptr ? &partition->schema : &table->schema;
        st = tusk_names_add_sql(s, &s->relations, schema, &partition->name, "the partition", err);
    }
    return st;
}

static tusk_status check_constraints(tusk_name_spaces *s, const tusk_def_table *table,
                                     tusk_error *err)
{
    tusk_name_space constraints = tusk_names_of(s->arena, "constraint");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        st = check_column_constraints(s, &constraints, table, &table->columns.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->items.count; i++) {
        st = check_item_name(s, &constraints, table, &table->items.items[i], err);
    }
    return st == TUSK_OK ? check_table_extras(s, table, err) : st;
}

/* ---- the rest ---- */

static tusk_status check_schemas(tusk_name_spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->schemas.count; i++) {
        const tusk_def_schema *schema = &s->def->schemas.items[i];
        st = tusk_check_sql_name(&schema->name, "the schema", err);
        if (st == TUSK_OK && tusk_str_eq(schema->name.text, TUSK_STR("public"))) {
            st = tusk_place_fail(err, schema->name.place, "the schema public is there anyway");
        }
        if (st == TUSK_OK) st = tusk_names_add(&s->schemas, &schema->name, err);
        if (st == TUSK_OK) st = check_renamed(&schema->renamed_from, &schema->name, err);
    }
    return st;
}

static tusk_status check_roles(tusk_name_spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->roles.count; i++) {
        const tusk_def_role *role = &s->def->roles.items[i];
        st = tusk_check_sql_name(&role->name, "the role", err);
        if (st == TUSK_OK) st = tusk_names_add(&s->roles, &role->name, err);
        if (st == TUSK_OK) st = check_renamed(&role->renamed_from, &role->name, err);
    }
    return st;
}

static tusk_status check_sequences(tusk_name_spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->sequences.count; i++) {
        const tusk_def_sequence *sequence = &s->def->sequences.items[i];
        st = tusk_names_add_sql(s, &s->relations, &sequence->schema, &sequence->name,
                                "the sequence", err);
        if (st == TUSK_OK) st = check_renamed(&sequence->renamed_from, &sequence->name, err);
    }
    return st;
}

static tusk_status check_parts(tusk_name_spaces *s, const tusk_def_parts *parts, const char *what,
                               tusk_error *err)
{
    tusk_name_space seen = tusk_names_of(s->arena, what);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < parts->count; i++) {
        st = tusk_check_sql_name(&parts->items[i].name, what, err);
        if (st == TUSK_OK) st = tusk_names_add(&seen, &parts->items[i].name, err);
    }
    return st;
}

static tusk_status check_types(tusk_name_spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->domains.count; i++) {
        const tusk_def_domain *domain = &s->def->domains.items[i];
        st = tusk_names_add_sql(s, &s->types, &domain->schema, &domain->name, "the domain", err);
        if (st == TUSK_OK) st = check_parts(s, &domain->checks, "the check", err);
    }
    for (size_t i = 0; st == TUSK_OK && i < s->def->composites.count; i++) {
        const tusk_def_composite *composite = &s->def->composites.items[i];
        st =
            tusk_names_add_sql(s, &s->types, &composite->schema, &composite->name, "the type", err);
        if (st == TUSK_OK) st = check_parts(s, &composite->fields, "the field", err);
    }
    return st;
}

static tusk_status check_others(tusk_name_spaces *s, tusk_error *err)
{
    const tusk_def *def = s->def;
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->extensions.count; i++) {
        st = tusk_check_in_schema(s, &def->extensions.items[i].schema, err);
        if (st == TUSK_OK) st = tusk_names_add(&s->extensions, &def->extensions.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->functions.count; i++) {
        const tusk_def_routine *function = &def->functions.items[i];
        tusk_str key = tusk_names_key(s->arena, &function->schema, function->name.text);
        st = tusk_check_in_schema(s, &function->schema, err);
        if (st == TUSK_OK && !key.ptr) st = tusk_fail_nomem(err, "the schema");
        if (st == TUSK_OK) {
            st = tusk_names_add_as(&s->functions, key, function->name.text, &function->name, err);
        }
    }
    for (size_t i = 0; st == TUSK_OK && i < def->comments.count; i++) {
        st = tusk_names_add(&s->comments, &def->comments.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->policies.count; i++) {
        const tusk_def_policy *policy = &def->policies.items[i];
        st = tusk_check_sql_name(&policy->name, "the policy", err);
        if (st == TUSK_OK) st = tusk_names_add(&s->policies, &policy->name, err);
    }
    return st;
}

tusk_status tusk_check_names(tusk_arena *arena, const tusk_def *def, tusk_error *err)
{
    tusk_name_spaces s = { .arena = arena,
                           .def = def,
                           .schemas = tusk_names_of(arena, "the schema"),
                           .tags = tusk_names_of(arena, "the C name"),
                           .handles = tusk_names_of(arena, "the C name"),
                           .relations = tusk_names_of(arena, "the table or index"),
                           .types = tusk_names_of(arena, "the table or enum"),
                           .roles = tusk_names_of(arena, "the role"),
                           .extensions = tusk_names_of(arena, "the extension"),
                           .functions = tusk_names_of(arena, "the function"),
                           .comments = tusk_names_of(arena, "the comment on"),
                           .policies = tusk_names_of(arena, "the policy") };
    tusk_status st = check_schemas(&s, err);
    for (size_t i = 0; st == TUSK_OK && i < def->enums.count; i++) {
        st = check_enum(&s, &def->enums.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_table(&s, &def->tables.items[i], err);
    }
    if (st == TUSK_OK) st = check_sequences(&s, err);
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_constraints(&s, &def->tables.items[i], err);
    }
    if (st == TUSK_OK) st = check_roles(&s, err);
    if (st == TUSK_OK) st = check_types(&s, err);
    return st == TUSK_OK ? check_others(&s, err) : st;
}
