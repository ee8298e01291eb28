/* admin.h - the routes of the administrators' dashboard, and the JSON that several of them share */
#ifndef DEPLOYSTACK_ADMIN_H
#define DEPLOYSTACK_ADMIN_H

#include "services/backend/app/route.h"

/* audit.c */
void audit_list(struct call *call);
void audit_listed(struct call *call, const tusk_answer *answers);

/* overview_http.c */
void overview_show(struct call *call);
void overview_shown(struct call *call, const tusk_answer *answers);
void overview_stream(struct call *call);

/* activity_http.c */
void activity_list(struct call *call, tusk_conn *conn);
void activity_cancel(struct call *call, tusk_conn *conn);
void activity_terminate(struct call *call, tusk_conn *conn);

/* backups_http.c */
void backups_list(struct call *call, tusk_conn *conn);
void backups_make(struct call *call, tusk_conn *conn);
void backups_verify(struct call *call, tusk_conn *conn);
void backups_remove(struct call *call, tusk_conn *conn);
void backups_ticket(struct call *call, tusk_conn *conn);
void backups_file(struct call *call, tusk_conn *conn);
void backups_settings(struct call *call, tusk_conn *conn);
extern const struct input_field backups_settings_body[], backups_file_query[];

/** {"success": true, "data": data}; data is taken over, NULL: out of memory, 500. */
void admin_ok(struct call *call, int code, json_t *data);
/** null when there is none. */
json_t *json_null_time(tusk_null_time time);
json_t *json_null_number(tusk_null_int64 number);
/** A statement that somebody ran, up to a password in it (alter role ... password 'x'): the server
 * keeps such texts as they were sent. */
json_t *json_statement(tusk_str sql);

#endif
