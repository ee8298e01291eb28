/* constraints.c - indexes, unique, check, exclusion and foreign key constraints */
#include "src/diff/parts.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const char *what, const tusk_model_table *table,
                        tusk_str name)
{
    return (tusk_about){
        .kind = kind, .what = what, .schema = table->schema, .name = table->name, .member = name
    };
}

static void drop_constraint(tusk_differ *d, const tusk_table_change *table, const char *what,
                            tusk_str name)
{
    tusk_step_add(d, about(TUSK_STEP_DROP, what, table->old, name),
                  "ALTER TABLE %t DROP CONSTRAINT %i;", table->old->schema, table->old->name, name);
}

/* Members of one list that have this fate, in their order. */
#define EACH_FATE(table, list, fates, fate, call)                              \
    for (size_t i_ = 0; (table)->now && i_ < (table)->old->list.count; i_++) { \
        if ((table)->fates[i_] == (fate)) call;                                \
    }
/* An empty list has no items to point at. */
#define EACH_TABLE(d, table)                                                               \
    for (const tusk_table_change *table = (d)->changes.tables.items,                       \
                                 *end_ = table ? table + (d)->changes.tables.count : NULL; \
         table < end_; table++)

/* ---- dropping ---- */

static void drop_foreign_key(tusk_differ *d, const tusk_table_change *table, size_t i)
{
    tusk_str name = table->old->foreign_keys.items[i].name;
    tusk_step_add(d, about(TUSK_STEP_DROP, "foreign key", table->old, name),
                  "ALTER TABLE %t DROP CONSTRAINT %i;\n", table->old->schema, table->old->name,
                  name);
}

static bool refers_to_dropped(const tusk_differ *d, const tusk_model_foreign_key *key)
{
    const tusk_model_table *target = tusk_model_find_table(d->first, key->schema_to, key->table_to);
    if (!target) return false;
    return !d->changes.tables.items[target - d->first->tables.items].now;
}

/* Before the tables that they refer to are dropped, tables still have their old names; the others
 * only have to be gone before unique constraints are. */
void tusk_part_drop_early_foreign_keys(tusk_differ *d, bool of_dropped)
{
    EACH_TABLE(d, table)
    {
        for (size_t i = 0; table->now && i < table->old->foreign_keys.count; i++) {
            const tusk_model_foreign_key *key = &table->old->foreign_keys.items[i];
            if (!table->early_foreign_keys[i] || refers_to_dropped(d, key) != of_dropped) continue;
            if (!of_dropped) {
                drop_foreign_key(d, table, i);
                continue;
            }
            tusk_step_add(d, about(TUSK_STEP_DROP, "foreign key", table->old, key->name),
                          "ALTER TABLE %t DROP CONSTRAINT %i;\n", table->schema, table->name,
                          key->name);
        }
    }
}

static void drop_foreign_keys(tusk_differ *d, const tusk_table_change *table, tusk_fate fate)
{
    for (size_t i = 0; table->now && i < table->old->foreign_keys.count; i++) {
        bool is = table->foreign_keys[i] == fate && !table->early_foreign_keys[i];
        if (is) drop_foreign_key(d, table, i);
    }
}

void tusk_part_drop_constraints(tusk_differ *d)
{
    EACH_TABLE(d, table)
    {
        for (tusk_fate fate = TUSK_GONE; fate >= TUSK_CHANGED; fate--) {
            EACH_FATE(
                table, uniques, uniques, fate,
                drop_constraint(d, table, "unique constraint", table->old->uniques.items[i_].name))
        }
    }
    EACH_TABLE(d, table)
    {
        for (tusk_fate fate = TUSK_GONE; fate >= TUSK_CHANGED; fate--) {
            EACH_FATE(table, checks, checks, fate,
                      drop_constraint(d, table, "check", table->old->checks.items[i_].name))
        }
    }
    EACH_TABLE(d, table)
    {
        for (tusk_fate fate = TUSK_GONE; fate >= TUSK_CHANGED; fate--) {
            EACH_FATE(table, exclusions, exclusions, fate,
                      drop_constraint(d, table, "exclusion constraint",
                                      table->old->exclusions.items[i_].name))
        }
    }
    EACH_TABLE(d, table)
    {
        drop_foreign_keys(d, table, TUSK_GONE);
        drop_foreign_keys(d, table, TUSK_CHANGED);
    }
}

