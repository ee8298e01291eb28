/* stats.h - what the server knows about itself: sizes, use, sessions, locks, slow statements */
#ifndef TUSK_STATS_H
#define TUSK_STATS_H

#include "tusk/run.h"

/* Sizes are bytes, durations milliseconds; a text that is not there is "". */

/** A table, a materialized view, or a partitioned table (whose own sizes are 0). */
typedef struct tusk_stats_table {
    tusk_str schema, name;
    int64_t total_bytes, table_bytes, index_bytes, toast_bytes; /* total is the sum of the three */
    int64_t rows, dead_rows;                                    /* as the server estimates them */
    tusk_null_int64 bloat_bytes; /* estimate: a rewrite gives it back; none before ANALYZE */
    int64_t table_scans, index_scans;
    tusk_null_time last_vacuum, last_analyze; /* by hand or by autovacuum */
    int64_t freeze_age;                       /* transactions since it was frozen */
} tusk_stats_table;
typedef struct tusk_stats_tables {
    const tusk_stats_table *items; /* the largest first */
    size_t count;
} tusk_stats_tables;

/** An index. */
typedef struct tusk_stats_index {
    tusk_str schema, table, name;
    tusk_str method, columns; /* "btree"; "email, lower(name) DESC WHERE ..." */
    int64_t bytes, scans;
    tusk_null_time last_scan; /* PostgreSQL 16 and newer */
    bool primary, unique;
    bool unused;           /* never scanned, and no constraint rests on it */
    tusk_str duplicate_of; /* an index that can do all that this one does; "" when there is none */
    bool accepted;         /* a duplicate that is meant: idx_authUser_email, or its comment begins
                              with "accepted" */
    bool valid;            /* false: a failed CREATE INDEX CONCURRENTLY left it behind */
    bool building;         /* not valid yet: being built right now */
} tusk_stats_index;
typedef struct tusk_stats_indexes {
    const tusk_stats_index *items; /* the most used first */
    size_t count;
    tusk_null_time since; /* when the counting of scans began; none: with the database */
} tusk_stats_indexes;

/** A foreign key whose columns lead no index: each delete in the other table reads all of this one.
 */
typedef struct tusk_stats_missing {
    tusk_str schema, table, constraint, columns, references;
    int64_t table_bytes;
    tusk_str statement; /* that makes the index, names quoted */
} tusk_stats_missing;
typedef struct tusk_stats_missing_indexes {
    const tusk_stats_missing *items; /* the largest table first */
    size_t count;
} tusk_stats_missing_indexes;

/** A session of a client on the server, in any database; the asking one is left out. */
typedef struct tusk_stats_session {
    int pid;
    tusk_str database, user, application, client; /* client: address, "" by Unix socket */
    tusk_str state;                               /* "active", "idle in transaction"... */
    tusk_str wait;                              /* "Lock: relation"; "" when it waits for nothing */
    int64_t state_ms, query_ms, transaction_ms; /* since; query_ms: of an active one, else 0 */
    tusk_str blocked_by;                        /* process ids, "" for none */
    tusk_str query;                             /* the running one, else the last */
} tusk_stats_session;
typedef struct tusk_stats_activity {
    const tusk_stats_session *items; /* the longest running statement first */
    size_t count;
} tusk_stats_activity;

/** A session in the tree of who waits for whom. */
typedef struct tusk_stats_lock {
    int depth; /* 0: waits for nobody and keeps others waiting; 1: waits for the one above... */
    int pid;   /* 0: a prepared transaction */
    tusk_str user, application, state;
    tusk_str wants;      /* "RowExclusiveLock on public.teams"; "" at depth 0 */
    int64_t waiting_ms;  /* for the lock; 0 at depth 0 */
    tusk_str blocked_by; /* process ids of all it waits for, also those elsewhere in the tree */
    tusk_str query;
} tusk_stats_lock;
typedef struct tusk_stats_locks {
    const tusk_stats_lock *items; /* each session once, those who wait below whom they wait for */
    size_t count;
    size_t waiting; /* of them, sessions that wait */
} tusk_stats_locks;

/** A statement as pg_stat_statements counts it in this database. */
typedef struct tusk_stats_statement {
    int64_t id, calls, rows;
    double total_ms, mean_ms, max_ms, stddev_ms; /* of execution */
    double share;                                /* of all execution time in the database, 0 to 1 */
    int64_t cache_hits, cache_reads, temp_written; /* blocks */
    tusk_str user, query;
} tusk_stats_statement;
typedef struct tusk_stats_slow {
    const tusk_stats_statement *items; /* the greatest total time first; at most 100 */
    size_t count;
    bool available; /* false: `steps` says what to do, a line a step */
    tusk_str steps;
} tusk_stats_slow;

