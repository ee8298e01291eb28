/* test_match.c - what is pending, applied, changed or missing, decided without a database; names of
 * migrations */
#include "tests/unit/base/unit.h"

#include "src/migrate/applied.h"
#include "src/migrate/folder.h"
#include "src/migrate/name.h"

#define MAX 4

static const struct match_case {
    const char *what;
    tusk_migration folder[MAX]; /* when, hash */
    size_t folder_count;
    tusk_applied rows[MAX];
    size_t row_count;
    const char *expected; /* a letter each: Pending, Applied, Changed, Missing */
} cases[] = {
    { "nothing applied", { { .when = 1, .hash = { "a", 1 } } }, 1, { { .when = 0 } }, 0, "P" },
    { "an older one came in after a newer one was applied",
      { { .when = 1, .hash = { "a", 1 } },
        { .when = 2, .hash = { "b", 1 } },
        { .when = 3, .hash = { "c", 1 } } },
      3,
      { { { "a", 1 }, true, 1 }, { { "c", 1 }, true, 3 } },
      2,
      "APA" },
    { "a row from the future blocks nothing",
      { { .when = 1, .hash = { "a", 1 } } },
      1,
      { { { "z", 1 }, true, 9 } },
      1,
      "PM" },
    { "edited after it was applied",
      { { .when = 1, .hash = { "b", 1 } } },
      1,
      { { { "a", 1 }, true, 1 } },
      1,
      "C" },
    { "two of the same time, one applied",
      { { .when = 1, .hash = { "a", 1 } }, { .when = 1, .hash = { "b", 1 } } },
      2,
      { { { "b", 1 }, true, 1 } },
      1,
      "PA" },
    { "a row without a time goes by its hash",
      { { .when = 1, .hash = { "a", 1 } } },
      1,
      { { { "a", 1 }, false, 0 } },
      1,
      "A" },
    { "recorded twice by racing migrators",
      { { .when = 1, .hash = { "a", 1 } } },
      1,
      { { { "a", 1 }, true, 1 }, { { "a", 1 }, true, 1 } },
      2,
      "A" },
    { "an older runner's table of names",
      { { .when = 1, .tag = { "0000_a", 6 } }, { .when = 2, .tag = { "0001_b", 6 } } },
      2,
      { { .name = { "0000_a.sql", 10 } }, { .name = { "0009_z.sql", 10 } } },
      2,
      "APM" },
};

static void test_states(void **state)
{
    static const char letters[] = { [TUSK_MIGRATION_PENDING] = 'P',
                                    [TUSK_MIGRATION_APPLIED] = 'A',
                                    [TUSK_MIGRATION_CHANGED] = 'C',
                                    [TUSK_MIGRATION_MISSING] = 'M' };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct match_case *c = &cases[i];
        tusk_candidates candidates = { 0 };
        for (size_t j = 0; j < c->folder_count; j++) {
            tusk_candidate one = { .migration = c->folder[j], .sql = TUSK_STR("select 1") };
            tusk_vec_push(arena, &candidates.list, one);
        }
        assert_true(tusk_candidates_match(arena, &candidates, c->rows, c->row_count));
        char found[2 * MAX + 1] = "";
        for (size_t j = 0; j < candidates.list.count; j++) {
            found[j] = letters[candidates.list.items[j].migration.state];
        }
        if (strcmp(found, c->expected) != 0) {
            fail_msg("%s: expected %s, found %s", c->what, c->expected, found);
        }
    }
    tusk_arena_free(arena);
}

/* The hash is sha256sum's. */
static void test_hash(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str sql, hash;
    tusk_error err = { 0 };
    unit_write(unit_path(*state, "0000_a.sql"), TUSK_STR("select 1;\n"));
    assert_ok(tusk_folder_read_sql(arena, *state, TUSK_STR("0000_a"), &sql, &hash, &err), err);
    assert_text(sql, "select 1;\n");
    assert_text(hash, "4a45092ccf992ea92250053a80b931b787924ba61648f420555511b84f10ab6c");
    tusk_str none = { 0 };
    assert_ok(tusk_folder_read_sql(arena, *state, TUSK_STR("0001_b"), &none, &hash, &err), err);
    assert_null(none.ptr);
    unit_write(unit_path(*state, "0000_a.sql"), TUSK_STR("\xff"));
    assert_int_equal(tusk_folder_read_sql(arena, *state, TUSK_STR("0000_a"), &sql, &hash, &err),
                     TUSK_INVALID);
    tusk_arena_free(arena);
}

