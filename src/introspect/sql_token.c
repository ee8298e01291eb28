/* sql_token.c - cutting SQL text into words */
#include "src/introspect/sql_token.h"

#include <ctype.h>

#include "tusk/buf.h"

#include "src/base/banned.h"

#define NAME_MAX_BYTES 63
#define TEXT_MAX       ((size_t)16 << 20)

typedef struct scanner {
    tusk_arena *arena;
    tusk_str text;
    size_t at;
    tusk_sql_tokens out;
} scanner;

static char peek(const scanner *s, size_t ahead)
{
    return s->at + ahead < s->text.len ? s->text.ptr[s->at + ahead] : 0;
}

static void push(scanner *s, tusk_sql_kind kind, tusk_str text, bool quoted)
{
    tusk_vec_push(s->arena, &s->out, (tusk_sql_token){ kind, text, quoted });
}

tusk_str tusk_sql_cut_name(tusk_str name)
{
    if (name.len <= NAME_MAX_BYTES) return name;
    name.len = NAME_MAX_BYTES;
    while (name.len > 0 && ((unsigned char)name.ptr[name.len] & 0xc0) == 0x80) name.len--;
    return name;
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_char(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c) || c == '$';
}

/* Is it the same without quotes? */
static bool is_plain(tusk_str name)
{
    if (name.len == 0 || !is_name_start(name.ptr[0])) return false;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_char(name.ptr[i]) || isupper((unsigned char)name.ptr[i])) return false;
    }
    return true;
}

/* ---- blanks and comments ---- */

static void skip_block_comment(scanner *s)
{
    int depth = 0;
    do {
        if (peek(s, 0) == '/' && peek(s, 1) == '*') {
            depth++;
            s->at += 2;
        } else if (peek(s, 0) == '*' && peek(s, 1) == '/') {
            depth--;
            s->at += 2;
        } else {
            s->at++;
        }
    } while (depth > 0 && s->at < s->text.len);
}

static bool skip_blank(scanner *s)
{
    if (isspace((unsigned char)peek(s, 0))) {
        s->at++;
        return true;
    }
    if (peek(s, 0) == '-' && peek(s, 1) == '-') {
        while (s->at < s->text.len && peek(s, 0) != '\n') s->at++;
        return true;
    }
    if (peek(s, 0) != '/' || peek(s, 1) != '*') return false;
    skip_block_comment(s);
    return true;
}

/* ---- words ---- */

/* The content between quotes, doubled ones halved; with `escapes` also backslashes. */
static tusk_str take_quoted(scanner *s, bool escapes)
{
    char quote = peek(s, 0);
    tusk_buf buf;
    tusk_str content = TUSK_STR("");
    tusk_buf_init_in(&buf, s->arena, TEXT_MAX);
    for (s->at++; s->at < s->text.len; s->at++) {
        char c = peek(s, 0);
        if (c == quote && peek(s, 1) != quote) break;
        if (c == quote) s->at++;
        if (c == '\\' && escapes) {
            s->at++;
            c = peek(s, 0) == 'n' ? '\n' : peek(s, 0) == 't' ? '\t' : peek(s, 0);
        }
        tusk_buf_add_char(&buf, c);
    }
    s->at++;
    if (s->at > s->text.len) s->at = s->text.len;
    if (buf.len == 0 || tusk_buf_finish(&buf, &content, NULL) != TUSK_OK) return TUSK_STR("");
    return content;
}

static void take_quoted_name(scanner *s)
{
    tusk_str name = tusk_sql_cut_name(take_quoted(s, false));
    if (!is_plain(name)) name = tusk_arena_printf(s->arena, "\"%.*s\"", TUSK_STR_ARG(name));
    push(s, TUSK_SQL_NAME, name, true);
}

static void take_name(scanner *s)
{
    size_t start = s->at;
    while (is_name_char(peek(s, 0))) s->at++;
    tusk_str name = { s->text.ptr + start, s->at - start };
    if (peek(s, 0) == '\'' && name.len == 1 && strchr("eEnN", name.ptr[0])) {
        push(s, TUSK_SQL_TEXT, take_quoted(s, strchr("eE", name.ptr[0]) != NULL), false);
        return;
    }
    char *low = tusk_arena_copy(s->arena, name.ptr, name.len);
    for (size_t i = 0; low && i < name.len; i++) {
        if (low[i] >= 'A' && low[i] <= 'Z') low[i] = (char)(low[i] - 'A' + 'a');
    }
    push(s, TUSK_SQL_NAME, tusk_sql_cut_name((tusk_str){ low, low ? name.len : 0 }), false);
}

