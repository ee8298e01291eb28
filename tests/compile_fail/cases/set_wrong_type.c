/* set_wrong_type.c - an assignment of a wrong type */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    (void)tusk_update(a, books, .set = TUSK_SET(tusk_set(books.title, 5)), .all_rows = true);
}
