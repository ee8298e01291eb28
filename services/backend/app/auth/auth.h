/* auth.h - who is calling and what that one may do */
#ifndef DEPLOYSTACK_AUTH_H
#define DEPLOYSTACK_AUTH_H

#include "services/backend/app/route.h"

/** Adds the query that tells who is calling; false when the request carries no credential. */
bool auth_question(struct call *call);
/** Fills call->caller from its answer. */
void auth_recognise(struct call *call, const tusk_answer *answers);
/** May the caller use call->route? False when the call was answered (401, 403). */
bool auth_allows(struct call *call);
/** Has the caller's global role this permission? */
bool auth_has(const struct caller *caller, const char *permission);
/** Starts a session for a user: the row is inserted and the cookie set on the call's answer. */
tusk_status auth_open_session(struct call *call, tusk_conn *conn, tusk_str user_id,
                              tusk_error *err);
/** The user as the API shows one. */
json_t *auth_user_json(const struct auth_user *user);

/* permissions.c */
struct role_definition {
    const char *id, *name;
    const char *permissions; /* a JSON array */
};
extern const struct role_definition role_definitions[];
extern const size_t role_definition_count;
/** Has a member with this role this permission in the team? */
bool team_role_has(enum team_role role, const char *permission);
/** Is the permission in the JSON array of a role? */
bool permissions_hold(tusk_str json, const char *permission);
/** Writes the code's roles into the database: inserts what is missing, updates permissions that
 * differ. */
tusk_status roles_sync(tusk_conn *conn, tusk_arena *arena, tusk_error *err);

/* routes */
void auth_login(struct call *call, tusk_conn *conn);
void auth_logout(struct call *call);
void auth_logged_out(struct call *call, const tusk_answer *answers);
void users_me(struct call *call);

extern const struct input_field auth_login_body[];
const char *check_email(tusk_str text);
const char *check_username(tusk_str text);

#endif
