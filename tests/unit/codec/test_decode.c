/* test_decode.c - cells become fields; malformed bytes are refused and never read past */
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

static void every_type_is_read_in_both_forms(void **state)
{
    for (size_t i = 0; i < 2 * golden_count; i++) {
        const golden *g = &golden_cases[i / 2];
        tusk_column column = golden_column(&g->value, i % 2);
        block bytes = block_of_hex(g->hex);
        field f = { 0 };
        tusk_error err = { 0 };
        if (tusk_decode_cell(arena, &column, block_str(bytes), &f, &err) != TUSK_OK) {
            fail_msg("%s: %s", g->name, err.message);
        }
        block_clear(&bytes); /* what was read is a copy */
        tusk_value got = golden_read(&column, &f);
        golden_assert_same(g->name, &got, &g->value);
    }
}

static void null_needs_a_nullable_form(void **state)
{
    for (size_t i = 0; i < golden_count; i++) {
        tusk_column column = golden_column(&golden_cases[i].value, true);
        field f = { .bytes = { 1 } };
        assert_int_equal(tusk_decode_cell(arena, &column, (tusk_str){ 0 }, &f, NULL), TUSK_OK);
        assert_int_equal(f.bytes[0], 0);
        column.nullable = false;
        tusk_error err = { 0 };
        assert_int_equal(tusk_decode_cell(arena, &column, (tusk_str){ 0 }, &f, &err), TUSK_INVALID);
        assert_string_equal(err.column, "theColumn");
    }
}

static tusk_status read_block(const tusk_value *type, const void *bytes, size_t len,
                              tusk_error *err)
{
    tusk_column column = golden_column(type, false);
    block exact = block_of(bytes, len);
    field f = { 0 };
    tusk_arena_reset(arena);
    tusk_status status = tusk_decode_cell(arena, &column, block_str(exact), &f, err);
    block_clear(&exact);
    if (status != TUSK_OK) {
        field untouched = { 0 };
        assert_memory_equal(&f, &untouched, sizeof f);
    }
    return status;
}

static void every_truncation_is_refused(void **state)
{
    for (size_t i = 0; i < golden_count; i++) {
        const golden *g = &golden_cases[i];
        block whole = block_of_hex(g->hex);
        for (size_t len = 0; len < whole.len; len++) {
            tusk_error err = { 0 };
            tusk_status status = read_block(&g->value, whole.ptr, len, &err);
            if (!g->any_length && status != TUSK_INVALID) {
                fail_msg("%s: %zu of %zu bytes were read", g->name, len, whole.len);
            }
            if (status != TUSK_OK) assert_string_equal(err.column, "theColumn");
        }
        block_clear(&whole);
    }
}

static void a_byte_too_many_is_refused(void **state)
{
    for (size_t i = 0; i < golden_count; i++) {
        const golden *g = &golden_cases[i];
        if (g->any_length) continue;
        block whole = block_of_hex(g->hex);
        char longer[128] = { 0 };
        memcpy(longer, whole.ptr, whole.len);
        if (read_block(&g->value, longer, whole.len + 1, NULL) != TUSK_INVALID) {
            fail_msg("%s: a byte after the end was not seen", g->name);
        }
        block_clear(&whole);
    }
}

static void changed_bytes_never_harm(void **state)
{
    uint64_t random = 88172645463325252U; /* xorshift: the same bytes at each run */
    for (size_t round = 0; round < 40000; round++) {
        const golden *g = &golden_cases[round % golden_count];
        block bytes = block_of_hex(g->hex);
        for (size_t changes = 0; changes < 3 && bytes.len > 0; changes++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes.ptr[random % bytes.len] = (char)(random >> 32);
        }
        tusk_error err = { 0 };
        tusk_status status = read_block(&g->value, bytes.ptr, bytes.len, &err);
        if (status != TUSK_OK && status != TUSK_INVALID) fail_msg("%s: %s", g->name, err.message);
        block_clear(&bytes);
    }
}

static void arrays_are_checked(void **state)
{
    static const struct {
        const char *hex, *why;
    } cases[] = {
        { "00000002000000000000001700000002000000010000000200000001", "more than one dimension" },
        { "00000001000000000000001700000064000000010000000400000001", "cut short" },
        { "0000000100000000000000177fffffff00000001", "cut short" },
        { "000000010000000000000017000000010000000100000002"
          "0001",
          "not of 4 bytes" },
        { "000000010000000000000014000000010000000100000004"
          "00000001",
          "another type" },
        { "00000001000000000000001700000001000000017fffffff00000001", "cut short" },
        { "00000000000000000000001700", "after its end" },
    };
    const tusk_value integers = { .type = TUSK_TYPE_INTEGER, .is_array = true };
    for (size_t i = 0; i < COUNT(cases); i++) {
        block bytes = block_of_hex(cases[i].hex);
        tusk_error err = { 0 };
        assert_int_equal(read_block(&integers, bytes.ptr, bytes.len, &err), TUSK_INVALID);
        if (!strstr(err.message, cases[i].why)) fail_msg("%s: %s", cases[i].hex, err.message);
        block_clear(&bytes);
    }
}

