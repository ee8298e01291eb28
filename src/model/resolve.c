/* resolve.c - from what a .def file declares to a schema: tables with their constraints and indexes
 */
#include "src/model/resolve.h"

#include <ctype.h>

#include "src/model/check.h"
#include "src/model/option.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

static tusk_str action_text(tusk_action action)
{
    static const char *const texts[] = {
        [TUSK_NO_ACTION] = "no action", [TUSK_CASCADE] = "cascade",
        [TUSK_SET_NULL] = "set null",   [TUSK_SET_DEFAULT] = "set default",
        [TUSK_RESTRICT] = "restrict",
    };
    return tusk_str_of(texts[action]);
}

static tusk_deferral deferral(tusk_def_flag deferrable, tusk_def_flag deferred)
{
    if (tusk_def_given(deferred)) return TUSK_INITIALLY_DEFERRED;
    return tusk_def_given(deferrable) ? TUSK_INITIALLY_IMMEDIATE : TUSK_NOT_DEFERRABLE;
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

/* "" for public, as targets of foreign keys and tables have it. */
static tusk_str table_schema(const tusk_def_table *table)
{
    return tusk_model_schema(tusk_def_schema_of(&table->schema));
}

static void add_reference(tusk_resolver *r, const tusk_def_table *table,
                          const tusk_def_column *column, tusk_model_table *out)
{
    const tusk_def_table *to = tusk_def_find_table(r->def, column->ref_table.text);
    const tusk_def_column *target = tusk_def_find_column(to, column->ref_column.text);
    tusk_model_foreign_key key = { .name = tusk_name_reference(r->arena, r->def, table, column),
                                   .table_from = table->sql.text,
                                   .table_to = to->sql.text,
                                   .schema_to = table_schema(to),
                                   .on_delete = action_text(column->on_delete),
                                   .on_update = action_text(column->on_update),
                                   .deferral =
                                       deferral(column->deferrable, column->initially_deferred) };
    tusk_vec_push(r->arena, &key.columns_from, tusk_def_column_sql(column));
    tusk_vec_push(r->arena, &key.columns_to, tusk_def_column_sql(target));
    tusk_vec_push(r->arena, &out->foreign_keys, key);
}

void tusk_resolve_column_constraints(tusk_resolver *r, const tusk_def_table *table,
                                     const tusk_def_column *column, tusk_model_table *out)
{
    if (tusk_def_given(column->unique)) {
        tusk_model_key key = { .name = tusk_name_unique(r->arena, table, column),
                               .nulls_not_distinct = tusk_def_given(column->nulls_not_distinct) };
        tusk_vec_push(r->arena, &key.columns, tusk_def_column_sql(column));
        tusk_vec_push(r->arena, &out->uniques, key);
    }
    if (column->ref_table.text.ptr) add_reference(r, table, column, out);
}

/* ---- items ---- */

static void add_foreign_key(tusk_resolver *r, const tusk_def_table *table,
                            const tusk_def_item *item, tusk_model_table *out)
{
    const tusk_def_table *to = tusk_def_find_table(r->def, item->to_table.text);
    tusk_vec_push(r->arena, &out->foreign_keys,
                  (tusk_model_foreign_key){
                      .name = tusk_name_item(r->arena, r->def, table, item),
                      .table_from = table->sql.text,
                      .table_to = to->sql.text,
                      .schema_to = table_schema(to),
                      .columns_from = sql_names(r->arena, table, &item->columns),
                      .columns_to = sql_names(r->arena, to, &item->to_columns),
                      .on_delete = action_text(item->on_delete),
                      .on_update = action_text(item->on_update),
                      .deferral = deferral(item->deferrable, item->initially_deferred),
                  });
}

static tusk_model_index_column index_column(const tusk_def_table *table,
                                            const tusk_def_entry *entry)
{
    tusk_model_index_column out = { .is_expression = entry->is_expression,
                                    .expression = entry->name.text,
                                    .descending = tusk_def_given(entry->desc),
                                    .nulls_first = tusk_def_given(entry->nulls_first),
                                    .opclass = entry->opclass.text };
    if (!entry->is_expression) {
        out.expression = tusk_def_column_sql(tusk_def_find_column(table, entry->name.text));
    }
    return out;
}

static tusk_status add_index(tusk_resolver *r, const tusk_def_table *table,
                             const tusk_def_item *item, tusk_model_table *out)
{
    tusk_model_options with;
    tusk_status st = tusk_options_read(r->arena, &item->with, false, &with, r->err);
    if (st != TUSK_OK) return st;
    tusk_model_index index = {
        .name = item->name.text,
        .unique = item->kind == TUSK_ITEM_UNIQUE_INDEX,
        .concurrently = tusk_def_given(item->concurrently),
        .method = item->method.text.ptr ? item->method.text : TUSK_STR("btree"),
        .where = item->where.text,
        .with = tusk_options_text(r->arena, &with),
        .include = sql_names(r->arena, table, &item->include),
        .nulls_not_distinct = tusk_def_given(item->nulls_not_distinct),
    };
    for (size_t i = 0; i < item->entries.count; i++) {
        tusk_vec_push(r->arena, &index.columns, index_column(table, &item->entries.items[i]));
    }
    tusk_vec_push(r->arena, &out->indexes, index);
    return TUSK_OK;
}

static void add_key(tusk_resolver *r, const tusk_def_table *table, const tusk_def_item *item,
                    tusk_model_table *out)
{
    tusk_model_key key = { .name = tusk_name_item(r->arena, r->def, table, item),
                           .nulls_not_distinct = tusk_def_given(item->nulls_not_distinct),
                           .columns = sql_names(r->arena, table, &item->columns),
                           .deferral = deferral(item->deferrable, item->initially_deferred) };
    if (item->kind == TUSK_ITEM_KEY) {
        tusk_vec_push(r->arena, &out->primary_keys, key);
    } else {
        tusk_vec_push(r->arena, &out->uniques, key);
    }
}

/* A KEY of one column is what PRIMARY_KEY says, and drizzle-kit keeps it at the column; one with a
 * name of its own stays a constraint. */
static bool single_key(const tusk_def_item *item)
{
    return item->kind == TUSK_ITEM_KEY && item->columns.count == 1 && !item->name.text.ptr;
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

static tusk_status add_item(tusk_resolver *r, const tusk_def_table *table,
                            const tusk_def_item *item, tusk_model_table *out)
{
    switch (item->kind) {
    case TUSK_ITEM_INDEX:
    case TUSK_ITEM_UNIQUE_INDEX:
        return add_index(r, table, item, out);
    case TUSK_ITEM_CHECK:
        tusk_vec_push(r->arena, &out->checks,
                      (tusk_model_check){ item->name.text, item->expression.text });
        break;
    case TUSK_ITEM_EXCLUDE:
        tusk_vec_push(
            r->arena, &out->exclusions,
            (tusk_model_exclusion){ item->name.text, item->expression.text,
                                    deferral(item->deferrable, item->initially_deferred) });
        break;
    case TUSK_ITEM_FOREIGN_KEY:
        add_foreign_key(r, table, item, out);
        break;
    default:
        if (single_key(item)) {
            mark_single_key(item, table, out);
        } else {
            add_key(r, table, item, out);
        }
    }
    return TUSK_OK;
}

/* ---- tables ---- */

/* In capitals where it is not quoted: bounds are told as PostgreSQL does. */
static tusk_str capitals(tusk_arena *arena, tusk_str text, bool first_word)
{
    tusk_str out = tusk_arena_str(arena, text);
    char quote = '\0';
    for (size_t i = 0; out.ptr && i < out.len; i++) {
        char *c = (char *)(uintptr_t)&out.ptr[i];
        if (first_word && !isalpha((unsigned char)*c)) break;
        if (!quote && (*c == '\'' || *c == '"')) {
            quote = *c;
        } else if (quote) {
            if (*c == quote) quote = '\0';
        } else {
            *c = (char)toupper((unsigned char)*c);
        }
    }
    return out;
}

static void add_partitions(tusk_resolver *r, const tusk_def_table *table, tusk_model_table *out)
{
    if (table->partition_by.text.ptr) {
        out->partition_by = capitals(r->arena, table->partition_by.text, true);
    }
    for (size_t i = 0; i < table->partitions.count; i++) {
        const tusk_def_partition *partition = &table->partitions.items[i];
        tusk_str schema = partition->schema.text.ptr ? partition->schema.text
                                                     : tusk_def_schema_of(&table->schema);
        tusk_vec_push(
            r->arena, &out->partitions,
            (tusk_model_partition){ .name = partition->name.text,
                                    .schema = tusk_model_schema(schema),
                                    .bounds = capitals(r->arena, partition->bounds.text, false) });
    }
}

static void add_triggers(tusk_resolver *r, const tusk_def_table *table)
{
    for (size_t i = 0; i < table->triggers.count; i++) {
        const tusk_def_routine *trigger = &table->triggers.items[i];
        tusk_vec_push(r->arena, &r->model->routines,
                      (tusk_model_routine){ .is_trigger = true,
                                            .name = trigger->name.text,
                                            .schema = tusk_def_schema_of(&table->schema),
                                            .table = table->sql.text,
                                            .statement = trigger->statement.text });
    }
}

static tusk_status resolve_columns(tusk_resolver *r, const tusk_def_table *table,
                                   tusk_model_table *out)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        tusk_model_column model;
        tusk_status st = tusk_resolve_column(r, table, column, &model);
        if (st != TUSK_OK) return st;
        if (!tusk_vec_push(r->arena, &out->columns, model)) {
            return tusk_fail_nomem(r->err, "the schema");
        }
        tusk_resolve_column_constraints(r, table, column, out);
        tusk_resolve_comment(r, "COLUMN", &table->schema, table->sql.text, column,
                             &column->comment);
    }
    return TUSK_OK;
}

