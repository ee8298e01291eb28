/* domains.c - domains and composite types, in the order in which they use each other */
#include "src/diff/own_types.h"
#include "src/diff/parts.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about_domain(tusk_step_kind kind, const tusk_model_domain *domain)
{
    return (tusk_about){
        .kind = kind, .what = "domain", .schema = domain->schema, .name = domain->name
    };
}

static tusk_about about_composite(tusk_step_kind kind, const tusk_model_composite *composite)
{
    return (tusk_about){
        .kind = kind, .what = "type", .schema = composite->schema, .name = composite->name
    };
}

/* ---- creating ---- */

static void create_domain(tusk_differ *d, const tusk_model_domain *domain)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "CREATE DOMAIN %q AS %s", domain->schema, domain->name, domain->type);
    if (domain->value.kind != TUSK_DEFAULT_NONE) tusk_words(&buf, " DEFAULT %s", domain->value.sql);
    if (domain->not_null) tusk_words(&buf, " NOT NULL");
    for (size_t i = 0; i < domain->checks.count; i++) {
        tusk_words(&buf, " CONSTRAINT %i CHECK (%s)", domain->checks.items[i].name,
                   domain->checks.items[i].value);
    }
    tusk_words(&buf, ";");
    tusk_step_add_buf(d, about_domain(TUSK_STEP_CREATE, domain), &buf);
}

static void create_composite(tusk_differ *d, const tusk_model_composite *composite)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "CREATE TYPE %q AS (", composite->schema, composite->name);
    for (size_t i = 0; i < composite->fields.count; i++) {
        tusk_words(&buf, i > 0 ? ", %i " : "%i ", composite->fields.items[i].name);
        tusk_statement_type(&buf, &composite->fields.items[i], true);
    }
    tusk_words(&buf, ");");
    tusk_step_add_buf(d, about_composite(TUSK_STEP_CREATE, composite), &buf);
}

/* Of a composite type, what `from` had and `to` has, in the old order: so are its values in text.
 */
static const tusk_model_composite *kept_part(tusk_differ *d, const tusk_model_composite *old,
                                             const tusk_model_composite *now)
{
    tusk_model_composite *kept = TUSK_NEW(d->arena, tusk_model_composite);
    if (!kept) return now;
    *kept = (tusk_model_composite){ .name = now->name, .schema = now->schema };
    for (size_t i = 0; i < old->fields.count; i++) {
        const tusk_model_column *field = TUSK_NAMED(now->fields, old->fields.items[i].name);
        if (field) (void)tusk_vec_push(d->arena, &kept->fields, *field);
    }
    return kept;
}

/* `waiting`: those that enums made anew, or others like them, hold up. */
static void create_one(tusk_differ *d, size_t i, bool waiting, bool *done)
{
    size_t domains = d->to->domains.count, count = tusk_own_types_count(d->to);
    if (done[i]) return;
    done[i] = true;
    for (size_t j = 0; j < count; j++) {
        if (!done[j] && tusk_own_type_uses(d->to, i, tusk_own_type_name(d->to, j)))
            create_one(d, j, waiting, done);
    }
    if (d->changes.new_types[i] != waiting) return;
    if (!waiting && tusk_own_type_is_in(d->to, d->from, i)) return;
    if (i < domains) {
        create_domain(d, &d->to->domains.items[i]);
    } else {
        const tusk_model_composite *now = &d->to->composites.items[i - domains];
        const tusk_model_composite *old = TUSK_PLACED(d->from->composites, now->schema, now->name);
        create_composite(d, old ? kept_part(d, old, now) : now);
    }
    if (waiting) tusk_step_remade(d, tusk_own_type_name(d->to, i));
}

static void create_types(tusk_differ *d, bool waiting)
{
    size_t count = tusk_own_types_count(d->to);
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count);
    for (size_t i = 0; done && i < count; i++) create_one(d, i, waiting, done);
}

/* ---- altering ---- */

