/* test_generate.c - a folder of migrations as tusk_generate() leaves it, after success, errors and
 * crashes */
#include "tests/unit/base/unit.h"

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/migrate/folder.h"
#include "tusk/file.h"

#define ONE \
    "TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\nEND_TABLE(team, teams)\n"
#define TWO                                                              \
    "TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\n" \
    "    NULLABLE(text, slug)\nEND_TABLE(team, teams)\n"

#define CHECKED                                                          \
    "TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\n" \
    "    NULLABLE(text, slug)\n    CHECK(teams_slug, \"slug <> $1\")\nEND_TABLE(team, teams)\n"

struct folder {
    tusk_arena *arena;
    char *root;
    const char *schema, *migrations;
    tusk_generated made;
    tusk_error err;
};

static struct folder open_folder(void *root)
{
    struct folder f = { .arena = tusk_arena_new(0), .root = root };
    f.schema = tusk_path_join(f.arena, root, "schema.def").ptr;
    f.migrations = tusk_path_join(f.arena, root, "drizzle/migrations").ptr;
    return f;
}

static tusk_status generate(struct folder *f, const char *schema, const char *name, bool custom)
{
    unit_write(f->schema, tusk_str_of(schema));
    tusk_generate_options options = {
        .schema = f->schema, .folder = f->migrations, .name = name, .custom = custom
    };
    return tusk_generate(f->arena, &options, &f->made, &f->err);
}

static const char *path_in(struct folder *f, const char *name)
{
    return tusk_path_join(f->arena, f->migrations, name).ptr;
}

static const char *text_of(struct folder *f, const char *name)
{
    tusk_str text;
    assert_ok(tusk_file_read(f->arena, path_in(f, name), 1 << 20, &text, &f->err), f->err);
    return text.ptr;
}

/* The value of a text member at the top of a JSON file. */
static const char *member(struct folder *f, const char *name, const char *key)
{
    json_t *root = json_loads(text_of(f, name), 0, NULL);
    tusk_str copy =
        tusk_arena_str(f->arena, tusk_str_of(json_string_value(json_object_get(root, key))));
    json_decref(root);
    return copy.ptr;
}

static void test_chain(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, NULL, false), f.err);
    assert_true(f.made.changed);
    assert_text(f.made.tag, "0000_create_teams");
    assert_string_equal(text_of(&f, "0000_create_teams.sql"),
                        "CREATE TABLE \"teams\" (\n\t\"id\" text PRIMARY KEY NOT NULL\n);\n");
    assert_ok(generate(&f, ONE, NULL, false), f.err);
    assert_false(f.made.changed);
    assert_ok(generate(&f, TWO, NULL, false), f.err);
    assert_text(f.made.tag, "0001_add_slug_to_teams");
    assert_string_equal(text_of(&f, "0001_add_slug_to_teams.sql"),
                        "ALTER TABLE \"teams\" ADD COLUMN \"slug\" text;");
    assert_string_equal(member(&f, "meta/0000_snapshot.json", "prevId"), TUSK_SNAPSHOT_NO_ID);
    assert_string_equal(member(&f, "meta/0001_snapshot.json", "prevId"),
                        member(&f, "meta/0000_snapshot.json", "id"));
    assert_int_equal(strlen(member(&f, "meta/0001_snapshot.json", "id")), 36);
    assert_int_equal(unit_entries(path_in(&f, "meta")), 3);
    assert_int_equal(unit_entries(f.migrations), 3);
    tusk_arena_free(f.arena);
}

/* What drizzle-kit or a person put into the journal stays, to the byte; `when` is after everything.
 */
