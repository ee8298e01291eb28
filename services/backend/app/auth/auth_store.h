/* auth_store.h - the queries about users, sessions and tokens; the only place of this module that
 * has any */
#ifndef DEPLOYSTACK_AUTH_STORE_H
#define DEPLOYSTACK_AUTH_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** A session with whom it belongs to, and the membership in one team. */
struct session_view {
    auth_sessions_row session;
    auth_users_row user;
    roles_row role;
    team_memberships_maybe membership;
};
/** The same for an access token. */
struct token_view {
    oauth_access_tokens_row token;
    auth_users_row user;
    roles_row role;
    team_memberships_maybe membership;
};

/** A session that is still good, and whose it is. */
struct live_session {
    auth_sessions_row session;
    auth_users_row user;
    roles_row role;
};

/** Rows are struct session_view: none or one, not expired at `now`. `team` may be "no text". */
const tusk_query *auth_find_session(tusk_arena *a, tusk_str id, tusk_str team, tusk_time now);
/** Rows are struct token_view. */
const tusk_query *auth_find_token(tusk_arena *a, tusk_str hash, tusk_str team, tusk_time now);
/** Rows are struct live_session: those of these sessions that are not expired at `now`. */
const tusk_query *auth_find_sessions(tusk_arena *a, tusk_text_array ids, tusk_time now);
/** The user with this email (any case) or username. */
auth_users_query auth_find_login(tusk_arena *a, tusk_str login);
auth_sessions_query auth_insert_session(tusk_arena *a, tusk_str id, tusk_str user_id,
                                        tusk_time expires);
auth_sessions_query auth_delete_session(tusk_arena *a, tusk_str id);
auth_sessions_query auth_delete_expired(tusk_arena *a, tusk_time now);

#endif
