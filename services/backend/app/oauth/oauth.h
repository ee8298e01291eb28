/* oauth.h - the routes of access tokens */
#ifndef DEPLOYSTACK_OAUTH_H
#define DEPLOYSTACK_OAUTH_H

#include "services/backend/app/route.h"

void tokens_list(struct call *call);
void tokens_listed(struct call *call, const tusk_answer *answers);
void tokens_create(struct call *call, tusk_conn *conn);
void tokens_revoke_expired(struct call *call);
void tokens_revoked(struct call *call, const tusk_answer *answers);
extern const struct input_field tokens_body[];

#endif
