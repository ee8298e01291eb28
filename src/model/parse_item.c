/* parse_item.c - table-level items of a .def file: INDEX, UNIQUE_INDEX, CHECK, KEY, UNIQUE_ON,
 * FOREIGN_KEY */
#include "src/model/parse.h"

#include "src/base/banned.h"

/* One entry of a list of columns: name, or DESC(name) where `desc` allows it. */
static tusk_status parse_entry(tusk_parser *p, bool desc, tusk_def_names *out)
{
    tusk_def_name name;
    bool down = desc && tusk_parse_at(p, "DESC");
    tusk_status st = down ? tusk_parse_next(p) : TUSK_OK;
    if (st == TUSK_OK && down) st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a column in C", &name);
    if (st == TUSK_OK && down) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    name.desc = down;
    return tusk_vec_push(p->arena, out, name) ? TUSK_OK : tusk_fail_nomem(p->err, "the schema");
}

/* a, b, ... up to the closing parenthesis, which stays. */
static tusk_status parse_entries(tusk_parser *p, bool desc, tusk_def_names *out)
{
    tusk_status st = parse_entry(p, desc, out);
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = parse_entry(p, desc, out);
    }
    return st;
}

/* WORD ( ... ), where `word` is the current token: steps to what stands inside. */
static tusk_status open(tusk_parser *p, const char *word)
{
    if (!tusk_parse_at(p, word)) {
        const char *what = tusk_arena_printf(p->arena, "%s(...)", word).ptr;
        return tusk_parse_unexpected(p, what ? what : word);
    }
    tusk_status st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_sign(p, '(') : st;
}

static tusk_status twice(tusk_parser *p, const char *word)
{
    return tusk_place_fail(p->err, p->lexer.token.place, "%s is given twice", word);
}

static tusk_status parse_index_part(tusk_parser *p, tusk_def_item *item)
{
    tusk_status st = TUSK_OK;
    if (tusk_parse_at(p, "ON")) {
        if (item->columns.count > 0) return twice(p, "ON");
        st = open(p, "ON");
        if (st == TUSK_OK) st = parse_entries(p, true, &item->columns);
    } else if (tusk_parse_at(p, "ON_SQL")) {
        if (item->expression.text.ptr) return twice(p, "ON_SQL");
        st = open(p, "ON_SQL");
        if (st == TUSK_OK)
            st = tusk_parse_string(p, "an SQL expression in double quotes", &item->expression);
    } else if (tusk_parse_at(p, "WHERE")) {
        if (item->where.text.ptr) return twice(p, "WHERE");
        st = open(p, "WHERE");
        if (st == TUSK_OK)
            st = tusk_parse_string(p, "an SQL condition in double quotes", &item->where);
    } else if (tusk_parse_at(p, "USING")) {
        if (item->method.text.ptr) return twice(p, "USING");
        st = open(p, "USING");
        if (st == TUSK_OK) st = tusk_parse_word(p, "an index method such as gin", &item->method);
    } else {
        return tusk_parse_unexpected(p, "ON(...), ON_SQL(\"...\"), WHERE(\"...\") or USING(...)");
    }
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

/* INDEX(name, ON(a, DESC(b)), WHERE("..."), USING(gin)) */
static tusk_status parse_index(tusk_parser *p, tusk_def_item *item)
{
    tusk_status st = tusk_parse_word(p, "the index's name", &item->name);
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = parse_index_part(p, item);
    }
    return st;
}

static tusk_status parse_check(tusk_parser *p, tusk_def_item *item)
{
    tusk_status st = tusk_parse_word(p, "the check's name", &item->name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        st = tusk_parse_string(p, "an SQL condition in double quotes", &item->expression);
    }
    return st;
}

/* FOREIGN_KEY(ON(a, b), TO(table, x, y)[, ACTION]) */
static tusk_status parse_foreign_key(tusk_parser *p, tusk_def_item *item)
{
    tusk_status st = open(p, "ON");
    if (st == TUSK_OK) st = parse_entries(p, false, &item->columns);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = open(p, "TO");
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a table in C", &item->to_table);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = parse_entries(p, false, &item->to_columns);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK || !tusk_parse_at(p, ",")) return st;
    st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_action(p, &item->on_delete) : st;
}

static tusk_status parse_inside(tusk_parser *p, tusk_def_item *item)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        return parse_index(p, item);
    case TUSK_ITEM_CHECK:
        return parse_check(p, item);
    case TUSK_ITEM_FOREIGN_KEY:
        return parse_foreign_key(p, item);
    default:
        return parse_entries(p, false, &item->columns);
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
    return tusk_vec_push(p->arena, &table->items, item) ? TUSK_OK
                                                        : tusk_fail_nomem(p->err, "the schema");
}
