/* seed.c - tables filled with made-up rows: those that others refer to first, all in one
 * transaction */
#include "tusk/seed.h"

#include "src/introspect/introspect.h"
#include "src/ops/seed_table.h"
#include "tusk/quote.h"

#include "src/base/banned.h"

enum { ROWS = 20 };

void tusk_seed_add_table(tusk_buf *sql, tusk_str schema, tusk_str name)
{
    schema = tusk_model_schema(schema);
    tusk_quote_name(sql, schema.len > 0 ? schema : TUSK_STR("public"));
    tusk_buf_add_char(sql, '.');
    tusk_quote_name(sql, name);
}

tusk_status tusk_seed_ask(tusk_seeder *s, const tusk_buf *sql, const tusk_value *params,
                          tusk_result *result)
{
    tusk_str text;
    tusk_status st = tusk_buf_finish(sql, &text, s->err);
    return st == TUSK_OK
               ? tusk_run(s->conn, s->arena, tusk_sql(s->arena, text.ptr, params), result, s->err)
               : st;
}

tusk_status tusk_seed_fail(tusk_seeder *s, const tusk_model_table *table, tusk_status st)
{
    tusk_error_prefix(s->err, "seeding \"%.*s\"", TUSK_STR_ARG(table->name));
    return st;
}

/* ---- which tables, in which order ---- */

static bool is_called(const tusk_model_table *table, const char *name)
{
    tusk_str said = tusk_str_of(name), rest = said, schema = tusk_model_schema(table->schema);
    if (schema.len == 0 && tusk_str_eq(said, table->name)) return true;
    tusk_str first = tusk_str_cut(&rest, '.');
    return rest.ptr && tusk_str_eq(rest, table->name) &&
           tusk_str_eq(tusk_model_schema(first), schema);
}

static bool is_chosen(const tusk_seeder *s, const tusk_model_table *table)
{
    if (!s->options.tables) return true;
    for (const char *const *name = s->options.tables; *name; name++) {
        if (is_called(table, *name)) return true;
    }
    return false;
}

static tusk_status check_names(tusk_seeder *s)
{
    for (const char *const *name = s->options.tables; name && *name; name++) {
        bool found = false;
        for (size_t i = 0; i < s->model.tables.count; i++) {
            found = found || is_called(&s->model.tables.items[i], *name);
        }
        if (found) continue;
        return tusk_fail(s->err, TUSK_INVALID, "there is no table \"%s\"", *name);
    }
    return TUSK_OK;
}

static bool is_done(const tusk_seeder *s, const tusk_model_table *table)
{
    for (size_t i = 0; i < s->fillings.count; i++) {
        if (s->fillings.items[i].table == table) return true;
    }
    return false;
}

bool tusk_seed_optional(const tusk_model_table *table, const tusk_model_foreign_key *key)
{
    for (size_t i = 0; i < key->columns_from.count; i++) {
        const tusk_model_column *column = tusk_model_find_column(table, key->columns_from.items[i]);
        bool part = table->primary_keys.count > 0 &&
                    tusk_names_have(&table->primary_keys.items[0].columns, column->name);
        if (!column->not_null && !column->primary_key && !part) return true;
    }
    return false;
}

bool tusk_seed_waits(const tusk_seeder *s, const tusk_model_foreign_key *key)
{
    const tusk_model_table *to = tusk_model_find_table(&s->model, key->schema_to, key->table_to);
    return to && is_chosen(s, to) && !is_done(s, to);
}

/* Every table it needs is done; `all`: those it may do without, too. */
static bool is_ready(const tusk_seeder *s, const tusk_model_table *table, bool all)
{
    for (size_t i = 0; i < table->foreign_keys.count; i++) {
        const tusk_model_foreign_key *key = &table->foreign_keys.items[i];
        const tusk_model_table *to =
            tusk_model_find_table(&s->model, key->schema_to, key->table_to);
        bool own = to == table;
        if (own ? !tusk_seed_optional(table, key)
                : tusk_seed_waits(s, key) && (all || !tusk_seed_optional(table, key))) {
            return false;
        }
    }
    return true;
}

static const tusk_model_table *next_table(const tusk_seeder *s, bool all)
{
    for (size_t i = 0; i < s->model.tables.count; i++) {
        const tusk_model_table *table = &s->model.tables.items[i];
        if (is_chosen(s, table) && !is_done(s, table) && is_ready(s, table, all)) return table;
    }
    return NULL;
}

