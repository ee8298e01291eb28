/* down.c - undoing the newest applied migrations: what leads from the snapshot after each to the
 * one before it, together with its note */
#include "src/introspect/introspect.h"
#include "src/migrate/applied.h"
#include "src/migrate/effect.h"
#include "src/migrate/lock.h"
#include "src/migrate/source.h"
#include "tusk/buf.h"
#include "tusk/history.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define LOCK_TIMEOUT_MS 10000

typedef TUSK_VEC(tusk_change) change_list;

typedef struct undoing {
    tusk_conn *conn;
    tusk_arena *arena;
    const char *folder;
    tusk_down_options options;
    tusk_journal journal;
    tusk_candidates candidates;
    tusk_store store;
    TUSK_VEC(tusk_migration) migrations; /* to be undone, the newest first */
    change_list changes;
    TUSK_VEC(tusk_left_over) left;
    tusk_error *err;
} undoing;

/* ---- which ones ---- */

static bool is_applied(const tusk_candidate *one)
{
    return one->migration.state == TUSK_MIGRATION_APPLIED;
}

/* One past the last that stays. */
static tusk_status find_end(undoing *u, size_t *out)
{
    size_t count = u->journal.entries.count;
    *out = 0;
    if (!u->options.to) {
        while (count > 0 && !is_applied(&u->candidates.list.items[count - 1])) count--;
        *out = count > 0 ? count - 1 : 0;
        return TUSK_OK;
    }
    if (strcmp(u->options.to, "empty") == 0) return TUSK_OK;
    const tusk_candidate *last = tusk_candidates_find(&u->candidates, tusk_str_of(u->options.to));
    if (!last || last->migration.index < 0) {
        return tusk_candidates_unknown(u->folder, u->options.to, u->err);
    }
    *out = (size_t)(last - u->candidates.list.items) + 1;
    return TUSK_OK;
}

static tusk_status refuse_state(undoing *u, const tusk_candidate *one)
{
    tusk_str name = tusk_candidate_key(u->arena, one);
    tusk_fail(u->err, TUSK_INVALID, "%.*s is %s: what the database holds is not known",
              TUSK_STR_ARG(name), tusk_migration_state_name(one->migration.state));
    tusk_error_hint(u->err, "`tusk status` shows all of them, `tusk check` what does not fit. "
                            "Nothing was undone.");
    return TUSK_INVALID;
}

/* The snapshots tell what the database holds only when it has exactly the first n migrations. */
static tusk_status check_states(undoing *u)
{
    bool later = false;
    for (size_t i = u->candidates.list.count; i > 0; i--) {
        const tusk_candidate *one = &u->candidates.list.items[i - 1];
        bool pending = one->migration.state == TUSK_MIGRATION_PENDING;
        if (is_applied(one)) {
            later = true;
        } else if (!pending || later) {
            return refuse_state(u, one);
        }
    }
    if (later) return TUSK_OK;
    return tusk_fail(u->err, TUSK_INVALID,
                     "no migration of %s is applied: there is nothing to undo", u->folder);
}

/* ---- what that takes ---- */

/* A file without statements beside snapshots that differ was written down from a database. */
static tusk_status need_statements(undoing *u, const tusk_candidate *one, const tusk_effect *effect)
{
    if (effect->statements > 0 || effect->plan.steps.count == 0) return TUSK_OK;
    tusk_fail(u->err, TUSK_INVALID,
              "%.*s made nothing: its file only describes what was there before",
              TUSK_STR_ARG(one->migration.tag));
    tusk_error_hint(u->err, "Name it with --to, so that it stays. Nothing was undone.");
    return TUSK_INVALID;
}

static tusk_status plan_one(undoing *u, size_t number)
{
    const tusk_candidate *one = &u->candidates.list.items[number];
    tusk_effect effect;
    tusk_changes changes;
    tusk_status st =
        tusk_effect_read(u->arena, u->folder, &u->journal, number, one->sql, &effect, u->err);
    if (st == TUSK_OK) st = need_statements(u, one, &effect);
    if (st == TUSK_OK) st = tusk_changes_of(u->arena, &effect.back, &changes, u->err);
    if (st != TUSK_OK) {
        tusk_error_prefix(u->err, "undoing %.*s", TUSK_STR_ARG(one->migration.tag));
        return st;
    }
    tusk_vec_push(u->arena, &u->migrations, one->migration);
    for (size_t i = 0; i < changes.count; i++) {
        tusk_vec_push(u->arena, &u->changes, changes.items[i]);
    }
    for (size_t i = 0; i < effect.rest.count; i++) {
        const tusk_chunk *chunk = &effect.rest.items[i];
        tusk_vec_push(u->arena, &u->left,
                      (tusk_left_over){ one->migration.tag,
                                        chunk->line + tusk_split_line(chunk->sql, 0) - 1,
                                        tusk_str_trim(chunk->sql) });
    }
    return tusk_arena_failed(u->arena) ? tusk_fail_nomem(u->err, "the migrations") : TUSK_OK;
}

