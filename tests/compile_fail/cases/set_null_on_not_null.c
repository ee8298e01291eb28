/* set_null_on_not_null.c - NULL for a column that takes none */
/* expect: the column is declared with COLUMN: it takes no NULL */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    (void)tusk_update(a, books, .set = TUSK_SET(tusk_set_null(books.title)), .all_rows = true);
}
