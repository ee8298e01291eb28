/* test_notes.c - examples/notes as its user sees it: adds, finds, lists, and says what is wrong */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"

#define OUTPUT_MAX 16384

static const char *program;
static tusk_arena *arena;
static tusk_server server;
/* Of the last run. */
static char out[OUTPUT_MAX], err[OUTPUT_MAX];

/* Every setting of the person who runs the tests goes; the database is a fresh one. */
static int set_up(void **state)
{
    arena = tusk_arena_new(0);
    server = support_database(arena);
    support_set_environment(&server);
    return 0;
}

static int tear_down(void **state)
{
    tusk_arena_free(arena);
    return 0;
}

static int memory_file(void)
{
    int fd = memfd_create("output", MFD_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void take(int fd, char text[OUTPUT_MAX])
{
    ssize_t got = pread(fd, text, OUTPUT_MAX - 1, 0);
    assert_true(got >= 0);
    text[got] = '\0';
    close(fd);
}

/* Runs notes with up to three arguments; its exit code, -1 for any other end. */
static int notes(const char *a, const char *b, const char *c)
{
    const char *argv[] = { program, a, b, c, NULL };
    int out_file = memory_file(), err_file = memory_file(), result = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out_file, 1);
        dup2(err_file, 2);
        execv(program, (char *const *)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &result, 0), pid);
    take(out_file, out);
    take(err_file, err);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

static void works(const char *a, const char *b, const char *c)
{
    int code = notes(a, b, c);
    if (code != 0) fail_msg("notes %s: %d\n%s%s", a, code, out, err);
    assert_string_equal(err, "");
}

/* Fails with one sentence on stderr that holds `why`, and nothing on stdout. */
static void fails(const char *a, const char *b, const char *c, const char *why)
{
    assert_int_equal(notes(a, b, c), 1);
    assert_string_equal(out, "");
    if (strncmp(err, "notes: ", 7) != 0 || !strstr(err, why)) fail_msg("%s\n%s", why, err);
}

static void count_is(const char *expected)
{
    assert_string_equal(support_query(arena, &server, "select count(*) from notes"), expected);
}

static void the_first_run_makes_the_table(void **state)
{
    works("list", NULL, NULL);
    assert_string_equal(out, "no notes\n");
    count_is("0");
    works("list", NULL, NULL);
}

static void what_is_added_is_shown_with_its_time_and_listed_newest_first(void **state)
{
    works("add", "First", "the quick brown fox");
    assert_non_null(strstr(out, "Z  First\n    the quick brown fox\n"));
    int year = 0, month = 0;
    assert_int_equal(sscanf(out, "%d-%d-", &year, &month), 2);
    assert_true(year >= 2024 && month >= 1 && month <= 12);
    works("add", "Second", "jumps over \xe7\x8b\x97");
    count_is("2");
    works("list", NULL, NULL);
    const char *second = strstr(out, "Second\n    jumps over \xe7\x8b\x97\n");
    const char *first = strstr(out, "First\n");
    assert_non_null(second);
    assert_non_null(first);
    assert_true(second < first);
}

static void words_are_found_in_title_and_text_in_any_form(void **state)
{
    works("add", "Foxes", "they are quick");
    works("add", "Dogs", "one jumped over another");
    works("search", "jumping", NULL);
    assert_non_null(strstr(out, "Dogs"));
    assert_null(strstr(out, "Foxes"));
    works("search", "fox quick", NULL);
    assert_non_null(strstr(out, "Foxes"));
    assert_null(strstr(out, "Dogs"));
    works("search", "cat", NULL);
    assert_string_equal(out, "no notes\n");
}

static void hostile_text_is_only_text(void **state)
{
    static const char *const hostile[] = {
        "'; drop table notes; --", "\"", "& | ! ( ) <-> :*", "\\", "%s%n$1", "", "-", "((((((((",
        "\xf0\x9f\x98\x80",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        works("search", hostile[i], NULL);
        assert_string_equal(out, "no notes\n");
    }
    works("add", "'); drop table notes; --", "\"$1\" %s \\");
    assert_non_null(strstr(out, "  '); drop table notes; --\n    \"$1\" %s \\\n"));
    works("search", "drop table", NULL);
    assert_non_null(strstr(out, "drop table notes"));
    count_is("1");
}

static void what_cannot_be_stored_is_refused_in_a_sentence(void **state)
{
    fails("add", "", "x", "notes: a note needs a title\n");
    fails("search", "\xff", NULL, "malformed UTF-8");
    fails("add", "a\xc3", "x", "malformed UTF-8");
    count_is("0");
}

static void a_wrong_setting_is_named(void **state)
{
    setenv("POSTGRES_PORT", "elephant", 1);
    fails("list", NULL, NULL, "environment variable POSTGRES_PORT must be a whole number");
    setenv("POSTGRES_HOST", "127.0.0.1", 1);
    setenv("POSTGRES_PORT", "1", 1); /* nobody listens there */
    fails("list", NULL, NULL, "port 1 failed: Connection refused");
    assert_null(strstr(err, server.password));
}

static void a_wrong_password_is_not_repeated(void **state)
{
    setenv("POSTGRES_PASSWORD", "not the secret", 1);
    fails("list", NULL, NULL, "password authentication failed");
    assert_null(strstr(err, "not the secret"));
}

static void without_settings_it_has_a_private_server(void **state)
{
    const char *shared = getenv("TUSK_TEST_DATA_DIR");
    const char *data = shared && shared[0] ? shared : support_folder(arena);
    unsetenv("POSTGRES_HOST");
    unsetenv("POSTGRES_PORT");
    unsetenv("POSTGRES_DATABASE");
    unsetenv("POSTGRES_USER");
    unsetenv("POSTGRES_PASSWORD");
    setenv("TUSK_DATA_DIR", data, 1);
    works("add", "Private", "kept here");
    works("search", "private kept", NULL);
    assert_non_null(strstr(out, "  Private\n    kept here\n"));
}

static void a_wrong_call_tells_the_right_ones(void **state)
{
    static const char *const wrong[][3] = {
        { NULL },         { "help" },        { "add", "x" },
        { "search" },     { "list", "all" }, { "search", "a", "b" },
        { "", "", NULL },
    };
    setenv("POSTGRES_PORT", "1", 1); /* nothing is asked of a server */
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(notes(wrong[i][0], wrong[i][1], wrong[i][2]), 2);
        assert_string_equal(out, "");
        assert_string_equal(err, "usage: notes add TITLE TEXT | notes search WORDS | notes list\n");
    }
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SCENE(the_first_run_makes_the_table),
        SCENE(what_is_added_is_shown_with_its_time_and_listed_newest_first),
        SCENE(words_are_found_in_title_and_text_in_any_form),
        SCENE(hostile_text_is_only_text),
        SCENE(what_cannot_be_stored_is_refused_in_a_sentence),
        SCENE(a_wrong_setting_is_named),
        SCENE(a_wrong_password_is_not_repeated),
        SCENE(without_settings_it_has_a_private_server),
        SCENE(a_wrong_call_tells_the_right_ones),
    };
    if (argc != 2) {
        fputs("usage: test_notes PROGRAM\n", stderr);
        return 2;
    }
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
