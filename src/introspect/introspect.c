/* introspect.c - one look at the catalogs, from a snapshot of the database that does not move */
#include <stdarg.h>

#include "src/introspect/catalog.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

/* Names come out as drizzle-kit has them: without "public", with any other schema. Values of
 * defaults and bounds do not depend on the session. */
static const char settings_sql[] =
    "select set_config('search_path', 'pg_catalog, public, pg_temp', true), "
    "set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), "
    "set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true), "
    "set_config('bytea_output', 'hex', true), set_config('quote_all_identifiers', 'off', true), "
    "set_config('standard_conforming_strings', 'on', true)";

tusk_status tusk_catalog_ask(tusk_catalog *c, const char *sql, tusk_result *out)
{
    if (!sql) return tusk_fail_nomem(c->err, "a query of the catalogs");
    return tusk_run(c->conn, c->arena, tusk_sql(c->arena, sql, TUSK_PARAMS(tusk_val(c->schemas))),
                    out, c->err);
}

tusk_model_table *tusk_catalog_table(const tusk_catalog *c, tusk_str oid)
{
    return tusk_map_get(&c->tables, oid);
}

void tusk_catalog_notice(const tusk_catalog *c, const char *format, ...)
{
    if (!c->options->notice) return;
    va_list args;
    va_start(args, format);
    tusk_str message = tusk_arena_vprintf(c->arena, format, args);
    va_end(args);
    if (message.ptr) c->options->notice(c->options->context, message);
}

tusk_status tusk_catalog_done(const tusk_catalog *c)
{
    return tusk_arena_failed(c->arena) ? tusk_fail_nomem(c->err, "the schema of the database")
                                       : TUSK_OK;
}

static bool is_asked_for(const tusk_introspect_options *options, tusk_str name)
{
    for (const char *const *s = options->schemas; *s; s++) {
        if (tusk_str_eq(name, tusk_str_of(*s))) return true;
    }
    return false;
}

tusk_status tusk_catalog_schemas(tusk_catalog *c)
{
    static const char sql[] =
        "select n.oid, n.nspname from pg_namespace n where n.nspname !~ '^pg_' and "
        "n.nspname <> 'information_schema' and " TUSK_CATALOG_OWN(
            "pg_namespace", "n.oid") " order by n.nspname collate \"C\"";
    tusk_result r;
    tusk_buf oids;
    tusk_status st = tusk_run(c->conn, c->arena, tusk_sql(c->arena, sql, NULL), &r, c->err);
    if (st != TUSK_OK) return st;
    tusk_buf_init_in(&oids, c->arena, (size_t)1 << 20);
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_str name = tusk_result_cell(&r, i, 1);
        bool wanted = c->options->schemas ? is_asked_for(c->options, name)
                                          : !tusk_str_eq(name, TUSK_STR("drizzle"));
        if (!wanted) continue;
        tusk_buf_add_char(&oids, oids.len == 0 ? '{' : ',');
        tusk_buf_add(&oids, tusk_result_cell(&r, i, 0));
        if (tusk_str_eq(name, TUSK_STR("public"))) continue;
        tusk_vec_push(c->arena, &c->model->schemas, name);
    }
    tusk_buf_add_cstr(&oids, oids.len == 0 ? "{}" : "}");
    return tusk_buf_finish(&oids, &c->schemas, c->err);
}

static tusk_status read_all(tusk_catalog *c)
{
    static tusk_status (*const parts[])(tusk_catalog * c) = {
        tusk_catalog_schemas,    tusk_catalog_tables,      tusk_catalog_columns,
        tusk_catalog_partitions, tusk_catalog_constraints, tusk_catalog_indexes,
        tusk_catalog_policies,   tusk_catalog_enums,       tusk_catalog_sequences,
        tusk_catalog_roles,      tusk_catalog_views,       tusk_catalog_extensions,
        tusk_catalog_domains,    tusk_catalog_composites,  tusk_catalog_functions,
        tusk_catalog_triggers,   tusk_catalog_comments,    tusk_catalog_left_out,
    };
    tusk_result r;
    tusk_status st =
        tusk_run(c->conn, c->arena, tusk_sql(c->arena, settings_sql, NULL), &r, c->err);
    for (size_t i = 0; st == TUSK_OK && i < sizeof parts / sizeof *parts; i++) {
        st = parts[i](c);
        if (st == TUSK_OK) st = tusk_catalog_done(c);
    }
    return st;
}

tusk_status tusk_introspect(tusk_conn *conn, tusk_arena *arena,
                            const tusk_introspect_options *options, tusk_model *out,
                            tusk_error *err)
{
    static const tusk_introspect_options defaults = { 0 };
    static const tusk_tx_options quiet = { .isolation = TUSK_REPEATABLE_READ, .read_only = true };
    tusk_catalog c = { .conn = conn,
                       .arena = arena,
                       .options = options ? options : &defaults,
                       .version = tusk_conn_server_version_number(conn),
                       .model = out,
                       .err = err };
    *out = tusk_model_empty();
    tusk_map_init(&c.tables, arena);
    tusk_status st = tusk_tx_begin(conn, tusk_tx_depth(conn) == 0 ? &quiet : NULL, err);
    if (st != TUSK_OK) return st;
    st = read_all(&c);
    tusk_tx_rollback(conn); /* nothing was written, and the settings are undone */
    return st;
}
