/* name.h - a name for a migration, made from what it changes */
#ifndef TUSK_MIGRATE_NAME_H
#define TUSK_MIGRATE_NAME_H

#include <stdint.h>

#include "src/model/model.h"

/** "baseline", "create_teams", "add_slug_to_teams"...: lower-case letters, digits and "_". "no
 * text" without memory. */
tusk_str tusk_migration_name(tusk_arena *arena, const tusk_model *from, const tusk_model *to);
/** The part of the next tag before its first "_", in the style of `last`, the tag of the journal's
 * newest entry (no text: none): "0001", or as drizzle-kit's other prefixes "20261122123456" and
 * "1795350442". It sorts after that of `last`, for drizzle-kit goes on from the snapshot whose name
 * sorts last. "no text" without memory. */
tusk_str tusk_migration_prefix(tusk_arena *arena, tusk_str last, int idx, int64_t when);
/** Is `name` fit to be part of a file name? Letters, digits, "_" and "-", at most 100. */
bool tusk_migration_name_ok(tusk_str name);

#endif
