/* plan.h - the routes that plan and run a statement */
#ifndef DEPLOYSTACK_PLAN_H
#define DEPLOYSTACK_PLAN_H

#include "services/backend/app/route.h"

void plan_explain(struct call *call, tusk_conn *conn);
void plan_run(struct call *call, tusk_conn *conn);
extern const struct input_field plan_explain_body[], plan_run_body[];

#endif
