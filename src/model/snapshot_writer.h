/* snapshot_writer.h - between the parts that write a snapshot's JSON; `failed` sticks: a value that
 * could not be made or added */
#ifndef TUSK_MODEL_SNAPSHOT_WRITER_H
#define TUSK_MODEL_SNAPSHOT_WRITER_H

#include "src/model/json.h"
#include "src/model/model.h"

/* A section: an object with one member per item, under its name. */
#define TUSK_SECTION(key, list, item_json)                                     \
    do {                                                                       \
        json_t *section = json_object();                                       \
        for (size_t i = 0; i < (list).count; i++) {                            \
            tusk_snapshot_set_at(section, (list).items[i].name,                \
                                 item_json(&(list).items[i], failed), failed); \
        }                                                                      \
        tusk_json_set(out, key, section, failed);                              \
    } while (0)

/** Keys come from arena texts, which have a zero after them. */
void tusk_snapshot_set_at(json_t *object, tusk_str key, json_t *value, bool *failed);
json_t *tusk_snapshot_names_json(const tusk_names *names, bool *failed);
/** "public.teams" */
tusk_str tusk_snapshot_full_name(tusk_arena *arena, tusk_str schema, tusk_str name, bool *failed);
/** One column; of a table or a view. */
json_t *tusk_snapshot_column_json(const tusk_model_column *column, bool *failed);
json_t *tusk_snapshot_policy_json(const tusk_model_policy *policy, bool *failed);
/** {"securityBarrier": true} */
json_t *tusk_snapshot_options_json(const tusk_model_options *options, bool *failed);
/** Adds sequences, roles, policies of other tables, views. */
void tusk_snapshot_write_objects(json_t *out, tusk_arena *arena, const tusk_model *model,
                                 bool *failed);

#endif
