/* decode.c - one cell in binary form into the field of a row struct */
#include "src/codec/codec.h"

#include <stdio.h>

#include "src/base/bytes.h"
#include "tusk/custom.h"

#include "src/base/banned.h"

#define LABEL_SHOWN \
    63 /* bytes of a strange label that a message repeats; PostgreSQL allows no longer one */

/* A cell on its way; `to` is the value itself, past `has`. */
typedef struct cell {
    tusk_arena *arena;
    const tusk_column *column;
    tusk_str bytes;
    void *to;
    tusk_error *err;
} cell;

tusk_status tusk_malformed(const tusk_column *column, const char *why, tusk_error *err)
{
    const char *name = tusk_column_sql_name(column);
    tusk_fail(err, TUSK_INVALID, "the value of column \"%s\" is malformed: %s", name, why);
    if (err) snprintf(err->column, sizeof err->column, "%s", name);
    return TUSK_INVALID;
}

static tusk_status wrong_size(const cell *c, size_t wanted)
{
    char why[80];
    snprintf(why, sizeof why, "%zu bytes where %s has %zu", c->bytes.len,
             tusk_column_type_name(c->column), wanted);
    return tusk_malformed(c->column, why, c->err);
}

static tusk_status decode_text(const cell *c)
{
    tusk_str text = tusk_arena_str(c->arena, c->bytes);
    if (!text.ptr) return tusk_fail_nomem(c->err, "a text");
    *(tusk_str *)c->to = text; /* json, numeric and tsvector hold a tusk_str and nothing else */
    return TUSK_OK;
}

/* By a function of the program's. */
static tusk_status decode_custom(const cell *c)
{
    tusk_error why = { 0 };
    tusk_str text = tusk_arena_str(c->arena, c->bytes);
    if (!text.ptr) return tusk_fail_nomem(c->err, "a text");
    tusk_status st = c->column->codec->read(c->arena, text, c->to, &why);
    if (st == TUSK_OK) return TUSK_OK;
    return st == TUSK_NOMEM ? tusk_fail_nomem(c->err, "a value")
                            : tusk_malformed(c->column, why.message, c->err);
}

static tusk_status decode_bool(const cell *c)
{
    if (c->bytes.len != 1) return wrong_size(c, 1);
    *(bool *)c->to = c->bytes.ptr[0] != 0;
    return TUSK_OK;
}

static tusk_status decode16(const cell *c)
{
    if (c->bytes.len != 2) return wrong_size(c, 2);
    *(int16_t *)c->to = (int16_t)tusk_get16(c->bytes.ptr);
    return TUSK_OK;
}

/* integer and real: the bits as they are */
static tusk_status decode32(const cell *c)
{
    if (c->bytes.len != 4) return wrong_size(c, 4);
    uint32_t bits = tusk_get32(c->bytes.ptr);
    memcpy(c->to, &bits, sizeof bits);
    return TUSK_OK;
}

/* bigint and double precision */
static tusk_status decode64(const cell *c)
{
    if (c->bytes.len != 8) return wrong_size(c, 8);
    uint64_t bits = tusk_get64(c->bytes.ptr);
    memcpy(c->to, &bits, sizeof bits);
    return TUSK_OK;
}

static tusk_status decode_moment(const cell *c)
{
    if (c->bytes.len != 8) return wrong_size(c, 8);
    int64_t us = (int64_t)tusk_get64(c->bytes.ptr);
    if (us != INT64_MAX && us != INT64_MIN) {
        /* the years from 294247 on, and INT64_MAX would read as infinity */
        if (us >= INT64_MAX - TUSK_EPOCH_US) {
            return tusk_malformed(c->column, "a time after the year 294246", c->err);
        }
        us += TUSK_EPOCH_US;
    }
    memcpy(c->to, &us,
           sizeof us); /* tusk_time and tusk_timestamp hold an int64_t and nothing else */
    return TUSK_OK;
}

static tusk_status decode_date(const cell *c)
{
    if (c->bytes.len != 4) return wrong_size(c, 4);
    int32_t days = (int32_t)tusk_get32(c->bytes.ptr);
    if (days != INT32_MAX && days != INT32_MIN) {
        if (days >= INT32_MAX - TUSK_EPOCH_DAYS) {
            return tusk_malformed(c->column, "a date that PostgreSQL does not have", c->err);
        }
        days += TUSK_EPOCH_DAYS;
    }
    ((tusk_date *)c->to)->days = days;
    return TUSK_OK;
}

static tusk_status decode_uuid(const cell *c)
{
    if (c->bytes.len != 16) return wrong_size(c, 16);
    memcpy(((tusk_uuid *)c->to)->bytes, c->bytes.ptr, 16);
    return TUSK_OK;
}

