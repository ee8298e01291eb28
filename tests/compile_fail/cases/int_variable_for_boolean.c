/* int_variable_for_boolean.c - an int variable for a boolean column, even when it is known to be 1
 */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    const int lent = 1;
    condition = tusk_eq(books.lent, lent);
}
