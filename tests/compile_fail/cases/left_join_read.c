/* left_join_read.c - a row that a left join may leave empty, read without looking */
/* expect: no member named 'name' */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    authors_maybe author = { 0 };
    condition = tusk_eq(books.title, author.name);
}
