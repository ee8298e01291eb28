/* lint.h - what SQL does to a database that is in use: the lock it takes, what that blocks, and the
 * form that does not. In a library of its own (libtusk-lint): it carries PostgreSQL's parser */
#ifndef TUSK_LINT_H
#define TUSK_LINT_H

#include "tusk/change.h"

/** A rule. All texts are static. */
typedef struct tusk_lint_rule {
    const char *name; /* "adding-foreign-key" */
    tusk_finding_level level;
    bool by_size;       /* it depends on the rows of a table: only a note for a small one */
    bool optional;      /* looked at only when it is named in tusk_lint_options.rules */
    const char *lock;   /* "ACCESS EXCLUSIVE"; "": none that matters */
    const char *blocks; /* "reads and writes", with how long; "": nothing */
    const char *why;    /* a sentence or two */
    const char *safe;   /* the safe form, as an example in SQL; "": there is none */
} tusk_lint_rule;
/** All rules, `*count` of them. Lifetime: static. */
TUSK_API const tusk_lint_rule *tusk_lint_rules(size_t *count);
/** They as Markdown, a section each, as docs/lint.md has it. "no text" without memory. Lifetime:
 * `arena`. */
TUSK_API tusk_str tusk_lint_markdown(tusk_arena *arena);

/** One thing that was found. */
typedef struct tusk_lint_finding {
    const tusk_lint_rule *rule;
    tusk_finding_level level; /* the rule's, or NOTE for a small table */
    tusk_str file;            /* as it was named */
    int line;                 /* from 1 */
    tusk_str lock;            /* "ACCESS EXCLUSIVE on public.teams"; "" for none */
    tusk_str message;         /* a sentence about this statement, without its period */
    tusk_str safe;            /* this statement rewritten, several lines of SQL; "" for none */
    int64_t rows;             /* estimate of the table's, -1: not known */
    bool silenced;            /* by -- tusk:ignore: it does not count */
    tusk_str reason;          /* what is written there; "" for none */
} tusk_lint_finding;
/** All of them, by file and line. */
typedef struct tusk_lint_findings {
    const tusk_lint_finding *items;
    size_t count;
    size_t errors, warnings, notes; /* that are not silenced */
    size_t silenced;
} tusk_lint_findings;

/** Zero means the default, for each. */
typedef struct tusk_lint_options {
    const char *const *rules;  /* NULL-terminated: only these; NULL: all but the optional ones */
    const char *const *ignore; /* NULL-terminated: not these; NULL: none */
    tusk_conn *conn;           /* asked how many rows tables have; NULL: not known */
    int64_t small_rows;        /* a table with fewer is small; 0: 10,000 */
} tusk_lint_options;

/** Looks at the statements of `sql`; `name` is what the findings call it. Tables that it creates
 * are new: they have no rows, and nobody waits for them. A comment before or in a statement,
 *     -- tusk:ignore dropping-column,renaming-table and then the reason
 * silences it (tusk:ignore-file: everywhere in the file). What does not parse is a finding. Changes
 * nothing. `options` may be NULL. Errors: TUSK_INVALID for a rule in `options` that there is not;
 * TUSK_NOMEM; with a connection what tusk_run() can say. Lifetime: `arena`, and that of `sql`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_lint_sql(tusk_arena *arena, tusk_str name, tusk_str sql,
                                                  const tusk_lint_options *options,
                                                  tusk_lint_findings *out, tusk_error *err);
/** Which migrations of a folder. */
typedef enum tusk_lint_which {
    TUSK_LINT_LAST,    /* the newest */
    TUSK_LINT_PENDING, /* those that the database of the options has not applied */
    TUSK_LINT_ALL,
} tusk_lint_which;
/** The same for migrations of a folder, in its order. Errors: as tusk_lint_sql(); TUSK_INVALID for
 * a folder without a journal, TUSK_MISUSE for PENDING without a connection, and as
 * tusk_migrate_look(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_lint_folder(tusk_arena *arena, const char *folder,
                                                     tusk_lint_which which,
                                                     const tusk_lint_options *options,
                                                     tusk_lint_findings *out, tusk_error *err);

#endif
