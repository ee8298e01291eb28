/* uuid.c - the text of a uuid, for programs: rows carry its bytes */
#include <string.h>

#include "tusk/types.h"

#include "src/base/banned.h"

#define BYTES (sizeof(tusk_uuid))

/* A hyphen stands before these bytes. */
static bool after_hyphen(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

const char *tusk_uuid_text(tusk_uuid uuid, char text[TUSK_UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (size_t i = 0; i < BYTES; i++) {
        if (after_hyphen(i)) *at++ = '-';
        *at++ = digits[uuid.bytes[i] >> 4];
        *at++ = digits[uuid.bytes[i] & 15];
    }
    *at = '\0';
    return text;
}

/* -1: not a hexadecimal digit. */
static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool tusk_uuid_parse(tusk_str text, tusk_uuid *out)
{
    if (text.len != TUSK_UUID_TEXT_SIZE - 1) return false;
    tusk_uuid uuid;
    const char *at = text.ptr;
    for (size_t i = 0; i < BYTES; i++) {
        if (after_hyphen(i) && *at++ != '-') return false;
        int high = digit(*at++), low = digit(*at++);
        if (high < 0 || low < 0) return false;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = uuid;
    return true;
}
