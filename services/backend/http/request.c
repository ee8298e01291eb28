/* request.c - looking things up in a request: headers, cookies, query parameters */
#include "services/backend/http/http.h"

#include "src/base/banned.h"

static tusk_str look_up(const http_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (tusk_str_eq(pairs[i].name, tusk_str_of(name))) return pairs[i].value;
    return (tusk_str){ NULL, 0 };
}

tusk_str http_header(const http_request *request, const char *name)
{
    return look_up(request->headers, request->header_count, name);
}

tusk_str http_query(const http_request *request, const char *name)
{
    return look_up(request->query, request->query_count, name);
}

static tusk_str cookie_in(tusk_str header, tusk_str name)
{
    for (tusk_str rest = header; rest.ptr;) {
        tusk_str value = tusk_str_trim(tusk_str_cut(&rest, ';'));
        if (tusk_str_eq(tusk_str_cut(&value, '='), name) && value.ptr) return value;
    }
    return (tusk_str){ NULL, 0 };
}

tusk_str http_cookie(const http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (!tusk_str_eq(request->headers[i].name, TUSK_STR("cookie"))) continue;
        tusk_str value = cookie_in(request->headers[i].value, tusk_str_of(name));
        if (value.ptr) return value;
    }
    return (tusk_str){ NULL, 0 };
}
