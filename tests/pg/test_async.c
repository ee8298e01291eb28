/* test_async.c - queries submitted from a loop are answered with rows, once, whatever happens */
#include <poll.h>

#include "books.h"
#include "tusk/async.h"

#define WAIT_MS 20000

typedef struct loop_test {
    books_test *b;
    tusk_pool *pool;
    tusk_async *async;
} loop_test;

/* What a submission came to. */
typedef struct outcome {
    int calls;
    tusk_status status;
    const tusk_answer *answers;
    tusk_error err;
} outcome;

static void note(void *context, tusk_status status, const tusk_answer *answers,
                 const tusk_error *err)
{
    outcome *o = context;
    o->calls++;
    o->status = status;
    o->answers = answers;
    assert_int_equal(err == NULL, status == TUSK_OK);
    assert_int_equal(answers != NULL, status == TUSK_OK);
    if (err) o->err = *err;
}

static int setup(void **state)
{
    loop_test *t = calloc(1, sizeof *t);
    if (!t || books_setup((void **)&t->b) != 0) return -1;
    books_test *b = t->b;
    const tusk_pool_options options = { .max = 4, .lanes = 2 };
    assert_ok(tusk_pool_open(&b->server, &options, &t->pool, &b->err));
    assert_ok(tusk_async_open(t->pool, &t->async, &b->err));
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    loop_test *t = *state;
    tusk_async_close(t->async);
    tusk_pool_close(t->pool);
    books_teardown((void **)&t->b);
    free(t);
    return 0;
}

/* Turns the loop until `*calls` is `wanted`. */
static void turn_until(loop_test *t, const int *calls, int wanted)
{
    int64_t deadline = tusk_deadline_in(WAIT_MS);
    while (*calls < wanted) {
        struct pollfd p = { .fd = tusk_async_fd(t->async), .events = POLLIN };
        if (poll(&p, 1, tusk_deadline_left(deadline)) == 0) fail_msg("nothing came of it");
        tusk_async_process(t->async);
    }
}

static uint64_t submit(loop_test *t, tusk_arena *arena, const tusk_query *const *queries,
                       size_t count, int timeout_ms, outcome *o)
{
    books_test *b = t->b;
    uint64_t ticket = 0;
    assert_ok(
        tusk_async_submit(t->async, arena, queries, count, timeout_ms, note, o, &ticket, &b->err));
    assert_int_equal(o->calls, 0);
    return ticket;
}

static void several_queries_in_one_submission(void **state)
{
    loop_test *t = *state;
    tusk_arena *a = t->b->arena;
    const loans_row loan = {
        .id = 1, .book_id = TUSK_STR("b"), .number = 5, .reader = TUSK_STR("Ann")
    };
    const tusk_query *const queries[] = {
        tusk_insert(a, loans, &loan, .returning = true).query,
        tusk_select(a, loans, .where = TUSK_LIST(tusk_eq(loans.id, 1))).query,
        tusk_count(a, loans),
        tusk_sql(a, "select $1::text as word, null", TUSK_PARAMS(tusk_val("hello"))),
        tusk_select(a, loans, .where = TUSK_LIST(tusk_eq(loans.id, 2))).query,
    };
    outcome o = { 0 };
    submit(t, a, queries, COUNT(queries), 0, &o);
    turn_until(t, &o.calls, 1);
    if (o.status != TUSK_OK) fail_msg("%s", o.err.message);
    for (size_t i = 0; i < 2; i++) {
        const loans_row *rows = o.answers[i].items;
        assert_int_equal(o.answers[i].count, 1);
        assert_int_equal(rows[0].number, 5);
        assert_string_equal(rows[0].reader.ptr, "Ann");
        assert_int_equal(o.answers[i].result.row_count, 1);
    }
    assert_string_equal(o.answers[0].result.command.ptr, "INSERT");
    assert_string_equal(tusk_result_cell(&o.answers[2].result, 0, 0).ptr, "1");
    assert_null(o.answers[3].items);
    assert_string_equal(o.answers[3].result.fields[0].name.ptr, "word");
    assert_string_equal(tusk_result_cell(&o.answers[3].result, 0, 0).ptr, "hello");
    assert_null(tusk_result_cell(&o.answers[3].result, 0, 1).ptr);
    assert_int_equal(o.answers[4].count, 0);
}

static void the_first_failure_is_the_submissions(void **state)
{
    loop_test *t = *state;
    tusk_arena *a = t->b->arena;
    const tusk_query *const queries[] = {
        tusk_sql(a, "insert into loans values (1, 'b', 1, '')", NULL),
        tusk_sql(a, "select 1 / 0", NULL),
        tusk_sql(a, "select nothing", NULL),
    };
    outcome o = { 0 };
    submit(t, a, queries, COUNT(queries), 0, &o);
    turn_until(t, &o.calls, 1);
    assert_int_equal(o.status, TUSK_SERVER);
    assert_string_equal(o.err.sqlstate, "22012");
    /* each is its own transaction */
    assert_string_equal(support_query(a, &t->b->server, "select count(*) from loans"), "1");
}

