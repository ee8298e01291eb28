/* read_views.c - views and materialized views */
#include <ctype.h>

#include "src/introspect/catalog.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

static const char views_sql[] =
    "select v.oid, n.nspname, v.relname, v.relkind = 'm', pg_get_viewdef(v.oid), v.reloptions, "
    "s.spcname, m.amname, not v.relispopulated from pg_class v join pg_namespace n on "
    "n.oid = v.relnamespace left join pg_tablespace s on s.oid = v.reltablespace "
    "left join pg_am m on m.oid = v.relam and m.amname <> 'heap' where v.relkind in ('v', 'm') "
    "and v.relnamespace = any($1::text::oid[]) and v.relpersistence <> 't' and " TUSK_CATALOG_OWN(
        "pg_class", "v.oid") " order by n.nspname <> 'public', n.nspname collate \"C\", v.relname "
                             "collate \"C\"";

static const char view_columns_sql[] =
    "select v.oid, a.attname, format_type(e.oid, a.atttypmod), e.typtype, e.typname, "
    "en.nspname, e.oid <> t.oid from pg_class v join pg_attribute a on a.attrelid = v.oid "
    "join pg_type t on t.oid = a.atttypid "
    "left join pg_type te on te.oid = t.typelem and te.typarray = t.oid "
    "join pg_type e on e.oid = coalesce(te.oid, t.oid) "
    "join pg_namespace en on en.oid = e.typnamespace where v.relkind in ('v', 'm') and "
    "v.relnamespace = any($1::text::oid[]) and a.attnum > 0 and not a.attisdropped "
    "order by v.oid, a.attnum";

/* " SELECT ...;" */
static tusk_str definition_of(tusk_arena *arena, tusk_str text)
{
    text = tusk_str_trim(text);
    if (text.len > 0 && text.ptr[text.len - 1] == ';') text.len--;
    return tusk_arena_str(arena, text);
}

/* security_barrier as a snapshot says it: securityBarrier */
static tusk_str camel_case(tusk_arena *arena, tusk_str name)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, (size_t)64 << 10);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '_' && i + 1 < name.len) c = (char)toupper((unsigned char)name.ptr[++i]);
        tusk_buf_add_char(&buf, c);
    }
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}

static bool is_plain(tusk_str value)
{
    if (tusk_str_eq(value, TUSK_STR("true")) || tusk_str_eq(value, TUSK_STR("false"))) return true;
    for (size_t i = 0; i < value.len; i++) {
        if (!isdigit((unsigned char)value.ptr[i]) && value.ptr[i] != '.') return false;
    }
    return value.len > 0;
}

/* "on" and "off" are kept as they were written; a snapshot says true and false. */
static tusk_str option_value(tusk_str name, tusk_str value)
{
    if (tusk_str_eq(name, TUSK_STR("vacuum_index_cleanup"))) return value;
    if (tusk_str_eq(value, TUSK_STR("on"))) return TUSK_STR("true");
    if (tusk_str_eq(value, TUSK_STR("off"))) return TUSK_STR("false");
    return value;
}

static tusk_model_options options_of(tusk_arena *arena, tusk_str cell)
{
    tusk_names all = tusk_catalog_names(arena, cell);
    tusk_model_options options = { 0 };
    for (size_t i = 0; i < all.count; i++) {
        tusk_str value = all.items[i];
        tusk_str name = tusk_str_cut(&value, '=');
        value = option_value(name, value);
        tusk_vec_push(arena, &options,
                      (tusk_model_option){ camel_case(arena, name), value, !is_plain(value) });
    }
    return options;
}

static tusk_status read_columns(tusk_catalog *c, const tusk_map *views)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, view_columns_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_view *view = tusk_map_get(views, tusk_result_cell(&r, i, 0));
        if (!view) continue;
        tusk_model_column column = { .name = tusk_result_cell(&r, i, 1) };
        tusk_catalog_set_type(
            c->arena, &column,
            (tusk_catalog_type_row){ .formatted = tusk_result_cell(&r, i, 2),
                                     .kind = tusk_result_cell(&r, i, 3),
                                     .name = tusk_result_cell(&r, i, 4),
                                     .schema = tusk_result_cell(&r, i, 5),
                                     .array = tusk_catalog_true(tusk_result_cell(&r, i, 6)) });
        tusk_vec_push(c->arena, &view->columns, column);
    }
    return TUSK_OK;
}

tusk_status tusk_catalog_views(tusk_catalog *c)
{
    tusk_result r;
    tusk_map views;
    tusk_status st = tusk_catalog_ask(c, views_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        bool materialized = tusk_catalog_true(tusk_result_cell(&r, i, 3));
        bool empty = tusk_catalog_true(tusk_result_cell(&r, i, 8));
        tusk_model_view view = {
            .schema = tusk_result_cell(&r, i, 1),
            .name = tusk_result_cell(&r, i, 2),
            .materialized = materialized,
            .definition = definition_of(c->arena, tusk_result_cell(&r, i, 4)),
            .with = options_of(c->arena, tusk_result_cell(&r, i, 5)),
            .tablespace = tusk_result_cell(&r, i, 6),
            .using_ = tusk_result_cell(&r, i, 7),
            .has_with_no_data = materialized && empty,
            .with_no_data = materialized && empty,
        };
        tusk_vec_push(c->arena, &c->model->views, view);
    }
    tusk_map_init(&views, c->arena);
    for (size_t i = 0; i < c->model->views.count; i++) {
        tusk_map_put(&views, tusk_result_cell(&r, i, 0), &c->model->views.items[i]);
    }
    return read_columns(c, &views);
}
