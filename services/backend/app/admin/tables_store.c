/* tables_store.c - tables_store.h's queries */
#include "services/backend/app/admin/tables_store.h"

#include "services/backend/app/admin/tables_secret.h"

static bool is_true(tusk_str cell)
{
    return tusk_str_eq(cell, TUSK_STR("t"));
}

static int64_t number(tusk_str cell)
{
    long long value = 0;
    tusk_str_to_int(cell, INT64_MIN, INT64_MAX, &value);
    return value;
}

/* ---- the table ---- */

static const char TABLE_SQL[] = SQL_WITH_REVEALING
    "select c.oid::text, c.relkind::text, case when c.relkind = 'p' then "
    "(select sum(greatest(l.reltuples, 0))::bigint::text "
    "from pg_catalog.pg_partition_tree(c.oid) t join pg_catalog.pg_class l on l.oid = t.relid "
    "where t.isleaf) else nullif(c.reltuples::bigint, -1)::text end, "
    "c.oid in (select oid from revealing), "
    "c.relkind in ('r', 'p') and not " SQL_SYSTEM_TABLE " "
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f') "
    "and " SQL_USER_SCHEMA;

static tusk_status find_table(tusk_conn *conn, tusk_arena *a, struct browsed_table *out,
                              bool *found, tusk_error *err)
{
    tusk_result r = { 0 };
    tusk_status st = tusk_run(
        conn, a, tusk_sql(a, TABLE_SQL, TUSK_PARAMS(tusk_val(out->schema), tusk_val(out->name))),
        &r, err);
    *found = !st && r.cell_rows == 1;
    if (!*found) return st;
    tusk_str estimate = tusk_result_cell(&r, 0, 2);
    out->oid = tusk_result_cell(&r, 0, 0);
    out->kind = tusk_result_cell(&r, 0, 1).ptr[0];
    out->rows_estimate = (tusk_null_int64){ estimate.ptr != NULL, number(estimate) };
    out->revealing = is_true(tusk_result_cell(&r, 0, 3));
    out->editable = is_true(tusk_result_cell(&r, 0, 4));
    return TUSK_OK;
}

/* ---- its columns ---- */

