/* plan.c - asking for a plan, in a transaction that never stays */
#include "tusk/plan.h"
#include "tusk/buf.h"
#include "tusk/conn.h"

#include "src/base/banned.h"

enum { SQL_MAX = 16 << 20, WITH_GENERIC = 160000 };

static tusk_status check(const tusk_conn *conn, tusk_str sql, const tusk_explain_options *options,
                         tusk_error *err)
{
    if (sql.len > 0 && memchr(sql.ptr, '\0', sql.len)) {
        return tusk_fail(err, TUSK_INVALID, "the statement has a zero byte in it");
    }
    if (!options->generic) return TUSK_OK;
    if (options->analyze || options->params) {
        return tusk_fail(err, TUSK_MISUSE, "a generic plan can neither be run nor be given values");
    }
    if (tusk_conn_server_version_number(conn) < WITH_GENERIC) {
        return tusk_fail(err, TUSK_INVALID, "generic plans come with PostgreSQL 16");
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
    if (options->generic) tusk_buf_add_cstr(buf, ", generic_plan");
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

tusk_status tusk_explain(tusk_conn *conn, tusk_arena *arena, tusk_str sql,
                         const tusk_explain_options *options, tusk_explained *out, tusk_error *err)
{
    const tusk_explain_options none = { 0 };
    const tusk_tx_options read_only = { .read_only = true };
    if (!options) options = &none;
    tusk_str json = { NULL, 0 };
    tusk_status st = check(conn, sql, options, err);
    if (st != TUSK_OK) return st;
    bool nested = tusk_tx_depth(conn) > 0;
    st = tusk_tx_begin(conn, nested || options->analyze ? NULL : &read_only, err);
    if (st != TUSK_OK) return st;
    st = ask(conn, arena, sql, options, &json, err);
    tusk_tx_rollback(conn);
    return st == TUSK_OK ? tusk_explain_parse(arena, json, out, err) : st;
}
