/* diff.h - two schemas to the statements that lead from one to the other: drizzle-kit's texts and
 * order wherever those are right */
#ifndef TUSK_DIFF_DIFF_H
#define TUSK_DIFF_DIFF_H

#include "src/model/model.h"

/** Between two statements of a migration file. */
#define TUSK_BREAKPOINT "--> statement-breakpoint"

/** What a statement does, for summaries, JSON and the linter. */
typedef enum tusk_step_kind {
    TUSK_STEP_CREATE,
    TUSK_STEP_ALTER,
    TUSK_STEP_RENAME,
    TUSK_STEP_DROP,
} tusk_step_kind;

/** One statement of a plan. */
typedef struct tusk_step {
    tusk_str sql; /* ends in ";" or ";\n" */
    tusk_step_kind kind;
    const char *what; /* "table", "column", "index"... Lifetime: static */
    tusk_str object;  /* "public.teams.name"; with its schema, not quoted */
    tusk_str loses;   /* what data is lost, half a sentence; "no text": none */
    bool outside;     /* cannot run in a transaction block */
    /* for safe.h: */
    const tusk_model_table *table; /* that it is about, as it becomes; NULL: none, or gone */
    tusk_str member;               /* of it: the column, constraint or index */
    bool fresh;                    /* the plan makes the table */
} tusk_step;

/** An ordered plan. */
typedef struct tusk_plan {
    TUSK_VEC(tusk_step) steps;
} tusk_plan;

/** A rename said from outside: "teams" to "groups", "teams.name" to "title" (or "teams.title"),
 * "s.teams.name"; "enum:mood" where a name alone could be several things. */
typedef struct tusk_rename {
    tusk_str from, to;
} tusk_rename;

/** Zero means the default, for each. */
typedef struct tusk_diff_options {
    const tusk_rename *renames;
    size_t rename_count;
} tusk_diff_options;

/** What it takes to get from `from` to `to`. Renames (those of `options`, and RENAMED_FROM in `to`
 * whose old name is in `from` and whose new one is not) are applied before comparing. `options` may
 * be NULL. Errors: TUSK_INVALID for a rename of something that is not there, or a change that no
 * statement makes. Lifetime: `arena`. Pure. */
tusk_status tusk_diff(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                      const tusk_diff_options *options, tusk_plan *out, tusk_error *err);
/** What may be a rename: things that are gone beside things of their kind that are new. For
 * questions on a terminal, and hints elsewhere. */
typedef struct tusk_candidate_rename {
    const char *what;  /* "table", "column"... */
    tusk_str from, to; /* as tusk_rename takes them */
    bool alike;        /* of one type, with the same columns, ... */
    bool likely;       /* and no other one is */
} tusk_candidate_rename;
typedef TUSK_VEC(tusk_candidate_rename) tusk_candidate_renames;
/** Those that are left with the renames of `options`, which may be NULL. */
tusk_status tusk_diff_candidates(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                                 const tusk_diff_options *options, tusk_candidate_renames *out,
                                 tusk_error *err);
/** The text of a migration file. Lifetime: `arena`. */
tusk_status tusk_plan_text(tusk_arena *arena, const tusk_plan *plan, tusk_str *out,
                           tusk_error *err);

#endif
