/* map.h - a hash map from text to pointers in an arena, walked in the order of insertion */
#ifndef TUSK_BASE_MAP_H
#define TUSK_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tusk/arena.h"
#include "tusk/str.h"

typedef struct tusk_map_entry {
    tusk_str key; /* the bytes stay the caller's and must live as long as the map */
    void *value;
    uint64_t hash;
} tusk_map_entry;

/** entries[0..count) in the order of insertion; they move when the map grows. Nothing can be
 * removed. The hash is keyed with a number of the process, so that keys chosen by a stranger do not
 * collide on purpose. */
typedef struct tusk_map {
    tusk_arena *arena;
    tusk_map_entry *entries;
    size_t count, cap;
    uint32_t *slots; /* entry number + 1, 0: free; a power of two, at most three quarters full */
    size_t slot_count;
} tusk_map;

/** An empty map that grows in `arena`. */
void tusk_map_init(tusk_map *map, tusk_arena *arena);
/** Adds `key`, or gives it a new value (its place in the order stays). False without memory, and
 * then the map is as it was. */
bool tusk_map_put(tusk_map *map, tusk_str key, void *value);
/** The value of `key`, NULL when it is not there. */
void *tusk_map_get(const tusk_map *map, tusk_str key);
bool tusk_map_has(const tusk_map *map, tusk_str key);

#endif
