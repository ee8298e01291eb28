/* domains.c - domains and composite types, in the order in which they use each other */
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

static bool composite_names(const tusk_model_composite *composite, tusk_str type)
{
    for (size_t i = 0; i < composite->fields.count; i++) {
        if (tusk_scan_names(composite->fields.items[i].type, type)) return true;
    }
    return false;
}

/* Both kinds in one row, composites after domains. */
static tusk_str name_of(const tusk_model *model, size_t i)
{
    size_t domains = model->domains.count;
    return i < domains ? model->domains.items[i].name : model->composites.items[i - domains].name;
}

static bool uses(const tusk_model *model, size_t i, tusk_str type)
{
    size_t domains = model->domains.count;
    return i < domains ? tusk_scan_names(model->domains.items[i].type, type)
                       : composite_names(&model->composites.items[i - domains], type);
}

static bool is_in(const tusk_model *model, const tusk_model *other, size_t i)
{
    size_t domains = model->domains.count;
    if (i < domains) {
        const tusk_model_domain *domain = &model->domains.items[i];
        return TUSK_PLACED(other->domains, domain->schema, domain->name);
    }
    const tusk_model_composite *composite = &model->composites.items[i - domains];
    return TUSK_PLACED(other->composites, composite->schema, composite->name);
}

static void create_one(tusk_differ *d, size_t i, bool *done)
{
    size_t domains = d->to->domains.count, count = domains + d->to->composites.count;
    if (done[i]) return;
    done[i] = true;
    for (size_t j = 0; j < count; j++) {
        if (!done[j] && uses(d->to, i, name_of(d->to, j))) create_one(d, j, done);
    }
    if (is_in(d->to, d->from, i)) return;
    if (i < domains) {
        create_domain(d, &d->to->domains.items[i]);
    } else {
        create_composite(d, &d->to->composites.items[i - domains]);
    }
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
    if (!tusk_str_eq(old->type, now->type)) {
        tusk_step_refuse(d, "Make another domain and give the columns its type.",
                         "the domain \"%.*s\" cannot change its type from %.*s to %.*s",
                         TUSK_STR_ARG(now->name), TUSK_STR_ARG(old->type), TUSK_STR_ARG(now->type));
    }
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

static void alter_composite(tusk_differ *d, const tusk_model_composite *old,
                            const tusk_model_composite *now)
{
    tusk_about about = about_composite(TUSK_STEP_ALTER, now);
    for (size_t i = 0; i < old->fields.count; i++) {
        const tusk_model_column *field = &old->fields.items[i];
        if (TUSK_NAMED(now->fields, field->name)) continue;
        tusk_about what = about;
        what.loses = TUSK_STR("the values of the attribute");
        tusk_step_add(d, what, "ALTER TYPE %q DROP ATTRIBUTE %i;", now->schema, now->name,
                      field->name);
    }
    for (size_t i = 0; i < now->fields.count; i++) {
        const tusk_model_column *field = &now->fields.items[i];
        const tusk_model_column *was = TUSK_NAMED(old->fields, field->name);
        if (was && tusk_str_eq(was->type, field->type) &&
            tusk_str_eq(was->type_schema, field->type_schema))
            continue;
        tusk_step_add(d, about,
                      was ? "ALTER TYPE %q ALTER ATTRIBUTE %i SET DATA TYPE %s;"
                          : "ALTER TYPE %q ADD ATTRIBUTE %i %s;",
                      now->schema, now->name, field->name,
                      tusk_statement_type_str(d->arena, field));
    }
}

void tusk_part_domains(tusk_differ *d)
{
    size_t count = d->to->domains.count + d->to->composites.count;
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count);
    for (size_t i = 0; done && i < count; i++) create_one(d, i, done);
    for (size_t i = 0; i < d->from->domains.count; i++) {
        const tusk_model_domain *old = &d->from->domains.items[i];
        const tusk_model_domain *now = TUSK_PLACED(d->to->domains, old->schema, old->name);
        if (now) alter_domain(d, old, now);
    }
    for (size_t i = 0; i < d->from->composites.count; i++) {
        const tusk_model_composite *old = &d->from->composites.items[i];
        const tusk_model_composite *now = TUSK_PLACED(d->to->composites, old->schema, old->name);
        if (now) alter_composite(d, old, now);
    }
}

/* ---- dropping: what uses a type goes before it ---- */

static void drop_one(tusk_differ *d, size_t i, bool *done)
{
    size_t domains = d->from->domains.count, count = domains + d->from->composites.count;
    if (done[i]) return;
    done[i] = true;
    if (is_in(d->from, d->to, i)) return;
    for (size_t j = 0; j < count; j++) {
        if (!done[j] && uses(d->from, j, name_of(d->from, i))) drop_one(d, j, done);
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

void tusk_part_drop_domains(tusk_differ *d)
{
    size_t count = d->from->domains.count + d->from->composites.count;
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count);
    for (size_t i = 0; done && i < count; i++) drop_one(d, i, done);
}
