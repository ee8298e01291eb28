/* test_introspect.c - a database read back as the schema that it is: everything in it, nothing that
 * is not its own, and what drifted, told in SQL that mends it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/diff/diff.h"
#include "src/introspect/introspect.h"
#include "src/introspect/sql_token.h"
#include "src/introspect/write_def.h"
#include "tests/support/support.h"
#include "tusk/tusk.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *sql_path, *backend_def, *every_def;

struct base {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    tusk_error err;
    char notices[4096];
};

#define ASSERT_OK(b, call)                                                            \
    do {                                                                              \
        if ((call) != TUSK_OK) fail_msg("%s: %s", #call, TUSK_ERROR_TEXT(&(b)->err)); \
    } while (0)

static int open_base(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    assert_int_equal(tusk_conn_open(&b->server, 10000, &b->conn, &b->err), TUSK_OK);
    *state = b;
    return 0;
}

static int close_base(void **state)
{
    struct base *b = *state;
    tusk_conn_close(b->conn);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

static void run(struct base *b, const char *sql)
{
    ASSERT_OK(b, tusk_conn_script(b->conn, tusk_str_of(sql), &b->err));
}

/* PostgreSQL 14 does not know NULLS NOT DISTINCT. */
static bool knows_distinct(const struct base *b)
{
    return tusk_conn_server_version_number(b->conn) >= 150000;
}

static void forget_distinct(tusk_model *model)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        tusk_model_table *table = &model->tables.items[i];
        for (size_t k = 0; k < table->uniques.count; k++) {
            table->uniques.items[k].nulls_not_distinct = false;
        }
        for (size_t k = 0; k < table->indexes.count; k++) {
            table->indexes.items[k].nulls_not_distinct = false;
        }
    }
}

static void run_file(struct base *b)
{
    static const char words[] = "nulls not distinct";
    tusk_str sql;
    ASSERT_OK(b, tusk_file_read(b->arena, sql_path, 1 << 20, &sql, &b->err));
    char *text = tusk_arena_copy(b->arena, sql.ptr, sql.len + 1);
    for (char *at = strstr(text, words); at && !knows_distinct(b); at = strstr(at, words)) {
        memset(at, ' ', strlen(words));
    }
    sql.ptr = text;
    ASSERT_OK(b, tusk_conn_script(b->conn, sql, &b->err));
}

static void keep_notice(void *context, tusk_str message)
{
    struct base *b = context;
    size_t at = strlen(b->notices);
    snprintf(b->notices + at, sizeof b->notices - at, "%s\n", message.ptr);
}

static tusk_model read_back(struct base *b)
{
    tusk_introspect_options options = { .notice = keep_notice, .context = b };
    tusk_model model;
    ASSERT_OK(b, tusk_introspect(b->conn, b->arena, &options, &model, &b->err));
    return model;
}

/* ---- everything ---- */

static const tusk_model_table *table_of(const tusk_model *model, const char *schema,
                                        const char *name)
{
    const tusk_model_table *table =
        tusk_model_find_table(model, tusk_str_of(schema), tusk_str_of(name));
    if (!table) fail_msg("there is no table %s", name);
    return table;
}

static void assert_text(tusk_str text, const char *expected)
{
    if (!expected) {
        assert_null(text.ptr);
        return;
    }
    assert_non_null(text.ptr);
    if (!tusk_str_eq(text, tusk_str_of(expected))) {
        fail_msg("%.*s instead of %s", TUSK_STR_ARG(text), expected);
    }
}

