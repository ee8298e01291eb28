/* seed_limit.c - what simple checks say of a column: from, to, how long, one of these */
#include <ctype.h>
#include <stdlib.h>

#include "src/ops/seed.h"

#include "src/base/banned.h"

enum { TOKENS_MAX = 128 };

typedef struct token {
    tusk_str text; /* of a text without its quotes */
    bool is_text;
} token;
typedef struct tokens {
    token list[TOKENS_MAX];
    size_t count;
} tokens;

/* ---- cutting ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static size_t quoted_end(tusk_str s, size_t at)
{
    char quote = s.ptr[at++];
    while (at < s.len && s.ptr[at] != quote) at++;
    return at < s.len ? at + 1 : at;
}

/* Words, numbers, texts and operators; parentheses, brackets and commas mean nothing here, and the
 * table before a column goes away. */
static void cut(tusk_str s, tokens *out)
{
    out->count = 0;
    for (size_t at = 0; at < s.len && out->count < TOKENS_MAX;) {
        char c = s.ptr[at];
        size_t end = at + 1;
        token one = { .is_text = c == '\'' };
        if (c == '\'' || c == '"') {
            end = quoted_end(s, at);
            one.text = (tusk_str){ s.ptr + at + 1, end - at < 2 ? 0 : end - at - 2 };
        } else if (is_word(c) || (c == '-' && end < s.len && isdigit((unsigned char)s.ptr[end]))) {
            while (end < s.len && is_word(s.ptr[end])) end++;
            one.text = (tusk_str){ s.ptr + at, end - at };
        } else if (strchr("<>=!~:", c)) {
            while (end < s.len && strchr("<>=!~:*", s.ptr[end])) end++;
            one.text = (tusk_str){ s.ptr + at, end - at };
        }
        bool dot = one.text.len == 1 && *one.text.ptr == '.' && out->count > 0;
        if (dot) {
            out->count--;
        } else if (one.text.ptr) {
            out->list[out->count++] = one;
        }
        at = end;
    }
}

static bool is(const tokens *t, size_t i, const char *word)
{
    size_t len = strlen(word);
    return i < t->count && !t->list[i].is_text && t->list[i].text.len == len &&
           strncasecmp(t->list[i].text.ptr, word, len) == 0;
}

/* teams.limit without quotes is one word. */
static bool is_column(const tokens *t, size_t i, tusk_str column)
{
    if (i >= t->count || t->list[i].is_text) return false;
    tusk_str name = t->list[i].text;
    while (memchr(name.ptr, '.', name.len)) tusk_str_cut(&name, '.');
    return tusk_str_eq(name, column);
}

static bool number_at(const tokens *t, size_t i, double *out)
{
    char text[32], *end = NULL;
    if (i >= t->count || t->list[i].text.len == 0 || t->list[i].text.len >= sizeof text) {
        return false;
    }
    memcpy(text, t->list[i].text.ptr, t->list[i].text.len);
    text[t->list[i].text.len] = '\0';
    *out = strtod(text, &end);
    return *end == '\0';
}

/* ---- understanding ---- */

static void at_least(tusk_seed_limit *limit, bool length, double value)
{
    if (length) {
        if (value > 0 && (size_t)value > limit->shortest) limit->shortest = (size_t)value;
    } else if (!limit->has_min || value > limit->min) {
        limit->has_min = true;
        limit->min = value;
    }
}

static void at_most(tusk_seed_limit *limit, bool length, double value)
{
    if (length) {
        if (value >= 1 && (limit->most == 0 || (size_t)value < limit->most)) {
            limit->most = (size_t)value;
        }
    } else if (!limit->has_max || value < limit->max) {
        limit->has_max = true;
        limit->max = value;
    }
}

/* `value` after the column; turned round where it stands before it. */
static void compare(tusk_seed_limit *limit, const tokens *t, size_t op, bool turned, bool length,
                    double value)
{
    bool less = is(t, op, turned ? ">" : "<"), more = is(t, op, turned ? "<" : ">");
    bool up_to = is(t, op, turned ? ">=" : "<="), from = is(t, op, turned ? "<=" : ">=");
    if (from || is(t, op, "=")) at_least(limit, length, value);
    if (more) at_least(limit, length, value + 1);
    if (up_to || is(t, op, "=")) at_most(limit, length, value);
    if (less) at_most(limit, length, value - 1);
}

/* "col" IN ('a', 'b'), = ANY (ARRAY['a'::text, ...]), = 'a' */
static bool read_labels(tusk_arena *arena, const tokens *t, size_t at, tusk_seed_limit *limit)
{
    bool some = is(t, at, "IN") || (is(t, at, "=") && is(t, at + 1, "ANY"));
    bool one = is(t, at, "=") && at + 1 < t->count && t->list[at + 1].is_text;
    if ((!some && !one) || limit->labels.count > 0) return true;
    for (size_t i = at + 1; i < t->count && !is(t, i, "AND"); i++) {
        double number = 0;
        bool value = t->list[i].is_text || number_at(t, i, &number);
        if (value && !tusk_vec_push(arena, &limit->labels, t->list[i].text)) return false;
        if (one) break;
    }
    return true;
}

static bool is_length(const tokens *t, size_t i)
{
    return is(t, i, "length") || is(t, i, "char_length") || is(t, i, "character_length") ||
           is(t, i, "octet_length");
}

static size_t skip_cast(const tokens *t, size_t at)
{
    while (is(t, at, "::")) at += 2;
    return at;
}

static bool read_check(tusk_arena *arena, const tokens *t, tusk_str column, tusk_seed_limit *limit)
{
    for (size_t i = 0; i < t->count; i++) {
        double value = 0, second = 0;
        if (!is_column(t, i, column)) continue;
        bool length = i > 0 && is_length(t, i - 1);
        size_t op = skip_cast(t, i + 1), before = i - (length ? 1 : 0);
        if (is(t, op, "BETWEEN") && number_at(t, op + 1, &value) &&
            number_at(t, skip_cast(t, op + 2) + 1, &second)) {
            at_least(limit, length, value);
            at_most(limit, length, second);
        } else if (number_at(t, op + 1, &value)) {
            compare(limit, t, op, false, length, value);
        }
        if (before >= 2 && number_at(t, before - 2, &value)) {
            compare(limit, t, before - 1, true, length, value);
        }
        if (!length && !read_labels(arena, t, op, limit)) return false;
    }
    return true;
}

bool tusk_seed_limits(tusk_arena *arena, const tusk_model_table *table, tusk_str column,
                      tusk_seed_limit *out)
{
    tokens t;
    *out = (tusk_seed_limit){ 0 };
    for (size_t i = 0; i < table->checks.count; i++) {
        bool either = false;
        cut(table->checks.items[i].value, &t);
        for (size_t j = 0; j < t.count; j++) either = either || is(&t, j, "OR") || is(&t, j, "NOT");
        if (!either && !read_check(arena, &t, column, out)) return false;
    }
    return true;
}
