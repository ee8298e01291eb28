/* proxy.c - which address is the client's when a reverse proxy stands in front */
#include "services/backend/app/proxy.h"

#include <arpa/inet.h>

#include "services/backend/app/auth/origin.h"

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/** Both families in one form. `*v4` tells which it was. */
static bool read_address(tusk_str text, unsigned char out[16], bool *v4)
{
    char room[INET6_ADDRSTRLEN + 1];
    if (text.len == 0 || text.len >= sizeof room) return false;
    memcpy(room, text.ptr, text.len);
    room[text.len] = 0;
    memcpy(out, mapped, sizeof mapped);
    *v4 = inet_pton(AF_INET, room, out + sizeof mapped) == 1;
    return *v4 || inet_pton(AF_INET6, room, out) == 1;
}

static bool read_net(tusk_str text, struct proxy_net *out)
{
    tusk_str rest = text, address = tusk_str_cut(&rest, '/');
    bool v4 = false;
    long long bits = 0;
    if (!read_address(address, out->address, &v4)) return false;
    out->bits = 128;
    if (!rest.ptr) return true;
    if (!tusk_str_to_int(rest, 0, v4 ? 32 : 128, &bits)) return false;
    out->bits = (int)bits + (v4 ? 96 : 0);
    return true;
}

tusk_status proxies_read(const char *text, const char *where, struct proxies *out, tusk_error *err)
{
    *out = (struct proxies){ 0 };
    for (tusk_str rest = tusk_str_trim(tusk_str_of(text)); rest.len > 0;) {
        tusk_str part = tusk_str_trim(tusk_str_cut(&rest, ','));
        if (out->count == PROXIES_MAX)
            return tusk_fail(err, TUSK_INVALID, "%s takes at most %d addresses", where,
                             PROXIES_MAX);
        if (!read_net(part, &out->nets[out->count++]))
            return tusk_fail(err, TUSK_INVALID,
                             "%s takes addresses and networks such as 127.0.0.1 or 10.0.0.0/8, "
                             "divided by commas; \"%.*s\" is none",
                             where, (int)(part.len < 60 ? part.len : 60), part.ptr);
    }
    return TUSK_OK;
}

static bool is_within(const unsigned char address[16], const struct proxy_net *net)
{
    int bytes = net->bits / 8, bits = net->bits % 8;
    if (memcmp(address, net->address, (size_t)bytes) != 0) return false;
    return bits == 0 || (address[bytes] ^ net->address[bytes]) >> (8 - bits) == 0;
}

bool proxies_hold(const struct proxies *proxies, tusk_str address)
{
    unsigned char bytes[16];
    bool v4;
    if (!read_address(address, bytes, &v4)) return false;
    for (size_t i = 0; i < proxies->count; i++)
        if (is_within(bytes, &proxies->nets[i])) return true;
    return false;
}

/** The last address of "client, proxy, proxy" that is none of ours: what stands before it was
 * written by the client itself. "no text" when a part is no address. */
static tusk_str client_of(const struct proxies *proxies, tusk_str list)
{
    tusk_str client = { 0, 0 };
    while (list.len > 0) {
        size_t at = list.len;
        while (at > 0 && list.ptr[at - 1] != ',') at--;
        client = tusk_str_trim((tusk_str){ list.ptr + at, list.len - at });
        unsigned char bytes[16];
        bool v4;
        if (!read_address(client, bytes, &v4)) return (tusk_str){ 0, 0 };
        if (!proxies_hold(proxies, client)) return client;
        list.len = at > 0 ? at - 1 : 0;
    }
    return client;
}

/** All X-Forwarded-For lines are one list; the last line is the one our proxy wrote. */
static tusk_str last_header(const http_request *request, const char *name)
{
    for (size_t i = request->header_count; i > 0; i--)
        if (tusk_str_eq(request->headers[i - 1].name, tusk_str_of(name)))
            return request->headers[i - 1].value;
    return (tusk_str){ 0, 0 };
}

void proxy_look(const struct proxies *proxies, http_request *request, bool *https)
{
    tusk_str list = last_header(request, "x-forwarded-for");
    tusk_str scheme = last_header(request, "x-forwarded-proto");
    if (!list.ptr && !scheme.ptr && !http_header(request, "forwarded").ptr) return;
    request->peer_is_loopback = false;
    if (!proxies_hold(proxies, request->peer)) return;
    tusk_str client = client_of(proxies, list);
    if (client.ptr) {
        request->peer = client;
        request->peer_is_loopback = origin_is_loopback(client);
    }
    if (scheme.ptr) *https = tusk_str_eq(scheme, TUSK_STR("https"));
}
