/* models.h - schemas by chance: the same number always gives the same one */
#ifndef TUSK_TESTS_MODELS_H
#define TUSK_TESTS_MODELS_H

#include "src/model/model.h"

/** A schema of a few tables, enums, views, sequences and policies with names from a small stock, so
 * that two of them have much in common. Whatever it is, a row with 1 in each column fits into each
 * table, and still does after any of them became any other. `before` (may be NULL) is the one that
 * was there: new tables are empty, so no new foreign key refers to them. */
tusk_model models_random(tusk_arena *arena, unsigned seed, const tusk_model *before);
/** INSERT of that row into each table. */
tusk_str models_rows(tusk_arena *arena, const tusk_model *model);
/** SELECT that gives 0: how many columns of tables that are in both lost their 1. */
tusk_str models_lost(tusk_arena *arena, const tusk_model *before, const tusk_model *after);

#endif
