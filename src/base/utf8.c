/* utf8.c - a strict reader of UTF-8 */
#include "src/base/utf8.h"

#include <stdbool.h>

#include "src/base/banned.h"

static bool continues(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t tusk_utf8_step(const char *at, size_t left)
{
    if (left == 0) return 0;
    const unsigned char *b = (const unsigned char *)at;
    if (b[0] < 0x80) return 1;
    if (b[0] < 0xc2 || b[0] > 0xf4) return 0;
    size_t size = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    if (left < size) return 0;
    for (size_t i = 1; i < size; i++)
        if (!continues(b[i])) return 0;
    if (b[0] == 0xe0 && b[1] < 0xa0) return 0; /* overlong */
    if (b[0] == 0xed && b[1] > 0x9f) return 0; /* surrogate */
    if (b[0] == 0xf0 && b[1] < 0x90) return 0; /* overlong */
    if (b[0] == 0xf4 && b[1] > 0x8f) return 0; /* past U+10FFFF */
    return size;
}

size_t tusk_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max) return len;
    /* Only a character that begins in the last three bytes can reach over the edge. */
    for (size_t back = 1; back <= 3 && back <= max; back++) {
        size_t step = tusk_utf8_step(text + max - back, len - max + back);
        if (step > back) return max - back;
        if (step > 0) return max;
    }
    return max;
}
