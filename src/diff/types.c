/* types.c - enums: created, moved, renamed, given labels, made anew, dropped */
#include "src/diff/own_types.h"
#include "src/diff/parts.h"
#include "src/diff/scan.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about_enum(tusk_step_kind kind, const tusk_model_enum *e)
{
    return (tusk_about){ .kind = kind, .what = "enum", .schema = e->schema, .name = e->name };
}

static void create_enum(tusk_differ *d, const tusk_model_enum *e)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "CREATE TYPE %q AS ENUM(", e->schema, e->name);
    for (size_t i = 0; i < e->values.count; i++) {
        tusk_words(&buf, i > 0 ? ", %l" : "%l", e->values.items[i]);
    }
    tusk_words(&buf, ");");
    tusk_step_add_buf(d, about_enum(TUSK_STEP_CREATE, e), &buf);
}

/* Where an old enum is until it is renamed. */
static tusk_str schema_before(const tusk_differ *d, const tusk_enum_change *change)
{
    for (size_t i = 0; i < d->first->schemas.count; i++) {
        bool is = tusk_str_eq(d->first->schemas.items[i], change->first->schema);
        if (is) return d->from->schemas.items[i];
    }
    return change->first->schema;
}

/* Does an enum that is moved or renamed still stand where this one shall be? */
static bool has_to_wait(const tusk_differ *d, const tusk_model_enum *e)
{
    for (size_t i = 0; i < d->changes.enums.count; i++) {
        const tusk_enum_change *change = &d->changes.enums.items[i];
        if (tusk_str_eq(change->first->name, e->name) &&
            tusk_str_eq(tusk_model_schema(schema_before(d, change)), tusk_model_schema(e->schema)))
            return true;
    }
    return false;
}

static void create_enums(tusk_differ *d, bool waiting)
{
    for (size_t i = 0; i < d->to->enums.count; i++) {
        const tusk_model_enum *e = &d->to->enums.items[i];
        if (tusk_model_find_enum(d->from, e->schema, e->name)) continue;
        if (has_to_wait(d, e) == waiting) create_enum(d, e);
    }
}

static const tusk_enum_change *change_of(const tusk_differ *d, const tusk_model_enum *now)
{
    for (size_t i = 0; i < d->changes.enums.count; i++) {
        if (d->changes.enums.items[i].now == now) return &d->changes.enums.items[i];
    }
    return NULL;
}

static void move_enums(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->enums.count; i++) {
        const tusk_enum_change *change = change_of(d, &d->to->enums.items[i]);
        if (!change) continue;
        tusk_str was = schema_before(d, change), is = change->now->schema;
        if (tusk_str_eq(tusk_model_schema(was), tusk_model_schema(is))) continue;
        tusk_step_add(d, about_enum(TUSK_STEP_RENAME, change->first),
                      "ALTER TYPE %q SET SCHEMA %i;", was, change->first->name,
                      is.len > 0 ? is : TUSK_STR("public"));
    }
    for (size_t i = 0; i < d->to->enums.count; i++) {
        const tusk_enum_change *change = change_of(d, &d->to->enums.items[i]);
        if (!change || tusk_str_eq(change->first->name, change->now->name)) continue;
        tusk_step_add(d, about_enum(TUSK_STEP_RENAME, change->first), "ALTER TYPE %q RENAME TO %i;",
                      change->now->schema, change->first->name, change->now->name);
    }
}

static void relabel(tusk_differ *d, const tusk_enum_change *change)
{
    for (size_t i = 0; i < change->first->values.count; i++) {
        tusk_str was = change->first->values.items[i], is = change->old->values.items[i];
        if (tusk_str_eq(was, is)) continue;
        tusk_step_add(d, about_enum(TUSK_STEP_RENAME, change->now),
                      "ALTER TYPE %q RENAME VALUE %l TO %l;", change->now->schema,
                      change->now->name, was, is);
    }
}

