/* test_golden.c - every folder of tests/golden/diff: from.def and to.def give expected.sql, or the
 * refusal in expected.txt, and the snapshot of to.def is expected.json, when there is such a file.
 * TUSK_BLESS=1 writes what was found instead. */
#include "tests/unit/base/unit.h"

#include <dirent.h>

#include "src/base/mem.h"
#include "src/diff/diff.h"
#include "src/model/snapshot.h"
#include "tusk/file.h"

static const char *golden;

/* `found` has to be what the file holds; "no text" when there must be no such file. */
static bool same_file(tusk_arena *arena, const char *folder, const char *name, tusk_str found)
{
    tusk_error err;
    tusk_str path = tusk_path_join(arena, folder, name), expected = { 0 };
    if (getenv("TUSK_BLESS") && found.ptr) unit_write(path.ptr, found);
    bool there = tusk_file_exists(path.ptr);
    if (!there && !found.ptr) return true;
    if (there) assert_ok(tusk_file_read(arena, path.ptr, 1 << 20, &expected, &err), err);
    if (there == (found.ptr != NULL) && tusk_str_eq(expected, found)) return true;
    print_error("%s/%s: expected\n%.*s\n---- found\n%.*s\n", folder, name, TUSK_STR_ARG(expected),
                TUSK_STR_ARG(found));
    return false;
}

static tusk_status read_models(tusk_arena *arena, const char *folder, tusk_model *from,
                               tusk_model *to, tusk_error *err)
{
    *from = tusk_model_empty();
    tusk_str path = tusk_path_join(arena, folder, "from.def");
    tusk_status st = TUSK_OK;
    if (path.ptr && tusk_file_exists(path.ptr))
        st = tusk_model_from_def(arena, path.ptr, from, err);
    path = tusk_path_join(arena, folder, "to.def");
    if (!path.ptr) return tusk_fail_nomem(err, "a path");
    return st == TUSK_OK ? tusk_model_from_def(arena, path.ptr, to, err) : st;
}

static bool has_snapshot(tusk_arena *arena, const char *folder)
{
    return tusk_file_exists(tusk_path_join(arena, folder, "expected.json").ptr);
}

static bool check_case(const char *folder)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot snapshot = { .id = TUSK_STR("00000000-0000-4000-8000-000000000001"),
                               .prev_id = TUSK_STR(TUSK_SNAPSHOT_NO_ID) };
    tusk_model from;
    tusk_plan plan;
    tusk_error err = { 0 };
    tusk_str sql = { 0 }, refusal = { 0 }, json = { 0 };
    assert_ok(read_models(arena, folder, &from, &snapshot.model, &err), err);
    tusk_status st = tusk_diff(arena, &from, &snapshot.model, NULL, &plan, &err);
    if (st == TUSK_OK) st = tusk_plan_text(arena, &plan, &sql, &err);
    if (st != TUSK_OK) refusal = tusk_arena_printf(arena, "%s\n", err.message);
    if (st == TUSK_OK) assert_ok(tusk_snapshot_write(arena, &snapshot, &json, &err), err);
    bool same = same_file(arena, folder, "expected.sql", sql);
    same &= same_file(arena, folder, "expected.txt", refusal);
    if (has_snapshot(arena, folder)) same &= same_file(arena, folder, "expected.json", json);
    tusk_arena_free(arena);
    return same;
}

static void test_cases(void **state)
{
    int cases = 0, wrong = 0;
    DIR *dir = opendir(golden);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        char folder[1024];
        snprintf(folder, sizeof folder, "%s/%s", golden, entry->d_name);
        wrong += !check_case(folder);
        cases++;
    }
    closedir(dir);
    assert_true(cases >= 42);
    assert_int_equal(wrong, 0);
}

/* The same schema twice, whatever it is: no statement. */
static void test_no_change(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model from, to;
    tusk_plan plan;
    tusk_error err = { 0 };
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/create_everything", golden);
    assert_ok(read_models(arena, folder, &from, &to, &err), err);
    assert_ok(tusk_diff(arena, &to, &to, NULL, &plan, &err), err);
    assert_int_equal(plan.steps.count, 0);
    tusk_arena_free(arena);
}

static tusk_status make_plan_within(const char *folder, size_t limit)
{
    tusk_arena *arena = tusk_arena_new(limit);
    tusk_model from, to;
    tusk_plan plan;
    tusk_error err = { 0 };
    tusk_str sql;
    tusk_status st = read_models(arena, folder, &from, &to, &err);
    if (st == TUSK_OK) st = tusk_diff(arena, &from, &to, NULL, &plan, &err);
    if (st == TUSK_OK) st = tusk_plan_text(arena, &plan, &sql, &err);
    tusk_arena_free(arena);
    return st;
}

static tusk_status make_plan(const char *folder)
{
    return make_plan_within(folder, 0);
}

/* In every case, whatever request finds no memory. */
static void test_without_memory(void **state)
{
    DIR *dir = opendir(golden);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        char folder[1024];
        snprintf(folder, sizeof folder, "%s/%s", golden, entry->d_name);
        tusk_status all = make_plan(folder);
        TUSK_EACH_FAILING_ALLOC(n)
        {
            tusk_status st = make_plan(folder);
            assert_true(st == all || st == TUSK_NOMEM);
        }
    }
    closedir(dir);
}

/* The same with an arena that holds ever more. */
static void test_every_limit(void **state)
{
    DIR *dir = opendir(golden);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        char folder[1024];
        snprintf(folder, sizeof folder, "%s/%s", golden, entry->d_name);
        tusk_status all = make_plan(folder), st = TUSK_NOMEM;
        for (size_t limit = 1024; st == TUSK_NOMEM; limit += 40 + limit / 100) {
            assert_true(limit < 64 << 20);
            st = make_plan_within(folder, limit);
        }
        assert_int_equal(st, all);
    }
    closedir(dir);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
                                        cmocka_unit_test(test_no_change),
                                        cmocka_unit_test(test_without_memory),
                                        cmocka_unit_test(test_every_limit) };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
