/* mcp_store.h - the queries about the catalogue and the installations of a team */
#ifndef DEPLOYSTACK_MCP_STORE_H
#define DEPLOYSTACK_MCP_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** What a visitor of the catalogue is looking for; "no text" where not given. */
struct server_search {
    tusk_str words, tag;
    int64_t limit, offset;
};
/** Best match first: full-text rank, then downloads. Words also find parts of names and of text in
 * languages without spaces. */
mcp_servers_query servers_search(tusk_arena *a, const struct server_search *search);
const tusk_query *servers_count(tusk_arena *a, const struct server_search *search);
/** Raw cells: tag, count; the 30 most used. */
const tusk_query *servers_tags(tusk_arena *a);
mcp_servers_query servers_find(tusk_arena *a, tusk_str id);

/** The guide's joined select: an installation with its server and its team. */
struct installation_view {
    mcp_team_installations_row installation;
    mcp_servers_maybe server;
    teams_maybe team;
};
/** A deployment with its satellite. */
struct deployment_view {
    mcp_server_installations_row deployment;
    mcp_team_installations_row installation;
    satellites_maybe satellite;
};
/** Rows are struct installation_view, newest first. */
const tusk_query *installations_of_team(tusk_arena *a, tusk_str team_id, int64_t limit,
                                        int64_t offset);
const tusk_query *installations_count(tusk_arena *a, tusk_str team_id);
/** Rows are struct deployment_view, oldest first, of every installation of the team. */
const tusk_query *deployments_of_team(tusk_arena *a, tusk_str team_id);
/** Rows are struct installation_view: none or one. */
const tusk_query *installation_find(tusk_arena *a, tusk_str id);
mcp_team_installations_query installation_delete(tusk_arena *a, tusk_str team_id, tusk_str id);
/** Deletes a deployment; unless `any_team`, only in a team where the user is a team_admin. */
mcp_server_installations_query deployment_delete(tusk_arena *a, tusk_str id, tusk_str user_id,
                                                 bool any_team);

struct new_installation {
    tusk_str id, deployment_id, team_id, server_id, name, user_id;
};
/** Both rows of an installation; an active satellite of the team (or one for all) is chosen when
 * there is one. Inside a transaction. */
tusk_status installation_insert(tusk_conn *conn, tusk_arena *a, const struct new_installation *new,
                                tusk_error *err);

#endif
