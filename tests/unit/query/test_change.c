/* test_change.c - insert, update, delete: what is sent, what is refused before it is sent */
#include "tests/unit/query/query_unit.h"

static const struct loan loan = { 1, { "b", 1 }, 2, { "r", 1 } };

static void test_insert_a_row(void **state)
{
    (void)state;
    const char *sql = "insert into \"loans\" (\"id\", \"book_id\", \"number\", \"reader\") values "
                      "($1, $2, $3, $4)";
    const char *params = "integer:1, text:b, integer:2, text:r";
    expect(tusk_insert(a, loans, &loan).query, sql, params);
    assert_true(rendered(tusk_insert(a, loans, &loan).query).prepare);
    assert_null(rendered(tusk_insert(a, loans, &loan).query).map);
    tusk_statement s =
        rendered(tusk_insert(a, loans, &loan, .defaults = TUSK_COLUMNS(loans.id, loans.reader),
                             .on_conflict_do_nothing = true, .returning = true)
                     .query);
    assert_string_equal(
        s.sql.ptr, "insert into \"loans\" (\"book_id\", \"number\") values ($1, $2) on conflict "
                   "do nothing returning " LOAN);
    assert_string_equal(show_values(s.params, s.param_count), "text:b, integer:2");
    assert_int_equal(s.map->field_count, 4);
}

static void test_insert_rows(void **state)
{
    (void)state;
    struct loan rows[2] = { loan, loan };
    rows[1].id = 9;
    const tusk_query *q =
        tusk_insert_rows(a, loans, rows, 2, .defaults = TUSK_COLUMNS(loans.reader)).query;
    expect(
        q,
        "insert into \"loans\" (\"id\", \"book_id\", \"number\") values ($1, $2, $3), ($4, $5, $6)",
        "integer:1, text:b, integer:2, integer:9, text:b, integer:2");
    assert_false(rendered(q).prepare);
}

static void test_insert_defaults(void **state)
{
    (void)state;
    struct loan rows[2] = { loan, loan };
    const tusk_column *const all[] = { &loans.id.c, &loans.book_id.c, &loans.number.c,
                                       &loans.reader.c, NULL };
    expect(tusk_insert(a, loans, &loan, .defaults = all).query,
           "insert into \"loans\" default values", "");
    expect(tusk_insert_rows(a, loans, rows, 2, .defaults = all).query,
           "insert into \"loans\" (\"id\") values (default), (default)", "");
}

#define BYTES(...)                                                                 \
    {                                                                              \
        (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) \
    }

/* Every type in its plain form; the generated column is not sent. */
static void test_every_type(void **state)
{
    (void)state;
    static const tusk_str tags[] = { { "t", 1 }, { NULL, 0 } };
    static const int32_t chapters[] = { 1, -2 };
    struct book b = {
        .id = TUSK_STR("i"),
        .title = TUSK_STR(""),
        .shelf = TUSK_STR("s"),
        .lent = true,
        .edition = -1,
        .pages = 70000,
        .sold = INT64_C(1) << 40,
        .weight = 0.25F,
        .rating = 0.1,
        .worth = { TUSK_STR("12.50") },
        .price = { TUSK_STR("NaN") },
        .created_at = { 5 },
        .printed_at = { 6 },
        .published = { 7 },
        .author_id = { { 1, 2 } },
        .metadata = { TUSK_STR("[]") },
        .cover = BYTES(0, 255),
        .mood = mood_wild,
        .tags = { tags, 2 },
        .chapters = { chapters, NULL, 2 },
    };
    tusk_statement s = rendered(tusk_insert(a, books, &b).query);
    assert_string_equal(
        show_values(s.params, s.param_count),
        "text:i, text:, text:s, boolean:true, smallint:-1, integer:70000, bigint:1099511627776, "
        "real:0.25, double precision:0.1, numeric:12.50, numeric:NaN, timestamp with time zone:5, "
        "timestamp:6, date:7, uuid:01020000000000000000000000000000, jsonb:[], bytea:00ff, "
        "enum:wild, "
        "text[]:{t,NULL}, integer[]:{1,-2}, null:text");
    assert_null(strstr(s.sql.ptr, "\"search\""));
}

