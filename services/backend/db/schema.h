/* schema.h - the tables of db/schema.def as C: enums, row structs, typed columns, descriptors */
#ifndef DEPLOYSTACK_SCHEMA_H
#define DEPLOYSTACK_SCHEMA_H

#define TUSK_SCHEMA "services/backend/db/schema.def"
#include "tusk/declare.h"

extern const tusk_schema deploystack_schema;

#endif
