/* mcp_store.c - mcp_store.h's queries */
#include "services/backend/app/mcp/mcp_store.h"

enum { DEPLOYMENTS_MAX = 1000, WORDS_MAX = 8 };

/** "%words%" with the pattern characters of the words taken literally. */
static tusk_str anywhere(tusk_arena *a, tusk_str words)
{
    tusk_buf pattern;
    tusk_buf_init_in(&pattern, a, 4096);
    tusk_buf_add_char(&pattern, '%');
    for (size_t i = 0; i < words.len; i++) {
        if (strchr("%_\\", words.ptr[i])) tusk_buf_add_char(&pattern, '\\');
        tusk_buf_add_char(&pattern, words.ptr[i]);
    }
    tusk_buf_add_char(&pattern, '%');
    return tusk_buf_str(&pattern);
}

/** Every word stands somewhere in the name or the description: finds parts of words, and languages
 * without spaces. */
static tusk_expr by_parts(tusk_arena *a, tusk_str words)
{
    tusk_expr every = TUSK_ABSENT;
    int count = 0;
    for (tusk_str rest = words; rest.ptr && count < WORDS_MAX;) {
        tusk_str word = tusk_str_cut(&rest, ' ');
        if (word.len == 0) continue;
        tusk_str pattern = anywhere(a, word);
        every = tusk_and(a, every,
                         tusk_or(a, tusk_ilike(mcp_servers.name, pattern),
                                 tusk_ilike(mcp_servers.description, pattern)));
        count++;
    }
    return every;
}

static tusk_expr by_words(tusk_arena *a, tusk_str words)
{
    words = tusk_str_trim(words);
    if (words.len == 0) return TUSK_ABSENT;
    return tusk_or(a, tusk_matches(mcp_servers.search_vector, "english", words),
                   by_parts(a, words));
}

