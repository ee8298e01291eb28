/* seed.h - made-up rows for development: plausible, fitting together, the same every time */
#ifndef TUSK_SEED_H
#define TUSK_SEED_H

#include <stdint.h>

#include "tusk/conn.h"

/** Zero means the default, for each. */
typedef struct tusk_seed_options {
    int rows;      /* for each table; 0: 20 */
    uint64_t seed; /* the same one gives the same rows in an empty database */
    bool append;   /* also into tables that have rows */
    /** "teams", "audit.entries"; NULL-terminated; NULL: all tables. */
    const char *const *tables;
} tusk_seed_options;

typedef struct tusk_seeded_table {
    tusk_str schema, name;
    int rows; /* that were added: fewer where what is unique leaves no room for more */
} tusk_seeded_table;
/** What tusk_seed() did, in the order in which it did it. Lifetime of the texts: its arena. */
typedef struct tusk_seeded {
    const tusk_seeded_table *items;
    size_t count;
} tusk_seeded;

/** Fills the tables in one transaction: by type and name of each column ("email", "created_at"),
 * with foreign keys that lead somewhere, enum labels, unique values, and checks where they are
 * simple (ranges, lengths, lists). What the database numbers by itself it numbers. `options` may be
 * NULL. Errors: TUSK_MISUSE for a table that has rows; TUSK_INVALID for a table that is not there,
 * or one whose columns cannot be made up, naming it; as tusk_run(). Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_seed(tusk_conn *conn, tusk_arena *arena,
                                              const tusk_seed_options *options, tusk_seeded *out,
                                              tusk_error *err);

#endif
