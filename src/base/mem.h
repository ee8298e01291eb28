/* mem.h - the one door to the heap, which a test can make fail at the n-th request */
#ifndef TUSK_BASE_MEM_H
#define TUSK_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

#include "tusk/attr.h"

/** `size` (at least 1) uninitialised bytes, or NULL. Given back with tusk_mem_free(). */
void *tusk_mem_alloc(size_t size);
/** realloc(): NULL leaves the old block as it was. */
void *tusk_mem_resize(void *block, size_t size);
/** Accepts NULL. */
void tusk_mem_free(void *block);

/** For tests: the `n`-th request of this thread from now on is refused, once; 0 refuses none. */
void tusk_mem_fail_at(size_t n);
/** For tests: true when the request chosen by tusk_mem_fail_at() came and was refused; forgets the
 * choice. */
bool tusk_mem_fail_hit(void);

/** Runs the following block with the 1st, 2nd, ... request refused, until a run needs fewer than
 * that. */
#define TUSK_EACH_FAILING_ALLOC(n) \
    for (size_t n = 1; (n == 1 || tusk_mem_fail_hit()) && (tusk_mem_fail_at(n), true); n++)

#endif
