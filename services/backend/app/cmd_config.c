/* cmd_config.c - deploystack config: the settings in force, where each was set, no secrets */
#include "services/backend/app/cmd_config.h"

#include <stdlib.h>

#include "services/backend/app/config.h"

const struct cli_option cmd_config_options[] = {
    { "--json", NULL, "as a JSON object" },
    { "--markdown", NULL, "the table of docs/configuration.md instead" },
    { 0 },
};

void config_show_help(FILE *out)
{
    settings_show_help(config_settings, out);
}

static int show_json(const tusk_env *env)
{
    json_t *all = settings_json(config_settings, env);
    char *text = all ? json_dumps(all, JSON_INDENT(2)) : NULL;
    if (text) puts(text);
    free(text);
    json_decref(all);
    return text ? CLI_OK : CLI_FAILED;
}

int cmd_config(struct cli_call *call)
{
    const tusk_env *env = NULL;
    struct config config;
    tusk_error err = { 0 };
    if (cli_value(call, "--markdown")) {
        settings_show_markdown(config_settings, call->arena, stdout);
        return CLI_OK;
    }
    if (config_env(call->arena, &env, &err)) return cli_fail(call, &err);
    bool json = cli_value(call, "--json") != NULL;
    if (json && show_json(env) != CLI_OK) return CLI_FAILED;
    if (!json) settings_show_values(config_settings, env, stdout);
    if (config_read(call->arena, &config, &err)) return cli_fail(call, &err);
    tusk_str server = config.outside_server ? tusk_server_text(call->arena, &config.server)
                                            : TUSK_STR("a private PostgreSQL");
    if (!json) printf("\nthe database is %.*s\n", TUSK_STR_ARG(server));
    return CLI_OK;
}
