/* fate_others.c - what becomes of enums, views, policies and routines */
#include "src/diff/fate.h"
#include "src/diff/own_types.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"

#include "src/base/banned.h"

/* ---- enums: is a label used that PostgreSQL would not take yet? ---- */

static bool is_of(const tusk_model_column *column, const tusk_model_enum *e)
{
    return column->type_schema.len > 0 && tusk_str_eq(tusk_type_base(column->type), e->name) &&
           tusk_str_eq(tusk_model_schema(column->type_schema), tusk_model_schema(e->schema));
}

/* Of the enum itself, or of a domain or composite type over it. */
static bool comes_down_to(const tusk_model *model, const tusk_model_column *column,
                          const tusk_model_enum *e)
{
    size_t i = 0;
    if (is_of(column, e)) return true;
    return tusk_own_type_of(model, column, &i) && tusk_own_type_reaches(model, i, e);
}

/* A text that was there before cannot mean the new label. */
static bool uses(tusk_str text, tusk_str before, tusk_str label)
{
    if (!text.ptr || (before.ptr && tusk_str_eq(text, before))) return false;
    return tusk_scan_has_label(text, label);
}

static bool index_uses(const tusk_model_index *index, const tusk_model_table *old, tusk_str label)
{
    const tusk_model_index *before = old ? TUSK_NAMED(old->indexes, index->name) : NULL;
    if (before && tusk_same_index(before, index)) return false;
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *column = &index->columns.items[i];
        if (column->is_expression && tusk_scan_has_label(column->expression, label)) return true;
    }
    return index->where.ptr && tusk_scan_has_label(index->where, label);
}

static bool policies_use(const tusk_model_table *table, const tusk_model_table *old, tusk_str label)
{
    for (size_t i = 0; i < table->policies.count; i++) {
        const tusk_model_policy *policy = &table->policies.items[i];
        const tusk_model_policy *before = old ? TUSK_NAMED(old->policies, policy->name) : NULL;
        tusk_str none = { 0 };
        if (uses(policy->using_, before ? before->using_ : none, label)) return true;
        if (uses(policy->with_check, before ? before->with_check : none, label)) return true;
    }
    return false;
}

/* Do the defaults and checks of domains? */
static bool domains_use(const tusk_fates *changes, const tusk_model_enum *e, tusk_str label)
{
    tusk_str none = { 0 };
    for (size_t i = 0; i < changes->to->domains.count; i++) {
        const tusk_model_domain *domain = &changes->to->domains.items[i];
        const tusk_model_domain *old =
            TUSK_PLACED(changes->from->domains, domain->schema, domain->name);
        if (!tusk_own_type_reaches(changes->to, i, e)) continue;
        if (uses(domain->value.sql, old ? old->value.sql : none, label)) return true;
        for (size_t j = 0; j < domain->checks.count; j++) {
            const tusk_model_check *check = &domain->checks.items[j];
            const tusk_model_check *before = old ? TUSK_NAMED(old->checks, check->name) : NULL;
            if (uses(check->value, before ? before->value : none, label)) return true;
        }
    }
    return false;
}

static bool table_uses(const tusk_model *model, const tusk_model_table *table,
                       const tusk_model_table *old, const tusk_model_enum *e, tusk_str label)
{
    tusk_str none = { 0 };
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_model_column *column = &table->columns.items[i];
        const tusk_model_column *before = old ? TUSK_NAMED(old->columns, column->name) : NULL;
        if (comes_down_to(model, column, e) &&
            uses(column->value.sql, before ? before->value.sql : none, label))
            return true;
        if (uses(column->generated, before ? before->generated : none, label)) return true;
    }
    for (size_t i = 0; i < table->checks.count; i++) {
        const tusk_model_check *check = &table->checks.items[i];
        const tusk_model_check *before = old ? TUSK_NAMED(old->checks, check->name) : NULL;
        if (uses(check->value, before ? before->value : none, label)) return true;
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        if (index_uses(&table->indexes.items[i], old, label)) return true;
    }
    return policies_use(table, old, label);
}

/* Views and functions that speak of the table, or of the enum itself. */
static bool others_use(const tusk_fates *changes, tusk_str name, tusk_str label)
{
    tusk_str none = { 0 };
    for (size_t i = 0; i < changes->to->views.count; i++) {
        const tusk_model_view *view = &changes->to->views.items[i];
        const tusk_model_view *before = TUSK_PLACED(changes->from->views, view->schema, view->name);
        if (!uses(view->definition, before ? before->definition : none, label)) continue;
        if (tusk_scan_names(view->definition, name)) return true;
    }
    for (size_t i = 0; i < changes->to->routines.count; i++) {
        tusk_str statement = changes->to->routines.items[i].statement;
        if (tusk_scan_has_label(statement, label) && tusk_scan_names(statement, name)) return true;
    }
    return false;
}

