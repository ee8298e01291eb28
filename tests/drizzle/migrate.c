/* migrate.c - our half of the comparison with drizzle, answering in JSON: holds a private
 * PostgreSQL, applies a folder, lists what is pending, generates, drops and moves migrations */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tusk/cluster.h"
#include "tusk/history.h"
#include "tusk/migrate.h"
#include "tusk/server.h"

static json_t *text(tusk_str s)
{
    return json_stringn(s.ptr ? s.ptr : "", s.len);
}

static int print(json_t *answer)
{
    int failed = json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(answer);
    return failed != 0 || fflush(stdout) != 0;
}

static int explain(const tusk_error *err)
{
    fprintf(stderr, "%s\n%s\n%s\n", err->message, err->detail, err->hint);
    return 1;
}

/* The server runs until standard input ends, so also when the test is killed. */
static int hold(const char *data_dir)
{
    tusk_cluster *cluster = NULL;
    tusk_error err;
    tusk_cluster_options options = { .data_dir = data_dir, .database = "tusk_test" };
    char byte;
    if (tusk_cluster_open(&options, &cluster, &err) != TUSK_OK) return explain(&err);
    const tusk_server *server = tusk_cluster_server(cluster);
    int result = print(json_pack("{s:s, s:i, s:s, s:s, s:s}", "host", server->host, "port",
                                 server->port ? server->port : 5432, "database", server->database,
                                 "user", server->user, "password", server->password));
    while (result == 0 && read(0, &byte, 1) > 0) continue;
    tusk_cluster_close(cluster);
    return result;
}

/* The database that POSTGRES_* names. */
static tusk_status connect_to(tusk_arena *arena, tusk_conn **out, tusk_error *err)
{
    const tusk_env *env = NULL;
    tusk_server server = { 0 };
    bool configured = false;
    tusk_status st = tusk_env_read(arena, NULL, &env, err);
    if (st == TUSK_OK) st = tusk_server_from_env(arena, env, &configured, &server, err);
    if (st != TUSK_OK) return st;
    if (!configured) return tusk_fail(err, TUSK_INVALID, "POSTGRES_HOST is not set");
    return tusk_conn_open(&server, 10000, out, err);
}

static tusk_status up(tusk_conn *conn, const char *folder, json_t **answer, tusk_error *err)
{
    int applied = 0;
    tusk_status st = tusk_migrate_up(conn, folder, NULL, &applied, err);
    *answer = json_pack("{s:i}", "applied", applied);
    return st;
}

static tusk_status look(tusk_conn *conn, tusk_arena *arena, const char *folder, json_t **answer,
                        tusk_error *err)
{
    static const char *const states[] = { "pending", "running", "applied",
                                          "changed", "failed",  "missing" };
    tusk_migration_list list = { 0 };
    tusk_status st = tusk_migrate_look(conn, arena, folder, &list, err);
    *answer = json_array();
    for (size_t i = 0; st == TUSK_OK && i < list.count; i++) {
        const tusk_migration *one = &list.items[i];
        json_array_append_new(*answer, json_pack("{s:o, s:s, s:o, s:I}", "tag", text(one->tag),
                                                 "state", states[one->state], "hash",
                                                 text(one->hash), "when", (json_int_t)one->when));
    }
    return st;
}

static tusk_status generate(tusk_arena *arena, char **argv, json_t **answer, tusk_error *err)
{
    tusk_generate_options options = { .schema = argv[2],
                                      .folder = argv[3],
                                      .name = argv[4],
                                      .custom = strcmp(argv[1], "custom") == 0 };
    tusk_generated made = { 0 };
    tusk_status st = tusk_generate(arena, &options, &made, err);
    *answer = json_pack("{s:b, s:o, s:o}", "changed", made.changed, "tag", text(made.tag), "sql",
                        text(made.sql));
    return st;
}

static tusk_status squash(tusk_arena *arena, const char *folder, json_t **answer, tusk_error *err)
{
    tusk_squashed made = { 0 };
    tusk_status st = tusk_squash(arena, folder, NULL, NULL, &made, err);
    *answer = json_pack("{s:o}", "tag", text(made.tag));
    return st;
}

static tusk_status drop(tusk_arena *arena, const char *folder, json_t **answer, tusk_error *err)
{
    tusk_dropped dropped = { 0 };
    tusk_status st = tusk_migrate_drop(NULL, arena, folder, NULL, &dropped, err);
    *answer = json_pack("{s:o}", "tag", text(dropped.tag));
    return st;
}

static tusk_status rebase(tusk_arena *arena, char **argv, json_t **answer, tusk_error *err)
{
    tusk_rebased_list moved = { 0 };
    tusk_status st = tusk_rebase(arena, argv[2], argv[3], &moved, err);
    *answer = json_array();
    for (size_t i = 0; i < moved.count; i++) {
        json_array_append_new(*answer, text(moved.items[i].tag));
    }
    return st;
}

static tusk_status changes(tusk_arena *arena, char **argv, json_t **answer, tusk_error *err)
{
    tusk_changes found = { 0 };
    tusk_status st = tusk_changes_between(arena, argv[2], argv[3], NULL, &found, err);
    *answer = json_pack("{s:o}", "sql", text(found.sql));
    return st;
}

static int run(char **argv)
{
    tusk_error err;
    tusk_conn *conn = NULL;
    json_t *answer = NULL;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_status st = TUSK_OK;
    if (strcmp(argv[1], "changes") == 0) {
        st = changes(arena, argv, &answer, &err);
    } else if (strcmp(argv[1], "squash") == 0) {
        st = squash(arena, argv[2], &answer, &err);
    } else if (strcmp(argv[1], "drop") == 0) {
        st = drop(arena, argv[2], &answer, &err);
    } else if (strcmp(argv[1], "rebase") == 0) {
        st = rebase(arena, argv, &answer, &err);
    } else if (argv[2] && argv[3]) {
        st = generate(arena, argv, &answer, &err);
    } else {
        st = connect_to(arena, &conn, &err);
        if (st == TUSK_OK && strcmp(argv[1], "up") == 0)
            st = up(conn, argv[2], &answer, &err);
        else if (st == TUSK_OK)
            st = look(conn, arena, argv[2], &answer, &err);
    }
    int result = st == TUSK_OK ? print(answer) : explain(&err);
    if (st != TUSK_OK) json_decref(answer);
    tusk_conn_close(conn);
    tusk_arena_free(arena);
    return result;
}

int main(int argc, char **argv)
{
    bool hold_it = argc == 3 && strcmp(argv[1], "hold") == 0;
    bool apply = argc == 3 && (strcmp(argv[1], "up") == 0 || strcmp(argv[1], "look") == 0 ||
                               strcmp(argv[1], "squash") == 0 || strcmp(argv[1], "drop") == 0);
    bool make = argc == 5 && (strcmp(argv[1], "generate") == 0 || strcmp(argv[1], "custom") == 0);
    bool compare = argc == 4 && (strcmp(argv[1], "changes") == 0 || strcmp(argv[1], "rebase") == 0);
    if (hold_it) return hold(argv[2]);
    if (apply || make || compare) return run(argv);
    fputs("usage: drizzle-migrate hold DATA_DIR\n"
          "       drizzle-migrate up|look|squash|drop FOLDER\n"
          "       drizzle-migrate rebase FOLDER TAG\n"
          "       drizzle-migrate generate|custom SCHEMA FOLDER NAME\n"
          "       drizzle-migrate changes SNAPSHOT SNAPSHOT\n",
          stderr);
    return 2;
}