static void test_every_nullable_type(void **state)
{
    (void)state;
    static const tusk_str tags[] = { { "t", 1 } };
    struct maybe_book b = {
        .id = 1,
        .title = { true, TUSK_STR("x") },
        .shelf = { true, TUSK_STR("s") },
        .lent = { true, false },
        .edition = { true, -1 },
        .pages = { true, 7 },
        .sold = { true, 8 },
        .weight = { true, 0.5F },
        .rating = { true, 1.5 },
        .worth = { true, { TUSK_STR("1") } },
        .price = { true, { TUSK_STR("2") } },
        .created_at = { true, { 3 } },
        .printed_at = { true, { 4 } },
        .published = { true, { 5 } },
        .author_id = { true, { { 9 } } },
        .metadata = { true, { TUSK_STR("{}") } },
        .cover = { true, BYTES(1) },
        .mood = { true, mood_wild },
        .tags = { true, { tags, 1 } },
        .chapters = { true, { 0 } },
        .search = { true, { TUSK_STR("'a':1") } },
    };
    tusk_statement s = rendered(tusk_insert(a, maybe_books, &b).query);
    assert_string_equal(
        show_values(s.params, s.param_count),
        "bigint:1, text:x, text:s, boolean:false, smallint:-1, integer:7, bigint:8, real:0.5, "
        "double precision:1.5, numeric:1, numeric:2, timestamp with time zone:3, timestamp:4, "
        "date:5, "
        "uuid:09000000000000000000000000000000, jsonb:{}, bytea:01, enum:wild, text[]:{t}, "
        "integer[]:{}, tsvector:'a':1");
    struct maybe_book none = { .id = 1 };
    s = rendered(tusk_insert(a, maybe_books, &none).query);
    assert_string_equal(
        show_values(s.params, s.param_count),
        "bigint:1, null:text, null:text, null:boolean, null:smallint, null:integer, null:bigint, "
        "null:real, null:double precision, null:numeric, null:numeric, null:timestamp with time "
        "zone, "
        "null:timestamp, null:date, null:uuid, null:jsonb, null:bytea, null:enum, null:text[], "
        "null:integer[], null:tsvector");
}

static void test_insert_misuse(void **state)
{
    (void)state;
    struct loan rows[2] = { loan, loan };
    rows[1].book_id = (tusk_str){ 0 };
    const tusk_error *err = refuse(tusk_insert_rows(a, loans, rows, 2).query, TUSK_MISUSE,
                                   "no value for column \"book_id\" of table \"loans\"");
    assert_string_equal(err->detail, "Row 2 of the insert.");
    /* left to its default, it may be empty in the row */
    rendered(tusk_insert_rows(a, loans, rows, 2, .defaults = TUSK_COLUMNS(loans.book_id)).query);
    refuse(tusk_insert(a, loans, &loan, .defaults = TUSK_COLUMNS(books.title)).query, TUSK_MISUSE,
           "column \"title\"");
    refuse(tusk_insert_rows(a, loans, rows, 0).query, TUSK_MISUSE, "no rows");
    refuse(tusk_insert_rows(a, loans, (struct loan *)0, 1).query, TUSK_MISUSE, "without its rows");
}

static void test_insert_of_too_many(void **state)
{
    (void)state;
    size_t most = 65535 / 4;
    struct loan *rows = calloc(most + 1, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i <= most; i++) rows[i] = loan;
    assert_int_equal(rendered(tusk_insert_rows(a, loans, rows, most).query).param_count, most * 4);
    const tusk_error *err = refuse(tusk_insert_rows(a, loans, rows, most + 1).query, TUSK_MISUSE,
                                   "an insert of 16384 rows with 4 values each");
    HAS(err->hint, "at most 16383 rows");
    free(rows);
}

