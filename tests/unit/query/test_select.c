/* test_select.c - select, count, exists and joins: text, parameters, row map */
#include "tests/unit/query/query_unit.h"

static void test_select(void **state)
{
    (void)state;
    expect(tusk_select(a, loans).query, "select " LOAN " from \"loans\"", "");
    expect(tusk_select(a, loans, .where = TUSK_LIST(tusk_eq(loans.id, 5)), .limit = 20).query,
           "select " LOAN " from \"loans\" where \"loans\".\"id\" = $1 limit $2",
           "integer:5, bigint:20");
    expect(tusk_select(a, loans, .where = TUSK_LIST(TUSK_ABSENT), .offset = 7).query,
           "select " LOAN " from \"loans\" offset $1", "bigint:7");
    expect(tusk_select(a, loans, .order = TUSK_ORDER(tusk_desc(loans.number), tusk_asc(loans.id)),
                       .limit = 1, .offset = 2, .lock = TUSK_LOCK_UPDATE)
               .query,
           "select " LOAN " from \"loans\" order by \"loans\".\"number\" desc, \"loans\".\"id\" "
           "limit $1 offset $2 for update",
           "bigint:1, bigint:2");
    tusk_statement share = rendered(tusk_select(a, loans, .lock = TUSK_LOCK_SHARE).query);
    HAS(share.sql.ptr, "from \"loans\" for share");
}

static void test_every_column_is_selected(void **state)
{
    (void)state;
    tusk_statement s = rendered(tusk_select(a, maybe_books).query);
    HAS(s.sql.ptr, "select \"maybeBooks\".\"id\", \"maybeBooks\".\"title\", ");
    HAS(s.sql.ptr, "\"maybeBooks\".\"search\"::text from \"maybeBooks\""); /* as text */
    assert_int_equal(s.map->field_count, 21);
    assert_int_equal(s.map->row_size, sizeof(struct maybe_book));
    assert_ptr_equal(s.map->fields[3].column, &maybe_books.lent.c);
    assert_int_equal(s.map->fields[3].offset, offsetof(struct maybe_book, lent));
    assert_int_equal(s.map->group_count, 1);
    assert_ptr_equal(s.map->groups[0].table, &maybe_books_table);
    assert_false(s.map->groups[0].maybe);
    assert_true(s.prepare);
    assert_false(s.count);
    HAS(rendered(tusk_select(a, authors).query).sql.ptr, "\"authors\".\"e-mail\"");
}

static void test_order_by_rank(void **state)
{
    (void)state;
    tusk_str words = TUSK_STR("some words");
    tusk_statement s = rendered(
        tusk_select(a, books, .where = TUSK_LIST(tusk_matches(books.search, "english", words)),
                    .order = TUSK_ORDER(tusk_desc_by(tusk_rank(books.search, "english", words)),
                                        tusk_desc_by(TUSK_ABSENT), tusk_asc(books.id)),
                    .limit = 20)
            .query);
    HAS(s.sql.ptr,
        " where \"books\".\"search\" @@ websearch_to_tsquery('english'::regconfig, $1) "
        "order by ts_rank(\"books\".\"search\", "
        "websearch_to_tsquery('english'::regconfig, $2)) desc, \"books\".\"id\" limit $3");
    assert_string_equal(show_values(s.params, s.param_count),
                        "text:some words, text:some words, bigint:20");
}

static void test_count(void **state)
{
    (void)state;
    const tusk_query *q =
        tusk_count(a, loans, .where = TUSK_LIST(tusk_eq(loans.reader, "x")),
                   .order = TUSK_ORDER(tusk_asc(loans.id)), .limit = 3, .offset = 4);
    expect(q, "select count(*) from \"loans\" where \"loans\".\"reader\" = $1", "text:x");
    assert_true(rendered(q).count);
    assert_null(rendered(q).map);
}

struct lent_view {
    loans_row loan;
    int of_my_own;
    copies_row copy;
    books_maybe book;
};

