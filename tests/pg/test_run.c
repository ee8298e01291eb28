/* test_run.c - what goes into a real server comes out the same, and what goes wrong is told */
#include <float.h>
#include <math.h>

#include "books.h"
#include "src/base/mem.h"

static void assert_text(tusk_str got, tusk_str expected)
{
    assert_non_null(got.ptr);
    assert_string_equal(got.ptr, expected.ptr);
    assert_int_equal(got.len, expected.len);
}

static void assert_same_book(const books_row *got, const books_row *put)
{
    assert_text(got->id, put->id);
    assert_text(got->title, put->title);
    assert_text(got->shelf, put->shelf);
    assert_int_equal(got->lent, put->lent);
    assert_int_equal(got->edition, put->edition);
    assert_int_equal(got->pages, put->pages);
    assert_true(got->sold == put->sold);
    assert_true(got->weight == put->weight);
    assert_true(got->rating == put->rating);
    assert_text(got->worth.text, put->worth.text);
    assert_text(got->price.text, put->price.text);
    assert_true(got->created_at.us == put->created_at.us);
    assert_true(got->printed_at.us == put->printed_at.us);
    assert_int_equal(got->published.days, put->published.days);
    assert_memory_equal(&got->author_id, &put->author_id, 16);
    assert_text(got->metadata.text, put->metadata.text);
    assert_int_equal(got->cover.len, put->cover.len);
    assert_memory_equal(got->cover.ptr, put->cover.ptr, put->cover.len);
    assert_int_equal(got->mood, put->mood);
    assert_int_equal(got->tags.count, put->tags.count);
    for (size_t i = 0; i < put->tags.count; i++) {
        assert_int_equal(got->tags.items[i].ptr == NULL, put->tags.items[i].ptr == NULL);
        assert_true(tusk_str_eq(got->tags.items[i], put->tags.items[i]));
    }
    assert_int_equal(got->chapters.count, put->chapters.count);
    assert_memory_equal(got->chapters.items, put->chapters.items,
                        put->chapters.count * sizeof *put->chapters.items);
    assert_null(got->chapters.nulls);
    assert_int_equal(got->sequel_of.has, put->sequel_of.has);
}

static books_row insert_book(books_test *b, const books_row *book)
{
    books_row got;
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_insert(b->arena, books, book, .returning = true), &got, &b->err));
    return got;
}

static void every_type_comes_back(void **state)
{
    books_test *b = *state;
    books_row put = books_make("b1");
    books_row got = insert_book(b, &put);
    assert_same_book(&got, &put);
    assert_text(got.search.text, TUSK_STR("'old':2 'whale':3 '\xe9\xaf\xa8':4"));
    books_row again;
    assert_ok(tusk_fetch_one(b->conn, b->arena, tusk_select(b->arena, books), &again, &b->err));
    assert_same_book(&again, &put);
}

static void extremes_come_back(void **state)
{
    books_test *b = *state;
    books_row put = books_make("least");
    put.edition = INT16_MIN, put.sold = INT64_MIN;
    put.weight = -FLT_MAX, put.rating = -DBL_MAX;
    put.worth = (tusk_numeric){ TUSK_STR("-Infinity") };
    put.created_at.us = INT64_MIN, put.printed_at.us = -210835180800000000;
    put.published.days = INT32_MIN;
    put.tags.count = put.chapters.count = 0;
    put.title = TUSK_STR(""), put.cover.len = 0;
    books_row got = insert_book(b, &put);
    assert_same_book(&got, &put);
    put = books_make("greatest");
    put.edition = INT16_MAX, put.pages = INT32_MAX, put.sold = INT64_MAX;
    put.weight = INFINITY, put.rating = DBL_TRUE_MIN;
    put.worth = (tusk_numeric){ TUSK_STR("NaN") };
    put.created_at.us = INT64_MAX, put.printed_at.us = 9223371244799999999;
    put.published.days = 2145042905;
    got = insert_book(b, &put);
    assert_same_book(&got, &put);
}

