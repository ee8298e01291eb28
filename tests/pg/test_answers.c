/* test_answers.c - what a real server answers: fields, cells, and how much of it is taken */
#include "tests/pg/conns.h"

#include <string.h>
#include <sys/resource.h>

static void answers_describe_themselves(void **state)
{
    conns *made = *state;
    tusk_conn *conn = conns_open(&made->server);
    tusk_error err;
    assert_int_equal(conns_run(conn, "create table described (id integer, name varchar(7))", &err),
                     0);
    const tusk_param params[] = { { .oid = 23, .bytes = TUSK_STR("5") }, { .oid = 25 } };
    const tusk_wire_statement insert = {
        .sql = TUSK_STR("insert into described values ($1, $2), (6, 'six') returning *"),
        .params = params,
        .param_count = 2,
    };
    tusk_wire_answer *answer;
    tusk_result result;
    assert_int_equal(tusk_wire_execute(conn, &insert, 0, &answer, &err), TUSK_OK);
    assert_int_equal(tusk_wire_describe(answer, made->arena, &result, &err), TUSK_OK);
    assert_int_equal(result.row_count, 2);
    assert_string_equal(result.command.ptr, "INSERT");
    assert_int_equal(result.field_count, 2);
    assert_string_equal(result.fields[1].name.ptr, "name");
    assert_int_equal(result.fields[1].column, 2);
    assert_int_equal(result.fields[1].type_oid, 1043);
    assert_int_equal(result.fields[1].modifier, 4 + 7);
    assert_int_equal(result.fields[0].size, 4);
    assert_int_not_equal(result.fields[0].table_oid, 0);
    assert_string_equal(tusk_wire_cell(answer, 0, 0).ptr, "5");
    assert_null(tusk_wire_cell(answer, 0, 1).ptr);
    tusk_wire_answer_free(answer);

    const tusk_wire_statement drop = { .sql = TUSK_STR("drop table described") };
    assert_int_equal(tusk_wire_execute(conn, &drop, 0, &answer, &err), TUSK_OK);
    assert_int_equal(tusk_wire_describe(answer, made->arena, &result, &err), TUSK_OK);
    assert_int_equal(result.row_count, -1);
    assert_string_equal(result.command.ptr, "DROP TABLE");
    tusk_wire_answer_free(answer);
    tusk_conn_close(conn);
}

/* The wire has no room of its own for the zeros: lengths of NULLs and of long values stand where
 * they belong. */
static void a_zero_stands_behind_every_cell(void **state)
{
    const size_t size = 17000000; /* its length needs four bytes */
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    const tusk_wire_statement statement = {
        .sql = TUSK_STR("select 'a', null, repeat(case when n = 2 then 'x' else 'y' end, "
                        "case when n = 2 then 17000000 else 3 end), null, '', 'end' "
                        "from generate_series(1, 3) n")
    };
    tusk_wire_answer *answer;
    assert_int_equal(tusk_wire_execute(conn, &statement, 0, &answer, &err), TUSK_OK);
    assert_int_equal(tusk_wire_rows(answer), 3);
    for (size_t row = 0; row < 3; row++) {
        tusk_str cells[6];
        tusk_wire_row(answer, row, cells);
        assert_string_equal(cells[0].ptr, "a");
        assert_null(cells[1].ptr);
        assert_int_equal(cells[2].len, row == 1 ? size : 3);
        assert_int_equal(strlen(cells[2].ptr), cells[2].len);
        assert_null(cells[3].ptr);
        assert_string_equal(cells[4].ptr, "");
        assert_string_equal(cells[5].ptr, "end");
        for (size_t i = 0; i < 6; i++)
            assert_ptr_equal(tusk_wire_cell(answer, row, i).ptr, cells[i].ptr);
    }
    tusk_wire_answer_free(answer);
    tusk_conn_close(conn);
}

static void expect_fields(tusk_conn *conn, const char *sql, bool binary, size_t count,
                          uint32_t type_oid)
{
    const tusk_wire_statement statement = { .sql = tusk_str_of(sql),
                                            .prepare = true,
                                            .binary = binary };
    tusk_arena *arena = tusk_arena_new(0);
    tusk_wire_answer *answer;
    tusk_result result;
    tusk_error err;
    if (tusk_wire_execute(conn, &statement, 0, &answer, &err) != TUSK_OK)
        fail_msg("%s: %s", sql, err.message);
    assert_int_equal(tusk_wire_describe(answer, arena, &result, &err), TUSK_OK);
    assert_int_equal(result.field_count, count);
    assert_int_equal(result.fields[0].type_oid, type_oid);
    assert_string_equal(result.fields[0].name.ptr, "a");
    assert_int_equal(result.fields[0].format, binary);
    assert_int_equal(tusk_wire_rows(answer), 1);
    tusk_wire_answer_free(answer);
    tusk_arena_free(arena);
}

