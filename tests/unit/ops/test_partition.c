/* test_partition.c - where days, ISO weeks, months and years begin, and what their partitions are
 * called */
#include "tests/unit/base/unit.h"

#include "src/ops/partition.h"

static int set_up(void **state)
{
    *state = tusk_arena_new(0);
    return *state ? 0 : 1;
}

static int tear_down(void **state)
{
    tusk_arena_free(*state);
    return 0;
}

/* The day of a date, found by writing days down: the calendar read backwards. */
static int64_t day_of(tusk_arena *arena, const char *date)
{
    for (int64_t day = -80000; day < 160000; day++) {
        if (strcmp(tusk_partition_date(arena, day).ptr, date) == 0) return day;
        if (day % 1000 == 0) tusk_arena_reset(arena);
    }
    fail_msg("no day is %s", date);
    return 0;
}

static void units_begin_where_the_calendar_says(void **state)
{
    static const struct {
        tusk_partition_unit unit;
        const char *day;
        int n;
        const char *start, *name;
    } cases[] = {
        { TUSK_PARTITION_DAY, "2026-11-22", 0, "2026-11-22", "t_2026_11_22" },
        { TUSK_PARTITION_DAY, "2024-02-28", 1, "2024-02-29", "t_2024_02_29" },
        { TUSK_PARTITION_DAY, "2023-02-28", 1, "2023-03-01", "t_2023_03_01" },
        { TUSK_PARTITION_DAY, "2026-12-31", 1, "2027-01-01", "t_2027_01_01" },
        { TUSK_PARTITION_WEEK, "2026-11-22", 0, "2026-11-16", "t_2026w47" },
        { TUSK_PARTITION_WEEK, "2026-11-23", 0, "2026-11-23", "t_2026w48" },
        { TUSK_PARTITION_WEEK, "2026-12-31", 0, "2026-12-28", "t_2026w53" },
        { TUSK_PARTITION_WEEK, "2027-01-03", 0, "2026-12-28", "t_2026w53" },
        { TUSK_PARTITION_WEEK, "2027-01-03", 1, "2027-01-04", "t_2027w01" },
        { TUSK_PARTITION_WEEK, "2024-12-30", 0, "2024-12-30", "t_2025w01" },
        { TUSK_PARTITION_WEEK, "1970-01-01", 0, "1969-12-29", "t_1970w01" },
        { TUSK_PARTITION_WEEK, "2000-01-02", 0, "1999-12-27", "t_1999w52" },
        { TUSK_PARTITION_MONTH, "2026-11-22", 0, "2026-11-01", "t_2026_11" },
        { TUSK_PARTITION_MONTH, "2026-11-30", 2, "2027-01-01", "t_2027_01" },
        { TUSK_PARTITION_MONTH, "2026-01-31", 1, "2026-02-01", "t_2026_02" },
        { TUSK_PARTITION_MONTH, "2026-01-31", -1, "2025-12-01", "t_2025_12" },
        { TUSK_PARTITION_MONTH, "2026-11-22", -24, "2024-11-01", "t_2024_11" },
        { TUSK_PARTITION_MONTH, "1970-01-01", -1, "1969-12-01", "t_1969_12" },
        { TUSK_PARTITION_YEAR, "2026-12-31", 0, "2026-01-01", "t_2026" },
        { TUSK_PARTITION_YEAR, "2026-01-01", 3, "2029-01-01", "t_2029" },
        { TUSK_PARTITION_YEAR, "1972-02-29", -3, "1969-01-01", "t_1969" },
    };
    tusk_arena *arena = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t day = day_of(arena, cases[i].day);
        int64_t start = tusk_partition_start(cases[i].unit, day, cases[i].n);
        assert_text(tusk_partition_date(arena, start), cases[i].start);
        assert_text(tusk_partition_name(arena, TUSK_STR("t"), cases[i].unit, start), cases[i].name);
    }
}

/* Four centuries hold every kind of year: no day is left out and none is in two. */
static void units_follow_each_other_without_a_gap(void **state)
{
    tusk_arena *arena = *state;
    for (int unit = TUSK_PARTITION_DAY; unit <= TUSK_PARTITION_YEAR; unit++) {
        int64_t expected = tusk_partition_start((tusk_partition_unit)unit, -73000, 0);
        for (int64_t day = -73000; day < 73100; day++) {
            int64_t start = tusk_partition_start((tusk_partition_unit)unit, day, 0);
            int64_t next = tusk_partition_start((tusk_partition_unit)unit, day, 1);
            if (start > expected) fail_msg("unit %d leaves a gap before day %d", unit, (int)day);
            assert_true(start <= day && day < next);
            assert_int_equal(tusk_partition_start((tusk_partition_unit)unit, next, -1), start);
            if (day == next - 1) expected = next;
        }
        tusk_arena_reset(arena);
    }
}

static void a_time_before_1970_is_in_its_day(void **state)
{
    (void)state;
    assert_int_equal(tusk_partition_day((tusk_time){ 0 }), 0);
    assert_int_equal(tusk_partition_day((tusk_time){ -1 }), -1);
    assert_int_equal(tusk_partition_day((tusk_time){ TUSK_DAY_US - 1 }), 0);
    assert_int_equal(tusk_partition_day((tusk_time){ TUSK_DAY_US }), 1);
}

static void long_names_are_cut_and_stay_different(void **state)
{
    tusk_arena *arena = *state;
    char one[] = "a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_01";
    tusk_str a = tusk_partition_name(arena, tusk_str_of(one), TUSK_PARTITION_MONTH, 20759);
    one[sizeof one - 2] = '2';
    tusk_str b = tusk_partition_name(arena, tusk_str_of(one), TUSK_PARTITION_MONTH, 20759);
    assert_int_equal(a.len, 63);
    assert_int_equal(b.len, 63);
    assert_false(tusk_str_eq(a, b));
    assert_true(tusk_str_ends(a, TUSK_STR("_2026_11")));
    /* 55 bytes and "_2026_11" just fit */
    tusk_str fits = TUSK_STR("a_table_with_a_name_that_is_just_short_enough_for_this_");
    assert_int_equal(fits.len, 55);
    tusk_str c = tusk_partition_name(arena, fits, TUSK_PARTITION_MONTH, 20759);
    assert_text(c, "a_table_with_a_name_that_is_just_short_enough_for_this__2026_11");
    /* and no character is cut in two */
    tusk_str d = tusk_partition_name(
        arena,
        TUSK_STR("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                 "\xc3\xa4"
                 "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                 "\xc3\xa4"
                 "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"),
        TUSK_PARTITION_DAY, 20759);
    assert_true(d.len <= 63 && d.len >= 62);
    assert_true(tusk_str_is_text(d));
}

static void units_have_names(void **state)
{
    tusk_partition_unit unit = 0;
    (void)state;
    assert_true(tusk_partition_unit_named(TUSK_STR("week"), &unit));
    assert_int_equal(unit, TUSK_PARTITION_WEEK);
    assert_false(tusk_partition_unit_named(TUSK_STR("Week"), &unit));
    assert_false(tusk_partition_unit_named(TUSK_STR(""), &unit));
    assert_int_equal(unit, TUSK_PARTITION_WEEK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(units_begin_where_the_calendar_says),
        TEST(units_follow_each_other_without_a_gap),
        TEST(a_time_before_1970_is_in_its_day),
        TEST(long_names_are_cut_and_stay_different),
        TEST(units_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
