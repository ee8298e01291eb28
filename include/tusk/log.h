/* log.h - structured log lines: a message and named fields, one JSON object a line */
#ifndef TUSK_LOG_H
#define TUSK_LOG_H

#include <stdint.h>

#include "tusk/attr.h"
#include "tusk/str.h"

/** From the least to the most important. */
typedef enum tusk_log_level {
    TUSK_LOG_DEBUG,
    TUSK_LOG_INFO,
    TUSK_LOG_WARN,
    TUSK_LOG_ERROR,
} tusk_log_level;

/** Where lines go. The owner of the program makes one and passes it down; there is no global one.
 * `write` gets one whole line with its newline and may be called from any thread at once. NULL
 * anywhere a log is taken is silence. */
typedef struct tusk_log {
    tusk_log_level level; /* lines below it are dropped before they are made */
    void (*write)(void *context, tusk_str line);
    void *context;
} tusk_log;

/** One named value, made by the functions below; `key == NULL` ends a list. A view: key and text
 * have to live until tusk_log_write() returns. */
typedef struct tusk_log_field {
    const char *key;
    tusk_str text; /* used when text.ptr != NULL */
    int64_t number;
} tusk_log_field;

/** A field with a text; "no text" is written as an empty one. Lifetime: that of `key` and `value`.
 */
static inline tusk_log_field tusk_field_str(const char *key, tusk_str value)
{
    return (tusk_log_field){ key, value.ptr ? value : TUSK_STR(""), 0 };
}
/** The same for a zero-terminated text, or NULL. */
static inline tusk_log_field tusk_field_cstr(const char *key, const char *value)
{
    return tusk_field_str(key, tusk_str_of(value));
}
/** A field with a number. */
static inline tusk_log_field tusk_field_int(const char *key, int64_t value)
{
    return (tusk_log_field){ key, { 0, 0 }, value };
}

/** Writes {"time":...,"level":...,"message":...,fields}, control characters escaped. `fields` is
 * TUSK_FIELDS(...) or NULL. Secrets never go in: the caller names the fields one by one. Never
 * fails: a line that grows too long is cut short and says so. Thread: any. */
TUSK_API void tusk_log_write(const tusk_log *log, tusk_log_level level, const char *message,
                             const tusk_log_field *fields);
/** The list of a line's fields: TUSK_FIELDS(tusk_field_cstr("database", name), tusk_field_int("ms",
 * ms)). */
#define TUSK_FIELDS(...) ((const tusk_log_field[]){ __VA_ARGS__, { 0, { 0, 0 }, 0 } })
/** A `write` for stderr: one write(2) a line, so that lines of several threads stay whole. */
TUSK_API void tusk_log_to_stderr(void *context, tusk_str line);

#endif
