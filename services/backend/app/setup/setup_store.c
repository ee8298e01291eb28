/* setup_store.c - setup_store.h's queries */
#include "services/backend/app/setup/setup_store.h"

#include <stdio.h>

#include "services/backend/app/mcp/catalog.h"
#include "services/backend/app/teams/teams_store.h"

const tusk_query *setup_facts_query(tusk_arena *a)
{
    return tusk_sql(
        a,
        "select current_setting('server_version'), pg_database_size(current_database())::text, "
        "(select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', "
        "'drizzle') "
        "and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%')::text",
        NULL);
}

void setup_read_facts(const tusk_result *result, struct database_facts *out)
{
    tusk_str version = tusk_result_cell(result, 0, 0), rest = version;
    version = tusk_str_cut(&rest, ' '); /* "15.20 (Debian ...)" */
    snprintf(out->version, sizeof out->version, "%.*s", TUSK_STR_ARG(version));
    tusk_str_to_int(tusk_result_cell(result, 0, 1), 0, INT64_MAX, &out->size);
    tusk_str_to_int(tusk_result_cell(result, 0, 2), 0, INT64_MAX, &out->tables);
}

tusk_status setup_facts(tusk_conn *conn, tusk_arena *a, struct database_facts *out, tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_status st = tusk_run(conn, a, setup_facts_query(a), &result, err);
    if (!st) setup_read_facts(&result, out);
    return st;
}

tusk_status setup_has_admin(tusk_conn *conn, tusk_arena *a, bool *out, tusk_error *err)
{
    int64_t count = 0;
    tusk_status st = tusk_fetch_count(
        conn, a,
        tusk_count(a, auth_users, .where = TUSK_LIST(tusk_eq(auth_users.role_id, "global_admin"))),
        &count, err);
    *out = count > 0;
    return st;
}

struct insert {
    tusk_arena *a;
    struct first_admin *admin;
};

static tusk_status insert_user(tusk_conn *conn, tusk_arena *a, const struct first_admin *admin,
                               tusk_error *err)
{
    struct auth_user user = { .id = admin->user_id,
                              .username = admin->username,
                              .email = admin->email,
                              .email_verified = true,
                              .hashed_password = { true, admin->hashed_password },
                              .role_id = TUSK_STR("global_admin") };
    return tusk_execute(
        conn, a,
        tusk_insert(a, auth_users, &user,
                    .defaults = TUSK_COLUMNS(auth_users.created_at, auth_users.updated_at)),
        NULL, err);
}

static tusk_status insert_all(tusk_conn *conn, void *context, tusk_error *err)
{
    struct insert *in = context;
    struct first_admin *admin = in->admin;
    bool there = false;
    /* two wizards at once: the second waits here and then sees the first one's administrator */
    tusk_status st = tusk_run(
        conn, in->a, tusk_sql(in->a, "lock table \"authUser\" in share row exclusive mode", NULL),
        NULL, err);
    if (!st) st = setup_has_admin(conn, in->a, &there, err);
    if (!st && there) return tusk_fail(err, TUSK_BUSY, "there is an administrator already");
    if (!st) st = insert_user(conn, in->a, admin, err);
    if (!st)
        st = teams_insert(
            conn, in->a,
            &(struct new_team){ admin->team_id, admin->team_name, admin->user_id, true },
            &admin->team_slug, err);
    if (!st && admin->sample)
        st = catalog_import(conn, in->a, admin->sample, NULL, &admin->loaded, err);
    return st;
}

tusk_status setup_insert_admin(tusk_conn *conn, tusk_arena *a, struct first_admin *admin,
                               tusk_error *err)
{
    return tusk_transaction(conn, NULL, insert_all, &(struct insert){ a, admin }, err);
}

tusk_status setup_write_marker(tusk_arena *a, tusk_error *err)
{
    char now[TUSK_TIME_TEXT_SIZE];
    tusk_str text = tusk_arena_printf(
        a, "{\n  \"type\": \"postgresql\",\n  \"selectedAt\": \"%s\",\n  \"version\": \"1.0\"\n}\n",
        tusk_time_text(tusk_now(), now));
    if (!text.ptr) return tusk_fail_nomem(err, "the marker file");
    tusk_status st = tusk_folder_make("persistent_data", 0755, err);
    return st ? st : tusk_file_replace("persistent_data/db.selection.json", text, 0644, err);
}
