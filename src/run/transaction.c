/* transaction.c - begin, commit and roll back; what is nested is a savepoint */
#include <stdio.h>

#include "src/run/internal.h"
#include "tusk/run.h"

#include "src/base/banned.h"

/* A rollback frees the locks of others, so it does not wait for a server that is gone for long. */
#define ROLLBACK_MS           10000
#define SAVEPOINT_SIZE        64
/* What a COMMIT of a failed transaction answers, and RELEASE in one fails with. */
#define IN_FAILED_TRANSACTION "25P02"

static tusk_status execute(tusk_conn *conn, const char *sql, int64_t deadline, tusk_error *err)
{
    tusk_wire_answer *answer = NULL;
    const tusk_wire_statement statement = { .sql = tusk_str_of(sql) };
    tusk_status status = tusk_wire_execute(conn, &statement, deadline, &answer, err);
    if (status == TUSK_OK) tusk_wire_answer_free(answer);
    return status;
}

/* Sends COMMIT; `*rolled_back` when the server answered it with ROLLBACK. `arena` has room. */
static tusk_status commit_in(tusk_arena *arena, tusk_conn *conn, bool *rolled_back, tusk_error *err)
{
    tusk_wire_answer *answer = NULL;
    const tusk_wire_statement statement = { .sql = TUSK_STR("commit") };
    tusk_status status = tusk_wire_execute(conn, &statement, 0, &answer, err);
    if (status != TUSK_OK) return status;
    tusk_result result = { 0 };
    status = tusk_wire_describe(answer, arena, &result, err);
    *rolled_back = tusk_str_eq(result.command, TUSK_STR("ROLLBACK"));
    tusk_wire_answer_free(answer);
    return status;
}

/* `verb` and the savepoint that opened nesting level `depth`. */
static const char *savepoint_sql(char text[SAVEPOINT_SIZE], const char *verb, int depth)
{
    snprintf(text, SAVEPOINT_SIZE, "%s tusk_%d", verb, depth);
    return text;
}

static const char *begin_sql(const tusk_tx_options *options)
{
    static const char *const texts[][2] = {
        [TUSK_ISOLATION_DEFAULT] = { "begin", "begin read only" },
        [TUSK_REPEATABLE_READ] = { "begin isolation level repeatable read",
                                   "begin isolation level repeatable read read only" },
        [TUSK_SERIALIZABLE] = { "begin isolation level serializable",
                                "begin isolation level serializable read only" },
    };
    if (!options) return texts[TUSK_ISOLATION_DEFAULT][0];
    return texts[options->isolation][options->read_only];
}

static tusk_status begin_outermost(tusk_conn *conn, const tusk_tx_options *options, tusk_error *err)
{
    if (options && (unsigned)options->isolation > TUSK_SERIALIZABLE) {
        return tusk_fail(err, TUSK_MISUSE, "unknown isolation level %d", (int)options->isolation);
    }
    if (tusk_wire_in_transaction(conn)) {
        return tusk_fail(err, TUSK_MISUSE,
                         "a transaction is open that tusk_tx_begin() did not start");
    }
    return execute(conn, begin_sql(options), 0, err);
}

tusk_status tusk_tx_begin(tusk_conn *conn, const tusk_tx_options *options, tusk_error *err)
{
    int depth = tusk_wire_depth(conn);
    tusk_status status;
    if (depth == 0) {
        status = begin_outermost(conn, options, err);
    } else if (options && (options->isolation || options->read_only)) {
        status = tusk_fail(err, TUSK_MISUSE, "a nested transaction takes no options of its own");
    } else {
        char sql[SAVEPOINT_SIZE];
        status = execute(conn, savepoint_sql(sql, "savepoint", depth), 0, err);
    }
    if (status == TUSK_OK) tusk_wire_set_depth(conn, depth + 1);
    return status;
}

/* The answer to COMMIT never came: says so, with what happened as the detail. */
static tusk_status outcome_unknown(tusk_error *err)
{
    if (!err) return TUSK_OUTCOME_UNKNOWN;
    tusk_error cause = *err;
    tusk_fail(err, TUSK_OUTCOME_UNKNOWN, "the connection broke during the commit");
    tusk_error_detail(err, "%s", cause.message);
    tusk_error_hint(err, "Look whether the changes are there before doing the work again.");
    memcpy(err->sqlstate, cause.sqlstate, sizeof err->sqlstate);
    return TUSK_OUTCOME_UNKNOWN;
}