static tusk_status plan(undoing *u, tusk_undone *out)
{
    size_t end = 0;
    tusk_status st = check_states(u);
    if (st == TUSK_OK) st = find_end(u, &end);
    for (size_t i = u->journal.entries.count; st == TUSK_OK && i > end; i--) {
        if (is_applied(&u->candidates.list.items[i - 1])) st = plan_one(u, i - 1);
    }
    if (st != TUSK_OK) return st;
    tusk_buf sql;
    tusk_buf_init_in(&sql, u->arena, (size_t)64 << 20);
    *out = (tusk_undone){ .migrations = u->migrations.items,
                          .count = u->migrations.count,
                          .changes = { .items = u->changes.items, .count = u->changes.count },
                          .left = u->left.items,
                          .left_count = u->left.count };
    for (size_t i = 0; i < u->changes.count; i++) {
        if (u->changes.items[i].loses.len > 0) out->changes.losing++;
        tusk_buf_add(&sql, tusk_str_trim(u->changes.items[i].sql));
        tusk_buf_add_char(&sql, '\n');
    }
    return tusk_buf_finish(&sql, &out->changes.sql, u->err);
}

/* ---- is the database what they made? ---- */

/* How many of the folder the database has: the first ones, as check_states() found. */
static size_t count_applied(const undoing *u)
{
    size_t count = u->journal.entries.count;
    while (count > 0 && !is_applied(&u->candidates.list.items[count - 1])) count--;
    return count;
}

static tusk_status find_drift(undoing *u, tusk_changes *out)
{
    tusk_latest state;
    tusk_comparison both;
    tusk_plan plan;
    tusk_status st =
        tusk_folder_state(u->arena, u->folder, &u->journal, count_applied(u), &state, u->err);
    if (st == TUSK_OK) {
        st = tusk_introspect_compare(u->conn, u->options.server, u->arena, NULL,
                                     &state.snapshot.model, &both, u->err);
    }
    if (st == TUSK_OK) {
        st = tusk_diff(u->arena, &both.database, &both.wanted, NULL, &plan, u->err);
    }
    if (st == TUSK_OK) st = tusk_changes_of(u->arena, &plan, out, u->err);
    if (st == TUSK_OK && !both.exact) out->inexact = both.why;
    return st;
}

/* Statements made from snapshots would meet what no snapshot knows of, and take it along. */
static tusk_status refuse_drift(undoing *u, tusk_undone *out)
{
    if (u->options.accept_drift) return TUSK_OK;
    tusk_status st = find_drift(u, &out->drift);
    if (st != TUSK_OK || out->drift.count == 0) return st;
    const tusk_change *first = &out->drift.items[0];
    tusk_fail(u->err, TUSK_MISUSE,
              "the database is not as the migrations made it: %s %.*s differs (%zu such)",
              first->what, TUSK_STR_ARG(first->object), out->drift.count);
    tusk_error_hint(u->err, "Nothing was undone. Put what was changed by hand into a migration, or "
                            "change it back.");
    return TUSK_MISUSE;
}

/* ---- what it costs ---- */

/* "public.teams.name" is named by itself and by "teams.name". */
static bool is_named(const undoing *u, tusk_str object)
{
    for (const char *const *lose = u->options.lose; lose && *lose; lose++) {
        tusk_str name = tusk_str_of(*lose), rest = object;
        tusk_str schema = tusk_str_cut(&rest, '.');
        if (tusk_str_eq(name, object)) return true;
        if (rest.ptr && tusk_str_eq(schema, TUSK_STR("public")) && tusk_str_eq(name, rest)) {
            return true;
        }
    }
    return false;
}

