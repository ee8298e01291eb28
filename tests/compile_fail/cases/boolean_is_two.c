/* boolean_is_two.c - a boolean column compared with 2 */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(books.lent, 2);
}
