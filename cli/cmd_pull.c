/* cmd_pull.c - tusk pull: a database written down as a schema */
#include "cli/cli.h"

#include <stdio.h>

const struct cli_option cmd_pull_options[] = {
    { "--schema", "FILE", "the .def file to write (db/schema.def)" },
    { "--folder", "PATH", "of migrations, for the first one (drizzle/migrations)" },
    { "--force", NULL, "replace a .def file that is there" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_pull_more[] =
    "The database is only read. Where the folder holds no migration yet, the first one is written\n"
    "too, with its snapshot, so that `tusk generate` right afterwards has nothing to say; `tusk\n"
    "baseline` then notes it as applied in the database that it was made from.\n";

int cmd_pull(struct cli_call *call)
{
    struct cli_target target;
    tusk_pulled pulled = { 0 };
    tusk_error err = { 0 };
    const char *schema = cli_value(call, "--schema"), *folder = cli_value(call, "--folder");
    bool force = cli_value(call, "--force") != NULL;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) {
        st = tusk_pull(&target.server, call->arena, schema ? schema : "db/schema.def",
                       folder ? folder : "drizzle/migrations", force, NULL, &pulled, &err);
    }
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    printf("%s: %zu table%s\n", pulled.schema.ptr, pulled.tables, pulled.tables == 1 ? "" : "s");
    if (pulled.path.len > 0) {
        printf("%s\n`tusk baseline` notes it as applied here\n", pulled.path.ptr);
    }
    if (pulled.notices.len > 0) printf("%s", pulled.notices.ptr);
    return CLI_OK;
}
