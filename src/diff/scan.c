/* scan.c - what an SQL expression speaks of, told from its tokens */
#include "src/diff/scan.h"

#include "src/sql/quote.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

typedef enum token_kind {
    TOKEN_END,
    TOKEN_WORD,    /* a bare name or keyword */
    TOKEN_NAME,    /* "quoted" */
    TOKEN_LITERAL, /* '...' or $$...$$, quotes included */
    TOKEN_PARAMETER,
    TOKEN_OTHER, /* one character */
} token_kind;

typedef struct token {
    token_kind kind;
    tusk_str text;
} token;

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_part(char c)
{
    return is_word_start(c) || is_digit(c) || c == '$';
}

/* The length of what is between two equal quotes, both included, a doubled one being inside. */
static size_t quoted_len(tusk_str s, char quote, bool backslash)
{
    size_t i = 1;
    while (i < s.len) {
        if (backslash && s.ptr[i] == '\\') {
            i += 2;
        } else if (s.ptr[i] != quote) {
            i++;
        } else if (i + 1 < s.len && s.ptr[i + 1] == quote) {
            i += 2;
        } else {
            return i + 1;
        }
    }
    return s.len;
}

/* $tag$...$tag$, or 0 when it is none. */
static size_t dollar_len(tusk_str s)
{
    size_t tag = 1;
    while (tag < s.len && s.ptr[tag] != '$' && is_word_part(s.ptr[tag])) tag++;
    if (tag >= s.len || s.ptr[tag] != '$' || (tag > 1 && is_digit(s.ptr[1]))) return 0;
    const char *end = memmem(s.ptr + tag + 1, s.len - tag - 1, s.ptr, tag + 1);
    return end ? (size_t)(end - s.ptr) + tag + 1 : s.len;
}

static size_t comment_len(tusk_str s)
{
    if (tusk_str_starts(s, TUSK_STR("--"))) {
        const char *end = memchr(s.ptr, '\n', s.len);
        return end ? (size_t)(end - s.ptr) : s.len;
    }
    if (!tusk_str_starts(s, TUSK_STR("/*"))) return 0;
    const char *end = memmem(s.ptr + 2, s.len - 2, "*/", 2);
    return end ? (size_t)(end - s.ptr) + 2 : s.len;
}

static token take(tusk_str *rest, token_kind kind, size_t len)
{
    token t = { kind, { rest->ptr, len } };
    *rest = (tusk_str){ rest->ptr + len, rest->len - len };
    return t;
}

static void skip_space(tusk_str *rest)
{
    for (;;) {
        while (rest->len > 0 && strchr(" \t\r\n", rest->ptr[0])) take(rest, TOKEN_OTHER, 1);
        size_t len = comment_len(*rest);
        if (len == 0) return;
        take(rest, TOKEN_OTHER, len);
    }
}

