/* test_migrate_kill.c - `up` killed at random moments: the next run finishes, and every statement
 * took effect exactly once; and many that start at once */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/support.h"
#include "tusk/tusk.h"

enum { MANY = 16, LONGEST_US = 150000 };

static int kills = 20; /* argv[1] */

struct work {
    tusk_arena *arena;
    tusk_server server;
    const char *folder;
};

/* In a transaction, and without one: what each statement did can be counted. */
static const char *const files[] = {
    "create table a (id serial, n int);\ncreate table log (what text);\ninsert into log values "
    "('0');",
    "insert into a (n) select generate_series(1, 2000);\ninsert into log values ('1');",
    "insert into log values ('2a');\ncreate index concurrently i on a (n);\n"
    "insert into log values ('2b');\nvacuum a;\ninsert into log values ('2c');\n"
    "create unique index concurrently if not exists u on public.a (id);\n"
    "insert into log values ('2d');\ndrop index concurrently i;\ninsert into log values ('2e');",
    "alter table a add column x int default 5;\ninsert into log values ('3');",
};

static void put(const struct work *w, const char *name, tusk_str text)
{
    tusk_error err = { 0 };
    tusk_str path = tusk_path_join(w->arena, w->folder, name);
    if (tusk_file_replace(path.ptr, text, 0644, &err) != TUSK_OK) fail_msg("%s", err.message);
}

static struct work open_work(void)
{
    struct work w = { .arena = tusk_arena_new(0) };
    tusk_error err = { 0 };
    tusk_str entries = TUSK_STR("");
    w.server = support_database(w.arena);
    w.folder = support_folder(w.arena);
    assert_int_equal(tusk_folder_make(tusk_path_join(w.arena, w.folder, "meta").ptr, 0755, &err),
                     TUSK_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        put(&w, tusk_arena_printf(w.arena, "%04zu_m.sql", i).ptr, tusk_str_of(files[i]));
        entries = tusk_arena_printf(w.arena, "%s%s{\"idx\":%zu,\"when\":%zu,\"tag\":\"%04zu_m\"}",
                                    entries.ptr, i ? "," : "", i, i + 1, i);
    }
    put(&w, "meta/_journal.json",
        tusk_arena_printf(w.arena, "{\"dialect\":\"postgresql\",\"entries\":[%s]}", entries.ptr));
    return w;
}

static void close_work(struct work *w)
{
    support_remove_folder(w->folder);
    tusk_arena_free(w->arena);
}

static tusk_status up(const struct work *w, int *applied, tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_status st = tusk_conn_open(&w->server, 20000, &conn, err);
    if (st == TUSK_OK) st = tusk_migrate_up(conn, w->folder, NULL, applied, err);
    tusk_conn_close(conn);
    return st;
}

static pid_t start(const struct work *w)
{
    pid_t child = fork();
    if (child != 0) return child;
    tusk_error err = { 0 };
    tusk_status st = up(w, NULL, &err);
    if (st != TUSK_OK) fprintf(stderr, "%s\n", err.message);
    _exit(st == TUSK_OK ? 0 : 1);
}

static void assert_answer(const struct work *w, const char *sql, const char *expected)
{
    const char *answer = support_query(w->arena, &w->server, sql);
    assert_non_null(answer);
    assert_string_equal(answer, expected);
}

static void assert_complete(const struct work *w)
{
    assert_answer(w, "select string_agg(what, ' ' order by what) from log", "0 1 2a 2b 2c 2d 2e 3");
    assert_answer(w, "select count(*), count(distinct id), min(x) from a", "2000|2000|5");
    assert_answer(w,
                  "select string_agg(indexrelid::regclass::text || ' ' || indisvalid, ',') from "
                  "pg_index where indrelid = 'a'::regclass",
                  "u true");
    assert_answer(w, "select count(*) from drizzle.__drizzle_migrations", "4");
}

/* A moment is not waited for here: it is what the test is about. */
static void random_moment(unsigned *seed)
{
    struct timespec time = { .tv_nsec = (long)(rand_r(seed) % LONGEST_US) * 1000 };
    nanosleep(&time, NULL);
}

static void test_row_49_killed_at_any_moment(void **state)
{
    unsigned seed = 20261122;
    int cut = 0;
    for (int i = 0; i < kills; i++) {
        struct work w = open_work();
        tusk_error err = { 0 };
        int applied = 0, status = 0;
        pid_t child = start(&w);
        random_moment(&seed);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        cut += WIFSIGNALED(status);
        if (up(&w, &applied, &err) != TUSK_OK) {
            fail_msg("kill %d: %s (%s; %s)", i, err.message, err.detail, err.hint);
        }
        assert_complete(&w);
        close_work(&w);
    }
    assert_true(cut > 0);
    printf("%d of %d runs were cut short\n", cut, kills);
}

/* Row 48: one works, the others wait and see that there is nothing left to do. */
static void test_row_48_many_at_once(void **state)
{
    struct work w = open_work();
    pid_t children[MANY];
    for (int i = 0; i < MANY; i++) children[i] = start(&w);
    for (int i = 0; i < MANY; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_complete(&w);
    close_work(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_49_killed_at_any_moment),
        cmocka_unit_test(test_row_48_many_at_once),
    };
    if (argc > 1) kills = atoi(argv[1]);
    if (kills < 1) return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
