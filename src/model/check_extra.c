/* check_extra.c - views, partitions, policies, triggers, and what stands outside of tables */
#include <ctype.h>
#include <strings.h>

#include "src/model/check.h"

#include "src/base/banned.h"

/* ---- views ---- */

static tusk_status check_view_column(const tusk_def *def, const tusk_def_column *column,
                                     tusk_error *err)
{
    const tusk_place not_of_views[] = {
        column->primary_key,
        column->unique,
        column->identity,
        column->default_literal.place,
        column->default_text.place,
        column->default_sql.place,
        column->generated.place,
        column->ref_table.place,
        column->on_update_given,
        column->deferrable,
        column->initially_deferred,
        column->ref_name.place,
        column->set_on_update.place,
        column->renamed_from.place,
        column->nulls_not_distinct,
    };
    for (size_t i = 0; i < sizeof not_of_views / sizeof *not_of_views; i++) {
        if (!tusk_def_given(not_of_views[i])) continue;
        tusk_place_fail(err, not_of_views[i], "a column of a view cannot have this attribute");
        tusk_error_hint(err, "It takes NAMED(\"name\"), PRECISION(3), FIELDS(\"day\") and "
                             "COMMENT(\"x\").");
        return TUSK_INVALID;
    }
    if (column->serial) {
        return tusk_place_fail(err, column->word.place,
                               "a view counts nothing by itself: write integer or bigint");
    }
    tusk_status st = tusk_check_attributes(column, err);
    return st == TUSK_OK && column->type == TUSK_TYPE_ENUM ? tusk_check_label(def, column, err)
                                                           : st;
}

tusk_status tusk_check_view(const tusk_def *def, const tusk_def_table *view, tusk_error *err)
{
    if (!tusk_def_given(view->existing) && tusk_str_trim(view->definition.text).len == 0) {
        return tusk_place_fail(err, view->definition.place, "the view selects nothing");
    }
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < view->columns.count; i++) {
        st = check_view_column(def, &view->columns.items[i], err);
    }
    return st;
}

/* ---- partitions ---- */

/* "range (created_at, region)": the method, and the text inside the parentheses. */
static bool split_partition_by(tusk_str text, tusk_str *method, tusk_str *keys)
{
    *keys = tusk_str_trim(text);
    if (keys->len == 0 || keys->ptr[keys->len - 1] != ')') return false;
    *method = tusk_str_trim(tusk_str_cut(keys, '('));
    if (!keys->ptr || keys->len == 0) return false;
    keys->len--;
    return tusk_str_trim(*keys).len > 0;
}

/* The next of several keys; commas inside parentheses divide nothing. */
static tusk_str next_key(tusk_str *rest)
{
    size_t i = 0;
    int depth = 0;
    bool quoted = false;
    for (; i < rest->len; i++) {
        char c = rest->ptr[i];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '(') depth++;
        if (c == ')') depth--;
        if (c == ',' && depth == 0) break;
    }
    tusk_str key = tusk_str_trim((tusk_str){ rest->ptr, i });
    if (i < rest->len) i++;
    *rest = (tusk_str){ rest->ptr + i, rest->len - i };
    return key;
}

/* A key that is a plain column, without what may follow it (an operator class). */
static const tusk_def_column *key_column(const tusk_def_table *table, tusk_str key)
{
    bool quoted = key.len > 2 && key.ptr[0] == '"';
    tusk_str rest = quoted ? (tusk_str){ key.ptr + 1, key.len - 1 } : key;
    tusk_str name = tusk_str_cut(&rest, quoted ? '"' : ' ');
    for (size_t i = 0; i < table->columns.count; i++) {
        const tusk_def_column *column = &table->columns.items[i];
        tusk_str sql = tusk_def_column_sql(column);
        bool same = sql.len == name.len && (quoted ? memcmp(sql.ptr, name.ptr, sql.len) == 0
                                                   : strncasecmp(sql.ptr, name.ptr, sql.len) == 0);
        if (same) return column;
    }
    return NULL;
}

static bool is_expression(tusk_str key)
{
    return key.len > 0 && memchr(key.ptr, '(', key.len) != NULL;
}

static tusk_status lacks_key(const tusk_def_table *table, tusk_str key, tusk_place place,
                             tusk_error *err)
{
    tusk_place_fail(err, place,
                    "a unique key of the partitioned table \"%.*s\" lacks \"%.*s\", which it is "
                    "partitioned by",
                    TUSK_STR_ARG(table->handle.text), TUSK_STR_ARG(key));
    tusk_error_hint(err, "PostgreSQL keeps keys unique within a partition: add the column to the "
                         "key, as in KEY(id, created_at).");
    return TUSK_INVALID;
}

tusk_status tusk_check_partition_key(const tusk_def_table *table, const tusk_def_names *columns,
                                     tusk_place place, tusk_error *err)
{
    tusk_str method, rest;
    if (!table->partition_by.text.ptr) return TUSK_OK;
    if (!split_partition_by(table->partition_by.text, &method, &rest)) return TUSK_OK;
    while (tusk_str_trim(rest).len > 0) {
        tusk_str key = next_key(&rest);
        const tusk_def_column *column = is_expression(key) ? NULL : key_column(table, key);
        bool there = false;
        for (size_t i = 0; column && !there && i < columns->count; i++) {
            there = tusk_str_eq(columns->items[i].text, column->name.text);
        }
        if (column) key = tusk_def_column_sql(column);
        if (!there) return lacks_key(table, key, place, err);
    }
    return TUSK_OK;
}

