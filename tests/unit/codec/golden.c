/* golden.c - the table of values and bytes, and what tests do with both */
#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const labels[] = { "team_admin", "team_user" };
const tusk_enum golden_enum = { "team_role", "team_role", labels, COUNT(labels) };

#define V(type_, member, ...)                               \
    {                                                       \
        .type = TUSK_TYPE_##type_, .as.member = __VA_ARGS__ \
    }
#define A(type_, member, ...)                                                 \
    {                                                                         \
        .type = TUSK_TYPE_##type_, .is_array = true, .as.member = __VA_ARGS__ \
    }
#define TEXTS(...)                                                                    \
    {                                                                                 \
        (const tusk_str[]){ __VA_ARGS__ }, COUNT(((const tusk_str[]){ __VA_ARGS__ })) \
    }
#define UUID_BYTES                                                                              \
    {                                                                                           \
        {                                                                                       \
            0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, \
                0x0a, 0x11                                                                      \
        }                                                                                       \
    }

const golden golden_cases[] = {
    { "text", V(TEXT, text, { "h\xc3\xa9llo", 6 }), "68c3a96c6c6f", true },
    { "empty text", V(TEXT, text, { "", 0 }), "", true },
    { "varchar", V(VARCHAR, text, { "abc", 3 }), "616263", true },
    { "true", V(BOOLEAN, boolean, true), "01", false },
    { "false", V(BOOLEAN, boolean, false), "00", false },
    { "smallint", V(SMALLINT, integer, -2), "fffe", false },
    { "least smallint", V(SMALLINT, integer, INT16_MIN), "8000", false },
    { "greatest smallint", V(SMALLINT, integer, INT16_MAX), "7fff", false },
    { "integer", V(INTEGER, integer, 258), "00000102", false },
    { "least integer", V(INTEGER, integer, INT32_MIN), "80000000", false },
    { "greatest integer", V(INTEGER, integer, INT32_MAX), "7fffffff", false },
    { "bigint", V(BIGINT, integer, -1), "ffffffffffffffff", false },
    { "least bigint", V(BIGINT, integer, INT64_MIN), "8000000000000000", false },
    { "greatest bigint", V(BIGINT, integer, INT64_MAX), "7fffffffffffffff", false },
    { "real", V(REAL, real, 0.1F), "3dcccccd", false },
    { "real infinity", V(REAL, real, __builtin_inf()), "7f800000", false },
    { "double", V(DOUBLE, real, -1.5), "bff8000000000000", false },
    { "double infinity", V(DOUBLE, real, -__builtin_inf()), "fff0000000000000", false },
    { "timestamptz", V(TIMESTAMPTZ, time, { 1795341600123456 }), "000303d94f1b8a40", false },
    { "1970", V(TIMESTAMPTZ, time, { 0 }), "fffca2fec4c82000", false },
    { "before 1970", V(TIMESTAMPTZ, time, { -1 }), "fffca2fec4c81fff", false },
    { "4713 BC", V(TIMESTAMPTZ, time, { -210835180800000000 }), "fd0f9983eb0ae000", false },
    { "294246", V(TIMESTAMP, timestamp, { 9223371244799999999 }), "7ffca2465aa35fff", false },
    { "timestamp infinity", V(TIMESTAMP, timestamp, { INT64_MAX }), "7fffffffffffffff", false },
    { "timestamptz -infinity", V(TIMESTAMPTZ, time, { INT64_MIN }), "8000000000000000", false },
    { "date", V(DATE, date, { 20779 }), "0000265e", false },
    { "date 4713 BC", V(DATE, date, { -2440222 }), "ffda9915", false },
    { "date 5874897", V(DATE, date, { 2145042905 }), "7fda970c", false },
    { "date infinity", V(DATE, date, { INT32_MAX }), "7fffffff", false },
    { "date -infinity", V(DATE, date, { INT32_MIN }), "80000000", false },
    { "uuid", V(UUID, uuid, UUID_BYTES), "a0eebc999c0b4ef8bb6d6bb9bd380a11", false },
    { "jsonb", V(JSONB, text, { "{\"a\": 1}", 8 }), "017b2261223a20317d", true },
    { "bytea", V(BYTEA, bytes, { (const uint8_t *)"\0\xff\x01", 3 }), "00ff01", true },
    { "empty bytea", V(BYTEA, bytes, { (const uint8_t *)"", 0 }), "", true },
    { "text[]", A(TEXT, texts, TEXTS({ "a", 1 }, { 0, 0 }, { "", 0 }, { "q\"x,\xc3\xa9", 6 })),
      "000000010000000100000019000000040000000100000001"
      "61ffffffff00000000000000067122782cc3a9",
      false },
    { "empty text[]", A(TEXT, texts, { 0, 0 }), "000000000000000000000019", false },
    { "integer[]", A(INTEGER, integers, { (const int32_t[]){ 1, -2 }, 0, 2 }),
      "000000010000000000000017000000020000000100000004"
      "0000000100000004fffffffe",
      false },
    { "integer[] with null",
      A(INTEGER, integers,
        { (const int32_t[]){ 1, -2, 0 }, (const bool[]){ false, false, true }, 3 }),
      "000000010000000100000017000000030000000100000004"
      "0000000100000004fffffffeffffffff",
      false },
    { "empty integer[]", A(INTEGER, integers, { 0, 0, 0 }), "000000000000000000000017", false },
};
const size_t golden_count = COUNT(golden_cases);

