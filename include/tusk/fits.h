/* fits.h - does a C value fit a column? The column says its C type through its phantom member. */
#ifndef TUSK_FITS_H
#define TUSK_FITS_H

#include "tusk/types.h"

/* Used by the macros of expr.h, query.h and run.h; a program needs them only for macros of its own.
 * Tables, one line a type, laid out by hand. */
/* clang-format off */
/** Does not compile, with the sentence `why`, when the constant `ok` is false. */
/* A statement expression, not a struct inside sizeof: clang takes a compound literal in there for one of file scope. */
#define TUSK_CHECK(ok, why)     ((void)__extension__({ _Static_assert(ok, why); 0; }))
#define TUSK_COLUMN_IS(col, T)  __builtin_types_compatible_p(__typeof__(*(col).value_), T)
#define TUSK_COLUMN_NULLS(col)  (sizeof(*(col).null_) == 2)
#define TUSK_COLUMN_IS_REAL(col) (TUSK_COLUMN_IS(col, double) || TUSK_COLUMN_IS(col, float))
#define TUSK_COLUMN_IS_INTEGER(col)                                                                \
    (TUSK_COLUMN_IS(col, int16_t) || TUSK_COLUMN_IS(col, int32_t) || TUSK_COLUMN_IS(col, int64_t))
/* gcc and clang: an enum without negative members is compatible with unsigned */
#define TUSK_COLUMN_IS_ENUM(col) TUSK_COLUMN_IS(col, unsigned)
/* in C17 `true` is the int 1: a constant 0 or 1 fits a boolean column, other ints do not. Only an integer constant times
 * zero is a null pointer, which takes the other pointer's type; __builtin_constant_p would depend on the optimiser. */
#define TUSK_INT_OR_2(v)        _Generic((v), int: (v), default: 2)
#define TUSK_IS_CONSTANT(i)                                                                        \
    _Generic(1 ? (void *)((long)(i) * 0L) : (int *)0, int *: 1, default: 0)
#define TUSK_INT_CONSTANT(v)                                                                       \
    __builtin_choose_expr(TUSK_IS_CONSTANT(TUSK_INT_OR_2(v)), TUSK_INT_OR_2(v), 2)
#define TUSK_IS_BOOL_LITERAL(v) (TUSK_INT_CONSTANT(v) == 0 || TUSK_INT_CONSTANT(v) == 1)
#define TUSK_INT_FITS(col)                                                                         \
    (TUSK_COLUMN_IS_INTEGER(col) || TUSK_COLUMN_IS_ENUM(col) || TUSK_COLUMN_IS_REAL(col))
/** May `v` be compared with the column, or stored in it? */
#define TUSK_FITS(col, v)                                                                          \
    _Generic((v),                                                                                  \
        char *: TUSK_COLUMN_IS(col, tusk_str),                                                     \
        const char *: TUSK_COLUMN_IS(col, tusk_str),                                               \
        int: (TUSK_INT_FITS(col) || (TUSK_COLUMN_IS(col, bool) && TUSK_IS_BOOL_LITERAL(v))),       \
        unsigned: (TUSK_COLUMN_IS_ENUM(col) ? TUSK_COLUMN_IS(col, __typeof__(v))                   \
                                            : TUSK_INT_FITS(col)),                                 \
        short: TUSK_COLUMN_IS_INTEGER(col),                                                        \
        long: TUSK_COLUMN_IS_INTEGER(col),                                                         \
        long long: TUSK_COLUMN_IS_INTEGER(col),                                                    \
        float: TUSK_COLUMN_IS_REAL(col),                                                           \
        double: TUSK_COLUMN_IS_REAL(col),                                                          \
        default: TUSK_COLUMN_IS(col, __typeof__(v)))
/** Is it a text by itself, to be taken by tusk_val()? */
#define TUSK_IS_TEXT(v)                                                                            \
    _Generic((v), char *: true, const char *: true, tusk_str: true, default: false)
/** For assignments: is it the nullable form of the column's own type? */
#define TUSK_NULLABLE_IS(col, T) (TUSK_COLUMN_IS(col, T) && TUSK_COLUMN_NULLS(col))
#define TUSK_NULLABLE_FITS(col, v)                                                                 \
    _Generic((v),                                                                                  \
        tusk_null_str: TUSK_NULLABLE_IS(col, tusk_str),                                            \
        tusk_null_bool: TUSK_NULLABLE_IS(col, bool),                                               \
        tusk_null_int16: TUSK_NULLABLE_IS(col, int16_t),                                           \
        tusk_null_int32: TUSK_NULLABLE_IS(col, int32_t),                                           \
        tusk_null_int64: TUSK_NULLABLE_IS(col, int64_t),                                           \
        tusk_null_float: TUSK_NULLABLE_IS(col, float),                                             \
        tusk_null_double: TUSK_NULLABLE_IS(col, double),                                           \
        tusk_null_numeric: TUSK_NULLABLE_IS(col, tusk_numeric),                                    \
        tusk_null_time: TUSK_NULLABLE_IS(col, tusk_time),                                          \
        tusk_null_timestamp: TUSK_NULLABLE_IS(col, tusk_timestamp),                                \
        tusk_null_date: TUSK_NULLABLE_IS(col, tusk_date),                                          \
        tusk_null_uuid: TUSK_NULLABLE_IS(col, tusk_uuid),                                          \
        tusk_null_json: TUSK_NULLABLE_IS(col, tusk_json),                                          \
        tusk_null_bytes: TUSK_NULLABLE_IS(col, tusk_bytes),                                        \
        tusk_null_text_array: TUSK_NULLABLE_IS(col, tusk_text_array),                              \
        tusk_null_integer_array: TUSK_NULLABLE_IS(col, tusk_integer_array),                        \
        default: false)
/* clang-format on */

#endif
