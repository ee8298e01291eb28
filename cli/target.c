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

const char *cli_schema(const struct cli_call *call)
{
    return first_there(cli_value(call, "--schema"), "services/backend/db/schema.def",
                       "db/schema.def");
}

const char *cli_folder(const struct cli_call *call)
{
    return first_there(cli_value(call, "--folder"), "services/backend/drizzle/migrations",
                       "drizzle/migrations");
}

static tusk_status open_cluster(const char *database, struct cli_target *out, tusk_error *err)
{
    tusk_cluster_options options = { .database = database };
    tusk_status st = tusk_cluster_open(&options, &out->cluster, err);
    if (st == TUSK_OK) out->server = *tusk_cluster_server(out->cluster);
    return st;
}

tusk_status cli_target_open(struct cli_call *call, struct cli_target *out, tusk_error *err)
{
    const char *database = cli_value(call, "--database");
    const tusk_env *env = NULL;
    bool configured = false;
    *out = (struct cli_target){ 0 };
    tusk_status st = cli_env(call, &env, err);
    if (st == TUSK_OK) {
        st = tusk_server_from_env(call->arena, env, &configured, &out->server, err);
    }
    if (st != TUSK_OK) return st;
    if (!configured) return open_cluster(database, out, err);
    if (database) out->server.database = database;
    return TUSK_OK;
}

void cli_target_close(struct cli_target *target)
{
    tusk_cluster_close(target->cluster);
    target->cluster = NULL;
}
