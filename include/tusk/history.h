/* history.h - going back over migrations: undoing them, dropping one, folding them into one,
 * putting those of two branches in a row */
#ifndef TUSK_HISTORY_H
#define TUSK_HISTORY_H

#include "tusk/change.h"
#include "tusk/migrate.h"

/** Zero means the default, for each. */
typedef struct tusk_down_options {
    /** The last migration that stays, as tusk_migrate_options.to; "empty": none stays; NULL: only
     * the newest one is undone. */
    const char *to;
    /** What may lose its data, NULL-terminated: "teams", "public.teams", "teams.name"; NULL:
     * nothing.
     */
    const char *const *lose;
    bool accept_loss; /* all of it */
    bool leave;   /* what comparing schemas does not undo (INSERT, functions...) stays in effect */
    bool dry_run; /* run it in a transaction and roll back */
    /** Undo also where the database is not what the migrations made. */
    bool accept_drift;
    /** Of the connection: for a scratch database, so that expressions are compared as PostgreSQL
     * has them; NULL: by their spelling. */
    const tusk_server *server;
    int lock_wait_ms; /* as tusk_migrate_options has it */
    int lock_timeout_ms;
} tusk_down_options;
/** A statement of a file that is not undone. */
typedef struct tusk_left_over {
    tusk_str tag;
    int line; /* of the file */
    tusk_str sql;
} tusk_left_over;
/** What tusk_migrate_down() did, or would do. Lifetime of the texts: its arena. */
typedef struct tusk_undone {
    const tusk_migration *migrations; /* in the order of undoing: the newest first */
    size_t count;
    tusk_changes changes; /* of all of them, in order */
    const tusk_left_over *left;
    size_t left_count;
    tusk_changes drift; /* what would lead from the database back to what the migrations made */
} tusk_undone;
/** Undoes the newest applied migrations of `folder`: what leads from the snapshot after each to the
 * one before it is run, and the note that it is applied is taken back, all in one transaction (what
 * cannot run in one comes after it), under the lock of migrators. Renames that a file makes are
 * renamed back. Before that the database is compared with the snapshot of the newest one: what
 * somebody changed by hand since is drift. `out` is filled also where it is refused because of
 * that, or of what it would lose or leave. `options` may be NULL. Errors: TUSK_MISUSE for drift or
 * a loss that is not accepted, statements that are not undone, or inside a transaction;
 * TUSK_INVALID when an applied migration was changed, is missing, has no snapshot, or one before it
 * is pending; as tusk_migrate_up(). Lifetime: `arena`.
 */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_down(tusk_conn *conn, tusk_arena *arena,
                                                      const char *folder,
                                                      const tusk_down_options *options,
                                                      tusk_undone *out, tusk_error *err);

/** Zero means the default, for each. */
typedef struct tusk_drop_options {
    const char *tag; /* its tag, its number or its file's name; NULL: the newest of the folder */
    bool dry_run;    /* only look whether it can be dropped */
} tusk_drop_options;
typedef struct tusk_dropped {
    tusk_str tag; /* Lifetime: the arena */
    bool listed;  /* false: the journal did not list it, its file was left behind */
} tusk_dropped;
/** Takes a migration that is not applied out of `folder` again: its entry in the journal, its
 * snapshot, what lies beside that, its file; drizzle-kit goes on with what is left. A file that the
 * journal does not list is removed by its exact name. `conn` (may be NULL) is the database that is
 * asked whether it has applied it, under the lock of migrators; other databases are not known of.
 * `options` may be NULL. Errors: TUSK_INVALID when that database has applied or begun it, a later
 * one builds on it, two share its snapshot, or there is none of that name; TUSK_MISUSE inside a
 * transaction; TUSK_BUSY, TUSK_IO (nothing was changed, or the journal was and files are left); as
 * tusk_migrate_up(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_migrate_drop(tusk_conn *conn, tusk_arena *arena,
                                                      const char *folder,
                                                      const tusk_drop_options *options,
                                                      tusk_dropped *out, tusk_error *err);

/** What tusk_squash() made. Lifetime of the texts: its arena. */
typedef struct tusk_squashed {
    tusk_str tag;    /* "0000_squashed" */
    tusk_str path;   /* of its file */
    size_t count;    /* of migrations that it replaces */
    bool statements; /* it holds their statements one after the other, for some of them are written
                        by hand; else what the schema needs now */
} tusk_squashed;
/** Makes the migrations of `folder` up to `to` (NULL: all) one, named `name` (NULL: "squashed").
 * Its time is that of the last of them, and the journal says which it replaces: a database that has
 * applied them all has applied it, for Tusk and for drizzle's migrator; an empty one runs one file.
 * A database that has only some of them is told so by tusk_migrate_up(). Later migrations stay as
 * they are. The replaced files are removed: version control keeps them. Errors: TUSK_INVALID with
 * fewer than two migrations, one whose file is missing, or files that would mean something else in
 * one transaction; TUSK_BUSY, TUSK_IO, TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_squash(tusk_arena *arena, const char *folder,
                                                const char *to, const char *name,
                                                tusk_squashed *out, tusk_error *err);

/** A migration that tusk_rebase() moved. */
typedef struct tusk_rebased {
    tusk_str was, tag; /* "0007_mine", "0008_mine" */
} tusk_rebased;
typedef struct tusk_rebased_list {
    const tusk_rebased *items;
    size_t count;
} tusk_rebased_list;
/** Two branches both went on from the same migration. Takes `mine` (a tag: the first of one branch)
 * and those after it in its branch, and puts them after those of the other: with the next numbers,
 * later times, and snapshots that are those of the other branch with the same changes. Files keep
 * their content, and the journal says what they were before: a database that has applied them knows
 * them again. Conflict markers of git in meta/_journal.json and in snapshots are read as the two
 * sides that they are. Errors: TUSK_INVALID when both branches change the same thing (its name is
 * told), or there is nothing to move; as tusk_squash(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_rebase(tusk_arena *arena, const char *folder,
                                                const char *mine, tusk_rebased_list *out,
                                                tusk_error *err);

#endif
