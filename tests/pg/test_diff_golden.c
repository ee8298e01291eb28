/* test_diff_golden.c - the golden cases of the differ on a real server: what leads from from.def to
 * to.def runs, rows.sql in between keeps what kept.sql asks for (kept.txt), and what comes out is
 * what to.def makes at once */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diff/diff.h"
#include "src/introspect/introspect.h"
#include "tests/support/support.h"
#include "tusk/tusk.h"

static const char *golden;

struct base {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    const char *name; /* of the case */
    tusk_error err;
};

#define OK(b, call)                                                                \
    do {                                                                           \
        (b)->err = (tusk_error){ 0 };                                              \
        if ((call) != TUSK_OK)                                                     \
            fail_msg("%s: %s (%s)", (b)->name, (b)->err.message, (b)->err.detail); \
    } while (0)

static int open_base(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    b->arena = tusk_arena_new(0);
    support_own_server(); /* roles are of the whole server */
    b->server = support_database(b->arena);
    b->name = "opening";
    OK(b, tusk_conn_open(&b->server, 10000, &b->conn, &b->err));
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

/* As if the server were new. */
static void clean(struct base *b)
{
    static const char sql[] =
        "do $$ declare one text; begin "
        "for one in select format('drop schema %I cascade', nspname) from pg_namespace where "
        "nspname !~ '^pg_' and nspname <> 'information_schema' loop execute one; end loop; "
        "for one in select format('drop extension %I cascade', extname) from pg_extension where "
        "extname <> 'plpgsql' loop execute one; end loop; "
        "for one in select format('drop role %I', rolname) from pg_roles where oid >= 16384 and "
        "not rolsuper loop execute one; end loop; create schema public; end $$";
    OK(b, tusk_conn_script(b->conn, tusk_str_of(sql), &b->err));
}

static const char *path_of(struct base *b, const char *file)
{
    return tusk_arena_printf(b->arena, "%s/%s/%s", golden, b->name, file).ptr;
}

static tusk_str text_of(struct base *b, const char *file)
{
    tusk_str text = { 0 };
    if (tusk_file_exists(path_of(b, file)))
        OK(b, tusk_file_read(b->arena, path_of(b, file), 1 << 20, &text, &b->err));
    return text;
}

/* PostgreSQL 14 cannot say NULLS NOT DISTINCT and security_invoker. */
static void without_news(struct base *b, tusk_model *model)
{
    bool old = tusk_conn_server_version_number(b->conn) < 150000;
    for (size_t i = 0; old && i < model->tables.count; i++) {
        tusk_model_table *table = &model->tables.items[i];
        for (size_t j = 0; j < table->uniques.count; j++)
            table->uniques.items[j].nulls_not_distinct = false;
        for (size_t j = 0; j < table->indexes.count; j++)
            table->indexes.items[j].nulls_not_distinct = false;
    }
    for (size_t i = 0; old && i < model->views.count; i++) {
        tusk_model_options *with = &model->views.items[i].with;
        size_t kept = 0;
        for (size_t j = 0; j < with->count; j++) {
            bool news = tusk_str_eq(with->items[j].name, TUSK_STR("securityInvoker"));
            if (!news) with->items[kept++] = with->items[j];
        }
        with->count = kept;
    }
}

static tusk_model schema_of(struct base *b, const char *file)
{
    tusk_model model = tusk_model_empty();
    if (tusk_file_exists(path_of(b, file)))
        OK(b, tusk_model_from_def(b->arena, path_of(b, file), &model, &b->err));
    without_news(b, &model);
    return model;
}

/* In one transaction, as a migration is, but for statements that cannot. */
static void apply(struct base *b, const tusk_model *from, const tusk_model *to)
{
    tusk_plan plan;
    bool outside = false;
    OK(b, tusk_diff(b->arena, from, to, NULL, &plan, &b->err));
    for (size_t i = 0; i < plan.steps.count; i++) outside |= plan.steps.items[i].outside;
    if (!outside) OK(b, tusk_conn_script(b->conn, TUSK_STR("begin"), &b->err));
    for (size_t i = 0; i < plan.steps.count; i++) {
        b->err = (tusk_error){ 0 };
        if (tusk_conn_script(b->conn, plan.steps.items[i].sql, &b->err) != TUSK_OK)
            fail_msg("%s: %s\n%s", b->name, b->err.message, plan.steps.items[i].sql.ptr);
    }
    if (!outside) OK(b, tusk_conn_script(b->conn, TUSK_STR("commit"), &b->err));
}

static tusk_model read_back(struct base *b)
{
    tusk_introspect_options options = { .roles = true };
    tusk_model found, normal = { 0 };
    OK(b, tusk_introspect(b->conn, b->arena, &options, &found, &b->err));
    OK(b, tusk_model_normal(b->arena, &found, &normal, &b->err));
    return normal;
}

static void check_rows(struct base *b)
{
    tusk_str query = text_of(b, "kept.sql"), expected = tusk_str_trim(text_of(b, "kept.txt"));
    if (!query.ptr) return;
    const char *answer = support_query(b->arena, &b->server, query.ptr);
    assert_non_null(answer);
    assert_non_null(expected.ptr);
    if (!tusk_str_eq(expected, tusk_str_of(answer)))
        fail_msg("%s: kept \"%s\" instead of \"%s\"", b->name, answer, expected.ptr);
}

static void check_case(struct base *b)
{
    tusk_model nothing = tusk_model_empty(), from = schema_of(b, "from.def");
    tusk_model to = schema_of(b, "to.def"), changed, made;
    tusk_str rows = text_of(b, "rows.sql"), sql;
    tusk_plan plan;
    clean(b);
    apply(b, &nothing, &from);
    if (rows.ptr) OK(b, tusk_conn_script(b->conn, rows, &b->err));
    apply(b, &from, &to);
    check_rows(b);
    changed = read_back(b);
    clean(b);
    apply(b, &nothing, &to);
    made = read_back(b);
    OK(b, tusk_diff(b->arena, &changed, &made, NULL, &plan, &b->err));
    OK(b, tusk_plan_text(b->arena, &plan, &sql, &b->err));
    if (plan.steps.count > 0) fail_msg("%s: still to do: %s", b->name, sql.ptr);
}

static void every_case_runs(void **state)
{
    struct base *b = *state;
    int cases = 0;
    DIR *dir = opendir(golden);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        b->name = tusk_arena_printf(b->arena, "%s", entry->d_name).ptr;
        if (tusk_file_exists(path_of(b, "expected.txt"))) continue; /* refused */
        check_case(b);
        cases++;
    }
    closedir(dir);
    assert_true(cases >= 40);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_case_runs, open_base, close_base),
    };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
