/* split.c - just enough reading of SQL to cut a file and to see what cannot run in a transaction */
#include "src/migrate/split.h"

#include <ctype.h>

#include "src/diff/diff.h"
#include "src/migrate/alone.h"

#include "src/base/banned.h"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static size_t skip_line(tusk_str s, size_t at)
{
    while (at < s.len && s.ptr[at] != '\n') at++;
    return at;
}

/* Comments nest in SQL. */
static size_t skip_block(tusk_str s, size_t at)
{
    int depth = 0;
    while (at < s.len) {
        bool pair = at + 1 < s.len;
        if (pair && s.ptr[at] == '/' && s.ptr[at + 1] == '*') {
            depth++;
            at += 2;
        } else if (pair && s.ptr[at] == '*' && s.ptr[at + 1] == '/') {
            at += 2;
            if (--depth == 0) return at;
        } else {
            at++;
        }
    }
    return at;
}

/* Past a quoted text or name; a doubled quote reads as two quotes in a row, which comes to the
 * same. */
static size_t skip_quotes(tusk_str s, size_t at, bool backslashes)
{
    char quote = s.ptr[at++];
    while (at < s.len && s.ptr[at] != quote) at += backslashes && s.ptr[at] == '\\' ? 2 : 1;
    return at < s.len ? at + 1 : s.len;
}

/* Past $tag$ ... $tag$; `at` itself + 1 when this is no dollar quote. */
static size_t skip_dollars(tusk_str s, size_t at)
{
    size_t end = at + 1;
    while (end < s.len && s.ptr[end] != '$' && is_word(s.ptr[end])) end++;
    bool digit = at + 1 < s.len && isdigit((unsigned char)s.ptr[at + 1]);
    if (end >= s.len || s.ptr[end] != '$' || digit) return at + 1;
    size_t len = end + 1 - at;
    for (size_t i = end + 1; i + len <= s.len; i++) {
        if (memcmp(s.ptr + i, s.ptr + at, len) == 0) return i + len;
    }
    return s.len;
}

/* Past whatever begins at `at`: a comment, a quoted thing, a word, or one character. */
size_t tusk_split_token(tusk_str s, size_t at)
{
    char c = s.ptr[at], next = at + 1 < s.len ? s.ptr[at + 1] : '\0';
    if (c == '-' && next == '-') return skip_line(s, at);
    if (c == '/' && next == '*') return skip_block(s, at);
    if (c == '\'' || c == '"') return skip_quotes(s, at, false);
    if ((c == 'e' || c == 'E') && next == '\'') return skip_quotes(s, at + 1, true);
    if (c == '$') return skip_dollars(s, at);
    if (!is_word(c)) return at + 1;
    while (at < s.len && is_word(s.ptr[at])) at++;
    return at;
}

static bool is_gap(tusk_str s, size_t at)
{
    char c = s.ptr[at], next = at + 1 < s.len ? s.ptr[at + 1] : '\0';
    return isspace((unsigned char)c) || (c == '-' && next == '-') || (c == '/' && next == '*');
}

/* Where the first word stands, past space and comments. */
static size_t first_word(tusk_str s)
{
    size_t at = 0;
    while (at < s.len && (is_gap(s, at) || s.ptr[at] == ';')) at = tusk_split_token(s, at);
    return at;
}

static int line_at(tusk_str s, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < s.len; i++) line += s.ptr[i] == '\n';
    return line;
}

int tusk_split_line(tusk_str sql, int position)
{
    if (position <= 0) return line_at(sql, first_word(sql));
    size_t at = 0;
    for (int seen = 0; at < sql.len; at++) {
        bool starts = ((unsigned char)sql.ptr[at] & 0xc0) != 0x80;
        if (starts && ++seen == position) break;
    }
    return line_at(sql, at);
}

static bool push(tusk_arena *arena, tusk_chunks *out, tusk_str sql, int line)
{
    if (tusk_str_trim(sql).len == 0) return true;
    tusk_str copy = tusk_arena_str(arena, sql);
    return copy.ptr && tusk_vec_push(arena, out, (tusk_chunk){ copy, line });
}

