/* partition.h - the calendar of partitions, without a server: where units begin, what they are
 * called */
#ifndef TUSK_OPS_PARTITION_H
#define TUSK_OPS_PARTITION_H

#include "tusk/partition.h"

#define TUSK_DAY_US (86400LL * 1000000)

/** The first day (counted from 1970-01-01) of the unit that lies `n` units after the one `day` is
 * in. */
int64_t tusk_partition_start(tusk_partition_unit unit, int64_t day, int64_t n);
/** The day of a point in time, in UTC. */
int64_t tusk_partition_day(tusk_time time);
/** The name of the partition that begins on `day`: the table's and "_2026_11". Where both together
 * are longer than PostgreSQL's 63 bytes, the table's is cut and gets a hash of the whole, for
 * tables with the same beginning. "No text" without memory. Lifetime: `arena`. */
tusk_str tusk_partition_name(tusk_arena *arena, tusk_str table, tusk_partition_unit unit,
                             int64_t day);
/** "2026-11-01". Lifetime: `arena`. */
tusk_str tusk_partition_date(tusk_arena *arena, int64_t day);

#endif
