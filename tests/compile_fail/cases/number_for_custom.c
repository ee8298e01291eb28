/* number_for_custom.c - a number where a type without a C form takes PostgreSQL's text */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(kinds.bits, 101);
}
