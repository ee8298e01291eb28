/* fields.c - reads a request's headers, and from them how long its body is */
#include "services/backend/http/strict.h"

#include "src/base/banned.h"

static const http_fault sound = { 0, NULL };

/* Headers of which a second one would leave it open which counts. */
static const char *const singles[] = { "host",          "content-length", "transfer-encoding",
                                       "content-type",  "authorization",  "origin",
                                       "expect",        "sec-fetch-site", "x-csrf-token",
                                       "if-none-match", "referer",        "user-agent" };

static bool value_is_sound(tusk_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return tusk_str_is_text(value);
}

static tusk_str trim_blanks(tusk_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = (tusk_str){ s.ptr + 1, s.len - 1 };
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

static tusk_str lower_copy(tusk_arena *arena, tusk_str s)
{
    char *copy = tusk_arena_alloc(arena, s.len + 1);
    if (!copy) return (tusk_str){ NULL, 0 };
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return (tusk_str){ copy, s.len };
}

static http_fault read_field(tusk_arena *arena, tusk_str line, http_pair *out)
{
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return (http_fault){ 400, "a header is folded over two lines" };
    const char *colon = memchr(line.ptr, ':', line.len);
    if (!colon) return (http_fault){ 400, "a header has no colon" };
    tusk_str name = { line.ptr, (size_t)(colon - line.ptr) };
    if (!http_is_token(name)) return (http_fault){ 400, "the name of a header is malformed" };
    tusk_str value = trim_blanks((tusk_str){ colon + 1, line.len - name.len - 1 });
    if (!value_is_sound(value))
        return (http_fault){ 400, "the value of a header holds bytes that are not text" };
    *out = (http_pair){ lower_copy(arena, name), tusk_arena_str(arena, value) };
    if (!out->name.ptr || !out->value.ptr)
        return (http_fault){ 503, "there is no memory for this request" };
    return sound;
}

static const http_pair *find(const http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (tusk_str_eq(head->headers[i].name, tusk_str_of(name))) return &head->headers[i];
    return NULL;
}

static bool is_repeated(const http_head *head)
{
    for (size_t s = 0; s < sizeof singles / sizeof singles[0]; s++) {
        const http_pair *first = find(head, singles[s]);
        const http_pair *end = head->headers + head->header_count;
        for (const http_pair *p = first ? first + 1 : end; p < end; p++)
            if (tusk_str_eq(p->name, first->name)) return true;
    }
    return false;
}

static bool host_is_sound(tusk_str host)
{
    if (host.len == 0 || host.len > 300) return false;
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    size_t i = 0;
    if (host.ptr[0] == '[') {
        i = 1;
        while (i < host.len && host.ptr[i] && strchr("0123456789abcdefABCDEF:.", host.ptr[i])) i++;
        if (i < 4 || i >= host.len || host.ptr[i] != ']') return false;
        i++;
    } else {
        while (i < host.len && host.ptr[i] && strchr(allowed, host.ptr[i])) i++;
        if (i == 0) return false;
    }
    if (i == host.len) return true;
    if (host.ptr[i] != ':') return false;
    long long port;
    tusk_str digits = { host.ptr + i + 1, host.len - i - 1 };
    return digits.len <= 5 && tusk_str_to_int(digits, 0, 65535, &port) && digits.ptr[0] != '+' &&
           digits.ptr[0] != '-';
}

static http_fault read_host(bool is_1_0, http_head *out)
{
    const http_pair *host = find(out, "host");
    if (!host) return is_1_0 ? sound : (http_fault){ 400, "there is no Host header" };
    if (!host_is_sound(host->value)) return (http_fault){ 400, "the Host header is malformed" };
    out->host = host->value;
    return sound;
}

static bool is_digits(tusk_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return s.len > 0;
}

static http_fault read_length(tusk_str value, http_head *out)
{
    long long length;
    if (!is_digits(value)) return (http_fault){ 400, "Content-Length is not a plain number" };
    if (value.len > 18 || !tusk_str_to_int(value, 0, 999999999999999999LL, &length))
        return (http_fault){ 413, "the body is too large" };
    out->has_length = true;
    out->content_length = (uint64_t)length;
    return sound;
}

/* RFC 9112 6.1 and 6.3, without the leniency that request smuggling lives on. */
static http_fault read_framing(bool is_1_0, http_head *out)
{
    const http_pair *length = find(out, "content-length");
    const http_pair *coding = find(out, "transfer-encoding");
    if (length && coding)
        return (http_fault){ 400, "Content-Length and Transfer-Encoding exclude each other" };
    if (length) return read_length(length->value, out);
    if (!coding) return sound;
    if (is_1_0) return (http_fault){ 400, "HTTP/1.0 has no Transfer-Encoding" };
    if (!http_same_name(coding->value, TUSK_STR("chunked")))
        return (http_fault){ 400, "the only Transfer-Encoding spoken here is chunked" };
    out->chunked = true;
    return sound;
}

static http_fault read_connection(bool is_1_0, http_head *out)
{
    bool close = is_1_0; /* keep-alive in HTTP/1.0 is a custom, not a rule: not offered */
    for (size_t i = 0; i < out->header_count; i++) {
        if (!tusk_str_eq(out->headers[i].name, TUSK_STR("connection"))) continue;
        for (tusk_str rest = out->headers[i].value; rest.ptr;) {
            tusk_str token = trim_blanks(tusk_str_cut(&rest, ','));
            if (http_same_name(token, TUSK_STR("close"))) close = true;
        }
    }
    out->keep_alive = !close;
    const http_pair *expect = find(out, "expect");
    if (!expect) return sound;
    if (!http_same_name(expect->value, TUSK_STR("100-continue")))
        return (http_fault){ 417, "the only expectation met here is 100-continue" };
    out->expects_continue = !is_1_0;
    return sound;
}

static http_fault read_fields(tusk_arena *arena, tusk_str bytes, http_head *out)
{
    http_pair *pairs = TUSK_NEW_ARRAY(arena, http_pair, HTTP_HEADERS_MAX);
    if (!pairs) return (http_fault){ 503, "there is no memory for this request" };
    out->headers = pairs;
    for (;;) {
        const char *cr = memchr(bytes.ptr, '\r', bytes.len);
        size_t n = cr ? (size_t)(cr - bytes.ptr) : bytes.len;
        if (n + 2 > bytes.len || bytes.ptr[n + 1] != '\n')
            return (http_fault){ 400, "the head has no end" };
        if (n == 0) return sound;
        if (out->header_count == HTTP_HEADERS_MAX)
            return (http_fault){ 431, "there are too many headers" };
        http_fault fault = read_field(arena, (tusk_str){ bytes.ptr, n }, &pairs[out->header_count]);
        if (fault.code) return fault;
        out->header_count++;
        bytes = (tusk_str){ bytes.ptr + n + 2, bytes.len - n - 2 };
    }
}

http_fault http_fields_parse(tusk_arena *arena, tusk_str bytes, bool is_http_1_0, http_head *out)
{
    out->is_1_0 = is_http_1_0;
    http_fault fault = read_fields(arena, bytes, out);
    if (fault.code) return fault;
    if (is_repeated(out))
        return (http_fault){ 400, "a header that may stand once stands there twice" };
    fault = read_host(is_http_1_0, out);
    if (fault.code) return fault;
    fault = read_framing(is_http_1_0, out);
    if (fault.code) return fault;
    return read_connection(is_http_1_0, out);
}
