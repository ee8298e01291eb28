/* pitr.h - back to any moment: the server's log of changes is kept, and replayed up to a time */
#ifndef TUSK_PITR_H
#define TUSK_PITR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tusk/arena.h"
#include "tusk/clock.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/server.h"
#include "tusk/str.h"

/** Zero means the default, for each; the same for all calls. All of it is done by pgBackRest (the
 * package pgbackrest), run as the owner of the data with a configuration file of our own: neither
 * /etc nor variables of the environment count. */
typedef struct tusk_pitr_options {
    /* NULL: the private PostgreSQL of `data_dir`, which is started where it has to run. Else a
     * server on this same machine, signed in to as a superuser; we have to be root or the owner of
     * its data. */
    const tusk_server *server;
    const char *data_dir; /* as in tusk_cluster_options */
    /* Folder of the configuration, the backups and the archive: letters, digits and "/._-+@" only.
     * NULL: "pitr" beside the private data; other servers need one. Never inside the data. */
    const char *repo;
    int keep_full;    /* enable: full backups to keep, with what depends on them; 0: 2 */
    bool force;       /* enable, restore: also when other programs use the private PostgreSQL */
    bool full;        /* backup: not incremental */
    const char *into; /* restore, other servers: the folder to make */
    int timeline;     /* restore: the history to follow; 0: that of the data as they are now */
    int timeout_ms;   /* for all of it; 0: 12 hours */
    const tusk_log *log;
    /* May be NULL. Told at each step: "archiving what is written", "replaying"... */
    void (*progress)(void *context, const char *step);
    void *context;
} tusk_pitr_options;

/** What tusk_pitr_enable() did. Lifetime of the texts: its arena. */
typedef struct tusk_pitr_enabled {
    bool active;     /* archiving works: a segment got there */
    bool restarted;  /* the private PostgreSQL, for archive_mode needs that */
    tusk_str folder; /* of configuration, backups and archive */
    tusk_str steps;  /* not active (another server): what its administrator has to do, in lines */
} tusk_pitr_enabled;
/** Turns archiving on and proves it: makes the folder, the configuration and the stanza, sets
 * archive_mode and archive_command (ALTER SYSTEM; the private PostgreSQL is restarted when it has
 * to be), switches a segment and waits until it is archived. A server that is not ours is only
 * looked at: `steps` says what is missing. May be repeated; nothing is done twice. Errors: TUSK_IO
 * when pgBackRest is not installed (which package) or fails, with its words; TUSK_BUSY with the
 * number of programs that use the private PostgreSQL when it has to be restarted, without `force`;
 * TUSK_INVALID for a repository in the wrong place, an archive_command of somebody else, a server
 * on another machine; TUSK_TIMEOUT, TUSK_NOMEM, and what connecting and asking can say. Lifetime:
 * `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pitr_enable(tusk_arena *arena,
                                                     const tusk_pitr_options *options,
                                                     tusk_pitr_enabled *out, tusk_error *err);

/** One backup that replaying can start from. */
typedef struct tusk_pitr_backup {
    tusk_str label;
    tusk_str type;        /* "full", "diff" or "incr" */
    tusk_time start, end; /* whole seconds */
    int64_t bytes;        /* of the data */
    int64_t stored;       /* what it takes in the repository by itself */
    int timeline;
    bool damaged; /* pages failed their checksums while it was made */
    uint64_t end_lsn;
} tusk_pitr_backup;

/** Makes a backup: the first a full one, later ones incremental unless `full`. Old ones go as
 * `keep_full` said. Errors: as tusk_pitr_enable(); TUSK_MISUSE when it is not enabled. Lifetime of
 * the texts: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pitr_backup_make(tusk_arena *arena,
                                                          const tusk_pitr_options *options,
                                                          tusk_pitr_backup *out, tusk_error *err);

/** How things stand. Lifetime of the texts: the arena of tusk_pitr_look(). */
typedef struct tusk_pitr_status {
    bool enabled;                          /* there is a configuration */
    bool archiving;                        /* on, and the last attempt worked */
    tusk_str problem;                      /* why not, "no text" when it works */
    tusk_str last_segment, failed_segment; /* "" when there is none */
    tusk_time last_archived, last_failed;  /* us 0: never */
    int64_t archived, failed;              /* since the server's statistics began */
    tusk_time oldest, newest;              /* what a restore can reach; us 0: nothing yet */
    int timeline;                          /* the newest in the archive */
    tusk_str folder, data;
    const tusk_pitr_backup *backups; /* newest first */
    size_t count;
} tusk_pitr_status;
/** Looks; that it is not enabled, or that the server cannot be reached, is no error. Errors:
 * TUSK_IO when pgBackRest is missing or fails, TUSK_INVALID, TUSK_TIMEOUT, TUSK_NOMEM. Lifetime:
 * `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pitr_look(tusk_arena *arena,
                                                   const tusk_pitr_options *options,
                                                   tusk_pitr_status *out, tusk_error *err);

/** A moment as people write it: ISO 8601 with a zone, "2026-11-22T14:55:03Z",
 * "2026-11-22 14:55:03.25+01:00". Errors: TUSK_INVALID for anything else, a missing zone included.
 */
TUSK_API TUSK_NODISCARD tusk_status tusk_pitr_parse_time(tusk_str text, tusk_time *out,
                                                         tusk_error *err);

/** What tusk_pitr_restore() did. Lifetime of the texts: its arena. */
typedef struct tusk_pitr_restored {
    tusk_str data;     /* the folder that now holds the data of that moment */
    tusk_str before;   /* private: where the data as they were are kept; "" when there were none */
    tusk_str label;    /* of the backup that it began with */
    tusk_time reached; /* commit of the last transaction in it; us 0: none after the backup */
    int timeline;      /* the new history that begins here */
    bool archiving;    /* private: archiving of the new history was seen to work */
    tusk_str steps;    /* another server: how to switch to the new folder, in lines */
} tusk_pitr_restored;
/** Brings everything (all databases) back to the state of `moment`: every transaction that was
 * committed by then. The private PostgreSQL is stopped, a backup is laid out in a new folder beside
 * its data, a server replays the log in it up to the moment, and then the two folders change
 * places; what was there is kept as pg.before-TIME. A failure leaves the old data where they are;
 * so does a kill, at any point: the next start settles what was under way. For another server the
 * new folder is `into`, and nothing of the server is touched. Errors: TUSK_INVALID for a moment
 * outside of what can be reached, with the range; TUSK_BUSY when programs use the private
 * PostgreSQL, without `force`; TUSK_IO with the words of pgBackRest or of the server; as
 * tusk_pitr_enable(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_pitr_restore(tusk_arena *arena,
                                                      const tusk_pitr_options *options,
                                                      tusk_time moment, tusk_pitr_restored *out,
                                                      tusk_error *err);

#endif
