/* test_guide.c - the C of docs/guide.md, all of it, called on a database with the backend's own
 * migrations */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/backend/db/schema.h"
#include "tests/support/support.h"
#include "tusk/tusk.h"

/* the guide uses it before it shows it */
tusk_status notify(tusk_conn *conn, tusk_arena *a, tusk_str user_id, tusk_str title,
                   tusk_str message, tusk_error *err);

#include "tests/guide/guide_snippets.h"

static tusk_arena *a;
static tusk_test_database db;
static tusk_conn *conn;
static tusk_error err;
static const char *root;

#define OK(call) \
    if (call) fail_msg("%s", TUSK_ERROR_TEXT(&err))

static const char rows[] =
    "insert into \"roles\" (\"id\", \"name\") values ('r', 'role');"
    "insert into \"authUser\" (\"id\", \"username\", \"email\", \"role_id\") values "
    "('u', 'ada', 'ada@example.org', 'r');"
    "insert into \"teams\" (\"id\", \"name\", \"slug\", \"owner_id\", \"updated_at\") values "
    "('t', 'Old', 'old', 'u', '2020-01-01');"
    "insert into \"mcpServerTemplates\" (\"id\", \"name\", \"description\", \"tags\") values "
    "('s1', 'quill', 'Talks to databases on your servers', '[\"typescript\", \"sql\"]'),"
    "('s2', 'anchor', 'Keeps files', '[\"files\"]');"
    "insert into \"mcpTeamInstallations\" (\"id\", \"team_id\", \"server_id\", \"name\", "
    "\"created_at\") values ('i1', 't', 's1', 'one', '2020-01-01'), ('i2', 't', null, 'two', "
    "'2021-01-01');"
    "insert into \"mcpServerInstallations\" (\"id\", \"team_installation_id\") values ('d', 'i1');"
    "insert into \"oauthAccessTokens\" (\"id\", \"user_id\", \"team_id\", \"name\", \"scope\", "
    "\"token_hash\", \"expires_at\") select 'k' || n, 'u', 't', 'n', 's', 'h' || n, now() + (n - "
    "3) "
    "* interval '1 hour' + interval '1 minute' from generate_series(1, 5) n;";

