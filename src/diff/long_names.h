/* long_names.h - names that PostgreSQL would cut to the same one */
#ifndef TUSK_DIFF_LONG_NAMES_H
#define TUSK_DIFF_LONG_NAMES_H

#include "src/model/model.h"

/** A copy of the model in which those names of indexes and constraints that are longer than 63
 * bytes and would be cut to one that another has end in a hash of the whole name instead; so all
 * are told apart, and always in the same way. All others are as they were: PostgreSQL cuts them
 * wherever they are written. False without memory. Lifetime: `arena`. */
bool tusk_long_names_settle(tusk_arena *arena, const tusk_model *model, tusk_model *out);

#endif
