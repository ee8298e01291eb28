/* snapshot_read.c - from a snapshot's JSON to a schema */
#include "src/model/snapshot.h"
#include "src/model/snapshot_reader.h"

#include "src/base/banned.h"

#define TEXT_MAX      ((size_t)16 << 20)
#define PARAMETER_MAX 63 /* bytes of a storage parameter's name: PostgreSQL keeps no more */

static tusk_default read_default(tusk_reader *r, const json_t *value)
{
    if (!value) return (tusk_default){ 0 };
    if (json_is_string(value))
        return (tusk_default){ TUSK_DEFAULT_SQL, tusk_reader_copy(r, value) };
    if (json_is_null(value)) return (tusk_default){ TUSK_DEFAULT_NULL, TUSK_STR("null") };
    if (json_is_boolean(value)) {
        return (tusk_default){ TUSK_DEFAULT_BOOLEAN,
                               json_is_true(value) ? TUSK_STR("true") : TUSK_STR("false") };
    }
    if (json_is_integer(value)) {
        long long number = json_integer_value(value);
        return (tusk_default){ TUSK_DEFAULT_NUMBER, tusk_arena_printf(r->arena, "%lld", number) };
    }
    if (json_is_real(value)) {
        return (tusk_default){ TUSK_DEFAULT_NUMBER,
                               tusk_json_number_text(r->arena, json_real_value(value)) };
    }
    return (tusk_default){ TUSK_DEFAULT_SQL, tusk_reader_canonical(r, value) };
}

static tusk_identity read_identity(tusk_reader *r, const json_t *value)
{
    if (!value) return (tusk_identity){ 0 };
    return (tusk_identity){
        .name = tusk_reader_required(r, value, "name"),
        .schema = tusk_reader_or(tusk_reader_optional(r, value, "schema"), "public"),
        .always = tusk_str_eq(tusk_reader_required(r, value, "type"), TUSK_STR("always")),
        .increment = tusk_reader_or(tusk_reader_optional(r, value, "increment"), "1"),
        .start_with = tusk_reader_or(tusk_reader_optional(r, value, "startWith"), "1"),
        .min_value = tusk_reader_or(tusk_reader_optional(r, value, "minValue"), "1"),
        .max_value =
            tusk_reader_or(tusk_reader_optional(r, value, "maxValue"), "9223372036854775807"),
        .cache = tusk_reader_or(tusk_reader_optional(r, value, "cache"), "1"),
        .cycle = tusk_reader_flag(r, value, "cycle", false),
    };
}

tusk_model_column tusk_snapshot_read_column(tusk_reader *r, const json_t *value)
{
    const json_t *generated = tusk_reader_map(r, value, "generated", false);
    return (tusk_model_column){
        .name = tusk_reader_required(r, value, "name"),
        .type = tusk_reader_required(r, value, "type"),
        .type_schema = tusk_reader_optional(r, value, "typeSchema"),
        .primary_key = tusk_reader_flag(r, value, "primaryKey", false),
        .not_null = tusk_reader_flag(r, value, "notNull", false),
        .value = read_default(r, json_object_get(value, "default")),
        .generated = generated ? tusk_reader_required(r, generated, "as") : (tusk_str){ 0 },
        .identity = read_identity(r, tusk_reader_map(r, value, "identity", false)),
    };
}

static tusk_model_index_column read_index_column(tusk_reader *r, const json_t *value)
{
    tusk_str nulls = tusk_reader_optional(r, value, "nulls"),
             opclass = tusk_reader_optional(r, value, "opclass");
    return (tusk_model_index_column){
        .expression = tusk_reader_required(r, value, "expression"),
        .is_expression = tusk_reader_flag(r, value, "isExpression", false),
        .descending = !tusk_reader_flag(r, value, "asc", true),
        .nulls_first = tusk_str_eq(nulls, TUSK_STR("first")),
        .opclass = opclass.len > 0 ? opclass : (tusk_str){ 0 },
    };
}

/* What the writer can take apart again: a name without "=", neither of both with ",". */
static bool is_parameter(const char *name, const json_t *value)
{
    size_t len = strlen(name);
    if (len == 0 || len > PARAMETER_MAX || strpbrk(name, "=,")) return false;
    if (json_is_string(value)) return !strchr(json_string_value(value), ',');
    return json_is_number(value) || json_is_boolean(value);
}

