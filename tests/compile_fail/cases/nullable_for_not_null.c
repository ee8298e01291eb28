/* nullable_for_not_null.c - a nullable value assigned to a column that takes no NULL */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    tusk_null_str title = { 0 };
    (void)tusk_update(a, books, .set = TUSK_SET(tusk_set(books.title, title)), .all_rows = true);
}
