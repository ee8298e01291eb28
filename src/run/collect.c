/* collect.c - all rows of an answer into the arena, as text cells or as structs */
#include "src/run/internal.h"

#include "src/base/banned.h"

/* Bytes of all cells, a zero after each included. */
static size_t cells_size(const tusk_str *cells, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += cells[i].len + 1;
    return size;
}

/* The cells into a place of their own. */
static void move_cells(char *at, tusk_str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!cells[i].ptr) continue;
        memcpy(at, cells[i].ptr, cells[i].len);
        at[cells[i].len] = '\0';
        cells[i].ptr = at;
        at += cells[i].len + 1;
    }
}

tusk_status tusk_collect_cells(tusk_arena *arena, const tusk_wire_answer *answer, tusk_result *out,
                               tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_status status = tusk_wire_describe(answer, arena, &result, err);
    if (status != TUSK_OK) return status;
    size_t rows = tusk_wire_rows(answer), fields = result.field_count;
    tusk_str *cells = TUSK_NEW_ARRAY(arena, tusk_str, rows * fields);
    if (!cells) return tusk_fail_nomem(err, "the rows of an answer");
    for (size_t r = 0; r < rows; r++) tusk_wire_row(answer, r, cells + r * fields);
    char *at = tusk_arena_alloc(arena, cells_size(cells, rows * fields));
    if (!at) return tusk_fail_nomem(err, "the rows of an answer");
    move_cells(at, cells, rows * fields);
    result.cells = cells;
    result.cell_rows = rows;
    *out = result;
    return TUSK_OK;
}

tusk_status tusk_collect_rows(tusk_arena *arena, const tusk_row_map *map,
                              const tusk_wire_answer *answer, tusk_result *described, void **rows,
                              tusk_error *err)
{
    tusk_status status = tusk_wire_describe(answer, arena, described, err);
    if (status != TUSK_OK) return status;
    status = tusk_row_map_check(map, described, err);
    if (status != TUSK_OK) return status;
    tusk_row_reader reader;
    status = tusk_row_reader_init(&reader, arena, map, err);
    if (status != TUSK_OK) return status;
    size_t count = tusk_wire_rows(answer);
    tusk_str *cells = TUSK_NEW_ARRAY(arena, tusk_str, map->field_count); /* of the row at hand */
    char *items = tusk_arena_array(arena, count, map->row_size);
    if (!cells || !items) return tusk_fail_nomem(err, "the rows of an answer");
    for (size_t r = 0; r < count; r++) {
        tusk_wire_row(answer, r, cells);
        status = tusk_row_read(&reader, cells, items + r * map->row_size, err);
        if (status != TUSK_OK) return status;
    }
    *rows = items;
    return TUSK_OK;
}
