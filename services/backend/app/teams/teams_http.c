/* teams_http.c - list, make, show and rename teams */
#include "services/backend/app/teams/teams.h"

#include "services/backend/app/secret.h"
#include "services/backend/app/teams/teams_store.h"

enum { TEAMS_OF_A_USER = 3 };

const struct input_field teams_body[] = {
    { "name", INPUT_TEXT, true, 1, 100, input_not_blank, "name of the team" },
    { 0 },
};

static json_t *team_json(const struct team *t)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "id", json_text(t->id), "name",
                     json_text(t->name), "slug", json_text(t->slug), "description",
                     json_null_text(t->description), "owner_id", json_text(t->owner_id),
                     "is_default", t->is_default, "created_at", json_time(t->created_at),
                     "updated_at", json_time(t->updated_at));
}

static json_t *with_role(json_t *team, enum team_role role)
{
    if (team) json_object_set_new(team, "role", json_string(team_role_enum.labels[role]));
    return team;
}

void teams_list(struct call *call)
{
    struct page page = call_page(call);
    tusk_str user = call->caller.user.id, only = call->caller.token_team;
    call_query(call, teams_of_user(call->arena, user, only, page.limit, page.offset));
    call_query(call, teams_count_of_user(call->arena, user, only));
}

void teams_listed(struct call *call, const tusk_answer *answers)
{
    const struct team_view *views = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++)
        json_array_append_new(list, with_role(team_json(&views[i].team), views[i].membership.role));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:o}}", "success", 1, "data", "teams", list, "pagination",
                      call_pagination(call_page(call), call_count(&answers[1]))));
}

void teams_get(struct call *call)
{
    call_query(call, teams_find(call->arena, call_param(call, "id")).query);
}

/** The answer of showing and of renaming: the row, or 404 when no row was there. */
void teams_got(struct call *call, const tusk_answer *answers)
{
    if (answers[0].count == 0) {
        call_fail(call, 404, "Team not found");
        return;
    }
    json_t *team = team_json(answers[0].items);
    if (call->caller.member) with_role(team, call->caller.team_role);
    call_ok(call, 200, json_pack("{s:b, s:{s:o}}", "success", 1, "data", "team", team));
}

void teams_patch(struct call *call)
{
    call_query(call, teams_rename(call->arena, call_param(call, "id"),
                                  tusk_str_trim(call_text(call, "name")), tusk_now())
                         .query);
}

struct creation {
    struct call *call;
    struct new_team team;
    struct team made;
};

static tusk_status create(tusk_conn *conn, void *context, tusk_error *err)
{
    struct creation *c = context;
    tusk_arena *a = c->call->arena;
    int64_t count = 0;
    tusk_str slug;
    tusk_status st = teams_count_locked(conn, a, c->team.owner_id, &count, err);
    if (!st && count >= TEAMS_OF_A_USER) return tusk_fail(err, TUSK_BUSY, "limit reached");
    if (!st) st = teams_insert(conn, a, &c->team, &slug, err);
    return st ? st : tusk_fetch_one(conn, a, teams_find(a, c->team.id), &c->made, err);
}

void teams_create(struct call *call, tusk_conn *conn)
{
    struct creation c = { .call = call,
                          .team = { secret_id(call->arena), tusk_str_trim(call_text(call, "name")),
                                    call->caller.user.id, false } };
    tusk_error err = { 0 };
    tusk_status st = tusk_transaction(conn, NULL, create, &c, &err);
    if (st == TUSK_BUSY)
        call_fail(call, 400, "You have reached the maximum limit of 3 teams");
    else if (st)
        call_error(call, &err);
    else
        call_ok(call, 201,
                json_pack("{s:b, s:{s:o}}", "success", 1, "data", "team",
                          with_role(team_json(&c.made), team_role_admin)));
}
