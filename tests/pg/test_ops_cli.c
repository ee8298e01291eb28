/* test_ops_cli.c - tusk stats, explain, analyze, vacuum, reindex, partitions as a person runs them:
 * the program itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"
#include "tusk/buf.h"

static const char *program; /* the path of tusk, the test's only argument */

struct scene {
    tusk_arena *arena;
    const char *folder;
    tusk_server server;
    char output[65536]; /* of the last run, both streams */
};

static const char schema[] =
    "create table \"authUser\" (id int primary key, email text unique);\n"
    "create index \"idx_authUser_email\" on \"authUser\" (email);\n"
    "create table child (parent int references \"authUser\");\n"
    "insert into \"authUser\" select i, i || '@x' from generate_series(1, 2000) i;\n"
    "create table \"bad\033[31m\nname\" (id serial); analyze";

static int set_up(void **state)
{
    struct scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->folder = support_folder(s->arena);
    s->server = support_database(s->arena);
    support_set_environment(&s->server);
    *state = s;
    return support_query(s->arena, &s->server, schema) ? 0 : 1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    support_remove_folder(s->folder);
    tusk_arena_free(s->arena);
    test_free(s);
    return 0;
}

static void run_program(const struct scene *s, const char *const *words)
{
    const char *argv[16] = { "tusk" };
    for (int i = 0; words[i]; i++) argv[i + 1] = words[i];
    if (chdir(s->folder) == 0) execv(program, (char **)(uintptr_t)argv);
    _exit(127);
}

static int exit_code(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_all(struct scene *s, int fd)
{
    size_t size = 0;
    ssize_t got;
    while ((got = read(fd, s->output + size, sizeof s->output - 1 - size)) > 0) size += (size_t)got;
    s->output[size] = '\0';
}

/* Runs tusk with the words, a list that ends in NULL; a shell sees none of them. */
static int tusk_words(struct scene *s, const char *const *words)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        run_program(s, words);
    }
    close(ends[1]);
    read_all(s, ends[0]);
    close(ends[0]);
    return exit_code(pid);
}
#define tusk(s, ...) tusk_words((s), (const char *const[]){ __VA_ARGS__, NULL })

static void expect(const struct scene *s, const char *part)
{
    if (!strstr(s->output, part)) fail_msg("\"%s\" is not in:\n%s", part, s->output);
}

/* ---- stats ---- */

static void every_report_is_a_table_and_json(void **state)
{
    static const char *const reports[] = { "tables", "indexes",   "activity",    "locks", "slow",
                                           "cache",  "sequences", "replication", "age" };
    struct scene *s = *state;
    support_query(s->arena, &s->server, "create extension pg_stat_statements");
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        if (tusk(s, "stats", reports[i]) != 0) fail_msg("%s: %s", reports[i], s->output);
        assert_null(strchr(s->output, '\033'));
        if (tusk(s, "stats", "--json", reports[i]) != 0) fail_msg("%s: %s", reports[i], s->output);
        json_error_t why;
        json_t *json = json_loads(s->output, JSON_REJECT_DUPLICATES, &why);
        if (!json) fail_msg("%s: %s in %s", reports[i], why.text, s->output);
        json_decref(json);
    }
}

static void what_is_wrong_is_pointed_out(void **state)
{
    struct scene *s = *state;
    assert_int_equal(tusk(s, "stats", "indexes"), 0);
    expect(s, "idx_authUser_email");
    expect(s, "authUser_email_key  accepted");
    expect(s, "create index concurrently on public.child (parent);");
    assert_int_equal(tusk(s, "stats", "tables"), 0);
    expect(s, "bad\\x1b[31m name");
    assert_int_equal(tusk(s, "stats", "slow"), 1);
    expect(s, "create extension pg_stat_statements;");
    assert_int_equal(tusk(s, "stats", "nothing"), 2);
    assert_int_equal(tusk(s, "stats", "tables", "5"), 2); /* seconds need --watch */
}

/* A line of JSON each second until Ctrl-C, which is no failure. */
static void a_watch_goes_on_until_stopped(void **state)
{
    struct scene *s = *state;
    int ends[2], lines = 0;
    char c;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        run_program(s, (const char *const[]){ "stats", "cache", "--watch", "1", "--json", NULL });
    }
    close(ends[1]);
    while (lines < 2 && read(ends[0], &c, 1) == 1) lines += c == '\n';
    kill(pid, SIGINT);
    close(ends[0]);
    assert_int_equal(exit_code(pid), 0);
    assert_int_equal(lines, 2);
}

/* ---- explain ---- */

