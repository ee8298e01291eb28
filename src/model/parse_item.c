/* parse_item.c - table-level items of a .def file: INDEX, UNIQUE_INDEX, CHECK, KEY, UNIQUE_ON,
 * FOREIGN_KEY, EXCLUDE */
#include "src/model/parse.h"

#include "src/base/banned.h"

#define FLAG(word, m)     TUSK_FLAG_OPTION(word, tusk_def_item, m)
#define TEXT(word, m, of) TUSK_TEXT_OPTION(word, tusk_def_item, m, of)
#define NAME(word, m, of) TUSK_NAME_OPTION(word, tusk_def_item, m, of)
#define OTHER(word, f)    TUSK_OTHER_OPTION(word, f)

/* ---- entries of an index ---- */

static tusk_status parse_entry(tusk_parser *p, tusk_def_entry *out);

/* NULLS_FIRST(entry), DESC(entry), after the word. */
static tusk_status parse_wrapped(tusk_parser *p, tusk_def_entry *out)
{
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_entry(p, out);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* OP(entry, "class"), after the word. */
static tusk_status parse_opclass(tusk_parser *p, tusk_def_entry *out)
{
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_entry(p, out);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        st = tusk_parse_string(p, "an operator class in double quotes", &out->opclass);
    }
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* SQL("expression"), after the word. */
static tusk_status parse_expression(tusk_parser *p, tusk_def_entry *out)
{
    tusk_status st = tusk_parse_sign(p, '(');
    out->is_expression = true;
    if (st == TUSK_OK) {
        st = tusk_parse_string(p, "an SQL expression in double quotes", &out->name);
    }
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* A column, or one wrapped in DESC, NULLS_FIRST and OP, each once. */
static tusk_status parse_entry(tusk_parser *p, tusk_def_entry *out)
{
    tusk_place place = p->lexer.token.place;
    bool desc = tusk_parse_at(p, "DESC") && !tusk_def_given(out->desc);
    bool nulls = tusk_parse_at(p, "NULLS_FIRST") && !tusk_def_given(out->nulls_first);
    bool op =
        tusk_parse_at(p, "OP") && !out->opclass.text.ptr && !tusk_def_given(out->opclass.place);
    bool sql = tusk_parse_at(p, "SQL");
    if (!desc && !nulls && !op && !sql) {
        return tusk_parse_word(p, "the name of a column in C", &out->name);
    }
    tusk_status st = tusk_parse_next(p);
    if (st != TUSK_OK) return st;
    if (sql) return parse_expression(p, out);
    if (desc) out->desc = place;
    if (nulls) out->nulls_first = place;
    if (!op) return parse_wrapped(p, out);
    out->opclass.place = place;
    return parse_opclass(p, out);
}

static tusk_status parse_on(tusk_parser *p, void *into)
{
    tusk_def_item *item = into;
    tusk_status st = TUSK_OK;
    for (;;) {
        tusk_def_entry entry = { 0 };
        st = parse_entry(p, &entry);
        if (st == TUSK_OK) {
            st = tusk_parse_pushed(p, tusk_vec_push(p->arena, &item->entries, entry));
        }
        if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
        st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
    }
}

static tusk_status parse_on_sql(tusk_parser *p, void *into)
{
    tusk_def_item *item = into;
    tusk_def_entry entry = { .is_expression = true };
    item->on_sql = p->lexer.token.place;
    tusk_status st = tusk_parse_string(p, "an SQL expression in double quotes", &entry.name);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &item->entries, entry));
}

static tusk_status parse_include(tusk_parser *p, void *into)
{
    return tusk_parse_columns(p, &((tusk_def_item *)into)->include);
}

/* INDEX(name, ON(a, DESC(b)), WHERE("..."), USING(gin)) */
static tusk_status parse_index(tusk_parser *p, tusk_def_item *item)
{
    static const tusk_option parts[] = {
        OTHER("ON", parse_on),
        OTHER("ON_SQL", parse_on_sql),
        TEXT("WHERE", where, "an SQL condition"),
        NAME("USING", method, "an index method such as gin"),
        OTHER("INCLUDE", parse_include),
        TEXT("WITH", with, "storage parameters"),
        FLAG("CONCURRENTLY", concurrently),
        FLAG("NULLS_NOT_DISTINCT", nulls_not_distinct),
    };
    static const tusk_options options = TUSK_OPTIONS(
        parts, "ON(...), ON_SQL(\"...\"), WHERE(\"...\") or USING(...)",
        "Also INCLUDE(a, b), WITH(\"fillfactor=70\"), CONCURRENTLY, NULLS_NOT_DISTINCT.");
    tusk_status st = tusk_parse_name(p, "the index's name", &item->name);
    return st == TUSK_OK ? tusk_parse_options(p, &options, item) : st;
}

/* ---- constraints ---- */

