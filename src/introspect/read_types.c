/* read_types.c - extensions, domains, composite types */
#include "src/introspect/catalog.h"

#include "src/base/banned.h"

static const char extensions_sql[] =
    "select e.extname, nullif(n.nspname, 'public') from pg_extension e join pg_namespace n on "
    "n.oid = e.extnamespace where e.extname <> 'plpgsql' order by e.extname collate \"C\"";

tusk_status tusk_catalog_extensions(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st =
        tusk_run(c->conn, c->arena, tusk_sql(c->arena, extensions_sql, NULL), &r, c->err);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_str schema = tusk_result_cell(&r, i, 1);
        /* one that lives in the system's schema goes there by itself */
        if (tusk_str_eq(schema, TUSK_STR("pg_catalog"))) schema = (tusk_str){ 0 };
        tusk_vec_push(
            c->arena, &c->model->extensions,
            (tusk_model_extension){ .name = tusk_result_cell(&r, i, 0), .schema = schema });
    }
    return TUSK_OK;
}

/* A row for each check, one without for a domain that has none. */
static const char domains_sql[] =
    "select t.oid, n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull, "
    "pg_get_expr(t.typdefaultbin, 0), k.conname, pg_get_expr(k.conbin, 0) from pg_type t "
    "join pg_namespace n on n.oid = t.typnamespace left join pg_constraint k on "
    "k.contypid = t.oid and k.contype = 'c' where t.typtype = 'd' and "
    "t.typnamespace = any($1::text::oid[]) and " TUSK_CATALOG_OWN(
        "pg_type", "t.oid") " order by n.nspname <> 'public', n.nspname collate \"C\", t.typname "
                            "collate \"C\", "
                            "k.conname collate \"C\"";

tusk_status tusk_catalog_domains(tusk_catalog *c)
{
    tusk_result r;
    tusk_str last = TUSK_STR("");
    tusk_status st = tusk_catalog_ask(c, domains_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_str oid = tusk_result_cell(&r, i, 0), check = tusk_result_cell(&r, i, 6);
        if (!tusk_str_eq(oid, last)) {
            tusk_str type = tusk_catalog_type(c->arena, tusk_result_cell(&r, i, 3));
            tusk_model_domain domain = {
                .schema = tusk_result_cell(&r, i, 1),
                .name = tusk_result_cell(&r, i, 2),
                .type = type,
                .not_null = tusk_catalog_true(tusk_result_cell(&r, i, 4)),
                .value = tusk_catalog_default(c->arena, type, tusk_result_cell(&r, i, 5)),
            };
            tusk_vec_push(c->arena, &c->model->domains, domain);
        }
        last = oid;
        if (!check.ptr || c->model->domains.count == 0) continue;
        tusk_model_domain *domain = &c->model->domains.items[c->model->domains.count - 1];
        tusk_str value = tusk_catalog_bare(tusk_result_cell(&r, i, 7));
        tusk_vec_push(c->arena, &domain->checks,
                      (tusk_model_check){ check, tusk_arena_str(c->arena, value) });
    }
    return TUSK_OK;
}

static const char composites_sql[] =
    "select t.oid, n.nspname, t.typname, a.attname, format_type(a.atttypid, a.atttypmod) "
    "from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_class k on "
    "k.oid = t.typrelid and k.relkind = 'c' left join pg_attribute a on a.attrelid = k.oid and "
    "a.attnum > 0 and not a.attisdropped where t.typtype = 'c' and "
    "t.typnamespace = any($1::text::oid[]) and " TUSK_CATALOG_OWN(
        "pg_type", "t.oid") " order by n.nspname <> 'public', n.nspname collate \"C\", t.typname "
                            "collate \"C\", a.attnum";

tusk_status tusk_catalog_composites(tusk_catalog *c)
{
    tusk_result r;
    tusk_str last = TUSK_STR("");
    tusk_status st = tusk_catalog_ask(c, composites_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_str oid = tusk_result_cell(&r, i, 0), field = tusk_result_cell(&r, i, 3);
        if (!tusk_str_eq(oid, last)) {
            tusk_vec_push(c->arena, &c->model->composites,
                          (tusk_model_composite){ .schema = tusk_result_cell(&r, i, 1),
                                                  .name = tusk_result_cell(&r, i, 2) });
        }
        last = oid;
        if (!field.ptr || c->model->composites.count == 0) continue;
        tusk_model_composite *composite =
            &c->model->composites.items[c->model->composites.count - 1];
        tusk_str type = tusk_catalog_type(c->arena, tusk_result_cell(&r, i, 4));
        tusk_vec_push(c->arena, &composite->fields,
                      (tusk_model_column){ .name = field, .type = type });
    }
    return TUSK_OK;
}
