/* test_plan.c - plans as text of EXPLAIN become trees, are judged, and become text for people */
#include "tests/unit/base/unit.h"

#include "tusk/buf.h"
#include "tusk/plan.h"

static int set_up(void **state)
{
    *state = tusk_arena_new(0);
    return *state ? 0 : 1;
}

static int tear_down(void **state)
{
    tusk_arena_free(*state);
    return 0;
}

static tusk_explained parse(tusk_arena *arena, const char *json)
{
    tusk_explained plan;
    tusk_error err = { 0 };
    assert_ok(tusk_explain_parse(arena, tusk_str_of(json), &plan, &err), err);
    assert_non_null(plan.root);
    return plan;
}

static const char *text_of(tusk_arena *arena, const tusk_explained *plan, bool colour)
{
    tusk_str text;
    tusk_error err = { 0 };
    assert_ok(tusk_explain_text(arena, plan, colour, &text, &err), err);
    return text.ptr;
}

static void expect_part(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* An analyzed node on one line; `rest` begins with a comma. */
#define NODE(type, ms, rows, guess, loops, rest)                                               \
    "{\"Node Type\":\"" type "\",\"Startup Cost\":0.0,\"Total Cost\":9.5,\"Plan Rows\":" guess \
    ",\"Plan Width\":8,\"Actual Startup Time\":0.0,\"Actual Total Time\":" ms                  \
    ",\"Actual Rows\":" rows ",\"Actual Loops\":" loops rest "}"
#define PLAN(node, ms) \
    "[{\"Plan\":" node ",\"Planning Time\":0.5,\"Triggers\":[],\"Execution Time\":" ms "}]"

/* ---- reading ---- */

static void a_plan_is_read(void **state)
{
    tusk_explained plan =
        parse(*state,
              "[{\"Plan\":{\"Node Type\":\"Index Scan\",\"Relation Name\":\"authUser\",\"Schema\":"
              "\"public\",\"Alias\":\"u\",\"Index Name\":\"idx\",\"Startup Cost\":0.29,\"Total "
              "Cost\":8.3,\"Plan Rows\":1,\"Plan Width\":14,\"Index Cond\":\"(u.id = 'a')\","
              "\"Filter\":\"(u.n > 3)\"}}]");
    assert_false(plan.analyzed);
    assert_false(plan.writes);
    assert_text(plan.root->type, "Index Scan");
    assert_text(plan.root->what, "on authUser u using idx");
    assert_text(plan.root->schema, "public");
    assert_text(plan.root->relation, "authUser");
    assert_text(plan.root->condition, "(u.id = 'a')");
    assert_text(plan.root->filter, "(u.n > 3)");
    assert_true(plan.root->total_cost == 8.3);
    assert_true(plan.root->plan_rows == 1);
    assert_int_equal(plan.root->width, 14);
    assert_false(plan.root->executed);
    assert_int_equal(plan.root->child_count, 0);
    const char *text = text_of(*state, &plan, false);
    expect_part(text, "Index Scan on authUser u using idx\n");
    expect_part(text, "where (u.id = 'a')\n");
    expect_part(text, "       8.30         1  ");
}

static void times_are_of_all_loops(void **state)
{
    tusk_explained plan =
        parse(*state, PLAN(NODE("Nested Loop", "50.0", "1000", "1000", "1",
                                ",\"Join Type\":\"Left\",\"Plans\":[" NODE(
                                    "Seq Scan", "1.5", "1000", "1000", "1",
                                    "") "," NODE("Index Scan", "0.04", "1", "1", "1000", "") "]"),
                           "50.5"));
    const tusk_plan_node *root = plan.root;
    assert_true(plan.analyzed);
    assert_text(root->what, "(Left)");
    assert_int_equal(root->child_count, 2);
    assert_true(root->children[1]->total_ms > 39.99 && root->children[1]->total_ms < 40.01);
    assert_true(root->self_ms > 8.4 && root->self_ms < 8.6);
    assert_true(root->children[1]->slow);
    assert_false(root->slow);
    expect_part(text_of(*state, &plan, false), "Index Scan, 1000 times  <- slow");
}

/* Two workers and the leader did 30 ms each at the same time: not 90 of 31. */
static void parallel_times_are_not_summed(void **state)
{
    tusk_explained plan =
        parse(*state, PLAN(NODE("Gather", "31.0", "3000", "3000", "1",
                                ",\"Workers Planned\":2,\"Workers Launched\":2,\"Plans\":[" NODE(
                                    "Seq Scan", "30.0", "1000", "1000", "3", "") "]"),
                           "31.5"));
    assert_true(plan.root->children[0]->total_ms == 30);
    assert_true(plan.root->self_ms == 1);
    assert_text(plan.root->advice, "");
}

/* PostgreSQL 18 writes rows with decimals. */
static void rows_may_have_decimals(void **state)
{
    tusk_explained plan =
        parse(*state, PLAN(NODE("Seq Scan", "2.0", "0.25", "1", "400", ""), "800"));
    assert_true(plan.root->actual_rows == 0.25);
    assert_true(plan.root->loops == 400);
    expect_part(text_of(*state, &plan, false), "       100       400  ");
}

static void what_is_no_plan_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "{",
        "[]",
        "{}",
        "[{}]",
        "[1]",
        "null",
        "[{\"Plan\":null}]",
        "[{\"Plan\":[]}]",
        "[\"NOTIFY\"]",
        "[{\"Plan\":{}}] x",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_explained plan;
        tusk_error err = { 0 };
        tusk_status st = tusk_explain_parse(*state, tusk_str_of(cases[i]), &plan, &err);
        if (st != TUSK_INVALID) fail_msg("%s: %s", cases[i], tusk_status_name(st));
        assert_true(err.message[0] != '\0');
    }
}

