/* resolve.h - between the parts that make a model of a .def file: names, columns, tables, the rest
 */
#ifndef TUSK_MODEL_RESOLVE_H
#define TUSK_MODEL_RESOLVE_H

#include "src/model/def.h"
#include "src/model/model.h"

/* ---- names of constraints when a .def file gives none: drizzle-kit's ---- */

/* "no text" without memory. Never cut: PostgreSQL keeps 63 bytes, snapshots keep them whole. */

/** TABLE_COLUMN_unique, or UNIQUE_AS */
tusk_str tusk_name_unique(tusk_arena *arena, const tusk_def_table *table,
                          const tusk_def_column *column);
/** TABLE_COLUMN_TARGET_COLUMN_fk of a column that REFERENCES, or REFERENCES_AS. */
tusk_str tusk_name_reference(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                             const tusk_def_column *column);
/** The written name, else the one made for a KEY, UNIQUE_ON or FOREIGN_KEY. */
tusk_str tusk_name_item(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                        const tusk_def_item *item);
/** TABLE_COLUMN_seq of an identity column. */
tusk_str tusk_name_identity(tusk_arena *arena, const tusk_def_table *table,
                            const tusk_def_column *column);

/* ---- parts, one a file; the .def file was checked before ---- */

/** What is being made. Memory that runs out shows in the arena. */
typedef struct tusk_resolver {
    tusk_arena *arena;
    const tusk_def *def;
    tusk_model *model;
    tusk_error *err;
} tusk_resolver;

/** "timestamp (3) with time zone[]". */
tusk_str tusk_resolve_type(tusk_arena *arena, const tusk_def *def, const tusk_def_column *column);
tusk_status tusk_resolve_column(tusk_resolver *r, const tusk_def_table *table,
                                const tusk_def_column *column, tusk_model_column *out);
/** References and uniques of a column, as constraints of its table. */
void tusk_resolve_column_constraints(tusk_resolver *r, const tusk_def_table *table,
                                     const tusk_def_column *column, tusk_model_table *out);
tusk_model_policy tusk_resolve_policy(tusk_resolver *r, const tusk_def_policy *policy);
/** All but tables: schemas, enums, sequences, roles, views... */
tusk_status tusk_resolve_objects(tusk_resolver *r);
/** A comment on "KIND "schema"."name"", or of a column of it. */
void tusk_resolve_comment(tusk_resolver *r, const char *kind, const tusk_def_name *schema,
                          tusk_str name, const tusk_def_column *column,
                          const tusk_def_name *comment);

#endif
