/* quote.c - names and literals, quoted so that no content can end them */
#include "src/sql/quote.h"

#include "tusk/quote.h"

#include "src/base/banned.h"

static bool has(tusk_str text, char c)
{
    return text.len > 0 && memchr(text.ptr, c, text.len);
}

/* Runs between the characters that have to be doubled are added whole. */
static void add_doubled(tusk_buf *buf, tusk_str text, char quote, bool backslash)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c != quote && !(backslash && c == '\\')) continue;
        tusk_buf_add_bytes(buf, text.ptr + from, i + 1 - from);
        from = i; /* the next run begins with the same character again */
    }
    if (from < text.len) tusk_buf_add_bytes(buf, text.ptr + from, text.len - from);
}

/* PostgreSQL's own limit of a name is 63 bytes. */
#define SHORT_NAME ((size_t)64)

static bool is_plain(tusk_str name)
{
    if (name.len > SHORT_NAME) return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '"' || name.ptr[i] == '\0') return false;
    return true;
}

void tusk_sql_add_ident_str(tusk_buf *buf, tusk_str name)
{
    if (is_plain(name)) { /* nearly every name is, and a statement has many */
        char quoted[SHORT_NAME + 2];
        quoted[0] = quoted[name.len + 1] = '"';
        if (name.len > 0) memcpy(quoted + 1, name.ptr, name.len);
        tusk_buf_add_bytes(buf, quoted, name.len + 2);
        return;
    }
    if (has(name, '\0')) buf->failed = true;
    tusk_buf_add_char(buf, '"');
    add_doubled(buf, name, '"', false);
    tusk_buf_add_char(buf, '"');
}

void tusk_sql_add_literal(tusk_buf *buf, tusk_str text)
{
    if (!text.ptr) {
        tusk_buf_add_cstr(buf, "null");
        return;
    }
    if (has(text, '\0')) buf->failed = true;
    bool backslash = has(text, '\\');
    if (backslash) tusk_buf_add_char(buf, 'E');
    tusk_buf_add_char(buf, '\'');
    add_doubled(buf, text, '\'', backslash);
    tusk_buf_add_char(buf, '\'');
}

void tusk_quote_name(tusk_buf *buf, tusk_str name)
{
    tusk_sql_add_ident_str(buf, name);
}

void tusk_quote_literal(tusk_buf *buf, tusk_str text)
{
    tusk_sql_add_literal(buf, text);
}
