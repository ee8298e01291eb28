/* test_cluster.c - the private PostgreSQL with real servers: shared, crashed, recovered, stopped by
 * the last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"
#include "tusk/clock.h"
#include "tusk/cluster.h"
#include "tusk/file.h"

#define WAIT_MS 60000

/* One test's folder; what runs in it is ended by the teardown, also when the test failed. */
typedef struct scene {
    tusk_arena *arena;
    const char *root; /* from mkdtemp */
    const char *data; /* root/data */
    pid_t children[4];
    int child_count;
    tusk_error err;
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->root = support_folder(s->arena);
    s->data = tusk_path_join(s->arena, s->root, "data").ptr;
    *state = s;
    return 0;
}

static void end_child(scene *s, int index)
{
    if (s->children[index] <= 0) return;
    kill(s->children[index], SIGKILL);
    waitpid(s->children[index], NULL, 0);
    s->children[index] = 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    for (int i = 0; i < s->child_count; i++) end_child(s, i);
    tusk_status st = tusk_cluster_stop(s->data, true, &s->err);
    if (st) print_error("%s\n%s\n", s->err.message, s->err.detail);
    support_remove_folder(s->root);
    tusk_arena_free(s->arena);
    test_free(s);
    return st == TUSK_OK ? 0 : -1;
}

static tusk_cluster *open_cluster(scene *s)
{
    tusk_cluster *cluster = NULL;
    tusk_cluster_options options = { .data_dir = s->data, .database = "deploystack" };
    tusk_status st = tusk_cluster_open(&options, &cluster, &s->err);
    if (st) fail_msg("open: %s (%s) %s", s->err.message, s->err.detail, s->err.hint);
    return cluster;
}

static tusk_cluster_status look(scene *s)
{
    tusk_cluster_status status;
    tusk_status st = tusk_cluster_look(s->arena, s->data, &status, &s->err);
    if (st) fail_msg("look: %s", s->err.message);
    return status;
}

static const char *query(scene *s, const tusk_cluster *cluster, const char *sql)
{
    const char *answer = support_query(s->arena, tusk_cluster_server(cluster), sql);
    if (!answer) fail_msg("the server did not answer \"%s\"", sql);
    return answer;
}

