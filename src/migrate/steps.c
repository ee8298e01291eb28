/* steps.c - statement by statement: what was done is noted with it, what was cut short is found out
 */
#include "src/migrate/steps.h"

#include "src/migrate/alone.h"
#include "src/migrate/folder.h"
#include "tusk/buf.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)64 << 20)

typedef struct stepper {
    tusk_applier *a;
    const tusk_candidate *one;
    tusk_chunks all;
    tusk_started now;
    bool inside; /* the file began a transaction of its own */
} stepper;

/* ---- the note on how far it is ---- */

static tusk_status hash_first(tusk_arena *arena, const tusk_chunks *all, size_t count,
                              tusk_str *out, tusk_error *err)
{
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < count && i < all->count; i++) {
        tusk_buf_add(&buf, tusk_str_trim(all->items[i].sql));
        tusk_buf_add_char(&buf, '\n');
    }
    if (buf.len > 0) {
        tusk_status st = tusk_buf_finish(&buf, &text, err);
        if (st != TUSK_OK) return st;
    }
    *out = tusk_hash_text(arena, text);
    return out->ptr ? TUSK_OK : tusk_fail_nomem(err, "a migration");
}

static tusk_status note(stepper *s, size_t done, tusk_str doing)
{
    tusk_applier *a = s->a;
    tusk_started now = { .found = true, .done = (int)done, .doing = doing };
    tusk_status st = hash_first(a->arena, &s->all, done, &now.done_hash, a->err);
    if (st == TUSK_OK) {
        st = tusk_started_write(a->conn, a->arena, &a->store, s->one->migration.when, &now, a->err);
    }
    if (st == TUSK_OK) s->now = now;
    return tusk_apply_named(a, s->one, st);
}

/* ---- one statement ---- */

static tusk_status send(stepper *s, size_t i)
{
    return tusk_conn_script(s->a->conn, s->all.items[i].sql, s->a->err);
}

/* An ordinary one, in the file's own transaction or in one together with its note. */
static tusk_status run_noted(stepper *s, size_t i)
{
    tusk_applier *a = s->a;
    if (s->inside) {
        tusk_status st = send(s, i);
        return st == TUSK_OK ? note(s, i + 1, (tusk_str){ 0 }) : st;
    }
    tusk_status st = tusk_tx_begin(a->conn, NULL, a->err);
    if (st == TUSK_OK) st = send(s, i);
    if (st == TUSK_OK) st = note(s, i + 1, (tusk_str){ 0 });
    if (st == TUSK_OK) return tusk_tx_commit(a->conn, a->err);
    tusk_tx_rollback(a->conn);
    return st;
}

/* One that runs by itself: noted before and after. A definite refusal did not take effect. */
static tusk_status run_alone(stepper *s, size_t i)
{
    tusk_status st = note(s, i, s->all.items[i].sql);
    if (st != TUSK_OK) return st;
    st = send(s, i);
    if (st == TUSK_OK) return note(s, i + 1, (tusk_str){ 0 });
    if (st == TUSK_SERVER && s->a->err->sqlstate[0]) {
        tusk_error why = *s->a->err;
        tusk_status noted = note(s, i, (tusk_str){ 0 });
        (void)noted; /* the statement is then found out about at the next run */
        *s->a->err = why;
    }
    return st;
}

static tusk_status run_control(stepper *s, size_t i)
{
    tusk_words words;
    tusk_split_words(s->all.items[i].sql, &words);
    tusk_status st = send(s, i);
    if (st != TUSK_OK) return st;
    s->inside = tusk_word_is(&words, 0, "BEGIN") || tusk_word_is(&words, 0, "START");
    return note(s, i + 1, (tusk_str){ 0 });
}

/* ---- CREATE INDEX CONCURRENTLY ---- */

/* The index of that name on that table. */
typedef struct found_index {
    bool exists, valid, building;
    tusk_str name; /* with its schema, quoted */
} found_index;

static tusk_status find_index(stepper *s, const tusk_alone_kind *kind, found_index *out)
{
    tusk_applier *a = s->a;
    tusk_result result;
    *out = (found_index){ 0 };
    tusk_status st = tusk_run(
        a->conn, a->arena,
        tusk_sql(a->arena,
                 "select i.indisvalid::int::text, (exists (select 1 from"
                 " pg_catalog.pg_stat_progress_create_index p where p.index_relid = c.oid))"
                 "::int::text, format('%I.%I', n.nspname, c.relname)"
                 " from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
                 " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                 " where i.indrelid = to_regclass($2::text)"
                 " and c.relname::text = (parse_ident($1::text))[1]",
                 TUSK_PARAMS(tusk_val(kind->index), tusk_val(kind->table))),
        &result, a->err);
    if (st != TUSK_OK || result.cell_rows == 0) return st;
    out->exists = true;
    out->valid = tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("1"));
    out->building = tusk_str_eq(tusk_result_cell(&result, 0, 1), TUSK_STR("1"));
    out->name = tusk_result_cell(&result, 0, 2);
    return TUSK_OK;
}

