/* source.h - a schema, wherever it is kept: a .def file, a snapshot, a folder, a database */
#ifndef TUSK_MIGRATE_SOURCE_H
#define TUSK_MIGRATE_SOURCE_H

#include "src/diff/diff.h"
#include "tusk/change.h"

typedef enum tusk_source_kind {
    TUSK_SOURCE_EMPTY,
    TUSK_SOURCE_DEF,
    TUSK_SOURCE_COMPILED,
    TUSK_SOURCE_SNAPSHOT,
    TUSK_SOURCE_FOLDER,
    TUSK_SOURCE_DATABASE,
} tusk_source_kind;
typedef struct tusk_source {
    tusk_source_kind kind;
    const char *name;   /* as it was given */
    tusk_server server; /* of a database */
    tusk_model model;   /* of a database: filled when it is compared */
} tusk_source;

/** What kind is it, and (but for a database) its model. Errors: as tusk_changes_between(). */
tusk_status tusk_source_read(tusk_arena *arena, const char *name,
                             const tusk_change_options *options, tusk_source *out, tusk_error *err);
/** The model of a database's schema. */
tusk_status tusk_source_introspect(tusk_arena *arena, const tusk_change_options *options,
                                   tusk_source *source, tusk_error *err);

/** "old=new" in options->renames, taken apart. */
tusk_status tusk_source_renames(tusk_arena *arena, const tusk_change_options *options,
                                tusk_diff_options *out, tusk_error *err);
/** Two sources in one form: a database and a schema both as PostgreSQL sees them. `*inexact` gets
 * why that could not be, "" otherwise. */
tusk_status tusk_source_pair(tusk_arena *arena, const tusk_change_options *options,
                             tusk_source *from, tusk_source *to, tusk_str *inexact,
                             tusk_error *err);
/** A plan for the world outside. */
tusk_status tusk_changes_of(tusk_arena *arena, const tusk_plan *plan, tusk_changes *out,
                            tusk_error *err);

#endif
