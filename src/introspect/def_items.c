/* def_items.c - what stands below the columns of a table in .def text */
#include <ctype.h>

#include "src/introspect/def_writer.h"

#include "src/base/banned.h"

typedef struct items {
    tusk_def_writer *w;
    const tusk_model_table *table;
    size_t place;
} items;

static void add_columns(const items *t, size_t place, const tusk_names *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        tusk_str called = tusk_def_column_called(t->w, place, columns->items[i]);
        tusk_def_add(t->w, "%s%.*s", i > 0 ? ", " : "", TUSK_STR_ARG(called));
    }
}

/* ", CONSTRAINT(name)" unless it has the name that it gets without. */
static void add_constraint_name(const items *t, tusk_str name, tusk_str usual)
{
    if (tusk_str_eq(name, usual)) return;
    tusk_def_add(t->w, ", CONSTRAINT(");
    tusk_def_add_name(t->w, name);
    tusk_def_add(t->w, ")");
}

/* table_a_b_SUFFIX */
static tusk_str usual_name(const items *t, const tusk_names *columns, const char *suffix)
{
    tusk_buf buf;
    tusk_str name = { 0 };
    tusk_buf_init_in(&buf, t->w->arena, (size_t)64 << 10);
    tusk_buf_add(&buf, t->table->name);
    for (size_t i = 0; i < columns->count; i++) {
        tusk_buf_printf(&buf, "_%.*s", TUSK_STR_ARG(columns->items[i]));
    }
    tusk_buf_add_cstr(&buf, suffix);
    return tusk_buf_finish(&buf, &name, NULL) == TUSK_OK ? name : (tusk_str){ 0 };
}

/* ---- keys ---- */

static void write_keys(const items *t)
{
    for (size_t i = 0; i < t->table->primary_keys.count; i++) {
        const tusk_model_key *key = &t->table->primary_keys.items[i];
        tusk_def_add(t->w, "    KEY(");
        add_columns(t, t->place, &key->columns);
        add_constraint_name(t, key->name, usual_name(t, &key->columns, "_pk"));
        tusk_def_add_deferral(t->w, key->deferral);
        tusk_def_add(t->w, ")\n");
    }
}

static void write_uniques(const items *t)
{
    for (size_t i = 0; i < t->table->uniques.count; i++) {
        const tusk_model_key *key = &t->table->uniques.items[i];
        if (tusk_def_is_unique_at_column(t->table, key)) continue;
        tusk_def_add(t->w, "    UNIQUE_ON(");
        add_columns(t, t->place, &key->columns);
        add_constraint_name(t, key->name, usual_name(t, &key->columns, "_unique"));
        if (key->nulls_not_distinct) tusk_def_add(t->w, ", NULLS_NOT_DISTINCT");
        tusk_def_add_deferral(t->w, key->deferral);
        tusk_def_add(t->w, ")\n");
    }
}

static tusk_str usual_foreign_key(const items *t, const tusk_model_foreign_key *key)
{
    tusk_buf buf;
    tusk_str name = { 0 };
    tusk_buf_init_in(&buf, t->w->arena, (size_t)64 << 10);
    tusk_buf_add(&buf, usual_name(t, &key->columns_from, "_"));
    tusk_buf_add(&buf, key->table_to);
    for (size_t i = 0; i < key->columns_to.count; i++) {
        tusk_buf_printf(&buf, "_%.*s", TUSK_STR_ARG(key->columns_to.items[i]));
    }
    tusk_buf_add_cstr(&buf, "_fk");
    return tusk_buf_finish(&buf, &name, NULL) == TUSK_OK ? name : (tusk_str){ 0 };
}

