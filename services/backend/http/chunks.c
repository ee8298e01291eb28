/* chunks.c - reads a chunked body step by step, as strictly as its head */
#include "services/backend/http/strict.h"

#include "src/base/banned.h"

static const http_fault sound = { 0, NULL };
static const http_fault bad_size = { 400, "the size of a chunk is not a plain hexadecimal number" };
static const http_fault bad_end = { 400, "a chunk does not end where its size says" };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static http_fault size_char(http_chunks *chunks, char c)
{
    int digit = hex_digit(c);
    if (digit >= 0) {
        if (++chunks->digits > 8) return bad_size;
        chunks->left = chunks->left * 16 + (uint64_t)digit;
        return sound;
    }
    if (chunks->digits == 0) return bad_size;
    if (c == ';') return (http_fault){ 400, "extensions of chunks are not taken" };
    if (c != '\r') return bad_size;
    chunks->state = HTTP_CHUNK_SIZE_LF;
    return sound;
}

static http_fault size_done(http_chunks *chunks, char c, uint64_t max)
{
    if (c != '\n') return bad_size;
    chunks->total += chunks->left;
    chunks->digits = 0;
    chunks->state = chunks->left ? HTTP_CHUNK_DATA : HTTP_CHUNK_END_CR;
    if (chunks->total > max) return (http_fault){ 413, "the body is too large" };
    return sound;
}

static http_fault framing_char(http_chunks *chunks, char c, uint64_t max)
{
    switch (chunks->state) {
    case HTTP_CHUNK_SIZE:
        return size_char(chunks, c);
    case HTTP_CHUNK_SIZE_LF:
        return size_done(chunks, c, max);
    case HTTP_CHUNK_DATA_CR:
        chunks->state = HTTP_CHUNK_DATA_LF;
        return c == '\r' ? sound : bad_end;
    case HTTP_CHUNK_DATA_LF:
        chunks->state = HTTP_CHUNK_SIZE;
        return c == '\n' ? sound : bad_end;
    case HTTP_CHUNK_END_CR:
        chunks->state = HTTP_CHUNK_END_LF;
        return c == '\r' ? sound : (http_fault){ 400, "trailers are not taken" };
    case HTTP_CHUNK_END_LF:
        chunks->state = HTTP_CHUNK_DONE;
        return c == '\n' ? sound : bad_end;
    case HTTP_CHUNK_DATA:
    case HTTP_CHUNK_DONE:
        break;
    }
    return bad_end;
}

http_fault http_chunks_step(http_chunks *chunks, tusk_str bytes, uint64_t max, size_t *used,
                            tusk_str *data)
{
    *used = 0;
    *data = TUSK_STR("");
    while (*used < bytes.len && chunks->state != HTTP_CHUNK_DONE) {
        if (chunks->state == HTTP_CHUNK_DATA) {
            size_t left = bytes.len - *used;
            size_t n = left < chunks->left ? left : (size_t)chunks->left;
            *data = (tusk_str){ bytes.ptr + *used, n };
            *used += n;
            chunks->left -= n;
            if (chunks->left == 0) chunks->state = HTTP_CHUNK_DATA_CR;
            return sound;
        }
        http_fault fault = framing_char(chunks, bytes.ptr[(*used)++], max);
        if (fault.code) return fault;
    }
    return sound;
}
