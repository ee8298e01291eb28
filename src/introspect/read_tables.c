/* read_tables.c - tables with their columns and partitions */
#include "src/introspect/catalog.h"

#include "src/base/banned.h"

static const char tables_sql[] =
    "select c.oid, n.nspname, c.relname, c.relpersistence = 'u', c.relrowsecurity, "
    "c.relforcerowsecurity, coalesce(c.reloptions, '{}') || array(select 'toast.' || o from "
    "pg_class t, unnest(t.reloptions) o where t.oid = c.reltoastrelid), "
    "case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end, "
    "exists (select from pg_inherits i where i.inhrelid = c.oid) "
    "from pg_class c join pg_namespace n on n.oid = c.relnamespace where " TUSK_CATALOG_TABLE(
        "c") " order by n.nspname <> 'public', n.nspname collate \"C\", c.relname collate \"C\"";

/* "fillfactor=70" */
static tusk_model_options read_storage(tusk_catalog *c, tusk_str cell)
{
    tusk_names all = tusk_catalog_names(c->arena, cell);
    tusk_model_options options = { 0 };
    for (size_t i = 0; i < all.count; i++) {
        tusk_str value = all.items[i];
        tusk_str name = tusk_str_cut(&value, '=');
        tusk_vec_push(c->arena, &options,
                      (tusk_model_option){ tusk_arena_str(c->arena, name), value, false });
    }
    return options;
}

tusk_status tusk_catalog_tables(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, tables_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_table table = {
            .schema = tusk_model_schema(tusk_result_cell(&r, i, 1)),
            .name = tusk_result_cell(&r, i, 2),
            .unlogged = tusk_catalog_true(tusk_result_cell(&r, i, 3)),
            .rls = tusk_catalog_true(tusk_result_cell(&r, i, 4)),
            .rls_forced = tusk_catalog_true(tusk_result_cell(&r, i, 5)),
            .storage = read_storage(c, tusk_result_cell(&r, i, 6)),
            .partition_by = tusk_result_cell(&r, i, 7),
        };
        if (tusk_catalog_true(tusk_result_cell(&r, i, 8))) {
            tusk_catalog_notice(c, "table \"%s\" inherits from another, which is left out",
                                table.name.ptr);
        }
        tusk_vec_push(c->arena, &c->model->tables, table);
    }
    /* once they stay where they are */
    for (size_t i = 0; i < c->model->tables.count; i++) {
        tusk_map_put(&c->tables, tusk_result_cell(&r, i, 0), &c->model->tables.items[i]);
    }
    return TUSK_OK;
}

/* ---- columns ---- */

/* The sequence of an identity column (deptype i) or one that the column owns (a), of which the
 * default may take (column 13). */
static const char columns_sql[] =
    "select a.attrelid, a.attname, a.attnotnull, format_type(e.oid, a.atttypmod), e.typtype, "
    "e.typname, en.nspname, e.oid <> t.oid, a.attidentity, a.attgenerated, "
    "pg_get_expr(d.adbin, d.adrelid), q.deptype, q.nspname, q.relname, q.seqincrement, "
    "q.seqstart, q.seqmin, q.seqmax, q.seqcache, q.seqcycle, "
    "exists (select from pg_depend u where u.classid = 'pg_attrdef'::regclass and u.objid = d.oid "
    "and u.refclassid = 'pg_class'::regclass and u.refobjid = q.oid), "
    "a.attcollation <> t.typcollation, (select co.collname from pg_collation co where "
    "co.oid = a.attcollation and co.collnamespace = 'pg_catalog'::regnamespace) "
    "from pg_class c join pg_attribute a on a.attrelid = c.oid "
    "join pg_type t on t.oid = a.atttypid "
    "left join pg_type te on te.oid = t.typelem and te.typarray = t.oid "
    "join pg_type e on e.oid = coalesce(te.oid, t.oid) "
    "join pg_namespace en on en.oid = e.typnamespace "
    "left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum "
    "left join lateral (select p.deptype, sn.nspname, s.oid, s.relname, z.* from pg_depend p "
    "join pg_class s on s.oid = p.objid and s.relkind = 'S' "
    "join pg_namespace sn on sn.oid = s.relnamespace join pg_sequence z on z.seqrelid = s.oid "
    "where p.classid = 'pg_class'::regclass and p.refclassid = 'pg_class'::regclass and "
    "p.refobjid = a.attrelid and p.refobjsubid = a.attnum and p.deptype in ('a', 'i') "
    "order by p.deptype desc, s.oid limit 1) q on true "
    "where a.attnum > 0 and not a.attisdropped and " TUSK_CATALOG_TABLE(
        "c") " order by a.attrelid, a.attnum";

typedef struct column_row {
    const tusk_result *r;
    size_t i;
} column_row;

