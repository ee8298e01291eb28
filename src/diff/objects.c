/* objects.c - schemas, extensions, sequences, roles, comments */
#include "src/diff/parts.h"
#include "src/diff/rename.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"

#include "src/base/banned.h"

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

/* ---- schemas ---- */

static void create_schemas(tusk_differ *d, bool waiting)
{
    for (size_t i = 0; i < d->to->schemas.count; i++) {
        tusk_str name = d->to->schemas.items[i];
        if (tusk_names_have(&d->from->schemas, name)) continue;
        /* one that is renamed still has that name */
        if (tusk_names_have(&d->first->schemas, name) != waiting) continue;
        tusk_step_add(d, TUSK_ABOUT(CREATE, "schema", .name = name), "CREATE SCHEMA %i;\n", name);
    }
}

static void extensions(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->extensions.count; i++) {
        const tusk_model_extension *now = &d->to->extensions.items[i];
        const tusk_model_extension *old = TUSK_NAMED(d->from->extensions, now->name);
        tusk_about about = TUSK_ABOUT(CREATE, "extension", .name = now->name);
        if (!old && now->schema.len > 0) {
            tusk_step_add(d, about, "CREATE EXTENSION IF NOT EXISTS %i WITH SCHEMA %i;", now->name,
                          now->schema);
        } else if (!old) {
            tusk_step_add(d, about, "CREATE EXTENSION IF NOT EXISTS %i;", now->name);
        } else if (now->schema.len > 0 && !same_schema(old->schema, now->schema)) {
            about.kind = TUSK_STEP_ALTER;
            tusk_step_add(d, about, "ALTER EXTENSION %i SET SCHEMA %i;", now->name, now->schema);
        }
    }
}

void tusk_part_schemas(tusk_differ *d)
{
    create_schemas(d, false);
    for (size_t i = 0; i < d->to->schemas.count; i++) {
        tusk_str name = d->to->schemas.items[i];
        for (size_t j = 0; j < d->from->schemas.count; j++) {
            tusk_str was = d->first->schemas.items[j];
            bool is = tusk_str_eq(d->from->schemas.items[j], name) && !tusk_str_eq(was, name);
            if (!is) continue;
            tusk_step_add(d, TUSK_ABOUT(RENAME, "schema", .name = was),
                          "ALTER SCHEMA %i RENAME TO %i;\n", was, name);
        }
    }
    create_schemas(d, true);
    extensions(d);
}

void tusk_part_drop_schemas(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->extensions.count; i++) {
        tusk_str name = d->from->extensions.items[i].name;
        if (TUSK_NAMED(d->to->extensions, name)) continue;
        tusk_step_add(d, TUSK_ABOUT(DROP, "extension", .name = name), "DROP EXTENSION %i;", name);
    }
    for (size_t i = 0; i < d->from->schemas.count; i++) {
        tusk_str name = d->from->schemas.items[i];
        if (tusk_names_have(&d->to->schemas, name)) continue;
        tusk_step_add(d, TUSK_ABOUT(DROP, "schema", .name = name), "DROP SCHEMA %i;\n", name);
    }
}

/* ---- sequences ---- */

static tusk_about about_sequence(tusk_step_kind kind, const tusk_model_sequence *sequence)
{
    return (tusk_about){
        .kind = kind, .what = "sequence", .schema = sequence->schema, .name = sequence->name
    };
}

static void sequence_text(tusk_differ *d, const tusk_model_sequence *s, tusk_step_kind kind,
                          const char *after)
{
    tusk_step_add(
        d, about_sequence(kind, s),
        "%z SEQUENCE %q INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%z%z;",
        kind == TUSK_STEP_CREATE ? "CREATE" : "ALTER", s->schema, s->name, s->increment,
        s->min_value, s->max_value, s->start_with, s->cache, s->cycle ? " CYCLE" : "", after);
}

static tusk_str schema_before(const tusk_differ *d, size_t i)
{
    return tusk_rename_schema(d->first, d->from, d->first->sequences.items[i].schema);
}

static void create_sequences(tusk_differ *d, bool waiting)
{
    for (size_t i = 0; i < d->to->sequences.count; i++) {
        const tusk_model_sequence *s = &d->to->sequences.items[i];
        if (TUSK_PLACED(d->from->sequences, s->schema, s->name)) continue;
        bool taken = TUSK_PLACED(d->first->sequences, s->schema, s->name) != NULL;
        if (taken == waiting) sequence_text(d, s, TUSK_STEP_CREATE, "");
    }
}

