/* test_pitr.c - back to a moment with real servers and pgBackRest: a dropped table returns, wrong
 * moments are refused, a kill at any step leaves data that start */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"
#include "tusk/buf.h"
#include "tusk/cluster.h"
#include "tusk/file.h"
#include "tusk/pitr.h"

static const char *program; /* tusk */

/* One private PostgreSQL for all tests, which come one after the other: its history grows. */
typedef struct scene {
    tusk_arena *arena;
    const char *data;
    tusk_pitr_options options;
    tusk_error err;
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->data = tusk_path_join(s->arena, support_folder(s->arena), "data").ptr;
    s->options = (tusk_pitr_options){ .data_dir = s->data, .timeout_ms = 120000 };
    /* none of these may lead pgBackRest elsewhere */
    setenv("PGBACKREST_STANZA", "other", 1);
    setenv("PGBACKREST_CONFIG", "/nowhere.conf", 1);
    setenv("PGBACKREST_REPO1_PATH", "/nowhere", 1);
    /* it stays up between the questions */
    tusk_cluster_options options = { .data_dir = s->data };
    *state = s;
    return tusk_cluster_start(&options, &s->err) == TUSK_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    scene *s = *state;
    tusk_status st = tusk_cluster_stop(s->data, true, &s->err);
    if (st) print_error("%s\n", s->err.message);
    tusk_arena_free(s->arena);
    test_free(s);
    return st == TUSK_OK ? 0 : -1;
}

/* ---- helpers ---- */

#define expect_ok(s, call)                                                            \
    do {                                                                              \
        if ((call) != TUSK_OK)                                                        \
            fail_msg("%s\n%s\n%s", (s)->err.message, (s)->err.detail, (s)->err.hint); \
    } while (0)

static tusk_cluster *open_cluster(scene *s)
{
    tusk_cluster *cluster = NULL;
    tusk_cluster_options options = { .data_dir = s->data };
    expect_ok(s, tusk_cluster_open(&options, &cluster, &s->err));
    return cluster;
}

static const char *ask(scene *s, const char *sql)
{
    tusk_cluster *cluster = open_cluster(s);
    const char *answer = support_query(s->arena, tusk_cluster_server(cluster), sql);
    tusk_cluster_close(cluster);
    if (!answer) fail_msg("the server did not answer \"%s\"", sql);
    return answer;
}

/* The moment just after `sql` was committed ("": now). */
static tusk_time moment_after(scene *s, const char *sql)
{
    if (*sql) ask(s, sql);
    return tusk_now();
}

static void wait_until(tusk_time moment)
{
    while (tusk_now().us < moment.us) usleep(1000);
}

static bool is_there(scene *s, const char *name)
{
    return tusk_file_exists(tusk_path_join(s->arena, s->data, name).ptr);
}

static size_t count_files(scene *s, const char *pattern)
{
    glob_t found = { 0 };
    size_t count = 0;
    if (glob(tusk_path_join(s->arena, s->data, pattern).ptr, 0, NULL, &found) == 0)
        count = found.gl_pathc;
    globfree(&found);
    return count;
}

static tusk_pitr_restored restore(scene *s, tusk_time moment)
{
    tusk_pitr_restored restored;
    expect_ok(s, tusk_pitr_restore(s->arena, &s->options, moment, &restored, &s->err));
    return restored;
}

static tusk_pitr_status look(scene *s)
{
    tusk_pitr_status status;
    expect_ok(s, tusk_pitr_look(s->arena, &s->options, &status, &s->err));
    return status;
}

/* ---- the private PostgreSQL ---- */

static void enabling_waits_for_nobody_else(void **state)
{
    scene *s = *state;
    tusk_pitr_enabled enabled;
    tusk_cluster *user = open_cluster(s);
    assert_false(look(s).enabled);
    assert_int_equal(tusk_pitr_enable(s->arena, &s->options, &enabled, &s->err), TUSK_BUSY);
    assert_non_null(strstr(s->err.message, "1 program uses"));
    assert_string_equal(support_query(s->arena, tusk_cluster_server(user), "show archive_mode"),
                        "off");
    tusk_cluster_close(user);
    assert_false(is_there(s, "pitr"));
}

