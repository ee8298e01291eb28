/* rank_of_text.c - a rank of a column that is no tsvector */
/* expect: only a tsvector column can be searched */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    condition = tusk_rank(books.title, "english", TUSK_STR("x"));
}
