/* test_lint.c - silencing, choosing rules, hostile files, and that docs/lint.md is what the table
 * says */
#include "tests/unit/base/unit.h"

#include "src/base/mem.h"
#include "tusk/buf.h"
#include "tusk/file.h"
#include "tusk/lint.h"

static const char *page, *safe;

static tusk_lint_findings look(tusk_arena *arena, const char *sql, const tusk_lint_options *options)
{
    tusk_error err = { 0 };
    tusk_lint_findings found;
    assert_ok(tusk_lint_sql(arena, TUSK_STR("f.sql"), tusk_str_of(sql), options, &found, &err),
              err);
    return found;
}

static void test_silenced(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_lint_findings found =
        look(arena,
             "-- tusk:ignore dropping-column,renaming-column  nothing reads it\n"
             "ALTER TABLE t DROP COLUMN a;\n"
             "ALTER TABLE t DROP COLUMN b;\n",
             NULL);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.silenced, 1);
    assert_int_equal(found.warnings, 1);
    assert_true(found.items[0].silenced);
    assert_true(tusk_str_eq(found.items[0].reason, TUSK_STR("nothing reads it")));
    assert_int_equal(found.items[1].line, 3);
    found = look(arena,
                 "-- tusk:ignore-file dropping-column all of it\n"
                 "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;",
                 NULL);
    assert_int_equal(found.silenced, 2);
    assert_int_equal(found.warnings, 0);
    /* a text is no comment */
    found = look(arena, "ALTER TABLE t DROP COLUMN \"-- tusk:ignore dropping-column\"", NULL);
    assert_int_equal(found.warnings, 1);
    tusk_arena_free(arena);
}

static void test_chosen(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_lint_findings found;
    const char *sql = "ALTER TABLE t DROP COLUMN a, ADD COLUMN b varchar(9) NOT NULL;";
    const char *const one[] = { "dropping-column", NULL }, *const wrong[] = { "no-such", NULL };
    const char *const optional[] = { "varchar-length", NULL };
    assert_int_equal(look(arena, sql, NULL).count, 2);
    assert_int_equal(look(arena, sql, &(tusk_lint_options){ .rules = one }).count, 1);
    found = look(arena, sql, &(tusk_lint_options){ .ignore = one });
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].rule->name, "adding-required-column");
    found = look(arena, sql, &(tusk_lint_options){ .rules = optional });
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].rule->name, "varchar-length");
    tusk_lint_options bad = { .rules = wrong };
    assert_int_equal(tusk_lint_sql(arena, TUSK_STR("f"), TUSK_STR("select 1"), &bad, &found, &err),
                     TUSK_INVALID);
    assert_string_equal(err.message, "there is no rule \"no-such\"");
    tusk_arena_free(arena);
}

/* Lines are those of the file, across breakpoints and inside of statements. */
static void test_lines(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_lint_findings found = look(arena,
                                    "-- a\nCREATE TABLE x (id bigint);\n--> statement-breakpoint\n"
                                    "ALTER TABLE t\n  ADD COLUMN y bigint,\n  DROP COLUMN z;\n"
                                    "/* ä */ SELECT ((;",
                                    NULL);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.items[0].line, 6);
    assert_int_equal(found.items[1].line, 7);
    assert_int_equal(found.errors, 1);
    tusk_arena_free(arena);
}

/* Whatever a file holds, there is an answer. */
static void test_hostile(void **state)
{
    static const char *const texts[] = {
        "",
        ";;;",
        "'",
        "$$",
        "/*",
        "\"",
        "\\connect x",
        "ALTER TABLE",
        "\xff\xfe",
        "ALTER TABLE t ADD COLUMN \"\"",
        "DROP TABLE a.b.c.d",
        "VACUUM",
        "ALTER TABLE t ADD CHECK (a > ',;(') , ADD CHECK (b[1,2] = '{')",
        "REINDEX DATABASE x",
        "ALTER TABLE ONLY t * DROP COLUMN a",
        "CREATE INDEX ON t (a)",
        "TRUNCATE ONLY t",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; DROP TABLE t",
        "-- tusk:ignore",
        "-- tusk:ignore ,,,",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tusk_arena *arena = tusk_arena_new(0);
        look(arena, texts[i], NULL);
        tusk_arena_free(arena);
    }
}

static void test_deep(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t depth = 100; depth <= 100000; depth *= 10) {
        tusk_buf buf;
        tusk_buf_init_in(&buf, arena, 1 << 20);
        tusk_buf_add_cstr(&buf, "ALTER TABLE t ADD CHECK (a > ");
        for (size_t i = 0; i < depth; i++) tusk_buf_add_cstr(&buf, "(1+");
        tusk_buf_add_cstr(&buf, "1");
        for (size_t i = 0; i < depth; i++) tusk_buf_add_char(&buf, ')');
        tusk_buf_add_cstr(&buf, ");");
        tusk_lint_findings found = look(arena, tusk_buf_str(&buf).ptr, NULL);
        assert_int_equal(found.count, 1);
    }
    tusk_arena_free(arena);
}

static tusk_status lint_once(void)
{
    tusk_error err = { 0 };
    tusk_lint_findings found;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_status st = tusk_lint_sql(arena, TUSK_STR("f.sql"),
                                   TUSK_STR("-- tusk:ignore adding-check why\n"
                                            "ALTER TABLE t ADD CHECK (a > 0), ADD UNIQUE (a);"
                                            "CREATE INDEX i ON t (a); DROP TABLE t, u;"),
                                   NULL, &found, &err);
    tusk_arena_free(arena);
    return st;
}

static void test_without_memory(void **state)
{
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_status st = lint_once();
        assert_true(st == TUSK_OK || st == TUSK_NOMEM);
    }
}

static void test_page(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_str text, rules = tusk_lint_markdown(arena);
    assert_ok(tusk_file_read(arena, page, 1 << 20, &text, &err), err);
    if (!strstr(text.ptr, rules.ptr))
        fail_msg("docs/lint.md is not what tusk lint --markdown says");
    tusk_arena_free(arena);
}

/* What generate --safe writes blocks nobody, but for what has no safe form. */
static void test_safe(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_str text;
    assert_ok(tusk_file_read(arena, safe, 1 << 20, &text, &err), err);
    tusk_lint_findings found = look(arena, text.ptr, NULL);
    for (size_t i = 0; i < found.count; i++) {
        if (found.items[i].level == TUSK_FINDING_NOTE) continue;
        assert_string_equal(found.items[i].rule->name, "changing-column-type");
    }
    assert_int_equal(found.warnings, 1);
    assert_int_equal(found.errors, 0);
    tusk_arena_free(arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silenced), cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_deep),     cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_page),     cmocka_unit_test(test_safe),
    };
    if (argc != 3) return 2;
    page = argv[1];
    safe = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
