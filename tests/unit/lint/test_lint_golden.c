/* test_lint_golden.c - every rule: RULE.sql finds what is in RULE.txt, RULE.clean.sql nothing of
 * it. TUSK_BLESS=1 writes what was found instead. */
#include "tests/unit/base/unit.h"

#include "tusk/buf.h"
#include "tusk/file.h"
#include "tusk/lint.h"

static const char *golden;

static tusk_lint_findings look(tusk_arena *arena, const char *rule, const char *suffix)
{
    tusk_error err = { 0 };
    tusk_lint_findings found = { 0 };
    tusk_str sql, name = tusk_arena_printf(arena, "%s%s", rule, suffix);
    tusk_str path = tusk_path_join(arena, golden, name.ptr);
    const char *const rules[] = { rule, NULL };
    tusk_lint_options options = { .rules = rules };
    assert_ok(tusk_file_read(arena, path.ptr, 1 << 20, &sql, &err), err);
    assert_ok(tusk_lint_sql(arena, name, sql, &options, &found, &err), err);
    return found;
}

static tusk_str shown(tusk_arena *arena, const tusk_lint_findings *found)
{
    static const char *const levels[] = { "note", "warning", "error" };
    tusk_buf buf;
    tusk_str out;
    tusk_buf_init_in(&buf, arena, 1 << 20);
    for (size_t i = 0; i < found->count; i++) {
        const tusk_lint_finding *f = &found->items[i];
        tusk_buf_printf(&buf, "%d: %s: %s\n", f->line, levels[f->level], f->message.ptr);
        if (f->lock.len > 0) tusk_buf_printf(&buf, "lock: %s\n", f->lock.ptr);
        if (f->safe.len > 0) tusk_buf_printf(&buf, "%s\n", f->safe.ptr);
    }
    assert_int_equal(tusk_buf_finish(&buf, &out, NULL), TUSK_OK);
    return out;
}

/* What is given as the safe form is SQL, but for the value that only a person knows. */
static bool parses(tusk_arena *arena, const tusk_lint_findings *found)
{
    static const char *const rules[] = { "syntax", NULL };
    tusk_lint_options options = { .rules = rules };
    for (size_t i = 0; i < found->count; i++) {
        tusk_error err = { 0 };
        tusk_lint_findings wrong;
        tusk_str safe = found->items[i].safe;
        if (strstr(safe.ptr, " = ...")) continue;
        assert_ok(tusk_lint_sql(arena, TUSK_STR("safe"), safe, &options, &wrong, &err), err);
        if (wrong.count == 0) continue;
        print_error("%s: this does not parse:\n%s\n", found->items[i].rule->name, safe.ptr);
        return false;
    }
    return true;
}

static bool check_rule(const char *rule)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_lint_findings found = look(arena, rule, ".sql"), clean = look(arena, rule, ".clean.sql");
    tusk_str text = shown(arena, &found), expected = { 0 };
    tusk_str name = tusk_arena_printf(arena, "%s.txt", rule);
    tusk_str path = tusk_path_join(arena, golden, name.ptr);
    if (getenv("TUSK_BLESS")) unit_write(path.ptr, text);
    assert_ok(tusk_file_read(arena, path.ptr, 1 << 20, &expected, &err), err);
    bool same = found.count > 0 && tusk_str_eq(text, expected);
    if (!same) print_error("%s: expected\n%s---- found\n%s\n", rule, expected.ptr, text.ptr);
    bool quiet = clean.errors + clean.warnings + clean.notes == 0;
    if (!quiet) print_error("%s.clean.sql: found\n%s\n", rule, shown(arena, &clean).ptr);
    bool right = parses(arena, &found);
    tusk_arena_free(arena);
    return same && quiet && right;
}

static void test_rules(void **state)
{
    size_t count, wrong = 0;
    const tusk_lint_rule *rules = tusk_lint_rules(&count);
    for (size_t i = 0; i < count; i++) wrong += !check_rule(rules[i].name);
    assert_true(count >= 50);
    assert_int_equal(wrong, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rules) };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
