/* snapshot_read.c - from a snapshot's JSON to a schema */
#include "src/model/json.h"
#include "src/model/snapshot.h"

#include "src/base/banned.h"

#define TEXT_MAX      ((size_t)16 << 20)
#define PARAMETER_MAX 63 /* bytes of a storage parameter's name: PostgreSQL keeps no more */

/* Fails at the first member that is not what it must be; later reads then do nothing. */
typedef struct reader {
    tusk_arena *arena;
    const char *file;
    tusk_error *err;
    tusk_status status;
    const char *where; /* the object being read, for messages */
} reader;

static void wrong(reader *r, const char *key, const char *must)
{
    if (r->status != TUSK_OK) return;
    r->status = tusk_fail(r->err, TUSK_INVALID, "%s: \"%s\" of %s must be %s", r->file, key,
                          r->where, must);
}

static tusk_str copy(reader *r, const json_t *value)
{
    return tusk_arena_str(r->arena,
                          (tusk_str){ json_string_value(value), json_string_length(value) });
}

/* A text, or no text when the member is missing. */
static tusk_str optional(reader *r, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value) return (tusk_str){ 0 };
    if (!json_is_string(value)) {
        wrong(r, key, "a text");
        return (tusk_str){ 0 };
    }
    return copy(r, value);
}

static tusk_str required(reader *r, const json_t *object, const char *key)
{
    tusk_str text = optional(r, object, key);
    if (!text.ptr) wrong(r, key, "a text");
    return text;
}

static tusk_str otherwise(tusk_str text, const char *fallback)
{
    return text.ptr ? text : tusk_str_of(fallback);
}

static bool flag(reader *r, const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    if (!value) return fallback;
    if (!json_is_boolean(value)) wrong(r, key, "true or false");
    return json_is_true(value);
}

/* An object; NULL, which iterates as empty, when it is missing and may be. */
static json_t *map(reader *r, const json_t *object, const char *key, bool needed)
{
    json_t *value = json_object_get(object, key);
    if (!value && !needed) return NULL;
    if (!json_is_object(value)) {
        wrong(r, key, "an object");
        return NULL;
    }
    return value;
}

static tusk_names list(reader *r, const json_t *object, const char *key)
{
    tusk_names names = { 0 };
    const json_t *array = json_object_get(object, key);
    if (!json_is_array(array)) wrong(r, key, "a list of texts");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item)) wrong(r, key, "a list of texts");
        tusk_vec_push(r->arena, &names, copy(r, item));
    }
    return names;
}

static tusk_str canonical(reader *r, const json_t *value)
{
    if (!value || json_object_size(value) == 0) return TUSK_STR("{}");
    tusk_buf buf;
    tusk_str text = TUSK_STR("{}");
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    tusk_json_add_canonical(&buf, value);
    if (tusk_buf_finish(&buf, &text, r->err) != TUSK_OK) r->status = TUSK_NOMEM;
    return text;
}

static tusk_default read_default(reader *r, const json_t *value)
{
    if (!value) return (tusk_default){ 0 };
    if (json_is_string(value)) return (tusk_default){ TUSK_DEFAULT_SQL, copy(r, value) };
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
    return (tusk_default){ TUSK_DEFAULT_SQL, canonical(r, value) };
}

static tusk_identity read_identity(reader *r, const json_t *value)
{
    if (!value) return (tusk_identity){ 0 };
    return (tusk_identity){
        .name = required(r, value, "name"),
        .schema = otherwise(optional(r, value, "schema"), "public"),
        .always = tusk_str_eq(required(r, value, "type"), TUSK_STR("always")),
        .increment = otherwise(optional(r, value, "increment"), "1"),
        .start_with = otherwise(optional(r, value, "startWith"), "1"),
        .min_value = otherwise(optional(r, value, "minValue"), "1"),
        .max_value = otherwise(optional(r, value, "maxValue"), "9223372036854775807"),
        .cache = otherwise(optional(r, value, "cache"), "1"),
        .cycle = flag(r, value, "cycle", false),
    };
}

