/* maintain.h - ANALYZE, VACUUM and REINDEX: what they lock, how far they are, how to stop them */
#ifndef TUSK_MAINTAIN_H
#define TUSK_MAINTAIN_H

#include "tusk/run.h"

/** What is to be done. */
typedef enum tusk_maintain_kind {
    TUSK_ANALYZE,     /* look at the rows so that the planner guesses well */
    TUSK_VACUUM,      /* make the room of dead rows usable again */
    TUSK_VACUUM_FULL, /* write the table anew and give the room back to the system */
    TUSK_REINDEX,
    TUSK_REINDEX_CONCURRENTLY,
} tusk_maintain_kind;

/** A piece of maintenance, ready to be run. */
typedef struct tusk_maintenance {
    tusk_maintain_kind kind;
    tusk_str table;     /* schema and name, quoted where they have to be; "": the whole database */
    tusk_str statement; /* what will be sent */
    tusk_str lock;      /* the strongest one that it takes on a table: "ACCESS EXCLUSIVE" */
    tusk_str meaning;   /* what that means for others, half a sentence */
    bool blocks_reads, blocks_writes;
    uint32_t table_oid; /* 0: the whole database */
} tusk_maintenance;

/** Finds the table and says what would be done; changes nothing. `table` is a name exactly as the
 * database has it, with or without its schema and with or without double quotes: authUser,
 * "authUser", public.authUser; without a schema it is looked for where search_path leads. NULL or
 * "": the whole database. Errors: TUSK_INVALID for a table that is not there (the hint names one
 * that differs in capitals only) or a name that fits two; as tusk_run(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_maintain_prepare(tusk_conn *conn, tusk_arena *arena,
                                                          tusk_maintain_kind kind,
                                                          const char *table, tusk_maintenance *out,
                                                          tusk_error *err);

/** How far it is. Lifetime of the texts: the call that they are given to. */
typedef struct tusk_maintain_progress {
    tusk_str table;      /* that is worked on now, "" when not known yet */
    tusk_str phase;      /* PostgreSQL's word: "scanning heap"; "" while it waits for its lock */
    int64_t done, total; /* of the phase, in blocks, indexes or rows; total 0: not known */
    int64_t elapsed_ms;
} tusk_maintain_progress;
/** Zero means the default, for each. */
typedef struct tusk_maintain_options {
    int lock_timeout_ms; /* for each lock; 0: 10,000, but none for TUSK_REINDEX_CONCURRENTLY, which
                            leaves an invalid index behind when it has to give up */
    int interval_ms;     /* between two calls of `progress`; 0: 250 */
    /* told how far it is, on the caller's thread; false asks the server to stop. May be NULL. */
    bool (*progress)(void *context, const tusk_maintain_progress *progress);
    void *context;
} tusk_maintain_options;
/** What came of it. */
typedef struct tusk_maintained {
    int64_t ms;
    int64_t bytes_before, bytes_after; /* of the table with its indexes, or of the database */
    size_t warnings; /* of the server: "skipping ... only the owner can vacuum it" */
    char first_warning[256];
} tusk_maintained;

/** Does it. `watcher` (may be NULL: then `progress` hears only of the time) is another connection
 * to the same database, asked how far it is. The connection's own deadline and the
 * session's statement_timeout do not count meanwhile; its tusk_conn_on_notice() is used and taken
 * away. `options` may be NULL. Errors:
 * TUSK_MISUSE inside a transaction; TUSK_CANCELLED when `progress` said so (what was done by then
 * of several tables stays); TUSK_SERVER with 55P03 when the lock was not to be had in time, and
 * when the server skipped the one table with a warning; TUSK_CONNECTION, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_maintain_run(tusk_conn *conn, tusk_conn *watcher,
                                                      const tusk_maintenance *job,
                                                      const tusk_maintain_options *options,
                                                      tusk_maintained *out, tusk_error *err);

#endif
