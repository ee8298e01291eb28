/* sql_canonical.c - an expression read as PostgreSQL reads it and written in one form
 *
 * It need not know every rule of the grammar: what it cannot read is compared word by word. */
#include "src/introspect/sql_token.h"

#include <stdarg.h>

#include "tusk/buf.h"

#include "src/base/banned.h"

#define TEXT_MAX  ((size_t)16 << 20)
#define DEPTH_MAX 200

/* A part of an expression that was read. */
typedef struct node {
    tusk_str text;
    bool literal; /* a constant, whose cast says nothing */
    char list;    /* 'a' or 'o': parts joined by AND or OR, to be continued */
} node;

typedef struct reader {
    tusk_arena *arena;
    tusk_sql_tokens tokens;
    size_t at;
    tusk_str table;
    int depth;
    bool failed; /* it is nothing that this reader knows */
} reader;

static node read_expression(reader *r, int power);

/* ---- looking at words ---- */

static const tusk_sql_token *token(const reader *r, size_t ahead)
{
    static const tusk_sql_token end = { 0 };
    return r->at + ahead < r->tokens.count ? &r->tokens.items[r->at + ahead] : &end;
}

static bool is_word(const reader *r, size_t ahead, const char *word)
{
    const tusk_sql_token *t = token(r, ahead);
    return t->kind == TUSK_SQL_NAME && !t->quoted && tusk_str_eq(t->text, tusk_str_of(word));
}

static bool is_sign(const reader *r, size_t ahead, char sign)
{
    const tusk_sql_token *t = token(r, ahead);
    return t->kind == TUSK_SQL_SIGN && t->text.ptr[0] == sign;
}

static bool take_sign(reader *r, char sign)
{
    if (!is_sign(r, 0, sign)) return false;
    r->at++;
    return true;
}

static bool take_word(reader *r, const char *word)
{
    if (!is_word(r, 0, word)) return false;
    r->at++;
    return true;
}

static bool is_any_word(const reader *r, const char *const *words)
{
    for (; *words; words++) {
        if (is_word(r, 0, *words)) return true;
    }
    return false;
}

/* ---- making parts ---- */

static tusk_str print(reader *r, const char *format, ...) TUSK_PRINTF(2, 3);
static tusk_str print(reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_str text = tusk_arena_vprintf(r->arena, format, args);
    va_end(args);
    if (!text.ptr) r->failed = true;
    return text.ptr ? text : TUSK_STR("");
}

static node plain(tusk_str text)
{
    return (node){ .text = text };
}

static node fail(reader *r)
{
    r->failed = true;
    return plain(TUSK_STR(""));
}

static node binary(reader *r, node left, tusk_str operator_, node right)
{
    return plain(print(r, "(%.*s %.*s %.*s)", TUSK_STR_ARG(left.text), TUSK_STR_ARG(operator_),
                       TUSK_STR_ARG(right.text)));
}

static node operate(reader *r, node left, const char *operator_, node right)
{
    return binary(r, left, tusk_str_of(operator_), right);
}

/* a AND b AND c, however it was parenthesized. */
static node join(reader *r, node left, char list, node right)
{
    const char *word = list == 'a' ? "and" : "or";
    tusk_str a = left.text, b = right.text;
    if (left.list == list) a = (tusk_str){ a.ptr + 1, a.len - 2 };
    if (right.list == list) b = (tusk_str){ b.ptr + 1, b.len - 2 };
    node out = plain(print(r, "(%.*s %s %.*s)", TUSK_STR_ARG(a), word, TUSK_STR_ARG(b)));
    out.list = r->failed ? 0 : list;
    return out;
}

/* ---- types ---- */

/* Casts to these come by themselves where texts or numbers of two kinds meet. */
static bool is_silent_type(tusk_str type)
{
    static const char *const names[] = {
        "text",    "varchar",  "char", "bpchar",          "name", "bigint", "integer",
        "numeric", "smallint", "real", "double precision"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (tusk_str_eq(type, tusk_str_of(names[i]))) return true;
    }
    return false;
}

