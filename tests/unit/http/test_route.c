/* test_route.c - which entry of a table a method and a path lead to */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/backend/http/http.h"

static const struct {
    http_pattern pattern;
    int extra;
} table[] = {
    { { "GET", "/" }, 0 },
    { { "GET", "/api/users/:id" }, 0 },
    { { "GET", "/api/users/me" }, 0 },
    { { "GET", "/api/teams/:id" }, 0 },
    { { "PATCH", "/api/teams/:id" }, 0 },
    { { "GET", "/api/teams/:id/mcp/installations" }, 0 },
    { { "POST", "/api/teams/:id/mcp/installations" }, 0 },
    { { "DELETE", "/api/teams/:team/mcp/installations/:installation" }, 0 },
    { { "POST", "/api/db/setup" }, 0 },
};

static http_match route(tusk_arena *arena, const char *method, const char *path)
{
    return http_route(arena, table, sizeof table / sizeof table[0], sizeof table[0],
                      tusk_str_of(method), tusk_str_of(path));
}

static void assert_text(tusk_str have, const char *want)
{
    if (!tusk_str_eq(have, tusk_str_of(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", TUSK_STR_ARG(have), want);
}

static void test_entries(void **state)
{
    static const struct {
        const char *method, *path;
        int entry;
        bool path_known;
    } cases[] = {
        { "GET", "/", 0, true },
        { "HEAD", "/", 0, true },
        { "POST", "/", -1, true },
        { "GET", "", -1, false },
        { "GET", "//", -1, false },
        { "GET", "/api", -1, false },
        { "GET", "/api/users/7", 1, true },
        { "GET", "/api/users/me", 2, true }, /* the literal one, though it stands later */
        { "GET", "/api/users/", -1, false }, /* a parameter is not empty */
        { "GET", "/api/users/7/", -1, false },
        { "GET", "/api/teams/a b", 3, true },
        { "PATCH", "/api/teams/x", 4, true },
        { "patch", "/api/teams/x", -1, true },
        { "DELETE", "/api/teams/x", -1, true },
        { "POST", "/api/teams/x/mcp/installations", 6, true },
        { "DELETE", "/api/teams/x/mcp/installations/y", 7, true },
        { "GET", "/api/db/setup", -1, true },
        { "HEAD", "/api/db/setup", -1, true },
        { "GET", "/API/users/me", -1, false },
        { "OPTIONS", "*", -1, false },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        http_match match = route(arena, cases[i].method, cases[i].path);
        if (match.entry != cases[i].entry || match.path_known != cases[i].path_known)
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, match.entry);
    }
    tusk_arena_free(arena);
}

static void test_parameters(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_match match = route(arena, "DELETE", "/api/teams/t-1/mcp/installations/i-2");
    assert_int_equal(match.param_count, 2);
    assert_text(match.params[0].name, "team");
    assert_text(match.params[0].value, "t-1");
    assert_text(match.params[1].name, "installation");
    assert_text(match.params[1].value, "i-2");
    assert_int_equal(route(arena, "GET", "/api/users/me").param_count, 0);
    tusk_arena_free(arena);
}

static void test_allow(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    assert_text(route(arena, "DELETE", "/api/teams/x").allow, "GET, PATCH");
    assert_text(route(arena, "OPTIONS", "/api/users/me").allow, "GET");
    assert_text(route(arena, "GET", "/nowhere").allow, "");
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
