/* backups_time.c - backups_time.h; the C library knows the time zone, so local times are only read
 * from it, never computed */
#include "services/backend/app/admin/backups_time.h"

#include <time.h>

enum { AROUND_S = 4 * 3600 }; /* no clock is set by more */

/** Does the local clock at `at` show this minute of the day, or is the day over? */
static bool is_reached(time_t at, const struct tm *day, int minute)
{
    struct tm shown;
    localtime_r(&at, &shown);
    if (shown.tm_year != day->tm_year) return shown.tm_year > day->tm_year;
    if (shown.tm_yday != day->tm_yday) return shown.tm_yday > day->tm_yday;
    return shown.tm_hour * 60 + shown.tm_min >= minute;
}

/** The first second at which `day` (noon of it) has reached the minute. */
static time_t moment_of(const struct tm *day, int minute)
{
    struct tm guess = *day;
    guess.tm_hour = minute / 60;
    guess.tm_min = minute % 60;
    guess.tm_isdst = -1;
    /* in a gap or a repetition it may mean either side */
    time_t at = mktime(&guess) - AROUND_S;
    for (time_t last = at + 2 * AROUND_S; at < last && !is_reached(at, day, minute);) at += 60;
    return at;
}

tusk_time backups_next(tusk_time after, int minute)
{
    time_t from = (time_t)(after.us / 1000000), at = from;
    struct tm today;
    localtime_r(&from, &today);
    for (int ahead = -1; at <= from && ahead < 4; ahead++) {
        struct tm day = today;
        day.tm_mday += ahead;
        day.tm_hour = 12;
        day.tm_min = day.tm_sec = 0;
        day.tm_isdst = -1;
        mktime(&day);
        at = moment_of(&day, minute);
    }
    return (tusk_time){ (int64_t)at * 1000000 };
}

/** Two digits as a number, -1 for anything else. */
static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return -1;
    return (text[0] - '0') * 10 + text[1] - '0';
}

int backups_minute(tusk_str text)
{
    if (text.len != 5 || text.ptr[2] != ':') return -1;
    int hour = two_digits(text.ptr), minute = two_digits(text.ptr + 3);
    return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}
