/* integer_for_pattern.c - an integer for a pattern */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_ilike(books.title, 5);
}
