/* settings.h - every setting that the environment and .env files can hold, in one table: it is what
 * config.c reads, what `deploystack config` and `serve --help` show, and docs/configuration.md */
#ifndef DEPLOYSTACK_SETTINGS_H
#define DEPLOYSTACK_SETTINGS_H

#include <jansson.h>
#include <stdio.h>

#include "tusk/tusk.h"

enum setting_kind {
    SETTING_TEXT,    /* to a const char * */
    SETTING_INTEGER, /* to an int; within [min, max] */
    SETTING_CHOICE,  /* to an int: the place in `takes`, "debug|info" */
    SETTING_OTHER,   /* read by somebody else; here for help and documentation */
};

/** One line of the table, which ends with name == NULL. */
struct setting {
    const char *name;
    enum setting_kind kind;
    long long min, max;
    const char *takes;    /* what a value is, in words; the choices; NULL: the range */
    const char *fallback; /* as it would be written; NULL: none */
    bool secret;          /* never shown */
    size_t offset;        /* of the field in the struct that settings_read() fills */
    const char *help;     /* one line, lower case, no period */
};

/** Fills the fields. Errors: TUSK_INVALID in one sentence that names the variable, where it was set
 * and what it takes. Lifetime of the texts: that of `env`. */
TUSK_NODISCARD tusk_status settings_read(const struct setting *table, const tusk_env *env,
                                         void *fields, tusk_error *err);
/** "1 to 65535", "debug, info, warn or error". Lifetime: the arena. */
tusk_str settings_takes(tusk_arena *arena, const struct setting *setting);
/** Aligned lines for --help. */
void settings_show_help(const struct setting *table, FILE *out);
/** The rows of docs/configuration.md. */
void settings_show_markdown(const struct setting *table, tusk_arena *arena, FILE *out);
/** Name, value and where it was set, aligned; values of secrets as "(hidden)". */
void settings_show_values(const struct setting *table, const tusk_env *env, FILE *out);
/** The same as {NAME: {value, set_by}}, values NULL where there is none. Ownership: the caller. */
json_t *settings_json(const struct setting *table, const tusk_env *env);

#endif