static void test_types_and_defaults(void **state)
{
    static const struct {
        const char *name, *type, *schema, *value;
        tusk_default_kind kind;
    } columns[] = {
        { "a_serial", "serial", NULL, NULL, TUSK_DEFAULT_NONE },
        { "a_small", "smallserial", NULL, NULL, TUSK_DEFAULT_NONE },
        { "i", "integer", NULL, "-5", TUSK_DEFAULT_NUMBER },
        { "b", "bigint", NULL, "-9000000000", TUSK_DEFAULT_NUMBER },
        { "b2", "bigint", NULL, "9007199254740993", TUSK_DEFAULT_SQL },
        { "r", "real", NULL, "1.5", TUSK_DEFAULT_NUMBER },
        { "dn", "double precision", NULL, "-1e-7", TUSK_DEFAULT_NUMBER },
        { "n10", "numeric(10)", NULL, "'7'", TUSK_DEFAULT_SQL },
        { "n102", "numeric(10, 2)", NULL, "'-1.50'", TUSK_DEFAULT_SQL },
        { "bo", "boolean", NULL, "true", TUSK_DEFAULT_BOOLEAN },
        { "t", "text", NULL, "'it''s\\n'", TUSK_DEFAULT_SQL },
        { "vc", "varchar", NULL, "'x'", TUSK_DEFAULT_SQL },
        { "vc10", "varchar(10)", NULL, "'a'", TUSK_DEFAULT_SQL },
        { "c3", "char(3)", NULL, NULL, TUSK_DEFAULT_NONE },
        { "jb", "jsonb", NULL, "'[1, 2]'::jsonb", TUSK_DEFAULT_SQL },
        { "tiz3", "time(3) with time zone", NULL, NULL, TUSK_DEFAULT_NONE },
        { "ts", "timestamp", NULL, "now()", TUSK_DEFAULT_SQL },
        { "tsz3", "timestamp (3) with time zone", NULL, "'2020-01-02 03:04:05.678+00'",
          TUSK_DEFAULT_SQL },
        { "ivf", "interval day to second(3)", NULL, NULL, TUSK_DEFAULT_NONE },
        { "vb", "bit varying(9)", NULL, NULL, TUSK_DEFAULT_NONE },
        { "m", "mood", "public", "'ok'", TUSK_DEFAULT_SQL },
        { "ma2", "mood[]", "public", "'{ok}'", TUSK_DEFAULT_SQL },
        { "st", "state", "shop", "'new'", TUSK_DEFAULT_SQL },
        { "ta2", "text[]", NULL, NULL, TUSK_DEFAULT_NONE },
        { "em", "email", NULL, NULL, TUSK_DEFAULT_NONE },
        { "ce", "cents", "shop", "5", TUSK_DEFAULT_SQL },
        { "ex", "text", NULL, "lower('ABC'::text)", TUSK_DEFAULT_SQL },
        { "nul", "text", NULL, NULL, TUSK_DEFAULT_NONE },
    };
    struct base *b = *state;
    run_file(b);
    tusk_model model = read_back(b);
    const tusk_model_table *every = table_of(&model, "", "every");
    for (size_t i = 0; i < COUNT(columns); i++) {
        const tusk_model_column *column =
            tusk_model_find_column(every, tusk_str_of(columns[i].name));
        assert_non_null(column);
        assert_text(column->type, columns[i].type);
        assert_text(column->type_schema, columns[i].schema);
        assert_text(column->value.sql, columns[i].value);
        assert_int_equal(column->value.kind, columns[i].kind);
    }
    assert_text(every->columns.items[0].name, "a_serial"); /* as they were made */
    assert_true(every->columns.items[0].primary_key && every->columns.items[0].not_null);
    const tusk_identity *identity =
        &tusk_model_find_column(table_of(&model, "shop", "orders"), TUSK_STR("id"))->identity;
    assert_true(identity->always);
    assert_text(identity->name, "orders_id_seq");
    assert_text(identity->start_with, "7");
    assert_text(identity->increment, "3");
    assert_text(identity->max_value, "2147483647");
}

