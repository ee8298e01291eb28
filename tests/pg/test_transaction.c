/* test_transaction.c - what is committed stays, what is not goes, and nobody is left in between */
#include "books.h"

static tusk_status add_loan(books_test *b, int id)
{
    const loans_row loan = { .id = id, .book_id = TUSK_STR("b"), .reader = TUSK_STR("Ann") };
    return tusk_execute(b->conn, b->arena, tusk_insert(b->arena, loans, &loan), NULL, &b->err);
}

/* The ids of all loans as another session sees them: "1,2". */
static const char *loans_seen(books_test *b)
{
    return support_query(b->arena, &b->server,
                         "select string_agg(id::text, ',' order by id) from loans");
}

static void commit_and_rollback(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_int_equal(tusk_tx_depth(b->conn), 1);
    assert_ok(add_loan(b, 1));
    assert_string_equal(loans_seen(b), "");
    assert_ok(tusk_tx_commit(b->conn, &b->err));
    assert_string_equal(loans_seen(b), "1");
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 2));
    tusk_tx_rollback(b->conn);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_string_equal(loans_seen(b), "1");
    tusk_tx_rollback(b->conn); /* nothing to do */
    assert_int_equal(tusk_tx_commit(b->conn, &b->err), TUSK_MISUSE);
}

static void savepoints_nest(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 1));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 2));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_int_equal(tusk_tx_depth(b->conn), 3);
    assert_ok(add_loan(b, 3));
    assert_ok(tusk_tx_commit(b->conn, &b->err));
    tusk_tx_rollback(b->conn); /* 2, and 3 with it */
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 4));
    assert_ok(tusk_tx_commit(b->conn, &b->err));
    assert_ok(tusk_tx_commit(b->conn, &b->err));
    assert_string_equal(loans_seen(b), "1,4");
}

static void an_error_inside_a_savepoint_spares_the_rest(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 1));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_int_equal(add_loan(b, 1), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "23505");
    assert_int_equal(add_loan(b, 2), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "25P02");
    assert_int_equal(tusk_tx_commit(b->conn, &b->err), TUSK_SERVER); /* ends it all the same */
    assert_string_equal(b->err.sqlstate, "25P02");
    assert_int_equal(tusk_tx_depth(b->conn), 1);
    assert_ok(add_loan(b, 3));
    assert_ok(tusk_tx_commit(b->conn, &b->err));
    assert_string_equal(loans_seen(b), "1,3");
}

static void commit_of_a_failed_transaction_says_so(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 1));
    assert_int_equal(add_loan(b, 1), TUSK_SERVER);
    assert_int_equal(tusk_tx_commit(b->conn, &b->err), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "25P02");
    assert_string_equal(b->err.message, "the transaction had failed and was rolled back");
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_string_equal(loans_seen(b), "");
    assert_ok(add_loan(b, 2));
}

static void a_constraint_checked_at_commit(void **state)
{
    books_test *b = *state;
    books_row book = books_make("b1");
    book.sequel_of = (tusk_null_str){ true, TUSK_STR("missing") };
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(tusk_execute(b->conn, b->arena, tusk_insert(b->arena, books, &book), NULL, &b->err));
    assert_int_equal(tusk_tx_commit(b->conn, &b->err), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "23503");
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_ok(add_loan(b, 1));
}

/* The server ends the session in the middle of the commit. */
static void a_connection_lost_during_commit(void **state)
{
    books_test *b = *state;
    books_script(
        b, "create function leave() returns trigger language plpgsql as"
           " $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;"
           "create constraint trigger leave after insert on loans deferrable initially deferred"
           " for each row execute function leave()");
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 1));
    assert_int_equal(tusk_tx_commit(b->conn, &b->err), TUSK_OUTCOME_UNKNOWN);
    assert_int_equal(b->err.retry, TUSK_RETRY_UNKNOWN);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_true(strlen(b->err.detail) > 0);
    assert_int_equal(tusk_tx_begin(b->conn, NULL, &b->err), TUSK_CONNECTION);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
}

static void a_connection_lost_before_commit(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_int_equal(
        tusk_run(b->conn, b->arena,
                 tusk_sql(b->arena, "select pg_terminate_backend(pg_backend_pid())", NULL), NULL,
                 &b->err),
        TUSK_CONNECTION);
    tusk_tx_rollback(b->conn);
    tusk_tx_rollback(b->conn);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
}