#define DEFERRAL   FLAG("DEFERRABLE", deferrable), FLAG("INITIALLY_DEFERRED", initially_deferred)
#define CONSTRAINT NAME("CONSTRAINT", name, "the constraint's name")

/* CHECK(name, "..."), EXCLUDE(name, "..."[, DEFERRABLE]) */
static tusk_status parse_check(tusk_parser *p, tusk_def_item *item)
{
    static const tusk_option parts[] = { DEFERRAL };
    static const tusk_options options =
        TUSK_OPTIONS(parts, "DEFERRABLE or INITIALLY_DEFERRED", NULL);
    bool check = item->kind == TUSK_ITEM_CHECK;
    const char *name = check ? "the check's name" : "the constraint's name";
    tusk_status st = tusk_parse_name(p, name, &item->name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        const char *what = check ? "an SQL condition in double quotes"
                                 : "what stands after EXCLUDE, in double quotes";
        st = tusk_parse_string(p, what, &item->expression);
    }
    return st == TUSK_OK && !check ? tusk_parse_options(p, &options, item) : st;
}

tusk_status tusk_parse_columns(tusk_parser *p, tusk_def_names *out)
{
    for (;;) {
        tusk_def_name name;
        tusk_status st = tusk_parse_word(p, "the name of a column in C", &name);
        if (st == TUSK_OK) st = tusk_parse_pushed(p, tusk_vec_push(p->arena, out, name));
        if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
        st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
    }
}

/* KEY(a, b[, CONSTRAINT(name)]): columns and parts in one list. */
static tusk_status parse_key(tusk_parser *p, tusk_def_item *item)
{
    static const tusk_option parts[] = { CONSTRAINT, DEFERRAL,
                                         FLAG("NULLS_NOT_DISTINCT", nulls_not_distinct) };
    static const tusk_options of_unique = TUSK_OPTIONS(parts, "a part", NULL);
    static const tusk_options of_key = { parts, sizeof parts / sizeof *parts - 1, "a part", NULL };
    const tusk_options *options = item->kind == TUSK_ITEM_KEY ? &of_key : &of_unique;
    uint64_t seen = 0;
    for (;;) {
        tusk_def_name name;
        tusk_status st = TUSK_OK;
        if (item->columns.count > 0 && tusk_parse_at_option(p, options)) {
            st = tusk_parse_option(p, options, item, &seen);
        } else {
            st = tusk_parse_word(p, "the name of a column in C", &name);
            if (st == TUSK_OK) {
                st = tusk_parse_pushed(p, tusk_vec_push(p->arena, &item->columns, name));
            }
        }
        if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
        st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
    }
}

static tusk_status parse_on_update(tusk_parser *p, void *into)
{
    tusk_def_item *item = into;
    item->on_update_given = p->lexer.token.place;
    return tusk_parse_action(p, &item->on_update);
}

/* ACTION, CONSTRAINT(name) and the like, each with a comma before it. */
static tusk_status parse_foreign_key_parts(tusk_parser *p, tusk_def_item *item)
{
    static const tusk_option parts[] = { OTHER("ON_UPDATE", parse_on_update), CONSTRAINT,
                                         DEFERRAL };
    static const tusk_options options =
        TUSK_OPTIONS(parts, "an action, ON_UPDATE(...), CONSTRAINT(name) or DEFERRABLE", NULL);
    uint64_t seen = 0;
    bool acted = false;
    tusk_status st = TUSK_OK;
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st != TUSK_OK) return st;
        if (!acted && tusk_parse_at_action(p)) {
            st = tusk_parse_action(p, &item->on_delete);
            acted = true;
        } else {
            st = tusk_parse_option(p, &options, item, &seen);
        }
    }
    return st;
}

/* FOREIGN_KEY(ON(a, b), TO(table, x, y)[, ACTION]) */
static tusk_status parse_foreign_key(tusk_parser *p, tusk_def_item *item)
{
    tusk_status st = tusk_parse_open(p, "ON");
    if (st == TUSK_OK) st = tusk_parse_columns(p, &item->columns);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_open(p, "TO");
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a table in C", &item->to_table);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_columns(p, &item->to_columns);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    return st == TUSK_OK ? parse_foreign_key_parts(p, item) : st;
}

static tusk_status parse_inside(tusk_parser *p, tusk_def_item *item)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        return parse_index(p, item);
    case TUSK_ITEM_CHECK:
    case TUSK_ITEM_EXCLUDE:
        return parse_check(p, item);
    case TUSK_ITEM_FOREIGN_KEY:
        return parse_foreign_key(p, item);
    default:
        return parse_key(p, item);
    }
}

tusk_status tusk_parse_item(tusk_parser *p, tusk_item_kind kind, tusk_place place,
                            tusk_def_table *table)
{
    tusk_def_item item = { .kind = kind, .place = place };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_inside(p, &item);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &table->items, item));
}
