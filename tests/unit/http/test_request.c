/* test_request.c - what a handler asks of a request: headers, cookies, parameters, a JSON body */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/backend/http/http.h"

#define PAIR(name, value)            \
    {                                \
        { name, sizeof(name) - 1 },  \
        {                            \
            value, sizeof(value) - 1 \
        }                            \
    }

static void assert_text(tusk_str have, const char *want)
{
    if (!tusk_str_eq(have, tusk_str_of(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", TUSK_STR_ARG(have), want);
}

static void test_lookup(void **state)
{
    static const http_pair headers[] = { PAIR("host", "x"),
                                         PAIR("cookie", "a=1; sid=abc=d; empty=;b"),
                                         PAIR("accept", "one"), PAIR("accept", "two"),
                                         PAIR("cookie", "late=2;sid=second") };
    static const http_pair query[] = { PAIR("q", "x"), PAIR("q", "y"), PAIR("none", "") };
    http_request request = {
        .headers = headers, .header_count = 5, .query = query, .query_count = 3
    };
    assert_text(http_header(&request, "accept"), "one");
    assert_null(http_header(&request, "Accept").ptr);
    assert_null(http_header(&request, "absent").ptr);
    assert_text(http_query(&request, "q"), "x");
    assert_non_null(http_query(&request, "none").ptr);
    assert_null(http_query(&request, "absent").ptr);
    assert_text(http_cookie(&request, "a"), "1");
    assert_text(http_cookie(&request, "sid"), "abc=d");
    assert_non_null(http_cookie(&request, "empty").ptr);
    assert_text(http_cookie(&request, "late"), "2");
    assert_null(http_cookie(&request, "b").ptr); /* no "=": no cookie */
    assert_null(http_cookie(&request, "si").ptr);
    assert_null(http_cookie(&request, "absent").ptr);
}

static int json_code(const char *type, const char *body, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_pair header = { TUSK_STR("content-type"), tusk_str_of(type) };
    http_request request = {
        .arena = arena, .headers = &header, .header_count = type ? 1 : 0, .body = { body, size }
    };
    int code = 0;
    tusk_str why = { NULL, 0 };
    json_t *value = http_json_body(&request, &code, &why);
    if (value) {
        assert_int_equal(code, 0);
        json_decref(value);
    } else {
        assert_true(why.len > 0);
    }
    tusk_arena_free(arena);
    return code;
}

static int body_code(const char *body)
{
    return json_code("application/json", body, strlen(body));
}

static void test_json_type(void **state)
{
    assert_int_equal(json_code("application/json", "{}", 2), 0);
    assert_int_equal(json_code("Application/JSON; charset=UTF-8", "{}", 2), 0);
    assert_int_equal(json_code("application/json;charset=\"utf-8\"", "{}", 2), 0);
    assert_int_equal(json_code("application/json; charset=latin1", "{}", 2), 415);
    assert_int_equal(json_code("text/json", "{}", 2), 415);
    assert_int_equal(json_code("application/jsonp", "{}", 2), 415);
    assert_int_equal(json_code("application/x-www-form-urlencoded", "a=b", 3), 415);
    assert_int_equal(json_code(NULL, "{}", 2), 415);
}

static void test_json_limits(void **state)
{
    assert_int_equal(body_code("{\"a\":[1,2.5,null,true,\"x\"]}"), 0);
    assert_int_equal(body_code(" 7 "), 0);
    assert_int_equal(body_code(""), 400);
    assert_int_equal(body_code("{"), 400);
    assert_int_equal(body_code("{}{}"), 400);
    assert_int_equal(body_code("{} x"), 400);
    assert_int_equal(body_code("{\"a\":1,\"a\":2}"), 400);
    assert_int_equal(body_code("{\"a\":{\"b\":1,\"\\u0062\":2}}"), 400);
    assert_int_equal(body_code("{\"a\":\"\xff\"}"), 400);
    assert_int_equal(body_code("{\"a\":\"\\u0000\"}"), 400);
    assert_int_equal(body_code("{\"a\":\"\\ud800\"}"), 400);
    assert_int_equal(body_code("{\"a\":99999999999999999999}"), 400);
    assert_int_equal(body_code("{'a':1}"), 400);
    assert_int_equal(body_code("[1,]"), 400);
    assert_int_equal(json_code("application/json", "{}\0", 3), 400);
}

static void test_json_depth(void **state)
{
    char text[80];
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    assert_int_equal(json_code("application/json", text, 64), 0);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    assert_int_equal(json_code("application/json", text, 66), 400);
    /* brackets in strings are no depth, and an escaped quote ends no string */
    assert_int_equal(body_code("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[\""), 0);
    static char deep[100000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_code("application/json", deep, sizeof deep), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_json_type),
        cmocka_unit_test(test_json_limits),
        cmocka_unit_test(test_json_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