static void nulls_come_back_as_nulls(void **state)
{
    books_test *b = *state;
    maybe_books_row put = { .id = 1 }, got;
    memset(&got, 0xff, sizeof got);
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_insert(b->arena, maybe_books, &put, .returning = true), &got,
                             &b->err));
    assert_int_equal(got.id, 1);
    assert_false(got.title.has || got.shelf.has || got.lent.has || got.edition.has ||
                 got.pages.has);
    assert_false(got.sold.has || got.weight.has || got.rating.has || got.worth.has ||
                 got.price.has);
    assert_false(got.created_at.has || got.printed_at.has || got.published.has ||
                 got.author_id.has);
    assert_false(got.metadata.has || got.cover.has || got.mood.has || got.tags.has);
    assert_false(got.chapters.has || got.search.has);
}

static void nullable_forms_come_back(void **state)
{
    books_test *b = *state;
    const int32_t chapters[] = { 5, 0 };
    const bool nulls[] = { false, true };
    maybe_books_row put = {
        .id = 2,
        .title = { true, TUSK_STR("") },
        .lent = { true, false },
        .edition = { true, -1 },
        .pages = { true, -7 },
        .sold = { true, -8 },
        .weight = { true, 1.5F },
        .rating = { true, 2.25 },
        .worth = { true, { TUSK_STR("0.000") } },
        .created_at = { true, { 0 } },
        .printed_at = { true, { 1 } },
        .published = { true, { -1 } },
        .author_id = { true, { { 9 } } },
        .metadata = { true, { TUSK_STR("null") } },
        .cover = { true, { (const uint8_t *)"x", 1 } },
        .mood = { true, mood_calm },
        .tags = { true, { NULL, 0 } },
        .chapters = { true, { chapters, nulls, 2 } },
        .search = { true, { TUSK_STR("'a':1") } },
    };
    maybe_books_row got;
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_insert(b->arena, maybe_books, &put, .returning = true), &got,
                             &b->err));
    assert_true(got.title.has && got.title.value.ptr && got.title.value.len == 0);
    assert_true(got.lent.has && !got.lent.value && got.edition.value == -1);
    assert_true(got.pages.value == -7 && got.sold.value == -8);
    assert_true(got.weight.value == 1.5F && got.rating.value == 2.25);
    assert_text(got.worth.value.text, TUSK_STR("0.000"));
    assert_true(got.created_at.has && got.created_at.value.us == 0 && got.printed_at.value.us == 1);
    assert_int_equal(got.published.value.days, -1);
    assert_int_equal(got.author_id.value.bytes[0], 9);
    assert_text(got.metadata.value.text, TUSK_STR("null"));
    assert_true(got.cover.has && got.mood.has && got.mood.value == mood_calm);
    assert_true(got.tags.has && got.tags.value.count == 0);
    assert_int_equal(got.chapters.value.items[0], 5);
    assert_true(got.chapters.value.nulls[1] && !got.chapters.value.nulls[0]);
    assert_text(got.search.value.text, TUSK_STR("'a':1"));
}

/* 3,000 numerics of all lengths: the text made here against the one the server makes. */
static void numerics_agree_with_the_server(void **state)
{
    books_test *b = *state;
    books_script(b, "select setseed(0.5);"
                    "insert into \"maybeBooks\" (id, worth) select i,"
                    " case when random() < 0.5 then -1 else 1 end * round("
                    " (random()::numeric * power(10::numeric, (i % 80)) + random()::numeric)"
                    " * power(10::numeric, -(i % 37)), i % 97) from generate_series(1, 3000) i;"
                    "insert into \"maybeBooks\" (id, worth) values"
                    " (3001, ('1' || repeat('0', 131071))::numeric),"
                    " (3002, ('-0.' || repeat('0', 16382) || '7')::numeric),"
                    " (3003, repeat('9876543210', 5000)::numeric)");
    maybe_books_rows rows;
    assert_ok(tusk_fetch(
        b->conn, b->arena,
        tusk_select(b->arena, maybe_books, .order = TUSK_ORDER(tusk_asc(maybe_books.id))), &rows,
        &b->err));
    tusk_result texts;
    assert_ok(tusk_run(b->conn, b->arena,
                       tusk_sql(b->arena, "select worth from \"maybeBooks\" order by id", NULL),
                       &texts, &b->err));
    assert_int_equal(rows.count, 3003);
    for (size_t i = 0; i < rows.count; i++) {
        assert_text(rows.items[i].worth.value.text, tusk_result_cell(&texts, i, 0));
    }
}

