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

static tusk_status check_c_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (!tusk_word_is_reserved(name->text)) return TUSK_OK;
    tusk_place_fail(err, name->place, "\"%.*s\" cannot be the name of %s in C: it is reserved",
                    TUSK_STR_ARG(name->text), what);
    tusk_error_hint(err, "Choose another name here; the name in the database stays what the quoted "
                         "one or NAMED(\"...\") says.");
    return TUSK_INVALID;
}

static tusk_status check_sql_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (name->text.len == 0) {
        return tusk_place_fail(err, name->place, "the name of %s in SQL is empty", what);
    }
    if (name->text.len <= TUSK_NAME_MAX) return TUSK_OK;
    tusk_place_fail(err, name->place, "the name of %s is %zu bytes long: \"%.*s\"", what,
                    name->text.len, TUSK_STR_ARG(name->text));
    tusk_error_hint(err, "PostgreSQL keeps %d bytes of a name. Choose a shorter one.",
                    TUSK_NAME_MAX);
    return TUSK_INVALID;
}

static tusk_status add(names *in, tusk_str key, const tusk_def_name *name, tusk_error *err)
{
    const tusk_def_name *first = tusk_map_get(&in->map, key);
    if (first) {
        tusk_place_fail(err, name->place, "%s \"%.*s\" is declared twice", in->what,
                        TUSK_STR_ARG(key));
        tusk_error_hint(err, "The first one is at %s:%d:%d.", first->place.file, first->place.line,
                        first->place.column);
        return TUSK_INVALID;
    }
    return tusk_map_put(&in->map, key, (void *)(uintptr_t)name)
               ? TUSK_OK
               : tusk_fail_nomem(err, "the schema");
}

static tusk_str cut(tusk_str name)
{
    return (tusk_str){ name.ptr, name.len > TUSK_NAME_MAX ? TUSK_NAME_MAX : name.len };
}

/* The same, for names that we make: two that are equal once PostgreSQL cut them clash. */
static tusk_status add_made(tusk_arena *arena, names *in, tusk_str made, tusk_place place,
                            tusk_error *err)
{
    tusk_def_name *name = TUSK_NEW(arena, tusk_def_name);
    if (!name || !made.ptr) return tusk_fail_nomem(err, "the schema");
    *name = (tusk_def_name){ .text = made, .place = place };
    tusk_status st = add(in, cut(made), name, err);
    if (st != TUSK_OK && made.len > TUSK_NAME_MAX) {
        tusk_error_detail(err, "The name is \"%.*s\", of which PostgreSQL keeps %d bytes.",
                          TUSK_STR_ARG(made), TUSK_NAME_MAX);
    }
    return st;
}

/* All the name spaces of a schema. */
typedef struct spaces {
    tusk_arena *arena;
    names tags;      /* struct and enum tags of C */
    names handles;   /* variables of C */
    names relations; /* tables and indexes of SQL */
    names types;     /* tables and enums of SQL */
} spaces;

static tusk_status check_enum(spaces *s, const tusk_def_enum *e, tusk_error *err)
{
    tusk_status st = check_c_name(&e->name, "an enum", err);
    if (st == TUSK_OK) st = check_sql_name(&e->sql, "the enum", err);
    if (st == TUSK_OK) st = add(&s->tags, e->name.text, &e->name, err);
    if (st == TUSK_OK) st = add(&s->types, e->sql.text, &e->sql, err);
    if (st != TUSK_OK) return st;
    if (e->labels.count == 0) {
        return tusk_place_fail(err, e->name.place, "the enum \"%.*s\" has no LABEL",
                               TUSK_STR_ARG(e->name.text));
    }
    names in_c = { .what = "label" }, in_sql = { .what = "label" };
    tusk_map_init(&in_c.map, s->arena);
    tusk_map_init(&in_sql.map, s->arena);
    for (size_t i = 0; st == TUSK_OK && i < e->labels.count; i++) {
        const tusk_def_label *label = &e->labels.items[i];
        st = check_sql_name(&label->sql, "the label", err);
        if (st == TUSK_OK) st = add(&in_c, label->name.text, &label->name, err);
        if (st == TUSK_OK) st = add(&in_sql, label->sql.text, &label->sql, err);
    }
    return st;
}

static tusk_status check_handle(const tusk_def_name *handle, tusk_error *err)
{
    if (!tusk_word_is_library(handle->text)) return check_c_name(handle, "a table", err);
    tusk_place_fail(err, handle->place,
                    "a table cannot be called \"%.*s\" in C: the C library has "
                    "something of that name",
                    TUSK_STR_ARG(handle->text));
    tusk_error_hint(err,
                    "Choose another second name, e.g. \"%.*s_table\"; the name in the database "
                    "stays what the quoted one says.",
                    TUSK_STR_ARG(handle->text));
    return TUSK_INVALID;
}

