/* diff.c - which statements, in which order */
#include "src/diff/diff.h"

#include "src/base/map.h"
#include "src/diff/compare.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

#define STATEMENT_MAX ((size_t)4 << 20)
#define MIGRATION_MAX ((size_t)64 << 20)

typedef struct differ {
    tusk_arena *arena;
    const tusk_model *from, *to;
    tusk_plan *plan;
    tusk_map seen; /* a statement is needed once, where it is first asked for */
    bool failed;
} differ;

static void add(differ *d, const tusk_buf *statement)
{
    tusk_str text = { 0 };
    if (tusk_buf_finish(statement, &text, NULL) != TUSK_OK) d->failed = true;
    if (d->failed || tusk_map_has(&d->seen, text)) return;
    tusk_step step = { .sql = text, .kind = TUSK_STEP_CREATE, .what = "object" };
    if (!tusk_map_put(&d->seen, text, d) || !tusk_vec_push(d->arena, &d->plan->steps, step)) {
        d->failed = true;
    }
}

/* A statement made by one of statement.h's functions. */
#define ADD(d, make, ...)                                   \
    do {                                                    \
        tusk_buf buf_;                                      \
        tusk_buf_init_in(&buf_, (d)->arena, STATEMENT_MAX); \
        make(&buf_, __VA_ARGS__);                           \
        add((d), &buf_);                                    \
    } while (0)

/* The table as it was, NULL when it is new. */
static const tusk_model_table *before(const differ *d, const tusk_model_table *table)
{
    return tusk_model_find_table(d->from, table->schema, table->name);
}

#define HAS(old, list, name_)                                                    \
    __extension__({                                                              \
        bool found_ = false;                                                     \
        for (size_t k_ = 0; (old) && k_ < (old)->list.count; k_++) {             \
            if (tusk_str_eq((old)->list.items[k_].name, (name_))) found_ = true; \
        }                                                                        \
        found_;                                                                  \
    })

static void add_values(differ *d, const tusk_model_enum *old, const tusk_model_enum *new)
{
    for (size_t i = 0; i < new->values.count; i++) {
        if (tusk_names_have(&old->values, new->values.items[i])) continue;
        tusk_str next = { 0 }; /* the next value that is there already */
        for (size_t j = i + 1; j < new->values.count && !next.ptr; j++) {
            if (tusk_names_have(&old->values, new->values.items[j])) next = new->values.items[j];
        }
        ADD(d, tusk_statement_add_value, new, new->values.items[i], next);
    }
}

static void add_types(differ *d)
{
    for (size_t i = 0; i < d->to->schemas.count; i++) {
        if (tusk_names_have(&d->from->schemas, d->to->schemas.items[i])) continue;
        ADD(d, tusk_statement_create_schema, d->to->schemas.items[i]);
    }
    for (size_t i = 0; i < d->to->enums.count; i++) {
        const tusk_model_enum *e = &d->to->enums.items[i];
        if (tusk_model_find_enum(d->from, e->schema, e->name)) continue;
        ADD(d, tusk_statement_create_enum, e);
    }
    for (size_t i = 0; i < d->from->enums.count; i++) {
        const tusk_model_enum *old = &d->from->enums.items[i];
        add_values(d, old, tusk_model_find_enum(d->to, old->schema, old->name));
    }
}

static void add_tables(differ *d)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        if (!before(d, table)) ADD(d, tusk_statement_create_table, table);
    }
}

static void add_columns(differ *d)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_model_table *old = before(d, table);
        for (size_t j = 0; old && j < table->columns.count; j++) {
            if (HAS(old, columns, table->columns.items[j].name)) continue;
            ADD(d, tusk_statement_add_column, table, &table->columns.items[j]);
        }
    }
}

/* ---- constraints and indexes of a table; `old` is NULL for a new one ---- */

static void add_foreign_keys(differ *d, const tusk_model_table *table, const tusk_model_table *old)
{
    for (size_t i = 0; i < table->foreign_keys.count; i++) {
        if (HAS(old, foreign_keys, table->foreign_keys.items[i].name)) continue;
        ADD(d, tusk_statement_add_foreign_key, table, &table->foreign_keys.items[i]);
    }
}

static void add_indexes(differ *d, const tusk_model_table *table, const tusk_model_table *old)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        if (HAS(old, indexes, table->indexes.items[i].name)) continue;
        ADD(d, tusk_statement_create_index, table, &table->indexes.items[i]);
    }
}

static void add_uniques(differ *d, const tusk_model_table *table, const tusk_model_table *old)
{
    for (size_t i = 0; old && i < table->uniques.count; i++) {
        if (HAS(old, uniques, table->uniques.items[i].name)) continue;
        ADD(d, tusk_statement_add_unique, table, &table->uniques.items[i]);
    }
}

