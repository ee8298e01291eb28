/* plan_text.c - a plan for people: what it took on the left, the tree on the right */
#include "src/ops/plan.h"
#include "tusk/buf.h"
#include "tusk/stats.h"

#include "src/base/banned.h"

enum { TEXT_MAX = 16 << 20, PREFIX_MAX = 4096 };

typedef struct writer {
    tusk_arena *arena;
    tusk_buf buf;
    const tusk_explained *plan;
    bool colour;
    tusk_buf prefix; /* of the lines below a node: "|  " for each level that goes on */
} writer;

static void paint(writer *w, const char *code)
{
    if (w->colour) tusk_buf_printf(&w->buf, "\033[%sm", code);
}

static void add_painted(writer *w, const char *code, const char *text)
{
    paint(w, code);
    tusk_buf_add_cstr(&w->buf, text);
    paint(w, "0");
}

static void add_shown(writer *w, tusk_str text)
{
    tusk_buf_add(&w->buf, tusk_shown(w->arena, text));
}

/* ---- columns ---- */

static void add_count(writer *w, double count)
{
    if (!(count > -1e15 && count < 1e15))
        tusk_buf_printf(&w->buf, "%10.3g", count);
    else if (count == (double)(int64_t)count)
        tusk_buf_printf(&w->buf, "%10.0f", count);
    else
        tusk_buf_printf(&w->buf, "%10.2f", count);
}

static void add_ms(writer *w, double ms)
{
    tusk_buf_printf(&w->buf, ms < 100 ? "%9.3f" : ms < 1e5 ? "%9.1f" : "%9.0f", ms);
}

static void add_header(writer *w)
{
    paint(w, "2");
    tusk_buf_add_cstr(&w->buf, w->plan->analyzed ? "  time ms   self ms      rows  expected  \n"
                                                 : "       cost      rows  \n");
    paint(w, "0");
}

static void add_columns(writer *w, const tusk_plan_node *node)
{
    if (!w->plan->analyzed) {
        tusk_buf_printf(&w->buf, "%11.2f", node->total_cost);
        add_count(w, node->plan_rows);
        tusk_buf_add_cstr(&w->buf, "  ");
        return;
    }
    if (!node->executed || node->loops <= 0) {
        tusk_buf_printf(&w->buf, "%9s%10s%10s", "-", "-", "not run");
    } else {
        add_ms(w, node->total_ms);
        if (node->slow) paint(w, "31");
        tusk_buf_add_char(&w->buf, ' ');
        add_ms(w, node->self_ms);
        if (node->slow) paint(w, "0");
        if (node->misestimated) paint(w, "33");
        add_count(w, node->actual_rows * node->loops);
    }
    add_count(w, node->plan_rows * (node->loops > 0 ? node->loops : 1));
    if (node->misestimated) paint(w, "0");
    tusk_buf_add_cstr(&w->buf, "  ");
}

/* A line below a node. */
static void begin_line(writer *w, const tusk_plan_node *node)
{
    tusk_buf_printf(&w->buf, "%*s", w->plan->analyzed ? 41 : 23, "");
    tusk_buf_add(&w->buf, tusk_buf_str(&w->prefix));
    tusk_buf_add_cstr(&w->buf, node->child_count > 0 ? "|    " : "     ");
}

static void add_line(writer *w, const tusk_plan_node *node, const char *label, tusk_str text)
{
    if (text.len == 0) return;
    begin_line(w, node);
    paint(w, "2");
    tusk_buf_printf(&w->buf, "%s ", label);
    add_shown(w, text);
    paint(w, "0");
    tusk_buf_add_char(&w->buf, '\n');
}

/* ---- a node ---- */

static void add_marks(writer *w, const tusk_plan_node *node)
{
    if (node->loops > 1) tusk_buf_printf(&w->buf, ", %.0f times", node->loops);
    if (node->slow) {
        tusk_buf_add_cstr(&w->buf, "  ");
        add_painted(w, "31", "<- slow");
    }
    if (!node->misestimated) return;
    double guess = node->plan_rows < 1 ? 1 : node->plan_rows;
    double got = node->actual_rows < 1 ? 1 : node->actual_rows;
    tusk_buf_add_cstr(&w->buf, "  ");
    paint(w, "33");
    tusk_buf_printf(&w->buf, "<- %.0f times %s rows than expected",
                    got > guess ? got / guess : guess / got, got > guess ? "more" : "fewer");
    paint(w, "0");
}

static void add_title(writer *w, const tusk_plan_node *node)
{
    if (node->subplan.len > 0) {
        add_shown(w, node->subplan);
        tusk_buf_add_cstr(&w->buf, ": ");
    }
    paint(w, "1");
    add_shown(w, node->type);
    paint(w, "0");
    if (node->what.len > 0) {
        tusk_buf_add_char(&w->buf, ' ');
        add_shown(w, node->what);
    }
    add_marks(w, node);
    tusk_buf_add_char(&w->buf, '\n');
}

