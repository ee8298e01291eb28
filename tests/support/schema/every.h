/* every.h - what every.def declares, for tests that use its tables */
#ifndef TUSK_TESTS_EVERY_H
#define TUSK_TESTS_EVERY_H

#include "tests/support/schema/spot.h"

#define TUSK_SCHEMA "tests/support/schema/every.def"
#include "tusk/declare.h"
#include "tusk/query.h"
#undef TUSK_SCHEMA

extern const tusk_schema every_schema;

#endif