static tusk_model_column read_column(reader *r, const json_t *value)
{
    const json_t *generated = map(r, value, "generated", false);
    return (tusk_model_column){
        .name = required(r, value, "name"),
        .type = required(r, value, "type"),
        .type_schema = optional(r, value, "typeSchema"),
        .primary_key = flag(r, value, "primaryKey", false),
        .not_null = flag(r, value, "notNull", false),
        .value = read_default(r, json_object_get(value, "default")),
        .generated = generated ? required(r, generated, "as") : (tusk_str){ 0 },
        .identity = read_identity(r, map(r, value, "identity", false)),
    };
}

static tusk_model_index_column read_index_column(reader *r, const json_t *value)
{
    tusk_str nulls = optional(r, value, "nulls"), opclass = optional(r, value, "opclass");
    return (tusk_model_index_column){
        .expression = required(r, value, "expression"),
        .is_expression = flag(r, value, "isExpression", false),
        .descending = !flag(r, value, "asc", true),
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
static tusk_str read_with(reader *r, json_t *with)
{
    tusk_buf buf;
    tusk_str text = TUSK_STR("");
    const char *key = NULL;
    json_t *value = NULL;
    tusk_buf_init_in(&buf, r->arena, TEXT_MAX);
    json_object_foreach(with, key, value)
    {
        if (!is_parameter(key, value)) wrong(r, "with", "names with plain values");
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

static tusk_model_index read_index(reader *r, const json_t *value)
{
    tusk_model_index index = {
        .name = required(r, value, "name"),
        .unique = flag(r, value, "isUnique", false),
        .concurrently = flag(r, value, "concurrently", false),
        .method = otherwise(optional(r, value, "method"), "btree"),
        .where = optional(r, value, "where"),
        .with = read_with(r, map(r, value, "with", false)),
    };
    const json_t *columns = json_object_get(value, "columns");
    if (!json_is_array(columns)) wrong(r, "columns", "a list");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        tusk_vec_push(r->arena, &index.columns, read_index_column(r, json_array_get(columns, i)));
    }
    return index;
}

static tusk_model_foreign_key read_foreign_key(reader *r, const json_t *value)
{
    return (tusk_model_foreign_key){
        .name = required(r, value, "name"),
        .table_from = required(r, value, "tableFrom"),
        .table_to = required(r, value, "tableTo"),
        .schema_to = tusk_model_schema(otherwise(optional(r, value, "schemaTo"), "")),
        .columns_from = list(r, value, "columnsFrom"),
        .columns_to = list(r, value, "columnsTo"),
        .on_delete = otherwise(optional(r, value, "onDelete"), "no action"),
        .on_update = otherwise(optional(r, value, "onUpdate"), "no action"),
    };
}

static tusk_model_key read_key(reader *r, const json_t *value)
{
    return (tusk_model_key){
        .name = required(r, value, "name"),
        .nulls_not_distinct = flag(r, value, "nullsNotDistinct", false),
        .columns = list(r, value, "columns"),
    };
}

/* Its columns are not null, so that there are no nulls to be distinct. */
static tusk_model_key read_primary_key(reader *r, const json_t *value)
{
    return (tusk_model_key){ .name = required(r, value, "name"),
                             .columns = list(r, value, "columns") };
}

static tusk_model_check read_check(reader *r, const json_t *value)
{
    return (tusk_model_check){ required(r, value, "name"), required(r, value, "value") };
}

/* Writing goes by names: of two with the same one, one would be lost. */
static void twice(reader *r)
{
    wrong(r, "name", "one that no other has");
}

#define READ_SECTION(name_, member, read)                                    \
    section = map(r, value, name_, false);                                   \
    json_object_foreach(section, key, item)                                  \
    {                                                                        \
        tusk_vec_push(r->arena, &table.member, read(r, item));               \
        for (size_t i = 0; i + 1 < table.member.count; i++) {                \
            tusk_str last = table.member.items[table.member.count - 1].name; \
            if (tusk_str_eq(table.member.items[i].name, last)) twice(r);     \
        }                                                                    \
    }

/* Very old snapshots say "unique" at the column, newer ones in a section of its own. */
static void read_unique_columns(reader *r, json_t *columns, tusk_model_table *table)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(columns, key, member)
    {
        if (!flag(r, member, "isUnique", false)) continue;
        tusk_model_key unique = { .name = optional(r, member, "uniqueName"),
                                  .nulls_not_distinct =
                                      flag(r, member, "nullsNotDistinct", false) };
        if (!unique.name.ptr) {
            unique.name =
                tusk_arena_printf(r->arena, "%.*s_%s_unique", TUSK_STR_ARG(table->name), key);
        }
        bool known = false; /* it is in both places */
        for (size_t i = 0; i < table->uniques.count; i++) {
            if (tusk_str_eq(table->uniques.items[i].name, unique.name)) known = true;
        }
        if (known) continue;
        tusk_vec_push(r->arena, &unique.columns, required(r, member, "name"));
        tusk_vec_push(r->arena, &table->uniques, unique);
    }
}

static tusk_model_table read_table(reader *r, const json_t *value)
{
    tusk_model_table table = {
        .name = required(r, value, "name"),
        .schema = tusk_model_schema(otherwise(optional(r, value, "schema"), "")),
        .rls = flag(r, value, "isRLSEnabled", false),
        .policies = canonical(r, map(r, value, "policies", false)),
    };
    const char *key = NULL;
    json_t *section = NULL, *item = NULL;
    map(r, value, "columns", true);
    READ_SECTION("columns", columns, read_column)
    READ_SECTION("indexes", indexes, read_index)
    READ_SECTION("foreignKeys", foreign_keys, read_foreign_key)
    READ_SECTION("compositePrimaryKeys", primary_keys, read_primary_key)
    READ_SECTION("uniqueConstraints", uniques, read_key)
    READ_SECTION("checkConstraints", checks, read_check)
    read_unique_columns(r, map(r, value, "columns", false), &table);
    return table;
}

static void read_model(reader *r, const json_t *root, tusk_model *model)
{
    static const char *const rest[TUSK_REST_COUNT] = { "sequences", "roles", "policies", "views" };
    const char *key = NULL;
    json_t *item = NULL;
    *model = tusk_model_empty();
    json_t *section = map(r, root, "tables", true);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the table %s", key).ptr;
        tusk_model_table table = read_table(r, item);
        if (tusk_model_find_table(model, table.schema, table.name)) twice(r);
        tusk_vec_push(r->arena, &model->tables, table);
    }
    section = map(r, root, "enums", false);
    json_object_foreach(section, key, item)
    {
        r->where = tusk_arena_printf(r->arena, "the enum %s", key).ptr;
        tusk_model_enum e = { .name = required(r, item, "name"),
                              .schema = otherwise(optional(r, item, "schema"), "public"),
                              .values = list(r, item, "values") };
        if (tusk_model_find_enum(model, e.schema, e.name)) twice(r);
        tusk_vec_push(r->arena, &model->enums, e);
    }
    r->where = "the snapshot";
    section = map(r, root, "schemas", false);
    json_object_foreach(section, key, item)
    {
        tusk_vec_push(r->arena, &model->schemas, tusk_arena_str(r->arena, tusk_str_of(key)));
    }
    for (int i = 0; i < TUSK_REST_COUNT; i++) {
        model->rest[i] = canonical(r, map(r, root, rest[i], false));
    }
}

static void check_version(reader *r, const json_t *root)
{
    tusk_str version = required(r, root, "version");
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
    reader r = { .arena = arena, .file = file, .err = err, .where = "the snapshot" };
    if (!json_is_object(root)) {
        r.status = tusk_fail(err, TUSK_INVALID, "%s: a snapshot must be a JSON object", file);
    }
    *out = (tusk_snapshot){ 0 };
    if (r.status == TUSK_OK) check_version(&r, root);
    if (r.status == TUSK_OK) {
        out->id = required(&r, root, "id");
        out->prev_id = otherwise(optional(&r, root, "prevId"), "");
        read_model(&r, root, &out->model);
    }
    json_decref(root);
    /* first: a text that found no room looks as if it were missing */
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the snapshot");
    return r.status;
}
