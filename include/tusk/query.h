/* query.h - select, insert, update, delete as values: built in an arena, run by run.h */
#ifndef TUSK_QUERY_H
#define TUSK_QUERY_H

#include "tusk/arena.h"
#include "tusk/clause.h"
#include "tusk/error.h"
#include "tusk/expr.h"

/* A tusk_query is immutable and lives in the arena it was built in, with copies of everything it
 * was given, so any thread may run it while the arena is not changed. Building never fails visibly:
 * what was wrong (memory, misuse) is told when the query is rendered or run. The one thing not
 * copied is the query inside tusk_exists(): it has to live as long, so build it in the same arena.
 */

/** Arguments of a select. Zero means: no condition, no order, no limit, offset 0. Limits are bound
 * as parameters. */
typedef struct tusk_select_args {
    const tusk_table *from; /* set by tusk_select() */
    const tusk_expr *where; /* TUSK_LIST(...): all of them hold */
    const tusk_order *order;
    int64_t limit; /* 0: all rows; use tusk_count() to get none */
    int64_t offset;
    enum { TUSK_LOCK_NONE, TUSK_LOCK_SHARE, TUSK_LOCK_UPDATE } lock; /* FOR SHARE, FOR UPDATE */
} tusk_select_args;
/** Arguments of an update. */
typedef struct tusk_update_args {
    const tusk_table *table;    /* set by tusk_update() */
    const tusk_assignment *set; /* TUSK_SET(...) */
    const tusk_expr *where;     /* TUSK_LIST(...): all of them hold */
    bool all_rows;              /* without it an update with no condition left is misuse */
    bool returning;             /* the changed rows come back */
} tusk_update_args;
/** Arguments of a delete. */
typedef struct tusk_delete_args {
    const tusk_table *from; /* set by tusk_delete() */
    const tusk_expr *where;
    bool all_rows;  /* without it a delete with no condition left is misuse */
    bool returning; /* the deleted rows come back */
} tusk_delete_args;
/** Arguments of an insert. */
typedef struct tusk_insert_args {
    const tusk_table *into; /* set by tusk_insert() */
    const void *rows;       /* `count` row structs, one after the other */
    size_t count;
    /* left to their defaults, whatever the rows hold: TUSK_COLUMNS(teams.created_at) */
    const tusk_column *const *defaults;
    bool returning;              /* the inserted rows come back */
    bool on_conflict_do_nothing; /* rows that break a unique constraint are passed over */
} tusk_insert_args;

/** The functions behind the macros below: tusk_select_with(), tusk_update_with(),
 * tusk_delete_with(), tusk_insert_with() and tusk_count_with(). NULL without memory, which a run
 * reports as TUSK_NOMEM. Lifetime: the arena. */
TUSK_API const tusk_query *tusk_select_with(tusk_arena *arena, const tusk_select_args *args);
TUSK_API const tusk_query *tusk_update_with(tusk_arena *arena, const tusk_update_args *args);
TUSK_API const tusk_query *tusk_delete_with(tusk_arena *arena, const tusk_delete_args *args);
TUSK_API const tusk_query *tusk_insert_with(tusk_arena *arena, const tusk_insert_args *args);
TUSK_API const tusk_query *tusk_count_with(tusk_arena *arena, const tusk_select_args *args);

/* The table is given by its handle, not as .from = &teams_table, because the type of the rows then
 * travels with the query: tusk_fetch() into rows of another table does not compile. */

