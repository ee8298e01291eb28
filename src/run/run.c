/* run.c - the blocking calls: run, fetch rows, fetch one, fetch a number */
#include "tusk/run.h"

#include "src/run/internal.h"

#include "src/base/banned.h"

tusk_status tusk_run(tusk_conn *conn, tusk_arena *arena, const tusk_query *query,
                     tusk_result *result, tusk_error *err)
{
    tusk_bound bound;
    tusk_status status = tusk_bind(arena, query, TUSK_ROWS_CELLS, &bound, err);
    if (status != TUSK_OK) return status;
    tusk_wire_answer *answer = NULL;
    status = tusk_wire_execute(conn, &bound.wire, 0, &answer, err);
    if (status != TUSK_OK) return status;
    if (result) status = tusk_collect_cells(arena, answer, result, err);
    tusk_wire_answer_free(answer);
    return status;
}

/* Runs a query whose rows are structs. */
static tusk_status execute_typed(tusk_conn *conn, tusk_arena *arena, const tusk_query *query,
                                 const tusk_row_map **map, tusk_wire_answer **answer,
                                 tusk_error *err)
{
    tusk_bound bound;
    tusk_status status = tusk_bind(arena, query, TUSK_ROWS_STRUCTS, &bound, err);
    if (status != TUSK_OK) return status;
    if (!bound.map) {
        tusk_fail(err, TUSK_MISUSE, "the query has no typed rows to fetch");
        tusk_error_hint(err,
                        "Use tusk_run(); an insert, update or delete has rows with .returning.");
        return TUSK_MISUSE;
    }
    *map = bound.map;
    return tusk_wire_execute(conn, &bound.wire, 0, answer, err);
}

tusk_status tusk_fetch_rows(tusk_conn *conn, tusk_arena *arena, const tusk_query *query,
                            void *items, size_t *count, tusk_error *err)
{
    const tusk_row_map *map = NULL;
    tusk_wire_answer *answer = NULL;
    tusk_status status = execute_typed(conn, arena, query, &map, &answer, err);
    if (status != TUSK_OK) return status;
    tusk_result described;
    void *rows = NULL;
    status = tusk_collect_rows(arena, map, answer, &described, &rows, err);
    if (status == TUSK_OK) {
        memcpy(items, &rows, sizeof rows); /* the caller's pointer has another type than void * */
        *count = tusk_wire_rows(answer);
    }
    tusk_wire_answer_free(answer);
    return status;
}

static tusk_status wrong_count(const tusk_row_map *map, size_t count, tusk_error *err)
{
    const char *table = map->groups[0].table->sql_name;
    if (count == 0) return tusk_fail(err, TUSK_NO_ROWS, "no such row in table \"%s\"", table);
    return tusk_fail(err, TUSK_TOO_MANY_ROWS, "%zu rows of table \"%s\" where one was asked for",
                     count, table);
}

/* The only row of an answer. */
static tusk_status collect_one(tusk_arena *arena, const tusk_row_map *map,
                               const tusk_wire_answer *answer, void *row, tusk_error *err)
{
    tusk_result described;
    void *rows = NULL;
    tusk_status status = tusk_collect_rows(arena, map, answer, &described, &rows, err);
    if (status == TUSK_OK) memcpy(row, rows, map->row_size); /* all of it or nothing */
    return status;
}

tusk_status tusk_fetch_row(tusk_conn *conn, tusk_arena *arena, const tusk_query *query, void *row,
                           bool *found, tusk_error *err)
{
    const tusk_row_map *map = NULL;
    tusk_wire_answer *answer = NULL;
    tusk_status status = execute_typed(conn, arena, query, &map, &answer, err);
    if (status != TUSK_OK) return status;
    size_t count = tusk_wire_rows(answer);
    if (count == 1) {
        status = collect_one(arena, map, answer, row, err);
    } else if (count > 1 || !found) {
        status = wrong_count(map, count, err);
    }
    if (status == TUSK_OK && found) *found = count == 1;
    tusk_wire_answer_free(answer);
    return status;
}

tusk_status tusk_fetch_count(tusk_conn *conn, tusk_arena *arena, const tusk_query *query,
                             int64_t *count, tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_status status = tusk_run(conn, arena, query, &result, err);
    if (status != TUSK_OK) return status;
    tusk_str cell = tusk_result_cell(&result, 0, 0);
    long long number;
    if (result.cell_rows != 1 || result.field_count != 1 ||
        !tusk_str_to_int(cell, INT64_MIN, INT64_MAX, &number)) {
        return tusk_fail(err, TUSK_INVALID, "the answer is not one integer");
    }
    *count = number;
    return TUSK_OK;
}
