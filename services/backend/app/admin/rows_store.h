/* rows_store.h - rows of any table, by its description: a page of them, and a change of one */
#ifndef DEPLOYSTACK_ROWS_STORE_H
#define DEPLOYSTACK_ROWS_STORE_H

#include "services/backend/app/admin/tables_store.h"

/** Characters of a value that are shown; what is longer is cut. */
enum { ROWS_SHOWN_MAX = 2000 };

/** How a column is compared with the value. */
enum rows_op {
    ROWS_NO_FILTER,
    ROWS_EQ,
    ROWS_NE, /* another value, or none */
    ROWS_LT,
    ROWS_GT,
    ROWS_CONTAINS, /* its text, whatever the case */
    ROWS_NULL,
    ROWS_NOT_NULL,
};

/** Which rows, in which order. Columns must not be secret. */
struct rows_wanted {
    const struct browsed_column *filter; /* with op */
    enum rows_op op;
    tusk_str value;
    const struct browsed_column *sort; /* NULL: by the primary key */
    bool descending;
    int64_t limit, offset;
};

/** Values as PostgreSQL writes them: row by row, table->count cells each; "no text" is NULL, secret
 * ones are SECRET_SHOWN. */
struct rows_page {
    tusk_result result; /* at most `limit` rows */
    bool more;          /* there are rows behind them */
    int64_t total;
    bool estimated; /* more than anybody wants to count: `total` is the planner's guess */
};

/** Reads a page. Errors: as tusk_run(); SQLSTATE of class 22 for a value that the column's type
 * does not take, 42883 for a type that has no order or equality. */
tusk_status rows_read(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                      const struct rows_wanted *wanted, struct rows_page *out, tusk_error *err);
/** The cell as it is shown: cut to ROWS_SHOWN_MAX characters with "…" behind them. */
tusk_str rows_shown(tusk_arena *a, tusk_str cell, bool *cut);

/** A column and the text of its value, "no text" for NULL. */
struct rows_value {
    const struct browsed_column *column;
    tusk_str text;
};
struct rows_change {
    const struct rows_value *key, *before, *changes;
    size_t key_count, before_count, change_count;
};
/** Changes the row that has this key, when it still has these values; `row` gets it as it is then.
 * `*changed` is false when there was no such row. Errors: as tusk_run(). */
tusk_status rows_change(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                        const struct rows_change *change, tusk_result *row, bool *changed,
                        tusk_error *err);

#endif
