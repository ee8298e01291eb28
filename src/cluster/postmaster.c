/* postmaster.c - the running server: seen, started, joined, recovered after a crash, stopped */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/cluster/internal.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define POLL_MS         20
#define FAST_STOP_MS    30000
#define IMMEDIATE_MS    10000
#define ORPHAN_GRACE_MS 2000
#define LOG_SIZE_MAX    ((off_t)16 << 20)
#define PID_FILE_MAX    ((size_t)8192)

static const char *const server_env[] = { "LC_ALL=C", "PATH=/usr/bin:/bin", NULL };

/* What postmaster.pid says (its lines: 1 pid, 5 folder of the socket, 8 state). */
typedef struct pid_file {
    pid_t pid;
    const char *socket_dir;
    tusk_str status;
} pid_file;

static const char *data_file(tusk_arena *arena, const tusk_place *place, const char *name)
{
    return tusk_path_join(arena, place->pgdata, name).ptr;
}

static pid_file read_pid_file(tusk_arena *arena, const tusk_place *place)
{
    pid_file file = { 0 };
    tusk_str rest;
    const char *path = data_file(arena, place, "postmaster.pid");
    if (!path || tusk_file_read(arena, path, PID_FILE_MAX, &rest, NULL)) return file;
    for (int number = 1; rest.ptr; number++) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n'));
        long long pid = 0;
        if (number == 1 && tusk_str_to_int(line, 1, INT32_MAX, &pid)) file.pid = (pid_t)pid;
        if (number == 5 && line.len) file.socket_dir = tusk_arena_str(arena, line).ptr;
        if (number == 8) file.status = line;
    }
    return file;
}

/* A process of this very server: a postgres whose working folder is our data. A recycled process
 * number, a zombie and a person's shell in that folder are none. */
static bool is_ours(const struct stat *data, const char *pid)
{
    char path[64], program[512];
    struct stat cwd;
    snprintf(path, sizeof path, "/proc/%s/cwd", pid);
    if (stat(path, &cwd) != 0) return false;
    if (cwd.st_ino != data->st_ino || cwd.st_dev != data->st_dev) return false;
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    ssize_t len = readlink(path, program, sizeof program);
    return len > 0 && memmem(program, (size_t)len, "/postgres", 9) != NULL;
}

static bool pid_is_ours(const tusk_place *place, pid_t pid)
{
    char text[16];
    struct stat data;
    if (pid <= 0 || stat(place->pgdata, &data) != 0) return false;
    snprintf(text, sizeof text, "%ld", (long)pid);
    return is_ours(&data, text);
}

/* Counts the processes of the server, sending each `number` unless that is 0. */
static int signal_all(const tusk_place *place, int number)
{
    struct stat data;
    if (stat(place->pgdata, &data) != 0) return 0;
    DIR *processes = opendir("/proc");
    if (!processes) return 0;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(processes));) {
        long long pid = 0;
        if (!tusk_str_to_int(tusk_str_of(entry->d_name), 1, INT32_MAX, &pid)) continue;
        if (!is_ours(&data, entry->d_name)) continue;
        count++;
        if (number) kill((pid_t)pid, number);
    }
    closedir(processes);
    return count;
}

/* "standby" is a replay during which nobody may ask anything: not ready yet. */
static tusk_postmaster_state state_of(tusk_str status)
{
    if (tusk_str_starts(status, TUSK_STR("ready"))) return TUSK_POSTMASTER_READY;
    if (tusk_str_starts(status, TUSK_STR("stopping"))) return TUSK_POSTMASTER_STOPPING;
    return TUSK_POSTMASTER_STARTING;
}

void tusk_postmaster_look(tusk_arena *arena, const tusk_place *place, tusk_postmaster *out)
{
    pid_file file = read_pid_file(arena, place);
    *out = (tusk_postmaster){ TUSK_POSTMASTER_NONE, 0, NULL };
    if (pid_is_ours(place, file.pid)) {
        *out = (tusk_postmaster){ state_of(file.status), file.pid, file.socket_dir };
        return;
    }
    /* the lock tells of every server that Tusk started; /proc of one started by hand and left for
     * dead */
    if (tusk_hold_taken(place->server_lock) || (file.pid && signal_all(place, 0) > 0))
        out->state = TUSK_POSTMASTER_ORPHANS;
}

