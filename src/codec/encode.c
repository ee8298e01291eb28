/* encode.c - a value as a bound parameter: binary, or text where that is simpler */
#include "src/codec/codec.h"

#include <math.h>

#include "src/base/bytes.h"

#include "src/base/banned.h"

/* The first moment that a timestamp can hold (Julian day 0): below it the sum could reach the bits
 * of -infinity. */
#define FIRST_US   (INT64_C(-211813488000000000) + TUSK_EPOCH_US)
#define FIRST_DAY  (-2451545 + TUSK_EPOCH_DAYS)
#define SMALL_SIZE 8 /* bytes of the longest fixed value that is not a view */

/* One parameter under construction. */
typedef struct encoder {
    tusk_arena *arena;
    const tusk_value *value;
    size_t number; /* the n of $n */
    char *small;   /* SMALL_SIZE bytes of its own */
    tusk_param *out;
    tusk_error *err;
} encoder;

static tusk_status binary(encoder *e, const void *bytes, size_t size)
{
    e->out->format = 1;
    e->out->bytes = (tusk_str){ bytes ? bytes : "", size }; /* ptr NULL would say NULL */
    return TUSK_OK;
}

static tusk_status refuse(encoder *e, const char *why)
{
    return tusk_fail(e->err, TUSK_INVALID, "parameter $%zu %s", e->number, why);
}

/* A view: text has the same bytes in both forms, and in binary form it has its own length. */
static tusk_status encode_text(encoder *e)
{
    tusk_str text = e->value->as.text;
    if (text.len > 0 && memchr(text.ptr, 0, text.len)) {
        return refuse(e, "holds a zero byte, which a text cannot");
    }
    return binary(e, text.ptr, text.len);
}

static tusk_status encode_as_text(encoder *e)
{
    tusk_str text = e->value->as.text;
    if (text.len > 0 && memchr(text.ptr, 0, text.len)) {
        return refuse(e, "holds a zero byte, which a text cannot");
    }
    e->out->format = 0;
    e->out->bytes = tusk_arena_str(e->arena, text.ptr ? text : TUSK_STR(""));
    return e->out->bytes.ptr ? TUSK_OK : tusk_fail_nomem(e->err, "a parameter");
}

static tusk_status encode_json(encoder *e)
{
    tusk_str text = e->value->as.text;
    char *bytes = tusk_arena_array(e->arena, 1, text.len + 1);
    if (!bytes) return tusk_fail_nomem(e->err, "a parameter");
    bytes[0] = 1; /* the version of jsonb's binary form */
    if (text.len > 0) memcpy(bytes + 1, text.ptr, text.len);
    return binary(e, bytes, text.len + 1);
}

static tusk_status encode_integer(encoder *e)
{
    int64_t v = e->value->as.integer;
    switch (e->value->type) {
    case TUSK_TYPE_SMALLINT:
        if (v < INT16_MIN || v > INT16_MAX) return refuse(e, "is out of range for a smallint");
        tusk_put16(e->small, (uint16_t)v);
        return binary(e, e->small, 2);
    case TUSK_TYPE_INTEGER:
        if (v < INT32_MIN || v > INT32_MAX) return refuse(e, "is out of range for an integer");
        tusk_put32(e->small, (uint32_t)v);
        return binary(e, e->small, 4);
    default:
        tusk_put64(e->small, (uint64_t)v);
        return binary(e, e->small, 8);
    }
}

static tusk_status encode_real(encoder *e)
{
    double v = e->value->as.real;
    if (e->value->type == TUSK_TYPE_DOUBLE) {
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        tusk_put64(e->small, bits);
        return binary(e, e->small, 8);
    }
    float narrow = (float)v;
    bool lost = (isinf(narrow) && !isinf(v)) || (narrow == 0 && v != 0);
    if (lost) return refuse(e, "is out of range for a real");
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    tusk_put32(e->small, bits);
    return binary(e, e->small, 4);
}

static tusk_status encode_moment(encoder *e, int64_t us)
{
    bool infinite = us == INT64_MAX || us == INT64_MIN;
    if (!infinite && us < FIRST_US) return refuse(e, "is earlier than a timestamp can be");
    tusk_put64(e->small, (uint64_t)(infinite ? us : us - TUSK_EPOCH_US));
    return binary(e, e->small, 8);
}

static tusk_status encode_date(encoder *e)
{
    int32_t days = e->value->as.date.days;
    bool infinite = days == INT32_MAX || days == INT32_MIN;
    if (!infinite && days < FIRST_DAY) return refuse(e, "is earlier than a date can be");
    tusk_put32(e->small, (uint32_t)(infinite ? days : days - TUSK_EPOCH_DAYS));
    return binary(e, e->small, 4);
}

static bool has_binary_array(const tusk_value *v)
{
    return v->type == TUSK_TYPE_TEXT || v->type == TUSK_TYPE_INTEGER;
}

/* Elements of any type but text and integer travel in an array's text form, for the server to read
 * as the type that it expects there. */
static tusk_status encode_array(encoder *e)
{
    e->out->format = has_binary_array(e->value);
    if (!has_binary_array(e->value)) {
        return tusk_encode_array_text(e->arena, &e->value->as.texts, &e->out->bytes, e->err);
    }
    return tusk_encode_array(e->arena, e->value, &e->out->bytes, e->err);
}

static tusk_status encode(encoder *e)
{
    const tusk_value *v = e->value;
    if (v->is_null) return TUSK_OK;
    if (v->is_array) return encode_array(e);
    switch (v->type) {
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
    case TUSK_TYPE_CHAR:
    case TUSK_TYPE_JSON:
        return encode_text(e);
    case TUSK_TYPE_OTHER:
    case TUSK_TYPE_NUMERIC:
    case TUSK_TYPE_TSVECTOR:
    case TUSK_TYPE_ENUM:
        return encode_as_text(e);
    case TUSK_TYPE_BOOLEAN:
        e->small[0] = v->as.boolean;
        return binary(e, e->small, 1);
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        return encode_integer(e);
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        return encode_real(e);
    case TUSK_TYPE_TIMESTAMPTZ:
        return encode_moment(e, v->as.time.us);
    case TUSK_TYPE_TIMESTAMP:
        return encode_moment(e, v->as.timestamp.us);
    case TUSK_TYPE_DATE:
        return encode_date(e);
    case TUSK_TYPE_UUID:
        return binary(e, v->as.uuid.bytes, sizeof v->as.uuid.bytes);
    case TUSK_TYPE_JSONB:
        return encode_json(e);
    case TUSK_TYPE_BYTEA:
        return binary(e, v->as.bytes.ptr, v->as.bytes.len);
    }
    return tusk_fail(e->err, TUSK_MISUSE, "parameter $%zu has no type", e->number);
}

tusk_status tusk_encode_params(tusk_arena *arena, const tusk_value *values, size_t count,
                               const tusk_param **out, tusk_error *err)
{
    tusk_param *params = TUSK_NEW_ARRAY(arena, tusk_param, count);
    char *small = tusk_arena_array(arena, count, SMALL_SIZE);
    if (!params || !small) return tusk_fail_nomem(err, "parameters");
    for (size_t i = 0; i < count; i++) {
        const tusk_type_info *info = tusk_type_info_of(values[i].type);
        params[i].oid = info->oid;
        if (values[i].is_array) params[i].oid = has_binary_array(&values[i]) ? info->array_oid : 0;
        encoder e = { arena, &values[i], i + 1, small + i * SMALL_SIZE, &params[i], err };
        tusk_status status = encode(&e);
        if (status != TUSK_OK) return status;
    }
    *out = params;
    return TUSK_OK;
}
