/* array.c - arrays of one dimension: in binary form both ways, in text form to the server */
#include "src/base/bytes.h"
#include "src/codec/codec.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

/* dimensions, has nulls, oid of the elements; then size and first subscript of each dimension */
#define HEADER_SIZE    12
#define DIMENSION_SIZE 8
#define LENGTH_SIZE    4
#define LENGTH_NULL    UINT32_MAX

/* ---- to bytes ---- */

static bool element_is_null(const tusk_value *v, size_t i)
{
    if (v->type == TUSK_TYPE_INTEGER) return v->as.integers.nulls && v->as.integers.nulls[i];
    return !v->as.texts.items[i].ptr;
}

static size_t element_size(const tusk_value *v, size_t i)
{
    if (element_is_null(v, i)) return 0;
    return v->type == TUSK_TYPE_INTEGER ? sizeof(int32_t) : v->as.texts.items[i].len;
}

static char *put_element(char *at, const tusk_value *v, size_t i)
{
    if (element_is_null(v, i)) {
        tusk_put32(at, LENGTH_NULL);
        return at + LENGTH_SIZE;
    }
    size_t size = element_size(v, i);
    tusk_put32(at, (uint32_t)size);
    at += LENGTH_SIZE;
    if (v->type == TUSK_TYPE_INTEGER) {
        tusk_put32(at, (uint32_t)v->as.integers.items[i]);
    } else if (size > 0) {
        memcpy(at, v->as.texts.items[i].ptr, size);
    }
    return at + size;
}

static void put_header(char *at, const tusk_value *v, size_t count, bool nulls)
{
    tusk_put32(at, count > 0);
    tusk_put32(at + 4, nulls);
    tusk_put32(at + 8, tusk_type_info_of(v->type)->oid);
    if (count == 0) return;
    tusk_put32(at + HEADER_SIZE, (uint32_t)count);
    tusk_put32(at + HEADER_SIZE + 4, 1);
}

tusk_status tusk_encode_array(tusk_arena *arena, const tusk_value *v, tusk_str *out,
                              tusk_error *err)
{
    bool integers = v->type == TUSK_TYPE_INTEGER;
    size_t count = integers ? v->as.integers.count : v->as.texts.count;
    size_t size = HEADER_SIZE + (count > 0 ? DIMENSION_SIZE : 0);
    bool nulls = false;
    for (size_t i = 0; i < count; i++) {
        size += LENGTH_SIZE + element_size(v, i);
        nulls = nulls || element_is_null(v, i);
    }
    /* the server takes no message of 1 GiB, so neither a length nor the count outgrows 32 bits */
    if (size > INT32_MAX / 2) return tusk_fail(err, TUSK_INVALID, "an array is larger than 1 GiB");
    char *bytes = tusk_arena_alloc(arena, size);
    if (!bytes) return tusk_fail_nomem(err, "an array");
    put_header(bytes, v, count, nulls);
    char *at = bytes + HEADER_SIZE + (count > 0 ? DIMENSION_SIZE : 0);
    for (size_t i = 0; i < count; i++) at = put_element(at, v, i);
    *out = (tusk_str){ bytes, size };
    return TUSK_OK;
}

static void add_quoted(tusk_buf *buf, tusk_str text)
{
    tusk_buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') tusk_buf_add_char(buf, '\\');
        tusk_buf_add_char(buf, text.ptr[i]);
    }
    tusk_buf_add_char(buf, '"');
}

tusk_status tusk_encode_array_text(tusk_arena *arena, const tusk_text_array *array, tusk_str *out,
                                   tusk_error *err)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, INT32_MAX / 2);
    tusk_buf_add_char(&buf, '{');
    for (size_t i = 0; i < array->count; i++) {
        tusk_str item = array->items[i];
        if (i > 0) tusk_buf_add_char(&buf, ',');
        if (item.ptr && item.len > 0 && memchr(item.ptr, 0, item.len)) {
            return tusk_fail(err, TUSK_INVALID, "an array holds a zero byte, which a text cannot");
        }
        if (item.ptr) {
            add_quoted(&buf, item);
        } else {
            tusk_buf_add_cstr(&buf, "NULL");
        }
    }
    tusk_buf_add_char(&buf, '}');
    return tusk_buf_finish(&buf, out, err);
}

/* ---- from bytes ---- */

