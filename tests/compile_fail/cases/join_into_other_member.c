/* join_into_other_member.c - a joined table whose member has the row type of another */
/* expect: the member is not of the row type of the table */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    struct view {
        books_row book;
        books_row author;
    };
    (void)tusk_select_joined(
        a, struct view,
        TUSK_TABLES(TUSK_FROM(struct view, book, books),
                    TUSK_JOIN(struct view, author, authors, tusk_on(books.author_id, authors.id))));
}
