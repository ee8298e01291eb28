/* audit.h - the audit log: who did what to what, from where, and what came of it */
#ifndef DEPLOYSTACK_AUDIT_H
#define DEPLOYSTACK_AUDIT_H

#include "services/backend/app/admin/audit_store.h"
#include "services/backend/app/route.h"

/** The end of a call whose answer is settled: writes the entry that its route asks for, into the
 * program's log as well, then calls `then(call)`; at once when there is nothing to write (no such
 * route, nobody signed in). An entry that cannot be written is an error in the log; the answer is
 * given all the same, for what was done is done. Of refusals that come in masses only the first of
 * a minute go into the database. Thread: the loop's. */
void audit_write(struct call *call, void (*then)(void *call));

#endif
