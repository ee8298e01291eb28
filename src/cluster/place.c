/* place.c - where a private PostgreSQL keeps its data and its socket, and whose they are */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/file.h"

#include "src/base/banned.h"

static const char *env_path(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL; /* the XDG rules: a relative one is ignored */
}

bool tusk_place_find_user(tusk_arena *arena, const char *name, uid_t uid, struct passwd *out)
{
    enum { ROOM = 16 << 10 };
    struct passwd *found = NULL;
    char *room = tusk_arena_alloc(arena, ROOM);
    if (!room) return false;
    if (name)
        getpwnam_r(name, out, room, ROOM, &found);
    else
        getpwuid_r(uid, out, room, ROOM, &found);
    return found != NULL;
}

static const char *home_folder(tusk_arena *arena)
{
    struct passwd me;
    const char *home = env_path("HOME");
    if (home) return home;
    return tusk_place_find_user(arena, NULL, getuid(), &me) ? me.pw_dir : NULL;
}

static const char *default_base(tusk_arena *arena)
{
    if (geteuid() == 0) return "/var/lib/tusk";
    const char *data = env_path("XDG_DATA_HOME");
    if (data) return tusk_path_join(arena, data, "tusk").ptr;
    const char *home = home_folder(arena);
    return home ? tusk_path_join(arena, home, ".local/share/tusk").ptr : NULL;
}

/* The absolute name with no links in the part of it that exists: two ways to write one folder,
 * before and after it is made, give one name. Lifetime: the arena. */
static const char *canonical(tusk_arena *arena, const char *path)
{
    char real[PATH_MAX], here[PATH_MAX];
    if (path[0] != '/') {
        if (!getcwd(here, sizeof here)) return NULL;
        path = tusk_path_join(arena, here, path).ptr;
        if (!path) return NULL;
    }
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') end--;
    const char *whole = tusk_arena_str(arena, (tusk_str){ path, end }).ptr;
    for (size_t cut = end; whole && cut > 0; cut--) {
        if (cut < end && path[cut] != '/') continue;
        const char *above = tusk_arena_str(arena, (tusk_str){ path, cut }).ptr;
        if (!above || !realpath(above, real)) continue;
        return tusk_arena_printf(arena, "%s%s", real, whole + cut).ptr;
    }
    return whole;
}

/* FNV-1a: only has to tell the data folders of one machine apart. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static bool socket_fits(const char *folder)
{
    return strlen(folder) + 1 + strlen(TUSK_SOCKET_NAME) <= TUSK_SOCKET_PATH_MAX;
}

static const char *socket_folder(tusk_arena *arena, const char *run, const char *base, bool shared)
{
    if (!shared) return tusk_path_join(arena, run, "tusk").ptr;
    return tusk_arena_printf(arena, "%s/tusk-%016llx", run, (unsigned long long)hash_text(base))
        .ptr;
}

/* Sockets go to the run-time folder of the machine or of the user; where there is none that can be
 * written or its name is too long, to a short folder of our own under /tmp. */
static void choose_socket_dir(tusk_arena *arena, bool explicit_base, tusk_place *place)
{
    place->socket_dir_is_ours = explicit_base;
    const char *run = geteuid() == 0 ? "/run" : env_path("XDG_RUNTIME_DIR");
    if (run && access(run, W_OK | X_OK) == 0) {
        place->socket_dir = socket_folder(arena, run, place->base, explicit_base);
        if (!place->socket_dir || socket_fits(place->socket_dir)) return;
    }
    run = tusk_arena_printf(arena, "/tmp/tusk-%ld", (long)geteuid()).ptr;
    if (run) place->socket_dir = socket_folder(arena, run, place->base, explicit_base);
}

/* Anybody but root. */
static bool take_user(tusk_arena *arena, const char *name, uid_t uid, tusk_place *place)
{
    struct passwd user;
    if (!tusk_place_find_user(arena, name, uid, &user) || user.pw_uid == 0) return false;
    place->uid = user.pw_uid;
    place->gid = user.pw_gid;
    place->user = user.pw_name;
    return true;
}

/* PostgreSQL refuses to run as root: data that exist keep their owner, new ones belong to postgres
 * or nobody. */
tusk_status tusk_place_choose_user(tusk_arena *arena, tusk_place *place, tusk_error *err)
{
    place->as_root = geteuid() == 0;
    place->uid = geteuid();
    place->gid = getegid();
    place->user = "you";
    if (!place->as_root) return TUSK_OK;
    struct stat info;
    if (stat(place->pgdata, &info) == 0) {
        if (take_user(arena, NULL, info.st_uid, place)) return TUSK_OK;
        tusk_fail(err, TUSK_IO, "\"%s\" belongs to root or to an unknown user", place->pgdata);
        tusk_error_hint(err, "Give it to the user postgres: chown -R postgres: %s", place->pgdata);
        return TUSK_IO;
    }
    if (take_user(arena, "postgres", 0, place)) return TUSK_OK;
    if (take_user(arena, "nobody", 0, place)) return TUSK_OK;
    tusk_fail(err, TUSK_IO, "there is no unprivileged user to run PostgreSQL as");
    tusk_error_hint(err, "Install the package postgresql, which adds the user postgres.");
    return TUSK_IO;
}

