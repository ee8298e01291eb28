/* test_backup_cli.c - tusk backup and tusk restore, as a person calls them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"
#include "tusk/buf.h"
#include "tusk/file.h"

static const char *program;

typedef struct scene {
    tusk_arena *arena;
    const char *folder;
    tusk_server server;
    char before[1024];
    tusk_str output;
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->folder = support_folder(s->arena);
    s->server = support_database(s->arena);
    support_set_environment(&s->server);
    assert_non_null(
        support_query(s->arena, &s->server,
                      "create table \"authUser\" (id int); create table teams (id int); "
                      "insert into teams select generate_series(1, 42)"));
    *state = s;
    return getcwd(s->before, sizeof s->before) ? chdir(s->folder) : -1;
}

static int tear_down(void **state)
{
    scene *s = *state;
    int back = chdir(s->before);
    support_remove_folder(s->folder);
    tusk_arena_free(s->arena);
    test_free(s);
    return back;
}

/* tusk `line`, by the shell; what it prints, on stderr too, goes to s->output. The exit code. */
static int tusk(scene *s, const char *line)
{
    char piece[1024];
    tusk_buf text;
    tusk_buf_init_in(&text, s->arena, 65536);
    fflush(NULL);
    FILE *pipe = popen(tusk_arena_printf(s->arena, "'%s' %s 2>&1", program, line).ptr, "r");
    assert_non_null(pipe);
    for (size_t got; (got = fread(piece, 1, sizeof piece, pipe)) > 0;)
        tusk_buf_add_bytes(&text, piece, got);
    int code = pclose(pipe);
    s->output = tusk_buf_str(&text);
    return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static void expect(scene *s, const char *line, int code, const char *words)
{
    int real = tusk(s, line);
    if (real != code || !strstr(s->output.ptr, words))
        fail_msg("tusk %s: %d\n%s", line, real, s->output.ptr);
}

static void test_a_week_of_backups(void **state)
{
    scene *s = *state;
    expect(s, "backup list", 0, "there are no backups in backups");
    expect(s, "backup verify", 1, "there are no backups in backups");
    expect(s, "backup", 0, "2 tables, 42 rows");
    expect(s, "backup list", 0, "not verified");
    expect(s, "backup verify", 0, "verified");
    expect(s, "backup list --json", 0, "\"verified\":\"20");
    expect(s, "backup backups/b.sql.gz --tables '\"authUser\", teams'", 0, "2 tables, 42 rows");
    expect(s, "backup --data-only --format plain backups/c", 0, "42 rows");
    expect(s, "backup list", 0, "gzip      not verified chosen tables");
    expect(s, "backup prune", 2, "prune needs --keep N, --days N, or both");
    expect(s, "backup prune --keep 1 --dry-run", 0, "would remove");
    assert_true(tusk_file_exists("backups/b.sql.gz"));
    expect(s, "backup prune --keep 1", 0, "backups/b.sql.gz");
    assert_false(tusk_file_exists("backups/b.sql.gz"));
    assert_true(tusk_file_exists("backups/c"));
    expect(s, "backup list", 0, "verified 20"); /* the proven one stays */
    expect(s, "backup prune --keep 5", 0, "nothing to remove");
}

static void test_restore(void **state)
{
    scene *s = *state;
    tusk_server copy = s->server;
    expect(s, "backup x.dir --jobs 2 --format directory", 0, "42 rows");
    expect(s, "restore x.dir --jobs 2", 0, "restored as \"");
    expect(s, tusk_arena_printf(s->arena, "restore x.dir --into %s", s->server.database).ptr, 1,
           "holds 2 tables and views\n  Restore into a new name, or give --replace");
    assert_non_null(support_query(s->arena, &s->server, "drop table teams"));
    expect(s,
           tusk_arena_printf(s->arena, "restore x.dir --replace --into %s", s->server.database).ptr,
           0, "restored in the place of");
    assert_string_equal(support_query(s->arena, &s->server, "select count(*) from teams"), "42");
    /* the guide's own commands made these */
    setenv("PGPASSWORD", s->server.password ? s->server.password : "", 1);
    assert_int_equal(
        system("pg_dump -h \"$POSTGRES_HOST\" -p \"$POSTGRES_PORT\" -U \"$POSTGRES_USER\" "
               "\"$POSTGRES_DATABASE\" | gzip > guide.sql.gz"),
        0);
    expect(s, "restore guide.sql.gz", 1, "has no manifest");
    copy.database = tusk_arena_printf(s->arena, "%.50s_guide", s->server.database).ptr;
    expect(s,
           tusk_arena_printf(s->arena, "restore guide.sql.gz --trust --into %s", copy.database).ptr,
           0, "restored as");
    assert_string_equal(support_query(s->arena, &copy, "select count(*) from teams"), "42");
}

static void test_wrong_usage(void **state)
{
    scene *s = *state;
    expect(s, "backup --format zip", 2, "--format takes custom, plain, gzip or directory");
    expect(s, "backup --jobs 0", 2, "--jobs takes a number from 1 to 64");
    expect(s, "backup --schema-only --data-only", 2, "leave nothing");
    expect(s, "backup a b", 2, "\"b\" is more than it takes");
    expect(s, "backup --tables ,", 2, "--tables takes");
    expect(s, "backup --tables authuser", 1, "there is no table \"authuser\"");
    expect(s, "backup a.dump --jobs 2", 1, "only a backup of the directory format");
    expect(s, "restore", 2, "it needs FILE");
    expect(s, "restore none.dump", 1, "there is no backup \"none.dump\"");
    expect(s, "backup verify none.dump", 1, "there is no backup");
    expect(s, "backup --help", 0, "tusk backup verify [FILE]");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_week_of_backups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restore, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_usage, set_up, tear_down),
    };
    if (argc != 2) return 2;
    program = realpath(argv[1], NULL); /* it is run in folders of the tests */
    if (!program) return 2;
    support_own_server(); /* what is there before and after is compared */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
