/* misspelt_column.c - a column that the table does not have */
/* expect: no member named 'titel' */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(books.titel, "x");
}
