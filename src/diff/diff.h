/* diff.h - two schemas to the statements that lead from one to the other, texts and order as
 * drizzle-kit's */
#ifndef TUSK_DIFF_DIFF_H
#define TUSK_DIFF_DIFF_H

#include "src/model/model.h"

/** Between two statements of a migration file. */
#define TUSK_BREAKPOINT "--> statement-breakpoint"

/** An ordered plan. Each statement ends in ";" or ";\n". */
typedef struct tusk_plan {
    TUSK_VEC(tusk_str) statements;
} tusk_plan;

/** What it takes to get from `from` to `to`: everything that is created, and columns, constraints,
 * indexes and enum labels that are added. Errors: TUSK_INVALID that names the first other
 * difference, for no other is generated yet; nothing is passed over in silence. Lifetime: `arena`.
 * Pure. */
tusk_status tusk_diff(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                      tusk_plan *out, tusk_error *err);
/** The text of a migration file. Lifetime: `arena`. */
tusk_status tusk_plan_text(tusk_arena *arena, const tusk_plan *plan, tusk_str *out,
                           tusk_error *err);

#endif