static tusk_str type_alias(tusk_str name)
{
    static const struct {
        tusk_str from, to;
    } aliases[] = {
        { TUSK_STR_INIT("int"), TUSK_STR_INIT("integer") },
        { TUSK_STR_INIT("int4"), TUSK_STR_INIT("integer") },
        { TUSK_STR_INIT("int8"), TUSK_STR_INIT("bigint") },
        { TUSK_STR_INIT("int2"), TUSK_STR_INIT("smallint") },
        { TUSK_STR_INIT("bool"), TUSK_STR_INIT("boolean") },
        { TUSK_STR_INIT("decimal"), TUSK_STR_INIT("numeric") },
        { TUSK_STR_INIT("float4"), TUSK_STR_INIT("real") },
        { TUSK_STR_INIT("float8"), TUSK_STR_INIT("double precision") },
        { TUSK_STR_INIT("double"), TUSK_STR_INIT("double precision") },
        { TUSK_STR_INIT("character"), TUSK_STR_INIT("char") },
        { TUSK_STR_INIT("timestamptz"), TUSK_STR_INIT("timestamp with time zone") },
        { TUSK_STR_INIT("timetz"), TUSK_STR_INIT("time with time zone") },
    };
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (tusk_str_eq(name, aliases[i].from)) return aliases[i].to;
    }
    return name;
}

/* Words after the first of a type: its parameters do not matter for a cast. */
static tusk_str read_type_tail(reader *r, tusk_str name)
{
    if (tusk_str_eq(name, TUSK_STR("double"))) take_word(r, "precision");
    if (take_word(r, "varying")) name = TUSK_STR("varchar");
    if (take_sign(r, '(')) {
        while (token(r, 0)->kind == TUSK_SQL_NUMBER || is_sign(r, 0, ',')) r->at++;
        if (!take_sign(r, ')')) fail(r);
    }
    bool zone = is_word(r, 1, "time") && is_word(r, 2, "zone");
    if (zone && (is_word(r, 0, "with") || is_word(r, 0, "without"))) {
        bool with = is_word(r, 0, "with");
        r->at += 3;
        if (with) return print(r, "%.*s with time zone", TUSK_STR_ARG(name));
    }
    return type_alias(name);
}

static tusk_str read_type(reader *r)
{
    if (is_word(r, 0, "public") && is_sign(r, 1, '.')) r->at += 2;
    if (token(r, 0)->kind != TUSK_SQL_NAME) return fail(r).text;
    tusk_str name = token(r, 0)->text;
    r->at++;
    if (take_sign(r, '.')) {
        name = print(r, "%.*s.%.*s", TUSK_STR_ARG(name), TUSK_STR_ARG(token(r, 0)->text));
        r->at++;
    }
    name = read_type_tail(r, name);
    bool array = false;
    while (take_sign(r, '[')) {
        if (token(r, 0)->kind == TUSK_SQL_NUMBER) r->at++;
        if (!take_sign(r, ']')) fail(r);
        array = true;
    }
    return array ? print(r, "%.*s[]", TUSK_STR_ARG(name)) : name;
}

static bool is_number(tusk_str text)
{
    size_t i = text.len > 1 && text.ptr[0] == '-';
    bool digit = false;
    for (; i < text.len; i++) {
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
            digit = true;
        else if (text.ptr[i] != '.')
            return false;
    }
    return digit;
}

static node cast(reader *r, node value, tusk_str type)
{
    tusk_str text = value.text;
    bool quoted = value.literal && text.len > 2 && text.ptr[0] == '\'';
    tusk_str content = quoted ? (tusk_str){ text.ptr + 1, text.len - 2 } : text;
    bool number = is_silent_type(type) && !tusk_str_eq(type, TUSK_STR("text")) &&
                  !tusk_str_eq(type, TUSK_STR("varchar")) && !tusk_str_eq(type, TUSK_STR("char")) &&
                  !tusk_str_eq(type, TUSK_STR("bpchar")) && !tusk_str_eq(type, TUSK_STR("name"));
    if (quoted && number && is_number(content)) value.text = content;
    if (value.literal || is_silent_type(type)) return value;
    tusk_str element = type;
    if (element.len > 2 && element.ptr[element.len - 1] == ']') element.len -= 2;
    if (element.len < type.len && is_silent_type(element)) return value;
    return plain(print(r, "%.*s::%.*s", TUSK_STR_ARG(value.text), TUSK_STR_ARG(type)));
}

/* ---- things without operators ---- */

