/* plan_query.h - one reading statement that a person typed, and its first rows */
#ifndef DEPLOYSTACK_PLAN_QUERY_H
#define DEPLOYSTACK_PLAN_QUERY_H

#include "services/backend/app/admin/rows_store.h"

enum {
    PLAN_BYTES_MAX = 1 << 20, /* of all values together */
};

/** How a statement can be run, by its first word. */
enum plan_kind {
    PLAN_OTHER,  /* not at all: it does not only read */
    PLAN_CURSOR, /* SELECT, WITH, VALUES, TABLE */
    PLAN_SHORT,  /* SHOW, EXPLAIN: few rows, and no cursor takes them */
};
enum plan_kind plan_kind_of(tusk_str sql);

/** Lifetime: the arena. */
struct plan_rows {
    size_t column_count, row_count;
    const tusk_result_field *columns;
    tusk_str *const *rows; /* each column_count cells, at most ROWS_SHOWN_MAX + 1 characters */
    bool truncated;        /* there were more rows, or more bytes */
};

/** Runs it on a session of reader_open() until `deadline` (tusk_clock_ms). Errors: as tusk_run(),
 * `position` counted from the start of `sql`. */
tusk_status plan_query(tusk_conn *reader, tusk_arena *a, tusk_str sql, size_t limit,
                       int64_t deadline, struct plan_rows *out, tusk_error *err);
/** What people call the types of the columns; asked on any connection to the database. */
tusk_status plan_types(tusk_conn *conn, tusk_arena *a, const struct plan_rows *rows,
                       tusk_result *out, tusk_error *err);

#endif
