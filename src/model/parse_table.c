/* parse_table.c - the lines of a table in a .def file: columns with their attributes, and
 * table-level items */
#include "src/model/parse.h"

#include "src/base/banned.h"

/* How each type is written. `arguments`: varchar(n) takes 1, decimal(p, s) 2, enumeration(e) and
 * array(t) a word. */
static const struct type_word {
    const char *word;
    tusk_type type;
    int arguments;
} type_words[] = {
    { "text", TUSK_TYPE_TEXT, 0 },
    { "varchar", TUSK_TYPE_VARCHAR, 1 },
    { "boolean", TUSK_TYPE_BOOLEAN, 0 },
    { "smallint", TUSK_TYPE_SMALLINT, 0 },
    { "integer", TUSK_TYPE_INTEGER, 0 },
    { "bigint", TUSK_TYPE_BIGINT, 0 },
    { "real", TUSK_TYPE_REAL, 0 },
    { "double_precision", TUSK_TYPE_DOUBLE, 0 },
    { "numeric", TUSK_TYPE_NUMERIC, 0 },
    { "decimal", TUSK_TYPE_NUMERIC, 2 },
    { "timestamptz", TUSK_TYPE_TIMESTAMPTZ, 0 },
    { "timestamp", TUSK_TYPE_TIMESTAMP, 0 },
    { "date", TUSK_TYPE_DATE, 0 },
    { "uuid", TUSK_TYPE_UUID, 0 },
    { "jsonb", TUSK_TYPE_JSONB, 0 },
    { "bytea", TUSK_TYPE_BYTEA, 0 },
    { "tsvector", TUSK_TYPE_TSVECTOR, 0 },
};
#define TYPES_HINT                                                                          \
    "Types: text, varchar(n), boolean, smallint, integer, bigint, real, double_precision, " \
    "numeric, decimal(p, s), timestamptz, timestamp, date, uuid, jsonb, bytea, tsvector, "  \
    "enumeration(e), array(text), array(integer)."

static const struct type_word *find_type(tusk_str word)
{
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++) {
        if (tusk_str_eq(word, tusk_str_of(type_words[i].word))) return &type_words[i];
    }
    return NULL;
}

static tusk_status parse_int(tusk_parser *p, long long min, long long max, int *out)
{
    tusk_token token = p->lexer.token;
    long long value = 0;
    if (token.kind != TUSK_TOKEN_NUMBER || !tusk_str_to_int(token.text, min, max, &value)) {
        return tusk_place_fail(p->err, token.place, "expected a number from %lld to %lld, found %s",
                               min, max, tusk_token_text(p->arena, &token));
    }
    *out = (int)value;
    return tusk_parse_next(p);
}

static tusk_status unknown_type(tusk_parser *p, const tusk_def_name *word)
{
    tusk_place_fail(p->err, word->place, "unknown column type \"%.*s\"", TUSK_STR_ARG(word->text));
    tusk_error_hint(p->err, TYPES_HINT);
    return TUSK_INVALID;
}

/* (e) of enumeration(e), (text) of array(text). */
static tusk_status parse_type_word(tusk_parser *p, const char *what, tusk_def_name *out)
{
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, what, out);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    return st;
}

static tusk_status parse_array(tusk_parser *p, tusk_def_column *column)
{
    tusk_def_name of;
    tusk_status st = parse_type_word(p, "text or integer", &of);
    if (st != TUSK_OK) return st;
    bool text = tusk_str_eq(of.text, TUSK_STR("text"));
    if (!text && !tusk_str_eq(of.text, TUSK_STR("integer"))) {
        return tusk_place_fail(p->err, of.place,
                               "array(%.*s) is not known: it takes text or integer",
                               TUSK_STR_ARG(of.text));
    }
    column->type = text ? TUSK_TYPE_TEXT : TUSK_TYPE_INTEGER;
    column->is_array = true;
    return TUSK_OK;
}

static tusk_status parse_decimal(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st = parse_int(p, 1, 1000, &column->precision);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = parse_int(p, 0, column->precision, &column->scale);
    return st;
}

