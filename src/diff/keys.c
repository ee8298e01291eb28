/* keys.c - primary keys: the unnamed one of one column, and composite ones */
#include "src/diff/parts.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const tusk_model_table *table)
{
    return (tusk_about){
        .kind = kind, .what = "primary key", .schema = table->schema, .name = table->name
    };
}

/* A key whose name stays is changed last, as drizzle-kit does it, unless a column of it goes, which
 * would take the key along. */
bool tusk_key_changes_late(const tusk_table_change *table, size_t key)
{
    if (table->primary_keys[key] != TUSK_CHANGED) return false;
    return !tusk_fates_touch(table, &table->old->primary_keys.items[key].columns, TUSK_ANEW);
}

static void drop_key(tusk_differ *d, const tusk_table_change *table, tusk_str name,
                     const char *format)
{
    tusk_step_add(d, about(TUSK_STEP_DROP, table->old), format, table->old->schema,
                  table->old->name, name);
}

static void add_key(tusk_differ *d, const tusk_model_table *table, const tusk_model_key *key)
{
    static const char *const deferral[] = { "", " DEFERRABLE INITIALLY IMMEDIATE",
                                            " DEFERRABLE INITIALLY DEFERRED" };
    tusk_step_add(d, about(TUSK_STEP_CREATE, table),
                  "ALTER TABLE %t ADD CONSTRAINT %i PRIMARY KEY(%n)%z;", table->schema, table->name,
                  key->name, &key->columns, deferral[key->deferral]);
}

void tusk_part_drop_keys_of(tusk_differ *d, const tusk_table_change *table)
{
    for (size_t j = 0; table->now && j < table->old->primary_keys.count; j++) {
        if (table->primary_keys[j] == TUSK_KEPT || tusk_key_changes_late(table, j)) continue;
        drop_key(d, table, table->old->primary_keys.items[j].name,
                 "ALTER TABLE %t DROP CONSTRAINT %i;");
    }
}

void tusk_part_drop_keys(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        tusk_part_drop_keys_of(d, &d->changes.tables.items[i]);
    }
}

static bool is_of_added(const tusk_table_change *table, const tusk_model_key *key)
{
    for (size_t i = 0; i < key->columns.count; i++) {
        const tusk_column_change *column = tusk_fates_of_column(table, key->columns.items[i]);
        if (!column || (column->apart && column->depth == TUSK_ANEW)) return true;
    }
    return false;
}

void tusk_part_add_keys(tusk_differ *d, bool of_added)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->now->primary_keys.count; j++) {
            const tusk_model_key *key = &table->now->primary_keys.items[j];
            const tusk_model_key *old = TUSK_NAMED(table->old->primary_keys, key->name);
            size_t k = old ? (size_t)(old - table->old->primary_keys.items) : 0;
            bool done =
                old && (table->primary_keys[k] == TUSK_KEPT || tusk_key_changes_late(table, k));
            if (!done && is_of_added(table, key) == of_added) add_key(d, table->now, key);
        }
    }
}

void tusk_part_change_keys(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->old->primary_keys.count; j++) {
            if (!tusk_key_changes_late(table, j)) continue;
            const tusk_model_key *old = &table->old->primary_keys.items[j];
            drop_key(d, table, old->name, "ALTER TABLE %t DROP CONSTRAINT %i;\n");
            add_key(d, table->now, TUSK_NAMED(table->now->primary_keys, old->name));
        }
    }
}

/* PostgreSQL named it after the table; drizzle-kit only leaves a comment here. */
void tusk_part_single_key(tusk_differ *d, const tusk_table_change *table)
{
    if (table->key_goes) {
        drop_key(d, table, tusk_part_name(d->arena, table->first->name, (tusk_str){ 0 }, "pkey"),
                 "ALTER TABLE %t DROP CONSTRAINT %i;");
    }
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (!column->now || !column->now->primary_key || column->old->primary_key) continue;
        if (column->depth == TUSK_ANEW) continue;
        tusk_step_add(d, about(TUSK_STEP_CREATE, table->now),
                      "ALTER TABLE %t ADD PRIMARY KEY (%i);", table->now->schema, table->now->name,
                      column->now->name);
    }
}
