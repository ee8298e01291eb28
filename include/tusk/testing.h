/* testing.h - databases for tests: made in milliseconds, dropped afterwards, swept after a crash */
#ifndef TUSK_TESTING_H
#define TUSK_TESTING_H

#include "tusk/cluster.h"

/** Zero means the default, for each. */
typedef struct tusk_test_options {
    /* folder of migrations that the database starts with: they are applied once to a template,
     * which every test database is a copy of until a file of the folder changes; NULL: an empty
     * database */
    const char *migrations;
    /* a server to make it on; NULL: that of TEST_POSTGRES_HOST, _PORT, _USER, _PASSWORD when any of
     * them is set (with localhost, 5432, postgres, password for the rest), else the private
     * PostgreSQL. Its `database` is where the statements are sent to; "postgres" when NULL */
    const tusk_server *server;
    const char *data_dir; /* of the private PostgreSQL; NULL: as tusk_cluster_open() has it */
    int sweep_after_ms;   /* older test databases that nobody is connected to go; 0: an hour */
} tusk_test_options;

/** A database of one test. Lifetime of the texts: the arena of tusk_test_database_create(). */
typedef struct tusk_test_database {
    tusk_server server;    /* how to connect to it; server.database is test_<ms>_<pid>_<n> */
    tusk_server admin;     /* where it was made */
    tusk_cluster *cluster; /* the hold of the private PostgreSQL; NULL: another server */
} tusk_test_database;

/** Makes a database for a test, and drops those that crashed tests left. `options` may be NULL. A
 * server that TEST_POSTGRES_* name and that cannot be reached is an error: nothing else is tried.
 * Errors: TUSK_CONNECTION, TUSK_TIMEOUT, TUSK_SERVER (no right to create databases, a migration
 * that fails), TUSK_INVALID for a variable or a folder of migrations that is malformed, TUSK_NOMEM,
 * and those of tusk_cluster_open(). Ownership: the caller, tusk_test_database_drop(). A private
 * PostgreSQL stops with its last user: a program with many tests holds it by tusk_cluster_open()
 * meanwhile. */
TUSK_API TUSK_NODISCARD tusk_status tusk_test_database_create(tusk_arena *arena,
                                                              const tusk_test_options *options,
                                                              tusk_test_database *out,
                                                              tusk_error *err);
/** Drops it, whoever is still connected; one that is gone already is fine. Lets go of the private
 * PostgreSQL in any case and empties `*database`; an empty one is left alone. Errors:
 * TUSK_CONNECTION, TUSK_TIMEOUT, TUSK_SERVER, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_test_database_drop(tusk_test_database *database,
                                                            tusk_error *err);

#endif
