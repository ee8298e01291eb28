/* env.c - settings from the process environment and .env files, each knowing where it was set */
#include "tusk/server.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/map.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define LINE_FORM      "a line must look like NAME=value, or begin with # as a comment"

struct tusk_env {
    tusk_map settings; /* name -> struct setting */
};

struct setting {
    const char *value, *where;
    int line; /* in its file */
};

/* The file being read and how far. */
struct reader {
    tusk_arena *arena;
    tusk_env *env;
    const char *path;
    int line;
    tusk_map seen; /* names of this file -> struct setting */
};

static bool is_name_char(char c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

/* The name that `s` begins with; empty when it begins with none. */
static tusk_str name_at(tusk_str s)
{
    size_t len = 0;
    while (len < s.len && is_name_char(s.ptr[len], len == 0)) len++;
    return (tusk_str){ s.ptr, len };
}

static tusk_str skip(tusk_str s, size_t bytes)
{
    return (tusk_str){ s.ptr + bytes, s.len - bytes };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static tusk_str skip_blanks(tusk_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) s = skip(s, 1);
    return s;
}

/* An error of the current line. What the line holds is never quoted: it may be a secret. */
static tusk_status bad_line(const struct reader *r, const char *must, tusk_error *err)
{
    return tusk_fail(err, TUSK_INVALID, "%s, line %d: %s", r->path, r->line, must);
}

/* What may follow a closing quote: nothing, or a comment. */
static bool is_rest_empty(tusk_str rest)
{
    tusk_str after = skip_blanks(rest);
    return after.len == 0 || after.ptr[0] == '#';
}

static tusk_status read_single_quoted(const struct reader *r, tusk_str text, tusk_str *value,
                                      tusk_error *err)
{
    tusk_str rest = skip(text, 1);
    tusk_str inside = tusk_str_cut(&rest, '\'');
    if (!rest.ptr)
        return bad_line(r, "the ' that begins the value must be closed on the same line", err);
    if (!is_rest_empty(rest)) return bad_line(r, "only a # comment may follow the closing '", err);
    *value = tusk_arena_str(r->arena, inside);
    return TUSK_OK;
}

/* What a backslash and `c` mean between double quotes; 0 when nothing. */
static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\\':
    case '$':
        return c;
    default:
        return 0;
    }
}

static tusk_status read_double_quoted(const struct reader *r, tusk_str text, tusk_str *value,
                                      tusk_error *err)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, r->arena, FILE_BYTES_MAX);
    size_t i = 1;
    for (; i < text.len && text.ptr[i] != '"'; i++) {
        char c = text.ptr[i];
        if (c == '\\') {
            c = i + 1 < text.len ? unescaped(text.ptr[++i]) : 0;
            if (c == 0)
                return bad_line(
                    r, "a \\ between double quotes must be one of \\n \\t \\\" \\\\ \\$", err);
        }
        tusk_buf_add_char(&buf, c);
    }
    if (i == text.len)
        return bad_line(r, "the \" that begins the value must be closed on the same line", err);
    if (!is_rest_empty(skip(text, i + 1)))
        return bad_line(r, "only a # comment may follow the closing \"", err);
    return tusk_buf_finish(&buf, value, err);
}

/* Up to a # that has a blank before it: passwords may hold one elsewhere. */
static tusk_str unquoted(tusk_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '#' && (i == 0 || is_blank(text.ptr[i - 1])))
            return tusk_str_trim((tusk_str){ text.ptr, i });
    return tusk_str_trim(text);
}

static tusk_status read_value(const struct reader *r, tusk_str text, tusk_str *value,
                              tusk_error *err)
{
    tusk_status status = TUSK_OK;
    if (text.len > 0 && text.ptr[0] == '\'')
        status = read_single_quoted(r, text, value, err);
    else if (text.len > 0 && text.ptr[0] == '"')
        status = read_double_quoted(r, text, value, err);
    else
        *value = tusk_arena_str(r->arena, unquoted(text));
    if (status == TUSK_OK && !value->ptr) return tusk_fail_nomem(err, "settings");
    return status;
}

/* Sets `name` unless a source before this one did. */
static tusk_status keep(tusk_arena *arena, tusk_env *env, tusk_str name, struct setting *setting,
                        tusk_error *err)
{
    if (tusk_map_has(&env->settings, name)) return TUSK_OK;
    if (!setting->where || !setting->value || !tusk_map_put(&env->settings, name, setting))
        return tusk_fail_nomem(err, "settings");
    return TUSK_OK;
}

static tusk_status keep_line(struct reader *r, tusk_str name_part, tusk_str value, tusk_error *err)
{
    const struct setting *twin = tusk_map_get(&r->seen, name_part);
    if (twin)
        return tusk_fail(err, TUSK_INVALID, "%s, line %d: %.*s is set already on line %d", r->path,
                         r->line, TUSK_STR_ARG(name_part), twin->line);
    tusk_str name = tusk_arena_str(r->arena, name_part);
    struct setting *setting = TUSK_NEW(r->arena, struct setting);
    if (!name.ptr || !setting || !tusk_map_put(&r->seen, name, setting))
        return tusk_fail_nomem(err, "settings");
    setting->value = value.ptr;
    setting->line = r->line;
    setting->where =
        tusk_arena_printf(r->arena, "%s in %s, line %d", name.ptr, r->path, r->line).ptr;
    return keep(r->arena, r->env, name, setting, err);
}

