/* views.c - views: in the order in which they use each other */
#include "src/diff/parts.h"
#include "src/diff/rename.h"
#include "src/diff/scan.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const tusk_model_view *view)
{
    return (tusk_about){ .kind = kind, .what = "view", .schema = view->schema, .name = view->name };
}

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

static const tusk_model_view *first_of(const tusk_differ *d, size_t i)
{
    return &d->first->views.items[i];
}

static tusk_str schema_before(const tusk_differ *d, size_t i)
{
    return tusk_rename_schema(d->first, d->from, first_of(d, i)->schema);
}

static const tusk_model_view *view_now(const tusk_differ *d, size_t i)
{
    const tusk_model_view *old = &d->from->views.items[i];
    return TUSK_PLACED(d->to->views, old->schema, old->name);
}

/* ---- dropping: what uses a view goes before it ---- */

static void drop_view(tusk_differ *d, size_t i, tusk_fate fate, bool *done)
{
    const tusk_model_view *view = first_of(d, i);
    if (done[i]) return;
    done[i] = true;
    for (size_t j = 0; j < d->first->views.count; j++) {
        if (done[j] || d->changes.views[j] == TUSK_KEPT || !first_of(d, j)->definition.ptr)
            continue;
        if (tusk_scan_names(first_of(d, j)->definition, view->name)) drop_view(d, j, fate, done);
    }
    if (view->existing) return;
    tusk_step_add(d, about(TUSK_STEP_DROP, view), "DROP %zVIEW %q;",
                  view->materialized ? "MATERIALIZED " : "", schema_before(d, i), view->name);
}

void tusk_part_drop_views(tusk_differ *d)
{
    size_t count = d->first->views.count;
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count);
    for (tusk_fate fate = TUSK_GONE; done && fate >= TUSK_CHANGED; fate--) {
        for (size_t i = 0; i < count; i++) {
            if (d->changes.views[i] == fate) drop_view(d, i, fate, done);
        }
    }
}

/* ---- renaming, moving, options ---- */

static const char *materialized(const tusk_model_view *view)
{
    return view->materialized ? "MATERIALIZED " : "";
}

static void rename_views(tusk_differ *d, bool move)
{
    for (size_t k = 0; k < d->to->views.count; k++) {
        const tusk_model_view *now = &d->to->views.items[k];
        const tusk_model_view *old = TUSK_PLACED(d->from->views, now->schema, now->name);
        size_t i = old ? (size_t)(old - d->from->views.items) : 0;
        if (!old || d->changes.views[i] != TUSK_KEPT || now->existing) continue;
        const tusk_model_view *first = first_of(d, i);
        tusk_str schema = schema_before(d, i);
        if (!move && !tusk_str_eq(first->name, now->name)) {
            tusk_step_add(d, about(TUSK_STEP_RENAME, first), "ALTER %zVIEW %q RENAME TO %i;",
                          materialized(now), schema, first->name, now->name);
        }
        if (move && !same_schema(schema, now->schema)) {
            tusk_step_add(d, about(TUSK_STEP_RENAME, first), "ALTER %zVIEW %q SET SCHEMA %i;",
                          materialized(now), schema, now->name,
                          now->schema.len > 0 ? now->schema : TUSK_STR("public"));
        }
    }
}

typedef enum option_change { OPTION_ADDED, OPTION_REMOVED, OPTION_CHANGED } option_change;

static void alter_options(tusk_differ *d, const tusk_model_view *old, const tusk_model_view *now,
                          option_change change)
{
    const tusk_model_options *list = change == OPTION_REMOVED ? &old->with : &now->with;
    const tusk_model_options *other = change == OPTION_REMOVED ? &now->with : &old->with;
    size_t count = 0;
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    for (size_t i = 0; i < list->count; i++) {
        const tusk_model_option *option = &list->items[i], *was = TUSK_NAMED(*other, option->name);
        bool is = change == OPTION_CHANGED ? was && !tusk_str_eq(was->value, option->value) : !was;
        if (!is) continue;
        if (count++ > 0) tusk_buf_add_cstr(&buf, ", ");
        tusk_statement_option_name(&buf, option->name);
        if (change != OPTION_REMOVED) tusk_words(&buf, " = %s", option->value);
    }
    if (count == 0) return;
    tusk_step_add(d, about(TUSK_STEP_ALTER, now), "ALTER %zVIEW %q %z (%s);", materialized(now),
                  now->schema, now->name, change == OPTION_REMOVED ? "RESET" : "SET",
                  tusk_buf_str(&buf));
}

static void alter_view(tusk_differ *d, const tusk_model_view *old, const tusk_model_view *now)
{
    alter_options(d, old, now, OPTION_ADDED);
    alter_options(d, old, now, OPTION_REMOVED);
    alter_options(d, old, now, OPTION_CHANGED);
    if (!tusk_str_eq(old->tablespace, now->tablespace)) {
        tusk_step_add(d, about(TUSK_STEP_ALTER, now),
                      "ALTER MATERIALIZED VIEW %q SET TABLESPACE %s;", now->schema, now->name,
                      now->tablespace.ptr ? now->tablespace : TUSK_STR("pg_default"));
    }
    if (!tusk_str_eq(old->using_, now->using_)) {
        tusk_step_add(d, about(TUSK_STEP_ALTER, now),
                      "ALTER MATERIALIZED VIEW %q SET ACCESS METHOD %i;", now->schema, now->name,
                      now->using_.ptr ? now->using_ : TUSK_STR("heap"));
    }
}

void tusk_part_alter_views(tusk_differ *d)
{
    rename_views(d, false);
    rename_views(d, true);
    for (size_t i = 0; i < d->from->views.count; i++) {
        const tusk_model_view *now = view_now(d, i);
        if (d->changes.views[i] != TUSK_KEPT || now->existing) continue;
        alter_view(d, &d->from->views.items[i], now);
    }
}

/* ---- creating: what a view uses comes before it ---- */

/* Is the view of the new schema one to create; if so, was it there? */
static bool is_created(const tusk_differ *d, const tusk_model_view *view, bool *was)
{
    const tusk_model_view *old = TUSK_PLACED(d->from->views, view->schema, view->name);
    *was = old != NULL;
    if (view->existing || !view->definition.ptr) return false;
    return !old || d->changes.views[old - d->from->views.items] != TUSK_KEPT;
}

static void create_view(tusk_differ *d, size_t i, bool *done)
{
    const tusk_model_view *view = &d->to->views.items[i];
    bool was = false;
    if (done[i]) return;
    done[i] = true;
    if (!is_created(d, view, &was)) return;
    for (size_t j = 0; j < d->to->views.count; j++) {
        if (done[j] || !tusk_scan_names(view->definition, d->to->views.items[j].name)) continue;
        create_view(d, j, done);
    }
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_view(&buf, view);
    tusk_step_check(d, view->definition, "view", view->name);
    tusk_step_add_buf(d, about(TUSK_STEP_CREATE, view), &buf);
    tusk_step_remade(d, view->name);
}

void tusk_part_create_views(tusk_differ *d)
{
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, d->to->views.count), was = false;
    for (size_t i = 0; done && i < d->to->views.count; i++) {
        if (is_created(d, &d->to->views.items[i], &was) && !was) create_view(d, i, done);
    }
    for (size_t i = 0; done && i < d->from->views.count; i++) {
        const tusk_model_view *now = view_now(d, i);
        if (now) create_view(d, (size_t)(now - d->to->views.items), done);
    }
}
