/* too_many_columns.c - a list of columns that is longer than its places */
/* expect: a list of columns takes at most 12 */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    const books_row book = { 0 };
    (void)tusk_insert(a, books, &book,
                      .defaults = TUSK_COLUMNS(books.id, books.title, books.shelf, books.lent,
                                               books.edition, books.pages, books.sold, books.weight,
                                               books.rating, books.price, books.created_at,
                                               books.printed_at, books.published));
}
