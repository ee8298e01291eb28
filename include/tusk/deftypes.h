/* deftypes.h - how each type is written in a .def file, and what declare.h and define.h make of it
 */
#ifndef TUSK_DEFTYPES_H
#define TUSK_DEFTYPES_H

#include "tusk/types.h"

/* How a type is written in a .def file. C_: the row's C type, N_: its nullable form, CA_: the
 * name of its array's type without tusk_ or tusk_null_, D_: the descriptor's fields. A macro cannot
 * be there both with and without arguments, hence numeric and decimal(p, s), and PRECISION(n)
 * beside a type. */
/* one line a type, laid out by hand */
/* clang-format off */
#define TUSK_C_text                 tusk_str
#define TUSK_C_varchar(n)           tusk_str
#define TUSK_C_character(n)         tusk_str
#define TUSK_C_boolean              bool
#define TUSK_C_smallint             int16_t
#define TUSK_C_integer              int32_t
#define TUSK_C_bigint               int64_t
#define TUSK_C_smallserial          int16_t
#define TUSK_C_serial               int32_t
#define TUSK_C_bigserial            int64_t
#define TUSK_C_real                 float
#define TUSK_C_double_precision     double
#define TUSK_C_numeric              tusk_numeric
#define TUSK_C_decimal(p, s)        tusk_numeric
#define TUSK_C_timestamptz          tusk_time
#define TUSK_C_timestamp            tusk_timestamp
#define TUSK_C_date                 tusk_date
#define TUSK_C_uuid                 tusk_uuid
#define TUSK_C_json                 tusk_json
#define TUSK_C_jsonb                tusk_json
#define TUSK_C_bytea                tusk_bytes
#define TUSK_C_tsvector             tusk_tsvector
#define TUSK_C_time                 tusk_str
#define TUSK_C_timetz               tusk_str
#define TUSK_C_interval             tusk_str
#define TUSK_C_inet                 tusk_str
#define TUSK_C_cidr                 tusk_str
#define TUSK_C_macaddr              tusk_str
#define TUSK_C_macaddr8             tusk_str
#define TUSK_C_point                tusk_str
#define TUSK_C_line                 tusk_str
#define TUSK_C_bit(n)               tusk_str
#define TUSK_C_vector(n)            tusk_str
#define TUSK_C_halfvec(n)           tusk_str
#define TUSK_C_sparsevec(n)         tusk_str
#define TUSK_C_geometry(kind)       tusk_str
#define TUSK_C_money                tusk_str
#define TUSK_C_xml                  tusk_str
#define TUSK_C_custom(sql)          tusk_str
#define TUSK_C_custom_in(schema, sql) tusk_str
#define TUSK_C_custom_as(sql, T)    T
#define TUSK_C_enumeration(e)       enum e
#define TUSK_C_array(type)          TUSK_ARRAY_(tusk_, TUSK_CA_##type)
#define TUSK_C_array_of(type, dimensions) tusk_str

#define TUSK_ARRAY_(prefix, name)    TUSK_ARRAY_NAME_(prefix, name)
#define TUSK_ARRAY_NAME_(prefix, name) prefix##name
#define TUSK_CA_text                text_array
#define TUSK_CA_varchar(n)          text_array
#define TUSK_CA_character(n)        text_array
#define TUSK_CA_boolean             text_array
#define TUSK_CA_smallint            text_array
#define TUSK_CA_integer             integer_array
#define TUSK_CA_bigint              text_array
#define TUSK_CA_smallserial         text_array
#define TUSK_CA_serial              text_array
#define TUSK_CA_bigserial           text_array
#define TUSK_CA_real                text_array
#define TUSK_CA_double_precision    text_array
#define TUSK_CA_numeric             text_array
#define TUSK_CA_decimal(p, s)       text_array
#define TUSK_CA_timestamptz         text_array
#define TUSK_CA_timestamp           text_array
#define TUSK_CA_date                text_array
#define TUSK_CA_uuid                text_array
#define TUSK_CA_json                text_array
#define TUSK_CA_jsonb               text_array
#define TUSK_CA_bytea               text_array
#define TUSK_CA_tsvector            text_array
#define TUSK_CA_time                text_array
#define TUSK_CA_timetz              text_array
#define TUSK_CA_interval            text_array
#define TUSK_CA_inet                text_array
#define TUSK_CA_cidr                text_array
#define TUSK_CA_macaddr             text_array
#define TUSK_CA_macaddr8            text_array
#define TUSK_CA_point               text_array
#define TUSK_CA_line                text_array
#define TUSK_CA_bit(n)              text_array
#define TUSK_CA_vector(n)           text_array
#define TUSK_CA_halfvec(n)          text_array
#define TUSK_CA_sparsevec(n)        text_array
#define TUSK_CA_geometry(kind)      text_array
#define TUSK_CA_money               text_array
#define TUSK_CA_xml                 text_array
#define TUSK_CA_custom(sql)         text_array
#define TUSK_CA_custom_in(schema, sql) text_array
#define TUSK_CA_enumeration(e)      text_array