bool tusk_split_breakpoints(tusk_arena *arena, tusk_str file, tusk_chunks *out)
{
    const size_t len = strlen(TUSK_BREAKPOINT);
    size_t start = 0;
    int line = 1;
    *out = (tusk_chunks){ 0 };
    for (size_t at = 0; at < file.len; at++) {
        bool mark = at + len <= file.len && memcmp(file.ptr + at, TUSK_BREAKPOINT, len) == 0;
        if (!mark) continue;
        tusk_str chunk = { file.ptr + start, at - start };
        if (!push(arena, out, chunk, line)) return false;
        line += line_at(chunk, chunk.len) - 1;
        start = at + len;
        at = start - 1;
    }
    return push(arena, out, (tusk_str){ file.ptr + start, file.len - start }, line);
}

/* Is the word at [at, end) this one, in any case? */
static bool word_at(tusk_str s, size_t at, size_t end, const char *word)
{
    size_t len = strlen(word);
    if (end - at != len) return false;
    for (size_t i = 0; i < len; i++) {
        if (toupper((unsigned char)s.ptr[at + i]) != word[i]) return false;
    }
    return true;
}

/* How deep the token leads into parentheses, or into a function body BEGIN ATOMIC ... END, whose
 * CASE ... END count too. */
static void follow(tusk_str s, size_t at, size_t end, int *parentheses, int *body)
{
    char c = s.ptr[at];
    if (c == '(') ++*parentheses;
    if (c == ')' && *parentheses > 0) --*parentheses;
    if (word_at(s, at, end, "ATOMIC") && *body == 0) *body = 1;
    if (word_at(s, at, end, "CASE") && *body > 0) ++*body;
    if (word_at(s, at, end, "END") && *body > 0) --*body;
}

bool tusk_split_statements(tusk_arena *arena, const tusk_chunk *chunk, tusk_chunks *out)
{
    tusk_str s = chunk->sql;
    size_t start = 0;
    int parentheses = 0, body = 0;
    *out = (tusk_chunks){ 0 };
    for (size_t at = 0; at < s.len;) {
        size_t end = tusk_split_token(s, at);
        follow(s, at, end, &parentheses, &body);
        if (s.ptr[at] == ';' && parentheses == 0 && body == 0) {
            tusk_str one = { s.ptr + start, end - start };
            int line = chunk->line + line_at(s, start) - 1;
            if (first_word(one) < one.len && !push(arena, out, one, line)) return false;
            start = end;
        }
        at = end;
    }
    tusk_str rest = { s.ptr + start, s.len - start };
    if (first_word(rest) == rest.len) return true;
    return push(arena, out, rest, chunk->line + line_at(s, start) - 1);
}

bool tusk_split_says(tusk_str sql, const char *word)
{
    tusk_str wanted = tusk_str_of(word);
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = tusk_split_token(sql, at);
        tusk_str text = { sql.ptr + at, end - at };
        if (!tusk_str_starts(text, TUSK_STR("--"))) continue;
        text = tusk_str_trim((tusk_str){ text.ptr + 2, text.len - 2 });
        if (!tusk_str_starts(text, wanted)) continue;
        if (text.len == wanted.len || !is_word(text.ptr[wanted.len])) return true;
    }
    return false;
}

bool tusk_split_needs_no_transaction(tusk_arena *arena, const tusk_chunks *chunks)
{
    for (size_t i = 0; i < chunks->count; i++) {
        tusk_chunks statements;
        if (tusk_split_says(chunks->items[i].sql, "tusk:no-transaction")) return true;
        if (!tusk_split_statements(arena, &chunks->items[i], &statements)) return false;
        for (size_t j = 0; j < statements.count; j++) {
            if (tusk_alone_of(statements.items[j].sql).kind != TUSK_ALONE_NOT) return true;
        }
    }
    return false;
}

/* The second of two quotes that are one inside of a name or text: 'it''s'. */
static bool is_doubled(tusk_str sql, size_t at)
{
    char c = sql.ptr[at];
    return at > 0 && (c == '\'' || c == '"') && sql.ptr[at - 1] == c;
}

void tusk_split_words(tusk_str sql, tusk_words *out)
{
    *out = (tusk_words){ 0 };
    for (size_t at = first_word(sql); at < sql.len && out->count < TUSK_WORDS_MAX;) {
        size_t end = tusk_split_token(sql, at);
        if (out->count > 0 && is_doubled(sql, at)) {
            out->list[out->count - 1].len += end - at;
        } else if (!is_gap(sql, at)) {
            out->list[out->count++] = (tusk_str){ sql.ptr + at, end - at };
        }
        at = end;
    }
}

bool tusk_word_is(const tusk_words *words, size_t i, const char *word)
{
    return i < words->count && word_at(words->list[i], 0, words->list[i].len, word);
}
