/* value.h - one SQL value in C: what a parameter is bound to, made by tusk_val() from any C type */
#ifndef TUSK_VALUE_H
#define TUSK_VALUE_H

#include "tusk/types.h"

/** A value with its SQL type; tusk_val() makes one. Texts, arrays and bytes are views: they have to
 * live until the query that uses them was made (building a query copies them to its arena). */
typedef struct tusk_value {
    tusk_type type;
    bool is_array;
    bool is_null;
    union {
        tusk_str text; /* TEXT, VARCHAR, NUMERIC, JSONB, TSVECTOR, and the label of an ENUM */
        bool boolean;
        int64_t integer; /* SMALLINT, INTEGER, BIGINT */
        double real;     /* REAL, DOUBLE */
        tusk_time time;
        tusk_timestamp timestamp;
        tusk_date date;
        tusk_uuid uuid;
        tusk_bytes bytes;
        tusk_text_array texts;
        tusk_integer_array integers;
    } as;
} tusk_value;

/* The functions behind tusk_val(): tusk_value_<what>() takes the C type, tusk_value_null_<what>()
 * its nullable form. A program calls them only to say a type that the C type leaves open, as
 * tusk_value_json() does. */
#define TUSK_VALUE_MAKER_(name, T, type_, array, member)                                     \
    static inline tusk_value tusk_value_##name(T v)                                          \
    {                                                                                        \
        return (tusk_value){ .type = TUSK_TYPE_##type_, .is_array = array, .as.member = v }; \
    }
TUSK_VALUE_MAKER_(bool, bool, BOOLEAN, false, boolean)
TUSK_VALUE_MAKER_(int, int64_t, BIGINT, false, integer)
TUSK_VALUE_MAKER_(double, double, DOUBLE, false, real)
TUSK_VALUE_MAKER_(time, tusk_time, TIMESTAMPTZ, false, time)
TUSK_VALUE_MAKER_(timestamp, tusk_timestamp, TIMESTAMP, false, timestamp)
TUSK_VALUE_MAKER_(date, tusk_date, DATE, false, date)
TUSK_VALUE_MAKER_(uuid, tusk_uuid, UUID, false, uuid)
TUSK_VALUE_MAKER_(text_array, tusk_text_array, TEXT, true, texts)
TUSK_VALUE_MAKER_(integer_array, tusk_integer_array, INTEGER, true, integers)

/** A float as a double. */
static inline tusk_value tusk_value_float(float v)
{
    return tusk_value_double((double)v);
}

/** Text, also zero-terminated by tusk_value_cstr(), and what is written as text by
 * tusk_value_json() and tusk_value_numeric(); bytes by tusk_value_bytes(). `ptr == NULL` is SQL
 * NULL. Lifetime: that of `v`. */
static inline tusk_value tusk_value_str(tusk_str v)
{
    return (tusk_value){ .type = TUSK_TYPE_TEXT, .is_null = !v.ptr, .as.text = v };
}
static inline tusk_value tusk_value_cstr(const char *v)
{
    return tusk_value_str(tusk_str_of(v));
}
static inline tusk_value tusk_value_json(tusk_json v)
{
    return (tusk_value){ .type = TUSK_TYPE_JSONB, .is_null = !v.text.ptr, .as.text = v.text };
}
static inline tusk_value tusk_value_numeric(tusk_numeric v)
{
    return (tusk_value){ .type = TUSK_TYPE_NUMERIC, .is_null = !v.text.ptr, .as.text = v.text };
}
static inline tusk_value tusk_value_bytes(tusk_bytes v)
{
    return (tusk_value){ .type = TUSK_TYPE_BYTEA, .is_null = !v.ptr, .as.bytes = v };
}

/** NULL of a type. */
static inline tusk_value tusk_value_null(tusk_type type)
{
    return (tusk_value){ .type = type, .is_null = true };
}
#define TUSK_NULLABLE_MAKER_(name, plain, type_, array)                                       \
    static inline tusk_value tusk_value_null_##name(tusk_null_##name v)                       \
    {                                                                                         \
        if (v.has) return tusk_value_##plain(v.value);                                        \
        return (tusk_value){ .type = TUSK_TYPE_##type_, .is_array = array, .is_null = true }; \
    }
TUSK_NULLABLE_MAKER_(str, str, TEXT, false)
TUSK_NULLABLE_MAKER_(bool, bool, BOOLEAN, false)
TUSK_NULLABLE_MAKER_(int16, int, SMALLINT, false)
TUSK_NULLABLE_MAKER_(int32, int, INTEGER, false)
TUSK_NULLABLE_MAKER_(int64, int, BIGINT, false)
TUSK_NULLABLE_MAKER_(float, float, REAL, false)
TUSK_NULLABLE_MAKER_(double, double, DOUBLE, false)
TUSK_NULLABLE_MAKER_(numeric, numeric, NUMERIC, false)
TUSK_NULLABLE_MAKER_(time, time, TIMESTAMPTZ, false)
TUSK_NULLABLE_MAKER_(timestamp, timestamp, TIMESTAMP, false)
TUSK_NULLABLE_MAKER_(date, date, DATE, false)
TUSK_NULLABLE_MAKER_(uuid, uuid, UUID, false)
TUSK_NULLABLE_MAKER_(json, json, JSONB, false)
TUSK_NULLABLE_MAKER_(bytes, bytes, BYTEA, false)
TUSK_NULLABLE_MAKER_(text_array, text_array, TEXT, true)
TUSK_NULLABLE_MAKER_(integer_array, integer_array, INTEGER, true)

/** Any C value as a tusk_value; a type that PostgreSQL has no like of does not compile. A label of
 * an enum is given as the enum's own member where the column is known (tusk_eq() and the like).
 * Lifetime: that of `v`. */
#define tusk_val(v) \
    _Generic((v),                                                                                  \
        bool: tusk_value_bool,                                                                     \
        short: tusk_value_int,                                                                     \
        int: tusk_value_int,                                                                       \
        unsigned: tusk_value_int,                                                                  \
        long: tusk_value_int,                                                                      \
        long long: tusk_value_int,                                                                 \
        float: tusk_value_float,                                                                   \
        double: tusk_value_double,                                                                 \
        char *: tusk_value_cstr,                                                                   \
        const char *: tusk_value_cstr,                                                             \
        tusk_str: tusk_value_str,                                                                  \
        tusk_json: tusk_value_json,                                                                \
        tusk_numeric: tusk_value_numeric,                                                          \
        tusk_time: tusk_value_time,                                                                \
        tusk_timestamp: tusk_value_timestamp,                                                      \
        tusk_date: tusk_value_date,                                                                \
        tusk_uuid: tusk_value_uuid,                                                                \
        tusk_bytes: tusk_value_bytes,                                                              \
        tusk_text_array: tusk_value_text_array,                                                    \
        tusk_integer_array: tusk_value_integer_array,                                              \
        tusk_null_str: tusk_value_null_str,                                                        \
        tusk_null_bool: tusk_value_null_bool,                                                      \
        tusk_null_int16: tusk_value_null_int16,                                                    \
        tusk_null_int32: tusk_value_null_int32,                                                    \
        tusk_null_int64: tusk_value_null_int64,                                                    \
        tusk_null_float: tusk_value_null_float,                                                    \
        tusk_null_double: tusk_value_null_double,                                                  \
        tusk_null_numeric: tusk_value_null_numeric,                                                \
        tusk_null_time: tusk_value_null_time,                                                      \
        tusk_null_timestamp: tusk_value_null_timestamp,                                            \
        tusk_null_date: tusk_value_null_date,                                                      \
        tusk_null_uuid: tusk_value_null_uuid,                                                      \
        tusk_null_json: tusk_value_null_json,                                                      \
        tusk_null_bytes: tusk_value_null_bytes,                                                    \
        tusk_null_text_array: tusk_value_null_text_array,                                          \
        tusk_null_integer_array: tusk_value_null_integer_array)(v)

#endif
