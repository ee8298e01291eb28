/* test_clock.c - deadlines do not overflow, and times are written as JavaScript writes them */
#include "unit.h"

#include <limits.h>
#include <time.h>

#include "tusk/clock.h"

static void now_is_what_the_system_says(void **state)
{
    time_t before = time(NULL);
    int64_t now = tusk_now().us / 1000000;
    time_t after = time(NULL);
    assert_in_range(now, before - 1, after + 1); /* time() may lag by a tick */
}

static void deadlines_saturate(void **state)
{
    assert_int_equal(tusk_deadline_in(INT64_MAX), INT64_MAX);
    assert_int_equal(tusk_deadline_left(INT64_MAX), INT_MAX);
    assert_int_equal(tusk_deadline_left(0), 0);
    assert_int_equal(tusk_deadline_left(INT64_MIN), 0);
    assert_int_equal(tusk_deadline_left(tusk_clock_ms() - 1), 0);
    assert_in_range(tusk_deadline_left(tusk_deadline_in(60000)), 50000, 60000);
    int64_t first = tusk_clock_ms();
    assert_true(tusk_clock_ms() >= first);
}

static void times_are_iso_8601_in_utc(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { 999999, "1970-01-01T00:00:00.999Z" },
        { 951782400000000, "2000-02-29T00:00:00.000Z" },
        { 1709251199123456, "2024-02-29T23:59:59.123Z" },
        { 4107542400000000, "2100-03-01T00:00:00.000Z" },
        { 1795341600000000, "2026-11-22T10:00:00.000Z" },
        { 253402300799999999, "9999-12-31T23:59:59.999Z" },
        { 253402300800000000, "+010000-01-01T00:00:00.000Z" },
        { -62167219200000000, "0000-01-01T00:00:00.000Z" },
        { -62167219200000001, "-000001-12-31T23:59:59.999Z" },
        { INT64_MAX, "infinity" },
        { INT64_MIN, "-infinity" },
        { INT64_MAX - 1, "+294247-01-10T04:00:54.775Z" },
        { INT64_MIN + 1, "-290308-12-21T19:59:05.224Z" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[TUSK_TIME_TEXT_SIZE];
        assert_ptr_equal(tusk_time_text((tusk_time){ cases[i].us }, text), text);
        assert_string_equal(text, cases[i].text);
        assert_string_equal(TUSK_TIME_TEXT((tusk_time){ cases[i].us }), cases[i].text);
    }
}

/* The C library's calendar is the oracle for some thousand days over 800 years. */
static void dates_agree_with_gmtime(void **state)
{
    for (int64_t second = -12622780800; second < 12622780800; second += 86400 * 97 + 12345) {
        time_t point = (time_t)second;
        struct tm parts;
        gmtime_r(&point, &parts);
        char expected[64], text[TUSK_TIME_TEXT_SIZE];
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
        assert_string_equal(tusk_time_text((tusk_time){ second * 1000000 }, text), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_what_the_system_says),
        cmocka_unit_test(deadlines_saturate),
        cmocka_unit_test(times_are_iso_8601_in_utc),
        cmocka_unit_test(dates_agree_with_gmtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