static tusk_status commit_outermost(tusk_conn *conn, tusk_error *err)
{
    bool rolled_back = false;
    tusk_error own; /* what decides must be known, whether the caller asks or not */
    if (!err) err = &own;
    tusk_arena *arena = tusk_arena_new(0);
    /* room is taken now: after the commit, lack of memory could not be told from its failure */
    if (!tusk_arena_alloc(arena, 1)) {
        tusk_arena_free(arena);
        return tusk_fail_nomem(err, "a commit");
    }
    tusk_status status = commit_in(arena, conn, &rolled_back, err);
    tusk_arena_free(arena);
    tusk_wire_set_depth(conn, 0);
    if (rolled_back) {
        tusk_fail(err, TUSK_SERVER, "the transaction had failed and was rolled back");
        memcpy(err->sqlstate, IN_FAILED_TRANSACTION, sizeof err->sqlstate);
        return TUSK_SERVER;
    }
    /* the server answered with an error: it rolled back. Not sent: nothing happened. */
    if (status == TUSK_OK || status == TUSK_SERVER || err->retry == TUSK_RETRY_YES) return status;
    return tusk_wire_broken(conn) ? outcome_unknown(err) : status;
}

/* What should have been undone must not be committed by whoever comes next: when the server does
 * not roll back, the connection is given up, and then it does. */
static void rollback_savepoint(tusk_conn *conn, int depth)
{
    char sql[SAVEPOINT_SIZE];
    int64_t deadline = tusk_deadline_in(ROLLBACK_MS);
    savepoint_sql(sql, "rollback to savepoint", depth);
    if (execute(conn, sql, deadline, NULL) != TUSK_OK) {
        tusk_wire_break(conn);
        return;
    }
    savepoint_sql(sql, "release savepoint", depth);
    tusk_ignore(execute(conn, sql, deadline, NULL));
}

tusk_status tusk_tx_commit(tusk_conn *conn, tusk_error *err)
{
    int depth = tusk_wire_depth(conn);
    if (depth == 0) return tusk_fail(err, TUSK_MISUSE, "no transaction is open");
    if (depth == 1) return commit_outermost(conn, err);
    char sql[SAVEPOINT_SIZE];
    tusk_status status = execute(conn, savepoint_sql(sql, "release savepoint", depth - 1), 0, err);
    /* over either way; what it did is undone, so that the outer one can go on */
    if (status != TUSK_OK) rollback_savepoint(conn, depth - 1);
    tusk_wire_set_depth(conn, depth - 1);
    return status;
}

void tusk_tx_rollback(tusk_conn *conn)
{
    int depth = tusk_wire_depth(conn);
    if (depth == 0) return;
    tusk_wire_set_depth(conn, depth - 1);
    if (tusk_wire_broken(conn)) return; /* the server rolls back when a connection ends */
    if (depth > 1) {
        rollback_savepoint(conn, depth - 1);
        return;
    }
    int64_t deadline = tusk_deadline_in(ROLLBACK_MS);
    if (execute(conn, "rollback", deadline, NULL) != TUSK_OK) tusk_wire_break(conn);
}

int tusk_tx_depth(const tusk_conn *conn)
{
    return tusk_wire_depth(conn);
}

tusk_status tusk_transaction(tusk_conn *conn, const tusk_tx_options *options,
                             tusk_status (*work)(tusk_conn *conn, void *context, tusk_error *err),
                             void *context, tusk_error *err)
{
    tusk_status status = tusk_tx_begin(conn, options, err);
    if (status != TUSK_OK) return status;
    int depth = tusk_wire_depth(conn);
    status = work(conn, context, err);
    if (status == TUSK_OK && tusk_wire_depth(conn) == depth) return tusk_tx_commit(conn, err);
    bool unbalanced = status == TUSK_OK;
    while (tusk_wire_depth(conn) >= depth) tusk_tx_rollback(conn);
    if (!unbalanced) return status;
    return tusk_fail(err, TUSK_MISUSE,
                     "the work left a transaction open, or ended one that was not its own");
}
