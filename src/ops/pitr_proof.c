/* pitr_proof.c - the restored folder is proven by a server of its own that replays the log up to
 * the moment, listens where nobody else looks, and stops again */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/ops/pitr.h"
#include "src/ops/stats_row.h"
#include "tusk/file.h"

#include "src/base/banned.h"

/* It neither archives (the real server will, under the right name), nor is reached by others, nor
 * writes where the real one does. Without queries meanwhile it is ready when the replay is over. */
static const char *const settings_always[] = {
    "listen_addresses=",      "port=5432",       "unix_socket_permissions=0700",
    "archive_command=",       "ssl=off",         "logging_collector=off",
    "log_destination=stderr", "hot_standby=off", "shared_buffers=128MB",
    "autovacuum=off",
};

#define REMOVE_MS 60000

typedef TUSK_VEC(const char *) strings;

static void add_setting(tusk_arena *arena, strings *out, const char *name, const char *value)
{
    tusk_str text = tusk_arena_printf(arena, "%s=%s", name, value);
    if (text.ptr) tusk_vec_push(arena, out, text.ptr);
}

static const char *const *settings_of(tusk_arena *arena, const tusk_pitr_proof *proof,
                                      const char *hba)
{
    strings out = { 0 };
    if (proof->config_file) {
        add_setting(arena, &out, "config_file", proof->config_file);
        add_setting(arena, &out, "data_directory", proof->place.pgdata);
    }
    for (size_t i = 0; i < sizeof settings_always / sizeof *settings_always; i++)
        tusk_vec_push(arena, &out, settings_always[i]);
    add_setting(arena, &out, "unix_socket_directories", proof->place.socket_dir);
    add_setting(arena, &out, "hba_file", hba);
    add_setting(arena, &out, "external_pid_file",
                tusk_arena_printf(arena, "%s/pid", proof->place.socket_dir).ptr);
    tusk_vec_push(arena, &out, NULL);
    return out.items;
}

/* "proof" beside the copy's lock, or below /tmp where that name is too long for a socket. */
static tusk_status name_room(tusk_arena *arena, tusk_pitr_proof *proof, tusk_error *err)
{
    char name[] = "/tmp/tusk-proof-XXXXXX";
    const char *room = tusk_path_join(arena, proof->place.base, "proof").ptr;
    if (!room) return tusk_fail_nomem(err, "a folder");
    tusk_status st = tusk_make_remove_tree(arena, room, tusk_deadline_in(REMOVE_MS), err);
    if (st) return st;
    if (strlen(room) + 1 + strlen(TUSK_SOCKET_NAME) <= TUSK_SOCKET_PATH_MAX) {
        proof->place.socket_dir = room;
        if (mkdir(room, 0700) == 0) return TUSK_OK;
        return tusk_fail_errno(err, "could not make \"%s\"", room);
    }
    if (!mkdtemp(name)) return tusk_fail_errno(err, "could not make a folder in /tmp");
    proof->place.socket_dir = tusk_arena_str(arena, tusk_str_of(name)).ptr;
    return proof->place.socket_dir ? TUSK_OK : tusk_fail_nomem(err, "a folder");
}

static void clear_room(const tusk_pitr_proof *proof, const char *hba)
{
    if (hba) unlink(hba);
    tusk_ignore(rmdir(proof->place.socket_dir));
}

/* A folder that only root and the server's user can enter: whoever can reach the socket in it is
 * trusted, for the passwords of that moment need not be today's. */
static tusk_status make_room(tusk_arena *arena, tusk_pitr_proof *proof, const char **hba,
                             tusk_error *err)
{
    tusk_status st = name_room(arena, proof, err);
    if (st) return st;
    *hba = tusk_path_join(arena, proof->place.socket_dir, "hba").ptr;
    if (!*hba) st = tusk_fail_nomem(err, "a folder");
    if (st == TUSK_OK) st = tusk_file_replace(*hba, TUSK_STR("local all all trust\n"), 0600, err);
    if (st == TUSK_OK) st = tusk_pitr_give(&proof->place, *hba, err);
    if (st == TUSK_OK) st = tusk_pitr_give(&proof->place, proof->place.socket_dir, err);
    if (st) clear_room(proof, *hba);
    return st;
}

