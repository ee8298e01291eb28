/* mcp.h - the routes of the catalogue and of installations */
#ifndef DEPLOYSTACK_MCP_H
#define DEPLOYSTACK_MCP_H

#include "services/backend/app/route.h"

void servers_list(struct call *call);
void servers_listed(struct call *call, const tusk_answer *answers);
void servers_get(struct call *call);
void servers_got(struct call *call, const tusk_answer *answers);
extern const struct input_field servers_list_query[];

void installations_list(struct call *call);
void installations_listed(struct call *call, const tusk_answer *answers);
void installations_create(struct call *call, tusk_conn *conn);
void installations_remove(struct call *call);
void deployments_remove(struct call *call);
void removed(struct call *call, const tusk_answer *answers);
extern const struct input_field installations_body[];

#endif
