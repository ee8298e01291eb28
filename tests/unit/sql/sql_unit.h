/* sql_unit.h - what the tests of conditions and queries share: cmocka, the tables of every.def, an
 * arena */
#ifndef TUSK_TESTS_SQL_UNIT_H
#define TUSK_TESTS_SQL_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/schema/every.h"
#include "tests/unit/sql/show.h"

/* An arena of each test's own, by the name that queries use for it. */
static tusk_arena *a;

static inline int arena_make(void **state)
{
    (void)state;
    a = tusk_arena_new(0);
    return a ? 0 : -1;
}

static inline int arena_drop(void **state)
{
    (void)state;
    tusk_arena_free(a);
    a = NULL;
    return 0;
}

#define UNIT_TEST(f)    cmocka_unit_test_setup_teardown(f, arena_make, arena_drop)
#define COUNT(array)    (sizeof(array) / sizeof *(array))
#define HAS(text, part) assert_non_null(strstr((text), (part)))

#endif
