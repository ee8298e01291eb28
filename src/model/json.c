/* json.c - reading JSON strictly and writing it as JavaScript's JSON.stringify(value, null, 2) does
 */
#include "src/model/json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/model/lex.h"

#include "src/base/banned.h"

tusk_status tusk_json_parse(const char *file, tusk_str text, json_t **out, tusk_error *err)
{
    json_error_t why;
    *out = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &why);
    /* JavaScript writes 1e20 as 100000000000000000000, and reads every number as a double */
    if (!*out && json_error_code(&why) == json_error_numeric_overflow) {
        *out =
            json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &why);
    }
    if (*out) return TUSK_OK;
    /* jansson says nothing at all when it gets no memory */
    if (why.text[0] == '\0' || json_error_code(&why) == json_error_out_of_memory) {
        return tusk_fail_nomem(err, "a JSON file");
    }
    return tusk_place_fail(err, (tusk_place){ file, why.line, why.column > 0 ? why.column : 1 },
                           "not valid JSON: %s", why.text);
}

static void add_string(tusk_buf *buf, const char *text, size_t len)
{
    tusk_buf_add_char(buf, '"');
    for (size_t i = 0; i < len; i++) {
        static const char named[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
        char c = text[i];
        const char *at = c != '\0' ? strchr(named, c) : NULL;
        if (at) {
            tusk_buf_add_char(buf, '\\');
            tusk_buf_add_char(buf, names[at - named]);
        } else if ((unsigned char)c < 0x20) {
            tusk_buf_printf(buf, "\\u%04x", (unsigned)c);
        } else {
            tusk_buf_add_char(buf, c);
        }
    }
    tusk_buf_add_char(buf, '"');
}

/* JavaScript's rule: digits d1..dk and a decimal exponent n give plain digits for 0 < n <= 21,
 * zeros after the point for -6 < n <= 0, else d1.d2...e+n. */
static void add_number(tusk_buf *buf, double number)
{
    char text[40] = "";
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, number);
        if (strtod(text, NULL) == number) break;
    }
    const char *mark = strchr(text, 'e');
    if (!mark || number == 0) {
        tusk_buf_add_cstr(buf, "0");
        return;
    }
    char digits[24];
    int count = 0;
    for (const char *c = text; c < mark; c++) {
        if (*c >= '0' && *c <= '9') digits[count++] = *c;
    }
    int n = (int)strtol(mark + 1, NULL, 10) + 1;
    if (number < 0) tusk_buf_add_char(buf, '-');
    if (n > 21 || n <= -6) {
        tusk_buf_printf(buf, "%c%s%.*se%+d", digits[0], count > 1 ? "." : "", count - 1, digits + 1,
                        n - 1);
        return;
    }
    if (n <= 0) tusk_buf_printf(buf, "0.%.*s", -n, "000000");
    for (int i = 0; i < count || i < n; i++) {
        if (i == n && n > 0) tusk_buf_add_char(buf, '.');
        tusk_buf_add_char(buf, i < count ? digits[i] : '0');
    }
}

tusk_str tusk_json_number_text(tusk_arena *arena, double number)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, 64);
    add_number(&buf, number);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}

static void add_scalar(tusk_buf *buf, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        add_string(buf, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        tusk_buf_printf(buf, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL:
        add_number(buf, json_real_value(value));
        break;
    case JSON_TRUE:
        tusk_buf_add_cstr(buf, "true");
        break;
    case JSON_FALSE:
        tusk_buf_add_cstr(buf, "false");
        break;
    default:
        tusk_buf_add_cstr(buf, "null");
    }
}

static void add_line(tusk_buf *buf, int depth)
{
    tusk_buf_add_char(buf, '\n');
    for (int i = 0; i < depth; i++) tusk_buf_add_cstr(buf, "  ");
}

static void add_value(tusk_buf *buf, const json_t *value, int depth);

static void add_object(tusk_buf *buf, const json_t *value, int depth)
{
    const char *key = NULL;
    json_t *member = NULL;
    bool first = true;
    tusk_buf_add_char(buf, '{');
    json_t *object = (json_t *)(uintptr_t)value; /* walking it does not change it */
    json_object_foreach(object, key, member)
    {
        if (!first) tusk_buf_add_char(buf, ',');
        first = false;
        add_line(buf, depth + 1);
        add_string(buf, key, strlen(key));
        tusk_buf_add_cstr(buf, ": ");
        add_value(buf, member, depth + 1);
    }
    if (!first) add_line(buf, depth);
    tusk_buf_add_char(buf, '}');
}

static void add_array(tusk_buf *buf, const json_t *value, int depth)
{
    size_t count = json_array_size(value);
    tusk_buf_add_char(buf, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        add_line(buf, depth + 1);
        add_value(buf, json_array_get(value, i), depth + 1);
    }
    if (count > 0) add_line(buf, depth);
    tusk_buf_add_char(buf, ']');
}

static void add_value(tusk_buf *buf, const json_t *value, int depth)
{
    if (json_is_object(value)) {
        add_object(buf, value, depth);
    } else if (json_is_array(value)) {
        add_array(buf, value, depth);
    } else {
        add_scalar(buf, value);
    }
}

void tusk_json_add_pretty(tusk_buf *buf, const json_t *value)
{
    add_value(buf, value, 0);
}

static int add_chunk(const char *chunk, size_t size, void *buf)
{
    tusk_buf_add(buf, (tusk_str){ chunk, size });
    return 0;
}

void tusk_json_add_canonical(tusk_buf *buf, const json_t *value)
{
    if (json_dump_callback(value, add_chunk, buf,
                           JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY)) {
        buf->failed = true;
    }
}

void tusk_json_set(json_t *object, const char *key, json_t *value, bool *failed)
{
    if (!value || json_object_set_new(object, key, value) != 0) *failed = true;
}

void tusk_json_set_str(json_t *object, const char *key, tusk_str value, bool *failed)
{
    tusk_json_set(object, key, json_stringn(value.ptr ? value.ptr : "", value.len), failed);
}

void tusk_json_push(json_t *array, json_t *value, bool *failed)
{
    if (!value || json_array_append_new(array, value) != 0) *failed = true;
}
