/* effect.h - what one migration does, told by the snapshots around it and by its file */
#ifndef TUSK_MIGRATE_EFFECT_H
#define TUSK_MIGRATE_EFFECT_H

#include "src/diff/diff.h"
#include "src/migrate/folder.h"
#include "src/migrate/split.h"

typedef struct tusk_effect {
    tusk_model before, after;
    tusk_plan plan;    /* before -> after, with the renames that the file makes */
    tusk_plan back;    /* after -> before */
    tusk_chunks rest;  /* statements of the file that `plan` does not have: written by hand */
    size_t statements; /* of the file */
} tusk_effect;

/** Of the entry `number` of the journal, whose file holds `sql`. Errors: TUSK_INVALID when it has
 * no snapshot; as tusk_folder_latest() and tusk_diff(). Lifetime: `arena`. */
tusk_status tusk_effect_read(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                             size_t number, tusk_str sql, tusk_effect *out, tusk_error *err);
/** The state after the first `count` entries of the journal. Errors: as tusk_effect_read(). */
tusk_status tusk_folder_state(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                              size_t count, tusk_latest *out, tusk_error *err);

#endif
