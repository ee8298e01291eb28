/* change.h - what differs between two schemas, wherever each of them is kept, and what leads from
 * one to the other */
#ifndef TUSK_CHANGE_H
#define TUSK_CHANGE_H

#include "tusk/conn.h"
#include "tusk/schema.h"

typedef enum tusk_change_kind {
    TUSK_CHANGE_CREATE,
    TUSK_CHANGE_ALTER,
    TUSK_CHANGE_RENAME,
    TUSK_CHANGE_DROP,
} tusk_change_kind;
/** One statement. */
typedef struct tusk_change {
    tusk_change_kind kind;
    const char *what; /* "table", "column", "index"... Lifetime: static */
    tusk_str object;  /* "public.teams.name", not quoted */
    tusk_str sql;     /* ends in ";" */
    tusk_str loses;   /* what data is lost, half a sentence; "" for none */
    bool outside;     /* cannot run in a transaction block */
} tusk_change;
/** All of them, in the order in which they are to be run. */
typedef struct tusk_changes {
    const tusk_change *items;
    size_t count;
    size_t losing; /* of them, statements that lose data */
    tusk_str sql;  /* as the text of a migration file */
    /* a database was compared by the spelling of its expressions only, because of this: they may
     * seem to differ; "" otherwise */
    tusk_str inexact;
} tusk_changes;

/** Zero means the default, for each. */
typedef struct tusk_change_options {
    /** NULL-terminated: "old=new" with "table", "schema.table", "table.column", "type.label" of
     * an enum, "enum:name"... as often as needed; NULL: none. */
    const char *const *renames;
    const tusk_server *server;   /* that "database" means; NULL: none */
    const tusk_schema *compiled; /* that "schema" means; NULL: none */
    /** Of a database: NULL-terminated; NULL: all but the system's. */
    const char *const *schemas;
} tusk_change_options;

/** What it takes to get from `from` to `to`, each of: a .def file, a snapshot file (.json), a
 * folder of migrations (its newest snapshot), "postgres://..." or "database" (the server of
 * `options`), "empty". Changes nothing; a database that is compared with a schema may get a scratch
 * database beside it for the time of the call. `options` may be NULL. Errors: TUSK_INVALID for a
 * source that is none of these, with file, line and column for one that is malformed, for a rename
 * of what is not there; TUSK_IO, TUSK_NOMEM, what connecting and asking can say. Lifetime: `arena`.
 */
TUSK_API TUSK_NODISCARD tusk_status tusk_changes_between(tusk_arena *arena, const char *from,
                                                         const char *to,
                                                         const tusk_change_options *options,
                                                         tusk_changes *out, tusk_error *err);
/** They as an array of objects in JSON: kind, what, object, sql, loses (or null), outside.
 * Lifetime: `arena`. "no text" without memory. */
TUSK_API tusk_str tusk_changes_json(tusk_arena *arena, const tusk_changes *changes);

/** Zero means the default, for each. */
typedef struct tusk_push_options {
    tusk_change_options changes; /* server is not looked at */
    bool accept_loss;            /* also what loses data */
    bool dry_run;                /* only tells */
} tusk_push_options;
/** Makes the database as `schema` (a source as above) says, without a migration: for development.
 * Under the lock of migrators, in one transaction but for what cannot run in one, which comes after
 * it. `out` is what was done. Errors: TUSK_MISUSE when data would be lost and that is not accepted
 * (`out` says what); as tusk_changes_between() and tusk_migrate_up(). `options` may be NULL.
 * Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_push(const tusk_server *server, tusk_arena *arena,
                                              const char *schema, const tusk_push_options *options,
                                              tusk_changes *out, tusk_error *err);

/** What tusk_pull() wrote. Lifetime of the texts: its arena. */
typedef struct tusk_pulled {
    tusk_str schema; /* the .def file's path */
    tusk_str path;   /* of the SQL file, "" when the folder has migrations already */
    tusk_str tag;    /* of it */
    size_t tables;
    tusk_str notices; /* what a schema cannot say, a line each */
} tusk_pulled;
/** Writes the database down as a .def file, and (where `folder` holds no migration) the first
 * migration with its snapshot, so that tusk_generate() right afterwards has nothing to say. Neither
 * replaces a file that is there unless `force`, and then only the .def file. The database is only
 * read: tusk_migrate_baseline() tells it that the migration is applied. `folder` may be NULL: only
 * the schema. Errors: TUSK_INVALID for a file that is there; TUSK_IO; as tusk_changes_between().
 * Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pull(const tusk_server *server, tusk_arena *arena,
                                              const char *schema, const char *folder, bool force,
                                              const tusk_change_options *options, tusk_pulled *out,
                                              tusk_error *err);

/** How much it matters. */
typedef enum tusk_finding_level {
    TUSK_FINDING_NOTE,    /* good to know */
    TUSK_FINDING_WARNING, /* other tools trip over it, or it will matter */
    TUSK_FINDING_ERROR,   /* it does not fit together */
} tusk_finding_level;
/** One thing that tusk_check() found. */
typedef struct tusk_finding {
    tusk_finding_level level;
    tusk_str where;   /* file or table */
    tusk_str message; /* a sentence without its period */
    tusk_str way_on;  /* what to do, "" for nothing */
} tusk_finding;
typedef struct tusk_findings {
    const tusk_finding *items;
    size_t count, errors, warnings;
} tusk_findings;
/** Does it all fit together? The folder by itself (journal, files, times, hashes, snapshots and
 * their chain), the newest snapshot with `schema` (a source as above; NULL: not looked at), what
 * the server of `options` has applied, and its tables with the newest snapshot (without one: not
 * looked at). `options` may be NULL. Changes nothing, but
 * for a scratch database as tusk_changes_between(). Errors: TUSK_IO, TUSK_NOMEM, what connecting
 * can say; what is malformed in the folder is a finding. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_check(tusk_arena *arena, const char *folder,
                                               const char *schema,
                                               const tusk_change_options *options,
                                               tusk_findings *out, tusk_error *err);

#endif
