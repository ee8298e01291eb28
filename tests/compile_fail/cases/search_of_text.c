/* search_of_text.c - a full-text search of a column that is no tsvector */
/* expect: only a tsvector column can be searched */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_matches(books.title, "english", TUSK_STR("x"));
}
