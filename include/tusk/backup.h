/* backup.h - backups that are known to restore: made, listed, proven, thinned out, brought back */
#ifndef TUSK_BACKUP_H
#define TUSK_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tusk/arena.h"
#include "tusk/clock.h"
#include "tusk/error.h"
#include "tusk/server.h"
#include "tusk/str.h"

/** How a backup is written, by the pg_dump of the machine. */
typedef enum tusk_backup_format {
    TUSK_BACKUP_BY_NAME,   /* what the path ends in: .sql, .sql.gz, .dir; anything else is custom */
    TUSK_BACKUP_CUSTOM,    /* one compressed file, restored in parallel */
    TUSK_BACKUP_PLAIN,     /* SQL */
    TUSK_BACKUP_GZIP,      /* SQL, compressed */
    TUSK_BACKUP_DIRECTORY, /* a folder, written and restored in parallel */
} tusk_backup_format;

typedef enum tusk_backup_content {
    TUSK_BACKUP_WHOLE,
    TUSK_BACKUP_SCHEMA_ONLY,
    TUSK_BACKUP_DATA_ONLY,
} tusk_backup_content;

/** How far it is. */
typedef struct tusk_backup_progress {
    enum {
        TUSK_BACKUP_COUNTING,  /* rows of each table, in the backup's own snapshot */
        TUSK_BACKUP_DUMPING,   /* pg_dump writes */
        TUSK_BACKUP_HASHING,   /* the files are read */
        TUSK_BACKUP_RESTORING, /* into a scratch database */
        TUSK_BACKUP_COMPARING, /* rows there with the manifest */
    } phase;
    tusk_str table; /* being worked on, as its tool names it; "no text" between tables */
    size_t done;    /* tables */
    size_t total;   /* 0: not known */
} tusk_backup_progress;

/** Zero means the default, for each; the same for making, verifying and restoring. */
typedef struct tusk_backup_options {
    tusk_backup_format format;   /* make */
    tusk_backup_content content; /* make */
    /* make: only these (NULL-terminated): "teams", "authUser", "public.teams", "\"a.b\"" */
    const char *const *tables;
    int jobs;         /* at once, for custom (restoring) and directory; 0: 1, at most 64 */
    const char *into; /* restore: the database; NULL: "<database>_restored_<time>" */
    bool replace;     /* restore: INTO may hold tables, which are then gone */
    bool trust;       /* verify, restore: also a file without a manifest; its SQL is run as it is */
    bool no_owner;    /* restore: everything belongs to the connecting user, no GRANTs */
    int timeout_ms;   /* for all of it; 0: 12 hours */
    /* An eventfd or pipe: when it becomes readable the call gives up with TUSK_CANCELLED within a
     * second or so, and leaves what a failure leaves. 0: none. */
    int stop_fd;
    /* May be NULL. The texts live as long as the call. */
    void (*progress)(void *context, const tusk_backup_progress *progress);
    void *context;
} tusk_backup_options;

/** One table in a backup. */
typedef struct tusk_backup_table {
    tusk_str name; /* quoted: "public"."teams" */
    int64_t rows;  /* in the backup's snapshot; -1: not counted (only the schema is in it) */
} tusk_backup_table;

/** What a manifest (PATH.manifest.json) says. Lifetime of the texts: the arena it was read into. */
typedef struct tusk_backup {
    tusk_str path;     /* absolute */
    bool has_manifest; /* false: path, bytes, made (the file's time) and format only */
    bool is_missing;   /* the manifest is there, the backup is not */
    tusk_str problem;  /* of tusk_backup_look(): why its manifest cannot be read, else "no text" */
    tusk_backup_format format;
    tusk_backup_content content;
    const tusk_str *chosen; /* a backup of chosen relations only: their quoted names */
    size_t chosen_count;    /* 0: all */
    tusk_str database;
    tusk_str server_version; /* "15.20 (Debian ...)" */
    tusk_str tool;           /* "pg_dump (PostgreSQL) 15.20" */
    tusk_str encoding, collate, ctype;
    tusk_str locale_provider; /* "libc", "icu" or "builtin" */
    tusk_str locale;          /* of icu and builtin */
    int tool_major;
    tusk_time made;
    int64_t bytes, rows; /* rows of all tables */
    const tusk_backup_table *tables;
    size_t table_count;
    tusk_time verified; /* when a restore last proved it; us 0: never */
} tusk_backup;

typedef struct tusk_backup_list {
    const tusk_backup *items; /* newest first */
    size_t count;
} tusk_backup_list;