/* An invalid one is of no use, costs every write, and makes IF NOT EXISTS believe that it is there.
 */
static tusk_status drop_invalid(stepper *s, const tusk_alone_kind *kind)
{
    found_index index;
    tusk_status st = find_index(s, kind, &index);
    if (st != TUSK_OK || !index.exists || index.valid) return st;
    if (index.building) {
        tusk_fail(s->a->err, TUSK_BUSY, "another session is building the index %.*s",
                  TUSK_STR_ARG(index.name));
        tusk_error_hint(s->a->err, "Wait until it is done, or end it, and try again.");
        return TUSK_BUSY;
    }
    tusk_str sql = tusk_arena_printf(s->a->arena, "drop index concurrently if exists %.*s",
                                     TUSK_STR_ARG(index.name)); /* quoted by the server */
    if (!sql.ptr) return tusk_fail_nomem(s->a->err, "a migration");
    return tusk_conn_script(s->a->conn, sql, s->a->err);
}

static tusk_status run_index(stepper *s, size_t i, const tusk_alone_kind *kind, bool resumed)
{
    found_index index;
    tusk_status st = find_index(s, kind, &index);
    if (st == TUSK_OK && resumed && index.exists && index.valid) {
        return note(s, i + 1, (tusk_str){ 0 });
    }
    if (st == TUSK_OK) st = drop_invalid(s, kind);
    if (st != TUSK_OK) return st;
    st = run_alone(s, i);
    if (st == TUSK_SERVER) {
        tusk_error why = *s->a->err;
        tusk_status dropped = drop_invalid(s, kind);
        (void)dropped; /* the next run does it */
        *s->a->err = why;
    }
    return st;
}

/* ---- all of them ---- */

static tusk_status refuse_unknown(stepper *s, size_t i)
{
    const tusk_str tag = s->one->migration.tag;
    tusk_fail(s->a->err, TUSK_INVALID,
              "%.*s.sql:%d: it is not known whether statement %zu took effect before the run was "
              "cut short",
              TUSK_STR_ARG(tag), s->all.items[i].line + tusk_split_line(s->all.items[i].sql, 0) - 1,
              i + 1);
    tusk_error_hint(s->a->err,
                    "Look whether it did: `tusk repair %.*s --done %zu` goes on after it, `tusk "
                    "repair %.*s --done %zu` runs it again.",
                    TUSK_STR_ARG(tag), i + 1, TUSK_STR_ARG(tag), i);
    return TUSK_INVALID;
}

static tusk_status run_step(stepper *s, size_t i, bool resumed)
{
    tusk_alone_kind kind = tusk_alone_of(s->all.items[i].sql);
    tusk_status st = TUSK_OK;
    switch (kind.kind) {
    case TUSK_ALONE_NOT:
        st = run_noted(s, i);
        /* only the server knows that it needs to be alone */
        if (st != TUSK_SERVER || s->inside || strcmp(s->a->err->sqlstate, "25001") != 0) return st;
        return resumed ? refuse_unknown(s, i) : run_alone(s, i);
    case TUSK_ALONE_CONTROL:
        return run_control(s, i);
    case TUSK_ALONE_INDEX:
        return run_index(s, i, &kind, resumed);
    case TUSK_ALONE_AGAIN:
        return run_alone(s, i);
    case TUSK_ALONE_ONCE:
        st = run_alone(s, i);
        if (!resumed || st != TUSK_SERVER || strcmp(s->a->err->sqlstate, kind.again) != 0)
            return st;
        return note(s, i + 1, (tusk_str){ 0 });
    case TUSK_ALONE_UNKNOWN:
        return resumed ? refuse_unknown(s, i) : run_alone(s, i);
    }
    return st;
}

