/* tables_store.h - what the catalogs say about one table: columns, key, indexes, what may be shown
 */
#ifndef DEPLOYSTACK_TABLES_STORE_H
#define DEPLOYSTACK_TABLES_STORE_H

#include "tusk/tusk.h"

/** A column of a table that people made. */
struct browsed_column {
    tusk_str name;
    tusk_str type; /* as people write it: "character varying(50)" */
    tusk_str type_schema,
        type_name;        /* for casts: without a length, of a domain what it is made of */
    tusk_str default_sql; /* "no text" when there is none */
    tusk_str labels;      /* of an enum, a JSON array; else "no text" */
    tusk_str to_schema, to_table, to_name; /* what a foreign key refers to; or "no text" */
    bool nullable;
    bool generated; /* the server gives it its value, whatever a statement says */
    bool secret;    /* its values are never shown */
    bool editable;
    int key; /* place in the primary key, from 1; 0: not in it */
};

/** A table, partitioned table, view, materialized view or foreign table. Lifetime of all: the arena
 * of tables_find(). */
struct browsed_table {
    tusk_str schema, name;
    tusk_str oid;
    char kind; /* pg_class.relkind */
    tusk_null_int64 rows_estimate;
    bool revealing; /* a view of a table with secrets: its rows are not shown */
    bool editable;
    size_t count, key_count;
    const struct browsed_column *columns;
};

/** An index of a table. */
struct browsed_index {
    tusk_str name, columns; /* "email, lower(name)" */
    bool unique;
    int64_t bytes, scans;
};
struct browsed_indexes {
    const struct browsed_index *items;
    size_t count;
};

/** Finds it by the exact names; `*found` is false for what is not there and for PostgreSQL's own.
 */
tusk_status tables_find(tusk_conn *conn, tusk_arena *a, tusk_str schema, tusk_str name,
                        struct browsed_table *out, bool *found, tusk_error *err);
/** By name, the primary key's first. */
tusk_status tables_indexes(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                           struct browsed_indexes *out, tusk_error *err);
/** The column of that name; NULL when there is none. */
const struct browsed_column *tables_column(const struct browsed_table *table, tusk_str name);
/** The columns that a constraint or unique index of the table is about, "slug, team_id"; "" when it
 * is not of the table. */
tusk_status tables_constraint(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                              tusk_str constraint, tusk_str *columns, tusk_error *err);

#endif
