/* installations_http.c - what a team has installed: list, install, remove */
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/mcp/mcp.h"
#include "services/backend/app/mcp/mcp_store.h"
#include "services/backend/app/secret.h"
#include "services/backend/app/teams/teams_store.h"

const struct input_field installations_body[] = {
    { "server_id", INPUT_TEXT, true, 1, 64, NULL, "id of a catalogue entry" },
    { "name", INPUT_TEXT, true, 1, 100, input_not_blank,
      "name of the installation, unique in the team" },
    { 0 },
};

static json_t *deployment_json(const struct deployment_view *v)
{
    json_t *satellite = v->satellite.has
                            ? json_pack("{s:o, s:o}", "id", json_text(v->satellite.value.id),
                                        "name", json_text(v->satellite.value.name))
                            : json_null();
    return json_pack("{s:o, s:s, s:o, s:o}", "id", json_text(v->deployment.id), "status",
                     deployment_status_enum.labels[v->deployment.status], "satellite", satellite,
                     "created_at", json_time(v->deployment.created_at));
}

static json_t *deployments_json(tusk_str installation, const struct deployment_view *views,
                                size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (tusk_str_eq(views[i].deployment.team_installation_id, installation))
            json_array_append_new(list, deployment_json(&views[i]));
    return list;
}

static json_t *installation_json(const struct installation_view *v, json_t *deployments)
{
    json_t *server = v->server.has
                         ? json_pack("{s:o, s:o, s:o, s:o}", "id", json_text(v->server.value.id),
                                     "name", json_text(v->server.value.name), "version",
                                     json_text(v->server.value.version), "description",
                                     json_null_text(v->server.value.description))
                         : json_null();
    json_t *team = v->team.has ? json_pack("{s:o, s:o}", "id", json_text(v->team.value.id), "name",
                                           json_text(v->team.value.name))
                               : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", json_text(v->installation.id), "name",
                     json_text(v->installation.name), "created_at",
                     json_time(v->installation.created_at), "server", server, "team", team,
                     "deployments", deployments);
}

void installations_list(struct call *call)
{
    struct page page = call_page(call);
    tusk_str team = call_param(call, "id");
    call_query(call, installations_of_team(call->arena, team, page.limit, page.offset));
    call_query(call, deployments_of_team(call->arena, team));
    call_query(call, installations_count(call->arena, team));
    call_query(call, teams_find(call->arena, team).query);
}

void installations_listed(struct call *call, const tusk_answer *answers)
{
    if (answers[3].count == 0) {
        call_fail(call, 404, "Team not found");
        return;
    }
    const struct installation_view *views = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++)
        json_array_append_new(
            list,
            installation_json(&views[i], deployments_json(views[i].installation.id,
                                                          answers[1].items, answers[1].count)));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:o}}", "success", 1, "data", "installations", list,
                      "pagination", call_pagination(call_page(call), call_count(&answers[2]))));
}

struct installing {
    struct call *call;
    struct new_installation new;
};

static tusk_status install(tusk_conn *conn, void *context, tusk_error *err)
{
    struct installing *in = context;
    return installation_insert(conn, in->call->arena, &in->new, err);
}

static void answer_created(struct call *call, tusk_conn *conn, tusk_str id)
{
    tusk_error err = { 0 };
    struct installation_view view;
    struct deployment_view *deployments = NULL;
    size_t count = 0;
    tusk_status st =
        tusk_fetch_row(conn, call->arena, installation_find(call->arena, id), &view, NULL, &err);
    if (!st)
        st = tusk_fetch_rows(conn, call->arena,
                             deployments_of_team(call->arena, view.installation.team_id),
                             &deployments, &count, &err);
    if (st)
        call_error(call, &err);
    else
        call_ok(call, 201,
                json_pack("{s:b, s:{s:o}}", "success", 1, "data", "installation",
                          installation_json(&view, deployments_json(id, deployments, count))));
}

void installations_create(struct call *call, tusk_conn *conn)
{
    tusk_arena *a = call->arena;
    struct installing in = { call,
                             { secret_id(a), secret_id(a), call_param(call, "id"),
                               call_text(call, "server_id"), tusk_str_trim(call_text(call, "name")),
                               call->caller.user.id } };
    tusk_error err = { 0 };
    tusk_status st = tusk_transaction(conn, NULL, install, &in, &err);
    if (!st)
        answer_created(call, conn, in.new.id);
    else if (strcmp(err.sqlstate, "23505") == 0)
        call_fail(call, 409, "An installation with this name already exists in the team");
    else if (strcmp(err.sqlstate, "23503") == 0)
        call_fail(call, 404,
                  strstr(err.constraint, "team_id") ? "Team not found" : "Server not found");
    else
        call_error(call, &err);
}

void installations_remove(struct call *call)
{
    call_query(call, installation_delete(call->arena, call_param(call, "id"),
                                         call_param(call, "installation"))
                         .query);
}

void deployments_remove(struct call *call)
{
    bool any_team = auth_has(&call->caller, "mcp.installations.delete");
    call_query(call, deployment_delete(call->arena, call_param(call, "deployment"),
                                       call->caller.user.id, any_team)
                         .query);
}

/** Deleted or not is told by the row count. */
void removed(struct call *call, const tusk_answer *answers)
{
    if (answers[0].result.row_count == 0) {
        call_fail(call, 404, "Installation not found");
        return;
    }
    tusk_str id = call_param(call, "installation");
    if (!id.ptr) id = call_param(call, "deployment");
    call_ok(
        call, 200,
        json_pack("{s:b, s:{s:o, s:b}}", "success", 1, "data", "id", json_text(id), "deleted", 1));
}
