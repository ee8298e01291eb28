/* left_join_into_row.c - a left join into a member that cannot say that the row is missing */
/* expect: a row that may be missing goes to a <table>_maybe */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct view {
        books_row book;
        authors_row author;
    };
    (void)tusk_select_joined(a, struct view,
                             TUSK_TABLES(TUSK_FROM(struct view, book, books),
                                         TUSK_LEFT_JOIN(struct view, author, authors,
                                                        tusk_on(books.author_id, authors.id))));
}
