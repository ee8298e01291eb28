/* test_split.c - cutting files at markers and semicolons, lines, and what cannot run in a
 * transaction */
#include "tests/unit/base/unit.h"

#include "src/migrate/split.h"

static void test_breakpoints(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_chunks chunks;
    assert_true(tusk_split_breakpoints(
        arena, TUSK_STR("a;--> statement-breakpoint\nb\n;\n--> statement-breakpoint\n \n"),
        &chunks));
    assert_int_equal(chunks.count, 2);
    assert_text(chunks.items[0].sql, "a;");
    assert_int_equal(chunks.items[0].line, 1);
    assert_text(chunks.items[1].sql, "\nb\n;\n");
    assert_int_equal(chunks.items[1].line, 1);
    assert_int_equal(tusk_split_line(chunks.items[1].sql, 0), 2);
    assert_true(tusk_split_breakpoints(arena, TUSK_STR(""), &chunks));
    assert_int_equal(chunks.count, 0);
    tusk_arena_free(arena);
}

static void test_lines(void **state)
{
    assert_int_equal(tusk_split_line(TUSK_STR("-- é\n\n/* x\n*/ select"), 0), 4);
    assert_int_equal(tusk_split_line(TUSK_STR("é\nx"), 3), 2);
    assert_int_equal(tusk_split_line(TUSK_STR("é\nx"), 1), 1);
    assert_int_equal(tusk_split_line(TUSK_STR("a"), 99), 1);
}

static void test_statements(void **state)
{
    static const struct {
        const char *sql;
        size_t count;
        const char *last;
    } cases[] = {
        { "a; b ;", 2, " b ;" },
        { "a;;\n;-- nothing\n", 1, "a;" },
        { "select ';', \";\", E'\\';', 'it''s;'; b", 2, " b" },
        { "do $$ begin; end $$; do $x$ $$;$$ $x$;", 2, " do $x$ $$;$$ $x$;" },
        { "/* ; /* ; */ ; */ a -- ;\n; b", 2, " b" },
        { "create rule r as on insert to t do (a; b); c", 2, " c" },
        { "create function f() returns int begin atomic select case when true then 1; end; end; z",
          2, " z" },
        { "select $1; select 'unfinished;", 2, " select 'unfinished;" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_chunk chunk = { tusk_str_of(cases[i].sql), 10 };
        tusk_chunks statements;
        assert_true(tusk_split_statements(arena, &chunk, &statements));
        if (statements.count != cases[i].count) {
            fail_msg("%s: %zu statements", cases[i].sql, statements.count);
        }
        assert_text(statements.items[statements.count - 1].sql, cases[i].last);
    }
    tusk_arena_free(arena);
}

static void test_transactions(void **state)
{
    static const struct {
        const char *sql;
        bool none;
    } cases[] = {
        { "create index concurrently i on t (a)", true },
        { "-- why\n/* x */ CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", true },
        { "select 1; drop index concurrently if exists i;", true },
        { "reindex table concurrently t", true },
        { "vacuum analyze t", true },
        { "alter system set a = 1", true },
        { "alter table a.b detach partition c concurrently", true },
        { "insert into t values (1); commit;", true },
        { "-- tusk:no-transaction\nselect 1", true },
        { "select 1;\n--tusk:no-transaction because\nselect 2", true },
        { "do $$ begin loop exit; end loop; commit; end $$", true },
        { "create index i on t (a)", false },
        { "-- tusk:no-transactions\nselect '\n-- tusk:no-transaction\n'", false },
        { "do $$ begin end $$; select 'commit'", false },
        { "create table concurrently_done (a int)", false },
        { "insert into t values ('; vacuum t; create index concurrently')", false },
        { "-- create index concurrently i on t (a);\nselect 1", false },
        { "refresh materialized view concurrently v", false },
        { "do $$ begin perform 1; end $$; select 2", false },
        { "create function f() returns int begin atomic select 1; end;", false },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_chunks chunks;
        assert_true(tusk_split_breakpoints(arena, tusk_str_of(cases[i].sql), &chunks));
        if (tusk_split_needs_no_transaction(arena, &chunks) != cases[i].none) {
            fail_msg("%s", cases[i].sql);
        }
    }
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breakpoints),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
