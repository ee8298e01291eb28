/* snapshot_write.c - from a schema to a snapshot's JSON, keys in drizzle-kit's order */
#include "src/model/snapshot.h"
#include "src/model/snapshot_writer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/banned.h"

#define SNAPSHOT_MAX ((size_t)64 << 20)

static json_t *default_json(const tusk_default *value)
{
    switch (value->kind) {
    case TUSK_DEFAULT_NUMBER: {
        long long integer = 0;
        if (tusk_str_to_int(value->sql, INT64_MIN, INT64_MAX, &integer))
            return json_integer(integer);
        return json_real(strtod(value->sql.ptr, NULL));
    }
    case TUSK_DEFAULT_BOOLEAN:
        return json_boolean(tusk_str_eq(value->sql, TUSK_STR("true")));
    case TUSK_DEFAULT_NULL:
        return json_null();
    default:
        return json_stringn(value->sql.ptr, value->sql.len);
    }
}

static json_t *identity_json(const tusk_identity *identity, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "type", identity->always ? TUSK_STR("always") : TUSK_STR("byDefault"),
                      failed);
    tusk_json_set_str(out, "name", identity->name, failed);
    tusk_json_set_str(out, "schema", identity->schema, failed);
    tusk_json_set_str(out, "increment", identity->increment, failed);
    tusk_json_set_str(out, "startWith", identity->start_with, failed);
    tusk_json_set_str(out, "minValue", identity->min_value, failed);
    tusk_json_set_str(out, "maxValue", identity->max_value, failed);
    tusk_json_set_str(out, "cache", identity->cache, failed);
    tusk_json_set(out, "cycle", json_boolean(identity->cycle), failed);
    return out;
}

json_t *tusk_snapshot_column_json(const tusk_model_column *column, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", column->name, failed);
    tusk_json_set_str(out, "type", column->type, failed);
    if (column->type_schema.ptr) tusk_json_set_str(out, "typeSchema", column->type_schema, failed);
    tusk_json_set(out, "primaryKey", json_boolean(column->primary_key), failed);
    tusk_json_set(out, "notNull", json_boolean(column->not_null), failed);
    if (column->generated.ptr) {
        json_t *generated = json_object();
        tusk_json_set_str(generated, "as", column->generated, failed);
        tusk_json_set_str(generated, "type", TUSK_STR("stored"), failed);
        tusk_json_set(out, "generated", generated, failed);
    }
    if (column->identity.name.ptr) {
        tusk_json_set(out, "identity", identity_json(&column->identity, failed), failed);
    }
    if (column->value.kind != TUSK_DEFAULT_NONE) {
        tusk_json_set(out, "default", default_json(&column->value), failed);
    }
    return out;
}

static json_t *index_column_json(const tusk_model_index_column *column, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "expression", column->expression, failed);
    if (column->is_expression) {
        tusk_json_set(out, "asc", json_boolean(!column->descending), failed);
        tusk_json_set(out, "isExpression", json_true(), failed);
    } else {
        tusk_json_set(out, "isExpression", json_false(), failed);
        tusk_json_set(out, "asc", json_boolean(!column->descending), failed);
    }
    tusk_json_set_str(out, "nulls", column->nulls_first ? TUSK_STR("first") : TUSK_STR("last"),
                      failed);
    if (column->opclass.ptr) tusk_json_set_str(out, "opclass", column->opclass, failed);
    return out;
}

/* A number only where it reads back as the same text: "007" stays a text. */
static json_t *parameter_json(tusk_str value)
{
    long long number = 0;
    char text[24] = "";
    if (tusk_str_to_int(value, INT64_MIN, INT64_MAX, &number)) {
        snprintf(text, sizeof text, "%lld", number);
    }
    if (value.len > 0 && tusk_str_eq(value, tusk_str_of(text))) return json_integer(number);
    return json_stringn(value.ptr ? value.ptr : "", value.len);
}

/* fillfactor=50,fastupdate=off as {"fillfactor": 50, "fastupdate": "off"} */
static json_t *with_json(tusk_str with, bool *failed)
{
    json_t *out = json_object();
    while (with.ptr && with.len > 0) {
        tusk_str value = tusk_str_cut(&with, ',');
        tusk_str key = tusk_str_cut(&value, '=');
        char name[64]; /* the reader takes no longer one */
        snprintf(name, sizeof name, "%.*s", TUSK_STR_ARG(key));
        tusk_json_set(out, name, parameter_json(value), failed);
    }
    return out;
}

static json_t *index_json(const tusk_model_index *index, bool *failed)
{
    json_t *out = json_object(), *columns = json_array();
    for (size_t i = 0; i < index->columns.count; i++) {
        tusk_json_push(columns, index_column_json(&index->columns.items[i], failed), failed);
    }
    tusk_json_set_str(out, "name", index->name, failed);
    tusk_json_set(out, "columns", columns, failed);
    tusk_json_set(out, "isUnique", json_boolean(index->unique), failed);
    if (index->where.ptr) tusk_json_set_str(out, "where", index->where, failed);
    tusk_json_set(out, "concurrently", json_boolean(index->concurrently), failed);
    tusk_json_set_str(out, "method", index->method, failed);
    tusk_json_set(out, "with", with_json(index->with, failed), failed);
    return out;
}

