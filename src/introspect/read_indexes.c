/* read_indexes.c - indexes that no constraint made, column by column */
#include "src/introspect/catalog.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define EXPRESSION_MAX ((size_t)1 << 20)

/* A row for each column; the first of an index (number 1) brings what the index itself is. An
 * operator class counts when it is not the default of the type. */
#define INDEXES_FROM(nulls)                                                            \
    "select i.indrelid, x.relname, u.n, i.indisunique, m.amname, "                     \
    "pg_get_expr(i.indpred, i.indrelid), x.reloptions, " nulls ", i.indisvalid, "      \
    "u.n > i.indnkeyatts, a.attname, pg_get_indexdef(i.indexrelid, u.n::int, false), " \
    "i.indoption[u.n - 1] & 1 = 1, i.indoption[u.n - 1] & 2 = 2, "                     \
    "case when not o.opcdefault then case when opclass_shown then '' else "            \
    "quote_ident(o.nspname) || '.' end || o.name end, "                                \
    "case when i.indcollation[u.n - 1] <> coalesce(a.attcollation, "                   \
    "ty.typcollation) then "                                                           \
    "(select quote_ident(l.collname) from pg_collation l where "                       \
    "l.oid = i.indcollation[u.n - 1]) end "                                            \
    "from pg_class c join pg_index i on i.indrelid = c.oid "                           \
    "join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam "         \
    "cross join generate_series(1, i.indnatts) u(n) "                                  \
    "left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = "              \
    "i.indkey[u.n - 1] and "                                                           \
    "i.indkey[u.n - 1] <> 0 "                                                          \
    "left join pg_attribute xa on xa.attrelid = i.indexrelid and xa.attnum = "         \
    "u.n "                                                                             \
    "left join pg_type ty on ty.oid = xa.atttypid "                                    \
    "left join lateral (select p.opcdefault, p.opcname::text || coalesce('(' || "      \
    "array_to_string(xa.attoptions, ', ') || ')', '') as name, on_.nspname, "          \
    "pg_opclass_is_visible(p.oid) as opclass_shown from pg_opclass p join "            \
    "pg_namespace on_ on "                                                             \
    "on_.oid = p.opcnamespace where p.oid = i.indclass[u.n - 1] and u.n <= "           \
    "i.indnkeyatts) o "                                                                \
    "on true where not exists (select from pg_constraint k where k.conindid = "        \
    "i.indexrelid and "                                                                \
    "k.contype in ('p', 'u', 'x')) and i.indislive and " TUSK_CATALOG_TABLE(           \
        "c") " order by i.indrelid, x.relname collate \"C\", u.n"

/* clang-format off */
static const char indexes_sql[] = INDEXES_FROM("i.indnullsnotdistinct");
static const char indexes_14_sql[] = INDEXES_FROM("false");
/* clang-format on */

typedef struct index_row {
    tusk_catalog *c;
    const tusk_result *r;
    size_t i;
} index_row;

static tusk_str cell(const index_row *row, size_t field)
{
    return tusk_result_cell(row->r, row->i, field);
}

static bool flag(const index_row *row, size_t field)
{
    return tusk_catalog_true(cell(row, field));
}

/* An expression has everything in its text: a snapshot keeps no order beside one. */
static tusk_str full_expression(const index_row *row)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_str expression = cell(row, 11), bare = tusk_catalog_bare(expression);
    tusk_buf_init_in(&buf, row->c->arena, EXPRESSION_MAX);
    bool wrapped = bare.len != expression.len; /* PostgreSQL wraps what is no call twice */
    if (wrapped) tusk_buf_add_char(&buf, '(');
    tusk_buf_add(&buf, bare);
    if (wrapped) tusk_buf_add_char(&buf, ')');
    if (cell(row, 15).ptr) {
        tusk_buf_printf(&buf, " COLLATE %s", cell(row, 15).ptr);
    }
    if (cell(row, 14).ptr) tusk_buf_printf(&buf, " %s", cell(row, 14).ptr);
    bool descending = flag(row, 12), first = flag(row, 13);
    if (descending) tusk_buf_add_cstr(&buf, " DESC");
    if (descending != first) tusk_buf_add_cstr(&buf, first ? " NULLS FIRST" : " NULLS LAST");
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}

static tusk_model_index_column read_column(const index_row *row)
{
    tusk_str name = cell(row, 10);
    if (!name.ptr || cell(row, 15).ptr) {
        return (tusk_model_index_column){ .expression = full_expression(row),
                                          .is_expression = true };
    }
    return (tusk_model_index_column){ .expression = name,
                                      .descending = flag(row, 12),
                                      .nulls_first = flag(row, 13),
                                      .opclass = cell(row, 14) };
}

static tusk_model_index read_index(const index_row *row)
{
    tusk_arena *arena = row->c->arena;
    return (tusk_model_index){
        .name = cell(row, 1),
        .unique = flag(row, 3),
        .method = cell(row, 4),
        .where = tusk_arena_str(arena, tusk_catalog_bare(cell(row, 5))),
        .with = tusk_catalog_joined(arena, cell(row, 6)),
        .nulls_not_distinct = flag(row, 7),
    };
}

tusk_status tusk_catalog_indexes(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st = tusk_catalog_ask(c, c->version < 150000 ? indexes_14_sql : indexes_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        index_row row = { c, &r, i };
        tusk_model_table *table = tusk_catalog_table(c, cell(&row, 0));
        if (!table) continue;
        bool valid = flag(&row, 8), first = tusk_str_eq(cell(&row, 2), TUSK_STR("1"));
        if (!valid && first) {
            tusk_catalog_notice(c,
                                "index \"%s\" is invalid, as a failed CREATE INDEX CONCURRENTLY "
                                "leaves it: taken as missing",
                                cell(&row, 1).ptr);
        }
        if (!valid) continue;
        if (first) tusk_vec_push(c->arena, &table->indexes, read_index(&row));
        if (tusk_arena_failed(c->arena)) return tusk_catalog_done(c);
        tusk_model_index *index = &table->indexes.items[table->indexes.count - 1];
        if (flag(&row, 9)) {
            tusk_vec_push(c->arena, &index->include, cell(&row, 10));
        } else {
            tusk_vec_push(c->arena, &index->columns, read_column(&row));
        }
    }
    return TUSK_OK;
}
