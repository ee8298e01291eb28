/* permissions.c - the roles that the program knows; the table is written to the database, where it
 * can be looked at */
#include "services/backend/app/auth/auth.h"

const struct role_definition role_definitions[] = {
    { "global_admin", "Global Administrator",
      "[\"users.view\",\"users.create\",\"roles.manage\",\"system.admin\",\"settings.view\","
      "\"settings.edit\",\"settings.delete\",\"teams.create\",\"teams.view\",\"teams.edit\","
      "\"teams.delete\",\"teams.manage\",\"team.members.view\",\"team.members.manage\","
      "\"mcp.categories.view\",\"mcp.categories.create\",\"mcp.categories.edit\","
      "\"mcp.categories.delete\",\"mcp.servers.read\",\"mcp.servers.global.view\","
      "\"mcp.servers.global.create\",\"mcp.servers.global.edit\",\"mcp.servers.global.delete\","
      "\"mcp.servers.team.view_all\",\"mcp.servers.deploy\",\"mcp.servers.deploy.history.view\","
      "\"mcp.versions.manage\",\"mcp.installations.view_all\",\"mcp.installations.view\","
      "\"mcp.installations.logs.view\",\"mcp.installations.create\",\"mcp.installations.edit\","
      "\"mcp.installations.delete\",\"mcp.installations.stats.view\","
      "\"mcp.installations.instances.view\",\"mcp.tools.view\",\"mcp.tools.stats.view\","
      "\"mcp.tools.manage\",\"email.test\",\"preferences.view\",\"preferences.edit\","
      "\"satellites.view\",\"satellites.view.heartbeat\",\"satellites.view.command\","
      "\"satellites.manage\",\"satellites.delete\",\"satellites.revoke\",\"jobs.view\","
      "\"jobs.monitor\",\"jobs.manage\",\"mcp.registry.sync\","
      "\"metrics.mcp_client_activity_metrics.view\"]" },
    { "global_user", "Global User",
      "[\"profile.view\",\"profile.edit\",\"teams.create\",\"teams.view\",\"teams.edit\","
      "\"teams.delete\",\"team.members.view\",\"mcp.servers.read\",\"mcp.categories.view\","
      "\"preferences.view\",\"preferences.edit\",\"metrics.mcp_client_activity_metrics.view\"]" },
    { "team_admin", "Team Administrator",
      "[\"teams.view\",\"teams.edit\",\"teams.delete\",\"teams.manage\",\"team.members.view\","
      "\"team.members.manage\",\"team.usage.view\",\"cloud_credentials.view\","
      "\"cloud_credentials.create\",\"cloud_credentials.edit\",\"cloud_credentials.delete\","
      "\"mcp.servers.read\",\"mcp.servers.deploy\",\"mcp.servers.deploy.history.view\","
      "\"mcp.installations.view\",\"mcp.installations.logs.view\",\"mcp.installations.create\","
      "\"mcp.installations.edit\",\"mcp.installations.delete\",\"mcp.installations.stats.view\","
      "\"mcp.installations.instances.view\",\"mcp.tools.view\",\"mcp.tools.stats.view\","
      "\"mcp.tools.manage\",\"satellites.team.view\"]" },
    { "team_user", "Team User",
      "[\"teams.view\",\"team.members.view\",\"team.usage.view\",\"cloud_credentials.view\","
      "\"mcp.servers.read\",\"mcp.servers.deploy.history.view\",\"mcp.installations.view\","
      "\"mcp.installations.instances.view\",\"mcp.tools.view\",\"mcp.tools.stats.view\","
      "\"satellites.team.view\"]" },
};
const size_t role_definition_count = sizeof role_definitions / sizeof *role_definitions;

bool permissions_hold(tusk_str json, const char *permission)
{
    size_t length = strlen(permission);
    const char *at = json.ptr, *end = json.ptr ? json.ptr + json.len : NULL;
    while (at && (at = memmem(at, (size_t)(end - at), permission, length))) {
        /* names are [a-z._]: with a quote on both sides it is the whole name */
        if (at > json.ptr && at[-1] == '"' && at + length < end && at[length] == '"') return true;
        at += length;
    }
    return false;
}

bool team_role_has(enum team_role role, const char *permission)
{
    const char *id = role == team_role_admin ? "team_admin" : "team_user";
    for (size_t i = 0; i < role_definition_count; i++)
        if (strcmp(role_definitions[i].id, id) == 0)
            return permissions_hold(tusk_str_of(role_definitions[i].permissions), permission);
    return false;
}

static tusk_status sync_one(tusk_conn *conn, tusk_arena *a, const struct role_definition *d,
                            tusk_error *err)
{
    return tusk_run(
        conn, a,
        tusk_sql(a,
                 "insert into \"roles\" (\"id\", \"name\", \"permissions\", \"is_system_role\") "
                 "values ($1, $2, $3::text::jsonb, true) on conflict (\"id\") do update set "
                 "\"permissions\" = excluded.\"permissions\", \"updated_at\" = now() "
                 "where \"roles\".\"permissions\" <> excluded.\"permissions\"",
                 TUSK_PARAMS(tusk_val(d->id), tusk_val(d->name), tusk_val(d->permissions))),
        NULL, err);
}

tusk_status roles_sync(tusk_conn *conn, tusk_arena *a, tusk_error *err)
{
    for (size_t i = 0; i < role_definition_count; i++) {
        tusk_status st = sync_one(conn, a, &role_definitions[i], err);
        if (st) return st;
    }
    return TUSK_OK;
}