static void a_plan_is_shown_and_nothing_kept(void **state)
{
    struct scene *s = *state;
    assert_int_equal(tusk(s, "explain", "select * from \"authUser\" where id = 7"), 0);
    expect(s, "Index Scan on authUser using authUser_pkey");
    assert_int_equal(tusk(s, "explain", "--analyze", "delete from \"authUser\""), 0);
    expect(s, "ModifyTable Delete on authUser");
    expect(s, "rolled back: nothing that it wrote was kept\n");
    assert_string_equal(support_query(s->arena, &s->server, "select count(*) from \"authUser\""),
                        "2000");
    assert_int_equal(tusk(s, "explain", "select 1;\ndelete from \"authUser\"; commit"), 1);
    assert_int_equal(tusk(s, "explain", "select id,\n  n\xc3\xb6pe from \"authUser\""), 1);
    expect(s, "\n    n\xc3\xb6pe from \"authUser\"\n    ^\n");
    assert_int_equal(tusk(s, "explain", "--timeout", "1", "--analyze", "select pg_sleep(60)"), 1);
    assert_int_equal(tusk(s, "explain"), 2);
}

/* ---- maintenance ---- */

static void tables_are_named_plainly(void **state)
{
    struct scene *s = *state;
    assert_int_equal(tusk(s, "analyze"), 0);
    assert_int_equal(tusk(s, "vacuum", "authUser"), 0);
    expect(s, "vacuum public.\"authUser\"\n  lock: SHARE UPDATE EXCLUSIVE: reading and writing go "
              "on\n");
    expect(s, "done in ");
    assert_int_equal(tusk(s, "vacuum", "bad\033[31m\nname"), 0);
    assert_null(strchr(s->output, '\033'));
    assert_int_equal(tusk(s, "reindex", "--concurrently", "public.authUser"), 0);
    expect(s, "reindex table concurrently public.\"authUser\"");
    assert_int_equal(tusk(s, "vacuum", "authuser"), 1);
    expect(s, "Perhaps you meant public.\"authUser\".");
    assert_int_equal(tusk(s, "vacuum", "child; drop table child"), 1);
    assert_int_equal(tusk(s, "vacuum", "--lock-wait", "soon", "child"), 2);
    /* the catalogs cannot be made anew that way, which is no failure */
    assert_int_equal(tusk(s, "reindex", "--concurrently"), 0);
    expect(s, "the server skipped some (warned 1 times), first: ");
    /* nobody to ask: it is done */
    assert_int_equal(tusk(s, "vacuum", "--full", "authUser"), 0);
    expect(s, "lock: ACCESS EXCLUSIVE: nobody can read or write");
}

/* On a terminal, with `answer` typed. */
static int on_terminal(struct scene *s, const char *answer, const char *const *words)
{
    int fd;
    pid_t pid = forkpty(&fd, NULL, NULL, NULL);
    if (pid == 0) run_program(s, words);
    assert_int_equal(write(fd, answer, strlen(answer)), strlen(answer));
    read_all(s, fd); /* ends in EIO when the program is gone */
    close(fd);
    return exit_code(pid);
}

static void a_terminal_is_asked_before_a_full_vacuum(void **state)
{
    static const char *const full[] = { "vacuum", "--full", "authUser", NULL };
    static const char *const sure[] = { "vacuum", "--full", "--yes", "authUser", NULL };
    struct scene *s = *state;
    assert_int_equal(on_terminal(s, "\n", full), 1);
    expect(s, "Go on? [y/N]");
    expect(s, "nothing was done");
    assert_int_equal(on_terminal(s, "y\n", full), 0);
    expect(s, "done");
    assert_int_equal(on_terminal(s, "", sure), 0);
    assert_null(strstr(s->output, "Go on?"));
}

/* A vacuum that would take hours ends at once, and no session of it is left behind. */
static void ctrl_c_stops_a_vacuum(void **state)
{
    struct scene *s = *state;
    support_query(s->arena, &s->server,
                  "create table slow (id int) with (autovacuum_enabled = off);"
                  "insert into slow select generate_series(1, 500000); delete from slow");
    support_query(s->arena, &s->server,
                  tusk_arena_printf(s->arena,
                                    "alter database \"%s\" set vacuum_cost_delay = '50ms';"
                                    "alter database \"%s\" set vacuum_cost_limit = 1",
                                    s->server.database, s->server.database)
                      .ptr);
    pid_t pid = fork();
    if (pid == 0) run_program(s, (const char *const[]){ "vacuum", "slow", NULL });
    support_wait_for(s->arena, &s->server,
                     "select count(*) from pg_stat_progress_vacuum where heap_blks_scanned > 0",
                     "1", 20000);
    kill(pid, SIGINT);
    assert_int_equal(exit_code(pid), 1);
    support_wait_for(s->arena, &s->server, "select count(*) from pg_stat_progress_vacuum", "0",
                     20000);
}

