/* main.c - the deploystack command: the backend, and the chores around its database */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "services/backend/app/cmd_catalog.h"
#include "services/backend/app/cmd_config.h"
#include "services/backend/app/serve.h"

static int run_serve(struct cli_call *call)
{
    struct config config;
    tusk_error err = { 0 };
    if (config_read(call->arena, &config, &err)) return cli_fail(call, &err);
    return serve(&config);
}

/** The program's own files stand in for an option that was not given, wherever it is called from.
 */
static void fill_in(struct cli_call *call, const char *option, const char *value)
{
    const struct cli_option *options = call->command->options;
    for (size_t i = 0; options[i].name && i < CLI_OPTIONS_MAX; i++)
        if (strcmp(options[i].name, option) == 0 && !call->values[i]) call->values[i] = value;
}

static int with_own_files(struct cli_call *call, int (*run)(struct cli_call *call))
{
    struct config config;
    tusk_error err = { 0 };
    if (config_read(call->arena, &config, &err)) return cli_fail(call, &err);
    fill_in(call, "--folder", config.migrations);
    fill_in(call, "--schema", config.schema);
    return run(call);
}

/* run_generate() and so on */
#define COMMAND(name, help, arguments, min, max, more) \
    static int run_##name(struct cli_call *call)       \
    {                                                  \
        return with_own_files(call, cmd_##name);       \
    }
CLI_SCHEMA_COMMANDS(COMMAND)
#undef COMMAND

static const struct cli_command commands[] = {
    { .name = "serve",
      .help = "run the backend until Ctrl-C or SIGTERM",
      .run = run_serve,
      .show_more = config_show_help },
    { .name = "config",
      .help = "show the settings and where each was set",
      .options = cmd_config_options,
      .run = cmd_config },
/* clang-format off */
#define COMMAND(name_, ...) CLI_COMMAND_("db:" #name_, run_##name_, name_, __VA_ARGS__)
    CLI_SCHEMA_COMMANDS(COMMAND)
#undef COMMAND
    /* clang-format on */
    { .name = "catalog",
      .help = "load a catalogue of MCP servers",
      .arguments = "import FILE.tsv",
      .min_args = 2,
      .max_args = 2,
      .options = cmd_catalog_options,
      .run = cmd_catalog,
      .more = cmd_catalog_more },
    { .name = "pg",
      .help = "the private PostgreSQL",
      .arguments = "start|stop|status|psql",
      .min_args = 1,
      .max_args = -1,
      .rest = true,
      .options = cmd_pg_options,
      .run = cmd_pg,
      .more = cmd_pg_more },
    { .help = "the DeployStack backend" },
};

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fprintf(stderr, "error: libsodium cannot find a source of randomness\n");
        return CLI_FAILED;
    }
    return cli_main(commands, argc, argv);
}
