/* plan_http.c - how PostgreSQL would run a statement, and what it answers */
#include "services/backend/app/admin/plan.h"

#include <math.h>

#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/plan_budget.h"
#include "services/backend/app/admin/plan_query.h"
#include "services/backend/app/admin/plan_reader.h"
#include "services/backend/app/admin/tables.h"

enum { SQL_CHARACTERS = 100000, ROWS_MAX = 500, ROWS_DEFAULT = 100 };

const struct input_field plan_explain_body[] = {
    { "sql", INPUT_TEXT, true, 1, SQL_CHARACTERS, input_not_blank, "one statement that reads" },
    { "analyze", INPUT_BOOLEAN, false, 0, 0, NULL, "run it and measure" },
    { 0 },
};

const struct input_field plan_run_body[] = {
    { "sql", INPUT_TEXT, true, 1, SQL_CHARACTERS, input_not_blank, "one statement that reads" },
    { "limit", INPUT_INTEGER, false, 1, ROWS_MAX, NULL, "rows at most, 100 by default" },
    { 0 },
};

/* ---- errors ---- */

static void fail_sql(struct call *call, int code, const char *error, const tusk_error *err)
{
    call_fail(call, code, error);
    call->details =
        json_pack("{s:s, s:i, s:s, s:s, s:s}", "message", err->message, "position", err->position,
                  "detail", err->detail, "hint", err->hint, "sqlstate", err->sqlstate);
}

/** The reader is not to be had: what to do about it is in the hint. */
static void fail_reader(struct call *call, const struct reader *reader, const tusk_error *err)
{
    if (err->status == TUSK_BUSY && reader->wait_s > 0) {
        call_fail(call, 429,
                  tusk_arena_printf(call->arena,
                                    "While statements ran here the server wrote more than %d MB of "
                                    "its log; they may run again in %d minutes",
                                    BUDGET_MB, (reader->wait_s + 59) / 60)
                      .ptr);
        call_header(call, "Retry-After", tusk_arena_printf(call->arena, "%d", reader->wait_s));
    } else if (err->status == TUSK_BUSY) {
        call_busy(call, "As many statements as may run at once are running: try again in a moment");
    } else if (err->status == TUSK_INVALID) {
        fail_sql(call, 409, tusk_arena_str(call->arena, tusk_str_of(err->message)).ptr, err);
    } else {
        call_error(call, err);
    }
}

static const char *sentence_of(struct call *call, const tusk_error *err)
{
    tusk_arena *a = call->arena;
    if (strcmp(err->sqlstate, "25006") == 0)
        return tusk_arena_printf(a, "Statements here only read: %s", err->message).ptr;
    if (strcmp(err->sqlstate, "42501") == 0)
        return tusk_arena_printf(a,
                                 "%s: statements here only read, and not what is secret; name the "
                                 "columns that are wanted",
                                 err->message)
            .ptr;
    return tusk_arena_printf(a, "The statement: %s", err->message).ptr;
}

static void fail_statement(struct call *call, const tusk_error *err)
{
    if (err->status == TUSK_TIMEOUT || strcmp(err->sqlstate, "57014") == 0)
        fail_sql(call, 400, "The statement took longer than 5 s and was stopped", err);
    else if (strcmp(err->sqlstate, "08P01") == 0) /* $1, and no value for it in Bind */
        fail_sql(call, 400, "The statement has a parameter: write its value instead", err);
    else if (err->status == TUSK_SERVER)
        fail_sql(call, strcmp(err->sqlstate, "42501") == 0 ? 403 : 400, sentence_of(call, err),
                 err);
    else if (err->status == TUSK_INVALID)
        fail_sql(call, 400, sentence_of(call, err), err);
    else
        call_error(call, err);
}

/** False when the call was answered. */
static bool is_wanted(struct call *call, bool only_plans)
{
    tusk_str sql = call_text(call, "sql");
    enum plan_kind kind = plan_kind_of(sql);
    call_audit_target(call, sql);
    if (kind == PLAN_CURSOR || (kind == PLAN_SHORT && !only_plans)) return true;
    call_fail(call, 400,
              only_plans ? "Only statements that read are planned here: SELECT, WITH, VALUES, TABLE"
                         : "Only statements that read can be run here: SELECT, WITH, VALUES, "
                           "TABLE, SHOW, EXPLAIN");
    return false;
}

/* ---- a plan ---- */

static json_t *number(double value, bool known)
{
    return known && isfinite(value) ? json_real(value) : json_null();
}

static json_t *buffers_json(const tusk_plan_node *n)
{
    if (!n->has_buffers) return json_null();
    return json_pack("{s:I, s:I}", "hit", (json_int_t)n->buffers.shared_hit, "read",
                     (json_int_t)n->buffers.shared_read);
}

