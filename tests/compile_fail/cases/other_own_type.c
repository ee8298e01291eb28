/* other_own_type.c - a variable of another type for a column of the program's own */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    double x = 1;
    condition = tusk_op_custom(a, kinds.stands_at, "~=", x);
}
