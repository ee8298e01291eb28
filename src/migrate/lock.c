/* lock.c - the advisory lock of migrators, polled */
#include "src/migrate/lock.h"

#include "src/base/pause.h"
#include "tusk/clock.h"
#include "tusk/run.h"

#include "src/base/banned.h"

/* The same in every program: the bytes of "tuskmigr". */
#define LOCK_KEY     "8391740385909106546"
#define LOCK_WAIT_MS 60000
#define LOCK_POLL_MS 200

/* pg_try_advisory_lock is asked again and again: a migrator that waited inside pg_advisory_lock
 * would hold a snapshot that CREATE INDEX CONCURRENTLY of the other waits for. */
static tusk_status try_lock(tusk_conn *conn, tusk_arena *arena, bool *held, tusk_error *err)
{
    tusk_result result;
    tusk_status st = tusk_run(
        conn, arena, tusk_sql(arena, "select pg_try_advisory_lock(" LOCK_KEY ")::int::text", NULL),
        &result, err);
    if (st == TUSK_OK) *held = tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("1"));
    return st;
}

tusk_status tusk_migrate_lock(tusk_conn *conn, tusk_arena *arena,
                              const tusk_migrate_options *options, tusk_error *err)
{
    int wait = options && options->lock_wait_ms > 0 ? options->lock_wait_ms : LOCK_WAIT_MS;
    int64_t start = tusk_clock_ms(), deadline = tusk_deadline_in(wait);
    for (;;) {
        bool held = false;
        tusk_status st = try_lock(conn, arena, &held, err);
        if (st != TUSK_OK || held) return st;
        if (tusk_deadline_left(deadline) == 0) break;
        if (options && options->progress) {
            options->progress(options->context, NULL, tusk_clock_ms() - start);
        }
        tusk_wait_a_little(LOCK_POLL_MS, deadline);
    }
    tusk_fail(err, TUSK_BUSY, "another migrator has held the lock of this database for %d s",
              (wait + 999) / 1000);
    tusk_error_hint(err, "Wait until it is done and try again.");
    return TUSK_BUSY;
}

void tusk_migrate_unlock(tusk_conn *conn, tusk_arena *arena)
{
    tusk_status st = tusk_run(
        conn, arena, tusk_sql(arena, "select pg_advisory_unlock(" LOCK_KEY ")", NULL), NULL, NULL);
    (void)st; /* a broken connection has let go of it already */
}
