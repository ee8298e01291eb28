/* apply.h - one migration: in a transaction with its note, or statement by statement with a note on
 * each */
#ifndef TUSK_MIGRATE_APPLY_H
#define TUSK_MIGRATE_APPLY_H

#include "src/migrate/applied.h"

typedef struct tusk_applier {
    tusk_conn *conn;
    tusk_arena *arena;
    const char *folder;
    const tusk_migrate_options *options;
    tusk_store store;
    tusk_error *err; /* never NULL */
} tusk_applier;

/** Applies it and notes that. One that was cut short goes on where it stopped. */
tusk_status tusk_apply(tusk_applier *a, const tusk_candidate *one);
/** Runs it inside the transaction that is open, without a note. `*possible` is false (and nothing
 * was run) when it cannot run in one. */
tusk_status tusk_apply_try(tusk_applier *a, const tusk_candidate *one, bool *possible);
/** SHA-256 of the texts of its first `count` statements; `*total` gets how many it has. */
tusk_status tusk_apply_hash(tusk_arena *arena, const tusk_candidate *one, int count, int *total,
                            tusk_str *hash, tusk_error *err);

#endif
