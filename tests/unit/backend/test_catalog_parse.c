/* test_catalog_parse.c - a catalogue file is taken whole or refused by its line's number */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/backend/app/mcp/catalog_parse.h"
#include "tusk/buf.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEAD         "name\tversion\tdownloads a month\tsummary\n"
#define HEAD_TAGS    "name\tversion\tdownloads_a_month\tsummary\ttags\n"

typedef struct scene {
    tusk_arena *arena;
    struct catalog catalog;
    tusk_error err;
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    *state = s;
    return s->arena ? 0 : -1;
}

static int tear_down(void **state)
{
    scene *s = *state;
    tusk_arena_free(s->arena);
    test_free(s);
    return 0;
}

static void parse(scene *s, tusk_str content)
{
    tusk_status st = catalog_parse(s->arena, "servers.tsv", content, &s->catalog, &s->err);
    if (st) fail_msg("%s", s->err.message);
}

static void assert_text(tusk_str text, const char *expected)
{
    assert_non_null(text.ptr);
    if (!tusk_str_eq(text, tusk_str_of(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", TUSK_STR_ARG(text), expected);
}

static void assert_refused(scene *s, tusk_str content, const char *message)
{
    tusk_status st = catalog_parse(s->arena, "servers.tsv", content, &s->catalog, &s->err);
    if (st != TUSK_INVALID) fail_msg("%s instead of \"%s\"", tusk_status_name(st), message);
    assert_string_equal(s->err.message, message);
}

static void every_field_arrives(void **state)
{
    scene *s = *state;
    tusk_str content = TUSK_STR(HEAD "@org/one\t1.2.3\t996\tFirst \\N \"server\" 客户端库\n"
                                     "two\t\t0\t\n"
                                     "三\t2\t9223372036854775807\t  kept as it is \n");
    parse(s, content);
    assert_int_equal(s->catalog.count, 3);
    assert_false(s->catalog.has_tags);
    const struct catalog_entry *e = s->catalog.entries;
    assert_text(e[0].name, "@org/one");
    assert_text(e[0].version, "1.2.3");
    assert_int_equal(e[0].downloads_a_month, 996);
    assert_text(e[0].summary, "First \\N \"server\" 客户端库");
    assert_null(e[0].tags.ptr);
    assert_text(e[1].version, "");
    assert_int_equal(e[1].downloads_a_month, 0);
    assert_null(e[1].summary.ptr); /* empty is allowed, and says that there is none */
    assert_text(e[2].name, "三");
    assert_true(e[2].downloads_a_month == INT64_MAX);
    assert_text(e[2].summary, "  kept as it is ");
    assert_true(e[0].end < e[1].end);
    assert_int_equal(e[2].end, content.len);
}

static void columns_stand_in_any_order(void **state)
{
    scene *s = *state;
    parse(s, TUSK_STR("tags\tsummary\tdownloads_a_month\tversion\tname\n"
                      "a,b\tA server\t7\t1.0\tone\n"));
    assert_true(s->catalog.has_tags);
    assert_text(s->catalog.entries[0].name, "one");
    assert_text(s->catalog.entries[0].version, "1.0");
    assert_int_equal(s->catalog.entries[0].downloads_a_month, 7);
    assert_text(s->catalog.entries[0].summary, "A server");
    assert_text(s->catalog.entries[0].tags, "[\"a\",\"b\"]");
}

static void tags_become_json(void **state)
{
    static const struct {
        const char *field, *json;
    } cases[] = {
        { "", "[]" },
        { "one", "[\"one\"]" },
        { "one, two ,three", "[\"one\",\"two\",\"three\"]" },
        { "one,two,one", "[\"one\",\"two\"]" },
        { "say \"hi\",back\\slash", "[\"say \\\"hi\\\"\",\"back\\\\slash\"]" },
        { "数据库", "[\"数据库\"]" },
    };
    scene *s = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        parse(s, tusk_arena_printf(s->arena, HEAD_TAGS "one\t1\t0\t\t%s\n", cases[i].field));
        assert_text(s->catalog.entries[0].tags, cases[i].json);
    }
}

static void line_ends_may_differ(void **state)
{
    scene *s = *state;
    parse(s, TUSK_STR("\xEF\xBB\xBFname\tversion\tdownloads a month\tsummary\r\n"
                      "one\t1\t5\tends with CRLF\r\n"
                      "two\t1\t5\tends with the file"));
    assert_int_equal(s->catalog.count, 2);
    assert_text(s->catalog.entries[0].summary, "ends with CRLF");
    assert_text(s->catalog.entries[1].summary, "ends with the file");
    parse(s, TUSK_STR(HEAD));
    assert_int_equal(s->catalog.count, 0);
}

static void a_bad_first_line_is_told(void **state)
{
    static const struct {
        tusk_str content;
        const char *message;
    } cases[] = {
        { TUSK_STR_INIT(""), "servers.tsv: the file is empty" },
        { TUSK_STR_INIT("\xEF\xBB\xBF"), "servers.tsv: the file is empty" },
        { TUSK_STR_INIT("\n"), "servers.tsv, line 1: unknown column \"\"" },
        { TUSK_STR_INIT("name\tversion\tstars\tsummary\n"),
          "servers.tsv, line 1: unknown column \"stars\"" },
        { TUSK_STR_INIT("Name\tversion\tdownloads a month\tsummary\n"),
          "servers.tsv, line 1: unknown column \"Name\"" },
        { TUSK_STR_INIT("name\tversion\tdownloads a month\tsummary\t\n"),
          "servers.tsv, line 1: unknown column \"\"" },
        { TUSK_STR_INIT("name\tversion\tname\tsummary\n"),
          "servers.tsv, line 1: column \"name\" stands twice" },
        { TUSK_STR_INIT("name\tversion\tdownloads a month\tsummary\tdownloads_a_month\n"),
          "servers.tsv, line 1: column \"downloads_a_month\" stands twice" },
        { TUSK_STR_INIT("name\tversion\tsummary\n"),
          "servers.tsv, line 1: column \"downloads a month\" is missing" },
        { TUSK_STR_INIT("one\t1.0\t5\tno first line\n"),
          "servers.tsv, line 1: unknown column \"one\"" },
        { TUSK_STR_INIT("name\xFF\n"), "servers.tsv, line 1: the line is not UTF-8" },
        { TUSK_STR_INIT("name\0\n"), "servers.tsv, line 1: the line holds a NUL byte" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(*state, cases[i].content, cases[i].message);
}

#define DOWNLOADS(text) \
    "servers.tsv, line 3: the downloads a month are \"" text "\", not a whole number from 0 up"
#define GOOD HEAD "first\t1\t5\tgood\n"

static void a_malformed_line_is_named_by_number(void **state)
{
    static const struct {
        tusk_str content;
        const char *message;
    } cases[] = {
        { TUSK_STR_INIT(GOOD "two\t1\t5\n"),
          "servers.tsv, line 3: 3 fields where the first line names 4 columns" },
        { TUSK_STR_INIT(GOOD "two\t1\t5\ta\tb\n"),
          "servers.tsv, line 3: 5 fields where the first line names 4 columns" },
        { TUSK_STR_INIT(GOOD "two\n"),
          "servers.tsv, line 3: 1 field where the first line names 4 columns" },
        { TUSK_STR_INIT(GOOD "\n"), "servers.tsv, line 3: the line is empty" },
        { TUSK_STR_INIT(GOOD "\r\nthree\t1\t5\t\n"), "servers.tsv, line 3: the line is empty" },
        { TUSK_STR_INIT(GOOD "\t1\t5\tnobody\n"), "servers.tsv, line 3: the name is empty" },
        { TUSK_STR_INIT(GOOD "  \t1\t5\tnobody\n"), "servers.tsv, line 3: the name is empty" },
        { TUSK_STR_INIT(GOOD " two\t1\t5\t\n"),
          "servers.tsv, line 3: the name begins or ends with a space" },
        { TUSK_STR_INIT(GOOD "t\033[31mwo\t1\t5\t\n"),
          "servers.tsv, line 3: the name holds a control character" },
        { TUSK_STR_INIT(GOOD "two\t1\a\t5\t\n"),
          "servers.tsv, line 3: the version holds a control character" },
        { TUSK_STR_INIT(GOOD "two\t1\t\tx\n"), DOWNLOADS("") },
        { TUSK_STR_INIT(GOOD "two\t1\tmany\tx\n"), DOWNLOADS("many") },
        { TUSK_STR_INIT(GOOD "two\t1\t-1\tx\n"), DOWNLOADS("-1") },
        { TUSK_STR_INIT(GOOD "two\t1\t-0\tx\n"), DOWNLOADS("-0") },
        { TUSK_STR_INIT(GOOD "two\t1\t+5\tx\n"), DOWNLOADS("+5") },
        { TUSK_STR_INIT(GOOD "two\t1\t 5\tx\n"), DOWNLOADS(" 5") },
        { TUSK_STR_INIT(GOOD "two\t1\t1,022\tx\n"), DOWNLOADS("1,022") },
        { TUSK_STR_INIT(GOOD "two\t1\t2.5\tx\n"), DOWNLOADS("2.5") },
        { TUSK_STR_INIT(GOOD "two\t1\t1e3\tx\n"), DOWNLOADS("1e3") },
        { TUSK_STR_INIT(GOOD "two\t1\t9223372036854775808\tx\n"),
          DOWNLOADS("9223372036854775808") },
        { TUSK_STR_INIT(GOOD "two\t1\t5\t\xE5\xAE\n"),
          "servers.tsv, line 3: the line is not UTF-8" },
        { TUSK_STR_INIT(GOOD "two\t1\t5\t\xC0\x80\n"),
          "servers.tsv, line 3: the line is not UTF-8" },
        { TUSK_STR_INIT(GOOD "two\t1\t5\t\xED\xA0\x80\n"),
          "servers.tsv, line 3: the line is not UTF-8" },
        { TUSK_STR_INIT(GOOD "two\t1\t5\ta\0b\n"),
          "servers.tsv, line 3: the line holds a NUL byte" },
        { TUSK_STR_INIT(HEAD_TAGS "one\t1\t5\t\ta,,b\n"), "servers.tsv, line 2: a tag is empty" },
        { TUSK_STR_INIT(HEAD_TAGS "one\t1\t5\t\ta,\n"), "servers.tsv, line 2: a tag is empty" },
        { TUSK_STR_INIT(HEAD_TAGS "one\t1\t5\t\ta\vb\n"),
          "servers.tsv, line 2: a tag holds a control character" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(*state, cases[i].content, cases[i].message);
}

static void a_name_that_stands_twice_is_told_with_both_lines(void **state)
{
    scene *s = *state;
    assert_refused(
        s, TUSK_STR(HEAD "b\t1\t0\t\na\t1\t0\t\nz\t1\t0\t\nb\t2\t0\t\na\t2\t0\t\nb\t3\t0\t\n"),
        "servers.tsv, line 5: the name \"b\" stands in line 2 already");
    parse(s, TUSK_STR(HEAD "b\t1\t0\t\nB\t1\t0\t\nbb\t1\t0\t\n")); /* these differ */
    assert_int_equal(s->catalog.count, 3);
}

/* `count` times `text`. */
static tusk_str repeated(scene *s, const char *text, size_t count)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, 1 << 20);
    for (size_t i = 0; i < count; i++) tusk_buf_add_cstr(&buf, text);
    return tusk_buf_str(&buf);
}

static tusk_str with_lengths(scene *s, size_t name, size_t version, size_t summary, size_t tag)
{
    return tusk_arena_printf(s->arena, HEAD_TAGS "%s\t%s\t0\t%s\t%s\n", repeated(s, "名", name).ptr,
                             repeated(s, "9", version).ptr, repeated(s, "é", summary).ptr,
                             repeated(s, "t", tag).ptr);
}

static void lengths_count_characters(void **state)
{
    scene *s = *state;
    parse(s, with_lengths(s, 214, 256, 10000, 100));
    assert_refused(s, with_lengths(s, 215, 1, 1, 1),
                   "servers.tsv, line 2: the name has 215 characters; at most 214 are taken");
    assert_refused(s, with_lengths(s, 1, 257, 1, 1),
                   "servers.tsv, line 2: the version has 257 characters; at most 256 are taken");
    assert_refused(
        s, with_lengths(s, 1, 1, 10001, 1),
        "servers.tsv, line 2: the summary has 10001 characters; at most 10000 are taken");
    assert_refused(s, with_lengths(s, 1, 1, 1, 101),
                   "servers.tsv, line 2: a tag has 101 characters; at most 100 are taken");
}

/* A line with `count` tags, each of 100 characters of 4 bytes or their escapes. */
static tusk_str with_tags(scene *s, int count)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, 1 << 20);
    tusk_buf_add_cstr(&buf, HEAD_TAGS "one\t1\t0\t\t");
    for (int i = 0; i < count; i++) {
        tusk_buf_printf(&buf, "%s%02d", i ? "," : "", i);
        tusk_buf_add(&buf, repeated(s, i % 2 ? "🐘" : "\\", 98));
    }
    return tusk_buf_str(&buf);
}

static void fifty_tags_fit_and_not_one_more(void **state)
{
    scene *s = *state;
    parse(s, with_tags(s, 50));
    tusk_str tags = s->catalog.entries[0].tags;
    assert_int_equal(tags.ptr[0], '[');
    assert_int_equal(tags.ptr[tags.len - 1], ']');
    assert_refused(s, with_tags(s, 51), "servers.tsv, line 2: there are more than 50 tags");
}

static void a_long_bad_field_makes_no_long_message(void **state)
{
    scene *s = *state;
    tusk_str line =
        tusk_arena_printf(s->arena, HEAD "one\t1\t%s\tx\n", repeated(s, "七", 1000).ptr);
    assert_int_equal(catalog_parse(s->arena, "servers.tsv", line, &s->catalog, &s->err),
                     TUSK_INVALID);
    assert_true(strncmp(s->err.message, "servers.tsv, line 2: the downloads", 34) == 0);
    assert_true(tusk_str_is_text(tusk_str_of(s->err.message)));
}

static void a_thousand_lines_keep_their_order(void **state)
{
    scene *s = *state;
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, 1 << 20);
    tusk_buf_add_cstr(&buf, HEAD);
    for (int i = 0; i < 1000; i++)
        tusk_buf_printf(&buf, "server-%d\t1.0\t%d\tnumber %d\n", 999 - i, i, i);
    parse(s, tusk_buf_str(&buf));
    assert_int_equal(s->catalog.count, 1000);
    for (int i = 0; i < 1000; i++) assert_int_equal(s->catalog.entries[i].downloads_a_month, i);
}

static void no_memory_is_said(void **state)
{
    scene *s = *state;
    tusk_str content = with_tags(s, 3);
    size_t refused = 0, limit = 64;
    for (tusk_status st = TUSK_NOMEM; st != TUSK_OK; limit += 64) {
        tusk_arena *small = tusk_arena_new(limit);
        assert_non_null(small);
        st = catalog_parse(small, "servers.tsv", content, &s->catalog, &s->err);
        tusk_arena_free(small);
        if (st) assert_int_equal(st, TUSK_NOMEM);
        if (st) refused++;
        assert_true(limit < 1 << 20);
    }
    assert_true(refused > 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_field_arrives),
        TEST(columns_stand_in_any_order),
        TEST(tags_become_json),
        TEST(line_ends_may_differ),
        TEST(a_bad_first_line_is_told),
        TEST(a_malformed_line_is_named_by_number),
        TEST(a_name_that_stands_twice_is_told_with_both_lines),
        TEST(lengths_count_characters),
        TEST(fifty_tags_fit_and_not_one_more),
        TEST(a_long_bad_field_makes_no_long_message),
        TEST(a_thousand_lines_keep_their_order),
        TEST(no_memory_is_said),
    };
    return cmocka_run_group_tests_name("catalog_parse", tests, NULL, NULL);
}
