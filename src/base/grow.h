/* grow.h - making an arena's piece larger, in place when it is the newest one */
#ifndef TUSK_BASE_GROW_H
#define TUSK_BASE_GROW_H

#include <stddef.h>

#include "tusk/arena.h"

/** The `old_size` bytes at `piece` (NULL when there are none) in `new_size` >= old_size bytes,
 * those added being zero. `piece` may be used no more unless NULL is returned. Fails as
 * tusk_arena_alloc(). */
void *tusk_arena_grow(tusk_arena *arena, void *piece, size_t old_size, size_t new_size);

#endif
