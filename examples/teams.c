/* teams.c - the README's program: a table declared in teams.def, made by its migrations, one typed
 * query, its rows printed. The README says how the migrations are generated. */
#include <stdio.h>

#define TUSK_SCHEMA "examples/teams.def"
#include "tusk/define.h"
#include "tusk/tusk.h"

int main(void)
{
    tusk_arena *a = tusk_arena_new(0);
    tusk_error err;
    tusk_cluster *cluster = NULL; /* the private PostgreSQL, unless POSTGRES_* name another */
    tusk_cluster_options options = { .database = "teams" };
    tusk_server server;
    tusk_conn *conn = NULL;
    teams_rows rows = { 0 };
    tusk_status st = tusk_server_find(a, NULL, &options, &cluster, &server, &err);
    if (!st) st = tusk_conn_open(&server, 2000, &conn, &err);
    if (!st) st = tusk_migrate_up(conn, "migrations", NULL, NULL, &err);
    if (!st)
        st = tusk_fetch(conn, a,
                        tusk_select(a, teams, .where = TUSK_LIST(tusk_eq(teams.is_default, true)),
                                    .order = TUSK_ORDER(tusk_asc(teams.name)), .limit = 20),
                        &rows, &err);
    for (size_t i = 0; i < rows.count; i++) printf("%s\n", rows.items[i].name.ptr);
    if (st) fprintf(stderr, "teams: %s\n", TUSK_ERROR_TEXT(&err));
    tusk_conn_close(conn);
    tusk_cluster_close(cluster);
    tusk_arena_free(a);
    return st ? 1 : 0;
}
