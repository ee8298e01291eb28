/* name.h - a name for a migration, made from what it changes */
#ifndef TUSK_MIGRATE_NAME_H
#define TUSK_MIGRATE_NAME_H

#include "src/model/model.h"

/** "baseline", "create_teams", "add_slug_to_teams"...: lower-case letters, digits and "_". "no
 * text" without memory. */
tusk_str tusk_migration_name(tusk_arena *arena, const tusk_model *from, const tusk_model *to);
/** Is `name` fit to be part of a file name? Letters, digits, "_" and "-", at most 100. */
bool tusk_migration_name_ok(tusk_str name);

#endif
