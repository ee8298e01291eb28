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
            tusk_vec_push(arena, &candidates.list, (tusk_candidate){ .migration = c->folder[j] });
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
    assert_int_equal(tusk_folder_read_sql(arena, *state, TUSK_STR("0001_b"), &sql, &hash, &err),
                     TUSK_INVALID);
    assert_non_null(strstr(err.message, "0001_b.sql: the journal lists this file"));
    unit_write(unit_path(*state, "0000_a.sql"), TUSK_STR("\xff"));
    assert_int_equal(tusk_folder_read_sql(arena, *state, TUSK_STR("0000_a"), &sql, &hash, &err),
                     TUSK_INVALID);
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
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
