/* fetch_into_other_rows.c - rows fetched into those of another table */
/* expect: the rows are not of the row type of the query */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    authors_rows rows;
    (void)!tusk_fetch(0, a, tusk_select(a, books), &rows, 0);
}
