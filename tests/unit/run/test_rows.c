/* test_rows.c - cells of an answer become rows, the missing ones of left joins included */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "src/run/internal.h"
#include "tests/support/schema/every.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static tusk_arena *arena;

static int setup(void **state)
{
    arena = tusk_arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    tusk_arena_free(arena);
    return 0;
}

/* a loan and, by a left join, its reader; `name` cannot be null, `mood` can */
struct view {
    loans_row loan;
    authors_maybe author;
};

static const tusk_row_group groups[] = {
    { .table = &loans_table },
    { .table = &authors_table, .maybe = true, .has_offset = offsetof(struct view, author.has) },
};
static const tusk_row_field fields[] = {
    { &loans.id.c, offsetof(struct view, loan.id), 0 },
    { &authors.name.c, offsetof(struct view, author.value.name), 1 },
    { &authors.mood.c, offsetof(struct view, author.value.mood), 1 },
};
static const tusk_row_map map = { .row_size = sizeof(struct view),
                                  .field_count = COUNT(fields),
                                  .group_count = COUNT(groups),
                                  .fields = fields,
                                  .groups = groups };

static const tusk_str null = { 0, 0 };
static const tusk_str seven = { "\0\0\0\7", 4 };

static tusk_status read_row(const tusk_row_map *m, const tusk_str *cells, void *row,
                            tusk_error *err)
{
    tusk_row_reader reader;
    assert_int_equal(tusk_row_reader_init(&reader, arena, m, NULL), TUSK_OK);
    return tusk_row_read(&reader, cells, row, err);
}

static void both_rows_are_there(void **state)
{
    struct view v = { 0 };
    const tusk_str cells[] = { seven, TUSK_STR("Ann"), TUSK_STR("wild") };
    assert_int_equal(read_row(&map, cells, &v, NULL), TUSK_OK);
    assert_int_equal(v.loan.id, 7);
    assert_true(v.author.has);
    assert_string_equal(v.author.value.name.ptr, "Ann");
    assert_true(v.author.value.mood.has);
    assert_int_equal(v.author.value.mood.value, mood_wild);
}

static void a_missing_row_stays_zero(void **state)
{
    struct view v = { 0 }, zero = { 0 };
    const tusk_str cells[] = { seven, null, null };
    assert_int_equal(read_row(&map, cells, &v, NULL), TUSK_OK);
    assert_int_equal(v.loan.id, 7);
    assert_memory_equal(&v.author, &zero.author, sizeof v.author);
}

/* The join found a row although its nullable column is null, and none although a stray value came.
 */
static void only_columns_that_are_never_null_decide(void **state)
{
    struct view v = { 0 };
    const tusk_str there[] = { seven, TUSK_STR(""), null };
    assert_int_equal(read_row(&map, there, &v, NULL), TUSK_OK);
    assert_true(v.author.has);
    assert_false(v.author.value.mood.has);
    v = (struct view){ 0 };
    const tusk_str stray[] = { seven, null, TUSK_STR("wild") };
    assert_int_equal(read_row(&map, stray, &v, NULL), TUSK_OK);
    assert_false(v.author.has);
    assert_false(v.author.value.mood.has);
}

static void without_such_a_column_any_value_decides(void **state)
{
    static const tusk_row_field loose_fields[] = {
        { &loans.id.c, offsetof(struct view, loan.id), 0 },
        { &authors.mood.c, offsetof(struct view, author.value.mood), 1 },
        { &authors.favourite_id.c, offsetof(struct view, author.value.favourite_id), 1 },
    };
    tusk_row_map loose = map;
    loose.fields = loose_fields;
    struct view v = { 0 };
    const tusk_str there[] = { seven, null, TUSK_STR("b1") };
    assert_int_equal(read_row(&loose, there, &v, NULL), TUSK_OK);
    assert_true(v.author.has);
    assert_string_equal(v.author.value.favourite_id.value.ptr, "b1");
    v = (struct view){ 0 };
    const tusk_str missing[] = { seven, null, null };
    assert_int_equal(read_row(&loose, missing, &v, NULL), TUSK_OK);
    assert_false(v.author.has);
}

static void null_in_a_row_that_is_there_names_the_column(void **state)
{
    static const tusk_row_field two[] = {
        { &authors.name.c, offsetof(authors_row, name), 0 },
        { &authors.email.c, offsetof(authors_row, email), 0 },
    };
    static const tusk_row_group one[] = { { .table = &authors_table } };
    const tusk_row_map plain = { sizeof(authors_row), 2, 1, two, one };
    authors_row row = { 0 };
    tusk_error err = { 0 };
    const tusk_str cells[] = { TUSK_STR("Ann"), null };
    assert_int_equal(read_row(&plain, cells, &row, &err), TUSK_INVALID);
    assert_string_equal(err.table, "authors");
    assert_string_equal(err.column, "e-mail");
    assert_non_null(strstr(err.message, "table \"authors\""));
    assert_non_null(strstr(err.message, "column \"e-mail\" is null"));
}

static void malformed_cells_name_table_and_column(void **state)
{
    struct view v = { 0 };
    tusk_error err = { 0 };
    const tusk_str cells[] = { TUSK_STR("xyz"), null, null };
    assert_int_equal(read_row(&map, cells, &v, &err), TUSK_INVALID);
    assert_string_equal(err.message,
                        "table \"loans\": the value of column \"id\" is malformed: 3 bytes "
                        "where integer has 4");
    assert_string_equal(err.table, "loans");
    assert_string_equal(err.column, "id");
}

static tusk_status check(uint32_t first, uint32_t second, uint32_t third, size_t count,
                         tusk_error *err)
{
    const tusk_result_field described[] = { { .type_oid = first },
                                            { .type_oid = second },
                                            { .type_oid = third } };
    const tusk_result result = { .field_count = count, .fields = described };
    return tusk_row_map_check(&map, &result, err);
}

static void other_types_in_the_database_are_told(void **state)
{
    tusk_error err = { 0 };
    assert_int_equal(check(23, 25, 16400, 3, &err), TUSK_OK);
    assert_int_equal(check(20, 25, 16400, 3, &err), TUSK_INVALID);
    assert_string_equal(err.message,
                        "column \"id\" of table \"loans\" is bigint in the database but "
                        "integer in the program");
    assert_non_null(strstr(err.hint, "migrations"));
    assert_non_null(strstr(err.hint, "every.def:"));
    assert_string_equal(err.table, "loans");
    assert_string_equal(err.column, "id");
    assert_int_equal(check(23, 25, 23, 3, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "is integer in the database but Mood in the program"));
    assert_int_equal(check(23, 70000, 16400, 3, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "is of type number 70000 in the database"));
    assert_int_equal(check(23, 25, 16400, 2, &err), TUSK_INVALID);
    assert_string_equal(err.message, "the answer has 2 columns where the row has 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_rows_are_there),
        cmocka_unit_test(a_missing_row_stays_zero),
        cmocka_unit_test(only_columns_that_are_never_null_decide),
        cmocka_unit_test(without_such_a_column_any_value_decides),
        cmocka_unit_test(null_in_a_row_that_is_there_names_the_column),
        cmocka_unit_test(malformed_cells_name_table_and_column),
        cmocka_unit_test(other_types_in_the_database_are_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