static void the_result_object(void **state)
{
    books_test *b = *state;
    books_row book = books_make("b1");
    tusk_result r;
    assert_ok(tusk_execute(b->conn, b->arena, tusk_insert(b->arena, books, &book), &r, &b->err));
    assert_text(r.command, TUSK_STR("INSERT"));
    assert_int_equal(r.row_count, 1);
    assert_int_equal(r.field_count, 0);
    const char *sql = "select id, shelf, 1 + 1 as two, null as nothing from books";
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, sql, NULL), &r, &b->err));
    assert_text(r.command, TUSK_STR("SELECT"));
    assert_int_equal(r.row_count, 1);
    assert_int_equal(r.oid, 0);
    assert_int_equal(r.field_count, 4);
    assert_text(r.fields[1].name, TUSK_STR("shelf"));
    assert_int_equal(r.fields[1].column, 3);
    assert_true(r.fields[1].table_oid > 0);
    assert_int_equal(r.fields[1].type_oid, 1043);
    assert_int_equal(r.fields[1].modifier, 4 + 20);
    assert_int_equal(r.fields[2].table_oid, 0);
    assert_int_equal(r.fields[2].size, 4);
    assert_int_equal(r.fields[2].format, 0);
    assert_text(tusk_result_cell(&r, 0, 0), TUSK_STR("b1"));
    assert_text(tusk_result_cell(&r, 0, 2), TUSK_STR("2"));
    assert_null(tusk_result_cell(&r, 0, 3).ptr);
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, "create table x (i int)", NULL), &r,
                       &b->err));
    assert_text(r.command, TUSK_STR("CREATE TABLE"));
    assert_true(r.row_count == -1);
    assert_ok(tusk_execute(b->conn, b->arena, tusk_delete(b->arena, books, .all_rows = true), &r,
                           &b->err));
    assert_text(r.command, TUSK_STR("DELETE"));
    assert_int_equal(r.row_count, 1);
    assert_ok(tusk_execute(b->conn, b->arena, tusk_delete(b->arena, books, .all_rows = true), NULL,
                           &b->err));
}

static void returning_as_cells(void **state)
{
    books_test *b = *state;
    books_row book = books_make("b1");
    insert_book(b, &book);
    tusk_result r;
    assert_ok(
        tusk_execute(b->conn, b->arena,
                     tusk_update(b->arena, books, .set = TUSK_SET(tusk_set(books.pages, 5)),
                                 .where = TUSK_LIST(tusk_eq(books.id, "b1")), .returning = true),
                     &r, &b->err));
    assert_int_equal(r.row_count, 1);
    assert_int_equal(r.cell_rows, 1);
    assert_int_equal(r.field_count, books_table.column_count);
    assert_text(tusk_result_cell(&r, 0, 0), TUSK_STR("b1"));
    assert_text(tusk_result_cell(&r, 0, 5), TUSK_STR("5"));
}

