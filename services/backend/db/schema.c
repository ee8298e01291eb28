/* schema.c - the one place where the descriptors of db/schema.def are defined */
#define TUSK_SCHEMA      "services/backend/db/schema.def"
#define TUSK_SCHEMA_NAME deploystack_schema
#include "tusk/define.h"
