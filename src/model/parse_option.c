/* parse_option.c - the words that may follow the names of a declaration, by a table of them */
#include "src/model/parse.h"

#include "src/base/banned.h"

static size_t find_option(const tusk_parser *p, const tusk_options *options)
{
    size_t i = 0;
    while (i < options->count && !tusk_parse_at(p, options->items[i].word)) i++;
    return i;
}

bool tusk_parse_at_option(const tusk_parser *p, const tusk_options *options)
{
    return find_option(p, options) < options->count;
}

static tusk_status parse_names(tusk_parser *p, const char *what, tusk_def_names *out)
{
    tusk_def_name name;
    tusk_status st = tusk_parse_name(p, what, &name);
    if (st == TUSK_OK) st = tusk_parse_pushed(p, tusk_vec_push(p->arena, out, name));
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = tusk_parse_name(p, what, &name);
        if (st == TUSK_OK) st = tusk_parse_pushed(p, tusk_vec_push(p->arena, out, name));
    }
    return st;
}

/* What is inside the parentheses. */
static tusk_status parse_argument(tusk_parser *p, const tusk_option *option, void *into)
{
    void *at = (char *)into + option->at;
    switch (option->kind) {
    case TUSK_OPTION_TEXT:
        return tusk_parse_string(p, option->expected, at);
    case TUSK_OPTION_NAME:
        return tusk_parse_name(p, option->expected, at);
    case TUSK_OPTION_NAMES:
        return parse_names(p, option->expected, at);
    default:
        return option->parse(p, into);
    }
}

tusk_status tusk_parse_option(tusk_parser *p, const tusk_options *options, void *into,
                              uint64_t *seen)
{
    tusk_place place = p->lexer.token.place;
    size_t which = find_option(p, options);
    if (which == options->count) {
        tusk_parse_unexpected(p, options->expected);
        if (options->hint) tusk_error_hint(p->err, "%s", options->hint);
        return TUSK_INVALID;
    }
    const tusk_option *option = &options->items[which];
    if (*seen & UINT64_C(1) << which && !option->many) {
        return tusk_place_fail(p->err, place, "%s is given twice", option->word);
    }
    *seen |= UINT64_C(1) << which;
    tusk_status st = tusk_parse_next(p);
    if (option->kind == TUSK_OPTION_FLAG) {
        *(tusk_def_flag *)((char *)into + option->at) = place;
        return st;
    }
    if (st == TUSK_OK) st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_argument(p, option, into);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

tusk_status tusk_parse_options(tusk_parser *p, const tusk_options *options, void *into)
{
    uint64_t seen = 0;
    tusk_status st = TUSK_OK;
    while (st == TUSK_OK && tusk_parse_at(p, ",")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = tusk_parse_option(p, options, into, &seen);
    }
    return st;
}
