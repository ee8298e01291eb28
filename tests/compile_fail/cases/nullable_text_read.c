/* nullable_text_read.c - a nullable text read without looking whether it is there */
/* expect: no member named 'ptr' */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct maybe_book book = { 0 };
    condition = tusk_eq(books.title, book.title.ptr);
}
