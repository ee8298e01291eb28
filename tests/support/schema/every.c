/* every.c - the descriptors of every.def; link it once into a test */
#define TUSK_SCHEMA      "tests/support/schema/every.def"
#define TUSK_SCHEMA_NAME every_schema
#include "tusk/define.h"