static const char COLUMNS_SQL[] =
    "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), tn.nspname, t.typname, "
    "not a.attnotnull, case when a.attgenerated = '' then "
    "pg_catalog.pg_get_expr(d.adbin, d.adrelid) end, "
    "a.attgenerated <> '' or a.attidentity = 'a', " SQL_SECRET_COLUMN ", "
    "coalesce(pg_catalog.array_position(k.conkey, a.attnum), 0)::text, "
    "(select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder)::text "
    "from pg_catalog.pg_enum e where e.enumtypid = t.oid), "
    "f.nspname, f.relname, f.attname "
    "from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "join lateral (with recursive d as (select x.* from pg_catalog.pg_type x "
    "where x.oid = a.atttypid union all select x.* from d join pg_catalog.pg_type x "
    "on d.typtype = 'd' and x.oid = d.typbasetype) select * from d where typtype <> 'd') t on true "
    "join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace "
    "left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum "
    "left join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'p' "
    "left join lateral (select rn.nspname, rc.relname, ra.attname "
    "from pg_catalog.pg_constraint fk join pg_catalog.pg_class rc on rc.oid = fk.confrelid "
    "join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace "
    "join pg_catalog.pg_attribute ra on ra.attrelid = rc.oid "
    "and ra.attnum = fk.confkey[pg_catalog.array_position(fk.conkey, a.attnum)] "
    "where fk.conrelid = c.oid and fk.contype = 'f' and a.attnum = any (fk.conkey) "
    "order by pg_catalog.cardinality(fk.conkey), fk.conname limit 1) f on true "
    "where a.attrelid = $1::text::oid and a.attnum > 0 and not a.attisdropped order by a.attnum";

static struct browsed_column column_of(const tusk_result *r, size_t row)
{
    return (struct browsed_column){
        .name = tusk_result_cell(r, row, 0),
        .type = tusk_result_cell(r, row, 1),
        .type_schema = tusk_result_cell(r, row, 2),
        .type_name = tusk_result_cell(r, row, 3),
        .nullable = is_true(tusk_result_cell(r, row, 4)),
        .default_sql = tusk_result_cell(r, row, 5),
        .generated = is_true(tusk_result_cell(r, row, 6)),
        .secret = is_true(tusk_result_cell(r, row, 7)),
        .key = (int)number(tusk_result_cell(r, row, 8)),
        .labels = tusk_result_cell(r, row, 9),
        .to_schema = tusk_result_cell(r, row, 10),
        .to_table = tusk_result_cell(r, row, 11),
        .to_name = tusk_result_cell(r, row, 12),
    };
}

/** A row is told from others by its primary key, all of which can be seen. */
static bool has_open_key(const struct browsed_column *columns, size_t count, size_t *key_count)
{
    bool open = true;
    *key_count = 0;
    for (size_t i = 0; i < count; i++) {
        *key_count += columns[i].key > 0;
        open = open && !(columns[i].key > 0 && columns[i].secret);
    }
    return open && *key_count > 0;
}

static tusk_status find_columns(tusk_conn *conn, tusk_arena *a, struct browsed_table *out,
                                tusk_error *err)
{
    tusk_result r = { 0 };
    tusk_status st =
        tusk_run(conn, a, tusk_sql(a, COLUMNS_SQL, TUSK_PARAMS(tusk_val(out->oid))), &r, err);
    if (st) return st;
    struct browsed_column *columns = TUSK_NEW_ARRAY(a, struct browsed_column, r.cell_rows + 1);
    if (!columns) return tusk_fail_nomem(err, "the columns of a table");
    for (size_t i = 0; i < r.cell_rows; i++) columns[i] = column_of(&r, i);
    out->editable = has_open_key(columns, r.cell_rows, &out->key_count) && out->editable;
    for (size_t i = 0; i < r.cell_rows; i++)
        columns[i].editable = out->editable && !columns[i].generated && !columns[i].secret;
    out->columns = columns;
    out->count = r.cell_rows;
    return TUSK_OK;
}

tusk_status tables_find(tusk_conn *conn, tusk_arena *a, tusk_str schema, tusk_str name,
                        struct browsed_table *out, bool *found, tusk_error *err)
{
    *out = (struct browsed_table){ .schema = schema, .name = name };
    tusk_status st = find_table(conn, a, out, found, err);
    return st || !*found ? st : find_columns(conn, a, out, err);
}

const struct browsed_column *tables_column(const struct browsed_table *table, tusk_str name)
{
    for (size_t i = 0; i < table->count; i++)
        if (tusk_str_eq(table->columns[i].name, name)) return &table->columns[i];
    return NULL;
}

/* ---- its indexes and constraints ---- */

static const char INDEXES_SQL[] =
    "select i.relname, (select pg_catalog.string_agg(pg_catalog.pg_get_indexdef(x.indexrelid, "
    "g.n, true), ', ' order by g.n) "
    "from pg_catalog.generate_series(1, x.indnkeyatts::int) g(n)), "
    "x.indisunique, pg_catalog.pg_relation_size(i.oid)::text, "
    "coalesce(s.idx_scan, 0)::text from pg_catalog.pg_index x "
    "join pg_catalog.pg_class i on i.oid = x.indexrelid "
    "left join pg_catalog.pg_stat_all_indexes s on s.indexrelid = x.indexrelid "
    "where x.indrelid = $1::text::oid order by x.indisprimary desc, i.relname";

tusk_status tables_indexes(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                           struct browsed_indexes *out, tusk_error *err)
{
    tusk_result r = { 0 };
    tusk_status st =
        tusk_run(conn, a, tusk_sql(a, INDEXES_SQL, TUSK_PARAMS(tusk_val(table->oid))), &r, err);
    if (st) return st;
    struct browsed_index *items = TUSK_NEW_ARRAY(a, struct browsed_index, r.cell_rows + 1);
    if (!items) return tusk_fail_nomem(err, "the indexes of a table");
    for (size_t i = 0; i < r.cell_rows; i++) {
        items[i] = (struct browsed_index){ .name = tusk_result_cell(&r, i, 0),
                                           .columns = tusk_result_cell(&r, i, 1),
                                           .unique = is_true(tusk_result_cell(&r, i, 2)),
                                           .bytes = number(tusk_result_cell(&r, i, 3)),
                                           .scans = number(tusk_result_cell(&r, i, 4)) };
    }
    *out = (struct browsed_indexes){ items, r.cell_rows };
    return TUSK_OK;
}

/* A unique index may be there without a constraint; of a partition it has another name and table.
 */
static const char CONSTRAINT_SQL[] =
    "select pg_catalog.string_agg(a.attname, ', ' order by p.place) from ("
    "select k.conrelid, k.conkey::int[] as keys from pg_catalog.pg_constraint k "
    "where k.conrelid = $1::text::oid and k.conname = $2 union all "
    "select x.indrelid, pg_catalog.string_to_array(x.indkey::text, ' ')::int[] "
    "from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid "
    "where x.indrelid = $1::text::oid and i.relname = $2 and not exists (select "
    "from pg_catalog.pg_constraint k where k.conindid = x.indexrelid and k.conrelid = x.indrelid)) "
    "f, pg_catalog.unnest(f.keys) with ordinality p(attnum, place) "
    "join pg_catalog.pg_attribute a on a.attnum = p.attnum where a.attrelid = f.conrelid";

tusk_status tables_constraint(tusk_conn *conn, tusk_arena *a, const struct browsed_table *table,
                              tusk_str constraint, tusk_str *columns, tusk_error *err)
{
    tusk_result r = { 0 };
    tusk_status st = tusk_run(
        conn, a,
        tusk_sql(a, CONSTRAINT_SQL, TUSK_PARAMS(tusk_val(table->oid), tusk_val(constraint))), &r,
        err);
    *columns = tusk_result_cell(&r, 0, 0);
    if (!columns->ptr) *columns = TUSK_STR("");
    return st;
}
