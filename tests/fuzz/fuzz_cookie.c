/* fuzz_cookie.c - looking up cookies: a value lies within its header and ends at ";", and one that
 * was set is found among others */
#include "services/backend/http/http.h"
#include "tests/fuzz/fuzz.h"

static tusk_str look_up(tusk_str header, const char *name)
{
    const http_pair headers[] = { { TUSK_STR("accept"), TUSK_STR("session=no; a=no") },
                                  { TUSK_STR("cookie"), header } };
    http_request request = { .headers = headers, .header_count = 2 };
    return http_cookie(&request, name);
}

static void check_within(tusk_str header, const char *name)
{
    tusk_str value = look_up(header, name);
    if (!value.ptr) return;
    CLAIM(value.ptr >= header.ptr && value.ptr + value.len <= header.ptr + header.len,
          "a value is part of the header");
    CLAIM(value.len == 0 || !memchr(value.ptr, ';', value.len), "and of one cookie");
}

/* RFC 6265, 4.1.1: what a server may set. */
static bool is_cookie_value(tusk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\",;\\", c)) return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str input = fuzz_input(data, size);
    check_within(input, "session");
    check_within(input, "a");
    check_within(input, "");
    if (is_cookie_value(input)) {
        tusk_str header = tusk_arena_printf(arena, "xsession=1; sessionx=2; session=%.*s;a=3",
                                            TUSK_STR_ARG(input));
        CLAIM(tusk_str_eq(look_up(header, "session"), input), "a cookie that was set comes back");
        CLAIM(tusk_str_eq(look_up(header, "a"), TUSK_STR("3")), "and so does the one after it");
    }
    tusk_arena_free(arena);
    return 0;
}
