/* dump_tables.c - which tables are in a dump, and how many rows each of them has */
#include <inttypes.h>
#include <string.h>

#include "src/base/map.h"
#include "src/base/vec.h"
#include "src/ops/dump.h"
#include "tusk/run.h"

#include "src/base/banned.h"

/* A name as it can stand in SQL and as an exact pattern of pg_dump: always quoted. */
#define QUOTED(text) "'\"' || replace(" text ", '\"', '\"\"') || '\"'"
#define FULL_NAME    QUOTED("n.nspname::text") " || '.' || " QUOTED("c.relname::text")
/* What pg_dump dumps: nothing of the system, of extensions, or of other sessions. */
#define DUMPED                                                                              \
    "c.relpersistence <> 't' and n.nspname not like 'pg\\_%' and "                          \
    "n.nspname <> 'information_schema' and not exists (select from pg_catalog.pg_depend d " \
    "where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')"
#define RELATIONS "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"

static const char all_tables[] =
    "select " FULL_NAME " from " RELATIONS " where c.relkind = 'r' and " DUMPED " order by 1";

/* The one meant by $1 in any of its spellings, with its partitions. */
static const char chosen_tables[] =
    "with named as (select c.oid, c.relkind, n.nspname::text as s, c.relname::text as t, " FULL_NAME
    " as name from " RELATIONS " where c.relkind in ('r', 'p', 'v', 'm', 'f') and " DUMPED
    "), roots as (select oid, relkind from named where $1::text in (t, s || '.' || t, name, "
    "quote_ident(t), quote_ident(s) || '.' || quote_ident(t), '\"' || replace(t, '\"', '\"\"') || "
    "'\"')), members as (select oid from roots union select p.relid::oid from roots, "
    "pg_catalog.pg_partition_tree(roots.oid::regclass) p where roots.relkind = 'p') "
    "select name, relkind = 'r', (select count(*) from roots) from named join members using (oid) "
    "order by 1";

void tusk_dump_tell(const tusk_backup_options *options, int phase, tusk_str table, size_t done,
                    size_t total)
{
    if (!options || !options->progress) return;
    tusk_backup_progress progress = { .table = table, .done = done, .total = total };
    switch (phase) {
    case TUSK_BACKUP_COUNTING:
        progress.phase = TUSK_BACKUP_COUNTING;
        break;
    case TUSK_BACKUP_DUMPING:
        progress.phase = TUSK_BACKUP_DUMPING;
        break;
    case TUSK_BACKUP_HASHING:
        progress.phase = TUSK_BACKUP_HASHING;
        break;
    case TUSK_BACKUP_RESTORING:
        progress.phase = TUSK_BACKUP_RESTORING;
        break;
    default:
        progress.phase = TUSK_BACKUP_COMPARING;
        break;
    }
    options->progress(options->context, &progress);
}

tusk_status tusk_dump_cell(tusk_conn *conn, tusk_arena *arena, const char *sql, tusk_str *out,
                           tusk_error *err)
{
    tusk_result result;
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, sql, NULL), &result, err);
    if (st != TUSK_OK) return st;
    *out = tusk_result_cell(&result, 0, 0);
    if (!out->ptr) *out = TUSK_STR("");
    return TUSK_OK;
}

tusk_status tusk_dump_list_tables(tusk_conn *conn, tusk_arena *arena, tusk_dump_tables *out,
                                  tusk_error *err)
{
    tusk_result result;
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, all_tables, NULL), &result, err);
    if (st != TUSK_OK) return st;
    out->count = result.cell_rows;
    out->items = TUSK_NEW_ARRAY(arena, tusk_backup_table, out->count ? out->count : 1);
    if (!out->items) return tusk_fail_nomem(err, "the list of tables");
    for (size_t i = 0; i < out->count; i++) {
        out->items[i] = (tusk_backup_table){ tusk_result_cell(&result, i, 0), -1 };
    }
    return TUSK_OK;
}

/* Catalogues call the locale of icu and builtin by three names in five versions. */
tusk_status tusk_dump_locale(tusk_conn *conn, tusk_arena *arena, const char *database,
                             tusk_backup *out, tusk_error *err)
{
    int version = tusk_conn_server_version_number(conn);
    const char *provider = version < 150000 ? "'c'" : "d.datlocprovider::text";
    const char *locale = version < 150000   ? "''"
                         : version < 170000 ? "d.daticulocale"
                                            : "d.datlocale";
    tusk_result r;
    tusk_str sql = tusk_arena_printf(
        arena,
        "select pg_encoding_to_char(encoding), datcollate, datctype, case %s when 'i' then 'icu' "
        "when 'b' then 'builtin' else 'libc' end, coalesce(%s, '') from pg_database d where "
        "datname = $1::text",
        provider, locale);
    if (!sql.ptr) return tusk_fail_nomem(err, "the locale");
    tusk_status st =
        tusk_run(conn, arena,
                 tusk_sql(arena, sql.ptr, TUSK_PARAMS(tusk_val(tusk_str_of(database)))), &r, err);
    if (st != TUSK_OK) return st;
    out->encoding = tusk_result_cell(&r, 0, 0);
    out->collate = tusk_result_cell(&r, 0, 1);
    out->ctype = tusk_result_cell(&r, 0, 2);
    out->locale_provider = tusk_result_cell(&r, 0, 3);
    out->locale = tusk_result_cell(&r, 0, 4);
    return TUSK_OK;
}

/* ---- chosen ones ---- */

typedef struct choice {
    tusk_arena *arena;
    tusk_map patterns;
    TUSK_VEC(tusk_backup_table) tables;
} choice;

