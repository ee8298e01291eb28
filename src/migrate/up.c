/* up.c - applying what is pending: one at a time, under a lock, each in its own transaction */
#include <errno.h>
#include <time.h>

#include "src/migrate/applied.h"
#include "src/migrate/split.h"
#include "tusk/clock.h"
#include "tusk/run.h"

#include "src/base/banned.h"

/* The advisory lock of migrators, the same in every program: the bytes of "tuskmigr". */
#define LOCK_KEY        "8391740385909106546"
#define LOCK_WAIT_MS    60000
#define LOCK_TIMEOUT_MS 10000
#define LOCK_POLL_MS    200

typedef struct migrator {
    tusk_conn *conn;
    tusk_arena *arena;
    const char *folder;
    tusk_migrate_options options;
    int applied;
    tusk_error *err;
} migrator;

static void tell(const migrator *m, const tusk_migration *migration, int64_t ms)
{
    if (m->options.progress) m->options.progress(m->options.context, migration, ms);
}

/* ---- the lock ---- */

/* pg_try_advisory_lock is asked again and again: a migrator that waited inside pg_advisory_lock
 * would hold a snapshot that CREATE INDEX CONCURRENTLY of the other waits for. */
static tusk_status try_lock(migrator *m, bool *held)
{
    tusk_result result;
    tusk_status st =
        tusk_run(m->conn, m->arena,
                 tusk_sql(m->arena, "select pg_try_advisory_lock(" LOCK_KEY ")::int::text", NULL),
                 &result, m->err);
    if (st == TUSK_OK) *held = tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("1"));
    return st;
}

static void pause_ms(int ms)
{
    struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };
    while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

static tusk_status lock(migrator *m)
{
    int64_t start = tusk_clock_ms(), deadline = tusk_deadline_in(m->options.lock_wait_ms);
    for (;;) {
        bool held = false;
        tusk_status st = try_lock(m, &held);
        if (st != TUSK_OK || held) return st;
        int left = tusk_deadline_left(deadline);
        if (left == 0) break;
        tell(m, NULL, tusk_clock_ms() - start);
        pause_ms(left < LOCK_POLL_MS ? left : LOCK_POLL_MS);
    }
    tusk_fail(m->err, TUSK_BUSY, "another migrator has held the lock of this database for %d s",
              (m->options.lock_wait_ms + 999) / 1000);
    tusk_error_hint(m->err, "Wait until it is done and try again.");
    return TUSK_BUSY;
}

static void unlock(migrator *m)
{
    tusk_status st =
        tusk_run(m->conn, m->arena,
                 tusk_sql(m->arena, "select pg_advisory_unlock(" LOCK_KEY ")", NULL), NULL, NULL);
    (void)st; /* a broken connection has let go of it already */
}

/* ---- one migration ---- */

static tusk_status fail_at(migrator *m, const tusk_candidate *one, const tusk_chunk *chunk,
                           size_t number, size_t total)
{
    tusk_error *err = m->err;
    if (!err) return TUSK_SERVER;
    tusk_status st = err->status;
    if (strcmp(err->sqlstate, "55P03") == 0 && err->hint[0] == '\0') {
        tusk_error_hint(err,
                        "Another session holds a lock that this statement needs. Let it finish, "
                        "then try again.");
    }
    int line = chunk->line + tusk_split_line(chunk->sql, err->position) - 1;
    if (err->sqlstate[0]) {
        tusk_error_prefix(err, "%.*s.sql:%d: statement %zu of %zu failed (%s)",
                          TUSK_STR_ARG(one->migration.tag), line, number, total, err->sqlstate);
    } else {
        tusk_error_prefix(err, "%.*s.sql:%d: statement %zu of %zu failed",
                          TUSK_STR_ARG(one->migration.tag), line, number, total);
    }
    return st;
}

