/* test_find.c - POSTGRES_* leads to an outside server, nothing to the private one, nonsense nowhere
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tusk/cluster.h"

static const char *const names[] = { "POSTGRES_HOST",     "POSTGRES_PORT", "POSTGRES_DATABASE",
                                     "POSTGRES_USER",     "POSTGRES_SSL",  "POSTGRES_SSL_CA",
                                     "POSTGRES_PASSWORD", "TUSK_DATA_DIR" };

static tusk_arena *arena;
static tusk_error err;
/* What a failing call must leave as it is, or set to NULL. */
static tusk_cluster *cluster;
static tusk_server server;

static int set_up(void **state)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    arena = tusk_arena_new(0);
    cluster = (tusk_cluster *)&server; /* has to be written */
    server = (tusk_server){ 0 };
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    tusk_arena_free(arena);
    return 0;
}

static tusk_status find(const char *database)
{
    const tusk_env *env = NULL;
    tusk_status st = tusk_env_read(arena, NULL, &env, &err);
    if (st) return st;
    return tusk_server_find(arena, env, &(tusk_cluster_options){ .database = database }, &cluster,
                            &server, &err);
}

static void any_setting_means_an_outside_server(void **state)
{
    setenv("POSTGRES_PORT", "5433", 1);
    assert_int_equal(find(NULL), TUSK_OK);
    assert_null(cluster);
    assert_string_equal(server.host, "localhost");
    assert_int_equal(server.port, 5433);
    assert_string_equal(server.database, "deploystack");
}

static void the_program_names_the_database_unless_the_user_does(void **state)
{
    setenv("POSTGRES_HOST", "db", 1);
    assert_int_equal(find("notes"), TUSK_OK);
    assert_string_equal(server.database, "notes");
    setenv("POSTGRES_DATABASE", "mine", 1);
    assert_int_equal(find("notes"), TUSK_OK);
    assert_string_equal(server.database, "mine");
    assert_null(cluster);
}

static void without_an_env_the_process_is_asked_and_without_options_nothing_else(void **state)
{
    setenv("POSTGRES_HOST", "db", 1);
    assert_int_equal(tusk_server_find(arena, NULL, NULL, &cluster, &server, &err), TUSK_OK);
    assert_string_equal(server.host, "db");
    assert_null(cluster);
}

/* A program looks at the status of this call, not at its arena. */
static void without_an_arena_it_is_out_of_memory(void **state)
{
    assert_int_equal(tusk_server_find(NULL, NULL, NULL, &cluster, &server, &err), TUSK_NOMEM);
    assert_null(cluster);
    setenv("POSTGRES_HOST", "db", 1);
    assert_int_equal(tusk_server_find(NULL, NULL, NULL, &cluster, &server, &err), TUSK_NOMEM);
}

static void a_wrong_setting_is_named_and_nothing_is_started(void **state)
{
    setenv("POSTGRES_PORT", "many", 1);
    assert_int_equal(find("notes"), TUSK_INVALID);
    assert_non_null(strstr(err.message, "environment variable POSTGRES_PORT"));
    assert_null(cluster);
}

static void nothing_set_means_the_private_one(void **state)
{
    setenv("TUSK_DATA_DIR", "/dev/null/data", 1);
    assert_int_equal(find("notes"), TUSK_IO);
    assert_non_null(strstr(err.message, "/dev/null"));
    assert_null(cluster);
    assert_null(server.host);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(any_setting_means_an_outside_server),
        SCENE(the_program_names_the_database_unless_the_user_does),
        SCENE(without_an_env_the_process_is_asked_and_without_options_nothing_else),
        SCENE(without_an_arena_it_is_out_of_memory),
        SCENE(a_wrong_setting_is_named_and_nothing_is_started),
        SCENE(nothing_set_means_the_private_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
