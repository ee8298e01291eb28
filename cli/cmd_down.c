/* cmd_down.c - tusk down: the newest migrations undone */
#include "cli/cli.h"

#include <stdio.h>

enum { CONNECT_MS = 15000 };

const struct cli_option cmd_down_options[] = {
    { "--to", "TAG", "the last one that stays, such as 0003; empty: none (undo only the newest)" },
    { "--lose", "OBJECT", "may lose its data: a table or table.column; may be repeated" },
    { "--accept-loss", NULL, "everything may lose its data" },
    { "--leave", NULL, "what statements written by hand did stays in effect" },
    { "--accept-drift", NULL, "also where the database is not as the migrations made it" },
    { "--dry-run", NULL, "run it and roll back" },
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_down_more[] =
    "What is undone is the difference between the snapshots before and after a migration. Data "
    "that\n"
    "a column or table held before do not come back: `tusk restore` brings them back. What "
    "somebody\n"
    "changed by hand is looked for first, and named.\n";

/* What was changed by hand, as what would lead back. */
static void show_drift(struct cli_call *call, const tusk_changes *drift)
{
    if (drift->count == 0) return;
    printf("The database differs from the newest applied migration; this would lead back:\n");
    cli_show_changes(call, drift);
    if (drift->inexact.len > 0) {
        printf("Expressions were compared by their spelling only: %.*s\n",
               TUSK_STR_ARG(drift->inexact));
    }
}

static void show(struct cli_call *call, const tusk_undone *undone)
{
    show_drift(call, &undone->drift);
    if (undone->drift.count > 0) return;
    for (size_t i = 0; i < undone->count; i++) {
        printf("%.*s\n", TUSK_STR_ARG(undone->migrations[i].tag));
    }
    cli_show_changes(call, &undone->changes);
    for (size_t i = 0; i < undone->left_count; i++) {
        const tusk_left_over *one = &undone->left[i];
        tusk_str rest = one->sql, line = tusk_str_cut(&rest, '\n');
        printf("  %sleft%s   %.*s.sql:%d  %.*s\n", cli_colour("33"), cli_colour(NULL),
               TUSK_STR_ARG(one->tag), one->line, TUSK_STR_ARG(tusk_shown(call->arena, line)));
    }
}

/* The library's words do not know the options. */
static void add_hint(const tusk_undone *undone, tusk_status st, tusk_error *err)
{
    if (st != TUSK_MISUSE || undone->count == 0) return;
    if (undone->drift.count > 0) {
        tusk_error_hint(err, "Nothing was undone. Put what was changed by hand into a migration, "
                             "or change it back; --accept-drift undoes all the same.");
        return;
    }
    if (undone->changes.losing > 0) {
        tusk_error_hint(err, "Nothing was undone. --lose OBJECT accepts the loss of one thing, "
                             "--accept-loss of all; `tusk backup` first.");
    }
    if (undone->left_count > 0) {
        tusk_error_hint(err,
                        "Nothing was undone. --leave undoes the rest and leaves alone what "
                        "those statements did%s.",
                        undone->changes.losing > 0
                            ? "; --lose OBJECT and --accept-loss accept that data are lost"
                            : "");
    }
}

int cmd_down(struct cli_call *call)
{
    struct cli_target target;
    tusk_conn *conn = NULL;
    tusk_undone undone = { 0 };
    tusk_error err = { 0 };
    tusk_down_options options = { .to = cli_value(call, "--to"),
                                  .lose = cli_values(call, "--lose"),
                                  .accept_loss = cli_value(call, "--accept-loss") != NULL,
                                  .leave = cli_value(call, "--leave") != NULL,
                                  .accept_drift = cli_value(call, "--accept-drift") != NULL,
                                  .dry_run = cli_value(call, "--dry-run") != NULL };
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    options.server = &target.server;
    if (st == TUSK_OK) {
        st = tusk_migrate_down(conn, call->arena, cli_folder(call), &options, &undone, &err);
    }
    tusk_conn_close(conn);
    cli_target_close(&target);
    show(call, &undone);
    add_hint(&undone, st, &err);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (undone.count == 0) {
        printf("nothing to undo\n");
    } else {
        printf("%zu migration%s %s\n", undone.count, undone.count == 1 ? "" : "s",
               options.dry_run ? "could be undone; everything was rolled back" : "undone");
    }
    return CLI_OK;
}