/* Text without control characters, so that no value can smuggle one into a message or a connection.
 */
static bool is_clean(tusk_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.ptr[i] < 0x20 && line.ptr[i] != '\t') return false;
    return tusk_str_is_text(line);
}

static tusk_status read_line(struct reader *r, tusk_str line, tusk_error *err)
{
    if (!is_clean(line))
        return bad_line(r, "a line must be UTF-8 text without control characters", err);
    line = skip_blanks(line);
    if (line.len == 0 || line.ptr[0] == '#') return TUSK_OK;
    tusk_str word = name_at(line);
    if (tusk_str_eq(word, TUSK_STR("export")) && word.len < line.len &&
        is_blank(line.ptr[word.len])) {
        line = skip_blanks(skip(line, word.len));
        word = name_at(line);
    }
    tusk_str rest = skip_blanks(skip(line, word.len));
    if (word.len == 0 || rest.len == 0 || rest.ptr[0] != '=') return bad_line(r, LINE_FORM, err);
    tusk_str value = { 0 };
    tusk_status status = read_value(r, skip_blanks(skip(rest, 1)), &value, err);
    return status == TUSK_OK ? keep_line(r, word, value, err) : status;
}

static tusk_status read_file(tusk_arena *arena, tusk_env *env, const char *path, tusk_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) return TUSK_OK;
    tusk_str rest;
    tusk_status status = tusk_file_read(arena, path, FILE_BYTES_MAX, &rest, err);
    if (status != TUSK_OK) return status;
    struct reader r = { .arena = arena,
                        .env = env,
                        .path = tusk_arena_str(arena, tusk_str_of(path)).ptr };
    if (!r.path) return tusk_fail_nomem(err, "settings");
    tusk_map_init(&r.seen, arena);
    if (tusk_str_starts(rest, TUSK_STR("\xef\xbb\xbf"))) rest = skip(rest, 3);
    while (rest.ptr && status == TUSK_OK) {
        tusk_str line = tusk_str_cut(&rest, '\n');
        if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
        r.line++;
        status = read_line(&r, line, err);
    }
    return status;
}

static tusk_status read_process(tusk_arena *arena, tusk_env *env, tusk_error *err)
{
    for (char **at = environ; at && *at; at++) {
        tusk_str rest = tusk_str_of(*at);
        tusk_str name_part = tusk_str_cut(&rest, '=');
        if (!rest.ptr || name_part.len == 0) continue;
        tusk_str name = tusk_arena_str(arena, name_part);
        struct setting *setting = TUSK_NEW(arena, struct setting);
        if (!name.ptr || !setting) return tusk_fail_nomem(err, "settings");
        setting->value = tusk_arena_str(arena, rest).ptr;
        setting->where = tusk_arena_printf(arena, "environment variable %s", name.ptr).ptr;
        tusk_status status = keep(arena, env, name, setting, err);
        if (status != TUSK_OK) return status;
    }
    return TUSK_OK;
}

tusk_status tusk_env_read(tusk_arena *arena, const char *const *files, const tusk_env **out,
                          tusk_error *err)
{
    tusk_env *env = TUSK_NEW(arena, tusk_env);
    if (!env) return tusk_fail_nomem(err, "settings");
    tusk_map_init(&env->settings, arena);
    tusk_status status = read_process(arena, env, err);
    for (; status == TUSK_OK && files && *files; files++)
        status = read_file(arena, env, *files, err);
    if (status == TUSK_OK) *out = env;
    return status;
}

static const struct setting *setting_of(const tusk_env *env, const char *name)
{
    return env ? tusk_map_get(&env->settings, tusk_str_of(name)) : NULL;
}

const char *tusk_env_get(const tusk_env *env, const char *name)
{
    const struct setting *setting = setting_of(env, name);
    return setting ? setting->value : NULL;
}

const char *tusk_env_where(const tusk_env *env, const char *name)
{
    const struct setting *setting = setting_of(env, name);
    return setting ? setting->where : name;
}

tusk_status tusk_env_int(const tusk_env *env, const char *name, long long min, long long max,
                         long long fallback, long long *out, tusk_error *err)
{
    const char *value = tusk_env_get(env, name);
    if (!value) {
        *out = fallback;
        return TUSK_OK;
    }
    if (tusk_str_to_int(tusk_str_of(value), min, max, out)) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID, "%s must be a whole number from %lld to %lld",
                     tusk_env_where(env, name), min, max);
}

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(value, *words) == 0) return true;
    return false;
}

tusk_status tusk_env_bool(const tusk_env *env, const char *name, bool fallback, bool *out,
                          tusk_error *err)
{
    static const char *const yes[] = { "true", "1", "yes", "on", NULL };
    static const char *const no[] = { "false", "0", "no", "off", NULL };
    const char *value = tusk_env_get(env, name);
    bool is_yes = value ? is_one_of(value, yes) : fallback;
    if (value && !is_yes && !is_one_of(value, no))
        return tusk_fail(err, TUSK_INVALID, "%s must be true or false", tusk_env_where(env, name));
    *out = is_yes;
    return TUSK_OK;
}
