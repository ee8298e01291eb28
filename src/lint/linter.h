/* linter.h - a file being looked at: its statement, what it made so far, what was found */
#ifndef TUSK_LINT_LINTER_H
#define TUSK_LINT_LINTER_H

#include <jansson.h>

#include "src/base/map.h"
#include "src/base/vec.h"
#include "src/lint/rules.h"
#include "src/migrate/split.h"

/** A table that a statement speaks of. */
typedef struct tusk_lint_target {
    tusk_str name;  /* "public.teams": for people, and as a key */
    tusk_str plain; /* "teams" */
    tusk_str sql;   /* quoted */
    bool fresh;     /* made by this file: no rows, and nobody waits for it */
} tusk_lint_target;

/** What a comment silences. */
typedef struct tusk_lint_pardon {
    tusk_lint_id rule;
    tusk_str reason;
} tusk_lint_pardon;
typedef TUSK_VEC(tusk_lint_pardon) tusk_lint_pardons;

typedef struct tusk_linter {
    tusk_arena *arena;
    const tusk_lint_options *options;
    bool on[TUSK_LINT_COUNT];
    TUSK_VEC(tusk_lint_finding) findings;
    tusk_map rows; /* of tables by their SQL: int64_t */
    tusk_error *err;
    tusk_status status; /* the first failure */

    /* the file */
    tusk_str file;
    bool apart;                    /* no transaction around it */
    bool inside;                   /* its own BEGIN is open */
    bool locked;                   /* something not new was locked: timeouts were asked for */
    bool lock_timeout, time_limit; /* it set them */
    tusk_map fresh;                /* tables, indexes and types that it made */
    tusk_map not_null_of;          /* "public.t.constraint" to its column: CHECK (c IS NOT NULL) */
    tusk_map not_null;             /* "public.t.column" that a valid CHECK speaks of */
    tusk_lint_pardons pardoned;    /* everywhere in it */

    /* the transaction */
    tusk_map not_valid; /* "public.t.constraint" that it added NOT VALID */
    tusk_str exclusive; /* the first table that it locked */
    bool told_several;

    /* the statement */
    const tusk_chunk *chunk;
    tusk_lint_pardons pardons;
} tusk_linter;

/* ---- finding (say.c) ---- */

/** Adds a finding on the statement, at the byte `at` of it (0: its first word). A rule about locks
 * says nothing of a table that is fresh. `target` may be NULL, `safe` may have no text. */
void tusk_lint_say(tusk_linter *l, tusk_lint_id id, const tusk_lint_target *target, int at,
                   tusk_str safe, const char *format, ...) TUSK_PRINTF(6, 7);
/** One after another, as the statements of a safe form: format as tusk_arena_printf(). */
tusk_str tusk_lint_sql_text(tusk_linter *l, const char *format, ...) TUSK_PRINTF(2, 3);
/** A name in quotes; names with commas between them. */
tusk_str tusk_lint_quoted(tusk_linter *l, tusk_str name);
tusk_str tusk_lint_quoted_list(tusk_linter *l, const json_t *list);
/** The statement takes ACCESS EXCLUSIVE on it, or (`exclusive` false) another strong lock. */
void tusk_lint_takes(tusk_linter *l, const tusk_lint_target *target, bool exclusive);
/** CHECK (c IS NOT NULL), NOT NULL, and the check gone again. */
tusk_str tusk_lint_not_null_form(tusk_linter *l, const tusk_lint_target *target, tusk_str column);
/** A batch of: UPDATE t SET <set> WHERE c IS NULL. */
tusk_str tusk_lint_batch(tusk_linter *l, const tusk_lint_target *target, tusk_str column,
                         const char *value);
void tusk_lint_nomem(tusk_linter *l);

/* ---- the parse tree (node.c) ---- */

/** {"Kind": {...}}: its kind ("" for nothing), and what is in it. */
const char *tusk_node_kind(const json_t *node);
const json_t *tusk_node_body(const json_t *node);
tusk_str tusk_node_str(const json_t *body, const char *key);
bool tusk_node_is(const json_t *body, const char *key, const char *value);
bool tusk_node_true(const json_t *body, const char *key);
int tusk_node_int(const json_t *body, const char *key);
/** What is in a String node. */
tusk_str tusk_node_text(const json_t *node);
/** The last of a list of String nodes: the name without its schema. */
tusk_str tusk_node_last(const json_t *list);
/** A list of DefElem has one of this name. */
bool tusk_node_option(const json_t *list, const char *name);
/** The table of a RangeVar's body, or of a list of String nodes. */
tusk_lint_target tusk_lint_target_of(tusk_linter *l, const json_t *range);
tusk_lint_target tusk_lint_target_named(tusk_linter *l, const json_t *names);
/** "public.t" and "x" as a key. */
tusk_str tusk_lint_key(tusk_linter *l, const tusk_lint_target *target, tusk_str member);
#define TUSK_EACH_NODE(list, node)                                          \
    for (size_t i_##node = 0; i_##node < json_array_size(list); i_##node++) \
        for (const json_t *node = json_array_get(list, i_##node); node; node = NULL)

/* ---- the statement's text (text.c) ---- */

/** What is between commas (not in parentheses or quotes) from the byte `from` on; the ";" is cut
 * off. */
typedef TUSK_VEC(tusk_str) tusk_lint_pieces;
bool tusk_lint_cut(tusk_linter *l, size_t from, tusk_lint_pieces *out);
/** Without space and comments at its ends. */
tusk_str tusk_lint_trim(tusk_str text);
/** Where the name at `from` ends, its dots included. */
size_t tusk_lint_name_end(tusk_str sql, size_t from);
/** Reads what tusk: comments of the statement say, and its names that are too long. */
void tusk_lint_read_text(tusk_linter *l);

/* ---- statements ---- */

void tusk_lint_alter_table(tusk_linter *l, const json_t *body);
void tusk_lint_create_table(tusk_linter *l, const json_t *body);
void tusk_lint_index(tusk_linter *l, const json_t *body);
void tusk_lint_drop(tusk_linter *l, const json_t *body);
/** All the others. */
void tusk_lint_other(tusk_linter *l, const char *kind, const json_t *body);

/** A constraint of ALTER TABLE: `column` has no text but for one in ADD COLUMN; `text` is its
 * definition as written, "no text" when that is not known. */
void tusk_lint_constraint(tusk_linter *l, const tusk_lint_target *target, const json_t *body,
                          tusk_str column, tusk_str text);
/** The type and the name of a column; `key`: it is the primary key. */
void tusk_lint_type(tusk_linter *l, const json_t *column, bool key);
/** ADD COLUMN; `piece` is "ADD COLUMN c ..." as written, or "no text". */
void tusk_lint_add_column(tusk_linter *l, const tusk_lint_target *target, const json_t *column,
                          tusk_str piece);
/** Everything of the file has been seen. */
void tusk_lint_end(tusk_linter *l);

#endif
