/* check.h - is what a .def file says a schema that C and PostgreSQL both take? */
#ifndef TUSK_MODEL_CHECK_H
#define TUSK_MODEL_CHECK_H

#include "src/model/def.h"

/** The length that PostgreSQL keeps of a name, in bytes. */
#define TUSK_NAME_MAX 63

/** TUSK_OK, or TUSK_INVALID at the first thing wrong. */
tusk_status tusk_def_check(tusk_arena *arena, const tusk_def *def, tusk_error *err);

/* Parts, one a file. */
tusk_status tusk_check_names(tusk_arena *arena, const tusk_def *def, tusk_error *err);
tusk_status tusk_check_column(const tusk_def *def, const tusk_def_table *table,
                              const tusk_def_column *column, tusk_error *err);
tusk_status tusk_check_item(const tusk_def *def, const tusk_def_table *table,
                            const tusk_def_item *item, tusk_error *err);
/** Does a foreign key's `from` fit its target `to`? */
tusk_status tusk_check_reference(const tusk_def_column *from, tusk_place place,
                                 const tusk_def_table *to_table, const tusk_def_column *to,
                                 tusk_error *err);
/** Is there a key or unique constraint of `table` over exactly these columns? */
bool tusk_check_unique(const tusk_def_table *table, const tusk_def_names *columns);
/** "unknown table" with the names that come near. */
tusk_status tusk_check_no_table(const tusk_def_name *name, tusk_error *err);
tusk_status tusk_check_no_column(const tusk_def_table *table, const tusk_def_name *name,
                                 tusk_error *err);

/** At most one of defaults and GENERATED, and none of them empty. */
tusk_status tusk_check_fill(const tusk_def_column *column, tusk_error *err);
/** Is there the enum of a column, with the label that is its default? */
tusk_status tusk_check_label(const tusk_def *def, const tusk_def_column *column, tusk_error *err);
/** Does DEFAULT(...) fit the type? */
tusk_status tusk_check_literal(const tusk_def_column *column, tusk_error *err);
/** "text", "an enum": for messages. Lifetime: static. */
const char *tusk_check_type_name(tusk_type type);

/** A keyword of C or a macro that would break a declaration of that name. */
bool tusk_word_is_reserved(tusk_str word);
/** A function or object of the C library that a variable of that name would shadow. */
bool tusk_word_is_library(tusk_str word);

#endif
