/* bytes.h - numbers in network byte order, at any alignment: in messages and in values */
#ifndef TUSK_BASE_BYTES_H
#define TUSK_BASE_BYTES_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t tusk_get16(const char *at)
{
    uint16_t n;
    memcpy(&n, at, sizeof n);
    return be16toh(n);
}
static inline uint32_t tusk_get32(const char *at)
{
    uint32_t n;
    memcpy(&n, at, sizeof n);
    return be32toh(n);
}
static inline uint64_t tusk_get64(const char *at)
{
    uint64_t n;
    memcpy(&n, at, sizeof n);
    return be64toh(n);
}

/** Each writes the low bits of `n` and returns what follows them. */
static inline char *tusk_put16(char *at, size_t n)
{
    uint16_t swapped = htobe16((uint16_t)n);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}
static inline char *tusk_put32(char *at, size_t n)
{
    uint32_t swapped = htobe32((uint32_t)n);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}
static inline char *tusk_put64(char *at, uint64_t n)
{
    uint64_t swapped = htobe64(n);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}

#endif
