/* step.h - a plan under construction: one call a statement */
#ifndef TUSK_DIFF_STEP_H
#define TUSK_DIFF_STEP_H

#include "src/base/map.h"
#include "src/diff/diff.h"
#include "src/diff/fate.h"
#include "src/diff/words.h"

typedef struct tusk_differ {
    tusk_arena *arena;
    tusk_fates changes;
    const tusk_model *first, *from, *to; /* from: first with its new names */
    tusk_plan *plan;
    tusk_map seen;     /* a statement is needed once, where it is first asked for */
    tusk_names remade; /* names of what was made again: their comments are gone */
    bool failed;
    tusk_status status; /* the first refusal, and its error */
    tusk_error *err;
} tusk_differ;

/** What a statement is about. */
typedef struct tusk_about {
    tusk_step_kind kind;
    const char *what;
    tusk_str schema, name, member; /* schema and member: or no text */
    tusk_str loses;
    bool outside;
} tusk_about;

/** Adds the statement that `format` words (words.h), unless the plan has it already. */
void tusk_step_add(tusk_differ *d, tusk_about about, const char *format, ...);
/** The same with the text made elsewhere. */
void tusk_step_add_buf(tusk_differ *d, tusk_about about, const tusk_buf *statement);
/** Remembers the first reason why there is no plan. */
void tusk_step_refuse(tusk_differ *d, const char *hint, const char *format, ...) TUSK_PRINTF(3, 4);
/** Refuses an expression with a parameter ($1), which no statement of a file can have. */
void tusk_step_check(tusk_differ *d, tusk_str expression, const char *what, tusk_str name);
/** The comments of what is called so have to be said again. */
void tusk_step_remade(tusk_differ *d, tusk_str name);

#define TUSK_ABOUT(kind_, what_, ...) \
    ((tusk_about){ .kind = TUSK_STEP_##kind_, .what = (what_), __VA_ARGS__ })

#endif
