/* check_names.c - every name of a .def file: well-formed, not too long, not taken twice */
#include "src/base/map.h"
#include "src/model/check.h"
#include "src/model/resolve.h"

#include "src/base/banned.h"

/* Names in use, and what to call the clash. Values are the tusk_def_name that came first. */
typedef struct names {
    tusk_map map;
    const char *what;
} names;

static names names_of(tusk_arena *arena, const char *what)
{
    names out = { .what = what };
    tusk_map_init(&out.map, arena);
    return out;
}

static tusk_status check_c_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (!tusk_word_is_reserved(name->text)) return TUSK_OK;
    tusk_place_fail(err, name->place, "\"%.*s\" cannot be the name of %s in C: it is reserved",
                    TUSK_STR_ARG(name->text), what);
    tusk_error_hint(err, "Choose another name here; the name in the database stays what the quoted "
                         "one or NAMED(\"...\") says.");
    return TUSK_INVALID;
}

static tusk_status too_long(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (name->text.len <= TUSK_NAME_MAX) return TUSK_OK;
    tusk_place_fail(err, name->place, "the name of %s is %zu bytes long: \"%.*s\"", what,
                    name->text.len, TUSK_STR_ARG(name->text));
    tusk_error_hint(err, "PostgreSQL keeps %d bytes of a name. Choose a shorter one.",
                    TUSK_NAME_MAX);
    return TUSK_INVALID;
}

static tusk_status check_sql_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (name->text.len > 0) return too_long(name, what, err);
    return tusk_place_fail(err, name->place, "the name of %s in SQL is empty", what);
}

/* `key` is what has to differ, `shown` what a message calls it. */
static tusk_status add_as(names *in, tusk_str key, tusk_str shown, const tusk_def_name *name,
                          tusk_error *err)
{
    const tusk_def_name *first = tusk_map_get(&in->map, key);
    if (first) {
        tusk_place_fail(err, name->place, "%s \"%.*s\" is declared twice", in->what,
                        TUSK_STR_ARG(shown));
        tusk_error_hint(err, "The first one is at %s:%d:%d.", first->place.file, first->place.line,
                        first->place.column);
        return TUSK_INVALID;
    }
    return tusk_map_put(&in->map, key, (void *)(uintptr_t)name)
               ? TUSK_OK
               : tusk_fail_nomem(err, "the schema");
}

static tusk_status add(names *in, const tusk_def_name *name, tusk_error *err)
{
    return add_as(in, name->text, name->text, name, err);
}

static tusk_str cut(tusk_str name)
{
    return (tusk_str){ name.ptr, name.len > TUSK_NAME_MAX ? TUSK_NAME_MAX : name.len };
}

/* The same name in two schemas is two names; public is "". */
static tusk_str in_schema(tusk_arena *arena, const tusk_def_name *schema, tusk_str name)
{
    tusk_str in = tusk_model_schema(tusk_def_schema_of(schema));
    if (in.len == 0) return name;
    return tusk_arena_printf(arena, "%.*s.%.*s", TUSK_STR_ARG(in), TUSK_STR_ARG(name));
}

/* For names that we make: two that are equal once PostgreSQL cut them clash. */
static tusk_status add_made(tusk_arena *arena, names *in, const tusk_def_name *schema,
                            tusk_str made, tusk_place place, tusk_error *err)
{
    tusk_def_name *name = TUSK_NEW(arena, tusk_def_name);
    tusk_str key = made.ptr ? in_schema(arena, schema, cut(made)) : made;
    if (!name || !key.ptr) return tusk_fail_nomem(err, "the schema");
    *name = (tusk_def_name){ .text = made, .place = place };
    tusk_status st = add_as(in, key, cut(made), name, err);
    if (st != TUSK_OK && made.len > TUSK_NAME_MAX) {
        tusk_error_detail(err, "The name is \"%.*s\", of which PostgreSQL keeps %d bytes.",
                          TUSK_STR_ARG(made), TUSK_NAME_MAX);
    }
    return st;
}

/* All the name spaces of a schema. */
typedef struct spaces {
    tusk_arena *arena;
    const tusk_def *def;
    names schemas;
    names tags;      /* struct and enum tags of C */
    names handles;   /* variables of C */
    names relations; /* tables, views, sequences and indexes of SQL */
    names types;     /* tables, views, enums, domains and composite types of SQL */
    names roles, extensions, functions, comments, policies;
} spaces;

