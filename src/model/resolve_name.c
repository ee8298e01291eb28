/* resolve_name.c - the names of constraints that have none in the .def file */
#include "src/model/resolve.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define NAME_MAX_LEN ((size_t)64 << 10)

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
    if (column->unique_name.text.ptr) return column->unique_name.text;
    return tusk_arena_printf(arena, "%.*s_%.*s_unique", TUSK_STR_ARG(table->sql.text),
                             TUSK_STR_ARG(tusk_def_column_sql(column)));
}

tusk_str tusk_name_identity(tusk_arena *arena, const tusk_def_table *table,
                            const tusk_def_column *column)
{
    return tusk_arena_printf(arena, "%.*s_%.*s_seq", TUSK_STR_ARG(table->sql.text),
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
    if (column->ref_name.text.ptr) return column->ref_name.text;
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