/** Backs `server->database` up to `path`, which must not exist (a missing folder is made). Written
 * beside it as PATH.partial, read back, hashed, synced and renamed; the manifest is there before it
 * is. A failure or a crash leaves nothing under the final name. The rows counted for the manifest
 * are those of pg_dump's own snapshot, so it is exact under write load. Finds a pg_dump at least as
 * new as the server; the password goes through its environment. Errors: TUSK_MISUSE for a path that
 * exists, TUSK_BUSY while another backup is written in that folder, TUSK_INVALID for a table that
 * is not there or more than one, TUSK_IO with pg_dump's own words (disk full, no pg_dump: which
 * package to install), TUSK_TIMEOUT, TUSK_NOMEM, and what connecting and asking can say.
 * `options` may be NULL. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_make(tusk_arena *arena, const tusk_server *server,
                                                     const char *path,
                                                     const tusk_backup_options *options,
                                                     tusk_backup *out, tusk_error *err);
/** A path in `folder` for a backup made now: FOLDER/<database>-<time>.<dump, sql, sql.gz or dir>,
 * whatever the database is called. "no text" without memory. Lifetime: `arena`. */
TUSK_API tusk_str tusk_backup_path(tusk_arena *arena, const char *folder, const tusk_server *server,
                                   tusk_backup_format format);
/** The backups in `folder`, newest first; files that are being written are not among them. A folder
 * that is missing is empty. Nothing is hashed. Errors: TUSK_IO, TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_look(tusk_arena *arena, const char *folder,
                                                     tusk_backup_list *out, tusk_error *err);
/** Reads the whole backup and compares every byte with the manifest. Errors: TUSK_INVALID when it
 * is truncated or changed, has no manifest or one that cannot be believed; TUSK_IO, TUSK_NOMEM.
 * Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_check(tusk_arena *arena, const char *path,
                                                      tusk_backup *out, tusk_error *err);
/** tusk_backup_check(), then restores it into a scratch database on `server`, compares the rows of
 * every table with the manifest, drops the scratch database and notes the proof in the manifest.
 * What holds only a part (data, chosen tables) gets the tables it stands on from
 * `server->database`. Errors: TUSK_INVALID when it differs (first table, expected, found); as
 * tusk_restore(). `options` may be NULL. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_verify(tusk_arena *arena, const tusk_server *server,
                                                       const char *path,
                                                       const tusk_backup_options *options,
                                                       tusk_backup *out, tusk_error *err);

/** Removes one backup and its manifest, verified or not. Errors: TUSK_INVALID when there is none at
 * `path`, TUSK_BUSY while a backup is written in that folder, TUSK_IO, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_remove(tusk_arena *arena, const char *path,
                                                       tusk_error *err);
/** The pg_dump that tusk_backup_make() uses for a server of this version (150020 is 15.20). Errors:
 * TUSK_IO naming the package to install, TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_tool(tusk_arena *arena, int server_version,
                                                     tusk_str *path, tusk_error *err);

/** What tusk_backup_prune() keeps; 0 or NULL: no such rule, and without any rule all is kept. */
typedef struct tusk_backup_rule {
    int keep_last; /* the newest ones */
    int keep_days; /* those younger than that */
    bool dry_run;  /* only tells */
} tusk_backup_rule;
/** Removes the backups in `folder` that no rule keeps. The newest verified one of each database
 * stays whatever the rule says, and so does everything without a manifest of ours, or with one that
 * cannot be read. Leftovers (NAME.dump.partial and the like) of a day ago go
 * too. `out` lists what was removed. Errors:
 * TUSK_BUSY while a backup is written there, TUSK_MISUSE without a rule, TUSK_IO, TUSK_NOMEM.
 * Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_backup_prune(tusk_arena *arena, const char *folder,
                                                      const tusk_backup_rule *rule,
                                                      tusk_backup_list *out, tusk_error *err);

/** What tusk_restore() did. Lifetime of the texts: its arena. */
typedef struct tusk_restored {
    tusk_str database;
    bool replaced; /* there was such a database */
    size_t tables; /* with rows compared */
    int64_t rows;
} tusk_restored;
/** Restores the backup at `path` as a database of `server` (whose own `database` is not touched
 * unless it is named by `into`). All of it goes to a scratch database first, which is compared with
 * the manifest, analyzed and then renamed: an interrupted restore leaves what was there. A backup
 * of data alone goes into the tables of `into`, in one transaction; with `replace` they are emptied
 * first. Without a manifest the file is refused unless `trust`. Plain SQL is read by Tusk, never by
 * psql: a line that psql would take as a command is an error, and so is COPY from anything but the
 * file itself. Errors: TUSK_INVALID for a file that is damaged, refused or differs; TUSK_BUSY when
 * `into` is there and in use, TUSK_MISUSE when it holds tables, without `replace`; TUSK_SERVER with
 * the line of the file; TUSK_IO with pg_restore's words; TUSK_TIMEOUT, TUSK_CONNECTION, TUSK_NOMEM.
 * `options` may be NULL. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_restore(tusk_arena *arena, const tusk_server *server,
                                                 const char *path,
                                                 const tusk_backup_options *options,
                                                 tusk_restored *out, tusk_error *err);

#endif
