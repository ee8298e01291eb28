/* read_objects.c - policies, enums, sequences of their own, roles */
#include "src/introspect/catalog.h"

#include "src/base/banned.h"

/* ---- policies ---- */

static const char policies_sql[] =
    "select p.polrelid, p.polname, not p.polpermissive, case p.polcmd when 'r' then 'SELECT' "
    "when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end, "
    "array(select coalesce(r.rolname::text, 'public') from unnest(p.polroles) u left join "
    "pg_roles r on r.oid = u order by coalesce(r.rolname::text, 'public') collate \"C\"), "
    "pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), "
    "c.relrowsecurity from pg_class c join pg_policy p on p.polrelid = c.oid "
    "where " TUSK_CATALOG_TABLE("c") " order by p.polrelid, p.polname collate \"C\"";

tusk_status tusk_catalog_policies(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, policies_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_table *table = tusk_catalog_table(c, tusk_result_cell(&r, i, 0));
        if (!table) continue;
        tusk_model_policy policy = {
            .name = tusk_result_cell(&r, i, 1),
            .restrictive = tusk_catalog_true(tusk_result_cell(&r, i, 2)),
            .command = tusk_result_cell(&r, i, 3),
            .to = tusk_catalog_names(c->arena, tusk_result_cell(&r, i, 4)),
            .using_ = tusk_arena_str(c->arena, tusk_catalog_bare(tusk_result_cell(&r, i, 5))),
            .with_check = tusk_arena_str(c->arena, tusk_catalog_bare(tusk_result_cell(&r, i, 6))),
        };
        if (!tusk_catalog_true(tusk_result_cell(&r, i, 7))) {
            tusk_catalog_notice(c,
                                "policy \"%s\" has no effect: row-level security of \"%s\" is "
                                "off",
                                policy.name.ptr, table->name.ptr);
        }
        tusk_vec_push(c->arena, &table->policies, policy);
    }
    return TUSK_OK;
}

/* ---- enums ---- */

static const char enums_sql[] =
    "select n.nspname, t.typname, array(select e.enumlabel::text from pg_enum e where "
    "e.enumtypid = t.oid order by e.enumsortorder) from pg_type t join pg_namespace n on "
    "n.oid = t.typnamespace where t.typtype = 'e' and t.typnamespace = any($1::text::oid[]) "
    "and " TUSK_CATALOG_OWN("pg_type", "t.oid") " order by n.nspname <> 'public', n.nspname "
                                                "collate \"C\", t.typname collate \"C\"";

tusk_status tusk_catalog_enums(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, enums_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_enum e = { .schema = tusk_result_cell(&r, i, 0),
                              .name = tusk_result_cell(&r, i, 1),
                              .values = tusk_catalog_names(c->arena, tusk_result_cell(&r, i, 2)) };
        tusk_vec_push(c->arena, &c->model->enums, e);
    }
    return TUSK_OK;
}

/* ---- sequences ---- */

static const char sequences_sql[] =
    "select n.nspname, s.relname, q.seqincrement, q.seqstart, q.seqmin, q.seqmax, q.seqcache, "
    "q.seqcycle from pg_class s join pg_namespace n on n.oid = s.relnamespace "
    "join pg_sequence q on q.seqrelid = s.oid where s.relkind = 'S' and "
    "s.relnamespace = any($1::text::oid[]) and s.relpersistence <> 't' and not exists ("
    "select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = s.oid and "
    "d.deptype in ('a', 'i', 'e') and (d.deptype = 'e' or d.refobjsubid > 0)) "
    "order by n.nspname <> 'public', n.nspname collate \"C\", s.relname collate \"C\"";

tusk_status tusk_catalog_sequences(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, sequences_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_sequence sequence = { .schema = tusk_result_cell(&r, i, 0),
                                         .name = tusk_result_cell(&r, i, 1),
                                         .increment = tusk_result_cell(&r, i, 2),
                                         .start_with = tusk_result_cell(&r, i, 3),
                                         .min_value = tusk_result_cell(&r, i, 4),
                                         .max_value = tusk_result_cell(&r, i, 5),
                                         .cache = tusk_result_cell(&r, i, 6),
                                         .cycle = tusk_catalog_true(tusk_result_cell(&r, i, 7)) };
        tusk_vec_push(c->arena, &c->model->sequences, sequence);
    }
    return TUSK_OK;
}

/* ---- roles ---- */

static const char roles_sql[] =
    "select rolname, rolcreatedb, rolcreaterole, rolinherit, rolcanlogin from pg_roles where "
    "not rolsuper and rolname !~ '^pg_' order by rolname collate \"C\"";

static bool has_policy(const tusk_model *model, tusk_str role)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        for (size_t j = 0; j < table->policies.count; j++) {
            if (tusk_names_have(&table->policies.items[j].to, role)) return true;
        }
    }
    return false;
}

tusk_status tusk_catalog_roles(tusk_catalog *c)
{
    tusk_result r;
    bool all = c->options->roles;
    if (!all && !c->options->policy_roles) return TUSK_OK;
    tusk_status st = tusk_run(c->conn, c->arena, tusk_sql(c->arena, roles_sql, NULL), &r, c->err);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        tusk_model_role role = { .name = tusk_result_cell(&r, i, 0),
                                 .create_db = tusk_catalog_true(tusk_result_cell(&r, i, 1)),
                                 .create_role = tusk_catalog_true(tusk_result_cell(&r, i, 2)),
                                 .inherit = tusk_catalog_true(tusk_result_cell(&r, i, 3)) };
        if (!all && !has_policy(c->model, role.name)) continue;
        if (tusk_catalog_true(tusk_result_cell(&r, i, 4))) {
            tusk_catalog_notice(c,
                                "role \"%s\" may sign in: LOGIN, its password and what it is a "
                                "member of are left out",
                                role.name.ptr);
        }
        tusk_vec_push(c->arena, &c->model->roles, role);
    }
    return TUSK_OK;
}