#define TUSK_N_text                 tusk_null_str
#define TUSK_N_varchar(n)           tusk_null_str
#define TUSK_N_character(n)         tusk_null_str
#define TUSK_N_boolean              tusk_null_bool
#define TUSK_N_smallint             tusk_null_int16
#define TUSK_N_integer              tusk_null_int32
#define TUSK_N_bigint               tusk_null_int64
#define TUSK_N_smallserial          tusk_null_int16
#define TUSK_N_serial               tusk_null_int32
#define TUSK_N_bigserial            tusk_null_int64
#define TUSK_N_real                 tusk_null_float
#define TUSK_N_double_precision     tusk_null_double
#define TUSK_N_numeric              tusk_null_numeric
#define TUSK_N_decimal(p, s)        tusk_null_numeric
#define TUSK_N_timestamptz          tusk_null_time
#define TUSK_N_timestamp            tusk_null_timestamp
#define TUSK_N_date                 tusk_null_date
#define TUSK_N_uuid                 tusk_null_uuid
#define TUSK_N_json                 tusk_null_json
#define TUSK_N_jsonb                tusk_null_json
#define TUSK_N_bytea                tusk_null_bytes
#define TUSK_N_tsvector             tusk_null_tsvector
#define TUSK_N_time                 tusk_null_str
#define TUSK_N_timetz               tusk_null_str
#define TUSK_N_interval             tusk_null_str
#define TUSK_N_inet                 tusk_null_str
#define TUSK_N_cidr                 tusk_null_str
#define TUSK_N_macaddr              tusk_null_str
#define TUSK_N_macaddr8             tusk_null_str
#define TUSK_N_point                tusk_null_str
#define TUSK_N_line                 tusk_null_str
#define TUSK_N_bit(n)               tusk_null_str
#define TUSK_N_vector(n)            tusk_null_str
#define TUSK_N_halfvec(n)           tusk_null_str
#define TUSK_N_sparsevec(n)         tusk_null_str
#define TUSK_N_geometry(kind)       tusk_null_str
#define TUSK_N_money                tusk_null_str
#define TUSK_N_xml                  tusk_null_str
#define TUSK_N_custom(sql)          tusk_null_str
#define TUSK_N_custom_in(schema, sql) tusk_null_str
#define TUSK_N_custom_as(sql, T)    struct { bool has; T value; }
#define TUSK_N_enumeration(e)       struct { bool has; enum e value; }
#define TUSK_N_array(type)          TUSK_ARRAY_(tusk_null_, TUSK_CA_##type)
#define TUSK_N_array_of(type, dimensions) tusk_null_str

