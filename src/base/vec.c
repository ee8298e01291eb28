/* vec.c - the growing of vec.h's arrays */
#include "src/base/vec.h"

#include <stdint.h>

#include "src/base/grow.h"

#include "src/base/banned.h"

void *tusk_vec_room(tusk_arena *arena, void *items, size_t count, size_t *cap, size_t item_size)
{
    if (count < *cap) return items;
    size_t new_cap = *cap > 0 ? *cap * 2 : 8;
    if (new_cap <= *cap || new_cap > SIZE_MAX / item_size) new_cap = SIZE_MAX / item_size;
    void *grown = tusk_arena_grow(arena, items, *cap * item_size, new_cap * item_size);
    if (grown) *cap = new_cap;
    return grown;
}