static tusk_status check_partition_by(const tusk_def_table *table, tusk_error *err)
{
    static const char *const methods[] = { "range", "list", "hash" };
    const tusk_def_name *by = &table->partition_by;
    tusk_str method, rest;
    bool known = split_partition_by(by->text, &method, &rest);
    bool is_method = false;
    for (size_t i = 0; known && i < sizeof methods / sizeof *methods; i++) {
        size_t len = strlen(methods[i]);
        is_method |= method.len == len && strncasecmp(method.ptr, methods[i], len) == 0;
    }
    if (!is_method) {
        return tusk_place_fail(err, by->place,
                               "a table is partitioned by \"range (column)\", "
                               "\"list (column)\" or \"hash (column)\"");
    }
    while (tusk_str_trim(rest).len > 0) {
        tusk_str key = next_key(&rest);
        if (is_expression(key) || key_column(table, key)) continue;
        return tusk_place_fail(err, by->place, "there is no column \"%.*s\" to partition by",
                               TUSK_STR_ARG(key));
    }
    return TUSK_OK;
}

static tusk_status check_bounds(const tusk_def_partition *partition, tusk_error *err)
{
    tusk_str bounds = tusk_str_trim(partition->bounds.text);
    bool values = bounds.len > 11 && strncasecmp(bounds.ptr, "for values ", 11) == 0;
    bool rest = bounds.len == 7 && strncasecmp(bounds.ptr, "default", 7) == 0;
    if (values || rest) return TUSK_OK;
    return tusk_place_fail(err, partition->bounds.place,
                           "bounds are \"for values ...\" or \"default\"");
}

static tusk_status check_partitions(const tusk_def_table *table, tusk_error *err)
{
    if (table->partition_by.text.ptr) {
        tusk_status st = check_partition_by(table, err);
        for (size_t i = 0; st == TUSK_OK && i < table->partitions.count; i++) {
            st = check_bounds(&table->partitions.items[i], err);
        }
        return st;
    }
    if (table->partitions.count == 0) return TUSK_OK;
    tusk_place_fail(err, table->partitions.items[0].name.place,
                    "the table \"%.*s\" is not partitioned", TUSK_STR_ARG(table->handle.text));
    tusk_error_hint(err, "Add PARTITION_BY(\"range (column)\") to its TABLE(...).");
    return TUSK_INVALID;
}

/* ---- policies and statements ---- */

static tusk_status check_policy(const tusk_def_policy *policy, tusk_error *err)
{
    static const char *const commands[] = { "all", "select", "insert", "update", "delete" };
    tusk_str command = policy->command.text;
    bool known = !command.ptr, insert = false, select = false;
    for (size_t i = 0; !known && i < sizeof commands / sizeof *commands; i++) {
        size_t len = strlen(commands[i]);
        known = command.len == len && strncasecmp(command.ptr, commands[i], len) == 0;
        insert = known && i == 2;
        select = known && (i == 1 || i == 4);
    }
    if (!known) {
        return tusk_place_fail(err, policy->command.place,
                               "a policy is for all, select, insert, update or delete");
    }
    if (insert && policy->using_.text.ptr) {
        return tusk_place_fail(err, policy->using_.place,
                               "a policy for insert takes WITH_CHECK only");
    }
    if (select && policy->with_check.text.ptr) {
        return tusk_place_fail(err, policy->with_check.place,
                               "a policy for %.*s takes USING_SQL only", TUSK_STR_ARG(command));
    }
    return TUSK_OK;
}

/* It is sent as it is, so at least it makes something. */
static tusk_status check_statement(const tusk_def_routine *routine, const char *what,
                                   tusk_error *err)
{
    tusk_str sql = tusk_str_trim(routine->statement.text);
    bool creates =
        sql.len > 7 && strncasecmp(sql.ptr, "create", 6) == 0 && isspace((unsigned char)sql.ptr[6]);
    if (creates) return TUSK_OK;
    return tusk_place_fail(err, routine->statement.place,
                           "the statement of a %s begins with \"create\"", what);
}

tusk_status tusk_check_extras(const tusk_def_table *table, tusk_error *err)
{
    tusk_status st = check_partitions(table, err);
    for (size_t i = 0; st == TUSK_OK && i < table->policies.count; i++) {
        st = check_policy(&table->policies.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < table->triggers.count; i++) {
        st = check_statement(&table->triggers.items[i], "trigger", err);
    }
    return st;
}

static tusk_status check_function(const tusk_def_routine *function, tusk_error *err)
{
    tusk_str name = function->name.text;
    if (name.len > 2 && name.ptr[name.len - 1] == ')' && memchr(name.ptr, '(', name.len)) {
        return check_statement(function, "function", err);
    }
    return tusk_place_fail(err, function->name.place,
                           "a function is named with the types of its arguments, as \"touch()\"");
}

static tusk_status check_domain(const tusk_def_domain *domain, tusk_error *err)
{
    if (tusk_str_trim(domain->type.text).len == 0) {
        return tusk_place_fail(err, domain->type.place, "the type is empty");
    }
    for (size_t i = 0; i < domain->checks.count; i++) {
        if (tusk_str_trim(domain->checks.items[i].sql.text).len > 0) continue;
        return tusk_place_fail(err, domain->checks.items[i].sql.place, "the condition is empty");
    }
    return TUSK_OK;
}

tusk_status tusk_check_objects(const tusk_def *def, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < def->policies.count; i++) {
        st = check_policy(&def->policies.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->functions.count; i++) {
        st = check_function(&def->functions.items[i], err);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->domains.count; i++) {
        st = check_domain(&def->domains.items[i], err);
    }
    return st;
}
