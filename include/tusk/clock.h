/* clock.h - deadlines on the monotonic clock, points in time on the wall clock; any thread */
#ifndef TUSK_CLOCK_H
#define TUSK_CLOCK_H

#include <stdint.h>

#include "tusk/attr.h"

/** A point in time: microseconds since 1970-01-01 00:00:00 UTC. `timestamptz` and `timestamp` use
 * it. INT64_MAX and INT64_MIN stand for PostgreSQL's infinity and -infinity. */
typedef struct tusk_time {
    int64_t us;
} tusk_time;

/** Now, by the wall clock. */
TUSK_API tusk_time tusk_now(void);
/** Milliseconds of the monotonic clock; only differences mean something. */
TUSK_API int64_t tusk_clock_ms(void);
/** A deadline (a value of tusk_clock_ms) `ms` from now. */
TUSK_API int64_t tusk_deadline_in(int64_t ms);
/** Milliseconds left until `deadline`, 0 when it has passed; capped at INT_MAX, fit for poll(). */
TUSK_API int tusk_deadline_left(int64_t deadline);

/** Room for the text of a point in time, the zero included. */
#define TUSK_TIME_TEXT_SIZE 40
/** ISO 8601 in UTC with milliseconds, as JavaScript's toISOString(): 2026-11-22T10:00:00.000Z
 * ("infinity" and "-infinity" for those). Returns `text`.
 * Lifetime: that of `text`. */
TUSK_API const char *tusk_time_text(tusk_time time, char text[TUSK_TIME_TEXT_SIZE]);
/** The same with room of its own: printf("%s\n", TUSK_TIME_TEXT(team.created_at)). Lifetime: the
 * block it is written in. */
#define TUSK_TIME_TEXT(time) tusk_time_text((time), (char[TUSK_TIME_TEXT_SIZE]){ 0 })

#endif