static tusk_status drop_targets(tusk_conn *conn, tusk_arena *arena, tusk_error *err)
{
    static const char *const statements[] = {
        "alter system reset restore_command",
        "alter system reset recovery_target_time",
        "alter system reset recovery_target_action",
        "alter system reset recovery_target_timeline",
    };
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < sizeof statements / sizeof *statements; i++)
        st = tusk_run(conn, arena, tusk_sql(arena, statements[i], NULL), NULL, err);
    return st;
}

typedef struct ended {
    bool replaying;
    int64_t reached;
    int timeline;
} ended;

static tusk_status ask(tusk_conn *conn, tusk_arena *arena, tusk_pitr_proof *proof, tusk_error *err)
{
    static const tusk_ops_column columns[] = { TUSK_OPS_COLUMN(ended, replaying),
                                               TUSK_OPS_COLUMN(ended, reached),
                                               TUSK_OPS_COLUMN(ended, timeline) };
    static const char sql[] =
        "select pg_catalog.pg_is_in_recovery(),\n"
        "  " TUSK_OPS_TIME_SQL(
            "pg_catalog.pg_last_xact_replay_timestamp()") ",\n"
                                                          "  ('x' || "
                                                          "left(pg_catalog.pg_walfile_name(pg_"
                                                          "catalog.pg_current_wal_lsn()), 8))"
                                                          "::bit(32)::int";
    const tusk_ops_question question = TUSK_OPS_QUESTION(ended, sql, columns);
    ended *rows = NULL;
    size_t count = 0;
    tusk_status st = tusk_ops_ask(conn, arena, &question, NULL, &rows, &count, err);
    if (st) return st;
    if (count != 1 || rows->replaying)
        return tusk_fail(err, TUSK_IO, "the restored server did not end its recovery");
    proof->reached.us = rows->reached;
    proof->timeline = rows->timeline;
    return TUSK_OK;
}

static tusk_status look_inside(tusk_arena *arena, tusk_pitr_proof *proof, tusk_error *err)
{
    const tusk_server server = { .host = proof->place.socket_dir,
                                 .port = TUSK_CLUSTER_PORT,
                                 .database = "postgres",
                                 .user = proof->user,
                                 .tls = TUSK_TLS_OFF };
    tusk_conn *conn = NULL;
    tusk_status st = tusk_conn_open(&server, TUSK_PITR_CONNECT_MS, &conn, err);
    if (st) return st;
    tusk_conn_set_timeout(conn, TUSK_PITR_CONNECT_MS);
    st = ask(conn, arena, proof, err);
    if (st == TUSK_OK) st = drop_targets(conn, arena, err);
    tusk_conn_close(conn);
    return st;
}

static void explain(const tusk_pitr_proof *proof, tusk_error *err)
{
    if (!err) return;
    if (strstr(err->detail, "recovery ended before configured recovery target"))
        tusk_error_hint(err, "The archive ends before that moment: choose an earlier one.");
    tusk_error_prefix(err, "the restored copy in \"%s\"", proof->place.pgdata);
}

tusk_status tusk_pitr_prove(tusk_arena *arena, tusk_pitr_proof *proof, tusk_error *err)
{
    const char *hba = NULL;
    tusk_programs programs;
    tusk_postmaster server;
    tusk_error later;
    tusk_status st = tusk_programs_find(arena, proof->major, proof->deadline, &programs, err);
    if (st == TUSK_OK) st = make_room(arena, proof, &hba, err);
    if (st) return st;
    const char *const *settings = settings_of(arena, proof, hba);
    unlink(proof->place.log_file); /* of an earlier restore */
    if (tusk_arena_failed(arena))
        st = tusk_fail_nomem(err, "the settings of a server");
    else
        st = tusk_postmaster_run(arena, &proof->place, &programs, settings, proof->deadline,
                                 &server, err);
    if (st == TUSK_OK) st = look_inside(arena, proof, err);
    if (st) explain(proof, err);
    tusk_status stopped = tusk_postmaster_stop(arena, &proof->place, NULL, &later);
    if (st == TUSK_OK && stopped != TUSK_OK) {
        st = stopped;
        if (err) *err = later;
    }
    clear_room(proof, hba);
    return st;
}
