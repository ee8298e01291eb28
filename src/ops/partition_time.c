/* partition_time.c - days, ISO weeks, months and years as whole days of UTC */
#include "src/base/utf8.h"
#include "src/ops/partition.h"

#include "src/base/banned.h"

enum { NAME_MAX_BYTES = 63, HASH_BYTES = 9 /* "_1234abcd" */ };

typedef struct date {
    int64_t year;
    int month, day;
} date;

/* Division that rounds down: days before 1970 are negative. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Counting the year from March puts the leap day at its end, so that months have a fixed pattern:
 * 153 days for each five. */
static int64_t days_of(int64_t year, int month)
{
    int from_march = (month + 9) % 12;
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t in_era = year - era * 400;
    int64_t day = in_era * 365 + in_era / 4 - in_era / 100 + (153 * from_march + 2) / 5;
    return era * 146097 + day - 719468;
}

/* The first day of a month, counted from January of the year 0. */
static int64_t month_start(int64_t month)
{
    int64_t year = floor_div(month, 12);
    return days_of(year, (int)(month - year * 12) + 1);
}

/* The month is guessed by the mean length of months, which is off by one at most. */
static date date_of(int64_t day)
{
    int64_t month = 1970 * 12 + floor_div(day * 4800, 146097);
    while (month_start(month) > day) month--;
    while (month_start(month + 1) <= day) month++;
    int64_t year = floor_div(month, 12);
    return (date){ year, (int)(month - year * 12) + 1, (int)(day - month_start(month)) + 1 };
}

/* 1970-01-01 was a Thursday. */
static int64_t monday_of(int64_t day)
{
    return floor_div(day + 3, 7) * 7 - 3;
}

int64_t tusk_partition_day(tusk_time time)
{
    return floor_div(time.us, TUSK_DAY_US);
}

int64_t tusk_partition_start(tusk_partition_unit unit, int64_t day, int64_t n)
{
    date at = date_of(day);
    switch (unit) {
    case TUSK_PARTITION_DAY:
        return day + n;
    case TUSK_PARTITION_WEEK:
        return monday_of(day) + 7 * n;
    case TUSK_PARTITION_YEAR:
        return days_of(at.year + n, 1);
    case TUSK_PARTITION_MONTH:
        break;
    }
    return month_start(at.year * 12 + at.month - 1 + n);
}

/* The year of an ISO week is that of its Thursday. */
static tusk_str week_text(tusk_arena *arena, int64_t day)
{
    int64_t thursday = monday_of(day) + 3;
    date at = date_of(thursday);
    int week = (int)((thursday - days_of(at.year, 1)) / 7) + 1;
    return tusk_arena_printf(arena, "_%04dw%02d", (int)at.year, week);
}

static tusk_str suffix_of(tusk_arena *arena, tusk_partition_unit unit, int64_t day)
{
    date at = date_of(day);
    switch (unit) {
    case TUSK_PARTITION_DAY:
        return tusk_arena_printf(arena, "_%04d_%02d_%02d", (int)at.year, at.month, at.day);
    case TUSK_PARTITION_WEEK:
        return week_text(arena, day);
    case TUSK_PARTITION_YEAR:
        return tusk_arena_printf(arena, "_%04d", (int)at.year);
    case TUSK_PARTITION_MONTH:
        break;
    }
    return tusk_arena_printf(arena, "_%04d_%02d", (int)at.year, at.month);
}

tusk_str tusk_partition_name(tusk_arena *arena, tusk_str table, tusk_partition_unit unit,
                             int64_t day)
{
    tusk_str suffix = suffix_of(arena, unit, day);
    size_t room = NAME_MAX_BYTES - suffix.len;
    if (table.len <= room) {
        return tusk_arena_printf(arena, "%.*s%.*s", TUSK_STR_ARG(table), TUSK_STR_ARG(suffix));
    }
    uint32_t hash = 2166136261u; /* FNV-1a: the same wherever it runs */
    for (size_t i = 0; i < table.len; i++) hash = (hash ^ (unsigned char)table.ptr[i]) * 16777619u;
    table.len = tusk_utf8_cut(table.ptr, table.len, room - HASH_BYTES);
    return tusk_arena_printf(arena, "%.*s_%08x%.*s", TUSK_STR_ARG(table), hash,
                             TUSK_STR_ARG(suffix));
}

tusk_str tusk_partition_date(tusk_arena *arena, int64_t day)
{
    date at = date_of(day);
    return tusk_arena_printf(arena, "%04d-%02d-%02d", (int)at.year, at.month, at.day);
}

bool tusk_partition_unit_named(tusk_str name, tusk_partition_unit *out)
{
    static const tusk_str names[] = {
        [TUSK_PARTITION_DAY] = TUSK_STR_INIT("day"),
        [TUSK_PARTITION_WEEK] = TUSK_STR_INIT("week"),
        [TUSK_PARTITION_MONTH] = TUSK_STR_INIT("month"),
        [TUSK_PARTITION_YEAR] = TUSK_STR_INIT("year"),
    };
    for (size_t i = TUSK_PARTITION_DAY; i <= TUSK_PARTITION_YEAR; i++) {
        if (!tusk_str_eq(name, names[i])) continue;
        *out = (tusk_partition_unit)i;
        return true;
    }
    return false;
}
