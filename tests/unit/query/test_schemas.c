/* test_schemas.c - tables of other schemas, views, and columns that a statement leaves to the
 * database or sets by itself */
#include "tests/unit/query/query_unit.h"

static void test_qualified(void **state)
{
    (void)state;
    expect(
        tusk_select(a, archived_books, .where = TUSK_LIST(tusk_eq(archived_books.id, "b"))).query,
        "select \"library\".\"books\".\"id\", \"library\".\"books\".\"title\", "
        "\"library\".\"books\".\"archived\" from \"library\".\"books\" where "
        "\"library\".\"books\".\"id\" = $1",
        "text:b");
    expect(tusk_update(a, archived_books, .set = TUSK_SET(tusk_set(archived_books.title, "t")),
                       .all_rows = true)
               .query,
           "update \"library\".\"books\" set \"title\" = $1", "text:t");
    expect(tusk_delete(a, archived_books, .all_rows = true).query,
           "delete from \"library\".\"books\"", "");
}

/* "books" alone would be either of two in the same query. */
static void test_namesakes(void **state)
{
    (void)state;
    expect(tusk_delete(a, archived_books,
                       .where = TUSK_LIST(tusk_exists(tusk_select(
                           a, books, .where = TUSK_LIST(tusk_on(books.id, archived_books.id))))))
               .query,
           "delete from \"library\".\"books\" where exists (select 1 from \"books\" where "
           "\"public\".\"books\".\"id\" = \"library\".\"books\".\"id\")",
           "");
}

static void test_set_on_update(void **state)
{
    (void)state;
    expect(
        tusk_update(a, kinds, .set = TUSK_SET(tusk_set(kinds.number, 3)), .all_rows = true).query,
        "update \"kinds\" set \"number\" = $1, \"seen_at\" = now()", "integer:3");
    expect(tusk_update(a, kinds, .set = TUSK_SET(tusk_set_sql(kinds.seen_at, "'epoch'")),
                       .all_rows = true)
               .query,
           "update \"kinds\" set \"seen_at\" = 'epoch'", "");
}

/* An identity that is always the database's own is neither inserted nor updated. */
static void test_identity(void **state)
{
    (void)state;
    const call_log_row row = { .id = 7, .made_at = { 0 }, .path = TUSK_STR("/") };
    tusk_statement s = rendered(tusk_insert(a, call_log, &row).query);
    assert_string_equal(s.sql.ptr, "insert into \"calls\" (\"made_at\", \"path\") values ($1, $2)");
    refuse(
        tusk_update(a, call_log, .set = TUSK_SET(tusk_set(call_log.id, 1)), .all_rows = true).query,
        TUSK_MISUSE, "an assignment to the generated column \"id\" of table \"calls\"");
}

/* What has no C form is asked for as text, and given as text for the server to read. */
static void test_text_forms(void **state)
{
    (void)state;
    tusk_statement s = rendered(tusk_select(a, maybe_kinds).query);
    assert_non_null(strstr(s.sql.ptr, "\"maybe_kinds\".\"opens\"::text, "));
    assert_non_null(strstr(s.sql.ptr, "\"maybe_kinds\".\"longs\"::text[], "));
    assert_non_null(strstr(s.sql.ptr, "\"maybe_kinds\".\"grid\"::text from"));
    assert_non_null(strstr(s.sql.ptr, "\"maybe_kinds\".\"code\", ")); /* char has one */
    assert_non_null(strstr(rendered(tusk_select(a, kinds).query).sql.ptr,
                           "inet_out(\"kinds\".\"host\")::text"));
}

static void test_views_are_only_read(void **state)
{
    (void)state;
    expect(tusk_select(a, book_counts).query,
           "select \"book_counts\".\"books\" from \"book_counts\"", "");
    const tusk_query *changes[] = {
        tusk_delete_with(a, &(tusk_delete_args){ .from = &red_kinds_table, .all_rows = true }),
        tusk_update_with(a, &(tusk_update_args){ .table = &red_kinds_table, .all_rows = true }),
        tusk_insert_with(a, &(tusk_insert_args){ .into = &red_kinds_table, .count = 1 }),
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        refuse(changes[i], TUSK_MISUSE, "a view can only be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_qualified), UNIT_TEST(test_namesakes),  UNIT_TEST(test_set_on_update),
        UNIT_TEST(test_identity),  UNIT_TEST(test_text_forms), UNIT_TEST(test_views_are_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