static json_t *foreign_key_json(const tusk_model_foreign_key *key, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", key->name, failed);
    tusk_json_set_str(out, "tableFrom", key->table_from, failed);
    tusk_json_set_str(out, "tableTo", key->table_to, failed);
    if (key->schema_to.len > 0) tusk_json_set_str(out, "schemaTo", key->schema_to, failed);
    tusk_json_set(out, "columnsFrom", tusk_snapshot_names_json(&key->columns_from, failed), failed);
    tusk_json_set(out, "columnsTo", tusk_snapshot_names_json(&key->columns_to, failed), failed);
    tusk_json_set_str(out, "onDelete", key->on_delete, failed);
    tusk_json_set_str(out, "onUpdate", key->on_update, failed);
    return out;
}

static json_t *primary_key_json(const tusk_model_key *key, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", key->name, failed);
    tusk_json_set(out, "columns", tusk_snapshot_names_json(&key->columns, failed), failed);
    return out;
}

static json_t *unique_json(const tusk_model_key *key, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", key->name, failed);
    tusk_json_set(out, "nullsNotDistinct", json_boolean(key->nulls_not_distinct), failed);
    tusk_json_set(out, "columns", tusk_snapshot_names_json(&key->columns, failed), failed);
    return out;
}

static json_t *check_json(const tusk_model_check *check, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", check->name, failed);
    tusk_json_set_str(out, "value", check->value, failed);
    return out;
}

static json_t *table_json(const tusk_model_table *table, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", table->name, failed);
    tusk_json_set_str(out, "schema", table->schema, failed);
    TUSK_SECTION("columns", table->columns, tusk_snapshot_column_json);
    TUSK_SECTION("indexes", table->indexes, index_json);
    TUSK_SECTION("foreignKeys", table->foreign_keys, foreign_key_json);
    TUSK_SECTION("compositePrimaryKeys", table->primary_keys, primary_key_json);
    TUSK_SECTION("uniqueConstraints", table->uniques, unique_json);
    TUSK_SECTION("policies", table->policies, tusk_snapshot_policy_json);
    TUSK_SECTION("checkConstraints", table->checks, check_json);
    tusk_json_set(out, "isRLSEnabled", json_boolean(table->rls), failed);
    return out;
}

static json_t *enum_json(const tusk_model_enum *e, bool *failed)
{
    json_t *out = json_object();
    tusk_json_set_str(out, "name", e->name, failed);
    tusk_json_set_str(out, "schema", e->schema, failed);
    tusk_json_set(out, "values", tusk_snapshot_names_json(&e->values, failed), failed);
    return out;
}

static json_t *tables_json(tusk_arena *arena, const tusk_model *model, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        tusk_snapshot_set_at(out,
                             tusk_snapshot_full_name(arena, table->schema, table->name, failed),
                             table_json(table, failed), failed);
    }
    return out;
}

static json_t *enums_json(tusk_arena *arena, const tusk_model *model, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < model->enums.count; i++) {
        const tusk_model_enum *e = &model->enums.items[i];
        tusk_snapshot_set_at(out, tusk_snapshot_full_name(arena, e->schema, e->name, failed),
                             enum_json(e, failed), failed);
    }
    return out;
}

static json_t *schemas_json(const tusk_model *model, bool *failed)
{
    json_t *out = json_object();
    for (size_t i = 0; i < model->schemas.count; i++) {
        tusk_str name = model->schemas.items[i];
        tusk_snapshot_set_at(out, name, json_stringn(name.ptr, name.len), failed);
    }
    return out;
}

static json_t *snapshot_json(tusk_arena *arena, const tusk_snapshot *snapshot, bool *failed)
{
    static const char *const meta[] = { "columns", "schemas", "tables" };
    json_t *out = json_object(), *maps = json_object();
    tusk_json_set_str(out, "id", snapshot->id, failed);
    tusk_json_set_str(out, "prevId", snapshot->prev_id, failed);
    tusk_json_set_str(out, "version", TUSK_STR("7"), failed);
    tusk_json_set_str(out, "dialect", TUSK_STR("postgresql"), failed);
    tusk_json_set(out, "tables", tables_json(arena, &snapshot->model, failed), failed);
    tusk_json_set(out, "enums", enums_json(arena, &snapshot->model, failed), failed);
    tusk_json_set(out, "schemas", schemas_json(&snapshot->model, failed), failed);
    tusk_snapshot_write_objects(out, arena, &snapshot->model, failed);
    for (size_t i = 0; i < sizeof meta / sizeof *meta; i++) {
        tusk_json_set(maps, meta[i], json_object(), failed);
    }
    tusk_json_set(out, "_meta", maps, failed);
    return out;
}

tusk_status tusk_snapshot_write(tusk_arena *arena, const tusk_snapshot *snapshot, tusk_str *out,
                                tusk_error *err)
{
    bool failed = false;
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, SNAPSHOT_MAX);
    json_t *root = snapshot_json(arena, snapshot, &failed);
    if (root && !failed) tusk_json_add_pretty(&buf, root);
    if (!root) failed = true;
    json_decref(root);
    if (failed) return tusk_fail_nomem(err, "the snapshot");
    return tusk_buf_finish(&buf, out, err);
}
