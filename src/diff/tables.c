/* tables.c - tables as wholes: created, dropped, moved, renamed, partitioned */
#include "src/diff/own_types.h"
#include "src/diff/parts.h"
#include "src/diff/rename.h"
#include "src/diff/same.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const tusk_model_table *table)
{
    return (
        tusk_about){ .kind = kind, .what = "table", .schema = table->schema, .name = table->name };
}

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

/* ---- creating ---- */

/* Is the name one of those that the old table brings along? Indexes and sequences share the names
 * of tables. */
static bool table_takes(const tusk_table_change *table, tusk_str schema, tusk_str name)
{
    const tusk_model_table *first = table->first;
    if (!same_schema(table->schema, schema)) return false;
    if (tusk_str_eq(table->name, name)) return true;
    return TUSK_NAMED(first->indexes, name) || TUSK_NAMED(first->uniques, name) ||
           TUSK_NAMED(first->primary_keys, name) || TUSK_NAMED(first->exclusions, name) ||
           TUSK_NAMED(first->partitions, name);
}

static bool is_taken(const tusk_differ *d, tusk_str schema, tusk_str name)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        if (table_takes(&d->changes.tables.items[i], schema, name)) return true;
    }
    return TUSK_PLACED(d->first->views, schema, name) != NULL;
}

#define ANY_TAKEN(d, schema, list)                                   \
    __extension__({                                                  \
        bool taken_ = false;                                         \
        for (size_t k_ = 0; k_ < (list).count && !taken_; k_++)      \
            taken_ = is_taken((d), (schema), (list).items[k_].name); \
        taken_;                                                      \
    })

/* A new table has to wait when something that is still there has its name or that of one of its
 * constraints, and when it has an enum that is about to be made anew. */
static bool has_to_wait(const tusk_differ *d, const tusk_model_table *table)
{
    tusk_str schema = table->schema;
    if (is_taken(d, schema, table->name) || ANY_TAKEN(d, schema, table->uniques) ||
        ANY_TAKEN(d, schema, table->primary_keys) || ANY_TAKEN(d, schema, table->exclusions) ||
        ANY_TAKEN(d, schema, table->partitions))
        return true;
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_model_column *column = &table->columns.items[i];
        const tusk_names *anew = &d->changes.anew_types;
        if (tusk_fates_type_waits(&d->changes, column) ||
            tusk_fates_names_anew(anew, column->value.sql) ||
            tusk_fates_names_anew(anew, column->generated))
            return true;
        tusk_str name = column->identity.name;
        if (name.ptr && is_taken(d, schema, name)) return true;
        tusk_str sequence = tusk_part_name(d->arena, table->name, column->name, "seq");
        if (!name.ptr && is_taken(d, schema, sequence)) return true;
    }
    return is_taken(d, schema, tusk_part_name(d->arena, table->name, (tusk_str){ 0 }, "pkey"));
}

static void create_partition(tusk_differ *d, const tusk_model_table *table,
                             const tusk_model_partition *partition)
{
    tusk_step_add(
        d, TUSK_ABOUT(CREATE, "partition", .schema = partition->schema, .name = partition->name),
        "CREATE TABLE %t PARTITION OF %t %s;\n", partition->schema, partition->name, table->schema,
        table->name, partition->bounds);
}

static void check_expressions(tusk_differ *d, const tusk_model_table *table)
{
    for (size_t i = 0; i < table->checks.count; i++) {
        tusk_step_check(d, table->checks.items[i].value, "check", table->checks.items[i].name);
    }
}

static void create_table(tusk_differ *d, const tusk_model_table *table)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_table(&buf, table);
    check_expressions(d, table);
    tusk_step_add_buf(d, about(TUSK_STEP_CREATE, table), &buf);
    for (size_t i = 0; i < table->uniques.count; i++) {
        if (!tusk_statement_is_merged(table, i)) continue;
        tusk_part_add_unique(d, table, &table->uniques.items[i]);
    }
    if (table->rls || table->policies.count > 0) {
        tusk_step_add(d, about(TUSK_STEP_ALTER, table), "ALTER TABLE %t ENABLE ROW LEVEL SECURITY;",
                      table->schema, table->name);
    }
    if (table->rls_forced) {
        tusk_step_add(d, about(TUSK_STEP_ALTER, table), "ALTER TABLE %t FORCE ROW LEVEL SECURITY;",
                      table->schema, table->name);
    }
    for (size_t i = 0; i < table->partitions.count; i++) {
        create_partition(d, table, &table->partitions.items[i]);
    }
}

