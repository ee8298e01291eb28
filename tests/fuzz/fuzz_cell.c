/* fuzz_cell.c - cells in binary form, a byte for the type before them: nothing outside of them is
 * read, and a value that was read is sent as the bytes it came in */
#include "src/codec/codec.h"
#include "tests/fuzz/fuzz.h"

static const char *const labels[] = { "calm", "", "wild" };
static const tusk_enum mood = { "mood", "mood", labels, 3 };

/* A field of any type, and around it bytes that nobody may touch. */
struct field {
    unsigned char before[8];
    union {
        bool has;
        tusk_null_text_array texts;
        tusk_null_integer_array integers;
        tusk_null_uuid uuid;
        char bytes[40];
    } as;
    unsigned char after[8];
};

static tusk_value value_of(const tusk_column *column, const void *at)
{
    tusk_value v = { .type = column->type, .is_array = column->is_array };
    const tusk_str *text = at;
    if (column->is_array) {
        memcpy(&v.as, at,
               column->type == TUSK_TYPE_INTEGER ? sizeof v.as.integers : sizeof v.as.texts);
        return v;
    }
    switch (column->type) {
    case TUSK_TYPE_BOOLEAN:
        v.as.boolean = *(const bool *)at;
        break;
    case TUSK_TYPE_SMALLINT:
        v.as.integer = *(const int16_t *)at;
        break;
    case TUSK_TYPE_INTEGER:
        v.as.integer = *(const int32_t *)at;
        break;
    case TUSK_TYPE_BIGINT:
        v.as.integer = *(const int64_t *)at;
        break;
    case TUSK_TYPE_REAL:
        v.as.real = (double)*(const float *)at;
        break;
    case TUSK_TYPE_DOUBLE:
        v.as.real = *(const double *)at;
        break;
    case TUSK_TYPE_TIMESTAMPTZ:
        v.as.time = *(const tusk_time *)at;
        break;
    case TUSK_TYPE_TIMESTAMP:
        v.as.timestamp = *(const tusk_timestamp *)at;
        break;
    case TUSK_TYPE_DATE:
        v.as.date = *(const tusk_date *)at;
        break;
    case TUSK_TYPE_UUID:
        v.as.uuid = *(const tusk_uuid *)at;
        break;
    case TUSK_TYPE_BYTEA:
        v.as.bytes = *(const tusk_bytes *)at;
        break;
    case TUSK_TYPE_ENUM:
        v.as.text = tusk_str_of(labels[*(const int *)at]);
        break;
    default:
        v.as.text = *text;
    }
    return v;
}

/* "-12.50", "NaN", "Infinity" */
static bool is_numeric(tusk_str s)
{
    if (tusk_str_eq(s, TUSK_STR("NaN")) || tusk_str_eq(s, TUSK_STR("Infinity")) ||
        tusk_str_eq(s, TUSK_STR("-Infinity")))
        return true;
    size_t i = s.len > 0 && s.ptr[0] == '-', start = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
    if (i == start || (i > start + 1 && s.ptr[start] == '0')) return false;
    if (i == s.len) return true;
    start = ++i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
    return s.ptr[start - 1] == '.' && i > start && i == s.len;
}

/* The same bytes, where a value has only one form; else the same value from them. */
static void check_sent(tusk_arena *arena, const tusk_column *column, tusk_str bytes,
                       const struct field *first)
{
    tusk_error err = { 0 };
    const tusk_param *sent;
    const void *at = first->as.bytes + tusk_field_value_offset(column);
    tusk_value value = value_of(column, at);
    if (column->type == TUSK_TYPE_NUMERIC) CLAIM(is_numeric(value.as.text), "it is a number");
    tusk_status st = tusk_encode_params(arena, &value, 1, &sent, &err);
    if (st) {
        fuzz_refused(st, &err);
        return;
    }
    if (sent->format == 0) {
        CLAIM(sent->bytes.ptr[sent->bytes.len] == '\0', "text ends in a zero");
        return;
    }
    bool nan = column->type == TUSK_TYPE_REAL && value.as.real != value.as.real;
    bool several = column->is_array || column->type == TUSK_TYPE_BOOLEAN || nan;
    CLAIM(several || tusk_str_eq(sent->bytes, bytes), "it is sent as it came");
    struct field second = *first;
    st = tusk_decode_cell(arena, column, sent->bytes, &second.as, &err);
    CLAIM(st == TUSK_OK, "what is sent can be read");
    value = value_of(column, second.as.bytes + tusk_field_value_offset(column));
    const tusk_param *again;
    CLAIM(tusk_encode_params(arena, &value, 1, &again, &err) == TUSK_OK &&
              tusk_str_eq(again->bytes, sent->bytes),
          "and is the same value");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    tusk_column column = { .name = "x",
                           .type = (tusk_type)(data[0] % (TUSK_TYPE_ENUM + 1)),
                           .nullable = data[0] & 0x80,
                           .is_array = data[0] & 0x40,
                           .enumeration = &mood };
    bool array = column.type == TUSK_TYPE_TEXT || column.type == TUSK_TYPE_VARCHAR ||
                 column.type == TUSK_TYPE_INTEGER;
    column.is_array = column.is_array && array;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_str bytes = fuzz_input(data + 1, size - 1);
    struct field field, untouched;
    memset(&field, 0xa5, sizeof field);
    untouched = field;
    tusk_status st = tusk_decode_cell(arena, &column, bytes, &field.as, &err);
    CLAIM(memcmp(field.before, untouched.before, sizeof field.before) == 0 &&
              memcmp(field.after, untouched.after, sizeof field.after) == 0,
          "only the field is written to");
    if (st) {
        fuzz_refused(st, &err);
        CLAIM(memcmp(&field, &untouched, sizeof field) == 0, "after a refusal it is as it was");
    } else {
        CLAIM(!column.nullable || field.as.has, "bytes are not NULL");
        check_sent(arena, &column, bytes, &field);
    }
    tusk_arena_free(arena);
    return 0;
}
