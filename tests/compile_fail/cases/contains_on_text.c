/* contains_on_text.c - containment on a text column */
/* expect: only a jsonb column contains jsonb */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_contains(books.title, (tusk_json){ TUSK_STR("{}") });
}
