/* vec.h - a typed array that grows in an arena */
#ifndef TUSK_BASE_VEC_H
#define TUSK_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#include "tusk/arena.h"

/** `TUSK_VEC(struct column) columns = { 0 };` An empty one is all zero; items[0..count) are the
 * elements. */
#define TUSK_VEC(T)        \
    struct {               \
        T *items;          \
        size_t count, cap; \
    }

/** Appends an item; false without memory, and then the vector is as it was (the arena remembers the
 * failure, so a caller may look once, at the end). Each argument is evaluated once. Growing may
 * move the items: keep an index, not a pointer, across a push. */
#define tusk_vec_push(arena, vec, ...)                                                \
    __extension__({                                                                   \
        __typeof__(vec) tusk_vec_ = (vec);                                            \
        void *tusk_room_ = tusk_vec_room((arena), tusk_vec_->items, tusk_vec_->count, \
                                         &tusk_vec_->cap, sizeof *tusk_vec_->items);  \
        if (tusk_room_) {                                                             \
            tusk_vec_->items = tusk_room_;                                            \
            tusk_vec_->items[tusk_vec_->count++] = (__VA_ARGS__);                     \
        }                                                                             \
        tusk_vec_ok(tusk_room_);                                                      \
    })

/** For tusk_vec_push(): `items` with room for one more than `count`, NULL without memory. */
void *tusk_vec_room(tusk_arena *arena, void *items, size_t count, size_t *cap, size_t item_size);
/** For tusk_vec_push(): a call as its value, for one that is not looked at must not warn. */
static inline bool tusk_vec_ok(const void *room)
{
    return room != NULL;
}

#endif
