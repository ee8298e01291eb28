/* test_encode.c - parameters have exactly the bytes that the server reads */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "golden.h"
#include "src/base/mem.h"

static tusk_arena *arena;

static int setup(void **state)
{
    arena = tusk_arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    tusk_arena_free(arena);
    return 0;
}

static tusk_param encode_one(tusk_value *value)
{
    const tusk_param *params = NULL;
    tusk_error err = { 0 };
    if (tusk_encode_params(arena, value, 1, &params, &err) != TUSK_OK) fail_msg("%s", err.message);
    return params[0];
}

static void every_type_has_the_servers_bytes(void **state)
{
    for (size_t i = 0; i < golden_count; i++) {
        const golden *g = &golden_cases[i];
        tusk_value value = g->value;
        tusk_param param = encode_one(&value);
        block expected = block_of_hex(g->hex);
        if (param.format != 1 || param.bytes.len != expected.len ||
            memcmp(param.bytes.ptr, expected.ptr, expected.len) != 0) {
            fail_msg("%s: other bytes than %s", g->name, g->hex);
        }
        block_clear(&expected);
    }
}

static void text_forms(void **state)
{
    tusk_value cases[] = {
        { .type = TUSK_TYPE_NUMERIC, .as.text = TUSK_STR("-12.50") },
        { .type = TUSK_TYPE_ENUM, .as.text = TUSK_STR("team_admin") },
        { .type = TUSK_TYPE_TSVECTOR, .as.text = TUSK_STR("'a':1") },
    };
    static const uint32_t oids[] = { 1700, 0, 3614 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_param param = encode_one(&cases[i]);
        assert_int_equal(param.oid, oids[i]);
        assert_int_equal(param.format, 0);
        assert_string_equal(param.bytes.ptr, cases[i].as.text.ptr);
    }
}

static void a_view_without_zero_is_ended(void **state)
{
    tusk_value value = { .type = TUSK_TYPE_NUMERIC, .as.text = { "12345", 2 } };
    assert_string_equal(encode_one(&value).bytes.ptr, "12");
}

static void null_keeps_its_type(void **state)
{
    tusk_value value = tusk_value_null(TUSK_TYPE_INTEGER);
    tusk_param param = encode_one(&value);
    assert_null(param.bytes.ptr);
    assert_int_equal(param.oid, 23);
    value.is_array = true;
    assert_int_equal(encode_one(&value).oid, 1007);
}

static void empty_is_not_null(void **state)
{
    tusk_value text = { .type = TUSK_TYPE_TEXT };
    tusk_value bytes = { .type = TUSK_TYPE_BYTEA };
    tusk_value numeric = { .type = TUSK_TYPE_NUMERIC };
    assert_non_null(encode_one(&text).bytes.ptr);
    assert_non_null(encode_one(&bytes).bytes.ptr);
    assert_non_null(encode_one(&numeric).bytes.ptr);
}

static void what_has_no_form_is_refused_by_number(void **state)
{
    static const struct {
        tusk_value value;
        const char *message;
    } cases[] = {
        { { .type = TUSK_TYPE_SMALLINT, .as.integer = 32768 },
          "parameter $2 is out of range for a smallint" },
        { { .type = TUSK_TYPE_INTEGER, .as.integer = INT64_C(-2147483649) },
          "parameter $2 is out of range for an integer" },
        { { .type = TUSK_TYPE_REAL, .as.real = 1e39 }, "parameter $2 is out of range for a real" },
        { { .type = TUSK_TYPE_REAL, .as.real = -1e-50 },
          "parameter $2 is out of range for a real" },
        { { .type = TUSK_TYPE_TEXT, .as.text = { "a\0b", 3 } },
          "parameter $2 holds a zero byte, which a text cannot" },
        { { .type = TUSK_TYPE_ENUM, .as.text = { "a\0b", 3 } },
          "parameter $2 holds a zero byte, which a text cannot" },
        { { .type = TUSK_TYPE_TIMESTAMPTZ, .as.time = { INT64_MIN + INT64_C(946684800000000) } },
          "parameter $2 is earlier than a timestamp can be" },
        { { .type = TUSK_TYPE_TIMESTAMP, .as.timestamp = { INT64_MIN + 1 } },
          "parameter $2 is earlier than a timestamp can be" },
        { { .type = TUSK_TYPE_DATE, .as.date = { INT32_MIN + 1 } },
          "parameter $2 is earlier than a date can be" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_value values[] = { tusk_value_int(1), cases[i].value };
        const tusk_param *params = NULL;
        tusk_error err = { 0 };
        assert_int_equal(tusk_encode_params(arena, values, 2, &params, &err), TUSK_INVALID);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void arrays_of_other_types_are_text(void **state)
{
    tusk_str items[] = { TUSK_STR("1"), { 0 }, TUSK_STR("a \"b\" \\ {c},"), TUSK_STR("") };
    tusk_value values[] = {
        { .type = TUSK_TYPE_BIGINT, .is_array = true, .as.texts = { items, COUNT(items) } },
        { .type = TUSK_TYPE_ENUM, .is_array = true, .as.texts = { NULL, 0 } },
    };
    const tusk_param *params = NULL;
    tusk_error err = { 0 };
    assert_int_equal(tusk_encode_params(arena, values, COUNT(values), &params, &err), TUSK_OK);
    assert_true(
        tusk_str_eq(params[0].bytes, TUSK_STR("{\"1\",NULL,\"a \\\"b\\\" \\\\ {c},\",\"\"}")));
    assert_true(tusk_str_eq(params[1].bytes, TUSK_STR("{}")));
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_int_equal(params[i].format, 0);
        assert_int_equal(params[i].oid, 0); /* the server knows what it expects */
    }
    items[0] = (tusk_str){ "a\0b", 3 };
    assert_int_equal(tusk_encode_params(arena, values, 1, &params, &err), TUSK_INVALID);
}

static void memory_that_runs_out_is_told(void **state)
{
    tusk_value values[64];
    for (size_t i = 0; i < COUNT(values); i++) values[i] = golden_cases[i % golden_count].value;
    bool succeeded = false;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_arena *small = tusk_arena_new(0);
        const tusk_param *params = NULL;
        tusk_error err = { 0 };
        tusk_status status = tusk_encode_params(small, values, COUNT(values), &params, &err);
        assert_true(status == TUSK_OK || status == TUSK_NOMEM);
        succeeded = status == TUSK_OK;
        tusk_arena_free(small);
    }
    assert_true(succeeded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_the_servers_bytes),
        cmocka_unit_test(text_forms),
        cmocka_unit_test(a_view_without_zero_is_ended),
        cmocka_unit_test(null_keeps_its_type),
        cmocka_unit_test(empty_is_not_null),
        cmocka_unit_test(what_has_no_form_is_refused_by_number),
        cmocka_unit_test(arrays_of_other_types_are_text),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
