/* normal.h - between the parts that bring a schema into the form in which it is compared */
#ifndef TUSK_INTROSPECT_NORMAL_H
#define TUSK_INTROSPECT_NORMAL_H

#include "src/introspect/introspect.h"
#include "src/introspect/sql_token.h"

typedef struct tusk_normal {
    tusk_arena *arena;
    const tusk_model *model; /* as it is given */
} tusk_normal;

/** "varchar(20)" for "character varying(20)"; dimensions of an array are dropped, for the server
 * does. Moves the schema of "s.type" to `*schema`. */
tusk_str tusk_normal_type(const tusk_normal *n, tusk_str type, tusk_str *schema);
tusk_default tusk_normal_default(const tusk_normal *n, tusk_str type, tusk_default value,
                                 tusk_str table);
tusk_model_column tusk_normal_column(const tusk_normal *n, const tusk_model_column *column,
                                     tusk_str table);
tusk_model_index tusk_normal_index(const tusk_normal *n, const tusk_model_index *index,
                                   const tusk_model_table *table);
/** Views, routines, comments and the rest beside tables. */
void tusk_normal_objects(const tusk_normal *n, tusk_model *out);

/** "public" when it is not said. */
static inline tusk_str tusk_normal_schema(tusk_str schema)
{
    return schema.len > 0 ? tusk_sql_cut_name(schema) : TUSK_STR("public");
}
tusk_names tusk_normal_names(tusk_arena *arena, const tusk_names *names);
/** Options by name, in order. */
tusk_model_options tusk_normal_options(tusk_arena *arena, const tusk_model_options *options);

#endif
