/* cluster.c - the private PostgreSQL as programs use it: open, look, start, stop, the last one out
 */
#include <string.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define START_TIMEOUT_MS  60000
#define CLOSE_TIMEOUT_MS  60000
#define DATABASE_DEFAULT  "deploystack"
#define DATABASE_NAME_MAX 63

struct tusk_cluster {
    tusk_arena *arena; /* holds this struct too */
    tusk_place place;
    tusk_server server;
    const tusk_log *log;
    int hold; /* our locked file in holders/, -1: none */
    const char *hold_path;
};

static tusk_status check_database_name(const char *name, tusk_error *err)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = strlen(name);
    if (len > 0 && len <= DATABASE_NAME_MAX && strspn(name, allowed) == len) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "a private database cannot be named \"%.80s\"", name);
    tusk_error_hint(err, "Use 1 to %d letters, digits, \"_\" and \"-\".", DATABASE_NAME_MAX);
    return TUSK_INVALID;
}

static tusk_status make_when_missing(tusk_arena *arena, const tusk_place *place,
                                     const tusk_log *log, int64_t deadline, tusk_programs *programs,
                                     tusk_error *err)
{
    int major = 0, lock = -1;
    tusk_status st = tusk_make_version(arena, place, &major, err);
    if (st == TUSK_OK) st = tusk_programs_find(arena, major, deadline, programs, err);
    if (st || major) return st;
    tusk_log_write(log, TUSK_LOG_INFO, "creating a private PostgreSQL",
                   TUSK_FIELDS(tusk_field_cstr("data", place->pgdata),
                               tusk_field_int("major", programs->major)));
    /* handed on to initdb: one that outlives its starter is waited out here */
    st = tusk_hold_take(place->server_lock, deadline, &lock, err);
    if (st) return st;
    st = tusk_make_cluster(arena, place, programs, lock, deadline, err);
    close(lock);
    return st;
}

/* A data folder that was to be exchanged for another: one of them is in its place afterwards. */
static tusk_status settle(tusk_cluster *cluster, tusk_error *err)
{
    bool found = false;
    tusk_status st = tusk_swap_end_copy(cluster->arena, &cluster->place, err);
    if (st == TUSK_OK) st = tusk_swap_settle(cluster->arena, &cluster->place, &found, err);
    if (st == TUSK_OK && found)
        tusk_log_write(cluster->log, TUSK_LOG_WARN, "settled a change of data that was cut short",
                       TUSK_FIELDS(tusk_field_cstr("data", cluster->place.pgdata)));
    return st;
}

/* With BASE/lock taken: from whatever is there to a server that we hold. */
static tusk_status bring_up(tusk_cluster *cluster, const char *database, int64_t deadline,
                            tusk_error *err)
{
    tusk_arena *arena = cluster->arena;
    tusk_programs programs = { 0 };
    tusk_postmaster server = { 0 };
    const char *password = NULL;
    tusk_status st = settle(cluster, err);
    if (st == TUSK_OK)
        st = make_when_missing(arena, &cluster->place, cluster->log, deadline, &programs, err);
    if (st == TUSK_OK) st = tusk_make_read_password(arena, &cluster->place, &password, err);
    if (st == TUSK_OK)
        st = tusk_hold_register(arena, &cluster->place, &cluster->hold, &cluster->hold_path, err);
    if (st == TUSK_OK)
        st = tusk_postmaster_ensure(arena, &cluster->place, &programs, deadline, cluster->log,
                                    &server, err);
    if (st) return st;
    const char *socket_dir = server.socket_dir ? server.socket_dir : cluster->place.socket_dir;
    st = tusk_make_database(arena, &cluster->place, &programs, socket_dir, database, deadline, err);
    if (st) return st;
    cluster->server = (tusk_server){ .host = socket_dir,
                                     .port = TUSK_CLUSTER_PORT,
                                     .database = tusk_arena_str(arena, tusk_str_of(database)).ptr,
                                     .user = TUSK_CLUSTER_USER,
                                     .password = password,
                                     .tls = TUSK_TLS_OFF };
    return cluster->server.database ? TUSK_OK : tusk_fail_nomem(err, "a database name");
}

static void let_go(tusk_cluster *cluster)
{
    if (cluster->hold < 0) return;
    unlink(cluster->hold_path);
    close(cluster->hold);
    cluster->hold = -1;
}

/* With BASE/lock taken, so that nobody comes in between the count and the end. */
static void stop_when_last(tusk_cluster *cluster)
{
    tusk_error err;
    if (tusk_hold_count(&cluster->place, true) > 0 || tusk_file_exists(cluster->place.stay)) return;
    if (tusk_postmaster_stop(cluster->arena, &cluster->place, cluster->log, &err) == TUSK_OK)
        return;
    tusk_log_write(cluster->log, TUSK_LOG_ERROR, "could not stop the private PostgreSQL",
                   TUSK_FIELDS(tusk_field_cstr("reason", err.message)));
}