/* ---- what stands in a schema ---- */

static tusk_status check_schema(spaces *s, const tusk_def_name *schema, tusk_error *err)
{
    bool given = schema->text.ptr && !tusk_str_eq(schema->text, TUSK_STR("public"));
    if (!given || tusk_map_has(&s->schemas.map, schema->text)) return TUSK_OK;
    tusk_place_fail(err, schema->place, "there is no schema \"%.*s\"", TUSK_STR_ARG(schema->text));
    tusk_error_hint(err, "Declare it with SCHEMA(\"%.*s\").", TUSK_STR_ARG(schema->text));
    return TUSK_INVALID;
}

/* Something new of SQL, in a space whose names differ from schema to schema. */
static tusk_status add_sql(spaces *s, names *in, const tusk_def_name *schema,
                           const tusk_def_name *name, const char *what, tusk_error *err)
{
    tusk_status st = check_schema(s, schema, err);
    if (st == TUSK_OK) st = check_sql_name(name, what, err);
    if (st != TUSK_OK) return st;
    tusk_str key = in_schema(s->arena, schema, name->text);
    if (!key.ptr) return tusk_fail_nomem(err, "the schema");
    return add_as(in, key, name->text, name, err);
}

/* RENAMED_FROM what it is called now would do nothing, and never end. */
static tusk_status check_renamed(const tusk_def_name *from, const tusk_def_name *name,
                                 tusk_error *err)
{
    if (!from->text.ptr || !tusk_str_eq(from->text, name->text)) return TUSK_OK;
    return tusk_place_fail(err, from->place, "RENAMED_FROM(\"%.*s\") is the name it has now",
                           TUSK_STR_ARG(from->text));
}

/* ---- enums ---- */

static tusk_status check_labels(spaces *s, const tusk_def_enum *e, tusk_error *err)
{
    names in_c = names_of(s->arena, "label"), in_sql = names_of(s->arena, "label");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < e->labels.count; i++) {
        const tusk_def_label *label = &e->labels.items[i];
        st = too_long(&label->sql, "the label", err);
        if (st == TUSK_OK) st = add(&in_c, &label->name, err);
        if (st == TUSK_OK) st = add(&in_sql, &label->sql, err);
        if (st == TUSK_OK) st = check_renamed(&label->renamed_from, &label->sql, err);
    }
    return st;
}

static tusk_status check_enum(spaces *s, const tusk_def_enum *e, tusk_error *err)
{
    tusk_status st = check_c_name(&e->name, "an enum", err);
    if (st == TUSK_OK) st = add(&s->tags, &e->name, err);
    if (st == TUSK_OK) st = add_sql(s, &s->types, &e->schema, &e->sql, "the enum", err);
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
        return check_c_name(handle, table->kind == TUSK_DEF_TABLE ? "a table" : "a view", err);
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

static tusk_status check_columns(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    names in_c = names_of(s->arena, "column"), in_sql = names_of(s->arena, "column");
    names before = names_of(s->arena, "the column before a rename,");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        const tusk_def_name *sql = column->sql.text.ptr ? &column->sql : &column->name;
        st = check_c_name(&column->name, "a column", err);
        if (st == TUSK_OK) st = check_sql_name(sql, "the column", err);
        if (st == TUSK_OK) st = add(&in_c, &column->name, err);
        if (st == TUSK_OK) st = add(&in_sql, sql, err);
        if (st == TUSK_OK) st = check_renamed(&column->renamed_from, sql, err);
        if (st == TUSK_OK && column->renamed_from.text.ptr) {
            st = add(&before, &column->renamed_from, err);
        }
    }
    return st;
}

