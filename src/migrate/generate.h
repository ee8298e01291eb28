/* generate.h - the next migration from a schema that is in memory already */
#ifndef TUSK_MIGRATE_GENERATE_H
#define TUSK_MIGRATE_GENERATE_H

#include "src/model/model.h"
#include "tusk/migrate.h"

/** As tusk_generate(), with `schema` in place of options->schema, which is NULL. */
tusk_status tusk_generate_model(tusk_arena *arena, const tusk_model *schema,
                                const tusk_generate_options *options, tusk_generated *out,
                                tusk_error *err);

#endif
