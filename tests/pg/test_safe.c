/* test_safe.c - the safe form of a plan leads where the plan leads, on tables with rows; and lint
 * asks the database how many there are */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diff/diff.h"
#include "src/diff/safe.h"
#include "src/introspect/introspect.h"
#include "tests/support/support.h"
#include "tusk/lint.h"
#include "tusk/tusk.h"

static const char *golden;

struct base {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    const char *folder;
    tusk_error err;
};

static void ok(struct base *b, tusk_status st)
{
    if (st != TUSK_OK) fail_msg("%s", TUSK_ERROR_TEXT(&b->err));
}

static struct base open_base(void)
{
    struct base b = { .arena = tusk_arena_new(0) };
    b.server = support_database(b.arena);
    b.folder = support_folder(b.arena);
    ok(&b, tusk_conn_open(&b.server, 10000, &b.conn, &b.err));
    return b;
}

static void close_base(struct base *b)
{
    tusk_conn_close(b->conn);
    support_remove_folder(b->folder);
    tusk_arena_free(b->arena);
}

static void put(struct base *b, const char *name, tusk_str text)
{
    tusk_str path = tusk_path_join(b->arena, b->folder, name);
    ok(b, tusk_file_replace(path.ptr, text, 0644, &b->err));
}

static tusk_model read_def(struct base *b, const char *which, const char *file)
{
    tusk_model model;
    tusk_str folder = tusk_path_join(b->arena, golden, which);
    tusk_str path = tusk_path_join(b->arena, folder.ptr, file);
    ok(b, tusk_model_from_def(b->arena, path.ptr, &model, &b->err));
    return model;
}

/* From one schema to another as the text of a migration. */
static tusk_str plan_text(struct base *b, const tusk_model *from, const tusk_model *to, bool safe)
{
    tusk_plan plan;
    tusk_str sql;
    ok(b, tusk_diff(b->arena, from, to, NULL, &plan, &b->err));
    if (safe) ok(b, tusk_safe_plan(b->arena, &plan, &b->err));
    ok(b, tusk_plan_text(b->arena, &plan, &sql, &b->err));
    return sql;
}

static void make_folder(struct base *b, const char *which, bool safe)
{
    tusk_model none = tusk_model_empty(), from = read_def(b, which, "from.def"),
               to = read_def(b, which, "to.def");
    tusk_str meta = tusk_path_join(b->arena, b->folder, "meta");
    ok(b, tusk_folder_make(meta.ptr, 0755, &b->err));
    put(b, "0000_from.sql", plan_text(b, &none, &from, false));
    put(b, "0001_to.sql", plan_text(b, &from, &to, safe));
    put(b, "meta/_journal.json",
        TUSK_STR("{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":["
                 "{\"idx\":0,\"version\":\"7\",\"when\":1,\"tag\":\"0000_from\"},"
                 "{\"idx\":1,\"version\":\"7\",\"when\":2,\"tag\":\"0001_to\"}]}"));
}

static tusk_model migrate(struct base *b, const char *which, bool safe, const char *rows)
{
    tusk_model model, normal;
    tusk_migrate_options first = { .to = "0000" };
    make_folder(b, which, safe);
    ok(b, tusk_migrate_up(b->conn, b->folder, &first, NULL, &b->err));
    ok(b, tusk_conn_script(b->conn, tusk_str_of(rows), &b->err));
    ok(b, tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err));
    ok(b, tusk_introspect(b->conn, b->arena, NULL, &model, &b->err));
    ok(b, tusk_model_normal(b->arena, &model, &normal, &b->err));
    return normal;
}

static void assert_same(const char *which, const char *rows)
{
    struct base plain = open_base(), safe = open_base();
    tusk_model a = migrate(&plain, which, false, rows), z = migrate(&safe, which, true, rows);
    tusk_plan plan;
    ok(&plain, tusk_diff(plain.arena, &a, &z, NULL, &plan, &plain.err));
    if (plan.steps.count > 0) fail_msg("%s: %s", which, plan.steps.items[0].sql.ptr);
    close_base(&plain);
    close_base(&safe);
}

static void test_same_schema(void **state)
{
    assert_same("everything", "insert into kinds values ('k');"
                              "insert into \"Teams\" (id, slug, name, kind_id, size)"
                              " select n, 's' || n, 'n' || n, 'k', n from generate_series(1, 20) n;"
                              "insert into pairs select n, n from generate_series(1, 20) n");
    assert_same("nothing", "insert into teams values (1); insert into calls values (now(), 1)");
    assert_same("required", "");
}

static const char *answer(struct base *b, const char *sql)
{
    return support_query(b->arena, &b->server, sql);
}

/* So few rows a page that there are several batches; each row has a value of its own. */
static void test_filled(void **state)
{
    struct base b = open_base();
    migrate(&b, "everything", true,
            "alter table \"Teams\" set (fillfactor = 10);"
            "insert into \"Teams\" (id, slug, name, size)"
            " select n, 's' || n, 'n' || n, n from generate_series(1, 40000) n");
    assert_string_equal(
        answer(&b, "select (count(distinct token) = 40000 and count(distinct number) = 40000 and"
                   " bool_and(label = 'IT''S') and"
                   " pg_relation_size('\"Teams\"') > 2000 * 8192)::text from \"Teams\""),
        "true");
    assert_string_equal(answer(&b, "select count(*)::text from pg_constraint where not convalidated"
                                   " or conname like '%filled'"),
                        "0");
    close_base(&b);
}

