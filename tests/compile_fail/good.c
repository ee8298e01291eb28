/* good.c - what must compile, in every dialect and with all warnings: each kind of value for each
 * kind of column */
#include "tests/compile_fail/common.h"

tusk_expr condition;

static void compare(void)
{
    const char *text = "x";
    char array[] = "x";
    const tusk_str str = TUSK_STR("x");
    bool flag = true;
    short small = 1;
    long large = 1;
    long long larger = 1;
    unsigned number = 1;
    float f = 1.5F;
    enum mood mood = mood_wild;
    const enum mood always = mood_calm;
    condition = tusk_eq(books.title, text);
    condition = tusk_eq(books.title, array);
    condition = tusk_eq(books.shelf, "x");
    condition = tusk_eq(books.title, str);
    condition = tusk_eq(books.lent, flag);
    condition = tusk_eq(books.lent, true);
    condition = tusk_eq(books.lent, (bool)(!flag || small > 2));
    condition = tusk_eq(books.edition, small);
    condition = tusk_eq(books.pages, large);
    condition = tusk_eq(books.sold, larger);
    condition = tusk_eq(books.sold, number);
    condition = tusk_eq(books.weight, f);
    condition = tusk_eq(books.rating, 2);
    condition = tusk_eq(books.mood, mood);
    condition = tusk_eq(books.mood, always);
    condition = tusk_eq(books.mood, mood_wild);
    condition = tusk_eq(maybe_books.mood, mood_wild);
    condition = tusk_eq(books.price, ((tusk_numeric){ TUSK_STR("1.5") }));
    condition = tusk_eq(books.created_at, tusk_now());
    condition = tusk_is_not_distinct(maybe_books.mood, mood);
    condition = tusk_matches(books.search, "english", text);
    condition = tusk_matches(books.search, "english", array);
    condition = tusk_matches(books.search, "english", "x");
    condition = tusk_matches(books.search, "english", str);
}

static void assign(tusk_arena *a)
{
    struct maybe_book b = { 0 };
    (void)tusk_update(
        a, maybe_books,
        .set = TUSK_SET(
            tusk_set(maybe_books.title, b.title), tusk_set(maybe_books.lent, b.lent),
            tusk_set(maybe_books.edition, b.edition), tusk_set(maybe_books.pages, b.pages),
            tusk_set(maybe_books.sold, b.sold), tusk_set(maybe_books.weight, b.weight),
            tusk_set(maybe_books.rating, b.rating), tusk_set(maybe_books.price, b.price),
            tusk_set(maybe_books.created_at, b.created_at),
            tusk_set(maybe_books.printed_at, b.printed_at),
            tusk_set(maybe_books.published, b.published),
            tusk_set(maybe_books.author_id, b.author_id),
            tusk_set(maybe_books.metadata, b.metadata), tusk_set(maybe_books.cover, b.cover),
            tusk_set(maybe_books.tags, b.tags), tusk_set(maybe_books.chapters, b.chapters),
            tusk_set(maybe_books.mood, mood_calm), tusk_set_null(maybe_books.shelf),
            tusk_set_sql(maybe_books.worth, "0")),
        .where = TUSK_LIST(tusk_eq(maybe_books.id, b.id)));
}

struct view {
    books_row book;
    authors_maybe author;
};

static tusk_status fetch(tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    books_rows rows;
    struct book row = { 0 };
    const struct book *constant = &row;
    struct {
        struct view *items;
        size_t count;
    } views;
    int64_t count;
    bool found = true;
    tusk_status st = tusk_fetch(conn, a, tusk_select(a, books), &rows, err);
    if (!st)
        st = tusk_fetch(conn, a,
                        tusk_select(a, books,
                                    .where = TUSK_LIST(tusk_eq(books.id, row.id), TUSK_ABSENT,
                                                       tusk_or(a, tusk_eq(books.lent, found),
                                                               tusk_gt(books.pages, 5)))),
                        &rows, err);
    if (!st) st = tusk_fetch_one(conn, a, tusk_select(a, books, .limit = 1), &row, err);
    if (!st) st = tusk_fetch_optional(conn, a, tusk_select(a, books), &row, &found, err);
    if (!st) st = tusk_fetch_count(conn, a, tusk_count(a, books), &count, err);
    if (!st) st = tusk_execute(conn, a, tusk_insert(a, books, constant), NULL, err);
    if (!st)
        st = tusk_execute(conn, a, tusk_insert_rows(a, books, rows.items, rows.count), NULL, err);
    if (!st)
        st = tusk_execute(
            conn, a,
            tusk_insert(a, books, constant,
                        .defaults = TUSK_COLUMNS(books.id, books.title, books.shelf, books.lent,
                                                 books.edition, books.pages, books.sold,
                                                 books.weight, books.rating, books.price,
                                                 books.created_at, books.printed_at)),
            NULL, err);
    if (!st) st = tusk_execute(conn, a, tusk_delete(a, books, .all_rows = true), NULL, err);
    tusk_auto joined = tusk_select_joined(
        a, struct view,
        TUSK_TABLES(
            TUSK_FROM(struct view, book, books),
            TUSK_LEFT_JOIN(struct view, author, authors, tusk_on(books.author_id, authors.id))),
        .where = TUSK_LIST(tusk_exists(
            tusk_select(a, loans, .where = TUSK_LIST(tusk_on(loans.book_id, books.id))))),
        .order = TUSK_ORDER(tusk_desc_by(tusk_rank(books.search, "english", TUSK_STR("x"))),
                            tusk_asc(books.id)));
    return st ? st : tusk_fetch(conn, a, joined, &views, err);
}

void try(tusk_arena *a)
{
    compare();
    assign(a);
    tusk_error err;
    (void)!fetch(NULL, a, &err);
}
