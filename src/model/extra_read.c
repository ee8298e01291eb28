/* extra_read.c - from the file beside a snapshot: what it adds to the snapshot's model */
#include "src/model/extra.h"

#include "src/model/snapshot_reader.h"

#include "src/base/banned.h"

static tusk_deferral read_deferral(tusk_reader *r, const json_t *value)
{
    tusk_str text = tusk_reader_optional(r, value, "deferrable");
    if (!text.ptr) return TUSK_NOT_DEFERRABLE;
    if (tusk_str_eq(text, TUSK_STR("initially deferred"))) return TUSK_INITIALLY_DEFERRED;
    if (!tusk_str_eq(text, TUSK_STR("initially immediate"))) {
        tusk_reader_wrong(r, "deferrable", "\"initially deferred\" or \"initially immediate\"");
    }
    return TUSK_INITIALLY_IMMEDIATE;
}

/* A list of objects; one that is missing is empty. */
static const json_t *read_list(tusk_reader *r, const json_t *object, const char *key)
{
    const json_t *list = json_object_get(object, key);
    if (list && !json_is_array(list)) tusk_reader_wrong(r, key, "a list");
    return json_is_array(list) ? list : NULL;
}

/* ---- tables ---- */

#define READ_DEFERRALS(key, list)                                                   \
    do {                                                                            \
        const json_t *section = tusk_reader_map(r, value, key, false);              \
        for (size_t i = 0; i < (list).count; i++) {                                 \
            const json_t *one = json_object_get(section, (list).items[i].name.ptr); \
            if (one) (list).items[i].deferral = read_deferral(r, one);              \
        }                                                                           \
    } while (0)

static void read_indexes(tusk_reader *r, const json_t *value, tusk_model_table *table)
{
    const json_t *section = tusk_reader_map(r, value, "indexes", false);
    for (size_t i = 0; i < table->indexes.count; i++) {
        tusk_model_index *index = &table->indexes.items[i];
        const json_t *one = json_object_get(section, index->name.ptr);
        if (!one) continue;
        index->nulls_not_distinct = tusk_reader_flag(r, one, "nullsNotDistinct", false);
        if (json_object_get(one, "include")) index->include = tusk_reader_list(r, one, "include");
    }
}

static void read_parts(tusk_reader *r, const json_t *value, tusk_model_table *table)
{
    const json_t *one = NULL, *list = read_list(r, value, "partitions");
    size_t i = 0;
    json_array_foreach(list, i, one)
    {
        tusk_vec_push(r->arena, &table->partitions,
                      (tusk_model_partition){
                          .name = tusk_reader_required(r, one, "name"),
                          .schema = tusk_reader_or(tusk_reader_optional(r, one, "schema"), ""),
                          .bounds = tusk_reader_required(r, one, "bounds") });
    }
    list = read_list(r, value, "exclusions");
    json_array_foreach(list, i, one)
    {
        tusk_vec_push(
            r->arena, &table->exclusions,
            (tusk_model_exclusion){ .name = tusk_reader_required(r, one, "name"),
                                    .definition = tusk_reader_required(r, one, "definition"),
                                    .deferral = read_deferral(r, one) });
    }
}

static void read_collations(tusk_reader *r, const json_t *value, tusk_model_table *table)
{
    const json_t *section = tusk_reader_map(r, value, "collations", false);
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_model_column *column = &table->columns.items[i];
        column->collation = tusk_reader_optional(r, section, column->name.ptr);
    }
}

static void read_table(tusk_reader *r, const json_t *value, tusk_model_table *table)
{
    table->rls_forced = tusk_reader_flag(r, value, "forceRowLevelSecurity", false);
    table->unlogged = tusk_reader_flag(r, value, "unlogged", false);
    table->storage = tusk_snapshot_read_options(r, tusk_reader_map(r, value, "storage", false));
    table->partition_by = tusk_reader_optional(r, value, "partitionBy");
    read_collations(r, value, table);
    read_parts(r, value, table);
    read_indexes(r, value, table);
    READ_DEFERRALS("foreignKeys", table->foreign_keys);
    READ_DEFERRALS("primaryKeys", table->primary_keys);
    READ_DEFERRALS("uniques", table->uniques);
}