static tusk_status resolve_table(tusk_resolver *r, const tusk_def_table *table)
{
    tusk_model_table out = { .name = table->sql.text,
                             .schema = table_schema(table),
                             .renamed_from = table->renamed_from.text,
                             .rls = tusk_def_given(table->rls),
                             .rls_forced = tusk_def_given(table->rls_forced),
                             .unlogged = tusk_def_given(table->unlogged) };
    tusk_resolve_comment(r, "TABLE", &table->schema, table->sql.text, NULL, &table->comment);
    tusk_status st = tusk_options_read(r->arena, &table->storage, false, &out.storage, r->err);
    if (st == TUSK_OK) st = resolve_columns(r, table, &out);
    for (size_t i = 0; st == TUSK_OK && i < table->items.count; i++) {
        st = add_item(r, table, &table->items.items[i], &out);
    }
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < table->policies.count; i++) {
        tusk_vec_push(r->arena, &out.policies, tusk_resolve_policy(r, &table->policies.items[i]));
    }
    add_partitions(r, table, &out);
    add_triggers(r, table);
    tusk_vec_push(r->arena, &r->model->tables, out);
    return TUSK_OK;
}

static tusk_status resolve(tusk_arena *arena, const tusk_def *def, tusk_model *out, tusk_error *err)
{
    tusk_resolver r = { .arena = arena, .def = def, .model = out, .err = err };
    *out = tusk_model_empty();
    tusk_status st = tusk_def_check(arena, def, err);
    if (st == TUSK_OK) st = tusk_resolve_objects(&r);
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        const tusk_def_table *table = &def->tables.items[i];
        if (table->kind == TUSK_DEF_TABLE) st = resolve_table(&r, table);
    }
    if (st == TUSK_OK && tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the schema");
    return st;
}

tusk_status tusk_model_from_def(tusk_arena *arena, const char *path, tusk_model *out,
                                tusk_error *err)
{
    tusk_def def;
    tusk_status st = tusk_def_parse(arena, path, &def, err);
    if (st == TUSK_IO && !tusk_file_exists(path)) {
        tusk_error_hint(err,
                        "--schema FILE names the schema; `tusk pull` writes one for a database "
                        "that is there.");
    }
    return st == TUSK_OK ? resolve(arena, &def, out, err) : st;
}

tusk_status tusk_model_from_schema(tusk_arena *arena, const tusk_schema *schema, tusk_model *out,
                                   tusk_error *err)
{
    tusk_def def;
    tusk_status st = tusk_def_parse_lines(arena, schema, &def, err);
    return st == TUSK_OK ? resolve(arena, &def, out, err) : st;
}
