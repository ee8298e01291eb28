/* parse_type.c - the type of a column as a .def file writes it */
#include "src/model/parse.h"

#include "src/base/banned.h"

#define LENGTH_MAX 10485760

/* What stands in parentheses after the word. */
enum arguments { NONE, LENGTH, DECIMAL, TEXT, SCHEMA_AND_TEXT, TEXT_AND_C };

/* How each type is written. */
static const struct type_word {
    const char *word;
    tusk_type type;
    enum arguments arguments;
    const char *other; /* the name of TUSK_TYPE_OTHER in SQL, NULL: the same */
    bool serial;
} type_words[] = {
    { "text", TUSK_TYPE_TEXT, NONE, NULL, false },
    { "varchar", TUSK_TYPE_VARCHAR, LENGTH, NULL, false },
    { "character", TUSK_TYPE_CHAR, LENGTH, NULL, false },
    { "boolean", TUSK_TYPE_BOOLEAN, NONE, NULL, false },
    { "smallint", TUSK_TYPE_SMALLINT, NONE, NULL, false },
    { "integer", TUSK_TYPE_INTEGER, NONE, NULL, false },
    { "bigint", TUSK_TYPE_BIGINT, NONE, NULL, false },
    { "smallserial", TUSK_TYPE_SMALLINT, NONE, NULL, true },
    { "serial", TUSK_TYPE_INTEGER, NONE, NULL, true },
    { "bigserial", TUSK_TYPE_BIGINT, NONE, NULL, true },
    { "real", TUSK_TYPE_REAL, NONE, NULL, false },
    { "double_precision", TUSK_TYPE_DOUBLE, NONE, NULL, false },
    { "numeric", TUSK_TYPE_NUMERIC, NONE, NULL, false },
    { "decimal", TUSK_TYPE_NUMERIC, DECIMAL, NULL, false },
    { "timestamptz", TUSK_TYPE_TIMESTAMPTZ, NONE, NULL, false },
    { "timestamp", TUSK_TYPE_TIMESTAMP, NONE, NULL, false },
    { "date", TUSK_TYPE_DATE, NONE, NULL, false },
    { "time", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "timetz", TUSK_TYPE_OTHER, NONE, "time with time zone", false },
    { "interval", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "uuid", TUSK_TYPE_UUID, NONE, NULL, false },
    { "json", TUSK_TYPE_JSON, NONE, NULL, false },
    { "jsonb", TUSK_TYPE_JSONB, NONE, NULL, false },
    { "bytea", TUSK_TYPE_BYTEA, NONE, NULL, false },
    { "tsvector", TUSK_TYPE_TSVECTOR, NONE, NULL, false },
    { "inet", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "cidr", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "macaddr", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "macaddr8", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "point", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "line", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "bit", TUSK_TYPE_OTHER, LENGTH, NULL, false },
    { "vector", TUSK_TYPE_OTHER, LENGTH, NULL, false },
    { "halfvec", TUSK_TYPE_OTHER, LENGTH, NULL, false },
    { "sparsevec", TUSK_TYPE_OTHER, LENGTH, NULL, false },
    { "geometry", TUSK_TYPE_OTHER, TEXT, NULL, false },
    { "money", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "xml", TUSK_TYPE_OTHER, NONE, NULL, false },
    { "custom", TUSK_TYPE_OTHER, TEXT, NULL, false },
    { "custom_in", TUSK_TYPE_OTHER, SCHEMA_AND_TEXT, NULL, false },
    { "custom_as", TUSK_TYPE_OTHER, TEXT_AND_C, NULL, false },
};
#define TYPES_HINT                                                                              \
    "Types: text, varchar(n), character(n), boolean, smallint, integer, bigint, serial, "       \
    "bigserial, real, double_precision, numeric, decimal(p, s), timestamptz, timestamp, date, " \
    "time, interval, uuid, json, jsonb, bytea, tsvector, inet, array(T), enumeration(e), "      \
    "custom(\"any other\"); docs/schema.md has them all."

static const struct type_word *find_type(tusk_str word)
{
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++) {
        if (tusk_str_eq(word, tusk_str_of(type_words[i].word))) return &type_words[i];
    }
    return NULL;
}

static tusk_status unknown_type(tusk_parser *p, const tusk_def_name *word)
{
    tusk_place_fail(p->err, word->place, "unknown column type \"%.*s\"", TUSK_STR_ARG(word->text));
    tusk_error_hint(p->err, TYPES_HINT);
    return TUSK_INVALID;
}

static tusk_status parse_decimal(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st = tusk_parse_int(p, 1, 1000, &column->precision);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_int(p, 0, column->precision, &column->scale);
    return st;
}