/** The part that was measured, null where it was not. */
static void add_measured(json_t *node, const tusk_plan_node *n)
{
    json_object_set_new(node, "actual_rows", number(n->actual_rows, n->executed));
    json_object_set_new(node, "loops", number(n->loops, n->executed));
    json_object_set_new(node, "total_ms", number(n->total_ms, n->executed));
    json_object_set_new(node, "self_ms", number(n->self_ms, n->executed));
    json_object_set_new(node, "rows_removed", number(n->rows_removed, n->executed));
    json_object_set_new(node, "buffers", buffers_json(n));
    json_object_set_new(node, "sort", json_text(n->sort));
    json_object_set_new(node, "spilled", json_boolean(n->spilled));
}

static json_t *node_json(const tusk_plan_node *n)
{
    json_t *children = json_array();
    for (size_t i = 0; i < n->child_count; i++)
        json_array_append_new(children, node_json(n->children[i]));
    json_t *node = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "type",
        json_text(n->type), "what", json_text(n->what), "schema", json_text(n->schema), "relation",
        json_text(n->relation), "alias", json_text(n->alias), "index", json_text(n->index),
        "subplan", json_text(n->subplan), "condition", json_text(n->condition), "filter",
        json_text(n->filter), "keys", json_text(n->keys), "plan_rows", number(n->plan_rows, true),
        "cost", number(n->total_cost, true), "slow", n->slow, "misestimated", n->misestimated,
        "advice", json_text(n->advice), "children", children);
    if (node) add_measured(node, n);
    return node;
}

static tusk_status explain(struct call *call, tusk_conn *conn, tusk_explained *out, tusk_str *text,
                           tusk_error *err)
{
    tusk_explain_options options = { .analyze = call_flag(call, "analyze") };
    tusk_status st = tusk_explain(conn, call->arena, call_text(call, "sql"), &options, out, err);
    return st ? st : tusk_explain_text(call->arena, out, false, text, err);
}

void plan_explain(struct call *call, tusk_conn *conn)
{
    struct reader reader;
    tusk_explained plan = { 0 };
    tusk_str text = { 0, 0 };
    tusk_error err = { 0 };
    if (!is_wanted(call, true)) return;
    if (reader_open(call->app, conn, call->arena, &reader, &err)) {
        fail_reader(call, &reader, &err);
        return;
    }
    tusk_status st = explain(call, reader.session, &plan, &text, &err);
    reader_close(&reader);
    if (st) {
        fail_statement(call, &err);
        return;
    }
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o, s:o, s:o}", "planning_ms",
                       number(plan.planning_ms, plan.analyzed), "execution_ms",
                       number(plan.execution_ms, plan.analyzed), "advice", json_text(plan.advice),
                       "plan", node_json(plan.root), "text", json_text(text)));
}

/* ---- rows ---- */

static json_t *columns_json(const struct plan_rows *rows, const tusk_result *types)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rows->column_count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "name", json_text(rows->columns[i].name),
                                        "type", json_text(tusk_result_cell(types, i, 0))));
    return list;
}

static void answer_rows(struct call *call, const struct plan_rows *rows, const tusk_result *types,
                        int64_t ms)
{
    json_t *list = json_array(), *cut = json_array();
    for (size_t i = 0; i < rows->row_count; i++)
        json_array_append_new(
            list, rows_cells_json(call->arena, rows->rows[i], rows->column_count, i, cut));
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o, s:b, s:I}", "columns", columns_json(rows, types), "rows",
                       list, "cut", cut, "truncated", rows->truncated, "ms", (json_int_t)ms));
}

void plan_run(struct call *call, tusk_conn *conn)
{
    struct reader reader;
    struct plan_rows rows;
    tusk_result types = { 0 };
    tusk_error err = { 0 };
    if (!is_wanted(call, false)) return;
    if (reader_open(call->app, conn, call->arena, &reader, &err)) {
        fail_reader(call, &reader, &err);
        return;
    }
    int64_t started = tusk_clock_ms();
    size_t limit = (size_t)call_number(call, "limit", ROWS_DEFAULT);
    tusk_status st = plan_query(reader.session, call->arena, call_text(call, "sql"), limit,
                                tusk_deadline_in(READER_STATEMENT_MS), &rows, &err);
    int64_t ms = tusk_clock_ms() - started;
    reader_close(&reader);
    if (st)
        fail_statement(call, &err);
    else if (plan_types(conn, call->arena, &rows, &types, &err))
        call_error(call, &err);
    else
        answer_rows(call, &rows, &types, ms);
}
