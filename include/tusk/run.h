/* run.h - running queries on a connection: typed rows, one row, counts, nested transactions */
#ifndef TUSK_RUN_H
#define TUSK_RUN_H

#include "tusk/conn.h"
#include "tusk/query.h"
#include "tusk/result.h"

/** Runs any query. `result` (may be NULL) gets the answer; rows of raw SQL and of `.returning` come
 * as text cells. Errors: TUSK_SERVER with SQLSTATE, constraint, position; TUSK_CONNECTION;
 * TUSK_TIMEOUT (the statement was cancelled, the connection stays usable where the server obeyed);
 * TUSK_MISUSE and TUSK_NOMEM from building the query; TUSK_INVALID for a parameter that its type
 * cannot hold (a zero byte in a text, a number out of range). `arena` also holds the bound
 * parameters, so it may be the query's own. Lifetime of the result: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_run(tusk_conn *conn, tusk_arena *arena,
                                             const tusk_query *query, tusk_result *result,
                                             tusk_error *err);
/** tusk_run() for a typed query: tusk_execute(conn, a, tusk_delete(a, teams, ...), &result, &err)
 */
#define tusk_execute(conn, arena, q, result, err) \
    tusk_run((conn), (arena), (q).query, (result), (err))

/** The function behind tusk_fetch(): all rows into an array of row structs in the arena; `items` is
 * a pointer to the array pointer. Errors: as tusk_run(); TUSK_MISUSE when the query has no typed
 * rows (raw SQL, a count, no `.returning`); TUSK_INVALID, with table and column, when a column of
 * the database is not of the type that the program declares, or NULL where it says COLUMN.
 * Lifetime: `arena`, rows and what they point to. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_rows(tusk_conn *conn, tusk_arena *arena,
                                                    const tusk_query *query, void *items,
                                                    size_t *count, tusk_error *err);
/** The function behind tusk_fetch_one() and tusk_fetch_optional(): one row into `row`, which is
 * left alone when it fails. `found` may be NULL: then a row there has to be. Errors: TUSK_NO_ROWS,
 * TUSK_TOO_MANY_ROWS, and as tusk_fetch_rows(). Lifetime of what the row points to: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_row(tusk_conn *conn, tusk_arena *arena,
                                                   const tusk_query *query, void *row, bool *found,
                                                   tusk_error *err);

/** Is `row` a pointer to what the query's rows are? For the macros below. */
#define TUSK_ROW_FITS(q, row) \
    __builtin_types_compatible_p(__typeof__(*(row)), __typeof__(*(q).row_))
/** teams_rows rows; tusk_fetch(conn, a, tusk_select(a, teams), &rows, &err): rows.items,
 * rows.count. Rows of another table than the query's do not compile. Lifetime of the rows: the
 * arena. */
#define tusk_fetch(conn, arena, q, rows, err)                                                      \
    (TUSK_CHECK(TUSK_ROW_FITS(q, (rows)->items), "the rows are not of the row type of the query"), \
     tusk_fetch_rows((conn), (arena), (q).query, &(rows)->items, &(rows)->count, (err)))
/** Exactly one row; none is TUSK_NO_ROWS, more are TUSK_TOO_MANY_ROWS. */
#define tusk_fetch_one(conn, arena, q, row, err)                                       \
    (TUSK_CHECK(TUSK_ROW_FITS(q, row), "the row is not of the row type of the query"), \
     tusk_fetch_row((conn), (arena), (q).query, (row), 0, (err)))
/** One row or none; `*found` (bool) says which. More are TUSK_TOO_MANY_ROWS. */
#define tusk_fetch_optional(conn, arena, q, row, found, err)                           \
    (TUSK_CHECK(TUSK_ROW_FITS(q, row), "the row is not of the row type of the query"), \
     tusk_fetch_row((conn), (arena), (q).query, (row), (found), (err)))
/** The number of a tusk_count(), or of raw SQL whose only cell is an integer. Errors: as
 * tusk_run(); TUSK_INVALID for any other answer. `arena` may be reset afterwards. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_count(tusk_conn *conn, tusk_arena *arena,
                                                     const tusk_query *query, int64_t *count,
                                                     tusk_error *err);

/** Isolation of a transaction; the default is the server's (read committed). */
typedef enum tusk_isolation {
    TUSK_ISOLATION_DEFAULT,
    TUSK_REPEATABLE_READ,
    TUSK_SERIALIZABLE,
} tusk_isolation;
/** How a transaction is started; zero means as the server has it. */
typedef struct tusk_tx_options {
    tusk_isolation isolation;
    bool read_only;
} tusk_tx_options;

/** Starts a transaction, or a savepoint when one is open: calls nest. `options` may be NULL; a
 * nested call takes none. Errors: TUSK_MISUSE for options in a nested call, or when raw SQL had
 * begun a transaction; TUSK_SERVER, TUSK_CONNECTION, TUSK_TIMEOUT. */
TUSK_API TUSK_NODISCARD tusk_status tusk_tx_begin(tusk_conn *conn, const tusk_tx_options *options,
                                                  tusk_error *err);
/** Commits (releases the savepoint of) the innermost one; it is over either way. Errors:
 * TUSK_OUTCOME_UNKNOWN when the connection broke meanwhile; TUSK_SERVER with SQLSTATE 25P02 when
 * the transaction had failed and was rolled back now, 40001 and the like when the commit itself
 * failed; TUSK_TIMEOUT, TUSK_CONNECTION; TUSK_NOMEM (then it is still open); TUSK_MISUSE with none
 * open. */
TUSK_API TUSK_NODISCARD tusk_status tusk_tx_commit(tusk_conn *conn, tusk_error *err);
/** Rolls the innermost one back. Safe to call after any error; never fails in a way that matters to
 * the caller: a connection that cannot roll back is broken and dropped by the pool. */
TUSK_API void tusk_tx_rollback(tusk_conn *conn);
/** How deep: 0 outside, 1 in a transaction, 2 in a savepoint... */
TUSK_API int tusk_tx_depth(const tusk_conn *conn);
/** Runs `work` in a transaction (or savepoint): commits when it returns TUSK_OK, else rolls back
 * and returns its status, with the `err` that it filled. Nothing is retried. Errors: those of
 * `work`, tusk_tx_begin() and tusk_tx_commit(); TUSK_MISUSE when it leaves a transaction open, or
 * ends one that is not its own. */
TUSK_API TUSK_NODISCARD tusk_status
tusk_transaction(tusk_conn *conn, const tusk_tx_options *options,
                 tusk_status (*work)(tusk_conn *conn, void *context, tusk_error *err),
                 void *context, tusk_error *err);

#endif
