/* option.c - storage parameters and view options: from text to a list and back */
#include "src/model/option.h"

#include <ctype.h>

#include "tusk/buf.h"

#include "src/base/banned.h"

#define NAME_MAX_LEN 63
#define TEXT_MAX     ((size_t)64 << 10)

/* security_barrier as securityBarrier; or as it is. Names of options are lower case in SQL. */
static tusk_str option_name(tusk_arena *arena, tusk_str name, bool camel)
{
    char *out = tusk_arena_alloc(arena, name.len + 1);
    if (!out) return (tusk_str){ 0 };
    size_t len = 0;
    bool up = false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool skip = camel && c == '_';
        if (!skip) out[len++] = (char)(up ? toupper(c) : camel ? c : tolower(c));
        up = skip;
    }
    out[len] = '\0';
    return (tusk_str){ out, len };
}

/* What JSON writes without quotes: true, false, a number. */
static bool is_plain(tusk_str value)
{
    if (tusk_str_eq(value, TUSK_STR("true")) || tusk_str_eq(value, TUSK_STR("false"))) return true;
    size_t i = value.len > 0 && value.ptr[0] == '-';
    bool digits = false;
    for (; i < value.len; i++) {
        bool digit = value.ptr[i] >= '0' && value.ptr[i] <= '9';
        if (!digit && value.ptr[i] != '.') return false;
        digits = digits || digit;
    }
    return digits;
}

static bool is_name(tusk_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!isalnum((unsigned char)c) && c != '_' && c != '.') return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_LEN;
}

/* 'local' and local are the same. */
static tusk_str unquoted(tusk_str value)
{
    bool quoted = value.len >= 2 && value.ptr[0] == '\'' && value.ptr[value.len - 1] == '\'';
    return quoted ? (tusk_str){ value.ptr + 1, value.len - 2 } : value;
}

tusk_status tusk_options_read(tusk_arena *arena, const tusk_def_name *text, bool camel,
                              tusk_model_options *out, tusk_error *err)
{
    tusk_str rest = text->text;
    *out = (tusk_model_options){ 0 };
    while (rest.ptr && tusk_str_trim(rest).len > 0) {
        tusk_str value = tusk_str_cut(&rest, ',');
        tusk_str name = tusk_str_trim(tusk_str_cut(&value, '='));
        value = unquoted(tusk_str_trim(value));
        if (value.len == 0) value = TUSK_STR("true");
        if (!is_name(name)) {
            tusk_place_fail(err, text->place, "\"%.*s\" is no name of an option",
                            TUSK_STR_ARG(name));
            tusk_error_hint(err, "Write options as \"name=value, name=value\".");
            return TUSK_INVALID;
        }
        tusk_model_option option = { .name = option_name(arena, name, camel),
                                     .value = tusk_arena_str(arena, value),
                                     .is_text = !is_plain(value) };
        tusk_vec_push(arena, out, option);
    }
    return TUSK_OK;
}

tusk_str tusk_options_text(tusk_arena *arena, const tusk_model_options *options)
{
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < options->count; i++) {
        const tusk_model_option *option = &options->items[i];
        tusk_buf_printf(&buf, "%s%.*s=%.*s", i > 0 ? "," : "", TUSK_STR_ARG(option->name),
                        TUSK_STR_ARG(option->value));
    }
    if (options->count == 0) return text;
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}
