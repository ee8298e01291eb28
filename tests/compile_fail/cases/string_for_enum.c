/* string_for_enum.c - a text compared with an enum column */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(authors.mood, "calm");
}