#define TUSK_D_text                 .type = TUSK_TYPE_TEXT,
#define TUSK_D_varchar(n)           .type = TUSK_TYPE_VARCHAR, .length = n,
#define TUSK_D_character(n)         .type = TUSK_TYPE_CHAR, .length = n,
#define TUSK_D_boolean              .type = TUSK_TYPE_BOOLEAN,
#define TUSK_D_smallint             .type = TUSK_TYPE_SMALLINT,
#define TUSK_D_integer              .type = TUSK_TYPE_INTEGER,
#define TUSK_D_bigint               .type = TUSK_TYPE_BIGINT,
#define TUSK_D_smallserial          .type = TUSK_TYPE_SMALLINT, .serial = true,
#define TUSK_D_serial               .type = TUSK_TYPE_INTEGER, .serial = true,
#define TUSK_D_bigserial            .type = TUSK_TYPE_BIGINT, .serial = true,
#define TUSK_D_real                 .type = TUSK_TYPE_REAL,
#define TUSK_D_double_precision     .type = TUSK_TYPE_DOUBLE,
#define TUSK_D_numeric              .type = TUSK_TYPE_NUMERIC,
#define TUSK_D_decimal(p, s)        .type = TUSK_TYPE_NUMERIC, .precision = p, .scale = s,
#define TUSK_D_timestamptz          .type = TUSK_TYPE_TIMESTAMPTZ,
#define TUSK_D_timestamp            .type = TUSK_TYPE_TIMESTAMP,
#define TUSK_D_date                 .type = TUSK_TYPE_DATE,
#define TUSK_D_uuid                 .type = TUSK_TYPE_UUID,
#define TUSK_D_json                 .type = TUSK_TYPE_JSON,
#define TUSK_D_jsonb                .type = TUSK_TYPE_JSONB,
#define TUSK_D_bytea                .type = TUSK_TYPE_BYTEA,
#define TUSK_D_tsvector             .type = TUSK_TYPE_TSVECTOR,
#define TUSK_D_time                 .type = TUSK_TYPE_OTHER, .other_type = "time",
#define TUSK_D_timetz               .type = TUSK_TYPE_OTHER, .other_type = "time with time zone",
#define TUSK_D_interval             .type = TUSK_TYPE_OTHER, .other_type = "interval",
#define TUSK_D_inet                 .type = TUSK_TYPE_OTHER, .other_type = "inet",
#define TUSK_D_cidr                 .type = TUSK_TYPE_OTHER, .other_type = "cidr",
#define TUSK_D_macaddr              .type = TUSK_TYPE_OTHER, .other_type = "macaddr",
#define TUSK_D_macaddr8             .type = TUSK_TYPE_OTHER, .other_type = "macaddr8",
#define TUSK_D_point                .type = TUSK_TYPE_OTHER, .other_type = "point",
#define TUSK_D_line                 .type = TUSK_TYPE_OTHER, .other_type = "line",
#define TUSK_D_bit(n)               .type = TUSK_TYPE_OTHER, .other_type = "bit", .length = n,
#define TUSK_D_vector(n)            .type = TUSK_TYPE_OTHER, .other_type = "vector", .length = n,
#define TUSK_D_halfvec(n)           .type = TUSK_TYPE_OTHER, .other_type = "halfvec", .length = n,
#define TUSK_D_sparsevec(n)         .type = TUSK_TYPE_OTHER, .other_type = "sparsevec", .length = n,
#define TUSK_D_geometry(kind)       .type = TUSK_TYPE_OTHER, .other_type = "geometry",
#define TUSK_D_money                .type = TUSK_TYPE_OTHER, .other_type = "money",
#define TUSK_D_xml                  .type = TUSK_TYPE_OTHER, .other_type = "xml",
#define TUSK_D_custom(sql)          .type = TUSK_TYPE_OTHER, .other_type = sql,
#define TUSK_D_custom_in(schema, sql) .type = TUSK_TYPE_OTHER, .other_type = sql,
#define TUSK_D_custom_as(sql, T)    .type = TUSK_TYPE_OTHER, .other_type = sql, .codec = &T##_codec, .value_at = _Alignof(T),
#define TUSK_D_enumeration(e)       .type = TUSK_TYPE_ENUM, .enumeration = &e##_enum,
#define TUSK_D_array(type)          TUSK_D_##type .is_array = true,
#define TUSK_D_array_of(type, dimensions_) TUSK_D_##type .is_array = true, .dimensions = dimensions_,
/* clang-format on */

#endif
