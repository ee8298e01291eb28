/* compare.c - a database beside the schema that it should have */
#include "src/introspect/scratch.h"
#include "src/introspect/sql_token.h"

#include "src/base/banned.h"

enum { STATEMENT_MS = 60000 };

/* A copy of a list, of which some items stay. */
#define KEEP(arena, out, list, item, condition)                        \
    do {                                                               \
        __typeof__((list)) given_ = (list);                            \
        memset((out), 0, sizeof *(out));                               \
        for (size_t i_ = 0; i_ < given_.count; i_++) {                 \
            const __typeof__(*given_.items) *item = &given_.items[i_]; \
            if (condition) tusk_vec_push((arena), (out), *item);       \
        }                                                              \
    } while (0)

static bool same_full_name(tusk_str schema, tusk_str name, tusk_str other_schema, tusk_str other)
{
    return tusk_str_eq(tusk_sql_cut_name(name), tusk_sql_cut_name(other)) &&
           tusk_str_eq(tusk_model_schema(schema), tusk_model_schema(other_schema));
}

static const tusk_model_table *find_table(const tusk_model *model, const tusk_model_table *table)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *other = &model->tables.items[i];
        if (same_full_name(table->schema, table->name, other->schema, other->name)) return other;
    }
    return NULL;
}

/* ---- what does not count ---- */

static bool is_existing(const tusk_model *wanted, const tusk_model_view *view)
{
    for (size_t i = 0; i < wanted->views.count; i++) {
        const tusk_model_view *other = &wanted->views.items[i];
        if (!other->existing) continue;
        if (same_full_name(view->schema, view->name, other->schema, other->name)) return true;
    }
    return false;
}

static bool is_role(const tusk_model *wanted, tusk_str name)
{
    for (size_t i = 0; i < wanted->roles.count; i++) {
        if (tusk_str_eq(tusk_sql_cut_name(wanted->roles.items[i].name), name)) return true;
    }
    return false;
}

static bool is_partition(const tusk_model_table *wanted, const tusk_model_partition *partition)
{
    for (size_t i = 0; wanted && i < wanted->partitions.count; i++) {
        const tusk_model_partition *other = &wanted->partitions.items[i];
        if (same_full_name(partition->schema, partition->name, other->schema, other->name)) {
            return true;
        }
    }
    return !wanted;
}

/* A table that somebody else makes: the schema only has policies of it. */
static bool is_elsewhere(const tusk_model *wanted, const tusk_model_table *table)
{
    for (size_t i = 0; i < wanted->policies.count; i++) {
        const tusk_model_policy *policy = &wanted->policies.items[i];
        tusk_str schema = policy->schema.len > 0 ? policy->schema : TUSK_STR("public");
        if (!tusk_str_eq(tusk_model_schema(schema), table->schema) || policy->on.len < 2) continue;
        size_t tail = table->name.len + 3; /* ."name" */
        if (policy->on.len <= tail) continue;
        const char *end = policy->on.ptr + policy->on.len - tail;
        bool same = end[0] == '.' && end[1] == '"' &&
                    memcmp(end + 2, table->name.ptr, table->name.len) == 0;
        if (same && !find_table(wanted, table)) return true;
    }
    return false;
}

/* A list of the database counts when the wanted schema has one too. */
#define ONLY_IF_WANTED(model, wanted, list) \
    if ((wanted)->list.count == 0) memset(&(model)->list, 0, sizeof(model)->list)

static void leave_out(tusk_arena *arena, const tusk_model *wanted, tusk_model *database)
{
    ONLY_IF_WANTED(database, wanted, extensions);
    ONLY_IF_WANTED(database, wanted, domains);
    ONLY_IF_WANTED(database, wanted, composites);
    ONLY_IF_WANTED(database, wanted, routines);
    ONLY_IF_WANTED(database, wanted, comments);
    KEEP(arena, &database->views, database->views, view, !is_existing(wanted, view));
    KEEP(arena, &database->roles, database->roles, role, is_role(wanted, role->name));
    KEEP(arena, &database->tables, database->tables, table, !is_elsewhere(wanted, table));
    for (size_t i = 0; i < database->tables.count; i++) {
        tusk_model_table *table = &database->tables.items[i];
        const tusk_model_table *other = find_table(wanted, table);
        KEEP(arena, &table->partitions, table->partitions, partition,
             is_partition(other, partition));
    }
}

/* ---- which part of the database is meant ---- */

static void add_schema(tusk_arena *arena, tusk_names *out, tusk_str name)
{
    name = tusk_sql_cut_name(name);
    if (name.len > 0 && !tusk_names_have(out, name)) tusk_vec_push(arena, out, name);
}

/* The schemas that `wanted` speaks of: what else is there belongs to somebody else. NULL without
 * memory. */
static const char *const *schemas_of(tusk_arena *arena, const tusk_model *wanted)
{
    tusk_names names = { 0 };
    add_schema(arena, &names, TUSK_STR("public"));
    for (size_t i = 0; i < wanted->schemas.count; i++) {
        add_schema(arena, &names, wanted->schemas.items[i]);
    }
    for (size_t i = 0; i < wanted->tables.count; i++) {
        add_schema(arena, &names, wanted->tables.items[i].schema);
    }
    for (size_t i = 0; i < wanted->enums.count; i++) {
        add_schema(arena, &names, wanted->enums.items[i].schema);
    }
    const char **list = TUSK_NEW_ARRAY(arena, const char *, names.count + 1);
    for (size_t i = 0; list && i < names.count; i++) {
        list[i] = tusk_arena_str(arena, names.items[i]).ptr;
    }
    return list;
}

