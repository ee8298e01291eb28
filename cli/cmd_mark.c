/* cmd_mark.c - tusk mark, baseline, repair: what a person says of migrations; nothing of them is
 * run
 */
#include "cli/cli.h"

#include <limits.h>
#include <stdio.h>

enum { CONNECT_MS = 15000 };

#define WHERE_OPTIONS                                                                   \
    { "--folder", "PATH",                                                               \
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" }, \
    {                                                                                   \
        "--database", "NAME", "another database on the same server"                     \
    }

const struct cli_option cmd_mark_options[] = {
    { "--pending", NULL, "not applied, instead of applied" },
    WHERE_OPTIONS,
    { 0 },
};
const struct cli_option cmd_baseline_options[] = {
    { "--to", "TAG", "the last one whose effect is there, such as 0003 (all)" },
    WHERE_OPTIONS,
    { 0 },
};
const struct cli_option cmd_repair_options[] = {
    { "--accept", NULL, "the file as it is now is what was applied" },
    { "--redo", NULL, "nothing of it holds: start from its first statement" },
    { "--done", "N", "exactly its first N statements took effect" },
    { "--forget", NULL, "it is gone from the folder for good: take its row out" },
    WHERE_OPTIONS,
    { 0 },
};
const char cmd_repair_more[] =
    "`tusk status` shows what needs it: \"changed\" is a file that was edited after it had been\n"
    "applied, \"started\" one that runs without a transaction and was cut short where nothing\n"
    "tells how far it came, \"missing\" a row whose migration the folder does not have: TAG is "
    "then\n"
    "what `status` shows for it, its time in milliseconds.\n";

/* What is said, to a connection that is open. */
typedef tusk_status said(struct cli_call *call, tusk_conn *conn, tusk_error *err);

static int say(struct cli_call *call, said *what)
{
    struct cli_target target;
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_OK) st = what(call, conn, &err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    return st == TUSK_OK ? CLI_OK : cli_fail(call, &err);
}

static tusk_status mark(struct cli_call *call, tusk_conn *conn, tusk_error *err)
{
    bool applied = !cli_value(call, "--pending");
    tusk_status st = tusk_migrate_mark(conn, cli_folder(call), call->argv[0], applied, err);
    if (st == TUSK_OK) {
        printf("%s is noted as %s; nothing was run\n", call->argv[0],
               applied ? "applied" : "pending");
    }
    return st;
}

int cmd_mark(struct cli_call *call)
{
    return say(call, mark);
}

static tusk_status baseline(struct cli_call *call, tusk_conn *conn, tusk_error *err)
{
    int marked = 0;
    tusk_status st =
        tusk_migrate_baseline(conn, cli_folder(call), cli_value(call, "--to"), &marked, err);
    if (st == TUSK_OK) {
        printf("%d migration%s noted as applied; nothing was run\n", marked,
               marked == 1 ? "" : "s");
    }
    return st;
}

int cmd_baseline(struct cli_call *call)
{
    return say(call, baseline);
}

static tusk_status repair(struct cli_call *call, tusk_conn *conn, tusk_error *err)
{
    const char *done = cli_value(call, "--done");
    long long count = 0;
    tusk_repair what = cli_value(call, "--accept")   ? TUSK_REPAIR_ACCEPT
                       : done                        ? TUSK_REPAIR_DONE
                       : cli_value(call, "--forget") ? TUSK_REPAIR_FORGET
                                                     : TUSK_REPAIR_REDO;
    if (done && !tusk_str_to_int(tusk_str_of(done), 0, INT_MAX, &count)) {
        return tusk_fail(err, TUSK_INVALID, "--done takes a number of statements, not \"%s\"",
                         done);
    }
    tusk_status st =
        tusk_migrate_repair(conn, cli_folder(call), call->argv[0], what, (int)count, err);
    if (st == TUSK_OK) printf("noted; nothing was run\n");
    return st;
}

int cmd_repair(struct cli_call *call)
{
    int words = (cli_value(call, "--accept") != NULL) + (cli_value(call, "--redo") != NULL) +
                (cli_value(call, "--done") != NULL) + (cli_value(call, "--forget") != NULL);
    if (words != 1) return cli_usage(call, "say one of --accept, --redo, --done and --forget");
    return say(call, repair);
}