/* The macros are laid out by hand, so that they read as the calls they make. */
/* clang-format off */
#define TUSK_IS_TABLE_(t) TUSK_CHECK(!t##_is_view_, "a view can only be read")
/** teams_query q = tusk_select(a, teams, .where = TUSK_LIST(tusk_eq(teams.id, id)), .limit = 20); */
#define tusk_select(a, ...)               TUSK_SELECT_(a, __VA_ARGS__, )
#define TUSK_SELECT_(a, t, ...)                                                                    \
    ((t##_query){ tusk_select_with((a), &(tusk_select_args){ .from = &t##_table, __VA_ARGS__ }), 0 })
/** tusk_update(a, teams, .set = TUSK_SET(tusk_set(teams.name, name)), .where = TUSK_LIST(...)) */
#define tusk_update(a, ...)               TUSK_UPDATE_(a, __VA_ARGS__, )
#define TUSK_UPDATE_(a, t, ...)                                                                    \
    (TUSK_IS_TABLE_(t), (t##_query){ tusk_update_with((a), &(tusk_update_args){ .table = &t##_table, __VA_ARGS__ }), 0 })
/** tusk_delete(a, teams, .where = TUSK_LIST(...)) */
#define tusk_delete(a, ...)               TUSK_DELETE_(a, __VA_ARGS__, )
#define TUSK_DELETE_(a, t, ...)                                                                    \
    (TUSK_IS_TABLE_(t), (t##_query){ tusk_delete_with((a), &(tusk_delete_args){ .from = &t##_table, __VA_ARGS__ }), 0 })
/** tusk_insert(a, teams, &team, .defaults = TUSK_COLUMNS(teams.created_at), .returning = true): one row struct.
 * Generated columns are never sent. */
#define tusk_insert(a, ...)               TUSK_INSERT_(a, __VA_ARGS__, )
#define TUSK_INSERT_(a, t, row, ...)                                                               \
    (TUSK_CHECK(__builtin_types_compatible_p(__typeof__(*(row)), t##_row) ||                       \
                    __builtin_types_compatible_p(__typeof__(*(row)), const t##_row),               \
                "the row is not of the row type of the table"),                                    \
     TUSK_IS_TABLE_(t),                                                                            \
     (t##_query){ tusk_insert_with((a), &(tusk_insert_args){ .into = &t##_table, .rows = (row),    \
                                                             .count = 1, __VA_ARGS__ }), 0 })
/** `count` row structs of an array in one statement; at most 65535 values: tusk_insert_rows(a, teams, rows, n). */
#define tusk_insert_rows(a, ...)          TUSK_INSERT_ROWS_(a, __VA_ARGS__, )
#define TUSK_INSERT_ROWS_(a, t, rows_, count_, ...)                                                \
    (TUSK_CHECK(__builtin_types_compatible_p(__typeof__(*(rows_)), t##_row) ||                     \
                    __builtin_types_compatible_p(__typeof__(*(rows_)), const t##_row),             \
                "the rows are not of the row type of the table"),                                  \
     TUSK_IS_TABLE_(t),                                                                            \
     (t##_query){ tusk_insert_with((a), &(tusk_insert_args){ .into = &t##_table, .rows = (rows_),  \
                                                             .count = (count_), __VA_ARGS__ }), 0 })
/** select count(*): its answer is one number, read with tusk_fetch_count(). Order, limit and offset do not count. */
#define tusk_count(a, ...)                TUSK_COUNT_(a, __VA_ARGS__, )
#define TUSK_COUNT_(a, t, ...) tusk_count_with((a), &(tusk_select_args){ .from = &t##_table, __VA_ARGS__ })

/* clang-format on */

/* ---- joins: rows nested in a struct of your own ---- */

/** One table of a joined select and the member that its row goes to; table == NULL ends a list. */
typedef struct tusk_joined {
    const tusk_table *table;
    size_t offset; /* of the member in the result struct */
    size_t maybe;  /* offset of .value inside the member, for a row that may be missing; 0: always
                      there */
    tusk_expr on;  /* END for the first table */
    bool left;     /* LEFT JOIN, else JOIN */
} tusk_joined;

/* clang-format off */
/** The first table: `S` is the result struct, `member` has type <t>_row. */
#define TUSK_FROM(S, member, t)                                                                    \
    { &t##_table, TUSK_MEMBER_AT_(S, member, t##_row, "the member is not of the row type of the table"), \
      0, { .kind = TUSK_EXPR_END }, false }
/** A row that is there in every result: member of type <t>_row. */
#define TUSK_JOIN(S, member, t, condition)                                                         \
    { &t##_table, TUSK_MEMBER_AT_(S, member, t##_row, "the member is not of the row type of the table"), \
      0, (condition), false }
/** A row that may be missing: the member has type <t>_maybe, and `.has` says. */
#define TUSK_LEFT_JOIN(S, member, t, condition)                                                    \
    { &t##_table,                                                                                  \
      TUSK_MEMBER_AT_(S, member, t##_maybe, "a row that may be missing goes to a <table>_maybe"),  \
      offsetof(t##_maybe, value), (condition), true }
#define TUSK_MEMBER_AT_(S, member, T, why)                                                         \
    (offsetof(S, member) +                                                                         \
     0 * sizeof(struct {                                                                           \
         _Static_assert(__builtin_types_compatible_p(__typeof__(((S *)0)->member), T), why);       \
         int unused;                                                                               \
     }))
/** The list of a joined select's tables. */
#define TUSK_TABLES(...) ((const tusk_joined[]){ __VA_ARGS__, { .table = 0 } })
/* clang-format on */

/** Arguments of a joined select: as tusk_select_args, without a lock. */
typedef struct tusk_joined_args {
    const tusk_joined *tables;
    size_t row_size;
    const tusk_expr *where;
    const tusk_order *order;
    int64_t limit, offset;
} tusk_joined_args;
/** The function behind tusk_select_joined(). NULL without memory, which a run reports. Lifetime:
 * the arena. */
TUSK_API const tusk_query *tusk_select_joined_with(tusk_arena *arena, const tusk_joined_args *args);
/* clang-format off */
/** A query whose rows are `S`:
 *      struct installation_view { mcp_team_installations_row installation; mcp_servers_maybe server; };
 *      tusk_auto q = tusk_select_joined(a, struct installation_view,
 *          TUSK_TABLES(TUSK_FROM(struct installation_view, installation, mcp_team_installations),
 *                      TUSK_LEFT_JOIN(struct installation_view, server, mcp_servers,
 *                                     tusk_on(mcp_team_installations.server_id, mcp_servers.id))),
 *          .where = TUSK_LIST(...), .order = TUSK_ORDER(tusk_desc(mcp_team_installations.created_at))); */
#define tusk_select_joined(a, S, ...) TUSK_SELECT_JOINED_(a, S, __VA_ARGS__, )
#define TUSK_SELECT_JOINED_(a, S, tables_, ...)                                                    \
    ((struct { const tusk_query *query; S *row_; }){                                               \
        tusk_select_joined_with((a), &(tusk_joined_args){ .tables = tables_, .row_size = sizeof(S), __VA_ARGS__ }), 0 })

/* clang-format on */

/* ---- raw SQL ---- */

/** Any one SQL statement with $1, $2, ... bound to `params`: tusk_sql(a, "select ... where tags @>
 * $1::jsonb", TUSK_PARAMS(tusk_val(tags))), or NULL for none. Its rows come back as text cells
 * (result.h). `sql` is program text: never put input into it. NULL without memory, which a run
 * reports. Lifetime: the arena, with copies of both. */
TUSK_API const tusk_query *tusk_sql(tusk_arena *arena, const char *sql, const tusk_value *params);
/** The list of bound values; ends with a sentinel that no tusk_val() makes. */
#define TUSK_PARAMS(...) ((const tusk_value[]){ __VA_ARGS__, TUSK_PARAMS_END })
#define TUSK_PARAMS_END                                           \
    {                                                             \
        .type = TUSK_TYPE_ENUM, .is_array = true, .is_null = true \
    }

/** The text that would be sent, for logs and tests; parameters stay $n. Errors: TUSK_MISUSE for
 * what was wrong in building it, TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_query_text(tusk_arena *arena, const tusk_query *query,
                                                    tusk_str *out, tusk_error *err);

#endif
