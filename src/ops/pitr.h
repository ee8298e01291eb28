/* pitr.h - the parts of point-in-time recovery: where it all is, pgBackRest, what it has, the proof
 */
#ifndef TUSK_OPS_PITR_H
#define TUSK_OPS_PITR_H

#include "src/cluster/internal.h"
#include "tusk/buf.h"
#include "tusk/conn.h"
#include "tusk/pitr.h"

#define TUSK_PITR_STANZA     "tusk"
#define TUSK_PITR_TIMEOUT_MS (12 * 3600 * 1000)
#define TUSK_PITR_CONNECT_MS 15000

/* ---- pitr_site.c: which server, whose data, which repository ---- */

typedef struct tusk_pitr_site {
    const tusk_pitr_options *options;
    bool is_private;
    tusk_place place;        /* another server: only pgdata and the user count */
    const char *folder;      /* of the configuration; repo/, lock/ and spool/ are in it */
    const char *conf;        /* FOLDER/pgbackrest.conf */
    const char *config_file; /* another server: its postgresql.conf */
    const char *tool;        /* pgbackrest */
    int64_t deadline;
} tusk_pitr_site;

/* A connection to the server at hand, with the hold of the private PostgreSQL. */
typedef struct tusk_pitr_link {
    tusk_cluster *cluster;
    tusk_server server;
    tusk_conn *conn;
} tusk_pitr_link;

/** Finds the repository and, but for one that is not enabled yet, whose data it keeps. */
tusk_status tusk_pitr_site_find(tusk_arena *arena, const tusk_pitr_options *options,
                                tusk_pitr_site *out, tusk_error *err);
/** True when there is a configuration. */
bool tusk_pitr_is_enabled(const tusk_pitr_site *site);
/** TUSK_MISUSE with what to do when there is none. */
tusk_status tusk_pitr_expect_enabled(const tusk_pitr_site *site, tusk_error *err);
/** Another server: finds its data folder on this machine, and that it is really that server's. */
tusk_status tusk_pitr_site_discover(tusk_arena *arena, tusk_pitr_site *site, tusk_conn *conn,
                                    tusk_error *err);
/** Makes folder and configuration, for the server's user. */
tusk_status tusk_pitr_site_make(tusk_arena *arena, const tusk_pitr_site *site,
                                const tusk_server *server, tusk_error *err);
/** The archive_command of this repository. NULL without memory. */
const char *tusk_pitr_archive_command(tusk_arena *arena, const tusk_pitr_site *site);
tusk_status tusk_pitr_connect(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_link *out,
                              tusk_error *err);
void tusk_pitr_disconnect(tusk_pitr_link *link);
void tusk_pitr_tell(const tusk_pitr_site *site, const char *step);
/** Gives what we made to the server's user. */
tusk_status tusk_pitr_give(const tusk_place *place, const char *path, tusk_error *err);

/* ---- pitr_tool.c: pgBackRest as a child ---- */

tusk_status tusk_pitr_tool_find(tusk_arena *arena, const char **path, tusk_error *err);
/** "pgbackrest COMMAND ARGS..." as the owner of the data. `args` may be NULL, else NULL-terminated;
 * `server` (may be NULL): the command connects to it. `output` may be NULL. Errors: TUSK_IO with
 * its words, TUSK_TIMEOUT. */
tusk_status tusk_pitr_tool_run(tusk_arena *arena, const tusk_pitr_site *site, const char *command,
                               const char *const *args, const tusk_server *server, tusk_str *output,
                               tusk_error *err);

/* ---- pitr_info.c: what is in the repository ---- */

typedef struct tusk_pitr_info {
    tusk_str archive_id;       /* "15-1"; "" when nothing was archived */
    int major;                 /* of the server's version, 0: not known */
    tusk_str last_segment;     /* of the archive, "" when there is none */
    tusk_pitr_backup *backups; /* oldest first */
    size_t count;
    int timeline;     /* the newest */
    tusk_str history; /* of that timeline, as PostgreSQL writes it; "" of the first one */
} tusk_pitr_info;

tusk_status tusk_pitr_info_parse(tusk_arena *arena, tusk_str json, tusk_pitr_info *out,
                                 tusk_error *err);
/** Asks pgBackRest. */
tusk_status tusk_pitr_info_read(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_info *out,
                                tusk_error *err);
/** Can a replay along `info->timeline` begin with it? */
bool tusk_pitr_info_leads(const tusk_pitr_info *info, const tusk_pitr_backup *backup);
/** The first moment that a replay from `backup` can stop at. */
tusk_time tusk_pitr_info_first(const tusk_pitr_backup *backup);
/** The newest backup that leads to `moment`; NULL when there is none. */
const tusk_pitr_backup *tusk_pitr_info_choose(const tusk_pitr_info *info, tusk_time moment);
/** The oldest moment that any of them leads to; us 0: none. */
tusk_time tusk_pitr_info_oldest(const tusk_pitr_info *info);
/** When the newest segment got into the archive; us 0: not known. */
tusk_time tusk_pitr_info_newest(tusk_arena *arena, const tusk_pitr_site *site,
                                const tusk_pitr_info *info);

/* ---- pitr_archive.c: is archiving on, does it work ---- */

typedef struct tusk_pitr_archiving {
    tusk_str wal_level, mode, command, timeout;
    tusk_str last_segment, failed_segment; /* "" for none */
    tusk_time last_archived, last_failed;
    int64_t archived, failed;
} tusk_pitr_archiving;
tusk_status tusk_pitr_archiving_read(tusk_conn *conn, tusk_arena *arena, tusk_pitr_archiving *out,
                                     tusk_error *err);
/** What is wrong with it; NULL when nothing is. */
const char *tusk_pitr_archiving_problem(const tusk_pitr_archiving *a, const char *command);
/** Sends what was written so far to the archive: later than now, a replay finds a commit to stop
 * before. `*flushed` is a moment that can be restored now. */
tusk_status tusk_pitr_flush(tusk_conn *conn, tusk_arena *arena, int64_t deadline,
                            tusk_time *flushed, tusk_error *err);

/* ---- pitr_proof.c: a server on the restored folder, seen by nobody else ---- */

typedef struct tusk_pitr_proof {
    tusk_place place;        /* of the copy: pgdata, lock and log */
    const char *config_file; /* NULL: in the data */
    const char *user;        /* who signs in */
    int major;
    int64_t deadline;
    tusk_time reached; /* the last transaction */
    int timeline;
} tusk_pitr_proof;
/** Replays, waits for the end, takes the settings of the replay out again, stops. Errors: TUSK_IO
 * with the server's words, TUSK_TIMEOUT. */
tusk_status tusk_pitr_prove(tusk_arena *arena, tusk_pitr_proof *proof, tusk_error *err);

#endif
