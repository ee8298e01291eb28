/* internal.h - the parts of the private PostgreSQL: its place on disk, locks, child processes,
 * server */
#ifndef TUSK_CLUSTER_INTERNAL_H
#define TUSK_CLUSTER_INTERNAL_H

#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/base/pause.h"
#include "tusk/arena.h"
#include "tusk/cluster.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/str.h"

/* The port only names the socket file: there is no TCP. */
#define TUSK_CLUSTER_PORT    5432
#define TUSK_CLUSTER_USER    "tusk"
/* Room for sun_path, the zero left out. */
#define TUSK_SOCKET_PATH_MAX 107
#define TUSK_SOCKET_NAME     ".s.PGSQL.5432"

/* place.c: where everything of one private PostgreSQL lives. Texts: the arena given to
 * tusk_place_find(). */
typedef struct tusk_place {
    const char *base;          /* canonical */
    const char *pgdata;        /* BASE/pg */
    const char *partial;       /* BASE/pg.partial, while initdb runs */
    const char *password_file; /* BASE/password */
    const char *log_file;      /* BASE/server.log */
    const char *conf_file;     /* BASE/tusk.conf */
    const char *lock_file;     /* BASE/lock: one program at a time starts, stops or counts */
    const char *server_lock;   /* BASE/server.lock: held by every process of the server */
    const char *holders;       /* BASE/holders/, a locked file for each use */
    const char *stay;          /* BASE/stay: do not stop when the last one leaves */
    const char *socket_dir;
    bool socket_dir_is_ours; /* named after this data folder alone: removed when the server stops */
    bool as_root;            /* the server runs as another user */
    uid_t uid;               /* of the server */
    gid_t gid;
    const char *user; /* its name */
} tusk_place;

/* The user called `name`, or with NULL the one of number `uid`; false when there is none. The
 * system's own calls give room that all threads share. Texts: the arena. */
bool tusk_place_find_user(tusk_arena *arena, const char *name, uid_t uid, struct passwd *out);
/* Only works out the names; `data_dir` as in tusk_cluster_options. */
tusk_status tusk_place_find(tusk_arena *arena, const char *data_dir, tusk_place *out,
                            tusk_error *err);
/* The server's user, for data that have come or gone since. */
tusk_status tusk_place_choose_user(tusk_arena *arena, tusk_place *place, tusk_error *err);
/* Makes the data folder (and holders/) and checks that the server's user can get there. */
tusk_status tusk_place_make(const tusk_place *place, tusk_error *err);
/* Makes the folder of the socket with the right owner and mode. */
tusk_status tusk_place_make_socket_dir(const tusk_place *place, tusk_error *err);

/* hold.c: locks that die with their owner. They belong to the open file (F_OFD_*), so a child
 * process that keeps the descriptor keeps the lock, and looking does not take it. */
tusk_status tusk_hold_take(const char *path, int64_t deadline, int *fd, tusk_error *err);
/* True when some process holds `path` (false when there is no such file). */
bool tusk_hold_taken(const char *path);
/* A held, uniquely named file in `holders/`; its path goes to the arena. */
tusk_status tusk_hold_register(tusk_arena *arena, const tusk_place *place, int *fd,
                               const char **path, tusk_error *err);
/* How many files in `holders/` are held; those that nobody holds any more are removed when `tidy`.
 */
int tusk_hold_count(const tusk_place *place, bool tidy);

/* child.c: other programs, run without a shell and with an environment of their own */
typedef struct tusk_child {
    const char *const *argv; /* argv[0] is an absolute path; NULL-terminated */
    const char *const *env;  /* NULL-terminated */
    bool switch_user;        /* run as uid and gid, with no other groups */
    uid_t uid;
    gid_t gid;
    int keep_fd;       /* stays open in the child as descriptor 3; 0: none */
    tusk_str input;    /* what it reads from stdin, at most 4 KiB */
    size_t output_max; /* of what it says, 0: TUSK_CHILD_OUTPUT_MAX */
} tusk_child;

#define TUSK_CHILD_OUTPUT_MAX ((size_t)64 << 10)
/* Runs it to its end; stdout and stderr together (their beginning) go to `*output`. `*code` is the
 * exit code, or 128 + signal. Errors: TUSK_IO when it cannot be run, TUSK_TIMEOUT (it is killed).
 */
tusk_status tusk_child_run(tusk_arena *arena, const tusk_child *child, int64_t deadline, int *code,
                           tusk_str *output, tusk_error *err);
/* Starts it in a session of its own as a child of init, output to `log_fd`. */
tusk_status tusk_child_start(const tusk_child *child, int log_fd, tusk_error *err);
/* True when that user can enter `folder`, every folder above it included. */
bool tusk_child_can_enter(const char *folder, uid_t uid, gid_t gid);

/* programs.c: the server's programs */
typedef struct tusk_programs {
    int major;
    const char *bin; /* the folder; holds postgres, initdb and psql */
} tusk_programs;

/* `major` 0: the newest there is. Errors: TUSK_IO naming the package to install; TUSK_INVALID when
 * there are servers but not of that major version. */
tusk_status tusk_programs_find(tusk_arena *arena, int major, int64_t deadline, tusk_programs *out,
                               tusk_error *err);
