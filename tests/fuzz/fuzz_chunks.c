/* fuzz_chunks.c - the reader of chunked bodies: however the bytes are cut, body, end and refusal
 * are the same */
#include "services/backend/http/strict.h"
#include "tests/fuzz/fuzz.h"
#include "tusk/buf.h"

enum { BODY_MAX = 4096 };

struct reading {
    http_chunks chunks;
    http_fault fault;
    size_t taken;
    tusk_buf body;
};

/* Reads `piece` bytes at a time. */
static struct reading read_in(tusk_arena *arena, tusk_str bytes, size_t piece)
{
    struct reading r = { 0 };
    tusk_buf_init_in(&r.body, arena, BODY_MAX);
    while (r.taken < bytes.len && !r.fault.code && r.chunks.state != HTTP_CHUNK_DONE) {
        size_t left = bytes.len - r.taken, used = 0;
        tusk_str data = { 0 };
        r.fault = http_chunks_step(&r.chunks,
                                   (tusk_str){ bytes.ptr + r.taken, left < piece ? left : piece },
                                   BODY_MAX, &used, &data);
        CLAIM(used > 0 && used <= left, "each step takes something, and only what is there");
        tusk_buf_add(&r.body, data);
        r.taken += used;
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str bytes = fuzz_input(data, size);
    struct reading whole = read_in(arena, bytes, size + 1);
    for (size_t piece = 1; piece < 5; piece++) {
        struct reading r = read_in(arena, bytes, piece);
        CLAIM(r.fault.code == whole.fault.code, "the same refusal");
        CLAIM(r.chunks.state == whole.chunks.state, "the same end");
        CLAIM(r.taken == whole.taken, "at the same byte");
        CLAIM(tusk_str_eq(tusk_buf_str(&r.body), tusk_buf_str(&whole.body)), "the same body");
    }
    CLAIM(!whole.body.failed, "a body never outgrows its ceiling");
    if (whole.chunks.state == HTTP_CHUNK_DONE && !whole.fault.code) {
        CLAIM(whole.body.len == whole.chunks.total, "the body is as long as its chunks said");
    }
    tusk_arena_free(arena);
    return 0;
}
