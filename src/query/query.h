/* query.h - the inside of a tusk_query, and rendering it to SQL, parameters, row map: pure */
#ifndef TUSK_QUERY_INTERNAL_H
#define TUSK_QUERY_INTERNAL_H

#include "tusk/query.h"

/** Where one column of the answer goes in the row struct. */
typedef struct tusk_row_field {
    const tusk_column *column;
    size_t offset; /* of the field (plain or nullable form) in the whole row struct */
    size_t group;  /* index into tusk_row_map.groups */
} tusk_row_field;

/** One table's part of a row. `has_offset` is meaningful when `maybe`. */
typedef struct tusk_row_group {
    const tusk_table *table;
    bool maybe; /* left join: the bool at has_offset says whether the row is there */
    size_t has_offset;
} tusk_row_group;

typedef struct tusk_row_map {
    size_t row_size;
    size_t field_count, group_count;
    const tusk_row_field *fields;
    const tusk_row_group *groups;
} tusk_row_map;

/** What a query is on the wire. */
typedef struct tusk_statement {
    tusk_str sql;
    const tusk_value *params;
    size_t param_count;
    const tusk_row_map *map; /* NULL: raw SQL, count, or no rows: answers come as text */
    bool count;              /* the answer is one bigint */
    bool prepare; /* shape is worth keeping prepared: all but raw SQL and multi-row inserts */
} tusk_statement;

/** Errors: TUSK_MISUSE (update or delete without a condition, comparison with NULL, column of a
 * table that is not in the query, {} that do not match, generated column assigned...), TUSK_NOMEM.
 * With `map` set every selected column has a binary form that src/codec reads (tsvector is selected
 * as text). */
TUSK_NODISCARD tusk_status tusk_query_render(tusk_arena *arena, const tusk_query *query,
                                             tusk_statement *out, tusk_error *err);

#endif
