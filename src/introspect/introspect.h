/* introspect.h - what a database holds, as a schema: to compare it with what it should hold, and to
 * write .def files for it */
#ifndef TUSK_INTROSPECT_INTROSPECT_H
#define TUSK_INTROSPECT_INTROSPECT_H

#include "src/model/model.h"
#include "tusk/conn.h"

/** Which part of the database; zero means the default, for each. */
typedef struct tusk_introspect_options {
    /** NULL-terminated; NULL: all but the system's, those of extensions, and "drizzle". */
    const char *const *schemas;
    bool roles;        /* also the roles of the server, without pg_* and superusers */
    bool policy_roles; /* of these only those that a policy is for */
    /** Gets a sentence for each thing that a schema cannot say, or that is broken. */
    void (*notice)(void *context, tusk_str message);
    void *context;
} tusk_introspect_options;

/** Reads the catalogs in one read-only transaction (a savepoint when one is open) by a fixed number
 * of queries. Texts are as drizzle-kit would have written them; tables by schema (public first) and
 * name, columns as they were made. The record of migrations and what belongs to extensions is left
 * out. `options` may be NULL. PostgreSQL 14 and newer. Errors: as tusk_run(). Lifetime: `arena`. */
tusk_status tusk_introspect(tusk_conn *conn, tusk_arena *arena,
                            const tusk_introspect_options *options, tusk_model *out,
                            tusk_error *err);

/** The schema in a form in which differences that mean nothing are gone: names are cut as
 * PostgreSQL cuts them, types, defaults and expressions have one spelling, what cannot be read back
 * from a database is dropped. For comparing only. Pure. Errors: TUSK_NOMEM. Lifetime: `arena`, and
 * that of `model`. */
tusk_status tusk_model_normal(tusk_arena *arena, const tusk_model *model, tusk_model *out,
                              tusk_error *err);

/** `database` with the words of `wanted` wherever both mean the same, so that tusk_diff() of the
 * two finds only what differs, and says it in words that can be run. What is the same is told by
 * tusk_model_normal() of both, or of `database` and `read_back`: `wanted` as a server gave it back.
 * `read_back` may be NULL. Pure. Errors: TUSK_NOMEM. Lifetime: `arena`, and that of the others. */
tusk_status tusk_model_align(tusk_arena *arena, const tusk_model *database,
                             const tusk_model *wanted, const tusk_model *read_back, tusk_model *out,
                             tusk_error *err);

/** What a database holds beside what it should hold, to be given to tusk_diff() in either order. */
typedef struct tusk_comparison {
    tusk_model database; /* aligned */
    tusk_model wanted;   /* without what is made elsewhere (existing views) */
    /** `wanted` went through PostgreSQL too, so what differs differs. Otherwise only spellings were
     * compared, because of `why`: an expression that PostgreSQL rewrites may seem to differ. */
    bool exact;
    tusk_str why;
} tusk_comparison;

/** Reads the database and compares it with `wanted`, which for that is made in a scratch database
 * on `server`, read back, and dropped whatever happens; without `server`, or where that is not
 * allowed or fails, spellings are compared. Roles, tablespaces and policies of tables made
 * elsewhere are compared as written, never made. Kinds of things that a snapshot cannot say
 * (extensions, domains, composite types, routines, comments) and roles count only when `wanted` has
 * any of that kind; partitions that it does not list were made by a program, and are left out, as
 * are views that it says exist elsewhere. Without options->schemas those that `wanted` speaks of,
 * and public, are compared. Errors: as tusk_run(). Lifetime: `arena`, and that of
 * `wanted`. */
tusk_status tusk_introspect_compare(tusk_conn *conn, const tusk_server *server, tusk_arena *arena,
                                    const tusk_introspect_options *options,
                                    const tusk_model *wanted, tusk_comparison *out,
                                    tusk_error *err);

#endif
