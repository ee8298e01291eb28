/* safe.h - a plan that holds nobody up for long, instead of one in a single transaction */
#ifndef TUSK_DIFF_SAFE_H
#define TUSK_DIFF_SAFE_H

#include "src/diff/diff.h"

/** Puts the safe form in place of statements that read or write whole tables, that are there
 * already, under a lock: foreign keys and checks NOT VALID, then VALIDATE; a CHECK before SET NOT
 * NULL; indexes CONCURRENTLY, and keys and unique constraints USING INDEX; a column with a default
 * that is another one for each row, and a serial, filled in batches that commit. Where anything was
 * put in place, the first statement says "-- tusk:no-transaction": the steps need transactions of
 * their own. What has no safe form (types, identities, generated columns, exclusion constraints;
 * indexes of partitioned tables) stays. A required column without a default is added so that it
 * can be filled first; rows that were not make its VALIDATE fail. Pure. Errors: TUSK_NOMEM.
 * Lifetime: `arena`. */
tusk_status tusk_safe_plan(tusk_arena *arena, tusk_plan *plan, tusk_error *err);

#endif