static void test_constraints_and_indexes(void **state)
{
    struct base *b = *state;
    run_file(b);
    tusk_model model = read_back(b);
    const tusk_model_table *every = table_of(&model, "", "every");
    assert_text(every->checks.items[0].value, "(i > 0) OR (t <> 'x;--'::text)");
    assert_int_equal(every->uniques.items[0].nulls_not_distinct, knows_distinct(b));
    assert_text(every->exclusions.items[0].definition, "USING gist (i WITH =)");
    assert_int_equal(every->exclusions.items[0].deferral, TUSK_INITIALLY_IMMEDIATE);
    const tusk_model_foreign_key *key = &every->foreign_keys.items[0];
    assert_text(key->name, "every_author_fk");
    assert_text(key->on_delete, "cascade");
    assert_text(key->on_update, "set null");
    assert_int_equal(key->deferral, TUSK_INITIALLY_DEFERRED);
    key = &table_of(&model, "shop", "lines")->foreign_keys.items[0];
    assert_text(key->schema_to, "shop");
    assert_int_equal(key->columns_to.count, 2);
    const tusk_model_table *orders = table_of(&model, "shop", "orders");
    assert_int_equal(orders->primary_keys.items[0].columns.count, 2);
    assert_text(orders->uniques.items[0].columns.items[0], "b");

    assert_int_equal(every->indexes.count, 6); /* none of those that constraints made */
    const tusk_model_index *desc = &every->indexes.items[0], *expr = &every->indexes.items[1];
    assert_true(desc->columns.items[0].descending && desc->columns.items[0].nulls_first);
    assert_true(desc->columns.items[1].descending && !desc->columns.items[1].nulls_first);
    assert_text(desc->where, "(i > 3) AND (t ~~ 'a%'::text)");
    assert_true(expr->unique);
    assert_text(expr->columns.items[1].expression, "(i + s) DESC");
    assert_text(expr->columns.items[2].expression, "vc10 COLLATE \"C\"");
    assert_text(expr->include.items[0], "bo");
    assert_text(expr->with, "fillfactor=50");
    assert_text(every->indexes.items[2].columns.items[0].opclass, "gin_trgm_ops");
    assert_int_equal(every->indexes.items[3].nulls_not_distinct, knows_distinct(b));
}

static void test_everything_else(void **state)
{
    struct base *b = *state;
    run_file(b);
    tusk_model model = read_back(b);
    assert_int_equal(model.tables.count, 5); /* no partition, nor the record of migrations */
    assert_int_equal(model.schemas.count, 1);
    assert_text(model.enums.items[0].values.items[1], "it's, \"so\"");
    assert_int_equal(model.sequences.count, 2); /* those of columns stand there */
    assert_text(model.sequences.items[0].cache, "5");
    assert_true(model.sequences.items[0].cycle);
    assert_int_equal(model.views.count, 3);
    assert_true(model.views.items[0].materialized && model.views.items[0].with_no_data);
    assert_text(model.views.items[2].with.items[1].name, "checkOption");
    assert_int_equal(model.extensions.count, 2);
    assert_int_equal(model.domains.count, 2);
    assert_text(model.domains.items[0].checks.items[0].value, "VALUE ~~ '%@%'::text");
    assert_text(model.composites.items[0].fields.items[2].type, "varchar(10)[]");
    assert_int_equal(model.routines.count, 4);
    assert_text(model.routines.items[0].name, "add(integer, integer)");
    assert_true(model.routines.items[3].is_trigger);
    assert_int_equal(model.comments.count, 7);
    assert_int_equal(model.roles.count, 0); /* nobody asked */
    const tusk_model_table *parts = table_of(&model, "", "parts");
    assert_text(parts->partition_by, "RANGE (at)");
    assert_text(parts->partitions.items[1].bounds, "DEFAULT");
    assert_true(table_of(&model, "shop", "lines")->unlogged);
    assert_true(table_of(&model, "shop", "orders")->rls_forced);
    const tusk_model_policy *policy = &table_of(&model, "", "authors")->policies.items[0];
    assert_true(policy->restrictive);
    assert_text(policy->command, "UPDATE");
    assert_text(policy->with_check, "true");
    assert_text(table_of(&model, "", "every")->storage.items[0].name, "fillfactor");
}