static void add_checks(differ *d, const tusk_model_table *table, const tusk_model_table *old)
{
    for (size_t i = 0; old && i < table->checks.count; i++) {
        if (HAS(old, checks, table->checks.items[i].name)) continue;
        ADD(d, tusk_statement_add_check, table, &table->checks.items[i]);
    }
}

/* Does `index` make the target of `key` unique? */
static bool index_serves(const tusk_model_index *index, const tusk_model_foreign_key *key)
{
    if (!index->unique || index->where.ptr || index->columns.count != key->columns_to.count) {
        return false;
    }
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *column = &index->columns.items[i];
        if (column->is_expression || !tusk_names_have(&key->columns_to, column->expression)) {
            return false;
        }
    }
    return true;
}

static bool unique_serves(const tusk_model_key *unique, const tusk_model_foreign_key *key)
{
    if (unique->columns.count != key->columns_to.count) return false;
    for (size_t i = 0; i < unique->columns.count; i++) {
        if (!tusk_names_have(&key->columns_to, unique->columns.items[i])) return false;
    }
    return true;
}

/* A foreign key can only be added once its target is unique. drizzle-kit adds it too early when a
 * unique index, or a unique constraint of an older table, is new as well: such ones come first
 * here. */
static void add_target(differ *d, const tusk_model_foreign_key *key)
{
    const tusk_model_table *table = tusk_model_find_table(d->to, key->schema_to, key->table_to);
    if (!table) return;
    const tusk_model_table *old = before(d, table);
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        if (HAS(old, indexes, index->name) || !index_serves(index, key)) continue;
        ADD(d, tusk_statement_create_index, table, index);
    }
    for (size_t i = 0; old && i < table->uniques.count; i++) {
        const tusk_model_key *unique = &table->uniques.items[i];
        if (HAS(old, uniques, unique->name) || !unique_serves(unique, key)) continue;
        ADD(d, tusk_statement_add_unique, table, unique);
    }
}

static void add_targets(differ *d)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_model_table *old = before(d, table);
        for (size_t j = 0; j < table->foreign_keys.count; j++) {
            const tusk_model_foreign_key *key = &table->foreign_keys.items[j];
            if (!HAS(old, foreign_keys, key->name)) add_target(d, key);
        }
    }
}

typedef void adder(differ *d, const tusk_model_table *table, const tusk_model_table *old);

/* One kind of thing for all tables that are new (or were there before), in their order. */
static void add_all(differ *d, adder *kind, bool new_tables)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_model_table *old = before(d, table);
        if (!old == new_tables) kind(d, table, old);
    }
}

tusk_status tusk_diff(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                      const tusk_diff_options *options, tusk_plan *out, tusk_error *err)
{
    *out = (tusk_plan){ 0 };
    tusk_status st = tusk_compare_models(from, to, err);
    if (st == TUSK_OK) st = tusk_compare_new(from, to, err);
    if (st != TUSK_OK) return st;
    differ d = { .arena = arena, .from = from, .to = to, .plan = out };
    tusk_map_init(&d.seen, arena);
    add_types(&d);
    add_tables(&d);
    add_columns(&d);
    add_targets(&d);
    add_all(&d, add_foreign_keys, true);
    add_all(&d, add_indexes, true);
    add_all(&d, add_foreign_keys, false);
    add_all(&d, add_indexes, false);
    add_all(&d, add_uniques, false);
    add_all(&d, add_checks, false);
    return d.failed ? tusk_fail_nomem(err, "the migration") : TUSK_OK;
}

tusk_status tusk_diff_candidates(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                                 tusk_candidate_renames *out, tusk_error *err)
{
    *out = (tusk_candidate_renames){ 0 };
    return TUSK_OK;
}

tusk_status tusk_plan_text(tusk_arena *arena, const tusk_plan *plan, tusk_str *out, tusk_error *err)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, MIGRATION_MAX);
    for (size_t i = 0; i < plan->steps.count; i++) {
        if (strstr(plan->steps.items[i].sql.ptr, TUSK_BREAKPOINT)) {
            return tusk_fail(err, TUSK_INVALID,
                             "a text in the schema holds \"%s\", at which "
                             "migration files are cut",
                             TUSK_BREAKPOINT);
        }
        if (i > 0) tusk_buf_add_cstr(&buf, TUSK_BREAKPOINT "\n");
        tusk_buf_add(&buf, plan->steps.items[i].sql);
    }
    return tusk_buf_finish(&buf, out, err);
}