static token next(tusk_str *rest)
{
    skip_space(rest);
    if (rest->len == 0) return (token){ TOKEN_END, { 0 } };
    char c = rest->ptr[0], after = rest->len > 1 ? rest->ptr[1] : '\0';
    if (c == '"') return take(rest, TOKEN_NAME, quoted_len(*rest, '"', false));
    if (c == '\'') return take(rest, TOKEN_LITERAL, quoted_len(*rest, '\'', false));
    if ((c == 'e' || c == 'E') && after == '\'') {
        tusk_str inside = { rest->ptr + 1, rest->len - 1 };
        return take(rest, TOKEN_LITERAL, 1 + quoted_len(inside, '\'', true));
    }
    size_t len = 1;
    if (c == '$' && is_digit(after)) {
        while (len < rest->len && is_digit(rest->ptr[len])) len++;
        return take(rest, TOKEN_PARAMETER, len);
    }
    size_t dollar = c == '$' ? dollar_len(*rest) : 0;
    if (dollar > 0) return take(rest, TOKEN_LITERAL, dollar);
    if (is_word_start(c) || is_digit(c)) {
        while (len < rest->len && is_word_part(rest->ptr[len])) len++;
        return take(rest, is_digit(c) ? TOKEN_OTHER : TOKEN_WORD, len);
    }
    return take(rest, TOKEN_OTHER, 1);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_is(tusk_str word, tusk_str name)
{
    if (word.len != name.len) return false;
    for (size_t i = 0; i < word.len; i++) {
        if (lower(word.ptr[i]) != name.ptr[i]) return false;
    }
    return true;
}

/* `quoted` with its quotes is `plain` with each of them doubled inside. */
static bool quoted_is(tusk_str quoted, tusk_str plain, char quote)
{
    size_t j = 0;
    for (size_t i = 1; i + 1 < quoted.len; i++, j++) {
        if (j >= plain.len || quoted.ptr[i] != plain.ptr[j]) return false;
        if (quoted.ptr[i] == quote) i++;
    }
    return j == plain.len;
}

static bool token_is_name(token t, tusk_str name)
{
    if (t.kind == TOKEN_WORD) return word_is(t.text, name);
    return t.kind == TOKEN_NAME && quoted_is(t.text, name, '"');
}

bool tusk_scan_names(tusk_str sql, tusk_str name)
{
    for (token t = next(&sql); t.kind != TOKEN_END; t = next(&sql)) {
        if (token_is_name(t, name)) return true;
    }
    return false;
}

bool tusk_scan_has_label(tusk_str sql, tusk_str label)
{
    for (token t = next(&sql); t.kind != TOKEN_END; t = next(&sql)) {
        if (t.kind != TOKEN_LITERAL) continue;
        if (quoted_is(t.text, label, '\'')) return true;
        bool array = t.text.len > 2 && t.text.ptr[1] == '{';
        if (array && memmem(t.text.ptr, t.text.len, label.ptr, label.len)) return true;
    }
    return false;
}

bool tusk_scan_has_star(tusk_str sql)
{
    token before = { TOKEN_END, { 0 } };
    for (token t = next(&sql); t.kind != TOKEN_END; t = next(&sql)) {
        bool counted = before.kind == TOKEN_OTHER && before.text.ptr[0] == '(';
        if (t.kind == TOKEN_OTHER && t.text.ptr[0] == '*' && !counted) return true;
        if (t.kind == TOKEN_WORD && word_is(t.text, TUSK_STR("natural"))) return true;
        before = t;
    }
    return false;
}

bool tusk_scan_has_parameter(tusk_str sql)
{
    for (token t = next(&sql); t.kind != TOKEN_END; t = next(&sql)) {
        if (t.kind == TOKEN_PARAMETER) return true;
    }
    return false;
}

tusk_str tusk_scan_rename(tusk_arena *arena, tusk_str sql, tusk_str from, tusk_str to)
{
    if (!tusk_scan_names(sql, from)) return sql;
    tusk_buf buf;
    tusk_str rest = sql, text = sql;
    const char *copied = sql.ptr;
    tusk_buf_init_in(&buf, arena, (size_t)4 << 20);
    for (token t = next(&rest); t.kind != TOKEN_END; t = next(&rest)) {
        if (!token_is_name(t, from)) continue;
        tusk_buf_add_bytes(&buf, copied, (size_t)(t.text.ptr - copied));
        if (t.kind == TOKEN_NAME) {
            tusk_sql_add_ident(&buf, to);
        } else {
            tusk_buf_add(&buf, to);
        }
        copied = t.text.ptr + t.text.len;
    }
    tusk_buf_add_bytes(&buf, copied, (size_t)(sql.ptr + sql.len - copied));
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : sql;
}

tusk_str tusk_scan_head(tusk_str sql)
{
    static const char *const ends[] = { "as", "language", "return", "begin" };
    tusk_str rest = sql;
    for (token t = next(&rest); t.kind != TOKEN_END; t = next(&rest)) {
        for (size_t i = 0; t.kind == TOKEN_WORD && i < sizeof ends / sizeof *ends; i++) {
            if (word_is(t.text, tusk_str_of(ends[i]))) {
                return (tusk_str){ sql.ptr, (size_t)(t.text.ptr - sql.ptr) };
            }
        }
    }
    return sql;
}

/* ---- defaults that drizzle-kit did not quote ---- */

/* One literal, perhaps with a cast after it? */
static bool is_whole(tusk_str sql)
{
    size_t len = quoted_len(sql, '\'', false);
    if (len < 2 || sql.ptr[len - 1] != '\'') return false;
    return len == sql.len ||
           tusk_str_starts((tusk_str){ sql.ptr + len, sql.len - len }, TUSK_STR("::"));
}

/* {"a","b"}: is each element quoted well? */
static bool is_array_text(tusk_str s)
{
    bool inside = false;
    for (size_t i = 0; i < s.len; i++) {
        char after = i + 1 < s.len ? s.ptr[i + 1] : '\0';
        if (s.ptr[i] == '\\') {
            i++;
        } else if (s.ptr[i] == '"' && inside) {
            if (after != ',' && after != '}') return false;
            inside = false;
        } else if (s.ptr[i] == '"') {
            if (i == 0 || !strchr("{,", s.ptr[i - 1])) return false;
            inside = true;
        }
    }
    return !inside;
}

/* Doubles quotes and, in an array, puts a backslash before a double quote that ends no element. */
static void add_mended(tusk_buf *buf, tusk_str inside, bool is_array, bool double_quotes)
{
    for (size_t i = 0; i < inside.len; i++) {
        char c = inside.ptr[i];
        char before = i > 0 ? inside.ptr[i - 1] : '\0';
        char after = i + 1 < inside.len ? inside.ptr[i + 1] : '\0';
        bool ends = before == '{' || before == ',' || after == ',' || after == '}';
        if (is_array && c == '"' && !ends) tusk_buf_add_char(buf, '\\');
        if (c == '\'' && double_quotes) tusk_buf_add_char(buf, '\'');
        tusk_buf_add_char(buf, c);
    }
}

static bool ends_with(tusk_str s, tusk_str end)
{
    return s.len > end.len && memcmp(s.ptr + s.len - end.len, end.ptr, end.len) == 0;
}

tusk_str tusk_scan_mend_default(tusk_arena *arena, tusk_str sql, bool is_array)
{
    tusk_str cast = is_array                              ? TUSK_STR("}'")
                    : ends_with(sql, TUSK_STR("'::json")) ? TUSK_STR("'::json")
                                                          : TUSK_STR("'::jsonb");
    if (!tusk_str_starts(sql, is_array ? TUSK_STR("'{") : TUSK_STR("'"))) return sql;
    if (!ends_with(sql, cast)) return sql;
    bool whole = is_whole(sql);
    tusk_str inside = { sql.ptr + 1, sql.len - cast.len - 1 }, text = sql;
    if (is_array) inside.len++; /* the brace is inside */
    if (whole && (!is_array || is_array_text(inside))) return sql;
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, (size_t)4 << 20);
    tusk_buf_add_char(&buf, '\'');
    add_mended(&buf, inside, is_array, !whole);
    tusk_buf_add(&buf, is_array ? TUSK_STR("'") : cast);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : sql;
}
