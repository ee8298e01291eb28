/* test_plan.c - plans from a real server: typed, and never leaving anything behind */
#include "tests/pg/conns.h"

#include <stdio.h>
#include <string.h>

#include "tusk/conn.h"
#include "tusk/plan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct room {
    conns *made;
    tusk_arena *arena;
    tusk_conn *conn;
    tusk_error err;
};

static int set_up_group(void **state)
{
    if (conns_set_up(state)) return 1;
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    tusk_error err = { 0 };
    tusk_status st = tusk_conn_script(
        conn,
        TUSK_STR("create table \"authUser\" (id int primary key, name text);"
                 "insert into \"authUser\" select i, 'n' || i from generate_series(1, 20000) i;"
                 "create sequence counter; analyze"),
        &err);
    tusk_conn_close(conn);
    if (st != TUSK_OK) fail_msg("%s", err.message);
    return 0;
}

static int enter(void **state)
{
    static struct room room;
    room = (struct room){ .made = *state };
    room.arena = tusk_arena_new(0);
    room.conn = conns_open(&room.made->server);
    *state = &room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    tusk_conn_close(room->conn);
    tusk_arena_free(room->arena);
    *state = room->made;
    return 0;
}

static const tusk_explain_options analyze = { .analyze = true };

static tusk_explained explain(struct room *room, const char *sql,
                              const tusk_explain_options *options)
{
    tusk_explained plan;
    tusk_status st =
        tusk_explain(room->conn, room->arena, tusk_str_of(sql), options, &plan, &room->err);
    if (st != TUSK_OK) fail_msg("%s: %s", sql, room->err.message);
    assert_int_equal(tusk_tx_depth(room->conn), 0);
    return plan;
}

static void an_index_is_seen(void **state)
{
    struct room *room = *state;
    tusk_explained plan = explain(room, "select * from \"authUser\" where id = 7", NULL);
    assert_string_equal(plan.root->type.ptr, "Index Scan");
    assert_string_equal(plan.root->relation.ptr, "authUser");
    assert_string_equal(plan.root->schema.ptr, "public");
    assert_string_equal(plan.root->index.ptr, "authUser_pkey");
    assert_false(plan.analyzed);
    assert_false(plan.root->executed);
    assert_true(plan.root->plan_rows == 1);
}

static void a_run_is_measured(void **state)
{
    struct room *room = *state;
    tusk_explained plan =
        explain(room, "select * from \"authUser\" where name = 'n77' -- a comment", &analyze);
    assert_true(plan.analyzed && plan.execution_ms > 0);
    assert_true(plan.root->actual_rows == 1 && plan.root->rows_removed == 19999);
    assert_true(plan.root->has_buffers &&
                plan.root->buffers.shared_hit + plan.root->buffers.shared_read > 0);
    assert_non_null(strstr(plan.root->advice.ptr, "20000 rows were read to find 1"));
    const tusk_explain_options bare = { .analyze = true, .no_buffers = true, .no_timing = true };
    plan = explain(room, "select * from \"authUser\"", &bare);
    assert_false(plan.root->has_buffers);
    assert_true(plan.root->total_ms == 0 && plan.root->actual_rows == 20000);
}

static void parameters_are_bound(void **state)
{
    struct room *room = *state;
    const tusk_explain_options options = { .analyze = true,
                                           .params = TUSK_PARAMS(tusk_val(500), tusk_val("n9%")) };
    tusk_explained plan = explain(
        room, "select * from \"authUser\" where id <= $1::bigint and name like $2", &options);
    assert_true(plan.root->actual_rows == 11);
}

static void nothing_written_stays(void **state)
{
    static const char *const writers[] = {
        "delete from \"authUser\"",
        "update \"authUser\" set name = 'x'",
        "insert into \"authUser\" values (0, 'new')",
        "with gone as (delete from \"authUser\" returning *) select count(*) from gone",
        "create table made as select 1",
        "create materialized view made as select 1",
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT(writers); i++) {
        tusk_explained plan = explain(room, writers[i], &analyze);
        assert_true(plan.analyzed);
        if (i < 4) assert_true(plan.writes);
        plan = explain(room, writers[i], NULL);
        assert_false(plan.analyzed);
    }
    conns_expect(room->conn, "select count(*) from \"authUser\" where name = 'n' || id", "20000");
    conns_expect(room->conn, "select to_regclass('made') is null", "t");
}

