/* fetch_one_into_other_row.c - one row fetched into that of another table */
/* expect: the row is not of the row type of the query */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct author row;
    (void)!tusk_fetch_one(0, a, tusk_select(a, books), &row, 0);
}