static void test_journal_is_kept(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, "first", false), f.err);
    const char *snapshot = text_of(&f, "meta/0000_snapshot.json");
    unit_write(path_in(&f, "0000_first.sql"), TUSK_STR("select 1;"));
    unit_write(
        path_in(&f, "meta/_journal.json"),
        TUSK_STR("{\n  \"version\": \"7\",\n  \"dialect\": \"postgresql\",\n  \"ours\": 1.5,\n"
                 "  \"entries\": [\n    {\n      \"idx\": 6,\n      \"version\": \"7\",\n"
                 "      \"when\": 9000000000000,\n      \"tag\": \"0000_first\",\n"
                 "      \"breakpoints\": true,\n      \"note\": \"\\u00e9\\n\"\n    }\n  ]\n}"));
    assert_ok(generate(&f, TWO, "second-one", false), f.err);
    assert_string_equal(
        text_of(&f, "meta/_journal.json"),
        "{\n  \"version\": \"7\",\n  \"dialect\": \"postgresql\",\n  \"ours\": 1.5,\n"
        "  \"entries\": [\n    {\n      \"idx\": 6,\n      \"version\": \"7\",\n"
        "      \"when\": 9000000000000,\n      \"tag\": \"0000_first\",\n"
        "      \"breakpoints\": true,\n      \"note\": \"é\\n\"\n    },\n    {\n      \"idx\": 7,\n"
        "      \"version\": \"7\",\n      \"when\": 9000000000001,\n"
        "      \"tag\": \"0007_second-one\",\n      \"breakpoints\": true\n    }\n  ]\n}");
    assert_string_equal(snapshot, text_of(&f, "meta/0000_snapshot.json"));
    tusk_arena_free(f.arena);
}

/* A crash before the journal was written: the new files do not count and the next run replaces
 * them. */
static void test_after_a_crash(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, "first", false), f.err);
    const char *journal = text_of(&f, "meta/_journal.json");
    assert_ok(generate(&f, TWO, "second", false), f.err);
    unit_write(path_in(&f, "meta/_journal.json"), tusk_str_of(journal));
    assert_ok(generate(&f, TWO, "again", false), f.err);
    assert_true(f.made.changed);
    assert_text(f.made.tag, "0001_again");
    assert_string_equal(member(&f, "meta/0001_snapshot.json", "prevId"),
                        member(&f, "meta/0000_snapshot.json", "id"));
    tusk_arena_free(f.arena);
}

static void test_custom(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, "first", false), f.err);
    assert_ok(generate(&f, TWO, NULL, true), f.err);
    assert_text(f.made.tag, "0001_custom");
    assert_string_equal(text_of(&f, "0001_custom.sql"),
                        "-- Custom SQL migration file, put your code below! --");
    /* the state stayed, so the column is generated afterwards */
    assert_ok(generate(&f, TWO, NULL, false), f.err);
    assert_text(f.made.tag, "0002_add_slug_to_teams");
    /* what cannot be generated is refused, and recorded once it is written by hand */
    assert_int_equal(generate(&f, CHECKED, NULL, false), TUSK_INVALID);
    assert_string_equal(f.err.message,
                        "the check \"teams_slug\" has a parameter ($1) in its expression");
    assert_int_equal(unit_entries(f.migrations), 4);
    assert_ok(generate(&f, CHECKED, "check_slug", true), f.err);
    assert_ok(generate(&f, CHECKED, NULL, false), f.err);
    assert_false(f.made.changed);
    tusk_arena_free(f.arena);
}

/* What is in a snapshot survives a custom migration. */
static void test_custom_keeps_everything(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, "first", false), f.err);
    const char *snapshot = text_of(&f, "meta/0000_snapshot.json");
    const char *at = strstr(snapshot, "\"sequences\": {}");
    tusk_str changed = tusk_arena_printf(
        f.arena, "%.*s\"sequences\": {\n    \"public.q\": {\n      \"name\": \"q\"\n    }\n  }%s",
        (int)(at - snapshot), snapshot, at + strlen("\"sequences\": {}"));
    unit_write(path_in(&f, "meta/0000_snapshot.json"), changed);
    assert_ok(generate(&f, ONE, NULL, true), f.err);
    assert_non_null(strstr(text_of(&f, "meta/0001_snapshot.json"), "\"public.q\""));
    assert_ok(generate(&f, ONE, "without", false), f.err);
    assert_string_equal(text_of(&f, "0002_without.sql"), "DROP SEQUENCE \"public\".\"q\";");
    tusk_arena_free(f.arena);
}

