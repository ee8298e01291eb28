/* settings.c - reads and shows a table of settings; knows none of them by name */
#include "services/backend/app/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- reading ---- */

/* The nth of "debug|info"; "no text" after the last. */
static tusk_str word_at(const char *choices, int n)
{
    tusk_str rest = tusk_str_of(choices);
    while (n-- > 0 && rest.ptr) tusk_str_cut(&rest, '|');
    return rest.ptr ? tusk_str_cut(&rest, '|') : rest;
}

static int find_word(const char *choices, const char *text)
{
    for (int n = 0; word_at(choices, n).ptr; n++) {
        tusk_str word = word_at(choices, n);
        if (strlen(text) == word.len && strncasecmp(text, word.ptr, word.len) == 0) return n;
    }
    return -1;
}

tusk_str settings_takes(tusk_arena *arena, const struct setting *setting)
{
    if (setting->kind == SETTING_INTEGER)
        return tusk_arena_printf(arena, "%lld to %lld", setting->min, setting->max);
    if (setting->kind != SETTING_CHOICE) return tusk_str_of(setting->takes);
    tusk_str all = { "", 0 };
    for (int n = 0; word_at(setting->takes, n).ptr; n++) {
        tusk_str word = word_at(setting->takes, n);
        const char *between = n == 0 ? "" : word_at(setting->takes, n + 1).ptr ? ", " : " or ";
        all =
            tusk_arena_printf(arena, "%.*s%s%.*s", TUSK_STR_ARG(all), between, TUSK_STR_ARG(word));
    }
    return all;
}

static tusk_status read_choice(const struct setting *s, const tusk_env *env, int *out,
                               tusk_error *err)
{
    const char *text = tusk_env_get(env, s->name);
    *out = find_word(s->takes, text && *text ? text : s->fallback);
    if (*out >= 0) return TUSK_OK;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str takes = settings_takes(arena, s);
    tusk_fail(err, TUSK_INVALID, "%s must be %.*s", tusk_env_where(env, s->name),
              TUSK_STR_ARG(takes));
    tusk_arena_free(arena);
    return TUSK_INVALID;
}

static tusk_status read_integer(const struct setting *s, const tusk_env *env, int *out,
                                tusk_error *err)
{
    long long value = strtoll(s->fallback, NULL, 10);
    tusk_status st = tusk_env_int(env, s->name, s->min, s->max, value, &value, err);
    if (st == TUSK_OK) *out = (int)value;
    return st;
}

tusk_status settings_read(const struct setting *table, const tusk_env *env, void *fields,
                          tusk_error *err)
{
    for (const struct setting *s = table; s->name; s++) {
        char *field = (char *)fields + s->offset;
        const char *text = tusk_env_get(env, s->name);
        tusk_status st = TUSK_OK;
        if (s->kind == SETTING_INTEGER) st = read_integer(s, env, (int *)(void *)field, err);
        if (s->kind == SETTING_CHOICE) st = read_choice(s, env, (int *)(void *)field, err);
        if (s->kind == SETTING_TEXT)
            *(const char **)(void *)field = text && *text ? text : s->fallback;
        if (st) return st;
    }
    return TUSK_OK;
}

/* ---- showing ---- */

static int width_of(const struct setting *table)
{
    int width = 0;
    for (const struct setting *s = table; s->name; s++)
        if ((int)strlen(s->name) > width) width = (int)strlen(s->name);
    return width;
}

void settings_show_help(const struct setting *table, FILE *out)
{
    tusk_arena *arena = tusk_arena_new(0);
    int width = width_of(table);
    fprintf(out, "settings, from the environment, then services/backend/.env, then .env:\n\n");
    for (const struct setting *s = table; s->name; s++) {
        fprintf(out, "  %-*s  %s\n  %*s  %.*s", width, s->name, s->help, width, "",
                TUSK_STR_ARG(settings_takes(arena, s)));
        fprintf(out, s->fallback ? " (%s)\n" : "\n", s->fallback);
    }
    tusk_arena_free(arena);
}

/* A "|" would end the cell. */
static void show_cell(tusk_str text, FILE *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '|') fputc('\\', out);
        fputc(text.ptr[i], out);
    }
}

void settings_show_markdown(const struct setting *table, tusk_arena *arena, FILE *out)
{
    fprintf(out, "| setting | what it does | takes | default |\n| --- | --- | --- | --- |\n");
    for (const struct setting *s = table; s->name; s++) {
        fprintf(out, "| `%s` | ", s->name);
        show_cell(tusk_str_of(s->help), out);
        fprintf(out, "%s | ", s->secret ? " (secret)" : "");
        show_cell(settings_takes(arena, s), out);
        fprintf(out, s->fallback ? " | `%s` |\n" : " | |\n", s->fallback);
    }
}

/* What a person may see of it; NULL: it is not set and has no default. */
static const char *shown(const struct setting *s, const tusk_env *env)
{
    const char *value = tusk_env_get(env, s->name);
    if (!value) return s->fallback;
    return s->secret && *value ? "(hidden)" : value;
}

void settings_show_values(const struct setting *table, const tusk_env *env, FILE *out)
{
    int width = width_of(table), values = 5;
    for (const struct setting *s = table; s->name; s++) {
        const char *value = shown(s, env);
        if (value && (int)strlen(value) > values) values = (int)strlen(value);
    }
    if (values > 40) values = 40;
    for (const struct setting *s = table; s->name; s++) {
        const char *value = shown(s, env);
        bool set = tusk_env_get(env, s->name) != NULL;
        fprintf(out, "%-*s  %-*s  %s\n", width, s->name, values, value ? value : "-",
                set     ? tusk_env_where(env, s->name)
                : value ? "default"
                        : "not set");
    }
}

json_t *settings_json(const struct setting *table, const tusk_env *env)
{
    json_t *all = json_object();
    for (const struct setting *s = table; s->name; s++) {
        bool set = tusk_env_get(env, s->name) != NULL;
        json_object_set_new(all, s->name,
                            json_pack("{s:s?, s:s?}", "value", shown(s, env), "set_by",
                                      set ? tusk_env_where(env, s->name) : NULL));
    }
    return all;
}
