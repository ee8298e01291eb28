/* plan_judge.c - which node of a plan is slow, which was misjudged, and what surely helps */
#include "src/ops/plan.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

/* From where on something is worth a word. */
#define WRONG_FACTOR   10.0 /* an estimate, too low or too high */
#define WRONG_ROWS     100.0
#define SLOW_SHARE     0.3 /* of the time of the whole */
#define SLOW_MS        1.0
#define REMOVED_ROWS   10000.0
#define REMOVED_FACTOR 20.0 /* times as many as were kept */
#define FETCHES        1000.0
#define HALF           0.5

typedef struct judge {
    tusk_arena *arena;
    double whole_ms;
} judge;

static bool is(const tusk_plan_node *node, const char *type)
{
    return tusk_str_eq(node->type, tusk_str_of(type));
}

/* What is below it is read to the end, whatever happens above. */
static bool reads_all(const tusk_plan_node *node)
{
    return is(node, "Sort") || is(node, "Hash") || is(node, "Aggregate") ||
           is(node, "ModifyTable") || is(node, "Materialize");
}

/* What is below it may be left half read. */
static bool stops_early(const tusk_plan_node *node)
{
    return is(node, "Limit") || is(node, "Merge Join") || is(node, "Nested Loop") ||
           is(node, "Append") || is(node, "Merge Append");
}

static bool is_misjudged(const tusk_plan_node *node, bool may_stop)
{
    double got = node->actual_rows, guess = node->plan_rows;
    double low = got < guess ? got : guess, high = got < guess ? guess : got;
    if (node->loops <= 0 || (may_stop && got < guess)) return false;
    if ((high - low) * node->loops < WRONG_ROWS) return false;
    return high >= (low < 1 ? 1 : low) * WRONG_FACTOR;
}

static bool is_base_scan(const tusk_plan_node *node)
{
    return node->relation.len > 0 && !is(node, "ModifyTable");
}

static tusk_str relation(const judge *j, const tusk_plan_node *node)
{
    return tusk_arena_printf(j->arena, node->schema.len > 0 ? "%.*s.%.*s" : "%.*s%.*s",
                             TUSK_STR_ARG(node->schema), TUSK_STR_ARG(node->relation));
}

static tusk_str advise_memory(const judge *j, const tusk_plan_node *node)
{
    if (node->lossy_blocks > 0) {
        return tusk_arena_printf(j->arena,
                                 "The bitmap did not fit into work_mem, so %lld whole pages were "
                                 "checked again: raise work_mem for this statement.",
                                 (long long)node->lossy_blocks);
    }
    if (node->spilled && node->sort.len > 0) {
        /* what a sort needs in memory is two to three times what it writes */
        long long mb = (long long)((double)node->spilled_kb * 3 / 1024) + 1;
        return tusk_arena_printf(j->arena,
                                 "The sort did not fit into memory and wrote %lld kB: set "
                                 "work_mem to about %lld MB for this statement.",
                                 (long long)node->spilled_kb, mb);
    }
    if (node->spilled) {
        return TUSK_STR("The hash table did not fit into memory and was split on disk: raise "
                        "work_mem for this statement.");
    }
    return TUSK_STR("");
}

static tusk_str advise_scan(const judge *j, const tusk_plan_node *node)
{
    double kept = node->actual_rows * node->loops, removed = node->rows_removed;
    if (is(node, "Index Only Scan") && node->heap_fetches > FETCHES &&
        node->heap_fetches > kept * HALF) {
        return tusk_arena_printf(j->arena,
                                 "The index alone did not do for %.0f rows, for their pages are "
                                 "not marked as visible to all: vacuum %.*s.",
                                 node->heap_fetches, TUSK_STR_ARG(relation(j, node)));
    }
    if (is(node, "Seq Scan") && removed > REMOVED_ROWS &&
        removed > (kept < 1 ? 1 : kept) * REMOVED_FACTOR) {
        return tusk_arena_printf(j->arena,
                                 "%.0f rows were read to find %.0f: an index on the columns of "
                                 "the filter would find them directly.",
                                 removed + kept, kept);
    }
    if (node->misestimated && is_base_scan(node)) {
        return tusk_arena_printf(j->arena,
                                 "The statistics of %.*s do not fit its rows: analyze it, and "
                                 "where that does not help make extended statistics for columns "
                                 "that go together.",
                                 TUSK_STR_ARG(relation(j, node)));
    }
    return TUSK_STR("");
}

static tusk_str advise(const judge *j, const tusk_plan_node *node)
{
    if (!node->executed) return TUSK_STR("");
    tusk_str found = advise_memory(j, node);
    if (found.len > 0) return found;
    if (node->workers_launched < node->workers_planned) {
        return tusk_arena_printf(j->arena,
                                 "Only %d of %d parallel workers were free: see "
                                 "max_parallel_workers.",
                                 node->workers_launched, node->workers_planned);
    }
    return advise_scan(j, node);
}

/* ---- the tree ---- */

/* An InitPlan's or CTE's time is spent where it is used, not always in the node it hangs below: so
 * never less than none. */
static double below_ms(const tusk_plan_node *node)
{
    double sum = 0;
    for (size_t i = 0; i < node->child_count; i++) sum += node->children[i]->total_ms;
    return sum;
}

static void visit(const judge *j, tusk_plan_node *node, bool may_stop)
{
    double self = node->total_ms - below_ms(node);
    node->self_ms = self > 0 ? self : 0;
    node->slow = j->whole_ms >= SLOW_MS && node->self_ms >= j->whole_ms * SLOW_SHARE;
    node->misestimated = node->executed && is_misjudged(node, may_stop);
    node->advice = advise(j, node);
    if (reads_all(node)) may_stop = false;
    if (stops_early(node)) may_stop = true;
    for (size_t i = 0; i < node->child_count; i++) {
        /* made by the parser, which gives them out as constant */
        visit(j, (tusk_plan_node *)(uintptr_t)node->children[i], may_stop);
    }
}

static tusk_str advise_whole(const judge *j, const tusk_explained *plan)
{
    for (size_t i = 0; i < plan->trigger_count; i++) {
        const tusk_plan_trigger *trigger = &plan->triggers[i];
        if (trigger->ms < plan->execution_ms * HALF || trigger->ms < SLOW_MS) continue;
        if (trigger->constraint.len == 0) {
            return tusk_arena_printf(j->arena, "Most of the time went into the trigger %.*s.",
                                     TUSK_STR_ARG(trigger->name));
        }
        return tusk_arena_printf(j->arena,
                                 "Most of the time went into checking the foreign key %.*s: its "
                                 "columns need an index (tusk stats indexes).",
                                 TUSK_STR_ARG(trigger->constraint));
    }
    if (plan->jit_ms >= SLOW_MS && plan->jit_ms > plan->execution_ms * HALF) {
        return TUSK_STR("Most of the time went into compiling the statement: set jit = off for "
                        "it.");
    }
    return TUSK_STR("");
}

void tusk_plan_judge(tusk_arena *arena, tusk_explained *plan)
{
    const judge j = { .arena = arena, .whole_ms = plan->execution_ms };
    if (!plan->root) return;
    visit(&j, (tusk_plan_node *)(uintptr_t)plan->root, false);
    plan->advice = advise_whole(&j, plan);
}