static void alter_checks(tusk_differ *d, const tusk_model_domain *old, const tusk_model_domain *now)
{
    for (size_t i = 0; i < old->checks.count; i++) {
        const tusk_model_check *check = &old->checks.items[i];
        const tusk_model_check *is = TUSK_NAMED(now->checks, check->name);
        if (is && tusk_same_check(check, is)) continue;
        tusk_step_add(d, about_domain(TUSK_STEP_ALTER, now), "ALTER DOMAIN %q DROP CONSTRAINT %i;",
                      now->schema, now->name, check->name);
    }
    for (size_t i = 0; i < now->checks.count; i++) {
        const tusk_model_check *check = &now->checks.items[i];
        const tusk_model_check *was = TUSK_NAMED(old->checks, check->name);
        if (was && tusk_same_check(check, was)) continue;
        tusk_step_add(d, about_domain(TUSK_STEP_ALTER, now),
                      "ALTER DOMAIN %q ADD CONSTRAINT %i CHECK (%s);", now->schema, now->name,
                      check->name, check->value);
    }
}

static void alter_domain(tusk_differ *d, const tusk_model_domain *old, const tusk_model_domain *now)
{
    tusk_about about = about_domain(TUSK_STEP_ALTER, now);
    if (!tusk_same_default(&old->value, &now->value)) {
        bool has = now->value.kind != TUSK_DEFAULT_NONE;
        tusk_step_add(d, about,
                      has ? "ALTER DOMAIN %q SET DEFAULT %s;" : "ALTER DOMAIN %q DROP DEFAULT;",
                      now->schema, now->name, now->value.sql);
    }
    if (old->not_null != now->not_null) {
        tusk_step_add(d, about, "ALTER DOMAIN %q %z NOT NULL;", now->schema, now->name,
                      now->not_null ? "SET" : "DROP");
    }
    alter_checks(d, old, now);
}

static void drop_attributes(tusk_differ *d, const tusk_model_composite *old,
                            const tusk_model_composite *now)
{
    tusk_about about = about_composite(TUSK_STEP_ALTER, now);
    about.loses = TUSK_STR("the values of the attribute");
    for (size_t i = 0; i < old->fields.count; i++) {
        const tusk_model_column *field = &old->fields.items[i];
        if (TUSK_NAMED(now->fields, field->name)) continue;
        tusk_step_add(d, about, "ALTER TYPE %q DROP ATTRIBUTE %i;", now->schema, now->name,
                      field->name);
    }
}

/* New ones are added; with `all`, those that are there get their new types as well. */
static void put_attributes(tusk_differ *d, const tusk_model_composite *old,
                           const tusk_model_composite *now, bool all)
{
    for (size_t i = 0; i < now->fields.count; i++) {
        const tusk_model_column *field = &now->fields.items[i];
        const tusk_model_column *was = TUSK_NAMED(old->fields, field->name);
        if (was && (!all || (tusk_str_eq(was->type, field->type) &&
                             tusk_str_eq(was->type_schema, field->type_schema))))
            continue;
        tusk_step_add(d, about_composite(TUSK_STEP_ALTER, now),
                      was ? "ALTER TYPE %q ALTER ATTRIBUTE %i SET DATA TYPE %s;"
                          : "ALTER TYPE %q ADD ATTRIBUTE %i %s;",
                      now->schema, now->name, field->name,
                      tusk_statement_type_str(d->arena, field));
    }
}

void tusk_part_domains(tusk_differ *d)
{
    size_t domains = d->from->domains.count;
    create_types(d, false);
    for (size_t i = 0; i < domains; i++) {
        const tusk_model_domain *old = &d->from->domains.items[i];
        const tusk_model_domain *now = TUSK_PLACED(d->to->domains, old->schema, old->name);
        if (now && !d->changes.old_types[i]) alter_domain(d, old, now);
    }
    for (size_t i = 0; i < d->from->composites.count; i++) {
        const tusk_model_composite *old = &d->from->composites.items[i];
        const tusk_model_composite *now = TUSK_PLACED(d->to->composites, old->schema, old->name);
        if (!now || d->changes.old_types[domains + i]) continue;
        drop_attributes(d, old, now);
        put_attributes(d, old, now, true);
    }
}

/* ---- dropping: what uses a type goes before it ---- */

