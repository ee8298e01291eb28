/* run.h - running queries on a connection: typed rows, one row, row counts, transactions with savepoints */
#ifndef TUSK_RUN_H
#define TUSK_RUN_H

#include "tusk/conn.h"
#include "tusk/query.h"
#include "tusk/result.h"

/** Runs any query. `result` (may be NULL) gets the guide's result object; rows of raw SQL and of `.returning` come as
 *  text cells. Errors: TUSK_SERVER with SQLSTATE, constraint, position; TUSK_CONNECTION; TUSK_TIMEOUT (the statement
 *  was cancelled, the connection stays usable where the server obeyed). Lifetime of the result: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_run(tusk_conn *conn, tusk_arena *arena,
                                             const tusk_query *query, tusk_result *result,
                                             tusk_error *err);
/** tusk_run() for a typed query: tusk_execute(conn, a, tusk_delete(a, teams, ...), &result, &err). */
#define tusk_execute(conn, arena, q, result, err) tusk_run((conn), (arena), (q).query, (result), (err))

/** All rows into an array of row structs in the arena. `items` is a pointer to the array pointer. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_rows(tusk_conn *conn, tusk_arena *arena,
                                                    const tusk_query *query, void *items,
                                                    size_t *count, tusk_error *err);
/** Exactly one row into `row`; else TUSK_NO_ROWS or TUSK_TOO_MANY_ROWS. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_row(tusk_conn *conn, tusk_arena *arena,
                                                   const tusk_query *query, void *row, bool *found,
                                                   tusk_error *err);

#define TUSK_ROW_FITS(q, row) __builtin_types_compatible_p(__typeof__(*(row)), __typeof__(*(q).row_))
/** teams_rows rows; tusk_fetch(conn, a, tusk_select(a, teams), &rows, &err): rows.items, rows.count. Rows of another
 *  table than the query's do not compile. Lifetime of the rows: the arena. */
#define tusk_fetch(conn, arena, q, rows, err)                                                      \
    (TUSK_CHECK(TUSK_ROW_FITS(q, (rows)->items), "the rows are not of the row type of the query"), \
     tusk_fetch_rows((conn), (arena), (q).query, &(rows)->items, &(rows)->count, (err)))
/** Exactly one row; none is TUSK_NO_ROWS, more are TUSK_TOO_MANY_ROWS. */
#define tusk_fetch_one(conn, arena, q, row, err)                                                   \
    (TUSK_CHECK(TUSK_ROW_FITS(q, row), "the row is not of the row type of the query"),             \
     tusk_fetch_row((conn), (arena), (q).query, (row), 0, (err)))
/** One row or none; `*found` (bool) says which. More are TUSK_TOO_MANY_ROWS. */
#define tusk_fetch_optional(conn, arena, q, row, found, err)                                       \
    (TUSK_CHECK(TUSK_ROW_FITS(q, row), "the row is not of the row type of the query"),             \
     tusk_fetch_row((conn), (arena), (q).query, (row), (found), (err)))
/** The number of a tusk_count(), or of raw SQL whose only cell is an integer. */
TUSK_API TUSK_NODISCARD tusk_status tusk_fetch_count(tusk_conn *conn, tusk_arena *arena,
                                                     const tusk_query *query, int64_t *count,
                                                     tusk_error *err);

/** Isolation of a transaction; the default is the server's (read committed). */
typedef enum tusk_isolation {
    TUSK_ISOLATION_DEFAULT,
    TUSK_REPEATABLE_READ,
    TUSK_SERIALIZABLE,
} tusk_isolation;
typedef struct tusk_tx_options {
    tusk_isolation isolation;
    bool read_only;
} tusk_tx_options;

/** Starts a transaction, or a savepoint when one is open: calls nest. `options` may be NULL; a nested call takes none. */
TUSK_API TUSK_NODISCARD tusk_status tusk_tx_begin(tusk_conn *conn, const tusk_tx_options *options,
                                                  tusk_error *err);
/** Commits (releases the savepoint of) the innermost one. TUSK_OUTCOME_UNKNOWN when the connection broke meanwhile; when the
 *  transaction had failed the server rolls back and this says TUSK_SERVER 25P02. */
TUSK_API TUSK_NODISCARD tusk_status tusk_tx_commit(tusk_conn *conn, tusk_error *err);
/** Rolls the innermost one back. Safe to call after any error; never fails in a way that matters to the caller: a
 *  connection that cannot roll back is broken and dropped by the pool. */
TUSK_API void tusk_tx_rollback(tusk_conn *conn);
/** How deep: 0 outside, 1 in a transaction, 2 in a savepoint... */
TUSK_API int tusk_tx_depth(const tusk_conn *conn);
/** Runs `work` in a transaction (or savepoint): commits when it returns TUSK_OK, else rolls back and returns its status. */
TUSK_API TUSK_NODISCARD tusk_status tusk_transaction(tusk_conn *conn, const tusk_tx_options *options,
                                                     tusk_status (*work)(tusk_conn *conn, void *context,
                                                                         tusk_error *err),
                                                     void *context, tusk_error *err);

#endif