static node read_text(reader *r, tusk_str content)
{
    node out = { .text = print(r, "'%.*s'", TUSK_STR_ARG(tusk_sql_value(r->arena, content))),
                 .literal = true };
    return out;
}

/* a, b, c up to `end`; words that stand between two of them (FROM, ORDER BY) are kept. */
static node read_list(reader *r, char end, bool *all_literal)
{
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    *all_literal = true;
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    while (!r->failed && !is_sign(r, 0, end)) {
        if (take_sign(r, ',')) {
            tusk_buf_add_cstr(&buf, ", ");
            continue;
        }
        if (buf.len > 0 && buf.ptr[buf.len - 1] != ' ') tusk_buf_add_char(&buf, ' ');
        node item = read_expression(r, 0);
        if (!item.literal) *all_literal = false;
        tusk_buf_add(&buf, item.text);
        if (token(r, 0)->kind == TUSK_SQL_END) fail(r);
    }
    take_sign(r, end);
    if (buf.len > 0 && tusk_buf_finish(&buf, &text, NULL) != TUSK_OK) fail(r);
    return plain(text);
}

static node read_call(reader *r, tusk_str name)
{
    bool literal = false;
    if (tusk_str_eq(name, TUSK_STR("trim")) && take_word(r, "both")) take_word(r, "from");
    node list = read_list(r, ')', &literal);
    return plain(print(r, "%.*s(%.*s)", TUSK_STR_ARG(name), TUSK_STR_ARG(list.text)));
}

static node read_array(reader *r)
{
    node out = { 0 };
    node list = read_list(r, ']', &out.literal);
    out.text = print(r, "array[%.*s]", TUSK_STR_ARG(list.text));
    return out;
}

/* CASE ... END: its words, with an expression after each. */
static node read_case(reader *r)
{
    static const char *const words[] = { "when", "then", "else", NULL };
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    tusk_buf_add_cstr(&buf, "case");
    while (!r->failed && !take_word(r, "end")) {
        if (is_any_word(r, words)) {
            tusk_buf_printf(&buf, " %.*s", TUSK_STR_ARG(token(r, 0)->text));
            r->at++;
        }
        tusk_buf_printf(&buf, " %.*s", TUSK_STR_ARG(read_expression(r, 0).text));
    }
    tusk_buf_add_cstr(&buf, " end");
    if (tusk_buf_finish(&buf, &text, NULL) != TUSK_OK) fail(r);
    return plain(text);
}

static node read_cast_call(reader *r)
{
    node value = read_expression(r, 0);
    if (!take_word(r, "as")) return fail(r);
    tusk_str type = read_type(r);
    if (!take_sign(r, ')')) return fail(r);
    return cast(r, value, type);
}

/* a.b.c: what stands before a dot is kept unless it is public, or the table itself. */
static tusk_str read_qualified(reader *r)
{
    tusk_str name = token(r, 0)->text, last = name;
    r->at++;
    while (take_sign(r, '.')) {
        bool dropped =
            tusk_str_eq(name, TUSK_STR("public")) || (r->table.ptr && tusk_str_eq(last, r->table));
        last = token(r, 0)->text;
        if (token(r, 0)->kind != TUSK_SQL_NAME) return fail(r).text;
        name = dropped ? last : print(r, "%.*s.%.*s", TUSK_STR_ARG(name), TUSK_STR_ARG(last));
        r->at++;
    }
    return name;
}

/* A column, a function, a constant by its name. */
static node read_name(reader *r)
{
    bool quoted = token(r, 0)->quoted;
    tusk_str name = read_qualified(r);
    if (quoted) return take_sign(r, '(') ? read_call(r, name) : plain(name);
    if (tusk_str_eq(name, TUSK_STR("cast")) && take_sign(r, '(')) return read_cast_call(r);
    if (tusk_str_eq(name, TUSK_STR("array")) && take_sign(r, '[')) return read_array(r);
    if (tusk_str_eq(name, TUSK_STR("case"))) return read_case(r);
    if (take_sign(r, '(')) return read_call(r, name);
    if (token(r, 0)->kind == TUSK_SQL_TEXT) { /* interval '1 day' */
        tusk_str content = token(r, 0)->text;
        r->at++;
        return read_text(r, content);
    }
    bool constant = tusk_str_eq(name, TUSK_STR("true")) || tusk_str_eq(name, TUSK_STR("false")) ||
                    tusk_str_eq(name, TUSK_STR("null"));
    return (node){ .text = name, .literal = constant };
}