/* A process that opens the cluster, writes one byte and then waits to be killed. */
static int spawn_holder(scene *s, int *index)
{
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        tusk_cluster *cluster = NULL;
        tusk_cluster_options options = { .data_dir = s->data };
        tusk_error err;
        char result = tusk_cluster_open(&options, &cluster, &err) == TUSK_OK ? 'y' : 'n';
        if (result == 'n') fprintf(stderr, "holder: %s (%s)\n", err.message, err.detail);
        if (write(ready[1], &result, 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    *index = s->child_count++;
    s->children[*index] = pid;
    return ready[0];
}

static void wait_for_holder(int ready)
{
    char result = 0;
    struct pollfd wait = { ready, POLLIN, 0 };
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_int_equal(read(ready, &result, 1), 1);
    assert_int_equal(result, 'y');
    close(ready);
}

static void first_open_makes_it_and_the_last_out_stops_it(void **state)
{
    scene *s = *state;
    assert_false(look(s).exists);
    tusk_cluster *cluster = open_cluster(s);
    assert_string_equal(query(s, cluster, "select current_database(), current_user"),
                        "deploystack|tusk");
    assert_string_equal(query(s, cluster, "show data_checksums"), "on");
    assert_string_equal(query(s, cluster, "show listen_addresses"), "");
    assert_string_equal(query(s, cluster, "show fsync"), "on");
    assert_string_equal(query(s, cluster, "show server_encoding"), "UTF8");
    assert_string_equal(query(s, cluster,
                              "select count(*) from pg_hba_file_rules"
                              " where auth_method <> 'scram-sha-256'"),
                        "0");
    assert_string_equal(query(s, cluster,
                              "select pg_catalog.pg_get_userbyid(datdba)"
                              " from pg_database where datname = 'deploystack'"),
                        "tusk");
    tusk_cluster_status status = look(s);
    assert_true(status.exists && status.running);
    assert_int_equal(status.holders, 1);
    assert_true(status.pid > 0);
    assert_string_equal(status.socket_dir.ptr, tusk_cluster_server(cluster)->host);
    tusk_cluster_close(cluster);
    status = look(s);
    assert_true(status.exists);
    assert_false(status.running);
    assert_int_equal(status.holders, 0);
    assert_false(tusk_file_exists(status.socket_dir.ptr));
}

static void row_57_the_server_is_not_root_and_secrets_are_closed(void **state)
{
    scene *s = *state;
    tusk_cluster *cluster = open_cluster(s);
    struct stat info;
    char path[512];
    snprintf(path, sizeof path, "/proc/%ld", (long)look(s).pid);
    assert_int_equal(stat(path, &info), 0);
    assert_int_not_equal(info.st_uid, 0);
    snprintf(path, sizeof path, "%s/password", s->data);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_uid, geteuid());
    assert_int_equal(info.st_size, 64);
    assert_int_equal(stat(tusk_cluster_server(cluster)->host, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/secret", s->data);
    assert_false(tusk_file_exists(path)); /* what initdb and psql read the password from */
    tusk_server wrong = *tusk_cluster_server(cluster);
    wrong.password = "wrong";
    assert_null(support_query(s->arena, &wrong, "select 1"));
    tusk_cluster_close(cluster);
}

static void a_second_open_joins(void **state)
{
    scene *s = *state;
    tusk_cluster *first = open_cluster(s);
    pid_t pid = look(s).pid;
    tusk_cluster *second = open_cluster(s);
    assert_int_equal(look(s).pid, pid);
    assert_int_equal(look(s).holders, 2);
    tusk_cluster_close(first);
    assert_int_equal(look(s).pid, pid);
    assert_string_equal(query(s, second, "select 1"), "1");
    tusk_cluster_close(second);
    assert_false(look(s).running);
}

static void two_at_once_on_an_empty_folder_share_one_server(void **state)
{
    scene *s = *state;
    int first, second;
    int first_ready = spawn_holder(s, &first);
    int second_ready = spawn_holder(s, &second);
    wait_for_holder(first_ready);
    wait_for_holder(second_ready);
    assert_int_equal(look(s).holders, 2);
    assert_true(look(s).running);
}

static void row_58_a_killed_holder_counts_as_gone(void **state)
{
    scene *s = *state;
    int holder;
    wait_for_holder(spawn_holder(s, &holder));
    pid_t pid = look(s).pid;
    end_child(s, holder);
    tusk_cluster_status status = look(s);
    assert_int_equal(status.holders, 0);
    assert_true(status.running);
    tusk_cluster *cluster = open_cluster(s);
    assert_int_equal(look(s).pid, pid);
    assert_int_equal(look(s).holders, 1);
    tusk_cluster_close(cluster);
    assert_false(look(s).running);
}

static void row_58_a_killed_postmaster_is_recovered(void **state)
{
    scene *s = *state;
    tusk_cluster *first = open_cluster(s);
    query(s, first, "create table kept (n integer); insert into kept values (7)");
    pid_t pid = look(s).pid;
    assert_int_equal(kill(pid, SIGKILL), 0);
    tusk_cluster *second = open_cluster(s);
    assert_int_not_equal(look(s).pid, pid);
    assert_string_equal(query(s, second, "select n from kept"), "7");
    tusk_cluster_close(second);
    assert_true(look(s).running);
    tusk_cluster_close(first);
    assert_false(look(s).running);
}

/* A backend that does not look at its postmaster (it computes, or is stopped) must not block
 * recovery. */
static void a_stuck_backend_of_a_dead_postmaster_is_ended(void **state)
{
    scene *s = *state;
    tusk_cluster *cluster = open_cluster(s);
    pid_t busy = support_query_start(tusk_cluster_server(cluster),
                                     "select sum(sqrt(n)) from generate_series(1, 1e12) n");
    assert_true(busy > 0);
    support_wait_for(s->arena, tusk_cluster_server(cluster),
                     "select count(*) from pg_stat_activity where query like 'select sum(sqrt%'"
                     " and state = 'active'",
                     "1", WAIT_MS);
    assert_int_equal(kill(look(s).pid, SIGKILL), 0);
    tusk_cluster *again = open_cluster(s);
    assert_string_equal(query(s, again, "select 1"), "1");
    waitpid(busy, NULL, 0);
    tusk_cluster_close(again);
    tusk_cluster_close(cluster);
}

static void write_file(const char *folder, const char *name, const char *content)
{
    char path[512];
    tusk_error err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(tusk_file_replace(path, tusk_str_of(content), 0644, &err), TUSK_OK);
}

/* Our own process number is alive, and no server: PostgreSQL alone would refuse to start. */
static void row_58_a_stale_pid_file_with_a_reused_number_is_replaced(void **state)
{
    scene *s = *state;
    tusk_cluster_close(open_cluster(s));
    char text[512];
    tusk_cluster_status status = look(s);
    snprintf(text, sizeof text, "%ld\n%s\n1\n5432\n%s\n\n   1 2\nready   \n", (long)getpid(),
             status.data_dir.ptr, status.socket_dir.ptr);
    write_file(status.data_dir.ptr, "postmaster.pid", text);
    assert_false(look(s).running);
    tusk_cluster *cluster = open_cluster(s);
    assert_string_equal(query(s, cluster, "select 1"), "1");
    tusk_cluster_close(cluster);
}

static void another_major_version_is_named_with_what_to_install(void **state)
{
    scene *s = *state;
    tusk_cluster_close(open_cluster(s));
    tusk_cluster_status status = look(s);
    char right[16];
    snprintf(right, sizeof right, "%s\n", status.version.ptr);
    write_file(status.data_dir.ptr, "PG_VERSION", "97\n");
    tusk_cluster *cluster = NULL;
    tusk_cluster_options options = { .data_dir = s->data };
    assert_int_equal(tusk_cluster_open(&options, &cluster, &s->err), TUSK_INVALID);
    assert_non_null(strstr(s->err.message, "PostgreSQL 97"));
    assert_non_null(strstr(s->err.message, status.version.ptr));
    assert_non_null(strstr(s->err.hint, "postgresql-97"));
    write_file(status.data_dir.ptr, "PG_VERSION", right);
}

static void row_57_a_failing_start_tells_the_servers_reason(void **state)
{
    scene *s = *state;
    tusk_cluster_close(open_cluster(s));
    tusk_cluster_status status = look(s);
    write_file(status.data_dir.ptr, "postgresql.auto.conf", "shared_buffers = 'plenty'\n");
    tusk_cluster *cluster = NULL;
    tusk_cluster_options options = { .data_dir = s->data };
    assert_int_equal(tusk_cluster_open(&options, &cluster, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "did not start"));
    assert_non_null(strstr(s->err.detail, "FATAL"));
    assert_int_equal(look(s).holders, 0);
}

static void row_57_a_long_data_folder_gets_a_short_socket(void **state)
{
    scene *s = *state;
    char name[128];
    memset(name, 'd', sizeof name - 1);
    name[sizeof name - 1] = 0;
    s->data = tusk_path_join(s->arena, s->root, name).ptr;
    tusk_cluster *cluster = open_cluster(s);
    assert_true(strlen(tusk_cluster_server(cluster)->host) < 90);
    assert_string_equal(query(s, cluster, "select 1"), "1");
    tusk_cluster_close(cluster);
}

static void an_initdb_cut_short_leaves_nothing_in_the_way(void **state)
{
    scene *s = *state;
    const char *partial = tusk_path_join(s->arena, s->data, "pg.partial").ptr;
    assert_int_equal(tusk_folder_make(partial, 0755, &s->err), TUSK_OK);
    assert_int_equal(chmod(s->data, 0755), 0);
    write_file(s->data, "lock", "");
    write_file(partial, "PG_VERSION", "15\n");
    tusk_cluster *cluster = open_cluster(s);
    assert_string_equal(query(s, cluster, "select 1"), "1");
    assert_false(tusk_file_exists(partial));
    tusk_cluster_close(cluster);
}

/* Killed between two steps of initdb, whatever those are: the next one starts over. */
static void a_starter_killed_during_initdb_is_followed_by_another(void **state)
{
    scene *s = *state;
    int holder;
    const char *partial = tusk_path_join(s->arena, s->data, "pg.partial").ptr;
    const char *secret = tusk_path_join(s->arena, s->data, "secret").ptr;
    close(spawn_holder(s, &holder));
    int64_t deadline = tusk_deadline_in(WAIT_MS);
    while (!tusk_file_exists(partial) || !tusk_file_exists(secret)) {
        assert_true(tusk_deadline_left(deadline) > 0);
        sched_yield();
    }
    end_child(s, holder);
    assert_false(look(s).exists);
    tusk_cluster *cluster = open_cluster(s);
    assert_string_equal(query(s, cluster, "select 1"), "1");
    assert_false(tusk_file_exists(partial));
    assert_false(tusk_file_exists(secret));
    tusk_cluster_close(cluster);
}

static void started_to_stay_it_stays_until_stopped(void **state)
{
    scene *s = *state;
    tusk_cluster_options options = { .data_dir = s->data };
    assert_int_equal(tusk_cluster_start(&options, &s->err), TUSK_OK);
    pid_t pid = look(s).pid;
    assert_true(pid > 0);
    assert_int_equal(look(s).holders, 0);
    tusk_cluster *cluster = open_cluster(s);
    assert_int_equal(tusk_cluster_stop(s->data, false, &s->err), TUSK_BUSY);
    assert_non_null(strstr(s->err.message, "1 program"));
    tusk_cluster_close(cluster);
    assert_int_equal(look(s).pid, pid);
    assert_int_equal(tusk_cluster_stop(s->data, false, &s->err), TUSK_OK);
    assert_false(look(s).running);
    assert_int_equal(tusk_cluster_stop(s->data, false, &s->err), TUSK_OK);
}

static void odd_database_names_are_refused(void **state)
{
    scene *s = *state;
    static const char *const names[] = { "", "a b", "x;y", "\"", "caf\xc3\xa9" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tusk_cluster *cluster = NULL;
        tusk_cluster_options options = { .data_dir = s->data, .database = names[i] };
        assert_int_equal(tusk_cluster_open(&options, &cluster, &s->err), TUSK_INVALID);
    }
    assert_false(tusk_file_exists(s->data));
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(first_open_makes_it_and_the_last_out_stops_it),
        SCENE(row_57_the_server_is_not_root_and_secrets_are_closed),
        SCENE(a_second_open_joins),
        SCENE(two_at_once_on_an_empty_folder_share_one_server),
        SCENE(row_58_a_killed_holder_counts_as_gone),
        SCENE(row_58_a_killed_postmaster_is_recovered),
        SCENE(a_stuck_backend_of_a_dead_postmaster_is_ended),
        SCENE(row_58_a_stale_pid_file_with_a_reused_number_is_replaced),
        SCENE(another_major_version_is_named_with_what_to_install),
        SCENE(row_57_a_failing_start_tells_the_servers_reason),
        SCENE(row_57_a_long_data_folder_gets_a_short_socket),
        SCENE(an_initdb_cut_short_leaves_nothing_in_the_way),
        SCENE(a_starter_killed_during_initdb_is_followed_by_another),
        SCENE(started_to_stay_it_stays_until_stopped),
        SCENE(odd_database_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