/* The form that holds nobody up, when asked for; a column that loses data is told. */
static void test_safe_and_renames(void **state)
{
    static const char *const renames[] = { "teams.slug=label", NULL };
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, TWO, "first", false), f.err);
    tusk_generate_options options = { .schema = f.schema, .folder = f.migrations };
    unit_write(f.schema,
               TUSK_STR("TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\n"
                        "    NULLABLE(text, label)\n    CHECK(short, \"label <> ''\")\n"
                        "END_TABLE(team, teams)\n"));
    tusk_rename_questions questions;
    assert_ok(tusk_generate_candidates(f.arena, &options, &questions, &f.err), f.err);
    assert_int_equal(questions.count, 1);
    assert_text(questions.items[0].from, "teams.slug");
    options.renames = renames;
    options.safe = true;
    assert_ok(tusk_generate(f.arena, &options, &f.made, &f.err), f.err);
    assert_int_equal(f.made.changes.losing, 0);
    const char *sql = text_of(&f, tusk_arena_printf(f.arena, "%s.sql", f.made.tag.ptr).ptr);
    assert_non_null(strstr(sql, "RENAME COLUMN \"slug\" TO \"label\""));
    assert_non_null(strstr(sql, "NOT VALID"));
    assert_non_null(strstr(sql, "VALIDATE CONSTRAINT \"short\""));
    assert_ok(generate(&f, ONE, NULL, false), f.err);
    assert_true(f.made.changes.losing > 0);
    tusk_arena_free(f.arena);
}

static void test_refused(void **state)
{
    struct folder f = open_folder(*state);
    assert_int_equal(generate(&f, ONE, "../up", false), TUSK_INVALID);
    assert_non_null(strstr(f.err.message, "cannot be part of a file name"));
    assert_false(tusk_file_exists(f.migrations));
    assert_ok(generate(&f, ONE, "first", false), f.err);

    unit_write(path_in(&f, "0001_second.sql"), TUSK_STR("mine"));
    assert_int_equal(generate(&f, TWO, "second", false), TUSK_INVALID);
    assert_string_equal(text_of(&f, "0001_second.sql"), "mine");

    const char *snapshot = text_of(&f, "meta/0000_snapshot.json");
    assert_ok(generate(&f, TWO, "third", false), f.err);
    unit_write(path_in(&f, "meta/0001_snapshot.json"), tusk_str_of(snapshot));
    assert_int_equal(generate(&f, TWO, NULL, false), TUSK_INVALID);
    assert_string_equal(f.err.message,
                        "0000_snapshot.json and 0001_snapshot.json both follow the same snapshot");

    unit_write(path_in(&f, "meta/_journal.json"), TUSK_STR("{\n\"entries\": [\n,]}"));
    assert_int_equal(generate(&f, TWO, NULL, false), TUSK_INVALID);
    assert_non_null(strstr(f.err.message, "_journal.json:3:1: not valid JSON"));
    unit_write(path_in(&f, "meta/_journal.json"),
               TUSK_STR("{\"entries\":[{\"idx\":0,\"when\":1,\"tag\":\"../x\"}]}"));
    assert_int_equal(generate(&f, TWO, NULL, false), TUSK_INVALID);
    assert_non_null(strstr(f.err.message, "the tag of entry 1 is not a file name"));
    unit_write(path_in(&f, "meta/_journal.json"),
               TUSK_STR("{\"entries\":[{\"idx\":0,\"when\":1,\"tag\":\"\\u001b[2Jx\"}]}"));
    assert_int_equal(generate(&f, TWO, NULL, false), TUSK_INVALID);
    assert_non_null(strstr(f.err.message, "the tag of entry 1 is not a file name"));
    unit_write(path_in(&f, "meta/_journal.json"),
               TUSK_STR("{\"entries\":[{\"idx\":0,\"when\":1e300,\"tag\":\"x\"}]}"));
    assert_int_equal(generate(&f, TWO, NULL, false), TUSK_INVALID);
    assert_non_null(strstr(f.err.message, "entry 1 needs"));
    tusk_arena_free(f.arena);
}

