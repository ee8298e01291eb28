/* schema_main.c - tusk_main(): the commands around a schema, for programs that bring their own */
#include "tusk/main.h"

#include "cli/cli.h"

static const struct cli_command commands[] = {
    /* clang-format off */
    CLI_SCHEMA_COMMANDS(CLI_COMMAND)
    /* clang-format on */
    { .help = "its schema, its migrations, its database" },
};

int tusk_main(int argc, char **argv, const tusk_schema *schema)
{
    return cli_main_with(commands, schema, argc, argv);
}
