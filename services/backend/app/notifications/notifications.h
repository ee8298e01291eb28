/* notifications.h - the routes of notifications */
#ifndef DEPLOYSTACK_NOTIFICATIONS_H
#define DEPLOYSTACK_NOTIFICATIONS_H

#include "services/backend/app/route.h"

void notifications_list(struct call *call);
void notifications_listed(struct call *call, const tusk_answer *answers);
void notifications_patch(struct call *call);
void notifications_patched(struct call *call, const tusk_answer *answers);
void notifications_read_all(struct call *call);
void notifications_all_read(struct call *call, const tusk_answer *answers);
extern const struct input_field notifications_body[];

#endif
