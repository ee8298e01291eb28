/* insert_other_rows.c - rows of another table inserted */
/* expect: the rows are not of the row type of the table */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct author rows[2] = { 0 };
    (void)tusk_insert_rows(a, books, rows, 2);
}