static void enabling_restarts_once_and_proves_it(void **state)
{
    scene *s = *state;
    tusk_pitr_enabled enabled;
    struct stat conf, data;
    expect_ok(s, tusk_pitr_enable(s->arena, &s->options, &enabled, &s->err));
    assert_true(enabled.active && enabled.restarted);
    expect_ok(s, tusk_pitr_enable(s->arena, &s->options, &enabled, &s->err));
    assert_true(enabled.active && !enabled.restarted);
    const char *path = tusk_path_join(s->arena, s->data, "pitr/pgbackrest.conf").ptr;
    assert_int_equal(stat(path, &conf), 0);
    assert_int_equal(stat(tusk_path_join(s->arena, s->data, "pg").ptr, &data), 0);
    assert_int_equal(conf.st_mode & 0777, 0600);
    assert_int_equal(conf.st_uid, data.st_uid);
    /* no folder of the machine is used, which only its package's user could write to */
    tusk_str text;
    expect_ok(s, tusk_file_read(s->arena, path, 65536, &text, &s->err));
    assert_non_null(strstr(text.ptr, tusk_arena_printf(s->arena, "spool-path=%s/", s->data).ptr));
    assert_non_null(strstr(text.ptr, tusk_arena_printf(s->arena, "lock-path=%s/", s->data).ptr));
    assert_string_equal(ask(s, "show archive_mode"), "on");
    assert_false(tusk_file_exists("/nowhere"));
    tusk_pitr_status status = look(s);
    assert_true(status.enabled && status.archiving);
    assert_true(status.archived > 0);
    assert_int_equal(status.oldest.us, 0); /* no backup to begin with */
    tusk_pitr_restored restored;
    assert_int_equal(tusk_pitr_restore(s->arena, &s->options, tusk_now(), &restored, &s->err),
                     TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "no backup"));
}

static void a_repository_inside_of_the_data_is_refused(void **state)
{
    scene *s = *state;
    tusk_pitr_enabled enabled;
    tusk_pitr_options options = s->options;
    options.repo = tusk_path_join(s->arena, s->data, "pg/pitr").ptr;
    assert_int_equal(tusk_pitr_enable(s->arena, &options, &enabled, &s->err), TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "inside of the data"));
    options.repo = tusk_path_join(s->arena, s->data, "a'b %p").ptr;
    assert_int_equal(tusk_pitr_enable(s->arena, &options, &enabled, &s->err), TUSK_INVALID);
    /* archive_command is of the other repository */
    options.repo = tusk_path_join(s->arena, s->data, "elsewhere").ptr;
    assert_int_equal(tusk_pitr_enable(s->arena, &options, &enabled, &s->err), TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "archive_command is set already"));
    assert_false(is_there(s, "elsewhere"));
}

static void backups_are_full_then_incremental(void **state)
{
    scene *s = *state;
    tusk_pitr_backup first, second;
    expect_ok(s, tusk_pitr_backup_make(s->arena, &s->options, &first, &s->err));
    assert_string_equal(first.type.ptr, "full");
    ask(s, "create table kept (n integer primary key)");
    expect_ok(s, tusk_pitr_backup_make(s->arena, &s->options, &second, &s->err));
    assert_string_equal(second.type.ptr, "incr");
    assert_true(second.stored < first.stored);
    tusk_pitr_status status = look(s);
    assert_int_equal(status.count, 2);
    assert_string_equal(status.backups[0].label.ptr, second.label.ptr);
    assert_true(status.oldest.us > first.start.us && status.oldest.us <= status.newest.us);
}

static void a_dropped_table_is_back(void **state)
{
    scene *s = *state;
    ask(s, "insert into kept select generate_series(1, 1000)");
    tusk_time moment = moment_after(s, "");
    ask(s, "insert into kept values (1001)");
    ask(s, "drop table kept");
    tusk_cluster *user = open_cluster(s);
    tusk_pitr_restored restored;
    assert_int_equal(tusk_pitr_restore(s->arena, &s->options, moment, &restored, &s->err),
                     TUSK_BUSY);
    tusk_cluster_close(user);
    restored = restore(s, moment);
    assert_string_equal(ask(s, "select count(*), max(n) from kept"), "1000|1000");
    assert_true(restored.reached.us <= moment.us);
    assert_int_equal(restored.timeline, 2);
    assert_true(restored.archiving);
    /* what was there stays to be looked at, and nothing else is left */
    assert_true(tusk_file_exists(restored.before.ptr));
    assert_int_equal(count_files(s, "pg.restored*"), 0);
    assert_string_equal(ask(s, "show restore_command"), "");
    assert_string_equal(ask(s, "show recovery_target_time"), "");
    assert_string_equal(ask(s, "select pg_is_in_recovery()"), "f");
}

/* On the new history: first from the backup of the old one, then from one of its own; with the
 * server held by somebody, who finds it running again. */
