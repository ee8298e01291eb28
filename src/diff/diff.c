/* diff.c - which statements, in which order: drizzle-kit's, but for where PostgreSQL wants another
 */
#include "src/diff/diff.h"

#include "src/diff/long_names.h"
#include "src/diff/parts.h"
#include "src/diff/rename.h"

#include "src/base/banned.h"

#define MIGRATION_MAX ((size_t)64 << 20)

/* What stands on its own, before any table. */
static void add_objects(tusk_differ *d)
{
    tusk_part_schemas(d);
    tusk_part_types(d);
    tusk_part_domains(d);
    tusk_part_sequences(d);
    tusk_part_roles(d);
    tusk_part_routines(d, true);
    tusk_part_create_tables(d, false);
    tusk_part_security(d);
}

/* Everything that would keep PostgreSQL from changing a table steps aside, what uses others first.
 */
static void clear_the_way(tusk_differ *d)
{
    tusk_part_drop_early_policies(d);
    tusk_part_drop_views(d);
    tusk_part_alter_views(d);
    tusk_part_drop_early_foreign_keys(d, true);
    tusk_part_drop_tables(d);
    tusk_part_rename_tables(d);
    tusk_part_rename_columns(d);
    tusk_part_drop_triggers(d);
    tusk_part_drop_early_foreign_keys(d, false);
    tusk_part_drop_constraints(d);
}

static void change_tables(tusk_differ *d)
{
    tusk_part_drop_early_indexes(d);
    tusk_part_drop_early_columns(d);
    tusk_part_drop_waiting_defaults(d);
    tusk_part_drop_waiting_routines(d);
    tusk_part_drop_early_types(d);
    tusk_part_remake_enums(d);
    tusk_part_remake_types(d);
    tusk_part_waiting_routines(d);
    tusk_part_waiting_defaults(d);
    tusk_part_drop_indexes(d);
    tusk_part_drop_keys(d);
    tusk_part_create_tables(d, true);
    tusk_part_alter_tables(d);
    tusk_part_alter_columns(d);
    tusk_part_add_keys(d, false);
    tusk_part_add_columns(d);
    tusk_part_add_keys(d, true);
    tusk_part_partitions(d);
    tusk_part_add_targets(d);
    tusk_part_add_to_new(d);
    tusk_part_add_to_old(d);
    tusk_part_drop_columns(d);
    tusk_part_add_constraints(d);
}

static void finish(tusk_differ *d)
{
    tusk_part_routines(d, false);
    tusk_part_create_views(d);
    tusk_part_policies(d);
    tusk_part_free_policies(d);
    tusk_part_triggers(d);
    tusk_part_drop_routines(d);
    tusk_part_drop_domains(d);
    tusk_part_drop_types(d);
    tusk_part_drop_sequences(d);
    tusk_part_drop_late_roles(d);
    tusk_part_drop_schemas(d);
    tusk_part_comments(d);
}

tusk_status tusk_diff(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                      const tusk_diff_options *options, tusk_plan *out, tusk_error *err)
{
    tusk_model first, renamed, target;
    tusk_differ d = { .arena = arena, .first = &first, .from = &renamed, .to = &target };
    *out = (tusk_plan){ 0 };
    d.plan = out;
    d.err = err;
    if (!tusk_long_names_settle(arena, from, &first) || !tusk_long_names_settle(arena, to, &target))
        return tusk_fail_nomem(err, "the migration");
    tusk_status st = tusk_rename_apply(arena, &first, &target, options, &renamed, err);
    if (st == TUSK_OK) st = tusk_fates_find(arena, &first, &renamed, &target, &d.changes, err);
    /* first: what found no room looks as if it were another schema */
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the migration");
    if (st != TUSK_OK) return st;
    tusk_map_init(&d.seen, arena);
    add_objects(&d);
    clear_the_way(&d);
    change_tables(&d);
    finish(&d);
    if (d.failed || tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the migration");
    return d.status;
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
