/* clock.c - the two clocks, a pause, and the text of a time */
#include "tusk/clock.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/pause.h"

#include "src/base/banned.h"

#define US_A_SECOND   1000000LL
#define SECONDS_A_DAY 86400LL

tusk_time tusk_now(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    return (tusk_time){ (int64_t)now.tv_sec * US_A_SECOND + now.tv_nsec / 1000 };
}

int64_t tusk_clock_ms(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t tusk_deadline_in(int64_t ms)
{
    int64_t deadline;
    if (__builtin_add_overflow(tusk_clock_ms(), ms, &deadline)) return INT64_MAX;
    return deadline;
}

int tusk_deadline_left(int64_t deadline)
{
    int64_t now = tusk_clock_ms();
    if (deadline <= now) return 0;
    int64_t left = deadline - now;
    return left > INT_MAX ? INT_MAX : (int)left;
}

bool tusk_wait_a_little(int ms, int64_t deadline)
{
    int left = tusk_deadline_left(deadline);
    if (left == 0) return false;
    if (ms > left) ms = left;
    struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };
    nanosleep(&pause, NULL);
    return true;
}

/* Division that rounds down: times before 1970 are negative. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The proleptic Gregorian date of a day counted from 1970-01-01, year 0 being 1 BC. Counting the
 * year from March puts the leap day at its end, so that months have a fixed pattern. */
static void date_of(int64_t day, int64_t *year, int *month, int *day_of_month)
{
    const int64_t days_in_era = 146097; /* 400 years */
    int64_t shifted = day + 719468;     /* from 0000-03-01 */
    int64_t era = floor_div(shifted, days_in_era);
    int64_t in_era = shifted - era * days_in_era;
    int64_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (int)((5 * in_year + 2) / 153);
    *day_of_month = (int)(in_year - (153 * from_march + 2) / 5 + 1);
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = era * 400 + year_of_era + (*month <= 2);
}

const char *tusk_time_text(tusk_time time, char text[TUSK_TIME_TEXT_SIZE])
{
    if (time.us == INT64_MAX || time.us == INT64_MIN) {
        snprintf(text, TUSK_TIME_TEXT_SIZE, "%s", time.us > 0 ? "infinity" : "-infinity");
        return text;
    }
    int64_t seconds = floor_div(time.us, US_A_SECOND);
    int ms = (int)((time.us % US_A_SECOND + US_A_SECOND) % US_A_SECOND / 1000);
    int64_t day = floor_div(seconds, SECONDS_A_DAY);
    int second = (int)(seconds - day * SECONDS_A_DAY);
    int64_t year;
    int month, day_of_month;
    date_of(day, &year, &month, &day_of_month);
    /* JavaScript writes years outside 0..9999 with a sign and six digits. */
    char made[2 * TUSK_TIME_TEXT_SIZE] = ""; /* what gcc fears the numbers could need */
    int len = year >= 0 && year <= 9999 ? snprintf(made, sizeof made, "%04d", (int)year)
                                        : snprintf(made, sizeof made, "%+07d", (int)year);
    snprintf(made + len, sizeof made - (size_t)len, "-%02d-%02dT%02d:%02d:%02d.%03dZ", month,
             day_of_month, second / 3600, second / 60 % 60, second % 60, ms);
    memcpy(text, made, TUSK_TIME_TEXT_SIZE);
    return text;
}