static int set_up(void **state)
{
    (void)state;
    a = tusk_arena_new(0);
    const char *folder = tusk_path_join(a, root, "services/backend/drizzle/migrations").ptr;
    tusk_test_options options = { .server = support_server(), .migrations = folder };
    OK(tusk_test_database_create(a, &options, &db, &err));
    OK(tusk_conn_open(&db.server, 10000, &conn, &err));
    OK(tusk_conn_script(conn, tusk_str_of(rows), &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tusk_conn_close(conn);
    OK(tusk_test_database_drop(&db, &err));
    tusk_arena_free(a);
    return 0;
}

static const char *asked(const char *sql)
{
    const char *answer = support_query(a, &db.server, sql);
    assert_non_null(answer);
    return answer;
}

static void enterprise_postgresql_features(void **state)
{
    struct team team = { .id = TUSK_STR("t"), .name = TUSK_STR("New"), .owner_id = TUSK_STR("u") };
    OK(rename_team_and_tell_its_owner(conn, &team, &err));
    assert_string_equal(asked("select \"name\" from \"teams\""), "New");
    team.name = TUSK_STR("Never");
    team.owner_id = TUSK_STR("nobody");
    assert_int_equal(rename_team_and_tell_its_owner(conn, &team, &err), TUSK_SERVER);
    assert_string_equal(err.sqlstate, "23503");
    assert_string_equal(asked("select \"name\" from \"teams\""), "New");
}

static void drizzle_orm_integration(void **state)
{
    tusk_cluster *cluster = NULL;
    tusk_pool *pool = NULL;
    tusk_conn *lent = NULL;
    setenv("POSTGRES_HOST", db.server.host, 1);
    setenv("POSTGRES_PORT", tusk_arena_printf(a, "%d", db.server.port).ptr, 1);
    setenv("POSTGRES_USER", db.server.user, 1);
    setenv("POSTGRES_PASSWORD", db.server.password, 1);
    setenv("POSTGRES_DATABASE", db.server.database, 1);
    OK(open_pool(a, &cluster, &pool, &err));
    OK(tusk_pool_acquire(pool, &lent, &err));
    tusk_pool_release(pool, lent);
    tusk_pool_close(pool);
    assert_null(cluster);
    unsetenv("POSTGRES_HOST");
    unsetenv("POSTGRES_PORT");
    unsetenv("POSTGRES_USER");
    unsetenv("POSTGRES_PASSWORD");
    unsetenv("POSTGRES_DATABASE");
}

static void working_with_query_results(void **state)
{
    tusk_result result;
    OK(tusk_run(
        conn, a,
        tusk_sql(a, "select \"name\" from \"teams\" where \"id\" = $1", TUSK_PARAMS(tusk_val("t"))),
        &result, &err));
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size), *saved = stdout;
    stdout = out;
    show_result(&result);
    stdout = saved;
    fclose(out);
    assert_string_equal(shown, "rowCount 1\ncommand  SELECT\noid      0\nfield    name\nrow      "
                               "Old\n");
    free(shown);
}

static void standard_patterns(void **state)
{
    bool done = false;
    int64_t count = 0;
    OK(delete_installation(conn, a, TUSK_STR("d"), &done, &err));
    assert_true(done);
    OK(delete_installation(conn, a, TUSK_STR("d"), &done, &err));
    assert_false(done);
    OK(update_team_name(conn, a, TUSK_STR("t"), TUSK_STR("New"), &done, &err));
    assert_true(done);
    assert_string_equal(asked("select \"name\", \"updated_at\" > now() - interval '1 minute' from "
                              "\"teams\""),
                        "New|t");
    OK(update_team_name(conn, a, TUSK_STR("none"), TUSK_STR("New"), &done, &err));
    assert_false(done);
    OK(revoke_expired_tokens(conn, a, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(asked("select count(*) from \"oauthAccessTokens\""), "3");
}

static void adding_new_tables(void **state)
{
    notifications_rows found = { 0 };
    OK(notify(conn, a, TUSK_STR("u"), TUSK_STR("Hello"), TUSK_STR("It's \"here\""), &err));
    OK(unread(conn, a, TUSK_STR("u"), &found, &err));
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].title.ptr, "Hello");
    assert_string_equal(found.items[0].message.ptr, "It's \"here\"");
    asked("update \"notifications\" set \"read\" = true");
    OK(unread(conn, a, TUSK_STR("u"), &found, &err));
    assert_int_equal(found.count, 0);
}

static void applying_migrations(void **state)
{
    tusk_test_database empty;
    int applied = 0;
    const char *folder = tusk_path_join(a, root, "services/backend/drizzle/migrations").ptr;
    OK(tusk_test_database_create(a, &(tusk_test_options){ .server = support_server() }, &empty,
                                 &err));
    OK(migrate(&empty.server, folder, &applied, &err));
    assert_true(applied >= 2);
    OK(migrate(&empty.server, folder, &applied, &err));
    assert_int_equal(applied, 0);
    OK(tusk_test_database_drop(&empty, &err));
}

static const char *tested;

static tusk_status look_at_teams(const tusk_server *server, tusk_error *e)
{
    tested = tusk_arena_str(a, tusk_str_of(server->database)).ptr;
    return support_query(a, server, "select count(*) from \"teams\"")
               ? TUSK_OK
               : tusk_fail(e, TUSK_INVALID, "there are no teams");
}

static void testing_with_postgresql(void **state)
{
    const tusk_server *server = support_server();
    assert_int_equal(chdir(root), 0);
    setenv("TEST_POSTGRES_HOST", server->host, 1);
    setenv("TEST_POSTGRES_PORT", tusk_arena_printf(a, "%d", server->port).ptr, 1);
    setenv("TEST_POSTGRES_USER", server->user, 1);
    setenv("TEST_POSTGRES_PASSWORD", server->password, 1);
    OK(with_a_test_database(look_at_teams, &err));
    assert_memory_equal(tested, "test_", 5);
    tusk_str sql =
        tusk_arena_printf(a, "select count(*) from pg_database where datname = '%s'", tested);
    assert_string_equal(asked(sql.ptr), "0");
}

static void jsonb_support(void **state)
{
    mcp_servers_rows found = { 0 };
    OK(typescript_servers(conn, a, &found, &err));
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].name.ptr, "quill");
}

static void full_text_search(void **state)
{
    mcp_servers_rows found = { 0 };
    OK(search(conn, a, TUSK_STR("database server"), &found, &err));
    assert_int_equal(found.count, 1);
    OK(search(conn, a, TUSK_STR("'; & | !"), &found, &err));
    assert_int_equal(found.count, 0);
    OK(databases_and_servers(conn, a, &found, &err));
    assert_int_equal(found.count, 1);
}

static void connection_pool_tuning(void **state)
{
    tusk_pool *pool = NULL;
    tusk_pool_stats stats;
    OK(open_tuned_pool(&db.server, &pool, &err));
    tusk_pool_look(pool, &stats);
    assert_int_equal(stats.max, 20);
    tusk_pool_close(pool);
}

static void using_explain(void **state)
{
    tusk_str text = { 0, 0 };
    OK(slowest_step(conn, a,
                    TUSK_STR("select * from \"mcpServerTemplates\" where status = 'active' order "
                             "by created_at desc"),
                    &text, &err));
    assert_non_null(strstr(text.ptr, "Sort"));
}

static void query_builder_performance(void **state)
{
    struct installation *found = NULL;
    size_t count = 0;
    OK(installations_of(conn, a, TUSK_STR("t"), &found, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found[0].installation.name.ptr, "two"); /* the newest */
    assert_false(found[0].server.has);
    assert_true(found[1].server.has);
    assert_string_equal(found[1].server.value.name.ptr, "quill");
    assert_string_equal(found[1].team.value.name.ptr, "Old");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    root = argc == 2 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        TEST(enterprise_postgresql_features),
        TEST(drizzle_orm_integration),
        TEST(working_with_query_results),
        TEST(standard_patterns),
        TEST(adding_new_tables),
        TEST(applying_migrations),
        TEST(testing_with_postgresql),
        TEST(jsonb_support),
        TEST(full_text_search),
        TEST(connection_pool_tuning),
        TEST(using_explain),
        TEST(query_builder_performance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
