/* step.c - a plan under construction: one call a statement */
#include "src/diff/step.h"

#include "src/diff/scan.h"

#include "src/base/banned.h"

/* "public.teams.name" */
static tusk_str object_of(tusk_arena *arena, const tusk_about *about)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, 4096);
    if (about->schema.ptr) {
        tusk_str own = tusk_model_schema(about->schema);
        tusk_buf_add(&buf, own.len > 0 ? own : TUSK_STR("public"));
        tusk_buf_add_char(&buf, '.');
    }
    tusk_buf_add(&buf, about->name);
    if (about->member.ptr) tusk_buf_add_char(&buf, '.');
    tusk_buf_add(&buf, about->member);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : about->name;
}

static void set_table(const tusk_differ *d, const tusk_about *about, tusk_step *step)
{
    step->member = about->member;
    step->table = tusk_model_find_table(d->to, about->schema, about->name);
    step->fresh = step->table && !tusk_fates_of_table(&d->changes, step->table);
}

void tusk_step_add_buf(tusk_differ *d, tusk_about about, const tusk_buf *statement)
{
    tusk_step step = {
        .kind = about.kind, .what = about.what, .loses = about.loses, .outside = about.outside
    };
    if (tusk_buf_finish(statement, &step.sql, NULL) != TUSK_OK) d->failed = true;
    if (d->failed || tusk_map_has(&d->seen, step.sql)) return;
    step.object = object_of(d->arena, &about);
    set_table(d, &about, &step);
    if (!tusk_map_put(&d->seen, step.sql, d) || !tusk_vec_push(d->arena, &d->plan->steps, step))
        d->failed = true;
}

void tusk_step_add(tusk_differ *d, tusk_about about, const char *format, ...)
{
    tusk_buf buf;
    va_list args;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    va_start(args, format);
    tusk_words_list(&buf, format, args);
    va_end(args);
    tusk_step_add_buf(d, about, &buf);
}

void tusk_step_refuse(tusk_differ *d, const char *hint, const char *format, ...)
{
    if (d->status != TUSK_OK) return;
    va_list args;
    va_start(args, format);
    tusk_str why = tusk_arena_vprintf(d->arena, format, args);
    va_end(args);
    d->status = tusk_fail(d->err, TUSK_INVALID, "%.*s", TUSK_STR_ARG(why));
    tusk_error_hint(d->err, "%s", hint);
}

void tusk_step_check(tusk_differ *d, tusk_str expression, const char *what, tusk_str name)
{
    if (!expression.ptr || !tusk_scan_has_parameter(expression)) return;
    tusk_step_refuse(d, "Write the value itself into the expression.",
                     "the %s \"%.*s\" has a parameter ($1) in its expression", what,
                     TUSK_STR_ARG(name));
}

void tusk_step_remade(tusk_differ *d, tusk_str name)
{
    if (!tusk_vec_push(d->arena, &d->remade, name)) d->failed = true;
}
