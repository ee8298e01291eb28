/* test_testing.c - databases for tests: fresh, migrated by copying, swept, never somewhere else */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/support.h"
#include "tusk/conn.h"
#include "tusk/file.h"
#include "tusk/testing.h"

static tusk_arena *arena;
static tusk_error err;

static int open_arena(void **state)
{
    (void)state;
    arena = tusk_arena_new(0);
    return arena ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    tusk_arena_free(arena);
    return 0;
}

static tusk_test_database created(const tusk_test_options *options)
{
    tusk_test_database made;
    if (tusk_test_database_create(arena, options, &made, &err))
        fail_msg("%s", TUSK_ERROR_TEXT(&err));
    return made;
}

static void dropped(tusk_test_database *database)
{
    if (tusk_test_database_drop(database, &err)) fail_msg("%s", TUSK_ERROR_TEXT(&err));
}

static const char *asked(const tusk_server *server, const char *sql)
{
    const char *answer = support_query(arena, server, sql);
    assert_non_null(answer);
    return answer;
}

static const char *databases_like(const char *pattern)
{
    return asked(
        support_server(),
        tusk_arena_printf(arena, "select count(*) from pg_database where datname ~ '%s'", pattern)
            .ptr);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    const char *path = tusk_path_join(arena, folder, name).ptr;
    if (tusk_file_replace(path, tusk_str_of(text), 0644, &err)) fail_msg("%s", err.message);
}

/* A folder with one migration of that SQL. */
static const char *folder_of(const char *sql)
{
    const char *folder = support_folder(arena);
    if (tusk_folder_make(tusk_path_join(arena, folder, "meta").ptr, 0755, &err))
        fail_msg("%s", err.message);
    write_file(folder, "0000_first.sql", sql);
    write_file(folder, "meta/_journal.json",
               "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[{\"idx\":0,\"version\":"
               "\"7\",\"when\":1700000000000,\"tag\":\"0000_first\",\"breakpoints\":true}]}");
    return folder;
}

static void fresh_databases_have_names_of_their_own_and_go(void **state)
{
    (void)state;
    tusk_test_options options = { .server = support_server() };
    tusk_test_database one = created(&options), two = created(&options);
    long long ms = 0;
    long pid = 0;
    int n = 0;
    assert_string_not_equal(one.server.database, two.server.database);
    assert_int_equal(sscanf(one.server.database, "test_%13lld_%ld_%d", &ms, &pid, &n), 3);
    assert_int_equal(pid, getpid());
    assert_true(llabs(ms - tusk_now().us / 1000) < 600000);
    assert_string_equal(asked(&one.server, "select current_database()"), one.server.database);
    assert_string_equal(asked(&one.server, "select count(*) from pg_tables where schemaname = "
                                           "'public'"),
                        "0");
    const char *name = one.server.database;
    dropped(&one);
    dropped(&one); /* empty by now: nothing happens */
    dropped(&two);
    assert_string_equal(databases_like(name), "0");
}

static void migrations_are_applied_once_and_copied(void **state)
{
    (void)state;
    const char *folder = folder_of("CREATE TABLE first_of_template (id integer);");
    tusk_test_options options = { .server = support_server(), .migrations = folder };
    const char *before = databases_like("^tusk_template_[0-9]{13}_[0-9a-f]{32}$");
    tusk_test_database one = created(&options), two = created(&options);
    const char *after = databases_like("^tusk_template_[0-9]{13}_[0-9a-f]{32}$");
    assert_int_equal(atoi(after), atoi(before) + 1);
    asked(&one.server, "insert into first_of_template values (1)");
    assert_string_equal(asked(&two.server, "select count(*) from first_of_template"), "0");
    assert_string_equal(asked(&two.server, "select count(*) from drizzle.__drizzle_migrations"),
                        "1");
    write_file(folder, "0000_first.sql", "CREATE TABLE changed_since (id integer);");
    tusk_test_database three = created(&options);
    assert_string_equal(asked(&three.server, "select count(*) from changed_since"), "0");
    dropped(&one);
    dropped(&two);
    dropped(&three);
    assert_string_equal(databases_like("^tusk_template_new"), "0");
}

static void a_migration_that_fails_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    tusk_test_database made;
    tusk_test_options options = { .server = support_server(),
                                  .migrations =
                                      folder_of("CREATE TABLE broken (id no_such_type);") };
    assert_int_equal(tusk_test_database_create(arena, &options, &made, &err), TUSK_SERVER);
    assert_non_null(strstr(err.message, "no_such_type"));
    assert_null(made.server.database);
    assert_string_equal(databases_like("^tusk_template_new"), "0");
}

