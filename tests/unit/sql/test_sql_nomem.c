/* test_sql_nomem.c - conditions without memory: TUSK_NOMEM from copying and rendering, never text
 * that lacks a part */
#include "tests/unit/sql/sql_unit.h"

#include "src/base/mem.h"
#include "src/sql/copy.h"
#include "src/sql/render.h"

static const tusk_table *const tables[] = { &books_table, &authors_table };
static const tusk_sql_scope scope = { tables, 2, NULL, 0 };

/* Every kind of condition, with values that take blocks of their own. */
static tusk_status play(tusk_arena *arena, tusk_str *text, tusk_error *err)
{
    static char large[3000];
    memset(large, 'x', sizeof large - 1);
    static const tusk_str shelves[] = { TUSK_STR_INIT("a"), { large, sizeof large - 1 } };
    const tusk_expr *list = TUSK_LIST(
        tusk_or(arena, tusk_eq(books.title, large), tusk_ilike(books.title, large),
                tusk_not(arena, tusk_is_null(books.sequel_of))),
        tusk_in(books.shelf, ((tusk_text_array){ shelves, 2 })),
        tusk_matches(books.search, "english", TUSK_STR("a b")),
        tusk_and(arena, tusk_gt(books.sold, 5), tusk_on(books.author_id, authors.id)),
        tusk_raw(arena, "length({}) > {}", TUSK_ARGS(tusk_col(books.title), tusk_arg(3))));
    tusk_copier copier = { arena, false };
    const tusk_expr *copy = tusk_copy_exprs(&copier, list);
    if (copier.failed) return tusk_fail_nomem(err, "a condition");
    tusk_sql_out sql;
    tusk_sql_init(&sql, arena, err);
    tusk_status st = tusk_sql_add_where(&sql, &scope, copy);
    return st ? st : tusk_sql_finish(&sql, text);
}

static void test_every_allocation(void **state)
{
    (void)state;
    size_t refused = 0;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_error err = { 0 };
        tusk_arena *arena = tusk_arena_new(0);
        tusk_str text;
        tusk_status st = play(arena, &text, &err);
        if (st && st != TUSK_NOMEM) fail_msg("allocation %zu: %s", n, err.message);
        refused += st == TUSK_NOMEM;
        tusk_arena_free(arena);
    }
    assert_true(refused >= 3);
}

/* An arena that ends at every size: each small piece is refused once. */
static void test_every_limit(void **state)
{
    (void)state;
    tusk_error err = { 0 };
    tusk_str whole, text;
    if (play(a, &whole, &err) != TUSK_OK) fail_msg("%s", err.message);
    size_t refused = 0;
    tusk_status st = TUSK_NOMEM;
    for (size_t limit = 16; st != TUSK_OK; limit += 16) {
        assert_true(limit < 4 << 20);
        tusk_arena *arena = tusk_arena_new(limit);
        assert_non_null(arena);
        st = play(arena, &text, &err);
        if (st && st != TUSK_NOMEM) fail_msg("limit %zu: %s", limit, err.message);
        if (!st) assert_true(tusk_str_eq(text, whole));
        refused += st == TUSK_NOMEM;
        tusk_arena_free(arena);
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_every_allocation),
        UNIT_TEST(test_every_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