/* Only when nothing of the server is alive: PostgreSQL itself would be misled by a process number
 * that is in use again, or by a zombie. */
static void remove_stale(tusk_arena *arena, const tusk_place *place)
{
    const char *paths[] = {
        data_file(arena, place, "postmaster.pid"),
        tusk_path_join(arena, place->socket_dir, TUSK_SOCKET_NAME).ptr,
        tusk_path_join(arena, place->socket_dir, TUSK_SOCKET_NAME ".lock").ptr
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i]) unlink(paths[i]);
}

static tusk_status open_log(tusk_arena *arena, const tusk_place *place, int *fd, off_t *size,
                            tusk_error *err)
{
    struct stat info;
    const char *old = tusk_arena_printf(arena, "%s.1", place->log_file).ptr;
    if (old && stat(place->log_file, &info) == 0 && info.st_size > LOG_SIZE_MAX)
        tusk_ignore(rename(place->log_file, old));
    *fd = open(place->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", place->log_file);
    *size = fstat(*fd, &info) == 0 ? info.st_size : 0;
    return TUSK_OK;
}

/* "postgres -D DATA -c NAME=VALUE..."; NULL without memory. */
static const char *const *server_arguments(tusk_arena *arena, const tusk_place *place,
                                           const tusk_programs *programs,
                                           const char *const *settings)
{
    TUSK_VEC(const char *) argv = { 0 };
    const char *program = tusk_path_join(arena, programs->bin, "postgres").ptr;
    if (!program) return NULL;
    tusk_vec_push(arena, &argv, program);
    tusk_vec_push(arena, &argv, "-D");
    tusk_vec_push(arena, &argv, place->pgdata);
    for (; settings && *settings; settings++) {
        tusk_vec_push(arena, &argv, "-c");
        tusk_vec_push(arena, &argv, *settings);
    }
    tusk_vec_push(arena, &argv, NULL);
    return tusk_arena_failed(arena) ? NULL : argv.items;
}

static tusk_status spawn(tusk_arena *arena, const tusk_place *place, const tusk_programs *programs,
                         const char *const *settings, int log_fd, int64_t deadline, tusk_error *err)
{
    int lock = -1;
    const char *const *argv = server_arguments(arena, place, programs, settings);
    if (!argv) return tusk_fail_nomem(err, "a command line");
    tusk_status st = tusk_hold_take(place->server_lock, deadline, &lock, err);
    if (st) return st;
    tusk_child child = { .argv = argv,
                         .env = server_env,
                         .switch_user = place->as_root,
                         .uid = place->uid,
                         .gid = place->gid,
                         .keep_fd = lock };
    st = tusk_child_start(&child, log_fd, err);
    close(lock); /* the server's processes keep it */
    return st;
}

static tusk_status fail_late(const tusk_place *place, tusk_postmaster_state state, tusk_error *err)
{
    if (state == TUSK_POSTMASTER_ORPHANS) {
        tusk_fail(err, TUSK_TIMEOUT, "processes of an earlier PostgreSQL still use \"%s\"",
                  place->pgdata);
        tusk_error_hint(err, "End them (lsof %s shows which), then start again.",
                        place->server_lock);
        return TUSK_TIMEOUT;
    }
    tusk_fail(err, TUSK_TIMEOUT, "PostgreSQL in \"%s\" did not become ready in time", place->base);
    tusk_error_hint(err, "It may still be recovering from a crash: see %s, and try again.",
                    place->log_file);
    return TUSK_TIMEOUT;
}

static tusk_status wait_until_ready(tusk_arena *arena, const tusk_place *place, off_t log_size,
                                    int64_t deadline, tusk_postmaster *out, tusk_error *err)
{
    for (;;) {
        /* first the lock: a server that died between the two looks shows up in the next round */
        bool alive = tusk_hold_taken(place->server_lock);
        tusk_postmaster_look(arena, place, out);
        if (out->state == TUSK_POSTMASTER_READY) return TUSK_OK;
        if (!alive) break;
        if (!tusk_wait_a_little(POLL_MS, deadline)) return fail_late(place, out->state, err);
    }
    tusk_fail(err, TUSK_IO, "PostgreSQL did not start in \"%s\"", place->base);
    tusk_reason_add_log(arena, place->log_file, log_size, err);
    return TUSK_IO;
}

tusk_status tusk_postmaster_run(tusk_arena *arena, const tusk_place *place,
                                const tusk_programs *programs, const char *const *settings,
                                int64_t deadline, tusk_postmaster *out, tusk_error *err)
{
    int log_fd = -1;
    off_t log_size = 0;
    tusk_status st = open_log(arena, place, &log_fd, &log_size, err);
    if (st) return st;
    st = spawn(arena, place, programs, settings, log_fd, deadline, err);
    close(log_fd);
    if (st) return st;
    return wait_until_ready(arena, place, log_size, deadline, out, err);
}

static tusk_status start(tusk_arena *arena, const tusk_place *place, const tusk_programs *programs,
                         int64_t deadline, tusk_postmaster *out, tusk_error *err)
{
    remove_stale(arena, place);
    tusk_status st = tusk_place_make_socket_dir(place, err);
    if (st == TUSK_OK) st = tusk_make_settings(arena, place, programs, err);
    return st ? st : tusk_postmaster_run(arena, place, programs, NULL, deadline, out, err);
}

tusk_status tusk_postmaster_ensure(tusk_arena *arena, const tusk_place *place,
                                   const tusk_programs *programs, int64_t deadline,
                                   const tusk_log *log, tusk_postmaster *out, tusk_error *err)
{
    int64_t patience = tusk_deadline_in(ORPHAN_GRACE_MS);
    for (;;) {
        tusk_postmaster_look(arena, place, out);
        if (out->state == TUSK_POSTMASTER_READY) return TUSK_OK;
        if (out->state == TUSK_POSTMASTER_NONE) break;
        if (out->state == TUSK_POSTMASTER_ORPHANS && tusk_deadline_left(patience) == 0) {
            tusk_log_write(log, TUSK_LOG_WARN, "ending processes that a crashed PostgreSQL left",
                           NULL);
            signal_all(place, SIGQUIT);
            patience = tusk_deadline_in(ORPHAN_GRACE_MS);
        }
        if (!tusk_wait_a_little(POLL_MS, deadline)) return fail_late(place, out->state, err);
    }
    tusk_status st = start(arena, place, programs, deadline, out, err);
    if (st == TUSK_OK)
        tusk_log_write(
            log, TUSK_LOG_INFO, "PostgreSQL started",
            TUSK_FIELDS(tusk_field_cstr("data", place->pgdata), tusk_field_int("pid", out->pid)));
    return st;
}

static bool wait_until_gone(tusk_arena *arena, const tusk_place *place, int ms)
{
    int64_t deadline = tusk_deadline_in(ms);
    tusk_postmaster now;
    for (;;) {
        tusk_postmaster_look(arena, place, &now);
        if (now.state == TUSK_POSTMASTER_NONE) return true;
        if (!tusk_wait_a_little(POLL_MS, deadline)) return false;
    }
}

static void tidy(tusk_arena *arena, const tusk_place *place)
{
    remove_stale(arena, place);
    if (place->socket_dir_is_ours) tusk_ignore(rmdir(place->socket_dir));
}

tusk_status tusk_postmaster_stop(tusk_arena *arena, const tusk_place *place, const tusk_log *log,
                                 tusk_error *err)
{
    tusk_postmaster now;
    tusk_postmaster_look(arena, place, &now);
    if (now.pid && kill(now.pid, SIGINT) != 0 && errno != ESRCH)
        return tusk_fail_errno(err, "could not stop PostgreSQL (process %ld)", (long)now.pid);
    bool gone = wait_until_gone(arena, place, now.pid ? FAST_STOP_MS : ORPHAN_GRACE_MS);
    if (!gone) {
        tusk_log_write(log, TUSK_LOG_WARN, "PostgreSQL does not stop: ending it at once", NULL);
        signal_all(place, SIGQUIT);
        gone = wait_until_gone(arena, place, IMMEDIATE_MS);
    }
    if (!gone)
        return tusk_fail(err, TUSK_TIMEOUT, "PostgreSQL in \"%s\" does not stop", place->base);
    tidy(arena, place);
    if (now.pid)
        tusk_log_write(log, TUSK_LOG_INFO, "PostgreSQL stopped",
                       TUSK_FIELDS(tusk_field_cstr("data", place->pgdata)));
    return TUSK_OK;
}
