/* read_left_out.c - what a database holds and a schema cannot say: nothing of it is left out
 * silently */
#include "src/introspect/catalog.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define SQL_MAX ((size_t)64 << 10)

/* Where a kind of thing is found; all of it are constants of ours. */
typedef struct left_out {
    const char *kind;      /* what people are told */
    const char *catalog;   /* of the rows x; NULL: columns a of tables c */
    const char *prefix;    /* of its columns: "rel" */
    const char *condition; /* which rows */
} left_out;

static const left_out kinds[] = {
    { "foreign table", "pg_class", "rel", "x.relkind = 'f'" },
    { "tablespace of", "pg_class", "rel",
      "x.reltablespace <> 0 and x.relkind in ('r', 'p', 'i', 'I')" },
    { "replica identity of", "pg_class", "rel",
      "x.relkind in ('r', 'p') and x.relreplident <> 'd'" },
    { "rights granted on", "pg_class", "rel",
      "exists (select from aclexplode(x.relacl) g where g.grantee <> x.relowner)" },
    { "rule on", "pg_class", "rel",
      "exists (select from pg_rewrite r where r.ev_class = x.oid and r.rulename <> '_RETURN')" },
    { "aggregate", "pg_proc", "pro", "x.prokind = 'a'" },
    { "range type", "pg_type", "typ", "x.typtype = 'r'" },
    { "collation", "pg_collation", "coll", "true" },
    { "collation of domain", "pg_type", "typ",
      "x.typtype = 'd' and x.typcollation <> (select b.typcollation from pg_type b where b.oid = "
      "x.typbasetype)" },
    { "operator", "pg_operator", "opr", "true" },
    { "statistics object", "pg_statistic_ext", "stx", "true" },
    { "text search configuration", "pg_ts_config", "cfg", "true" },
    { "text search dictionary", "pg_ts_dict", "dict", "true" },
    { "storage of", NULL, NULL, "a.attstorage <> t.typstorage" },
    { "compression of", NULL, NULL, "a.attcompression <> ''" },
    { "statistics target of", NULL, NULL, "a.attstattarget > 0" },
};

static void add_all(tusk_buf *sql, const char *const *parts)
{
    for (; *parts; parts++) tusk_buf_add_cstr(sql, *parts);
}
#define ADD(sql, ...) add_all((sql), (const char *const[]){ __VA_ARGS__, NULL })

static void add_object(tusk_buf *sql, const left_out *one)
{
    ADD(sql, "select '", one->kind, "', quote_ident(n.nspname) || '.' || quote_ident(x.",
        one->prefix, "name) from ", one->catalog, " x join pg_namespace n on n.oid = x.",
        one->prefix, "namespace where n.oid = any($1::text::oid[]) and ", one->condition, " and x.",
        one->prefix,
        "name <> '__drizzle_migrations' and not exists (select from "
        "pg_depend own where own.classid = '",
        one->catalog,
        "'::regclass and own.objid = x.oid "
        "and own.deptype = 'e')");
}

static void add_column(tusk_buf *sql, const left_out *one)
{
    ADD(sql, "select '", one->kind,
        "', quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || "
        "quote_ident(a.attname) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "join pg_type t on t.oid = a.atttypid where ",
        one->condition, " and " TUSK_CATALOG_TABLE("c"));
}

/* What belongs to no schema is asked for by itself. */
static tusk_status make_sql(tusk_catalog *c, tusk_str *out)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, c->arena, SQL_MAX);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].catalog) {
            add_object(&sql, &kinds[i]);
        } else {
            add_column(&sql, &kinds[i]);
        }
        tusk_buf_add_cstr(&sql, " union all ");
    }
    tusk_buf_add_cstr(&sql,
                      "select 'event trigger', quote_ident(e.evtname) from pg_event_trigger e "
                      "where " TUSK_CATALOG_OWN(
                          "pg_event_trigger",
                          "e.oid") " union all select 'publication', quote_ident(p.pubname) from "
                                   "pg_publication p order by 1, 2");
    return tusk_buf_finish(&sql, out, c->err);
}

tusk_status tusk_catalog_left_out(tusk_catalog *c)
{
    tusk_result r;
    tusk_str sql;
    if (!c->options->notice) return TUSK_OK;
    tusk_status st = make_sql(c, &sql);
    if (st == TUSK_OK) st = tusk_catalog_ask(c, sql.ptr, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_catalog_notice(c, "%s %s: a schema cannot say it, it is left out",
                            tusk_result_cell(&r, i, 0).ptr, tusk_result_cell(&r, i, 1).ptr);
    }
    return TUSK_OK;
}
