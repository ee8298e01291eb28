/* migrate.h - migrations: a folder that drizzle-kit can continue, applied once each, in order */
#ifndef TUSK_MIGRATE_H
#define TUSK_MIGRATE_H

#include "tusk/change.h"
#include "tusk/conn.h"

/** What a database says of a migration. */
typedef enum tusk_migration_state {
    TUSK_MIGRATION_PENDING,
    TUSK_MIGRATION_RUNNING,
    TUSK_MIGRATION_APPLIED,
    TUSK_MIGRATION_CHANGED, /* applied, but the file's hash differs now */
    TUSK_MIGRATION_FAILED,
    TUSK_MIGRATION_MISSING, /* applied in the database, not in the folder */
    TUSK_MIGRATION_SKIPPED, /* of a dry run: it cannot run in a transaction, or follows one such */
    TUSK_MIGRATION_STARTED, /* runs without a transaction and was cut short: `done` statements
                               took effect */
} tusk_migration_state;
/** "pending", "applied" and so on. Lifetime: static. */
TUSK_API const char *tusk_migration_state_name(tusk_migration_state state);
/** One migration of a folder. */
typedef struct tusk_migration {
    int index;     /* idx of the journal; -1: not in the folder */
    int64_t when;  /* milliseconds since the epoch: its key, created_at in the database */
    tusk_str tag;  /* "0000_baseline"; "" when it is not in the folder */
    tusk_str hash; /* lower-case hex SHA-256 of the file; "" when the file is not there */
    tusk_migration_state state;
    int done; /* statements that took effect, of one that is STARTED */
} tusk_migration;
/** All migrations of a folder. */
typedef struct tusk_migration_list {
    const tusk_migration *items; /* in journal order, those missing from the folder last */
    size_t count;
    size_t pending;
} tusk_migration_list;

/** What is in `folder` and what the database has applied. Changes nothing: with no table
 * drizzle.__drizzle_migrations everything is pending. Errors: TUSK_INVALID for a journal or file
 * that is missing or malformed (file, line, column); TUSK_NOMEM and what tusk_run() can say.
 * Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_look(tusk_conn *conn, tusk_arena *arena,
                                                      const char *folder, tusk_migration_list *out,
                                                      tusk_error *err);

/** Zero means the default, for each. */
typedef struct tusk_migrate_options {
    int lock_wait_ms;         /* for another migrator to finish; 0: 60,000 */
    int lock_timeout_ms;      /* lock_timeout of each statement; 0: 10,000 */
    int statement_timeout_ms; /* 0: none */
    const char *to; /* the last one to apply: its tag, or the tag's number ("0003"); NULL: all */
    bool dry_run;   /* run what is pending in one transaction and roll it back */
    /* told before and after each migration (state RUNNING, then APPLIED or FAILED) and while
     * waiting for the lock (migration NULL); `ms` is the time it took. May be NULL. */
    void (*progress)(void *context, const tusk_migration *migration, int64_t ms);
    void *context;
} tusk_migrate_options;

