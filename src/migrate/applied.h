/* applied.h - what a database has applied, beside what a folder holds */
#ifndef TUSK_MIGRATE_APPLIED_H
#define TUSK_MIGRATE_APPLIED_H

#include "src/base/vec.h"
#include "tusk/migrate.h"

/** A migration with the text of its file ("no text" when it is missing from the folder). */
typedef struct tusk_candidate {
    tusk_migration migration;
    tusk_str sql;
} tusk_candidate;
typedef struct tusk_candidates {
    TUSK_VEC(tusk_candidate) list; /* in journal order, those missing from the folder last */
} tusk_candidates;

/** The folder's migrations with text and hash, all pending. Errors: TUSK_INVALID without a journal
 * or a listed file. */
tusk_status tusk_candidates_read(tusk_arena *arena, const char *folder, tusk_candidates *out,
                                 tusk_error *err);
/** One row of drizzle.__drizzle_migrations. */
typedef struct tusk_applied {
    tusk_str hash;
    bool has_when; /* rows made by hand may have none: then the hash decides */
    int64_t when;
} tusk_applied;
/** Sets the state of each candidate by the rows, and adds those missing from the folder. Pure.
 * False without memory. */
bool tusk_candidates_match(tusk_arena *arena, tusk_candidates *candidates, const tusk_applied *rows,
                           size_t count);
/** Reads the rows and matches. With no table everything stays pending; `table` says whether it is
 * there. */
tusk_status tusk_candidates_compare(tusk_conn *conn, tusk_arena *arena, tusk_candidates *candidates,
                                    bool *table, tusk_error *err);

#endif