static tusk_status parse_schema_and_text(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st =
        tusk_parse_string(p, "the type's schema in double quotes", &column->type_schema);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st != TUSK_OK) return st;
    return tusk_parse_string(p, "the type in double quotes", &column->other_type);
}

static tusk_status parse_text_and_c(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st = tusk_parse_string(p, "the type in double quotes", &column->other_type);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    return st == TUSK_OK ? tusk_parse_word(p, "a type of C", &column->c_type) : st;
}

/* custom("varbit(9)") is that text, geometry("point") is geometry(point). */
static tusk_status parse_text(tusk_parser *p, const struct type_word *type, tusk_def_column *column)
{
    tusk_def_name text;
    tusk_status st = tusk_parse_string(p, "the type in double quotes", &text);
    if (st != TUSK_OK) return st;
    if (strcmp(type->word, "custom") != 0) {
        text.text = tusk_arena_printf(p->arena, "%s(%.*s)", type->word, TUSK_STR_ARG(text.text));
    }
    column->other_type = text;
    return TUSK_OK;
}

static tusk_status parse_arguments(tusk_parser *p, const struct type_word *type,
                                   tusk_def_column *column)
{
    switch (type->arguments) {
    case LENGTH:
        return tusk_parse_int(p, 1, LENGTH_MAX, &column->length);
    case DECIMAL:
        return parse_decimal(p, column);
    case TEXT:
        return parse_text(p, type, column);
    case TEXT_AND_C:
        return parse_text_and_c(p, column);
    default:
        return parse_schema_and_text(p, column);
    }
}

static tusk_status parse_scalar(tusk_parser *p, const tusk_def_name *word, tusk_def_column *column)
{
    const struct type_word *type = find_type(word->text);
    if (!type) return unknown_type(p, word);
    column->type = type->type;
    column->serial = type->serial;
    if (type->type == TUSK_TYPE_OTHER) {
        column->other_type =
            (tusk_def_name){ .text = tusk_str_of(type->other ? type->other : type->word),
                             .place = word->place };
    }
    if (type->arguments == NONE) return TUSK_OK;
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_arguments(p, type, column);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* "[]", "[3][]": brackets with at most a number in each. */
static bool are_dimensions(tusk_str s)
{
    size_t i = 0;
    while (i < s.len) {
        if (s.ptr[i++] != '[') return false;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == s.len || s.ptr[i++] != ']') return false;
    }
    return s.len > 0;
}

static tusk_status parse_dimensions(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st = tusk_parse_sign(p, ',');
    if (st != TUSK_OK) return st;
    st = tusk_parse_string(p, "the dimensions as \"[3][]\"", &column->dimensions);
    if (st != TUSK_OK || are_dimensions(column->dimensions.text)) return st;
    return tusk_place_fail(p->err, column->dimensions.place,
                           "\"%.*s\" are no dimensions: write \"[]\", \"[3]\" or \"[3][]\"",
                           TUSK_STR_ARG(column->dimensions.text));
}

/* array(T), array_of(T, "[3][]"), after the word. */
static tusk_status parse_array(tusk_parser *p, bool dimensions, tusk_def_column *column)
{
    tusk_status st = tusk_parse_sign(p, '(');
    tusk_place place = p->lexer.token.place;
    column->is_array = true;
    if (st == TUSK_OK) st = tusk_parse_type(p, column);
    if (st != TUSK_OK) return st;
    if (column->serial || column->c_type.text.ptr) {
        return tusk_place_fail(p->err, place, "there is no array of %s",
                               column->serial ? "serial" : "a type of the program's own");
    }
    if (dimensions) st = parse_dimensions(p, column);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* Said before what is inside is read: however deep it goes. */
static tusk_status fail_nested(tusk_parser *p, const tusk_def_name *word)
{
    tusk_place_fail(p->err, word->place, "there is no array of arrays");
    tusk_error_hint(p->err, "Several dimensions are array_of(integer, \"[][]\").");
    return TUSK_INVALID;
}

static tusk_status parse_enumeration(tusk_parser *p, tusk_def_column *column)
{
    column->type = TUSK_TYPE_ENUM;
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of an enum", &column->enumeration);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

tusk_status tusk_parse_type(tusk_parser *p, tusk_def_column *column)
{
    tusk_def_name word;
    tusk_status st = tusk_parse_word(p, "a column type", &word);
    if (st != TUSK_OK) return st;
    column->word = word;
    bool sized = tusk_str_eq(word.text, TUSK_STR("array_of"));
    if (sized || tusk_str_eq(word.text, TUSK_STR("array")))
        return column->is_array ? fail_nested(p, &word) : parse_array(p, sized, column);
    if (tusk_str_eq(word.text, TUSK_STR("enumeration"))) return parse_enumeration(p, column);
    return parse_scalar(p, &word, column);
}