static void drop_index(tusk_differ *d, const tusk_table_change *table, tusk_str name)
{
    tusk_step_add(d, about(TUSK_STEP_DROP, "index", table->old, name), "DROP INDEX %t;",
                  table->old->schema, name);
}

void tusk_part_drop_early_indexes(tusk_differ *d)
{
    EACH_TABLE(d, table)
    {
        for (size_t i = 0; table->now && i < table->old->indexes.count; i++) {
            if (!table->early_indexes[i] || table->indexes[i] == TUSK_KEPT) continue;
            drop_index(d, table, table->old->indexes.items[i].name);
        }
    }
}

void tusk_part_drop_indexes(tusk_differ *d)
{
    for (tusk_fate fate = TUSK_GONE; fate >= TUSK_CHANGED; fate--) {
        EACH_TABLE(d, table)
        {
            EACH_FATE(table, indexes, indexes, fate,
                      drop_index(d, table, table->old->indexes.items[i_].name))
        }
    }
}

/* ---- adding; `fate`: TUSK_GONE for what is new, TUSK_CHANGED for what was dropped for this ----
 */

#define FATE_OF(table, list, fates, name_)                                    \
    __extension__({                                                           \
        tusk_fate fate_ = TUSK_GONE;                                          \
        for (size_t k_ = 0; (table) && k_ < (table)->old->list.count; k_++) { \
            if (tusk_str_eq((table)->old->list.items[k_].name, (name_)))      \
                fate_ = (table)->fates[k_];                                   \
        }                                                                     \
        fate_;                                                                \
    })

static void add_foreign_key(tusk_differ *d, const tusk_model_table *table,
                            const tusk_model_foreign_key *key)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_add_foreign_key(&buf, table, key);
    tusk_step_add_buf(d, about(TUSK_STEP_CREATE, "foreign key", table, key->name), &buf);
}

static void add_foreign_keys(tusk_differ *d, const tusk_model_table *table,
                             const tusk_table_change *change, tusk_fate fate)
{
    for (size_t i = 0; i < table->foreign_keys.count; i++) {
        const tusk_model_foreign_key *key = &table->foreign_keys.items[i];
        if (FATE_OF(change, foreign_keys, foreign_keys, key->name) != fate) continue;
        add_foreign_key(d, table, key);
    }
}

static void add_index(tusk_differ *d, const tusk_model_table *table, const tusk_model_index *index)
{
    tusk_buf buf;
    tusk_about what = about(TUSK_STEP_CREATE, "index", table, index->name);
    what.outside = index->concurrently;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_index(&buf, table, index);
    tusk_step_check(d, index->where, "index", index->name);
    for (size_t i = 0; i < index->columns.count; i++) {
        if (!index->columns.items[i].is_expression) continue;
        tusk_step_check(d, index->columns.items[i].expression, "index", index->name);
    }
    tusk_step_add_buf(d, what, &buf);
    tusk_step_remade(d, index->name);
}

static void add_indexes(tusk_differ *d, const tusk_model_table *table,
                        const tusk_table_change *change, tusk_fate fate)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        if (FATE_OF(change, indexes, indexes, index->name) == fate) add_index(d, table, index);
    }
}

void tusk_part_add_unique(tusk_differ *d, const tusk_model_table *table, const tusk_model_key *key)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_add_unique(&buf, table, key);
    tusk_step_add_buf(d, about(TUSK_STEP_CREATE, "unique constraint", table, key->name), &buf);
    tusk_step_remade(d, key->name);
}

static void add_uniques(tusk_differ *d, const tusk_table_change *change, tusk_fate fate)
{
    for (size_t i = 0; change->now && i < change->now->uniques.count; i++) {
        const tusk_model_key *key = &change->now->uniques.items[i];
        if (FATE_OF(change, uniques, uniques, key->name) == fate)
            tusk_part_add_unique(d, change->now, key);
    }
}

