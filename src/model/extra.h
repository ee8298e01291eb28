/* extra.h - meta/_NNNN_tusk.json: what a schema says and a snapshot cannot, beside the snapshot of
 * the same number. drizzle-kit leaves files that begin with "_" alone. */
#ifndef TUSK_MODEL_EXTRA_H
#define TUSK_MODEL_EXTRA_H

#include "src/model/model.h"

/** The text of the file; no text when there is nothing to say. Lifetime: `arena`. */
tusk_status tusk_extra_write(tusk_arena *arena, const tusk_model *model, tusk_str *out,
                             tusk_error *err);
/** The text with the id of the snapshot that it lies beside ("snapshot"): after a merge of two
 * branches nothing else tells whose a file of that number is. Errors: TUSK_INVALID, TUSK_NOMEM.
 * Lifetime: `arena`. */
tusk_status tusk_extra_own(tusk_arena *arena, tusk_str text, tusk_str snapshot_id, tusk_str *out,
                           tusk_error *err);
/** Adds what a file says to the model of its snapshot. What it says of tables, indexes and
 * constraints that the model does not have is passed over: drizzle-kit may have dropped them since.
 * `file` is for messages. Errors: TUSK_INVALID with the file and the member that is wrong.
 * Lifetime: `arena`. */
tusk_status tusk_extra_read(tusk_arena *arena, const char *file, tusk_str text, tusk_model *into,
                            tusk_error *err);

#endif
