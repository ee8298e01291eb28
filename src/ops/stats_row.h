/* stats_row.h - rows of the catalogs into structs: one table of columns for each question */
#ifndef TUSK_OPS_STATS_ROW_H
#define TUSK_OPS_STATS_ROW_H

#include "tusk/run.h"

/** What a column of the answer becomes; chosen by the member's type. */
typedef enum tusk_ops_kind {
    TUSK_OPS_TEXT, /* NULL becomes "" */
    TUSK_OPS_INT,  /* NULL becomes 0, here and below */
    TUSK_OPS_BIGINT,
    TUSK_OPS_REAL,
    TUSK_OPS_BOOL,
    TUSK_OPS_NULL_BIGINT,
    TUSK_OPS_NULL_TIME, /* microseconds since 1970, as TUSK_OPS_TIME_SQL makes them */
} tusk_ops_kind;
typedef struct tusk_ops_column {
    tusk_ops_kind kind;
    size_t offset;
} tusk_ops_column;

/* clang-format off */
#define TUSK_OPS_KIND(m) _Generic((m),                                                             \
        tusk_str: TUSK_OPS_TEXT, int: TUSK_OPS_INT, int64_t: TUSK_OPS_BIGINT,                      \
        double: TUSK_OPS_REAL, bool: TUSK_OPS_BOOL, tusk_null_int64: TUSK_OPS_NULL_BIGINT,         \
        tusk_null_time: TUSK_OPS_NULL_TIME)
/* clang-format on */
#define TUSK_OPS_COLUMN(S, member)                           \
    {                                                        \
        TUSK_OPS_KIND(((S *)0)->member), offsetof(S, member) \
    }
/** A point in time as the last kind reads it. */
#define TUSK_OPS_TIME_SQL(x) "(extract(epoch from " x ") * 1000000)::bigint"
/** Milliseconds since a point in time, never negative; 0 for NULL. */
#define TUSK_OPS_SINCE_SQL(x) \
    "greatest(0, coalesce(extract(epoch from clock_timestamp() - " x ") * 1000, 0))::bigint"

/** A question: SQL whose columns are those of `columns`, in order. */
typedef struct tusk_ops_question {
    const char *sql;
    const tusk_ops_column *columns;
    size_t column_count, size; /* of the struct */
} tusk_ops_question;
#define TUSK_OPS_QUESTION(S, sql, columns)                               \
    (tusk_ops_question)                                                  \
    {                                                                    \
        (sql), (columns), sizeof(columns) / sizeof *(columns), sizeof(S) \
    }

/** Asks it; `items` is a pointer to a pointer to the struct. Errors: as tusk_run(); TUSK_INVALID
 * for an answer of another shape. Lifetime of the items: the arena. */
tusk_status tusk_ops_ask(tusk_conn *conn, tusk_arena *arena, const tusk_ops_question *question,
                         const tusk_value *params, void *items, size_t *count, tusk_error *err);
/** The only cell of the answer to `sql`, "no text" for NULL or no row. */
tusk_status tusk_ops_ask_text(tusk_conn *conn, tusk_arena *arena, const char *sql, tusk_str *out,
                              tusk_error *err);

#endif
