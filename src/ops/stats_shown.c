/* stats_shown.c - names and statements of others on a terminal, without their power over it */
#include "src/base/utf8.h"
#include "tusk/buf.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

static unsigned code_point(const char *at, size_t size)
{
    unsigned code = (unsigned char)*at;
    if (size > 1) code &= 0x7fu >> size;
    for (size_t i = 1; i < size; i++) code = code << 6 | ((unsigned char)at[i] & 0x3fu);
    return code;
}

/* Control characters, and those that turn the direction of what follows. */
static bool has_power(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

static void add_one(tusk_buf *buf, const char *at, size_t size)
{
    unsigned code = size ? code_point(at, size) : (unsigned char)*at;
    if (code == '\n' || code == '\t' || code == '\r') {
        tusk_buf_add_char(buf, ' ');
    } else if (size == 0 || (has_power(code) && code < 0x100)) {
        tusk_buf_printf(buf, "\\x%02x", code);
    } else if (has_power(code)) {
        tusk_buf_printf(buf, "\\u%04x", code);
    } else {
        tusk_buf_add_bytes(buf, at, size);
    }
}

tusk_str tusk_shown(tusk_arena *arena, tusk_str text)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, text.len * 6 + 1);
    for (size_t i = 0; i < text.len;) {
        size_t size = tusk_utf8_step(text.ptr + i, text.len - i);
        add_one(&buf, text.ptr + i, size);
        i += size ? size : 1;
    }
    return buf.failed ? (tusk_str){ NULL, 0 } : tusk_buf_str(&buf);
}
