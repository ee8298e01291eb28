/* setup_store.h - the queries of the set-up: what kind of database this is, and its first
 * administrator */
#ifndef DEPLOYSTACK_SETUP_STORE_H
#define DEPLOYSTACK_SETUP_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

struct database_facts {
    char version[64]; /* "15.20" */
    long long size;   /* bytes */
    long long tables; /* of users, any schema */
};

const tusk_query *setup_facts_query(tusk_arena *a);
void setup_read_facts(const tusk_result *result, struct database_facts *out);
tusk_status setup_facts(tusk_conn *conn, tusk_arena *a, struct database_facts *out,
                        tusk_error *err);
tusk_status setup_has_admin(tusk_conn *conn, tusk_arena *a, bool *out, tusk_error *err);

/** In: who; `sample` is a file to load or NULL. Out: team_slug and loaded. */
struct first_admin {
    tusk_str user_id, username, email, hashed_password;
    tusk_str team_id, team_name, team_slug;
    const char *sample;
    int64_t loaded;
};
/** User, team, membership and catalogue in one transaction under a lock. TUSK_BUSY: an
 * administrator was there first. */
tusk_status setup_insert_admin(tusk_conn *conn, tusk_arena *a, struct first_admin *admin,
                               tusk_error *err);

/** persistent_data/db.selection.json, for people and other tools: the database is the truth. */
tusk_status setup_write_marker(tusk_arena *a, tusk_error *err);

#endif
