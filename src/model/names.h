/* names.h - the name spaces of a schema: what may be a name, and who has it */
#ifndef TUSK_MODEL_NAMES_H
#define TUSK_MODEL_NAMES_H

#include "src/base/map.h"
#include "src/model/def.h"

/** Names in use, and what to call the clash. Values are the tusk_def_name that came first. */
typedef struct tusk_name_space {
    tusk_map map;
    const char *what;
} tusk_name_space;
tusk_name_space tusk_names_of(tusk_arena *arena, const char *what);

/** All the name spaces of a schema. */
typedef struct tusk_name_spaces {
    tusk_arena *arena;
    const tusk_def *def;
    tusk_name_space schemas;
    tusk_name_space tags;      /* struct and enum tags of C */
    tusk_name_space handles;   /* variables of C */
    tusk_name_space relations; /* tables, views, sequences and indexes of SQL */
    tusk_name_space types;     /* tables, views, enums, domains and composite types of SQL */
    tusk_name_space roles, extensions, functions, comments, policies;
} tusk_name_spaces;

/** A name that a declaration of C can have; `what` is "a column". */
tusk_status tusk_check_c_name(const tusk_def_name *name, const char *what, tusk_error *err);
/** Not longer than PostgreSQL keeps; `what` is "the column". */
tusk_status tusk_check_length(const tusk_def_name *name, const char *what, tusk_error *err);
/** And not empty. */
tusk_status tusk_check_sql_name(const tusk_def_name *name, const char *what, tusk_error *err);
/** Is the schema public, or one that is declared? */
tusk_status tusk_check_in_schema(tusk_name_spaces *s, const tusk_def_name *schema, tusk_error *err);

/** "schema.name", "name" in public: the same name in two schemas is two names. "no text" without
 * memory. */
tusk_str tusk_names_key(tusk_arena *arena, const tusk_def_name *schema, tusk_str name);
/** Takes a name, or says who has it: `key` is what has to differ, `shown` what a message calls it.
 */
tusk_status tusk_names_add_as(tusk_name_space *in, tusk_str key, tusk_str shown,
                              const tusk_def_name *name, tusk_error *err);
tusk_status tusk_names_add(tusk_name_space *in, const tusk_def_name *name, tusk_error *err);
/** For names that we make: two that are equal once PostgreSQL cut them clash. */
tusk_status tusk_names_add_made(tusk_arena *arena, tusk_name_space *in, const tusk_def_name *schema,
                                tusk_str made, tusk_place place, tusk_error *err);
/** Something new of SQL, in a space whose names differ from schema to schema. */
tusk_status tusk_names_add_sql(tusk_name_spaces *s, tusk_name_space *in,
                               const tusk_def_name *schema, const tusk_def_name *name,
                               const char *what, tusk_error *err);

#endif