static tusk_status run_chunks(migrator *m, const tusk_candidate *one, const tusk_chunks *chunks)
{
    for (size_t i = 0; i < chunks->count; i++) {
        tusk_status st = tusk_conn_script(m->conn, chunks->items[i].sql, m->err);
        if (st != TUSK_OK) {
            fail_at(m, one, &chunks->items[i], i + 1, chunks->count);
            return st;
        }
    }
    return TUSK_OK;
}

/* What goes wrong around the statements names the file, too. */
static tusk_status named(migrator *m, const tusk_candidate *one, tusk_status st)
{
    if (st != TUSK_OK) {
        tusk_error_prefix(m->err, "%.*s.sql", TUSK_STR_ARG(one->migration.tag));
    }
    return st;
}

static tusk_status record(migrator *m, const tusk_candidate *one)
{
    const tusk_query *query =
        tusk_sql(m->arena,
                 "insert into drizzle.__drizzle_migrations (\"hash\", \"created_at\") values "
                 "($1::text, $2::bigint)",
                 TUSK_PARAMS(tusk_val(one->migration.hash), tusk_val(one->migration.when)));
    return named(m, one, tusk_run(m->conn, m->arena, query, NULL, m->err));
}

/* `where` is "local " inside a transaction. The numbers are ours, not input. */
static tusk_status set_timeouts(migrator *m, const char *where)
{
    tusk_str sql =
        tusk_arena_printf(m->arena, "set %slock_timeout = %d; set %sstatement_timeout = %d", where,
                          m->options.lock_timeout_ms, where, m->options.statement_timeout_ms);
    if (!sql.ptr) return tusk_fail_nomem(m->err, "a migration");
    return tusk_conn_script(m->conn, sql, m->err);
}

static tusk_status apply_in_transaction(migrator *m, const tusk_candidate *one,
                                        const tusk_chunks *chunks)
{
    tusk_status st = named(m, one, tusk_tx_begin(m->conn, NULL, m->err));
    if (st != TUSK_OK) return st;
    st = named(m, one, set_timeouts(m, "local "));
    if (st == TUSK_OK) st = run_chunks(m, one, chunks);
    if (st == TUSK_OK) st = record(m, one);
    if (st == TUSK_OK) return named(m, one, tusk_tx_commit(m->conn, m->err));
    tusk_tx_rollback(m->conn);
    return st;
}

/* Statement by statement, each taking effect at once. */
static tusk_status apply_one_by_one(migrator *m, const tusk_candidate *one,
                                    const tusk_chunks *chunks)
{
    tusk_chunks all = { 0 };
    for (size_t i = 0; i < chunks->count; i++) {
        tusk_chunks some;
        if (!tusk_split_statements(m->arena, &chunks->items[i], &some)) {
            return tusk_fail_nomem(m->err, "a migration");
        }
        for (size_t j = 0; j < some.count; j++) tusk_vec_push(m->arena, &all, some.items[j]);
    }
    if (tusk_arena_failed(m->arena)) return tusk_fail_nomem(m->err, "a migration");
    tusk_status st = named(m, one, set_timeouts(m, ""));
    if (st == TUSK_OK) st = run_chunks(m, one, &all);
    if (st == TUSK_OK) st = record(m, one);
    if (st != TUSK_OK && m->err && m->err->hint[0] == '\0') {
        tusk_error_hint(m->err,
                        "This file cannot run in a transaction: the statements before this one "
                        "have taken effect. Undo them, or make them IF NOT EXISTS, then repeat.");
    }
    tusk_error ignored;
    tusk_status reset = tusk_conn_script(
        m->conn, TUSK_STR("reset lock_timeout; reset statement_timeout"), &ignored);
    (void)reset; /* the connection broke: there is nothing to reset */
    return st;
}