static void test_write_failure_leaves_nothing(void **state)
{
    struct folder f = open_folder(*state);
    assert_ok(generate(&f, ONE, "first", false), f.err);
    /* a folder in the journal's place: the last of the three writes fails */
    const char *journal = path_in(&f, "meta/_journal.json"), *kept = path_in(&f, "meta/kept");
    tusk_str text = tusk_str_of(text_of(&f, "meta/_journal.json"));
    assert_int_equal(rename(journal, kept), 0);
    tusk_new_migration new_one = { .entry = { 1, 2, TUSK_STR("0001_x") },
                                   .sql = TUSK_STR("select 1;"),
                                   .snapshot = TUSK_STR("{}"),
                                   .journal = text };
    tusk_str path;
    assert_int_equal(mkdir(journal, 0700), 0);
    assert_int_equal(tusk_folder_add(f.arena, f.migrations, &new_one, &path, &f.err), TUSK_IO);
    assert_false(tusk_file_exists(path_in(&f, "0001_x.sql")));
    assert_false(tusk_file_exists(path_in(&f, "meta/0001_snapshot.json")));
    assert_int_equal(rmdir(journal), 0);
    assert_int_equal(rename(kept, journal), 0);
    tusk_arena_free(f.arena);
}

/* Two at once would give the same number twice. */
static void test_one_at_a_time(void **state)
{
    struct folder f = open_folder(*state);
    int lock = -1;
    assert_ok(generate(&f, ONE, "first", false), f.err);
    assert_ok(tusk_folder_lock(f.arena, f.migrations, &lock, &f.err), f.err);
    assert_int_equal(generate(&f, TWO, "second", false), TUSK_BUSY);
    close(lock);
    assert_ok(generate(&f, TWO, "second", false), f.err);
    tusk_arena_free(f.arena);
}

static tusk_status generate_within(const struct folder *f, size_t limit)
{
    tusk_arena *arena = tusk_arena_new(limit);
    if (!arena) return TUSK_NOMEM;
    tusk_generate_options options = { .schema = f->schema, .folder = f->migrations, .name = "b" };
    tusk_generated made;
    tusk_error err = { 0 };
    tusk_status st = tusk_generate(arena, &options, &made, &err);
    if (st != TUSK_OK && st != TUSK_NOMEM) print_error("%s\n", err.message);
    tusk_arena_free(arena);
    return st;
}

/* Without memory nothing is written. */
static void test_without_memory(void **state)
{
    struct folder f = open_folder(*state);
    size_t refused = 0;
    assert_ok(generate(&f, ONE, "first", false), f.err);
    unit_write(f.schema, TUSK_STR(TWO));
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_status st = generate_within(&f, 0);
        if (st == TUSK_OK) continue;
        if (st != TUSK_NOMEM) fail_msg("allocation %zu", n);
        assert_int_equal(unit_entries(f.migrations), 2);
        refused++;
    }
    assert_true(refused > 3);
    assert_int_equal(unit_entries(f.migrations), 3);
    tusk_arena_free(f.arena);
}

/* An arena that ends at every size: each of its small pieces is refused once. */
static void test_every_limit(void **state)
{
    struct folder f = open_folder(*state);
    size_t refused = 0;
    tusk_status st = TUSK_NOMEM;
    assert_ok(generate(&f, ONE, "first", false), f.err);
    unit_write(f.schema, TUSK_STR(TWO));
    for (size_t limit = 16; st != TUSK_OK; limit += 48 + limit / 200) {
        assert_true(limit < 64 << 20);
        st = generate_within(&f, limit);
        if (st == TUSK_OK) break;
        if (st != TUSK_NOMEM) fail_msg("limit %zu", limit);
        assert_int_equal(unit_entries(f.migrations), 2);
        refused++;
    }
    assert_true(refused > 100);
    assert_int_equal(unit_entries(f.migrations), 3);
    tusk_arena_free(f.arena);
}

#define FOLDER_TEST(name) \
    cmocka_unit_test_setup_teardown(name, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(test_chain),
        FOLDER_TEST(test_journal_is_kept),
        FOLDER_TEST(test_after_a_crash),
        FOLDER_TEST(test_custom),
        FOLDER_TEST(test_custom_keeps_everything),
        FOLDER_TEST(test_safe_and_renames),
        FOLDER_TEST(test_refused),
        FOLDER_TEST(test_write_failure_leaves_nothing),
        FOLDER_TEST(test_one_at_a_time),
        FOLDER_TEST(test_without_memory),
        FOLDER_TEST(test_every_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
