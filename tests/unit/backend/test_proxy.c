/* test_proxy.c - whose word about the client counts: TRUSTED_PROXY's, nobody else's */
#include "tests/unit/base/unit.h"

#include "services/backend/app/proxy.h"

static void lists_are_read(void **state)
{
    struct proxies p;
    tusk_error err;
    assert_ok(proxies_read(NULL, "X", &p, &err), err);
    assert_int_equal(p.count, 0);
    assert_ok(proxies_read(" 127.0.0.1 , 10.0.0.0/8,fd00::/7,::1", "X", &p, &err), err);
    assert_int_equal(p.count, 4);
    const char *const held[] = { "127.0.0.1", "10.255.0.7", "fd12::5", "::1", "::ffff:10.1.1.1" };
    for (size_t i = 0; i < COUNT(held); i++) assert_true(proxies_hold(&p, tusk_str_of(held[i])));
    const char *const others[] = { "127.0.0.2", "11.0.0.1", "::2", "2001:db8::1", "", "ten" };
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(proxies_hold(&p, tusk_str_of(others[i])));
    assert_ok(proxies_read("0.0.0.0/0", "X", &p, &err), err);
    assert_true(proxies_hold(&p, TUSK_STR("203.0.113.9")));
    assert_false(proxies_hold(&p, TUSK_STR("2001:db8::1")));
}

static void malformed_lists_are_refused_by_name(void **state)
{
    const char *const bad[] = { "localhost",
                                "10.0.0.0/33",
                                "10.0.0.0/",
                                "::/129",
                                "1.2.3",
                                "a,,b",
                                "127.0.0.1,,",
                                "10.0.0.0/8/8",
                                "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
                                "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
                                "1.1.1.1" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct proxies p;
        tusk_error err = { 0 };
        assert_int_equal(proxies_read(bad[i], "TRUSTED_PROXY", &p, &err), TUSK_INVALID);
        assert_non_null(strstr(err.message, "TRUSTED_PROXY"));
    }
}

struct expected {
    const char *peer, *forwarded, *proto; /* as they come in; NULL: no such header */
    const char *client;                   /* what the backend makes of it */
    bool local, https;
};

static const struct expected table[] = {
    { "127.0.0.1", NULL, NULL, "127.0.0.1", true, false },
    { "127.0.0.1", "203.0.113.9", "https", "203.0.113.9", false, true },
    { "127.0.0.1", "6.6.6.6, 203.0.113.9", "https", "203.0.113.9", false,
      true }, /* the first lies */
    { "127.0.0.1", "203.0.113.9, 10.0.0.4", "https", "203.0.113.9", false, true },
    { "127.0.0.1", "203.0.113.9", "http", "203.0.113.9", false, false },
    { "127.0.0.1", "127.0.0.1", "https", "127.0.0.1", true, true },
    { "127.0.0.1", "203.0.113.9, nonsense", NULL, "127.0.0.1", false, false },
    { "127.0.0.1", "", NULL, "127.0.0.1", false, false },
    { "198.51.100.1", "127.0.0.1", "https", "198.51.100.1", false,
      false },                                                          /* not a proxy of ours */
    { "127.0.0.2", "203.0.113.9", "https", "127.0.0.2", false, false }, /* local, but forwarding */
};

static void the_client_is_found(void **state)
{
    struct proxies p;
    tusk_error err;
    assert_ok(proxies_read("127.0.0.1, 10.0.0.0/8", "X", &p, &err), err);
    for (size_t i = 0; i < COUNT(table); i++) {
        const struct expected *e = &table[i];
        http_pair headers[3] = { { TUSK_STR("host"), TUSK_STR("example.org") } };
        http_request r = { .peer = tusk_str_of(e->peer),
                           .peer_is_loopback = strncmp(e->peer, "127.", 4) == 0,
                           .headers = headers,
                           .header_count = 1 };
        if (e->forwarded)
            headers[r.header_count++] =
                (http_pair){ TUSK_STR("x-forwarded-for"), tusk_str_of(e->forwarded) };
        if (e->proto)
            headers[r.header_count++] =
                (http_pair){ TUSK_STR("x-forwarded-proto"), tusk_str_of(e->proto) };
        bool https = false;
        proxy_look(&p, &r, &https);
        assert_true(tusk_str_eq(r.peer, tusk_str_of(e->client)));
        assert_int_equal(r.peer_is_loopback, e->local);
        assert_int_equal(https, e->https);
    }
}

static void of_two_lines_the_last_is_the_proxys(void **state)
{
    struct proxies p;
    tusk_error err;
    assert_ok(proxies_read("127.0.0.1", "X", &p, &err), err);
    http_pair headers[] = { { TUSK_STR("x-forwarded-for"), TUSK_STR("6.6.6.6") },
                            { TUSK_STR("x-forwarded-for"), TUSK_STR("203.0.113.9") } };
    http_request r = { .peer = TUSK_STR("127.0.0.1"), .headers = headers, .header_count = 2 };
    bool https = false;
    proxy_look(&p, &r, &https);
    assert_true(tusk_str_eq(r.peer, TUSK_STR("203.0.113.9")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(malformed_lists_are_refused_by_name),
        cmocka_unit_test(the_client_is_found),
        cmocka_unit_test(of_two_lines_the_last_is_the_proxys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
