/* text.c - what the parse tree does not keep: comments, pieces as they are written, long names */
#include "src/lint/linter.h"

#include "src/base/banned.h"

#define MARK "tusk:ignore"
enum { NAME_BYTES = 63 };

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_gap(tusk_str token)
{
    return is_space(token.ptr[0]) || tusk_str_starts(token, TUSK_STR("--")) ||
           tusk_str_starts(token, TUSK_STR("/*"));
}

tusk_str tusk_lint_trim(tusk_str text)
{
    size_t first = text.len, last = 0;
    for (size_t at = 0, end; at < text.len; at = end) {
        end = tusk_split_token(text, at);
        if (is_gap((tusk_str){ text.ptr + at, end - at })) continue;
        if (first > at) first = at;
        last = end;
    }
    return first < last ? (tusk_str){ text.ptr + first, last - first } : (tusk_str){ text.ptr, 0 };
}

bool tusk_lint_cut(tusk_linter *l, size_t from, tusk_lint_pieces *out)
{
    tusk_str sql = l->chunk->sql;
    size_t start = from, end = from;
    int depth = 0;
    *out = (tusk_lint_pieces){ 0 };
    for (size_t at = from; at < sql.len && sql.ptr[at] != ';'; at = end) {
        end = tusk_split_token(sql, at);
        if (sql.ptr[at] == '(' || sql.ptr[at] == '[') depth++;
        if (sql.ptr[at] == ')' || sql.ptr[at] == ']') depth--;
        if (sql.ptr[at] != ',' || depth > 0) continue;
        tusk_vec_push(l->arena, out, tusk_lint_trim((tusk_str){ sql.ptr + start, at - start }));
        start = end;
    }
    tusk_vec_push(l->arena, out, tusk_lint_trim((tusk_str){ sql.ptr + start, end - start }));
    return !tusk_arena_failed(l->arena);
}

size_t tusk_lint_name_end(tusk_str sql, size_t from)
{
    size_t at = from < sql.len ? tusk_split_token(sql, from) : sql.len;
    while (at < sql.len && sql.ptr[at] == '.') {
        at = tusk_split_token(sql, at + 1 < sql.len ? at + 1 : at);
    }
    while (at < sql.len && is_space(sql.ptr[at])) at++;
    return at < sql.len && sql.ptr[at] == '*' ? at + 1 : at;
}

/* ---- comments ---- */

static void pardon(tusk_linter *l, tusk_lint_pardons *list, tusk_str name, tusk_str reason)
{
    tusk_lint_id rule = tusk_lint_find(name);
    if (rule == TUSK_LINT_COUNT) {
        tusk_lint_say(l, TUSK_LINT_UNKNOWN_RULE, NULL, 0, (tusk_str){ 0 },
                      "there is no rule \"%.*s\" to ignore", TUSK_STR_ARG(name));
    } else if (!tusk_vec_push(l->arena, list, (tusk_lint_pardon){ rule, reason })) {
        tusk_lint_nomem(l);
    }
}

/* "-- tusk:ignore a,b the reason" */
static void read_comment(tusk_linter *l, tusk_str text)
{
    text = tusk_str_trim((tusk_str){ text.ptr + 2, text.len - 2 });
    if (!tusk_str_starts(text, TUSK_STR(MARK))) return;
    tusk_str rest = text, word = tusk_str_cut(&rest, ' ');
    bool whole = tusk_str_eq(word, TUSK_STR(MARK "-file"));
    if (!whole && !tusk_str_eq(word, TUSK_STR(MARK))) return;
    rest = tusk_str_trim(rest);
    tusk_str names = tusk_str_cut(&rest, ' ');
    tusk_str reason = rest.ptr ? tusk_str_trim(rest) : TUSK_STR("");
    while (names.ptr) {
        tusk_str name = tusk_str_cut(&names, ',');
        if (name.len > 0) pardon(l, whole ? &l->pardoned : &l->pardons, name, reason);
    }
}

static void read_name(tusk_linter *l, tusk_str name, size_t at)
{
    bool quoted = name.ptr[0] == '"';
    size_t len = quoted ? name.len - 2 : name.len;
    if (quoted) {
        for (size_t i = 1; i + 1 < name.len; i++)
            len -= name.ptr[i] == '"' && name.ptr[i - 1] == '"';
    }
    if (len <= NAME_BYTES) return;
    tusk_lint_say(l, TUSK_LINT_LONG_NAME, NULL, (int)at, (tusk_str){ 0 },
                  "the name %.*s has %zu bytes and is cut to 63", TUSK_STR_ARG(name), len);
}

static bool starts_name(char c)
{
    return c == '"' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

/* Comments first: they silence what else there is to say. */
void tusk_lint_read_text(tusk_linter *l)
{
    tusk_str sql = l->chunk->sql;
    l->pardons = (tusk_lint_pardons){ 0 };
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = tusk_split_token(sql, at);
        tusk_str token = { sql.ptr + at, end - at };
        if (tusk_str_starts(token, TUSK_STR("--"))) read_comment(l, token);
    }
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = tusk_split_token(sql, at);
        bool text = sql.ptr[at] != '"' && memchr(sql.ptr + at, '\'', end - at);
        if (starts_name(sql.ptr[at]) && !text) {
            read_name(l, (tusk_str){ sql.ptr + at, end - at }, at);
        }
    }
}
