/* parse_column.c - COLUMN and NULLABLE of a .def file: a type, a name, attributes */
#include "src/model/parse.h"

#include "src/base/banned.h"

static const struct {
    const char *word;
    tusk_action action;
} actions[] = { { "NO_ACTION", TUSK_NO_ACTION },
                { "CASCADE", TUSK_CASCADE },
                { "SET_NULL", TUSK_SET_NULL },
                { "SET_DEFAULT", TUSK_SET_DEFAULT },
                { "RESTRICT", TUSK_RESTRICT } };
#define ACTION_COUNT (sizeof actions / sizeof *actions)

static size_t find_action(const tusk_parser *p)
{
    size_t i = 0;
    while (i < ACTION_COUNT && !tusk_parse_at(p, actions[i].word)) i++;
    return i;
}

bool tusk_parse_at_action(const tusk_parser *p)
{
    return find_action(p) < ACTION_COUNT;
}

tusk_status tusk_parse_action(tusk_parser *p, tusk_action *out)
{
    size_t which = find_action(p);
    if (which == ACTION_COUNT) {
        return tusk_parse_unexpected(p, "NO_ACTION, CASCADE, SET_NULL, SET_DEFAULT or RESTRICT");
    }
    *out = actions[which].action;
    return tusk_parse_next(p);
}

/* The one token of DEFAULT(...): a word or a number, which may have a minus before it. */
static tusk_status parse_literal(tusk_parser *p, void *into)
{
    tusk_def_name *out = &((tusk_def_column *)into)->default_literal;
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
static tusk_status parse_references(tusk_parser *p, void *into)
{
    tusk_def_column *column = into;
    tusk_status st = tusk_parse_word(p, "the name of a table in C", &column->ref_table);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a column in C", &column->ref_column);
    if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
    st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_action(p, &column->on_delete) : st;
}

static tusk_status parse_on_update(tusk_parser *p, void *into)
{
    tusk_def_column *column = into;
    column->on_update_given = p->lexer.token.place;
    return tusk_parse_action(p, &column->on_update);
}

/* ALWAYS or BY_DEFAULT[, "options"] of IDENTITY. */
static tusk_status parse_identity(tusk_parser *p, void *into)
{
    tusk_def_column *column = into;
    column->identity = p->lexer.token.place;
    column->identity_always = tusk_parse_at(p, "ALWAYS");
    if (!column->identity_always && !tusk_parse_at(p, "BY_DEFAULT")) {
        return tusk_parse_unexpected(p, "ALWAYS or BY_DEFAULT");
    }
    tusk_status st = tusk_parse_next(p);
    if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
    st = tusk_parse_next(p);
    if (st != TUSK_OK) return st;
    return tusk_parse_string(p, "the options of the sequence in double quotes",
                             &column->identity_options);
}

static tusk_status parse_precision(tusk_parser *p, void *into)
{
    tusk_def_column *column = into;
    column->precision_given = p->lexer.token.place;
    return tusk_parse_int(p, 0, 1000, &column->precision);
}

static tusk_status parse_unique_as(tusk_parser *p, void *into)
{
    tusk_def_column *column = into;
    tusk_place place = p->lexer.token.place;
    if (tusk_def_given(column->unique)) {
        return tusk_place_fail(p->err, place, "UNIQUE_AS says UNIQUE too: write one of them");
    }
    column->unique = place;
    return tusk_parse_string(p, "the constraint's name in double quotes", &column->unique_name);
}

#define FLAG(word, m)     TUSK_FLAG_OPTION(word, tusk_def_column, m)
#define TEXT(word, m, of) TUSK_TEXT_OPTION(word, tusk_def_column, m, of)
#define OTHER(word, f)    TUSK_OTHER_OPTION(word, f)
static const tusk_option attributes[] = {
    FLAG("PRIMARY_KEY", primary_key),
    FLAG("UNIQUE", unique),
    OTHER("UNIQUE_AS", parse_unique_as),
    FLAG("NULLS_NOT_DISTINCT", nulls_not_distinct),
    TEXT("NAMED", sql, "the column's SQL name"),
    OTHER("DEFAULT", parse_literal),
    TEXT("DEFAULT_TEXT", default_text, "a text"),
    TEXT("DEFAULT_SQL", default_sql, "an SQL expression"),
    TEXT("GENERATED", generated, "an SQL expression"),
    OTHER("IDENTITY", parse_identity),
    OTHER("REFERENCES", parse_references),
    TEXT("REFERENCES_AS", ref_name, "the constraint's name"),
    OTHER("ON_UPDATE", parse_on_update),
    FLAG("DEFERRABLE", deferrable),
    FLAG("INITIALLY_DEFERRED", initially_deferred),
    OTHER("PRECISION", parse_precision),
    TEXT("FIELDS", fields, "the fields of an interval"),
    TEXT("SET_ON_UPDATE", set_on_update, "an SQL expression"),
    TEXT("COMMENT", comment, "a text"),
    TEXT("COLLATE", collation, "the name of a collation"),
    TEXT("RENAMED_FROM", renamed_from, "the name before"),
};
static const tusk_options column_options = {
    attributes, sizeof attributes / sizeof *attributes, "an attribute",
    "Attributes: PRIMARY_KEY, UNIQUE, UNIQUE_AS(\"name\"), NULLS_NOT_DISTINCT, NAMED(\"name\"), "
    "DEFAULT(3), DEFAULT_TEXT(\"x\"), DEFAULT_SQL(\"now()\"), GENERATED(\"expression\"), "
    "IDENTITY(ALWAYS), REFERENCES(table, column, CASCADE), REFERENCES_AS(\"name\"), "
    "ON_UPDATE(CASCADE), DEFERRABLE, INITIALLY_DEFERRED, PRECISION(3), FIELDS(\"day\"), "
    "SET_ON_UPDATE(\"now()\"), COMMENT(\"x\"), COLLATE(\"C\"), RENAMED_FROM(\"old\")."
};

tusk_status tusk_parse_column(tusk_parser *p, bool nullable, tusk_def_table *table)
{
    tusk_def_column column = { .nullable = nullable };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_type(p, &column);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the column's name", &column.name);
    if (st == TUSK_OK) st = tusk_parse_options(p, &column_options, &column);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &table->columns, column));
}
