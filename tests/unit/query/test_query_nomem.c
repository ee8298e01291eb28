/* test_query_nomem.c - every allocation of building and rendering refused in turn: TUSK_NOMEM,
 * nothing worse */
#include "tests/unit/query/query_unit.h"

#include "src/base/mem.h"

#define MANY 300

struct pair {
    loans_row loan;
    books_maybe book;
};

/* Something of every builder, large enough that each of its parts asks for memory. */
static tusk_status play(tusk_arena *arena, tusk_error *err)
{
    static struct loan rows[MANY];
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i < MANY; i++)
        rows[i] = (struct loan){ 1, { text, 2000 }, 2, TUSK_STR("r") };
    tusk_expr any = tusk_or(arena, tusk_eq(loans.reader, text), tusk_eq(loans.reader, text),
                            tusk_raw(arena, text, NULL));
    tusk_expr there = tusk_exists(tusk_select(arena, loans, .where = TUSK_LIST(any)));
    tusk_auto joined = tusk_select_joined(
        arena, struct pair,
        TUSK_TABLES(TUSK_FROM(struct pair, loan, loans),
                    TUSK_LEFT_JOIN(struct pair, book, books, tusk_on(books.id, loans.book_id))),
        .where = TUSK_LIST(any, there),
        .order = TUSK_ORDER(tusk_desc_by(tusk_rank(books.search, "english", TUSK_STR("x")))));
    const tusk_query *queries[] = {
        joined.query,
        tusk_insert_rows(arena, loans, rows, MANY, .returning = true).query,
        tusk_update(arena, loans, .set = TUSK_SET(tusk_set(loans.reader, text)),
                    .where = TUSK_LIST(any))
            .query,
        tusk_delete(arena, loans, .where = TUSK_LIST(tusk_not(arena, any)), .returning = true)
            .query,
        tusk_sql(arena, text, TUSK_PARAMS(tusk_val(text))),
    };
    for (size_t i = 0; i < COUNT(queries); i++) {
        tusk_statement statement;
        tusk_status st = tusk_query_render(arena, queries[i], &statement, err);
        if (st) return st;
        assert_true(statement.sql.len > 0);
    }
    return TUSK_OK;
}

static void test_every_allocation(void **state)
{
    (void)state;
    size_t refused = 0;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_error err = { 0 };
        tusk_arena *arena = tusk_arena_new(0);
        tusk_status st = play(arena, &err);
        bool hit = st != TUSK_OK;
        if (hit) {
            refused++;
            assert_int_equal(st, TUSK_NOMEM);
            HAS(err.message, "memory");
        }
        tusk_arena_free(arena);
    }
    assert_true(refused > 10);
}

/* The same with an arena that ends at every size: small pieces are refused too. */
static void test_every_limit(void **state)
{
    (void)state;
    size_t refused = 0;
    tusk_status st = TUSK_NOMEM;
    for (size_t limit = 1; st != TUSK_OK; limit += limit < 20000 ? 160 : 40000) {
        tusk_error err = { 0 };
        tusk_arena *arena = tusk_arena_new(limit);
        assert_non_null(arena);
        st = play(arena, &err);
        if (st) assert_int_equal(st, TUSK_NOMEM);
        refused += st != TUSK_OK;
        tusk_arena_free(arena);
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation),
        cmocka_unit_test(test_every_limit),
    };
    (void)a;
    (void)arena_make;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
