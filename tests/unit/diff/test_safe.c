/* test_safe.c - every folder of tests/golden/safe: the safe form of the plan from from.def to
 * to.def is expected.sql. TUSK_BLESS=1 writes what was found instead. */
#include "tests/unit/base/unit.h"

#include "src/base/mem.h"
#include "src/diff/diff.h"
#include "src/diff/safe.h"
#include "tusk/file.h"

static const char *golden;

static tusk_status make(tusk_arena *arena, const char *name, bool safe, tusk_plan *plan,
                        tusk_str *sql, tusk_error *err)
{
    tusk_model from, to;
    tusk_str folder = tusk_path_join(arena, golden, name), a = { 0 }, b = { 0 };
    if (folder.ptr) a = tusk_path_join(arena, folder.ptr, "from.def");
    if (folder.ptr) b = tusk_path_join(arena, folder.ptr, "to.def");
    if (!a.ptr || !b.ptr) return tusk_fail_nomem(err, "a path");
    tusk_status st = tusk_model_from_def(arena, a.ptr, &from, err);
    if (st == TUSK_OK) st = tusk_model_from_def(arena, b.ptr, &to, err);
    if (st == TUSK_OK) st = tusk_diff(arena, &from, &to, NULL, plan, err);
    if (st == TUSK_OK && safe) st = tusk_safe_plan(arena, plan, err);
    return st == TUSK_OK ? tusk_plan_text(arena, plan, sql, err) : st;
}

static void check_case(const char *name)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_plan plan;
    tusk_str sql, expected, folder = tusk_path_join(arena, golden, name);
    tusk_str path = tusk_path_join(arena, folder.ptr, "expected.sql");
    assert_ok(make(arena, name, true, &plan, &sql, &err), err);
    if (getenv("TUSK_BLESS")) unit_write(path.ptr, sql);
    assert_ok(tusk_file_read(arena, path.ptr, 1 << 20, &expected, &err), err);
    assert_string_equal(sql.ptr, expected.ptr);
    for (size_t i = 0; i < plan.steps.count; i++) {
        tusk_str one = plan.steps.items[i].sql;
        bool alone = strstr(one.ptr, "CONCURRENTLY") || strstr(one.ptr, "COMMIT;");
        assert_int_equal(plan.steps.items[i].outside, alone);
    }
    tusk_arena_free(arena);
}

static void test_everything(void **state)
{
    check_case("everything");
}

static void test_required(void **state)
{
    check_case("required");
}

/* Nothing to put in place: the plan is as it was, and runs in a transaction. */
static void test_nothing(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_plan plan;
    tusk_str plain, safe;
    check_case("nothing");
    assert_ok(make(arena, "nothing", false, &plan, &plain, &err), err);
    assert_ok(make(arena, "nothing", true, &plan, &safe, &err), err);
    assert_string_equal(safe.ptr, plain.ptr);
    tusk_arena_free(arena);
}

static void test_without_memory(void **state)
{
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_arena *arena = tusk_arena_new(0);
        tusk_error err = { 0 };
        tusk_plan plan;
        tusk_str sql;
        tusk_status st = make(arena, "everything", true, &plan, &sql, &err);
        assert_true(st == TUSK_OK || st == TUSK_NOMEM);
        tusk_arena_free(arena);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_everything),
                                        cmocka_unit_test(test_required),
                                        cmocka_unit_test(test_nothing),
                                        cmocka_unit_test(test_without_memory) };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
