/* teams_store.c - teams_store.h's queries */
#include "services/backend/app/teams/teams_store.h"

#include "services/backend/app/notifications/notifications_store.h"

enum { SLUG_MAX = 60, SLUG_TRIES = 1000 };

/** Of this team alone; any team when `only` is "no text". */
static tusk_expr within(tusk_str only)
{
    return only.ptr ? tusk_eq(team_memberships.team_id, only) : TUSK_ABSENT;
}

const tusk_query *teams_of_user(tusk_arena *a, tusk_str user_id, tusk_str only, int64_t limit,
                                int64_t offset)
{
    tusk_auto q = tusk_select_joined(
        a, struct team_view,
        TUSK_TABLES(TUSK_FROM(struct team_view, team, teams),
                    TUSK_JOIN(struct team_view, membership, team_memberships,
                              tusk_on(team_memberships.team_id, teams.id))),
        .where = TUSK_LIST(tusk_eq(team_memberships.user_id, user_id), within(only)),
        .order = TUSK_ORDER(tusk_asc(teams.name), tusk_asc(teams.id)), .limit = limit,
        .offset = offset);
    return q.query;
}

const tusk_query *teams_count_of_user(tusk_arena *a, tusk_str user_id, tusk_str only)
{
    return tusk_count(a, team_memberships,
                      .where = TUSK_LIST(tusk_eq(team_memberships.user_id, user_id), within(only)));
}

teams_query teams_find(tusk_arena *a, tusk_str id)
{
    return tusk_select(a, teams, .where = TUSK_LIST(tusk_eq(teams.id, id)));
}

teams_query teams_rename(tusk_arena *a, tusk_str id, tusk_str name, tusk_time now)
{
    return tusk_update(a, teams,
                       .set = TUSK_SET(tusk_set(teams.name, name), tusk_set(teams.updated_at, now)),
                       .where = TUSK_LIST(tusk_eq(teams.id, id)), .returning = true);
}

tusk_status teams_count_locked(tusk_conn *conn, tusk_arena *a, tusk_str user_id, int64_t *count,
                               tusk_error *err)
{
    struct auth_user user;
    tusk_status st = tusk_fetch_one(conn, a,
                                    tusk_select(a, auth_users,
                                                .where = TUSK_LIST(tusk_eq(auth_users.id, user_id)),
                                                .lock = TUSK_LOCK_UPDATE),
                                    &user, err);
    return st ? st
              : tusk_fetch_count(conn, a, teams_count_of_user(a, user_id, (tusk_str){ 0, 0 }),
                                 count, err);
}

tusk_str teams_slug(tusk_arena *a, tusk_str name)
{
    tusk_buf slug;
    tusk_buf_init_in(&slug, a, SLUG_MAX + 1);
    for (size_t i = 0; i < name.len && slug.len < SLUG_MAX; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (keep)
            tusk_buf_add_char(&slug, c);
        else if (slug.len > 0 && slug.ptr[slug.len - 1] != '-')
            tusk_buf_add_char(&slug, '-');
    }
    tusk_str text = tusk_buf_str(&slug);
    while (text.len > 0 && text.ptr[text.len - 1] == '-') text.len--;
    return text.len ? tusk_arena_str(a, text) : TUSK_STR("team");
}

/** The slug itself, or with -2, -3, ... behind it. */
static tusk_status free_slug(tusk_conn *conn, tusk_arena *a, tusk_str wanted, tusk_str *out,
                             tusk_error *err)
{
    *out = wanted;
    for (int n = 2; n < SLUG_TRIES; n++) {
        int64_t taken = 0;
        tusk_status st = tusk_fetch_count(
            conn, a, tusk_count(a, teams, .where = TUSK_LIST(tusk_eq(teams.slug, *out))), &taken,
            err);
        if (st || taken == 0) return st;
        *out = tusk_arena_printf(a, "%.*s-%d", TUSK_STR_ARG(wanted), n);
        if (!out->ptr) return tusk_fail_nomem(err, "a team's slug");
    }
    return tusk_fail(err, TUSK_INVALID, "there are too many teams with this name");
}

static tusk_status tell_owner(tusk_conn *conn, tusk_arena *a, const struct new_team *new,
                              tusk_error *err)
{
    tusk_str title = tusk_arena_printf(a, "%.*s is ready", TUSK_STR_ARG(new->name));
    if (!title.ptr) return tusk_fail_nomem(err, "a notification");
    return tusk_execute(
        conn, a,
        notification_insert(a, new->owner_id, title,
                            TUSK_STR("Install its first server from the catalogue.")),
        NULL, err);
}

tusk_status teams_insert(tusk_conn *conn, tusk_arena *a, const struct new_team *new, tusk_str *slug,
                         tusk_error *err)
{
    tusk_status st = free_slug(conn, a, teams_slug(a, new->name), slug, err);
    if (st) return st;
    struct team team = { .id = new->id,
                         .name = new->name,
                         .slug = *slug,
                         .owner_id = new->owner_id,
                         .is_default = new->is_default };
    struct team_membership owner = { .team_id = new->id,
                                     .user_id = new->owner_id,
                                     .role = team_role_admin };
    st = tusk_execute(conn, a,
                      tusk_insert(a, teams, &team,
                                  .defaults = TUSK_COLUMNS(teams.member_limit, teams.created_at,
                                                           teams.updated_at)),
                      NULL, err);
    if (st) return st;
    st = tusk_execute(conn, a,
                      tusk_insert(a, team_memberships, &owner,
                                  .defaults = TUSK_COLUMNS(team_memberships.joined_at)),
                      NULL, err);
    return st ? st : tell_owner(conn, a, new, err);
}
