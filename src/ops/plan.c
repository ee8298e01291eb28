/* plan.c - asking for a plan, in a transaction that never stays */
#include "tusk/plan.h"
#include "src/sql/fold.h"
#include "tusk/buf.h"
#include "tusk/conn.h"

#include "src/base/banned.h"

enum { SQL_MAX = 16 << 20, PARAMETERS_MAX = 65535 };

#define PREPARED "tusk_generic_plan"

static tusk_status check(tusk_str sql, const tusk_explain_options *options, tusk_error *err)
{
    if (sql.len > 0 && memchr(sql.ptr, '\0', sql.len)) {
        return tusk_fail(err, TUSK_INVALID, "the statement has a zero byte in it");
    }
    if (!options->generic) return TUSK_OK;
    if (options->analyze || options->params) {
        return tusk_fail(err, TUSK_MISUSE, "a generic plan can neither be run nor be given values");
    }
    return TUSK_OK;
}

static void add_head(tusk_buf *buf, const tusk_explain_options *options)
{
    tusk_buf_add_cstr(buf, "explain (format json, verbose");
    if (options->analyze) tusk_buf_add_cstr(buf, ", analyze");
    if (options->analyze)
        tusk_buf_add_cstr(buf, options->no_buffers ? ", buffers off" : ", buffers");
    if (options->analyze && options->no_timing) tusk_buf_add_cstr(buf, ", timing off");
    tusk_buf_add_cstr(buf, ") ");
}

/* By the extended protocol, which takes one statement only: nothing behind a semicolon can end the
 * transaction around it. */
static tusk_status ask(tusk_conn *conn, tusk_arena *arena, tusk_str sql,
                       const tusk_explain_options *options, tusk_str *json, tusk_error *err)
{
    tusk_buf buf;
    tusk_str text;
    tusk_result result;
    tusk_buf_init_in(&buf, arena, SQL_MAX);
    add_head(&buf, options);
    int head = (int)buf.len;
    tusk_buf_add(&buf, sql);
    tusk_status st = tusk_buf_finish(&buf, &text, err);
    if (st != TUSK_OK) return st;
    st = tusk_run(conn, arena, tusk_sql(arena, text.ptr, options->params), &result, err);
    if (st != TUSK_OK && err && err->position > head) err->position -= head;
    if (st == TUSK_OK) *json = tusk_result_cell(&result, 0, 0);
    return st;
}

/* ---- a plan for any value ---- */

/* EXPLAIN (GENERIC_PLAN) would want the values after all when it comes by the extended protocol. A
 * prepared statement does not, and there are such on every server. */
static tusk_status prepare(tusk_conn *conn, tusk_arena *arena, tusk_str sql, tusk_error *err)
{
    static const char head[] = "prepare " PREPARED " as ";
    tusk_str text = tusk_arena_printf(arena, "%s%.*s", head, TUSK_STR_ARG(sql));
    if (!text.ptr) return tusk_fail_nomem(err, "a statement");
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, text.ptr, NULL), NULL, err);
    if (st != TUSK_OK && err && err->position > (int)sizeof head - 1) {
        err->position -= (int)sizeof head - 1;
    }
    return st;
}

static tusk_status count_parameters(tusk_conn *conn, tusk_arena *arena, long long *count,
                                    tusk_error *err)
{
    tusk_result result;
    tusk_status st = tusk_run(conn, arena,
                              tusk_sql(arena,
                                       "select cardinality(parameter_types)::text from"
                                       " pg_prepared_statements where name = '" PREPARED "'",
                                       NULL),
                              &result, err);
    if (st == TUSK_OK &&
        !tusk_str_to_int(tusk_result_cell(&result, 0, 0), 0, PARAMETERS_MAX, count)) {
        return tusk_fail(err, TUSK_INVALID, "the statement cannot be prepared");
    }
    return st;
}

static tusk_status ask_generic(tusk_conn *conn, tusk_arena *arena, tusk_str sql, tusk_str *json,
                               tusk_error *err)
{
    const tusk_explain_options plain = { 0 };
    long long count = 0;
    tusk_buf buf;
    tusk_str text;
    tusk_status st =
        tusk_conn_script(conn, TUSK_STR("set local plan_cache_mode = force_generic_plan"), err);
    if (st == TUSK_OK) st = prepare(conn, arena, sql, err);
    if (st == TUSK_OK) st = count_parameters(conn, arena, &count, err);
    if (st != TUSK_OK) return st;
    tusk_buf_init_in(&buf, arena, SQL_MAX);
    tusk_buf_add_cstr(&buf, "execute " PREPARED);
    for (long long i = 0; i < count; i++) tusk_buf_add_cstr(&buf, i == 0 ? "(null" : ", null");
    if (count > 0) tusk_buf_add_char(&buf, ')');
    st = tusk_buf_finish(&buf, &text, err);
    return st == TUSK_OK ? ask(conn, arena, text, &plain, json, err) : st;
}

/* A rollback leaves it where it is. */
static void forget_prepared(tusk_conn *conn, tusk_arena *arena)
{
    tusk_result result;
    tusk_status st = tusk_run(
        conn, arena,
        tusk_sql(arena, "select 1::text from pg_prepared_statements where name = '" PREPARED "'",
                 NULL),
        &result, NULL);
    if (st != TUSK_OK || result.cell_rows == 0) return;
    st = tusk_conn_script(conn, TUSK_STR("deallocate " PREPARED), NULL);
    (void)st; /* the session is over, and with it the statement */
}

/* Somebody who gives all of EXPLAIN ANALYZE SELECT ..., and names as a schema in code has them. */
static void add_hint(tusk_error *err, tusk_str sql)
{
    static const char word[] = "explain";
    tusk_str text = tusk_str_trim(sql);
    if (!err || err->status != TUSK_SERVER) return;
    if (text.len > sizeof word && strncasecmp(text.ptr, word, sizeof word - 1) == 0 &&
        strcmp(err->sqlstate, "42601") == 0) {
        tusk_error_hint(err, "Leave EXPLAIN and its options away: give the statement alone.");
    }
    tusk_hint_folded(err, sql);
}

tusk_status tusk_explain(tusk_conn *conn, tusk_arena *arena, tusk_str sql,
                         const tusk_explain_options *options, tusk_explained *out, tusk_error *err)
{
    const tusk_explain_options none = { 0 };
    const tusk_tx_options read_only = { .read_only = true };
    if (!options) options = &none;
    tusk_str json = { NULL, 0 };
    tusk_status st = check(sql, options, err);
    if (st != TUSK_OK) return st;
    bool nested = tusk_tx_depth(conn) > 0;
    st = tusk_tx_begin(conn, nested || options->analyze ? NULL : &read_only, err);
    if (st != TUSK_OK) return st;
    st = options->generic ? ask_generic(conn, arena, sql, &json, err)
                          : ask(conn, arena, sql, options, &json, err);
    if (st != TUSK_OK) add_hint(err, sql);
    tusk_tx_rollback(conn);
    if (options->generic) forget_prepared(conn, arena);
    return st == TUSK_OK ? tusk_explain_parse(arena, json, out, err) : st;
}