static void rows_that_do_not_fit_fail(void **state)
{
    loop_test *t = *state;
    books_script(t->b, "alter table loans alter number type bigint");
    const tusk_query *q = tusk_select(t->b->arena, loans).query;
    outcome o = { 0 };
    submit(t, t->b->arena, &q, 1, 0, &o);
    turn_until(t, &o.calls, 1);
    assert_int_equal(o.status, TUSK_INVALID);
    assert_string_equal(o.err.column, "number");
}

static void what_cannot_be_submitted_is_told_at_once(void **state)
{
    loop_test *t = *state;
    books_test *b = t->b;
    const tusk_query *q = tusk_delete(b->arena, loans).query; /* no condition */
    const tusk_query *const nine[9] = { q, q, q, q, q, q, q, q, q };
    outcome o = { 0 };
    for (size_t count = 0; count <= 9; count++) {
        tusk_status status =
            tusk_async_submit(t->async, b->arena, nine, count, 0, note, &o, NULL, &b->err);
        assert_int_equal(status, TUSK_MISUSE);
    }
    assert_int_equal(o.calls, 0);
}

static void wait_for_sleepers(loop_test *t, const char *count)
{
    support_wait_for(t->b->arena, &t->b->server,
                     "select count(*) from pg_stat_activity where datname = current_database()"
                     " and wait_event = 'PgSleep'",
                     count, WAIT_MS);
}

static void a_running_query_is_cancelled(void **state)
{
    loop_test *t = *state;
    const tusk_query *q = tusk_sql(t->b->arena, "select pg_sleep(300)", NULL);
    outcome o = { 0 }, warm = { 0 };
    const tusk_query *quick = tusk_sql(t->b->arena, "select 1", NULL);
    submit(t, t->b->arena, &quick, 1, 0, &warm); /* a lane is up */
    turn_until(t, &warm.calls, 1);
    uint64_t ticket = submit(t, t->b->arena, &q, 1, 300000, &o);
    tusk_async_process(t->async);
    wait_for_sleepers(t, "1");
    tusk_async_cancel(t->async, ticket);
    turn_until(t, &o.calls, 1);
    assert_int_equal(o.status, TUSK_CANCELLED);
    wait_for_sleepers(t, "0");
    outcome after = { 0 };
    submit(t, t->b->arena, &quick, 1, 0, &after);
    turn_until(t, &after.calls, 1);
    assert_int_equal(after.status, TUSK_OK);
    assert_int_equal(o.calls, 1);
}

static void a_query_past_its_deadline_ends(void **state)
{
    loop_test *t = *state;
    const tusk_query *q = tusk_sql(t->b->arena, "select pg_sleep(300)", NULL);
    outcome o = { 0 };
    submit(t, t->b->arena, &q, 1, 300, &o);
    turn_until(t, &o.calls, 1);
    assert_int_equal(o.status, TUSK_TIMEOUT);
    wait_for_sleepers(t, "0");
}

static void closing_ends_what_is_under_way(void **state)
{
    loop_test *t = *state;
    const tusk_query *q = tusk_sql(t->b->arena, "select pg_sleep(300)", NULL);
    outcome o[3] = { { 0 } };
    for (size_t i = 0; i < COUNT(o); i++) submit(t, t->b->arena, &q, 1, 0, &o[i]);
    tusk_async_process(t->async);
    tusk_async_close(t->async);
    t->async = NULL;
    for (size_t i = 0; i < COUNT(o); i++) {
        assert_int_equal(o[i].calls, 1);
        assert_int_equal(o[i].status, TUSK_CANCELLED);
    }
}

/* A chain of submissions, each made by the answer to the one before, in the same arena. */
typedef struct chain {
    loop_test *t;
    tusk_arena *arena;
    int calls;
} chain;

static void next_link(chain *c);

static void link_done(void *context, tusk_status status, const tusk_answer *answers,
                      const tusk_error *err)
{
    chain *c = context;
    assert_int_equal(status, TUSK_OK);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(((const loans_row *)answers[0].items)->id, 1);
    tusk_arena_reset(c->arena); /* the caller's again */
    if (++c->calls < 200) next_link(c);
}

static void next_link(chain *c)
{
    const tusk_query *q = tusk_select(c->arena, loans).query;
    assert_int_equal(tusk_async_submit(c->t->async, c->arena, &q, 1, 0, link_done, c, NULL, NULL),
                     TUSK_OK);
}

static void the_arena_is_the_callers_after_each_answer(void **state)
{
    loop_test *t = *state;
    books_script(t->b, "insert into loans values (1, 'b', 1, 'Ann')");
    chain chains[4];
    for (size_t i = 0; i < COUNT(chains); i++) {
        chains[i] = (chain){ .t = t, .arena = tusk_arena_new(0) };
        next_link(&chains[i]);
    }
    for (size_t i = 0; i < COUNT(chains); i++) {
        turn_until(t, &chains[i].calls, 200);
        tusk_arena_free(chains[i].arena);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(several_queries_in_one_submission), TEST(the_first_failure_is_the_submissions),
        TEST(rows_that_do_not_fit_fail),         TEST(what_cannot_be_submitted_is_told_at_once),
        TEST(a_running_query_is_cancelled),      TEST(a_query_past_its_deadline_ends),
        TEST(closing_ends_what_is_under_way),    TEST(the_arena_is_the_callers_after_each_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