static tusk_status apply(migrator *m, tusk_candidate *one)
{
    tusk_chunks chunks;
    if (!tusk_split_breakpoints(m->arena, one->sql, &chunks)) {
        return tusk_fail_nomem(m->err, "a migration");
    }
    int64_t start = tusk_clock_ms();
    one->migration.state = TUSK_MIGRATION_RUNNING;
    tell(m, &one->migration, 0);
    tusk_status st = tusk_split_needs_no_transaction(m->arena, &chunks)
                         ? apply_one_by_one(m, one, &chunks)
                         : apply_in_transaction(m, one, &chunks);
    one->migration.state = st == TUSK_OK ? TUSK_MIGRATION_APPLIED : TUSK_MIGRATION_FAILED;
    tell(m, &one->migration, tusk_clock_ms() - start);
    return st;
}

/* ---- all of them ---- */

/* As drizzle-orm makes it, so that either migrator goes on where the other stopped. */
static tusk_status make_table(migrator *m)
{
    return tusk_conn_script(
        m->conn,
        TUSK_STR("create schema if not exists \"drizzle\";\n"
                 "create table if not exists \"drizzle\".\"__drizzle_migrations\""
                 " (id serial primary key, hash text not null, created_at bigint)"),
        m->err);
}

static tusk_status refuse_changed(migrator *m, const tusk_candidates *candidates)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        const tusk_migration *migration = &candidates->list.items[i].migration;
        if (migration->state != TUSK_MIGRATION_CHANGED) continue;
        tusk_fail(m->err, TUSK_INVALID, "%s/%.*s.sql was changed after it had been applied",
                  m->folder, TUSK_STR_ARG(migration->tag));
        tusk_error_hint(m->err, "Bring the file back as it was, and put the change into a new "
                                "migration. Nothing was applied.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

static tusk_status apply_pending(migrator *m, tusk_candidates *candidates)
{
    bool table = false;
    tusk_status st = tusk_candidates_compare(m->conn, m->arena, candidates, &table, m->err);
    if (st == TUSK_OK) st = refuse_changed(m, candidates);
    if (st == TUSK_OK && !table) st = make_table(m);
    for (size_t i = 0; st == TUSK_OK && i < candidates->list.count; i++) {
        tusk_candidate *one = &candidates->list.items[i];
        if (one->migration.state != TUSK_MIGRATION_PENDING) continue;
        st = apply(m, one);
        if (st == TUSK_OK) m->applied++;
    }
    return st;
}

static tusk_status migrate(migrator *m)
{
    tusk_candidates candidates; /* everything is read before the database is asked */
    tusk_status st = tusk_candidates_read(m->arena, m->folder, &candidates, m->err);
    if (st != TUSK_OK) return st;
    int timeout = tusk_conn_timeout(m->conn);
    tusk_conn_set_timeout(m->conn, 0); /* a migration takes as long as it takes */
    st = lock(m);
    if (st == TUSK_OK) {
        st = apply_pending(m, &candidates);
        unlock(m);
    }
    tusk_conn_set_timeout(m->conn, timeout);
    return st;
}

tusk_status tusk_migrate_up(tusk_conn *conn, const char *folder,
                            const tusk_migrate_options *options, int *applied, tusk_error *err)
{
    tusk_error own; /* so that where it failed can be told even to a caller who gave none */
    migrator m = { .conn = conn, .folder = folder, .err = err ? err : &own };
    if (options) m.options = *options;
    if (m.options.lock_wait_ms <= 0) m.options.lock_wait_ms = LOCK_WAIT_MS;
    if (m.options.lock_timeout_ms <= 0) m.options.lock_timeout_ms = LOCK_TIMEOUT_MS;
    if (m.options.statement_timeout_ms < 0) m.options.statement_timeout_ms = 0;
    if (applied) *applied = 0;
    if (tusk_tx_depth(conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "migrations cannot run inside a transaction");
    }
    m.arena = tusk_arena_new(0);
    if (!m.arena) return tusk_fail_nomem(err, "the migrations");
    tusk_status st = migrate(&m);
    if (applied) *applied = m.applied;
    tusk_arena_free(m.arena);
    return st;
}
