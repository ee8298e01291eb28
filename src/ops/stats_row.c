/* stats_row.c - rows of the catalogs into structs */
#include "src/ops/stats_row.h"

#include <stdlib.h>

#include "src/base/banned.h"

static int64_t integer(tusk_str cell)
{
    long long value = 0;
    if (!tusk_str_to_int(cell, INT64_MIN, INT64_MAX, &value)) return 0;
    return value;
}

/* Cells have a zero byte behind them. */
static double real(tusk_str cell)
{
    return cell.len > 0 ? strtod(cell.ptr, NULL) : 0;
}

static void put(char *at, tusk_ops_kind kind, tusk_str cell)
{
    switch (kind) {
    case TUSK_OPS_TEXT:
        *(tusk_str *)(void *)at = cell.ptr ? cell : TUSK_STR("");
        return;
    case TUSK_OPS_INT:
        *(int *)(void *)at = (int)integer(cell);
        return;
    case TUSK_OPS_BIGINT:
        *(int64_t *)(void *)at = integer(cell);
        return;
    case TUSK_OPS_REAL:
        *(double *)(void *)at = real(cell);
        return;
    case TUSK_OPS_BOOL:
        *(bool *)(void *)at = tusk_str_eq(cell, TUSK_STR("t"));
        return;
    case TUSK_OPS_NULL_BIGINT:
        *(tusk_null_int64 *)(void *)at = (tusk_null_int64){ cell.ptr != NULL, integer(cell) };
        return;
    case TUSK_OPS_NULL_TIME:
        *(tusk_null_time *)(void *)at =
            (tusk_null_time){ cell.ptr != NULL, (tusk_time){ integer(cell) } };
        return;
    }
}

static tusk_status take(tusk_arena *arena, const tusk_ops_question *question,
                        const tusk_result *result, char **out, tusk_error *err)
{
    if (result->field_count != question->column_count) {
        return tusk_fail(err, TUSK_INVALID, "the server answered %zu columns instead of %zu",
                         result->field_count, question->column_count);
    }
    char *rows = tusk_arena_array(arena, result->cell_rows + 1, question->size);
    if (!rows) return tusk_fail_nomem(err, "statistics");
    for (size_t i = 0; i < result->cell_rows; i++) {
        for (size_t j = 0; j < question->column_count; j++) {
            const tusk_ops_column *column = &question->columns[j];
            put(rows + i * question->size + column->offset, column->kind,
                tusk_result_cell(result, i, j));
        }
    }
    *out = rows;
    return TUSK_OK;
}

tusk_status tusk_ops_ask(tusk_conn *conn, tusk_arena *arena, const tusk_ops_question *question,
                         const tusk_value *params, void *items, size_t *count, tusk_error *err)
{
    tusk_result result;
    char *rows = NULL;
    *count = 0;
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, question->sql, params), &result, err);
    if (st == TUSK_OK) st = take(arena, question, &result, &rows, err);
    if (st != TUSK_OK) return st;
    *count = result.cell_rows;
    memcpy(items, &rows, sizeof rows);
    return TUSK_OK;
}

tusk_status tusk_ops_ask_text(tusk_conn *conn, tusk_arena *arena, const char *sql, tusk_str *out,
                              tusk_error *err)
{
    tusk_result result;
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, sql, NULL), &result, err);
    if (st == TUSK_OK) *out = tusk_result_cell(&result, 0, 0);
    return st;
}
