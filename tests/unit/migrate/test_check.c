/* test_check.c - what does not fit together in a folder of migrations, and differences between
 * schemas in files */
#include "tests/unit/base/unit.h"

#include <unistd.h>

#include "tusk/change.h"
#include "tusk/file.h"
#include "tusk/migrate.h"

#define ONE \
    "TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\nEND_TABLE(team, teams)\n"
#define TWO                                                              \
    "TABLE(team, teams, \"teams\")\n    COLUMN(text, id, PRIMARY_KEY)\n" \
    "    NULLABLE(text, slug)\nEND_TABLE(team, teams)\n"

struct folder {
    tusk_arena *arena;
    const char *schema, *migrations;
    tusk_findings found;
    tusk_error err;
};

/* Two migrations, as `generate` makes them. */
static struct folder open_folder(void *root)
{
    struct folder f = { .arena = tusk_arena_new(0) };
    f.schema = tusk_path_join(f.arena, root, "schema.def").ptr;
    f.migrations = tusk_path_join(f.arena, root, "drizzle").ptr;
    static const char *const texts[] = { ONE, TWO };
    for (size_t i = 0; i < COUNT(texts); i++) {
        tusk_generated made;
        tusk_generate_options options = { .schema = f.schema, .folder = f.migrations };
        unit_write(f.schema, tusk_str_of(texts[i]));
        assert_ok(tusk_generate(f.arena, &options, &made, &f.err), f.err);
    }
    return f;
}

static void check(struct folder *f)
{
    assert_ok(tusk_check(f->arena, f->migrations, f->schema, NULL, &f->found, &f->err), f->err);
}

/* One finding of that level, whose sentence holds `part`. */
static void assert_found(struct folder *f, tusk_finding_level level, const char *where,
                         const char *part)
{
    check(f);
    for (size_t i = 0; i < f->found.count; i++) {
        const tusk_finding *finding = &f->found.items[i];
        if (finding->level == level && strstr(finding->message.ptr, part) &&
            strstr(finding->where.ptr, where)) {
            return;
        }
    }
    for (size_t i = 0; i < f->found.count; i++)
        print_message("%s\n", f->found.items[i].message.ptr);
    fail_msg("not found: %s", part);
}

static const char *path_in(struct folder *f, const char *name)
{
    return tusk_path_join(f->arena, f->migrations, name).ptr;
}

/* Replaces the first `from` in a file. */
static void edit(struct folder *f, const char *name, const char *from, const char *to)
{
    tusk_str text;
    assert_ok(tusk_file_read(f->arena, path_in(f, name), 1 << 20, &text, &f->err), f->err);
    const char *at = strstr(text.ptr, from);
    assert_non_null(at);
    unit_write(path_in(f, name), tusk_arena_printf(f->arena, "%.*s%s%s", (int)(at - text.ptr),
                                                   text.ptr, to, at + strlen(from)));
}

static void test_fits(void **state)
{
    struct folder f = open_folder(*state);
    check(&f);
    assert_int_equal(f.found.count, 0);
    tusk_arena_free(f.arena);
}

static void test_schema_is_ahead(void **state)
{
    struct folder f = open_folder(*state);
    unit_write(f.schema,
               TUSK_STR(ONE "ENUM(mood, \"mood\") LABEL(mood, ok, \"ok\") END_ENUM(mood)"));
    assert_found(&f, TUSK_FINDING_WARNING, "schema.def", "ahead of the newest snapshot");
    assert_int_equal(f.found.errors, 0);
    unit_write(f.schema, TUSK_STR("TABLE("));
    assert_found(&f, TUSK_FINDING_ERROR, "schema.def", "schema.def:1:7");
    tusk_arena_free(f.arena);
}

static void test_row_51_order_of_times(void **state)
{
    struct folder f = open_folder(*state);
    edit(&f, "meta/_journal.json", "\"when\": ", "\"when\": 9");
    assert_found(&f, TUSK_FINDING_WARNING, "_journal.json",
                 "is not younger than 0000_create_teams");
    tusk_arena_free(f.arena);
}

static void test_missing_and_stray_files(void **state)
{
    struct folder f = open_folder(*state);
    unit_write(path_in(&f, "0007_stray.sql"), TUSK_STR("select 1"));
    assert_found(&f, TUSK_FINDING_WARNING, "0007_stray.sql", "does not list this file");
    assert_int_equal(unlink(path_in(&f, "0000_create_teams.sql")), 0);
    assert_found(&f, TUSK_FINDING_ERROR, "0000_create_teams.sql", "it is not there");
    tusk_arena_free(f.arena);
}

