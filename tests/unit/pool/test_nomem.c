/* test_nomem.c - pools and lanes with each allocation refused in turn, and nobody to connect to */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/pool/lanes.h"
#include "tusk/clock.h"

static const tusk_server nobody = { .host = "/no/such/folder", .database = "d", .user = "u" };

static void count_call(void *context, tusk_status status, tusk_wire_answer *const *answers,
                       const tusk_error *err)
{
    (void)answers;
    *(int *)context += 1;
    assert_int_equal(status, TUSK_CANCELLED);
    assert_non_null(err);
}

static tusk_status submit_and_close(tusk_pool *pool, tusk_error *err)
{
    static const tusk_wire_statement one = { .sql = { "select 1", 8 } };
    tusk_lanes *lanes;
    int calls = 0, submitted = 0;
    tusk_status status = tusk_lanes_open(pool, &lanes, err);
    if (status != TUSK_OK) return status;
    for (int i = 0; i < 100 && status == TUSK_OK; i++) { /* more than one block of tickets */
        status = tusk_lanes_submit(lanes, &one, 1, tusk_deadline_in(10000), count_call, &calls,
                                   NULL, err);
        if (status == TUSK_OK) submitted++;
    }
    tusk_lanes_close(lanes);
    assert_int_equal(calls, submitted);
    return status;
}

static tusk_status scenario(tusk_error *err)
{
    tusk_pool *pool;
    tusk_conn *conn;
    tusk_status status = tusk_pool_open(&nobody, NULL, &pool, err);
    if (status != TUSK_OK) return status;
    status = tusk_pool_acquire(pool, &conn, err);
    assert_null(conn);
    if (status == TUSK_CONNECTION) status = submit_and_close(pool, err); /* as it has to be */
    tusk_pool_stats stats;
    tusk_pool_look(pool, &stats);
    assert_int_equal(stats.busy, 0);
    assert_int_equal(stats.waiting, 0);
    tusk_pool_close(pool);
    return status;
}

static void every_refusal_is_reported_and_leaves_nothing_behind(void **state)
{
    (void)state;
    size_t refused = 0;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_error err = { .status = TUSK_OK };
        tusk_status status = scenario(&err);
        if (status == TUSK_NOMEM) refused++;
        if (status != TUSK_NOMEM) assert_int_equal(status, TUSK_OK);
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_is_reported_and_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
