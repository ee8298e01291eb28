/* custom.h - columns whose C type is the program's own: two functions between it and PostgreSQL's
 * text of the SQL type */
#ifndef TUSK_CUSTOM_H
#define TUSK_CUSTOM_H

#include "tusk/arena.h"
#include "tusk/clause.h"
#include "tusk/error.h"

/** How a type is read and written. COLUMN(custom_as("point", place), at) takes the C type `place`
 * and `const tusk_codec place_codec`, both declared before the schema is; the row's field is then a
 * `place`. Both functions may be called by any thread, take memory from `arena` only, and say what
 * is wrong by TUSK_INVALID and a few words in `err` (which may be NULL). */
typedef struct tusk_codec {
    /** `text` has a zero after it; `value` is zeroed. */
    tusk_status (*read)(tusk_arena *arena, tusk_str text, void *value, tusk_error *err);
    /** The text has to live as long as the arena. */
    tusk_status (*write)(tusk_arena *arena, const void *value, tusk_str *text, tusk_error *err);
} tusk_codec;

/** The function behind the macros below: `value` as its codec writes it. One that cannot be written
 * is told by the query. Lifetime: the arena. Thread: any. */
TUSK_API tusk_value tusk_value_custom(tusk_arena *arena, const tusk_column *column,
                                      const void *value);

/* clang-format off */
/** column = v, for TUSK_SET(); `v` is a variable of the column's own type. */
#define tusk_set_custom(a, col, v)                                                                 \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, __typeof__(v)), "value type does not fit the column type"),    \
     (tusk_assignment){ &(col).c, tusk_value_custom((a), &(col).c, &(v)), 0 })
/** Column, operator, value: tusk_op_custom(a, places.at, "<->", here). */
#define tusk_op_custom(a, col, op, v)                                                              \
    (TUSK_CHECK(TUSK_COLUMN_IS(col, __typeof__(v)), "value type does not fit the column type"),    \
     tusk_compare(&(col).c, (op), tusk_value_custom((a), &(col).c, &(v))))
/* clang-format on */

#endif
