/* test_backups_time.c - a backup a night: when clocks are put forward, put back, or neither */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/backend/app/admin/backups_time.h"

/* As zones are written out: the machine may have no table of them. */
#define AUCKLAND    "NZST-12NZDT,M9.5.0,M4.1.0/3"
#define LOS_ANGELES "PST8PDT,M3.2.0,M11.1.0"
#define KATHMANDU   "<+0545>-5:45"
#define BERLIN      "CET-1CEST,M3.5.0,M10.5.0/3"
#define LORD_HOWE   "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
#define AMSTERDAM   "AMT-0:19:32" /* until 1937 */
#define SANTIAGO    "<-04>4<-03>,M9.1.6/24,M4.1.6/24"

/* Microseconds of "2026-03-28T12:00:00" in UTC. */
static tusk_time at(const char *text)
{
    struct tm parts = { 0 };
    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%S", &parts));
    return (tusk_time){ (int64_t)timegm(&parts) * 1000000 };
}

struct night {
    const char *zone, *after, *time, *next; /* after and next in UTC */
};
static const struct night nights[] = {
    { "UTC", "2026-11-22T02:29:59", "02:30", "2026-11-22T02:30:00" },
    { "UTC", "2026-11-22T02:30:00", "02:30", "2026-11-23T02:30:00" },
    { "UTC", "2026-11-22T02:30:01", "02:30", "2026-11-23T02:30:00" },
    { "UTC", "2026-12-31T23:59:59", "00:00", "2027-01-01T00:00:00" },
    { "UTC", "2028-02-28T23:59:30", "23:59", "2028-02-29T23:59:00" },
    /* east and west of Greenwich the day is another one than in UTC */
    { AUCKLAND, "2026-06-10T12:30:00", "02:30", "2026-06-10T14:30:00" },
    { LOS_ANGELES, "2026-06-10T05:00:00", "23:15", "2026-06-10T06:15:00" },
    { KATHMANDU, "2026-06-10T00:00:00", "02:30", "2026-06-10T20:45:00" },
    { AMSTERDAM, "2026-11-22T00:00:00", "02:30", "2026-11-22T02:10:28" },
    /* clocks go from 02:00 to 03:00: 02:30 is not there, and is made up at once */
    { BERLIN, "2026-03-28T12:00:00", "02:30", "2026-03-29T01:00:00" },
    { BERLIN, "2026-03-29T01:00:00", "02:30", "2026-03-30T00:30:00" },
    { BERLIN, "2026-03-28T12:00:00", "03:00", "2026-03-29T01:00:00" },
    { BERLIN, "2026-03-28T12:00:00", "01:59", "2026-03-29T00:59:00" },
    /* and from 03:00 back to 02:00: 02:30 is there twice, and counts once */
    { BERLIN, "2026-10-24T12:00:00", "02:30", "2026-10-25T00:30:00" },
    { BERLIN, "2026-10-25T00:30:00", "02:30", "2026-10-26T01:30:00" },
    { BERLIN, "2026-10-25T01:10:00", "02:30", "2026-10-26T01:30:00" },
    { BERLIN, "2026-10-24T12:00:00", "03:00", "2026-10-25T02:00:00" },
    /* by half an hour only */
    { LORD_HOWE, "2026-10-03T12:00:00", "02:10", "2026-10-03T15:30:00" },
    /* at midnight, which that day does not have */
    { SANTIAGO, "2026-09-05T12:00:00", "00:30", "2026-09-06T04:00:00" },
    { SANTIAGO, "2026-09-06T04:00:00", "00:30", "2026-09-07T03:30:00" },
};

static void the_next_night(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nights / sizeof *nights; i++) {
        const struct night *n = &nights[i];
        setenv("TZ", n->zone, 1);
        tzset();
        tusk_time next = backups_next(at(n->after), backups_minute(tusk_str_of(n->time)));
        if (next.us != at(n->next).us)
            print_error("%s after %s: %s, not %s\n", n->zone, n->after, TUSK_TIME_TEXT(next),
                        n->next);
        assert_true(next.us == at(n->next).us);
    }
}

/* Every time of day, over a year with both changes: one moment a day, in order. */
static void one_a_day(void **state)
{
    (void)state;
    setenv("TZ", BERLIN, 1);
    tzset();
    for (int minute = 0; minute < 24 * 60; minute += 97) {
        tusk_time last = backups_next(at("2025-12-31T12:00:00"), minute);
        for (int day = 0; day < 365; day++) {
            tusk_time next = backups_next(last, minute);
            int64_t hours = (next.us - last.us) / 3600000000;
            assert_in_range(hours, 22, 25);
            assert_true(backups_next((tusk_time){ next.us - 1 }, minute).us >= next.us);
            last = next;
        }
        assert_true(last.us < at("2027-01-02T00:00:00").us);
    }
}

static void times_of_day(void **state)
{
    static const char *const wrong[] = { "",      "2:30",  "02:3",  "24:00", "23:60",   "0230 ",
                                         "02.30", "+2:30", "02:-1", " 2:30", "02:30:00" };
    (void)state;
    assert_int_equal(backups_minute(TUSK_STR("00:00")), 0);
    assert_int_equal(backups_minute(TUSK_STR("23:59")), 1439);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(backups_minute(tusk_str_of(wrong[i])), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_night),
        cmocka_unit_test(one_a_day),
        cmocka_unit_test(times_of_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
