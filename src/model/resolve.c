/* resolve.c - from what a .def file declares to a schema: SQL names, type texts, defaults,
 * constraint names */
#include "src/model/resolve.h"

#include <stdlib.h>

#include "src/model/check.h"
#include "src/model/json.h"
#include "src/model/model.h"
#include "src/model/text.h"

#include "src/base/banned.h"

#define NAME_MAX_LEN   ((size_t)64 << 10)
/* Integers up to here survive JavaScript, which reads our snapshots. */
#define JS_INTEGER_MAX ((1LL << 53) - 1)

static void add_sql_names(tusk_buf *buf, const tusk_def_table *table, const tusk_def_names *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        const tusk_def_column *column = tusk_def_find_column(table, columns->items[i].text);
        tusk_buf_add_char(buf, '_');
        if (column) tusk_buf_add(buf, tusk_def_column_sql(column));
    }
}

static tusk_str finish_name(tusk_buf *buf, const char *suffix)
{
    tusk_str name = { 0 };
    tusk_buf_add_cstr(buf, suffix);
    return tusk_buf_finish(buf, &name, NULL) == TUSK_OK ? name : (tusk_str){ 0 };
}

tusk_str tusk_name_unique(tusk_arena *arena, const tusk_def_table *table,
                          const tusk_def_column *column)
{
    return tusk_arena_printf(arena, "%.*s_%.*s_unique", TUSK_STR_ARG(table->sql.text),
                             TUSK_STR_ARG(tusk_def_column_sql(column)));
}

static tusk_str name_foreign_key(tusk_arena *arena, const tusk_def_table *from,
                                 const tusk_def_names *columns_from, const tusk_def_table *to,
                                 const tusk_def_names *columns_to)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, NAME_MAX_LEN);
    tusk_buf_add(&buf, from->sql.text);
    add_sql_names(&buf, from, columns_from);
    tusk_buf_add_char(&buf, '_');
    tusk_buf_add(&buf, to->sql.text);
    add_sql_names(&buf, to, columns_to);
    return finish_name(&buf, "_fk");
}

tusk_str tusk_name_reference(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                             const tusk_def_column *column)
{
    tusk_def_name from = column->name, to = column->ref_column;
    return name_foreign_key(arena, table, &(tusk_def_names){ .items = &from, .count = 1 },
                            tusk_def_find_table(def, column->ref_table.text),
                            &(tusk_def_names){ .items = &to, .count = 1 });
}

tusk_str tusk_name_item(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                        const tusk_def_item *item)
{
    if (item->name.text.ptr) return item->name.text;
    if (item->kind == TUSK_ITEM_FOREIGN_KEY) {
        return name_foreign_key(arena, table, &item->columns,
                                tusk_def_find_table(def, item->to_table.text), &item->to_columns);
    }
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, NAME_MAX_LEN);
    tusk_buf_add(&buf, table->sql.text);
    add_sql_names(&buf, table, &item->columns);
    return finish_name(&buf, item->kind == TUSK_ITEM_KEY ? "_pk" : "_unique");
}

/* ---- columns ---- */

static tusk_str type_text(tusk_arena *arena, const tusk_def *def, const tusk_def_column *column)
{
    static const char *const names[] = {
#define TYPE_NAME(name, ctype, sql, oid, array_oid) sql,
        TUSK_SCALAR_TYPES(TYPE_NAME)
#undef TYPE_NAME
    };
    const char *name = names[column->type];
    if (column->type == TUSK_TYPE_ENUM) {
        return tusk_def_find_enum(def, column->enumeration.text)->sql.text;
    }
    if (column->is_array) return tusk_arena_printf(arena, "%s[]", name);
    if (column->length > 0) return tusk_arena_printf(arena, "%s(%d)", name, column->length);
    if (column->precision > 0) {
        return tusk_arena_printf(arena, "%s(%d, %d)", name, column->precision, column->scale);
    }
    return tusk_str_of(name);
}