/* A file that is gone matters only while its migration is pending. */
static void test_missing_file(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_candidates candidates = { 0 };
    tusk_candidate gone = { .migration = { .when = 5, .tag = TUSK_STR("0003_gone") } };
    tusk_vec_push(arena, &candidates.list, gone);
    assert_int_equal(tusk_candidates_ready(&candidates, "d", &err), TUSK_INVALID);
    assert_string_equal(err.message,
                        "d/0003_gone.sql: the journal lists this file, but it is not there");
    assert_non_null(strstr(err.hint, "tusk mark 0003_gone"));
    tusk_applied row = { .hash = TUSK_STR("whatever"), .has_when = true, .when = 5 };
    assert_true(tusk_candidates_match(arena, &candidates, &row, 1));
    assert_int_equal(candidates.list.items[0].migration.state, TUSK_MIGRATION_APPLIED);
    assert_ok(tusk_candidates_ready(&candidates, "d", &err), err);
    assert_ptr_equal(tusk_candidates_find(&candidates, TUSK_STR("0003")), candidates.list.items);
    assert_ptr_equal(tusk_candidates_find(&candidates, TUSK_STR("0003_gone.sql")),
                     candidates.list.items);
    assert_null(tusk_candidates_find(&candidates, TUSK_STR("000")));
    assert_null(tusk_candidates_find(&candidates, TUSK_STR("")));
    tusk_arena_free(arena);
}

static tusk_model model_of(tusk_arena *arena, const char *const *tables)
{
    tusk_model model = tusk_model_empty();
    for (; *tables; tables++) {
        tusk_vec_push(arena, &model.tables, (tusk_model_table){ .name = tusk_str_of(*tables) });
    }
    return model;
}

static void test_names(void **state)
{
    static const struct {
        const char *from[3], *to[4], *name;
    } names[] = {
        { { 0 }, { "teams" }, "create_teams" },
        { { 0 }, { "teams", "roles" }, "baseline" },
        { { "teams" }, { "teams", "authUser" }, "create_auth_user" },
        { { "teams" }, { "a b", "teams", "c" }, "create_a_b_and_more" },
        { { "teams", "userRoles" }, { "teams" }, "drop_user_roles" },
        { { "teams" }, { "teams" }, "change_types" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(names); i++) {
        tusk_model from = model_of(arena, names[i].from), to = model_of(arena, names[i].to);
        assert_text(tusk_migration_name(arena, &from, &to), names[i].name);
    }
    assert_true(tusk_migration_name_ok(TUSK_STR("a-B_9")));
    assert_false(tusk_migration_name_ok(TUSK_STR("")));
    assert_false(tusk_migration_name_ok(TUSK_STR("a/b")));
    assert_false(tusk_migration_name_ok(TUSK_STR("a.b")));
    tusk_arena_free(arena);
}

/* drizzle-kit goes on from the snapshot whose name sorts last: ours must be that one. */
static void test_prefixes(void **state)
{
    static const struct {
        const char *last;
        int64_t when;
        const char *prefix;
    } prefixes[] = {
        { NULL, 1795350442497, "0007" },
        { "0006_teams", 1795350442497, "0007" },
        { "_teams", 1795350442497, "0007" },
        { "20261122_teams", 1795350442497, "0007" },
        { "1795350442", 1795350442497, "0007" },
        { "20261122122722_teams", 1795350443000, "20261122122723" },
        { "20261122122722_teams", 1795350442497, "20261122122723" },
        { "20271231235959_teams", 1795350442497, "20280101000000" },
        { "1795350441_teams", 1795350442497, "1795350442" },
        { "1795350442_teams", 1795350442497, "1795350443" },
        { "1800000000_teams", 1795350442497, "1800000001" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(prefixes); i++) {
        tusk_str last = tusk_str_of(prefixes[i].last);
        assert_text(tusk_migration_prefix(arena, last, 7, prefixes[i].when), prefixes[i].prefix);
    }
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test_setup_teardown(test_hash, unit_folder_make, unit_folder_remove),
        cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
