/* resolve.h - the names that constraints get when a .def file gives none: drizzle-kit's */
#ifndef TUSK_MODEL_RESOLVE_H
#define TUSK_MODEL_RESOLVE_H

#include "src/model/def.h"

/* "no text" without memory. Never cut: PostgreSQL keeps 63 bytes, snapshots keep them whole. */

/** TABLE_COLUMN_unique */
tusk_str tusk_name_unique(tusk_arena *arena, const tusk_def_table *table,
                          const tusk_def_column *column);
/** TABLE_COLUMN_TARGET_COLUMN_fk of a column that REFERENCES. */
tusk_str tusk_name_reference(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                             const tusk_def_column *column);
/** The written name, else the one made for a KEY, UNIQUE_ON or FOREIGN_KEY. */
tusk_str tusk_name_item(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                        const tusk_def_item *item);

#endif
