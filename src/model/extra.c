/* extra.c - to the file beside a snapshot: what the snapshot cannot say */
#include "src/model/extra.h"

#include "src/model/snapshot_writer.h"

#include "src/base/banned.h"

#define EXTRA_MAX ((size_t)64 << 20)

/* Sets a list or object, unless there is nothing in it. */
static void set_filled(json_t *out, const char *key, json_t *value, bool *failed)
{
    bool filled = json_is_array(value) ? json_array_size(value) > 0 : json_object_size(value) > 0;
    if (value && !filled) {
        json_decref(value);
        return;
    }
    tusk_json_set(out, key, value, failed);
}

static void set_text(json_t *out, const char *key, tusk_str text, bool *failed)
{
    if (text.ptr && text.len > 0) tusk_json_set_str(out, key, text, failed);
}

static void set_true(json_t *out, const char *key, bool value, bool *failed)
{
    if (value) tusk_json_set(out, key, json_true(), failed);
}

static void set_deferral(json_t *out, tusk_deferral deferral, bool *failed)
{
    if (deferral == TUSK_NOT_DEFERRABLE) return;
    bool deferred = deferral == TUSK_INITIALLY_DEFERRED;
    tusk_json_set_str(out, "deferrable",
                      deferred ? TUSK_STR("initially deferred") : TUSK_STR("initially immediate"),
                      failed);
}

/* ---- tables ---- */

/* "name": {"deferrable": ...} of each that is. */
#define DEFERRALS(key, list)                                            \
    do {                                                                \
        json_t *section = json_object();                                \
        for (size_t i = 0; i < (list).count; i++) {                     \
            json_t *one = json_object();                                \
            set_deferral(one, (list).items[i].deferral, failed);        \
            set_filled(section, (list).items[i].name.ptr, one, failed); \
        }                                                               \
        set_filled(out, key, section, failed);                          \
    } while (0)

static json_t *indexes_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        json_t *one = json_object();
        set_filled(one, "include", tusk_snapshot_names_json(&index->include, failed), failed);
        set_true(one, "nullsNotDistinct", index->nulls_not_distinct, failed);
        set_filled(out, index->name.ptr, one, failed);
    }
    return out;
}

static json_t *exclusions_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_array();
    for (size_t i = 0; i < table->exclusions.count; i++) {
        const tusk_model_exclusion *exclusion = &table->exclusions.items[i];
        json_t *one = json_object();
        tusk_json_set_str(one, "name", exclusion->name, failed);
        tusk_json_set_str(one, "definition", exclusion->definition, failed);
        set_deferral(one, exclusion->deferral, failed);
        tusk_json_push(out, one, failed);
    }
    return out;
}

static json_t *partitions_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_array();
    for (size_t i = 0; i < table->partitions.count; i++) {
        const tusk_model_partition *partition = &table->partitions.items[i];
        json_t *one = json_object();
        tusk_json_set_str(one, "name", partition->name, failed);
        set_text(one, "schema", partition->schema, failed);
        tusk_json_set_str(one, "bounds", partition->bounds, failed);
        tusk_json_push(out, one, failed);
    }
    return out;
}

static json_t *collations_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_model_column *column = &table->columns.items[i];
        set_text(out, column->name.ptr, column->collation, failed);
    }
    return out;
}

static json_t *table_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_object();
    set_true(out, "forceRowLevelSecurity", table->rls_forced, failed);
    set_true(out, "unlogged", table->unlogged, failed);
    set_filled(out, "storage", tusk_snapshot_options_json(&table->storage, failed), failed);
    set_text(out, "partitionBy", table->partition_by, failed);
    set_filled(out, "collations", collations_json(table, failed), failed);
    set_filled(out, "partitions", partitions_json(table, failed), failed);
    set_filled(out, "exclusions", exclusions_json(table, failed), failed);
    set_filled(out, "indexes", indexes_json(table, failed), failed);
    DEFERRALS("foreignKeys", table->foreign_keys);
    DEFERRALS("primaryKeys", table->primary_keys);
    DEFERRALS("uniques", table->uniques);
    return out;
}

static json_t *tables_json(tusk_arena *arena, const tusk_model *model, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        tusk_str name = tusk_snapshot_full_name(arena, table->schema, table->name, failed);
        set_filled(out, name.ptr, table_json(table, failed), failed);
    }
    return out;
}

/* ---- the rest ---- */

