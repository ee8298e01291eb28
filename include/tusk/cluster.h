/* cluster.h - the private PostgreSQL: made, started, shared and stopped by those who use it */
#ifndef TUSK_CLUSTER_H
#define TUSK_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/server.h"

/** A held use of a private PostgreSQL. While any process holds one the server stays up; the last
 * one out stops it (a crash of the holder counts as leaving: the hold is a file lock). Thread: the
 * owner. */
typedef struct tusk_cluster tusk_cluster;

/** Zero means the default, for each. */
typedef struct tusk_cluster_options {
    /* NULL: TUSK_DATA_DIR, else /var/lib/tusk as root, else $XDG_DATA_HOME/tusk, else
     * ~/.local/share/tusk */
    const char *data_dir;
    const char *database; /* made when missing; NULL: "deploystack" */
    int start_timeout_ms; /* 0: 60,000; covers initdb, crash recovery and waiting for another
                             starter */
    const tusk_log *log;  /* has to live as long as the cluster is held; NULL: silence */
} tusk_cluster_options;

/** Takes a hold of the private PostgreSQL; `options` may be NULL. Finds the server binaries (newest
 * major that matches the data; pg_config and the distribution's folders; TUSK_PG_BIN names one
 * folder instead), makes the cluster on
 * first use (initdb: scram, random password in a 0600 file, data checksums, C.UTF-8, Unix socket
 * only, pg_stat_statements where available), starts it or joins the one that runs, recovers after a
 * crash, makes the database. As root the server runs as the unprivileged user `postgres` (or
 * `nobody`). Errors: TUSK_IO / TUSK_TIMEOUT with the server's own reason and a hint on what to do:
 * no binaries (which package to install), another major version in the folder, wrong permissions,
 * disk full, socket path too long; TUSK_INVALID for a name that cannot be a database's; TUSK_NOMEM.
 * Blocks, at most for `start_timeout_ms`. Ownership: the caller, who calls tusk_cluster_close(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_cluster_open(const tusk_cluster_options *options,
                                                      tusk_cluster **out, tusk_error *err);
/** How to connect to it. Lifetime: until tusk_cluster_close(). */
TUSK_API const tusk_server *tusk_cluster_server(const tusk_cluster *cluster);
/** Lets go; stops the server (fast shutdown, waits, at most 30 s) when nobody else holds it.
 * Accepts NULL. */
TUSK_API void tusk_cluster_close(tusk_cluster *cluster);

/** The server that a program is to use, in one call: the one of POSTGRES_* when any of them is set
 * (tusk_server_from_env()), else the private PostgreSQL, started and held as by
 * tusk_cluster_open(). `env` NULL: the process environment, then the file .env of the current
 * folder. The database is that of POSTGRES_DATABASE, else `options->database`, else "deploystack";
 * only a private server makes it when it is missing. `options` may be NULL. `*cluster` becomes NULL
 * for an outside server: give it to tusk_cluster_close() in either case, when the last connection
 * is closed. Nobody connects to an outside server here. Errors: of tusk_env_read(),
 * tusk_server_from_env() and tusk_cluster_open(). Lifetime of the texts: `arena` and `*cluster`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_server_find(tusk_arena *arena, const tusk_env *env,
                                                     const tusk_cluster_options *options,
                                                     tusk_cluster **cluster, tusk_server *out,
                                                     tusk_error *err);

/** What `tusk pg status` shows. Lifetime of the texts: the arena of tusk_cluster_look(). */
typedef struct tusk_cluster_status {
    bool exists, running;
    pid_t pid;         /* of the postmaster, 0 when not running */
    int holders;       /* processes that hold it now */
    tusk_str data_dir; /* of PostgreSQL itself */
    tusk_str socket_dir;
    tusk_str version; /* content of PG_VERSION, "" when it does not exist */
} tusk_cluster_status;

/** Looks without starting or holding anything; what does not exist is no error. Errors: TUSK_IO
 * when the folder cannot be read or named, TUSK_NOMEM. Lifetime of the texts: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_cluster_look(tusk_arena *arena, const char *data_dir,
                                                      tusk_cluster_status *out, tusk_error *err);
/** Starts it so that it stays up with nobody holding it (`tusk pg start`), until
 * tusk_cluster_stop(). Errors: as tusk_cluster_open(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_cluster_start(const tusk_cluster_options *options,
                                                       tusk_error *err);
/** Stops it, kept up by `tusk pg start` or not; fine when there is none. Errors: TUSK_BUSY with the
 * number of programs that still use it, unless `force`; TUSK_TIMEOUT when another program is busy
 * with it for 60 s; TUSK_IO with the reason when it does not stop, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_cluster_stop(const char *data_dir, bool force,
                                                      tusk_error *err);

#endif
