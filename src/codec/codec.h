/* codec.h - values to and from the bytes that PostgreSQL sends; knows no connection */
#ifndef TUSK_CODEC_H
#define TUSK_CODEC_H

#include "src/base/param.h"
#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/schema.h"
#include "tusk/value.h"

/* From 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
#define TUSK_EPOCH_DAYS 10957
#define TUSK_EPOCH_US   ((int64_t)TUSK_EPOCH_DAYS * 86400 * 1000000)

/* What a type is in C and in pg_type. */
typedef struct tusk_type_info {
    const char *sql;
    uint32_t oid, array_oid;
    size_t nullable_offset; /* of `value` in the nullable form */
} tusk_type_info;

const tusk_type_info *tusk_type_info_of(tusk_type type);
/** Where the value itself stands in the column's field: after `has` in the nullable form, else 0.
 */
size_t tusk_field_value_offset(const tusk_column *column);
/** True when tusk_decode_cell() reads the binary form of type `oid` into this column. An enum's oid
 * differs from database to database, so any type that is not built in will do for one. */
bool tusk_codec_reads(const tusk_column *column, uint32_t oid);
/** The SQL name of a built-in type, NULL for others. Lifetime: static. */
const char *tusk_oid_name(uint32_t oid);
/** The SQL name of the column's type as the program declares it. Lifetime: static. */
const char *tusk_column_type_name(const tusk_column *column);

/** `values` in wire form, `*out` an array in the arena. Long values are not copied: `values` and
 * what they point to have to live as long as `*out`. Errors: TUSK_INVALID naming the parameter ($n)
 * when a value has no form in its type (out of range, a zero byte in a text), TUSK_NOMEM. */
TUSK_NODISCARD tusk_status tusk_encode_params(tusk_arena *arena, const tusk_value *values,
                                              size_t count, const tusk_param **out,
                                              tusk_error *err);
/** One cell in binary form into a row struct's field (plain or nullable form, as the column says);
 * `bytes.ptr` NULL is NULL. Texts are copied to the arena with a zero after them. Nothing outside
 * of `bytes` is read, whatever they hold. Errors: TUSK_INVALID naming the column (malformed, out of
 * the C type's range, unknown enum label, NULL without a nullable form), TUSK_NOMEM; the field is
 * then as it was. */
TUSK_NODISCARD tusk_status tusk_decode_cell(tusk_arena *arena, const tusk_column *column,
                                            tusk_str bytes, void *field, tusk_error *err);

/* ---- the parts with files of their own ---- */

/** Binary arrays, one dimension. */
TUSK_NODISCARD tusk_status tusk_encode_array(tusk_arena *arena, const tusk_value *value,
                                             tusk_str *out, tusk_error *err);
/** The text form of an array, {"a",NULL}, its elements in their own text form. */
TUSK_NODISCARD tusk_status tusk_encode_array_text(tusk_arena *arena, const tusk_text_array *array,
                                                  tusk_str *out, tusk_error *err);
TUSK_NODISCARD tusk_status tusk_decode_array(tusk_arena *arena, const tusk_column *column,
                                             tusk_str bytes, void *value, tusk_error *err);
/** The exact text of a numeric in binary form. */
TUSK_NODISCARD tusk_status tusk_decode_numeric(tusk_arena *arena, const tusk_column *column,
                                               tusk_str bytes, tusk_str *out, tusk_error *err);
/** TUSK_INVALID: `the value of column "x" is malformed: WHY`. */
tusk_status tusk_malformed(const tusk_column *column, const char *why, tusk_error *err);

#endif