static void drop_one(tusk_differ *d, size_t i, bool early, bool *done)
{
    size_t domains = d->from->domains.count, count = tusk_own_types_count(d->from);
    if (done[i]) return;
    done[i] = true;
    if (d->changes.old_types[i] != early) return;
    if (!early && tusk_own_type_is_in(d->from, d->to, i)) return;
    for (size_t j = 0; j < count; j++) {
        if (!done[j] && tusk_own_type_uses(d->from, j, tusk_own_type_name(d->from, i)))
            drop_one(d, j, early, done);
    }
    if (i < domains) {
        const tusk_model_domain *domain = &d->from->domains.items[i];
        tusk_step_add(d, about_domain(TUSK_STEP_DROP, domain), "DROP DOMAIN %q;", domain->schema,
                      domain->name);
    } else {
        const tusk_model_composite *composite = &d->from->composites.items[i - domains];
        tusk_step_add(d, about_composite(TUSK_STEP_DROP, composite), "DROP TYPE %q;",
                      composite->schema, composite->name);
    }
}

static void drop_types(tusk_differ *d, bool early)
{
    size_t count = tusk_own_types_count(d->from);
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count);
    for (size_t i = 0; done && i < count; i++) drop_one(d, i, early, done);
}

void tusk_part_drop_domains(tusk_differ *d)
{
    drop_types(d, false);
}

/* ---- made anew: their columns are text while there is no type ---- */

typedef void converting(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column);

static void each_column(tusk_differ *d, converting *convert)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->columns.count; j++) {
            const tusk_column_change *column = &table->columns.items[j];
            bool of_enum = tusk_fates_enum_of(&d->changes, column->old) != NULL;
            if (column->via_text && !of_enum) convert(d, table, column);
        }
    }
}

static void to_text(tusk_differ *d, const tusk_table_change *table,
                    const tusk_column_change *column)
{
    if (column->old->value.kind != TUSK_DEFAULT_NONE) {
        TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    }
    TUSK_COLUMN_ALTER(d, table, column, "SET DATA TYPE text");
}

static void set_default(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column)
{
    if (column->now->value.kind == TUSK_DEFAULT_NONE) return;
    TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s",
                      tusk_statement_default(d->arena, column->now));
}

static void from_text(tusk_differ *d, const tusk_table_change *table,
                      const tusk_column_change *column)
{
    if (!column->now || column->cast > TUSK_CAST_NEAR) return;
    tusk_str type = tusk_statement_type_str(d->arena, column->now);
    TUSK_COLUMN_ALTER(d, table, column, "SET DATA TYPE %s USING %i::%s", type, column->old->name,
                      type);
    if (tusk_fates_default_waits(&d->changes, column)) return;
    set_default(d, table, column);
}

static void each_composite(tusk_differ *d, bool late)
{
    for (size_t i = 0; i < d->from->composites.count; i++) {
        const tusk_model_composite *old = &d->from->composites.items[i];
        const tusk_model_composite *now = TUSK_PLACED(d->to->composites, old->schema, old->name);
        if (!now || !d->changes.old_types[d->from->domains.count + i]) continue;
        if (late) {
            put_attributes(d, old, now, false);
        } else {
            drop_attributes(d, old, now);
        }
    }
}

void tusk_part_drop_early_types(tusk_differ *d)
{
    each_composite(d, false);
    each_column(d, to_text);
    drop_types(d, true);
}

void tusk_part_remake_types(tusk_differ *d)
{
    create_types(d, true);
    each_column(d, from_text);
    each_composite(d, true);
}

/* Defaults that speak of what is made anew: gone before it, back after it. */
static void waiting_defaults(tusk_differ *d, bool back)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->columns.count; j++) {
            const tusk_column_change *column = &table->columns.items[j];
            if (!tusk_fates_default_waits(&d->changes, column)) continue;
            bool had = column->old->value.kind != TUSK_DEFAULT_NONE;
            if (!back && had) TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
            if (back && column->now && column->cast <= TUSK_CAST_NEAR)
                set_default(d, table, column);
        }
    }
}

void tusk_part_drop_waiting_defaults(tusk_differ *d)
{
    waiting_defaults(d, false);
}

void tusk_part_waiting_defaults(tusk_differ *d)
{
    waiting_defaults(d, true);
}