/* Members of the wrong kind, enormous numbers: read as nothing, never as a crash. */
static void strange_members_do_no_harm(void **state)
{
    tusk_explained plan = parse(
        *state, "[{\"Plan\":{\"Node Type\":7,\"Alias\":[],\"Plan Rows\":\"x\",\"Plan Width\":1e300,"
                "\"Actual Loops\":1e308,\"Actual Rows\":1e308,\"Actual Total Time\":-1e308,"
                "\"Shared Hit Blocks\":-1e300,\"Sort Key\":[1,null],\"Workers Planned\":-5,"
                "\"Plans\":[null,[],{}]},\"Triggers\":[3,{}],\"JIT\":5,\"Execution Time\":1e308}]");
    assert_int_equal(plan.root->child_count, 3);
    assert_true(text_of(*state, &plan, false)[0] != '\0');
    plan = parse(*state, PLAN(NODE("Sort", "-1e300", "-1e300", "-1e300", "1e9",
                                   ",\"Sort Method\":\"x\",\"Sort Space Type\":\"Disk\","
                                   "\"Sort Space Used\":3.9e18,\"Local Hit Blocks\":3.9e18,"
                                   "\"Local Read Blocks\":3.9e18,\"Shared Hit Blocks\":1"),
                              "-5"));
    assert_true(text_of(*state, &plan, true)[0] != '\0');
}

static void depth_has_an_end(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 1 << 20);
    tusk_buf_add_cstr(&buf, "[{\"Plan\":");
    for (int i = 0; i < 600; i++) tusk_buf_add_cstr(&buf, "{\"Node Type\":\"A\",\"Plans\":[");
    tusk_buf_add_cstr(&buf, "{}");
    for (int i = 0; i < 600; i++) tusk_buf_add_cstr(&buf, "]}");
    tusk_buf_add_cstr(&buf, "}]");
    tusk_explained plan;
    tusk_error err = { 0 };
    assert_int_equal(tusk_explain_parse(*state, tusk_buf_str(&buf), &plan, &err), TUSK_INVALID);
    expect_part(err.message, "levels deep");
    tusk_buf_clear(&buf);
}

/* ---- judging ---- */

#define SCAN        ",\"Relation Name\":\"teams\",\"Schema\":\"public\",\"Alias\":\"teams\""
#define BELOW(node) ",\"Plans\":[" node "]"

