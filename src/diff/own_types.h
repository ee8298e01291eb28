/* own_types.h - domains and composite types in one row, domains first: what uses what, and which
 * have to step aside because PostgreSQL changes none that a column is of */
#ifndef TUSK_DIFF_OWN_TYPES_H
#define TUSK_DIFF_OWN_TYPES_H

#include "src/diff/fate.h"

size_t tusk_own_types_count(const tusk_model *model);
tusk_str tusk_own_type_name(const tusk_model *model, size_t i);
/** Does type `i` speak of one that is called so? */
bool tusk_own_type_uses(const tusk_model *model, size_t i, tusk_str type);
/** Is type `i` of the one model in the other, too? */
bool tusk_own_type_is_in(const tusk_model *model, const tusk_model *other, size_t i);
/** Which type a column is of, or an array of; false for none of them. */
bool tusk_own_type_of(const tusk_model *model, const tusk_model_column *column, size_t *i);
/** Does type `i`, whatever it takes to get there, come down to the enum? */
bool tusk_own_type_reaches(const tusk_model *model, size_t i, const tusk_model_enum *e);

/** Finds old_types, new_types and anew_types of the fates, once the enums are known. */
void tusk_fates_find_types(tusk_fates *changes);
/** Is the column of a type that is dropped and made again? */
bool tusk_fates_is_anew(const tusk_fates *changes, const tusk_model_column *column);
/** Is the type of a column of the new schema only there once enums are made anew? */
bool tusk_fates_type_waits(const tusk_fates *changes, const tusk_model_column *column);
/** Does its head speak of a type that is dropped and made again? */
bool tusk_fates_routine_waits(const tusk_fates *changes, const tusk_model_routine *routine);
/** Does its default, before or after, speak of such a type, or call such a function? Then it is
 * dropped first and set last. */
bool tusk_fates_default_waits(const tusk_fates *changes, const tusk_column_change *column);
/** Does the text speak of a type that is dropped and made again? */
bool tusk_fates_names_anew(const tusk_names *anew_types, tusk_str text);

#endif
