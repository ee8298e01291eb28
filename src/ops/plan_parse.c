/* plan_parse.c - the JSON of EXPLAIN into a tree of nodes */
#include <jansson.h>

#include "src/ops/plan.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

enum { DEPTH_MAX = 500, TEXT_MAX = 1 << 20 };

typedef struct parser {
    tusk_arena *arena;
    bool writes, too_deep;
} parser;

/* ---- values ---- */

static tusk_str text(const parser *p, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value)) return TUSK_STR("");
    tusk_str view = { json_string_value(value), json_string_length(value) };
    return tusk_arena_str(p->arena, view);
}

/* Integers in old versions, with decimals in new ones. */
static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static int64_t integer(const json_t *object, const char *key)
{
    double value = number(object, key);
    if (!(value > -4e18 && value < 4e18)) return 0; /* two of them can be added */
    return (int64_t)value;
}

static int small(const json_t *object, const char *key)
{
    int64_t value = integer(object, key);
    return value > INT32_MAX ? INT32_MAX : value < 0 ? 0 : (int)value;
}

static bool has(const json_t *object, const char *key)
{
    return json_object_get(object, key) != NULL;
}

/* "a, b" of an array of texts. */
static tusk_str list(const parser *p, const json_t *object, const char *key)
{
    const json_t *array = json_object_get(object, key);
    tusk_buf buf;
    tusk_buf_init_in(&buf, p->arena, TEXT_MAX);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *one = json_array_get(array, i);
        if (i > 0) tusk_buf_add_cstr(&buf, ", ");
        if (json_is_string(one))
            tusk_buf_add_bytes(&buf, json_string_value(one), json_string_length(one));
    }
    return tusk_buf_str(&buf);
}

/* The first of the keys that is there. */
static tusk_str first_text(const parser *p, const json_t *object, const char *const *keys)
{
    for (; *keys; keys++) {
        tusk_str found = text(p, object, *keys);
        if (found.len > 0) return found;
    }
    return TUSK_STR("");
}

/* ---- a node ---- */

/* What follows the type in its title. */
static tusk_str title(const parser *p, const json_t *object, const tusk_plan_node *node)
{
    static const char *const others[] = { "Function Name", "Table Function Name", "CTE Name",
                                          "Tuplestore Name", NULL };
    tusk_buf buf;
    tusk_str join = text(p, object, "Join Type"), name = node->relation;
    tusk_str operation = text(p, object, "Operation"), command = text(p, object, "Command");
    tusk_str strategy = text(p, object, "Strategy");
    tusk_buf_init_in(&buf, p->arena, TEXT_MAX);
    if (name.len == 0) name = first_text(p, object, others);
    if (operation.len > 0) tusk_buf_printf(&buf, " %.*s", TUSK_STR_ARG(operation));
    if (command.len > 0) tusk_buf_printf(&buf, " %.*s", TUSK_STR_ARG(command));
    if (join.len > 0 && !tusk_str_eq(join, TUSK_STR("Inner")))
        tusk_buf_printf(&buf, " (%.*s)", TUSK_STR_ARG(join));
    if (strategy.len > 0 && !tusk_str_eq(strategy, TUSK_STR("Plain")))
        tusk_buf_printf(&buf, " (%.*s)", TUSK_STR_ARG(strategy));
    if (name.len > 0) tusk_buf_printf(&buf, " on %.*s", TUSK_STR_ARG(name));
    if (node->alias.len > 0 && !tusk_str_eq(node->alias, name))
        tusk_buf_printf(&buf, " %.*s", TUSK_STR_ARG(node->alias));
    if (node->index.len > 0) {
        tusk_buf_printf(&buf, name.len > 0 ? " using %.*s" : " on %.*s", TUSK_STR_ARG(node->index));
    }
    return tusk_str_trim(tusk_buf_str(&buf));
}

static void read_words(parser *p, const json_t *object, tusk_plan_node *node)
{
    static const char *const conditions[] = { "Index Cond",   "Hash Cond", "Merge Cond", "TID Cond",
                                              "Recheck Cond", "Order By",  NULL };
    static const char *const filters[] = { "Filter", "Join Filter", "One-Time Filter",
                                           "Conflict Filter", NULL };
    node->type = text(p, object, "Node Type");
    node->schema = text(p, object, "Schema");
    node->relation = text(p, object, "Relation Name");
    node->alias = text(p, object, "Alias");
    node->index = text(p, object, "Index Name");
    node->subplan = text(p, object, "Subplan Name");
    node->condition = first_text(p, object, conditions);
    node->filter = first_text(p, object, filters);
    node->keys = list(p, object, has(object, "Sort Key") ? "Sort Key" : "Group Key");
    node->what = title(p, object, node);
    if (tusk_str_eq(node->type, TUSK_STR("ModifyTable"))) p->writes = true;
}

static void read_estimates(const json_t *object, tusk_plan_node *node)
{
    node->startup_cost = number(object, "Startup Cost");
    node->total_cost = number(object, "Total Cost");
    node->plan_rows = number(object, "Plan Rows");
    node->width = small(object, "Plan Width");
    node->workers_planned = small(object, "Workers Planned");
}

/* Times are of one loop, as the server tells them; `share` is how many processes do them at once.
 */