static void and_a_second_time_and_a_third(void **state)
{
    scene *s = *state;
    tusk_pitr_backup backup;
    ask(s, "insert into kept values (2000)");
    tusk_time second = moment_after(s, "");
    ask(s, "delete from kept");
    assert_int_equal(restore(s, second).timeline, 3);
    assert_string_equal(ask(s, "select count(*), max(n) from kept"), "1001|2000");
    expect_ok(s, tusk_pitr_backup_make(s->arena, &s->options, &backup, &s->err));
    assert_int_equal(backup.timeline, 3);
    wait_until(
        (tusk_time){ backup.end.us + 1000000 }); /* what it leads to begins with the next second */
    tusk_time third = moment_after(s, "insert into kept values (3000)");
    ask(s, "truncate kept");
    tusk_cluster *user = open_cluster(s);
    s->options.force = true;
    tusk_pitr_restored restored = restore(s, third);
    s->options.force = false;
    assert_string_equal(restored.label.ptr, backup.label.ptr);
    assert_string_equal(
        support_query(s->arena, tusk_cluster_server(user), "select count(*), max(n) from kept"),
        "1002|3000");
    tusk_cluster_close(user);
}

static void moments_out_of_reach_are_refused(void **state)
{
    scene *s = *state;
    tusk_pitr_restored restored;
    const tusk_time moments[] = { { tusk_now().us + 60000000 }, { look(s).oldest.us - 1 }, { 0 } };
    static const char *const words[] = { "is in the future", "is before", "is before" };
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        assert_int_equal(tusk_pitr_restore(s->arena, &s->options, moments[i], &restored, &s->err),
                         TUSK_INVALID);
        if (!strstr(s->err.message, words[i])) fail_msg("%s", s->err.message);
    }
    assert_non_null(strstr(s->err.detail, "That is from 20"));
    tusk_pitr_options options = s->options;
    options.timeline = 99;
    assert_int_equal(tusk_pitr_restore(s->arena, &options, tusk_now(), &restored, &s->err),
                     TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "no timeline 99"));
    assert_string_equal(ask(s, "select count(*) from kept"), "1002");
}

static void end_at_step(void *context, const char *step)
{
    if (strstr(step, context)) raise(SIGKILL);
}

/* What was committed last is there after each of them: the old data are in their place. */
static void a_kill_at_any_step_leaves_the_old_data(void **state)
{
    static const char *const steps[] = { "archiving", "stopping", "laying out", "replaying",
                                         "putting" };
    scene *s = *state;
    char sql[100], expected[20];
    for (int i = 0; i < 5; i++) {
        tusk_time moment = moment_after(s, "");
        snprintf(sql, sizeof sql, "insert into kept values (%d)", 4000 + i);
        snprintf(expected, sizeof expected, "%d", 4000 + i);
        ask(s, sql);
        pid_t pid = fork();
        if (pid == 0) {
            tusk_pitr_restored restored;
            s->options.progress = end_at_step;
            s->options.context = (void *)(uintptr_t)steps[i];
            tusk_status st = tusk_pitr_restore(s->arena, &s->options, moment, &restored, &s->err);
            fprintf(stderr, "%d %s\n", st, s->err.message);
            _exit(1);
        }
        int code = 0;
        assert_int_equal(waitpid(pid, &code, 0), pid);
        assert_true(WIFSIGNALED(code));
        assert_string_equal(ask(s, "select max(n) from kept"), expected);
    }
    assert_true(is_there(s, "pg.restored")); /* the next one begins anew */
    tusk_time moment = moment_after(s, "");
    ask(s, "drop table kept");
    restore(s, moment);
    assert_string_equal(ask(s, "select max(n) from kept"), "4004");
    assert_int_equal(count_files(s, "pg.restored*"), 0);
}

