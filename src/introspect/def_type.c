/* def_type.c - types of a schema in the words of .def files */
#include <ctype.h>

#include "src/introspect/def_writer.h"

#include "src/base/banned.h"

/* A type as it was taken apart: "varchar(20)[]" has the name varchar, the parameters "20" and the
 * dimensions "[]". */
typedef struct parts {
    tusk_str bare, dimensions;
} parts;

static parts take_apart(tusk_str type)
{
    const char *bracket = type.len > 0 ? memchr(type.ptr, '[', type.len) : NULL;
    if (!bracket) return (parts){ .bare = type };
    size_t length = (size_t)(bracket - type.ptr);
    return (parts){ { type.ptr, length }, { bracket, type.len - length } };
}

/* The digits of PREFIX(digits)SUFFIX; "no text" when the type is another. */
static tusk_str digits_of(tusk_str type, const char *prefix, const char *suffix)
{
    size_t before = strlen(prefix), after = strlen(suffix);
    if (type.len <= before + after || memcmp(type.ptr, prefix, before) != 0) return (tusk_str){ 0 };
    if (memcmp(type.ptr + type.len - after, suffix, after) != 0) return (tusk_str){ 0 };
    tusk_str digits = { type.ptr + before, type.len - before - after };
    for (size_t i = 0; i < digits.len; i++) {
        if (!isdigit((unsigned char)digits.ptr[i])) return (tusk_str){ 0 };
    }
    return digits;
}

