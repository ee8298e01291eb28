/* teams_store.h - the queries about teams and memberships */
#ifndef DEPLOYSTACK_TEAMS_STORE_H
#define DEPLOYSTACK_TEAMS_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** A team as one member sees it. */
struct team_view {
    teams_row team;
    team_memberships_row membership;
};

/** Rows are struct team_view, by name. `only` is the one team to look at, or "no text". */
const tusk_query *teams_of_user(tusk_arena *a, tusk_str user_id, tusk_str only, int64_t limit,
                                int64_t offset);
const tusk_query *teams_count_of_user(tusk_arena *a, tusk_str user_id, tusk_str only);
teams_query teams_find(tusk_arena *a, tusk_str id);
/** Sets the name and moves updated_at; the changed row comes back, none when there is no such team.
 */
teams_query teams_rename(tusk_arena *a, tusk_str id, tusk_str name, tusk_time now);
/** How many teams the user belongs to; locks the user's row, so that two requests do not pass one
 * limit. */
tusk_status teams_count_locked(tusk_conn *conn, tusk_arena *a, tusk_str user_id, int64_t *count,
                               tusk_error *err);

struct new_team {
    tusk_str id, name, owner_id;
    bool is_default;
};
/** Inserts the team, with a slug of its own made from the name, its owner as team_admin, and a
 * notification for the owner. Inside a transaction. */
tusk_status teams_insert(tusk_conn *conn, tusk_arena *a, const struct new_team *team,
                         tusk_str *slug, tusk_error *err);
/** "My Team!" -> "my-team"; "team" when nothing is left. */
tusk_str teams_slug(tusk_arena *a, tusk_str name);

#endif
