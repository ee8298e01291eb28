/* buf.c - text under construction: doubling up to a ceiling, failing once and for good */
#include "tusk/buf.h"

#include <stdint.h>
#include <stdio.h>

#include "src/base/grow.h"
#include "src/base/mem.h"

#include "src/base/banned.h"

#define CAP_FIRST ((size_t)256)

void tusk_buf_init(tusk_buf *buf, size_t max)
{
    *buf = (tusk_buf){ .max = max };
}

void tusk_buf_init_in(tusk_buf *buf, tusk_arena *arena, size_t max)
{
    /* Without an arena it must not fall back to the heap, where nobody would give it back. */
    *buf = (tusk_buf){ .max = max, .arena = arena, .failed = !arena };
}

void tusk_buf_clear(tusk_buf *buf)
{
    if (!buf->arena) tusk_mem_free(buf->ptr);
    *buf = (tusk_buf){ .max = buf->max, .arena = buf->arena };
}

void tusk_buf_reset(tusk_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr) buf->ptr[0] = '\0';
}

static bool grow(tusk_buf *buf, size_t size)
{
    size_t ceiling = buf->max < SIZE_MAX / 2 ? buf->max : SIZE_MAX / 2;
    buf->failed = true;
    if (size > ceiling - buf->len) return false;
    size_t need = buf->len + size + 1;
    size_t cap = buf->cap > 0 ? buf->cap * 2 : CAP_FIRST;
    if (cap < need) cap = need;
    if (cap > ceiling + 1) cap = ceiling + 1;
    char *grown = buf->arena ? tusk_arena_grow(buf->arena, buf->ptr, buf->cap, cap)
                             : tusk_mem_resize(buf->ptr, cap);
    if (!grown) return false;
    buf->ptr = grown;
    buf->cap = cap;
    buf->failed = false;
    return true;
}

/* Room for `size` more bytes and the zero; false (for good) when there is none. */
static inline bool reserve(tusk_buf *buf, size_t size)
{
    if (buf->failed) return false;
    return size < buf->cap - buf->len || grow(buf, size); /* both 0 at first: no room */
}

void tusk_buf_add_bytes(tusk_buf *buf, const void *bytes, size_t size)
{
    if (!reserve(buf, size)) return;
    if (size > 0) memcpy(buf->ptr + buf->len, bytes, size);
    buf->len += size;
    buf->ptr[buf->len] = '\0';
}

void tusk_buf_add(tusk_buf *buf, tusk_str text)
{
    tusk_buf_add_bytes(buf, text.ptr, text.len);
}

void tusk_buf_add_cstr(tusk_buf *buf, const char *text)
{
    tusk_buf_add(buf, tusk_str_of(text));
}

void tusk_buf_add_char(tusk_buf *buf, char c)
{
    if (!reserve(buf, 1)) return;
    buf->ptr[buf->len++] = c;
    buf->ptr[buf->len] = '\0';
}

void tusk_buf_vprintf(tusk_buf *buf, const char *format, va_list args)
{
    if (!reserve(buf, 0)) return;
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, again);
    va_end(again);
    size_t size = len > 0 ? (size_t)len : 0;
    if (size < buf->cap - buf->len && len >= 0) {
        buf->len += size;
        return;
    }
    buf->ptr[buf->len] =
        '\0'; /* it did not fit: take the half line back, make room, write it again */
    if (len < 0) buf->failed = true;
    if (!reserve(buf, size)) return;
    vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, args);
    buf->len += size;
}

void tusk_buf_printf(tusk_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_buf_vprintf(buf, format, args);
    va_end(args);
}

tusk_str tusk_buf_str(const tusk_buf *buf)
{
    return buf->ptr ? (tusk_str){ buf->ptr, buf->len } : TUSK_STR("");
}

tusk_status tusk_buf_finish(const tusk_buf *buf, tusk_str *out, tusk_error *err)
{
    if (buf->failed)
        return tusk_fail(err, TUSK_NOMEM,
                         "no room for more text: %zu bytes held, at most %zu allowed", buf->len,
                         buf->max);
    *out = tusk_buf_str(buf);
    return TUSK_OK;
}
