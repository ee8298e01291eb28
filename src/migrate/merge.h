/* merge.h - what two branches made of the same file: conflict markers, and snapshots changed on
 * both sides */
#ifndef TUSK_MIGRATE_MERGE_H
#define TUSK_MIGRATE_MERGE_H

#include <jansson.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

enum { TUSK_OURS, TUSK_THEIRS, TUSK_SIDES };

/** Both sides of a text with git's conflict markers; the same text twice where there are none.
 * `file` is for messages. Errors: TUSK_INVALID for markers that do not fit together, TUSK_NOMEM.
 * Lifetime: `arena`. */
tusk_status tusk_merge_sides(tusk_arena *arena, const char *file, tusk_str text,
                             tusk_str out[TUSK_SIDES], tusk_error *err);

/** `onto` with what changed from `before` to `after`. What both changed (a column, an index, an
 * enum...) is refused by name, even where both did the same: both files make it. `id`, `prevId` and
 * the like are those of `onto`. The caller gives `*out` back with json_decref(). */
tusk_status tusk_merge_snapshot(tusk_arena *arena, json_t *before, json_t *after, json_t *onto,
                                json_t **out, tusk_error *err);
/** The same for the file beside a snapshot; NULL is an empty one. */
tusk_status tusk_merge_extra(tusk_arena *arena, json_t *before, json_t *after, json_t *onto,
                             json_t **out, tusk_error *err);

#endif
