/* teams.c - the README's program: a table declared in teams.def, one typed query, its rows printed.
 * Connects to the server of POSTGRES_*, else to the private PostgreSQL; run `tusk generate` and
 * `tusk up` first. */
#include <stdio.h>

#define TUSK_SCHEMA "examples/teams.def"
#include "tusk/define.h"
#include "tusk/tusk.h"

static tusk_status print_teams(const tusk_server *server, tusk_arena *a, tusk_error *err)
{
    tusk_conn *conn = NULL;
    teams_rows rows = { 0 };
    tusk_status st = tusk_conn_open(server, 2000, &conn, err);
    if (!st)
        st = tusk_fetch(conn, a,
                        tusk_select(a, teams, .where = TUSK_LIST(tusk_eq(teams.is_default, true)),
                                    .order = TUSK_ORDER(tusk_asc(teams.name)), .limit = 20),
                        &rows, err);
    for (size_t i = 0; i < rows.count; i++) printf("%s\n", rows.items[i].name.ptr);
    tusk_conn_close(conn);
    return st;
}

int main(void)
{
    tusk_arena *a = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_server server = { 0 };
    tusk_cluster *cluster = NULL;
    const tusk_env *env = NULL;
    bool configured = false;
    tusk_status st = tusk_env_read(a, NULL, &env, &err);
    if (!st) st = tusk_server_from_env(a, env, &configured, &server, &err);
    if (!st && !configured) {
        st = tusk_cluster_open(&(tusk_cluster_options){ 0 }, &cluster, &err);
        if (!st) server = *tusk_cluster_server(cluster);
    }
    if (!st) st = print_teams(&server, a, &err);
    if (st) fprintf(stderr, "error: %s\n%s\n", err.message, err.hint);
    tusk_cluster_close(cluster);
    tusk_arena_free(a);
    return st ? 1 : 0;
}
