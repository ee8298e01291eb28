/* test_seed.c - what checks say of a column, and values within that */
#include "tests/unit/base/unit.h"

#include <stdlib.h>

#include "src/ops/seed.h"

/* "min max shortest most label,label", "-" for nothing said */
static void assert_limits(const char *check, const char *expected)
{
    char got[256];
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model_check one = { .name = TUSK_STR("c"), .value = tusk_str_of(check) };
    tusk_model_table table = { .name = TUSK_STR("t"),
                               .checks = { .items = &one, .count = 1, .cap = 1 } };
    tusk_seed_limit limit;
    assert_true(tusk_seed_limits(arena, &table, TUSK_STR("size"), &limit));
    int at = 0;
    at += limit.has_min ? snprintf(got, sizeof got, "%g ", limit.min)
                        : snprintf(got, sizeof got, "- ");
    at += limit.has_max ? snprintf(got + at, sizeof got - (size_t)at, "%g ", limit.max)
                        : snprintf(got + at, sizeof got - (size_t)at, "- ");
    at += snprintf(got + at, sizeof got - (size_t)at, "%zu %zu", limit.shortest, limit.most);
    for (size_t i = 0; i < limit.labels.count; i++) {
        at += snprintf(got + at, sizeof got - (size_t)at, "%s%.*s", i ? "," : " ",
                       TUSK_STR_ARG(limit.labels.items[i]));
    }
    if (strcmp(got, expected) != 0) fail_msg("%s: got %s, expected %s", check, got, expected);
    tusk_arena_free(arena);
}

static void simple_checks_are_understood(void **state)
{
    (void)state;
    assert_limits("\"t\".\"size\" > 0", "1 - 0 0");
    assert_limits("(size >= 3) AND (size < 10)", "3 9 0 0");
    assert_limits("0 < t.size and 7 >= t.size", "1 7 0 0");
    assert_limits("size BETWEEN -2 AND 5", "-2 5 0 0");
    assert_limits("((size >= 1) AND (size <= 65535))", "1 65535 0 0");
    assert_limits("length(size) <= 40 and char_length(size) > 2", "- - 3 40");
    assert_limits("size IN ('a', 'b, c')", "- - 0 0 a,b, c");
    assert_limits("((size)::text = ANY (ARRAY['low'::text, 'high'::text]))", "- - 0 0 low,high");
    assert_limits("size in (10, 20)", "- - 0 0 10,20");
    assert_limits("size = 'only'", "- - 0 0 only");
}

/* What is not simple says nothing: the database has the last word. */
static void others_say_nothing(void **state)
{
    (void)state;
    assert_limits("size > 3 or size < 0", "- - 0 0");
    assert_limits("other_size > 3", "- - 0 0");
    assert_limits("NOT size > 3", "- - 0 0");
    assert_limits("size ~ '^[a-z]+$'", "- - 0 0");
    assert_limits("size > other", "- - 0 0");
    assert_limits("", "- - 0 0");
    assert_limits("size <", "- - 0 0");
    assert_limits("'size > 3", "- - 0 0");
}

/* The same beginning gives the same value, which keeps to its type. */
static void values_keep_to_their_type(void **state)
{
    static const struct {
        const char *type, *name, *expected;
    } cases[] = { { "varchar(8)", "email", NULL },
                  { "boolean", "read", NULL },
                  { "smallint", "port", NULL },
                  { "tsquery", "q", "null" },
                  { "text[][]", "grid", "[]" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tusk_arena *arena = tusk_arena_new(0);
        tusk_model_column column = { .name = tusk_str_of(cases[i].name),
                                     .type = tusk_str_of(cases[i].type) };
        tusk_seed_column one = { .column = &column, .distinct = i == 0 };
        tusk_seed_row row = { .number = 41 };
        tusk_dice first = { 5 }, second = { 5 };
        json_t *a = tusk_seed_value(arena, &one, &row, &first);
        json_t *b = tusk_seed_value(arena, &one, &row, &second);
        assert_true(json_equal(a, b));
        if (i == 0) assert_int_equal(json_string_length(a), 8);
        if (cases[i].expected) {
            char *text = json_dumps(a, JSON_ENCODE_ANY);
            assert_string_equal(text, cases[i].expected);
            free(text);
        }
        json_decref(a);
        json_decref(b);
        tusk_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_checks_are_understood),
        cmocka_unit_test(others_say_nothing),
        cmocka_unit_test(values_keep_to_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
