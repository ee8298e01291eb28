/* oauth_http.c - make, list and clean up access tokens; a token is shown once and only its hash is
 * kept */
#include "services/backend/app/oauth/oauth.h"
#include "services/backend/app/oauth/oauth_store.h"
#include "services/backend/app/secret.h"

/** What a token may be allowed to do; routes.c names one of these for every route that takes
 * tokens. */
static const char *const scopes[] = { "teams:read", "teams:write", "mcp:read", "mcp:write" };

static const char *check_scope(tusk_str text)
{
    for (tusk_str rest = text; rest.ptr;) {
        tusk_str word = tusk_str_cut(&rest, ' ');
        bool known = false;
        for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
            known |= tusk_str_eq(word, tusk_str_of(scopes[i]));
        if (!known)
            return "has to be one or more of teams:read teams:write mcp:read mcp:write, one space "
                   "between";
    }
    return NULL;
}

const struct input_field tokens_body[] = {
    { "team_id", INPUT_TEXT, true, 1, 64, NULL, "the team that the token works for" },
    { "name", INPUT_TEXT, true, 1, 100, input_not_blank, "what the token is for" },
    { "scope", INPUT_TEXT, true, 1, 200, check_scope, "teams:read teams:write mcp:read mcp:write" },
    { "expires_in", INPUT_INTEGER, false, 60, 31536000, NULL,
      "seconds; 604800 (a week) by default" },
    { 0 },
};

static json_t *token_json(const struct oauth_access_token *t)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", json_text(t->id), "name",
                     json_text(t->name), "team_id", json_text(t->team_id), "scope",
                     json_text(t->scope), "expires_at", json_time(t->expires_at), "created_at",
                     json_time(t->created_at));
}

void tokens_list(struct call *call)
{
    struct page page = call_page(call);
    call_query(call,
               tokens_of_user(call->arena, call->caller.user.id, page.limit, page.offset).query);
    call_query(call, tokens_count_of_user(call->arena, call->caller.user.id));
}

void tokens_listed(struct call *call, const tusk_answer *answers)
{
    const struct oauth_access_token *rows = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++) json_array_append_new(list, token_json(&rows[i]));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:o}}", "success", 1, "data", "tokens", list, "pagination",
                      call_pagination(call_page(call), call_count(&answers[1]))));
}

static tusk_status is_member(struct call *call, tusk_conn *conn, bool *member, tusk_error *err)
{
    struct team_membership row;
    return tusk_fetch_optional(
        conn, call->arena,
        membership_find(call->arena, call_text(call, "team_id"), call->caller.user.id), &row,
        member, err);
}

void tokens_create(struct call *call, tusk_conn *conn)
{
    tusk_arena *a = call->arena;
    tusk_error err = { 0 };
    bool member = false;
    tusk_status st = is_member(call, conn, &member, &err);
    if (!st && !member) {
        call_fail(call, 403, "You are not a member of this team");
        return;
    }
    tusk_str secret = secret_token(a, "dst_");
    tusk_time now = tusk_now();
    struct oauth_access_token token = {
        .id = secret_id(a),
        .user_id = call->caller.user.id,
        .team_id = call_text(call, "team_id"),
        .name = tusk_str_trim(call_text(call, "name")),
        .scope = call_text(call, "scope"),
        .token_hash = secret_hash(a, secret),
        .created_at = now,
        .expires_at = { now.us + call_number(call, "expires_in", 604800) * 1000000 },
    };
    if (!st) st = tusk_execute(conn, a, token_insert(a, &token), NULL, &err);
    if (st)
        call_error(call, &err);
    else
        call_ok(call, 201,
                json_pack("{s:b, s:{s:o, s:o}}", "success", 1, "data", "token", json_text(secret),
                          "access_token", token_json(&token)));
}

void tokens_revoke_expired(struct call *call)
{
    call_query(call, tokens_delete_expired(call->arena, tusk_now()).query);
}

void tokens_revoked(struct call *call, const tusk_answer *answers)
{
    call_ok(
        call, 200,
        json_pack("{s:b, s:I}", "success", 1, "count", (json_int_t)answers[0].result.row_count));
}
