/* sql_words.c - what is compared word by word, and values that have several spellings */
#include <ctype.h>
#include <stdio.h>

#include "src/introspect/sql_token.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)

/* ---- statements ---- */

static bool is_sign(const tusk_sql_tokens *tokens, size_t i, const char *signs)
{
    if (i >= tokens->count || tokens->items[i].kind != TUSK_SQL_SIGN) return false;
    return strchr(signs, tokens->items[i].text.ptr[0]) != NULL;
}

/* Past the type of a cast whose "::" is at `i`. */
static size_t skip_cast(const tusk_sql_tokens *tokens, size_t i)
{
    static const char *const more[] = { "varying", "precision", "with", "without", "time", "zone" };
    for (i++; i < tokens->count && tokens->items[i].kind == TUSK_SQL_NAME;) {
        i++;
        if (is_sign(tokens, i, ".")) {
            i++;
            continue;
        }
        if (is_sign(tokens, i, "(")) {
            while (i < tokens->count && !is_sign(tokens, i, ")")) i++;
            i++;
        }
        while (is_sign(tokens, i, "[]")) i++;
        bool goes_on = false;
        for (size_t k = 0; i < tokens->count && k < sizeof more / sizeof *more; k++) {
            goes_on = goes_on || tusk_str_eq(tokens->items[i].text, tusk_str_of(more[k]));
        }
        if (!goes_on) break;
    }
    return i;
}

static void add_word(tusk_arena *arena, tusk_buf *buf, const tusk_sql_token *token)
{
    if (buf->len > 0) tusk_buf_add_char(buf, ' ');
    if (token->kind != TUSK_SQL_TEXT) {
        tusk_buf_add(buf, token->text);
        return;
    }
    tusk_buf_add_char(buf, '\'');
    tusk_buf_add(buf, tusk_sql_value(arena, token->text));
    tusk_buf_add_char(buf, '\'');
}

tusk_str tusk_sql_words(tusk_arena *arena, tusk_str text, bool qualifiers)
{
    tusk_sql_tokens tokens = tusk_sql_tokenize(arena, text);
    tusk_buf buf;
    tusk_str out = TUSK_STR("");
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < tokens.count; i++) {
        const tusk_sql_token *token = &tokens.items[i];
        if (is_sign(&tokens, i, "();")) continue;
        if (token->kind == TUSK_SQL_OPERATOR && tusk_str_eq(token->text, TUSK_STR("::"))) {
            i = skip_cast(&tokens, i) - 1;
            continue;
        }
        bool qualifier = token->kind == TUSK_SQL_NAME && is_sign(&tokens, i + 1, ".");
        if (qualifier && (!qualifiers || tusk_str_eq(token->text, TUSK_STR("public")))) {
            i++;
            continue;
        }
        add_word(arena, &buf, token);
    }
    if (buf.len > 0 && tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) return TUSK_STR("");
    return out;
}

/* ---- values ---- */

/* How many of `pattern` (0: a digit) stand at `at`. */
static bool matches(tusk_str text, size_t at, const char *pattern)
{
    for (; *pattern; pattern++, at++) {
        if (at >= text.len) return false;
        char c = text.ptr[at];
        if (*pattern == '0' ? !isdigit((unsigned char)c) : *pattern != c) return false;
    }
    return true;
}

/* .678 without zeros at its end; moves past it. */
static tusk_str take_fraction(tusk_str text, size_t *at)
{
    size_t start = *at;
    if (start >= text.len || text.ptr[start] != '.') return TUSK_STR("");
    for ((*at)++; *at < text.len && isdigit((unsigned char)text.ptr[*at]);) (*at)++;
    tusk_str fraction = { text.ptr + start, *at - start };
    while (fraction.len > 0 && strchr("0.", fraction.ptr[fraction.len - 1])) fraction.len--;
    return fraction;
}

/* Nothing, or UTC in one of its spellings. */
static bool is_utc(tusk_str zone)
{
    static const char *const names[] = { "", "Z", "+00", "+00:00", "+0000", "-00", " UTC" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (tusk_str_eq(zone, tusk_str_of(names[i]))) return true;
    }
    return false;
}

/* 2020-01-02T03:04:05.678Z and 2020-01-02 03:04:05.678+00 are the same time; a date is the one at
 * its midnight. */
static bool is_time(tusk_arena *arena, tusk_str text, tusk_str *out)
{
    size_t at = 0;
    tusk_str date = { text.ptr, 0 };
    if (matches(text, 0, "0000-00-00")) {
        at = date.len = 10;
        if (text.len == 10) {
            *out = text;
            return true;
        }
        if (text.ptr[at] != ' ' && text.ptr[at] != 'T') return false;
        at++;
    }
    if (!matches(text, at, "00:00")) return false;
    tusk_str minutes = { text.ptr + at, 5 }, seconds = TUSK_STR(":00");
    at += 5;
    if (matches(text, at, ":00")) {
        seconds = (tusk_str){ text.ptr + at, 3 };
        at += 3;
    }
    tusk_str fraction = take_fraction(text, &at);
    if (!is_utc((tusk_str){ text.ptr + at, text.len - at })) return false;
    bool midnight = date.len > 0 && fraction.len == 0 && tusk_str_eq(minutes, TUSK_STR("00:00")) &&
                    tusk_str_eq(seconds, TUSK_STR(":00"));
    *out = midnight ? date
                    : tusk_arena_printf(arena, "%.*s%s%.*s%.*s%.*s", TUSK_STR_ARG(date),
                                        date.len > 0 ? " " : "", TUSK_STR_ARG(minutes),
                                        TUSK_STR_ARG(seconds), TUSK_STR_ARG(fraction));
    return true;
}

/* {"a","b c"}: quotes only where they are needed, no blanks beside commas. */
static tusk_str array_value(tusk_arena *arena, tusk_str text)
{
    tusk_buf buf;
    tusk_str out = text;
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            size_t end = i + 1;
            bool plain = end < text.len && text.ptr[end] != '"';
            for (; end < text.len && text.ptr[end] != '"'; end++) {
                if (strchr("{},\\ \t\n\"", text.ptr[end])) plain = false;
                if (text.ptr[end] == '\\' && end + 1 < text.len) end++;
            }
            tusk_str inner = { text.ptr + i + 1, end - i - 1 };
            if (inner.len == 4 && (inner.ptr[0] == 'n' || inner.ptr[0] == 'N')) plain = false;
            if (!plain) tusk_buf_add_char(&buf, '"');
            tusk_buf_add(&buf, inner);
            if (!plain) tusk_buf_add_char(&buf, '"');
            i = end;
            continue;
        }
        if (!isspace((unsigned char)c)) tusk_buf_add_char(&buf, c);
    }
    return tusk_buf_finish(&buf, &out, NULL) == TUSK_OK ? out : text;
}

tusk_str tusk_sql_value(tusk_arena *arena, tusk_str content)
{
    tusk_str out = content;
    if (content.len == 0) return TUSK_STR("");
    if (is_time(arena, content, &out)) return out;
    bool braces = content.ptr[0] == '{' && content.ptr[content.len - 1] == '}';
    /* JSON has colons */
    if (braces && !memchr(content.ptr, ':', content.len)) return array_value(arena, content);
    return content;
}
