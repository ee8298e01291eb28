/* mark.c - what a person says of migrations: applied or not, accepted, how far they came */
#include "src/migrate/apply.h"
#include "src/migrate/lock.h"
#include "tusk/run.h"

#include "src/base/banned.h"

const char *tusk_migration_state_name(tusk_migration_state state)
{
    static const char *const names[] = {
        [TUSK_MIGRATION_PENDING] = "pending", [TUSK_MIGRATION_RUNNING] = "running",
        [TUSK_MIGRATION_APPLIED] = "applied", [TUSK_MIGRATION_CHANGED] = "changed",
        [TUSK_MIGRATION_FAILED] = "failed",   [TUSK_MIGRATION_MISSING] = "missing",
        [TUSK_MIGRATION_SKIPPED] = "skipped", [TUSK_MIGRATION_STARTED] = "started",
    };
    return (size_t)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

/* What is said, and of which migration. */
typedef struct saying {
    tusk_conn *conn;
    tusk_arena *arena;
    const char *folder, *tag;
    tusk_store store;
    tusk_candidates candidates;
    const tusk_candidate *one;
    bool row;     /* `tag` names one that is missing from the folder */
    bool applied; /* mark */
    tusk_repair what;
    int done, marked;
    tusk_error *err;
} saying;

typedef tusk_status said(saying *s);

static tusk_status find_row(saying *s)
{
    bool several = false;
    s->one = tusk_candidates_find_row(&s->candidates, tusk_str_of(s->tag), &several);
    if (several) {
        tusk_fail(s->err, TUSK_INVALID, "\"%s\" names several rows", s->tag);
        tusk_error_hint(s->err, "Name the one by its hash (`tusk status --json` shows it).");
        return TUSK_INVALID;
    }
    if (s->one) return TUSK_OK;
    const tusk_candidate *file = tusk_candidates_find(&s->candidates, tusk_str_of(s->tag));
    if (file) {
        tusk_fail(s->err, TUSK_INVALID, "%.*s is %s, not missing: the folder has it",
                  TUSK_STR_ARG(file->migration.tag),
                  tusk_migration_state_name(file->migration.state));
        tusk_error_hint(s->err, "`tusk mark %.*s --pending` takes its note back.",
                        TUSK_STR_ARG(file->migration.tag));
        return TUSK_INVALID;
    }
    tusk_fail(s->err, TUSK_INVALID, "no migration that is missing from %s is named \"%s\"",
              s->folder, s->tag);
    tusk_error_hint(s->err, "`tusk status` shows them as \"missing\", with the name to give here.");
    return TUSK_INVALID;
}

static tusk_status find_one(saying *s)
{
    if (!s->tag) return TUSK_OK;
    if (s->row) return find_row(s);
    s->one = tusk_candidates_find(&s->candidates, tusk_str_of(s->tag));
    if (s->one) return TUSK_OK;
    return tusk_candidates_unknown(s->folder, s->tag, s->err);
}

/* Under the lock, all of it or nothing. */
static tusk_status say_locked(saying *s, said *what)
{
    tusk_status st = tusk_store_find(s->conn, s->arena, &s->store, s->err);
    if (st == TUSK_OK) {
        st = tusk_candidates_compare(s->conn, s->arena, &s->store, &s->candidates, s->err);
    }
    if (st == TUSK_OK) st = find_one(s);
    if (st == TUSK_OK) st = tusk_tx_begin(s->conn, NULL, s->err);
    if (st != TUSK_OK) return st;
    st = what(s);
    if (st == TUSK_OK) return tusk_tx_commit(s->conn, s->err);
    tusk_tx_rollback(s->conn);
    return st;
}

static tusk_status say(saying *s, said *what)
{
    if (tusk_tx_depth(s->conn) > 0) {
        return tusk_fail(s->err, TUSK_MISUSE, "migrations cannot be marked inside a transaction");
    }
    s->arena = tusk_arena_new(0);
    if (!s->arena) return tusk_fail_nomem(s->err, "the migrations");
    tusk_status st = tusk_candidates_read(s->arena, s->folder, &s->candidates, s->err);
    if (st == TUSK_OK) st = tusk_migrate_lock(s->conn, s->arena, NULL, s->err);
    if (st == TUSK_OK) {
        st = say_locked(s, what);
        tusk_migrate_unlock(s->conn, s->arena);
    }
    tusk_arena_free(s->arena);
    return st;
}

/* ---- mark ---- */

static tusk_status mark(saying *s)
{
    const tusk_migration *migration = &s->one->migration;
    bool is =
        migration->state == TUSK_MIGRATION_APPLIED || migration->state == TUSK_MIGRATION_CHANGED;
    if (is == s->applied) {
        return tusk_fail(s->err, TUSK_INVALID, "%.*s is %s already", TUSK_STR_ARG(migration->tag),
                         tusk_migration_state_name(migration->state));
    }
    tusk_status st = tusk_started_remove(s->conn, s->arena, &s->store, migration->when, s->err);
    if (st != TUSK_OK) return st;
    if (!s->applied) return tusk_candidate_forget(s->conn, s->arena, &s->store, s->one, s->err);
    st = tusk_store_make(s->conn, &s->store, s->err);
    return st == TUSK_OK ? tusk_store_record(s->conn, s->arena, &s->store, migration, s->err) : st;
}

tusk_status tusk_migrate_mark(tusk_conn *conn, const char *folder, const char *tag, bool applied,
                              tusk_error *err)
{
    saying s = { .conn = conn, .folder = folder, .tag = tag, .applied = applied, .err = err };
    return say(&s, mark);
}

/* ---- baseline ---- */

static tusk_status need_tables(saying *s)
{
    tusk_result result;
    tusk_status st = tusk_run(
        s->conn, s->arena,
        tusk_sql(s->arena,
                 "select count(*)::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n"
                 " on n.oid = c.relnamespace where c.relkind in ('r', 'p')"
                 " and n.nspname not in ('pg_catalog', 'information_schema', 'drizzle')"
                 " and n.nspname !~ '^pg_t' and c.relname <> '__drizzle_migrations'",
                 NULL),
        &result, s->err);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("0"))) return TUSK_OK;
    tusk_fail(s->err, TUSK_INVALID, "the database has no tables: there is nothing to begin with");
    tusk_error_hint(s->err, "`tusk up` makes them.");
    return TUSK_INVALID;
}