/* {"fillfactor": 50} as fillfactor=50 */
static tusk_str read_with(tusk_reader *r, json_t *with)
{
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    const char *key = NULL;
    json_t *value = NULL;
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    json_object_foreach(with, key, value)
    {
        if (!is_parameter(key, value)) tusk_reader_wrong(r, "with", "names with plain values");
        tusk_buf_printf(&buf, "%s%s=", buf.len > 0 ? "," : "", key);
        if (json_is_string(value)) {
            tusk_buf_add_cstr(&buf, json_string_value(value));
        } else if (json_is_real(value)) {
            tusk_buf_add(&buf, tusk_json_number_text(r->arena, json_real_value(value)));
        } else {
            tusk_json_add_canonical(&buf, value);
        }
    }
    if (buf.len > 0 && tusk_buf_finish(&buf, &text, r->err) != TUSK_OK) r->status = TUSK_NOMEM;
    return text;
}

static tusk_model_index read_index(tusk_reader *r, const json_t *value)
{
    tusk_model_index index = {
        .name = tusk_reader_required(r, value, "name"),
        .unique = tusk_reader_flag(r, value, "isUnique", false),
        .concurrently = tusk_reader_flag(r, value, "concurrently", false),
        .method = tusk_reader_or(tusk_reader_optional(r, value, "method"), "btree"),
        .where = tusk_reader_optional(r, value, "where"),
        .with = read_with(r, tusk_reader_map(r, value, "with", false)),
    };
    const json_t *columns = json_object_get(value, "columns");
    if (!json_is_array(columns)) tusk_reader_wrong(r, "columns", "a list");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        tusk_vec_push(r->arena, &index.columns, read_index_column(r, json_array_get(columns, i)));
    }
    return index;
}

static tusk_model_foreign_key read_foreign_key(tusk_reader *r, const json_t *value)
{
    return (tusk_model_foreign_key){
        .name = tusk_reader_required(r, value, "name"),
        .table_from = tusk_reader_required(r, value, "tableFrom"),
        .table_to = tusk_reader_required(r, value, "tableTo"),
        .schema_to =
            tusk_model_schema(tusk_reader_or(tusk_reader_optional(r, value, "schemaTo"), "")),
        .columns_from = tusk_reader_list(r, value, "columnsFrom"),
        .columns_to = tusk_reader_list(r, value, "columnsTo"),
        .on_delete = tusk_reader_or(tusk_reader_optional(r, value, "onDelete"), "no action"),
        .on_update = tusk_reader_or(tusk_reader_optional(r, value, "onUpdate"), "no action"),
    };
}

static tusk_model_key read_key(tusk_reader *r, const json_t *value)
{
    return (tusk_model_key){
        .name = tusk_reader_required(r, value, "name"),
        .nulls_not_distinct = tusk_reader_flag(r, value, "nullsNotDistinct", false),
        .columns = tusk_reader_list(r, value, "columns"),
    };
}

/* Its columns are not null, so that there are no nulls to be distinct. */
static tusk_model_key read_primary_key(tusk_reader *r, const json_t *value)
{
    return (tusk_model_key){ .name = tusk_reader_required(r, value, "name"),
                             .columns = tusk_reader_list(r, value, "columns") };
}

static tusk_model_check read_check(tusk_reader *r, const json_t *value)
{
    return (tusk_model_check){ tusk_reader_required(r, value, "name"),
                               tusk_reader_required(r, value, "value") };
}

/* Writing goes by names: of two with the same one, one would be lost. */
static void twice(tusk_reader *r)
{
    tusk_reader_wrong(r, "name", "one that no other has");
}

#define READ_SECTION(name_, member, read)                                    \
    section = tusk_reader_map(r, value, name_, false);                       \
    json_object_foreach(section, key, item)                                  \
    {                                                                        \
        tusk_vec_push(r->arena, &table.member, read(r, item));               \
        for (size_t i = 0; i + 1 < table.member.count; i++) {                \
            tusk_str last = table.member.items[table.member.count - 1].name; \
            if (tusk_str_eq(table.member.items[i].name, last)) twice(r);     \
        }                                                                    \
    }

