/* integer_for_text.c - an integer compared with a text column */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_eq(books.title, 5);
}
