/* golden.h - values of every type with the bytes that PostgreSQL has for them */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "src/codec/codec.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The bytes are those of the server's own typsend functions. */
typedef struct golden {
    const char *name;
    tusk_value value;
    const char *hex;
    bool any_length; /* a shorter or longer run of bytes is a value too */
} golden;

extern const golden golden_cases[];
extern const size_t golden_count;
extern const tusk_enum golden_enum;

/* A run of bytes on the heap with nothing before or after, so that a sanitizer sees a step outside.
 */
typedef struct block {
    char *ptr;
    size_t len;
} block;
block block_of(const void *bytes, size_t len);
block block_of_hex(const char *hex);
void block_clear(block *b);
static inline tusk_str block_str(block b)
{
    return (tusk_str){ b.ptr, b.len };
}

/* A column of the value's type. */
tusk_column golden_column(const tusk_value *value, bool nullable);
/* Room for any field of a row struct. */
typedef union field {
    max_align_t align;
    char bytes[64];
} field;
/* What a decoded field holds, as a value. */
tusk_value golden_read(const tusk_column *column, const field *f);
void golden_assert_same(const char *name, const tusk_value *got, const tusk_value *expected);

#endif
