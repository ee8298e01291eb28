/* catalog.h - between the parts of introspection: one reading of the catalogs under way */
#ifndef TUSK_INTROSPECT_CATALOG_H
#define TUSK_INTROSPECT_CATALOG_H

#include "src/base/map.h"
#include "src/introspect/introspect.h"
#include "tusk/run.h"

typedef struct tusk_catalog {
    tusk_conn *conn;
    tusk_arena *arena;
    const tusk_introspect_options *options;
    int version;
    tusk_str schemas; /* the oids of those that are read, as an array of SQL: $1 of every query */
    tusk_model *model;
    tusk_map tables; /* of the model, by oid */
    tusk_error *err;
} tusk_catalog;

/** A name in SQL, always quoted. */
#define TUSK_CATALOG_QUOTED(x) "'\"' || replace(" x "::text, '\"', '\"\"') || '\"'"
/** Does the object of a catalog belong to no extension? */
#define TUSK_CATALOG_OWN(catalog, oid)                                                   \
    "not exists (select from pg_depend own where own.classid = '" catalog "'::regclass " \
    "and own.objid = " oid " and own.deptype = 'e')"
/** Tables that become tables of the model: no partitions, which stand in their parent, and not the
 * record of migrations. */
#define TUSK_CATALOG_TABLE(c)                                                           \
    c ".relnamespace = any($1::text::oid[]) and " c ".relkind in ('r', 'p') and not " c \
      ".relispartition and " c ".relpersistence <> 't' and " c                          \
      ".relname <> '__drizzle_migrations' and " TUSK_CATALOG_OWN("pg_class", c ".oid")

/** Asks a query, whose $1 are the schemas. */
tusk_status tusk_catalog_ask(tusk_catalog *c, const char *sql, tusk_result *out);
/** The table with this oid (as text), NULL for one that is not read. */
tusk_model_table *tusk_catalog_table(const tusk_catalog *c, tusk_str oid);
/** Says what a schema cannot say. */
void tusk_catalog_notice(const tusk_catalog *c, const char *format, ...) TUSK_PRINTF(2, 3);
/** TUSK_OK, or TUSK_NOMEM when the arena has failed. */
tusk_status tusk_catalog_done(const tusk_catalog *c);

/* ---- cells ---- */

static inline bool tusk_catalog_true(tusk_str cell)
{
    return tusk_str_eq(cell, TUSK_STR("t"));
}
static inline bool tusk_catalog_is(tusk_str cell, char letter)
{
    return cell.len == 1 && cell.ptr[0] == letter;
}
/** The elements of an array of text in its text form; NULL elements and no text give none. */
tusk_names tusk_catalog_names(tusk_arena *arena, tusk_str cell);
/** "name=value" of each as "a=b,c=d"; "" for none. */
tusk_str tusk_catalog_joined(tusk_arena *arena, tusk_str cell);
/** Without the parentheses around the whole of an expression. */
tusk_str tusk_catalog_bare(tusk_str expression);

/* ---- texts ---- */

/** What format_type() says, as drizzle-kit writes it: "varchar(20)", "timestamp (3)". */
tusk_str tusk_catalog_type(tusk_arena *arena, tusk_str formatted);
/** A type as a query told it. */
typedef struct tusk_catalog_type_row {
    tusk_str formatted, kind, name, schema; /* of an array: of its elements */
    bool array;
} tusk_catalog_type_row;
/** Types of the system in drizzle-kit's words; others by their bare name, with their schema apart
 * unless it is public (of an enum: always). */
void tusk_catalog_set_type(tusk_arena *arena, tusk_model_column *column, tusk_catalog_type_row row);
/** An expression after DEFAULT of a column of `type` as a snapshot tells its kind. */
tusk_default tusk_catalog_default(tusk_arena *arena, tusk_str type, tusk_str expression);

/* ---- parts, in this order ---- */

tusk_status tusk_catalog_schemas(tusk_catalog *c);
tusk_status tusk_catalog_tables(tusk_catalog *c);
tusk_status tusk_catalog_columns(tusk_catalog *c);
tusk_status tusk_catalog_partitions(tusk_catalog *c);
tusk_status tusk_catalog_constraints(tusk_catalog *c);
tusk_status tusk_catalog_indexes(tusk_catalog *c);
tusk_status tusk_catalog_policies(tusk_catalog *c);
tusk_status tusk_catalog_enums(tusk_catalog *c);
tusk_status tusk_catalog_sequences(tusk_catalog *c);
tusk_status tusk_catalog_roles(tusk_catalog *c);
tusk_status tusk_catalog_views(tusk_catalog *c);
tusk_status tusk_catalog_extensions(tusk_catalog *c);
tusk_status tusk_catalog_domains(tusk_catalog *c);
tusk_status tusk_catalog_composites(tusk_catalog *c);
tusk_status tusk_catalog_functions(tusk_catalog *c);
tusk_status tusk_catalog_triggers(tusk_catalog *c);
tusk_status tusk_catalog_comments(tusk_catalog *c);
tusk_status tusk_catalog_left_out(tusk_catalog *c);

#endif
