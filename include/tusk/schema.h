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
    const char *schema; /* NULL: public */
} tusk_enum;

/** One column. Static, constant data made by define.h. */
typedef struct tusk_column {
    const char *name;     /* as C says it */
    const char *sql_name; /* NULL: the same as `name` */
    const char *file;     /* where it is declared, for messages */
    int line;
    tusk_type type;
    bool is_array;
    const char *other_type;         /* of TUSK_TYPE_OTHER: its name, without (length) */
    const struct tusk_codec *codec; /* custom_as(...): reads and writes its C type (custom.h) */
    size_t value_at;                /* then: of `value` in the nullable form */
    const char *dimensions;         /* array_of(T, "[3][]"), else NULL */
    int length;                     /* varchar(n), else 0 */
    int precision, scale;           /* decimal(p, s) or PRECISION(p), else 0 */
    const tusk_enum *enumeration;
    bool nullable, primary_key, unique;
    const char *default_literal; /* DEFAULT(3): the token as written */
    const char *default_text;    /* DEFAULT_TEXT("x"): a text value, quoted by Tusk */
    const char *default_sql;     /* DEFAULT_SQL("now()"): an SQL expression */
    const char *generated;       /* GENERATED("expr"): stored, never inserted or updated */
    bool serial;
    enum { TUSK_IDENTITY_NONE, TUSK_IDENTITY_ALWAYS, TUSK_IDENTITY_BY_DEFAULT } identity;
    const char *set_on_update; /* SET_ON_UPDATE("now()"): what an update sets it to by itself */
    const struct tusk_column *references;
    tusk_action on_delete, on_update;
    bool noted[10]; /* attributes that only the schema as a whole has a use for */
} tusk_column;

/** One table or view. Static, constant data made by define.h. */
typedef struct tusk_table {
    const char *sql_name;
    const char *name; /* the handle's name in C */
    size_t row_size;
    size_t column_count;
    const tusk_column *columns;
    const size_t *(*offsets)(void); /* of each column's field in the row struct */
    const char *schema;             /* NULL: public */
    bool is_view;                   /* it can only be read */
} tusk_table;

/** One declaration as it is written: "COLUMN(text, id, PRIMARY_KEY)". */
typedef struct tusk_schema_line {
    const char *file;
    int line;
    const char *text;
} tusk_schema_line;

/** A whole schema: define.h makes one when TUSK_SCHEMA_NAME is set. */
typedef struct tusk_schema {
    const tusk_table *const *tables; /* and views */
    size_t table_count;
    const tusk_enum *const *enums;
    size_t enum_count;
    const tusk_schema_line *lines; /* all of it, so that a program brings its schema along */
    size_t line_count;
} tusk_schema;

/** The column's name in SQL. Lifetime: static. */
static inline const char *tusk_column_sql_name(const tusk_column *column)
{
    return column->sql_name ? column->sql_name : column->name;
}

/** True when a value of the column comes as PostgreSQL's text of it: it has no C form of its own.
 */
static inline bool tusk_column_is_text(const tusk_column *column)
{
    if (column->is_array) return column->dimensions != NULL;
    return column->type == TUSK_TYPE_OTHER || column->type == TUSK_TYPE_TSVECTOR;
}
/** True for an array whose elements come as text though they are of another type. */
static inline bool tusk_column_is_text_array(const tusk_column *column)
{
    return column->is_array && !column->dimensions && column->type != TUSK_TYPE_TEXT &&
           column->type != TUSK_TYPE_INTEGER;
}
/** True when the database fills the column and a statement must not: GENERATED, IDENTITY(ALWAYS).
 */
static inline bool tusk_column_is_filled(const tusk_column *column)
{
    return column->generated || column->identity == TUSK_IDENTITY_ALWAYS;
}

#endif