/* Arrays of every other type are selected as text[]. */
static bool reads_element(const tusk_column *column, uint32_t oid)
{
    if (column->type == TUSK_TYPE_INTEGER) return oid == tusk_type_info_of(TUSK_TYPE_INTEGER)->oid;
    return oid == tusk_type_info_of(TUSK_TYPE_TEXT)->oid ||
           oid == tusk_type_info_of(TUSK_TYPE_VARCHAR)->oid;
}

/* Reads the header; `*rest` is left at the first element. */
static tusk_status get_header(const tusk_column *column, tusk_str *rest, size_t *count,
                              tusk_error *err)
{
    if (rest->len < HEADER_SIZE) return tusk_malformed(column, "an array without a header", err);
    uint32_t dimensions = tusk_get32(rest->ptr);
    uint32_t element = tusk_get32(rest->ptr + 8);
    if (!reads_element(column, element))
        return tusk_malformed(column, "an array of elements of another type", err);
    *rest = (tusk_str){ rest->ptr + HEADER_SIZE, rest->len - HEADER_SIZE };
    *count = 0;
    if (dimensions == 0) return TUSK_OK;
    if (dimensions > 1) return tusk_malformed(column, "an array of more than one dimension", err);
    if (rest->len < DIMENSION_SIZE) return tusk_malformed(column, "an array without its size", err);
    *count = tusk_get32(rest->ptr);
    *rest = (tusk_str){ rest->ptr + DIMENSION_SIZE, rest->len - DIMENSION_SIZE };
    /* before memory is taken for it */
    if (*count > rest->len / LENGTH_SIZE) return tusk_malformed(column, "an array cut short", err);
    return TUSK_OK;
}

/* Cuts one element off; its ptr is NULL for NULL. */
static bool get_element(tusk_str *rest, tusk_str *element)
{
    if (rest->len < LENGTH_SIZE) return false;
    uint32_t size = tusk_get32(rest->ptr);
    *rest = (tusk_str){ rest->ptr + LENGTH_SIZE, rest->len - LENGTH_SIZE };
    *element = (tusk_str){ 0 };
    if (size == LENGTH_NULL) return true;
    if (size > rest->len) return false;
    *element = (tusk_str){ rest->ptr, size };
    *rest = (tusk_str){ rest->ptr + size, rest->len - size };
    return true;
}

static tusk_status get_texts(tusk_arena *arena, const tusk_column *column, tusk_str rest,
                             size_t count, tusk_text_array *out, tusk_error *err)
{
    tusk_str *items = TUSK_NEW_ARRAY(arena, tusk_str, count);
    if (!items) return tusk_fail_nomem(err, "an array");
    for (size_t i = 0; i < count; i++) {
        tusk_str element;
        if (!get_element(&rest, &element)) return tusk_malformed(column, "an array cut short", err);
        items[i] = tusk_arena_str(arena, element);
        if (element.ptr && !items[i].ptr) return tusk_fail_nomem(err, "an array");
    }
    if (rest.len > 0) return tusk_malformed(column, "an array with bytes after its end", err);
    *out = (tusk_text_array){ items, count };
    return TUSK_OK;
}

static tusk_status get_integers(tusk_arena *arena, const tusk_column *column, tusk_str rest,
                                size_t count, tusk_integer_array *out, tusk_error *err)
{
    int32_t *items = TUSK_NEW_ARRAY(arena, int32_t, count);
    bool *nulls = TUSK_NEW_ARRAY(arena, bool, count);
    if (!items || !nulls) return tusk_fail_nomem(err, "an array");
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        tusk_str element;
        if (!get_element(&rest, &element)) return tusk_malformed(column, "an array cut short", err);
        nulls[i] = !element.ptr;
        any = any || nulls[i];
        if (nulls[i]) continue;
        if (element.len != 4) return tusk_malformed(column, "an integer not of 4 bytes", err);
        items[i] = (int32_t)tusk_get32(element.ptr);
    }
    if (rest.len > 0) return tusk_malformed(column, "an array with bytes after its end", err);
    *out = (tusk_integer_array){ items, any ? nulls : NULL, count };
    return TUSK_OK;
}

tusk_status tusk_decode_array(tusk_arena *arena, const tusk_column *column, tusk_str bytes,
                              void *value, tusk_error *err)
{
    size_t count = 0;
    tusk_status status = get_header(column, &bytes, &count, err);
    if (status != TUSK_OK) return status;
    if (column->type == TUSK_TYPE_INTEGER) {
        return get_integers(arena, column, bytes, count, value, err);
    }
    return get_texts(arena, column, bytes, count, value, err);
}
