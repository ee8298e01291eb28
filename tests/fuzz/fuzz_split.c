/* fuzz_split.c - cutting SQL: the chunks in order are the file, their statements in order the chunk
 * but for comments between them; each by itself is one statement */
#include "src/diff/diff.h"
#include "src/migrate/split.h"
#include "tests/fuzz/fuzz.h"

static int line_of(tusk_str all, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++) line += all.ptr[i] == '\n';
    return line;
}

/* The piece up to the next marker, past which `*rest` is left; "no text" after the last. */
static tusk_str cut(tusk_str *rest)
{
    const size_t mark = strlen(TUSK_BREAKPOINT);
    tusk_str all = *rest;
    const char *at = all.ptr ? memmem(all.ptr, all.len, TUSK_BREAKPOINT, mark) : NULL;
    *rest = (tusk_str){ 0 };
    if (!at) return all;
    size_t len = (size_t)(at - all.ptr);
    *rest = (tusk_str){ at + mark, all.len - len - mark };
    return (tusk_str){ all.ptr, len };
}

static void check_statements(tusk_arena *arena, const tusk_chunk *chunk)
{
    tusk_chunks list, alone;
    tusk_str rest = chunk->sql;
    int line = chunk->line;
    CLAIM(tusk_split_statements(arena, chunk, &list), "there is enough memory");
    for (size_t i = 0; i < list.count; i++) {
        const tusk_chunk *one = &list.items[i];
        const char *at = memmem(rest.ptr, rest.len, one->sql.ptr, one->sql.len);
        CLAIM(at, "the statements stand in the chunk, one after the other");
        size_t used = (size_t)(at - rest.ptr) + one->sql.len;
        rest = (tusk_str){ rest.ptr + used, rest.len - used };
        CLAIM(one->line >= line, "and so do their lines");
        line = one->line;
        CLAIM(tusk_split_statements(arena, one, &alone), "there is enough memory");
        CLAIM(alone.count == 1 && tusk_str_eq(alone.items[0].sql, one->sql),
              "a statement by itself is one statement");
    }
    CLAIM(line <= chunk->line + line_of(chunk->sql, chunk->sql.len) - 1, "lines of the chunk");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str file = fuzz_input(data, size), rest = file;
    tusk_chunks chunks;
    size_t count = 0;
    CLAIM(tusk_split_breakpoints(arena, file, &chunks), "there is enough memory");
    while (rest.ptr) {
        tusk_str piece = cut(&rest);
        if (tusk_str_trim(piece).len == 0) continue;
        CLAIM(count < chunks.count, "no text is left out");
        const tusk_chunk *chunk = &chunks.items[count++];
        CLAIM(tusk_str_eq(chunk->sql, piece), "a chunk is what stands between two markers");
        CLAIM(chunk->line == line_of(file, (size_t)(piece.ptr - file.ptr)), "on its line");
        check_statements(arena, chunk);
    }
    CLAIM(count == chunks.count, "nothing is added");
    (void)tusk_split_needs_no_transaction(arena, &chunks);
    CLAIM(tusk_split_line(file, (int)(size % 100)) <= line_of(file, file.len), "a line exists");
    tusk_arena_free(arena);
    return 0;
}