static void one_row_or_none_or_more(void **state)
{
    books_test *b = *state;
    loans_row loan = { .id = 1, .book_id = TUSK_STR("b1"), .number = 1, .reader = TUSK_STR("Ann") };
    loans_query all = tusk_select(b->arena, loans);
    loans_row got = { .id = 77 };
    assert_int_equal(tusk_fetch_one(b->conn, b->arena, all, &got, &b->err), TUSK_NO_ROWS);
    assert_string_equal(b->err.message, "no such row in table \"loans\"");
    bool found = true;
    assert_ok(tusk_fetch_optional(b->conn, b->arena, all, &got, &found, &b->err));
    assert_false(found);
    assert_int_equal(got.id, 77);
    assert_ok(tusk_execute(b->conn, b->arena, tusk_insert(b->arena, loans, &loan), NULL, &b->err));
    assert_ok(tusk_fetch_optional(b->conn, b->arena, all, &got, &found, &b->err));
    assert_true(found);
    assert_int_equal(got.id, 1);
    loan.id = 2;
    assert_ok(tusk_execute(b->conn, b->arena, tusk_insert(b->arena, loans, &loan), NULL, &b->err));
    got.id = 77;
    assert_int_equal(tusk_fetch_one(b->conn, b->arena, all, &got, &b->err), TUSK_TOO_MANY_ROWS);
    assert_int_equal(tusk_fetch_optional(b->conn, b->arena, all, &got, &found, &b->err),
                     TUSK_TOO_MANY_ROWS);
    assert_int_equal(got.id, 77);
    int64_t count = 0;
    assert_ok(tusk_fetch_count(b->conn, b->arena, tusk_count(b->arena, loans), &count, &b->err));
    assert_int_equal(count, 2);
    assert_ok(tusk_fetch_count(b->conn, b->arena,
                               tusk_sql(b->arena, "select -9223372036854775807 - 1", NULL), &count,
                               &b->err));
    assert_true(count == INT64_MIN);
    const char *const no_numbers[] = { "select 'x'", "select null", "select 1, 2",
                                       "select 1 where false" };
    for (size_t i = 0; i < COUNT(no_numbers); i++) {
        assert_int_equal(tusk_fetch_count(b->conn, b->arena,
                                          tusk_sql(b->arena, no_numbers[i], NULL), &count, &b->err),
                         TUSK_INVALID);
    }
}

static void raw_sql_has_no_row_type(void **state)
{
    books_test *b = *state;
    void *items;
    size_t count;
    const tusk_query *raw = tusk_sql(b->arena, "select 1", NULL);
    assert_int_equal(tusk_fetch_rows(b->conn, b->arena, raw, &items, &count, &b->err), TUSK_MISUSE);
    loans_row row;
    assert_int_equal(tusk_fetch_one(b->conn, b->arena,
                                    tusk_delete(b->arena, loans, .all_rows = true), &row, &b->err),
                     TUSK_MISUSE);
    assert_non_null(strstr(b->err.hint, ".returning"));
    assert_int_equal(tusk_run(b->conn, b->arena, NULL, NULL, &b->err), TUSK_NOMEM);
}

struct view {
    loans_row loan;
    maybe_books_maybe book;
};

static void a_left_join_shows_what_is_missing(void **state)
{
    books_test *b = *state;
    books_script(b, "insert into \"maybeBooks\" (id, title) values (1, null), (2, 'two');"
                    "insert into loans values (1, 'a', 1, ''), (2, 'b', 2, ''), (3, 'c', 3, '')");
    const tusk_query *q =
        tusk_select_joined(
            b->arena, struct view,
            TUSK_TABLES(TUSK_FROM(struct view, loan, loans),
                        TUSK_LEFT_JOIN(
                            struct view, book, maybe_books,
                            tusk_raw(b->arena, "{} = {}",
                                     TUSK_ARGS(tusk_col(loans.number), tusk_col(maybe_books.id))))),
            .order = TUSK_ORDER(tusk_asc(loans.id)))
            .query;
    struct view *views;
    size_t count;
    assert_ok(tusk_fetch_rows(b->conn, b->arena, q, &views, &count, &b->err));
    assert_int_equal(count, 3);
    assert_true(views[0].book.has && views[0].book.value.id == 1 && !views[0].book.value.title.has);
    assert_true(views[1].book.has && views[1].book.value.title.has);
    assert_int_equal(views[2].loan.id, 3);
    assert_false(views[2].book.has);
    assert_false(views[2].book.value.title.has);
}

