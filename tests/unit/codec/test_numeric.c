/* test_numeric.c - the exact text of numerics, as the server writes it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "golden.h"
#include "src/base/bytes.h"

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

/* The bytes are numeric_send's. */
static const struct {
    const char *text, *hex;
} cases[] = {
    { "0", "0000000000000000" },
    { "0.00", "0000000000000002" },
    { "1", "00010000000000000001" },
    { "-1", "00010000400000000001" },
    { "9999", "0001000000000000270f" },
    { "10000", "00010001000000000001" },
    { "10001", "000200010000000000010001" },
    { "100000000", "00010002000000000001" },
    { "-12.50", "0002000040000002000c1388" },
    { "0.1", "0001ffff0000000103e8" },
    { "0.0001", "0001ffff000000040001" },
    { "0.00001", "0001fffe0000000503e8" },
    { "0.000000000001", "0001fffd0000000c0001" },
    { "123456789012345678901234567890.123456789",
      "000b000700000009000c0d801ed204d2162e23340d801ed204d2162e2328" },
    { "-0.5", "0001ffff400000011388" },
    { "NaN", "00000000c0000000" },
    { "Infinity", "00000000d0000020" },
    { "-Infinity", "00000000f0000020" },
    { "99999999999999999999", "0005000400000000270f270f270f270f270f" },
    { "1000000000000", "00010003000000000001" },
    { "0.9999", "0001ffff00000004270f" },
    { "12345.6789", "0003000100000004000109291a85" },
    { "-99999.99990", "00030001400000050009270f270f" },
    { "100000000000000000000", "00010005000000000001" },
    { "5.000", "00010000000000030005" },
    /* nobody sends these, but they have one meaning */
    { "1", "0002000100000000"
           "00000001" },
    { "0", "0000000500000000" },
};

static tusk_status read_numeric(tusk_str bytes, tusk_numeric *out, tusk_error *err)
{
    const tusk_column column = { .name = "price", .type = TUSK_TYPE_NUMERIC };
    return tusk_decode_cell(arena, &column, bytes, out, err);
}

static void texts_are_exact(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        block bytes = block_of_hex(cases[i].hex);
        tusk_numeric out = { 0 };
        assert_int_equal(read_numeric(block_str(bytes), &out, NULL), TUSK_OK);
        assert_string_equal(out.text.ptr, cases[i].text);
        assert_int_equal(out.text.len, strlen(cases[i].text));
        block_clear(&bytes);
    }
}

static void every_truncation_is_refused(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        block whole = block_of_hex(cases[i].hex);
        for (size_t len = 0; len < whole.len; len++) {
            block cut = block_of(whole.ptr, len);
            tusk_numeric out = { 0 };
            if (read_numeric(block_str(cut), &out, NULL) != TUSK_INVALID) {
                fail_msg("%s: %zu of %zu bytes were read", cases[i].text, len, whole.len);
            }
            block_clear(&cut);
        }
        block_clear(&whole);
    }
}

static void malformed_ones_say_why(void **state)
{
    static const struct {
        const char *hex, *why;
    } bad[] = {
        { "ffff000000000000", "not as many as it says" },
        { "00020000000000000001", "not as many as it says" },
        { "0000000000000000ff", "not as many as it says" },
        { "0000000012340000", "unknown sign" },
        { "0000000000004000", "wrong scale" },
        { "00010000000000002710", "digit over 9999" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        block bytes = block_of_hex(bad[i].hex);
        tusk_numeric out = { 0 };
        tusk_error err = { 0 };
        assert_int_equal(read_numeric(block_str(bytes), &out, &err), TUSK_INVALID);
        if (!strstr(err.message, bad[i].why)) fail_msg("%s: %s", bad[i].hex, err.message);
        block_clear(&bytes);
    }
}

/* As many digits as a count of 16 bits can say, and all the places that PostgreSQL has around them.
 */
static void the_longest_numeric(void **state)
{
    enum { GROUPS = INT16_MAX, WEIGHT = INT16_MAX, SCALE = 16383 };
    static char bytes[8 + 2 * GROUPS];
    tusk_put16(bytes, GROUPS);
    tusk_put16(bytes + 2, WEIGHT);
    tusk_put16(bytes + 4, 0x4000);
    tusk_put16(bytes + 6, SCALE);
    for (size_t i = 0; i < GROUPS; i++) tusk_put16(bytes + 8 + 2 * i, 9999);
    tusk_numeric out = { 0 };
    assert_int_equal(read_numeric((tusk_str){ bytes, sizeof bytes }, &out, NULL), TUSK_OK);
    assert_int_equal(out.text.len, 1 + (WEIGHT + 1) * 4 + 1 + SCALE);
    assert_int_equal(out.text.ptr[0], '-');
    assert_int_equal(strspn(out.text.ptr + 1, "9"), GROUPS * 4);
    assert_int_equal(strspn(out.text.ptr + 1 + GROUPS * 4, "0."), 4 + 1 + SCALE);
}

/* weight and scale at their limits with no digits sent: memory stays small, nothing is read */
static void extreme_headers(void **state)
{
    static const char *const hexes[] = { "00007fff00003fff", "0000800000003fff",
                                         "0001800000003fff270f" };
    for (size_t i = 0; i < COUNT(hexes); i++) {
        block bytes = block_of_hex(hexes[i]);
        tusk_numeric out = { 0 };
        assert_int_equal(read_numeric(block_str(bytes), &out, NULL), TUSK_OK);
        assert_int_equal(out.text.len, 2 + 16383);
        assert_int_equal(strspn(out.text.ptr, "0."), out.text.len);
        block_clear(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_exact),        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(malformed_ones_say_why), cmocka_unit_test(the_longest_numeric),
        cmocka_unit_test(extreme_headers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