static tusk_status new_cluster(const tusk_cluster_options *options, tusk_cluster **out,
                               tusk_error *err)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_cluster *cluster = TUSK_NEW(arena, tusk_cluster);
    if (!cluster) {
        tusk_arena_free(arena);
        return tusk_fail_nomem(err, "a cluster");
    }
    cluster->arena = arena;
    cluster->log = options->log;
    cluster->hold = -1;
    tusk_status st = tusk_place_find(arena, options->data_dir, &cluster->place, err);
    if (st == TUSK_OK) st = tusk_place_make(&cluster->place, err);
    if (st)
        tusk_arena_free(arena);
    else
        *out = cluster;
    return st;
}

tusk_status tusk_cluster_open(const tusk_cluster_options *given, tusk_cluster **out,
                              tusk_error *err)
{
    static const tusk_cluster_options none = { 0 };
    const tusk_cluster_options *options = given ? given : &none;
    const char *database = options->database ? options->database : DATABASE_DEFAULT;
    int timeout = options->start_timeout_ms > 0 ? options->start_timeout_ms : START_TIMEOUT_MS;
    int64_t deadline = tusk_deadline_in(timeout);
    tusk_cluster *cluster = NULL;
    int lock = -1;
    tusk_status st = check_database_name(database, err);
    if (st == TUSK_OK) st = new_cluster(options, &cluster, err);
    if (st) return st;
    st = tusk_hold_take(cluster->place.lock_file, deadline, &lock, err);
    if (st == TUSK_OK) {
        st = bring_up(cluster, database, deadline, err);
        /* a server that is late may be recovering: stopped now, it would begin anew each time */
        if (st) let_go(cluster);
        if (st && st != TUSK_TIMEOUT) stop_when_last(cluster);
        close(lock);
    }
    if (st)
        tusk_arena_free(cluster->arena);
    else
        *out = cluster;
    return st;
}

const tusk_server *tusk_cluster_server(const tusk_cluster *cluster)
{
    return &cluster->server;
}

void tusk_cluster_close(tusk_cluster *cluster)
{
    if (!cluster) return;
    int lock = -1;
    tusk_error err;
    tusk_status st =
        tusk_hold_take(cluster->place.lock_file, tusk_deadline_in(CLOSE_TIMEOUT_MS), &lock, &err);
    let_go(cluster);
    if (st == TUSK_OK) {
        stop_when_last(cluster);
        close(lock);
    } else {
        tusk_log_write(cluster->log, TUSK_LOG_ERROR, "could not look after the private PostgreSQL",
                       TUSK_FIELDS(tusk_field_cstr("reason", err.message)));
    }
    tusk_arena_free(cluster->arena);
}

tusk_status tusk_cluster_look(tusk_arena *arena, const char *data_dir, tusk_cluster_status *out,
                              tusk_error *err)
{
    tusk_place place;
    tusk_postmaster server;
    int major = 0;
    *out = (tusk_cluster_status){ 0 };
    tusk_status st = tusk_place_find(arena, data_dir, &place, err);
    if (st == TUSK_OK) st = tusk_make_version(arena, &place, &major, err);
    if (st) return st;
    tusk_postmaster_look(arena, &place, &server);
    out->exists = major != 0;
    out->running = server.pid != 0;
    out->pid = server.pid;
    out->holders = tusk_hold_count(&place, false);
    out->data_dir = tusk_str_of(place.pgdata);
    out->socket_dir = tusk_str_of(server.socket_dir ? server.socket_dir : place.socket_dir);
    out->version = major ? tusk_arena_printf(arena, "%d", major) : TUSK_STR("");
    return out->version.ptr ? TUSK_OK : tusk_fail_nomem(err, "a version");
}

tusk_status tusk_cluster_start(const tusk_cluster_options *options, tusk_error *err)
{
    tusk_cluster *cluster = NULL;
    tusk_status st = tusk_cluster_open(options, &cluster, err);
    if (st) return st;
    st = tusk_file_replace(cluster->place.stay, TUSK_STR("tusk pg stop ends this\n"), 0600, err);
    tusk_cluster_close(cluster);
    return st;
}

/* With BASE/lock taken. */
static tusk_status stop_unless_used(tusk_arena *arena, const tusk_place *place, bool force,
                                    tusk_error *err)
{
    int users = tusk_hold_count(place, true);
    if (users > 0 && !force)
        return tusk_fail(err, TUSK_BUSY, "%d program%s still use%s the private PostgreSQL", users,
                         users == 1 ? "" : "s", users == 1 ? "s" : "");
    if (unlink(place->stay) != 0 && tusk_file_exists(place->stay))
        return tusk_fail_errno(err, "could not remove \"%s\"", place->stay);
    tusk_status st = tusk_swap_end_copy(arena, place, err);
    return st ? st : tusk_postmaster_stop(arena, place, NULL, err);
}

tusk_status tusk_cluster_stop(const char *data_dir, bool force, tusk_error *err)
{
    tusk_place place;
    int lock = -1;
    tusk_arena *arena = tusk_arena_new(0);
    if (!arena) return tusk_fail_nomem(err, "stopping PostgreSQL");
    tusk_status st = tusk_place_find(arena, data_dir, &place, err);
    if (st == TUSK_OK && tusk_file_exists(place.base)) {
        st = tusk_hold_take(place.lock_file, tusk_deadline_in(CLOSE_TIMEOUT_MS), &lock, err);
        if (st == TUSK_OK) st = stop_unless_used(arena, &place, force, err);
        if (lock >= 0) close(lock);
    }
    tusk_arena_free(arena);
    return st;
}
