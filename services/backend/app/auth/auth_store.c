/* auth_store.c - who a session or token belongs to, in one joined select */
#include "services/backend/app/auth/auth_store.h"

static tusk_str or_empty(tusk_str text)
{
    return text.ptr ? text : TUSK_STR("");
}

const tusk_query *auth_find_session(tusk_arena *a, tusk_str id, tusk_str team, tusk_time now)
{
    tusk_auto q = tusk_select_joined(
        a, struct session_view,
        TUSK_TABLES(
            TUSK_FROM(struct session_view, session, auth_sessions),
            TUSK_JOIN(struct session_view, user, auth_users,
                      tusk_on(auth_sessions.user_id, auth_users.id)),
            TUSK_JOIN(struct session_view, role, roles, tusk_on(auth_users.role_id, roles.id)),
            TUSK_LEFT_JOIN(struct session_view, membership, team_memberships,
                           tusk_and(a, tusk_on(team_memberships.user_id, auth_users.id),
                                    tusk_eq(team_memberships.team_id, or_empty(team))))),
        .where = TUSK_LIST(tusk_eq(auth_sessions.id, id), tusk_gt(auth_sessions.expires_at, now)));
    return q.query;
}

const tusk_query *auth_find_token(tusk_arena *a, tusk_str hash, tusk_str team, tusk_time now)
{
    tusk_auto q = tusk_select_joined(
        a, struct token_view,
        TUSK_TABLES(
            TUSK_FROM(struct token_view, token, oauth_access_tokens),
            TUSK_JOIN(struct token_view, user, auth_users,
                      tusk_on(oauth_access_tokens.user_id, auth_users.id)),
            TUSK_JOIN(struct token_view, role, roles, tusk_on(auth_users.role_id, roles.id)),
            TUSK_LEFT_JOIN(struct token_view, membership, team_memberships,
                           tusk_and(a, tusk_on(team_memberships.user_id, auth_users.id),
                                    tusk_eq(team_memberships.team_id, or_empty(team))))),
        .where = TUSK_LIST(tusk_eq(oauth_access_tokens.token_hash, hash),
                           tusk_gt(oauth_access_tokens.expires_at, now)));
    return q.query;
}

const tusk_query *auth_find_sessions(tusk_arena *a, tusk_text_array ids, tusk_time now)
{
    tusk_auto q = tusk_select_joined(
        a, struct live_session,
        TUSK_TABLES(
            TUSK_FROM(struct live_session, session, auth_sessions),
            TUSK_JOIN(struct live_session, user, auth_users,
                      tusk_on(auth_sessions.user_id, auth_users.id)),
            TUSK_JOIN(struct live_session, role, roles, tusk_on(auth_users.role_id, roles.id))),
        .where = TUSK_LIST(tusk_in(auth_sessions.id, ids), tusk_gt(auth_sessions.expires_at, now)));
    return q.query;
}

auth_users_query auth_find_login(tusk_arena *a, tusk_str login)
{
    return tusk_select(a, auth_users,
                       .where = TUSK_LIST(tusk_or(
                           a, tusk_eq(auth_users.username, login),
                           tusk_raw(a, "lower({}) = lower({})",
                                    TUSK_ARGS(tusk_col(auth_users.email), tusk_arg(login))))),
                       .limit = 1);
}

auth_sessions_query auth_insert_session(tusk_arena *a, tusk_str id, tusk_str user_id,
                                        tusk_time expires)
{
    struct auth_session row = { .id = id, .user_id = user_id, .expires_at = expires };
    return tusk_insert(a, auth_sessions, &row, .defaults = TUSK_COLUMNS(auth_sessions.created_at));
}

auth_sessions_query auth_delete_session(tusk_arena *a, tusk_str id)
{
    return tusk_delete(a, auth_sessions, .where = TUSK_LIST(tusk_eq(auth_sessions.id, id)));
}

auth_sessions_query auth_delete_expired(tusk_arena *a, tusk_time now)
{
    return tusk_delete(a, auth_sessions,
                       .where = TUSK_LIST(tusk_le(auth_sessions.expires_at, now)));
}
