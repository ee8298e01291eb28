/* insert_into_view.c - a row for a view in another schema */
/* expect: a view can only be read */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    red_kinds_row row = { 0 };
    red_kinds_query q = tusk_insert(a, red_kinds, &row);
    (void)q;
}
