/* show.c - one line of text for a list of values */
#include "tests/unit/sql/show.h"

#include <stdio.h>

#include "src/sql/fit.h"
#include "tusk/buf.h"

static void add_array(tusk_buf *buf, const tusk_value *value)
{
    bool texts = value->type != TUSK_TYPE_INTEGER;
    size_t count = texts ? value->as.texts.count : value->as.integers.count;
    tusk_buf_add_cstr(buf, "[]:{");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        if (texts) {
            tusk_str item = value->as.texts.items[i];
            tusk_buf_add(buf, item.ptr ? item : TUSK_STR("NULL"));
        } else if (value->as.integers.nulls && value->as.integers.nulls[i])
            tusk_buf_add_cstr(buf, "NULL");
        else
            tusk_buf_printf(buf, "%d", (int)value->as.integers.items[i]);
    }
    tusk_buf_add_char(buf, '}');
}

static void add_scalar(tusk_buf *buf, const tusk_value *value)
{
    tusk_buf_add_char(buf, ':');
    switch (value->type) {
    case TUSK_TYPE_BOOLEAN:
        tusk_buf_add_cstr(buf, value->as.boolean ? "true" : "false");
        break;
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        tusk_buf_printf(buf, "%lld", (long long)value->as.integer);
        break;
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        tusk_buf_printf(buf, "%.10g", value->as.real);
        break;
    case TUSK_TYPE_TIMESTAMPTZ:
        tusk_buf_printf(buf, "%lld", (long long)value->as.time.us);
        break;
    case TUSK_TYPE_TIMESTAMP:
        tusk_buf_printf(buf, "%lld", (long long)value->as.timestamp.us);
        break;
    case TUSK_TYPE_DATE:
        tusk_buf_printf(buf, "%d", (int)value->as.date.days);
        break;
    case TUSK_TYPE_UUID:
        for (size_t i = 0; i < 16; i++) tusk_buf_printf(buf, "%02x", value->as.uuid.bytes[i]);
        break;
    case TUSK_TYPE_BYTEA:
        for (size_t i = 0; i < value->as.bytes.len; i++)
            tusk_buf_printf(buf, "%02x", value->as.bytes.ptr[i]);
        break;
    default:
        tusk_buf_add(buf, value->as.text);
        break;
    }
}

const char *show_values(const tusk_value *values, size_t count)
{
    static char text[16384];
    tusk_buf buf;
    tusk_buf_init(&buf, sizeof text - 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) tusk_buf_add_cstr(&buf, ", ");
        if (values[i].is_null) tusk_buf_add_cstr(&buf, "null:");
        tusk_buf_add_cstr(&buf, tusk_sql_type_name(values[i].type));
        if (values[i].is_null && values[i].is_array) tusk_buf_add_cstr(&buf, "[]");
        if (values[i].is_null) continue;
        if (values[i].is_array)
            add_array(&buf, &values[i]);
        else
            add_scalar(&buf, &values[i]);
    }
    snprintf(text, sizeof text, "%s", buf.failed ? "too long to show" : tusk_buf_str(&buf).ptr);
    tusk_buf_clear(&buf);
    return text;
}
