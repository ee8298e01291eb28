/* text_for_integer.c - a text compared with an integer column */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_lt(books.pages, "12");
}
