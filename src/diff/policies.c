/* policies.c - row level security policies, of tables and of tables that are not in the schema */
#include "src/diff/parts.h"
#include "src/diff/same.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

static tusk_about about(tusk_step_kind kind, const tusk_model_table *table, tusk_str name)
{
    return (tusk_about){
        .kind = kind, .what = "policy", .schema = table->schema, .name = table->name, .member = name
    };
}

/* What no ALTER POLICY changes: to whom it applies and its conditions can be set, not taken away.
 */
static bool has_to_be_remade(const tusk_model_policy *old, const tusk_model_policy *now)
{
    return old->restrictive != now->restrictive || !tusk_str_eq(old->command, now->command) ||
           (old->using_.ptr && !now->using_.ptr) || (old->with_check.ptr && !now->with_check.ptr);
}

/* Those that speak of what is about to change, before it does and under their old names. */
void tusk_part_drop_early_policies(tusk_differ *d)
{
    for (size_t i = 0; i < d->changes.tables.count; i++) {
        const tusk_table_change *table = &d->changes.tables.items[i];
        for (size_t j = 0; table->now && j < table->old->policies.count; j++) {
            tusk_str name = table->first->policies.items[j].name;
            if (!table->early_policies[j]) continue;
            tusk_step_add(d, about(TUSK_STEP_DROP, table->first, name),
                          "DROP POLICY %i ON %t CASCADE;", name, table->schema, table->name);
        }
    }
}

typedef enum policy_phase {
    RENAME,
    DROP_GONE,
    DROP_CHANGED,
    CREATE_NEW,
    CREATE_CHANGED,
    ALTER
} policy_phase;

static void create_policy(tusk_differ *d, const tusk_model_table *table,
                          const tusk_model_policy *policy)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_policy(&buf, table, policy);
    tusk_step_check(d, policy->using_, "policy", policy->name);
    tusk_step_check(d, policy->with_check, "policy", policy->name);
    tusk_step_add_buf(d, about(TUSK_STEP_CREATE, table, policy->name), &buf);
    tusk_step_remade(d, policy->name);
}

static void old_policy(tusk_differ *d, const tusk_table_change *change, size_t i,
                       policy_phase phase)
{
    const tusk_model_table *table = change->now;
    const tusk_model_policy *old = &change->old->policies.items[i];
    const tusk_model_policy *now = TUSK_NAMED(table->policies, old->name);
    tusk_str was = change->first->policies.items[i].name;
    bool early = change->early_policies[i], changed = change->policies[i] == TUSK_CHANGED;
    bool remade = changed && (early || has_to_be_remade(old, now));
    bool drop =
        phase == DROP_GONE ? change->policies[i] == TUSK_GONE : phase == DROP_CHANGED && remade;
    if (phase == RENAME && !early && !tusk_str_eq(was, old->name)) {
        tusk_step_add(d, about(TUSK_STEP_RENAME, table, was), "ALTER POLICY %i ON %t RENAME TO %i;",
                      was, table->schema, table->name, old->name);
    }
    if (drop && !early) {
        tusk_step_add(d, about(TUSK_STEP_DROP, table, old->name), "DROP POLICY %i ON %t CASCADE;",
                      old->name, table->schema, table->name);
    }
    if (phase == CREATE_CHANGED && remade) create_policy(d, table, now);
    if (phase != ALTER || !changed || remade) return;
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_alter_policy(&buf, table, now);
    tusk_step_add_buf(d, about(TUSK_STEP_ALTER, table, now->name), &buf);
}

static void new_policies(tusk_differ *d, const tusk_model_table *table,
                         const tusk_table_change *change)
{
    for (size_t i = 0; i < table->policies.count; i++) {
        const tusk_model_policy *policy = &table->policies.items[i];
        if (change && TUSK_NAMED(change->old->policies, policy->name)) continue;
        create_policy(d, table, policy);
    }
}

void tusk_part_policies(tusk_differ *d)
{
    for (policy_phase phase = RENAME; phase <= ALTER; phase++) {
        for (size_t i = 0; i < d->changes.tables.count; i++) {
            const tusk_table_change *table = &d->changes.tables.items[i];
            if (table->now && phase == CREATE_NEW) new_policies(d, table->now, table);
            for (size_t j = 0; table->now && j < table->old->policies.count; j++) {
                old_policy(d, table, j, phase);
            }
        }
        for (size_t i = 0; phase == CREATE_CHANGED && i < d->to->tables.count; i++) {
            const tusk_model_table *table = &d->to->tables.items[i];
            if (!tusk_part_before(d, table)) new_policies(d, table, NULL);
        }
    }
}

/* ---- of tables that are not in the schema ---- */

static const tusk_model_policy *find_free(const tusk_model *model, const tusk_model_policy *policy)
{
    for (size_t i = 0; i < model->policies.count; i++) {
        const tusk_model_policy *other = &model->policies.items[i];
        if (tusk_str_eq(other->name, policy->name) && tusk_str_eq(other->on, policy->on))
            return other;
    }
    return NULL;
}

static tusk_about about_free(tusk_step_kind kind, const tusk_model_policy *policy)
{
    return (
        tusk_about){ .kind = kind, .what = "policy", .name = policy->on, .member = policy->name };
}

static void drop_free(tusk_differ *d, const tusk_model_policy *policy)
{
    tusk_step_add(d, about_free(TUSK_STEP_DROP, policy), "DROP POLICY %i ON %s CASCADE;",
                  policy->name, policy->on);
}

static void create_free(tusk_differ *d, const tusk_model_policy *policy)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_policy(&buf, NULL, policy);
    tusk_step_add_buf(d, about_free(TUSK_STEP_CREATE, policy), &buf);
}

static void old_free(tusk_differ *d, size_t i, policy_phase phase)
{
    const tusk_model_policy *first = &d->first->policies.items[i];
    const tusk_model_policy *old = &d->from->policies.items[i], *now = find_free(d->to, old);
    tusk_fate fate = d->changes.policies[i];
    bool remade = fate == TUSK_CHANGED && has_to_be_remade(old, now);
    if (phase == RENAME && !tusk_str_eq(first->name, old->name)) {
        tusk_step_add(d, about_free(TUSK_STEP_RENAME, first), "ALTER POLICY %i ON %s RENAME TO %i;",
                      first->name, old->on, old->name);
    }
    if (phase == DROP_GONE && fate == TUSK_GONE) drop_free(d, old);
    if (phase == DROP_CHANGED && remade) drop_free(d, old);
    if (phase == CREATE_CHANGED && remade) create_free(d, now);
    if (phase != ALTER || fate != TUSK_CHANGED || remade) return;
    tusk_buf buf;
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_alter_policy(&buf, NULL, now);
    tusk_step_add_buf(d, about_free(TUSK_STEP_ALTER, now), &buf);
}

void tusk_part_free_policies(tusk_differ *d)
{
    for (policy_phase phase = RENAME; phase <= ALTER; phase++) {
        for (size_t i = 0; phase == CREATE_NEW && i < d->to->policies.count; i++) {
            const tusk_model_policy *policy = &d->to->policies.items[i];
            if (!find_free(d->from, policy)) create_free(d, policy);
        }
        for (size_t i = 0; i < d->from->policies.count; i++) old_free(d, i, phase);
    }
}
