/* audit_store.h - the queries about the audit log, which is only ever added to */
#ifndef DEPLOYSTACK_AUDIT_STORE_H
#define DEPLOYSTACK_AUDIT_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

audit_log_query audit_insert(tusk_arena *a, const struct audit_entry *entry);
/** An entry about what the program does by itself (a nightly backup), made now. */
audit_log_query audit_of_program(tusk_arena *a, const char *action, tusk_str target,
                                 enum audit_outcome outcome);
/** Newest first. */
audit_log_query audit_entries(tusk_arena *a, int64_t limit, int64_t offset);
const tusk_query *audit_count(tusk_arena *a);
/** As much of a target as an entry holds: of a long one both ends, and how much lies between; ""
 * for "no text". Lifetime: the target's and the arena's. */
tusk_str audit_shortened(tusk_arena *a, tusk_str target);

#endif
