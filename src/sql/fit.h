/* fit.h - makes a bound value exactly of its column's type, or says why it cannot be */
#ifndef TUSK_SQL_FIT_H
#define TUSK_SQL_FIT_H

#include "tusk/error.h"
#include "tusk/schema.h"
#include "tusk/value.h"

/** Converts `value` in place to what a parameter for `column` is: integers and reals get the
 * column's type, the number of an enum becomes its label, varchar travels as text, NULL gets the
 * column's type. Errors (they name the column): TUSK_INVALID for what the column cannot hold: a
 * number out of range, an enum value without a label, text that is not UTF-8; TUSK_MISUSE for a
 * value of another type. */
TUSK_NODISCARD tusk_status tusk_sql_fit(const tusk_table *table, const tusk_column *column,
                                        tusk_value *value, tusk_error *err);
/** The check of text for a value that belongs to no column; `number` is that of the parameter. */
TUSK_NODISCARD tusk_status tusk_sql_check_text(size_t number, const tusk_value *value,
                                               tusk_error *err);
/** tusk_fail() with " column \"c\" of table \"t\"" after the text; fills err->table and
 * err->column. */
TUSK_NODISCARD tusk_status tusk_sql_fail_column(tusk_error *err, tusk_status status,
                                                const tusk_table *table, const tusk_column *column,
                                                const char *what);
/** "text", "integer", ... Lifetime: static. */
const char *tusk_sql_type_name(tusk_type type);

#endif