static void advice_is_given_where_it_is_certain(void **state)
{
    static const struct {
        const char *json;
        bool misestimated;  /* of the last node, going down the first children */
        const char *advice; /* a part, "" for none */
    } cases[] = {
        { PLAN(NODE("Seq Scan", "1", "10", "10", "1", SCAN), "1"), false, "" },
        { PLAN(NODE("Seq Scan", "1", "5000", "10", "1", SCAN), "1"), true,
          "statistics of public.teams" },
        { PLAN(NODE("Seq Scan", "1", "10", "5000", "1", SCAN), "1"), true,
          "statistics of public.teams" },
        { PLAN(NODE("Seq Scan", "1", "90", "10", "1", SCAN), "1"), false, "" },
        { PLAN(NODE("Seq Scan", "1", "30", "1", "1", SCAN), "1"), false, "" },
        { PLAN(NODE("Limit", "1", "5", "5", "1",
                    BELOW(NODE("Seq Scan", "1", "5", "90000", "1", SCAN))),
               "1"),
          false, "" },
        { PLAN(NODE("Limit", "1", "5", "5", "1",
                    BELOW(NODE("Sort", "1", "5", "5", "1",
                               BELOW(NODE("Seq Scan", "1", "5", "90000", "1", SCAN))))),
               "1"),
          true, "statistics of" },
        { PLAN(NODE("Seq Scan", "9", "3", "3", "1", SCAN ",\"Rows Removed by Filter\":50000"), "9"),
          false, "50003 rows were read to find 3: an index" },
        { PLAN(NODE("Seq Scan", "9", "40000", "40000", "1",
                    SCAN ",\"Rows Removed by Filter\":50000"),
               "9"),
          false, "" },
        { PLAN(NODE("Sort", "9", "30", "30", "1",
                    ",\"Sort Method\":\"external merge\",\"Sort Space Used\":6080,"
                    "\"Sort Space Type\":\"Disk\""),
               "9"),
          false, "work_mem to about 18 MB" },
        { PLAN(NODE("Sort", "9", "30", "30", "1",
                    ",\"Sort Method\":\"quicksort\",\"Sort Space Used\":25,"
                    "\"Sort Space Type\":\"Memory\""),
               "9"),
          false, "" },
        { PLAN(NODE("Hash", "9", "30", "30", "1", ",\"Hash Batches\":8"), "9"), false,
          "split on disk" },
        { PLAN(NODE("Hash", "9", "30", "30", "1", ",\"Hash Batches\":1"), "9"), false, "" },
        { PLAN(NODE("Bitmap Heap Scan", "9", "30", "30", "1", SCAN ",\"Lossy Heap Blocks\":12"),
               "9"),
          false, "12 whole pages" },
        { PLAN(NODE("Index Only Scan", "9", "3000", "3000", "1", SCAN ",\"Heap Fetches\":2900"),
               "9"),
          false, "vacuum public.teams" },
        { PLAN(
              NODE("Gather", "9", "30", "30", "1", ",\"Workers Planned\":4,\"Workers Launched\":1"),
              "9"),
          false, "Only 1 of 4" },
        { PLAN(NODE("Seq Scan", "0", "0", "5000", "0", SCAN), "1"), false, "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_explained plan = parse(*state, cases[i].json);
        const tusk_plan_node *node = plan.root;
        while (node->child_count > 0) node = node->children[0];
        bool said = cases[i].advice[0] ? strstr(node->advice.ptr, cases[i].advice) != NULL
                                       : node->advice.len == 0;
        if (!said || node->misestimated != cases[i].misestimated)
            fail_msg("case %zu: misestimated %d, advice \"%s\"", i, node->misestimated,
                     node->advice.ptr);
    }
}

static void a_slow_foreign_key_is_named(void **state)
{
    tusk_explained plan = parse(
        *state,
        "[{\"Plan\":" NODE(
            "ModifyTable", "10", "0", "0", "1",
            ",\"Operation\":\"Delete\"" SCAN) ",\"Planning Time\":0.1,\"Triggers\":[{\"Trigger "
                                              "Name\":\"RI_ConstraintTrigger_a_1\","
                                              "\"Constraint "
                                              "Name\":\"child_u_fkey\",\"Relation\":\"teams\","
                                              "\"Time\":900.5,\"Calls\":300}],"
                                              "\"Execution Time\":950.0}]");
    assert_true(plan.writes);
    assert_int_equal(plan.trigger_count, 1);
    expect_part(plan.advice.ptr, "foreign key child_u_fkey");
    const char *text = text_of(*state, &plan, false);
    expect_part(text, "ModifyTable Delete on teams\n");
    expect_part(text, "900.500 ms in foreign key child_u_fkey, 300 times\n");
}

/* ---- showing ---- */

static void the_tree_is_drawn(void **state)
{
    tusk_explained plan = parse(
        *state,
        PLAN(NODE("Hash Join", "5", "100", "100", "1",
                  ",\"Hash Cond\":\"(a.id = b.id)\",\"Plans\":[" NODE(
                      "Seq Scan", "1", "100", "100", "1",
                      SCAN) "," NODE("Hash", "2", "100", "100", "1",
                                     ",\"Shared Hit Blocks\":4,\"Shared Read Blocks\":2" BELOW(
                                         NODE("Seq Scan", "1", "100", "100", "1", SCAN))) "]"),
             "6"));
    assert_string_equal(
        text_of(*state, &plan, false),
        "  time ms   self ms      rows  expected  \n"
        "    5.000     2.000       100       100  Hash Join  <- slow\n"
        "                                         |    where (a.id = b.id)\n"
        "    1.000     1.000       100       100  |- Seq Scan on teams\n"
        "    2.000     1.000       100       100  `- Hash\n"
        "                                            |    pages 4 in cache, 2 read\n"
        "    1.000     1.000       100       100     `- Seq Scan on teams\n"
        "    0.500 ms planning, 6.000 ms running\n");
    expect_part(text_of(*state, &plan, true), "\033[31m<- slow\033[0m");
}

static void hostile_names_are_shown_harmless(void **state)
{
    tusk_explained plan = parse(
        *state, "[{\"Plan\":{\"Node Type\":\"Seq Scan\",\"Relation Name\":\"a\\u001b[2Jb\\nc\","
                "\"Alias\":\"\\u202e%s%n\",\"Filter\":\"(x = '\\u0007')\"}}]");
    const char *text = text_of(*state, &plan, false);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\007'));
    expect_part(text, "Seq Scan on a\\x1b[2Jb c \\u202e%s%n\n");
    assert_text(plan.root->relation, "a\033[2Jb\nc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plan_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times_are_of_all_loops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parallel_times_are_not_summed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_may_have_decimals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_plan_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_members_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(depth_has_an_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(advice_is_given_where_it_is_certain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slow_foreign_key_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_tree_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_names_are_shown_harmless, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