void tusk_part_create_tables(tusk_differ *d, bool late)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        if (tusk_part_before(d, table) || has_to_wait(d, table) != late) continue;
        create_table(d, table);
    }
}

/* ---- row level security ---- */

static void security(tusk_differ *d, const tusk_table_change *table, const char *words)
{
    tusk_step_add(d, about(TUSK_STEP_ALTER, table->old), "ALTER TABLE %t %z ROW LEVEL SECURITY;",
                  table->schema, table->name, words);
}

static void enable(tusk_differ *d, const tusk_table_change *table, bool on)
{
    bool had = table->old->policies.count > 0, has = table->now->policies.count > 0;
    bool was = table->old->rls, is = table->now->rls;
    if (on && ((!had && has && !is) || (!was && is))) security(d, table, "ENABLE");
    if (!on && !has && !is && (had || was)) security(d, table, "DISABLE");
}

static bool any_altered(const tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        if (d->changes.tables.items[i].altered) return true;
    }
    return false;
}

/* drizzle-kit disables it also of tables that are dropped or moved and never had it, once any table
 * is altered. That changes nothing, and so stays for the sake of the same text. */
static void disable_for_nothing(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        bool secured =
            table->old->rls || (table->now && (table->now->rls || table->now->policies.count > 0));
        bool unseen = !table->now || table->moved_only;
        if (unseen && !secured) security(d, table, "DISABLE");
    }
}

void tusk_part_security(tusk_differ *d)
{
    for (int off = 0; off < 2; off++) {
        for (size_t i = 0; i < d->changes.tables.count; i++) {
            const tusk_table_change *table = &d->changes.tables.items[i];
            if (table->now) enable(d, table, off == 0);
        }
    }
    if (any_altered(d)) disable_for_nothing(d);
}

/* ---- dropping, moving, renaming ---- */

static void drop_table(tusk_differ *d, const tusk_table_change *table)
{
    for (size_t i = 0; i < table->old->policies.count; i++) {
        tusk_str policy = table->first->policies.items[i].name;
        tusk_step_add(d,
                      TUSK_ABOUT(DROP, "policy", .schema = table->schema, .name = table->name,
                                 .member = policy),
                      "DROP POLICY %i ON %t CASCADE;", policy, table->schema, table->name);
    }
    tusk_about what = about(TUSK_STEP_DROP, table->old);
    what.loses = TUSK_STR("all rows of the table");
    tusk_step_add(d, what, "DROP TABLE %t CASCADE;", table->schema, table->name);
}

static const tusk_model_partition *same_partition(const tusk_model_table *table,
                                                  const tusk_model_partition *partition)
{
    return TUSK_PLACED(table->partitions, partition->schema, partition->name);
}

static void drop_partitions(tusk_differ *d, const tusk_table_change *table)
{
    for (size_t i = 0; table->now && i < table->old->partitions.count; i++) {
        const tusk_model_partition *partition = &table->old->partitions.items[i];
        if (same_partition(table->now, partition)) continue;
        tusk_step_add(d,
                      TUSK_ABOUT(DROP, "partition", .schema = partition->schema,
                                 .name = partition->name,
                                 .loses = TUSK_STR("all rows of the partition")),
                      "DROP TABLE %t;", partition->schema, partition->name);
    }
}

void tusk_part_drop_tables(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        if (!table->now) drop_table(d, table);
        drop_partitions(d, table);
    }
}

/* Does a table that is renamed as well still stand there? */
static bool is_in_the_way(const tusk_differ *d, const bool *done, const tusk_model_table *table)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *other = &d->changes.tables.items[i];
        if (done[i] || !other->now || other->now == table) continue;
        if (tusk_str_eq(other->name, table->name) && same_schema(other->old->schema, table->schema))
            return true;
    }
    return false;
}

static bool rename_free_ones(tusk_differ *d, bool *done, bool *waiting)
{
    bool any = false;
    *waiting = false;
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_table_change *change = tusk_part_before(d, table);
        if (!change || tusk_str_eq(change->name, table->name)) continue;
        size_t at = (size_t)(change - d->changes.tables.items);
        if (done[at]) continue;
        if (is_in_the_way(d, done, table)) {
            *waiting = true;
            continue;
        }
        tusk_step_add(d, about(TUSK_STEP_RENAME, change->first), "ALTER TABLE %t RENAME TO %i;",
                      table->schema, change->name, table->name);
        done[at] = any = true;
    }
    return any;
}

