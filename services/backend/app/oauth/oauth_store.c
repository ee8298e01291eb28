/* oauth_store.c - oauth_store.h's queries */
#include "services/backend/app/oauth/oauth_store.h"

oauth_access_tokens_query tokens_of_user(tusk_arena *a, tusk_str user_id, int64_t limit,
                                         int64_t offset)
{
    return tusk_select(a, oauth_access_tokens,
                       .where = TUSK_LIST(tusk_eq(oauth_access_tokens.user_id, user_id)),
                       .order = TUSK_ORDER(tusk_desc(oauth_access_tokens.created_at),
                                           tusk_asc(oauth_access_tokens.id)),
                       .limit = limit, .offset = offset);
}

const tusk_query *tokens_count_of_user(tusk_arena *a, tusk_str user_id)
{
    return tusk_count(a, oauth_access_tokens,
                      .where = TUSK_LIST(tusk_eq(oauth_access_tokens.user_id, user_id)));
}

oauth_access_tokens_query token_insert(tusk_arena *a, const struct oauth_access_token *token)
{
    return tusk_insert(a, oauth_access_tokens, token,
                       .defaults = TUSK_COLUMNS(oauth_access_tokens.created_at));
}

oauth_access_tokens_query tokens_delete_expired(tusk_arena *a, tusk_time now)
{
    return tusk_delete(a, oauth_access_tokens,
                       .where = TUSK_LIST(tusk_lt(oauth_access_tokens.expires_at, now)));
}

team_memberships_query membership_find(tusk_arena *a, tusk_str team_id, tusk_str user_id)
{
    return tusk_select(a, team_memberships,
                       .where = TUSK_LIST(tusk_eq(team_memberships.team_id, team_id),
                                          tusk_eq(team_memberships.user_id, user_id)));
}
