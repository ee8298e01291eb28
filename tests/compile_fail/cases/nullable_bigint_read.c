/* nullable_bigint_read.c - a nullable bigint read without looking whether it is there */
/* expect: 'tusk_null_int64' */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct maybe_book book = { 0 };
    int64_t sold = book.sold;
    condition = tusk_eq(books.sold, sold);
}