static tusk_status refuse_circle(tusk_seeder *s)
{
    for (size_t i = 0; i < s->model.tables.count; i++) {
        const tusk_model_table *table = &s->model.tables.items[i];
        if (!is_chosen(s, table) || is_done(s, table)) continue;
        tusk_fail(s->err, TUSK_INVALID,
                  "\"%.*s\" refers to itself through columns that cannot be null: no row can be "
                  "the first",
                  TUSK_STR_ARG(table->name));
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

/* ---- what had to wait ---- */

/* Row n of the table gets row m of the other; of its own table an earlier one, the first none. */
static tusk_status fill_later(tusk_seeder *s, const tusk_filling *f,
                              const tusk_model_foreign_key *key)
{
    tusk_buf sql;
    bool own = tusk_model_find_table(&s->model, key->schema_to, key->table_to) == f->table;
    if (key->columns_from.count != 1 || key->columns_to.count != 1 || f->before > 0) return TUSK_OK;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "update ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_buf_add_cstr(&sql, " t set ");
    tusk_quote_name(&sql, key->columns_from.items[0]);
    tusk_buf_add_cstr(&sql, " = p.k from (select ctid as c, row_number() over (order by ctid) as n "
                            "from ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_buf_add_cstr(&sql, ") r, (select ");
    tusk_quote_name(&sql, key->columns_to.items[0]);
    tusk_buf_printf(&sql, " as k, row_number() over (order by %s", own ? "ctid" : "");
    if (!own) tusk_quote_name(&sql, key->columns_to.items[0]);
    tusk_buf_add_cstr(&sql, ") as n, count(*) over () as total from ");
    tusk_seed_add_table(&sql, key->schema_to, key->table_to);
    tusk_buf_printf(&sql, ") p where t.ctid = r.c and p.n = %s",
                    own ? "(r.n + 1) / 2 and r.n > 1" : "1 + (r.n - 1) % p.total");
    return tusk_seed_ask(s, &sql, NULL, NULL);
}

static tusk_status seed_all(tusk_seeder *s)
{
    tusk_introspect_options which = { .schemas = NULL };
    tusk_status st = tusk_introspect(s->conn, s->arena, &which, &s->model, s->err);
    if (st == TUSK_OK) st = check_names(s);
    while (st == TUSK_OK) {
        const tusk_model_table *table = next_table(s, true);
        if (!table) table = next_table(s, false);
        if (!table) break;
        st = tusk_seed_fill(s, table);
    }
    if (st == TUSK_OK) st = refuse_circle(s);
    for (size_t i = 0; st == TUSK_OK && i < s->fillings.count; i++) {
        const tusk_filling *f = &s->fillings.items[i];
        for (size_t j = 0; st == TUSK_OK && j < f->later.count; j++) {
            st = fill_later(s, f, f->later.items[j]);
        }
        if (st != TUSK_OK) tusk_seed_fail(s, f->table, st);
    }
    return st;
}

static tusk_status report(tusk_seeder *s, tusk_seeded *out)
{
    tusk_seeded_table *items = TUSK_NEW_ARRAY(s->arena, tusk_seeded_table, s->fillings.count);
    if (!items) return tusk_fail_nomem(s->err, "the rows");
    for (size_t i = 0; i < s->fillings.count; i++) {
        const tusk_filling *f = &s->fillings.items[i];
        tusk_str schema = tusk_model_schema(f->table->schema);
        items[i] = (tusk_seeded_table){ schema.len > 0 ? schema : TUSK_STR("public"),
                                        f->table->name, f->rows };
    }
    *out = (tusk_seeded){ items, s->fillings.count };
    return TUSK_OK;
}

tusk_status tusk_seed(tusk_conn *conn, tusk_arena *arena, const tusk_seed_options *options,
                      tusk_seeded *out, tusk_error *err)
{
    tusk_seeder s = { .conn = conn, .arena = arena, .err = err };
    *out = (tusk_seeded){ 0 };
    if (options) s.options = *options;
    if (s.options.rows <= 0) s.options.rows = ROWS;
    tusk_status st = tusk_tx_begin(conn, NULL, err);
    if (st != TUSK_OK) return st;
    st = seed_all(&s);
    if (st == TUSK_OK) st = report(&s, out);
    if (st == TUSK_OK) return tusk_tx_commit(conn, err);
    tusk_tx_rollback(conn);
    return st;
}
