/* proxy.h - the reverse proxies in front of the backend whose word about the client counts */
#ifndef DEPLOYSTACK_PROXY_H
#define DEPLOYSTACK_PROXY_H

#include "services/backend/http/http.h"

enum { PROXIES_MAX = 16 };

/** Addresses and networks of TRUSTED_PROXY. */
struct proxies {
    struct proxy_net {
        unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
        int bits;                  /* of the 128 that count */
    } nets[PROXIES_MAX];
    size_t count;
};

/** Reads "127.0.0.1, 10.0.0.0/8, ::1"; NULL and "" are none. `where` names the setting in the
 * error: TUSK_INVALID with the part that is wrong. */
TUSK_NODISCARD tusk_status proxies_read(const char *text, const char *where, struct proxies *out,
                                        tusk_error *err);
/** Is that address one of them? */
bool proxies_hold(const struct proxies *proxies, tusk_str address);
/** When the request came from one of them: `peer` becomes the client that X-Forwarded-For names
 * (the last address in it that is none of the proxies'), and `*https` what X-Forwarded-Proto says.
 * From anybody else both headers mean nothing, but who sends one does not count as this machine
 * itself: a proxy that nobody told us of must not make the whole world local. */
void proxy_look(const struct proxies *proxies, http_request *request, bool *https);

#endif
