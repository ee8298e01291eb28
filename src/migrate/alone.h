/* alone.h - statements that run outside of a transaction: which they are, and how one that was cut
 * short is told from one that took effect */
#ifndef TUSK_MIGRATE_ALONE_H
#define TUSK_MIGRATE_ALONE_H

#include "src/migrate/split.h"

/** What is done with a statement of a file that has no transaction around it. */
typedef enum tusk_alone {
    TUSK_ALONE_NOT,     /* an ordinary one: it and the note on it share a transaction */
    TUSK_ALONE_CONTROL, /* BEGIN, COMMIT and the like: of the file's own transaction */
    TUSK_ALONE_INDEX,   /* CREATE INDEX CONCURRENTLY: the catalog tells whether it took effect */
    TUSK_ALONE_AGAIN,   /* VACUUM, REINDEX...: may be repeated */
    TUSK_ALONE_ONCE,    /* repeated, it fails with `again`, which shows that it took effect */
    TUSK_ALONE_UNKNOWN, /* nothing tells: a person has to look */
} tusk_alone;
typedef struct tusk_alone_kind {
    tusk_alone kind;
    const char *again;     /* SQLSTATE; of ONCE */
    tusk_str index, table; /* of INDEX: as they are written, the table with its schema */
} tusk_alone_kind;

/** What is this one statement? Pure. Texts point into `sql`. */
tusk_alone_kind tusk_alone_of(tusk_str sql);

#endif