static tusk_status check_columns(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    names in_c = { .what = "column" }, in_sql = { .what = "column" };
    tusk_map_init(&in_c.map, s->arena);
    tusk_map_init(&in_sql.map, s->arena);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        const tusk_def_name *sql = column->sql.text.ptr ? &column->sql : &column->name;
        st = check_c_name(&column->name, "a column", err);
        if (st == TUSK_OK) st = check_sql_name(sql, "the column", err);
        if (st == TUSK_OK) st = add(&in_c, column->name.text, &column->name, err);
        if (st == TUSK_OK) st = add(&in_sql, sql->text, sql, err);
    }
    return st;
}

/* A key or unique constraint is a constraint of its table and an index of the schema. */
static tusk_status add_key(spaces *s, names *constraints, tusk_str name, tusk_place place,
                           tusk_error *err)
{
    tusk_status st = add_made(s->arena, constraints, name, place, err);
    return st == TUSK_OK ? add_made(s->arena, &s->relations, name, place, err) : st;
}

static tusk_status check_column_constraints(spaces *s, names *constraints, const tusk_def *def,
                                            const tusk_def_table *table, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        tusk_place place = column->name.place;
        if (column->primary_key) {
            tusk_str name = tusk_arena_printf(s->arena, "%.*s_pkey", TUSK_STR_ARG(table->sql.text));
            st = add_key(s, constraints, name, place, err);
        }
        if (st == TUSK_OK && column->unique) {
            st = add_key(s, constraints, tusk_name_unique(s->arena, table, column), place, err);
        }
        if (st == TUSK_OK && column->ref_table.text.ptr) {
            tusk_str name = tusk_name_reference(s->arena, def, table, column);
            st = add_made(s->arena, constraints, name, column->ref_table.place, err);
        }
    }
    return st;
}

static tusk_status check_item_name(spaces *s, names *constraints, const tusk_def *def,
                                   const tusk_def_table *table, const tusk_def_item *item,
                                   tusk_error *err)
{
    bool named = item->name.text.ptr != NULL;
    if (named) {
        bool check = item->kind == TUSK_ITEM_CHECK;
        tusk_status st = check_sql_name(&item->name, check ? "the check" : "the index", err);
        if (st != TUSK_OK) return st;
        return add(check ? constraints : &s->relations, item->name.text, &item->name, err);
    }
    tusk_str name = tusk_name_item(s->arena, def, table, item);
    if (item->kind == TUSK_ITEM_FOREIGN_KEY) {
        return add_made(s->arena, constraints, name, item->place, err);
    }
    return add_key(s, constraints, name, item->place, err);
}

static tusk_status check_constraints(spaces *s, const tusk_def *def, const tusk_def_table *table,
                                     tusk_error *err)
{
    names constraints = { .what = "constraint" };
    tusk_map_init(&constraints.map, s->arena);
    tusk_status st = check_column_constraints(s, &constraints, def, table, err);
    for (size_t i = 0; st == TUSK_OK && i < table->items.count; i++) {
        st = check_item_name(s, &constraints, def, table, &table->items.items[i], err);
    }
    return st;
}

static tusk_status check_table(spaces *s, const tusk_def_table *table, tusk_error *err)
{
    tusk_status st = check_c_name(&table->row, "a row", err);
    if (st == TUSK_OK) st = check_handle(&table->handle, err);
    if (st == TUSK_OK) st = check_sql_name(&table->sql, "the table", err);
    if (st == TUSK_OK) st = add(&s->tags, table->row.text, &table->row, err);
    if (st == TUSK_OK) st = add(&s->handles, table->handle.text, &table->handle, err);
    if (st == TUSK_OK) st = add(&s->relations, table->sql.text, &table->sql, err);
    if (st == TUSK_OK) st = add(&s->types, table->sql.text, &table->sql, err);
    return st == TUSK_OK ? check_columns(s, table, err) : st;
}

tusk_status tusk_check_names(tusk_arena *arena, const tusk_def *def, tusk_error *err)
{
    spaces s = { .arena = arena,
                 .tags.what = "the C name",
                 .handles.what = "the C name",
                 .relations.what = "the table or index",
                 .types.what = "the table or enum" };
    tusk_map_init(&s.tags.map, arena);
    tusk_map_init(&s.handles.map, arena);
    tusk_map_init(&s.relations.map, arena);
    tusk_map_init(&s.types.map, arena);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->enums.count; i++) {
        st = check_enum(&s, &def->enums.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_table(&s, &def->tables.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        st = check_constraints(&s, def, &def->tables.items[i], err);
    }
    return st;
}
