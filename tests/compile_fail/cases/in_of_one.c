/* in_of_one.c - a column in something that is no array */
/* expect: the elements of the array are not of the type of the column */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_in(books.pages, 5);
}