static tusk_statement lent(void)
{
    tusk_auto q =
        tusk_select_joined(a, struct lent_view,
                           TUSK_TABLES(TUSK_FROM(struct lent_view, loan, loans),
                                       TUSK_JOIN(struct lent_view, copy, copies,
                                                 tusk_and(a, tusk_on(copies.book_id, loans.book_id),
                                                          tusk_eq(copies.number, 1))),
                                       TUSK_LEFT_JOIN(struct lent_view, book, books,
                                                      tusk_on(books.id, copies.book_id))),
                           .where = TUSK_LIST(tusk_eq(loans.reader, "x"), TUSK_ABSENT),
                           .order = TUSK_ORDER(tusk_desc(books.created_at)), .limit = 20);
    return rendered(q.query);
}

static void test_joined(void **state)
{
    (void)state;
    tusk_statement s = lent();
    HAS(s.sql.ptr, "select " LOAN ", \"copies\".\"book_id\", ");
    HAS(s.sql.ptr,
        ", \"books\".\"sequel_of\" from \"loans\" join \"copies\" on \"copies\".\"book_id\" = "
        "\"loans\".\"book_id\" and \"copies\".\"number\" = $1 left join \"books\" on "
        "\"books\".\"id\" = \"copies\".\"book_id\" where \"loans\".\"reader\" = $2 order by "
        "\"books\".\"created_at\" desc limit $3");
    assert_string_equal(show_values(s.params, s.param_count), "integer:1, text:x, bigint:20");
}

static void test_joined_map(void **state)
{
    (void)state;
    const tusk_row_map *map = lent().map;
    assert_int_equal(map->row_size, sizeof(struct lent_view));
    assert_int_equal(map->group_count, 3);
    assert_int_equal(map->field_count, 4 + 4 + 22);
    assert_false(map->groups[1].maybe);
    assert_true(map->groups[2].maybe);
    assert_int_equal(map->groups[2].has_offset, offsetof(struct lent_view, book.has));
    assert_int_equal(map->fields[4].group, 1);
    assert_int_equal(map->fields[4].offset, offsetof(struct lent_view, copy.book_id));
    assert_ptr_equal(map->fields[9].column, &books.title.c);
    assert_int_equal(map->fields[9].offset, offsetof(struct lent_view, book.value.title));
    assert_int_equal(map->fields[9].group, 2);
}

static const tusk_query *join_of(const tusk_joined *tables)
{
    return tusk_select_joined_with(
        a, &(tusk_joined_args){ .tables = tables, .row_size = sizeof(struct lent_view) });
}

static void test_joined_misuse(void **state)
{
    (void)state;
    refuse(join_of(TUSK_TABLES(TUSK_JOIN(struct lent_view, loan, loans, tusk_eq(loans.id, 1)))),
           TUSK_MISUSE, "begins with TUSK_FROM");
    refuse(join_of(TUSK_TABLES(TUSK_FROM(struct lent_view, loan, loans),
                               TUSK_FROM(struct lent_view, copy, copies))),
           TUSK_MISUSE, "a join without a condition");
    refuse(join_of(TUSK_TABLES(TUSK_FROM(struct lent_view, loan, loans),
                               TUSK_JOIN(struct lent_view, copy, copies, tusk_or(a, TUSK_ABSENT)))),
           TUSK_MISUSE, "a join without a condition");
    refuse(
        join_of(TUSK_TABLES(TUSK_FROM(struct lent_view, loan, loans),
                            TUSK_JOIN(struct lent_view, loan, loans, tusk_on(loans.id, loans.id)))),
        TUSK_MISUSE, "joined with itself");
    refuse(join_of(TUSK_TABLES(
               TUSK_FROM(struct lent_view, loan, loans),
               TUSK_JOIN(struct lent_view, copy, copies, tusk_on(books.id, loans.book_id)),
               TUSK_LEFT_JOIN(struct lent_view, book, books, tusk_on(books.id, loans.book_id)))),
           TUSK_MISUSE, "column \"id\" (every.def:"); /* books only come after that */
    refuse(join_of(NULL), TUSK_MISUSE, "without tables");
}

