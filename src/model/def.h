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
    bool desc; /* in a list of columns: DESC(name) */
} tusk_def_name;
typedef TUSK_VEC(tusk_def_name) tusk_def_names;

typedef struct tusk_def_label {
    tusk_def_name name; /* as C says it */
    tusk_def_name sql;
} tusk_def_label;

typedef struct tusk_def_enum {
    tusk_def_name name, sql;
    TUSK_VEC(tusk_def_label) labels;
} tusk_def_enum;

/** Fields as in tusk_column; attributes that were not written have `text.ptr` NULL. */
typedef struct tusk_def_column {
    tusk_def_name name;
    tusk_def_name sql; /* NAMED("...") */
    tusk_type type;
    bool is_array;
    int length, precision, scale;
    tusk_def_name enumeration;
    bool nullable, primary_key, unique;
    tusk_def_name default_literal, default_text, default_sql, generated;
    tusk_def_name ref_table, ref_column;
    tusk_action on_delete, on_update;
    tusk_place on_update_place;
} tusk_def_column;

/** A table-level item. */
typedef struct tusk_def_item {
    tusk_item_kind kind;
    tusk_place place;
    tusk_def_name name;       /* INDEX, UNIQUE_INDEX, CHECK */
    tusk_def_names columns;   /* ON, KEY, UNIQUE_ON */
    tusk_def_name expression; /* ON_SQL, or the condition of a CHECK */
    tusk_def_name where, method;
    tusk_def_name to_table; /* FOREIGN_KEY */
    tusk_def_names to_columns;
    tusk_action on_delete;
} tusk_def_item;

typedef struct tusk_def_table {
    tusk_def_name row, handle, sql;
    TUSK_VEC(tusk_def_column) columns;
    TUSK_VEC(tusk_def_item) items;
} tusk_def_table;

typedef struct tusk_def {
    TUSK_VEC(tusk_def_enum) enums;
    TUSK_VEC(tusk_def_table) tables;
} tusk_def;

/** Reads `path` and what it includes. Errors: TUSK_IO, TUSK_INVALID with file, line and column.
 * Lifetime: `arena`. */
tusk_status tusk_def_parse(tusk_arena *arena, const char *path, tusk_def *out, tusk_error *err);

/** The SQL name of a column: NAMED("..."), else its name in C. */
static inline tusk_str tusk_def_column_sql(const tusk_def_column *column)
{
    return column->sql.text.ptr ? column->sql.text : column->name.text;
}
/** NULL when there is none. */
const tusk_def_table *tusk_def_find_table(const tusk_def *def, tusk_str handle);
const tusk_def_enum *tusk_def_find_enum(const tusk_def *def, tusk_str name);
const tusk_def_column *tusk_def_find_column(const tusk_def_table *table, tusk_str name);

#endif
