/* test_shown.c - names of others on a terminal: nothing in them moves, colours or turns anything */
#include "tests/unit/base/unit.h"

#include "tusk/stats.h"

static void powers_are_taken(void **state)
{
    static const struct {
        tusk_str text;
        const char *shown;
    } cases[] = {
        { TUSK_STR_INIT(""), "" },
        { TUSK_STR_INIT("authUser"), "authUser" },
        { TUSK_STR_INIT("a\nb\tc\rd"), "a b c d" },
        { TUSK_STR_INIT("\033[2J\033]0;x\007"), "\\x1b[2J\\x1b]0;x\\x07" },
        { TUSK_STR_INIT("\x7f"), "\\x7f" },
        { TUSK_STR_INIT("\xc2\x9b"
                        "31m"),
          "\\x9b31m" },
        { TUSK_STR_INIT("a\xe2\x80\xae"
                        "b\xe2\x81\xa6\xe2\x80\xa8"),
          "a\\u202eb\\u2066\\u2028" },
        { TUSK_STR_INIT("\xd8\x9c\xe2\x80\x8f"), "\\u061c\\u200f" },
        { TUSK_STR_INIT("\xc3\xa4 \xe5\xae\xa2 \xf0\x9f\x90\x98"),
          "\xc3\xa4 \xe5\xae\xa2 \xf0\x9f\x90\x98" },
        { TUSK_STR_INIT("\xff\xc3"), "\\xff\\xc3" },
        { TUSK_STR_INIT("a\0b"), "a\\x00b" },
        { TUSK_STR_INIT("\"; drop table x --"), "\"; drop table x --" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_text(tusk_shown(arena, cases[i].text), cases[i].shown);
    }
    tusk_arena_free(arena);
}

static void without_memory_there_is_no_text(void **state)
{
    tusk_arena *arena = tusk_arena_new(64);
    char text[512];
    memset(text, 'x', sizeof text);
    assert_null(tusk_shown(arena, (tusk_str){ text, sizeof text }).ptr);
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_are_taken),
        cmocka_unit_test(without_memory_there_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
