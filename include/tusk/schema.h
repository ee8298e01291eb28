/* schema.h - what a .def file becomes in C: descriptors of enums, columns and tables */
#ifndef TUSK_SCHEMA_H
#define TUSK_SCHEMA_H

#include "tusk/types.h"

/** What happens to a row when the row it references is deleted (or its key updated). */
typedef enum tusk_action {
    TUSK_NO_ACTION,
    TUSK_CASCADE,
    TUSK_SET_NULL,
    TUSK_SET_DEFAULT,
    TUSK_RESTRICT,
} tusk_action;

/** One enum. Static, constant data made by define.h. */
typedef struct tusk_enum {
    const char *name; /* as C says it */
    const char *sql_name;
    const char *const *labels; /* indexed by the C enum's value */
    size_t count;
} tusk_enum;

/** One column. Static, constant data made by define.h. */
typedef struct tusk_column {
    const char *name;     /* as C says it */
    const char *sql_name; /* NULL: the same as `name` */
    const char *file;     /* where it is declared, for messages */
    int line;
    tusk_type type;
    bool is_array;
    int length;           /* varchar(n), else 0 */
    int precision, scale; /* decimal(p, s), else 0 */
    const tusk_enum *enumeration;
    bool nullable, primary_key, unique;
    const char *default_literal; /* DEFAULT(3): the token as written */
    const char *default_text;    /* DEFAULT_TEXT("x"): a text value, quoted by Tusk */
    const char *default_sql;     /* DEFAULT_SQL("now()"): an SQL expression */
    const char *generated;       /* GENERATED("expr"): stored, never inserted or updated */
    const struct tusk_column *references;
    tusk_action on_delete, on_update;
} tusk_column;

/** What a table-level item is. */
typedef enum tusk_item_kind {
    TUSK_ITEM_INDEX,
    TUSK_ITEM_UNIQUE_INDEX,
    TUSK_ITEM_CHECK,
    TUSK_ITEM_KEY,
    TUSK_ITEM_UNIQUE,
    TUSK_ITEM_FOREIGN_KEY,
} tusk_item_kind;

/** One table-level item. Lists of columns are kept as they are written ("owner_id,
 * DESC(created_at)"): only the model reads them. */
typedef struct tusk_table_item {
    tusk_item_kind kind;
    const char *name;       /* NULL: the default name */
    const char *columns;    /* ON(...), KEY(...), UNIQUE_ON(...) */
    const char *expression; /* ON_SQL("..."), or the condition of a CHECK */
    const char *where;      /* WHERE("...") of a partial index */
    const char *method;     /* USING(gin); NULL: btree */
    const char *to;         /* FOREIGN_KEY: "handles, column, ..." */
    tusk_action on_delete, on_update;
} tusk_table_item;

/** One table. Static, constant data made by define.h. */
typedef struct tusk_table {
    const char *sql_name;
    const char *name; /* the handle's name in C */
    size_t row_size;
    size_t column_count;
    const tusk_column *columns;
    const size_t *(*offsets)(void); /* of each column's field in the row struct */
    size_t item_count;
    const tusk_table_item *items; /* in the order they are written */
} tusk_table;

/** A whole schema: define.h makes one when TUSK_SCHEMA_NAME is set. */
typedef struct tusk_schema {
    const tusk_table *const *tables;
    size_t table_count;
    const tusk_enum *const *enums;
    size_t enum_count;
} tusk_schema;

/** The column's name in SQL. Lifetime: static. */
static inline const char *tusk_column_sql_name(const tusk_column *column)
{
    return column->sql_name ? column->sql_name : column->name;
}

#endif
