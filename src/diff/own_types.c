/* own_types.c - which domains and composite types have to be made anew, and with whom */
#include "src/diff/own_types.h"

#include "src/diff/scan.h"

#include "src/base/banned.h"

/* ---- the row of both kinds ---- */

size_t tusk_own_types_count(const tusk_model *model)
{
    return model->domains.count + model->composites.count;
}

static const tusk_model_composite *composite_at(const tusk_model *model, size_t i)
{
    return &model->composites.items[i - model->domains.count];
}

tusk_str tusk_own_type_name(const tusk_model *model, size_t i)
{
    return i < model->domains.count ? model->domains.items[i].name : composite_at(model, i)->name;
}

static tusk_str schema_at(const tusk_model *model, size_t i)
{
    return i < model->domains.count ? model->domains.items[i].schema
                                    : composite_at(model, i)->schema;
}

bool tusk_own_type_uses(const tusk_model *model, size_t i, tusk_str type)
{
    if (i < model->domains.count) return tusk_scan_names(model->domains.items[i].type, type);
    const tusk_model_composite *composite = composite_at(model, i);
    for (size_t j = 0; j < composite->fields.count; j++) {
        if (tusk_scan_names(composite->fields.items[j].type, type)) return true;
        /* a field's type may also be a bare name, with whatever letters */
        if (tusk_str_eq(tusk_type_base(composite->fields.items[j].type), type)) return true;
    }
    return false;
}

bool tusk_own_type_is_in(const tusk_model *model, const tusk_model *other, size_t i)
{
    tusk_str schema = schema_at(model, i), name = tusk_own_type_name(model, i);
    if (i < model->domains.count) return TUSK_PLACED(other->domains, schema, name) != NULL;
    return TUSK_PLACED(other->composites, schema, name) != NULL;
}

bool tusk_own_type_of(const tusk_model *model, const tusk_model_column *column, size_t *i)
{
    tusk_str base = tusk_type_base(column->type);
    bool placed = column->type_schema.len > 0;
    if (!placed && tusk_type_is_built_in(base)) return false;
    for (*i = 0; *i < tusk_own_types_count(model); ++*i) {
        tusk_str name = tusk_own_type_name(model, *i);
        bool named = tusk_str_eq(base, name) || (!placed && tusk_scan_names(base, name));
        if (!named) continue;
        if (!placed || tusk_str_eq(tusk_model_schema(column->type_schema),
                                   tusk_model_schema(schema_at(model, *i))))
            return true;
    }
    return false;
}

static bool reaches(const tusk_model *model, size_t i, tusk_str name, size_t rest)
{
    if (tusk_own_type_uses(model, i, name)) return true;
    for (size_t j = 0; rest > 0 && j < tusk_own_types_count(model); j++) {
        if (j == i || !tusk_own_type_uses(model, i, tusk_own_type_name(model, j))) continue;
        if (reaches(model, j, name, rest - 1)) return true;
    }
    return false;
}

bool tusk_own_type_reaches(const tusk_model *model, size_t i, const tusk_model_enum *e)
{
    return reaches(model, i, e->name, tusk_own_types_count(model));
}

/* ---- which of them step aside ---- */

/* Is a column of the type, or of one that is made of it? */
static bool is_in_use(const tusk_model *model, size_t i)
{
    for (size_t t = 0; t < model->tables.count; t++) {
        const tusk_model_table *table = &model->tables.items[t];
        for (size_t c = 0; c < table->columns.count; c++) {
            size_t of = 0;
            if (!tusk_own_type_of(model, &table->columns.items[c], &of)) continue;
            bool is = of == i ||
                      reaches(model, of, tusk_own_type_name(model, i), tusk_own_types_count(model));
            if (is) return true;
        }
    }
    return false;
}

static bool field_changes(const tusk_model_composite *old, const tusk_model_composite *now)
{
    for (size_t i = 0; i < now->fields.count; i++) {
        const tusk_model_column *field = &now->fields.items[i];
        const tusk_model_column *was = TUSK_NAMED(old->fields, field->name);
        if (was && (!tusk_str_eq(was->type, field->type) ||
                    !tusk_str_eq(was->type_schema, field->type_schema)))
            return true;
    }
    return false;
}

