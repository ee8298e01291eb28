/* test_report.c - lists as aligned tables and as JSON, also with names that do not behave */
#include "tests/unit/base/unit.h"

#include "cli/report.h"

struct row {
    tusk_str name;
    int64_t bytes;
    double share;
    int count;
    bool marked, never;
    tusk_null_int64 maybe;
    tusk_null_time seen;
    tusk_str query;
};

#define C(member, name, unit) CLI_COLUMN(struct row, member, name, unit)
static const struct cli_column columns[] = {
    C(name, "name", CLI_PLAIN),     C(bytes, "size", CLI_BYTES),
    C(share, "of all", CLI_SHARE),  C(count, "n", CLI_PLAIN),
    C(marked, "marked", CLI_PLAIN), C(never, "never", CLI_PLAIN),
    C(maybe, "maybe", CLI_PLAIN),   C(seen, "seen at", CLI_PLAIN),
    C(query, "query", CLI_QUERY),   { 0 },
};

static const struct row rows[] = {
    { TUSK_STR_INIT("authUser"),
      1536,
      0.5,
      7,
      true,
      false,
      { true, 3 },
      { true, { 1000000 } },
      TUSK_STR_INIT("select \"a\"\nfrom b") },
    { TUSK_STR_INIT("\xc3\xa4\033[31m"),
      0,
      1,
      -1,
      false,
      false,
      { false, 0 },
      { false, { 0 } },
      TUSK_STR_INIT("") },
};

static struct cli_report report(size_t count)
{
    return (struct cli_report){ columns, rows, count, sizeof *rows };
}

static const char *printed(bool json, size_t count, int width)
{
    static char output[4096];
    tusk_arena *arena = tusk_arena_new(0);
    struct cli_report all = report(count);
    FILE *file = tmpfile();
    if (json)
        assert_true(cli_report_json(arena, file, &all));
    else
        assert_true(cli_report_table(arena, file, &all, width));
    rewind(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    fclose(file);
    tusk_arena_free(arena);
    return output;
}

static void columns_are_aligned(void **state)
{
    assert_string_equal(
        printed(false, 2, 0),
        "name         size   of all   n  marked  maybe  seen at           query\n"
        "authUser   1.5 kB   50.0 %   7  marked      3  1970-01-01 00:00  select \"a\" from b\n"
        "\xc3\xa4\\x1b[31m     0 B  100.0 %  -1              -  -                 \n");
}

static void a_query_is_cut_to_the_width(void **state)
{
    static const struct cli_column two[] = { C(count, "n", CLI_PLAIN),
                                             C(query, "query", CLI_QUERY),
                                             { 0 } };
    const struct row one[] = {
        { .count = 1, .query = TUSK_STR("123456789\xc3\xa4-23456789\xc3\xa4-23456789\xc3\xa4") }
    };
    struct cli_report all = { two, one, 1, sizeof *one };
    char output[256];
    tusk_arena *arena = tusk_arena_new(0);
    FILE *file = tmpfile();
    assert_true(cli_report_table(arena, file, &all, 28));
    rewind(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    fclose(file);
    tusk_arena_free(arena);
    assert_string_equal(strchr(output, '\n') + 1, "1  123456789\xc3\xa4-23456789\xc3\xa4-2345\n");
}

static void json_keeps_what_there_is(void **state)
{
    assert_string_equal(
        printed(true, 2, 0),
        "[{\"name\":\"authUser\",\"size\":1536,\"of_all\":0.5,\"n\":7,\"marked\":true,\"never\":"
        "false,"
        "\"maybe\":3,\"seen_at\":\"1970-01-01T00:00:01.000Z\",\"query\":\"select \\\"a\\\"\\nfrom "
        "b\"},"
        "{\"name\":\"\xc3\xa4\\u001B[31m\",\"size\":0,\"of_all\":1.0,\"n\":-1,\"marked\":false,"
        "\"never\":false,\"maybe\":null,\"seen_at\":null,\"query\":\"\"}]");
    assert_string_equal(printed(true, 0, 0), "[]");
}

static void sizes_and_durations_are_short(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } sizes[] = {
        { 0, "0 B" },          { 999, "999 B" },     { 1000, "1.0 kB" },      { 10240, "10 kB" },
        { 1048576, "1.0 MB" }, { -2048, "-2.0 kB" }, { INT64_MAX, "8.0 EB" },
    };
    static const struct {
        double ms;
        const char *text;
    } times[] = {
        { 0.123, "0.123 ms" }, { 999, "999 ms" },    { 1500, "1.5 s" },
        { 61e3, "1:01 min" },  { 3661e3, "1:01 h" }, { 129600e3, "1.5 d" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_text(cli_bytes_text(arena, sizes[i].bytes), sizes[i].text);
    for (size_t i = 0; i < COUNT(times); i++)
        assert_text(cli_ms_text(arena, times[i].ms), times[i].text);
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(a_query_is_cut_to_the_width),
        cmocka_unit_test(json_keeps_what_there_is),
        cmocka_unit_test(sizes_and_durations_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
