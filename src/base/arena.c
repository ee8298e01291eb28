/* arena.c - blocks that are carved from the front and given back together */
#include "tusk/arena.h"

#include <stdint.h>
#include <stdio.h>

#include "src/base/grow.h"
#include "src/base/mem.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TUSK_ARENA_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TUSK_ARENA_ASAN 1
#endif

#ifdef TUSK_ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* A gap that stays poisoned after each piece, so that running past its end is seen. */
#define GAP            ALIGNMENT
#define HIDE(at, size) ASAN_POISON_MEMORY_REGION((at), (size))
#define SHOW(at, size) ASAN_UNPOISON_MEMORY_REGION((at), (size))
#else
#define GAP            0
#define HIDE(at, size) ((void)(at), (void)(size))
#define SHOW(at, size) ((void)(at), (void)(size))
#endif

#include "src/base/banned.h"

#define ALIGNMENT   ((size_t)16)
#define BLOCK_FIRST ((size_t)4 << 10)
#define BLOCK_MAX   ((size_t)256 << 10)

_Static_assert(_Alignof(max_align_t) <= ALIGNMENT, "a piece must suit any type");

struct block {
    struct block *next;
    size_t used, cap;
    _Alignas(16) char bytes[];
};

struct tusk_arena {
    struct block *blocks; /* the first one is carved; the others are full or hold one big piece */
    size_t limit, used;
    size_t next_cap;
    bool failed;
    _Alignas(16) char nothing[16]; /* where pieces of size 0 live */
};

