/* cmd_squash.c - tusk squash, rebase: migrations that are there already, made fewer or put in a row
 */
#include "cli/cli.h"

#include <stdio.h>

#define FOLDER_OPTION                                                                      \
    {                                                                                      \
        "--folder", "PATH",                                                                \
            "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" \
    }

const struct cli_option cmd_squash_options[] = {
    { "--to", "TAG", "the last one that goes into it, such as 0012 (all)" },
    { "--name", "NAME", "of the new one, after its number (squashed)" },
    FOLDER_OPTION,
    { 0 },
};
const char cmd_squash_more[] =
    "Databases that have applied all of them know the new one as applied; one that has only some\n"
    "is told to apply the others first. The old files are removed: commit them before.\n";

const struct cli_option cmd_rebase_options[] = {
    FOLDER_OPTION,
    { 0 },
};
const char cmd_rebase_more[] = "After a merge in which both branches had added migrations. TAG is "
                               "the first one of the branch\n"
                               "whose migrations move; conflict markers of git in meta/ are read "
                               "and resolved. Databases that\n"
                               "have applied them already know them again.\n";

int cmd_squash(struct cli_call *call)
{
    tusk_squashed made;
    tusk_error err = { 0 };
    tusk_status st = tusk_squash(call->arena, cli_folder(call), cli_value(call, "--to"),
                                 cli_value(call, "--name"), &made, &err);
    if (st != TUSK_OK) return cli_fail(call, &err);
    printf("%.*s\n%zu migrations are one now, ", TUSK_STR_ARG(made.path), made.count);
    printf("%s\n", made.statements
                       ? "their statements one after the other (some were written by hand)"
                       : "which makes what the schema needs");
    return CLI_OK;
}

int cmd_rebase(struct cli_call *call)
{
    tusk_rebased_list moved;
    tusk_error err = { 0 };
    tusk_status st = tusk_rebase(call->arena, cli_folder(call), call->argv[0], &moved, &err);
    if (st != TUSK_OK) return cli_fail(call, &err);
    for (size_t i = 0; i < moved.count; i++) {
        printf("%.*s is %.*s now\n", TUSK_STR_ARG(moved.items[i].was),
               TUSK_STR_ARG(moved.items[i].tag));
    }
    return CLI_OK;
}