static tusk_status parse_type(tusk_parser *p, tusk_def_column *column)
{
    tusk_def_name word;
    tusk_status st = tusk_parse_word(p, "a column type", &word);
    if (st != TUSK_OK) return st;
    if (tusk_str_eq(word.text, TUSK_STR("array"))) return parse_array(p, column);
    if (tusk_str_eq(word.text, TUSK_STR("enumeration"))) {
        column->type = TUSK_TYPE_ENUM;
        return parse_type_word(p, "the name of an enum", &column->enumeration);
    }
    const struct type_word *type = find_type(word.text);
    if (!type) return unknown_type(p, &word);
    column->type = type->type;
    if (type->arguments == 0) return TUSK_OK;
    st = tusk_parse_sign(p, '(');
    if (st != TUSK_OK) return st;
    st = type->arguments == 1 ? parse_int(p, 1, 10485760, &column->length)
                              : parse_decimal(p, column);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

tusk_status tusk_parse_action(tusk_parser *p, tusk_action *out)
{
    static const struct {
        const char *word;
        tusk_action action;
    } actions[] = { { "NO_ACTION", TUSK_NO_ACTION },
                    { "CASCADE", TUSK_CASCADE },
                    { "SET_NULL", TUSK_SET_NULL },
                    { "SET_DEFAULT", TUSK_SET_DEFAULT },
                    { "RESTRICT", TUSK_RESTRICT } };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!tusk_parse_at(p, actions[i].word)) continue;
        *out = actions[i].action;
        return tusk_parse_next(p);
    }
    return tusk_parse_unexpected(p, "NO_ACTION, CASCADE, SET_NULL, SET_DEFAULT or RESTRICT");
}

/* The one token of DEFAULT(...): a word or a number, which may have a minus before it. */
static tusk_status parse_literal(tusk_parser *p, tusk_def_column *column)
{
    tusk_def_name *out = &column->default_literal;
    tusk_place place = p->lexer.token.place;
    bool negative = tusk_parse_at(p, "-");
    if (negative) {
        tusk_status st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
    }
    const tusk_token token = p->lexer.token;
    bool word = token.kind == TUSK_TOKEN_WORD && !negative;
    if (token.kind != TUSK_TOKEN_NUMBER && !word) {
        tusk_parse_unexpected(p, "a number, true or false");
        tusk_error_hint(p->err,
                        "A text is DEFAULT_TEXT(\"x\"), an SQL expression DEFAULT_SQL(\"now()\").");
        return TUSK_INVALID;
    }
    out->text =
        tusk_arena_printf(p->arena, "%s%.*s", negative ? "-" : "", TUSK_STR_ARG(token.text));
    out->place = place;
    return tusk_parse_next(p);
}

/* table, column[, ACTION] of REFERENCES. */
static tusk_status parse_references(tusk_parser *p, tusk_def_column *column)
{
    tusk_status st = tusk_parse_word(p, "the name of a table in C", &column->ref_table);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a column in C", &column->ref_column);
    if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
    st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_action(p, &column->on_delete) : st;
}

enum attribute {
    PRIMARY_KEY,
    UNIQUE,
    NAMED,
    DEFAULT,
    DEFAULT_TEXT,
    DEFAULT_SQL,
    GENERATED,
    REFERENCES,
    ON_UPDATE,
    ATTRIBUTES
};
static const char *const attribute_words[ATTRIBUTES] = {
    "PRIMARY_KEY", "UNIQUE",    "NAMED",      "DEFAULT",   "DEFAULT_TEXT",
    "DEFAULT_SQL", "GENERATED", "REFERENCES", "ON_UPDATE",
};

static enum attribute find_attribute(const tusk_parser *p)
{
    int i = 0;
    while (i < ATTRIBUTES && !tusk_parse_at(p, attribute_words[i])) i++;
    return (enum attribute)i;
}