static void test_exists(void **state)
{
    (void)state;
    tusk_expr lent = tusk_exists(tusk_select(
        a, loans, .where = TUSK_LIST(tusk_on(loans.book_id, books.id), tusk_eq(loans.number, 2))));
    expect(
        tusk_count(a, books,
                   .where = TUSK_LIST(tusk_eq(books.pages, 1), tusk_not(a, lent),
                                      tusk_eq(books.pages, 3))),
        "select count(*) from \"books\" where \"books\".\"Pages\" = $1 and not (exists (select 1 "
        "from \"loans\" where \"loans\".\"book_id\" = \"books\".\"id\" and \"loans\".\"number\" = "
        "$2)) and \"books\".\"Pages\" = $3",
        "integer:1, integer:2, integer:3");
    /* alone it names a table that nobody selects from */
    refuse(tusk_count(a, copies, .where = TUSK_LIST(lent)), TUSK_MISUSE, "not in the query");
}

static void test_exists_misuse(void **state)
{
    (void)state;
    tusk_expr e = tusk_eq(loans.id, 1);
    refuse(
        tusk_count(a, loans,
                   .where = TUSK_LIST(tusk_exists(tusk_delete(a, loans, .where = TUSK_LIST(e))))),
        TUSK_MISUSE, "exists takes a select");
    for (int i = 0; i < 50; i++) e = tusk_exists(tusk_select(a, loans, .where = TUSK_LIST(e)));
    refuse(tusk_count(a, loans, .where = TUSK_LIST(e)), TUSK_MISUSE, "nested more than");
}

static void test_select_misuse(void **state)
{
    (void)state;
    refuse(tusk_select(a, loans, .limit = -1).query, TUSK_MISUSE, "negative limit");
    refuse(tusk_select(a, loans, .offset = -1).query, TUSK_MISUSE, "negative limit or offset");
    refuse(tusk_select(a, loans, .order = TUSK_ORDER(tusk_asc(books.id))).query, TUSK_MISUSE,
           "not in the query");
    refuse(tusk_select_with(a, &(tusk_select_args){ 0 }), TUSK_MISUSE, "without a table");
    refuse(tusk_select(NULL, loans).query, TUSK_NOMEM, "memory");
}

static void test_raw_sql(void **state)
{
    (void)state;
    const char *sql = "select 1 where $1 = any($2)";
    tusk_null_int32 none = { 0 };
    static const int32_t numbers[] = { 4, 5 };
    tusk_integer_array array = { numbers, (const bool[]){ false, true }, 2 };
    const tusk_query *q =
        tusk_sql(a, sql, TUSK_PARAMS(tusk_val("x"), tusk_val(none), tusk_val(array)));
    expect(q, sql, "text:x, null:integer, integer[]:{4,NULL}");
    assert_false(rendered(q).prepare);
    assert_null(rendered(q).map);
    expect(tusk_sql(a, "select 1", NULL), "select 1", "");
    refuse(tusk_sql(a, NULL, NULL), TUSK_MISUSE, "without its text");
    refuse(tusk_sql(a, sql, TUSK_PARAMS(tusk_val(1), tusk_val("\xff"))), TUSK_INVALID,
           "parameter $2");
}

static void test_text(void **state)
{
    (void)state;
    tusk_str text;
    assert_int_equal(tusk_query_text(a, tusk_count(a, loans), &text, NULL), TUSK_OK);
    assert_string_equal(text.ptr, "select count(*) from \"loans\"");
    assert_int_equal(tusk_query_text(a, NULL, &text, NULL), TUSK_NOMEM);
}

/* The statement cache keys on the text: values may not change it. */
static void test_text_does_not_depend_on_values(void **state)
{
    (void)state;
    tusk_statement one = rendered(
        tusk_select(a, authors, .where = TUSK_LIST(tusk_eq(authors.name, "a")), .limit = 1).query);
    tusk_statement two = rendered(
        tusk_select(a, authors, .where = TUSK_LIST(tusk_eq(authors.name, "'; --")), .limit = 99)
            .query);
    assert_string_equal(one.sql.ptr, two.sql.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_select),
        UNIT_TEST(test_every_column_is_selected),
        UNIT_TEST(test_order_by_rank),
        UNIT_TEST(test_count),
        UNIT_TEST(test_joined),
        UNIT_TEST(test_joined_map),
        UNIT_TEST(test_joined_misuse),
        UNIT_TEST(test_exists),
        UNIT_TEST(test_exists_misuse),
        UNIT_TEST(test_select_misuse),
        UNIT_TEST(test_raw_sql),
        UNIT_TEST(test_text),
        UNIT_TEST(test_text_does_not_depend_on_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