/* PostgreSQL leaves partitions where they are when their table is moved. */
static void move_partitions(tusk_differ *d, const tusk_table_change *table)
{
    for (size_t i = 0; table->now && i < table->old->partitions.count; i++) {
        const tusk_model_partition *first = &table->first->partitions.items[i];
        tusk_str was = tusk_rename_schema(d->first, d->from, first->schema);
        tusk_str is = table->old->partitions.items[i].schema;
        if (same_schema(was, is)) continue;
        tusk_step_add(d,
                      TUSK_ABOUT(RENAME, "partition", .schema = first->schema, .name = first->name),
                      "ALTER TABLE %q SET SCHEMA %i;\n", was, first->name,
                      tusk_model_schema(is).len > 0 ? is : TUSK_STR("public"));
    }
}

void tusk_part_rename_tables(tusk_differ *d)
{
    for (size_t i = 0; i < d->to->tables.count; i++) {
        const tusk_model_table *table = &d->to->tables.items[i];
        const tusk_table_change *change = tusk_part_before(d, table);
        if (!change || same_schema(change->schema, table->schema)) continue;
        tusk_step_add(d, about(TUSK_STEP_RENAME, change->first), "ALTER TABLE %q SET SCHEMA %i;\n",
                      change->schema, change->name,
                      tusk_model_schema(table->schema).len > 0 ? table->schema
                                                               : TUSK_STR("public"));
    }
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        move_partitions(d, &d->changes.tables.items[i]);
    }
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, d->changes.tables.count), waiting = false;
    while (done && rename_free_ones(d, done, &waiting) && waiting) continue;
    if (waiting) {
        tusk_step_refuse(d, "Rename one of them to a third name first.",
                         "tables are renamed in a circle");
    }
}

/* ---- altering ---- */

static void alter_storage(tusk_differ *d, const tusk_table_change *table)
{
    const tusk_model_options *old = &table->old->storage, *now = &table->now->storage;
    if (tusk_same_options(old, now)) return;
    if (now->count > 0) {
        tusk_buf buf;
        tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
        tusk_statement_storage(&buf, now);
        tusk_step_add(d, about(TUSK_STEP_ALTER, table->now), "ALTER TABLE %t SET (%s);",
                      table->now->schema, table->now->name, tusk_buf_str(&buf));
    }
    for (size_t i = 0; i < old->count; i++) {
        if (TUSK_NAMED(*now, old->items[i].name)) continue;
        tusk_step_add(d, about(TUSK_STEP_ALTER, table->now), "ALTER TABLE %t RESET (%s);",
                      table->now->schema, table->now->name, old->items[i].name);
    }
}

void tusk_part_alter_tables(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        if (!table->now) continue;
        const tusk_model_table *old = table->old, *now = table->now;
        if (old->unlogged != now->unlogged) {
            tusk_about what = about(TUSK_STEP_ALTER, now);
            if (now->unlogged) what.loses = TUSK_STR("after a crash, all rows");
            tusk_step_add(d, what, "ALTER TABLE %t SET %z;", now->schema, now->name,
                          now->unlogged ? "UNLOGGED" : "LOGGED");
        }
        alter_storage(d, table);
        if (old->rls_forced != now->rls_forced) {
            tusk_step_add(d, about(TUSK_STEP_ALTER, now),
                          "ALTER TABLE %t %zFORCE ROW LEVEL SECURITY;", now->schema, now->name,
                          now->rls_forced ? "" : "NO ");
        }
    }
}

static void replace_partition(tusk_differ *d, const tusk_model_table *table,
                              const tusk_model_partition *partition, bool detach)
{
    tusk_about what =
        TUSK_ABOUT(ALTER, "partition", .schema = partition->schema, .name = partition->name);
    if (detach) {
        tusk_step_add(d, what, "ALTER TABLE %t DETACH PARTITION %t;", table->schema, table->name,
                      partition->schema, partition->name);
        return;
    }
    tusk_step_add(d, what, "ALTER TABLE %t ATTACH PARTITION %t %s;", table->schema, table->name,
                  partition->schema, partition->name, partition->bounds);
}

/* All that change let go of their rows' range before any takes another. */
void tusk_part_partitions(tusk_differ *d)
{
    for (int step = 0; step < 3; step++) {
        for (size_t i = 0; i < d->changes.tables.count; i++) {
            const tusk_table_change *table = &d->changes.tables.items[i];
            for (size_t j = 0; table->now && j < table->now->partitions.count; j++) {
                const tusk_model_partition *partition = &table->now->partitions.items[j];
                const tusk_model_partition *old = same_partition(table->old, partition);
                bool changed = old && !tusk_str_eq(old->bounds, partition->bounds);
                if (step < 2 && changed) replace_partition(d, table->now, partition, step == 0);
                if (step == 2 && !old) create_partition(d, table->now, partition);
            }
        }
    }
}