static tusk_str cell(const column_row *row, size_t field)
{
    return tusk_result_cell(row->r, row->i, field);
}

static void read_type(tusk_catalog *c, const column_row *row, tusk_model_column *out)
{
    tusk_catalog_set_type(c->arena, out,
                          (tusk_catalog_type_row){ .formatted = cell(row, 3),
                                                   .kind = cell(row, 4),
                                                   .name = cell(row, 5),
                                                   .schema = cell(row, 6),
                                                   .array = tusk_catalog_true(cell(row, 7)) });
}

static tusk_identity read_identity(const column_row *row)
{
    return (tusk_identity){
        .always = tusk_catalog_is(cell(row, 8), 'a'),
        .schema = cell(row, 12),
        .name = cell(row, 13),
        .increment = cell(row, 14),
        .start_with = cell(row, 15),
        .min_value = cell(row, 16),
        .max_value = cell(row, 17),
        .cache = cell(row, 18),
        .cycle = tusk_catalog_true(cell(row, 19)),
    };
}

/* Is it an integer that a sequence of its own fills? */
static bool make_serial(tusk_model_column *column)
{
    static const struct {
        tusk_str type, serial;
    } kinds[] = {
        { TUSK_STR_INIT("integer"), TUSK_STR_INIT("serial") },
        { TUSK_STR_INIT("bigint"), TUSK_STR_INIT("bigserial") },
        { TUSK_STR_INIT("smallint"), TUSK_STR_INIT("smallserial") },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!tusk_str_eq(column->type, kinds[i].type)) continue;
        column->type = kinds[i].serial;
        return true;
    }
    return false;
}

static void read_value(tusk_catalog *c, const column_row *row, const tusk_model_table *table,
                       tusk_model_column *column)
{
    tusk_str expression = cell(row, 10);
    if (cell(row, 8).len > 0) { /* identity */
        column->identity = read_identity(row);
        return;
    }
    if (cell(row, 9).len > 0) {
        column->generated = tusk_catalog_bare(expression);
        if (tusk_catalog_is(cell(row, 9), 's')) return;
        tusk_catalog_notice(c,
                            "column \"%s\" of \"%s\" is generated when it is read (VIRTUAL), "
                            "which becomes STORED",
                            column->name.ptr, table->name.ptr);
        return;
    }
    bool owned = tusk_catalog_true(cell(row, 20)) && tusk_catalog_is(cell(row, 11), 'a');
    if (owned && column->not_null && make_serial(column)) return;
    column->value = tusk_catalog_default(c->arena, column->type, expression);
}

tusk_status tusk_catalog_columns(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, columns_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        column_row row = { &r, i };
        tusk_model_table *table = tusk_catalog_table(c, cell(&row, 0));
        if (!table) continue;
        tusk_model_column column = { .name = cell(&row, 1),
                                     .not_null = tusk_catalog_true(cell(&row, 2)) };
        read_type(c, &row, &column);
        read_value(c, &row, table, &column);
        if (tusk_catalog_true(cell(&row, 21))) column.collation = cell(&row, 22);
        if (tusk_catalog_true(cell(&row, 21)) && !column.collation.ptr) {
            tusk_catalog_notice(c,
                                "column \"%s\" of \"%s\" has a collation that somebody made, "
                                "which is left out",
                                column.name.ptr, table->name.ptr);
        }
        tusk_vec_push(c->arena, &table->columns, column);
    }
    return TUSK_OK;
}

/* ---- partitions ---- */

static const char partitions_sql[] =
    "select i.inhparent, n.nspname, p.relname, pg_get_expr(p.relpartbound, p.oid), "
    "p.relkind = 'p' from pg_class c join pg_inherits i on i.inhparent = c.oid "
    "join pg_class p on p.oid = i.inhrelid and p.relispartition "
    "join pg_namespace n on n.oid = p.relnamespace where " TUSK_CATALOG_TABLE(
        "c") " order by i.inhparent, n.nspname collate \"C\", p.relname collate \"C\"";

tusk_status tusk_catalog_partitions(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, partitions_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_table *table = tusk_catalog_table(c, tusk_result_cell(&r, i, 0));
        if (!table) continue;
        tusk_model_partition partition = { .schema = tusk_model_schema(tusk_result_cell(&r, i, 1)),
                                           .name = tusk_result_cell(&r, i, 2),
                                           .bounds = tusk_result_cell(&r, i, 3) };
        if (tusk_catalog_true(tusk_result_cell(&r, i, 4))) {
            tusk_catalog_notice(
                c,
                "partition \"%s\" is partitioned itself: how, and its own partitions, are "
                "left out",
                partition.name.ptr);
        }
        tusk_vec_push(c->arena, &table->partitions, partition);
    }
    return TUSK_OK;
}