/* Tests that run at the same time sweep too: until we are in, it may go at any moment. */
static tusk_conn *connected(const char *name)
{
    tusk_server server = *support_server();
    server.database = name;
    for (int i = 0; i < 20; i++) {
        tusk_conn *conn = NULL;
        if (tusk_conn_open(&server, 10000, &conn, &err) == TUSK_OK) return conn;
        support_query(arena, support_server(),
                      tusk_arena_printf(arena, "create database \"%s\"", name).ptr);
    }
    fail_msg("%s", err.message);
    return NULL;
}

static void leftovers_of_a_crash_are_swept_by_age(void **state)
{
    (void)state;
    const tusk_server *server = support_server();
    const char *const names[] = { "test_1500000000000_77_1",
                                  "test_1500000000000_77_2",
                                  "tusk_template_new_1500000000000_77_1",
                                  "tusk_template_1500000000000_0123456789abcdef0123456789abcdef",
                                  "test_1500000000000_mine",
                                  "my_test_1500000000000_77_1" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (i != 1) asked(server, tusk_arena_printf(arena, "create database \"%s\"", names[i]).ptr);
    tusk_conn *conn = connected(names[1]);
    tusk_test_database young = created(&(tusk_test_options){ .server = server });
    tusk_test_database made = created(&(tusk_test_options){ .server = server });
    assert_string_equal(databases_like(names[0]), "1"); /* my_test_... */
    assert_string_equal(databases_like("^test_1500000000000_77_1$"), "0");
    assert_string_equal(databases_like("^tusk_template_(new_)?15"), "0");
    assert_string_equal(databases_like(names[1]), "1"); /* somebody is connected */
    assert_string_equal(databases_like(names[4]), "1"); /* not named by us */
    assert_string_equal(databases_like(young.server.database), "1");
    tusk_conn_close(conn);
    dropped(&young);
    dropped(&made);
    asked(server, "drop database \"test_1500000000000_mine\"");
    asked(server, "drop database \"my_test_1500000000000_77_1\"");
}

static void a_connected_test_database_is_dropped_all_the_same(void **state)
{
    (void)state;
    tusk_test_database made = created(&(tusk_test_options){ .server = support_server() });
    const char *name = made.server.database;
    tusk_conn *conn = NULL;
    assert_int_equal(tusk_conn_open(&made.server, 10000, &conn, &err), TUSK_OK);
    dropped(&made);
    assert_string_equal(databases_like(name), "0");
    tusk_conn_close(conn);
}

static int forget_variables(void **state)
{
    unsetenv("TEST_POSTGRES_HOST");
    unsetenv("TEST_POSTGRES_PORT");
    unsetenv("TEST_POSTGRES_USER");
    unsetenv("TEST_POSTGRES_PASSWORD");
    return close_arena(state);
}

static void the_named_server_is_used(void **state)
{
    (void)state;
    const tusk_server *server = support_server();
    setenv("TEST_POSTGRES_HOST", server->host, 1);
    setenv("TEST_POSTGRES_PORT", tusk_arena_printf(arena, "%d", server->port).ptr, 1);
    setenv("TEST_POSTGRES_USER", server->user, 1);
    setenv("TEST_POSTGRES_PASSWORD", server->password, 1);
    tusk_test_database made = created(NULL);
    assert_null(made.cluster);
    assert_string_equal(made.server.host, server->host);
    assert_string_equal(databases_like(made.server.database), "1");
    dropped(&made);
}

static void a_named_server_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    tusk_test_database made;
    setenv("TEST_POSTGRES_HOST", "/nonexistent", 1);
    assert_int_equal(tusk_test_database_create(arena, NULL, &made, &err), TUSK_CONNECTION);
    assert_non_null(strstr(err.message, "no test database"));
    assert_null(made.cluster);
    assert_null(made.server.database);
    setenv("TEST_POSTGRES_PORT", "many", 1);
    assert_int_equal(tusk_test_database_create(arena, NULL, &made, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "TEST_POSTGRES_PORT"));
}

static void without_a_named_server_the_private_one_is_held(void **state)
{
    (void)state;
    const char *shared = getenv("TUSK_TEST_DATA_DIR");
    tusk_test_options options = { .data_dir = shared && *shared ? shared : support_folder(arena) };
    tusk_test_database made = created(&options);
    assert_non_null(made.cluster);
    assert_string_equal(asked(&made.server, "select current_database()"), made.server.database);
    dropped(&made);
    assert_null(made.cluster);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, forget_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fresh_databases_have_names_of_their_own_and_go),
        TEST(migrations_are_applied_once_and_copied),
        TEST(a_migration_that_fails_is_told_and_leaves_nothing),
        TEST(leftovers_of_a_crash_are_swept_by_age),
        TEST(a_connected_test_database_is_dropped_all_the_same),
        TEST(the_named_server_is_used),
        TEST(a_named_server_that_is_not_there_is_an_error),
        TEST(without_a_named_server_the_private_one_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
