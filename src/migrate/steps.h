/* steps.h - a migration without a transaction around it: each statement takes effect by itself, and
 * the database knows how far it is, so that a killed run goes on */
#ifndef TUSK_MIGRATE_STEPS_H
#define TUSK_MIGRATE_STEPS_H

#include "src/migrate/apply.h"

/** Runs the statements that have not taken effect yet, then notes the migration as applied. */
tusk_status tusk_apply_steps(tusk_applier *a, const tusk_candidate *one, const tusk_chunks *chunks);

/* ---- shared with apply.c ---- */

/** Makes the error say which statement of which file failed, and shows it. */
tusk_status tusk_apply_fail(tusk_applier *a, const tusk_candidate *one, const tusk_chunk *chunk,
                            size_t number, size_t total);
/** What goes wrong around the statements names the file, too. */
tusk_status tusk_apply_named(tusk_applier *a, const tusk_candidate *one, tusk_status st);
/** `where` is "local " inside a transaction, else "". */
tusk_status tusk_apply_timeouts(tusk_applier *a, const char *where);

#endif
