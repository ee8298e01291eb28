/* snapshot_reader.h - reading members of a snapshot's JSON: the first that is wrong is told, later
 * reads then do nothing */
#ifndef TUSK_MODEL_SNAPSHOT_READER_H
#define TUSK_MODEL_SNAPSHOT_READER_H

#include "src/model/json.h"
#include "src/model/model.h"

typedef struct tusk_reader {
    tusk_arena *arena;
    const char *file;
    tusk_error *err;
    tusk_status status;
    const char *where; /* the object being read, for messages */
} tusk_reader;

/** "FILE: KEY of WHERE must be MUST" */
void tusk_reader_wrong(tusk_reader *r, const char *key, const char *must);
tusk_str tusk_reader_copy(tusk_reader *r, const json_t *value);
/** A text, or no text when the member is missing. */
tusk_str tusk_reader_optional(tusk_reader *r, const json_t *object, const char *key);
tusk_str tusk_reader_required(tusk_reader *r, const json_t *object, const char *key);
tusk_str tusk_reader_or(tusk_str text, const char *fallback);
bool tusk_reader_flag(tusk_reader *r, const json_t *object, const char *key, bool fallback);
/** An object; NULL, which iterates as empty, when it is missing and may be. */
json_t *tusk_reader_map(tusk_reader *r, const json_t *object, const char *key, bool needed);
/** Texts; a list that is missing is wrong. */
tusk_names tusk_reader_list(tusk_reader *r, const json_t *object, const char *key);
/** Any value on one line, keys sorted; "{}" for nothing. */
tusk_str tusk_reader_canonical(tusk_reader *r, const json_t *value);

/** One column; of a table or a view. */
tusk_model_column tusk_snapshot_read_column(tusk_reader *r, const json_t *value);
/** The policies of a table. */
void tusk_snapshot_read_policies(tusk_reader *r, json_t *table, tusk_model_table *out);
/** {"checkOption": "local", "securityBarrier": true} of a view, parameters of a table. */
tusk_model_options tusk_snapshot_read_options(tusk_reader *r, json_t *with);
/** Sequences, roles, views and the policies of other tables. */
void tusk_snapshot_read_objects(tusk_reader *r, const json_t *root, tusk_model *model);

#endif
