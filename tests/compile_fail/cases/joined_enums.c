/* joined_enums.c - columns of different enums joined */
/* expect: columns of different types are compared */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_on(authors.kind, authors.mood);
}