static tusk_status choose(tusk_conn *conn, choice *c, const char *name, tusk_error *err)
{
    tusk_result result;
    const tusk_query *query =
        tusk_sql(c->arena, chosen_tables, TUSK_PARAMS(tusk_val(tusk_str_of(name))));
    tusk_status st = tusk_run(conn, c->arena, query, &result, err);
    if (st != TUSK_OK) return st;
    if (result.cell_rows == 0) {
        tusk_fail(err, TUSK_INVALID, "there is no table \"%s\"", name);
        tusk_error_hint(err, "Names are taken exactly, with their capitals; tusk stats tables "
                             "lists them.");
        return TUSK_INVALID;
    }
    if (!tusk_str_eq(tusk_result_cell(&result, 0, 2), TUSK_STR("1"))) {
        tusk_fail(err, TUSK_INVALID, "there is more than one table \"%s\"", name);
        tusk_error_hint(err, "Name its schema too, as in public.%s.", name);
        return TUSK_INVALID;
    }
    for (size_t i = 0; i < result.cell_rows; i++) {
        tusk_str full = tusk_result_cell(&result, i, 0);
        if (tusk_map_has(&c->patterns, full)) continue;
        bool has_rows = tusk_str_eq(tusk_result_cell(&result, i, 1), TUSK_STR("t"));
        if (!tusk_map_put(&c->patterns, full, c) ||
            (has_rows && !tusk_vec_push(c->arena, &c->tables, (tusk_backup_table){ full, -1 })))
            return tusk_fail_nomem(err, "the chosen tables");
    }
    return TUSK_OK;
}

tusk_status tusk_dump_choose_tables(tusk_conn *conn, tusk_arena *arena, const char *const *names,
                                    const char ***patterns, tusk_dump_tables *out, tusk_error *err)
{
    choice c = { .arena = arena };
    tusk_status st = TUSK_OK;
    tusk_map_init(&c.patterns, arena);
    for (; *names && st == TUSK_OK; names++) st = choose(conn, &c, *names, err);
    if (st != TUSK_OK) return st;
    const char **list = TUSK_NEW_ARRAY(arena, const char *, c.patterns.count + 1);
    if (!list) return tusk_fail_nomem(err, "the chosen tables");
    for (size_t i = 0; i < c.patterns.count; i++)
        list[i] = tusk_arena_str(arena, c.patterns.entries[i].key).ptr;
    *patterns = list;
    out->items = c.tables.items;
    out->count = c.tables.count;
    return TUSK_OK;
}

/* ---- rows ---- */

static tusk_status count_one(tusk_conn *conn, tusk_arena *arena, tusk_backup_table *table,
                             tusk_error *err)
{
    tusk_str sql =
        tusk_arena_printf(arena, "select count(*) from only %.*s", TUSK_STR_ARG(table->name));
    if (!sql.ptr) return tusk_fail_nomem(err, "the count of rows");
    return tusk_fetch_count(conn, arena, tusk_sql(arena, sql.ptr, NULL), &table->rows, err);
}

tusk_status tusk_dump_count_rows(tusk_conn *conn, tusk_arena *arena, tusk_dump_tables *tables,
                                 int phase, const tusk_backup_options *options, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; i < tables->count && st == TUSK_OK; i++) {
        tusk_dump_tell(options, phase, tables->items[i].name, i, tables->count);
        st = count_one(conn, arena, &tables->items[i], err);
    }
    if (st == TUSK_OK)
        tusk_dump_tell(options, phase, (tusk_str){ 0, 0 }, tables->count, tables->count);
    return st;
}

static tusk_status compare_one(const tusk_backup_table *told, const tusk_backup_table *real,
                               tusk_error *err)
{
    if (!real)
        return tusk_fail(err, TUSK_INVALID, "the table %.*s of the backup was not restored",
                         TUSK_STR_ARG(told->name));
    if (told->rows < 0 || told->rows == real->rows) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID,
                     "the table %.*s has %" PRId64 " rows where the backup has %" PRId64,
                     TUSK_STR_ARG(told->name), real->rows, told->rows);
}

static tusk_status compare_in(tusk_conn *conn, tusk_arena *arena, const tusk_backup *backup,
                              const tusk_backup_options *options, tusk_error *err)
{
    tusk_dump_tables tables;
    tusk_map by_name;
    tusk_status st = tusk_dump_list_tables(conn, arena, &tables, err);
    if (st != TUSK_OK) return st;
    tusk_map_init(&by_name, arena);
    for (size_t i = 0; i < tables.count; i++)
        if (!tusk_map_put(&by_name, tables.items[i].name, &tables.items[i]))
            return tusk_fail_nomem(err, "the comparison");
    for (size_t i = 0; i < backup->table_count && st == TUSK_OK; i++) {
        const tusk_backup_table *told = &backup->tables[i];
        tusk_backup_table *real = tusk_map_get(&by_name, told->name);
        tusk_dump_tell(options, TUSK_BACKUP_COMPARING, told->name, i, backup->table_count);
        if (real && told->rows >= 0) st = count_one(conn, arena, real, err);
        if (st == TUSK_OK) st = compare_one(told, real, err);
    }
    return st;
}

tusk_status tusk_dump_compare(tusk_conn *conn, const tusk_backup *backup,
                              const tusk_backup_options *options, tusk_error *err)
{
    tusk_arena *arena = tusk_arena_new(0);
    if (!arena) return tusk_fail_nomem(err, "the comparison");
    tusk_status st = compare_in(conn, arena, backup, options, err);
    tusk_arena_free(arena);
    return st;
}
