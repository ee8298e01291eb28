/* target.c - reads the target of a request: path and query, percent-decoded, nothing ambiguous let
 * through */
#include "services/backend/http/strict.h"

#include "src/base/banned.h"

static const http_fault sound = { 0, NULL };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool http_percent_decode(tusk_arena *arena, tusk_str s, bool plus_is_space, tusk_str *out)
{
    char *text = tusk_arena_alloc(arena, s.len + 1);
    if (!text) return false;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_digit(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text[n++] = c;
    }
    *out = (tusk_str){ text, n };
    return tusk_str_is_text(*out);
}

/* What a browser may send unescaped; the rest of ASCII has no business in a target. */
static bool chars_are_sound(tusk_str s, const char *refused)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= 0x20 || c >= 0x7f || strchr(refused, c)) return false;
    }
    return true;
}

/* An encoded slash, a control character or a dot segment would be read in one way by us and in
 * another by somebody else. */
static http_fault check_path(tusk_str raw, tusk_str path)
{
    for (size_t i = 0; i + 2 < raw.len; i++)
        if (raw.ptr[i] == '%' && raw.ptr[i + 1] == '2' && (raw.ptr[i + 2] | 0x20) == 'f')
            return (http_fault){ 400, "the path holds an encoded slash" };
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f)
            return (http_fault){ 400, "the path holds a control character" };
    for (tusk_str rest = path; rest.ptr;) {
        tusk_str segment = tusk_str_cut(&rest, '/');
        if (tusk_str_eq(segment, TUSK_STR(".")) || tusk_str_eq(segment, TUSK_STR("..")))
            return (http_fault){ 400, "the path holds a dot segment" };
    }
    return sound;
}

static http_fault read_query(tusk_arena *arena, tusk_str query, http_head *out)
{
    http_pair *pairs = TUSK_NEW_ARRAY(arena, http_pair, HTTP_QUERY_MAX);
    if (!pairs) return (http_fault){ 503, "there is no memory for this request" };
    out->query = pairs;
    for (tusk_str rest = query; rest.ptr;) {
        tusk_str value = tusk_str_cut(&rest, '&');
        if (value.len == 0) continue;
        if (out->query_count == HTTP_QUERY_MAX)
            return (http_fault){ 400, "the query has too many parameters" };
        tusk_str name = tusk_str_cut(&value, '=');
        if (!value.ptr) value = TUSK_STR("");
        http_pair *pair = &pairs[out->query_count++];
        if (!http_percent_decode(arena, name, true, &pair->name) ||
            !http_percent_decode(arena, value, true, &pair->value))
            return (http_fault){ 400, "the query is not percent-encoded UTF-8" };
    }
    return sound;
}

http_fault http_target_parse(tusk_arena *arena, tusk_str origin, http_head *out)
{
    tusk_str query = origin, path = tusk_str_cut(&query, '?');
    if (!chars_are_sound(path, "\"<>\\^`{}#") || (query.ptr && !chars_are_sound(query, "\"<>#")))
        return (http_fault){ 400, "the request target holds a character that has to be encoded" };
    if (!http_percent_decode(arena, path, false, &out->path))
        return (http_fault){ 400, "the path is not percent-encoded UTF-8" };
    http_fault fault = check_path(path, out->path);
    if (fault.code || !query.ptr || query.len == 0) return fault;
    return read_query(arena, query, out);
}
