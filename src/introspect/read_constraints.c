/* read_constraints.c - keys, unique constraints, checks, foreign keys, exclusions */
#include "src/introspect/catalog.h"

#include "src/base/banned.h"

/* Columns by their names, in the order of the constraint. */
#define COLUMN_NAMES(relation, numbers)                                                   \
    "array(select a.attname::text from unnest(" numbers ") with ordinality u(n, o) join " \
    "pg_attribute a on a.attrelid = " relation " and a.attnum = u.n order by u.o)"
#define CONSTRAINTS_FROM(nulls)                                                                    \
    "select k.conrelid, k.conname, k.contype, " COLUMN_NAMES(                                      \
        "k.conrelid",                                                                              \
        "k.conkey") ", "                                                                           \
                    "k.condeferrable, k.condeferred, " nulls ", case k.contype when 'c' then "     \
                    "pg_get_expr(k.conbin, k.conrelid) when 'x' then pg_get_constraintdef(k.oid) " \
                    "end, "                                                                        \
                    "fn.nspname, f.relname, " COLUMN_NAMES(                                        \
                        "k.confrelid",                                                             \
                        "k.confkey") ", k.confdeltype, "                                           \
                                     "k.confupdtype, k.convalidated from pg_class c join "         \
                                     "pg_constraint k on k.conrelid = c.oid "                      \
                                     "left join pg_class f on f.oid = k.confrelid left join "      \
                                     "pg_namespace fn on "                                         \
                                     "fn.oid = f.relnamespace left join pg_index i on "            \
                                     "i.indexrelid = k.conindid and "                              \
                                     "k.contype in ('p', 'u') where k.contype in ('p', 'u', 'c', " \
                                     "'f', 'x') and "                                              \
                                     "k.conparentid = 0 and k.conislocal and " TUSK_CATALOG_TABLE( \
                                         "c") " order by k.conrelid, k.conname collate \"C\""

static const char constraints_sql[] = CONSTRAINTS_FROM("coalesce(i.indnullsnotdistinct, false)");
static const char constraints_14_sql[] = CONSTRAINTS_FROM("false");

typedef struct constraint_row {
    tusk_catalog *c;
    const tusk_result *r;
    size_t i;
} constraint_row;

static tusk_str cell(const constraint_row *row, size_t field)
{
    return tusk_result_cell(row->r, row->i, field);
}

static tusk_deferral deferral_of(const constraint_row *row)
{
    if (!tusk_catalog_true(cell(row, 4))) return TUSK_NOT_DEFERRABLE;
    return tusk_catalog_true(cell(row, 5)) ? TUSK_INITIALLY_DEFERRED : TUSK_INITIALLY_IMMEDIATE;
}

static tusk_model_key read_key(const constraint_row *row)
{
    return (tusk_model_key){ .name = cell(row, 1),
                             .nulls_not_distinct = tusk_catalog_true(cell(row, 6)),
                             .columns = tusk_catalog_names(row->c->arena, cell(row, 3)),
                             .deferral = deferral_of(row) };
}

/* One column: said at the column, as drizzle-kit has it. */
static void add_primary_key(const constraint_row *row, tusk_model_table *table)
{
    tusk_model_key key = read_key(row);
    if (key.columns.count != 1) {
        tusk_vec_push(row->c->arena, &table->primary_keys, key);
        return;
    }
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_model_column *column = &table->columns.items[i];
        if (tusk_str_eq(column->name, key.columns.items[0])) column->primary_key = true;
    }
}

static tusk_str action_of(tusk_str letter)
{
    static const struct {
        char letter;
        tusk_str text;
    } actions[] = {
        { 'r', TUSK_STR_INIT("restrict") },
        { 'c', TUSK_STR_INIT("cascade") },
        { 'n', TUSK_STR_INIT("set null") },
        { 'd', TUSK_STR_INIT("set default") },
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (tusk_catalog_is(letter, actions[i].letter)) return actions[i].text;
    }
    return TUSK_STR("no action");
}

static void add_foreign_key(const constraint_row *row, tusk_model_table *table)
{
    tusk_model_foreign_key key = {
        .name = cell(row, 1),
        .table_from = table->name,
        .schema_to = tusk_model_schema(cell(row, 8)),
        .table_to = cell(row, 9),
        .columns_from = tusk_catalog_names(row->c->arena, cell(row, 3)),
        .columns_to = tusk_catalog_names(row->c->arena, cell(row, 10)),
        .on_delete = action_of(cell(row, 11)),
        .on_update = action_of(cell(row, 12)),
        .deferral = deferral_of(row),
    };
    tusk_vec_push(row->c->arena, &table->foreign_keys, key);
}

/* "EXCLUDE USING gist (...) DEFERRABLE": what stands after the first word; when it is checked is
 * kept apart. */
static void add_exclusion(const constraint_row *row, tusk_model_table *table)
{
    static const tusk_str tails[] = { TUSK_STR_INIT(" INITIALLY DEFERRED"),
                                      TUSK_STR_INIT(" DEFERRABLE") };
    tusk_str text = cell(row, 7), word = TUSK_STR("EXCLUDE ");
    if (tusk_str_starts(text, word)) {
        text = (tusk_str){ text.ptr + word.len, text.len - word.len };
    }
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        if (text.len < tails[i].len) continue;
        tusk_str end = { text.ptr + text.len - tails[i].len, tails[i].len };
        if (tusk_str_eq(end, tails[i])) text.len -= tails[i].len;
    }
    tusk_vec_push(row->c->arena, &table->exclusions,
                  (tusk_model_exclusion){ cell(row, 1), tusk_arena_str(row->c->arena, text),
                                          deferral_of(row) });
}

static void add_constraint(const constraint_row *row, tusk_model_table *table)
{
    tusk_arena *arena = row->c->arena;
    switch (cell(row, 2).len == 1 ? cell(row, 2).ptr[0] : 0) {
    case 'p':
        add_primary_key(row, table);
        break;
    case 'u':
        tusk_vec_push(arena, &table->uniques, read_key(row));
        break;
    case 'c': {
        tusk_str value = tusk_arena_str(arena, tusk_catalog_bare(cell(row, 7)));
        tusk_vec_push(arena, &table->checks, (tusk_model_check){ cell(row, 1), value });
        break;
    }
    case 'f':
        add_foreign_key(row, table);
        break;
    default:
        add_exclusion(row, table);
        break;
    }
    if (tusk_catalog_true(cell(row, 13))) return;
    tusk_catalog_notice(row->c,
                        "constraint \"%s\" of \"%s\" is not validated: rows made before it "
                        "may break it",
                        cell(row, 1).ptr, table->name.ptr);
}

tusk_status tusk_catalog_constraints(tusk_catalog *c)
{
    tusk_result r;
    tusk_status st =
        tusk_catalog_ask(c, c->version < 150000 ? constraints_14_sql : constraints_sql, &r);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < r.cell_rows; i++) {
        constraint_row row = { c, &r, i };
        tusk_model_table *table = tusk_catalog_table(c, cell(&row, 0));
        if (table) add_constraint(&row, table);
    }
    return TUSK_OK;
}
