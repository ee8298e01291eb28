/* test_server.c - POSTGRES_*: the defaults, what is refused and with which sentence, and no
 * password in a text */
#include "unit.h"

#include <unistd.h>

#include "tusk/server.h"

struct setting {
    const char *name, *value;
};

static const char *const names[] = { "POSTGRES_HOST",         "POSTGRES_PORT",
                                     "POSTGRES_DATABASE",     "POSTGRES_USER",
                                     "POSTGRES_SSL",          "POSTGRES_SSL_CA",
                                     "POSTGRES_PASSWORD",     "POSTGRES_POOL_MAX",
                                     "POSTGRES_PASSWORD_FILE" };

/* tusk_server_from_env() with just these settings (up to a NULL name). */
static tusk_status from(tusk_arena *arena, const struct setting *settings, bool *configured,
                        tusk_server *server, tusk_error *err)
{
    for (size_t i = 0; i < COUNT(names); i++) unsetenv(names[i]);
    for (; settings && settings->name; settings++) setenv(settings->name, settings->value, 1);
    const tusk_env *env;
    tusk_status status = tusk_env_read(arena, NULL, &env, err);
    return status == TUSK_OK ? tusk_server_from_env(arena, env, configured, server, err) : status;
}

static void nothing_set_means_not_configured(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_server server = { .port = 99 };
    bool configured = true;
    tusk_error err;
    const struct setting other[] = { { "POSTGRES_POOL_MAX", "5" }, { 0 } };
    assert_ok(from(arena, other, &configured, &server, &err), err);
    assert_false(configured);
    assert_int_equal(server.port, 99);
    tusk_arena_free(arena);
}

static void any_one_brings_the_defaults_for_the_rest(void **state)
{
    static const struct setting each[] = {
        { "POSTGRES_HOST", "localhost" },
        { "POSTGRES_PORT", "5432" },
        { "POSTGRES_DATABASE", "deploystack" },
        { "POSTGRES_USER", "postgres" },
        { "POSTGRES_PASSWORD", "" },
        { "POSTGRES_SSL", "false" },
    };
    for (size_t i = 0; i < COUNT(each); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        tusk_server server = { .password = "left over" };
        bool configured = false;
        tusk_error err;
        assert_ok(
            from(arena, (const struct setting[]){ each[i], { 0 } }, &configured, &server, &err),
            err);
        assert_true(configured);
        assert_string_equal(server.host, "localhost");
        assert_int_equal(server.port, 5432);
        assert_string_equal(server.database, "deploystack");
        assert_string_equal(server.user, "postgres");
        assert_null(server.password);
        assert_int_equal(server.tls, TUSK_TLS_OFF);
        assert_null(server.tls_ca);
        tusk_arena_free(arena);
    }
}

static void everything_set_is_taken(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_server server;
    bool configured;
    tusk_error err;
    struct setting all[] = { { "POSTGRES_HOST", "db.example" },
                             { "POSTGRES_PORT", "65535" },
                             { "POSTGRES_DATABASE", "d" },
                             { "POSTGRES_USER", "u" },
                             { "POSTGRES_PASSWORD", "hunter2" },
                             { "POSTGRES_SSL", "true" },
                             { 0 },
                             { 0 } };
    assert_ok(from(arena, all, &configured, &server, &err), err);
    assert_string_equal(server.password, "hunter2");
    assert_int_equal(server.tls, TUSK_TLS_UNVERIFIED);
    assert_null(server.tls_ca);
    assert_text(tusk_server_text(arena, &server), "u@db.example:65535/d");
    all[6] = (struct setting){ "POSTGRES_SSL_CA", "system" };
    assert_ok(from(arena, all, &configured, &server, &err), err);
    assert_int_equal(server.tls, TUSK_TLS_VERIFY_FULL);
    assert_string_equal(server.tls_ca, "system");
    tusk_arena_free(arena);
}