static tusk_expr by_tag(tusk_arena *a, tusk_str tag)
{
    if (tag.len == 0) return TUSK_ABSENT;
    tusk_buf json;
    tusk_buf_init_in(&json, a, 4096);
    tusk_buf_add_cstr(&json, "[\"");
    for (size_t i = 0; i < tag.len; i++) {
        unsigned char c = (unsigned char)tag.ptr[i];
        if (c < ' ')
            tusk_buf_printf(&json, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            tusk_buf_printf(&json, "\\%c", c);
        else
            tusk_buf_add_char(&json, (char)c);
    }
    tusk_buf_add_cstr(&json, "\"]");
    tusk_json tags = { tusk_buf_str(&json) };
    return tusk_contains(mcp_servers.tags, tags);
}

mcp_servers_query servers_search(tusk_arena *a, const struct server_search *s)
{
    tusk_str words = tusk_str_trim(s->words);
    const tusk_order *by_rank =
        TUSK_ORDER(tusk_desc_by(tusk_rank(mcp_servers.search_vector, "english", words)),
                   tusk_desc(mcp_servers.downloads_a_month), tusk_asc(mcp_servers.name));
    const tusk_order *by_downloads =
        TUSK_ORDER(tusk_desc(mcp_servers.downloads_a_month), tusk_asc(mcp_servers.name));
    return tusk_select(a, mcp_servers,
                       .where = TUSK_LIST(tusk_eq(mcp_servers.status, "active"), by_words(a, words),
                                          by_tag(a, s->tag)),
                       .order = words.len ? by_rank : by_downloads, .limit = s->limit,
                       .offset = s->offset);
}

const tusk_query *servers_count(tusk_arena *a, const struct server_search *s)
{
    return tusk_count(a, mcp_servers,
                      .where = TUSK_LIST(tusk_eq(mcp_servers.status, "active"),
                                         by_words(a, s->words), by_tag(a, s->tag)));
}

const tusk_query *servers_tags(tusk_arena *a)
{
    return tusk_sql(a,
                    "select t.tag, count(*)::text from \"mcpServerTemplates\" s, "
                    "jsonb_array_elements_text(s.\"tags\") t(tag) where s.\"status\" = 'active' "
                    "group by t.tag order by count(*) desc, t.tag limit 30",
                    NULL);
}

mcp_servers_query servers_find(tusk_arena *a, tusk_str id)
{
    return tusk_select(
        a, mcp_servers,
        .where = TUSK_LIST(tusk_eq(mcp_servers.id, id), tusk_eq(mcp_servers.status, "active")));
}

static const tusk_query *select_installations(tusk_arena *a, tusk_expr which, int64_t limit,
                                              int64_t offset)
{
    tusk_auto q = tusk_select_joined(
        a, struct installation_view,
        TUSK_TABLES(TUSK_FROM(struct installation_view, installation, mcp_team_installations),
                    TUSK_LEFT_JOIN(struct installation_view, server, mcp_servers,
                                   tusk_on(mcp_team_installations.server_id, mcp_servers.id)),
                    TUSK_LEFT_JOIN(struct installation_view, team, teams,
                                   tusk_on(mcp_team_installations.team_id, teams.id))),
        .where = TUSK_LIST(which),
        .order = TUSK_ORDER(tusk_desc(mcp_team_installations.created_at),
                            tusk_desc(mcp_team_installations.id)),
        .limit = limit, .offset = offset);
    return q.query;
}

const tusk_query *installations_of_team(tusk_arena *a, tusk_str team_id, int64_t limit,
                                        int64_t offset)
{
    return select_installations(a, tusk_eq(mcp_team_installations.team_id, team_id), limit, offset);
}

const tusk_query *installation_find(tusk_arena *a, tusk_str id)
{
    return select_installations(a, tusk_eq(mcp_team_installations.id, id), 0, 0);
}

const tusk_query *installations_count(tusk_arena *a, tusk_str team_id)
{
    return tusk_count(a, mcp_team_installations,
                      .where = TUSK_LIST(tusk_eq(mcp_team_installations.team_id, team_id)));
}

const tusk_query *deployments_of_team(tusk_arena *a, tusk_str team_id)
{
    tusk_auto q = tusk_select_joined(
        a, struct deployment_view,
        TUSK_TABLES(TUSK_FROM(struct deployment_view, deployment, mcp_server_installations),
                    TUSK_JOIN(struct deployment_view, installation, mcp_team_installations,
                              tusk_on(mcp_server_installations.team_installation_id,
                                      mcp_team_installations.id)),
                    TUSK_LEFT_JOIN(struct deployment_view, satellite, satellites,
                                   tusk_on(mcp_server_installations.satellite_id, satellites.id))),
        .where = TUSK_LIST(tusk_eq(mcp_team_installations.team_id, team_id)),
        .order = TUSK_ORDER(tusk_asc(mcp_server_installations.created_at),
                            tusk_asc(mcp_server_installations.id)),
        .limit = DEPLOYMENTS_MAX);
    return q.query;
}

mcp_team_installations_query installation_delete(tusk_arena *a, tusk_str team_id, tusk_str id)
{
    return tusk_delete(a, mcp_team_installations,
                       .where = TUSK_LIST(tusk_eq(mcp_team_installations.id, id),
                                          tusk_eq(mcp_team_installations.team_id, team_id)));
}

mcp_server_installations_query deployment_delete(tusk_arena *a, tusk_str id, tusk_str user_id,
                                                 bool any_team)
{
    tusk_expr mine = TUSK_ABSENT;
    if (!any_team)
        mine = tusk_exists(tusk_select(
            a, mcp_team_installations,
            .where = TUSK_LIST(
                tusk_on(mcp_team_installations.id, mcp_server_installations.team_installation_id),
                tusk_exists(tusk_select(
                    a, team_memberships,
                    .where =
                        TUSK_LIST(tusk_on(team_memberships.team_id, mcp_team_installations.team_id),
                                  tusk_eq(team_memberships.user_id, user_id),
                                  tusk_eq(team_memberships.role, team_role_admin)))))));
    return tusk_delete(a, mcp_server_installations,
                       .where = TUSK_LIST(tusk_eq(mcp_server_installations.id, id), mine));
}

/** An active satellite of the team, else one that serves every team; none is fine: the deployment
 * waits. */
static tusk_status choose_satellite(tusk_conn *conn, tusk_arena *a, tusk_str team_id,
                                    tusk_null_str *out, tusk_error *err)
{
    satellites_rows rows = { 0 };
    tusk_status st = tusk_fetch(
        conn, a,
        tusk_select(a, satellites,
                    .where = TUSK_LIST(tusk_eq(satellites.status, "active"),
                                       tusk_or(a, tusk_eq(satellites.team_id, team_id),
                                               tusk_is_null(satellites.team_id))),
                    .order = TUSK_ORDER(tusk_asc(satellites.team_id), tusk_asc(satellites.id)),
                    .limit = 1),
        &rows, err);
    if (!st && rows.count > 0) *out = (tusk_null_str){ true, rows.items[0].id };
    return st;
}

tusk_status installation_insert(tusk_conn *conn, tusk_arena *a, const struct new_installation *new,
                                tusk_error *err)
{
    struct mcp_team_installation installation = { .id = new->id,
                                                  .team_id = new->team_id,
                                                  .server_id = { true, new->server_id },
                                                  .name = new->name,
                                                  .created_by = { true, new->user_id } };
    struct mcp_server_installation deployment = { .id = new->deployment_id,
                                                  .team_installation_id = new->id,
                                                  .status = deployment_status_pending };
    tusk_status st = choose_satellite(conn, a, new->team_id, &deployment.satellite_id, err);
    if (!st)
        st = tusk_execute(conn, a,
                          tusk_insert(a, mcp_team_installations, &installation,
                                      .defaults = TUSK_COLUMNS(mcp_team_installations.created_at,
                                                               mcp_team_installations.updated_at)),
                          NULL, err);
    if (st) return st;
    return tusk_execute(conn, a,
                        tusk_insert(a, mcp_server_installations, &deployment,
                                    .defaults = TUSK_COLUMNS(mcp_server_installations.created_at,
                                                             mcp_server_installations.updated_at)),
                        NULL, err);
}
