/* read_routines.c - functions, procedures and triggers by their text; comments */
#include "src/introspect/catalog.h"

#include "src/base/banned.h"

static const char functions_sql[] =
    "select n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')', "
    "pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
    "where p.prokind in ('f', 'p', 'w') and p.pronamespace = any($1::text::oid[]) "
    "and " TUSK_CATALOG_OWN(
        "pg_proc", "p.oid") " order by n.nspname <> 'public', n.nspname collate \"C\", p.proname "
                            "collate \"C\", oidvectortypes(p.proargtypes) collate \"C\"";

tusk_status tusk_catalog_functions(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, functions_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_str text = tusk_str_trim(tusk_result_cell(&r, i, 2));
        tusk_vec_push(c->arena, &c->model->routines,
                      (tusk_model_routine){ .schema = tusk_result_cell(&r, i, 0),
                                            .name = tusk_result_cell(&r, i, 1),
                                            .statement = tusk_arena_str(c->arena, text) });
    }
    return TUSK_OK;
}

static const char triggers_sql[] =
    "select n.nspname, g.relname, t.tgname, pg_get_triggerdef(t.oid) from pg_class c "
    "join pg_trigger t on t.tgrelid = c.oid join pg_class g on g.oid = c.oid "
    "join pg_namespace n on n.oid = c.relnamespace where not t.tgisinternal and "
    "t.tgparentid = 0 and " TUSK_CATALOG_OWN("pg_trigger", "t.oid") " and " TUSK_CATALOG_TABLE(
        "c") " order by n.nspname <> 'public', n.nspname collate \"C\", g.relname collate \"C\", "
             "t.tgname collate \"C\"";

tusk_status tusk_catalog_triggers(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, triggers_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_vec_push(c->arena, &c->model->routines,
                      (tusk_model_routine){ .is_trigger = true,
                                            .schema = tusk_result_cell(&r, i, 0),
                                            .table = tusk_result_cell(&r, i, 1),
                                            .name = tusk_result_cell(&r, i, 2),
                                            .statement = tusk_result_cell(&r, i, 3) });
    }
    return TUSK_OK;
}

/* ---- comments ---- */

#define FULL(schema, name) TUSK_CATALOG_QUOTED(schema) " || '.' || " TUSK_CATALOG_QUOTED(name)

/* What stands after COMMENT ON. The record of migrations is not ours to comment. */
/* laid out by hand, a kind of object each */
/* clang-format off */
static const char comments_sql[] =
    "select x.what, x.text from (select case c.relkind when 'v' then 'VIEW ' "
    "when 'm' then 'MATERIALIZED VIEW ' when 'i' then 'INDEX ' when 'I' then 'INDEX ' "
    "when 'S' then 'SEQUENCE ' else 'TABLE ' end || " FULL("n.nspname", "c.relname")
    " as what, d.description as text from pg_description d join pg_class c on c.oid = d.objoid "
    "join pg_namespace n on n.oid = c.relnamespace where d.classoid = 'pg_class'::regclass "
    "and d.objsubid = 0 and c.relkind in ('r', 'p', 'v', 'm', 'i', 'I', 'S') "
    "and c.relname <> '__drizzle_migrations' and c.relnamespace = any($1::text::oid[]) and "
    TUSK_CATALOG_OWN("pg_class", "c.oid")
    " union all select 'COLUMN ' || " FULL("n.nspname", "c.relname") " || '.' || "
    TUSK_CATALOG_QUOTED("a.attname") ", d.description from pg_description d "
    "join pg_class c on c.oid = d.objoid join pg_namespace n on n.oid = c.relnamespace "
    "join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid "
    "where d.classoid = 'pg_class'::regclass and d.objsubid > 0 "
    "and c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = any($1::text::oid[]) and "
    TUSK_CATALOG_OWN("pg_class", "c.oid")
    " union all select case t.typtype when 'd' then 'DOMAIN ' else 'TYPE ' end || "
    FULL("n.nspname", "t.typname") ", d.description from pg_description d "
    "join pg_type t on t.oid = d.objoid join pg_namespace n on n.oid = t.typnamespace "
    "where d.classoid = 'pg_type'::regclass and t.typnamespace = any($1::text::oid[]) and "
    TUSK_CATALOG_OWN("pg_type", "t.oid")
    " union all select case p.prokind when 'p' then 'PROCEDURE ' else 'FUNCTION ' end || "
    FULL("n.nspname", "p.proname") " || '(' || oidvectortypes(p.proargtypes) || ')', "
    "d.description from pg_description d join pg_proc p on p.oid = d.objoid "
    "join pg_namespace n on n.oid = p.pronamespace where d.classoid = 'pg_proc'::regclass "
    "and p.prokind <> 'a' and p.pronamespace = any($1::text::oid[]) and "
    TUSK_CATALOG_OWN("pg_proc", "p.oid")
    " union all select 'CONSTRAINT ' || " TUSK_CATALOG_QUOTED("k.conname") " || ' ON ' || "
    FULL("n.nspname", "c.relname") ", d.description from pg_description d "
    "join pg_constraint k on k.oid = d.objoid join pg_class c on c.oid = k.conrelid "
    "join pg_namespace n on n.oid = c.relnamespace "
    "where d.classoid = 'pg_constraint'::regclass and " TUSK_CATALOG_TABLE("c")
    " union all select 'SCHEMA ' || " TUSK_CATALOG_QUOTED("n.nspname")
    ", d.description from pg_description d join pg_namespace n on n.oid = d.objoid "
    "where d.classoid = 'pg_namespace'::regclass and n.nspname <> 'public' "
    "and n.oid = any($1::text::oid[])) x order by x.what collate \"C\"";
/* clang-format on */

tusk_status tusk_catalog_comments(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, comments_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_vec_push(c->arena, &c->model->comments,
                      (tusk_model_comment){ .on = tusk_result_cell(&r, i, 0),
                                            .text = tusk_result_cell(&r, i, 1) });
    }
    return TUSK_OK;
}
