/* pattern_on_integer.c - a pattern on an integer column */
/* expect: only a text column can be matched with a pattern */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_like(books.pages, "1%");
}
