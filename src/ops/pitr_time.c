/* pitr_time.c - a moment as people write it, with its zone */
#include "src/ops/pitr.h"

#include "src/base/banned.h"

#define US_PER_SECOND ((int64_t)1000000)

/* What is left to read; a part that is not there sets `bad`. */
typedef struct reader {
    tusk_str rest;
    bool bad;
} reader;

static void step(reader *r)
{
    r->rest.ptr++;
    r->rest.len--;
}

static bool take(reader *r, char c)
{
    if (r->rest.len == 0 || r->rest.ptr[0] != c) return false;
    step(r);
    return true;
}

static int digits(reader *r, int count, int min, int max)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = r->rest.len > 0 ? r->rest.ptr[0] : 0;
        if (c < '0' || c > '9') {
            r->bad = true;
            return min;
        }
        value = value * 10 + (c - '0');
        step(r);
    }
    if (value < min || value > max) r->bad = true;
    return value;
}

static void expect(reader *r, char c)
{
    if (!take(r, c)) r->bad = true;
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01; the year is taken to begin in March. */
static int64_t days_of(int year, int month, int day)
{
    if (month <= 2) year--;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t read_fraction(reader *r)
{
    int64_t us = 0, unit = US_PER_SECOND / 10;
    if (!take(r, '.')) return 0;
    int count = 0;
    while (r->rest.len > 0 && r->rest.ptr[0] >= '0' && r->rest.ptr[0] <= '9') {
        us += (r->rest.ptr[0] - '0') * unit;
        unit /= 10;
        count++;
        step(r);
    }
    if (count < 1 || count > 6) r->bad = true;
    return us;
}

/* Z, +02, +0200, +02:00: what the clock there is ahead, in seconds. */
static int64_t read_zone(reader *r)
{
    if (take(r, 'Z') || take(r, 'z')) return 0;
    int64_t sign = take(r, '-') ? -1 : 1;
    if (sign > 0) expect(r, '+');
    int hours = digits(r, 2, 0, 15), minutes = 0;
    if (take(r, ':') || r->rest.len > 0) minutes = digits(r, 2, 0, 59);
    return sign * (hours * 3600 + minutes * 60);
}

static int64_t read_local(reader *r)
{
    int year = digits(r, 4, 1970, 9999);
    expect(r, '-');
    int month = digits(r, 2, 1, 12);
    expect(r, '-');
    int day = digits(r, 2, 1, 31);
    if (!r->bad && day > days_in(year, month)) r->bad = true;
    if (!take(r, 'T') && !take(r, 't')) expect(r, ' ');
    int hour = digits(r, 2, 0, 23);
    expect(r, ':');
    int minute = digits(r, 2, 0, 59), second = 0;
    int64_t us = 0;
    if (take(r, ':')) {
        second = digits(r, 2, 0, 59);
        us = read_fraction(r);
    }
    if (r->bad) return 0;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 * US_PER_SECOND +
           second * US_PER_SECOND + us;
}

tusk_status tusk_pitr_parse_time(tusk_str text, tusk_time *out, tusk_error *err)
{
    reader r = { .rest = text };
    int64_t local = read_local(&r);
    take(&r, ' ');
    bool no_zone = !r.bad && r.rest.len == 0;
    int64_t zone = r.bad ? 0 : read_zone(&r);
    if (!r.bad && r.rest.len == 0) {
        out->us = local - zone * US_PER_SECOND;
        return TUSK_OK;
    }
    if (no_zone)
        tusk_fail(err, TUSK_INVALID, "\"%.*s\" has no time zone", TUSK_STR_ARG(text));
    else
        tusk_fail(err, TUSK_INVALID, "\"%.*s\" is not a moment",
                  (int)(text.len < 60 ? text.len : 60), text.ptr ? text.ptr : "");
    tusk_error_hint(err, "Write it as 2026-11-22T14:55:03Z, or with the zone's distance from UTC: "
                         "2026-11-22 15:55:03+01:00.");
    return TUSK_INVALID;
}
