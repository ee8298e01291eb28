/* joined_types.c - columns of different types joined */
/* expect: columns of different types are compared */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_on(books.author_id, loans.book_id);
}
