/* mem.c - the only calls of malloc, realloc and free in the library */
#include "src/base/mem.h"

#include <stdlib.h>

#include "src/base/banned.h"

/* The one mutable variable of the library: only tests set it, and only for their own thread. */
static _Thread_local struct {
    size_t countdown; /* the request that brings it from 1 to 0 is refused */
    bool hit;
} failing;

static bool refused(void)
{
    if (failing.countdown == 0 || --failing.countdown > 0) return false;
    failing.hit = true;
    return true;
}

void *tusk_mem_alloc(size_t size)
{
    if (refused()) return NULL;
    return malloc(size > 0 ? size : 1);
}

void *tusk_mem_resize(void *block, size_t size)
{
    if (refused()) return NULL;
    return realloc(block, size > 0 ? size : 1);
}

void tusk_mem_free(void *block)
{
    free(block);
}

void tusk_mem_fail_at(size_t n)
{
    failing.countdown = n;
    failing.hit = false;
}

bool tusk_mem_fail_hit(void)
{
    bool hit = failing.hit;
    tusk_mem_fail_at(0);
    return hit;
}