static node read_sign(reader *r)
{
    bool literal = false;
    if (!take_sign(r, '(')) return fail(r);
    static const char *const queries[] = { "select", "with", "values", NULL };
    if (is_any_word(r, queries)) return fail(r);
    node inner = read_expression(r, 0);
    if (is_sign(r, 0, ',')) { /* a row */
        r->at++;
        node rest = read_list(r, ')', &literal);
        return plain(print(r, "(%.*s, %.*s)", TUSK_STR_ARG(inner.text), TUSK_STR_ARG(rest.text)));
    }
    if (!take_sign(r, ')')) return fail(r);
    return inner;
}

static node read_prefix_operator(reader *r)
{
    enum { SIGN_POWER = 12 };
    tusk_str operator_ = token(r, 0)->text;
    r->at++;
    node value = read_expression(r, SIGN_POWER);
    bool number = value.literal && is_number(value.text);
    if (tusk_str_eq(operator_, TUSK_STR("+"))) return value;
    if (number && tusk_str_eq(operator_, TUSK_STR("-"))) {
        value.text = print(r, "-%.*s", TUSK_STR_ARG(value.text));
        return value;
    }
    return plain(print(r, "(%.*s %.*s)", TUSK_STR_ARG(operator_), TUSK_STR_ARG(value.text)));
}

static node read_primary(reader *r)
{
    enum { NOT_POWER = 3 };
    const tusk_sql_token *t = token(r, 0);
    switch (t->kind) {
    case TUSK_SQL_TEXT:
        r->at++;
        return read_text(r, t->text);
    case TUSK_SQL_NUMBER:
        r->at++;
        return (node){ .text = t->text, .literal = true };
    case TUSK_SQL_OPERATOR:
        return read_prefix_operator(r);
    case TUSK_SQL_SIGN:
        return read_sign(r);
    case TUSK_SQL_NAME:
        if (take_word(r, "not")) {
            node value = read_expression(r, NOT_POWER);
            return plain(print(r, "(not %.*s)", TUSK_STR_ARG(value.text)));
        }
        return read_name(r);
    default:
        return fail(r);
    }
}

/* ---- operators ---- */

/* How strongly each binds; 0: it is none. */
static int power_of(const reader *r)
{
    static const struct {
        const char *word;
        int power;
    } words[] = { { "or", 1 },      { "and", 2 },     { "is", 4 },  { "isnull", 4 },
                  { "notnull", 4 }, { "between", 6 }, { "in", 6 },  { "like", 6 },
                  { "ilike", 6 },   { "not", 6 },     { "at", 11 }, { "collate", 13 } };
    static const struct {
        const char *text;
        int power;
    } operators[] = { { "<", 5 },  { ">", 5 },  { "=", 5 },  { "<=", 5 }, { ">=", 5 },
                      { "<>", 5 }, { "+", 8 },  { "-", 8 },  { "*", 9 },  { "/", 9 },
                      { "%", 9 },  { "^", 10 }, { "::", 15 } };
    enum { OTHER_POWER = 7, SUBSCRIPT_POWER = 14 };
    const tusk_sql_token *t = token(r, 0);
    if (is_sign(r, 0, '[')) return SUBSCRIPT_POWER;
    for (size_t i = 0; t->kind == TUSK_SQL_NAME && i < sizeof words / sizeof *words; i++) {
        if (is_word(r, 0, words[i].word)) return words[i].power;
    }
    if (t->kind != TUSK_SQL_OPERATOR) return 0;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (tusk_str_eq(t->text, tusk_str_of(operators[i].text))) return operators[i].power;
    }
    return OTHER_POWER;
}

/* IS [NOT] NULL, TRUE, DISTINCT FROM x */
static node read_is(reader *r, node left)
{
    const char *not_ = take_word(r, "not") ? "not " : "";
    if (take_word(r, "distinct")) {
        if (!take_word(r, "from")) return fail(r);
        node right = read_expression(r, 5);
        return plain(print(r, "(%.*s is %sdistinct from %.*s)", TUSK_STR_ARG(left.text), not_,
                           TUSK_STR_ARG(right.text)));
    }
    if (token(r, 0)->kind != TUSK_SQL_NAME) return fail(r);
    tusk_str what = token(r, 0)->text;
    r->at++;
    return plain(print(r, "(%.*s is %s%.*s)", TUSK_STR_ARG(left.text), not_, TUSK_STR_ARG(what)));
}