/* ---- partitions ---- */

static const char calls_def[] =
    "TABLE(call, calls, \"calls\", PARTITION_BY(\"range (\\\"made_at\\\")\"))\n"
    "    COLUMN(bigint, id, IDENTITY(ALWAYS))\n"
    "    COLUMN(timestamptz, made_at)\n"
    "    COLUMN(text, path)\n"
    "    KEY(id, made_at)\n"
    "    INDEX(calls_path, ON(path))\n"
    "END_TABLE(call, calls)\n";

/* What is made ahead is no drift: the schema only has the table. */
static void partitions_are_made_ahead_and_are_no_drift(void **state)
{
    struct scene *s = *state;
    FILE *file = fopen(tusk_arena_printf(s->arena, "%s/calls.def", s->folder).ptr, "w");
    assert_non_null(file);
    fputs(calls_def, file);
    assert_int_equal(fclose(file), 0);
    support_query(s->arena, &s->server, "drop table child, \"authUser\", \"bad\033[31m\nname\"");
    assert_int_equal(tusk(s, "push", "--schema", "calls.def"), 0);
    assert_int_equal(tusk(s, "partitions", "calls", "--unit", "month", "--dry-run"), 0);
    expect(s, "would make");
    assert_int_equal(tusk(s, "partitions", "calls", "--unit", "month"), 0);
    expect(s, "made         ");
    expect(s, "0 of the wanted partitions of public.calls were there already");
    assert_int_equal(tusk(s, "partitions", "calls", "--unit", "month"), 0);
    expect(s, "4 of the wanted partitions of public.calls were there already");
    assert_string_equal(support_query(s->arena, &s->server,
                                      "select count(*) from pg_inherits where inhparent = "
                                      "'calls'::regclass"),
                        "4");
    if (tusk(s, "diff", "--exit-code", "database", "calls.def") != 0) fail_msg("%s", s->output);
}

static void partitions_are_dropped_when_told(void **state)
{
    static const char *const drop[] = { "partitions", "logs",   "--unit", "year", "--ahead",
                                        "0",          "--keep", "1",      NULL };
    struct scene *s = *state;
    support_query(s->arena, &s->server,
                  "create table logs (at date) partition by range (at);"
                  "create table logs_2001 partition of logs for values from ('2001-01-01') to "
                  "('2002-01-01');"
                  "create table logs_2002 partition of logs for values from ('2002-01-01') to "
                  "('2003-01-01')");
    assert_int_equal(on_terminal(s, "n\n", drop), 1);
    expect(s, " public.logs_2001  2001-01-01 to 2002-01-01");
    expect(s, "would drop");
    expect(s, "nothing was done");
    assert_string_equal(
        support_query(s->arena, &s->server, "select to_regclass('logs_2001') is null"), "f");
    assert_int_equal(on_terminal(s, "y\n", drop), 0);
    expect(s, "dropped ");
    expect(s, " public.logs_2002  2002-01-01 to 2003-01-01");
    assert_string_equal(
        support_query(s->arena, &s->server, "select to_regclass('logs_2001') is null"), "t");
    assert_int_equal(tusk(s, "partitions", "logs", "--unit", "fortnight"), 2);
    expect(s, "--unit takes day, week, month or year");
    assert_int_equal(tusk(s, "partitions", "logs"), 2);
    assert_int_equal(tusk(s, "partitions", "logs", "--unit", "day", "--keep", "0"), 2);
    assert_int_equal(tusk(s, "partitions", "logs", "--unit", "day", "--detach"), 2);
    assert_int_equal(tusk(s, "partitions", "logs", "--unit", "day"), 1);
    expect(s, "partition public.logs_");
    expect(s, " overlaps the one for ");
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_report_is_a_table_and_json),
        TEST(what_is_wrong_is_pointed_out),
        TEST(a_watch_goes_on_until_stopped),
        TEST(a_plan_is_shown_and_nothing_kept),
        TEST(tables_are_named_plainly),
        TEST(a_terminal_is_asked_before_a_full_vacuum),
        TEST(ctrl_c_stops_a_vacuum),
        TEST(partitions_are_made_ahead_and_are_no_drift),
        TEST(partitions_are_dropped_when_told),
    };
    if (argc != 2) return 2;
    program = realpath(argv[1], NULL); /* it is run in folders of the tests */
    if (!program) return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