static void raw_sql_binds_every_kind(void **state)
{
    books_test *b = *state;
    const tusk_str items[] = { TUSK_STR("x,"), TUSK_STR("\"y\"") };
    const tusk_text_array texts = { items, COUNT(items) };
    tusk_null_str none = { 0 };
    const tusk_query *q = tusk_sql(
        b->arena,
        "select $1::text, $2::int8, $3::bool, $4::float8, $5::jsonb, $6::timestamptz at time zone "
        "'utc',"
        " $7::text[], $8::text, $9::numeric, $10::bytea, $11::date",
        TUSK_PARAMS(
            tusk_val("'; drop table books; --"), tusk_val(-5), tusk_val((bool)true), tusk_val(0.5),
            tusk_val(((tusk_json){ TUSK_STR("[1]") })), tusk_val(((tusk_time){ 0 })),
            tusk_val(texts), tusk_val(none), tusk_val(((tusk_numeric){ TUSK_STR("1.10") })),
            tusk_val(((tusk_bytes){ (const uint8_t *)"\x01", 1 })), tusk_val(((tusk_date){ 0 }))));
    tusk_result r;
    assert_ok(tusk_run(b->conn, b->arena, q, &r, &b->err));
    static const char *const expected[] = {
        "'; drop table books; --", "-5", "t",    "0.5",   "[1]",       "1970-01-01 00:00:00",
        "{\"x,\",\"\\\"y\\\"\"}",  NULL, "1.10", "\\x01", "1970-01-01"
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        tusk_str cell = tusk_result_cell(&r, 0, i);
        if (!expected[i]) assert_null(cell.ptr);
        if (expected[i]) assert_string_equal(cell.ptr, expected[i]);
    }
}

static size_t found_ids(books_test *b, books_query q)
{
    books_rows rows;
    assert_ok(tusk_fetch(b->conn, b->arena, q, &rows, &b->err));
    return rows.count;
}

static void conditions_of_all_kinds(void **state)
{
    books_test *b = *state;
    tusk_arena *a = b->arena;
    books_row one = books_make("b1"), two = books_make("b2");
    two.title = TUSK_STR("Stones"), two.metadata.text = TUSK_STR("{\"kind\": \"essay\"}");
    two.mood = mood_calm;
    insert_book(b, &one), insert_book(b, &two);
    const tusk_json novel = { TUSK_STR("{\"kind\": \"novel\"}") };
    assert_int_equal(
        found_ids(b,
                  tusk_select(a, books, .where = TUSK_LIST(tusk_contains(books.metadata, novel)))),
        1);
    const tusk_str words = TUSK_STR("whale & ( :* \"");
    assert_int_equal(
        found_ids(
            b, tusk_select(
                   a, books, .where = TUSK_LIST(tusk_matches(books.search, "english", words)),
                   .order = TUSK_ORDER(tusk_desc_by(tusk_rank(books.search, "english", words))))),
        1);
    assert_int_equal(
        found_ids(b, tusk_select(a, books, .where = TUSK_LIST(tusk_eq(books.mood, mood_calm)))), 1);
    const tusk_str ids[] = { TUSK_STR("b1"), TUSK_STR("b2"), TUSK_STR("nope") };
    const tusk_text_array some = { ids, COUNT(ids) };
    assert_int_equal(
        found_ids(b, tusk_select(a, books, .where = TUSK_LIST(tusk_in(books.id, some)))), 2);
    assert_int_equal(
        found_ids(b,
                  tusk_select(a, books, .where = TUSK_LIST(tusk_eq(books.author_id, one.author_id)),
                              .limit = 1, .offset = 1)),
        1);
    assert_int_equal(found_ids(b, tusk_select(a, books,
                                              .where = TUSK_LIST(tusk_is_null(books.sequel_of),
                                                                 tusk_ilike(books.title, "sto%")))),
                     1);
}

