/* model.h - a schema as values: what a .def file, a snapshot (and later a database) say, in one
 * form, in order.
 *
 * Types and defaults are kept as the text that SQL and drizzle-kit's snapshots use ("numeric(10,
 * 2)", "'it''s'"), for two schemas are the same when these texts are. A "" schema means public. */
#ifndef TUSK_MODEL_MODEL_H
#define TUSK_MODEL_MODEL_H

#include "src/base/vec.h"
#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** A default as a snapshot distinguishes them: 5, true and '5' differ. `sql` is the text after
 * DEFAULT. */
typedef enum tusk_default_kind {
    TUSK_DEFAULT_NONE,
    TUSK_DEFAULT_SQL, /* a JSON string: quoted text or an expression */
    TUSK_DEFAULT_NUMBER,
    TUSK_DEFAULT_BOOLEAN,
    TUSK_DEFAULT_NULL,
} tusk_default_kind;
typedef struct tusk_default {
    tusk_default_kind kind;
    tusk_str sql;
} tusk_default;

/** GENERATED ... AS IDENTITY; `name` has no text when the column has none. Numbers as text. */
typedef struct tusk_identity {
    tusk_str name, schema;
    bool always;
    tusk_str increment, start_with, min_value, max_value, cache;
    bool cycle;
} tusk_identity;

typedef TUSK_VEC(tusk_str) tusk_names;

typedef struct tusk_model_column {
    tusk_str name;
    tusk_str type;        /* "text[]"; of an enum its bare name and array suffix */
    tusk_str type_schema; /* of an enum: its schema, "public" spelled out; else no text */
    bool primary_key;     /* alone; a composite key is of the table */
    bool not_null;
    tusk_default value;
    tusk_str generated; /* stored expression, or no text */
    tusk_identity identity;
} tusk_model_column;

typedef struct tusk_model_index_column {
    tusk_str expression; /* a column's name, or SQL text when is_expression */
    bool is_expression;
    bool descending, nulls_first;
    tusk_str opclass; /* or no text */
} tusk_model_index_column;

typedef struct tusk_model_index {
    tusk_str name;
    TUSK_VEC(tusk_model_index_column) columns;
    bool unique, concurrently;
    tusk_str method; /* "btree" */
    tusk_str where;  /* or no text */
    tusk_str with;   /* storage parameters "k=v,k=v", or "" */
} tusk_model_index;

typedef struct tusk_model_foreign_key {
    tusk_str name;
    tusk_str table_from, table_to, schema_to;
    tusk_names columns_from, columns_to;
    tusk_str on_delete, on_update; /* "no action", "cascade", ... */
} tusk_model_foreign_key;

/** A composite primary key or a unique constraint. */
typedef struct tusk_model_key {
    tusk_str name;
    bool nulls_not_distinct;
    tusk_names columns;
} tusk_model_key;

typedef struct tusk_model_check {
    tusk_str name, value;
} tusk_model_check;

typedef struct tusk_model_table {
    tusk_str name, schema;
    TUSK_VEC(tusk_model_column) columns;
    TUSK_VEC(tusk_model_index) indexes;
    TUSK_VEC(tusk_model_foreign_key) foreign_keys;
    TUSK_VEC(tusk_model_key) primary_keys; /* composite: none or one */
    TUSK_VEC(tusk_model_key) uniques;
    TUSK_VEC(tusk_model_check) checks;
    tusk_str policies; /* canonical JSON, "{}" for none: kept to see that they changed, not
                          understood yet */
    bool rls;
} tusk_model_table;

typedef struct tusk_model_enum {
    tusk_str name, schema; /* "public" spelled out */
    tusk_names values;
} tusk_model_enum;

/** Sections of a snapshot that are compared as a whole (canonical JSON, "{}" for none) but not
 * understood yet. */
typedef enum tusk_model_rest {
    TUSK_REST_SEQUENCES,
    TUSK_REST_ROLES,
    TUSK_REST_POLICIES,
    TUSK_REST_VIEWS,
    TUSK_REST_COUNT
} tusk_model_rest;

typedef struct tusk_model {
    TUSK_VEC(tusk_model_table) tables;
    TUSK_VEC(tusk_model_enum) enums;
    tusk_names schemas; /* without public */
    tusk_str rest[TUSK_REST_COUNT];
} tusk_model;

/** A model of nothing. */
tusk_model tusk_model_empty(void);
/** "" for "public", so that both spellings compare equal. */
tusk_str tusk_model_schema(tusk_str schema);

/* NULL when there is none. */
const tusk_model_table *tusk_model_find_table(const tusk_model *model, tusk_str schema,
                                              tusk_str name);
const tusk_model_enum *tusk_model_find_enum(const tusk_model *model, tusk_str schema,
                                            tusk_str name);
const tusk_model_column *tusk_model_find_column(const tusk_model_table *table, tusk_str name);
bool tusk_names_equal(const tusk_names *a, const tusk_names *b);
bool tusk_names_have(const tusk_names *names, tusk_str name);

/** Reads and validates a .def file (with what it includes). Errors: TUSK_IO, TUSK_INVALID with
 * file, line and column. Lifetime: `arena`. */
tusk_status tusk_model_from_def(tusk_arena *arena, const char *path, tusk_model *out,
                                tusk_error *err);

#endif
