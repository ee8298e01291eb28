/* store.h - where a database keeps which migrations it has: drizzle-orm's table wherever that is,
 * the older table of names, and our own note of a migration that was begun */
#ifndef TUSK_MIGRATE_STORE_H
#define TUSK_MIGRATE_STORE_H

#include "src/migrate/split.h"
#include "tusk/migrate.h"

/** What is there in a database. */
typedef struct tusk_store {
    bool exists;       /* a table of hashes and times */
    const char *table; /* that one, or the one that would be made; quoted */
    bool has_names;    /* public."__drizzle_migrations" with names of files: an older runner's */
    bool has_started;  /* our table of migrations that were begun */
} tusk_store;
/** Looks; changes nothing. */
tusk_status tusk_store_find(tusk_conn *conn, tusk_arena *arena, tusk_store *out, tusk_error *err);
/** Makes the table of hashes where it is missing, as drizzle-orm makes it. */
tusk_status tusk_store_make(tusk_conn *conn, tusk_store *store, tusk_error *err);

/** One row: of the table of hashes, or (`name` has text) of the older one. */
typedef struct tusk_applied {
    tusk_str hash;
    bool has_when; /* rows made by hand may have none: then the hash decides */
    int64_t when;
    tusk_str name; /* "0001_teams.sql" */
} tusk_applied;
/** All rows of both. */
tusk_status tusk_store_read(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                            const tusk_applied **out, size_t *count, tusk_error *err);
/** Notes a migration as applied: in the table of hashes, and in that of names for its owner to see
 * (each only when it is not there yet). */
tusk_status tusk_store_record(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err);
/** Takes the note back from both, by time and name. */
tusk_status tusk_store_forget(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err);
/** Takes exactly this row out. */
tusk_status tusk_store_remove(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_applied *row, tusk_error *err);
/** Makes the hash noted for its time that of the file. */
tusk_status tusk_store_rehash(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              const tusk_migration *migration, tusk_error *err);

/** A migration that runs without a transaction: how far it is. */
typedef struct tusk_started {
    bool found;
    int done;           /* statements that have taken effect */
    tusk_str doing;     /* the one that was under way, "no text" between two */
    tusk_str done_hash; /* of the texts of those that are done */
} tusk_started;
/** Reads the note on the migration of that time. */
tusk_status tusk_started_read(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                              int64_t when, tusk_started *out, tusk_error *err);
/** Writes it (the table is made where it is missing). */
tusk_status tusk_started_write(tusk_conn *conn, tusk_arena *arena, tusk_store *store, int64_t when,
                               const tusk_started *now, tusk_error *err);
/** Removes it. */
tusk_status tusk_started_remove(tusk_conn *conn, tusk_arena *arena, const tusk_store *store,
                                int64_t when, tusk_error *err);

#endif
