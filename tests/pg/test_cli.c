/* test_cli.c - the tusk command from an empty folder to an applied schema, as a person would use it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "tests/support/support.h"

static const struct cli_command commands[] = {
    /* clang-format off */
    CLI_SCHEMA_COMMANDS(CLI_COMMAND)
    /* clang-format on */
    { 0 },
};

/* A folder to work in, and a database of its own that the environment names. */
typedef struct scene {
    tusk_arena *arena;
    const char *folder;
    tusk_server server;
    char before[1024];
    char output[8192];
} scene;

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->folder = support_folder(s->arena);
    s->server = support_database(s->arena);
    support_set_environment(&s->server);
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

static void put(const char *path, const char *content)
{
    tusk_error err;
    assert_int_equal(tusk_file_replace(path, tusk_str_of(content), 0644, &err), TUSK_OK);
}

/* tusk `line`, cut at spaces; what it prints goes to s->output. Returns the exit code. */
static int tusk(scene *s, const char *line)
{
    char copy[256], *rest = copy;
    char *argv[16] = { (char[]){ "tusk" } };
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) argv[argc++] = word;
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    int code = cli_main(commands, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    s->output[fread(s->output, 1, sizeof s->output - 1, file)] = '\0';
    fclose(file);
    return code;
}

/* It must end with `code` and have said each of the words. */
static void expect(scene *s, const char *line, int code, const char *const *words)
{
    int found = tusk(s, line);
    if (found != code) fail_msg("tusk %s: code %d: %s", line, found, s->output);
    for (; *words; words++) {
        if (!strstr(s->output, *words))
            fail_msg("tusk %s: no \"%s\" in: %s", line, *words, s->output);
    }
}

#define EXPECT(s, line, code, ...) \
    expect((s), (line), (code), (const char *[]){ __VA_ARGS__, NULL })

#define BOXES                                                              \
    "TABLE(box, boxes, \"boxes\")\n    COLUMN(integer, id, PRIMARY_KEY)\n" \
    "    COLUMN(text, label)\n"

static void from_a_schema_to_a_database(void **state)
{
    scene *s = *state;
    tusk_error err;
    assert_int_equal(tusk_folder_make("db", 0755, &err), TUSK_OK);
    put("db/schema.def", BOXES "END_TABLE(box, boxes)\n");
    EXPECT(s, "generate", CLI_OK, "0000_");
    EXPECT(s, "generate", CLI_OK, "nothing");
    EXPECT(s, "status", CLI_OK, "pending", "0 applied, 1 pending", s->server.database);
    EXPECT(s, "up", CLI_OK, "applied", "0000_", "1 migration applied to");
    assert_null(strstr(s->output, s->server.password ? s->server.password : "\x01"));
    EXPECT(s, "up", CLI_OK, "nothing to do");
    EXPECT(s, "status", CLI_OK, "1 applied, 0 pending");
    put("db/schema.def", BOXES "    NULLABLE(text, note)\nEND_TABLE(box, boxes)\n");
    EXPECT(s, "generate --name add_note", CLI_OK, "0001_add_note");
    EXPECT(s, "up", CLI_OK, "0001_add_note", "1 migration applied to");
    const char *columns = support_query(s->arena, &s->server,
                                        "select string_agg(attname, ',' order by attnum) from "
                                        "pg_attribute where attrelid = 'boxes'::regclass "
                                        "and attnum > 0");
    assert_string_equal(columns, "id,label,note");
}

/* Away from a terminal nobody is asked: the words that keep the data are told, and they work. */
static void a_likely_rename_is_told(void **state)
{
    scene *s = *state;
    tusk_error err;
    assert_int_equal(tusk_folder_make("db", 0755, &err), TUSK_OK);
    put("db/schema.def", BOXES "END_TABLE(box, boxes)\n");
    EXPECT(s, "generate --name first", CLI_OK, "0000_first");
    put("db/schema.def", "TABLE(box, boxes, \"boxes\")\n    COLUMN(integer, id, PRIMARY_KEY)\n"
                         "    COLUMN(text, title)\nEND_TABLE(box, boxes)\n");
    EXPECT(s, "generate --rename column:boxes.label=boxes.title --name kept", CLI_OK, "0001_kept");
    assert_null(strstr(s->output, "--rename"));
    put("db/schema.def", BOXES "END_TABLE(box, boxes)\n");
    EXPECT(s, "generate", CLI_OK, "loses data",
           "tusk drop, then tusk generate --rename 'column:boxes.title=boxes.label'");
}