static tusk_default literal_default(tusk_arena *arena, const tusk_def_column *column)
{
    tusk_str text = column->default_literal.text;
    long long integer = 0;
    switch (column->type) {
    case TUSK_TYPE_BOOLEAN:
        return (tusk_default){ TUSK_DEFAULT_BOOLEAN, text };
    case TUSK_TYPE_NUMERIC: /* exact, so kept as text, as drizzle-kit does */
        return (tusk_default){ TUSK_DEFAULT_SQL,
                               tusk_arena_printf(arena, "'%.*s'", TUSK_STR_ARG(text)) };
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        return (tusk_default){ TUSK_DEFAULT_NUMBER,
                               tusk_json_number_text(arena, strtod(text.ptr, NULL)) };
    default:
        break;
    }
    if (!tusk_str_to_int(text, -JS_INTEGER_MAX, JS_INTEGER_MAX, &integer)) {
        return (tusk_default){ TUSK_DEFAULT_SQL, text };
    }
    /* as a snapshot gives it back: -0 is 0 */
    return (tusk_default){ TUSK_DEFAULT_NUMBER, tusk_arena_printf(arena, "%lld", integer) };
}

static tusk_default column_default(tusk_arena *arena, const tusk_def_column *column)
{
    if (column->default_literal.text.ptr) return literal_default(arena, column);
    if (column->default_sql.text.ptr) {
        return (tusk_default){ TUSK_DEFAULT_SQL, column->default_sql.text };
    }
    if (!column->default_text.text.ptr) return (tusk_default){ 0 };
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, NAME_MAX_LEN);
    tusk_text_add_literal(&buf, column->default_text.text);
    return (tusk_default){ TUSK_DEFAULT_SQL,
                           finish_name(&buf, column->type == TUSK_TYPE_JSONB ? "::jsonb" : "") };
}

static tusk_model_column resolve_column(tusk_arena *arena, const tusk_def *def,
                                        const tusk_def_column *column)
{
    return (tusk_model_column){
        .name = tusk_def_column_sql(column),
        .type = type_text(arena, def, column),
        .type_schema = column->type == TUSK_TYPE_ENUM ? TUSK_STR("public") : (tusk_str){ 0 },
        .primary_key = column->primary_key,
        .not_null = !column->nullable,
        .value = column_default(arena, column),
        .generated = column->generated.text,
    };
}

/* ---- items ---- */

static tusk_str action_text(tusk_action action)
{
    static const char *const texts[] = {
        [TUSK_NO_ACTION] = "no action", [TUSK_CASCADE] = "cascade",
        [TUSK_SET_NULL] = "set null",   [TUSK_SET_DEFAULT] = "set default",
        [TUSK_RESTRICT] = "restrict",
    };
    return tusk_str_of(texts[action]);
}

static tusk_names sql_names(tusk_arena *arena, const tusk_def_table *table,
                            const tusk_def_names *columns)
{
    tusk_names names = { 0 };
    for (size_t i = 0; i < columns->count; i++) {
        const tusk_def_column *column = tusk_def_find_column(table, columns->items[i].text);
        tusk_vec_push(arena, &names, tusk_def_column_sql(column));
    }
    return names;
}

static void add_reference(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                          const tusk_def_column *column, tusk_model_table *out)
{
    const tusk_def_table *to = tusk_def_find_table(def, column->ref_table.text);
    const tusk_def_column *target = tusk_def_find_column(to, column->ref_column.text);
    tusk_model_foreign_key key = { .name = tusk_name_reference(arena, def, table, column),
                                   .table_from = table->sql.text,
                                   .table_to = to->sql.text,
                                   .on_delete = action_text(column->on_delete),
                                   .on_update = action_text(column->on_update) };
    tusk_vec_push(arena, &key.columns_from, tusk_def_column_sql(column));
    tusk_vec_push(arena, &key.columns_to, tusk_def_column_sql(target));
    tusk_vec_push(arena, &out->foreign_keys, key);
}

static void add_foreign_key(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                            const tusk_def_item *item, tusk_model_table *out)
{
    const tusk_def_table *to = tusk_def_find_table(def, item->to_table.text);
    tusk_vec_push(arena, &out->foreign_keys,
                  (tusk_model_foreign_key){
                      .name = tusk_name_item(arena, def, table, item),
                      .table_from = table->sql.text,
                      .table_to = to->sql.text,
                      .columns_from = sql_names(arena, table, &item->columns),
                      .columns_to = sql_names(arena, to, &item->to_columns),
                      .on_delete = action_text(item->on_delete),
                      .on_update = action_text(TUSK_NO_ACTION),
                  });
}

