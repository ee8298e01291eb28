/* in_of_texts.c - an integer column in an array of texts */
/* expect: the elements of the array are not of the type of the column */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    tusk_text_array texts = { 0 };
    condition = tusk_in(books.pages, texts);
}