static void what_differs_is_told(void **state)
{
    scene *s = *state;
    tusk_error err;
    assert_int_equal(tusk_folder_make("drizzle/migrations/meta", 0755, &err), TUSK_OK);
    put("drizzle/migrations/meta/_journal.json",
        "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":["
        "{\"idx\":0,\"version\":\"7\",\"when\":1,\"tag\":\"0000_one\",\"breakpoints\":true},"
        "{\"idx\":1,\"version\":\"7\",\"when\":2,\"tag\":\"0001_two\",\"breakpoints\":true}]}");
    put("drizzle/migrations/0000_one.sql", "create table one (id int);");
    put("drizzle/migrations/0001_two.sql", "create table two (id nonsense);");
    EXPECT(s, "up", CLI_FAILED, "applied", "failed", "0001_two.sql", "nonsense");
    EXPECT(s, "status", CLI_OK, "1 applied, 1 pending");
    put("drizzle/migrations/0000_one.sql", "create table one (id bigint);");
    EXPECT(s, "status", CLI_FAILED, "changed", "1 changed after being applied");
    EXPECT(s, "up", CLI_FAILED, "was changed after it had been applied");
    put("drizzle/migrations/meta/_journal.json",
        "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[]}");
    EXPECT(s, "status", CLI_OK, "missing", "(no file)", "that the folder does not have");
}

static void what_is_wrong_is_told(void **state)
{
    scene *s = *state;
    EXPECT(s, "generate", CLI_FAILED, "schema.def");
    EXPECT(s, "up", CLI_FAILED, "there is no folder drizzle/migrations");
    EXPECT(s, "up --lock-wait never", CLI_USAGE, "--lock-wait takes a number of seconds");
    EXPECT(s, "status --database no_such_database", CLI_FAILED, "no_such_database");
    setenv("POSTGRES_PORT", "door", 1);
    EXPECT(s, "status", CLI_FAILED, "POSTGRES_PORT", "from 1 to 65535");
}

/* What is wrong, where, and what to do about it; nothing is made or changed on the way. */
static void wrong_input_is_told_with_what_to_do(void **state)
{
    static const char *const cases[][4] = {
        { "up --folder nowhere", "there is no folder nowhere", "`tusk generate`" },
        { "status --folder afile", "afile is a file, not a folder", "that holds the .sql files" },
        { "generate --folder afile", "afile is a file, not a folder", "that holds the .sql files" },
        { "pull --force --folder afile", "afile is a file, not a folder", "Name the folder" },
        { "squash --folder nowhere", "there is no folder nowhere", "Name the folder" },
        { "rebase 0000 --folder empty", "there is no journal empty/meta/_journal.json", "Name" },
        { "drop --offline --folder nowhere", "there is no folder nowhere", "Name the folder" },
        { "up --folder torn", "torn/meta/_journal.json:1:1: not valid JSON", "version control" },
        { "check --offline --folder torn", "torn/meta/_journal.json:1:1", "version control" },
        { "generate --schema no.def", "could not open \"no.def\"", "`tusk pull` writes one" },
        { "push --schema no.def", "could not open \"no.def\"", "--schema FILE" },
        { "diff nowhere empty", "\"nowhere\" is no schema", "Name a .def file" },
        { "pull", "db/schema.def is there already", "--force replaces it" },
        { "up --to 0009", "no migration \"0009\" in drizzle/migrations", "`tusk status` lists" },
        { "mark 0009", "no migration \"0009\" in drizzle/migrations", "`tusk status` lists" },
        { "baseline --to x", "no migration \"x\" in drizzle/migrations", "`tusk status` lists" },
        { "repair 0009 --redo", "no migration \"0009\"", "`tusk status` lists" },
        { "repair 0009 --forget", "no migration that is missing", "`tusk status` shows" },
        { "down --to 0009", "no migration \"0009\"", "`tusk status` lists" },
        { "drop 0009", "no migration \"0009\"", "`tusk status` lists" },
        { "squash --to 0009", "no migration \"0009\"", "`tusk status` lists" },
        { "squash", "drizzle/migrations has 1 migration up to there", "two to squash" },
        { "rebase 0009", "there is no migration \"0009\" in drizzle", "the whole tag" },
        { "rebase 0000_create_boxes", "only one branch", "followed the same migration" },
        { "drop", "0000_create_boxes is applied in this database", "`tusk down` undoes" },
        { "seed", "nobody is there to ask", "--yes does it" },
        { "generate --name ../x", "\"../x\" cannot be part of a file name", "Use letters" },
        { "seed --table nope --yes", "there is no table \"nope\"" },
    };
    scene *s = *state;
    tusk_error err;
    static const char *const folders[] = { "db", "empty", "torn/meta" };
    for (size_t i = 0; i < 3; i++) assert_int_equal(tusk_folder_make(folders[i], 0755, &err), 0);
    put("db/schema.def", BOXES "END_TABLE(box, boxes)\n");
    put("afile", "");
    put("torn/meta/_journal.json", "{");
    EXPECT(s, "generate", CLI_OK, "0000_create_boxes");
    EXPECT(s, "up", CLI_OK, "applied");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(s, cases[i][0], CLI_FAILED, &cases[i][1]);
    }
    assert_false(tusk_file_exists("nowhere"));
    assert_false(tusk_file_exists("empty/meta"));
    EXPECT(s, "check", CLI_OK, "everything fits together");
    setenv("POSTGRES_PASSWORD", "wrong", 1);
    EXPECT(s, "status", CLI_FAILED, "password authentication failed", "POSTGRES_PASSWORD");
    assert_null(strstr(s->output, "wrong"));
    setenv("POSTGRES_HOST", "127.0.0.1", 1);
    setenv("POSTGRES_PORT", "1", 1);
    EXPECT(s, "status", CLI_FAILED, "port 1 failed", "POSTGRES_HOST and POSTGRES_PORT");
    EXPECT(s, "drop", CLI_FAILED, "port 1 failed", "--offline");
}

