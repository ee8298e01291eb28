/* plan.h - how PostgreSQL runs a statement: EXPLAIN as a tree of values, and as text for people */
#ifndef TUSK_PLAN_H
#define TUSK_PLAN_H

#include "tusk/run.h"

/** Blocks that a node and what is below it touched. */
typedef struct tusk_plan_buffers {
    int64_t shared_hit, shared_read, shared_dirtied, shared_written;
    int64_t local_hit, local_read;
    int64_t temp_read, temp_written;
} tusk_plan_buffers;

/** One step of a plan. Texts are "" where there is none; counts and times are 0. */
typedef struct tusk_plan_node {
    tusk_str type; /* "Seq Scan", "Hash Join"... */
    tusk_str what; /* the rest of its title: "Left", "on teams t using teams_pkey" */
    tusk_str schema, relation, alias, index;
    tusk_str subplan;   /* "InitPlan 1", "CTE name" */
    tusk_str condition; /* of an index, a hash, a merge */
    tusk_str filter;    /* applied to every row found */
    tusk_str keys;      /* of a sort or of groups */
    double startup_cost, total_cost, plan_rows;
    int width;

    bool executed;             /* what follows was measured */
    double loops, actual_rows; /* rows of one loop, on average */
    double total_ms;      /* with what is below it, all loops; of parallel workers the average */
    double self_ms;       /* without what is below it */
    double rows_removed;  /* by filters and rechecks, all loops */
    double heap_fetches;  /* of an index only scan that had to look at the table */
    tusk_str sort;        /* "quicksort, 25 kB in memory" */
    bool spilled;         /* a sort or hash went to disk */
    int64_t spilled_kb;   /* of a sort on disk, or the peak memory of a hash */
    int64_t lossy_blocks; /* of a bitmap that did not fit into work_mem */
    int workers_planned, workers_launched;
    bool has_buffers;
    tusk_plan_buffers buffers;

    bool slow;         /* it takes much of the whole time by itself */
    bool misestimated; /* the planner was wrong by a factor of ten or more */
    tusk_str advice;   /* one sentence where it is certain, else "" */
    size_t child_count;
    const struct tusk_plan_node *const *children;
} tusk_plan_node;

/** A trigger that the statement fired; foreign keys are such. */
typedef struct tusk_plan_trigger {
    tusk_str name, constraint, relation;
    double ms, calls;
} tusk_plan_trigger;

/** A plan. */
typedef struct tusk_explained {
    const tusk_plan_node *root;
    bool analyzed; /* the statement was run */
    bool writes;   /* it changes rows (or would) */
    double planning_ms, execution_ms;
    double jit_ms;
    size_t trigger_count;
    const tusk_plan_trigger *triggers;
    tusk_str advice; /* on the statement as a whole, "" for none */
} tusk_explained;

/** Zero means the default, for each. */
typedef struct tusk_explain_options {
    bool analyze;             /* run it and measure */
    bool no_buffers;          /* with analyze: do not count blocks */
    bool no_timing;           /* with analyze: count rows only, which costs less */
    bool generic;             /* plan for any value of $1...; not with analyze or params */
    const tusk_value *params; /* of $1...; NULL for none */
} tusk_explain_options;

/** The plan of one statement; `options` may be NULL. It runs inside a transaction (a savepoint when
 * one is open) that is rolled back in every case, read only unless `analyze`: a statement that
 * writes keeps nothing. What no transaction undoes stays done with `analyze`: numbers that
 * sequences gave, and what functions do outside of the database. `sql` is sent as it is: whoever
 * may write it may do what the connection's role may. Errors: as tusk_run(), `position` counts from
 * the start of `sql`; TUSK_MISUSE for `generic` with analyze or params; TUSK_INVALID for a
 * statement that has no plan. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_explain(tusk_conn *conn, tusk_arena *arena, tusk_str sql,
                                                 const tusk_explain_options *options,
                                                 tusk_explained *out, tusk_error *err);
/** The plan in a text of EXPLAIN (FORMAT JSON), from wherever it comes. Errors: TUSK_INVALID when
 * it is no such text, TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_explain_parse(tusk_arena *arena, tusk_str json,
                                                       tusk_explained *out, tusk_error *err);

/** The tree as text, a node a line with its time and rows, what it does and what to do about it
 * below; `colour` marks with escape sequences. Names and conditions are written as by
 * tusk_shown(). Errors: TUSK_NOMEM. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_explain_text(tusk_arena *arena, const tusk_explained *plan,
                                                      bool colour, tusk_str *out, tusk_error *err);

#endif