static bool label_used(const tusk_fates *changes, const tusk_model_enum *e, tusk_str label)
{
    if (others_use(changes, e->name, label) || domains_use(changes, e, label)) return true;
    for (size_t i = 0; i < changes->to->tables.count; i++) {
        const tusk_model_table *table = &changes->to->tables.items[i];
        bool has = false;
        for (size_t j = 0; j < table->columns.count && !has; j++) {
            has = comes_down_to(changes->to, &table->columns.items[j], e);
        }
        if (!has) continue;
        const tusk_model_table *old =
            tusk_model_find_table(changes->from, table->schema, table->name);
        if (table_uses(changes->to, table, old, e, label) ||
            others_use(changes, table->name, label))
            return true;
    }
    return false;
}

void tusk_fates_find_enums(tusk_fates *changes)
{
    for (size_t i = 0; i < changes->from->enums.count; i++) {
        const tusk_model_enum *old = &changes->from->enums.items[i];
        tusk_enum_change change = { .first = &changes->first->enums.items[i],
                                    .old = old,
                                    .now =
                                        tusk_model_find_enum(changes->to, old->schema, old->name) };
        const tusk_model_enum *now = change.now;
        if (now) change.anew = !tusk_same_values_added(&old->values, &now->values);
        for (size_t j = 0; !change.anew && now && j < now->values.count; j++) {
            if (tusk_names_have(&old->values, now->values.items[j])) continue;
            change.anew = label_used(changes, now, now->values.items[j]);
        }
        tusk_vec_push(changes->arena, &changes->enums, change);
    }
}

/* ---- what is spoken of ---- */

/* Does the text speak of something in the table that steps aside? Its own columns are named
 * without the table. */
static bool speaks_of_table(const tusk_table_change *table, tusk_str text, bool own)
{
    if (!own && !tusk_scan_names(text, table->first->name)) return false;
    if (!table->now) return true;
    bool star = tusk_scan_has_star(text);
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (column->now && column->depth == TUSK_UNTOUCHED) continue;
        if (star || tusk_scan_names(text, column->first_name)) return true;
    }
    return false;
}

static bool speaks_of_change(const tusk_fates *changes, tusk_str text, const tusk_table_change *own)
{
    if (tusk_fates_names_anew(&changes->anew_types, text)) return true;
    for (size_t i = 0; i < changes->tables.count; i++) {
        const tusk_table_change *table = &changes->tables.items[i];
        if (speaks_of_table(table, text, table == own)) return true;
    }
    for (size_t i = 0; i < changes->enums.count; i++) {
        const tusk_enum_change *e = &changes->enums.items[i];
        if (!e->now && tusk_scan_names(text, e->first->name)) return true;
    }
    for (size_t i = 0; i < tusk_own_types_count(changes->from); i++) {
        bool stays = tusk_own_type_is_in(changes->from, changes->to, i);
        if (!stays && tusk_scan_names(text, tusk_own_type_name(changes->from, i))) return true;
    }
    for (size_t i = 0; i < changes->from->views.count; i++) {
        if (changes->views[i] == TUSK_KEPT) continue;
        if (tusk_scan_names(text, changes->first->views.items[i].name)) return true;
    }
    return false;
}

/* ---- views ---- */

static tusk_fate fate_of_view(const tusk_fates *changes, const tusk_model_view *old)
{
    const tusk_model_view *now = TUSK_PLACED(changes->to->views, old->schema, old->name);
    if (!now) return TUSK_GONE;
    if (old->existing && now->existing) return TUSK_KEPT;
    bool same = old->existing == now->existing && old->materialized == now->materialized &&
                tusk_str_eq(old->definition, now->definition);
    return same ? TUSK_KEPT : TUSK_CHANGED;
}

/* The name of a table or view that was meant is somebody else's now. */
static bool means_another(const tusk_fates *changes, tusk_str text)
{
    for (size_t i = 0; i < changes->tables.count; i++) {
        const tusk_table_change *table = &changes->tables.items[i];
        if (tusk_str_eq(table->first->name, table->old->name)) continue;
        if (!tusk_scan_names(text, table->first->name)) continue;
        if (tusk_model_find_table(changes->to, table->first->schema, table->first->name))
            return true;
    }
    return false;
}