/* After some executions the server is not asked for them any more. */
static void fields_are_known_however_often_a_statement_runs(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    for (int i = 0; i < 60; i++) expect_fields(conn, "select 1::int8 as a, 'x'", i % 3 == 0, 2, 20);
    assert_int_equal(tusk_conn_script(conn,
                                      TUSK_STR("create temp table known (a int); insert into known "
                                               "values (1)"),
                                      &err),
                     TUSK_OK);
    for (int i = 0; i < 60; i++) expect_fields(conn, "select * from known", i % 2, 1, 23);
    assert_int_equal(conns_run(conn, "alter table known alter a type text", &err), TUSK_OK);
    for (int i = 0; i < 60; i++) expect_fields(conn, "select * from known", i % 2, 1, 25);
    /* a cursor of the same name need not have them */
    assert_int_equal(tusk_conn_script(conn,
                                      TUSK_STR("begin; declare c cursor for select 1 as a from "
                                               "generate_series(1, 100)"),
                                      &err),
                     TUSK_OK);
    for (int i = 0; i < 60; i++) expect_fields(conn, "fetch 1 from c", false, 1, 23);
    assert_int_equal(
        tusk_conn_script(conn, TUSK_STR("close c; declare c cursor for select 'x'::text as a, 2"),
                         &err),
        TUSK_OK);
    expect_fields(conn, "fetch 1 from c", false, 2, 25);
    tusk_conn_close(conn);
}

/* ---- limits ---- */

static long peak_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* The server takes its time to make two hundred megabytes. */
static tusk_status run_patiently(tusk_conn *conn, const char *sql, tusk_error *err)
{
    const tusk_wire_statement statement = { .sql = tusk_str_of(sql) };
    tusk_wire_answer *answer;
    tusk_status status = tusk_wire_execute(conn, &statement, tusk_deadline_in(60000), &answer, err);
    tusk_wire_answer_free(answer);
    return status;
}

static void row_20_an_answer_beyond_what_is_taken_ends_the_connection(void **state)
{
    static const char *const texts[] = { "select repeat('x', 200000000)",
                                         "select repeat('x', 200000000)::int",
                                         "select generate_series(1, 100000000)" };
    long before = peak_kilobytes();
    for (size_t i = 0; i < 3; i++) {
        tusk_conn *conn = conns_open(&((conns *)*state)->server);
        tusk_error err;
        tusk_conn_set_answer_max(conn, 1 << 20);
        for (int k = 0; k < 3; k++) /* counted for each */
            assert_int_equal(conns_run(conn, "select repeat('x', 500000)", &err), TUSK_OK);
        if (i < 2) assert_int_equal(run_patiently(conn, texts[i], &err), TUSK_INVALID);
        if (i == 2) /* and for all of a script */
            assert_int_equal(tusk_conn_script(conn, tusk_str_of(texts[i]), &err), TUSK_INVALID);
        assert_string_equal(err.message, "the answer is larger than 1048576 bytes");
        assert_int_equal(conns_run(conn, "select 1", &err), TUSK_CONNECTION);
        tusk_conn_close(conn);
    }
    /* AddressSanitizer keeps for a while what was given back */
    assert_in_range(peak_kilobytes() - before, 0, 64 << 10);
}

static void drop_notice(void *context, tusk_str severity, tusk_str message)
{
    *(size_t *)context += message.len;
}

/* A text that nobody would read is cut, and what is behind it is still understood. */
static void words_without_end_are_cut(void **state)
{
    tusk_conn *conn = conns_open(&((conns *)*state)->server);
    tusk_error err;
    size_t noticed = 0;
    tusk_conn_on_notice(conn, drop_notice, &noticed);
    long before = peak_kilobytes();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            run_patiently(conn, "do $$ begin raise exception '%', repeat('x', 40000000); end $$",
                          &err),
            TUSK_SERVER);
        assert_string_equal(err.sqlstate, "P0001");
        assert_int_equal(err.message[0], 'x');
        assert_int_equal(
            run_patiently(conn, "do $$ begin raise warning '%', repeat('x', 40000000); end $$",
                          &err),
            TUSK_OK);
        conns_expect(conn, "select 7", "7");
    }
    assert_in_range(noticed, 2, 200000);
    assert_in_range(peak_kilobytes() - before, 0, 64 << 10);
    tusk_conn_close(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, for the others take more memory than these may */
        cmocka_unit_test(row_20_an_answer_beyond_what_is_taken_ends_the_connection),
        cmocka_unit_test(words_without_end_are_cut),
        cmocka_unit_test(answers_describe_themselves),
        cmocka_unit_test(a_zero_stands_behind_every_cell),
        cmocka_unit_test(fields_are_known_however_often_a_statement_runs),
    };
    return cmocka_run_group_tests(tests, conns_set_up, conns_tear_down);
}
