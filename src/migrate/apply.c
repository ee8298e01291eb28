/* apply.c - one migration in a transaction; the errors of either way */
#include "src/migrate/apply.h"

#include "src/migrate/steps.h"
#include "src/sql/fold.h"
#include "tusk/buf.h"
#include "tusk/run.h"

#include "src/base/banned.h"

enum { SHOWN = 160 }; /* bytes of a failing statement in the error */

#define EXISTS                                                                               \
    "If it is there from before the database was migrated, `tusk mark TAG` notes this file " \
    "as applied, `tusk baseline` all of them."

/* ---- errors ---- */

/* The statement's beginning on one line. */
static tusk_str shown(tusk_arena *arena, tusk_str sql)
{
    tusk_buf buf;
    tusk_str out = { 0 };
    tusk_buf_init_in(&buf, arena, SHOWN * 2);
    sql = tusk_str_trim(sql);
    bool gap = false;
    for (size_t i = 0; i < sql.len && buf.len < SHOWN; i++) {
        bool space = (unsigned char)sql.ptr[i] <= ' ';
        if (space && !gap) tusk_buf_add_char(&buf, ' ');
        if (!space) tusk_buf_add_char(&buf, sql.ptr[i]);
        gap = space;
    }
    tusk_status st = tusk_buf_finish(&buf, &out, NULL);
    return st == TUSK_OK ? out : (tusk_str){ 0 };
}

/* What to do where the error itself does not say it. */
static void add_hint(tusk_error *err)
{
    static const struct {
        const char *sqlstate, *message, *hint;
    } known[] = {
        { "55P03", "",
          "Another session holds a lock that this statement needs. Let it finish, then try "
          "again." },
        { "22P02", "invalid input value for enum",
          "Rows hold a label that goes. If it has only another text now, say so: RENAMED_FROM "
          "in the schema, or --rename type.old=new; else change those rows first." },
        { "23502", "contains null values",
          "Fill the column first, or `tusk drop` the migration: `tusk generate --safe` then writes "
          "one in which there is room for that." },
        { "42P06", "", EXISTS },
        { "42P07", "", EXISTS },
        { "42710", "", EXISTS },
    };
    if (err->hint[0] != '\0') return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(err->sqlstate, known[i].sqlstate) != 0) continue;
        if (strstr(err->message, known[i].message)) tusk_error_hint(err, "%s", known[i].hint);
    }
}

tusk_status tusk_apply_fail(tusk_applier *a, const tusk_candidate *one, const tusk_chunk *chunk,
                            size_t number, size_t total)
{
    tusk_error *err = a->err;
    tusk_status st = err->status;
    add_hint(err);
    tusk_hint_folded(err, chunk->sql);
    tusk_str text = shown(a->arena, chunk->sql);
    if (text.ptr && err->detail[0] == '\0') {
        tusk_error_detail(err, "in: %s", text.ptr);
    } else if (text.ptr) {
        tusk_str detail = tusk_arena_str(a->arena, tusk_str_of(err->detail));
        if (detail.ptr) tusk_error_detail(err, "%s; in: %s", detail.ptr, text.ptr);
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

tusk_status tusk_apply_named(tusk_applier *a, const tusk_candidate *one, tusk_status st)
{
    if (st != TUSK_OK) {
        tusk_error_prefix(a->err, "%.*s.sql", TUSK_STR_ARG(one->migration.tag));
    }
    return st;
}

/* ---- in a transaction ---- */

tusk_status tusk_apply_timeouts(tusk_applier *a, const char *where)
{
    tusk_str sql =
        tusk_arena_printf(a->arena, "set %slock_timeout = %d; set %sstatement_timeout = %d", where,
                          a->options->lock_timeout_ms, where, a->options->statement_timeout_ms);
    if (!sql.ptr) return tusk_fail_nomem(a->err, "a migration");
    return tusk_conn_script(a->conn, sql, a->err);
}

static tusk_status run_chunks(tusk_applier *a, const tusk_candidate *one, const tusk_chunks *chunks)
{
    for (size_t i = 0; i < chunks->count; i++) {
        tusk_status st = tusk_conn_script(a->conn, chunks->items[i].sql, a->err);
        if (st != TUSK_OK) return tusk_apply_fail(a, one, &chunks->items[i], i + 1, chunks->count);
    }
    return TUSK_OK;
}

static tusk_status in_transaction(tusk_applier *a, const tusk_candidate *one,
                                  const tusk_chunks *chunks)
{
    tusk_status st = tusk_apply_named(a, one, tusk_tx_begin(a->conn, NULL, a->err));
    if (st != TUSK_OK) return st;
    st = tusk_apply_named(a, one, tusk_apply_timeouts(a, "local "));
    if (st == TUSK_OK) st = run_chunks(a, one, chunks);
    if (st == TUSK_OK) {
        st = tusk_apply_named(
            a, one, tusk_store_record(a->conn, a->arena, &a->store, &one->migration, a->err));
    }
    if (st == TUSK_OK) return tusk_apply_named(a, one, tusk_tx_commit(a->conn, a->err));
    tusk_tx_rollback(a->conn);
    return st;
}

tusk_status tusk_apply(tusk_applier *a, const tusk_candidate *one)
{
    tusk_chunks chunks;
    if (!tusk_split_breakpoints(a->arena, one->sql, &chunks)) {
        return tusk_fail_nomem(a->err, "a migration");
    }
    bool steps = one->migration.state == TUSK_MIGRATION_STARTED ||
                 tusk_split_needs_no_transaction(a->arena, &chunks);
    if (steps) return tusk_apply_steps(a, one, &chunks);
    tusk_status st = in_transaction(a, one, &chunks);
    /* active_sql_transaction: a statement that only the server knows to need none around it */
    if (st == TUSK_SERVER && strcmp(a->err->sqlstate, "25001") == 0) {
        return tusk_apply_steps(a, one, &chunks);
    }
    return st;
}

tusk_status tusk_apply_try(tusk_applier *a, const tusk_candidate *one, bool *possible)
{
    tusk_chunks chunks;
    if (!tusk_split_breakpoints(a->arena, one->sql, &chunks)) {
        return tusk_fail_nomem(a->err, "a migration");
    }
    *possible = one->migration.state != TUSK_MIGRATION_STARTED &&
                !tusk_split_needs_no_transaction(a->arena, &chunks);
    return *possible ? run_chunks(a, one, &chunks) : TUSK_OK;
}
