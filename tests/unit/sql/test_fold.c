/* test_fold.c - a name that lacks its quotes is told about, and nothing else is */
#include "tests/unit/sql/sql_unit.h"

#include "src/sql/fold.h"

static const char *hint(const char *sqlstate, int position, const char *sql, const char *own)
{
    static tusk_error err;
    err = (tusk_error){ .status = TUSK_SERVER, .position = position };
    memcpy(err.sqlstate, sqlstate, 6);
    tusk_error_hint(&err, "%s", own);
    tusk_hint_folded(&err, tusk_str_of(sql));
    return err.hint;
}

static void test_names_with_capitals(void **state)
{
    (void)state;
    assert_string_equal(
        hint("42P01", 15, "SELECT * FROM mcpServerTemplates WHERE status = 'active'", ""),
        "Without quotes PostgreSQL reads mcpServerTemplates in lower case: write "
        "\"mcpServerTemplates\".");
    assert_string_equal(hint("42703", 8, "select u.createdAt from x", ""),
                        "Without quotes PostgreSQL reads u.createdAt in lower case: write "
                        "\"u\".\"createdAt\".");
    /* positions count characters */
    HAS(hint("42P01", 21, "select 'größe' from authUser", ""), "write \"authUser\"");
}

static void test_all_else(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        int position;
        const char *sql;
    } cases[] = {
        { "42P01", 15, "select * from teams" },        /* no capital */
        { "42P01", 15, "select * from \"authUser\"" }, /* has its quotes */
        { "42601", 1, "Selct" },                       /* not a name that is unknown */
        { "42P01", 0, "select * from authUser" },      /* no place */
        { "42P01", 99, "select * from authUser" },     /* not in here */
        { "42P01", 23, "select * from authUser" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(hint(cases[i].sqlstate, cases[i].position, cases[i].sql, ""), "");
    assert_string_equal(hint("42703", 8, "select createdAt", "Perhaps another."),
                        "Perhaps another.");
    char long_name[400] = "select A";
    memset(long_name + 8, 'a', sizeof long_name - 9);
    assert_string_equal(hint("42703", 8, long_name, ""), "");
    tusk_hint_folded(NULL, TUSK_STR("x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_names_with_capitals),
        UNIT_TEST(test_all_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