static tusk_status check_table(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    bool view = table->kind != TUSK_DEF_TABLE;
    tusk_def_name elsewhere = { 0 }; /* what exists already may be in any schema */
    const tusk_def_name *schema = tusk_def_given(table->existing) ? &elsewhere : &table->schema;
    tusk_status st = check_c_name(&table->row, "a row", err);
    if (st == TUSK_OK) st = check_handle(table, err);
    if (st == TUSK_OK) st = check_schema(s, schema, err);
    if (st == TUSK_OK) st = check_sql_name(&table->sql, view ? "the view" : "the table", err);
    if (st == TUSK_OK) st = add(&s->tags, &table->row, err);
    if (st == TUSK_OK) st = add(&s->handles, &table->handle, err);
    if (st != TUSK_OK) return st;
    tusk_str key = in_schema(s->arena, &table->schema, table->sql.text);
    if (!key.ptr) return tusk_fail_nomem(err, "the schema");
    st = add_as(&s->relations, key, table->sql.text, &table->sql, err);
    if (st == TUSK_OK) st = add_as(&s->types, key, table->sql.text, &table->sql, err);
    if (st == TUSK_OK) st = check_renamed(&table->renamed_from, &table->sql, err);
    return st == TUSK_OK ? check_columns(s, table, err) : st;
}

/* ---- constraints, indexes and what else has a name in a table ---- */

/* A key or unique constraint is a constraint of its table and an index of the schema. */
static tusk_status add_key(spaces *s, names *constraints, const tusk_def_table *table,
                           tusk_str name, tusk_place place, tusk_error *err)
{
    tusk_status st = add_made(s->arena, constraints, &(tusk_def_name){ 0 }, name, place, err);
    if (st != TUSK_OK) return st;
    return add_made(s->arena, &s->relations, &table->schema, name, place, err);
}

static tusk_status check_column_constraints(spaces *s, names *constraints,
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
        st = check_sql_name(&column->unique_name, "the constraint", err);
    }
    if (st == TUSK_OK && tusk_def_given(column->unique)) {
        st = add_key(s, constraints, table, tusk_name_unique(s->arena, table, column), place, err);
    }
    if (st == TUSK_OK && column->ref_name.text.ptr) {
        st = check_sql_name(&column->ref_name, "the constraint", err);
    }
    if (st == TUSK_OK && column->ref_table.text.ptr) {
        tusk_str name = tusk_name_reference(s->arena, s->def, table, column);
        st = add_made(s->arena, constraints, &none, name, column->ref_table.place, err);
    }
    if (st == TUSK_OK && tusk_def_given(column->identity)) {
        tusk_str name = tusk_name_identity(s->arena, table, column);
        st = add_made(s->arena, &s->relations, &table->schema, name, place, err);
    }
    return st;
}

static tusk_status check_item_name(spaces *s, names *constraints, const tusk_def_table *table,
                                   const tusk_def_item *item, tusk_error *err)
{
    static const tusk_def_name none = { 0 };
    bool index = item->kind == TUSK_ITEM_INDEX || item->kind == TUSK_ITEM_UNIQUE_INDEX;
    bool check = item->kind == TUSK_ITEM_CHECK;
    if (item->name.text.ptr) {
        const char *what = index ? "the index" : check ? "the check" : "the constraint";
        tusk_status st = check_sql_name(&item->name, what, err);
        if (st != TUSK_OK) return st;
    }
    if (index) {
        return add_sql(s, &s->relations, &table->schema, &item->name, "the index", err);
    }
    if (check) return add(constraints, &item->name, err);
    tusk_str name = tusk_name_item(s->arena, s->def, table, item);
    tusk_place place = item->name.text.ptr ? item->name.place : item->place;
    if (item->kind == TUSK_ITEM_FOREIGN_KEY) {
        return add_made(s->arena, constraints, &none, name, place, err);
    }
    return add_key(s, constraints, table, name, place, err);
}

