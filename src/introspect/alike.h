/* alike.h - do two things of two schemas, both in tusk_model_normal() form, mean the same? */
#ifndef TUSK_INTROSPECT_ALIKE_H
#define TUSK_INTROSPECT_ALIKE_H

#include "src/model/model.h"

/** "no text" and empty text differ: a policy without USING and one with an empty one do. */
bool tusk_alike_text(tusk_str a, tusk_str b);
bool tusk_alike_options(const tusk_model_options *a, const tusk_model_options *b);
bool tusk_alike_type(const tusk_model_column *a, const tusk_model_column *b);
bool tusk_alike_default(const tusk_default *a, const tusk_default *b);
bool tusk_alike_identity(const tusk_identity *a, const tusk_identity *b);
bool tusk_alike_index(const tusk_model_index *a, const tusk_model_index *b);
bool tusk_alike_foreign_key(const tusk_model_foreign_key *a, const tusk_model_foreign_key *b);
bool tusk_alike_key(const tusk_model_key *a, const tusk_model_key *b);
bool tusk_alike_check(const tusk_model_check *a, const tusk_model_check *b);
bool tusk_alike_exclusion(const tusk_model_exclusion *a, const tusk_model_exclusion *b);
bool tusk_alike_policy(const tusk_model_policy *a, const tusk_model_policy *b);
bool tusk_alike_partition(const tusk_model_partition *a, const tusk_model_partition *b);
bool tusk_alike_enum(const tusk_model_enum *a, const tusk_model_enum *b);
bool tusk_alike_sequence(const tusk_model_sequence *a, const tusk_model_sequence *b);
bool tusk_alike_role(const tusk_model_role *a, const tusk_model_role *b);
bool tusk_alike_view(const tusk_model_view *a, const tusk_model_view *b);
bool tusk_alike_extension(const tusk_model_extension *a, const tusk_model_extension *b);
bool tusk_alike_domain(const tusk_model_domain *a, const tusk_model_domain *b);
bool tusk_alike_composite(const tusk_model_composite *a, const tusk_model_composite *b);
bool tusk_alike_routine(const tusk_model_routine *a, const tusk_model_routine *b);
bool tusk_alike_comment(const tusk_model_comment *a, const tusk_model_comment *b);

#endif
