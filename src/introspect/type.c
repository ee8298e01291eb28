/* type.c - types and defaults as PostgreSQL prints them, in drizzle-kit's words */
#include <math.h>
#include <stdlib.h>

#include "src/introspect/catalog.h"
#include "src/model/json.h"

#include "src/base/banned.h"

/* Integers up to here survive JavaScript, which reads snapshots. */
#define JS_INTEGER_MAX ((1LL << 53) - 1)

/* ---- types ---- */

static bool cut_prefix(tusk_str *text, tusk_str prefix)
{
    if (!tusk_str_starts(*text, prefix)) return false;
    *text = (tusk_str){ text->ptr + prefix.len, text->len - prefix.len };
    return true;
}

/* Cuts " without time zone". */
static tusk_str without_zone(tusk_str text)
{
    static const tusk_str tail = TUSK_STR_INIT(" without time zone");
    if (text.len < tail.len) return text;
    tusk_str end = { text.ptr + text.len - tail.len, tail.len };
    if (tusk_str_eq(end, tail)) text.len -= tail.len;
    return text;
}

/* "(10,2)" as "(10, 2)", "(10,0)" as "(10)" */
static tusk_str numeric_scale(tusk_arena *arena, tusk_str parameters)
{
    tusk_str scale = parameters;
    tusk_str precision = tusk_str_cut(&scale, ',');
    if (!scale.ptr) return parameters;
    if (tusk_str_eq(scale, TUSK_STR("0)"))) {
        return tusk_arena_printf(arena, "%.*s)", TUSK_STR_ARG(precision));
    }
    return tusk_arena_printf(arena, "%.*s, %.*s", TUSK_STR_ARG(precision), TUSK_STR_ARG(scale));
}

static tusk_str with_name(tusk_arena *arena, const char *name, tusk_str rest)
{
    return tusk_arena_printf(arena, "%s%.*s", name, TUSK_STR_ARG(rest));
}

tusk_str tusk_catalog_type(tusk_arena *arena, tusk_str formatted)
{
    tusk_str rest = formatted;
    if (cut_prefix(&rest, TUSK_STR("character varying"))) return with_name(arena, "varchar", rest);
    if (tusk_str_eq(formatted, TUSK_STR("character(1)"))) return TUSK_STR("char");
    if (cut_prefix(&rest, TUSK_STR("character"))) return with_name(arena, "char", rest);
    if (cut_prefix(&rest, TUSK_STR("numeric"))) {
        return with_name(arena, "numeric", numeric_scale(arena, rest));
    }
    if (cut_prefix(&rest, TUSK_STR("timestamp("))) {
        return with_name(arena, "timestamp (", without_zone(rest));
    }
    return tusk_arena_str(arena, without_zone(formatted));
}

/* The "(3)" at the end of vector(3). */
static tusk_str parameters_of(tusk_str formatted)
{
    if (formatted.len == 0 || formatted.ptr[formatted.len - 1] != ')') return TUSK_STR("");
    for (size_t i = formatted.len; i > 0; i--) {
        if (formatted.ptr[i - 1] != '(') continue;
        return (tusk_str){ formatted.ptr + i - 1, formatted.len - i + 1 };
    }
    return TUSK_STR("");
}

void tusk_catalog_set_type(tusk_arena *arena, tusk_model_column *column, tusk_catalog_type_row row)
{
    tusk_str type = tusk_catalog_type(arena, row.formatted);
    bool is_enum = tusk_catalog_is(row.kind, 'e');
    bool system = tusk_str_eq(row.schema, TUSK_STR("pg_catalog"));
    if (!system) {
        type = tusk_arena_printf(arena, "%.*s%.*s", TUSK_STR_ARG(row.name),
                                 TUSK_STR_ARG(parameters_of(row.formatted)));
    }
    if (is_enum || (!system && tusk_model_schema(row.schema).len > 0)) {
        column->type_schema = row.schema;
    }
    column->type = row.array ? tusk_arena_printf(arena, "%.*s[]", TUSK_STR_ARG(type)) : type;
}

/* ---- defaults ---- */

/* Where the literal at the start of `text` ends; 0 when there is none. */
static size_t literal_length(tusk_str text)
{
    if (text.len < 2 || text.ptr[0] != '\'') return 0;
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] != '\'') continue;
        if (i + 1 < text.len && text.ptr[i + 1] == '\'') {
            i++;
            continue;
        }
        return i + 1;
    }
    return 0;
}