static json_t *extension_json(const tusk_model_extension *extension, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", extension->name, failed);
    set_text(out, "schema", extension->schema, failed);
    return out;
}

static json_t *domain_json(const tusk_model_domain *domain, bool *failed)
{
    json_t *out = json_object(), *checks = json_array();
    tusk_json_set_str(out, "name", domain->name, failed);
    set_text(out, "schema", domain->schema, failed);
    tusk_json_set_str(out, "type", domain->type, failed);
    set_true(out, "notNull", domain->not_null, failed);
    if (domain->value.kind != TUSK_DEFAULT_NONE)
        set_text(out, "default", domain->value.sql, failed);
    for (size_t i = 0; i < domain->checks.count; i++) {
        json_t *check = json_object();
        tusk_json_set_str(check, "name", domain->checks.items[i].name, failed);
        tusk_json_set_str(check, "value", domain->checks.items[i].value, failed);
        tusk_json_push(checks, check, failed);
    }
    set_filled(out, "checks", checks, failed);
    return out;
}

static json_t *composite_json(const tusk_model_composite *composite, bool *failed)
{
    json_t *out = json_object(), *fields = json_array();
    tusk_json_set_str(out, "name", composite->name, failed);
    set_text(out, "schema", composite->schema, failed);
    for (size_t i = 0; i < composite->fields.count; i++) {
        json_t *field = json_object();
        tusk_json_set_str(field, "name", composite->fields.items[i].name, failed);
        tusk_json_set_str(field, "type", composite->fields.items[i].type, failed);
        tusk_json_push(fields, field, failed);
    }
    tusk_json_set(out, "fields", fields, failed);
    return out;
}

static json_t *routine_json(const tusk_model_routine *routine, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", routine->name, failed);
    set_text(out, "schema", routine->schema, failed);
    if (routine->is_trigger) tusk_json_set_str(out, "table", routine->table, failed);
    tusk_json_set_str(out, "statement", routine->statement, failed);
    return out;
}

static json_t *comment_json(const tusk_model_comment *comment, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "on", comment->on, failed);
    tusk_json_set_str(out, "text", comment->text, failed);
    return out;
}

#define LIST(key, list, item_json)                                                \
    do {                                                                          \
        json_t *section = json_array();                                           \
        for (size_t i = 0; i < (list).count; i++) {                               \
            tusk_json_push(section, item_json(&(list).items[i], failed), failed); \
        }                                                                         \
        set_filled(out, key, section, failed);                                    \
    } while (0)

static json_t *extra_json(tusk_arena *arena, const tusk_model *model, bool *failed)
{
    json_t *out = json_object();
    set_filled(out, "tables", tables_json(arena, model, failed), failed);
    LIST("extensions", model->extensions, extension_json);
    LIST("domains", model->domains, domain_json);
    LIST("composites", model->composites, composite_json);
    LIST("routines", model->routines, routine_json);
    LIST("comments", model->comments, comment_json);
    return out;
}

tusk_status tusk_extra_write(tusk_arena *arena, const tusk_model *model, tusk_str *out,
                             tusk_error *err)
{
    bool failed = false;
    tusk_buf buf;
    *out = (tusk_str){ 0 };
    tusk_buf_init_in(&buf, arena, EXTRA_MAX);
    json_t *root = extra_json(arena, model, &failed);
    if (!root) failed = true;
    bool something = json_object_size(root) > 0;
    if (!failed && something) tusk_json_add_pretty(&buf, root);
    json_decref(root);
    if (failed) return tusk_fail_nomem(err, "what a snapshot cannot say");
    return something ? tusk_buf_finish(&buf, out, err) : TUSK_OK;
}

tusk_status tusk_extra_own(tusk_arena *arena, tusk_str text, tusk_str snapshot_id, tusk_str *out,
                           tusk_error *err)
{
    json_t *root = NULL, *owned = json_object();
    bool failed = false;
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, EXTRA_MAX);
    tusk_status st = tusk_json_parse("what a snapshot cannot say", text, &root, err);
    if (st == TUSK_OK) {
        json_object_del(root, "snapshot");
        tusk_json_set_str(owned, "snapshot", snapshot_id, &failed);
        failed = failed || json_object_update(owned, root) != 0;
        if (!failed) tusk_json_add_pretty(&buf, owned);
        st = failed ? tusk_fail_nomem(err, "what a snapshot cannot say")
                    : tusk_buf_finish(&buf, out, err);
    }
    json_decref(root);
    json_decref(owned);
    return st;
}
