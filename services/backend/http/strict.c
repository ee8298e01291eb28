/* strict.c - reads a request's first line and finds where its head ends */
#include "services/backend/http/strict.h"

#include "src/base/banned.h"

static const http_fault sound = { 0, NULL };

static bool is_token_char(unsigned char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool http_is_token(tusk_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_char((unsigned char)s.ptr[i])) return false;
    return s.len > 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool http_same_name(tusk_str a, tusk_str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

size_t http_head_end(tusk_str bytes, size_t *seen, http_fault *fault)
{
    *fault = sound;
    if (bytes.len > 0 && !is_token_char((unsigned char)bytes.ptr[0])) {
        *fault = (http_fault){ 400, "this is not an HTTP request" };
        return 0;
    }
    for (size_t i = *seen; i < bytes.len; i++) {
        char c = bytes.ptr[i], before = i ? bytes.ptr[i - 1] : 0;
        if (c == 0) {
            *fault = (http_fault){ 400, "the head holds a NUL byte" };
            return 0;
        }
        if ((c == '\n') != (before == '\r')) {
            *fault = (http_fault){ 400, "a line of the head does not end in CR LF" };
            return 0;
        }
        if (c == '\n' && i >= 3 && memcmp(bytes.ptr + i - 3, "\r\n\r\n", 4) == 0) return i + 1;
    }
    *seen = bytes.len;
    return 0;
}

static const char *const known_methods[] = { "GET",   "HEAD",   "POST",   "PUT",
                                             "PATCH", "DELETE", "OPTIONS" };

static http_fault check_method(tusk_str method)
{
    if (!http_is_token(method))
        return (http_fault){ 400, "the request line does not begin with a method" };
    for (size_t i = 0; i < sizeof known_methods / sizeof known_methods[0]; i++)
        if (tusk_str_eq(method, tusk_str_of(known_methods[i]))) return sound;
    if (tusk_str_eq(method, TUSK_STR("TRACE")) || tusk_str_eq(method, TUSK_STR("CONNECT")))
        return (http_fault){ 405, "this method is not allowed here" };
    return (http_fault){ 501, "this method is not known here" };
}

/* "HTTP/1.1" and "HTTP/1.0" are spoken; another well-formed version is 505, the rest is no HTTP. */
static http_fault check_version(tusk_str version, bool *is_1_0)
{
    *is_1_0 = tusk_str_eq(version, TUSK_STR("HTTP/1.0"));
    if (*is_1_0 || tusk_str_eq(version, TUSK_STR("HTTP/1.1"))) return sound;
    const char *v = version.ptr;
    bool well_formed = version.len == 8 && memcmp(v, "HTTP/", 5) == 0 && v[5] >= '0' &&
                       v[5] <= '9' && v[6] == '.' && v[7] >= '0' && v[7] <= '9';
    if (well_formed) return (http_fault){ 505, "only HTTP/1.1 and HTTP/1.0 are spoken here" };
    return (http_fault){ 400, "the request line does not end in an HTTP version" };
}

/* The authority of "http://host/path", left for comparison with Host; the origin form goes to
 * `head`. */
static http_fault split_target(tusk_arena *arena, http_head *head, tusk_str *authority)
{
    static const http_fault bad = { 400, "the request target is not a path" };
    tusk_str target = head->target, scheme = TUSK_STR("http://");
    *authority = (tusk_str){ NULL, 0 };
    head->origin = target;
    if (target.len == 0) return bad;
    if (target.ptr[0] == '/') return sound;
    if (tusk_str_eq(target, TUSK_STR("*")))
        return tusk_str_eq(head->method, TUSK_STR("OPTIONS")) ? sound : bad;
    if (target.len <= scheme.len || !http_same_name((tusk_str){ target.ptr, scheme.len }, scheme))
        return bad;
    tusk_str rest = { target.ptr + scheme.len, target.len - scheme.len };
    size_t n = 0;
    while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?') n++;
    *authority = (tusk_str){ rest.ptr, n };
    tusk_str tail = { rest.ptr + n, rest.len - n };
    head->origin = tail.len > 0 && tail.ptr[0] == '/'
                       ? tail
                       : tusk_arena_printf(arena, "/%.*s", TUSK_STR_ARG(tail));
    return sound;
}

static http_fault read_line(tusk_arena *arena, tusk_str line, http_head *out, bool *is_1_0)
{
    tusk_str rest = line;
    out->method = tusk_arena_str(arena, tusk_str_cut(&rest, ' '));
    http_fault fault = check_method(out->method);
    if (fault.code == 400) return fault;
    if (!rest.ptr) return (http_fault){ 400, "the request line has no target" };
    out->target = tusk_arena_str(arena, tusk_str_cut(&rest, ' '));
    if (!rest.ptr) return (http_fault){ 400, "the request line has no HTTP version" };
    http_fault version = check_version(rest, is_1_0);
    return version.code ? version : fault;
}

http_fault http_head_parse(tusk_arena *arena, tusk_str bytes, size_t line_max, http_head *out)
{
    *out = (http_head){ 0 };
    const char *cr = memchr(bytes.ptr, '\r', bytes.len);
    size_t line_len = cr ? (size_t)(cr - bytes.ptr) : bytes.len;
    if (line_len + 2 > bytes.len) return (http_fault){ 400, "the head has no end" };
    if (line_len > line_max) return (http_fault){ 414, "the request line is too long" };

    bool is_1_0;
    http_fault fault = read_line(arena, (tusk_str){ bytes.ptr, line_len }, out, &is_1_0);
    if (fault.code) return fault;
    tusk_str authority;
    fault = split_target(arena, out, &authority);
    if (fault.code) return fault;
    fault = http_target_parse(arena, out->origin, out);
    if (fault.code) return fault;
    tusk_str fields = { bytes.ptr + line_len + 2, bytes.len - line_len - 2 };
    fault = http_fields_parse(arena, fields, is_1_0, out);
    if (fault.code) return fault;
    if (authority.ptr && !(out->host.ptr && http_same_name(authority, out->host)))
        return (http_fault){ 400, "the request target names another host than the Host header" };
    if (tusk_arena_failed(arena)) return (http_fault){ 503, "there is no memory for this request" };
    return sound;
}
