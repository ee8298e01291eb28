/* routines.c - functions, procedures and triggers, by their text */
#include "src/diff/own_types.h"
#include "src/diff/parts.h"
#include "src/diff/scan.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const tusk_model_routine *routine)
{
    tusk_about a = { .kind = kind, .what = "function", .schema = routine->schema };
    a.name = routine->name;
    if (!routine->is_trigger) return a;
    a.what = "trigger";
    a.name = routine->table;
    a.member = routine->name;
    return a;
}

static const tusk_model_routine *find(const tusk_model *model, const tusk_model_routine *routine)
{
    for (size_t i = 0; i < model->routines.count; i++) {
        const tusk_model_routine *other = &model->routines.items[i];
        if (other->is_trigger == routine->is_trigger && tusk_str_eq(other->name, routine->name) &&
            tusk_str_eq(other->table, routine->table) &&
            tusk_str_eq(tusk_model_schema(other->schema), tusk_model_schema(routine->schema)))
            return other;
    }
    return NULL;
}

static void add_statement(tusk_differ *d, tusk_step_kind kind, const tusk_model_routine *routine)
{
    tusk_str text = tusk_str_trim(routine->statement);
    bool ended = text.len > 0 && text.ptr[text.len - 1] == ';';
    tusk_step_add(d, about(kind, routine), ended ? "%s" : "%s;", text);
    tusk_step_remade(d, routine->name);
}

/* ---- triggers ---- */

static bool table_stays(const tusk_differ *d, const tusk_model_routine *trigger)
{
    return tusk_model_find_table(d->to, trigger->schema, trigger->table) ||
           TUSK_PLACED(d->to->views, trigger->schema, trigger->table);
}

/* A view that is made again takes its triggers along. */
static bool view_goes(const tusk_differ *d, const tusk_model_routine *trigger)
{
    const tusk_model_view *view = TUSK_PLACED(d->from->views, trigger->schema, trigger->table);
    return view && d->changes.views[view - d->from->views.items] != TUSK_KEPT;
}

void tusk_part_drop_triggers(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->routines.count; i++) {
        const tusk_model_routine *trigger = &d->from->routines.items[i];
        if (!trigger->is_trigger || d->changes.routines[i] == TUSK_KEPT) continue;
        if (!table_stays(d, trigger) || view_goes(d, trigger)) continue;
        tusk_step_add(d, about(TUSK_STEP_DROP, trigger), "DROP TRIGGER %i ON %t;", trigger->name,
                      trigger->schema, trigger->table);
    }
}

void tusk_part_triggers(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->routines.count; i++) {
        const tusk_model_routine *trigger = &d->to->routines.items[i];
        if (!trigger->is_trigger) continue;
        const tusk_model_routine *old = find(d->from, trigger);
        bool kept = old && d->changes.routines[old - d->from->routines.items] == TUSK_KEPT;
        if (!kept || view_goes(d, trigger)) add_statement(d, TUSK_STEP_CREATE, trigger);
    }
}

/* ---- functions ---- */

static tusk_str plain_name(tusk_str name)
{
    const char *open = memchr(name.ptr, '(', name.len);
    return open ? tusk_str_trim((tusk_str){ name.ptr, (size_t)(open - name.ptr) }) : name;
}

/* "touch()": the name is quoted, the types of the arguments are as they are. */
static void drop_routine(tusk_differ *d, const tusk_model_routine *routine)
{
    tusk_str name = plain_name(routine->name);
    const char *open = memchr(routine->name.ptr, '(', routine->name.len);
    tusk_str arguments = { open,
                           open ? (size_t)(routine->name.ptr + routine->name.len - open) : 0 };
    bool quoted = name.len > 0 && name.ptr[0] == '"';
    if (quoted) {
        tusk_str schema = routine->schema.len > 0 ? routine->schema : TUSK_STR("public");
        tusk_step_add(d, about(TUSK_STEP_DROP, routine), "DROP ROUTINE %i.%s%s;", schema, name,
                      arguments);
        return;
    }
    tusk_step_add(d, about(TUSK_STEP_DROP, routine), "DROP ROUTINE %q%s;", routine->schema, name,
                  arguments);
}

/* Does it speak of a table or view that is only made now? Then it comes after them. */
static bool is_late(const tusk_differ *d, const tusk_model_routine *routine)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        if (tusk_scan_names(routine->statement, table->name)) return true;
    }
    for (size_t i = 0; i < d->to->views.count; i++) {
        if (tusk_scan_names(routine->statement, d->to->views.items[i].name)) return true;
    }
    return false;
}

/* Does a table's expression call it? Then it comes before them, whatever it speaks of. */
static bool is_called(const tusk_differ *d, tusk_str name)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        for (size_t j = 0; j < table->columns.count; j++) {
            const tusk_model_column *column = &table->columns.items[j];
            if (tusk_scan_names(column->value.sql, name)) return true;
            if (column->generated.ptr && tusk_scan_names(column->generated, name)) return true;
        }
        for (size_t j = 0; j < table->checks.count; j++) {
            if (tusk_scan_names(table->checks.items[j].value, name)) return true;
        }
    }
    return false;
}

static void put_routine(tusk_differ *d, const tusk_model_routine *routine)
{
    const tusk_model_routine *old = find(d->from, routine);
    bool remade = old && d->changes.routines[old - d->from->routines.items] == TUSK_CHANGED;
    if (old && !remade && tusk_str_eq(old->statement, routine->statement)) return;
    if (remade) drop_routine(d, old);
    add_statement(d, old ? TUSK_STEP_ALTER : TUSK_STEP_CREATE, routine);
}

void tusk_part_routines(tusk_differ *d, bool early)
{
    for (size_t i = 0; i < d->to->routines.count; i++) {
        const tusk_model_routine *routine = &d->to->routines.items[i];
        if (routine->is_trigger || tusk_fates_routine_waits(&d->changes, routine)) continue;
        bool late = is_late(d, routine) && !is_called(d, plain_name(routine->name));
        if (late != early) put_routine(d, routine);
    }
}

void tusk_part_drop_waiting_routines(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->routines.count; i++) {
        const tusk_model_routine *routine = &d->from->routines.items[i];
        if (tusk_fates_routine_waits(&d->changes, routine)) drop_routine(d, routine);
    }
}

void tusk_part_waiting_routines(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->routines.count; i++) {
        const tusk_model_routine *routine = &d->to->routines.items[i];
        if (tusk_fates_routine_waits(&d->changes, routine)) put_routine(d, routine);
    }
}

void tusk_part_drop_routines(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->routines.count; i++) {
        const tusk_model_routine *routine = &d->from->routines.items[i];
        if (!routine->is_trigger && d->changes.routines[i] == TUSK_GONE) drop_routine(d, routine);
    }
}
