/* oauth_store.h - the queries about access tokens */
#ifndef DEPLOYSTACK_OAUTH_STORE_H
#define DEPLOYSTACK_OAUTH_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** Newest first. */
oauth_access_tokens_query tokens_of_user(tusk_arena *a, tusk_str user_id, int64_t limit,
                                         int64_t offset);
const tusk_query *tokens_count_of_user(tusk_arena *a, tusk_str user_id);
oauth_access_tokens_query token_insert(tusk_arena *a, const struct oauth_access_token *token);
/** Deletes what has expired; the row count says how many. */
oauth_access_tokens_query tokens_delete_expired(tusk_arena *a, tusk_time now);
team_memberships_query membership_find(tusk_arena *a, tusk_str team_id, tusk_str user_id);

#endif
