/* target.c - which schema, which folder, which server: options, settings, what lies here */
#include "cli/cli.h"

#include <stdlib.h>

tusk_status cli_env(struct cli_call *call, const tusk_env **out, tusk_error *err)
{
    static const char *const files[] = { "services/backend/.env", ".env", NULL };
    return tusk_env_read(call->arena, files, out, err);
}

static const char *first_there(const char *option, const char *backend, const char *plain)
{
    if (option) return option;
    return tusk_file_exists(backend) ? backend : plain;
}

const tusk_schema *cli_compiled(const struct cli_call *call)
{
    return cli_value(call, "--schema") ? NULL : call->schema;
}

const char *cli_schema(const struct cli_call *call)
{
    if (cli_compiled(call)) return "schema";
    return first_there(cli_value(call, "--schema"), "services/backend/db/schema.def",
                       "db/schema.def");
}

const char *cli_folder(const struct cli_call *call)
{
    return first_there(cli_value(call, "--folder"), "services/backend/drizzle/migrations",
                       "drizzle/migrations");
}

tusk_status cli_target_open(struct cli_call *call, struct cli_target *out, tusk_error *err)
{
    const char *database = cli_value(call, "--database");
    const tusk_env *env = NULL;
    *out = (struct cli_target){ 0 };
    tusk_status st = cli_env(call, &env, err);
    if (st == TUSK_OK) {
        st = tusk_server_find(call->arena, env, &(tusk_cluster_options){ .database = database },
                              &out->cluster, &out->server, err);
    }
    if (st == TUSK_OK && database) out->server.database = database; /* over POSTGRES_DATABASE */
    return st;
}

void cli_target_close(struct cli_target *target)
{
    tusk_cluster_close(target->cluster);
    target->cluster = NULL;
}