static void add_checks(tusk_differ *d, const tusk_table_change *change, tusk_fate fate)
{
    for (size_t i = 0; change->now && i < change->now->checks.count; i++) {
        const tusk_model_check *check = &change->now->checks.items[i];
        if (FATE_OF(change, checks, checks, check->name) != fate) continue;
        tusk_step_check(d, check->value, "check", check->name);
        tusk_step_add(d, about(TUSK_STEP_CREATE, "check", change->now, check->name),
                      "ALTER TABLE %t ADD CONSTRAINT %i CHECK (%s);", change->now->schema,
                      change->now->name, check->name, check->value);
        tusk_step_remade(d, check->name);
    }
}

static void add_exclusions(tusk_differ *d, const tusk_table_change *change, tusk_fate fate)
{
    for (size_t i = 0; change->now && i < change->now->exclusions.count; i++) {
        const tusk_model_exclusion *exclusion = &change->now->exclusions.items[i];
        if (FATE_OF(change, exclusions, exclusions, exclusion->name) != fate) continue;
        tusk_buf buf;
        tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
        tusk_statement_add_exclusion(&buf, change->now, exclusion);
        tusk_step_add_buf(
            d, about(TUSK_STEP_CREATE, "exclusion constraint", change->now, exclusion->name), &buf);
    }
}

/* ---- what foreign keys need ---- */

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
static void add_target(tusk_differ *d, const tusk_model_foreign_key *key)
{
    const tusk_model_table *table = tusk_model_find_table(d->to, key->schema_to, key->table_to);
    if (!table) return;
    const tusk_table_change *change = tusk_part_before(d, table);
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        bool is_there = FATE_OF(change, indexes, indexes, index->name) == TUSK_KEPT;
        if (!is_there && index_serves(index, key)) add_index(d, table, index);
    }
    for (size_t i = 0; change && i < table->uniques.count; i++) {
        const tusk_model_key *unique = &table->uniques.items[i];
        bool is_there = FATE_OF(change, uniques, uniques, unique->name) == TUSK_KEPT;
        if (!is_there && unique_serves(unique, key)) tusk_part_add_unique(d, table, unique);
    }
    for (size_t i = 0; change && i < change->old->primary_keys.count; i++) {
        if (tusk_key_changes_late(change, i)) tusk_part_change_keys(d);
    }
}

void tusk_part_add_targets(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_table_change *change = tusk_part_before(d, table);
        for (size_t j = 0; j < table->foreign_keys.count; j++) {
            const tusk_model_foreign_key *key = &table->foreign_keys.items[j];
            if (FATE_OF(change, foreign_keys, foreign_keys, key->name) != TUSK_KEPT) {
                add_target(d, key);
            }
        }
    }
}

/* ---- in order ---- */

typedef void adding(tusk_differ *d, const tusk_model_table *table, const tusk_table_change *change,
                    tusk_fate fate);

static void add_to_new(tusk_differ *d, adding *add)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        if (!tusk_part_before(d, table)) add(d, table, NULL, TUSK_GONE);
    }
}

void tusk_part_add_to_new(tusk_differ *d)
{
    add_to_new(d, add_foreign_keys);
    add_to_new(d, add_indexes);
}

void tusk_part_add_to_old(tusk_differ *d)
{
    EACH_TABLE(d, table)
    {
        if (!table->now) continue;
        add_foreign_keys(d, table->now, table, TUSK_GONE);
        add_foreign_keys(d, table->now, table, TUSK_CHANGED);
    }
    for (tusk_fate fate = TUSK_GONE; fate >= TUSK_CHANGED; fate--) {
        EACH_TABLE(d, table)
        {
            if (table->now) add_indexes(d, table->now, table, fate);
        }
    }
}

void tusk_part_add_constraints(tusk_differ *d)
{
    EACH_TABLE(d, table)
    {
        add_uniques(d, table, TUSK_GONE);
        add_uniques(d, table, TUSK_CHANGED);
    }
    EACH_TABLE(d, table)
    {
        add_checks(d, table, TUSK_GONE);
        add_checks(d, table, TUSK_CHANGED);
        add_exclusions(d, table, TUSK_GONE);
        add_exclusions(d, table, TUSK_CHANGED);
    }
}