static void test_only_what_is_asked_for(void **state)
{
    struct base *b = *state;
    static const char *const schemas[] = { "shop", "nowhere", NULL };
    tusk_introspect_options options = { .schemas = schemas, .roles = true };
    tusk_model model;
    run_file(b);
    run(b, "do $$ begin create role introspect_reader createdb noinherit; exception when "
           "duplicate_object then null; end $$");
    ASSERT_OK(b, tusk_introspect(b->conn, b->arena, &options, &model, &b->err));
    assert_int_equal(model.tables.count, 2);
    assert_int_equal(model.enums.count, 1);
    assert_int_equal(model.schemas.count, 1);
    bool found = false;
    for (size_t i = 0; i < model.roles.count; i++) {
        const tusk_model_role *role = &model.roles.items[i];
        assert_false(tusk_str_starts(role->name, TUSK_STR("pg_")));
        assert_string_not_equal(role->name.ptr, b->server.user); /* a superuser */
        if (!tusk_str_eq(role->name, TUSK_STR("introspect_reader"))) continue;
        found = role->create_db && !role->create_role && !role->inherit;
    }
    assert_true(found);
}

static void test_what_is_broken_is_told(void **state)
{
    struct base *b = *state;
    run(b, "create collation own (locale = 'C');"
           "create table t (a integer, b text collate \"C\", c text collate own);"
           "insert into t values (1), (1); "
           "alter table t add constraint later check (a > 5) not valid");
    support_query(b->arena, &b->server, "create unique index concurrently t_a on t (a)");
    tusk_model model = read_back(b);
    assert_int_equal(model.tables.items[0].indexes.count, 0);
    assert_non_null(strstr(b->notices, "index \"t_a\" is invalid"));
    assert_non_null(strstr(b->notices, "constraint \"later\" of \"t\" is not validated"));
    assert_text(model.tables.items[0].columns.items[1].collation, "C");
    assert_non_null(strstr(b->notices, "column \"c\" of \"t\" has a collation that somebody made"));
}

/* Inside a transaction it sees what that did, and leaves its settings alone. */
static void test_inside_a_transaction(void **state)
{
    struct base *b = *state;
    tusk_result result;
    ASSERT_OK(b, tusk_tx_begin(b->conn, NULL, &b->err));
    run(b, "set local search_path = pg_temp; create table public.t (a integer)");
    tusk_model model = read_back(b);
    assert_int_equal(model.tables.count, 1);
    ASSERT_OK(b, tusk_run(b->conn, b->arena, tusk_sql(b->arena, "show search_path", NULL), &result,
                          &b->err));
    assert_text(tusk_result_cell(&result, 0, 0), "pg_temp");
    assert_int_equal(tusk_tx_depth(b->conn), 1);
    tusk_tx_rollback(b->conn);
    assert_int_equal(read_back(b).tables.count, 0);
}

/* ---- comparing ---- */

static tusk_str steps_text(struct base *b, const tusk_model *from, const tusk_model *to)
{
    tusk_plan plan;
    tusk_buf buf;
    ASSERT_OK(b, tusk_diff(b->arena, from, to, NULL, &plan, &b->err));
    tusk_buf_init_in(&buf, b->arena, (size_t)1 << 20);
    for (size_t i = 0; i < plan.steps.count; i++) {
        tusk_buf_add(&buf, plan.steps.items[i].sql);
        tusk_buf_add_char(&buf, '\n');
    }
    return tusk_buf_str(&buf);
}

/* What a comparison says is missing, as SQL; `exact` through a scratch database. */
static tusk_str compare(struct base *b, const tusk_model *wanted, bool exact)
{
    tusk_comparison c;
    ASSERT_OK(b, tusk_introspect_compare(b->conn, exact ? &b->server : NULL, b->arena, NULL, wanted,
                                         &c, &b->err));
    if (c.exact != exact) fail_msg("exact: %d, %s", c.exact, c.why.ptr);
    return steps_text(b, &c.database, &c.wanted);
}