/* No statement changes what a domain is of, nor an attribute that a column holds. */
static bool changes_itself(const tusk_fates *changes, size_t i)
{
    if (i < changes->from->domains.count) {
        const tusk_model_domain *old = &changes->from->domains.items[i];
        const tusk_model_domain *now = TUSK_PLACED(changes->to->domains, old->schema, old->name);
        return now && !tusk_str_eq(old->type, now->type);
    }
    const tusk_model_composite *old = composite_at(changes->from, i);
    const tusk_model_composite *now = TUSK_PLACED(changes->to->composites, old->schema, old->name);
    return now && field_changes(old, now) && is_in_use(changes->from, i);
}

/* Those that are in the row through one that is: until nothing is added. */
static void spread(const tusk_fates *changes, const tusk_model *model, bool *in_row)
{
    size_t count = tusk_own_types_count(model);
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < count; i++) {
            bool hit = false;
            for (size_t e = 0; !in_row[i] && e < changes->enums.count; e++) {
                const tusk_enum_change *change = &changes->enums.items[e];
                hit |= change->anew && tusk_own_type_uses(model, i, change->old->name);
            }
            for (size_t j = 0; !in_row[i] && j < count; j++) {
                if (in_row[j] && tusk_own_type_uses(model, i, tusk_own_type_name(model, j)))
                    hit = true;
            }
            in_row[i] |= hit;
            any |= hit;
        }
    }
}

static bool was_in_row(const tusk_fates *changes, size_t now)
{
    for (size_t i = 0; i < tusk_own_types_count(changes->from); i++) {
        bool same = tusk_str_eq(tusk_own_type_name(changes->from, i),
                                tusk_own_type_name(changes->to, now)) &&
                    tusk_str_eq(tusk_model_schema(schema_at(changes->from, i)),
                                tusk_model_schema(schema_at(changes->to, now)));
        if (same && changes->old_types[i]) return true;
    }
    return false;
}

void tusk_fates_find_types(tusk_fates *changes)
{
    size_t before = tusk_own_types_count(changes->from), after = tusk_own_types_count(changes->to);
    changes->old_types = TUSK_NEW_ARRAY(changes->arena, bool, before);
    changes->new_types = TUSK_NEW_ARRAY(changes->arena, bool, after);
    if (!changes->old_types || !changes->new_types) return;
    for (size_t i = 0; i < before; i++) changes->old_types[i] = changes_itself(changes, i);
    spread(changes, changes->from, changes->old_types);
    for (size_t i = 0; i < after; i++) changes->new_types[i] = was_in_row(changes, i);
    spread(changes, changes->to, changes->new_types);
    for (size_t i = 0; i < changes->enums.count; i++) {
        const tusk_enum_change *e = &changes->enums.items[i];
        if (e->anew) tusk_vec_push(changes->arena, &changes->anew_types, e->first->name);
    }
    for (size_t i = 0; i < before; i++) {
        if (!changes->old_types[i]) continue;
        tusk_vec_push(changes->arena, &changes->anew_types, tusk_own_type_name(changes->from, i));
    }
}

/* ---- what is of them ---- */

bool tusk_fates_is_anew(const tusk_fates *changes, const tusk_model_column *column)
{
    size_t i = 0;
    if (tusk_fates_enum_of(changes, column)) return true;
    return tusk_own_type_of(changes->from, column, &i) && changes->old_types[i];
}

bool tusk_fates_type_waits(const tusk_fates *changes, const tusk_model_column *column)
{
    size_t i = 0;
    if (tusk_fates_enum_of(changes, column)) return true;
    return tusk_own_type_of(changes->to, column, &i) && changes->new_types[i];
}

bool tusk_fates_names_anew(const tusk_names *anew_types, tusk_str text)
{
    for (size_t i = 0; text.ptr && i < anew_types->count; i++) {
        if (tusk_scan_names(text, anew_types->items[i])) return true;
    }
    return false;
}
