/* rename.h - renames, applied to the schema that was before it is compared */
#ifndef TUSK_DIFF_RENAME_H
#define TUSK_DIFF_RENAME_H

#include "src/diff/diff.h"

/** A copy of `from` in which everything that was renamed or moved has its new name, member for
 * member in the order of `from`, so that item i of a list was item i there. Foreign keys, indexes
 * and constraints keep the names they were written with, as drizzle-kit compares them. `options`
 * may be NULL. Errors: TUSK_INVALID for a rename that is not possible. Lifetime: `arena`. */
tusk_status tusk_rename_apply(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                              const tusk_diff_options *options, tusk_model *out, tusk_error *err);
/** The name in `renamed` of the schema that is `schema` in `from`. */
tusk_str tusk_rename_schema(const tusk_model *from, const tusk_model *renamed, tusk_str schema);

#endif