void tusk_fates_find_views(tusk_fates *changes)
{
    size_t count = changes->from->views.count;
    for (size_t i = 0; i < count; i++) {
        changes->views[i] = fate_of_view(changes, &changes->from->views.items[i]);
    }
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < count; i++) {
            const tusk_model_view *view = &changes->from->views.items[i];
            if (changes->views[i] != TUSK_KEPT || view->existing || !view->definition.ptr) continue;
            if (!speaks_of_change(changes, view->definition, NULL) &&
                !means_another(changes, view->definition))
                continue;
            changes->views[i] = TUSK_CHANGED;
            again = true;
        }
    }
}

/* ---- policies ---- */

static bool policy_touched(const tusk_fates *changes, const tusk_model_policy *policy,
                           const tusk_table_change *own)
{
    return (policy->using_.ptr && speaks_of_change(changes, policy->using_, own)) ||
           (policy->with_check.ptr && speaks_of_change(changes, policy->with_check, own));
}

void tusk_fates_find_policies(tusk_fates *changes)
{
    for (size_t i = 0; i < changes->tables.count; i++) {
        tusk_table_change *table = &changes->tables.items[i];
        for (size_t j = 0; table->now && j < table->old->policies.count; j++) {
            if (!policy_touched(changes, &table->old->policies.items[j], table)) continue;
            table->early_policies[j] = true;
            if (table->policies[j] == TUSK_KEPT) table->policies[j] = TUSK_CHANGED;
        }
    }
    for (size_t i = 0; i < changes->from->policies.count; i++) {
        const tusk_model_policy *old = &changes->from->policies.items[i];
        const tusk_model_policy *now = NULL;
        for (size_t j = 0; j < changes->to->policies.count; j++) {
            const tusk_model_policy *p = &changes->to->policies.items[j];
            if (tusk_str_eq(p->name, old->name) && tusk_str_eq(p->on, old->on)) now = p;
        }
        changes->policies[i] = !now                          ? TUSK_GONE
                               : !tusk_same_policy(old, now) ? TUSK_CHANGED
                                                             : TUSK_KEPT;
    }
}

/* ---- routines ---- */

/* "touch" of "touch()". */
static tusk_str plain_name(tusk_str name)
{
    const char *open = memchr(name.ptr, '(', name.len);
    return open ? (tusk_str){ name.ptr, (size_t)(open - name.ptr) } : name;
}

static bool index_calls(const tusk_model_index *index, tusk_str name)
{
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *part = &index->columns.items[i];
        if (part->is_expression && tusk_scan_names(part->expression, name)) return true;
    }
    return index->where.ptr && tusk_scan_names(index->where, name);
}

static bool policy_calls(const tusk_model_policy *policy, tusk_str name)
{
    return (policy->using_.ptr && tusk_scan_names(policy->using_, name)) ||
           (policy->with_check.ptr && tusk_scan_names(policy->with_check, name));
}

static bool table_calls(const tusk_model_table *table, tusk_str name)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_model_column *column = &table->columns.items[i];
        if (column->value.sql.ptr && tusk_scan_names(column->value.sql, name)) return true;
        if (column->generated.ptr && tusk_scan_names(column->generated, name)) return true;
    }
    for (size_t i = 0; i < table->checks.count; i++) {
        if (tusk_scan_names(table->checks.items[i].value, name)) return true;
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        if (index_calls(&table->indexes.items[i], name)) return true;
    }
    for (size_t i = 0; i < table->policies.count; i++) {
        if (policy_calls(&table->policies.items[i], name)) return true;
    }
    return false;
}

static bool is_called(const tusk_model *model, tusk_str name)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        if (table_calls(&model->tables.items[i], name)) return true;
    }
    for (size_t i = 0; i < model->views.count; i++) {
        const tusk_model_view *view = &model->views.items[i];
        if (view->definition.ptr && tusk_scan_names(view->definition, name)) return true;
    }
    return false;
}

static bool is_same_routine(const tusk_model_routine *a, const tusk_model_routine *b)
{
    return a->is_trigger == b->is_trigger && tusk_str_eq(a->name, b->name) &&
           tusk_str_eq(tusk_model_schema(a->schema), tusk_model_schema(b->schema)) &&
           tusk_str_eq(a->table, b->table);
}