/* The same among `roots` (patterns for glob() of bin folders, NULL-terminated). */
tusk_status tusk_programs_find_in(tusk_arena *arena, const char *const *roots, int major,
                                  int64_t deadline, tusk_programs *out, tusk_error *err);

/* One program by its name, such as pg_dump, of `major` or newer: the nearest to it. Errors: TUSK_IO
 * naming the package to install. */
tusk_status tusk_programs_find_tool(tusk_arena *arena, const char *name, int major,
                                    int64_t deadline, const char **path, int *found,
                                    tusk_error *err);
/* The same among `roots`, as tusk_programs_find_in(). */
tusk_status tusk_programs_find_tool_in(tusk_arena *arena, const char *const *roots,
                                       const char *name, int major, int64_t deadline,
                                       const char **path, int *found, tusk_error *err);

/* make.c: initdb, the password, the settings */
/* Content of PG_VERSION as a number, 0 when there is no cluster yet. */
tusk_status tusk_make_version(tusk_arena *arena, const tusk_place *place, int *major,
                              tusk_error *err);
/* `server_fd` is the taken server.lock, handed to initdb. */
tusk_status tusk_make_cluster(tusk_arena *arena, const tusk_place *place,
                              const tusk_programs *programs, int server_fd, int64_t deadline,
                              tusk_error *err);
tusk_status tusk_make_settings(tusk_arena *arena, const tusk_place *place,
                               const tusk_programs *programs, tusk_error *err);
tusk_status tusk_make_database(tusk_arena *arena, const tusk_place *place,
                               const tusk_programs *programs, const char *socket_dir,
                               const char *database, int64_t deadline, tusk_error *err);
tusk_status tusk_make_read_password(tusk_arena *arena, const tusk_place *place,
                                    const char **password, tusk_error *err);

/* Removes a folder that an earlier attempt left, with all that is in it; nothing there is fine. */
tusk_status tusk_make_remove_tree(tusk_arena *arena, const char *path, int64_t deadline,
                                  tusk_error *err);

/* swap.c: another data folder takes the place of BASE/pg. The caller holds BASE/lock and no server
 * runs on either. */
/* BASE/pg (which may be missing) becomes BASE/`before`, BASE/`fresh` becomes BASE/pg. A failure
 * leaves BASE/pg as it was; what a kill leaves is for tusk_swap_settle(). */
tusk_status tusk_swap_data(tusk_arena *arena, const tusk_place *place, const char *fresh,
                           const char *before, tusk_error *err);
/* Before a start: finishes or undoes a swap that was cut short; `*found` tells that there was one.
 */
tusk_status tusk_swap_settle(tusk_arena *arena, tusk_place *place, bool *found, tusk_error *err);

/* Where a copy of the data (BASE/pg.restored) is proven, beside the real ones: a place of its own.
 */
tusk_status tusk_swap_copy_place(tusk_arena *arena, const tusk_place *place, tusk_place *out,
                                 tusk_error *err);
/* Stops the server on that copy which a killed restore left; BASE/lock is taken. */
tusk_status tusk_swap_end_copy(tusk_arena *arena, const tusk_place *place, tusk_error *err);

/* postmaster.c: the running server */
typedef enum tusk_postmaster_state {
    TUSK_POSTMASTER_NONE,     /* nothing of it is alive */
    TUSK_POSTMASTER_STARTING, /* also: recovering */
    TUSK_POSTMASTER_READY,
    TUSK_POSTMASTER_STOPPING,
    TUSK_POSTMASTER_ORPHANS, /* the postmaster is gone, processes of it are not */
} tusk_postmaster_state;

typedef struct tusk_postmaster {
    tusk_postmaster_state state;
    pid_t pid;              /* 0 unless the postmaster is alive */
    const char *socket_dir; /* where it listens; NULL when not known */
} tusk_postmaster;

void tusk_postmaster_look(tusk_arena *arena, const tusk_place *place, tusk_postmaster *out);
/* Starts it, or joins the running one, or waits out one that is going. The caller holds BASE/lock.
 */
tusk_status tusk_postmaster_ensure(tusk_arena *arena, const tusk_place *place,
                                   const tusk_programs *programs, int64_t deadline,
                                   const tusk_log *log, tusk_postmaster *out, tusk_error *err);
/* Starts it as it is, with `settings` ("name=value", NULL-terminated, may be NULL) over those of
 * its files, and waits until it is ready. Errors: as tusk_cluster_open(). */
tusk_status tusk_postmaster_run(tusk_arena *arena, const tusk_place *place,
                                const tusk_programs *programs, const char *const *settings,
                                int64_t deadline, tusk_postmaster *out, tusk_error *err);
/* Fast shutdown; immediate after 30 s. Fine when nothing runs. The caller holds BASE/lock. */
tusk_status tusk_postmaster_stop(tusk_arena *arena, const tusk_place *place, const tusk_log *log,
                                 tusk_error *err);

/* reason.c: why a program of the server failed, from what it printed */
/* Picks the lines that tell it into the detail of `err` and adds a hint for the causes that are
 * known. */
void tusk_reason_add(tusk_error *err, tusk_str output);
/* The same for what server.log got since it was `offset` bytes long. */
void tusk_reason_add_log(tusk_arena *arena, const char *log_file, off_t offset, tusk_error *err);

#endif
