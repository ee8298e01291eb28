/* support.h - what tests of a real server share: a folder, a private PostgreSQL, fresh databases, a
 * query */
#ifndef TUSK_TESTS_SUPPORT_H
#define TUSK_TESTS_SUPPORT_H

#include <sys/types.h>

#include "tusk/arena.h"
#include "tusk/server.h"

/* Everything here ends the test program with a message when it cannot be done, unless said
 * otherwise. What is made goes away with the program, however that ends: a process of its own
 * watches over it. Call from one thread. */

/** A new, empty folder that the server's user may pass through. */
const char *support_folder(tusk_arena *arena);
/** Removes it with all that is in it (early: the end of the program does so too). */
void support_remove_folder(const char *path);

/** One private PostgreSQL for the whole program, or for the whole test run when TUSK_TEST_DATA_DIR
 * names its data folder. Lifetime: the program. */
const tusk_server *support_server(void);
/** Before the others: this program looks at all databases or settings of its server, so it gets one
 * that no other test program shares. */
void support_own_server(void);
/** A fresh, empty database on it, named test_<milliseconds>_<pid>_<n>. Lifetime of the texts:
 * `arena`. */
tusk_server support_database(tusk_arena *arena);

/** POSTGRES_HOST and the others of this process name it, for programs that get it from there. */
void support_set_environment(const tusk_server *server);

/** For support_query(): how many advisory locks are held in its database (others have theirs). */
#define SUPPORT_ADVISORY_LOCKS                                                        \
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database where " \
    "l.locktype = 'advisory' and d.datname = current_database()"
/** Runs `sql` with psql: columns divided by "|", rows by newlines, no newline at the end; NULL when
 * it failed (psql's words go to stderr). */
const char *support_query(tusk_arena *arena, const tusk_server *server, const char *sql);
/** The same in the background, without its output. Returns the process to wait for. */
pid_t support_query_start(const tusk_server *server, const char *sql);
/** Asks until the answer is `expected`; the program fails when that takes longer than `ms`. */
void support_wait_for(tusk_arena *arena, const tusk_server *server, const char *sql,
                      const char *expected, int ms);

#endif