static void move_sequences(tusk_differ *d, bool rename)
{
    for (size_t k = 0; k < d->to->sequences.count; k++) {
        const tusk_model_sequence *now = &d->to->sequences.items[k];
        const tusk_model_sequence *old = TUSK_PLACED(d->from->sequences, now->schema, now->name);
        size_t i = old ? (size_t)(old - d->from->sequences.items) : 0;
        if (!old) continue;
        const tusk_model_sequence *first = &d->first->sequences.items[i];
        tusk_str schema = schema_before(d, i);
        if (!rename && !same_schema(schema, now->schema)) {
            tusk_step_add(d, about_sequence(TUSK_STEP_RENAME, first),
                          "ALTER SEQUENCE %q SET SCHEMA %i;", schema, first->name,
                          now->schema.len > 0 ? now->schema : TUSK_STR("public"));
        }
        if (rename && !tusk_str_eq(first->name, now->name)) {
            tusk_step_add(d, about_sequence(TUSK_STEP_RENAME, first),
                          "ALTER SEQUENCE %q RENAME TO %i;", now->schema, first->name, now->name);
        }
    }
}

/* Would it stand outside of its new bounds, had it never been used? Then it begins again. */
static bool is_outside(const tusk_model_sequence *old, const tusk_model_sequence *now)
{
    long long start = 0, min = 0, max = 0;
    if (!tusk_str_to_int(old->start_with, INT64_MIN, INT64_MAX, &start)) return false;
    if (tusk_str_to_int(now->min_value, INT64_MIN, INT64_MAX, &min) && start < min) return true;
    return tusk_str_to_int(now->max_value, INT64_MIN, INT64_MAX, &max) && start > max;
}

static void alter_sequences(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->sequences.count; i++) {
        const tusk_model_sequence *old = &d->from->sequences.items[i];
        const tusk_model_sequence *now = TUSK_PLACED(d->to->sequences, old->schema, old->name);
        if (!now || tusk_same_sequence(old, now)) continue;
        bool stops = old->cycle && !now->cycle, restart = is_outside(old, now);
        sequence_text(d, now, TUSK_STEP_ALTER,
                      stops && restart ? " NO CYCLE RESTART"
                      : stops          ? " NO CYCLE"
                      : restart        ? " RESTART"
                                       : "");
    }
}

void tusk_part_sequences(tusk_differ *d)
{
    create_sequences(d, false);
    move_sequences(d, false);
    move_sequences(d, true);
    create_sequences(d, true);
    alter_sequences(d);
}

void tusk_part_drop_sequences(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->sequences.count; i++) {
        const tusk_model_sequence *s = &d->from->sequences.items[i];
        if (TUSK_PLACED(d->to->sequences, s->schema, s->name)) continue;
        tusk_about about = about_sequence(TUSK_STEP_DROP, s);
        about.loses = TUSK_STR("where the sequence stands");
        tusk_step_add(d, about, "DROP SEQUENCE %q;", s->schema, s->name);
    }
}

/* ---- roles ---- */

/* Beside public, PostgreSQL forgets all others. */
static bool is_for(const tusk_model_policy *policy, tusk_str role)
{
    return tusk_names_have(&policy->to, role) && !tusk_names_have(&policy->to, TUSK_STR("public"));
}

static bool policies_name(const tusk_model *model, tusk_str role)
{
    for (size_t i = 0; i < model->policies.count; i++) {
        if (is_for(&model->policies.items[i], role)) return true;
    }
    for (size_t i = 0; i < model->tables.count; i++) {
        for (size_t j = 0; j < model->tables.items[i].policies.count; j++) {
            if (is_for(&model->tables.items[i].policies.items[j], role)) return true;
        }
    }
    return false;
}

/* PostgreSQL drops no role that a policy still names. */
static void drop_roles(tusk_differ *d, bool named)
{
    for (size_t i = 0; i < d->from->roles.count; i++) {
        tusk_str name = d->from->roles.items[i].name;
        if (TUSK_NAMED(d->to->roles, name) || policies_name(d->first, name) != named) continue;
        tusk_step_add(d, TUSK_ABOUT(DROP, "role", .name = name), "DROP ROLE %i;", name);
    }
}

static void create_role(tusk_differ *d, const tusk_model_role *role)
{
    bool plain = !role->create_db && !role->create_role && role->inherit;
    tusk_step_add(d, TUSK_ABOUT(CREATE, "role", .name = role->name), "CREATE ROLE %i%z%z%z%z;",
                  role->name, plain ? "" : " WITH", role->create_db ? " CREATEDB" : "",
                  role->create_role ? " CREATEROLE" : "", role->inherit ? "" : " NOINHERIT");
}