static void name_files(tusk_arena *arena, tusk_place *place)
{
    place->pgdata = tusk_path_join(arena, place->base, "pg").ptr;
    place->partial = tusk_path_join(arena, place->base, "pg.partial").ptr;
    place->password_file = tusk_path_join(arena, place->base, "password").ptr;
    place->log_file = tusk_path_join(arena, place->base, "server.log").ptr;
    place->conf_file = tusk_path_join(arena, place->base, "tusk.conf").ptr;
    place->lock_file = tusk_path_join(arena, place->base, "lock").ptr;
    place->server_lock = tusk_path_join(arena, place->base, "server.lock").ptr;
    place->holders = tusk_path_join(arena, place->base, "holders").ptr;
    place->stay = tusk_path_join(arena, place->base, "stay").ptr;
}

tusk_status tusk_place_find(tusk_arena *arena, const char *data_dir, tusk_place *out,
                            tusk_error *err)
{
    *out = (tusk_place){ 0 };
    const char *standard = default_base(arena);
    const char *asked = data_dir ? data_dir : getenv("TUSK_DATA_DIR");
    if (!asked || !asked[0]) asked = standard;
    if (!asked) {
        tusk_fail(err, TUSK_IO, "there is no home folder to keep the database in");
        tusk_error_hint(err, "Set TUSK_DATA_DIR to a folder of yours.");
        return TUSK_IO;
    }
    out->base = canonical(arena, asked);
    if (!out->base) return tusk_fail_nomem(err, "the name of the data folder");
    bool explicit_base = !standard || strcmp(out->base, standard) != 0;
    name_files(arena, out);
    choose_socket_dir(arena, explicit_base, out);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the names of the data folder");
    return tusk_place_choose_user(arena, out, err);
}

/* True for an empty folder and for one that Tusk has used before. */
static bool folder_is_ours(const tusk_place *place)
{
    if (tusk_file_exists(place->lock_file)) return true;
    DIR *folder = opendir(place->base);
    if (!folder) return false;
    bool empty = true;
    for (struct dirent *entry; empty && (entry = readdir(folder));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(folder);
    return empty;
}

/* As root the server's user has to pass through the data folder (it sees nothing else in it). */
static void open_the_way(const tusk_place *place)
{
    struct stat info;
    if (!place->as_root || stat(place->base, &info) != 0) return;
    if (info.st_uid != 0 || (info.st_mode & S_IXOTH) || !folder_is_ours(place)) return;
    tusk_ignore(chmod(place->base, (info.st_mode | S_IXGRP | S_IXOTH) & 07777));
}

tusk_status tusk_place_make(const tusk_place *place, tusk_error *err)
{
    tusk_status st = tusk_folder_make(place->base, place->as_root ? 0755 : 0700, err);
    if (st) return st;
    open_the_way(place);
    if (access(place->base, W_OK | X_OK) != 0) {
        tusk_fail_errno(err, "could not write to the data folder \"%s\"", place->base);
        tusk_error_hint(err, "Set TUSK_DATA_DIR to a folder that you may write to.");
        return TUSK_IO;
    }
    if (place->as_root && !tusk_child_can_enter(place->base, place->uid, place->gid)) {
        tusk_fail(err, TUSK_IO, "the user %s, who runs PostgreSQL, may not enter \"%s\"",
                  place->user, place->base);
        tusk_error_hint(err,
                        "Let others pass through it and every folder above it (chmod o+x), or set "
                        "TUSK_DATA_DIR to a folder outside root's home.");
        return TUSK_IO;
    }
    return tusk_folder_make(place->holders, 0700, err);
}

/* A folder in /tmp could be somebody else's: ours alone will do, and never a link. */
static tusk_status check_own_folder(const char *path, const tusk_place *place, mode_t mode,
                                    tusk_error *err)
{
    struct stat info;
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return tusk_fail_errno(err, "could not create the folder \"%s\"", path);
    if (lstat(path, &info) != 0) return tusk_fail_errno(err, "could not look at \"%s\"", path);
    bool ours = info.st_uid == geteuid() || (place->as_root && info.st_uid == place->uid);
    if (!S_ISDIR(info.st_mode) || !ours)
        return tusk_fail(err, TUSK_IO, "\"%s\" is there but is not a folder of ours", path);
    if (chmod(path, mode) != 0) return tusk_fail_errno(err, "could not change \"%s\"", path);
    return TUSK_OK;
}

tusk_status tusk_place_make_socket_dir(const tusk_place *place, tusk_error *err)
{
    if (!socket_fits(place->socket_dir)) {
        tusk_fail(err, TUSK_IO, "the socket path \"%s/%s\" is longer than %d bytes",
                  place->socket_dir, TUSK_SOCKET_NAME, TUSK_SOCKET_PATH_MAX);
        tusk_error_hint(err, "Set XDG_RUNTIME_DIR to a folder with a shorter name.");
        return TUSK_IO;
    }
    char above[TUSK_SOCKET_PATH_MAX + 1];
    const char *slash = strrchr(place->socket_dir, '/');
    snprintf(above, sizeof above, "%.*s", (int)(slash - place->socket_dir), place->socket_dir);
    tusk_status st = TUSK_OK;
    if (tusk_str_starts(tusk_str_of(above), TUSK_STR("/tmp/")))
        st = check_own_folder(above, place, place->as_root ? 0711 : 0700, err);
    if (st == TUSK_OK) st = check_own_folder(place->socket_dir, place, 0700, err);
    if (st) return st;
    if (place->as_root && lchown(place->socket_dir, place->uid, place->gid) != 0)
        return tusk_fail_errno(err, "could not give \"%s\" to %s", place->socket_dir, place->user);
    return TUSK_OK;
}
