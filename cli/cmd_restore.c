/* cmd_restore.c - tusk restore: a backup becomes a database again */
#include "cli/backup.h"

#include <inttypes.h>
#include <stdio.h>

const struct cli_option cmd_restore_options[] = {
    { "--into", "NAME", "the database to make (a new one: DATABASE_restored_TIME)" },
    { "--replace", NULL, "also in the place of a database with tables: what is in it goes" },
    { "--jobs", "N", "at once, for custom and directory (1)" },
    { "--no-owner", NULL, "all belongs to the connecting user, no privileges are granted" },
    { "--trust", NULL, "also a file without a manifest; its SQL runs as it is" },
    { 0 },
};
const char cmd_restore_more[] =
    "It goes into a scratch database first, is compared with the manifest and then renamed: a\n"
    "restore that is interrupted leaves what was there. Files that pg_dump made without Tusk\n"
    "(.sql, .sql.gz, -Fc, -Fd) need --trust. A backup of data alone goes into the tables of "
    "--into.\n";

int cmd_restore(struct cli_call *call)
{
    struct cli_target target;
    tusk_restored restored;
    tusk_error err = { 0 };
    tusk_backup_options options = { .into = cli_value(call, "--into"),
                                    .replace = cli_value(call, "--replace") != NULL,
                                    .trust = cli_value(call, "--trust") != NULL,
                                    .no_owner = cli_value(call, "--no-owner") != NULL,
                                    .progress = cli_backup_progress };
    int code = cli_number(call, "--jobs", 64, &options.jobs);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK)
        st = tusk_restore(call->arena, &target.server, call->argv[0], &options, &restored, &err);
    cli_backup_progress_end();
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    printf("%srestored%s %s \"%.*s\"", cli_colour("32"), cli_colour(NULL),
           restored.replaced ? "in the place of" : "as", TUSK_STR_ARG(restored.database));
    if (restored.tables)
        printf(": %zu tables, %" PRId64 " rows, as the manifest says", restored.tables,
               restored.rows);
    printf("\n");
    return CLI_OK;
}
