/* test_quote.c - no name and no literal can end its own quotes */
#include "tests/unit/sql/sql_unit.h"

#include "src/sql/quote.h"
#include "tusk/quote.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected;
    } cases[] = {
        { "teams", "\"teams\"" },
        { "authUser", "\"authUser\"" },
        { "select", "\"select\"" },
        { "", "\"\"" },
        { "a\"b", "\"a\"\"b\"" },
        { "\"", "\"\"\"\"" },
        { "\"; drop table x; --", "\"\"\"; drop table x; --\"" },
        { "\"\"", "\"\"\"\"\"\"" },
        { "back\\slash 'q'", "\"back\\slash 'q'\"" },
        { "größe 表", "\"größe 表\"" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_buf buf;
        tusk_buf_init_in(&buf, a, 1000);
        tusk_sql_add_ident(&buf, cases[i].name);
        assert_string_equal(tusk_buf_str(&buf).ptr, cases[i].expected);
        tusk_buf_reset(&buf);
        tusk_sql_add_ident(&buf, tusk_str_of(cases[i].name)); /* the other kind of text */
        assert_string_equal(tusk_buf_str(&buf).ptr, cases[i].expected);
    }
}

static void test_as_programs_call_it(void **state)
{
    (void)state;
    tusk_buf buf;
    tusk_buf_init_in(&buf, a, 1000);
    tusk_quote_name(&buf, TUSK_STR("a\"b"));
    tusk_buf_add_char(&buf, ' ');
    tusk_quote_literal(&buf, TUSK_STR("it's"));
    assert_string_equal(tusk_buf_str(&buf).ptr, "\"a\"\"b\" 'it''s'");
}

static void test_literals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "plain", "'plain'" },
        { "", "''" },
        { "it's", "'it''s'" },
        { "'", "''''" },
        { "''; drop table x; --", "'''''; drop table x; --'" },
        { "a\\b", "E'a\\\\b'" },
        { "\\'", "E'\\\\'''" }, /* would end the literal where backslashes escape */
        { "\\", "E'\\\\'" },
        { "say \"hi\"", "'say \"hi\"'" },
        { NULL, "null" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_buf buf;
        tusk_buf_init_in(&buf, a, 1000);
        tusk_sql_add_literal(&buf, tusk_str_of(cases[i].text));
        assert_string_equal(tusk_buf_str(&buf).ptr, cases[i].expected);
    }
}

static void test_a_zero_byte_fails(void **state)
{
    (void)state;
    tusk_str zero = TUSK_STR("a\0b"), out;
    tusk_buf buf;
    tusk_buf_init_in(&buf, a, 1000);
    tusk_sql_add_ident(&buf, zero);
    assert_int_not_equal(tusk_buf_finish(&buf, &out, NULL), TUSK_OK);
    tusk_buf_init_in(&buf, a, 1000);
    tusk_sql_add_literal(&buf, zero);
    assert_int_not_equal(tusk_buf_finish(&buf, &out, NULL), TUSK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_names),
        UNIT_TEST(test_as_programs_call_it),
        UNIT_TEST(test_literals),
        UNIT_TEST(test_a_zero_byte_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