static tusk_status check_table_extras(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    names policies = names_of(s->arena, "the policy"), triggers = names_of(s->arena, "the trigger");
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->policies.count; i++) {
        const tusk_def_policy *policy = &table->policies.items[i];
        st = check_sql_name(&policy->name, "the policy", err);
        if (st == TUSK_OK) st = add(&policies, &policy->name, err);
        if (st == TUSK_OK) st = check_renamed(&policy->renamed_from, &policy->name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->triggers.count; i++) {
        st = check_sql_name(&table->triggers.items[i].name, "the trigger", err);
        if (st == TUSK_OK) st = add(&triggers, &table->triggers.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->partitions.count; i++) {
        const tusk_def_partition *partition = &table->partitions.items[i];
        const tusk_def_name *schema =
            partition->schema.text.ptr ? &partition->schema : &table->schema;
        st = add_sql(s, &s->relations, schema, &partition->name, "the partition", err);
    }
    return st;
}

static tusk_status check_constraints(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    names constraints = names_of(s->arena, "constraint");
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

static tusk_status check_schemas(spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->schemas.count; i++) {
        const tusk_def_schema *schema = &s->def->schemas.items[i];
        st = check_sql_name(&schema->name, "the schema", err);
        if (st == TUSK_OK && tusk_str_eq(schema->name.text, TUSK_STR("public"))) {
            st = tusk_place_fail(err, schema->name.place, "the schema public is there anyway");
        }
        if (st == TUSK_OK) st = add(&s->schemas, &schema->name, err);
        if (st == TUSK_OK) st = check_renamed(&schema->renamed_from, &schema->name, err);
    }
    return st;
}

static tusk_status check_roles(spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->roles.count; i++) {
        const tusk_def_role *role = &s->def->roles.items[i];
        st = check_sql_name(&role->name, "the role", err);
        if (st == TUSK_OK) st = add(&s->roles, &role->name, err);
        if (st == TUSK_OK) st = check_renamed(&role->renamed_from, &role->name, err);
    }
    return st;
}

static tusk_status check_sequences(spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->sequences.count; i++) {
        const tusk_def_sequence *sequence = &s->def->sequences.items[i];
        st = add_sql(s, &s->relations, &sequence->schema, &sequence->name, "the sequence", err);
        if (st == TUSK_OK) st = check_renamed(&sequence->renamed_from, &sequence->name, err);
    }
    return st;
}

static tusk_status check_parts(spaces *s, const tusk_def_parts *parts, const char *what,
                               tusk_error *err)
{
    names seen = names_of(s->arena, what);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < parts->count; i++) {
        st = check_sql_name(&parts->items[i].name, what, err);
        if (st == TUSK_OK) st = add(&seen, &parts->items[i].name, err);
    }
    return st;
}

static tusk_status check_types(spaces *s, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->def->domains.count; i++) {
        const tusk_def_domain *domain = &s->def->domains.items[i];
        st = add_sql(s, &s->types, &domain->schema, &domain->name, "the domain", err);
        if (st == TUSK_OK) st = check_parts(s, &domain->checks, "the check", err);
    }
    for (size_t i = 0; st == TUSK_OK && i < s->def->composites.count; i++) {
        const tusk_def_composite *composite = &s->def->composites.items[i];
        st = add_sql(s, &s->types, &composite->schema, &composite->name, "the type", err);
        if (st == TUSK_OK) st = check_parts(s, &composite->fields, "the field", err);
    }
    return st;
}

static tusk_status check_others(spaces *s, tusk_error *err)
{
    const tusk_def *def = s->def;
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->extensions.count; i++) {
        st = check_schema(s, &def->extensions.items[i].schema, err);
        if (st == TUSK_OK) st = add(&s->extensions, &def->extensions.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->functions.count; i++) {
        const tusk_def_routine *function = &def->functions.items[i];
        tusk_str key = in_schema(s->arena, &function->schema, function->name.text);
        st = check_schema(s, &function->schema, err);
        if (st == TUSK_OK && !key.ptr) st = tusk_fail_nomem(err, "the schema");
        if (st == TUSK_OK) {
            st = add_as(&s->functions, key, function->name.text, &function->name, err);
        }
    }
    for (size_t i = 0; st == TUSK_OK && i < def->comments.count; i++) {
        st = add(&s->comments, &def->comments.items[i].name, err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->policies.count; i++) {
        const tusk_def_policy *policy = &def->policies.items[i];
        st = check_sql_name(&policy->name, "the policy", err);
        if (st == TUSK_OK) st = add(&s->policies, &policy->name, err);
    }
    return st;
}

tusk_status tusk_check_names(tusk_arena *arena, const tusk_def *def, tusk_error *err)
{
    spaces s = { .arena = arena,
                 .def = def,
                 .schemas = names_of(arena, "the schema"),
                 .tags = names_of(arena, "the C name"),
                 .handles = names_of(arena, "the C name"),
                 .relations = names_of(arena, "the table or index"),
                 .types = names_of(arena, "the table or enum"),
                 .roles = names_of(arena, "the role"),
                 .extensions = names_of(arena, "the extension"),
                 .functions = names_of(arena, "the function"),
                 .comments = names_of(arena, "the comment on"),
                 .policies = names_of(arena, "the policy") };
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
