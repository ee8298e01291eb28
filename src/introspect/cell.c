/* cell.c - what catalogs hold more than one thing in: arrays, options, parenthesized expressions */
#include "src/introspect/catalog.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define CELL_MAX ((size_t)16 << 20)

/* One element of an array's text from `at`; returns where it ends. */
static size_t take_element(tusk_str cell, size_t at, tusk_buf *out, bool *quoted)
{
    *quoted = cell.ptr[at] == '"';
    for (at += *quoted; at < cell.len; at++) {
        char c = cell.ptr[at];
        if (*quoted ? c == '"' : c == ',' || c == '}') break;
        if (c == '\\' && at + 1 < cell.len) c = cell.ptr[++at];
        tusk_buf_add_char(out, c);
    }
    return at + *quoted;
}

tusk_names tusk_catalog_names(tusk_arena *arena, tusk_str cell)
{
    tusk_names names = { 0 };
    for (size_t at = 1; at + 1 < cell.len; at++) { /* past the "{", then past each "," */
        tusk_buf buf;
        tusk_str name = { 0 };
        bool quoted = false;
        tusk_buf_init_in(&buf, arena, CELL_MAX);
        at = take_element(cell, at, &buf, &quoted);
        if (tusk_buf_finish(&buf, &name, NULL) != TUSK_OK) return names;
        if (!quoted && tusk_str_eq(name, TUSK_STR("NULL"))) continue;
        tusk_vec_push(arena, &names, tusk_arena_str(arena, name));
    }
    return names;
}

tusk_str tusk_catalog_joined(tusk_arena *arena, tusk_str cell)
{
    tusk_names names = tusk_catalog_names(arena, cell);
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    tusk_buf_init_in(&buf, arena, CELL_MAX);
    for (size_t i = 0; i < names.count; i++) {
        if (i > 0) tusk_buf_add_char(&buf, ',');
        tusk_buf_add(&buf, names.items[i]);
    }
    if (tusk_buf_finish(&buf, &text, NULL) != TUSK_OK) return TUSK_STR("");
    return text;
}

/* Past a literal or a quoted name that begins at `at`. */
static size_t skip_quoted(tusk_str text, size_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len) {
        if (text.ptr[at++] != quote) continue;
        if (at == text.len || text.ptr[at] != quote) return at;
        at++;
    }
    return at;
}

/* Does the "(" at the start match the ")" at the end? */
static bool is_wrapped(tusk_str text)
{
    if (text.len < 2 || text.ptr[0] != '(' || text.ptr[text.len - 1] != ')') return false;
    size_t depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        if (c == '\'' || c == '"') {
            at = skip_quoted(text, at);
            continue;
        }
        if (c == '(') depth++;
        if (c == ')') depth--;
        at++;
        if (depth == 0 && at < text.len) return false;
    }
    return depth == 0;
}

tusk_str tusk_catalog_bare(tusk_str expression)
{
    while (is_wrapped(expression)) {
        expression = (tusk_str){ expression.ptr + 1, expression.len - 2 };
        expression = tusk_str_trim(expression);
    }
    return expression;
}