static void another_type_in_the_database_is_named(void **state)
{
    books_test *b = *state;
    books_script(b, "alter table loans alter number type bigint");
    loans_rows rows = { 0 };
    assert_int_equal(tusk_fetch(b->conn, b->arena, tusk_select(b->arena, loans), &rows, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.message,
                        "column \"number\" of table \"loans\" is bigint in the database "
                        "but integer in the program");
    assert_non_null(strstr(b->err.hint, "migrations"));
    books_script(b, "alter table loans drop number");
    assert_int_equal(tusk_fetch(b->conn, b->arena, tusk_select(b->arena, loans), &rows, &b->err),
                     TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "42703");
}

/* A prepared statement outlives a change of its table. */
static void a_changed_table_is_prepared_again(void **state)
{
    books_test *b = *state;
    loans_rows rows = { 0 };
    assert_ok(tusk_fetch(b->conn, b->arena, tusk_select(b->arena, loans), &rows, &b->err));
    books_script(b, "alter table loans alter reader type varchar(40)");
    assert_ok(tusk_fetch(b->conn, b->arena, tusk_select(b->arena, loans), &rows, &b->err));
}

static void null_and_unknown_labels_are_named(void **state)
{
    books_test *b = *state;
    books_script(
        b,
        "alter table loans alter reader drop not null; insert into loans values (1, 'a', 1, null)");
    loans_rows rows = { 0 };
    assert_int_equal(tusk_fetch(b->conn, b->arena, tusk_select(b->arena, loans), &rows, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.table, "loans");
    assert_string_equal(b->err.column, "reader");
    books_script(b, "alter type \"Mood\" add value 'odd'");
    books_script(b, "insert into \"maybeBooks\" (id, mood) values (1, 'odd')");
    maybe_books_row row;
    assert_int_equal(
        tusk_fetch_one(b->conn, b->arena, tusk_select(b->arena, maybe_books), &row, &b->err),
        TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "column \"mood\" holds \"odd\""));
    assert_string_equal(b->err.table, "maybeBooks");
}

static void the_servers_errors_keep_their_facts(void **state)
{
    books_test *b = *state;
    books_row book = books_make("b1");
    insert_book(b, &book);
    assert_int_equal(
        tusk_execute(b->conn, b->arena, tusk_insert(b->arena, books, &book), NULL, &b->err),
        TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "23505");
    assert_string_equal(b->err.constraint, "books_pkey");
    assert_string_equal(b->err.table, "books");
    assert_int_equal(
        tusk_run(b->conn, b->arena, tusk_sql(b->arena, "select nothing", NULL), NULL, &b->err),
        TUSK_SERVER);
    assert_int_equal(b->err.position, 8);
    books_row short_of_memory;
    tusk_arena *small = tusk_arena_new(40000);
    books_script(b, "update books set title = repeat('x', 100000)");
    assert_int_equal(
        tusk_fetch_one(b->conn, small, tusk_select(small, books), &short_of_memory, &b->err),
        TUSK_NOMEM);
    tusk_arena_free(small);
    assert_ok(tusk_fetch_one(b->conn, b->arena, tusk_select(b->arena, books), &book, &b->err));
    assert_int_equal(book.title.len, 100000);
}

/* Each allocation of the library refused in turn: the status says so, the connection goes on. */
static void memory_that_runs_out_leaves_the_connection_usable(void **state)
{
    books_test *b = *state;
    books_row book = books_make("b1");
    insert_book(b, &book);
    tusk_status status = TUSK_NOMEM;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_arena *a = tusk_arena_new(0);
        books_rows rows = { 0 };
        status = tusk_fetch(b->conn, a, tusk_select(a, books), &rows, &b->err);
        if (status != TUSK_OK) assert_int_equal(status, TUSK_NOMEM);
        assert_int_equal(rows.count, status == TUSK_OK);
        tusk_arena_free(a);
    }
    assert_int_equal(status, TUSK_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type_comes_back),
        TEST(extremes_come_back),
        TEST(nulls_come_back_as_nulls),
        TEST(nullable_forms_come_back),
        TEST(numerics_agree_with_the_server),
        TEST(the_result_object),
        TEST(returning_as_cells),
        TEST(one_row_or_none_or_more),
        TEST(raw_sql_has_no_row_type),
        TEST(a_left_join_shows_what_is_missing),
        TEST(raw_sql_binds_every_kind),
        TEST(conditions_of_all_kinds),
        TEST(another_type_in_the_database_is_named),
        TEST(a_changed_table_is_prepared_again),
        TEST(null_and_unknown_labels_are_named),
        TEST(the_servers_errors_keep_their_facts),
        TEST(memory_that_runs_out_leaves_the_connection_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