static void a_dead_connection_commits_nothing(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(add_loan(b, 1));
    support_query(b->arena, &b->server,
                  "select pg_terminate_backend(pid) from pg_stat_activity"
                  " where datname = current_database() and state = 'idle in transaction'");
    support_wait_for(b->arena, &b->server,
                     "select count(*) from pg_stat_activity"
                     " where datname = current_database() and state = 'idle in transaction'",
                     "0", 10000);
    tusk_status status = tusk_tx_commit(b->conn, &b->err);
    assert_true(status == TUSK_CONNECTION || status == TUSK_OUTCOME_UNKNOWN);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_string_equal(loans_seen(b), "");
}

static void options_reach_the_server(void **state)
{
    books_test *b = *state;
    const tusk_tx_options options = { .isolation = TUSK_SERIALIZABLE, .read_only = true };
    assert_ok(tusk_tx_begin(b->conn, &options, &b->err));
    tusk_result r;
    const tusk_query *q = tusk_sql(b->arena,
                                   "select current_setting('transaction_isolation'),"
                                   " current_setting('transaction_read_only')",
                                   NULL);
    assert_ok(tusk_run(b->conn, b->arena, q, &r, &b->err));
    assert_string_equal(tusk_result_cell(&r, 0, 0).ptr, "serializable");
    assert_string_equal(tusk_result_cell(&r, 0, 1).ptr, "on");
    assert_int_equal(tusk_tx_begin(b->conn, &options, &b->err), TUSK_MISUSE);
    assert_int_equal(tusk_tx_depth(b->conn), 1);
    tusk_tx_rollback(b->conn);
}

static void a_transaction_begun_by_hand_is_not_ours(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, "begin", NULL), NULL, &b->err));
    assert_int_equal(tusk_tx_begin(b->conn, NULL, &b->err), TUSK_MISUSE);
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, "rollback", NULL), NULL, &b->err));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    tusk_tx_rollback(b->conn);
}

/* Somebody ended the transaction behind our back: what cannot be undone is not kept. */
static void what_cannot_be_rolled_back_breaks_the_connection(void **state)
{
    books_test *b = *state;
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(tusk_tx_begin(b->conn, NULL, &b->err));
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, "rollback", NULL), NULL, &b->err));
    assert_ok(tusk_run(b->conn, b->arena, tusk_sql(b->arena, "begin", NULL), NULL, &b->err));
    assert_ok(add_loan(b, 1));
    tusk_tx_rollback(b->conn);
    assert_int_equal(add_loan(b, 2), TUSK_CONNECTION);
    assert_string_equal(loans_seen(b), "");
}

typedef struct job {
    books_test *b;
    int id;
    tusk_status answer;
    int left_open; /* nested transactions that it begins and forgets; -1: ends the outer one */
} job;

static tusk_status work(tusk_conn *conn, void *context, tusk_error *err)
{
    job *j = context;
    assert_int_equal(add_loan(j->b, j->id), TUSK_OK);
    for (int i = 0; i < j->left_open; i++)
        assert_int_equal(tusk_tx_begin(conn, NULL, err), TUSK_OK);
    if (j->left_open < 0) assert_int_equal(tusk_tx_commit(conn, err), TUSK_OK);
    return j->answer == TUSK_OK ? TUSK_OK : tusk_fail(err, j->answer, "the work says no");
}

static void transaction_as_a_function(void **state)
{
    books_test *b = *state;
    job j = { .b = b, .id = 1 };
    assert_ok(tusk_transaction(b->conn, NULL, work, &j, &b->err));
    j = (job){ .b = b, .id = 2, .answer = TUSK_BUSY };
    assert_int_equal(tusk_transaction(b->conn, NULL, work, &j, &b->err), TUSK_BUSY);
    assert_string_equal(b->err.message, "the work says no");
    j = (job){ .b = b, .id = 3, .left_open = 2 };
    assert_int_equal(tusk_transaction(b->conn, NULL, work, &j, &b->err), TUSK_MISUSE);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
    assert_string_equal(loans_seen(b), "1");
    j = (job){ .b = b, .id = 4, .left_open = -1 };
    assert_int_equal(tusk_transaction(b->conn, NULL, work, &j, &b->err), TUSK_MISUSE);
    assert_int_equal(tusk_tx_depth(b->conn), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, books_setup, books_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commit_and_rollback),
        TEST(savepoints_nest),
        TEST(an_error_inside_a_savepoint_spares_the_rest),
        TEST(commit_of_a_failed_transaction_says_so),
        TEST(a_constraint_checked_at_commit),
        TEST(a_connection_lost_during_commit),
        TEST(a_connection_lost_before_commit),
        TEST(a_dead_connection_commits_nothing),
        TEST(options_reach_the_server),
        TEST(a_transaction_begun_by_hand_is_not_ours),
        TEST(what_cannot_be_rolled_back_breaks_the_connection),
        TEST(transaction_as_a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
