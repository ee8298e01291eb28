/* rename_copy.h - a schema of which names can be changed: the single renames */
#ifndef TUSK_DIFF_RENAME_COPY_H
#define TUSK_DIFF_RENAME_COPY_H

#include "src/model/model.h"

/** `from` with lists of its own, wherever a name in them can change. */
void tusk_rename_copy(tusk_arena *arena, const tusk_model *from, tusk_model *out);

/* One thing of a copy gets another name (and schema), and what speaks of it follows. */
void tusk_rename_one_schema(tusk_model *model, tusk_str from, tusk_str to);
void tusk_rename_one_enum(tusk_arena *arena, tusk_model *model, tusk_model_enum *e, tusk_str schema,
                          tusk_str name);
void tusk_rename_one_table(tusk_model *model, tusk_model_table *table, tusk_str schema,
                           tusk_str name);
/** RENAME VALUE: the label, and defaults that are it. */
void tusk_rename_one_label(tusk_arena *arena, tusk_model *model, tusk_model_enum *e, tusk_str from,
                           tusk_str to);

#endif