static void assert_as_wanted(struct base *b, const tusk_model *wanted)
{
    assert_text(compare(b, wanted, false), "");
    assert_text(compare(b, wanted, true), "");
}

static void make(struct base *b, const tusk_model *model)
{
    tusk_plan plan;
    tusk_model nothing = tusk_model_empty();
    ASSERT_OK(b, tusk_diff(b->arena, &nothing, model, NULL, &plan, &b->err));
    for (size_t i = 0; i < plan.steps.count; i++) run(b, plan.steps.items[i].sql.ptr);
}

/* A database made from a schema is that schema. */
static void test_made_from_a_schema(void **state)
{
    struct base *b = *state;
    tusk_model wanted;
    ASSERT_OK(b, tusk_model_from_def(b->arena, backend_def, &wanted, &b->err));
    make(b, &wanted);
    assert_as_wanted(b, &wanted);
}

/* The schema written from a database is that database: generating right after says nothing. */
static void test_pulled(void **state)
{
    struct base *b = *state;
    tusk_model wanted;
    tusk_str text;
    run_file(b);
    tusk_model model = read_back(b);
    const char *folder = support_folder(b->arena);
    const char *path = tusk_path_join(b->arena, folder, "pulled.def").ptr;
    ASSERT_OK(b, tusk_def_write(b->arena, &model, &text, &b->err));
    ASSERT_OK(b, tusk_file_replace(path, text, 0644, &b->err));
    ASSERT_OK(b, tusk_model_from_def(b->arena, path, &wanted, &b->err));
    support_remove_folder(folder);
    assert_text(steps_text(b, &model, &wanted), "");
    assert_text(steps_text(b, &wanted, &model), "");
    assert_as_wanted(b, &wanted);
}

/* Each change is found, and nothing else; the SQL that is told for it mends it. */
static void test_drift(void **state)
{
    static const struct {
        const char *change, *told;
    } cases[] = {
        { "alter table every alter vc10 drop not null", "SET NOT NULL" },
        { "alter table every alter t set default 'other'", "SET DEFAULT 'it''s\\n'" },
        { "alter table every alter i drop default", "SET DEFAULT -5" },
        { "alter table every alter c3 type varchar(4)", "char(3)" },
        { "alter table every drop column ti", "ADD COLUMN \"ti\" time" },
        { "alter table every add column extra integer", "DROP COLUMN \"extra\"" },
        { "alter table every drop constraint every_check, add constraint every_check "
          "check (i > 0 or t <> 'y')",
          "\"every_check\" CHECK" },
        { "alter table every drop constraint every_author_fk", "every_author_fk" },
        { "alter table every drop constraint every_unique", "\"every_unique\" UNIQUE" },
        { "drop index i_desc; create index i_desc on every (i, s desc nulls last, t nulls first) "
          "where i > 3 and t like 'a%'",
          "CREATE INDEX \"i_desc\"" },
        { "drop index i_expr", "CREATE UNIQUE INDEX \"i_expr\"" },
        { "drop index i_plain; create index i_plain on every using hash (i)", "btree" },
        { "create table stray (a integer)", "DROP TABLE \"stray\"" },
        { "create index stray on authors (name)", "DROP INDEX \"stray\"" },
        { "alter sequence tickets cache 6", "ALTER SEQUENCE \"public\".\"tickets\"" },
        { "alter table shop.orders alter id set increment 4", "SET INCREMENT BY 3" },
        { "create or replace view v as select id, name from authors where name <> 'y'",
          "VIEW \"public\".\"v\"" },
        { "alter policy p1 on authors using (name = 'x')", "POLICY \"p1\"" },
        { "alter table shop.lines set logged", "UNLOGGED" },
        { "alter table every reset (fillfactor)", "fillfactor" },
        { "comment on table every is 'changed'", "COMMENT ON TABLE" },
        { "create or replace function touch() returns trigger language plpgsql as "
          "$$ begin return new; end $$",
          "FUNCTION" },
    };
    struct base *b = *state;
    run_file(b);
    tusk_model wanted = read_back(b);
    for (size_t i = 0; i < COUNT(cases); i++) {
        run(b, cases[i].change);
        tusk_str told = compare(b, &wanted, i % 2 == 0);
        if (!told.ptr || !strstr(told.ptr, cases[i].told)) {
            fail_msg("%s\n  is told as: %s", cases[i].change, told.ptr);
        }
        run(b, told.ptr);
        told = compare(b, &wanted, false);
        if (told.len > 0) fail_msg("%s\n  is not mended: %s", cases[i].change, told.ptr);
    }
    assert_text(compare(b, &wanted, true), "");
}

