/* json.h - JSON files as drizzle-kit writes them: two spaces, keys in order, numbers as JavaScript
 * prints them */
#ifndef TUSK_MODEL_JSON_H
#define TUSK_MODEL_JSON_H

#include <jansson.h>

#include "tusk/buf.h"

/** Parses `text`; duplicate keys are refused. `file` is for messages. The caller gives it back with
 * json_decref(). Errors: TUSK_INVALID with file, line and column, TUSK_NOMEM. */
tusk_status tusk_json_parse(const char *file, tusk_str text, json_t **out, tusk_error *err);
/** Adds `value` indented by two spaces per level, without a newline at the end. */
void tusk_json_add_pretty(tusk_buf *buf, const json_t *value);
/** Adds it on one line with the keys of objects sorted: equal values give equal texts. */
void tusk_json_add_canonical(tusk_buf *buf, const json_t *value);
/** A number as JavaScript's String(number): "1.5", "100000", "1e+21". Lifetime: the arena. */
tusk_str tusk_json_number_text(tusk_arena *arena, double number);

/** An array or object under construction that never fails visibly: what could not be added shows in
 * *failed. */
void tusk_json_set(json_t *object, const char *key, json_t *value, bool *failed);
void tusk_json_set_str(json_t *object, const char *key, tusk_str value, bool *failed);
void tusk_json_push(json_t *array, json_t *value, bool *failed);

#endif