static void write_foreign_keys(const items *t)
{
    for (size_t i = 0; i < t->table->foreign_keys.count; i++) {
        const tusk_model_foreign_key *key = &t->table->foreign_keys.items[i];
        size_t to = tusk_def_table_place(t->w, key->schema_to, key->table_to);
        if (tusk_def_is_reference_at_column(t->w, t->table, key)) continue;
        if (to == t->w->model->tables.count) {
            tusk_def_add(t->w, "    // the foreign key %.*s to a table that is not in this file\n",
                         TUSK_STR_ARG(key->name));
            continue;
        }
        tusk_def_add(t->w, "    FOREIGN_KEY(ON(");
        add_columns(t, t->place, &key->columns_from);
        tusk_def_add(t->w, "), TO(%.*s, ", TUSK_STR_ARG(t->w->tables[to].handle));
        add_columns(t, to, &key->columns_to);
        tusk_def_add(t->w, ")");
        tusk_def_add_actions(t->w, key, "");
        add_constraint_name(t, key->name, usual_foreign_key(t, key));
        tusk_def_add_deferral(t->w, key->deferral);
        tusk_def_add(t->w, ")\n");
    }
}

/* ---- indexes ---- */

static void write_index_column(const items *t, const tusk_model_index_column *column)
{
    if (column->is_expression) {
        tusk_def_add(t->w, "SQL(");
        tusk_def_add_text(t->w, column->expression, 8);
        tusk_def_add(t->w, ")");
        return;
    }
    tusk_str called = tusk_def_column_called(t->w, t->place, column->expression);
    if (column->opclass.len > 0) tusk_def_add(t->w, "OP(");
    if (column->nulls_first) tusk_def_add(t->w, "NULLS_FIRST(");
    tusk_def_add(t->w, column->descending ? "DESC(%.*s)" : "%.*s", TUSK_STR_ARG(called));
    if (column->nulls_first) tusk_def_add(t->w, ")");
    if (column->opclass.len == 0) return;
    tusk_def_add(t->w, ", ");
    tusk_def_add_text(t->w, column->opclass, 8);
    tusk_def_add(t->w, ")");
}

static void write_index_columns(const items *t, const tusk_model_index *index)
{
    if (index->columns.count == 1 && index->columns.items[0].is_expression) {
        tusk_def_add(t->w, ", ON_SQL(");
        tusk_def_add_text(t->w, index->columns.items[0].expression, 8);
        tusk_def_add(t->w, ")");
        return;
    }
    tusk_def_add(t->w, ", ON(");
    for (size_t i = 0; i < index->columns.count; i++) {
        if (i > 0) tusk_def_add(t->w, ", ");
        write_index_column(t, &index->columns.items[i]);
    }
    tusk_def_add(t->w, ")");
}

static void write_indexes(const items *t)
{
    for (size_t i = 0; i < t->table->indexes.count; i++) {
        const tusk_model_index *index = &t->table->indexes.items[i];
        tusk_def_add(t->w, index->unique ? "    UNIQUE_INDEX(" : "    INDEX(");
        tusk_def_add_name(t->w, index->name);
        write_index_columns(t, index);
        if (!tusk_str_eq(index->method, TUSK_STR("btree"))) {
            tusk_def_add(t->w, ", USING(%.*s)", TUSK_STR_ARG(index->method));
        }
        if (index->include.count > 0) {
            tusk_def_add(t->w, ", INCLUDE(");
            add_columns(t, t->place, &index->include);
            tusk_def_add(t->w, ")");
        }
        if (index->nulls_not_distinct) tusk_def_add(t->w, ", NULLS_NOT_DISTINCT");
        if (index->with.len > 0) {
            tusk_def_add(t->w, ", WITH(");
            tusk_def_add_text(t->w, index->with, 8);
            tusk_def_add(t->w, ")");
        }
        if (index->where.ptr) {
            tusk_def_add(t->w, ", WHERE(");
            tusk_def_add_text(t->w, index->where, 8);
            tusk_def_add(t->w, ")");
        }
        if (index->concurrently) tusk_def_add(t->w, ", CONCURRENTLY");
        tusk_def_add(t->w, ")\n");
    }
}

/* ---- the rest ---- */

/* WORD(name, "text" */
static void open_item(const items *t, const char *word, tusk_str name, tusk_str text)
{
    tusk_def_add(t->w, "    %s(", word);
    tusk_def_add_name(t->w, name);
    tusk_def_add(t->w, ", ");
    tusk_def_add_text(t->w, text, 8);
}