static tusk_status baseline(saying *s)
{
    size_t end =
        s->one ? (size_t)(s->one - s->candidates.list.items) + 1 : s->candidates.list.count;
    tusk_status st = need_tables(s);
    if (st == TUSK_OK) st = tusk_store_make(s->conn, &s->store, s->err);
    for (size_t i = 0; st == TUSK_OK && i < end; i++) {
        const tusk_migration *migration = &s->candidates.list.items[i].migration;
        if (migration->state != TUSK_MIGRATION_PENDING) continue;
        st = tusk_store_record(s->conn, s->arena, &s->store, migration, s->err);
        if (st == TUSK_OK) s->marked++;
    }
    return st;
}

tusk_status tusk_migrate_baseline(tusk_conn *conn, const char *folder, const char *to, int *marked,
                                  tusk_error *err)
{
    saying s = { .conn = conn, .folder = folder, .tag = to, .err = err };
    tusk_status st = say(&s, baseline);
    if (marked) *marked = st == TUSK_OK ? s.marked : 0;
    return st;
}

/* ---- repair ---- */

static tusk_status need_state(saying *s, tusk_migration_state state, const char *hint)
{
    const tusk_migration *migration = &s->one->migration;
    if (migration->state == state) return TUSK_OK;
    tusk_fail(s->err, TUSK_INVALID, "%.*s is %s, not %s", TUSK_STR_ARG(migration->tag),
              tusk_migration_state_name(migration->state), tusk_migration_state_name(state));
    tusk_error_hint(s->err, "%s", hint);
    return TUSK_INVALID;
}

static tusk_status set_done(saying *s)
{
    tusk_started now = { .found = true, .done = s->done };
    int total = 0;
    tusk_status st = tusk_apply_hash(s->arena, s->one, s->done, &total, &now.done_hash, s->err);
    if (st != TUSK_OK) return st;
    if (s->done < 0 || s->done > total) {
        return tusk_fail(s->err, TUSK_INVALID, "%.*s has %d statements, not %d",
                         TUSK_STR_ARG(s->one->migration.tag), total, s->done);
    }
    return tusk_started_write(s->conn, s->arena, &s->store, s->one->migration.when, &now, s->err);
}

static tusk_status repair(saying *s)
{
    const tusk_migration *migration = &s->one->migration;
    if (s->what == TUSK_REPAIR_FORGET) {
        return tusk_store_remove(s->conn, s->arena, &s->store, s->one->row, s->err);
    }
    if (s->what == TUSK_REPAIR_ACCEPT) {
        tusk_status st = need_state(s, TUSK_MIGRATION_CHANGED,
                                    "Only a file that was changed after it had been applied is "
                                    "accepted.");
        if (st != TUSK_OK) return st;
        return tusk_store_rehash(s->conn, s->arena, &s->store, migration, s->err);
    }
    tusk_status st = need_state(s, TUSK_MIGRATION_STARTED,
                                "Only one that was begun outside of a transaction and cut short "
                                "can be set to a statement.");
    if (st != TUSK_OK) return st;
    if (s->what == TUSK_REPAIR_DONE) return set_done(s);
    return tusk_started_remove(s->conn, s->arena, &s->store, migration->when, s->err);
}

tusk_status tusk_migrate_repair(tusk_conn *conn, const char *folder, const char *tag,
                                tusk_repair what, int done, tusk_error *err)
{
    saying s = { .conn = conn,
                 .folder = folder,
                 .tag = tag ? tag : "",
                 .what = what,
                 .row = what == TUSK_REPAIR_FORGET,
                 .done = done,
                 .err = err };
    return say(&s, repair);
}
