/* common.h - what the programs of cases/ include: the tables of every.def and the calls that take
 * them */
#ifndef TUSK_TESTS_COMPILE_FAIL_H
#define TUSK_TESTS_COMPILE_FAIL_H

#include "tests/support/schema/every.h"
#include "tusk/run.h"

void try(tusk_arena *a);

/* Somewhere to put a condition, so that nothing is refused for being unused. */
extern tusk_expr condition;

#endif
