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
#include "tusk/schema.h"
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
    tusk_str renamed_from; /* its name before, or no text: only ever from a .def file */
    tusk_str type;         /* "text[]"; of an enum its bare name and array suffix */
    tusk_str type_schema;  /* of an enum: its schema, "public" spelled out; else no text */
    bool primary_key;      /* alone; a composite key is of the table */
    bool not_null;
    tusk_default value;
    tusk_str generated; /* stored expression, or no text */
    tusk_str collation; /* other than that of the type, or no text; not in a snapshot */
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
    /* not in a snapshot: */
    tusk_names include; /* columns that are carried along */
    bool nulls_not_distinct;
} tusk_model_index;

/** When a constraint is checked; not in a snapshot. */
typedef enum tusk_deferral {
    TUSK_NOT_DEFERRABLE,
    TUSK_INITIALLY_IMMEDIATE,
    TUSK_INITIALLY_DEFERRED,
} tusk_deferral;

typedef struct tusk_model_foreign_key {
    tusk_str name;
    tusk_str table_from, table_to, schema_to;
    tusk_names columns_from, columns_to;
    tusk_str on_delete, on_update; /* "no action", "cascade", ... */
    tusk_deferral deferral;
} tusk_model_foreign_key;

/** A composite primary key or a unique constraint. */
typedef struct tusk_model_key {
    tusk_str name;
    bool nulls_not_distinct;
    tusk_names columns;
    tusk_deferral deferral;
} tusk_model_key;

typedef struct tusk_model_check {
    tusk_str name, value;
} tusk_model_check;

/** An exclusion constraint: what stands after EXCLUDE, whole. Not in a snapshot. */
typedef struct tusk_model_exclusion {
    tusk_str name, definition;
    tusk_deferral deferral;
} tusk_model_exclusion;

/** A row-level security policy; roles are sorted. */
typedef struct tusk_model_policy {
    tusk_str name, renamed_from;
    bool restrictive;
    tusk_str command;            /* "ALL", "SELECT", "INSERT", "UPDATE", "DELETE" */
    tusk_names to;               /* "public" when nobody is named */
    tusk_str using_, with_check; /* or no text */
    /* of a table that this schema does not hold: */
    tusk_str on;     /* "schema"."table", quoted; else no text */
    tusk_str schema; /* of that table */
} tusk_model_policy;

/** How a partitioned table is cut, and its partitions. Not in a snapshot. */
typedef struct tusk_model_partition {
    tusk_str name, schema;
    tusk_str bounds; /* "FOR VALUES FROM (...) TO (...)", "DEFAULT" */
} tusk_model_partition;

/** An option "k = v" of a view or a table. */
typedef struct tusk_model_option {
    tusk_str name;  /* of a view as snapshots have it: "securityBarrier"; of a table as in SQL */
    tusk_str value; /* as JSON writes it without quotes: "true", "80", "local" */
    bool is_text;   /* a string of JSON */
} tusk_model_option;
typedef TUSK_VEC(tusk_model_option) tusk_model_options;

typedef struct tusk_model_table {
    tusk_str name, schema;
    tusk_str renamed_from; /* "old" or "schema.old", or no text */
    TUSK_VEC(tusk_model_column) columns;
    TUSK_VEC(tusk_model_index) indexes;
    TUSK_VEC(tusk_model_foreign_key) foreign_keys;
    TUSK_VEC(tusk_model_key) primary_keys; /* composite: none or one */
    TUSK_VEC(tusk_model_key) uniques;
    TUSK_VEC(tusk_model_check) checks;
    TUSK_VEC(tusk_model_policy) policies;
    bool rls;
    /* not in a snapshot: */
    bool rls_forced, unlogged;
    tusk_model_options storage;
    TUSK_VEC(tusk_model_exclusion) exclusions;
    tusk_str partition_by; /* "RANGE (created_at)", or no text */
    TUSK_VEC(tusk_model_partition) partitions;
} tusk_model_table;

