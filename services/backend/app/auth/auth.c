/* auth.c - from a credential to a caller, and from a caller to yes or no; sessions are opened and
 * ended here */
#include "services/backend/app/auth/auth.h"

#include "services/backend/app/auth/auth_store.h"
#include "services/backend/app/auth/throttle.h"
#include "services/backend/app/route.h"
#include "services/backend/app/secret.h"

#define TOKEN_PREFIX "dst_"
static const int64_t SESSION_SECONDS = 30LL * 24 * 3600;

/* ---- who ---- */

static tusk_str bearer(const http_request *request)
{
    tusk_str header = http_header(request, "authorization");
    if (!header.ptr || !tusk_str_starts(header, TUSK_STR("Bearer "))) return (tusk_str){ 0, 0 };
    return tusk_str_trim((tusk_str){ header.ptr + 7, header.len - 7 });
}

/** The session cookie. Of two that differ one was put there by somebody else (another host of the
 * same domain, another program on this machine): then it is nobody's. */
static tusk_str session_cookie(const http_request *request)
{
    tusk_str first = http_cookie(request, "session");
    for (size_t i = 0; first.ptr && i < request->header_count; i++) {
        if (!tusk_str_eq(request->headers[i].name, TUSK_STR("cookie"))) continue;
        for (tusk_str rest = request->headers[i].value; rest.ptr;) {
            tusk_str value = tusk_str_trim(tusk_str_cut(&rest, ';'));
            bool session = tusk_str_eq(tusk_str_cut(&value, '='), TUSK_STR("session"));
            if (session && value.ptr && !tusk_str_eq(value, first)) return (tusk_str){ 0, 0 };
        }
    }
    return first;
}

bool auth_question(struct call *call)
{
    tusk_str secret = bearer(call->request);
    if (!secret.ptr) {
        secret = session_cookie(call->request);
        call->caller.by_cookie = secret.ptr != NULL;
    }
    if (!secret.ptr || secret.len == 0 || secret.len > 200) return false;
    tusk_str hash = secret_hash(call->arena, secret), team = call_param(call, "id");
    bool token = tusk_str_starts(secret, TUSK_STR(TOKEN_PREFIX));
    call->note = token ? call : NULL; /* which of the two views the answer holds */
    call_query(call, token ? auth_find_token(call->arena, hash, team, tusk_now())
                           : auth_find_session(call->arena, hash, team, tusk_now()));
    return true;
}

static void recognise_membership(struct caller *caller, const team_memberships_maybe *membership)
{
    caller->member = membership->has;
    if (membership->has) caller->team_role = membership->value.role;
}

void auth_recognise(struct call *call, const tusk_answer *answers)
{
    struct caller *caller = &call->caller;
    bool token = call->note != NULL;
    call->note = NULL;
    caller->signed_in = answers[0].count == 1;
    if (!caller->signed_in) return;
    if (token) {
        const struct token_view *view = answers[0].items;
        caller->user = view->user;
        caller->role = view->role;
        caller->token_team = view->token.team_id;
        caller->token_scope = view->token.scope;
        recognise_membership(caller, &view->membership);
        return;
    }
    const struct session_view *view = answers[0].items;
    caller->user = view->user;
    caller->role = view->role;
    caller->session_id = view->session.id;
    recognise_membership(caller, &view->membership);
}

/* ---- may ---- */

bool auth_has(const struct caller *caller, const char *permission)
{
    return caller->signed_in && permissions_hold(caller->role.permissions.text, permission);
}

/** Is `word` one of the space-separated words of `scope`? */
static bool scope_holds(tusk_str scope, const char *word)
{
    for (tusk_str rest = scope; rest.ptr;)
        if (tusk_str_eq(tusk_str_cut(&rest, ' '), tusk_str_of(word))) return true;
    return false;
}

static bool token_allows(struct call *call)
{
    const struct caller *caller = &call->caller;
    if (!caller->token_team.ptr) return true;
    const char *scope = call->route->scope;
    tusk_str team = call_param(call, "id");
    bool other_team = call->route->access == ACCESS_TEAM && !tusk_str_eq(team, caller->token_team);
    if (scope && !other_team && scope_holds(caller->token_scope, scope)) return true;
    call_fail(call, 403,
              other_team ? "This token belongs to another team"
              : scope    ? "The token's scope does not cover this"
                         : "A token cannot be used here; sign in instead");
    if (scope) call->details = json_pack("{s:s}", "required_scope", scope);
    return false;
}

static bool forbid(struct call *call, const char *error)
{
    call_fail(call, 403, error);
    call->details = json_pack("{s:s}", "required_permission", call->route->permission);
    return false;
}

bool auth_allows(struct call *call)
{
    const struct route *route = call->route;
    const struct caller *caller = &call->caller;
    if (route->access == ACCESS_OPEN || route->access == ACCESS_OPTIONAL) return true;
    if (!caller->signed_in) {
        call_fail(call, 401, "Authentication required");
        call_header(call, "WWW-Authenticate", TUSK_STR("Bearer"));
        return false;
    }
    if (!token_allows(call)) return false;
    if (route->access == ACCESS_USER) return true;
    if (route->access == ACCESS_GLOBAL)
        return auth_has(caller, route->permission) || forbid(call, "Insufficient permissions");
    if (caller->member && team_role_has(caller->team_role, route->permission)) return true;
    if (tusk_str_eq(caller->role.id, TUSK_STR("global_admin")) &&
        auth_has(caller, route->permission))
        return true;
    return forbid(call, caller->member ? "Insufficient permissions for this team operation"
                                       : "You are not a member of this team");
}

