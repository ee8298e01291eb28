/* def.h - a .def file as it is written: every declaration with its place, nothing resolved yet */
#ifndef TUSK_MODEL_DEF_H
#define TUSK_MODEL_DEF_H

#include "src/base/vec.h"
#include "src/model/lex.h"
#include "tusk/schema.h"

/** A name with the place where it stands. "no text" when it was not written. */
typedef struct tusk_def_name {
    tusk_str text;
    tusk_place place;
} tusk_def_name;
typedef TUSK_VEC(tusk_def_name) tusk_def_names;

/** A word that says something by being there: UNIQUE. `file` is NULL when it is not. */
typedef tusk_place tusk_def_flag;

typedef struct tusk_def_label {
    tusk_def_name name; /* as C says it, without the enum's name before it */
    tusk_def_name sql, renamed_from;
} tusk_def_label;

/** In these, `schema` has no text for public. */
typedef struct tusk_def_enum {
    tusk_def_name name, schema, sql;
    tusk_def_name renamed_from, comment;
    TUSK_VEC(tusk_def_label) labels;
} tusk_def_enum;

/** Attributes that were not written have `text.ptr` NULL. */
typedef struct tusk_def_column {
    tusk_def_name name;
    tusk_def_name sql; /* NAMED("...") */
    tusk_type type;
    tusk_def_name word;       /* of the type, as it is written */
    tusk_def_name other_type; /* of TUSK_TYPE_OTHER */
    tusk_def_name type_schema, enumeration;
    tusk_def_name c_type;     /* custom_as("point", place) */
    tusk_def_name dimensions; /* array_of(T, "[3][]") */
    bool is_array, serial, nullable;
    int length, precision, scale;
    tusk_def_flag precision_given;
    tusk_def_name fields;
    tusk_def_flag primary_key, unique, nulls_not_distinct;
    tusk_def_name unique_name;
    tusk_def_name default_literal, default_text, default_sql, generated;
    tusk_def_flag identity;
    bool identity_always;
    tusk_def_name identity_options;
    tusk_def_name ref_table, ref_column, ref_name;
    tusk_action on_delete, on_update;
    tusk_def_flag on_update_given, deferrable, initially_deferred;
    tusk_def_name set_on_update, comment, collation, renamed_from;
} tusk_def_column;

/** What a table-level item is. */
typedef enum tusk_item_kind {
    TUSK_ITEM_INDEX,
    TUSK_ITEM_UNIQUE_INDEX,
    TUSK_ITEM_CHECK,
    TUSK_ITEM_KEY,
    TUSK_ITEM_UNIQUE,
    TUSK_ITEM_FOREIGN_KEY,
    TUSK_ITEM_EXCLUDE,
} tusk_item_kind;

/** One entry of an index: a column, or SQL("expression"). */
typedef struct tusk_def_entry {
    tusk_def_name name;
    bool is_expression;
    tusk_def_flag desc, nulls_first;
    tusk_def_name opclass;
} tusk_def_entry;

/** A table-level item. */
typedef struct tusk_def_item {
    tusk_item_kind kind;
    tusk_place place;
    tusk_def_name name;               /* of an index, check, exclusion; CONSTRAINT(name) */
    tusk_def_names columns;           /* KEY, UNIQUE_ON, ON of a FOREIGN_KEY */
    TUSK_VEC(tusk_def_entry) entries; /* ON of an index; ON_SQL is one entry */
    tusk_def_flag on_sql;
    tusk_def_name expression; /* of a CHECK or EXCLUDE */
    tusk_def_name where, method, with;
    tusk_def_names include;
    tusk_def_flag concurrently, nulls_not_distinct;
    tusk_def_name to_table; /* FOREIGN_KEY */
    tusk_def_names to_columns;
    tusk_action on_delete, on_update;
    tusk_def_flag on_update_given, deferrable, initially_deferred;
} tusk_def_item;

typedef struct tusk_def_policy {
    tusk_def_name schema, table; /* POLICY_ON */
    tusk_def_name name, renamed_from;
    tusk_def_flag restrictive;
    tusk_def_name command;
    tusk_def_names to;
    tusk_def_name using_, with_check;
} tusk_def_policy;
typedef struct tusk_def_partition {
    tusk_def_name schema, name, bounds;
} tusk_def_partition;
/** A trigger, or a function ("touch()"), by its statement; a comment by what it is on. */
typedef struct tusk_def_routine {
    tusk_def_name schema, name, statement;
} tusk_def_routine;