/* "::text", "::character varying", "::public.mood[]", "::numeric(10,2)" and nothing else */
static bool is_cast(tusk_str text)
{
    if (!cut_prefix(&text, TUSK_STR("::"))) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (unsigned char)c >= 0x80;
        if (!word && !strchr("_ \".(),[]$", c)) return false;
    }
    return text.len > 0;
}

/* The literal of 'x'::text, "no text" for any other expression. */
static tusk_str plain_literal(tusk_str text)
{
    size_t length = literal_length(text);
    if (length == 0) return (tusk_str){ 0 };
    tusk_str rest = { text.ptr + length, text.len - length };
    if (rest.len > 0 && !is_cast(rest)) return (tusk_str){ 0 };
    return (tusk_str){ text.ptr, length };
}

/* 5, -5, '-5'::integer: what stands there, "no text" when it is no number. */
static tusk_str number_of(tusk_arena *arena, tusk_str text)
{
    tusk_str literal = plain_literal(text);
    if (literal.len > 2) text = (tusk_str){ literal.ptr + 1, literal.len - 2 };
    text = tusk_arena_str(arena, tusk_catalog_bare(text));
    if (text.len == 0) return (tusk_str){ 0 };
    char *end = NULL;
    double value = strtod(text.ptr, &end);
    bool plain = strspn(text.ptr, "0123456789+-.eE") == text.len;
    return plain && *end == 0 && isfinite(value) ? text : (tusk_str){ 0 };
}

static bool is_one_of(tusk_str type, const char *const *names)
{
    for (; *names; names++) {
        if (tusk_str_eq(type, tusk_str_of(*names))) return true;
    }
    return false;
}

static tusk_default number_default(tusk_arena *arena, tusk_str type, tusk_str number)
{
    static const char *const reals[] = { "real", "double precision", NULL };
    long long integer = 0;
    if (is_one_of(type, reals)) {
        return (tusk_default){ TUSK_DEFAULT_NUMBER,
                               tusk_json_number_text(arena, strtod(number.ptr, NULL)) };
    }
    if (tusk_str_to_int(number, -JS_INTEGER_MAX, JS_INTEGER_MAX, &integer)) {
        return (tusk_default){ TUSK_DEFAULT_NUMBER, number };
    }
    return (tusk_default){ TUSK_DEFAULT_SQL, number };
}

static bool is_numeric(tusk_str type)
{
    return tusk_str_starts(type, TUSK_STR("numeric")) && type.ptr[type.len - 1] != ']';
}

tusk_default tusk_catalog_default(tusk_arena *arena, tusk_str type, tusk_str expression)
{
    static const char *const numbers[] = { "smallint", "integer",          "bigint",
                                           "real",     "double precision", NULL };
    static const char *const json[] = { "json", "jsonb", NULL };
    if (!expression.ptr || tusk_str_eq(expression, TUSK_STR("NULL"))) return (tusk_default){ 0 };
    if (tusk_str_starts(expression, TUSK_STR("NULL::"))) return (tusk_default){ 0 };
    tusk_str bare = tusk_catalog_bare(expression), literal = plain_literal(bare), number = { 0 };
    if (is_one_of(type, numbers) || is_numeric(type)) number = number_of(arena, bare);
    if (number.ptr && is_numeric(type)) {
        return (tusk_default){ TUSK_DEFAULT_SQL, tusk_arena_printf(arena, "'%s'", number.ptr) };
    }
    if (number.ptr) return number_default(arena, type, number);
    bool boolean = tusk_str_eq(bare, TUSK_STR("true")) || tusk_str_eq(bare, TUSK_STR("false"));
    if (boolean && tusk_str_eq(type, TUSK_STR("boolean"))) {
        return (tusk_default){ TUSK_DEFAULT_BOOLEAN, tusk_arena_str(arena, bare) };
    }
    if (literal.ptr && !is_one_of(type, json)) {
        return (tusk_default){ TUSK_DEFAULT_SQL, tusk_arena_str(arena, literal) };
    }
    /* drizzle-kit writes expressions without parentheses around them */
    return (tusk_default){ TUSK_DEFAULT_SQL, tusk_arena_str(arena, bare) };
}
