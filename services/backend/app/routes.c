/* routes.c - every route: this table gives dispatch, permission and /api/openapi.json */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/plan.h"
#include "services/backend/app/admin/tables.h"
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/info/info.h"
#include "services/backend/app/mcp/mcp.h"
#include "services/backend/app/notifications/notifications.h"
#include "services/backend/app/oauth/oauth.h"
#include "services/backend/app/setup/setup.h"
#include "services/backend/app/teams/teams.h"

static const struct input_field paging[] = {
    { "limit", INPUT_INTEGER, false, 1, 100, NULL, "entries on a page, 20 by default" },
    { "offset", INPUT_INTEGER, false, 0, 1000000000, NULL, "entries to leave out" },
    { 0 },
};
/* clang-format off */
const struct route routes[] = {
    { { "GET", "/" }, .before_ready = true, .describe = info_root,
      .summary = "Front page: JSON for programs, the dashboard for browsers" },
    { { "GET", "/setup" }, .before_ready = true, .describe = setup_page,
      .summary = "The set-up wizard" },
    { { "GET", "/login" }, .before_ready = true, .describe = info_login_page,
      .summary = "The sign-in page" },
    { { "GET", "/admin" }, .before_ready = true, .describe = info_admin_page,
      .summary = "The administrators' pages" },
    { { "GET", "/admin/:page" }, .before_ready = true, .describe = info_admin_page,
      .summary = "One of the administrators' pages" },
    { { "GET", "/metrics" }, ACCESS_OPTIONAL, .before_ready = true, .describe = info_metrics,
      .summary = "Figures in the Prometheus text format" },
    { { "GET", "/api/health" }, .before_ready = true, .describe = info_health,
      .summary = "Is the program alive?" },
    { { "GET", "/api/openapi.json" }, .before_ready = true, .describe = info_openapi,
      .summary = "This description" },

    { { "GET", "/api/db/status" }, ACCESS_OPTIONAL, .before_ready = true,
      .describe = setup_status, .answer = setup_status_answer,
      .summary = "State of the set-up and of the database" },
    { { "POST", "/api/db/setup" }, .before_ready = true, .body = setup_database_body,
      .procedure = setup_database, .summary = "Apply the migrations to an empty database" },
    { { "POST", "/api/setup/admin" }, .before_ready = true, .hashes = true, .body = setup_admin_body,
      .procedure = setup_admin, .summary = "Make the administrator and the first team" },

    { { "POST", "/api/auth/email/login" }, .hashes = true, .body = auth_login_body,
      .procedure = auth_login, .summary = "Sign in; sets the session cookie" },
    { { "POST", "/api/auth/logout" }, ACCESS_OPTIONAL, .describe = auth_logout,
      .answer = auth_logged_out, .summary = "Sign out; always succeeds" },
    { { "GET", "/api/users/me" }, ACCESS_USER, .scope = "teams:read", .describe = users_me,
      .summary = "Who is signed in" },

    { { "GET", "/api/teams" }, ACCESS_USER, .scope = "teams:read", .query = paging,
      .describe = teams_list, .answer = teams_listed, .summary = "The caller's teams" },
    { { "POST", "/api/teams" }, ACCESS_GLOBAL, "teams.create", .body = teams_body,
      .procedure = teams_create, .summary = "Make a team" },
    { { "GET", "/api/teams/:id" }, ACCESS_TEAM, "teams.view", "teams:read",
      .describe = teams_get, .answer = teams_got, .summary = "One team" },
    { { "PATCH", "/api/teams/:id" }, ACCESS_TEAM, "teams.edit", "teams:write", .body = teams_body,
      .describe = teams_patch, .answer = teams_got, .summary = "Rename a team" },

    { { "GET", "/api/mcp/servers" }, ACCESS_GLOBAL, "mcp.servers.read", "mcp:read",
      .query = servers_list_query, .describe = servers_list, .answer = servers_listed,
      .summary = "The catalogue: words, tag, pages" },
    { { "GET", "/api/mcp/servers/:server" }, ACCESS_GLOBAL, "mcp.servers.read", "mcp:read",
      .describe = servers_get, .answer = servers_got, .summary = "One entry of the catalogue" },
    { { "GET", "/api/teams/:id/mcp/installations" }, ACCESS_TEAM, "mcp.installations.view", "mcp:read",
      .query = paging, .describe = installations_list, .answer = installations_listed,
      .summary = "What a team has installed, newest first" },
    { { "POST", "/api/teams/:id/mcp/installations" }, ACCESS_TEAM, "mcp.installations.create", "mcp:write",
      .body = installations_body, .procedure = installations_create, .summary = "Install a server" },
    { { "DELETE", "/api/teams/:id/mcp/installations/:installation" }, ACCESS_TEAM, "mcp.installations.delete",
      "mcp:write", .describe = installations_remove, .answer = removed, .summary = "Remove an installation" },
    { { "DELETE", "/api/mcp/deployments/:deployment" }, ACCESS_USER, .describe = deployments_remove,
      .answer = removed, .summary = "Remove one deployment of an installation" },

    { { "GET", "/api/notifications" }, ACCESS_USER, .query = paging, .describe = notifications_list,
      .answer = notifications_listed, .summary = "The caller's notifications, newest first" },
    { { "PATCH", "/api/notifications/:notification" }, ACCESS_USER, .body = notifications_body,
      .describe = notifications_patch, .answer = notifications_patched,
      .summary = "Mark a notification as read, or as unread again" },
    { { "POST", "/api/notifications/read-all" }, ACCESS_USER, .describe = notifications_read_all,
      .answer = notifications_all_read, .summary = "Mark all of the caller's notifications as read" },

    { { "GET", "/api/oauth/tokens" }, ACCESS_USER, .query = paging, .describe = tokens_list,
      .answer = tokens_listed, .summary = "The caller's access tokens" },
    { { "POST", "/api/oauth/tokens" }, ACCESS_USER, .body = tokens_body, .procedure = tokens_create,
      .summary = "Make an access token; it is shown once" },
    { { "POST", "/api/oauth/tokens/revoke-expired" }, ACCESS_GLOBAL, "system.admin",
      .describe = tokens_revoke_expired, .answer = tokens_revoked, .summary = "Delete expired tokens" },

    { { "GET", "/api/admin/audit" }, ACCESS_GLOBAL, "system.admin", .query = paging,
      .describe = audit_list, .answer = audit_listed,
      .summary = "What administrators did or were refused, newest first" },

    { { "GET", "/api/admin/tables" }, ACCESS_GLOBAL, "system.admin", .procedure = tables_list,
      .summary = "Sizes, rows and upkeep of every table" },
    { { "GET", "/api/admin/tables/:schema/:table" }, ACCESS_GLOBAL, "system.admin",
      .procedure = tables_show, .summary = "Columns, key and indexes of one table" },
    { { "GET", "/api/admin/tables/:schema/:table/rows" }, ACCESS_GLOBAL, "system.admin",
      .query = rows_list_query, .procedure = rows_list,
      .summary = "Rows of one table: pages, filter, order; secrets are never shown" },
    { { "PATCH", "/api/admin/tables/:schema/:table/rows" }, ACCESS_GLOBAL, "system.admin",
      .password = PASSWORD_EACH, .audit = "row.change", .body = rows_patch_body,
      .procedure = rows_patch, .summary = "Change one row, when it is still as it was seen" },
    { { "GET", "/api/admin/indexes" }, ACCESS_GLOBAL, "system.admin", .procedure = indexes_list,
      .summary = "Indexes: used, unused, duplicate, invalid, missing" },
    { { "GET", "/api/admin/slow" }, ACCESS_GLOBAL, "system.admin", .procedure = slow_list,
      .summary = "The statements that take most of the time" },
    { { "POST", "/api/admin/plan" }, ACCESS_GLOBAL, "system.admin", .password = PASSWORD_RECENT,
      .audit = "sql.plan", .body = plan_explain_body, .procedure = plan_explain,
      .summary = "How a statement that reads would be run, or was" },
    { { "POST", "/api/admin/query" }, ACCESS_GLOBAL, "system.admin", .password = PASSWORD_RECENT,
      .audit = "sql.query", .body = plan_run_body, .procedure = plan_run,
      .summary = "The first rows of a statement that reads" },
    { { "GET", "/api/admin/migrations" }, ACCESS_GLOBAL, "system.admin",
      .procedure = migrations_list, .summary = "Migrations, applied and pending, with their SQL" },

    { { "GET", "/api/admin/backups" }, ACCESS_GLOBAL, "system.admin", .procedure = backups_list,
      .summary = "Backups, the one under way, and when the next is made" },
    { { "POST", "/api/admin/backups" }, ACCESS_GLOBAL, "system.admin", .audit = "backup.make",
      .describe = backups_make, .summary = "Back up now" },
    { { "PATCH", "/api/admin/backups/settings" }, ACCESS_GLOBAL, "system.admin",
      .password = PASSWORD_EACH, .audit = "backup.settings", .body = backups_settings_body,
      .procedure = backups_settings, .summary = "When backups are made and how long they are kept" },
    { { "POST", "/api/admin/backups/:name/verify" }, ACCESS_GLOBAL, "system.admin",
      .audit = "backup.verify", .procedure = backups_verify,
      .summary = "Prove a backup: restore it into a scratch database and compare" },
    { { "DELETE", "/api/admin/backups/:name" }, ACCESS_GLOBAL, "system.admin",
      .password = PASSWORD_EACH, .audit = "backup.remove", .procedure = backups_remove,
      .summary = "Remove a backup" },
    { { "POST", "/api/admin/backups/:name/ticket" }, ACCESS_GLOBAL, "system.admin",
      .password = PASSWORD_EACH, .audit = "backup.ticket", .procedure = backups_ticket,
      .summary = "A link that fetches a backup once, within a minute, in this session" },
    { { "GET", "/api/admin/backups/:name/file" }, ACCESS_GLOBAL, "system.admin",
      .audit = "backup.download", .query = backups_file_query, .procedure = backups_file,
      .summary = "Fetch a backup with such a link" },
};
/* clang-format on */
const size_t route_count = sizeof routes / sizeof *routes;