static void read_tables(tusk_reader *r, const json_t *root, tusk_model *into)
{
    const json_t *tables = tusk_reader_map(r, root, "tables", false);
    for (size_t i = 0; i < into->tables.count; i++) {
        tusk_model_table *table = &into->tables.items[i];
        tusk_str schema = tusk_model_schema(table->schema);
        const char *name =
            tusk_arena_printf(r->arena, "%.*s.%.*s",
                              TUSK_STR_ARG(schema.len > 0 ? schema : TUSK_STR("public")),
                              TUSK_STR_ARG(table->name))
                .ptr;
        const json_t *one = name ? json_object_get(tables, name) : NULL;
        r->where = name;
        if (one) read_table(r, one, table);
    }
    r->where = "the file";
}

/* ---- the rest ---- */

static tusk_model_domain read_domain(tusk_reader *r, const json_t *value)
{
    tusk_model_domain out = { .name = tusk_reader_required(r, value, "name"),
                              .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"),
                                                       "public"),
                              .type = tusk_reader_required(r, value, "type"),
                              .not_null = tusk_reader_flag(r, value, "notNull", false) };
    const json_t *one = NULL, *checks = read_list(r, value, "checks");
    size_t i = 0;
    out.value.sql = tusk_reader_optional(r, value, "default");
    if (out.value.sql.ptr) out.value.kind = TUSK_DEFAULT_SQL;
    json_array_foreach(checks, i, one)
    {
        tusk_vec_push(r->arena, &out.checks,
                      (tusk_model_check){ tusk_reader_required(r, one, "name"),
                                          tusk_reader_required(r, one, "value") });
    }
    return out;
}

static tusk_model_composite read_composite(tusk_reader *r, const json_t *value)
{
    tusk_model_composite out = { .name = tusk_reader_required(r, value, "name"),
                                 .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"),
                                                          "public") };
    const json_t *one = NULL, *fields = read_list(r, value, "fields");
    size_t i = 0;
    json_array_foreach(fields, i, one)
    {
        tusk_vec_push(r->arena, &out.fields,
                      (tusk_model_column){ .name = tusk_reader_required(r, one, "name"),
                                           .type = tusk_reader_required(r, one, "type") });
    }
    return out;
}

static tusk_model_routine read_routine(tusk_reader *r, const json_t *value)
{
    tusk_model_routine out = { .name = tusk_reader_required(r, value, "name"),
                               .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"),
                                                        "public"),
                               .table = tusk_reader_optional(r, value, "table"),
                               .statement = tusk_reader_required(r, value, "statement") };
    out.is_trigger = out.table.ptr != NULL;
    return out;
}

static tusk_model_extension read_extension(tusk_reader *r, const json_t *value)
{
    return (tusk_model_extension){ tusk_reader_required(r, value, "name"),
                                   tusk_reader_optional(r, value, "schema") };
}

static tusk_model_comment read_comment(tusk_reader *r, const json_t *value)
{
    return (tusk_model_comment){ tusk_reader_required(r, value, "on"),
                                 tusk_reader_required(r, value, "text") };
}

#define READ_LIST(key, list, read_item)                               \
    do {                                                              \
        const json_t *one = NULL, *section = read_list(r, root, key); \
        size_t i = 0;                                                 \
        json_array_foreach(section, i, one)                           \
        {                                                             \
            tusk_vec_push(r->arena, list, read_item(r, one));         \
        }                                                             \
    } while (0)

static void read_extra(tusk_reader *r, const json_t *root, tusk_model *into)
{
    read_tables(r, root, into);
    READ_LIST("extensions", &into->extensions, read_extension);
    READ_LIST("domains", &into->domains, read_domain);
    READ_LIST("composites", &into->composites, read_composite);
    READ_LIST("routines", &into->routines, read_routine);
    READ_LIST("comments", &into->comments, read_comment);
}

tusk_status tusk_extra_read(tusk_arena *arena, const char *file, tusk_str text, tusk_model *into,
                            tusk_error *err)
{
    json_t *root = NULL;
    tusk_status st = tusk_json_parse(file, text, &root, err);
    if (st != TUSK_OK) return st;
    tusk_reader r = { .arena = arena, .file = file, .err = err, .where = "the file" };
    if (json_is_object(root)) {
        read_extra(&r, root, into);
    } else {
        r.status = tusk_fail(err, TUSK_INVALID, "%s: it must be a JSON object", file);
    }
    json_decref(root);
    /* first: a text that found no room looks as if it were missing */
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "what a snapshot cannot say");
    return r.status;
}
