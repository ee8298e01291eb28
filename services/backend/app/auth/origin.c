/* origin.c - what browsers say about where a request comes from, held against what we are called */
#include "services/backend/app/auth/origin.h"

#include <arpa/inet.h>
#include <strings.h>

static bool same_name(tusk_str a, tusk_str b)
{
    return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/** "https://example.org:8443/x" -> "example.org:8443"; "no text" when it is not http or https. */
static tusk_str authority_of(tusk_str url, bool *https)
{
    static const tusk_str schemes[] = { { "http://", 7 }, { "https://", 8 } };
    for (size_t i = 0; i < 2; i++) {
        if (!tusk_str_starts(url, schemes[i])) continue;
        *https = i == 1;
        return (tusk_str){ url.ptr + schemes[i].len, url.len - schemes[i].len };
    }
    return (tusk_str){ 0, 0 };
}

/** The Origin is ours when its host and port are those of Host. Its scheme has to be the one that
 * we are reached by; with https ended in front of us only the browser knows that, and says
 * same-origin. */
static bool origin_fits(const struct call *call, tusk_str origin, bool said_same)
{
    bool https = false;
    tusk_str authority = authority_of(origin, &https);
    if (!same_name(authority, http_header(call->request, "host"))) return false;
    return said_same || https == call->https;
}

bool origin_allows(struct call *call)
{
    const http_request *r = call->request;
    if (tusk_str_eq(r->method, TUSK_STR("GET")) || tusk_str_eq(r->method, TUSK_STR("HEAD")))
        return true;
    tusk_str site = http_header(r, "sec-fetch-site"), origin = http_header(r, "origin");
    bool said_same = site.ptr && tusk_str_eq(site, TUSK_STR("same-origin"));
    bool same = said_same;
    if (origin.ptr) same = (!site.ptr || said_same) && origin_fits(call, origin, said_same);
    bool program = !origin.ptr && !site.ptr && !http_cookie(r, "session").ptr;
    if (same || program) return true;
    call_fail(call, 403, "A change has to come from this site's own pages (Origin does not match)");
    return false;
}

bool origin_is_loopback(tusk_str name)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct in_addr v4;
    struct in6_addr v6;
    if (same_name(name, TUSK_STR("localhost"))) return true;
    if (name.len >= sizeof text) return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    if (inet_pton(AF_INET, text, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/** "[::1]:3000" -> "::1", "localhost:3000" -> "localhost" */
static tusk_str without_port(tusk_str host)
{
    tusk_str rest = host;
    if (host.len == 0 || host.ptr[0] != '[') return tusk_str_cut(&rest, ':');
    rest = (tusk_str){ host.ptr + 1, host.len - 1 };
    return tusk_str_cut(&rest, ']');
}

bool origin_host_is_ours(const struct call *call)
{
    const struct config *config = call->app->config;
    tusk_str host = http_header(call->request, "host"), name = without_port(host);
    if (origin_is_loopback(name) || same_name(name, tusk_str_of(config->host))) return true;
    bool https = false;
    tusk_str rest = authority_of(tusk_str_of(config->frontend_url), &https);
    return rest.ptr && same_name(host, tusk_str_cut(&rest, '/'));
}
