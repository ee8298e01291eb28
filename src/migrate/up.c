/* up.c - applying what is pending: one at a time, under a lock, each in its own transaction */
#include "src/migrate/apply.h"
#include "src/migrate/lock.h"
#include "tusk/clock.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define LOCK_TIMEOUT_MS 10000

typedef struct migrator {
    tusk_applier applier;
    tusk_migrate_options options;
    tusk_candidates candidates;
    size_t end; /* one past the last to be applied */
    int applied;
} migrator;

static void tell(const migrator *m, const tusk_migration *migration, int64_t ms)
{
    if (m->options.progress) m->options.progress(m->options.context, migration, ms);
}

/* Ready to be applied? */
static bool is_due(const tusk_candidate *one)
{
    return one->migration.state == TUSK_MIGRATION_PENDING ||
           one->migration.state == TUSK_MIGRATION_STARTED;
}

static tusk_status apply(migrator *m, tusk_candidate *one)
{
    tusk_migration shown = one->migration;
    int64_t start = tusk_clock_ms();
    shown.state = TUSK_MIGRATION_RUNNING;
    tell(m, &shown, 0);
    tusk_status st = tusk_apply(&m->applier, one);
    one->migration.state = st == TUSK_OK ? TUSK_MIGRATION_APPLIED : TUSK_MIGRATION_FAILED;
    tell(m, &one->migration, tusk_clock_ms() - start);
    return st;
}

static tusk_status apply_all(migrator *m)
{
    tusk_applier *a = &m->applier;
    tusk_status st = tusk_store_make(a->conn, &a->store, a->err);
    for (size_t i = 0; st == TUSK_OK && i < m->candidates.list.count; i++) {
        tusk_candidate *one = &m->candidates.list.items[i];
        /* what an older runner applied, or was applied under another name, is noted where everybody
         * looks */
        if (one->unnoted) {
            st = tusk_store_record(a->conn, a->arena, &a->store, &one->migration, a->err);
        }
        if (st != TUSK_OK || !is_due(one) || i >= m->end) continue;
        st = apply(m, one);
        if (st == TUSK_OK) m->applied++;
    }
    return st;
}

/* Everything in one transaction that is rolled back. What cannot run in one is left out, and so is
 * what follows it. */
static tusk_status try_all(migrator *m)
{
    tusk_applier *a = &m->applier;
    bool possible = true;
    tusk_status st = tusk_tx_begin(a->conn, NULL, a->err);
    if (st == TUSK_OK) {
        tusk_str sql =
            tusk_arena_printf(a->arena, "set local lock_timeout = %d", m->options.lock_timeout_ms);
        st = sql.ptr ? tusk_conn_script(a->conn, sql, a->err)
                     : tusk_fail_nomem(a->err, "the migrations");
    }
    for (size_t i = 0; st == TUSK_OK && i < m->end; i++) {
        tusk_candidate *one = &m->candidates.list.items[i];
        if (!is_due(one)) continue;
        int64_t start = tusk_clock_ms();
        if (possible) st = tusk_apply_try(a, one, &possible);
        one->migration.state = st != TUSK_OK ? TUSK_MIGRATION_FAILED
                               : possible    ? TUSK_MIGRATION_APPLIED
                                             : TUSK_MIGRATION_SKIPPED;
        if (st == TUSK_OK && possible) m->applied++;
        tell(m, &one->migration, tusk_clock_ms() - start);
    }
    tusk_tx_rollback(a->conn);
    return st;
}

static tusk_status refuse_changed(const migrator *m)
{
    tusk_error *err = m->applier.err;
    for (size_t i = 0; i < m->candidates.list.count; i++) {
        const tusk_migration *migration = &m->candidates.list.items[i].migration;
        if (migration->state != TUSK_MIGRATION_CHANGED) continue;
        tusk_fail(err, TUSK_INVALID, "%s/%.*s.sql was changed after it had been applied",
                  m->applier.folder, TUSK_STR_ARG(migration->tag));
        tusk_error_hint(err,
                        "Bring the file back as it was, and put the change into a new migration. "
                        "Where the change means nothing, `tusk repair %.*s --accept` takes the "
                        "file as it is. Nothing was applied.",
                        TUSK_STR_ARG(migration->tag));
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

/* One past the migration that `to` names. */
static tusk_status find_end(migrator *m)
{
    m->end = m->candidates.list.count;
    if (!m->options.to) return TUSK_OK;
    tusk_candidate *last = tusk_candidates_find(&m->candidates, tusk_str_of(m->options.to));
    if (!last) {
        return tusk_candidates_unknown(m->applier.folder, m->options.to, m->applier.err);
    }
    m->end = (size_t)(last - m->candidates.list.items) + 1;
    return TUSK_OK;
}

static tusk_status migrate_locked(migrator *m)
{
    tusk_applier *a = &m->applier;
    tusk_status st = tusk_store_find(a->conn, a->arena, &a->store, a->err);
    if (st == TUSK_OK) {
        st = tusk_candidates_compare(a->conn, a->arena, &a->store, &m->candidates, a->err);
    }
    if (st == TUSK_OK) st = refuse_changed(m);
    if (st == TUSK_OK) st = tusk_candidates_ready(&m->candidates, a->folder, a->err);
    if (st != TUSK_OK) return st;
    return m->options.dry_run ? try_all(m) : apply_all(m);
}

static tusk_status migrate(migrator *m)
{
    tusk_applier *a = &m->applier; /* everything is read before the database is asked */
    tusk_status st = tusk_candidates_read(a->arena, a->folder, &m->candidates, a->err);
    if (st == TUSK_OK) st = find_end(m);
    if (st != TUSK_OK) return st;
    int timeout = tusk_conn_timeout(a->conn);
    tusk_conn_set_timeout(a->conn, 0); /* a migration takes as long as it takes */
    st = tusk_migrate_lock(a->conn, a->arena, &m->options, a->err);
    if (st == TUSK_OK) {
        st = migrate_locked(m);
        tusk_migrate_unlock(a->conn, a->arena);
    }
    tusk_conn_set_timeout(a->conn, timeout);
    return st;
}

tusk_status tusk_migrate_up(tusk_conn *conn, const char *folder,
                            const tusk_migrate_options *options, int *applied, tusk_error *err)
{
    tusk_error own; /* so that where it failed can be told even to a caller who gave none */
    migrator m = { .applier = { .conn = conn, .folder = folder, .err = err ? err : &own } };
    if (options) m.options = *options;
    m.applier.options = &m.options;
    if (m.options.lock_timeout_ms <= 0) m.options.lock_timeout_ms = LOCK_TIMEOUT_MS;
    if (m.options.statement_timeout_ms < 0) m.options.statement_timeout_ms = 0;
    if (applied) *applied = 0;
    if (tusk_tx_depth(conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "migrations cannot run inside a transaction");
    }
    m.applier.arena = tusk_arena_new(0);
    if (!m.applier.arena) return tusk_fail_nomem(err, "the migrations");
    tusk_status st = migrate(&m);
    if (applied) *applied = m.applied;
    tusk_arena_free(m.applier.arena);
    return st;
}