static void add_values(tusk_differ *d, const tusk_enum_change *change)
{
    const tusk_names *old = &change->old->values, *now = &change->now->values;
    for (size_t i = 0; i < now->count; i++) {
        if (tusk_names_have(old, now->items[i])) continue;
        tusk_str next = { 0 }; /* the next value that is there already */
        for (size_t j = i + 1; j < now->count && !next.ptr; j++) {
            if (tusk_names_have(old, now->items[j])) next = now->items[j];
        }
        tusk_about about = about_enum(TUSK_STEP_ALTER, change->now);
        if (next.ptr) {
            tusk_step_add(d, about, "ALTER TYPE %q ADD VALUE %l BEFORE %l;", change->now->schema,
                          change->now->name, now->items[i], next);
        } else {
            tusk_step_add(d, about, "ALTER TYPE %q ADD VALUE %l;", change->now->schema,
                          change->now->name, now->items[i]);
        }
    }
}

void tusk_part_types(tusk_differ *d)
{
    create_enums(d, false);
    move_enums(d);
    create_enums(d, true);
    for (size_t i = 0; i < d->changes.enums.count; i++) {
        const tusk_enum_change *change = &d->changes.enums.items[i];
        if (!change->now) continue;
        relabel(d, change);
        if (!change->anew) add_values(d, change);
    }
}

/* ---- made anew: its columns are text while there is no type ---- */

static bool is_column_of(const tusk_model_column *column, const tusk_enum_change *change)
{
    return column->type_schema.len > 0 &&
           tusk_str_eq(tusk_type_base(column->type), change->old->name) &&
           tusk_str_eq(tusk_model_schema(column->type_schema),
                       tusk_model_schema(change->old->schema));
}

static void to_text(tusk_differ *d, const tusk_table_change *table,
                    const tusk_column_change *column, const tusk_enum_change *change)
{
    bool waits = tusk_fates_default_waits(&d->changes, column);
    bool stays = column->now && is_column_of(column->now, change);
    bool has = stays && !waits && column->now->value.kind != TUSK_DEFAULT_NONE;
    if (!has && column->old->value.kind != TUSK_DEFAULT_NONE) {
        TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    }
    TUSK_COLUMN_ALTER(d, table, column, "SET DATA TYPE text");
    if (!has) return;
    TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s::text",
                      tusk_statement_default(d->arena, column->now));
}

static void from_text(tusk_differ *d, const tusk_table_change *table,
                      const tusk_column_change *column, const tusk_enum_change *change)
{
    if (!column->now || !is_column_of(column->now, change)) return;
    tusk_str type = tusk_statement_type_str(d->arena, column->now);
    bool waits = tusk_fates_default_waits(&d->changes, column);
    if (!waits && column->now->value.kind != TUSK_DEFAULT_NONE) {
        TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s::%s",
                          tusk_statement_default(d->arena, column->now), type);
    }
    TUSK_COLUMN_ALTER(d, table, column, "SET DATA TYPE %s USING %i::%s", type, column->old->name,
                      type);
}

typedef void converting(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column, const tusk_enum_change *change);

/* Tables in the order of the new schema, as drizzle-kit has it. */
static void each_column(tusk_differ *d, const tusk_enum_change *change, converting *convert)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_table_change *table = tusk_part_before(d, &d->to->tables.items[i]);
        for (size_t j = 0; table && j < table->columns.count; j++) {
            const tusk_column_change *column = &table->columns.items[j];
            if (is_column_of(column->old, change)) convert(d, table, column, change);
        }
    }
}

void tusk_part_remake_enums(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.enums.count; i++) {
        const tusk_enum_change *change = &d->changes.enums.items[i];
        if (!change->anew) continue;
        each_column(d, change, to_text);
        tusk_step_add(d, about_enum(TUSK_STEP_ALTER, change->now), "DROP TYPE %q;",
                      change->now->schema, change->now->name);
        create_enum(d, change->now);
        tusk_step_remade(d, change->now->name);
        each_column(d, change, from_text);
    }
}

void tusk_part_drop_types(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.enums.count; i++) {
        const tusk_model_enum *e = d->changes.enums.items[i].old;
        if (d->changes.enums.items[i].now) continue;
        tusk_step_add(d, about_enum(TUSK_STEP_DROP, e), "DROP TYPE %q;", e->schema, e->name);
    }
}
