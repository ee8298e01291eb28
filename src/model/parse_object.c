/* parse_object.c - what a .def file declares beside tables and views: enums, schemas, sequences,
 * roles, types, functions */
#include "src/model/parse.h"

#include "src/base/banned.h"

#define RENAMED_FROM(T) TUSK_TEXT_OPTION("RENAMED_FROM", T, renamed_from, "the name before")

/* "schema", when the word ended in _IN. */
static tusk_status parse_schema_first(tusk_parser *p, bool in_schema, tusk_def_name *schema)
{
    if (!in_schema) return TUSK_OK;
    tusk_status st = tusk_parse_string(p, "the schema in double quotes", schema);
    return st == TUSK_OK ? tusk_parse_sign(p, ',') : st;
}

/* ---- enums ---- */

/* LABEL(e, l, "sql"), after the word. */
static tusk_status parse_label(tusk_parser *p, tusk_def_enum *e)
{
    static const tusk_option attributes[] = { RENAMED_FROM(tusk_def_label) };
    static const tusk_options options = TUSK_OPTIONS(attributes, "RENAMED_FROM(\"old\")", NULL);
    tusk_def_name of;
    tusk_def_label label = { 0 };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of the enum", &of);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(of.text, e->name.text)) {
        return tusk_place_fail(p->err, of.place, "this LABEL is of \"%.*s\" but stands in \"%.*s\"",
                               TUSK_STR_ARG(of.text), TUSK_STR_ARG(e->name.text));
    }
    st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the label's name in C", &label.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "the label's text in double quotes", &label.sql);
    if (st == TUSK_OK) st = tusk_parse_options(p, &options, &label);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &e->labels, label));
}

/* ENUM(e, "sql") ... END_ENUM(e), after the word. */
tusk_status tusk_parse_enum(tusk_parser *p, bool in_schema)
{
    static const tusk_option attributes[] = {
        RENAMED_FROM(tusk_def_enum), TUSK_TEXT_OPTION("COMMENT", tusk_def_enum, comment, "a text")
    };
    static const tusk_options options =
        TUSK_OPTIONS(attributes, "RENAMED_FROM(\"old\") or COMMENT(\"x\")", NULL);
    tusk_def_enum e = { 0 };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_schema_first(p, in_schema, &e.schema);
    if (st == TUSK_OK) st = tusk_parse_word(p, "the enum's name in C", &e.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "the enum's SQL name in double quotes", &e.sql);
    if (st == TUSK_OK) st = tusk_parse_options(p, &options, &e);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    while (st == TUSK_OK && tusk_parse_at(p, "LABEL")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = parse_label(p, &e);
    }
    if (st != TUSK_OK) return st;
    if (!tusk_parse_at(p, "END_ENUM")) return tusk_parse_unexpected(p, "LABEL or END_ENUM");
    st = tusk_parse_next(p);
    if (st == TUSK_OK) st = tusk_parse_end(p, "END_ENUM", &e.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->enums, e));
}

/* ---- declarations of one line; the schema of WORD_IN was read ---- */

static tusk_status parse_schema(tusk_parser *p, tusk_def_name schema)
{
    static const tusk_option attributes[] = { RENAMED_FROM(tusk_def_schema) };
    static const tusk_options options = TUSK_OPTIONS(attributes, "RENAMED_FROM(\"old\")", NULL);
    tusk_def_schema out = { 0 };
    tusk_status st = tusk_parse_string(p, "the schema's name in double quotes", &out.name);
    if (st == TUSK_OK) st = tusk_parse_options(p, &options, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->schemas, out));
}

/* , "options" where there is a text after the comma; else the comma is part of what follows. */
static tusk_status parse_text_or_options(tusk_parser *p, const char *what, tusk_def_name *text,
                                         const tusk_options *options, void *into)
{
    uint64_t seen = 0;
    tusk_status st = TUSK_OK;
    for (bool first = true; st == TUSK_OK && tusk_parse_at(p, ","); first = false) {
        st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
        bool is_text = first && p->lexer.token.kind == TUSK_TOKEN_STRING;
        st =
            is_text ? tusk_parse_string(p, what, text) : tusk_parse_option(p, options, into, &seen);
    }
    return st;
}

static tusk_status parse_sequence(tusk_parser *p, tusk_def_name schema)
{
    static const tusk_option attributes[] = { RENAMED_FROM(tusk_def_sequence) };
    static const tusk_options options =
        TUSK_OPTIONS(attributes, "its options in double quotes or RENAMED_FROM(\"old\")", NULL);
    tusk_def_sequence out = { .schema = schema };
    tusk_status st = tusk_parse_name(p, "the sequence's name", &out.name);
    if (st == TUSK_OK) st = parse_text_or_options(p, "options", &out.options, &options, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->sequences, out));
}

static tusk_status parse_role(tusk_parser *p, tusk_def_name schema)
{
    static const tusk_option attributes[] = { RENAMED_FROM(tusk_def_role) };
    static const tusk_options options =
        TUSK_OPTIONS(attributes, "its options in double quotes or RENAMED_FROM(\"old\")", NULL);
    tusk_def_role out = { 0 };
    tusk_status st = tusk_parse_name(p, "the role's name", &out.name);
    if (st == TUSK_OK) st = parse_text_or_options(p, "options", &out.options, &options, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->roles, out));
}