/* Row 52 of the fault matrix: each file cut at each eighth, and one byte in each turned over. */
static void test_row_52_corrupt_files(void **state)
{
    static const char *const names[] = { "meta/_journal.json", "meta/0001_snapshot.json" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct folder f = open_folder(*state);
        tusk_str text;
        assert_ok(tusk_file_read(f.arena, path_in(&f, names[i]), 1 << 20, &text, &f.err), f.err);
        for (size_t part = 0; part < 8; part++) {
            unit_write(path_in(&f, names[i]), (tusk_str){ text.ptr, text.len * part / 8 });
            check(&f);
            assert_true(f.found.errors > 0);
        }
        tusk_str twice = tusk_arena_printf(f.arena, "{\"version\": \"7\", %.*s", (int)text.len - 1,
                                           text.ptr + 1);
        unit_write(path_in(&f, names[i]), twice);
        assert_found(&f, TUSK_FINDING_ERROR, "drizzle", "duplicate object key");
        tusk_arena_free(f.arena);
        unit_folder_remove(state);
        unit_folder_make(state);
    }
}

static void test_collision(void **state)
{
    struct folder f = open_folder(*state);
    tusk_str snapshot, journal;
    assert_ok(
        tusk_file_read(f.arena, path_in(&f, "meta/0001_snapshot.json"), 1 << 20, &snapshot, &f.err),
        f.err);
    unit_write(path_in(&f, "meta/0002_snapshot.json"), snapshot);
    unit_write(path_in(&f, "0002_other.sql"), TUSK_STR("select 1"));
    assert_ok(tusk_file_read(f.arena, path_in(&f, "meta/_journal.json"), 1 << 20, &journal, &f.err),
              f.err);
    edit(&f, "meta/_journal.json", "\"entries\": [",
         "\"entries\": [{\"idx\": 2, \"when\": 1, \"tag\": \"0002_other\"},");
    assert_found(&f, TUSK_FINDING_ERROR, "drizzle", "both follow the same snapshot");
    assert_found(&f, TUSK_FINDING_ERROR, "_journal.json", "has idx 0, not above 2");
    tusk_arena_free(f.arena);
}

static void test_notes(void **state)
{
    struct folder f = open_folder(*state);
    tusk_generated made;
    for (int i = 0; i < 2; i++) {
        tusk_generate_options options = { .schema = f.schema,
                                          .folder = f.migrations,
                                          .custom = true };
        assert_ok(tusk_generate(f.arena, &options, &made, &f.err), f.err);
    }
    assert_found(&f, TUSK_FINDING_NOTE, "0003_custom.sql", "same content as 0002_custom.sql");
    assert_found(&f, TUSK_FINDING_NOTE, "0002_custom.sql", "holds no statement");
    unit_write(path_in(&f, "0002_custom.sql"), TUSK_STR("vacuum;"));
    assert_found(&f, TUSK_FINDING_NOTE, "0002_custom.sql", "cannot run in a transaction");
    assert_int_equal(f.found.errors + f.found.warnings, 0);
    tusk_arena_free(f.arena);
}

/* ---- differences between files ---- */

static void test_between(void **state)
{
    struct folder f = open_folder(*state);
    tusk_changes changes;
    const char *first = path_in(&f, "meta/0000_snapshot.json");
    assert_ok(tusk_changes_between(f.arena, first, f.migrations, NULL, &changes, &f.err), f.err);
    assert_int_equal(changes.count, 1);
    assert_text(changes.sql, "ALTER TABLE \"teams\" ADD COLUMN \"slug\" text;");
    assert_text(changes.items[0].object, "public.teams.slug");
    assert_text(tusk_changes_json(f.arena, &changes),
                "[\n  {\n    \"kind\": \"create\",\n    \"what\": \"column\",\n    \"object\": "
                "\"public.teams.slug\",\n    \"sql\": \"ALTER TABLE \\\"teams\\\" ADD COLUMN "
                "\\\"slug\\\" text;\",\n    \"loses\": null,\n    \"outside\": false\n  }\n]");
    assert_ok(tusk_changes_between(f.arena, f.schema, f.migrations, NULL, &changes, &f.err), f.err);
    assert_int_equal(changes.count, 0);
    assert_ok(tusk_changes_between(f.arena, "empty", first, NULL, &changes, &f.err), f.err);
    assert_int_equal(changes.count, 1);
    assert_int_equal(tusk_changes_between(f.arena, "x.txt", "empty", NULL, &changes, &f.err),
                     TUSK_INVALID);
    assert_string_equal(f.err.message, "\"x.txt\" is no schema");
    tusk_change_options options = { .renames = (const char *const[]){ "nonsense", NULL } };
    assert_int_equal(tusk_changes_between(f.arena, first, f.schema, &options, &changes, &f.err),
                     TUSK_INVALID);
    assert_string_equal(f.err.message, "a rename is \"old=new\", not \"nonsense\"");
    tusk_arena_free(f.arena);
}

#define FOLDER_TEST(name) \
    cmocka_unit_test_setup_teardown(name, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(test_fits),
        FOLDER_TEST(test_schema_is_ahead),
        FOLDER_TEST(test_row_51_order_of_times),
        FOLDER_TEST(test_missing_and_stray_files),
        FOLDER_TEST(test_row_52_corrupt_files),
        FOLDER_TEST(test_collision),
        FOLDER_TEST(test_notes),
        FOLDER_TEST(test_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