void tusk_part_roles(tusk_differ *d)
{
    for (size_t k = 0; k < d->to->roles.count; k++) {
        const tusk_model_role *old = TUSK_NAMED(d->from->roles, d->to->roles.items[k].name);
        if (!old) continue;
        tusk_str was = d->first->roles.items[old - d->from->roles.items].name;
        if (tusk_str_eq(was, old->name)) continue;
        tusk_step_add(d, TUSK_ABOUT(RENAME, "role", .name = was), "ALTER ROLE %i RENAME TO %i;",
                      was, old->name);
    }
    drop_roles(d, false);
    for (size_t i = 0; i < d->to->roles.count; i++) {
        const tusk_model_role *role = &d->to->roles.items[i];
        if (!TUSK_NAMED(d->from->roles, role->name)) create_role(d, role);
    }
    for (size_t i = 0; i < d->from->roles.count; i++) {
        const tusk_model_role *old = &d->from->roles.items[i];
        const tusk_model_role *now = TUSK_NAMED(d->to->roles, old->name);
        bool same = now && old->create_db == now->create_db &&
                    old->create_role == now->create_role && old->inherit == now->inherit;
        if (!now || same) continue;
        tusk_step_add(d, TUSK_ABOUT(ALTER, "role", .name = now->name), "ALTER ROLE %i WITH%z%z%z;",
                      now->name, now->create_db ? " CREATEDB" : " NOCREATEDB",
                      now->create_role ? " CREATEROLE" : " NOCREATEROLE",
                      now->inherit ? " INHERIT" : " NOINHERIT");
    }
}

void tusk_part_drop_late_roles(tusk_differ *d)
{
    drop_roles(d, true);
}

/* ---- comments ---- */

static const tusk_model_comment *find_comment(const tusk_model *model, tusk_str on)
{
    for (size_t i = 0; i < model->comments.count; i++) {
        if (tusk_str_eq(model->comments.items[i].on, on)) return &model->comments.items[i];
    }
    return NULL;
}

/* Was what it is on made again in this plan? */
static bool is_remade(const tusk_differ *d, tusk_str on)
{
    for (size_t i = 0; i < d->remade.count; i++) {
        if (tusk_scan_names(on, d->remade.items[i])) return true;
    }
    return false;
}

#define NAMES(list, on)                                            \
    __extension__({                                                \
        bool found_ = false;                                       \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++)    \
            found_ = tusk_scan_names((on), (list).items[k_].name); \
        found_;                                                    \
    })

static bool names_index(const tusk_model *model, tusk_str on)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        if (NAMES(model->tables.items[i].indexes, on)) return true;
    }
    return false;
}

/* Does the schema hold the thing, as far as its kind is known? */
static bool holds(const tusk_model *model, tusk_str on)
{
    if (tusk_str_starts(on, TUSK_STR("VIEW ")) ||
        tusk_str_starts(on, TUSK_STR("MATERIALIZED VIEW ")))
        return NAMES(model->views, on);
    if (tusk_str_starts(on, TUSK_STR("INDEX "))) return names_index(model, on);
    if (tusk_str_starts(on, TUSK_STR("SEQUENCE "))) return NAMES(model->sequences, on);
    if (tusk_str_starts(on, TUSK_STR("DOMAIN "))) return NAMES(model->domains, on);
    if (tusk_str_starts(on, TUSK_STR("TYPE "))) {
        return NAMES(model->enums, on) || NAMES(model->composites, on);
    }
    return NAMES(model->tables, on); /* CONSTRAINT, POLICY, TRIGGER ... ON a table */
}

/* Is what it was on still there? */
static bool is_there(const tusk_differ *d, const tusk_model_comment *comment)
{
    bool column = tusk_str_starts(comment->on, TUSK_STR("COLUMN "));
    if (!column && !tusk_str_starts(comment->on, TUSK_STR("TABLE "))) {
        return !holds(d->first, comment->on) || holds(d->to, comment->on);
    }
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        if (!tusk_scan_names(comment->on, table->name)) continue;
        if (!column) return true;
        for (size_t j = 0; j < table->columns.count; j++) {
            if (tusk_scan_names(comment->on, table->columns.items[j].name)) return true;
        }
    }
    return false;
}

void tusk_part_comments(tusk_differ *d)
{
    for (size_t i = 0; i < d->from->comments.count; i++) {
        const tusk_model_comment *old = &d->from->comments.items[i];
        if (find_comment(d->to, old->on) || !is_there(d, old)) continue;
        tusk_step_add(d, TUSK_ABOUT(ALTER, "comment", .name = old->on), "COMMENT ON %s IS NULL;",
                      old->on);
    }
    for (size_t i = 0; i < d->to->comments.count; i++) {
        const tusk_model_comment *now = &d->to->comments.items[i];
        const tusk_model_comment *old = find_comment(d->from, now->on);
        if (old && tusk_str_eq(old->text, now->text) && !is_remade(d, now->on)) continue;
        tusk_step_add(d, TUSK_ABOUT(ALTER, "comment", .name = now->on), "COMMENT ON %s IS %l;",
                      now->on, now->text);
    }
}