/* What stands between the parentheses of an attribute. */
static tusk_status parse_argument(tusk_parser *p, enum attribute which, tusk_def_column *column)
{
    switch (which) {
    case NAMED:
        return tusk_parse_string(p, "the column's SQL name in double quotes", &column->sql);
    case DEFAULT:
        return parse_literal(p, column);
    case DEFAULT_TEXT:
        return tusk_parse_string(p, "a text in double quotes", &column->default_text);
    case DEFAULT_SQL:
        return tusk_parse_string(p, "an SQL expression in double quotes", &column->default_sql);
    case GENERATED:
        return tusk_parse_string(p, "an SQL expression in double quotes", &column->generated);
    case REFERENCES:
        return parse_references(p, column);
    default:
        column->on_update_place = p->lexer.token.place;
        return tusk_parse_action(p, &column->on_update);
    }
}

static tusk_status parse_attribute(tusk_parser *p, tusk_def_column *column, unsigned *seen)
{
    tusk_place place = p->lexer.token.place;
    enum attribute which = find_attribute(p);
    if (which == ATTRIBUTES) {
        tusk_parse_unexpected(p, "an attribute");
        tusk_error_hint(p->err,
                        "Attributes: PRIMARY_KEY, UNIQUE, NAMED(\"name\"), DEFAULT(3), "
                        "DEFAULT_TEXT(\"x\"), DEFAULT_SQL(\"now()\"), GENERATED(\"expression\"), "
                        "REFERENCES(table, column, CASCADE), ON_UPDATE(CASCADE).");
        return TUSK_INVALID;
    }
    if (*seen & 1u << which) {
        return tusk_place_fail(p->err, place, "%s is given twice", attribute_words[which]);
    }
    *seen |= 1u << which;
    tusk_status st = tusk_parse_next(p);
    if (which == PRIMARY_KEY) column->primary_key = true;
    if (which == UNIQUE) column->unique = true;
    if (st != TUSK_OK || which == PRIMARY_KEY || which == UNIQUE) return st;
    st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_argument(p, which, column);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

tusk_status tusk_parse_column(tusk_parser *p, bool nullable, tusk_def_table *table)
{
    tusk_def_column column = { .nullable = nullable };
    unsigned seen = 0;
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_type(p, &column);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the column's name", &column.name);
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = parse_attribute(p, &column, &seen);
    }
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_vec_push(p->arena, &table->columns, column) ? TUSK_OK
                                                            : tusk_fail_nomem(p->err, "the schema");
}

static tusk_status parse_line(tusk_parser *p, tusk_def_table *table)
{
    static const struct {
        const char *word;
        tusk_item_kind kind;
    } items[] = { { "INDEX", TUSK_ITEM_INDEX },      { "UNIQUE_INDEX", TUSK_ITEM_UNIQUE_INDEX },
                  { "CHECK", TUSK_ITEM_CHECK },      { "KEY", TUSK_ITEM_KEY },
                  { "UNIQUE_ON", TUSK_ITEM_UNIQUE }, { "FOREIGN_KEY", TUSK_ITEM_FOREIGN_KEY } };
    tusk_place place = p->lexer.token.place;
    bool nullable = tusk_parse_at(p, "NULLABLE");
    if (nullable || tusk_parse_at(p, "COLUMN")) {
        tusk_status st = tusk_parse_next(p);
        return st == TUSK_OK ? tusk_parse_column(p, nullable, table) : st;
    }
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (!tusk_parse_at(p, items[i].word)) continue;
        tusk_status st = tusk_parse_next(p);
        return st == TUSK_OK ? tusk_parse_item(p, items[i].kind, place, table) : st;
    }
    tusk_parse_unexpected(p, "a line of the table, or END_TABLE");
    tusk_error_hint(p->err, "Lines: COLUMN, NULLABLE, INDEX, UNIQUE_INDEX, CHECK, KEY, UNIQUE_ON, "
                            "FOREIGN_KEY. Nothing stands between them.");
    return TUSK_INVALID;
}

tusk_status tusk_parse_table_body(tusk_parser *p, tusk_def_table *table)
{
    while (!tusk_parse_at(p, "END_TABLE")) {
        tusk_status st = parse_line(p, table);
        if (st != TUSK_OK) return st;
    }
    return tusk_parse_next(p);
}