static tusk_status parse_extension(tusk_parser *p, tusk_def_name schema)
{
    tusk_def_extension out = { .schema = schema };
    tusk_status st = tusk_parse_name(p, "the extension's name", &out.name);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->extensions, out));
}

/* name, "text" */
static tusk_status parse_part(tusk_parser *p, const char *what, const char *text,
                              tusk_def_parts *out)
{
    tusk_def_part part = { 0 };
    tusk_status st = tusk_parse_name(p, what, &part.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, text, &part.sql);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, out, part));
}

static tusk_status parse_domain_check(tusk_parser *p, void *into)
{
    return parse_part(p, "the check's name", "an SQL condition in double quotes",
                      &((tusk_def_domain *)into)->checks);
}

static tusk_status parse_domain(tusk_parser *p, tusk_def_name schema)
{
    static const tusk_option attributes[] = {
        { "NOT_NULL", TUSK_OPTION_FLAG, offsetof(tusk_def_domain, not_null), NULL, NULL, false },
        TUSK_TEXT_OPTION("DEFAULT_SQL", tusk_def_domain, default_sql, "an SQL expression"),
        { "CHECK", TUSK_OPTION_OTHER, 0, NULL, parse_domain_check, true },
    };
    static const tusk_options options =
        TUSK_OPTIONS(attributes, "NOT_NULL, DEFAULT_SQL(\"...\") or CHECK(name, \"...\")", NULL);
    tusk_def_domain out = { .schema = schema };
    tusk_status st = tusk_parse_name(p, "the domain's name", &out.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "its type in double quotes", &out.type);
    if (st == TUSK_OK) st = tusk_parse_options(p, &options, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->domains, out));
}

static tusk_status parse_field(tusk_parser *p, void *into)
{
    return parse_part(p, "the field's name", "its type in double quotes",
                      &((tusk_def_composite *)into)->fields);
}

static tusk_status parse_composite(tusk_parser *p, tusk_def_name schema)
{
    static const tusk_option attributes[] = { { "FIELD", TUSK_OPTION_OTHER, 0, NULL, parse_field,
                                                true } };
    static const tusk_options options = TUSK_OPTIONS(attributes, "FIELD(name, \"type\")", NULL);
    tusk_def_composite out = { .schema = schema };
    tusk_status st = tusk_parse_name(p, "the type's name", &out.name);
    if (st == TUSK_OK) st = tusk_parse_options(p, &options, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->composites, out));
}

/* "name", "statement" of a function; "what", "text" of a comment. */
static tusk_status parse_two_texts(tusk_parser *p, const char *first, const char *second,
                                   tusk_def_routine *out)
{
    tusk_status st = tusk_parse_string(p, first, &out->name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    return st == TUSK_OK ? tusk_parse_string(p, second, &out->statement) : st;
}

static tusk_status parse_function(tusk_parser *p, tusk_def_name schema)
{
    tusk_def_routine out = { .schema = schema };
    tusk_status st = parse_two_texts(p, "\"name(types)\" in double quotes",
                                     "\"create or replace ...\" in double quotes", &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->functions, out));
}

static tusk_status parse_comment_on(tusk_parser *p, tusk_def_name schema)
{
    tusk_def_routine out = { 0 };
    tusk_status st = parse_two_texts(p, "what the comment is on, as \"INDEX \\\"name\\\"\"",
                                     "a text in double quotes", &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->comments, out));
}

static tusk_status parse_policy_on(tusk_parser *p, tusk_def_name schema)
{
    tusk_def_policy out = { 0 };
    tusk_status st = tusk_parse_string(p, "the table's schema in double quotes", &out.schema);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "the table's name in double quotes", &out.table);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_policy(p, &out);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->policies, out));
}

tusk_status tusk_parse_object(tusk_parser *p, bool *known)
{
    static const struct {
        const char *word;
        tusk_status (*parse)(tusk_parser *p, tusk_def_name schema);
        bool in_schema;
    } objects[] = {
        { "SCHEMA", parse_schema, false },       { "SEQUENCE", parse_sequence, false },
        { "SEQUENCE_IN", parse_sequence, true }, { "ROLE", parse_role, false },
        { "EXTENSION", parse_extension, false }, { "EXTENSION_IN", parse_extension, true },
        { "DOMAIN", parse_domain, false },       { "DOMAIN_IN", parse_domain, true },
        { "COMPOSITE", parse_composite, false }, { "COMPOSITE_IN", parse_composite, true },
        { "FUNCTION", parse_function, false },   { "FUNCTION_IN", parse_function, true },
        { "POLICY_ON", parse_policy_on, false }, { "COMMENT_ON", parse_comment_on, false },
    };
    size_t count = sizeof objects / sizeof *objects, i = 0;
    while (i < count && !tusk_parse_at(p, objects[i].word)) i++;
    *known = i < count;
    if (!*known) return TUSK_OK;
    tusk_def_name schema = { 0 };
    tusk_status st = tusk_parse_next(p);
    if (st == TUSK_OK) st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_schema_first(p, objects[i].in_schema, &schema);
    if (st == TUSK_OK) st = objects[i].parse(p, schema);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}
