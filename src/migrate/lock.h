/* lock.h - one migrator at a time on a database, whatever program it is part of */
#ifndef TUSK_MIGRATE_LOCK_H
#define TUSK_MIGRATE_LOCK_H

#include "tusk/migrate.h"

/** Takes the advisory lock of migrators, asking again until `options->lock_wait_ms` is over;
 * `options->progress` hears of the waiting. Errors: TUSK_BUSY, what tusk_run() can say. */
tusk_status tusk_migrate_lock(tusk_conn *conn, tusk_arena *arena,
                              const tusk_migrate_options *options, tusk_error *err);
/** Lets go of it. */
void tusk_migrate_unlock(tusk_conn *conn, tusk_arena *arena);

#endif
