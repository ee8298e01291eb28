/* restore.h - one restore under way: into a scratch database, proven there, then renamed or dropped
 */
#ifndef TUSK_OPS_RESTORE_H
#define TUSK_OPS_RESTORE_H

#include "src/ops/dump.h"

/* Where databases are made and renamed from; template1 where it was dropped. */
#define TUSK_RESTORE_ADMIN "postgres"
/* First key of the advisory lock that says that somebody is at work on a scratch database. */
#define TUSK_RESTORE_LOCK  "1953854315"

typedef struct tusk_restore_job {
    tusk_arena *arena;
    const tusk_server *server;
    const tusk_backup_options *options;
    int64_t deadline;
    tusk_manifest manifest;
    bool no_owner;
    bool on_base;        /* it stands on the tables of server->database (verify of a part) */
    tusk_conn *admin;    /* on the maintenance database */
    tusk_server scratch; /* where it goes first; database NULL: there is none (any more) */
    size_t done;         /* tables, for progress */
} tusk_restore_job;

/** Reads and checks the backup, connects, drops scratch databases of the dead. Call
 * tusk_restore_close() in any case. */
tusk_status tusk_restore_open(tusk_restore_job *job, const char *path, tusk_error *err);
/** Makes the scratch database, like `like` (NULL: as the manifest says), fills it, compares its
 * rows with the manifest and analyzes it. */
tusk_status tusk_restore_fill_scratch(tusk_restore_job *job, const char *like, tusk_error *err);
/** A connection with the job's deadline and no other limits; to be closed also after an error. */
tusk_status tusk_restore_connect(const tusk_restore_job *job, const char *database,
                                 tusk_conn **conn, tusk_error *err);
/** Feeds the backup to `conn` as a script. */
tusk_status tusk_restore_run_script(tusk_restore_job *job, tusk_conn *conn,
                                    const tusk_script_options *options, tusk_error *err);
/** Runs `format` with each "@" replaced by a quoted name, on the maintenance database. */
tusk_status tusk_restore_admin(tusk_restore_job *job, tusk_error *err, const char *format,
                               const char *first, const char *second);
/** Drops what is left of the scratch database, and disconnects. */
void tusk_restore_close(tusk_restore_job *job);

#endif