static void read_measures(const parser *p, const json_t *object, double share, tusk_plan_node *node)
{
    node->executed = has(object, "Actual Loops");
    if (!node->executed) return;
    node->loops = number(object, "Actual Loops");
    node->actual_rows = number(object, "Actual Rows");
    node->total_ms = number(object, "Actual Total Time") * node->loops / share;
    node->rows_removed =
        (number(object, "Rows Removed by Filter") + number(object, "Rows Removed by Join Filter") +
         number(object, "Rows Removed by Index Recheck")) *
        node->loops;
    node->heap_fetches = number(object, "Heap Fetches");
    node->lossy_blocks = integer(object, "Lossy Heap Blocks");
    node->workers_launched = small(object, "Workers Launched");
    tusk_str method = text(p, object, "Sort Method");
    if (method.len > 0) {
        node->spilled_kb = integer(object, "Sort Space Used");
        node->spilled = tusk_str_eq(text(p, object, "Sort Space Type"), TUSK_STR("Disk"));
        node->sort =
            tusk_arena_printf(p->arena, "%.*s, %lld kB %s", TUSK_STR_ARG(method),
                              (long long)node->spilled_kb, node->spilled ? "on disk" : "in memory");
    }
    if (number(object, "Hash Batches") > 1 || number(object, "HashAgg Batches") > 1) {
        node->spilled = true;
        node->spilled_kb = integer(object, "Peak Memory Usage");
    }
}

static void read_buffers(const json_t *object, tusk_plan_node *node)
{
    tusk_plan_buffers *b = &node->buffers;
    node->has_buffers = has(object, "Shared Hit Blocks");
    b->shared_hit = integer(object, "Shared Hit Blocks");
    b->shared_read = integer(object, "Shared Read Blocks");
    b->shared_dirtied = integer(object, "Shared Dirtied Blocks");
    b->shared_written = integer(object, "Shared Written Blocks");
    b->local_hit = integer(object, "Local Hit Blocks");
    b->local_read = integer(object, "Local Read Blocks");
    b->temp_read = integer(object, "Temp Read Blocks");
    b->temp_written = integer(object, "Temp Written Blocks");
}

/* Below a Gather each loop is one of a process: workers, and the leader where it helps. */
static double share_below(const tusk_plan_node *node, const json_t *children, double share)
{
    if (!tusk_str_starts(node->type, TUSK_STR("Gather")) || node->workers_launched == 0)
        return share;
    double loops = number(json_array_get(children, 0), "Actual Loops");
    double processes = node->workers_launched + 1;
    return loops > 0 && loops < processes ? loops : processes;
}

static tusk_plan_node *read_node(parser *p, const json_t *object, double share, int depth)
{
    tusk_plan_node *node = TUSK_NEW(p->arena, tusk_plan_node);
    const json_t *plans = json_object_get(object, "Plans");
    size_t count = json_array_size(plans);
    const tusk_plan_node **children = TUSK_NEW_ARRAY(p->arena, const tusk_plan_node *, count + 1);
    if (!node || !children) return NULL;
    if (depth > DEPTH_MAX) {
        p->too_deep = true;
        return NULL;
    }
    read_words(p, object, node);
    read_estimates(object, node);
    read_measures(p, object, share, node);
    read_buffers(object, node);
    share = share_below(node, plans, share);
    for (size_t i = 0; i < count; i++) {
        children[i] = read_node(p, json_array_get(plans, i), share, depth + 1);
        if (!children[i]) return NULL;
    }
    node->children = children;
    node->child_count = count;
    return node;
}

/* ---- the whole ---- */

static void read_triggers(const parser *p, const json_t *object, tusk_explained *out)
{
    const json_t *all = json_object_get(object, "Triggers");
    size_t count = json_array_size(all);
    tusk_plan_trigger *triggers = TUSK_NEW_ARRAY(p->arena, tusk_plan_trigger, count + 1);
    if (!triggers) return;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(all, i);
        triggers[i] = (tusk_plan_trigger){ .name = text(p, one, "Trigger Name"),
                                           .constraint = text(p, one, "Constraint Name"),
                                           .relation = text(p, one, "Relation"),
                                           .ms = number(one, "Time"),
                                           .calls = number(one, "Calls") };
    }
    out->triggers = triggers;
    out->trigger_count = count;
}

static tusk_status read_plan(parser *p, const json_t *root, tusk_explained *out, tusk_error *err)
{
    /* a statement that rules rewrite may have several plans: the first is shown */
    const json_t *object = json_array_get(root, 0);
    const json_t *plan = json_object_get(object, "Plan");
    if (!json_is_object(plan)) {
        return tusk_fail(err, TUSK_INVALID, "the server answered without a plan");
    }
    out->root = read_node(p, plan, 1, 0);
    if (p->too_deep) {
        return tusk_fail(err, TUSK_INVALID, "the plan is nested more than %d levels deep",
                         DEPTH_MAX);
    }
    out->analyzed = has(object, "Execution Time");
    out->writes = p->writes;
    out->planning_ms = number(object, "Planning Time");
    out->execution_ms = number(object, "Execution Time");
    const json_t *timing = json_object_get(json_object_get(object, "JIT"), "Timing");
    out->jit_ms = number(timing, "Total");
    read_triggers(p, object, out);
    tusk_plan_judge(p->arena, out);
    return tusk_arena_failed(p->arena) ? tusk_fail_nomem(err, "a plan") : TUSK_OK;
}

tusk_status tusk_explain_parse(tusk_arena *arena, tusk_str json, tusk_explained *out,
                               tusk_error *err)
{
    parser p = { .arena = arena };
    json_error_t why;
    *out = (tusk_explained){ .advice = TUSK_STR("") };
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, 0, &why);
    if (!root) {
        return tusk_fail(err, TUSK_INVALID, "the plan is not JSON: line %d, column %d: %s",
                         why.line, why.column, why.text);
    }
    tusk_status st = read_plan(&p, root, out, err);
    json_decref(root);
    return st;
}
