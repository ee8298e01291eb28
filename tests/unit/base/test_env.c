/* test_env.c - .env files: what a line may say, what is said about a bad one, and who wins */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tusk/server.h"

/* Reads one file of that content beside the process environment. */
static tusk_status read_text(tusk_arena *arena, const char *path, tusk_str content,
                             const tusk_env **env, tusk_error *err)
{
    unit_write(path, content);
    return tusk_env_read(arena, (const char *const[]){ path, NULL }, env, err);
}

static void every_good_line_gives_its_value(void **state)
{
    static const struct {
        const char *line, *value;
    } cases[] = {
        { "T_A=plain", "plain" },
        { "T_A=", "" },
        { "T_A=''", "" },
        { "T_A=\"\"", "" },
        { "  T_A = spaced out  ", "spaced out" },
        { "\texport\tT_A=exported", "exported" },
        { "T_A=pa#ss", "pa#ss" },
        { "T_A=value # comment", "value" },
        { "T_A=# comment", "" },
        { "T_A=a=b=c", "a=b=c" },
        { "T_A='li$t \\n \"x\" # all'", "li$t \\n \"x\" # all" },
        { "T_A='x' # comment", "x" },
        { "T_A=\"a\\tb\\n\\\"c\\\" \\\\ \\$d # all\"  # comment", "a\tb\n\"c\" \\ $d # all" },
        { "T_A=it's", "it's" },
        { "T_A=say \"x\"", "say \"x\"" },
        { "T_A=$HOME", "$HOME" },
        { "T_A=windows\r", "windows" },
        { "\xef\xbb\xbfT_A=after a mark", "after a mark" },
        { "T_A=\xe4\xb8\xad", "\xe4\xb8\xad" },
        { "# T_A=no\n\n   \n\t# x\nT_A=fifth", "fifth" },
        { "export=is a name too\nT_A=x", "x" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        const tusk_env *env;
        tusk_error err;
        assert_ok(
            read_text(arena, unit_path(*state, ".env"), tusk_str_of(cases[i].line), &env, &err),
            err);
        const char *value = tusk_env_get(env, "T_A");
        if (!value || strcmp(value, cases[i].value) != 0)
            fail_msg("%s gave %s", cases[i].line, value ? value : "nothing");
        tusk_arena_free(arena);
    }
}

static void every_bad_line_is_named_and_never_quoted(void **state)
{
    static const struct {
        const char *content;
        int line;
        const char *must;
    } cases[] = {
        { "hunter2", 1, "NAME=value" },
        { "T_A=1\nhunter2 = ", 0, NULL }, /* a good one, for contrast */
        { "=hunter2", 1, "NAME=value" },
        { "T_A=1\n\n2hunter2=x", 3, "NAME=value" },
        { "T-A=hunter2", 1, "NAME=value" },
        { "T.A=hunter2", 1, "NAME=value" },
        { "export T_A", 1, "NAME=value" },
        { "T_A: hunter2", 1, "NAME=value" },
        { "# x\r\nT_A='hunter2", 2, "'" },
        { "T_A=\"hunter2", 1, "\"" },
        { "T_A=\"hunter2\\\"", 1, "\"" },
        { "T_A=\"hunter2\\", 1, "\\n" },
        { "T_A=\"hunter2\\q\"", 1, "\\n" },
        { "T_A='x' hunter2", 1, "comment" },
        { "T_A=\"x\"hunter2", 1, "comment" },
        { "T_A=x\nT_B=y\nT_A=hunter2", 3, "line 1" },
        { "T_A=hunter2\nT_A=hunter2", 2, "T_A is set already" },
        { "T_A=hunter2\xff", 1, "UTF-8" },
        { "T_A=hunter2\x1b[2J", 1, "control" },
        { "T_A=hunter2\rT_B=y", 1, "control" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        const char *path = unit_path(*state, ".env");
        const tusk_env *env = NULL;
        tusk_error err = { 0 };
        tusk_status status = read_text(arena, path, tusk_str_of(cases[i].content), &env, &err);
        char where[1100];
        snprintf(where, sizeof where, "%s, line %d: ", path, cases[i].line);
        if (cases[i].line == 0) {
            assert_ok(status, err);
        } else {
            if (status != TUSK_INVALID) fail_msg("accepted: %s", cases[i].content);
            assert_null(env);
            assert_true(tusk_str_starts(tusk_str_of(err.message), tusk_str_of(where)));
            if (!strstr(err.message, cases[i].must))
                fail_msg("%s: %s", cases[i].content, err.message);
            assert_null(strstr(err.message, "hunter2"));
            assert_string_equal(err.detail, "");
        }
        tusk_arena_free(arena);
    }
}

static void a_nul_byte_is_a_bad_line(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const tusk_env *env;
    tusk_error err;
    assert_int_equal(
        read_text(arena, unit_path(*state, ".env"), TUSK_STR("A=1\nB=x\0y"), &env, &err),
        TUSK_INVALID);
    assert_non_null(strstr(err.message, "line 2"));
    tusk_arena_free(arena);
}

static void the_process_wins_then_the_files_in_order(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *first = unit_path(*state, "first.env"), *second = unit_path(*state, "second.env");
    const char *missing = unit_path(*state, "missing/.env");
    unit_write(first, TUSK_STR("T_PROCESS=first\n\nT_FIRST=first\nT_EMPTY=\n"));
    unit_write(second, TUSK_STR("T_FIRST=second\nT_SECOND=second\nT_EMPTY=second\n"));
    assert_int_equal(setenv("T_PROCESS", "process", 1), 0);
    const tusk_env *env;
    tusk_error err;
    assert_ok(
        tusk_env_read(arena, (const char *const[]){ missing, first, second, NULL }, &env, &err),
        err);
    assert_int_equal(setenv("T_PROCESS", "later", 1), 0); /* read once, not changed afterwards */
    assert_string_equal(tusk_env_get(env, "T_PROCESS"), "process");
    unsetenv("T_PROCESS");
    assert_string_equal(tusk_env_get(env, "T_FIRST"), "first");
    assert_string_equal(tusk_env_get(env, "T_SECOND"), "second");
    assert_string_equal(tusk_env_get(env, "T_EMPTY"), ""); /* an empty value counts as set */
    assert_null(tusk_env_get(env, "T_NOBODY"));
    assert_null(tusk_env_get(NULL, "T_FIRST"));

    char where[1100];
    snprintf(where, sizeof where, "T_FIRST in %s, line 3", first);
    assert_string_equal(tusk_env_where(env, "T_FIRST"), where);
    assert_string_equal(tusk_env_where(env, "T_PROCESS"), "environment variable T_PROCESS");
    assert_string_equal(tusk_env_where(env, "T_NOBODY"), "T_NOBODY");
    tusk_arena_free(arena);
}

static void the_process_alone_is_enough(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    assert_int_equal(setenv("T_ONLY", "a=b", 1), 0);
    const tusk_env *env;
    tusk_error err;
    assert_ok(tusk_env_read(arena, NULL, &env, &err), err);
    assert_string_equal(tusk_env_get(env, "T_ONLY"), "a=b");
    unsetenv("T_ONLY");
    tusk_arena_free(arena);
}

static void a_file_that_is_there_but_unreadable_is_an_error(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *folder = unit_path(*state, ".env");
    assert_int_equal(mkdir(folder, 0755), 0);
    const tusk_env *env;
    tusk_error err;
    assert_int_equal(tusk_env_read(arena, (const char *const[]){ folder, NULL }, &env, &err),
                     TUSK_IO);
    assert_non_null(strstr(err.message, folder));
    tusk_arena_free(arena);
}

static void integers_hold_their_range(void **state)
{
    static const struct {
        const char *value;
        bool ok;
        long long number;
    } cases[] = {
        { "1", true, 1 },    { "20", true, 20 }, { "100", true, 100 }, { "0", false, 0 },
        { "101", false, 0 }, { "", false, 0 },   { "5s", false, 0 },   { " 5", true, 5 }
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        const char *path = unit_path(*state, ".env");
        char line[64];
        snprintf(line, sizeof line, "T_MAX=%s", cases[i].value);
        const tusk_env *env;
        tusk_error err;
        assert_ok(read_text(arena, path, tusk_str_of(line), &env, &err), err);
        long long number = -1;
        tusk_status status = tusk_env_int(env, "T_MAX", 1, 100, 7, &number, &err);
        assert_int_equal(status, cases[i].ok ? TUSK_OK : TUSK_INVALID);
        assert_int_equal(number, cases[i].ok ? cases[i].number : -1);
        if (!cases[i].ok) {
            char expected[1200];
            snprintf(expected, sizeof expected,
                     "T_MAX in %s, line 1 must be a whole number from 1 to 100", path);
            assert_string_equal(err.message, expected);
        }
        assert_ok(tusk_env_int(env, "T_UNSET", 1, 100, 7, &number, &err), err);
        assert_int_equal(number, 7);
        tusk_arena_free(arena);
    }
}

static void booleans_have_many_spellings_but_not_any(void **state)
{
    static const struct {
        const char *value;
        int meaning; /* -1: refused */
    } cases[] = { { "true", 1 },  { "TRUE", 1 },   { "1", 1 },  { "yes", 1 },    { "On", 1 },
                  { "false", 0 }, { "0", 0 },      { "No", 0 }, { "off", 0 },    { "", -1 },
                  { "2", -1 },    { "truee", -1 }, { "y", -1 }, { "enable", -1 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        char line[64];
        snprintf(line, sizeof line, "T_B=%s", cases[i].value);
        const tusk_env *env;
        tusk_error err;
        assert_ok(read_text(arena, unit_path(*state, ".env"), tusk_str_of(line), &env, &err), err);
        bool out = cases[i].meaning == 0;
        tusk_status status = tusk_env_bool(env, "T_B", false, &out, &err);
        assert_int_equal(status, cases[i].meaning < 0 ? TUSK_INVALID : TUSK_OK);
        if (cases[i].meaning >= 0) assert_int_equal(out, cases[i].meaning);
        if (cases[i].meaning < 0) assert_non_null(strstr(err.message, "must be true or false"));
        assert_ok(tusk_env_bool(env, "T_UNSET", true, &out, &err), err);
        assert_true(out);
        tusk_arena_free(arena);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_good_line_gives_its_value),
        IN_FOLDER(every_bad_line_is_named_and_never_quoted),
        IN_FOLDER(a_nul_byte_is_a_bad_line),
        IN_FOLDER(the_process_wins_then_the_files_in_order),
        cmocka_unit_test(the_process_alone_is_enough),
        IN_FOLDER(a_file_that_is_there_but_unreadable_is_an_error),
        IN_FOLDER(integers_hold_their_range),
        IN_FOLDER(booleans_have_many_spellings_but_not_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
