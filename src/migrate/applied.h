/* applied.h - what a database has applied, beside what a folder holds */
#ifndef TUSK_MIGRATE_APPLIED_H
#define TUSK_MIGRATE_APPLIED_H

#include "src/base/vec.h"
#include "src/migrate/folder.h"
#include "src/migrate/store.h"

/** A migration with the text of its file ("no text" when it is missing from the folder). */
typedef struct tusk_candidate {
    tusk_migration migration;
    tusk_str sql;
    const tusk_replaced *replaces; /* what it stands for, and how many of them */
    size_t replaced;
    bool unnoted; /* applied, as the older table of names or what it replaces tells; not in the
                     table of hashes yet */
    bool partly;  /* only some of what it replaces is applied */
    const tusk_applied *row; /* of one that is missing from the folder */
} tusk_candidate;
typedef struct tusk_candidates {
    TUSK_VEC(tusk_candidate) list; /* in journal order, those missing from the folder last */
} tusk_candidates;

/** The folder's migrations with text and hash, all pending. A file that the journal lists and that
 * is not there gives one without text and hash. Errors: TUSK_INVALID without a journal, TUSK_IO. */
tusk_status tusk_candidates_read(tusk_arena *arena, const char *folder, tusk_candidates *out,
                                 tusk_error *err);
/** The one whose tag is `tag` (or begins with it and "_", or is that file's name), NULL: none. */
tusk_candidate *tusk_candidates_find(const tusk_candidates *candidates, tusk_str tag);
/** TUSK_INVALID: none of them has that tag. */
tusk_status tusk_candidates_unknown(const char *folder, const char *tag, tusk_error *err);
/** The one that is missing from the folder and that `key` names: a row's time, the beginning of its
 * hash, its name; NULL: none. `*several`: it names others as well. */
const tusk_candidate *tusk_candidates_find_row(const tusk_candidates *candidates, tusk_str key,
                                               bool *several);
/** What names it: its tag, or of a row what tusk_candidates_find_row() takes. "no text" without
 * memory. */
tusk_str tusk_candidate_key(tusk_arena *arena, const tusk_candidate *one);
/** TUSK_INVALID that names the first pending one whose file is missing, or of which the database
 * has a part. */
tusk_status tusk_candidates_ready(const tusk_candidates *candidates, const char *folder,
                                  tusk_error *err);
/** Takes the notes on it back, those on what it replaces, too. */
tusk_status tusk_candidate_forget(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                  const tusk_candidate *one, tusk_error *err);
/** Sets the state of each candidate by the rows, and adds those missing from the folder. Pure.
 * False without memory. */
bool tusk_candidates_match(tusk_arena *arena, tusk_candidates *candidates, const tusk_applied *rows,
                           size_t count);
/** Reads the rows and matches; with no table everything stays pending. One that was begun and not
 * finished is TUSK_MIGRATION_STARTED. */
tusk_status tusk_candidates_compare(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                    tusk_candidates *candidates, tusk_error *err);

#endif
