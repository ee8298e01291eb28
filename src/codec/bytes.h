/* bytes.h - numbers in network byte order, at any alignment */
#ifndef TUSK_CODEC_BYTES_H
#define TUSK_CODEC_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* From 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
#define TUSK_EPOCH_DAYS 10957
#define TUSK_EPOCH_US   ((int64_t)TUSK_EPOCH_DAYS * 86400 * 1000000)

static inline uint16_t tusk_get16(const char *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    return be16toh(v);
}
static inline uint32_t tusk_get32(const char *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return be32toh(v);
}
static inline uint64_t tusk_get64(const char *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return be64toh(v);
}
static inline void tusk_put16(char *at, uint16_t v)
{
    v = htobe16(v);
    memcpy(at, &v, sizeof v);
}
static inline void tusk_put32(char *at, uint32_t v)
{
    v = htobe32(v);
    memcpy(at, &v, sizeof v);
}
static inline void tusk_put64(char *at, uint64_t v)
{
    v = htobe64(v);
    memcpy(at, &v, sizeof v);
}

#endif