static void a_wrong_value_is_one_sentence(void **state)
{
    static const struct {
        struct setting settings[3];
        const char *message;
    } cases[] = {
        { { { "POSTGRES_PORT", "0" } },
          "environment variable POSTGRES_PORT must be a whole number from 1 to 65535" },
        { { { "POSTGRES_PORT", "65536" } },
          "environment variable POSTGRES_PORT must be a whole number from 1 to 65535" },
        { { { "POSTGRES_PORT", "" } },
          "environment variable POSTGRES_PORT must be a whole number from 1 to 65535" },
        { { { "POSTGRES_PORT", "5432x" } },
          "environment variable POSTGRES_PORT must be a whole number from 1 to 65535" },
        { { { "POSTGRES_SSL", "require" } },
          "environment variable POSTGRES_SSL must be true or false" },
        { { { "POSTGRES_SSL", "" } }, "environment variable POSTGRES_SSL must be true or false" },
        { { { "POSTGRES_SSL", "1" } }, "environment variable POSTGRES_SSL must be true or false" },
        { { { "POSTGRES_SSL_CA", "system" } },
          "environment variable POSTGRES_SSL_CA only works with POSTGRES_SSL=true" },
        { { { "POSTGRES_SSL_CA", "/ca" }, { "POSTGRES_SSL", "false" } },
          "environment variable POSTGRES_SSL_CA only works with POSTGRES_SSL=true" },
        { { { "POSTGRES_SSL_CA", "" }, { "POSTGRES_SSL", "true" } },
          "environment variable POSTGRES_SSL_CA must name a file of certificates, or be system; it "
          "is "
          "empty" },
        { { { "POSTGRES_HOST", "" } },
          "environment variable POSTGRES_HOST must name a host, an address or a socket folder; it "
          "is "
          "empty" },
        { { { "POSTGRES_DATABASE", "" } },
          "environment variable POSTGRES_DATABASE must name a database; it is empty" },
        { { { "POSTGRES_USER", "" } },
          "environment variable POSTGRES_USER must name a user; it is empty" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        tusk_server server = { .port = 99 };
        bool configured = false;
        tusk_error err;
        assert_int_equal(from(arena, cases[i].settings, &configured, &server, &err), TUSK_INVALID);
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(server.port, 99);
        tusk_arena_free(arena);
    }
}

static void the_text_never_holds_the_password(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_server server = {
        .host = "/run/tusk", .database = "d", .user = "u", .password = "hunter2"
    };
    assert_text(tusk_server_text(arena, &server), "u@/run/tusk:5432/d");
    tusk_server empty = { 0 };
    assert_text(tusk_server_text(arena, &empty), "@:5432/");
    tusk_arena_free(arena);
}

static const char *password_from(tusk_arena *arena, const char *content, size_t length,
                                 tusk_error *err)
{
    char path[] = "/tmp/tusk-password-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, length), (ssize_t)length);
    close(fd);
    tusk_server server = { 0 };
    bool configured = false;
    const struct setting settings[] = { { "POSTGRES_PASSWORD_FILE", path }, { 0 } };
    tusk_status st = from(arena, settings, &configured, &server, err);
    unlink(path);
    if (st == TUSK_OK) assert_true(configured);
    return st == TUSK_OK ? server.password : NULL;
}

static void a_password_comes_from_a_file(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err;
    assert_string_equal(password_from(arena, "se cret \n", 9, &err), "se cret ");
    assert_string_equal(password_from(arena, "se cret\r\n", 9, &err), "se cret");
    assert_string_equal(password_from(arena, "secret", 6, &err), "secret");
    const char *const bad[] = { "", "\n", "two\nlines\n" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_null(password_from(arena, bad[i], strlen(bad[i]), &err));
        assert_non_null(strstr(err.message, "POSTGRES_PASSWORD_FILE"));
        assert_null(strstr(err.message, "lines"));
    }
    assert_null(password_from(arena, "a\0b", 3, &err));
    tusk_arena_free(arena);
}

static void a_password_file_that_cannot_be_used_is_named(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_server server = { 0 };
    bool configured = false;
    tusk_error err;
    const struct setting missing[] = { { "POSTGRES_PASSWORD_FILE", "/nonexistent/secret" }, { 0 } };
    assert_int_equal(from(arena, missing, &configured, &server, &err), TUSK_IO);
    assert_non_null(strstr(err.message, "POSTGRES_PASSWORD_FILE"));
    assert_non_null(strstr(err.message, "/nonexistent/secret"));
    const struct setting both[] = { { "POSTGRES_PASSWORD_FILE", "/nonexistent/secret" },
                                    { "POSTGRES_PASSWORD", "hunter2" },
                                    { 0 } };
    assert_int_equal(from(arena, both, &configured, &server, &err), TUSK_INVALID);
    assert_null(strstr(err.message, "hunter2"));
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_set_means_not_configured),
        cmocka_unit_test(any_one_brings_the_defaults_for_the_rest),
        cmocka_unit_test(everything_set_is_taken),
        cmocka_unit_test(a_wrong_value_is_one_sentence),
        cmocka_unit_test(the_text_never_holds_the_password),
        cmocka_unit_test(a_password_comes_from_a_file),
        cmocka_unit_test(a_password_file_that_cannot_be_used_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