/** A label that was renamed. Not in a snapshot: only ever from a .def file. */
typedef struct tusk_model_relabel {
    tusk_str from, to;
} tusk_model_relabel;
typedef struct tusk_model_enum {
    tusk_str name, schema; /* "public" spelled out */
    tusk_str renamed_from;
    tusk_names values;
    TUSK_VEC(tusk_model_relabel) relabels;
} tusk_model_enum;

/** A sequence of its own (none of a serial or identity column). Numbers as text. */
typedef struct tusk_model_sequence {
    tusk_str name, schema; /* "public" spelled out */
    tusk_str renamed_from;
    tusk_str increment, start_with, min_value, max_value, cache;
    bool cycle;
} tusk_model_sequence;

typedef struct tusk_model_role {
    tusk_str name, renamed_from;
    bool create_db, create_role, inherit;
} tusk_model_role;

typedef struct tusk_model_view {
    tusk_str name, schema; /* "public" spelled out */
    tusk_str renamed_from;
    TUSK_VEC(tusk_model_column) columns; /* those that are columns of tables */
    tusk_str definition;                 /* SELECT ...; no text when it is existing */
    bool materialized;
    bool existing; /* made elsewhere: no statements */
    tusk_model_options with;
    bool has_with_no_data, with_no_data;
    tusk_str tablespace, using_; /* or no text */
} tusk_model_view;

/* ---- what snapshots cannot say, kept in a file of our own beside them ---- */

typedef struct tusk_model_extension {
    tusk_str name, schema; /* schema: or no text */
} tusk_model_extension;
typedef struct tusk_model_domain {
    tusk_str name, schema, type;
    bool not_null;
    tusk_default value;
    TUSK_VEC(tusk_model_check) checks;
} tusk_model_domain;
/** A composite type. */
typedef struct tusk_model_composite {
    tusk_str name, schema;
    TUSK_VEC(tusk_model_column) fields; /* name and type count */
} tusk_model_composite;
/** A function, procedure or trigger by its text: made, replaced, dropped, not looked into. */
typedef struct tusk_model_routine {
    bool is_trigger;
    tusk_str name;   /* of a function with its argument types: "touch()", "add(integer, integer)" */
    tusk_str schema; /* of the function, or of the trigger's table */
    tusk_str table;  /* of a trigger */
    tusk_str statement; /* CREATE OR REPLACE FUNCTION ..., CREATE TRIGGER ... */
} tusk_model_routine;
typedef struct tusk_model_comment {
    tusk_str on; /* "TABLE \"public\".\"teams\"", "COLUMN ..." */
    tusk_str text;
} tusk_model_comment;

typedef struct tusk_model {
    TUSK_VEC(tusk_model_table) tables;
    TUSK_VEC(tusk_model_enum) enums;
    tusk_names schemas;                          /* without public */
    TUSK_VEC(tusk_model_relabel) schema_renames; /* only ever from a .def file */
    TUSK_VEC(tusk_model_sequence) sequences;
    TUSK_VEC(tusk_model_role) roles;
    TUSK_VEC(tusk_model_policy) policies; /* of tables that are not in the schema */
    TUSK_VEC(tusk_model_view) views;
    /* not in a snapshot: */
    TUSK_VEC(tusk_model_extension) extensions;
    TUSK_VEC(tusk_model_domain) domains;
    TUSK_VEC(tusk_model_composite) composites;
    TUSK_VEC(tusk_model_routine) routines;
    TUSK_VEC(tusk_model_comment) comments;
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
/** The same from the schema that a program was compiled with. Errors: TUSK_INVALID with file and
 * line. Lifetime: `arena`, and that of the program's text. */
tusk_status tusk_model_from_schema(tusk_arena *arena, const tusk_schema *schema, tusk_model *out,
                                   tusk_error *err);

#endif
