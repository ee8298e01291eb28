/* test_refusal.c - which of libpq's lines about a failed connection is told */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/wire/internal.h"

#define UNREACHABLE "\tIs the server running on that host and accepting TCP/IP connections?\n"

static void expect(const char *text, const char *message, tusk_retry retry)
{
    tusk_error err = { 0 };
    assert_int_equal(tusk_wire_fail_connect(&err, text), TUSK_CONNECTION);
    assert_string_equal(err.message, message);
    assert_int_equal(err.retry, retry);
}

static void the_only_line(void **state)
{
    expect("connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n" UNREACHABLE,
           "connection to server at \"127.0.0.1\", port 1 failed: Connection refused",
           TUSK_RETRY_YES);
    expect("", "cannot connect to the server", TUSK_RETRY_YES);
}

static void what_is_wrong_where_a_server_is(void **state)
{
    expect("connection to \"::1\" failed: Connection refused\n" UNREACHABLE
           "connection to \"127.0.0.1\" failed: SSL error: certificate verify failed\n",
           "connection to \"127.0.0.1\" failed: SSL error: certificate verify failed",
           TUSK_RETRY_NO);
    expect("connection to \"::1\" failed: SSL error: certificate verify failed\n"
           "connection to \"127.0.0.1\" failed: Connection refused\n" UNREACHABLE,
           "connection to \"::1\" failed: SSL error: certificate verify failed", TUSK_RETRY_NO);
}

static void the_first_when_none_is_reached(void **state)
{
    expect("connection to \"::1\" failed: Connection refused\n" UNREACHABLE
           "connection to \"127.0.0.1\" failed: Connection refused\n" UNREACHABLE,
           "connection to \"::1\" failed: Connection refused", TUSK_RETRY_YES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_line),
        cmocka_unit_test(what_is_wrong_where_a_server_is),
        cmocka_unit_test(the_first_when_none_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
