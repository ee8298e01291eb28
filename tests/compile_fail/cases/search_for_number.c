/* search_for_number.c - a full-text search for something that is not a text */
/* expect: the words of a search are a text */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_matches(books.search, "english", 1);
}