static void without_analyze_nothing_is_run(void **state)
{
    struct room *room = *state;
    explain(room, "select nextval('counter'), 1 / (id - id) from \"authUser\"", NULL);
    conns_expect(room->conn, "select is_called from counter", "f");
}

/* Whatever is tried: an error, and everything is as before. */
static void hostile_statements_get_nowhere(void **state)
{
    static const char *const attempts[] = {
        "",
        ";",
        "commit",
        "select 1; commit",
        "select 1; delete from \"authUser\"; commit; --",
        "delete from \"authUser\"; commit",
        "analyze delete from \"authUser\"",
        "(analyze) delete from \"authUser\"",
        "rollback",
        "do $$ begin delete from \"authUser\"; commit; end $$",
        "call nothing()",
        "vacuum",
        "drop table \"authUser\"",
        "copy \"authUser\" to program 'true'",
        "set default_transaction_read_only = off",
        "*/ select 1",
        "/* select 1",
        "select 'open",
        "select $1",
        "explain select 1",
        "\xff",
        "select '\xc3'",
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        for (int run = 0; run < 2; run++) {
            tusk_explained plan;
            tusk_status st = tusk_explain(room->conn, room->arena, tusk_str_of(attempts[i]),
                                          run ? &analyze : NULL, &plan, &room->err);
            if (st == TUSK_OK) fail_msg("\"%s\" was explained", attempts[i]);
            assert_int_equal(tusk_tx_depth(room->conn), 0);
        }
    }
    assert_int_equal(tusk_explain(room->conn, room->arena, TUSK_STR("select 1\0;"), NULL,
                                  &(tusk_explained){ 0 }, &room->err),
                     TUSK_INVALID);
    conns_expect(room->conn, "select count(*) from \"authUser\"", "20000");
}

static void an_error_points_into_the_statement(void **state)
{
    struct room *room = *state;
    tusk_explained plan;
    assert_int_equal(tusk_explain(room->conn, room->arena,
                                  TUSK_STR("select id, nope from \"authUser\""), &analyze, &plan,
                                  &room->err),
                     TUSK_SERVER);
    assert_string_equal(room->err.sqlstate, "42703");
    assert_int_equal(room->err.position, 12);
}

static void what_newcomers_write_is_answered_with_a_hint(void **state)
{
    static const struct {
        const char *sql, *hint;
    } cases[] = {
        { "EXPLAIN ANALYZE SELECT * FROM \"authUser\"", "give the statement alone" },
        { "SELECT * FROM authUser", "write \"authUser\"" },
    };
    struct room *room = *state;
    tusk_explained plan;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(tusk_explain(room->conn, room->arena, tusk_str_of(cases[i].sql), NULL,
                                      &plan, &room->err),
                         TUSK_SERVER);
        assert_non_null(strstr(room->err.hint, cases[i].hint));
    }
}

static void a_transaction_around_it_goes_on(void **state)
{
    struct room *room = *state;
    tusk_explained plan;
    assert_int_equal(tusk_tx_begin(room->conn, NULL, &room->err), TUSK_OK);
    assert_int_equal(conns_run(room->conn, "create table kept (id int)", &room->err), TUSK_OK);
    assert_int_equal(tusk_explain(room->conn, room->arena, TUSK_STR("insert into kept values (1)"),
                                  &analyze, &plan, &room->err),
                     TUSK_OK);
    assert_int_equal(
        tusk_explain(room->conn, room->arena, TUSK_STR("broken"), NULL, &plan, &room->err),
        TUSK_SERVER);
    assert_int_equal(tusk_tx_depth(room->conn), 1);
    assert_int_equal(tusk_tx_commit(room->conn, &room->err), TUSK_OK);
    conns_expect(room->conn, "select count(*) from kept", "0");
    assert_int_equal(conns_run(room->conn, "drop table kept", &room->err), TUSK_OK);
}

static void a_deadline_ends_it(void **state)
{
    struct room *room = *state;
    tusk_explained plan;
    tusk_conn_set_timeout(room->conn, 300);
    assert_int_equal(tusk_explain(room->conn, room->arena, TUSK_STR("select pg_sleep(60)"),
                                  &analyze, &plan, &room->err),
                     TUSK_TIMEOUT);
    assert_int_equal(tusk_tx_depth(room->conn), 0);
    tusk_conn_set_timeout(room->conn, 0);
    conns_expect(room->conn, "select 1", "1");
}