static tusk_status run_all(stepper *s)
{
    size_t first = (size_t)s->now.done;
    bool cut = s->now.doing.ptr != NULL;
    for (size_t i = first; i < s->all.count; i++) {
        tusk_status st = run_step(s, i, cut && i == first);
        if (st == TUSK_OK) continue;
        if (s->a->err->status == TUSK_INVALID) return st;
        tusk_apply_fail(s->a, s->one, &s->all.items[i], i + 1, s->all.count);
        if (s->a->err->hint[0] == '\0') {
            tusk_error_hint(s->a->err,
                            "This file cannot run in a transaction: the %d statement%s before it "
                            "have taken effect and will not be run again. Mend this one, then run "
                            "`tusk up`.",
                            s->now.done, s->now.done == 1 ? "" : "s");
        }
        return st;
    }
    return TUSK_OK;
}

static tusk_status split(stepper *s, const tusk_chunks *chunks)
{
    for (size_t i = 0; i < chunks->count; i++) {
        tusk_chunks some;
        if (!tusk_split_statements(s->a->arena, &chunks->items[i], &some)) {
            return tusk_fail_nomem(s->a->err, "a migration");
        }
        for (size_t j = 0; j < some.count; j++) tusk_vec_push(s->a->arena, &s->all, some.items[j]);
    }
    return tusk_arena_failed(s->a->arena) ? tusk_fail_nomem(s->a->err, "a migration") : TUSK_OK;
}

/* What took effect has to be what the file still says. */
static tusk_status read_note(stepper *s)
{
    tusk_applier *a = s->a;
    const tusk_migration *migration = &s->one->migration;
    tusk_str hash = { 0 };
    tusk_status st =
        tusk_started_read(a->conn, a->arena, &a->store, migration->when, &s->now, a->err);
    if (st != TUSK_OK || !s->now.found) return st;
    st = hash_first(a->arena, &s->all, (size_t)s->now.done, &hash, a->err);
    if (st != TUSK_OK) return st;
    bool same = (size_t)s->now.done <= s->all.count && tusk_str_eq(hash, s->now.done_hash);
    if (same) return TUSK_OK;
    tusk_fail(a->err, TUSK_INVALID,
              "%.*s.sql: the first %d statements have taken effect, and were changed since",
              TUSK_STR_ARG(migration->tag), s->now.done);
    tusk_error_hint(a->err,
                    "Bring them back as they were. Or say what holds: `tusk repair %.*s --done N` "
                    "goes on after the N-th statement, `tusk repair %.*s --redo` starts again.",
                    TUSK_STR_ARG(migration->tag), TUSK_STR_ARG(migration->tag));
    return TUSK_INVALID;
}

/* The migration's own note and the end of this one, at once. */
static tusk_status finish(stepper *s)
{
    tusk_applier *a = s->a;
    tusk_status st = tusk_tx_begin(a->conn, NULL, a->err);
    if (st != TUSK_OK) return st;
    st = tusk_store_record(a->conn, a->arena, &a->store, &s->one->migration, a->err);
    if (st == TUSK_OK) {
        st = tusk_started_remove(a->conn, a->arena, &a->store, s->one->migration.when, a->err);
    }
    if (st == TUSK_OK) return tusk_tx_commit(a->conn, a->err);
    tusk_tx_rollback(a->conn);
    return st;
}

tusk_status tusk_apply_steps(tusk_applier *a, const tusk_candidate *one, const tusk_chunks *chunks)
{
    stepper s = { .a = a, .one = one };
    tusk_status st = split(&s, chunks);
    if (st == TUSK_OK) st = read_note(&s);
    if (st == TUSK_OK) st = tusk_apply_named(a, one, tusk_apply_timeouts(a, ""));
    if (st != TUSK_OK) return st;
    st = run_all(&s);
    tusk_error ignored;
    if (s.inside) {
        tusk_status rolled = tusk_conn_script(a->conn, TUSK_STR("rollback"), &ignored);
        (void)rolled; /* the connection broke: the server does it */
    }
    if (st == TUSK_OK) st = tusk_apply_named(a, one, finish(&s));
    tusk_status reset = tusk_conn_script(
        a->conn, TUSK_STR("reset lock_timeout; reset statement_timeout"), &ignored);
    (void)reset; /* the connection broke: there is nothing to reset */
    return st;
}

tusk_status tusk_apply_hash(tusk_arena *arena, const tusk_candidate *one, int count, int *total,
                            tusk_str *hash, tusk_error *err)
{
    tusk_applier a = { .arena = arena, .err = err };
    stepper s = { .a = &a, .one = one };
    tusk_chunks chunks;
    if (!tusk_split_breakpoints(arena, one->sql, &chunks))
        return tusk_fail_nomem(err, "a migration");
    tusk_status st = split(&s, &chunks);
    *total = (int)s.all.count;
    return st == TUSK_OK ? hash_first(arena, &s.all, (size_t)count, hash, err) : st;
}
