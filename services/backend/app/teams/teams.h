/* teams.h - the routes of teams */
#ifndef DEPLOYSTACK_TEAMS_H
#define DEPLOYSTACK_TEAMS_H

#include "services/backend/app/route.h"

void teams_list(struct call *call);
void teams_listed(struct call *call, const tusk_answer *answers);
void teams_create(struct call *call, tusk_conn *conn);
void teams_get(struct call *call);
void teams_got(struct call *call, const tusk_answer *answers);
void teams_patch(struct call *call);
extern const struct input_field teams_body[];

#endif
