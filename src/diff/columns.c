/* columns.c - columns renamed, altered, added and dropped */
#include "src/diff/parts.h"
#include "src/diff/same.h"
#include "src/diff/scan.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

void tusk_column_alter(tusk_differ *d, const tusk_table_change *table,
                       const tusk_column_change *column, tusk_str loses, const char *format, ...)
{
    tusk_buf buf;
    va_list args;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "ALTER TABLE %t ALTER COLUMN %i ", table->old->schema, table->old->name,
               column->old->name);
    va_start(args, format);
    tusk_words_list(&buf, format, args);
    va_end(args);
    tusk_buf_add_char(&buf, ';');
    tusk_step_add_buf(d,
                      TUSK_ABOUT(ALTER, "column", .schema = table->old->schema,
                                 .name = table->old->name, .member = column->old->name,
                                 .loses = loses),
                      &buf);
}

/* ---- renames ---- */

/* A name that is still taken by another column, which is renamed as well, has to wait for it. */
static bool is_taken(const tusk_table_change *table, const bool *done, tusk_str name)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (!done[i] && tusk_str_eq(table->columns.items[i].first_name, name)) return true;
    }
    return false;
}

static void rename_one(tusk_differ *d, const tusk_table_change *table, tusk_str from, tusk_str to)
{
    tusk_step_add(d,
                  TUSK_ABOUT(RENAME, "column", .schema = table->old->schema,
                             .name = table->old->name, .member = from),
                  "ALTER TABLE %t RENAME COLUMN %i TO %i;", table->old->schema, table->old->name,
                  from, to);
}

static void rename_columns(tusk_differ *d, const tusk_table_change *table)
{
    size_t count = table->columns.count;
    bool *done = TUSK_NEW_ARRAY(d->arena, bool, count), again = done != NULL, waiting = false;
    while (again) {
        again = waiting = false;
        for (size_t j = 0; table->now && j < table->now->columns.count; j++) {
            const tusk_column_change *column =
                tusk_fates_of_column(table, table->now->columns.items[j].name);
            if (!column) continue;
            size_t i = (size_t)(column - table->columns.items);
            if (done[i] || tusk_str_eq(column->first_name, column->old->name)) continue;
            waiting = true;
            if (is_taken(table, done, column->old->name)) continue;
            rename_one(d, table, column->first_name, column->old->name);
            done[i] = again = true;
        }
    }
    if (waiting) {
        tusk_step_refuse(d, "Rename one of them to a third name first.",
                         "table \"%.*s\": columns are renamed in a circle",
                         TUSK_STR_ARG(table->old->name));
    }
}

void tusk_part_rename_columns(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        if (d->changes.tables.items[i].now) rename_columns(d, &d->changes.tables.items[i]);
    }
}

/* ---- altering ---- */

static bool is_in_key(const tusk_model_table *table, tusk_str column)
{
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        if (tusk_names_have(&table->primary_keys.items[i].columns, column)) return true;
    }
    return false;
}

/* Of a composite key, PostgreSQL makes the columns NOT NULL, whatever the schema says of them; that
 * stays when they leave it. */
static bool leaves_key(const tusk_table_change *table, const tusk_column_change *column)
{
    return is_in_key(table->first, column->first_name) && !column->now->primary_key &&
           !is_in_key(table->now, column->now->name);
}

/* The key is only changed after all columns are. */
static bool leaves_late(const tusk_table_change *table, const tusk_column_change *column)
{
    if (!leaves_key(table, column)) return false;
    for (size_t i = 0; i < table->old->primary_keys.count; i++) {
        if (tusk_key_changes_late(table, i)) return true;
    }
    return false;
}

static void drop_not_null(tusk_differ *d, const tusk_table_change *table,
                          const tusk_column_change *column, bool late)
{
    const tusk_model_column *old = column->old, *now = column->now;
    if (now->not_null || now->identity.name.ptr || now->primary_key) return;
    if (!old->not_null && !leaves_key(table, column)) return;
    bool stays = is_in_key(table->first, column->first_name) && is_in_key(table->now, now->name);
    if (stays || leaves_late(table, column) != late) return;
    TUSK_COLUMN_ALTER(d, table, column, "DROP NOT NULL");
}

static void set_default(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column)
{
    const tusk_default *old = &column->old->value, *now = &column->now->value;
    if (now->kind == TUSK_DEFAULT_NONE && old->kind != TUSK_DEFAULT_NONE) {
        TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    } else if (now->kind != TUSK_DEFAULT_NONE && !tusk_same_default(old, now)) {
        TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s",
                          tusk_statement_default(d->arena, column->now));
    }
}

/* What an identity or generated column cannot have has to wait until it is none any more. */
static void stop_special(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column)
{
    const tusk_model_column *old = column->old, *now = column->now;
    bool changes =
        now->value.kind != TUSK_DEFAULT_NONE || column->cast > TUSK_CAST_SAME || column->to.serial;
    bool was_identity = old->identity.name.ptr && !now->identity.name.ptr;
    if (was_identity && changes) TUSK_COLUMN_ALTER(d, table, column, "DROP IDENTITY");
    bool was_generated = old->generated.ptr && !now->generated.ptr;
    if (was_generated && changes) TUSK_COLUMN_ALTER(d, table, column, "DROP EXPRESSION");
    if (column->from.serial && !column->to.serial) tusk_column_stop_serial(d, table, column);
}