/** How often what was asked for was in shared buffers. */
typedef struct tusk_stats_cached {
    tusk_str kind;         /* "database" (the first item), "table", "indexes", "toast" */
    tusk_str schema, name; /* of the database, or of the table */
    int64_t hits, reads;   /* blocks; reads may still have come from the system's cache */
    double ratio;          /* hits of both, 0 to 1; 1 when nothing was asked for */
} tusk_stats_cached;
typedef struct tusk_stats_cache {
    const tusk_stats_cached *items; /* the most read first */
    size_t count;
} tusk_stats_cache;

/** A sequence and how much of it is used up: its own limit or its column's, whichever comes first.
 */
typedef struct tusk_stats_sequence {
    tusk_str schema, name;
    tusk_str column;            /* that owns it, "public.teams.id"; "" when none does */
    tusk_null_int64 last_value; /* none: never used */
    int64_t limit, remaining;   /* remaining: values that can still be given */
    double used;                /* 0 to 1 */
    bool cycles;
} tusk_stats_sequence;
typedef struct tusk_stats_sequences {
    const tusk_stats_sequence *items; /* the most used up first */
    size_t count;
} tusk_stats_sequences;

/** A standby that follows this server, a slot kept for one, or the server that this one follows. */
typedef struct tusk_stats_replica {
    tusk_str kind;             /* "standby", "slot", "primary" */
    tusk_str name, client;     /* application_name or slot */
    tusk_str state, mode;      /* "streaming", "async"; of a slot "reserved", "physical" */
    tusk_null_int64 lag_bytes; /* WAL it does not have yet, or that its slot keeps */
    tusk_null_int64 lag_ms;    /* until replayed there */
    bool active;
} tusk_stats_replica;
typedef struct tusk_stats_replication {
    const tusk_stats_replica *items;
    size_t count;
} tusk_stats_replication;

/** What holds the oldest transaction ids: while it does, VACUUM keeps dead rows. */
typedef struct tusk_stats_age {
    tusk_str kind;        /* "database", "session", "prepared", "slot" */
    tusk_str name;        /* database, process id, transaction or slot */
    int64_t transactions; /* age in transactions */
    double used;          /* of the 2^31 after which the server stops, 0 to 1 */
    tusk_null_int64 ms;   /* how long, where it is known */
    tusk_str query;
} tusk_stats_age;
typedef struct tusk_stats_ages {
    const tusk_stats_age *items; /* the oldest first */
    size_t count;
} tusk_stats_ages;

/** Each asks one question of the connection's database and fills a list:
 * tusk_stats_tables_read(), tusk_stats_indexes_read(), tusk_stats_missing_read(),
 * tusk_stats_activity_read(), tusk_stats_locks_read(), tusk_stats_slow_read(),
 * tusk_stats_cache_read(), tusk_stats_sequences_read(), tusk_stats_replication_read(),
 * tusk_stats_ages_read(). System tables and the temporary ones of other sessions are left out.
 * Nothing is changed. What the role may not see is absent or empty: the role pg_monitor sees
 * everything. Errors: as tusk_run(). Lifetime of the items and their texts: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_tables_read(tusk_conn *conn, tusk_arena *arena,
                                                           tusk_stats_tables *out, tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_indexes_read(tusk_conn *conn, tusk_arena *arena,
                                                            tusk_stats_indexes *out,
                                                            tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_missing_read(tusk_conn *conn, tusk_arena *arena,
                                                            tusk_stats_missing_indexes *out,
                                                            tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_activity_read(tusk_conn *conn, tusk_arena *arena,
                                                             tusk_stats_activity *out,
                                                             tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_locks_read(tusk_conn *conn, tusk_arena *arena,
                                                          tusk_stats_locks *out, tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_slow_read(tusk_conn *conn, tusk_arena *arena,
                                                         tusk_stats_slow *out, tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_cache_read(tusk_conn *conn, tusk_arena *arena,
                                                          tusk_stats_cache *out, tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_sequences_read(tusk_conn *conn, tusk_arena *arena,
                                                              tusk_stats_sequences *out,
                                                              tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_replication_read(tusk_conn *conn, tusk_arena *arena,
                                                                tusk_stats_replication *out,
                                                                tusk_error *err);
TUSK_API TUSK_NODISCARD tusk_status tusk_stats_ages_read(tusk_conn *conn, tusk_arena *arena,
                                                         tusk_stats_ages *out, tusk_error *err);

/** `text` for a terminal: characters that would move the cursor, change colours or turn the
 * direction of the line are written as "\x1b" and the like, newlines and tabs as a space. "no text"
 * without memory. Lifetime: `arena`. */
TUSK_API tusk_str tusk_shown(tusk_arena *arena, tusk_str text);

#endif