/* x IN (a, b) as PostgreSQL keeps it: x = ANY (ARRAY[a, b]) */
static node read_in(reader *r, node left, bool negated)
{
    bool literal = false;
    static const char *const queries[] = { "select", "with", "values", NULL };
    if (!take_sign(r, '(') || is_any_word(r, queries)) return fail(r);
    size_t start = r->at;
    node first = read_expression(r, 0);
    if (take_sign(r, ')')) return operate(r, left, negated ? "<>" : "=", first);
    r->at = start;
    node list = read_list(r, ')', &literal);
    return plain(print(r, "(%.*s %s(array[%.*s]))", TUSK_STR_ARG(left.text),
                       negated ? "<> all" : "= any", TUSK_STR_ARG(list.text)));
}

static node read_between(reader *r, node left, bool negated)
{
    enum { ABOVE_AND = 7 };
    take_word(r, "symmetric");
    node low = read_expression(r, ABOVE_AND);
    if (!take_word(r, "and")) return fail(r);
    node high = read_expression(r, ABOVE_AND);
    node above = operate(r, left, negated ? "<" : ">=", low);
    node below = operate(r, left, negated ? ">" : "<=", high);
    return join(r, above, negated ? 'o' : 'a', below);
}

static node read_matching(reader *r, node left)
{
    bool negated = take_word(r, "not");
    if (take_word(r, "in")) return read_in(r, left, negated);
    if (take_word(r, "between")) return read_between(r, left, negated);
    if (take_word(r, "like")) {
        return operate(r, left, negated ? "!~~" : "~~", read_expression(r, 7));
    }
    if (take_word(r, "ilike")) {
        return operate(r, left, negated ? "!~~*" : "~~*", read_expression(r, 7));
    }
    return fail(r);
}

static node read_word_operator(reader *r, node left, int power)
{
    if (take_word(r, "or")) return join(r, left, 'o', read_expression(r, power + 1));
    if (take_word(r, "and")) return join(r, left, 'a', read_expression(r, power + 1));
    if (take_word(r, "is")) return read_is(r, left);
    if (take_word(r, "isnull")) return plain(print(r, "(%.*s is null)", TUSK_STR_ARG(left.text)));
    if (take_word(r, "notnull")) {
        return plain(print(r, "(%.*s is not null)", TUSK_STR_ARG(left.text)));
    }
    if (take_word(r, "collate")) return operate(r, left, "collate", read_expression(r, power + 1));
    if (take_word(r, "at")) {
        if (!take_word(r, "time") || !take_word(r, "zone")) return fail(r);
        return operate(r, left, "at time zone", read_expression(r, power + 1));
    }
    return read_matching(r, left);
}

static node read_operator(reader *r, node left, int power)
{
    bool literal = false;
    if (token(r, 0)->kind == TUSK_SQL_NAME) return read_word_operator(r, left, power);
    if (take_sign(r, '[')) {
        node list = read_list(r, ']', &literal);
        return plain(print(r, "%.*s[%.*s]", TUSK_STR_ARG(left.text), TUSK_STR_ARG(list.text)));
    }
    tusk_str operator_ = token(r, 0)->text;
    r->at++;
    if (tusk_str_eq(operator_, TUSK_STR("::"))) return cast(r, left, read_type(r));
    return binary(r, left, operator_, read_expression(r, power + 1));
}

static node read_expression(reader *r, int power)
{
    if (++r->depth > DEPTH_MAX) fail(r);
    node left = r->failed ? plain(TUSK_STR("")) : read_primary(r);
    while (!r->failed) {
        int next = power_of(r);
        if (next == 0 || next < power) break;
        left = read_operator(r, left, next);
    }
    r->depth--;
    return left;
}

tusk_str tusk_sql_canonical(tusk_arena *arena, tusk_str expression, tusk_str table)
{
    if (!expression.ptr) return expression;
    reader r = { .arena = arena, .tokens = tusk_sql_tokenize(arena, expression), .table = table };
    node whole = read_expression(&r, 0);
    if (r.failed || r.at < r.tokens.count) return tusk_sql_words(arena, expression, false);
    return whole.text;
}