static void remake_column(tusk_differ *d, const tusk_table_change *table,
                          const tusk_column_change *column, bool drop, bool add)
{
    tusk_about about = TUSK_ABOUT(ALTER, "column", .schema = table->old->schema,
                                  .name = table->old->name, .member = column->old->name);
    if (!column->old->generated.ptr) about.loses = TUSK_STR("the values are computed anew");
    if (drop) {
        tusk_step_add(d, about, "ALTER TABLE %t drop column %i;", table->old->schema,
                      table->old->name, column->old->name);
    }
    if (!add) return;
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_add_column(&buf, table->now, column->now);
    about.loses = (tusk_str){ 0 };
    tusk_step_add_buf(d, about, &buf);
    tusk_step_remade(d, column->now->name);
}

static void alter_column(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column)
{
    if (column->depth == TUSK_ANEW) {
        if (!column->apart) remake_column(d, table, column, true, true);
        return;
    }
    const tusk_model_column *old = column->old, *now = column->now;
    stop_special(d, table, column);
    bool default_done = tusk_column_retype(d, table, column);
    if (!default_done && !column->to.serial) set_default(d, table, column);
    if (column->to.serial && !column->from.serial) tusk_column_start_serial(d, table, column);
    bool was_null = !old->not_null;
    if (was_null && now->not_null) TUSK_COLUMN_ALTER(d, table, column, "SET NOT NULL");
    if (!old->identity.name.ptr) drop_not_null(d, table, column, false);
    tusk_column_identity(d, table, column);
    if (old->identity.name.ptr) drop_not_null(d, table, column, false);
    if (old->generated.ptr && !now->generated.ptr) {
        TUSK_COLUMN_ALTER(d, table, column, "DROP EXPRESSION");
    }
}

/* Generated columns that others are made from may only go, or stop being generated, first. */
static void drop_apart(tusk_differ *d, const tusk_table_change *table)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_column_change *column = &table->columns.items[i];
        if (!column->apart) continue;
        if (!column->now) {
            tusk_step_add(d,
                          TUSK_ABOUT(DROP, "column", .schema = table->old->schema,
                                     .name = table->old->name, .member = column->old->name,
                                     .loses = TUSK_STR("the values of the column")),
                          "ALTER TABLE %t DROP COLUMN %i;", table->old->schema, table->old->name,
                          column->old->name);
        } else if (column->depth == TUSK_ANEW) {
            remake_column(d, table, column, true, false);
        } else {
            TUSK_COLUMN_ALTER(d, table, column, "DROP EXPRESSION");
        }
    }
}

void tusk_part_drop_early_columns(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        bool any = false;
        for (size_t j = 0; j < table->columns.count; j++) any |= table->columns.items[j].apart;
        if (!table->now || !table->has_enum_anew || !any) continue;
        tusk_part_drop_keys_of(d, table);
        drop_apart(d, table);
    }
}

void tusk_part_alter_columns(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        if (!table->now) continue;
        drop_apart(d, table);
        tusk_part_single_key(d, table);
        for (size_t j = 0; j < table->columns.count; j++) {
            if (table->columns.items[j].now) alter_column(d, table, &table->columns.items[j]);
        }
    }
}

/* ---- adding and dropping ---- */

/* Is it made from another column that is added as well? */
static bool is_made_from_new(const tusk_table_change *table, const tusk_model_column *column)
{
    for (size_t i = 0; column->generated.ptr && i < table->now->columns.count; i++) {
        tusk_str name = table->now->columns.items[i].name;
        if (tusk_str_eq(name, column->name) || tusk_fates_of_column(table, name)) continue;
        if (tusk_scan_names(column->generated, name)) return true;
    }
    return false;
}

static void add_columns(tusk_differ *d, const tusk_table_change *table, bool made_from_new)
{
    for (size_t i = 0; i < table->now->columns.count; i++) {
        const tusk_model_column *column = &table->now->columns.items[i];
        if (tusk_fates_of_column(table, column->name)) continue;
        if (is_made_from_new(table, column) != made_from_new) continue;
        tusk_buf buf;
        tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
        tusk_statement_add_column(&buf, table->now, column);
        tusk_step_add_buf(d,
                          TUSK_ABOUT(CREATE, "column", .schema = table->now->schema,
                                     .name = table->now->name, .member = column->name),
                          &buf);
    }
}

void tusk_part_add_columns(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        if (!table->now) continue;
        add_columns(d, table, false);
        add_columns(d, table, true);
        for (size_t j = 0; j < table->columns.count; j++) {
            const tusk_column_change *column = &table->columns.items[j];
            if (column->now && column->apart && column->depth == TUSK_ANEW) {
                remake_column(d, table, column, false, true);
            }
        }
    }
}

static void drop_columns(tusk_differ *d, const tusk_table_change *table, bool generated)
{
    for (size_t j = 0; j < table->columns.count; j++) {
        const tusk_column_change *column = &table->columns.items[j];
        bool first = column->apart && column->old->generated.ptr;
        if (column->now || first != generated) continue;
        tusk_step_add(d,
                      TUSK_ABOUT(DROP, "column", .schema = table->old->schema,
                                 .name = table->old->name, .member = column->old->name,
                                 .loses = TUSK_STR("the values of the column")),
                      "ALTER TABLE %t DROP COLUMN %i;", table->old->schema, table->old->name,
                      column->old->name);
    }
}

void tusk_part_drop_columns(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        if (!table->now) continue;
        drop_columns(d, table, true);
        drop_columns(d, table, false);
    }
    tusk_part_change_keys(d);
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->columns.count; j++) {
            const tusk_column_change *column = &table->columns.items[j];
            if (column->now && column->depth < TUSK_ANEW) drop_not_null(d, table, column, true);
        }
    }
}