static void add_check(struct base *b, tusk_model *model, const char *condition)
{
    tusk_model_table *table = &model->tables.items[0];
    tusk_vec_push(b->arena, &table->checks,
                  (tusk_model_check){ TUSK_STR("odd"), tusk_str_of(condition) });
}

/* A schema that cannot be made is compared by its spelling; no scratch database stays behind. */
static void test_without_scratch(void **state)
{
    struct base *b = *state;
    tusk_comparison c;
    run(b, "create table t (a integer)");
    tusk_model wanted = read_back(b);
    add_check(b, &wanted, "no_such_function(a)");
    ASSERT_OK(b,
              tusk_introspect_compare(b->conn, &b->server, b->arena, NULL, &wanted, &c, &b->err));
    assert_false(c.exact);
    assert_non_null(strstr(c.why.ptr, "no_such_function"));
    assert_non_null(strstr(steps_text(b, &c.database, &c.wanted).ptr, "ADD CONSTRAINT \"odd\""));

    run(b,
        "drop role if exists introspect_poor; create role introspect_poor login password 'poor'");
    tusk_server poor = b->server;
    poor.user = "introspect_poor";
    poor.password = "poor";
    wanted = read_back(b);
    ASSERT_OK(b, tusk_introspect_compare(b->conn, &poor, b->arena, NULL, &wanted, &c, &b->err));
    assert_false(c.exact);
    assert_non_null(strstr(c.why.ptr, "permission denied to create database"));
    run(b, "drop role introspect_poor");
    tusk_str left = tusk_arena_printf(
        b->arena, "select count(*) from pg_database where datname like 'tusk\\_scratch%%\\_%ld'",
        (long)getpid());
    assert_string_equal(support_query(b->arena, &b->server, left.ptr), "0");
}

/* What is made elsewhere, or by programs, is no drift. */
static void test_not_ours(void **state)
{
    struct base *b = *state;
    run(b, "create table p (at date not null) partition by range (at);"
           "create table p_1 partition of p for values from ('2020-01-01') to ('2021-01-01')");
    tusk_model wanted = read_back(b);
    run(b, "create table p_2 partition of p for values from ('2021-01-01') to ('2022-01-01');"
           "create extension citext; create schema other; create table other.t (a integer);"
           "create function f() returns integer language sql as 'select 1';"
           "create schema drizzle; create table drizzle.__drizzle_migrations (id serial)");
    assert_as_wanted(b, &wanted);
}