typedef enum tusk_def_table_kind {
    TUSK_DEF_TABLE,
    TUSK_DEF_VIEW,
    TUSK_DEF_MATERIALIZED_VIEW,
} tusk_def_table_kind;

/** A table or a view. */
typedef struct tusk_def_table {
    tusk_def_table_kind kind;
    tusk_def_name row, handle, schema, sql;
    tusk_def_name renamed_from, comment;
    TUSK_VEC(tusk_def_column) columns;
    TUSK_VEC(tusk_def_item) items;
    TUSK_VEC(tusk_def_policy) policies;
    TUSK_VEC(tusk_def_partition) partitions;
    TUSK_VEC(tusk_def_routine) triggers;
    tusk_def_flag rls, rls_forced, unlogged;
    tusk_def_name storage, partition_by;
    /* of a view: */
    tusk_def_flag existing;
    tusk_def_name definition, with, method, tablespace;
    tusk_def_flag no_data;
} tusk_def_table;

typedef struct tusk_def_schema {
    tusk_def_name name, renamed_from;
} tusk_def_schema;
typedef struct tusk_def_sequence {
    tusk_def_name schema, name, options, renamed_from;
} tusk_def_sequence;
typedef struct tusk_def_role {
    tusk_def_name name, options, renamed_from;
} tusk_def_role;
typedef struct tusk_def_extension {
    tusk_def_name schema, name;
} tusk_def_extension;
/** A field of a composite type, or a check of a domain. */
typedef struct tusk_def_part {
    tusk_def_name name, sql;
} tusk_def_part;
typedef TUSK_VEC(tusk_def_part) tusk_def_parts;
typedef struct tusk_def_domain {
    tusk_def_name schema, name, type, default_sql;
    tusk_def_flag not_null;
    tusk_def_parts checks;
} tusk_def_domain;
typedef struct tusk_def_composite {
    tusk_def_name schema, name;
    tusk_def_parts fields;
} tusk_def_composite;

typedef struct tusk_def {
    TUSK_VEC(tusk_def_enum) enums;
    TUSK_VEC(tusk_def_table) tables; /* and views */
    TUSK_VEC(tusk_def_schema) schemas;
    TUSK_VEC(tusk_def_sequence) sequences;
    TUSK_VEC(tusk_def_role) roles;
    TUSK_VEC(tusk_def_policy) policies; /* POLICY_ON */
    TUSK_VEC(tusk_def_extension) extensions;
    TUSK_VEC(tusk_def_domain) domains;
    TUSK_VEC(tusk_def_composite) composites;
    TUSK_VEC(tusk_def_routine) functions;
    TUSK_VEC(tusk_def_routine) comments;
} tusk_def;

/** Reads `path` and what it includes. Errors: TUSK_IO, TUSK_INVALID with file, line and column.
 * Lifetime: `arena`. */
tusk_status tusk_def_parse(tusk_arena *arena, const char *path, tusk_def *out, tusk_error *err);
/** The same from the lines that a program was compiled with. Errors tell file and line. */
tusk_status tusk_def_parse_lines(tusk_arena *arena, const tusk_schema *schema, tusk_def *out,
                                 tusk_error *err);

static inline bool tusk_def_given(tusk_def_flag flag)
{
    return flag.file != NULL;
}
/** The SQL name of a column: NAMED("..."), else its name in C. */
static inline tusk_str tusk_def_column_sql(const tusk_def_column *column)
{
    return column->sql.text.ptr ? column->sql.text : column->name.text;
}
/** "public" when none is written. */
static inline tusk_str tusk_def_schema_of(const tusk_def_name *schema)
{
    return schema->text.ptr ? schema->text : TUSK_STR("public");
}
/** NULL when there is none. */
const tusk_def_table *tusk_def_find_table(const tusk_def *def, tusk_str handle);
const tusk_def_enum *tusk_def_find_enum(const tusk_def *def, tusk_str name);
const tusk_def_column *tusk_def_find_column(const tusk_def_table *table, tusk_str name);

#endif
