/* time_for_date.c - a point in time compared with a date column */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_lt(books.published, tusk_now());
}
