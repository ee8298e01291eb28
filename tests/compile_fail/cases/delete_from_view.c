/* delete_from_view.c - a delete of rows that a view selects */
/* expect: a view can only be read */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    lent_books_query q = tusk_delete(a, lent_books, .all_rows = true);
    (void)q;
}
