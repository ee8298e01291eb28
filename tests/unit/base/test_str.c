/* test_str.c - comparing, cutting, UTF-8, and whole numbers at the edges of their range */
#include "unit.h"

#include <limits.h>

#include "src/base/utf8.h"

static void order_is_that_of_bytes_then_of_length(void **state)
{
    assert_true(tusk_str_compare(TUSK_STR("a"), TUSK_STR("b")) < 0);
    assert_true(tusk_str_compare(TUSK_STR("b"), TUSK_STR("a")) > 0);
    assert_true(tusk_str_compare(TUSK_STR("a"), TUSK_STR("aa")) < 0);
    assert_true(tusk_str_compare(TUSK_STR("aa"), TUSK_STR("a")) > 0);
    assert_true(tusk_str_compare(TUSK_STR("z"), TUSK_STR("\xc3\xa4")) < 0);
    assert_int_equal(tusk_str_compare(TUSK_STR("same"), TUSK_STR("same")), 0);
    assert_int_equal(tusk_str_compare(TUSK_STR(""), (tusk_str){ 0 }), 0);
    assert_true(tusk_str_eq(TUSK_STR(""), (tusk_str){ 0 }));
    assert_false(tusk_str_eq(TUSK_STR("a"), TUSK_STR("b")));
}

static void trimming_takes_white_space_at_both_ends(void **state)
{
    assert_text(tusk_str_trim(TUSK_STR(" \t\r\n\v\f a b \n")), "a b");
    assert_text(tusk_str_trim(TUSK_STR("  ")), "");
    assert_text(tusk_str_trim(TUSK_STR("")), "");
    assert_null(tusk_str_trim((tusk_str){ 0 }).ptr);
    assert_text(tusk_str_trim(TUSK_STR("\xc2\xa0x")), "\xc2\xa0x"); /* ASCII only */
}

static void cutting_walks_every_piece(void **state)
{
    static const char *const expected[] = { "a", "", "b", "" };
    tusk_str rest = TUSK_STR("a,,b,");
    size_t n = 0;
    while (rest.ptr) {
        tusk_str piece = tusk_str_cut(&rest, ',');
        assert_true(n < COUNT(expected));
        assert_text(piece, expected[n++]);
    }
    assert_int_equal(n, COUNT(expected));
    rest = TUSK_STR("");
    assert_text(tusk_str_cut(&rest, ','), "");
    assert_null(rest.ptr);
    assert_null(tusk_str_cut(&rest, ',').ptr);
}

static void text_is_well_formed_utf8_without_nul(void **state)
{
    static const struct {
        tusk_str bytes;
        bool text;
    } cases[] = {
        { { "", 0 }, true },
        { TUSK_STR_INIT("plain"), true },
        { TUSK_STR_INIT("\x7f\xc2\x80\xdf\xbf"), true },
        { TUSK_STR_INIT("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"), true },
        { TUSK_STR_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), true },
        { TUSK_STR_INIT("a\0b"), false },
        { TUSK_STR_INIT("\x80"), false },
        { TUSK_STR_INIT("\xc0\x80"), false },
        { TUSK_STR_INIT("\xc1\xbf"), false },
        { TUSK_STR_INIT("\xc3"), false },
        { TUSK_STR_INIT("\xc3("), false },
        { TUSK_STR_INIT("\xe0\x9f\xbf"), false },
        { TUSK_STR_INIT("\xed\xa0\x80"), false },
        { TUSK_STR_INIT("\xe2\x82"), false },
        { TUSK_STR_INIT("\xf0\x8f\xbf\xbf"), false },
        { TUSK_STR_INIT("\xf4\x90\x80\x80"), false },
        { TUSK_STR_INIT("\xf5\x80\x80\x80"), false },
        { TUSK_STR_INIT("\xf0\x9f\x98"), false },
        { TUSK_STR_INIT("\xff"), false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (tusk_str_is_text(cases[i].bytes) != cases[i].text) fail_msg("case %zu", i);
}

static void cutting_never_splits_a_character(void **state)
{
    tusk_str s = TUSK_STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z"); /* 1, 2, 3, 4 and 1 bytes */
    static const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };
    for (size_t max = 0; max < COUNT(expected); max++)
        assert_int_equal(tusk_utf8_cut(s.ptr, s.len, max), expected[max]);
    assert_int_equal(tusk_utf8_cut("\x80\x80\x80\x80\x80", 5, 3),
                     3); /* no character: any place will do */
}

static void integers_are_read_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *text;
        long long min, max;
        bool ok;
        long long value;
    } cases[] = {
        { "0", 0, 9, true, 0 },
        { "-0", 0, 9, true, 0 },
        { "+7", 0, 9, true, 7 },
        { "007", 0, 9, true, 7 },
        { "10", 0, 9, false, 0 },
        { "-1", 0, 9, false, 0 },
        { "65535", 1, 65535, true, 65535 },
        { "65536", 1, 65535, false, 0 },
        { "9223372036854775807", LLONG_MIN, LLONG_MAX, true, LLONG_MAX },
        { "9223372036854775808", LLONG_MIN, LLONG_MAX, false, 0 },
        { "-9223372036854775808", LLONG_MIN, LLONG_MAX, true, LLONG_MIN },
        { "-9223372036854775809", LLONG_MIN, LLONG_MAX, false, 0 },
        { "18446744073709551616", LLONG_MIN, LLONG_MAX, false, 0 },
        { "99999999999999999999999999", LLONG_MIN, LLONG_MAX, false, 0 },
        { "", 0, 9, false, 0 },
        { "-", -9, 9, false, 0 },
        { "+", -9, 9, false, 0 },
        { "--1", -9, 9, false, 0 },
        { " 1", 0, 9, false, 0 },
        { "1 ", 0, 9, false, 0 },
        { "1.0", 0, 9, false, 0 },
        { "0x1", 0, 9, false, 0 },
        { "1e0", 0, 9, false, 0 },
        { "\xd9\xa1", 0, 9, false, 0 }, /* an Arabic digit */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        long long value = 4711;
        bool ok = tusk_str_to_int(tusk_str_of(cases[i].text), cases[i].min, cases[i].max, &value);
        if (ok != cases[i].ok || value != (ok ? cases[i].value : 4711))
            fail_msg("\"%s\" gave %d, %lld", cases[i].text, ok, value);
    }
    long long value = 1;
    assert_false(tusk_str_to_int((tusk_str){ 0 }, 0, 9, &value));
    assert_true(
        tusk_str_to_int((tusk_str){ "123", 2 }, 0, 99, &value)); /* no zero byte is needed */
    assert_int_equal(value, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_that_of_bytes_then_of_length),
        cmocka_unit_test(trimming_takes_white_space_at_both_ends),
        cmocka_unit_test(cutting_walks_every_piece),
        cmocka_unit_test(text_is_well_formed_utf8_without_nul),
        cmocka_unit_test(cutting_never_splits_a_character),
        cmocka_unit_test(integers_are_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