/* As its schema is called now: a function goes along with it. */
static tusk_str in_new_schemas(const tusk_fates *changes, tusk_str statement)
{
    for (size_t i = 0; i < changes->first->schemas.count; i++) {
        tusk_str was = changes->first->schemas.items[i], is = changes->from->schemas.items[i];
        if (tusk_str_eq(was, is)) continue;
        statement = tusk_scan_rename(changes->arena, statement, was, is);
    }
    return statement;
}

/* A trigger is made anew with any change; a function is replaced, unless it is called otherwise or
 * gives something else. */
static tusk_fate fate_of_routine(const tusk_fates *changes, const tusk_model_routine *old)
{
    for (size_t i = 0; i < changes->to->routines.count; i++) {
        const tusk_model_routine *now = &changes->to->routines.items[i];
        if (!is_same_routine(old, now)) continue;
        bool same = old->is_trigger
                        ? tusk_str_eq(old->statement, now->statement)
                        : tusk_str_eq(tusk_scan_head(in_new_schemas(changes, old->statement)),
                                      tusk_scan_head(now->statement));
        return same ? TUSK_KEPT : TUSK_CHANGED;
    }
    return TUSK_GONE;
}

void tusk_fates_find_remade_functions(tusk_fates *changes)
{
    for (size_t i = 0; i < changes->from->routines.count; i++) {
        const tusk_model_routine *old = &changes->from->routines.items[i];
        if (old->is_trigger || fate_of_routine(changes, old) != TUSK_CHANGED) continue;
        tusk_str name = plain_name(old->name);
        if (is_called(changes->first, name))
            tusk_vec_push(changes->arena, &changes->anew_types, name);
    }
}

static const tusk_table_change *table_of(const tusk_fates *changes,
                                         const tusk_model_routine *trigger)
{
    for (size_t i = 0; i < changes->tables.count; i++) {
        const tusk_model_table *old = changes->tables.items[i].old;
        if (tusk_str_eq(old->name, trigger->table) &&
            tusk_str_eq(tusk_model_schema(old->schema), tusk_model_schema(trigger->schema)))
            return &changes->tables.items[i];
    }
    return NULL;
}

static bool calls_changed(const tusk_fates *changes, tusk_str statement)
{
    for (size_t i = 0; i < changes->from->routines.count; i++) {
        const tusk_model_routine *routine = &changes->from->routines.items[i];
        if (routine->is_trigger || changes->routines[i] == TUSK_KEPT) continue;
        if (tusk_scan_names(statement, plain_name(routine->name))) return true;
    }
    return false;
}

bool tusk_fates_routine_waits(const tusk_fates *changes, const tusk_model_routine *routine)
{
    return !routine->is_trigger &&
           (tusk_fates_names_anew(&changes->anew_types, routine->name) ||
            tusk_fates_names_anew(&changes->anew_types, tusk_scan_head(routine->statement)));
}

static bool calls_waiting(const tusk_fates *changes, tusk_str sql)
{
    for (size_t i = 0; sql.ptr && i < changes->from->routines.count; i++) {
        const tusk_model_routine *routine = &changes->from->routines.items[i];
        if (!tusk_fates_routine_waits(changes, routine)) continue;
        if (tusk_scan_names(sql, plain_name(routine->name))) return true;
    }
    return false;
}

bool tusk_fates_default_waits(const tusk_fates *changes, const tusk_column_change *column)
{
    const tusk_str none = { 0 };
    tusk_str before = column->old->value.sql, after = column->now ? column->now->value.sql : none;
    return tusk_fates_names_anew(&changes->anew_types, before) ||
           tusk_fates_names_anew(&changes->anew_types, after) || calls_waiting(changes, before) ||
           calls_waiting(changes, after);
}

void tusk_fates_find_routines(tusk_fates *changes)
{
    size_t count = changes->from->routines.count;
    for (size_t i = 0; i < count; i++) {
        const tusk_model_routine *old = &changes->from->routines.items[i];
        changes->routines[i] = fate_of_routine(changes, old);
        bool waits = tusk_fates_routine_waits(changes, old);
        if (waits && changes->routines[i] == TUSK_KEPT) changes->routines[i] = TUSK_CHANGED;
    }
    for (size_t i = 0; i < count; i++) {
        const tusk_model_routine *old = &changes->from->routines.items[i];
        if (!old->is_trigger || changes->routines[i] != TUSK_KEPT) continue;
        const tusk_table_change *table = table_of(changes, old);
        bool touched = (table && speaks_of_table(table, old->statement, true)) ||
                       tusk_fates_names_anew(&changes->anew_types, old->statement);
        if (touched || calls_changed(changes, old->statement)) changes->routines[i] = TUSK_CHANGED;
    }
}
