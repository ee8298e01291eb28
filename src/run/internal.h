/* internal.h - from a query to a wire statement, from an answer to rows; shared by both faces */
#ifndef TUSK_RUN_INTERNAL_H
#define TUSK_RUN_INTERNAL_H

#include "src/query/query.h"
#include "src/wire/wire.h"
#include "tusk/result.h"

/* ---- bind.c ---- */

/** How the rows of an answer are wanted. */
typedef enum tusk_rows_as {
    TUSK_ROWS_CELLS,   /* text, for tusk_result */
    TUSK_ROWS_STRUCTS, /* binary, where the query maps to a row struct */
} tusk_rows_as;

/** Renders the query and encodes its parameters. `out->map` is NULL when the rows come as cells. */
typedef struct tusk_bound {
    tusk_wire_statement wire;
    const tusk_row_map *map;
} tusk_bound;
TUSK_NODISCARD tusk_status tusk_bind(tusk_arena *arena, const tusk_query *query, tusk_rows_as rows,
                                     tusk_bound *out, tusk_error *err);

/* ---- rows.c: pure ---- */

/** Reads rows of one shape. */
typedef struct tusk_row_reader {
    tusk_arena *arena;
    const tusk_row_map *map;
    bool any_maybe;
    bool *strict;  /* of each group: has a column that is never null while the row is there */
    bool *present; /* of each group, in the row at hand */
} tusk_row_reader;
TUSK_NODISCARD tusk_status tusk_row_reader_init(tusk_row_reader *reader, tusk_arena *arena,
                                                const tusk_row_map *map, tusk_error *err);
/** Do the columns of the answer have the types that the row struct was declared with? Errors:
 *  TUSK_INVALID naming table, column and both types. */
TUSK_NODISCARD tusk_status tusk_row_map_check(const tusk_row_map *map, const tusk_result *described,
                                              tusk_error *err);
/** One row: `cells` has one for each field of the map, `row` is zeroed. */
TUSK_NODISCARD tusk_status tusk_row_read(tusk_row_reader *reader, const tusk_str *cells, void *row,
                                         tusk_error *err);

/* ---- collect.c ---- */

/** Describes the answer and copies its cells, texts with a zero after them. */
TUSK_NODISCARD tusk_status tusk_collect_cells(tusk_arena *arena, const tusk_wire_answer *answer,
                                              tusk_result *out, tusk_error *err);
/** Describes the answer and reads all its rows into one array of structs. */
TUSK_NODISCARD tusk_status tusk_collect_rows(tusk_arena *arena, const tusk_row_map *map,
                                             const tusk_wire_answer *answer, tusk_result *described,
                                             void **rows, tusk_error *err);

#endif
