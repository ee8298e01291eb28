/* test_fit.c - a value becomes its column's type, or is refused by the column's name */
#include "tests/unit/sql/sql_unit.h"

#include <float.h>
#include <math.h>

#include "src/sql/fit.h"

#define B                     books
#define FIT(col, v, expected) fit(&(B.col).c, (v), (expected))

static void fit(const tusk_column *column, tusk_value value, const char *expected)
{
    tusk_error err = { 0 };
    if (tusk_sql_fit(&books_table, column, &value, &err) != TUSK_OK) fail_msg("%s", err.message);
    assert_string_equal(show_values(&value, 1), expected);
}

static void test_values_take_the_columns_type(void **state)
{
    (void)state;
    FIT(edition, tusk_value_int(INT16_MAX), "smallint:32767");
    FIT(edition, tusk_value_int(INT16_MIN), "smallint:-32768");
    FIT(pages, tusk_value_int(INT32_MAX), "integer:2147483647");
    FIT(pages, tusk_value_int(INT32_MIN), "integer:-2147483648");
    FIT(sold, tusk_value_int(INT64_MIN), "bigint:-9223372036854775808");
    FIT(weight, tusk_value_double(0.5), "real:0.5");
    FIT(weight, tusk_value_double(0.1), "real:0.1000000015");
    FIT(weight, tusk_value_int(3), "real:3");
    FIT(weight, tusk_value_double(0), "real:0");
    FIT(weight, tusk_value_double((double)-INFINITY), "real:-inf");
    FIT(rating, tusk_value_double(1e300), "double precision:1e+300");
    FIT(rating, tusk_value_int(7), "double precision:7");
    FIT(lent, tusk_value_bool(true), "boolean:true");
    FIT(lent, tusk_value_int(0), "boolean:false");
    FIT(title, tusk_value_cstr("x"), "text:x");
    FIT(shelf, tusk_value_cstr("x"), "text:x"); /* varchar travels as text */
    FIT(mood, tusk_value_int(mood_wild), "enum:wild");
    FIT(mood, ((tusk_value){ .type = TUSK_TYPE_ENUM, .as.text = TUSK_STR("calm") }), "enum:calm");
    FIT(metadata, tusk_value_json((tusk_json){ TUSK_STR("{}") }), "jsonb:{}");
    FIT(price, tusk_value_numeric((tusk_numeric){ TUSK_STR("1.5") }), "numeric:1.5");
}

static void test_null_takes_the_columns_type(void **state)
{
    (void)state;
    FIT(shelf, tusk_value_null(TUSK_TYPE_TEXT), "null:text");
    FIT(edition, tusk_value_null(TUSK_TYPE_BIGINT), "null:smallint");
    FIT(mood, tusk_value_null(TUSK_TYPE_TEXT), "null:enum");
    FIT(tags, tusk_value_null(TUSK_TYPE_TEXT), "null:text[]");
}

static void test_what_does_not_fit(void **state)
{
    (void)state;
    static const tusk_str texts[] = { { "ok", 2 }, { "\xff", 1 } };
    const struct {
        const tusk_column *column;
        tusk_value value;
        tusk_status status;
        const char *message;
    } cases[] = {
        { &B.edition.c, tusk_value_int(32768), TUSK_INVALID,
          "32768 is out of range for smallint column \"edition\" of table \"books\"" },
        { &B.edition.c, tusk_value_int(-32769), TUSK_INVALID, "-32769 is out of range" },
        { &B.pages.c, tusk_value_int((int64_t)INT32_MAX + 1), TUSK_INVALID,
          "2147483648 is out of range for integer column \"Pages\"" },
        { &B.pages.c, tusk_value_int((int64_t)INT32_MIN - 1), TUSK_INVALID, "column \"Pages\"" },
        { &B.weight.c, tusk_value_double(1e39), TUSK_INVALID,
          "1e+39 is out of range for real column \"weight\"" },
        { &B.weight.c, tusk_value_double(1e-50), TUSK_INVALID, "1e-50 is out of range for real" },
        { &B.mood.c, tusk_value_int(2), TUSK_INVALID, "2 (enum mood) is out of range" },
        { &B.mood.c, tusk_value_int(-1), TUSK_INVALID, "-1 (enum mood) is out of range" },
        { &B.mood.c,
          { .type = TUSK_TYPE_ENUM, .as.text = { "sad", 3 } },
          TUSK_INVALID,
          "\"sad\" is no label for enum column \"mood\"" },
        { &B.title.c, tusk_value_str((tusk_str){ "a\0b", 3 }), TUSK_INVALID,
          "zero byte in text for column \"title\"" },
        { &B.title.c, tusk_value_str((tusk_str){ "\xc3", 1 }), TUSK_INVALID, "malformed UTF-8" },
        { &B.metadata.c, tusk_value_json((tusk_json){ { "\"\xff\"", 3 } }), TUSK_INVALID,
          "column \"metadata\"" },
        { &B.tags.c, tusk_value_text_array((tusk_text_array){ texts, 2 }), TUSK_INVALID,
          "column \"tags\"" },
        { &B.title.c, tusk_value_int(1), TUSK_MISUSE,
          "a value of type bigint does not fit column \"title\" of table \"books\"" },
        { &B.lent.c, tusk_value_int(2), TUSK_MISUSE, "column \"lent\"" },
        { &B.pages.c, tusk_value_cstr("5"), TUSK_MISUSE, "a value of type text does not fit" },
        { &B.rating.c, tusk_value_cstr("5"), TUSK_MISUSE, "column \"rating\"" },
        { &B.mood.c, tusk_value_cstr("calm"), TUSK_MISUSE, "column \"mood\"" },
        { &B.tags.c, tusk_value_cstr("a"), TUSK_MISUSE, "column \"tags\"" },
        { &B.title.c, tusk_value_text_array((tusk_text_array){ texts, 1 }), TUSK_MISUSE,
          "a value of type text[] does not fit" },
        { &B.published.c, tusk_value_time((tusk_time){ 0 }), TUSK_MISUSE, "column \"published\"" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_error err = { 0 };
        tusk_value value = cases[i].value;
        assert_int_equal(tusk_sql_fit(&books_table, cases[i].column, &value, &err),
                         cases[i].status);
        HAS(err.message, cases[i].message);
        assert_string_equal(err.table, "books");
        assert_string_equal(err.column, tusk_column_sql_name(cases[i].column));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_values_take_the_columns_type),
        UNIT_TEST(test_null_takes_the_columns_type),
        UNIT_TEST(test_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
