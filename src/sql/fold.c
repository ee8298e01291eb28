/* fold.c - PostgreSQL makes names without quotes lower case; who did not know that is told */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/sql/fold.h"

#include "src/base/banned.h"

enum { NAME_MAX_BYTES = 80 };

static bool says_unknown(const char *sqlstate)
{
    /* schema, table, column, function, type or another object */
    static const char *const codes[] = { "3F000", "42P01", "42703", "42883", "42704" };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(sqlstate, codes[i]) == 0) return true;
    return false;
}

static bool goes_on(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '.' || (c & 0x80);
}

/* The name at the position-th character, with the schema or table before it. */
static tusk_str name_at(tusk_str sql, int position)
{
    size_t at = 0, end;
    for (int left = position - 1; at < sql.len && left > 0; left--) {
        at++;
        while (at < sql.len && ((unsigned char)sql.ptr[at] & 0xc0) == 0x80) at++;
    }
    for (end = at; end < sql.len && goes_on(sql.ptr[end]); end++) continue;
    return (tusk_str){ sql.ptr + at, end - at };
}

static bool has_capital(tusk_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (isupper((unsigned char)name.ptr[i])) return true;
    return false;
}

static void add_quoted(char *out, size_t size, tusk_str name)
{
    size_t used = 0;
    while (name.ptr && name.len > 0 && used + 1 < size) {
        tusk_str part = tusk_str_cut(&name, '.');
        int n = snprintf(out + used, size - used, "%s\"%.*s\"", used > 0 ? "." : "",
                         TUSK_STR_ARG(part));
        if (n > 0) used += (size_t)n;
    }
}

void tusk_hint_folded(tusk_error *err, tusk_str sql)
{
    char quoted[2 * NAME_MAX_BYTES];
    if (!err || err->position <= 0 || err->hint[0] || !says_unknown(err->sqlstate)) return;
    tusk_str name = name_at(sql, err->position);
    if (name.len > NAME_MAX_BYTES || !has_capital(name)) return;
    add_quoted(quoted, sizeof quoted, name);
    tusk_error_hint(err, "Without quotes PostgreSQL reads %.*s in lower case: write %s.",
                    TUSK_STR_ARG(name), quoted);
}
