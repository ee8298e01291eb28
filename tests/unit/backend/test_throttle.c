/* test_throttle.c - who has to wait after wrong passwords, and who has not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>

#include "services/backend/app/auth/throttle.h"

static int make(void **state)
{
    if (sodium_init() < 0) return -1;
    *state = throttle_new();
    return *state ? 0 : -1;
}

static int drop(void **state)
{
    throttle_free(*state);
    return 0;
}

static void fail_times(struct throttle *t, int times, const char *account, const char *address)
{
    for (int i = 0; i < times; i++) throttle_failed(t, tusk_str_of(account), tusk_str_of(address));
}

static int wait_of(struct throttle *t, const char *account, const char *address)
{
    return throttle_wait(t, tusk_str_of(account), tusk_str_of(address));
}

static void five_failures_of_an_account_are_free(void **state)
{
    fail_times(*state, 4, "ada", "192.0.2.1");
    assert_int_equal(wait_of(*state, "ada", "192.0.2.1"), 0);
    fail_times(*state, 1, "ada", "192.0.2.1");
    assert_int_equal(wait_of(*state, "ada", "192.0.2.9"), 1);
    assert_int_equal(wait_of(*state, "ADA", "192.0.2.9"), 1);
    assert_int_equal(wait_of(*state, "bob", "192.0.2.1"), 0);
}

static void the_pause_doubles_up_to_a_quarter_of_an_hour(void **state)
{
    fail_times(*state, 7, "ada", "192.0.2.1");
    assert_int_equal(wait_of(*state, "ada", "192.0.2.9"), 4);
    fail_times(*state, 100, "ada", "192.0.2.1");
    assert_int_equal(wait_of(*state, "ada", "192.0.2.9"), 900);
}

static void a_right_password_forgives_the_account_not_the_address(void **state)
{
    fail_times(*state, 22, "ada", "192.0.2.1");
    throttle_passed(*state, TUSK_STR("ada"));
    assert_int_equal(wait_of(*state, "ada", "192.0.2.9"), 0);
    assert_true(wait_of(*state, "ada", "192.0.2.1") > 0);
}

static void an_ipv6_network_is_one_address(void **state)
{
    for (int i = 0; i < 21; i++) {
        char account[8] = { 'u', (char)('a' + i), 0 };
        char address[] = "2001:db8:1:2::X";
        address[sizeof address - 2] = (char)('0' + i % 10);
        fail_times(*state, 1, account, address);
    }
    assert_true(wait_of(*state, "new", "2001:db8:1:2:ffff::1") > 0);
    assert_int_equal(wait_of(*state, "new", "2001:db8:1:3::1"), 0);
    assert_int_equal(wait_of(*state, "new", "192.0.2.1"), 0);
}

static void mapped_ipv4_addresses_are_told_apart(void **state)
{
    fail_times(*state, 21, "ada", "::ffff:192.0.2.1");
    assert_true(wait_of(*state, "new", "::ffff:192.0.2.1") > 0);
    assert_int_equal(wait_of(*state, "new", "::ffff:192.0.2.2"), 0);
}

static void an_account_is_not_an_address(void **state)
{
    fail_times(*state, 30, "192.0.2.7", "192.0.2.1");
    assert_int_equal(wait_of(*state, "ada", "192.0.2.7"), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(five_failures_of_an_account_are_free),
        CASE(the_pause_doubles_up_to_a_quarter_of_an_hour),
        CASE(a_right_password_forgives_the_account_not_the_address),
        CASE(an_ipv6_network_is_one_address),
        CASE(mapped_ipv4_addresses_are_told_apart),
        CASE(an_account_is_not_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