static void add_part(tusk_buf *buf, const char *what, int64_t blocks)
{
    if (blocks > 0)
        tusk_buf_printf(buf, "%s%lld %s", buf->len ? ", " : "", (long long)blocks, what);
}

static void add_buffers(writer *w, const tusk_plan_node *node)
{
    const tusk_plan_buffers *b = &node->buffers;
    tusk_buf parts;
    tusk_buf_init_in(&parts, w->arena, PREFIX_MAX);
    add_part(&parts, "in cache", b->shared_hit);
    add_part(&parts, "read", b->shared_read);
    add_part(&parts, "dirtied", b->shared_dirtied);
    add_part(&parts, "written", b->shared_written);
    add_part(&parts, "of temporary tables", b->local_hit + b->local_read);
    add_part(&parts, "temporary read", b->temp_read);
    add_part(&parts, "temporary written", b->temp_written);
    add_line(w, node, "pages", tusk_buf_str(&parts));
}

static void add_details(writer *w, const tusk_plan_node *node)
{
    add_line(w, node, "by", node->keys);
    add_line(w, node, "where", node->condition);
    add_line(w, node, "filter", node->filter);
    if (node->rows_removed > 0) {
        add_line(w, node, "filtered out",
                 tusk_arena_printf(w->arena, "%.0f rows", node->rows_removed));
    }
    add_line(w, node, "sorted with", node->sort);
    if (node->workers_planned > 0) {
        add_line(
            w, node, "workers",
            tusk_arena_printf(w->arena, "%d of %d", node->workers_launched, node->workers_planned));
    }
    add_buffers(w, node);
    if (node->advice.len == 0) return;
    begin_line(w, node);
    paint(w, "36");
    tusk_buf_add_cstr(&w->buf, "=> ");
    add_shown(w, node->advice);
    paint(w, "0");
    tusk_buf_add_char(&w->buf, '\n');
}

static void shorten(tusk_buf *buf, size_t len)
{
    tusk_str kept = { buf->ptr, len };
    char copy[PREFIX_MAX];
    if (kept.len > 0) memcpy(copy, kept.ptr, kept.len);
    tusk_buf_reset(buf);
    tusk_buf_add_bytes(buf, copy, len);
}

static void add_node(writer *w, const tusk_plan_node *node, bool root, bool last)
{
    size_t before = w->prefix.len;
    add_columns(w, node);
    tusk_buf_add(&w->buf, tusk_buf_str(&w->prefix));
    if (!root) {
        tusk_buf_add_cstr(&w->buf, last ? "`- " : "|- ");
        tusk_buf_add_cstr(&w->prefix, last ? "   " : "|  ");
    }
    add_title(w, node);
    add_details(w, node);
    for (size_t i = 0; i < node->child_count; i++) {
        add_node(w, node->children[i], false, i + 1 == node->child_count);
    }
    shorten(&w->prefix, before);
}

/* ---- the whole ---- */

static void add_summary(writer *w)
{
    const tusk_explained *plan = w->plan;
    for (size_t i = 0; i < plan->trigger_count; i++) {
        const tusk_plan_trigger *trigger = &plan->triggers[i];
        bool key = trigger->constraint.len > 0;
        tusk_buf_printf(&w->buf, "%9.3f ms in %s ", trigger->ms, key ? "foreign key" : "trigger");
        add_shown(w, key ? trigger->constraint : trigger->name);
        tusk_buf_printf(&w->buf, ", %.0f times\n", trigger->calls);
    }
    if (plan->jit_ms > 0) tusk_buf_printf(&w->buf, "%9.3f ms compiling\n", plan->jit_ms);
    if (plan->analyzed) {
        tusk_buf_printf(&w->buf, "%9.3f ms planning, %.3f ms running\n", plan->planning_ms,
                        plan->execution_ms);
    }
    if (plan->advice.len == 0) return;
    paint(w, "36");
    tusk_buf_add_cstr(&w->buf, "=> ");
    add_shown(w, plan->advice);
    paint(w, "0");
    tusk_buf_add_char(&w->buf, '\n');
}

tusk_status tusk_explain_text(tusk_arena *arena, const tusk_explained *plan, bool colour,
                              tusk_str *out, tusk_error *err)
{
    writer w = { .arena = arena, .plan = plan, .colour = colour };
    tusk_buf_init_in(&w.buf, arena, TEXT_MAX);
    tusk_buf_init_in(&w.prefix, arena, PREFIX_MAX);
    add_header(&w);
    if (plan->root) add_node(&w, plan->root, true, true);
    add_summary(&w);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the text of a plan");
    return tusk_buf_finish(&w.buf, out, err);
}
