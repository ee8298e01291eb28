/* test_uuid.c - a uuid is written as PostgreSQL writes it, and only that form is read */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tusk/types.h"

static const tusk_uuid uuid = { { 0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b,
                                  0xb9, 0xbd, 0x38, 0x0a, 0x11 } };
#define TEXT "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"

static void it_is_written_in_lower_case(void **state)
{
    char text[TUSK_UUID_TEXT_SIZE];
    assert_ptr_equal(tusk_uuid_text(uuid, text), text);
    assert_string_equal(text, TEXT);
    assert_string_equal(TUSK_UUID_TEXT(uuid), TEXT);
    assert_string_equal(TUSK_UUID_TEXT((tusk_uuid){ 0 }), "00000000-0000-0000-0000-000000000000");
}

static void what_is_written_is_read_in_either_case(void **state)
{
    tusk_uuid read = { 0 };
    assert_true(tusk_uuid_parse(TUSK_STR(TEXT), &read));
    assert_memory_equal(&read, &uuid, sizeof uuid);
    read = (tusk_uuid){ 0 };
    assert_true(tusk_uuid_parse(TUSK_STR("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"), &read));
    assert_memory_equal(&read, &uuid, sizeof uuid);
}

static void anything_else_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
        TEXT "1",
        "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
        "a0eebc999c0b4ef8bb6d6bb9bd380a11",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
        "a0eebc99-9c0b-4ef8-bb6d_6bb9bd380a11",
        "a0eebc9-99c0b-4ef8-bb6d-6bb9bd380a11",
        "a0eebc99-9c0b-4ef8-bb6d- bb9bd380a11",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tusk_uuid read = uuid;
        if (tusk_uuid_parse(tusk_str_of(bad[i]), &read)) fail_msg("read: %s", bad[i]);
        assert_memory_equal(&read, &uuid, sizeof uuid);
    }
    tusk_uuid read;
    assert_false(tusk_uuid_parse((tusk_str){ 0 }, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_written_in_lower_case),
        cmocka_unit_test(what_is_written_is_read_in_either_case),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
