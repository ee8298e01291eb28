/* partition.h - partitions by time: the next ones made before they are needed, old ones let go */
#ifndef TUSK_PARTITION_H
#define TUSK_PARTITION_H

#include "tusk/run.h"

/** The length of a partition. All of them begin at midnight UTC. */
typedef enum tusk_partition_unit {
    TUSK_PARTITION_DAY = 1, /* calls_2026_11_22 */
    TUSK_PARTITION_WEEK,    /* calls_2026w48: of ISO 8601, from Monday on */
    TUSK_PARTITION_MONTH,   /* calls_2026_11 */
    TUSK_PARTITION_YEAR,    /* calls_2026 */
} tusk_partition_unit;

/** Which partitions a table should have. Zero means the default, for each but the first two. */
typedef struct tusk_partition_rule {
    const char *table; /* exactly as the database has it, as for tusk_maintain_prepare() */
    tusk_partition_unit unit;
    int ahead;           /* after the current one, up to 1000 */
    int keep;            /* before the current one; what is wholly older goes. 0: all stay */
    bool detach;         /* what goes stays as a table of its own, instead of being dropped */
    bool dry_run;        /* changes nothing, locks nothing, only tells */
    int lock_timeout_ms; /* for each lock; 0: 10,000 */
    tusk_time at;        /* the time that "current" means; 0: now, by the server's clock */
} tusk_partition_rule;

typedef enum tusk_partition_action {
    TUSK_PARTITION_MADE,
    TUSK_PARTITION_DROPPED,
    TUSK_PARTITION_DETACHED,
} tusk_partition_action;
/** One partition that was made or let go. */
typedef struct tusk_partition {
    tusk_partition_action action;
    tusk_str name;      /* schema and name, quoted where they have to be */
    tusk_time from, to; /* `to` is the first moment after it; INT64_MIN and INT64_MAX: no bound */
    tusk_str statement;
} tusk_partition;
/** What was done, or in a dry run would be; in that order. Lifetime of the texts: the arena. */
typedef struct tusk_partitions {
    tusk_str table; /* schema and name, quoted where they have to be */
    size_t present; /* of the wanted ones, that were there already */
    const tusk_partition *items;
    size_t count;
} tusk_partitions;

/** "day", "week", "month" or "year"; false for anything else. */
TUSK_API bool tusk_partition_unit_named(tusk_str name, tusk_partition_unit *out);
/** Makes the current and the next partitions of a table by RANGE of one timestamptz, timestamp (its
 * times taken as UTC) or date column, as far as they are missing, and then drops or detaches old
 * ones. Nothing to do is fine, and so are two callers at once: one waits for the other. All new
 * ones are made in one transaction and attached, so that reading and writing go on (a DEFAULT
 * partition is locked meanwhile). Each old one goes in a transaction of its own, which holds ACCESS
 * EXCLUSIVE on the table for a moment; rows that others refer to keep it from going. Detaching
 * is done CONCURRENTLY, but not beside a DEFAULT partition, which PostgreSQL cannot; one that was
 * cut short is finished by the next call. `out` tells what was done, also after an error. Errors:
 * TUSK_INVALID for a table that is not there or not partitioned so, for a partition that overlaps
 * a wanted one without being it, for rows of a wanted one in the DEFAULT partition, for a name
 * that is taken; TUSK_MISUSE for a rule out of range, or inside a transaction; TUSK_BUSY when
 * another caller did not end in time; TUSK_SERVER with 55P03 when a lock was not to be had in
 * time; as tusk_run(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_partitions_ahead(tusk_conn *conn, tusk_arena *arena,
                                                          const tusk_partition_rule *rule,
                                                          tusk_partitions *out, tusk_error *err);

#endif