static void test_update(void **state)
{
    (void)state;
    expect(
        tusk_update(a, loans,
                    .set = TUSK_SET(tusk_set(loans.reader, "x"), tusk_set_sql(loans.number, "2+2")),
                    .where = TUSK_LIST(tusk_eq(loans.id, 1)))
            .query,
        "update \"loans\" set \"reader\" = $1, \"number\" = 2+2 where \"loans\".\"id\" = $2",
        "text:x, integer:1");
    expect(tusk_update(a, loans, .set = TUSK_SET(tusk_set(loans.number, 3)), .all_rows = true,
                       .returning = true)
               .query,
           "update \"loans\" set \"number\" = $1 returning " LOAN, "integer:3");
    tusk_null_int16 edition = { true, 4 };
    tusk_null_date date = { 0 };
    expect(tusk_update(a, maybe_books,
                       .set = TUSK_SET(tusk_set_null(maybe_books.title),
                                       tusk_set(maybe_books.edition, edition),
                                       tusk_set(maybe_books.published, date),
                                       tusk_set(maybe_books.mood, mood_calm)),
                       .where = TUSK_LIST(tusk_eq(maybe_books.id, 1)))
               .query,
           "update \"maybeBooks\" set \"title\" = $1, \"edition\" = $2, \"published\" = $3, "
           "\"mood\" = "
           "$4 where \"maybeBooks\".\"id\" = $5",
           "null:text, smallint:4, null:date, enum:calm, bigint:1");
}

static void test_update_misuse(void **state)
{
    (void)state;
    const tusk_assignment *set = TUSK_SET(tusk_set(loans.number, 3));
    const tusk_expr *one = TUSK_LIST(tusk_eq(loans.id, 1));
    const char *none = NULL;
    const tusk_error *err =
        refuse(tusk_update(a, loans, .set = set).query, TUSK_MISUSE,
               "an update without a condition, of every row of table \"loans\"");
    HAS(err->hint, ".all_rows");
    refuse(tusk_update(a, loans, .set = set, .where = TUSK_LIST(TUSK_ABSENT)).query, TUSK_MISUSE,
           "without a condition");
    refuse(tusk_update(a, loans, .where = one).query, TUSK_MISUSE, "sets nothing");
    refuse(tusk_update(a, loans,
                       .set = TUSK_SET(tusk_set(loans.number, 1), tusk_set(loans.number, 2)),
                       .where = one)
               .query,
           TUSK_MISUSE, "two assignments to column \"number\"");
    refuse(tusk_update(a, loans, .set = TUSK_SET(tusk_set(books.title, "x")), .where = one).query,
           TUSK_MISUSE, "column \"title\" is not of table \"loans\"");
    refuse(tusk_update(a, books, .set = TUSK_SET(tusk_set_sql(books.search, "x")), .all_rows = true)
               .query,
           TUSK_MISUSE, "generated column \"search\"");
    refuse(tusk_update(a, loans, .set = TUSK_SET(tusk_set(loans.reader, none)), .where = one).query,
           TUSK_MISUSE, "no value for column \"reader\"");
    refuse(tusk_update(a, loans, .set = TUSK_SET(tusk_set_sql(loans.reader, "$1")), .where = one)
               .query,
           TUSK_MISUSE, "a numbered parameter");
    refuse(tusk_update(a, loans, .set = TUSK_SET(tusk_set(loans.number, INT64_C(1) << 32)),
                       .where = one)
               .query,
           TUSK_INVALID, "4294967296 is out of range for integer column \"number\"");
}

static void test_delete(void **state)
{
    (void)state;
    expect(tusk_delete(a, loans, .where = TUSK_LIST(TUSK_ABSENT, tusk_eq(loans.id, 1))).query,
           "delete from \"loans\" where \"loans\".\"id\" = $1", "integer:1");
    expect(tusk_delete(a, loans, .all_rows = true, .returning = true).query,
           "delete from \"loans\" returning " LOAN, "");
    const char *why = "a delete without a condition";
    refuse(tusk_delete(a, loans).query, TUSK_MISUSE, why);
    refuse(tusk_delete(a, loans, .where = TUSK_LIST(TUSK_ABSENT)).query, TUSK_MISUSE, why);
    refuse(tusk_delete(a, loans, .where = TUSK_LIST(tusk_or(a, TUSK_ABSENT, TUSK_ABSENT))).query,
           TUSK_MISUSE, why);
    refuse(tusk_delete(a, loans, .where = TUSK_LIST(tusk_not(a, tusk_and(a, TUSK_ABSENT)))).query,
           TUSK_MISUSE, why);
}

