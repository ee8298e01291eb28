/* bind.c - a query as the statement that goes over the wire */
#include "src/codec/codec.h"
#include "src/run/internal.h"

#include "src/base/banned.h"

tusk_status tusk_bind(tusk_arena *arena, const tusk_query *query, tusk_rows_as rows,
                      tusk_bound *out, tusk_error *err)
{
    if (!query) return tusk_fail_nomem(err, "a query"); /* building it failed */
    tusk_statement statement = { 0 };
    tusk_status status = tusk_query_render(arena, query, &statement, err);
    if (status != TUSK_OK) return status;
    const tusk_param *params = NULL;
    status = tusk_encode_params(arena, statement.params, statement.param_count, &params, err);
    if (status != TUSK_OK) return status;
    const tusk_row_map *map = rows == TUSK_ROWS_STRUCTS ? statement.map : NULL;
    *out = (tusk_bound){
        .wire = { .sql = statement.sql,
                  .params = params,
                  .param_count = statement.param_count,
                  .binary = map != NULL,
                  .prepare = statement.prepare },
        .map = map,
    };
    return TUSK_OK;
}
