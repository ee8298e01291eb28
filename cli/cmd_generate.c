/* cmd_generate.c - tusk generate: what changed in the schema becomes the next migration */
#include "cli/cli.h"

#include <stdio.h>

const struct cli_option cmd_generate_options[] = {
    { "--schema", "FILE", "the .def file (services/backend/db/schema.def, else db/schema.def)" },
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--name", "NAME", "ends the file's name (made from what changes)" },
    { "--custom", NULL, "an empty migration to write SQL into" },
    { 0 },
};

/* Statements are divided by markers at the end of a line. */
static int count_statements(tusk_str sql)
{
    static const char mark[] = "--> statement-breakpoint";
    int count = 1;
    for (const char *at = strstr(sql.ptr, mark); at; at = strstr(at + 1, mark)) count++;
    return count;
}

int cmd_generate(struct cli_call *call)
{
    tusk_generate_options options = { .schema = cli_schema(call),
                                      .folder = cli_folder(call),
                                      .name = cli_value(call, "--name"),
                                      .custom = cli_value(call, "--custom") != NULL };
    tusk_generated made;
    tusk_error err = { 0 };
    if (tusk_generate(call->arena, &options, &made, &err) != TUSK_OK) return cli_fail(call, &err);
    if (!made.changed) {
        printf("nothing to do: %s is as the newest snapshot in %s says\n", options.schema,
               options.folder);
        return CLI_OK;
    }
    if (options.custom) {
        printf("%s is there for your SQL\n", made.path.ptr);
        return CLI_OK;
    }
    int count = count_statements(made.sql);
    printf("%s%s%s: %d statement%s\n", cli_colour("32"), made.path.ptr, cli_colour(NULL), count,
           count == 1 ? "" : "s");
    return CLI_OK;
}
