/* snapshot.h - meta/NNNN_snapshot.json: the state after a migration, version 7, as drizzle-kit
 * keeps it */
#ifndef TUSK_MODEL_SNAPSHOT_H
#define TUSK_MODEL_SNAPSHOT_H

#include "src/model/model.h"

/** prevId of the first snapshot of a folder. */
#define TUSK_SNAPSHOT_NO_ID "00000000-0000-0000-0000-000000000000"

typedef struct tusk_snapshot {
    tusk_str id, prev_id;
    tusk_model model;
} tusk_snapshot;

/** Reads a snapshot, tolerant of what older and pulled ones leave out. `file` is for messages.
 * Errors: TUSK_INVALID with the file and the member that is wrong. Lifetime: `arena`. */
tusk_status tusk_snapshot_read(tusk_arena *arena, const char *file, tusk_str text,
                               tusk_snapshot *out, tusk_error *err);
/** The text of a snapshot, byte for byte as drizzle-kit lays it out. What a snapshot cannot say is
 * left out. Lifetime: `arena`. */
tusk_status tusk_snapshot_write(tusk_arena *arena, const tusk_snapshot *snapshot, tusk_str *out,
                                tusk_error *err);

#endif