static void times_out_of_range_are_refused(void **state)
{
    const tusk_value time = { .type = TUSK_TYPE_TIMESTAMPTZ }, date = { .type = TUSK_TYPE_DATE };
    tusk_error err = { 0 };
    block late = block_of_hex("7fffff5bb3b29fff"); /* 294276-12-31, which PostgreSQL has */
    assert_int_equal(read_block(&time, late.ptr, late.len, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "after the year 294246"));
    block_clear(&late);
    block day = block_of_hex("7ffffffe");
    assert_int_equal(read_block(&date, day.ptr, day.len, NULL), TUSK_INVALID);
    block_clear(&day);
}

static void enum_labels_become_values(void **state)
{
    for (size_t nullable = 0; nullable < 2; nullable++) {
        tusk_column column = golden_column(&(tusk_value){ .type = TUSK_TYPE_ENUM }, nullable);
        field f = { 0 };
        assert_int_equal(tusk_decode_cell(arena, &column, TUSK_STR("team_user"), &f, NULL),
                         TUSK_OK);
        assert_int_equal(golden_read(&column, &f).as.integer, 1);
    }
    tusk_column column = golden_column(&(tusk_value){ .type = TUSK_TYPE_ENUM }, false);
    field f;
    tusk_error err = { 0 };
    assert_int_equal(tusk_decode_cell(arena, &column, TUSK_STR("owner"), &f, &err), TUSK_INVALID);
    assert_string_equal(err.message,
                        "column \"theColumn\" holds \"owner\", which enum \"team_role\" of "
                        "the program lacks");
    assert_string_equal(err.column, "theColumn");
    assert_int_equal(tusk_decode_cell(arena, &column, TUSK_STR("team_use"), &f, &err),
                     TUSK_INVALID);
}

static void types_that_fit_a_column(void **state)
{
    static const struct {
        tusk_type type;
        bool is_array;
        uint32_t oid;
        bool fits;
    } cases[] = {
        { TUSK_TYPE_TEXT, false, 25, true },           { TUSK_TYPE_TEXT, false, 1043, true },
        { TUSK_TYPE_VARCHAR, false, 25, true },        { TUSK_TYPE_TEXT, false, 20, false },
        { TUSK_TYPE_INTEGER, false, 23, true },        { TUSK_TYPE_INTEGER, false, 20, false },
        { TUSK_TYPE_INTEGER, true, 1007, true },       { TUSK_TYPE_INTEGER, true, 23, false },
        { TUSK_TYPE_INTEGER, false, 1007, false },     { TUSK_TYPE_TEXT, true, 1015, true },
        { TUSK_TYPE_JSONB, false, 3802, true },        { TUSK_TYPE_JSONB, false, 114, false },
        { TUSK_TYPE_ENUM, false, 16390, true },        { TUSK_TYPE_ENUM, false, 25, true },
        { TUSK_TYPE_ENUM, false, 23, false },          { TUSK_TYPE_TSVECTOR, false, 25, true },
        { TUSK_TYPE_TIMESTAMPTZ, false, 1114, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_column column = { .name = "c", .type = cases[i].type, .is_array = cases[i].is_array };
        if (tusk_codec_reads(&column, cases[i].oid) != cases[i].fits) {
            fail_msg("case %zu: %s and type %u", i, tusk_column_type_name(&column), cases[i].oid);
        }
    }
    assert_string_equal(tusk_oid_name(20), "bigint");
    assert_string_equal(tusk_oid_name(1007), "integer[]");
    assert_string_equal(tusk_oid_name(114), "json");
    assert_null(tusk_oid_name(16390));
}

static void memory_that_runs_out_is_told(void **state)
{
    const golden *g = &golden_cases[0];
    while (strcmp(g->name, "text[]") != 0) g++;
    tusk_column column = golden_column(&g->value, false);
    block bytes = block_of_hex(g->hex);
    tusk_status status = TUSK_NOMEM;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_arena *small = tusk_arena_new(0);
        field f;
        status = tusk_decode_cell(small, &column, block_str(bytes), &f, NULL);
        assert_true(status == TUSK_OK || status == TUSK_NOMEM);
        tusk_arena_free(small);
    }
    assert_int_equal(status, TUSK_OK);
    block_clear(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read_in_both_forms),
        cmocka_unit_test(null_needs_a_nullable_form),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_byte_too_many_is_refused),
        cmocka_unit_test(changed_bytes_never_harm),
        cmocka_unit_test(arrays_are_checked),
        cmocka_unit_test(times_out_of_range_are_refused),
        cmocka_unit_test(enum_labels_become_values),
        cmocka_unit_test(types_that_fit_a_column),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