static void add_index(tusk_arena *arena, const tusk_def_table *table, const tusk_def_item *item,
                      tusk_model_table *out)
{
    tusk_model_index index = { .name = item->name.text,
                               .unique = item->kind == TUSK_ITEM_UNIQUE_INDEX,
                               .method =
                                   item->method.text.ptr ? item->method.text : TUSK_STR("btree"),
                               .where = item->where.text,
                               .with = TUSK_STR("") };
    for (size_t i = 0; i < item->columns.count; i++) {
        const tusk_def_name *entry = &item->columns.items[i];
        const tusk_def_column *column = tusk_def_find_column(table, entry->text);
        tusk_vec_push(arena, &index.columns,
                      (tusk_model_index_column){ .expression = tusk_def_column_sql(column),
                                                 .descending = entry->desc });
    }
    if (item->expression.text.ptr) {
        tusk_vec_push(arena, &index.columns,
                      (tusk_model_index_column){ .expression = item->expression.text,
                                                 .is_expression = true });
    }
    tusk_vec_push(arena, &out->indexes, index);
}

static void add_item(tusk_arena *arena, const tusk_def *def, const tusk_def_table *table,
                     const tusk_def_item *item, tusk_model_table *out)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        add_index(arena, table, item, out);
        break;
    case TUSK_ITEM_CHECK:
        tusk_vec_push(arena, &out->checks,
                      (tusk_model_check){ item->name.text, item->expression.text });
        break;
    case TUSK_ITEM_FOREIGN_KEY:
        add_foreign_key(arena, def, table, item, out);
        break;
    default: {
        tusk_model_key key = { .name = tusk_name_item(arena, def, table, item),
                               .columns = sql_names(arena, table, &item->columns) };
        if (item->kind == TUSK_ITEM_KEY) {
            tusk_vec_push(arena, &out->primary_keys, key);
        } else {
            tusk_vec_push(arena, &out->uniques, key);
        }
    }
    }
}

/* A KEY of one column is what PRIMARY_KEY says, and drizzle-kit keeps it at the column. */
static bool single_key(const tusk_def_item *item)
{
    return item->kind == TUSK_ITEM_KEY && item->columns.count == 1;
}

static void mark_single_key(const tusk_def_item *item, const tusk_def_table *table,
                            tusk_model_table *out)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (tusk_str_eq(table->columns.items[i].name.text, item->columns.items[0].text)) {
            out->columns.items[i].primary_key = true;
        }
    }
}

static tusk_model_table resolve_table(tusk_arena *arena, const tusk_def *def,
                                      const tusk_def_table *table)
{
    tusk_model_table out = { .name = table->sql.text, .schema = TUSK_STR("") };
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        if (!tusk_vec_push(arena, &out.columns, resolve_column(arena, def, column))) return out;
        if (column->unique) {
            tusk_model_key key = { .name = tusk_name_unique(arena, table, column) };
            tusk_vec_push(arena, &key.columns, tusk_def_column_sql(column));
            tusk_vec_push(arena, &out.uniques, key);
        }
        if (column->ref_table.text.ptr) add_reference(arena, def, table, column, &out);
    }
    for (size_t i = 0; i < table->items.count; i++) {
        const tusk_def_item *item = &table->items.items[i];
        if (single_key(item)) {
            mark_single_key(item, table, &out);
        } else {
            add_item(arena, def, table, item, &out);
        }
    }
    return out;
}

static tusk_model_enum resolve_enum(tusk_arena *arena, const tusk_def_enum *e)
{
    tusk_model_enum out = { .name = e->sql.text, .schema = TUSK_STR("public") };
    for (size_t i = 0; i < e->labels.count; i++) {
        tusk_vec_push(arena, &out.values, e->labels.items[i].sql.text);
    }
    return out;
}

tusk_status tusk_model_from_def(tusk_arena *arena, const char *path, tusk_model *out,
                                tusk_error *err)
{
    tusk_def def;
    tusk_status st = tusk_def_parse(arena, path, &def, err);
    if (st == TUSK_OK) st = tusk_def_check(arena, &def, err);
    if (st != TUSK_OK) return st;
    *out = tusk_model_empty();
    for (size_t i = 0; i < def.enums.count; i++) {
        tusk_vec_push(arena, &out->enums, resolve_enum(arena, &def.enums.items[i]));
    }
    for (size_t i = 0; i < def.tables.count; i++) {
        tusk_vec_push(arena, &out->tables, resolve_table(arena, &def, &def.tables.items[i]));
    }
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the schema") : TUSK_OK;
}