block block_of(const void *bytes, size_t len)
{
    block b = { malloc(len > 0 ? len : 1), len };
    assert_non_null(b.ptr);
    if (len > 0) memcpy(b.ptr, bytes, len);
    return b;
}

static int digit(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

block block_of_hex(const char *hex)
{
    block b = block_of(hex, strlen(hex) / 2);
    for (size_t i = 0; i < b.len; i++) {
        b.ptr[i] = (char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
    }
    return b;
}

void block_clear(block *b)
{
    free(b->ptr);
    *b = (block){ 0 };
}

tusk_column golden_column(const tusk_value *value, bool nullable)
{
    return (tusk_column){ .name = "c",
                          .sql_name = "theColumn",
                          .type = value->type,
                          .is_array = value->is_array,
                          .nullable = nullable,
                          .enumeration = value->type == TUSK_TYPE_ENUM ? &golden_enum : NULL };
}

static void read_scalar(tusk_value *v, const void *at)
{
    switch (v->type) {
    case TUSK_TYPE_BOOLEAN:
        v->as.boolean = *(const bool *)at;
        return;
    case TUSK_TYPE_SMALLINT:
        v->as.integer = *(const int16_t *)at;
        return;
    case TUSK_TYPE_ENUM:
    case TUSK_TYPE_INTEGER:
        v->as.integer = *(const int32_t *)at;
        return;
    case TUSK_TYPE_BIGINT:
        v->as.integer = *(const int64_t *)at;
        return;
    case TUSK_TYPE_REAL:
        v->as.real = *(const float *)at;
        return;
    case TUSK_TYPE_DOUBLE:
        v->as.real = *(const double *)at;
        return;
    case TUSK_TYPE_TIMESTAMPTZ:
        v->as.time = *(const tusk_time *)at;
        return;
    case TUSK_TYPE_TIMESTAMP:
        v->as.timestamp = *(const tusk_timestamp *)at;
        return;
    case TUSK_TYPE_DATE:
        v->as.date = *(const tusk_date *)at;
        return;
    case TUSK_TYPE_UUID:
        v->as.uuid = *(const tusk_uuid *)at;
        return;
    case TUSK_TYPE_BYTEA:
        v->as.bytes = *(const tusk_bytes *)at;
        return;
    default:
        v->as.text = *(const tusk_str *)at;
        return;
    }
}

tusk_value golden_read(const tusk_column *column, const field *f)
{
    tusk_value v = { .type = column->type, .is_array = column->is_array };
    const char *at = f->bytes + tusk_field_value_offset(column);
    if (column->nullable && !f->bytes[0]) v.is_null = true;
    if (v.is_array && v.type == TUSK_TYPE_TEXT) {
        v.as.texts = *(const tusk_text_array *)(const void *)at;
    } else if (v.is_array) {
        v.as.integers = *(const tusk_integer_array *)(const void *)at;
    } else {
        read_scalar(&v, at);
    }
    return v;
}

static void assert_same_text(tusk_str got, tusk_str expected)
{
    assert_int_equal(got.ptr == NULL, expected.ptr == NULL);
    assert_int_equal(got.len, expected.len);
    if (got.ptr) assert_int_equal(got.ptr[got.len], 0); /* printf("%s") works */
    if (got.len > 0) assert_memory_equal(got.ptr, expected.ptr, got.len);
}

static void assert_same_array(const tusk_value *got, const tusk_value *expected)
{
    if (got->type == TUSK_TYPE_TEXT) {
        assert_int_equal(got->as.texts.count, expected->as.texts.count);
        for (size_t i = 0; i < got->as.texts.count; i++) {
            assert_same_text(got->as.texts.items[i], expected->as.texts.items[i]);
        }
        return;
    }
    const tusk_integer_array *a = &got->as.integers, *b = &expected->as.integers;
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->nulls == NULL, b->nulls == NULL);
    for (size_t i = 0; i < a->count; i++) {
        if (a->nulls) assert_int_equal(a->nulls[i], b->nulls[i]);
        assert_int_equal(a->items[i], b->items[i]);
    }
}

void golden_assert_same(const char *name, const tusk_value *got, const tusk_value *expected)
{
    if (got->is_null != expected->is_null) fail_msg("%s: null or not differs", name);
    if (got->is_array) {
        assert_same_array(got, expected);
        return;
    }
    switch (got->type) {
    case TUSK_TYPE_BOOLEAN:
        assert_int_equal(got->as.boolean, expected->as.boolean);
        return;
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        assert_true(got->as.real == expected->as.real);
        return;
    case TUSK_TYPE_DATE:
        assert_int_equal(got->as.date.days, expected->as.date.days);
        return;
    case TUSK_TYPE_UUID:
        assert_memory_equal(&got->as.uuid, &expected->as.uuid, 16);
        return;
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
    case TUSK_TYPE_NUMERIC:
    case TUSK_TYPE_JSONB:
    case TUSK_TYPE_TSVECTOR:
        assert_same_text(got->as.text, expected->as.text);
        return;
    case TUSK_TYPE_BYTEA:
        assert_int_equal(got->as.bytes.len, expected->as.bytes.len);
        assert_memory_equal(got->as.bytes.ptr, expected->as.bytes.ptr, got->as.bytes.len);
        return;
    default: /* numbers of 64 bits: integers and times */
        if (got->as.integer != expected->as.integer) {
            fail_msg("%s: %lld instead of %lld", name, (long long)got->as.integer,
                     (long long)expected->as.integer);
        }
    }
}
