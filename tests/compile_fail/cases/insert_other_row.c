/* insert_other_row.c - a row of another table inserted */
/* expect: the row is not of the row type of the table */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct author row = { 0 };
    (void)tusk_insert(a, books, &row);
}
