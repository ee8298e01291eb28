/* missing_table.c - a table that is not declared */
/* expect: 'boks_query' */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    tusk_fetch_rows(0, a, tusk_select(a, boks).query, 0, 0, 0);
}