/* Types that are a word by themselves. */
static const char *plain_word(tusk_str type)
{
    static const struct {
        const char *type, *word;
    } words[] = {
        { "text", "text" },           { "boolean", "boolean" },
        { "smallint", "smallint" },   { "integer", "integer" },
        { "bigint", "bigint" },       { "smallserial", "smallserial" },
        { "serial", "serial" },       { "bigserial", "bigserial" },
        { "real", "real" },           { "double precision", "double_precision" },
        { "numeric", "numeric" },     { "timestamp with time zone", "timestamptz" },
        { "timestamp", "timestamp" }, { "date", "date" },
        { "time", "time" },           { "time with time zone", "timetz" },
        { "interval", "interval" },   { "uuid", "uuid" },
        { "json", "json" },           { "jsonb", "jsonb" },
        { "bytea", "bytea" },         { "tsvector", "tsvector" },
        { "inet", "inet" },           { "cidr", "cidr" },
        { "macaddr", "macaddr" },     { "macaddr8", "macaddr8" },
        { "point", "point" },         { "line", "line" },
        { "money", "money" },         { "xml", "xml" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (tusk_str_eq(type, tusk_str_of(words[i].type))) return words[i].word;
    }
    return NULL;
}

/* Types with a number of their own: varchar(20). */
static tusk_str sized_word(tusk_arena *arena, tusk_str type)
{
    static const struct {
        const char *prefix, *word;
    } words[] = { { "varchar(", "varchar" }, { "char(", "character" },
                  { "bit(", "bit" },         { "vector(", "vector" },
                  { "halfvec(", "halfvec" }, { "sparsevec(", "sparsevec" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        tusk_str digits = digits_of(type, words[i].prefix, ")");
        if (!digits.ptr) continue;
        return tusk_arena_printf(arena, "%s(%.*s)", words[i].word, TUSK_STR_ARG(digits));
    }
    return (tusk_str){ 0 };
}

/* Types whose precision is an attribute. */
static tusk_str precise_word(tusk_arena *arena, tusk_str type, tusk_str *attributes)
{
    static const struct {
        const char *prefix, *suffix, *word;
    } words[] = { { "timestamp (", ") with time zone", "timestamptz" },
                  { "timestamp (", ")", "timestamp" },
                  { "time(", ") with time zone", "timetz" },
                  { "time(", ")", "time" },
                  { "interval(", ")", "interval" },
                  { "numeric(", ")", "numeric" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        tusk_str digits = digits_of(type, words[i].prefix, words[i].suffix);
        if (!digits.ptr) continue;
        *attributes = tusk_arena_printf(arena, ", PRECISION(%.*s)", TUSK_STR_ARG(digits));
        return tusk_str_of(words[i].word);
    }
    return (tusk_str){ 0 };
}

/* "interval day to second(3)" */
static tusk_str interval_word(tusk_arena *arena, tusk_str type, tusk_str *attributes)
{
    static const tusk_str prefix = TUSK_STR_INIT("interval ");
    if (!tusk_str_starts(type, prefix)) return (tusk_str){ 0 };
    tusk_str rest = { type.ptr + prefix.len, type.len - prefix.len };
    tusk_str fields = tusk_str_cut(&rest, '(');
    tusk_str digits = rest.len > 1 ? (tusk_str){ rest.ptr, rest.len - 1 } : (tusk_str){ 0 };
    *attributes = digits.len > 0
                      ? tusk_arena_printf(arena, ", FIELDS(\"%.*s\"), PRECISION(%.*s)",
                                          TUSK_STR_ARG(fields), TUSK_STR_ARG(digits))
                      : tusk_arena_printf(arena, ", FIELDS(\"%.*s\")", TUSK_STR_ARG(fields));
    return TUSK_STR("interval");
}

/* "numeric(10, 2)" */
static tusk_str decimal_word(tusk_arena *arena, tusk_str type)
{
    tusk_str scale = type;
    tusk_str precision = digits_of(tusk_str_cut(&scale, ','), "numeric(", "");
    if (!precision.ptr || scale.len < 3) return (tusk_str){ 0 };
    tusk_str digits = digits_of(scale, " ", ")");
    if (!digits.ptr) return (tusk_str){ 0 };
    return tusk_arena_printf(arena, "decimal(%.*s, %.*s)", TUSK_STR_ARG(precision),
                             TUSK_STR_ARG(digits));
}

static tusk_str known_word(tusk_arena *arena, tusk_str type, tusk_str *attributes)
{
    const char *plain = plain_word(type);
    if (plain) return tusk_str_of(plain);
    tusk_str word = sized_word(arena, type);
    if (!word.ptr) word = precise_word(arena, type, attributes);
    if (!word.ptr) word = decimal_word(arena, type);
    if (!word.ptr) word = interval_word(arena, type, attributes);
    return word;
}

/* Anything else is said as it is in SQL. */
static tusk_str custom_word(tusk_def_writer *w, tusk_str schema, tusk_str type)
{
    tusk_buf kept = w->out;
    tusk_str word = { 0 };
    tusk_buf_init_in(&w->out, w->arena, (size_t)4096);
    if (schema.len > 0) {
        tusk_def_add(w, "custom_in(");
        tusk_def_add_text(w, schema, 0);
        tusk_def_add(w, ", ");
    } else {
        tusk_def_add(w, "custom(");
    }
    tusk_def_add_text(w, type, 0);
    tusk_def_add(w, ")");
    if (tusk_buf_finish(&w->out, &word, NULL) != TUSK_OK) word = TUSK_STR("text");
    w->out = kept;
    return word;
}

static tusk_str enum_word(tusk_def_writer *w, const tusk_model_column *column, tusk_str name)
{
    if (column->type_schema.len == 0) return (tusk_str){ 0 };
    const tusk_model_enum *e = tusk_model_find_enum(w->model, column->type_schema, name);
    if (!e) return (tusk_str){ 0 };
    tusk_str called = w->enums.items[e - w->model->enums.items];
    return tusk_arena_printf(w->arena, "enumeration(%.*s)", TUSK_STR_ARG(called));
}

tusk_str tusk_def_type(tusk_def_writer *w, const tusk_model_column *column, tusk_str *attributes)
{
    parts type = take_apart(column->type);
    *attributes = TUSK_STR("");
    tusk_str word = enum_word(w, column, type.bare);
    if (!word.ptr && column->type_schema.len == 0) {
        word = known_word(w->arena, type.bare, attributes);
    }
    if (!word.ptr) word = custom_word(w, column->type_schema, type.bare);
    if (type.dimensions.len == 0) return word;
    if (tusk_str_eq(type.dimensions, TUSK_STR("[]"))) {
        return tusk_arena_printf(w->arena, "array(%.*s)", TUSK_STR_ARG(word));
    }
    return tusk_arena_printf(w->arena, "array_of(%.*s, \"%.*s\")", TUSK_STR_ARG(word),
                             TUSK_STR_ARG(type.dimensions));
}