/* ---- the question that a scratch database answers ---- */

/* Roles are the server's, and are not made for a question. */
static void for_everybody(tusk_arena *arena, tusk_model_table *table)
{
    KEEP(arena, &table->policies, table->policies, policy, true);
    for (size_t i = 0; i < table->policies.count; i++) {
        tusk_names everybody = { 0 };
        tusk_vec_push(arena, &everybody, TUSK_STR("public"));
        table->policies.items[i].to = everybody;
    }
}

#define BORROW(model, database, list) \
    if ((model)->list.count == 0) (model)->list = (database)->list

/* What can be made in an empty database: with what the schema takes for granted there. */
static tusk_model makeable(tusk_arena *arena, const tusk_model *wanted, const tusk_model *database)
{
    tusk_model model = *wanted;
    memset(&model.roles, 0, sizeof model.roles);
    BORROW(&model, database, extensions);
    BORROW(&model, database, domains);
    BORROW(&model, database, composites);
    if (model.routines.count == 0) {
        KEEP(arena, &model.routines, database->routines, routine, !routine->is_trigger);
    }
    KEEP(arena, &model.views, wanted->views, view, true);
    for (size_t i = 0; i < model.views.count; i++) {
        model.views.items[i].tablespace = (tusk_str){ 0 };
    }
    KEEP(arena, &model.tables, wanted->tables, table, true);
    for (size_t i = 0; i < model.tables.count; i++) {
        tusk_model_table *table = &model.tables.items[i];
        for_everybody(arena, table);
        KEEP(arena, &table->indexes, table->indexes, index, true);
        for (size_t k = 0; k < table->indexes.count; k++) {
            table->indexes.items[k].concurrently = false;
        }
    }
    return model;
}

/* Puts back what was not made. */
static void complete(const tusk_model *wanted, tusk_model *read_back)
{
    read_back->roles = wanted->roles;
    for (size_t i = 0; i < read_back->views.count; i++) {
        tusk_model_view *view = &read_back->views.items[i];
        for (size_t k = 0; k < wanted->views.count; k++) {
            const tusk_model_view *other = &wanted->views.items[k];
            if (same_full_name(view->schema, view->name, other->schema, other->name)) {
                view->tablespace = other->tablespace;
            }
        }
    }
    for (size_t i = 0; i < read_back->tables.count; i++) {
        tusk_model_table *table = &read_back->tables.items[i];
        const tusk_model_table *other = find_table(wanted, table);
        for (size_t j = 0; other && j < table->policies.count; j++) {
            tusk_model_policy *policy = &table->policies.items[j];
            for (size_t k = 0; k < other->policies.count; k++) {
                const tusk_model_policy *asked = &other->policies.items[k];
                if (tusk_str_eq(tusk_sql_cut_name(asked->name), policy->name)) {
                    policy->to = asked->to;
                }
            }
        }
    }
}

static tusk_status read_back(tusk_conn *conn, const tusk_server *server, tusk_arena *arena,
                             const tusk_introspect_options *options, const tusk_model *wanted,
                             const tusk_model *database, tusk_model *out, tusk_error *err)
{
    if (!server) return tusk_fail(err, TUSK_MISUSE, "no server was given for a scratch database");
    int timeout = tusk_conn_timeout(conn);
    tusk_introspect_options quiet = { .schemas = options->schemas };
    tusk_model model = makeable(arena, wanted, database);
    tusk_status st = tusk_scratch_read_back(server, timeout > 0 ? timeout : STATEMENT_MS, arena,
                                            &quiet, &model, out, err);
    if (st == TUSK_OK) complete(wanted, out);
    return st;
}

tusk_status tusk_introspect_compare(tusk_conn *conn, const tusk_server *server, tusk_arena *arena,
                                    const tusk_introspect_options *options,
                                    const tusk_model *wanted, tusk_comparison *out, tusk_error *err)
{
    tusk_introspect_options asked = options ? *options : (tusk_introspect_options){ 0 };
    tusk_model database, back;
    tusk_error why = { 0 };
    asked.roles = wanted->roles.count > 0;
    if (!asked.schemas) asked.schemas = schemas_of(arena, wanted);
    if (!asked.schemas) return tusk_fail_nomem(err, "the schemas to compare");
    *out = (tusk_comparison){ .wanted = *wanted };
    memset(&out->wanted.policies, 0, sizeof out->wanted.policies);
    KEEP(arena, &out->wanted.views, wanted->views, view, !view->existing);
    tusk_status st = tusk_introspect(conn, arena, &asked, &database, err);
    if (st != TUSK_OK) return st;
    out->exact =
        read_back(conn, server, arena, &asked, &out->wanted, &database, &back, &why) == TUSK_OK;
    if (!out->exact) out->why = tusk_arena_str(arena, tusk_str_of(why.message));
    leave_out(arena, wanted, &database);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the schema to compare");
    return tusk_model_align(arena, &database, &out->wanted, out->exact ? &back : NULL,
                            &out->database, err);
}