/* From one that nobody wants to the next one, as a person goes on. */
static void a_migration_is_dropped(void **state)
{
    scene *s = *state;
    tusk_error err;
    assert_int_equal(tusk_folder_make("db", 0755, &err), TUSK_OK);
    put("db/schema.def", BOXES "END_TABLE(box, boxes)\n");
    EXPECT(s, "generate", CLI_OK, "0000_create_boxes");
    EXPECT(s, "up", CLI_OK, "applied");
    put("db/schema.def", BOXES "    NULLABLE(text, note)\nEND_TABLE(box, boxes)\n");
    EXPECT(s, "generate --name wrong", CLI_OK, "0001_wrong");
    EXPECT(s, "drop", CLI_FAILED, "remove 0001_wrong from drizzle/migrations?", "--yes");
    EXPECT(s, "status", CLI_OK, "0001_wrong");
    EXPECT(s, "drop --yes", CLI_OK, "0001_wrong is no longer in drizzle/migrations");
    EXPECT(s, "drop 0000 --yes", CLI_FAILED, "0000_create_boxes is applied");
    EXPECT(s, "generate --name right", CLI_OK, "0001_right");
    EXPECT(s, "up", CLI_OK, "1 migration applied");
    EXPECT(s, "check", CLI_OK, "everything fits together");
    assert_non_null(
        support_query(s->arena, &s->server, "alter table boxes add column by_hand int"));
    EXPECT(s, "down --accept-loss", CLI_FAILED, "public.boxes.by_hand", "this would lead back",
           "--accept-drift");
    EXPECT(s, "down --accept-loss --accept-drift", CLI_OK, "1 migration undone");
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    if (!freopen("/dev/null", "r", stdin)) return 2; /* nobody is there to ask */
    const struct CMUnitTest tests[] = {
        SCENE(from_a_schema_to_a_database),
        SCENE(a_likely_rename_is_told),
        SCENE(what_differs_is_told),
        SCENE(what_is_wrong_is_told),
        SCENE(wrong_input_is_told_with_what_to_do),
        SCENE(a_migration_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