/* ---- signing in and out ---- */

json_t *auth_user_json(const struct auth_user *user)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o}", "id", json_text(user->id), "username",
                     json_text(user->username), "email", json_text(user->email), "email_verified",
                     user->email_verified, "role_id", json_text(user->role_id));
}

static void set_cookie(struct call *call, tusk_str token, int64_t seconds)
{
    call_header(call, "Set-Cookie",
                tusk_arena_printf(
                    call->arena, "session=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                    TUSK_STR_ARG(token), (long long)seconds, call->https ? "; Secure" : ""));
}

tusk_status auth_open_session(struct call *call, tusk_conn *conn, tusk_str user_id, tusk_error *err)
{
    tusk_arena *a = call->arena;
    tusk_str token = secret_token(a, "");
    tusk_time now = tusk_now(), expires = { now.us + SESSION_SECONDS * 1000000 };
    if (!token.ptr) return tusk_fail_nomem(err, "a session");
    tusk_status st = tusk_execute(conn, a, auth_delete_expired(a, now), NULL, err);
    if (!st)
        st = tusk_execute(conn, a, auth_insert_session(a, secret_hash(a, token), user_id, expires),
                          NULL, err);
    if (!st) set_cookie(call, token, SESSION_SECONDS);
    return st;
}

const struct input_field auth_login_body[] = {
    { "login", INPUT_TEXT, true, 1, 255, NULL, "email address or username" },
    { "password", INPUT_TEXT, true, 1, 128, NULL, "password" },
    { 0 },
};

/** The user when login and password are right. Unknown user and wrong password take the same time.
 */
static tusk_status check_password(struct call *call, tusk_conn *conn, struct auth_user *user,
                                  bool *right, tusk_error *err)
{
    bool found = false;
    tusk_status st = tusk_fetch_optional(conn, call->arena,
                                         auth_find_login(call->arena, call_text(call, "login")),
                                         user, &found, err);
    if (st) return st;
    tusk_str hash =
        found && user->hashed_password.has ? user->hashed_password.value : (tusk_str){ 0, 0 };
    *right = secret_password_matches(hash, call_text(call, "password"));
    return TUSK_OK;
}

/** False when this account or address has to wait; the call was answered. */
static bool may_try(struct call *call)
{
    int seconds = throttle_wait(call->app->throttle, call_text(call, "login"), call->request->peer);
    if (seconds == 0) return true;
    call_fail(call, 429, "Too many failed sign-ins, try again later");
    call_header(call, "Retry-After", tusk_arena_printf(call->arena, "%d", seconds));
    return false;
}

void auth_login(struct call *call, tusk_conn *conn)
{
    tusk_error err;
    struct auth_user user;
    bool right = false;
    if (!may_try(call)) return;
    tusk_status st = check_password(call, conn, &user, &right, &err);
    if (!st && !right) {
        throttle_failed(call->app->throttle, call_text(call, "login"), call->request->peer);
        call_fail(call, 400, "Login or password is wrong");
        return;
    }
    if (!st) st = auth_open_session(call, conn, user.id, &err);
    if (st) {
        call_error(call, &err);
        return;
    }
    throttle_passed(call->app->throttle, call_text(call, "login"));
    call_ok(call, 200,
            json_pack("{s:b, s:s, s:o}", "success", 1, "message", "Signed in", "user",
                      auth_user_json(&user)));
}

void auth_logged_out(struct call *call, const tusk_answer *answers)
{
    (void)answers;
    set_cookie(call, TUSK_STR(""), 0);
    call_ok(call, 200, json_pack("{s:b, s:s}", "success", 1, "message", "Signed out"));
}

void auth_logout(struct call *call)
{
    call->query_count = 0;
    if (call->caller.session_id.ptr)
        call_query(call, auth_delete_session(call->arena, call->caller.session_id).query);
    else
        auth_logged_out(call, NULL);
}

void users_me(struct call *call)
{
    const struct caller *c = &call->caller;
    json_t *me = auth_user_json(&c->user);
    if (me) {
        json_object_set_new(me, "created_at", json_time(c->user.created_at));
        json_object_set_new(me, "role",
                            json_pack("{s:o, s:o, s:o}", "id", json_text(c->role.id), "name",
                                      json_text(c->role.name), "permissions",
                                      json_parsed(c->role.permissions)));
    }
    call_ok(call, 200, me);
}

/* ---- what names and addresses look like ---- */

const char *check_username(tusk_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
        if (!fine) return "may hold letters, digits, _ and - only";
    }
    return NULL;
}

const char *check_email(tusk_str text)
{
    static const char complaint[] = "has to look like name@example.org";
    const char *at = memchr(text.ptr, '@', text.len);
    if (!at || at == text.ptr || at + 1 == text.ptr + text.len) return complaint;
    if (memchr(at + 1, '@', (size_t)(text.ptr + text.len - at - 1))) return complaint;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 127) return complaint;
    return NULL;
}