/* Very old snapshots say "unique" at the column, newer ones in a section of its own. */
static void read_unique_columns(tusk_reader *r, json_t *columns, tusk_model_table *table)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(columns, key, member)
    {
        if (!tusk_reader_flag(r, member, "isUnique", false)) continue;
        tusk_model_key unique = { .name = tusk_reader_optional(r, member, "uniqueName"),
                                  .nulls_not_distinct =
                                      tusk_reader_flag(r, member, "nullsNotDistinct", false) };
        if (!unique.name.ptr) {
            unique.name =
                tusk_arena_printf(r->arena, "%.*s_%s_unique", TUSK_STR_ARG(table->name), key);
        }
        bool known = false; /* it is in both places */
        for (size_t i = 0; i < table->uniques.count; i++) {
            if (tusk_str_eq(table->uniques.items[i].name, unique.name)) known = true;
        }
        if (known) continue;
        tusk_vec_push(r->arena, &unique.columns, tusk_reader_required(r, member, "name"));
        tusk_vec_push(r->arena, &table->uniques, unique);
    }
}

static tusk_model_table read_table(tusk_reader *r, json_t *value)
{
    tusk_model_table table = {
        .name = tusk_reader_required(r, value, "name"),
        .schema = tusk_model_schema(tusk_reader_or(tusk_reader_optional(r, value, "schema"), "")),
        .rls = tusk_reader_flag(r, value, "isRLSEnabled", false),
    };
    const char *key = NULL;
    json_t *section = NULL, *item = NULL;
    tusk_reader_map(r, value, "columns", true);
    READ_SECTION("columns", columns, tusk_snapshot_read_column)
    READ_SECTION("indexes", indexes, read_index)
    READ_SECTION("foreignKeys", foreign_keys, read_foreign_key)
    READ_SECTION("compositePrimaryKeys", primary_keys, read_primary_key)
    READ_SECTION("uniqueConstraints", uniques, read_key)
    READ_SECTION("checkConstraints", checks, read_check)
    read_unique_columns(r, tusk_reader_map(r, value, "columns", false), &table);
    tusk_snapshot_read_policies(r, value, &table);
    return table;
}

static void read_model(tusk_reader *r, const json_t *root, tusk_model *model)
{
    const char *key = NULL;
    json_t *item = NULL;
    *model = tusk_model_empty();
    json_t *section = tusk_reader_map(r, root, "tables", true);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the table %s", key).ptr;
        tusk_model_table table = read_table(r, item);
        if (tusk_model_find_table(model, table.schema, table.name)) twice(r);
        tusk_vec_push(r->arena, &model->tables, table);
    }
    section = tusk_reader_map(r, root, "enums", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the enum %s", key).ptr;
        tusk_model_enum e = { .name = tusk_reader_required(r, item, "name"),
                              .schema =
                                  tusk_reader_or(tusk_reader_optional(r, item, "schema"), "public"),
                              .values = tusk_reader_list(r, item, "values") };
        if (tusk_model_find_enum(model, e.schema, e.name)) twice(r);
        tusk_vec_push(r->arena, &model->enums, e);
    }
    r->where = "the snapshot";
    section = tusk_reader_map(r, root, "schemas", false);
    json_object_foreach(section, key, item)
    {
        tusk_vec_push(r->arena, &model->schemas, tusk_arena_str(r->arena, tusk_str_of(key)));
    }
    tusk_snapshot_read_objects(r, root, model);
}

static void check_version(tusk_reader *r, const json_t *root)
{
    tusk_str version = tusk_reader_required(r, root, "version");
    if (r->status != TUSK_OK || tusk_str_eq(version, TUSK_STR("7"))) return;
    r->status = tusk_fail(r->err, TUSK_INVALID, "%s: snapshot version \"%.*s\" is not known",
                          r->file, TUSK_STR_ARG(version));
    tusk_error_hint(r->err, "Version 7 is read. `drizzle-kit up` brings versions 5 and 6 to it.");
}

tusk_status tusk_snapshot_read(tusk_arena *arena, const char *file, tusk_str text,
                               tusk_snapshot *out, tusk_error *err)
{
    json_t *root = NULL;
    tusk_status st = tusk_json_parse(file, text, &root, err);
    if (st != TUSK_OK) return st;
    tusk_reader r = { .arena = arena, .file = file, .err = err, .where = "the snapshot" };
    if (!json_is_object(root)) {
        r.status = tusk_fail(err, TUSK_INVALID, "%s: a snapshot must be a JSON object", file);
    }
    *out = (tusk_snapshot){ 0 };
    if (r.status == TUSK_OK) check_version(&r, root);
    if (r.status == TUSK_OK) {
        out->id = tusk_reader_required(&r, root, "id");
        out->prev_id = tusk_reader_or(tusk_reader_optional(&r, root, "prevId"), "");
        read_model(&r, root, &out->model);
    }
    json_decref(root);
    /* first: a text that found no room looks as if it were missing */
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the snapshot");
    return r.status;
}
