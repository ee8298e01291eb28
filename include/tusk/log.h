/* log.h - structured log lines: a message and named fields, one JSON object a line, control characters escaped */
#ifndef TUSK_LOG_H
#define TUSK_LOG_H

#include <stdint.h>

#include "tusk/attr.h"
#include "tusk/str.h"

typedef enum tusk_log_level {
    TUSK_LOG_DEBUG,
    TUSK_LOG_INFO,
    TUSK_LOG_WARN,
    TUSK_LOG_ERROR,
} tusk_log_level;

/** Where lines go. The owner of the program makes one and passes it down; there is no global one. `write` gets
 *  one whole line with its newline and may be called from any thread at once. NULL anywhere a log is taken is
 *  silence. */
typedef struct tusk_log {
    tusk_log_level level; /* lines below it are dropped before they are made */
    void (*write)(void *context, tusk_str line);
    void *context;
} tusk_log;

/** One named value; `key == NULL` ends a list. */
typedef struct tusk_log_field {
    const char *key;
    tusk_str text; /* used when text.ptr != NULL */
    int64_t number;
} tusk_log_field;

static inline tusk_log_field tusk_field_str(const char *key, tusk_str value)
{
    return (tusk_log_field){ key, value.ptr ? value : TUSK_STR(""), 0 };
}
static inline tusk_log_field tusk_field_cstr(const char *key, const char *value)
{
    return tusk_field_str(key, tusk_str_of(value));
}
static inline tusk_log_field tusk_field_int(const char *key, int64_t value)
{
    return (tusk_log_field){ key, { 0, 0 }, value };
}

/** Writes {"time":...,"level":...,"message":...,fields}. Secrets never go in: the caller names fields one by one. */
TUSK_API void tusk_log_write(const tusk_log *log, tusk_log_level level, const char *message,
                             const tusk_log_field *fields);
#define TUSK_FIELDS(...) ((const tusk_log_field[]){ __VA_ARGS__, { 0, { 0, 0 }, 0 } })
/** A `write` for stderr: one write(2) a line. */
TUSK_API void tusk_log_to_stderr(void *context, tusk_str line);

#endif
