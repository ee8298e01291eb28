/* test_cluster_parts.c - the private PostgreSQL's parts that need no server: places, locks,
 * programs, reasons */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#define SOON 5000

typedef struct scene {
    tusk_arena *arena;
    char root[256];
    tusk_error err;
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    const char *temporary = getenv("TMPDIR");
    snprintf(s->root, sizeof s->root, "%s/tusk-unit-XXXXXX",
             temporary && temporary[0] ? temporary : "/tmp");
    *state = s;
    return mkdtemp(s->root) ? 0 : -1;
}

static int tear_down(void **state)
{
    scene *s = *state;
    const char *argv[] = { "/bin/rm", "-rf", "--", s->root, NULL };
    const char *env[] = { NULL };
    tusk_child rm = { .argv = argv, .env = env };
    tusk_str output;
    int code = 1;
    tusk_status st = tusk_child_run(s->arena, &rm, tusk_deadline_in(SOON), &code, &output, NULL);
    tusk_arena_free(s->arena);
    test_free(s);
    return st == TUSK_OK && code == 0 ? 0 : -1;
}

static const char *in_root(scene *s, const char *name)
{
    return tusk_path_join(s->arena, s->root, name).ptr;
}

/* A bin folder whose postgres says that it is version `version`. */
static void fake_programs(scene *s, const char *folder, const char *version)
{
    static const char *const names[] = { "postgres", "initdb", "psql" };
    const char *bin = in_root(s, folder);
    tusk_str script =
        tusk_arena_printf(s->arena, "#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version);
    assert_int_equal(tusk_folder_make(bin, 0755, &s->err), TUSK_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(
            tusk_file_replace(tusk_path_join(s->arena, bin, names[i]).ptr, script, 0755, &s->err),
            TUSK_OK);
}

static tusk_status find(scene *s, int major, tusk_programs *out)
{
    const char *roots[] = { in_root(s, "*/bin"), NULL };
    *out = (tusk_programs){ 0 };
    return tusk_programs_find_in(s->arena, roots, major, tusk_deadline_in(SOON), out, &s->err);
}

static void the_newest_programs_are_taken(void **state)
{
    scene *s = *state;
    tusk_programs programs;
    fake_programs(s, "a/bin", "9.6.24");
    fake_programs(s, "b/bin", "15.20 (Debian 15.20-0+deb12u1)");
    fake_programs(s, "c/bin", "17beta1");
    fake_programs(s, "d/bin", "16.1");
    assert_int_equal(find(s, 0, &programs), TUSK_OK);
    assert_int_equal(programs.major, 17);
    assert_string_equal(programs.bin, in_root(s, "c/bin"));
}

static void those_that_match_the_data_are_taken(void **state)
{
    scene *s = *state;
    tusk_programs programs;
    fake_programs(s, "b/bin", "15.20");
    fake_programs(s, "d/bin", "16.1");
    assert_int_equal(find(s, 15, &programs), TUSK_OK);
    assert_int_equal(programs.major, 15);
    assert_int_equal(find(s, 14, &programs), TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "PostgreSQL 14"));
    assert_non_null(strstr(s->err.message, "15, 16"));
    assert_non_null(strstr(s->err.hint, "postgresql-14"));
}

static void no_programs_at_all_names_the_package(void **state)
{
    scene *s = *state;
    tusk_programs programs;
    fake_programs(s, "b/bin", "15.20");
    assert_int_equal(unlink(in_root(s, "b/bin/initdb")), 0);
    assert_int_equal(find(s, 0, &programs), TUSK_IO);
    assert_non_null(strstr(s->err.hint, "package postgresql"));
}

static void fake_tool(scene *s, const char *folder, const char *version)
{
    const char *bin = in_root(s, folder);
    tusk_str script =
        tusk_arena_printf(s->arena, "#!/bin/sh\necho 'pg_dump (PostgreSQL) %s'\n", version);
    assert_int_equal(tusk_folder_make(bin, 0755, &s->err), TUSK_OK);
    assert_int_equal(
        tusk_file_replace(tusk_path_join(s->arena, bin, "pg_dump").ptr, script, 0755, &s->err),
        TUSK_OK);
}

/* An older pg_dump refuses the server; a much newer one writes what the server cannot read. */
static void a_tool_is_as_old_as_may_be(void **state)
{
    scene *s = *state;
    const char *roots[] = { in_root(s, "*/bin"), NULL }, *path = NULL;
    int major = 0;
    assert_int_equal(tusk_programs_find_tool_in(s->arena, roots, "pg_dump", 15,
                                                tusk_deadline_in(SOON), &path, &major, &s->err),
                     TUSK_IO);
    assert_string_equal(s->err.message, "pg_dump is not installed");
    assert_non_null(strstr(s->err.hint, "postgresql-client-15"));
    fake_tool(s, "a/bin", "14.2");
    fake_tool(s, "b/bin", "18.1 (Debian 18.1-1)");
    fake_tool(s, "c/bin", "16.3");
    assert_int_equal(tusk_programs_find_tool_in(s->arena, roots, "pg_dump", 15,
                                                tusk_deadline_in(SOON), &path, &major, &s->err),
                     TUSK_OK);
    assert_int_equal(major, 16);
    assert_string_equal(path, in_root(s, "c/bin/pg_dump"));
    assert_int_equal(tusk_programs_find_tool_in(s->arena, roots, "pg_dump", 19,
                                                tusk_deadline_in(SOON), &path, &major, &s->err),
                     TUSK_IO);
    assert_non_null(
        strstr(s->err.message, "PostgreSQL 19 or newer is needed, and only 14, 18, 16"));
}

static void a_lock_is_seen_without_taking_it(void **state)
{
    scene *s = *state;
    int first = -1, second = -1;
    const char *path = in_root(s, "lock");
    assert_false(tusk_hold_taken(path));
    assert_int_equal(tusk_hold_take(path, tusk_deadline_in(0), &first, &s->err), TUSK_OK);
    assert_true(tusk_hold_taken(path));
    assert_true(tusk_hold_taken(path));
    assert_int_equal(tusk_hold_take(path, tusk_deadline_in(50), &second, &s->err), TUSK_TIMEOUT);
    assert_non_null(strstr(s->err.message, path));
    close(first);
    assert_false(tusk_hold_taken(path));
    assert_int_equal(tusk_hold_take(path, tusk_deadline_in(0), &second, &s->err), TUSK_OK);
    close(second);
}

static void holders_are_counted_while_they_live(void **state)
{
    scene *s = *state;
    int first = -1, second = -1;
    const char *first_path, *second_path;
    tusk_place place = { .holders = in_root(s, "holders") };
    assert_int_equal(tusk_hold_count(&place, false), 0);
    assert_int_equal(tusk_folder_make(place.holders, 0700, &s->err), TUSK_OK);
    assert_int_equal(tusk_hold_register(s->arena, &place, &first, &first_path, &s->err), TUSK_OK);
    assert_int_equal(tusk_hold_register(s->arena, &place, &second, &second_path, &s->err), TUSK_OK);
    assert_int_equal(tusk_hold_count(&place, false), 2);
    close(first); /* as when it was killed: the file stays */
    assert_int_equal(tusk_hold_count(&place, false), 1);
    assert_true(tusk_file_exists(first_path));
    assert_int_equal(tusk_hold_count(&place, true), 1);
    assert_false(tusk_file_exists(first_path));
    close(second);
}

static void data_folders_never_share_a_socket_folder(void **state)
{
    scene *s = *state;
    tusk_place one, same, link, other;
    const char *made = in_root(s, "made");
    assert_int_equal(tusk_place_find(s->arena, made, &one, &s->err), TUSK_OK);
    assert_int_equal(tusk_folder_make(made, 0700, &s->err), TUSK_OK);
    assert_int_equal(symlink(made, in_root(s, "link")), 0);
    assert_int_equal(tusk_place_find(s->arena, in_root(s, "made//"), &same, &s->err), TUSK_OK);
    assert_int_equal(tusk_place_find(s->arena, in_root(s, "link"), &link, &s->err), TUSK_OK);
    assert_int_equal(tusk_place_find(s->arena, in_root(s, "other"), &other, &s->err), TUSK_OK);
    assert_string_equal(one.base, made);
    assert_string_equal(one.socket_dir, same.socket_dir);
    assert_string_equal(one.socket_dir, link.socket_dir);
    assert_string_not_equal(one.socket_dir, other.socket_dir);
    assert_true(one.socket_dir_is_ours);
}

static void a_child_is_run_with_input_and_its_exit_code(void **state)
{
    scene *s = *state;
    const char *argv[] = { "/bin/sh", "-c", "cat; echo \"$A-$HOME-$PWD\" >&2; exit 3", NULL };
    const char *env[] = { "A=b", NULL };
    tusk_child child = { .argv = argv, .env = env, .input = TUSK_STR("in ") };
    tusk_str output;
    int code = 0;
    assert_int_equal(
        tusk_child_run(s->arena, &child, tusk_deadline_in(SOON), &code, &output, &s->err), TUSK_OK);
    assert_int_equal(code, 3);
    assert_string_equal(output.ptr, "in b--/\n");
}

static void a_child_that_hangs_is_ended_at_the_deadline(void **state)
{
    scene *s = *state;
    const char *argv[] = { "/bin/sh", "-c", "cat /dev/zero >/dev/null & wait", NULL };
    const char *env[] = { "PATH=/bin:/usr/bin", NULL };
    tusk_child child = { .argv = argv, .env = env };
    tusk_str output;
    int code = 0;
    int64_t start = tusk_clock_ms();
    assert_int_equal(
        tusk_child_run(s->arena, &child, tusk_deadline_in(100), &code, &output, &s->err),
        TUSK_TIMEOUT);
    assert_true(tusk_clock_ms() - start < SOON);
    const char *missing[] = { "/nonexistent/postgres", NULL };
    child.argv = missing;
    assert_int_equal(
        tusk_child_run(s->arena, &child, tusk_deadline_in(SOON), &code, &output, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "/nonexistent/postgres"));
}

static void a_missing_daemon_program_is_reported(void **state)
{
    scene *s = *state;
    const char *argv[] = { "/nonexistent/postgres", NULL };
    const char *env[] = { NULL };
    tusk_child child = { .argv = argv, .env = env };
    int log_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(tusk_child_start(&child, log_fd, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "No such file"));
    close(log_fd);
}

typedef struct reason {
    const char *output, *detail, *hint;
} reason;

static void known_causes_get_a_hint(void **state)
{
    scene *s = *state;
    static const reason reasons[] = {
        { "2026 [1] LOG:  starting\n2026 [1] FATAL:  could not write lock file \"postmaster.pid\": "
          "No space "
          "left on device\n",
          "No space left", "disk is full" },
        { "LOG:  a\nFATAL:  data directory \"/x\" has invalid permissions\nDETAIL:  Permissions "
          "should be "
          "u=rwx (0700)\n",
          "FATAL:  data directory \"/x\" has invalid permissions; DETAIL:  Permissions",
          "chmod 0700" },
        { "FATAL:  could not resize shared memory segment \"/x\": No space left on device",
          "resize", "shared memory" },
        { "creating x ... initdb: error: invalid locale name \"x\"\n", "invalid locale", "" },
        { "something else\nlast line\n", "last line", "" },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        tusk_fail(&s->err, TUSK_IO, "it did not start");
        tusk_reason_add(&s->err, tusk_str_of(reasons[i].output));
        assert_non_null(strstr(s->err.detail, reasons[i].detail));
        assert_non_null(strstr(s->err.hint, reasons[i].hint));
    }
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(the_newest_programs_are_taken),
        SCENE(those_that_match_the_data_are_taken),
        SCENE(no_programs_at_all_names_the_package),
        SCENE(a_tool_is_as_old_as_may_be),
        SCENE(a_lock_is_seen_without_taking_it),
        SCENE(holders_are_counted_while_they_live),
        SCENE(data_folders_never_share_a_socket_folder),
        SCENE(a_child_is_run_with_input_and_its_exit_code),
        SCENE(a_child_that_hangs_is_ended_at_the_deadline),
        SCENE(a_missing_daemon_program_is_reported),
        SCENE(known_causes_get_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
