/* text_for_numeric.c - a plain text compared with a numeric column */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_ge(books.price, "1.50");
}
