/* cmd_drop.c - tusk drop: a migration that is not applied, out of the folder again */
#include "cli/cli.h"

#include <stdio.h>

enum { CONNECT_MS = 15000 };

const struct cli_option cmd_drop_options[] = {
    { "--yes", NULL, "do not ask" },
    { "--offline", NULL, "only the files: no database is asked whether it has applied it" },
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_drop_more[] =
    "TAG is the newest one if it is left out. Its SQL file, its snapshot and its entry in the\n"
    "journal go; `tusk generate` then makes the change anew. Refused where a later migration "
    "builds\n"
    "on it, or where the database has applied it (`tusk down` undoes it there). What it is "
    "applied\n"
    "to elsewhere nobody here knows: drop only what was not given to others.\n";

/* Looks first, asks, and drops exactly the one that was asked about. */
static tusk_status drop(struct cli_call *call, tusk_conn *conn, bool *meant, tusk_error *err)
{
    tusk_drop_options options = { .tag = call->argc > 0 ? call->argv[0] : NULL, .dry_run = true };
    tusk_dropped dropped;
    tusk_status st =
        tusk_migrate_drop(conn, call->arena, cli_folder(call), &options, &dropped, err);
    if (st == TUSK_OK) {
        *meant =
            cli_agree(call, "remove %.*s from %s", TUSK_STR_ARG(dropped.tag), cli_folder(call));
    }
    if (st != TUSK_OK || !*meant) return st;
    options = (tusk_drop_options){ .tag = dropped.tag.ptr };
    st = tusk_migrate_drop(conn, call->arena, cli_folder(call), &options, &dropped, err);
    if (st != TUSK_OK) return st;
    printf("%.*s is no longer in %s%s\n", TUSK_STR_ARG(dropped.tag), cli_folder(call),
           dropped.listed ? "" : " (the journal did not list it)");
    return TUSK_OK;
}

int cmd_drop(struct cli_call *call)
{
    struct cli_target target = { 0 };
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    bool offline = cli_value(call, "--offline") != NULL, meant = false;
    tusk_status st = offline ? TUSK_OK : cli_target_open(call, &target, &err);
    if (st == TUSK_OK && !offline) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_CONNECTION) {
        tusk_error_hint(&err, "POSTGRES_HOST and POSTGRES_PORT say where the server is; --offline "
                              "drops it without asking a database.");
    }
    if (st == TUSK_OK) st = drop(call, conn, &meant, &err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    return meant ? CLI_OK : CLI_FAILED;
}
