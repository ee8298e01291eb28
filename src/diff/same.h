/* same.h - are two members of a table, or two other things of a schema, the same? */
#ifndef TUSK_DIFF_SAME_H
#define TUSK_DIFF_SAME_H

#include "src/model/model.h"

/** Compared the way drizzle-kit does: texts, and names as they were written. */
bool tusk_same_index(const tusk_model_index *a, const tusk_model_index *b);
bool tusk_same_foreign_key(const tusk_model_foreign_key *a, const tusk_model_foreign_key *b);
bool tusk_same_key(const tusk_model_key *a, const tusk_model_key *b);
bool tusk_same_check(const tusk_model_check *a, const tusk_model_check *b);
bool tusk_same_exclusion(const tusk_model_exclusion *a, const tusk_model_exclusion *b);
bool tusk_same_policy(const tusk_model_policy *a, const tusk_model_policy *b);
bool tusk_same_default(const tusk_default *a, const tusk_default *b);
/** The name of the sequence apart. */
bool tusk_same_identity(const tusk_identity *a, const tusk_identity *b);
bool tusk_same_sequence(const tusk_model_sequence *a, const tusk_model_sequence *b);
bool tusk_same_options(const tusk_model_options *a, const tusk_model_options *b);
/** Is every value of `from` in `to`, in the same order? */
bool tusk_same_values_added(const tusk_names *from, const tusk_names *to);

/** Do two texts, each "no text" or there, differ? */
static inline bool tusk_same_text(tusk_str a, tusk_str b)
{
    return !a.ptr == !b.ptr && tusk_str_eq(a, b);
}

#endif