/* Killed while the server replays: that server goes when the real one starts. */
static void a_server_that_a_killed_restore_left_is_ended(void **state)
{
    scene *s = *state;
    char command[512];
    const char *folder = tusk_path_join(s->arena, s->data, "pg.restored").ptr;
    tusk_time moment = moment_after(s, "");
    pid_t pid = fork();
    if (pid == 0) {
        tusk_pitr_restored restored;
        tusk_status st = tusk_pitr_restore(s->arena, &s->options, moment, &restored, &s->err);
        _exit((int)st);
    }
    const char *pid_file = tusk_path_join(s->arena, folder, "postmaster.pid").ptr;
    int64_t deadline = tusk_deadline_in(60000);
    while (!tusk_file_exists(pid_file) && tusk_deadline_left(deadline) > 0) usleep(1000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ask(s, "select 1");
    snprintf(command, sizeof command, "ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -q '%s$'", folder);
    assert_int_not_equal(system(command), 0);
}

static void a_failing_archive_is_told(void **state)
{
    scene *s = *state;
    const char *archive = tusk_path_join(s->arena, s->data, "pitr/repo/archive").ptr;
    const char *away = tusk_path_join(s->arena, s->data, "pitr/repo/away").ptr;
    tusk_time failed = look(s).last_failed;
    assert_int_equal(rename(archive, away), 0);
    tusk_cluster *cluster = open_cluster(s);
    const tusk_server *server = tusk_cluster_server(cluster);
    assert_non_null(
        support_query(s->arena, server, "select txid_current(); select pg_switch_wal()"));
    support_wait_for(s->arena, server,
                     "select coalesce(last_failed_time > last_archived_time, false)"
                     " from pg_stat_archiver",
                     "t", 30000);
    assert_int_equal(rename(away, archive), 0);
    tusk_pitr_status status = look(s);
    assert_true(status.last_failed.us > failed.us);
    if (!status.archiving) assert_non_null(strstr(status.problem.ptr, "could not be archived"));
    /* the next segment makes it try again, and then all is well */
    assert_non_null(
        support_query(s->arena, server, "select txid_current(); select pg_switch_wal()"));
    support_wait_for(s->arena, server,
                     "select last_failed_time < last_archived_time from pg_stat_archiver", "t",
                     90000);
    tusk_cluster_close(cluster);
    assert_true(look(s).archiving);
}

static void a_destroyed_server_is_restored(void **state)
{
    scene *s = *state;
    tusk_pitr_restored restored;
    tusk_time moment = moment_after(s, "insert into kept values (5000)");
    ask(s, "insert into kept values (5001)");
    expect_ok(s, tusk_cluster_stop(s->data, true, &s->err));
    assert_int_equal(unlink(tusk_path_join(s->arena, s->data, "pg/global/pg_control").ptr), 0);
    /* later than what got to the archive */
    assert_int_equal(tusk_pitr_restore(s->arena, &s->options, tusk_now(), &restored, &s->err),
                     TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "is after"));
    restored = restore(s, moment);
    assert_string_equal(ask(s, "select max(n) from kept"), "5000");
    assert_true(restored.archiving);
}

static void without_the_program_its_package_is_named(void **state)
{
    scene *s = *state;
    tusk_pitr_enabled enabled;
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    tusk_status st = tusk_pitr_enable(s->arena, &s->options, &enabled, &s->err);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(st, TUSK_IO);
    assert_string_equal(s->err.message, "pgBackRest is not installed");
    assert_non_null(strstr(s->err.hint, "package pgbackrest"));
}

/* ---- the program ---- */

static const char *tusk(scene *s, const char *line, int expected)
{
    char piece[1024];
    tusk_buf text;
    tusk_buf_init_in(&text, s->arena, 65536);
    fflush(NULL);
    setenv("TUSK_DATA_DIR", s->data, 1);
    FILE *pipe = popen(tusk_arena_printf(s->arena, "'%s' pitr %s 2>&1", program, line).ptr, "r");
    assert_non_null(pipe);
    for (size_t got; (got = fread(piece, 1, sizeof piece, pipe)) > 0;)
        tusk_buf_add_bytes(&text, piece, got);
    int code = pclose(pipe);
    unsetenv("TUSK_DATA_DIR");
    if (!WIFEXITED(code) || WEXITSTATUS(code) != expected)
        fail_msg("tusk pitr %s: %d\n%s", line, code, tusk_buf_str(&text).ptr);
    return tusk_buf_str(&text).ptr;
}

static void the_program_says_how_it_stands(void **state)
{
    scene *s = *state;
    assert_non_null(strstr(tusk(s, "enable", 0), "archiving works"));
    assert_non_null(strstr(tusk(s, "backup --full", 0), "full "));
    assert_non_null(strstr(tusk(s, "status", 0), "restorable from 20"));
    json_t *root = json_loads(tusk(s, "status --json", 0), 0, NULL);
    assert_non_null(root);
    assert_true(json_is_true(json_object_get(root, "archiving")));
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(root, "backups"), 0), "type")),
                        "full");
    json_decref(root);
    assert_non_null(strstr(tusk(s, "restore", 2), "needs --to"));
    assert_non_null(strstr(tusk(s, "restore --to 2026-11-22T10:00:00", 1), "no time zone"));
    assert_non_null(strstr(tusk(s, "restore --to 2001-01-01T00:00:00Z", 1), "is before"));
    assert_non_null(strstr(tusk(s, "turn", 2), "is none of"));
}

/* ---- a server that is not ours ---- */