/** Applies every pending migration in journal order, each in a transaction of its own together with
 * its row in drizzle.__drizzle_migrations, under an advisory lock polled with pg_try_advisory_lock.
 * What is pending is decided by the set of applied `when`s. A file with a statement that cannot run
 * in a transaction (CREATE INDEX CONCURRENTLY, VACUUM, ...) runs statement by statement. `options`
 * may be NULL. `applied` (may be NULL) gets the number applied, also after an error: those stay.
 * The connection's own deadline (tusk_conn_set_timeout()) does not count here and holds again
 * afterwards. Errors: with the file, the statement's number and line, TUSK_SERVER; TUSK_INVALID for
 * a journal or file that is missing or malformed, and for an applied file that was changed (then
 * nothing is applied); TUSK_BUSY when another migrator holds the lock for too long; TUSK_MISUSE
 * inside a transaction; TUSK_CONNECTION, TUSK_TIMEOUT, TUSK_OUTCOME_UNKNOWN, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_up(tusk_conn *conn, const char *folder,
                                                    const tusk_migrate_options *options,
                                                    int *applied, tusk_error *err);

/** Notes one migration of `folder` as applied without running it, or (`applied` false) as not
 * applied without undoing it. `tag` is its tag, its number or its file's name. Errors: TUSK_INVALID
 * when there is none of that name, or it is so already; as tusk_migrate_up(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_mark(tusk_conn *conn, const char *folder,
                                                      const char *tag, bool applied,
                                                      tusk_error *err);
/** Notes all migrations up to `to` (NULL: all) as applied without running them: for a database that
 * was made by other means and has what they make. `marked` (may be NULL) gets how many. Errors:
 * TUSK_INVALID for a database without any table; as tusk_migrate_mark(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_baseline(tusk_conn *conn, const char *folder,
                                                          const char *to, int *marked,
                                                          tusk_error *err);
/** What holds of a migration that needs a person's word. */
typedef enum tusk_repair {
    TUSK_REPAIR_ACCEPT, /* CHANGED: the file as it is now is what was applied */
    TUSK_REPAIR_REDO,   /* STARTED: nothing of it holds, start from the first statement */
    TUSK_REPAIR_DONE,   /* STARTED: exactly the first `done` statements took effect */
    TUSK_REPAIR_FORGET, /* MISSING: it is gone for good, its row is taken out; what it made stays */
} tusk_repair;
/** Says so; runs nothing. `done` counts for TUSK_REPAIR_DONE only. For TUSK_REPAIR_FORGET, `tag` is
 * what names the row, which has no file: its time in milliseconds, at least 8 digits of its hash,
 * or the name that an older runner gave it. Errors: TUSK_INVALID when the migration is not in that
 * state, has fewer statements, or several rows are meant; as tusk_migrate_mark(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_repair(tusk_conn *conn, const char *folder,
                                                        const char *tag, tusk_repair what, int done,
                                                        tusk_error *err);

/** What tusk_generate() reads and where it writes. */
typedef struct tusk_generate_options {
    const char *schema;          /* path of the root .def file */
    const tusk_schema *compiled; /* in place of it: the schema compiled in */
    const char *folder;          /* of migrations; made when missing */
    const char *name; /* suffix of the tag; NULL: made from what changes ("create_teams") */
    bool custom;      /* an empty migration to write SQL into */
    /** NULL-terminated, "old=new" as tusk_change_options has them; NULL: none. */
    const char *const *renames;
    /** The form that holds nobody up for long: NOT VALID and VALIDATE, indexes CONCURRENTLY,
     * backfills in batches. Such a file runs statement by statement. */
    bool safe;
} tusk_generate_options;
/** What tusk_generate() wrote. Lifetime of the texts: its arena. */
typedef struct tusk_generated {
    bool changed;         /* false: the schema is as the last snapshot says, nothing was written */
    tusk_str tag;         /* "0001_create_teams" */
    tusk_str path;        /* of the .sql file */
    tusk_str sql;         /* its content */
    tusk_changes changes; /* the same, statement by statement */
} tusk_generated;
/** Compares the .def file with the folder's last snapshot and writes the migration, its snapshot
 * and the journal (format of drizzle-kit 0.31). Needs no database. Errors: TUSK_INVALID with file,
 * line and column, or for a change that it cannot make yet; TUSK_IO, TUSK_NOMEM; TUSK_MISUSE
 * without schema or folder. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_generate(tusk_arena *arena,
                                                  const tusk_generate_options *options,
                                                  tusk_generated *out, tusk_error *err);
/** What may be a rename: something that is gone beside something of its kind that is new. */
typedef struct tusk_rename_question {
    const char *what;  /* "table", "column"... Lifetime: static */
    tusk_str from, to; /* `from`=`to` is what tusk_generate_options.renames takes */
    bool likely;       /* one looks like the other (type, columns, labels), and no third does */
} tusk_rename_question;
typedef struct tusk_rename_questions {
    const tusk_rename_question *items;
    size_t count;
} tusk_rename_questions;
/** What a program may ask a person before tusk_generate(): without an answer (in
 * `options`.renames), things are dropped and created. Errors: as tusk_generate(). Lifetime:
 * `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_generate_candidates(tusk_arena *arena,
                                                             const tusk_generate_options *options,
                                                             tusk_rename_questions *out,
                                                             tusk_error *err);

#endif