/* The lists and rows that a query was built from may be gone before it is rendered. */
static const tusk_query *from_a_block(int which)
{
    char text[] = "gone";
    struct loan row = loan;
    row.reader = (tusk_str){ text, 4 };
    const tusk_query *q;
    if (which == 0) {
        q = tusk_insert(a, loans, &row).query;
    } else {
        q = tusk_update(a, loans, .set = TUSK_SET(tusk_set(loans.reader, text)),
                        .where = TUSK_LIST(tusk_eq(loans.reader, text)))
                .query;
    }
    memset(text, '#', 4);
    memset(&row, '#', sizeof row);
    return q;
}

static void test_nothing_points_to_the_caller(void **state)
{
    (void)state;
    tusk_statement s = rendered(from_a_block(0));
    assert_string_equal(show_values(s.params, s.param_count),
                        "integer:1, text:b, integer:2, text:gone");
    s = rendered(from_a_block(1));
    assert_string_equal(show_values(s.params, s.param_count), "text:gone, text:gone");
}

/* Names that no schema of ours has; an existing database may. */
static const tusk_column odd_columns[] = {
    { .name = "c", .sql_name = "a\"; drop table \"x", .type = TUSK_TYPE_INTEGER },
    { .name = "d", .sql_name = "select", .type = TUSK_TYPE_TEXT, .nullable = true },
};
static const size_t *odd_offsets(void)
{
    static const size_t offsets[] = { 0, 8 };
    return offsets;
}
static const tusk_table odd = { .sql_name = "t' \"--",
                                .row_size = 8 + sizeof(tusk_null_str),
                                .column_count = 2,
                                .columns = odd_columns,
                                .offsets = odd_offsets };

static void test_hostile_names(void **state)
{
    (void)state;
    const tusk_expr *one = TUSK_LIST(tusk_compare(&odd_columns[0], "=", tusk_val(1)));
    expect(tusk_delete_with(a, &(tusk_delete_args){ .from = &odd, .where = one }),
           "delete from \"t' \"\"--\" where \"t' \"\"--\".\"a\"\"; drop table \"\"x\" = $1",
           "integer:1");
    tusk_assignment set[] = { { &odd_columns[0], tusk_val(2), NULL }, { .column = NULL } };
    expect(tusk_update_with(a, &(tusk_update_args){ .table = &odd, .set = set, .all_rows = true }),
           "update \"t' \"\"--\" set \"a\"\"; drop table \"\"x\" = $1", "integer:2");
    struct {
        int32_t c;
        tusk_null_str d;
    } row = { 3, { 0 } };
    expect(tusk_insert_with(a, &(tusk_insert_args){ .into = &odd, .rows = &row, .count = 1 }),
           "insert into \"t' \"\"--\" (\"a\"\"; drop table \"\"x\", \"select\") values ($1, $2)",
           "integer:3, null:text");
    HAS(rendered(tusk_select_with(a, &(tusk_select_args){ .from = &odd })).sql.ptr,
        ", \"t' \"\"--\".\"select\" from \"t' \"\"--\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_insert_a_row),
        UNIT_TEST(test_insert_rows),
        UNIT_TEST(test_insert_defaults),
        UNIT_TEST(test_every_type),
        UNIT_TEST(test_every_nullable_type),
        UNIT_TEST(test_insert_misuse),
        UNIT_TEST(test_insert_of_too_many),
        UNIT_TEST(test_update),
        UNIT_TEST(test_update_misuse),
        UNIT_TEST(test_delete),
        UNIT_TEST(test_nothing_points_to_the_caller),
        UNIT_TEST(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
