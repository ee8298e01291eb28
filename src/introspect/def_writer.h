/* def_writer.h - between the parts that write .def text */
#ifndef TUSK_INTROSPECT_DEF_WRITER_H
#define TUSK_INTROSPECT_DEF_WRITER_H

#include "src/base/map.h"
#include "src/introspect/write_def.h"
#include "tusk/buf.h"

/** What a table or view and its columns are called in C. */
typedef struct tusk_def_called {
    tusk_str row, handle;
    tusk_names columns; /* in the order of the table's */
} tusk_def_called;

typedef struct tusk_def_writer {
    tusk_arena *arena;
    const tusk_model *model;
    tusk_buf out;
    tusk_map tags, globals;  /* names in C that are taken: of structs and enums; of the rest */
    tusk_def_called *tables; /* in the order of the model's */
    tusk_def_called *views;
    tusk_names enums;
    tusk_names *labels; /* of each enum */
    tusk_map said;      /* comments that stand at what they are about */
} tusk_def_writer;

/* ---- names ---- */

/** Gives everything its name in C. */
void tusk_def_name_all(tusk_def_writer *w);
/** A name as C says it where it can; anything else in double quotes. */
void tusk_def_add_name(tusk_def_writer *w, tusk_str name);
/** The name in C of a column, "no text" when the table has none of this name. */
tusk_str tusk_def_column_called(const tusk_def_writer *w, size_t table, tusk_str column);
/** The place of a table in the model; the count when it is not there. */
size_t tusk_def_table_place(const tusk_def_writer *w, tusk_str schema, tusk_str name);

/* ---- texts ---- */

void tusk_def_add(tusk_def_writer *w, const char *format, ...) TUSK_PRINTF(2, 3);
/** A text as a literal of C; one of several lines as several literals, each on a line of its own
 * with `indent` blanks before it. */
void tusk_def_add_text(tusk_def_writer *w, tusk_str text, int indent);
/** `COMMENT("...")` after ", " when the model has a comment on this; `on` is as COMMENT ON takes
 * it. */
void tusk_def_add_comment(tusk_def_writer *w, tusk_str on);
/** "TABLE \"public\".\"teams\""; with a `member`, of a column. */
tusk_str tusk_def_comment_on(tusk_def_writer *w, const char *what, tusk_str schema, tusk_str name,
                             tusk_str member);

/* ---- parts ---- */

/** The type of a column as the language says it, with what stands among the attributes apart
 * (", PRECISION(3)"). */
tusk_str tusk_def_type(tusk_def_writer *w, const tusk_model_column *column, tusk_str *attributes);
void tusk_def_write_table(tusk_def_writer *w, size_t place);
/** The items of a table: indexes, constraints, policies, partitions, triggers. */
void tusk_def_write_items(tusk_def_writer *w, size_t place);
/** Does a column say this constraint itself? */
bool tusk_def_is_unique_at_column(const tusk_model_table *table, const tusk_model_key *key);
bool tusk_def_is_reference_at_column(const tusk_def_writer *w, const tusk_model_table *table,
                                     const tusk_model_foreign_key *key);
/** ", DEFERRABLE" */
void tusk_def_add_deferral(tusk_def_writer *w, tusk_deferral deferral);
/** ", CASCADE" of a foreign key, then `between`, then ", ON_UPDATE(CASCADE)". */
void tusk_def_add_actions(tusk_def_writer *w, const tusk_model_foreign_key *key,
                          const char *between);
/** A policy from its name to the end of its line. */
void tusk_def_add_policy(tusk_def_writer *w, const tusk_model_policy *policy);
/** "start with 7 increment by 3": what is not the default. `type` is that of the column, or
 * "bigint". */
tusk_str tusk_def_sequence_options(tusk_def_writer *w, const tusk_model_sequence *sequence,
                                   tusk_str type);
/** What stands before and after tables: schemas, enums, ... and views, comments. */
void tusk_def_write_before(tusk_def_writer *w);
void tusk_def_write_after(tusk_def_writer *w);

#endif
