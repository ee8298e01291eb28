/* arena.h - memory for one unit of work (a request, a command, a test), given back at once */
#ifndef TUSK_ARENA_H
#define TUSK_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "tusk/attr.h"
#include "tusk/str.h"

/** Memory with one owner. Nothing inside is freed by hand. Thread: one at a time; two arenas are
 * independent of each other. */
typedef struct tusk_arena tusk_arena;

/** The ceiling of an arena made with limit 0: 256 MiB. */
#define TUSK_ARENA_LIMIT_DEFAULT ((size_t)256 << 20)

/** A new, empty arena that will hold at most `limit` bytes (0: the default above). Returns NULL
 * without memory. Ownership: the caller, who calls tusk_arena_free(). */
TUSK_API TUSK_NODISCARD tusk_arena *tusk_arena_new(size_t limit);
/** Gives everything back. Accepts NULL. Every pointer into the arena is invalid from here on. */
TUSK_API void tusk_arena_free(tusk_arena *arena);
/** Makes the arena empty for the next unit of work and forgets a failure; one block of memory is
 * kept. Every pointer into the arena is invalid from here on. Accepts NULL. */
TUSK_API void tusk_arena_reset(tusk_arena *arena);
/** `size` zeroed bytes aligned for any type. Lifetime: until the arena is reset or freed. Returns
 * NULL past the limit or without memory; the failure also sticks in the arena (tusk_arena_failed),
 * so that code which builds many small things may look once, at the end. Size 0 gives a valid
 * pointer. A NULL arena gives NULL. */
TUSK_API void *tusk_arena_alloc(tusk_arena *arena, size_t size);
/** `count` elements of `size` bytes, refused when the product overflows; else as
 * tusk_arena_alloc(). Lifetime: until the arena is reset or freed. */
TUSK_API void *tusk_arena_array(tusk_arena *arena, size_t count, size_t size);
/** True once any request was refused, until the next reset; true for NULL. */
TUSK_API bool tusk_arena_failed(const tusk_arena *arena);
/** Bytes handed out since the last reset. */
TUSK_API size_t tusk_arena_used(const tusk_arena *arena);
/** A copy of `s` with a zero byte after it; "no text" stays so. On failure "no text", told apart by
 * tusk_arena_failed(). Lifetime: until the arena is reset or freed. */
TUSK_API tusk_str tusk_arena_str(tusk_arena *arena, tusk_str s);
/** A copy of `size` bytes; NULL on failure. Lifetime: until the arena is reset or freed. */
TUSK_API void *tusk_arena_copy(tusk_arena *arena, const void *bytes, size_t size);
/** Formatted text; "no text" on failure. tusk_arena_vprintf() takes the arguments as a list.
 * Lifetime: until the arena is reset or freed. */
TUSK_API tusk_str tusk_arena_printf(tusk_arena *arena, const char *format, ...) TUSK_PRINTF(2, 3);
TUSK_API tusk_str tusk_arena_vprintf(tusk_arena *arena, const char *format, va_list args)
    TUSK_PRINTF(2, 0);

/** One zeroed T, or `n` of them, as from tusk_arena_alloc(). */
#define TUSK_NEW(arena, T)          ((T *)tusk_arena_alloc((arena), sizeof(T)))
#define TUSK_NEW_ARRAY(arena, T, n) ((T *)tusk_arena_array((arena), (n), sizeof(T)))

#endif
