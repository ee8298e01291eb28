/* texts_for_dimensions.c - a list of texts where an array of dimensions is one text */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(kinds.grid, (tusk_text_array){ 0 });
}
