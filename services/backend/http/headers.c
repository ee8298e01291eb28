/* headers.c - the security headers that every answer carries, whoever writes it */
#include "services/backend/http/internal.h"

#include "src/base/banned.h"

#define HEADER(name, value)          \
    {                                \
        { name, sizeof(name) - 1 },  \
        {                            \
            value, sizeof(value) - 1 \
        }                            \
    }

const http_pair http_fixed_headers[] = {
    HEADER("Content-Security-Policy",
           "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
           "form-action 'self'; object-src 'none'"),
    HEADER("X-Content-Type-Options", "nosniff"),
    HEADER("Referrer-Policy", "no-referrer"),
    HEADER("Cross-Origin-Opener-Policy", "same-origin"),
    HEADER("Cross-Origin-Resource-Policy", "same-origin"),
};
const size_t http_fixed_header_count = sizeof http_fixed_headers / sizeof http_fixed_headers[0];
