/* compare.h - is a difference one that cannot be generated yet? */
#ifndef TUSK_DIFF_COMPARE_H
#define TUSK_DIFF_COMPARE_H

#include "src/model/model.h"

/** TUSK_OK when `to` has everything of `from` unchanged (apart from what it adds); else
 * TUSK_INVALID that names the first thing that was removed or changed. */
tusk_status tusk_compare_models(const tusk_model *from, const tusk_model *to, tusk_error *err);
/** The same for things that are new but not generated yet: policies, views and the like. */
tusk_status tusk_compare_new(const tusk_model *from, const tusk_model *to, tusk_error *err);

/** Is every value of `from` in `to`, in the same order? */
bool tusk_compare_values_added(const tusk_names *from, const tusk_names *to);

#endif
