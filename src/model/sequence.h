/* sequence.h - the options of a sequence or identity column, every number filled in */
#ifndef TUSK_MODEL_SEQUENCE_H
#define TUSK_MODEL_SEQUENCE_H

#include "src/model/def.h"

/** Numbers as text, as snapshots have them. */
typedef struct tusk_sequence_options {
    tusk_str name; /* SEQUENCE NAME of an identity column, or no text */
    tusk_str increment, start_with, min_value, max_value, cache;
    bool cycle;
} tusk_sequence_options;

/** Reads "start with 1000 increment by 2 cache 5 cycle"; what it leaves out gets PostgreSQL's
 * default for a sequence from `min` to `max`. `options` may have no text. Errors: TUSK_INVALID with
 * the place of the options. Lifetime: `arena`. */
tusk_status tusk_sequence_read(tusk_arena *arena, const tusk_def_name *options, int64_t min,
                               int64_t max, tusk_sequence_options *out, tusk_error *err);

#endif
