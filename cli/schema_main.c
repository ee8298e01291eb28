/* schema_main.c - tusk_main(): the commands around a schema, for programs that bring their own */
#include "tusk/main.h"

#include "cli/cli.h"

static const struct cli_command commands[] = {
#define COMMAND(name_, help_, arguments_, min, max, more_) \
    { .name = #name_,                                      \
      .help = help_,                                       \
      .arguments = arguments_,                             \
      .min_args = min,                                     \
      .max_args = max,                                     \
      .options = cmd_##name_##_options,                    \
      .run = cmd_##name_,                                  \
      .more = more_ },
    CLI_SCHEMA_COMMANDS(COMMAND)
#undef COMMAND
        { .help = "its schema, its migrations, its database" },
};

int tusk_main(int argc, char **argv, const tusk_schema *schema)
{
    return cli_main_with(commands, schema, argc, argv);
}