static tusk_status refuse_loss(undoing *u)
{
    if (u->options.accept_loss) return TUSK_OK;
    for (size_t i = 0; i < u->changes.count; i++) {
        const tusk_change *change = &u->changes.items[i];
        if (change->loses.len == 0 || is_named(u, change->object)) continue;
        tusk_fail(u->err, TUSK_MISUSE, "%s %.*s: %.*s", change->what, TUSK_STR_ARG(change->object),
                  TUSK_STR_ARG(change->loses));
        tusk_error_hint(u->err, "Nothing was undone. Back the database up (`tusk backup`), then "
                                "name what may be lost.");
        return TUSK_MISUSE;
    }
    return TUSK_OK;
}

static tusk_status refuse_left(undoing *u)
{
    if (u->options.leave || u->left.count == 0) return TUSK_OK;
    const tusk_left_over *first = &u->left.items[0];
    tusk_fail(u->err, TUSK_MISUSE,
              "%.*s.sql:%d: this statement was written by hand and is not undone (%zu such)",
              TUSK_STR_ARG(first->tag), first->line, u->left.count);
    tusk_error_hint(u->err, "Nothing was undone. Undo them by hand, then say that what they did is "
                            "left alone.");
    return TUSK_MISUSE;
}

/* ---- doing it ---- */

static tusk_status run(undoing *u, bool outside)
{
    for (size_t i = 0; i < u->changes.count; i++) {
        const tusk_change *change = &u->changes.items[i];
        if (change->outside != outside) continue;
        tusk_status st = tusk_conn_script(u->conn, change->sql, u->err);
        if (st == TUSK_OK) continue;
        tusk_error_prefix(u->err, "%s %.*s", change->what, TUSK_STR_ARG(change->object));
        return st;
    }
    return TUSK_OK;
}

static tusk_status run_inside(undoing *u)
{
    int timeout = u->options.lock_timeout_ms > 0 ? u->options.lock_timeout_ms : LOCK_TIMEOUT_MS;
    tusk_str sql = tusk_arena_printf(u->arena, "set local lock_timeout = %d", timeout);
    if (!sql.ptr) return tusk_fail_nomem(u->err, "the migrations");
    tusk_status st = tusk_conn_script(u->conn, sql, u->err);
    if (st == TUSK_OK) st = run(u, false);
    for (size_t i = 0; st == TUSK_OK && i < u->migrations.count; i++) {
        const tusk_candidate *one =
            tusk_candidates_find(&u->candidates, u->migrations.items[i].tag);
        st = tusk_candidate_forget(u->conn, u->arena, &u->store, one, u->err);
    }
    return st;
}

static tusk_status undo(undoing *u)
{
    tusk_status st = tusk_tx_begin(u->conn, NULL, u->err);
    if (st == TUSK_OK) st = run_inside(u);
    if (st != TUSK_OK || u->options.dry_run) {
        tusk_tx_rollback(u->conn);
        return st;
    }
    st = tusk_tx_commit(u->conn, u->err);
    return st == TUSK_OK ? run(u, true) : st;
}

static tusk_status down_locked(undoing *u, tusk_undone *out)
{
    tusk_status st = tusk_store_find(u->conn, u->arena, &u->store, u->err);
    if (st == TUSK_OK) {
        st = tusk_candidates_compare(u->conn, u->arena, &u->store, &u->candidates, u->err);
    }
    if (st == TUSK_OK) st = plan(u, out);
    if (st == TUSK_OK) st = refuse_drift(u, out);
    if (st == TUSK_OK) st = refuse_loss(u);
    if (st == TUSK_OK) st = refuse_left(u);
    return st == TUSK_OK ? undo(u) : st;
}

tusk_status tusk_migrate_down(tusk_conn *conn, tusk_arena *arena, const char *folder,
                              const tusk_down_options *options, tusk_undone *out, tusk_error *err)
{
    undoing u = { .conn = conn, .arena = arena, .folder = folder, .err = err };
    *out = (tusk_undone){ 0 };
    if (options) u.options = *options;
    if (tusk_tx_depth(conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "migrations cannot be undone inside a transaction");
    }
    tusk_migrate_options wait = { .lock_wait_ms = u.options.lock_wait_ms };
    tusk_status st = tusk_journal_read(arena, folder, &u.journal, err);
    if (st == TUSK_OK) st = tusk_candidates_read(arena, folder, &u.candidates, err);
    if (st != TUSK_OK) return st;
    int timeout = tusk_conn_timeout(conn);
    tusk_conn_set_timeout(conn, 0); /* it takes as long as it takes */
    st = tusk_migrate_lock(conn, arena, &wait, err);
    if (st == TUSK_OK) {
        st = down_locked(&u, out);
        tusk_migrate_unlock(conn, arena);
    }
    tusk_conn_set_timeout(conn, timeout);
    return st;
}