static size_t align_up(size_t n)
{
    return (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

tusk_arena *tusk_arena_new(size_t limit)
{
    tusk_arena *arena = tusk_mem_alloc(sizeof *arena);
    if (!arena) return NULL;
    if (limit == 0) limit = TUSK_ARENA_LIMIT_DEFAULT;
    if (limit > SIZE_MAX / 2) limit = SIZE_MAX / 2; /* so that rounding up cannot overflow */
    *arena = (tusk_arena){ .limit = limit, .next_cap = BLOCK_FIRST };
    return arena;
}

static void block_free(struct block *block)
{
    SHOW(block->bytes, block->cap);
    tusk_mem_free(block);
}

void tusk_arena_free(tusk_arena *arena)
{
    if (!arena) return;
    for (struct block *next, *b = arena->blocks; b; b = next) {
        next = b->next;
        block_free(b);
    }
    tusk_mem_free(arena);
}

void tusk_arena_reset(tusk_arena *arena)
{
    if (!arena) return;
    struct block *keep = NULL;
    for (struct block *next, *b = arena->blocks; b; b = next) {
        next = b->next;
        /* A huge block is not hoarded for the next unit of work. */
        if (b->cap > BLOCK_MAX || (keep && keep->cap >= b->cap)) {
            block_free(b);
            continue;
        }
        if (keep) block_free(keep);
        keep = b;
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
        HIDE(keep->bytes, keep->cap);
    }
    arena->blocks = keep;
    arena->used = 0;
    arena->failed = false;
}

/* A block with room for `size` more bytes at its front, linked into the arena. */
static struct block *block_for(tusk_arena *arena, size_t size)
{
    struct block *first = arena->blocks;
    if (first && size <= first->cap - first->used) return first;
    bool alone = size > arena->next_cap / 2;
    size_t cap = alone ? size : arena->next_cap;
    struct block *block = tusk_mem_alloc(sizeof *block + cap);
    if (!block) return NULL;
    *block = (struct block){ .cap = cap };
    HIDE(block->bytes, cap);
    if (alone && first) { /* the first one keeps its room for small pieces */
        block->next = first->next;
        first->next = block;
        return block;
    }
    block->next = first;
    arena->blocks = block;
    if (!alone && arena->next_cap < BLOCK_MAX) arena->next_cap *= 2;
    return block;
}

static void *refuse(tusk_arena *arena)
{
    arena->failed = true;
    return NULL;
}

/* Counts `size` bytes against the limit; padding before them counts too, so that it bounds real
 * memory. */
static bool within_limit(const tusk_arena *arena, size_t size, size_t *used)
{
    size_t start = align_up(arena->used);
    if (start > arena->limit || size > arena->limit - start) return false;
    *used = start + size;
    return true;
}

/* As tusk_arena_alloc(), the bytes not zeroed. */
static void *carve(tusk_arena *arena, size_t size)
{
    if (!arena) return NULL;
    if (size == 0) return arena->nothing;
    size_t used;
    if (size > SIZE_MAX / 2 || !within_limit(arena, size, &used)) return refuse(arena);
    size_t room = align_up(size) + GAP;
    struct block *block = block_for(arena, room);
    if (!block) return refuse(arena);
    char *piece = block->bytes + block->used;
    block->used += room;
    arena->used = used;
    SHOW(piece, size);
    return piece;
}

void *tusk_arena_alloc(tusk_arena *arena, size_t size)
{
    void *piece = carve(arena, size);
    if (piece) memset(piece, 0, size);
    return piece;
}

void *tusk_arena_array(tusk_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) return arena ? refuse(arena) : NULL;
    return tusk_arena_alloc(arena, total);
}

/* True when `piece` is the newest one of the first block and was made `new_size` bytes long where
 * it is. */
static bool grow_in_place(tusk_arena *arena, char *piece, size_t old_size, size_t new_size)
{
    struct block *block = arena->blocks;
    size_t old_room = align_up(old_size) + GAP;
    if (!block || old_room > block->used) return false;
    if (piece != block->bytes + (block->used - old_room)) return false;
    size_t start = block->used - old_room;
    size_t added = new_size - old_size;
    if (added > arena->limit - arena->used) return false;
    if (align_up(new_size) + GAP > block->cap - start) return false;
    block->used = start + align_up(new_size) + GAP;
    arena->used += added;
    SHOW(piece, new_size);
    memset(piece + old_size, 0, added);
    return true;
}

void *tusk_arena_grow(tusk_arena *arena, void *piece, size_t old_size, size_t new_size)
{
    if (!arena) return NULL;
    if (!piece || old_size == 0) return tusk_arena_alloc(arena, new_size);
    if (new_size > SIZE_MAX / 2) return refuse(arena);
    if (grow_in_place(arena, piece, old_size, new_size)) return piece;
    char *moved = carve(arena, new_size);
    if (!moved) return NULL;
    memcpy(moved, piece, old_size);
    memset(moved + old_size, 0, new_size - old_size);
    return moved;
}

bool tusk_arena_failed(const tusk_arena *arena)
{
    return !arena || arena->failed;
}

size_t tusk_arena_used(const tusk_arena *arena)
{
    return arena ? arena->used : 0;
}

tusk_str tusk_arena_str(tusk_arena *arena, tusk_str s)
{
    if (!s.ptr || s.len == SIZE_MAX) return (tusk_str){ 0 };
    char *copy = carve(arena, s.len + 1);
    if (!copy) return (tusk_str){ 0 };
    memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (tusk_str){ copy, s.len };
}

void *tusk_arena_copy(tusk_arena *arena, const void *bytes, size_t size)
{
    void *copy = carve(arena, size);
    if (copy && size > 0) memcpy(copy, bytes, size);
    return copy;
}

tusk_str tusk_arena_vprintf(tusk_arena *arena, const char *format, va_list args)
{
    char first[128]; /* most are short */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(first, sizeof first, format, again);
    va_end(again);
    if (!arena) return (tusk_str){ 0 };
    char *text = len < 0 ? refuse(arena) : carve(arena, (size_t)len + 1);
    if (!text) return (tusk_str){ 0 };
    if ((size_t)len < sizeof first) {
        memcpy(text, first, (size_t)len + 1);
    } else {
        vsnprintf(text, (size_t)len + 1, format, args);
    }
    return (tusk_str){ text, (size_t)len };
}

tusk_str tusk_arena_printf(tusk_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_str text = tusk_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
