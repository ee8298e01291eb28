/* map.c - open addressing over an array of entries, keyed SipHash-1-3 */
#include "src/base/map.h"

#include <sys/auxv.h>

#include "src/base/grow.h"

#include "src/base/banned.h"

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static uint64_t hash_of(tusk_str key)
{
    /* Sixteen random bytes that the kernel gave this process: no state of our own is needed. */
    uint64_t seed[2] = { 0x5475736b, 0x6d6170 };
    const void *random =
        (const void *)getauxval(AT_RANDOM); /* NOLINT: that is how it is handed over */
    if (random) memcpy(seed, random, sizeof seed);
    uint64_t v[4] = { seed[0] ^ 0x736f6d6570736575U, seed[1] ^ 0x646f72616e646f6dU,
                      seed[0] ^ 0x6c7967656e657261U, seed[1] ^ 0x7465646279746573U };
    size_t left = key.len;
    for (const char *at = key.ptr; left >= 8; at += 8, left -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        sip_word(v, word);
    }
    uint64_t last = 0;
    if (left > 0) memcpy(&last, key.ptr + (key.len - left), left);
    sip_word(v, last | ((uint64_t)key.len << 56));
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void tusk_map_init(tusk_map *map, tusk_arena *arena)
{
    *map = (tusk_map){ .arena = arena };
}

/* The slot that holds `key`, or the free one where it belongs. Needs slots. */
static uint32_t *slot_of(const tusk_map *map, tusk_str key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &map->slots[i];
        if (*slot == 0) return slot;
        const tusk_map_entry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && tusk_str_eq(entry->key, key)) return slot;
    }
}

static tusk_map_entry *find(const tusk_map *map, tusk_str key)
{
    if (map->count == 0) return NULL;
    uint32_t number = *slot_of(map, key, hash_of(key));
    return number > 0 ? &map->entries[number - 1] : NULL;
}

/* Room for one more entry and its slot. Failing half-way leaves the map as it was. */
static bool reserve(tusk_map *map)
{
    if (map->count < map->cap) return true;
    size_t cap = map->cap > 0 ? map->cap * 2 : 12;
    if (cap > UINT32_MAX / 2) return false;
    size_t slot_count = cap / 3 * 4; /* 16 for 12, and doubling with it */
    uint32_t *slots = TUSK_NEW_ARRAY(map->arena, uint32_t, slot_count);
    if (!slots) return false;
    size_t size = sizeof *map->entries;
    void *entries = tusk_arena_grow(map->arena, map->entries, map->cap * size, cap * size);
    if (!entries) return false;
    *map = (tusk_map){ map->arena, entries, map->count, cap, slots, slot_count };
    for (size_t i = 0; i < map->count; i++)
        *slot_of(map, map->entries[i].key, map->entries[i].hash) = (uint32_t)i + 1;
    return true;
}

bool tusk_map_put(tusk_map *map, tusk_str key, void *value)
{
    tusk_map_entry *known = find(map, key);
    if (known) {
        known->value = value;
        return true;
    }
    if (!reserve(map)) return false;
    uint64_t hash = hash_of(key);
    *slot_of(map, key, hash) = (uint32_t)map->count + 1;
    map->entries[map->count++] = (tusk_map_entry){ key, value, hash };
    return true;
}

void *tusk_map_get(const tusk_map *map, tusk_str key)
{
    const tusk_map_entry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool tusk_map_has(const tusk_map *map, tusk_str key)
{
    return find(map, key) != NULL;
}
