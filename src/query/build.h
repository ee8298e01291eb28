/* build.h - what is inside a tusk_query: copies of the arguments, in the arena it was built in */
#ifndef TUSK_QUERY_BUILD_H
#define TUSK_QUERY_BUILD_H

#include "tusk/query.h"

#include "src/sql/copy.h"

typedef enum tusk_query_kind {
    TUSK_QUERY_SELECT, /* one table or several */
    TUSK_QUERY_COUNT,
    TUSK_QUERY_INSERT,
    TUSK_QUERY_UPDATE,
    TUSK_QUERY_DELETE,
    TUSK_QUERY_RAW,
} tusk_query_kind;

struct tusk_query {
    tusk_query_kind kind;
    bool failed;                     /* no memory while it was built */
    const char *misuse;              /* what building found wrong, NULL: nothing */
    const tusk_column *misuse_about; /* the column that it is about, or NULL */
    size_t table_count;
    const tusk_table **tables; /* the scope of its conditions; tables[0] is the one that changes */
    tusk_joined *joined;       /* joined selects: one for each table; else NULL */
    size_t row_size;
    const tusk_expr *where; /* as tusk_copy_exprs() leaves it; NULL: none */
    size_t order_count;
    const tusk_order *order;
    int64_t limit, offset;
    int lock;
    bool all_rows, returning, on_conflict_do_nothing;
    size_t set_count;
    const tusk_assignment *set;
    size_t row_count; /* of an insert */
    size_t column_count;
    const tusk_column **columns; /* that an insert sends */
    const tusk_value *values;    /* row_count * column_count of an insert, param_count of raw SQL */
    size_t param_count;
    tusk_str sql; /* raw SQL */
};

/** The columns of tables[0] that an insert sends and their values in each row. */
void tusk_query_read_rows(tusk_copier *copier, tusk_query *query, const tusk_insert_args *args);
/** One field of a row struct as a value (a view of the row). */
tusk_value tusk_query_read_field(tusk_arena *arena, const tusk_column *column, const void *field);

#endif
