/* check.h - is what a .def file says a schema that C and PostgreSQL both take? */
#ifndef TUSK_MODEL_CHECK_H
#define TUSK_MODEL_CHECK_H

#include "src/model/def.h"

/** The length that PostgreSQL keeps of a name, in bytes. */
#define TUSK_NAME_MAX 63

/** TUSK_OK, or TUSK_INVALID at the first thing wrong. */
tusk_status tusk_def_check(tusk_arena *arena, const tusk_def *def, tusk_error *err);

/* ---- parts, one a file ---- */

/** Every name: well-formed, not too long, not taken twice. */
tusk_status tusk_check_names(tusk_arena *arena, const tusk_def *def, tusk_error *err);
/** The table-level items of a table, once its columns are known to be right. */
tusk_status tusk_check_items(const tusk_def *def, const tusk_def_table *table, tusk_error *err);
/** A column of a view says its type and little else. */
tusk_status tusk_check_view(const tusk_def *def, const tusk_def_table *view, tusk_error *err);
/** Partitions, policies and triggers of a table. */
tusk_status tusk_check_extras(const tusk_def_table *table, tusk_error *err);
/** Policies of other tables, functions and what else stands outside of tables. */
tusk_status tusk_check_objects(const tusk_def *def, tusk_error *err);

/** Does a foreign key's `from` fit its target `to`? */
tusk_status tusk_check_reference(const tusk_def_column *from, tusk_place place,
                                 const tusk_def_table *to_table, const tusk_def_column *to,
                                 tusk_error *err);
/** The table that a foreign key names, NULL (and `err`) for none, and for a view. */
const tusk_def_table *tusk_check_target(const tusk_def *def, const tusk_def_name *name,
                                        tusk_error *err);
/** The column of that name in C, NULL (and `err`) for none. */
const tusk_def_column *tusk_check_find_column(const tusk_def_table *table,
                                              const tusk_def_name *name, tusk_error *err);
/** Is there a key or unique constraint of `table` over exactly these columns? If not, says so at
 * `at`. */
tusk_status tusk_check_unique(const tusk_def_name *at, const tusk_def_table *table,
                              const tusk_def_names *columns, tusk_error *err);
tusk_status tusk_check_set_null(const tusk_def_column *column, tusk_action action, tusk_place place,
                                tusk_error *err);
/** A unique key of a partitioned table has to hold every column that it is partitioned by. */
tusk_status tusk_check_partition_key(const tusk_def_table *table, const tusk_def_names *columns,
                                     tusk_place place, tusk_error *err);

/** At most one of defaults, GENERATED, IDENTITY and serial, and none of them empty. */
tusk_status tusk_check_fill(const tusk_def_column *column, tusk_error *err);
/** Attributes that need a type, or another attribute beside them. */
tusk_status tusk_check_attributes(const tusk_def_column *column, tusk_error *err);
/** Is there the enum of a column, with the label that is its default? */
tusk_status tusk_check_label(const tusk_def *def, const tusk_def_column *column, tusk_error *err);
/** Does DEFAULT(...) fit the type? */
tusk_status tusk_check_literal(const tusk_def_column *column, tusk_error *err);
/** "text", "an enum": for messages. Lifetime: that of the .def file. */
const char *tusk_check_type_name(const tusk_def_column *column);

/** A keyword of C or a macro that would break a declaration of that name. */
bool tusk_word_is_reserved(tusk_str word);
/** A function or object of the C library that a variable of that name would shadow. */
bool tusk_word_is_library(tusk_str word);

#endif
