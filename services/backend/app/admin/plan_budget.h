/* plan_budget.h - how much typed statements may make the server write: what only reads can still
 * fill a disk */
#ifndef DEPLOYSTACK_PLAN_BUDGET_H
#define DEPLOYSTACK_PLAN_BUDGET_H

#include "tusk/tusk.h"

enum { BUDGET_MB = 256, BUDGET_MINUTES = 10 };

/** pg_logical_emit_message(), large objects before PostgreSQL 16 and whatever else writes in a
 * read-only transaction stand in the write-ahead log, which cannot say whose they are: what it
 * grows by while statements run counts for them. Any thread. */
struct plan_budget;
struct plan_budget *plan_budget_new(void);
void plan_budget_free(struct plan_budget *budget);

/** Seconds until statements may run again; 0: now. */
int plan_budget_wait(struct plan_budget *budget);
/** Where the log ends; -1 when the server does not say (a standby). */
int64_t plan_budget_look(tusk_conn *conn, tusk_arena *a);
/** A statement ran since plan_budget_look() gave `from`. */
void plan_budget_spend(struct plan_budget *budget, tusk_conn *conn, tusk_arena *a, int64_t from);

#endif