static tusk_status decode_json(const cell *c)
{
    if (c->bytes.len < 2 || c->bytes.ptr[0] != 1) {
        return tusk_malformed(c->column, "a jsonb of an unknown version", c->err);
    }
    cell text = *c;
    text.bytes = (tusk_str){ c->bytes.ptr + 1, c->bytes.len - 1 };
    return decode_text(&text);
}

static tusk_status decode_bytes(const cell *c)
{
    tusk_str copy = tusk_arena_str(c->arena, c->bytes);
    if (!copy.ptr) return tusk_fail_nomem(c->err, "a bytea");
    *(tusk_bytes *)c->to = (tusk_bytes){ (const uint8_t *)copy.ptr, copy.len };
    return TUSK_OK;
}

static tusk_status decode_numeric(const cell *c)
{
    return tusk_decode_numeric(c->arena, c->column, c->bytes, &((tusk_numeric *)c->to)->text,
                               c->err);
}

static tusk_status unknown_label(const cell *c)
{
    const char *name = tusk_column_sql_name(c->column);
    size_t shown = c->bytes.len < LABEL_SHOWN ? c->bytes.len : LABEL_SHOWN;
    tusk_fail(c->err, TUSK_INVALID,
              "column \"%s\" holds \"%.*s\", which enum \"%s\" of the program lacks", name,
              (int)shown, c->bytes.ptr, c->column->enumeration->sql_name);
    tusk_error_hint(c->err, "Add the label to the .def file that declares the enum.");
    if (c->err) snprintf(c->err->column, sizeof c->err->column, "%s", name);
    return TUSK_INVALID;
}

static tusk_status decode_enum(const cell *c)
{
    const tusk_enum *e = c->column->enumeration;
    for (size_t i = 0; i < e->count; i++) {
        if (!tusk_str_eq(tusk_str_of(e->labels[i]), c->bytes)) continue;
        *(int *)c->to = (int)i;
        return TUSK_OK;
    }
    return unknown_label(c);
}

static tusk_status decode_value(const cell *c)
{
    static tusk_status (*const decoders[])(const cell *) = {
        [TUSK_TYPE_TEXT] = decode_text,        [TUSK_TYPE_VARCHAR] = decode_text,
        [TUSK_TYPE_BOOLEAN] = decode_bool,     [TUSK_TYPE_SMALLINT] = decode16,
        [TUSK_TYPE_INTEGER] = decode32,        [TUSK_TYPE_BIGINT] = decode64,
        [TUSK_TYPE_REAL] = decode32,           [TUSK_TYPE_DOUBLE] = decode64,
        [TUSK_TYPE_NUMERIC] = decode_numeric,  [TUSK_TYPE_TIMESTAMPTZ] = decode_moment,
        [TUSK_TYPE_TIMESTAMP] = decode_moment, [TUSK_TYPE_DATE] = decode_date,
        [TUSK_TYPE_UUID] = decode_uuid,        [TUSK_TYPE_JSONB] = decode_json,
        [TUSK_TYPE_BYTEA] = decode_bytes,      [TUSK_TYPE_TSVECTOR] = decode_text,
        [TUSK_TYPE_CHAR] = decode_text,        [TUSK_TYPE_JSON] = decode_text,
        [TUSK_TYPE_OTHER] = decode_text,       [TUSK_TYPE_ENUM] = decode_enum,
    };
    if (c->column->codec) return decode_custom(c);
    if (!c->column->is_array) return decoders[c->column->type](c);
    if (tusk_column_is_text(c->column)) return decode_text(c);
    return tusk_decode_array(c->arena, c->column, c->bytes, c->to, c->err);
}

static tusk_status null_in_plain(const tusk_column *column, tusk_error *err)
{
    const char *name = tusk_column_sql_name(column);
    tusk_fail(err, TUSK_INVALID,
              "column \"%s\" is null, but the program declares it without NULLABLE", name);
    if (err) snprintf(err->column, sizeof err->column, "%s", name);
    return TUSK_INVALID;
}

tusk_status tusk_decode_cell(tusk_arena *arena, const tusk_column *column, tusk_str bytes,
                             void *field, tusk_error *err)
{
    if (!bytes.ptr) {
        if (!column->nullable) return null_in_plain(column, err);
        *(bool *)field = false;
        return TUSK_OK;
    }
    cell c = { arena, column, bytes, (char *)field + tusk_field_value_offset(column), err };
    tusk_status status = decode_value(&c);
    if (status == TUSK_OK && column->nullable) *(bool *)field = true;
    return status;
}
