/* admin.c - what the routes of the dashboard share */
#include "services/backend/app/admin/admin.h"

#include <strings.h>

#include "services/backend/app/admin/tables_secret.h"

void admin_ok(struct call *call, int code, json_t *data)
{
    call_ok(call, code, data ? json_pack("{s:b, s:o}", "success", 1, "data", data) : NULL);
}

json_t *json_null_time(tusk_null_time time)
{
    return time.has ? json_time(time.value) : json_null();
}

json_t *json_null_number(tusk_null_int64 number)
{
    return number.has ? json_integer(number.value) : json_null();
}

/** Does what follows the word say a password: 'x', = x, $$x$$, but not $1? */
static bool says_value(const char *at, const char *end)
{
    const char *start = at;
    bool equals = false;
    while (at < end && strchr(" \t\r\n\"=", *at)) equals = *at++ == '=' || equals;
    if (at == end || at == start) return false;
    if ((*at == 'e' || *at == 'E') && at + 1 < end && at[1] == '\'') at++;
    bool parameter = *at == '$' && at + 1 < end && at[1] >= '0' && at[1] <= '9';
    return !parameter && (equals || *at == '\'' || *at == '$');
}

json_t *json_statement(tusk_str sql)
{
    static const char word[] = "password";
    size_t length = strlen(word);
    for (size_t i = 0; i + length < sql.len; i++) {
        if (strncasecmp(sql.ptr + i, word, length) != 0) continue;
        if (says_value(sql.ptr + i + length, sql.ptr + sql.len))
            return json_sprintf("%.*s " SECRET_SHOWN, (int)(i + length), sql.ptr);
    }
    return json_text(sql);
}
