/* parts.h - the parts of a plan; diff.c puts them in order. Each adds the statements of one kind */
#ifndef TUSK_DIFF_PARTS_H
#define TUSK_DIFF_PARTS_H

#include "src/diff/step.h"

/* schemas, extensions, sequences, roles (objects.c) */
void tusk_part_schemas(tusk_differ *d);
void tusk_part_drop_schemas(tusk_differ *d);
void tusk_part_sequences(tusk_differ *d);
void tusk_part_drop_sequences(tusk_differ *d);
void tusk_part_roles(tusk_differ *d);
void tusk_part_drop_late_roles(tusk_differ *d);
void tusk_part_comments(tusk_differ *d);

/* enums, domains, composite types (types.c, domains.c) */
void tusk_part_types(tusk_differ *d);
void tusk_part_remake_enums(tusk_differ *d);
void tusk_part_drop_types(tusk_differ *d);
void tusk_part_domains(tusk_differ *d);
void tusk_part_drop_domains(tusk_differ *d);
/** Domains and composite types that step aside while enums are made anew, and when they come back.
 */
void tusk_part_drop_early_types(tusk_differ *d);
void tusk_part_remake_types(tusk_differ *d);
void tusk_part_drop_waiting_defaults(tusk_differ *d);
void tusk_part_waiting_defaults(tusk_differ *d);

/* functions and triggers (routines.c); early: before tables, which may call them */
void tusk_part_drop_triggers(tusk_differ *d);
void tusk_part_routines(tusk_differ *d, bool early);
/** Those whose arguments or result are of types that are made anew. */
void tusk_part_drop_waiting_routines(tusk_differ *d);
void tusk_part_waiting_routines(tusk_differ *d);
void tusk_part_triggers(tusk_differ *d);
void tusk_part_drop_routines(tusk_differ *d);

/* tables as wholes (tables.c); late: those that have to wait for what makes room for them */
void tusk_part_create_tables(tusk_differ *d, bool late);
void tusk_part_security(tusk_differ *d);
void tusk_part_drop_tables(tusk_differ *d);
void tusk_part_rename_tables(tusk_differ *d);
void tusk_part_alter_tables(tusk_differ *d);
void tusk_part_partitions(tusk_differ *d);

/* columns (columns.c, column_type.c, serial.c) */
void tusk_part_rename_columns(tusk_differ *d);
/** Generated columns that are in the way of enums that are made anew. */
void tusk_part_drop_early_columns(tusk_differ *d);
void tusk_part_alter_columns(tusk_differ *d);
void tusk_part_add_columns(tusk_differ *d);
void tusk_part_drop_columns(tusk_differ *d);
/** SET DATA TYPE with what it needs around it; true: its new default is in place. */
bool tusk_column_retype(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column);
void tusk_column_stop_serial(tusk_differ *d, const tusk_table_change *table,
                             const tusk_column_change *column);
void tusk_column_start_serial(tusk_differ *d, const tusk_table_change *table,
                              const tusk_column_change *column);
void tusk_column_identity(tusk_differ *d, const tusk_table_change *table,
                          const tusk_column_change *column);
/** ALTER TABLE t ALTER COLUMN c <format>; */
#define TUSK_COLUMN_ALTER(d, table, column, ...) \
    tusk_column_alter((d), (table), (column), (tusk_str){ 0 }, __VA_ARGS__)
void tusk_column_alter(tusk_differ *d, const tusk_table_change *table,
                       const tusk_column_change *column, tusk_str loses, const char *format, ...);

/* constraints and indexes (constraints.c, keys.c) */
void tusk_part_drop_early_foreign_keys(tusk_differ *d, bool of_dropped);
void tusk_part_drop_constraints(tusk_differ *d);
/** Before enums are made anew. */
void tusk_part_drop_early_indexes(tusk_differ *d);
void tusk_part_drop_indexes(tusk_differ *d);
void tusk_part_drop_keys(tusk_differ *d);
void tusk_part_drop_keys_of(tusk_differ *d, const tusk_table_change *table);
/** Composite keys; `of_added`: those over columns that are added. */
void tusk_part_add_keys(tusk_differ *d, bool of_added);
void tusk_part_change_keys(tusk_differ *d);
/** The unnamed key of one column. */
void tusk_part_single_key(tusk_differ *d, const tusk_table_change *table);
bool tusk_key_changes_late(const tusk_table_change *table, size_t key);
void tusk_part_add_unique(tusk_differ *d, const tusk_model_table *table, const tusk_model_key *key);
void tusk_part_add_targets(tusk_differ *d);
void tusk_part_add_to_new(tusk_differ *d);
void tusk_part_add_to_old(tusk_differ *d);
void tusk_part_add_constraints(tusk_differ *d);

/* views and policies (views.c, policies.c) */
void tusk_part_drop_views(tusk_differ *d);
void tusk_part_alter_views(tusk_differ *d);
void tusk_part_create_views(tusk_differ *d);
void tusk_part_drop_early_policies(tusk_differ *d);
void tusk_part_policies(tusk_differ *d);
void tusk_part_free_policies(tusk_differ *d);

/** The table that was there under what it is called now, NULL for a new one. */
static inline const tusk_table_change *tusk_part_before(const tusk_differ *d,
                                                        const tusk_model_table *now)
{
    return tusk_fates_of_table(&d->changes, now);
}
/** A name as PostgreSQL makes one of up to three parts: t_c_seq, in 63 bytes. */
tusk_str tusk_part_name(tusk_arena *arena, tusk_str table, tusk_str column, const char *suffix);

#endif