/* $tag$ ... $tag$, or a parameter. */
static void take_dollar(scanner *s)
{
    size_t start = s->at, end = s->at + 1;
    while (end < s->text.len && is_name_char(s->text.ptr[end]) && s->text.ptr[end] != '$') end++;
    if (end >= s->text.len || s->text.ptr[end] != '$') { /* $1 */
        s->at = end;
        push(s, TUSK_SQL_NUMBER, (tusk_str){ s->text.ptr + start, end - start }, false);
        return;
    }
    tusk_str tag = { s->text.ptr + start, end + 1 - start };
    size_t body = end + 1;
    for (s->at = body; s->at + tag.len <= s->text.len; s->at++) {
        if (memcmp(s->text.ptr + s->at, tag.ptr, tag.len) == 0) break;
    }
    bool ended = s->at + tag.len <= s->text.len;
    if (!ended) s->at = s->text.len;
    push(s, TUSK_SQL_TEXT, (tusk_str){ s->text.ptr + body, s->at - body }, false);
    if (ended) s->at += tag.len;
}

static void take_number(scanner *s)
{
    size_t start = s->at;
    while (isdigit((unsigned char)peek(s, 0)) || peek(s, 0) == '.') s->at++;
    bool sign = peek(s, 1) == '-' || peek(s, 1) == '+';
    if ((peek(s, 0) == 'e' || peek(s, 0) == 'E') && isdigit((unsigned char)peek(s, sign ? 2 : 1))) {
        s->at += sign ? 2 : 1;
        while (isdigit((unsigned char)peek(s, 0))) s->at++;
    }
    push(s, TUSK_SQL_NUMBER, (tusk_str){ s->text.ptr + start, s->at - start }, false);
}

static void take_operator(scanner *s)
{
    static const char letters[] = "+-*/<>=~!@#%^&|`?";
    size_t start = s->at;
    if (peek(s, 0) == ':' && peek(s, 1) == ':') {
        s->at += 2;
        push(s, TUSK_SQL_OPERATOR, TUSK_STR("::"), false);
        return;
    }
    while (peek(s, 0) && strchr(letters, peek(s, 0))) {
        if (s->at > start && peek(s, 0) == '-' && peek(s, 1) == '-') break;
        if (s->at > start && peek(s, 0) == '/' && peek(s, 1) == '*') break;
        s->at++;
    }
    tusk_str text = { s->text.ptr + start, s->at - start };
    /* a sign after another operator belongs to what follows: "=-1" */
    while (text.len > 1 && strchr("+-", text.ptr[text.len - 1]) &&
           !memchr(text.ptr, '~', text.len) && !memchr(text.ptr, '@', text.len) &&
           !memchr(text.ptr, '#', text.len) && !memchr(text.ptr, '?', text.len) &&
           !memchr(text.ptr, '|', text.len) && !memchr(text.ptr, '%', text.len)) {
        text.len--;
        s->at--;
    }
    if (tusk_str_eq(text, TUSK_STR("!="))) text = TUSK_STR("<>");
    if (text.len > 0) {
        push(s, TUSK_SQL_OPERATOR, text, false);
        return;
    }
    push(s, TUSK_SQL_SIGN, (tusk_str){ s->text.ptr + s->at, 1 }, false);
    s->at++;
}

tusk_sql_tokens tusk_sql_tokenize(tusk_arena *arena, tusk_str text)
{
    scanner s = { .arena = arena, .text = text };
    while (s.at < text.len) {
        char c = peek(&s, 0);
        bool number =
            isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(&s, 1)));
        if (skip_blank(&s)) continue;
        if (c == '\'') {
            push(&s, TUSK_SQL_TEXT, take_quoted(&s, false), false);
        } else if (c == '"') {
            take_quoted_name(&s);
        } else if (is_name_start(c)) {
            take_name(&s);
        } else if (c == '$') {
            take_dollar(&s);
        } else if (number) {
            take_number(&s);
        } else {
            take_operator(&s);
        }
    }
    return s.out;
}