/* Rows without a value: it fails where it says so, the column is there to be filled, and the next
 * run goes on. */
static void test_required(void **state)
{
    struct base b = open_base();
    tusk_migrate_options first = { .to = "0000" };
    make_folder(&b, "required", true);
    ok(&b, tusk_migrate_up(b.conn, b.folder, &first, NULL, &b.err));
    ok(&b, tusk_conn_script(b.conn, TUSK_STR("insert into teams values (1)"), &b.err));
    assert_int_equal(tusk_migrate_up(b.conn, b.folder, NULL, NULL, &b.err), TUSK_SERVER);
    assert_string_equal(b.err.sqlstate, "23514");
    ok(&b, tusk_conn_script(b.conn, TUSK_STR("update teams set slug = 'a'"), &b.err));
    ok(&b, tusk_migrate_up(b.conn, b.folder, NULL, NULL, &b.err));
    assert_string_equal(answer(&b, "select attnotnull::text from pg_attribute"
                                   " where attrelid = 'teams'::regclass and attname = 'slug'"),
                        "true");
    close_base(&b);
}

/* ---- lint with a database ---- */

static tusk_lint_finding only(struct base *b, const char *sql, int64_t small)
{
    tusk_lint_findings found;
    tusk_lint_options options = { .conn = b->conn, .small_rows = small };
    ok(b, tusk_lint_sql(b->arena, TUSK_STR("f.sql"), tusk_str_of(sql), &options, &found, &b->err));
    assert_int_equal(found.count, 1);
    return found.items[0];
}

static void test_rows(void **state)
{
    struct base b = open_base();
    ok(&b, tusk_conn_script(b.conn,
                            TUSK_STR("create table \"Some\" (a int);"
                                     "insert into \"Some\" select generate_series(1, 20000);"
                                     "create table parts (a int) partition by range (a);"
                                     "create table part partition of parts default;"
                                     "insert into parts select generate_series(1, 20000);"
                                     "create table few (a int);"
                                     "analyze \"Some\"; analyze part; analyze few"),
                            &b.err));
    tusk_lint_finding f = only(&b, "create index on \"Some\" (a)", 0);
    assert_int_equal(f.rows, 20000);
    assert_int_equal(f.level, TUSK_FINDING_WARNING);
    assert_int_equal(only(&b, "create index on \"Some\" (a)", 30000).level, TUSK_FINDING_NOTE);
    assert_int_equal(only(&b, "alter table public.few alter a set not null", 0).level,
                     TUSK_FINDING_NOTE);
    assert_int_equal(only(&b, "create index on parts (a)", 0).rows, 20000);
    /* what is not there yet is not known */
    f = only(&b, "create index on missing (a)", 0);
    assert_int_equal(f.rows, -1);
    assert_int_equal(f.level, TUSK_FINDING_WARNING);
    close_base(&b);
}

static void test_folder(void **state)
{
    struct base b = open_base();
    tusk_lint_findings all, last, pending;
    tusk_migrate_options first = { .to = "0000" };
    tusk_lint_options options = { .conn = b.conn };
    make_folder(&b, "everything", false);
    ok(&b, tusk_lint_folder(b.arena, b.folder, TUSK_LINT_ALL, NULL, &all, &b.err));
    ok(&b, tusk_lint_folder(b.arena, b.folder, TUSK_LINT_LAST, NULL, &last, &b.err));
    assert_true(last.warnings > 5);
    assert_int_equal(all.warnings, last.warnings); /* the first one only creates */
    ok(&b, tusk_migrate_up(b.conn, b.folder, &first, NULL, &b.err));
    ok(&b, tusk_lint_folder(b.arena, b.folder, TUSK_LINT_PENDING, &options, &pending, &b.err));
    assert_int_equal(pending.count, last.count);
    assert_true(pending.warnings < last.warnings); /* the tables are empty */
    ok(&b, tusk_migrate_up(b.conn, b.folder, NULL, NULL, &b.err));
    ok(&b, tusk_lint_folder(b.arena, b.folder, TUSK_LINT_PENDING, &options, &pending, &b.err));
    assert_int_equal(pending.count, 0);
    assert_int_equal(tusk_lint_folder(b.arena, b.folder, TUSK_LINT_PENDING, NULL, &pending, &b.err),
                     TUSK_MISUSE);
    assert_int_equal(
        tusk_lint_folder(b.arena, "/nonexistent", TUSK_LINT_ALL, NULL, &pending, &b.err),
        TUSK_INVALID);
    close_base(&b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_schema), cmocka_unit_test(test_filled),
        cmocka_unit_test(test_required),    cmocka_unit_test(test_rows),
        cmocka_unit_test(test_folder),
    };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