/* Every spelling that people use is known again without a scratch database. */
static void test_spellings(void **state)
{
    static const char *const conditions[] = {
        "\"i\" > 0",
        "i>0",
        "t.i > 0 and t.i < 10",
        "vc <> 'it''s'",
        "vc != 'x'",
        "s in ('a', 'b')",
        "vc in ('a','b')",
        "s not in ('a', 'b')",
        "s in ('a')",
        "i between 1 and 5",
        "i not between 1 and 5",
        "s like 'a%' or s ILIKE 'B%'",
        "s NOT LIKE 'a%'",
        "n > -1",
        "n > 0",
        "r >= 1.5",
        "d > 1",
        "b > 5",
        "not bo",
        "bo is not true and i is not null",
        "bo or i > 1 and i < 5",
        "i > 1 and i < 5 and (i <> 2 and i <> 3)",
        "i + s2 * 2 - 1 > 0",
        "char_length(trim(s)) > 3",
        "at > '2020-01-01'",
        "at > timestamptz '2020-01-02T03:04:05Z'",
        "at > now() - interval '1 day'",
        "extract(year from at) > 2000",
        "data->>'a' = 'b'",
        "data @> '{\"a\": 1}'",
        "lower(s) = s",
        "coalesce(s, '') <> ''",
        "case when i > 1 then bo else false end",
        "cast(s as integer) = 1",
        "at at time zone 'UTC' > '2020-01-01'",
        "tags[1] = 'x'",
        "s || ' ' || vc <> 'x'",
        "E'a\\'b' <> s",
        "s is distinct from vc",
        "'a' = any(tags)",
        "tags <> '{}'",
        "cardinality(tags) > 0",
        "s ~ '^[a-z]+$'",
        "s ~* 'x'",
        "i % 2 = 0",
        "-i < 5",
        "num_nonnulls(i, s) = 1",
        "u <> '00000000-0000-0000-0000-000000000000'",
        "day > '2020-01-01' and day < current_date",
        "s = '' or length(s) > 1",
    };
    struct base *b = *state;
    run(b, "create table t (i integer, s2 smallint, b bigint, vc varchar(20), s text, n numeric, "
           "r real, d double precision, bo boolean, at timestamptz, day date, data jsonb, "
           "tags text[], u uuid)");
    for (size_t i = 0; i < COUNT(conditions); i++) {
        tusk_str sql = tusk_arena_printf(b->arena, "alter table t add constraint c%zu check (%s)",
                                         i, conditions[i]);
        run(b, sql.ptr);
    }
    tusk_model model = read_back(b);
    const tusk_model_table *t = table_of(&model, "", "t");
    assert_int_equal(t->checks.count, COUNT(conditions));
    for (size_t i = 0; i < t->checks.count; i++) {
        const char *written = conditions[atoi(t->checks.items[i].name.ptr + 1)];
        tusk_str kept = t->checks.items[i].value;
        tusk_str a = tusk_sql_canonical(b->arena, tusk_str_of(written), t->name);
        tusk_str k = tusk_sql_canonical(b->arena, kept, t->name);
        if (!tusk_str_eq(a, k)) {
            fail_msg("%s\n  gives %.*s\n%.*s\n  gives %.*s", written, TUSK_STR_ARG(a),
                     TUSK_STR_ARG(kept), TUSK_STR_ARG(k));
        }
    }
}

/* A schema of every construct, through a server and back. */
static void test_every_construct(void **state)
{
    struct base *b = *state;
    tusk_model wanted;
    ASSERT_OK(b, tusk_model_from_def(b->arena, every_def, &wanted, &b->err));
    if (!knows_distinct(b)) forget_distinct(&wanted);
    run(b, "create schema auth; create table auth.\"us\"\"ers\" (id text)"); /* made elsewhere */
    make(b, &wanted);
    assert_as_wanted(b, &wanted);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_base, close_base)
    const struct CMUnitTest tests[] = {
        TEST(test_types_and_defaults),
        TEST(test_constraints_and_indexes),
        TEST(test_everything_else),
        TEST(test_only_what_is_asked_for),
        TEST(test_what_is_broken_is_told),
        TEST(test_inside_a_transaction),
        TEST(test_made_from_a_schema),
        TEST(test_pulled),
        TEST(test_drift),
        TEST(test_without_scratch),
        TEST(test_not_ours),
        TEST(test_spellings),
        TEST(test_every_construct),
    };
    if (argc != 4) return 2;
    support_own_server(); /* roles are made */
    sql_path = argv[1];
    backend_def = argv[2];
    every_def = argv[3];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
