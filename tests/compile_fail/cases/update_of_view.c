/* update_of_view.c - an update of a materialized view */
/* expect: a view can only be read */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    book_counts_query q = tusk_update(
        a, book_counts, .set = TUSK_SET(tusk_set(book_counts.books, 1)), .all_rows = true);
    (void)q;
}