/* Another private PostgreSQL plays it: known by its address alone. */
static void another_server_of_this_machine(void **state)
{
    scene *s = *state;
    const char *root = support_folder(s->arena);
    tusk_cluster_options where = { .data_dir = tusk_path_join(s->arena, root, "other").ptr,
                                   .database = "postgres" };
    tusk_cluster *cluster = NULL;
    tusk_pitr_enabled enabled;
    tusk_pitr_backup backup;
    tusk_pitr_restored restored;
    expect_ok(s, tusk_cluster_open(&where, &cluster, &s->err));
    tusk_pitr_options options = { .server = tusk_cluster_server(cluster) };
    assert_int_equal(tusk_pitr_enable(s->arena, &options, &enabled, &s->err), TUSK_MISUSE);
    options.repo = tusk_path_join(s->arena, root, "repo").ptr;
    assert_int_equal(tusk_pitr_backup_make(s->arena, &options, &backup, &s->err), TUSK_MISUSE);
    expect_ok(s, tusk_pitr_enable(s->arena, &options, &enabled, &s->err));
    assert_false(enabled.active);
    /* the steps are SQL that does it */
    tusk_str rest = enabled.steps;
    int statements = 0;
    while (rest.ptr) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n'));
        if (!tusk_str_starts(line, TUSK_STR("alter system"))) continue;
        statements++;
        assert_non_null(
            support_query(s->arena, options.server, tusk_arena_str(s->arena, line).ptr));
    }
    assert_int_equal(statements, 3);
    assert_non_null(strstr(enabled.steps.ptr, "restart it"));
    tusk_cluster_close(cluster);
    expect_ok(s, tusk_cluster_open(&where, &cluster, &s->err));
    options.server = tusk_cluster_server(cluster);
    expect_ok(s, tusk_pitr_enable(s->arena, &options, &enabled, &s->err));
    assert_true(enabled.active);
    expect_ok(s, tusk_pitr_backup_make(s->arena, &options, &backup, &s->err));
    support_query(s->arena, options.server, "create table there as select 7 as n");
    wait_until((tusk_time){ backup.end.us + 1000000 });
    tusk_time moment = tusk_now();
    support_query(s->arena, options.server, "drop table there");
    assert_int_equal(tusk_pitr_restore(s->arena, &options, moment, &restored, &s->err),
                     TUSK_MISUSE);
    assert_non_null(strstr(s->err.hint, "--into"));
    options.into = root;
    assert_int_equal(tusk_pitr_restore(s->arena, &options, moment, &restored, &s->err),
                     TUSK_MISUSE);
    options.into = tusk_path_join(s->arena, root, "other/pg.copy").ptr;
    expect_ok(s, tusk_pitr_restore(s->arena, &options, moment, &restored, &s->err));
    assert_non_null(strstr(restored.steps.ptr, "mv "));
    /* nothing of the server was touched; with the folders changed the table is back */
    assert_string_equal(
        support_query(s->arena, options.server, "select to_regclass('there') is null"), "t");
    tusk_cluster_close(cluster);
    assert_int_equal(rename(tusk_path_join(s->arena, root, "other/pg").ptr,
                            tusk_path_join(s->arena, root, "other/pg.old").ptr),
                     0);
    assert_int_equal(rename(options.into, tusk_path_join(s->arena, root, "other/pg").ptr), 0);
    expect_ok(s, tusk_cluster_open(&where, &cluster, &s->err));
    assert_string_equal(
        support_query(s->arena, tusk_cluster_server(cluster), "select n from there"), "7");
    tusk_cluster_close(cluster);
}

int main(int argc, char **argv)
{
    program = argc > 1 ? argv[1] : "tusk";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enabling_waits_for_nobody_else),
        cmocka_unit_test(enabling_restarts_once_and_proves_it),
        cmocka_unit_test(a_repository_inside_of_the_data_is_refused),
        cmocka_unit_test(backups_are_full_then_incremental),
        cmocka_unit_test(a_dropped_table_is_back),
        cmocka_unit_test(and_a_second_time_and_a_third),
        cmocka_unit_test(moments_out_of_reach_are_refused),
        cmocka_unit_test(a_kill_at_any_step_leaves_the_old_data),
        cmocka_unit_test(a_server_that_a_killed_restore_left_is_ended),
        cmocka_unit_test(a_failing_archive_is_told),
        cmocka_unit_test(a_destroyed_server_is_restored),
        cmocka_unit_test(without_the_program_its_package_is_named),
        cmocka_unit_test(the_program_says_how_it_stands),
        cmocka_unit_test(another_server_of_this_machine),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