static void a_generic_plan_is_for_any_value(void **state)
{
    struct room *room = *state;
    tusk_explained plan;
    tusk_explain_options options = { .generic = true };
    tusk_str sql = TUSK_STR("select * from \"authUser\" where id = $1 and name <> $2");
    for (int i = 0; i < 2; i++) { /* nothing is left behind that a second one would meet */
        assert_int_equal(tusk_explain(room->conn, room->arena, sql, &options, &plan, &room->err),
                         TUSK_OK);
        assert_non_null(strstr(plan.root->condition.ptr, "$1"));
        assert_false(plan.analyzed);
    }
    assert_int_equal(
        tusk_explain(room->conn, room->arena, TUSK_STR("select 1"), &options, &plan, &room->err),
        TUSK_OK);
    assert_int_equal(tusk_explain(room->conn, room->arena, TUSK_STR("select nothing where $1"),
                                  &options, &plan, &room->err),
                     TUSK_SERVER);
    assert_int_equal(room->err.position, 8);
    assert_int_equal(tusk_explain(room->conn, room->arena,
                                  TUSK_STR("select 1; drop table \"authUser\""), &options, &plan,
                                  &room->err),
                     TUSK_SERVER);
    conns_expect(room->conn, "select count(*) from pg_prepared_statements where name ~ 'generic'",
                 "0");
    options.analyze = true;
    assert_int_equal(tusk_explain(room->conn, room->arena, sql, &options, &plan, &room->err),
                     TUSK_MISUSE);
}

/* Every kind of node there is comes through parser and renderer. */
static void many_shapes_are_shown(void **state)
{
    static const char *const shapes[] = {
        "select 1",
        "select * from \"authUser\" a join \"authUser\" b using (id) order by b.name limit 3",
        "select name, count(*) from \"authUser\" group by rollup (name)",
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < 50)"
        " select * from r where n in (select id from \"authUser\")",
        "select * from \"authUser\" where id in (1, 2, 3) or id > 19000",
        "select row_number() over (order by name), (select max(id) from \"authUser\")"
        " from \"authUser\"",
        "values (1), (2)",
        "select * from generate_series(1, 10) g, json_to_recordset('[]') as j(a int)",
        "select * from \"authUser\" tablesample system (10)",
        "select id from \"authUser\" union select 1 except select 2",
        "select distinct on (name) * from \"authUser\" order by name, id",
        "select * from \"authUser\" for update limit 5",
        "insert into \"authUser\" values (1, 'x') on conflict (id) do update set name = 'y'",
        "select * from \"authUser\" where ctid = '(0,1)'",
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (int run = 0; run < 2; run++) {
            tusk_explained plan = explain(room, shapes[i], run ? &analyze : NULL);
            tusk_str text;
            assert_int_equal(tusk_explain_text(room->arena, &plan, run, &text, &room->err),
                             TUSK_OK);
            assert_non_null(strstr(text.ptr, plan.root->type.ptr));
        }
    }
}

static void parallel_workers_are_told(void **state)
{
    struct room *room = *state;
    assert_int_equal(
        tusk_conn_script(room->conn,
                         TUSK_STR("set parallel_setup_cost = 0; set parallel_tuple_cost = 0;"
                                  "set min_parallel_table_scan_size = 0;"
                                  "set max_parallel_workers_per_gather = 2"),
                         &room->err),
        TUSK_OK);
    tusk_explained plan = explain(room, "select count(*) from \"authUser\"", &analyze);
    const tusk_plan_node *node = plan.root;
    while (node->workers_planned == 0 && node->child_count > 0) node = node->children[0];
    assert_int_equal(node->workers_planned, 2);
    assert_true(plan.root->total_ms >= node->children[0]->total_ms);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(an_index_is_seen),
        TEST(a_run_is_measured),
        TEST(parameters_are_bound),
        TEST(nothing_written_stays),
        TEST(without_analyze_nothing_is_run),
        TEST(hostile_statements_get_nowhere),
        TEST(an_error_points_into_the_statement),
        TEST(what_newcomers_write_is_answered_with_a_hint),
        TEST(a_transaction_around_it_goes_on),
        TEST(a_deadline_ends_it),
        TEST(a_generic_plan_is_for_any_value),
        TEST(many_shapes_are_shown),
        TEST(parallel_workers_are_told),
    };
    return cmocka_run_group_tests(tests, set_up_group, conns_tear_down);
}
