/* show.h - parameters as text, so that a test can hold text against text */
#ifndef TUSK_TESTS_SHOW_H
#define TUSK_TESTS_SHOW_H

#include "tusk/value.h"

/** "text:abc, smallint:5, null:bigint, text[]:{a,NULL}". Lifetime: until the next call. */
const char *show_values(const tusk_value *values, size_t count);

#endif
