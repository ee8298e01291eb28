/* alike.h - do two things of two schemas, both in tusk_model_normal() form, mean the same? */
#ifndef TUSK_INTROSPECT_ALIKE_H
#define TUSK_INTROSPECT_ALIKE_H

#include "src/diff/same.h"

bool tusk_alike_type(const tusk_model_column *a, const tusk_model_column *b);
/** Is the policy `a` of a database what `b` says? */
bool tusk_alike_policy(const tusk_model_policy *a, const tusk_model_policy *b);
bool tusk_alike_partition(const tusk_model_partition *a, const tusk_model_partition *b);
bool tusk_alike_enum(const tusk_model_enum *a, const tusk_model_enum *b);
bool tusk_alike_role(const tusk_model_role *a, const tusk_model_role *b);
bool tusk_alike_view(const tusk_model_view *a, const tusk_model_view *b);
bool tusk_alike_extension(const tusk_model_extension *a, const tusk_model_extension *b);
bool tusk_alike_domain(const tusk_model_domain *a, const tusk_model_domain *b);
bool tusk_alike_composite(const tusk_model_composite *a, const tusk_model_composite *b);
bool tusk_alike_routine(const tusk_model_routine *a, const tusk_model_routine *b);
bool tusk_alike_comment(const tusk_model_comment *a, const tusk_model_comment *b);

#endif