static void write_checks(const items *t)
{
    for (size_t i = 0; i < t->table->checks.count; i++) {
        open_item(t, "CHECK", t->table->checks.items[i].name, t->table->checks.items[i].value);
        tusk_def_add(t->w, ")\n");
    }
    for (size_t i = 0; i < t->table->exclusions.count; i++) {
        const tusk_model_exclusion *exclusion = &t->table->exclusions.items[i];
        open_item(t, "EXCLUDE", exclusion->name, exclusion->definition);
        tusk_def_add_deferral(t->w, exclusion->deferral);
        tusk_def_add(t->w, ")\n");
    }
}

void tusk_def_add_policy(tusk_def_writer *w, const tusk_model_policy *policy)
{
    tusk_def_add_name(w, policy->name);
    if (policy->restrictive) tusk_def_add(w, ", RESTRICTIVE");
    if (!tusk_str_eq(policy->command, TUSK_STR("ALL"))) {
        tusk_def_add(w, ", FOR(");
        for (size_t i = 0; i < policy->command.len; i++) {
            tusk_buf_add_char(&w->out, (char)tolower((unsigned char)policy->command.ptr[i]));
        }
        tusk_def_add(w, ")");
    }
    bool everybody =
        policy->to.count == 0 ||
        (policy->to.count == 1 && tusk_str_eq(policy->to.items[0], TUSK_STR("public")));
    for (size_t i = 0; !everybody && i < policy->to.count; i++) {
        tusk_def_add(w, i == 0 ? ", TO(" : ", ");
        tusk_def_add_name(w, policy->to.items[i]);
    }
    if (!everybody) tusk_def_add(w, ")");
    const struct {
        const char *word;
        tusk_str text;
    } parts[] = { { "USING_SQL", policy->using_ }, { "WITH_CHECK", policy->with_check } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].text.ptr) continue;
        tusk_def_add(w, ", %s(", parts[i].word);
        tusk_def_add_text(w, parts[i].text, 8);
        tusk_def_add(w, ")");
    }
    tusk_def_add(w, ")\n");
}

static void write_triggers(const items *t)
{
    for (size_t i = 0; i < t->w->model->routines.count; i++) {
        const tusk_model_routine *trigger = &t->w->model->routines.items[i];
        bool ours =
            trigger->is_trigger && tusk_str_eq(trigger->table, t->table->name) &&
            tusk_str_eq(tusk_model_schema(trigger->schema), tusk_model_schema(t->table->schema));
        if (!ours) continue;
        open_item(t, "TRIGGER", trigger->name, trigger->statement);
        tusk_def_add(t->w, ")\n");
    }
}

void tusk_def_write_items(tusk_def_writer *w, size_t place)
{
    items t = { .w = w, .table = &w->model->tables.items[place], .place = place };
    write_keys(&t);
    write_uniques(&t);
    write_foreign_keys(&t);
    write_indexes(&t);
    write_checks(&t);
    for (size_t i = 0; i < t.table->policies.count; i++) {
        tusk_def_add(w, "    POLICY(");
        tusk_def_add_policy(w, &t.table->policies.items[i]);
    }
    for (size_t i = 0; i < t.table->partitions.count; i++) {
        const tusk_model_partition *partition = &t.table->partitions.items[i];
        tusk_str schema = tusk_model_schema(partition->schema);
        bool beside = tusk_str_eq(schema, tusk_model_schema(t.table->schema));
        tusk_def_add(w, beside ? "    PARTITION(" : "    PARTITION_IN(");
        if (!beside) {
            tusk_def_add_text(w, schema.len > 0 ? schema : TUSK_STR("public"), 0);
            tusk_def_add(w, ", ");
        }
        tusk_def_add_name(w, partition->name);
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, partition->bounds, 8);
        tusk_def_add(w, ")\n");
    }
    write_triggers(&t);
}
