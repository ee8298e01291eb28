/* test_drop.c - migrations taken out of their folder: only what nobody needs, and nothing is left
 * of it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pg/bases.h"
#include "tusk/history.h"

#define FIRST  BASE_NOTES " COLUMN(text, body)\n" BASE_NOTES_END
#define SECOND BASE_NOTES " COLUMN(text, body)\n NULLABLE(text, title)\n" BASE_NOTES_END
#define COMMENTED \
    BASE_NOTES    \
    " COLUMN(text, body, COMMENT(\"what it says\"))\n NULLABLE(text, title)\n" BASE_NOTES_END

static tusk_dropped dropped; /* by the last drop() */

static tusk_status drop(struct base *b, tusk_conn *conn, const char *tag)
{
    b->err = (tusk_error){ 0 };
    return tusk_migrate_drop(conn, b->arena, b->folder, &(tusk_drop_options){ .tag = tag },
                             &dropped, &b->err);
}

static void expect_refusal(struct base *b, tusk_conn *conn, const char *tag, const char *words)
{
    assert_int_equal(drop(b, conn, tag), TUSK_INVALID);
    if (!strstr(b->err.message, words)) fail_msg("%s", b->err.message);
    assert_true(b->err.hint[0] != '\0');
}

/* As if it had never been: the next one gets its number and its snapshot follows the first. */
static void test_newest_is_dropped(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    const char *journal = base_text(b, "meta/_journal.json");
    base_generate(b, "second", COMMENTED, NULL);
    assert_true(base_has(b, "meta/_0001_tusk.json"));
    tusk_drop_options look = { .dry_run = true };
    base_ok(b, tusk_migrate_drop(b->conn, b->arena, b->folder, &look, &dropped, &b->err));
    assert_string_equal(dropped.tag.ptr, "0001_second");
    assert_true(base_has(b, "0001_second.sql"));
    base_ok(b, drop(b, b->conn, NULL));
    assert_string_equal(dropped.tag.ptr, "0001_second");
    assert_true(dropped.listed);
    assert_false(base_has(b, "0001_second.sql") || base_has(b, "meta/0001_snapshot.json") ||
                 base_has(b, "meta/_0001_tusk.json"));
    assert_string_equal(base_text(b, "meta/_journal.json"), journal);
    base_generate(b, "again", SECOND, NULL);
    assert_true(base_has(b, "0001_again.sql"));
    assert_int_equal(base_up(b), 2);
    base_expect_settled(b);
}

/* The last one, too: drizzle-kit begins anew with an empty list. */
static void test_only_one_is_dropped(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_ok(b, drop(b, NULL, "0000"));
    assert_non_null(strstr(base_text(b, "meta/_journal.json"), "\"entries\": []"));
    expect_refusal(b, NULL, NULL, "there is no migration in");
    base_generate(b, "first", SECOND, NULL);
    assert_true(base_has(b, "0000_first.sql"));
    assert_int_equal(base_up(b), 1);
}

static void test_applied_is_refused(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, NULL);
    assert_int_equal(base_up(b), 2);
    expect_refusal(b, b->conn, NULL, "0001_second is applied in this database");
    assert_true(base_has(b, "0001_second.sql"));
    base_expect(b, SUPPORT_ADVISORY_LOCKS, "0");
    tusk_undone undone;
    base_ok(b, tusk_migrate_down(b->conn, b->arena, b->folder,
                                 &(tusk_down_options){ .accept_loss = true }, &undone, &b->err));
    base_ok(b, drop(b, b->conn, NULL));
    base_put(b, "schema.def", FIRST);
    base_expect_settled(b);
}

/* One that was changed after it had been applied, or cut short, is not the database's any less. */
static void test_changed_and_begun_are_refused(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    assert_int_equal(base_up(b), 1);
    base_put(b, "0000_first.sql", "select 1");
    expect_refusal(b, b->conn, NULL, "0000_first is applied");
    base_generate(b, "second", SECOND, "create index concurrently on notes (title); select 1/0");
    base_ok(b, tusk_migrate_repair(b->conn, b->folder, "0000", TUSK_REPAIR_ACCEPT, 0, &b->err));
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err), TUSK_SERVER);
    expect_refusal(b, b->conn, NULL, "0001_second is begun");
}

static void test_what_others_build_on_is_refused(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, NULL);
    expect_refusal(b, NULL, "0000_first.sql", "0001_second builds on 0000_first");
    base_remove(b, "meta/0001_snapshot.json");
    expect_refusal(b, NULL, "0000_first", "0001_second has no snapshot");
    base_ok(b, drop(b, NULL, "0001_second"));
    base_ok(b, drop(b, NULL, "0000_first"));
}

static void test_unknown_is_refused(void **state)
{
    struct base *b = *state;
    expect_refusal(b, NULL, NULL, "there is no journal");
    assert_false(base_has(b, "meta"));
    base_generate(b, "first", FIRST, NULL);
    static const char *const names[] = { "0001",     "", "..", "../schema", "meta/0000_snapshot",
                                         "0000_firs" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_refusal(b, NULL, names[i], "there is no migration \"");
    }
}

/* What an interruption left behind is named by `check`, and taken by the same command. */
static void test_leftovers_are_dropped(void **state)
{
    struct base *b = *state;
    tusk_findings findings;
    base_generate(b, "first", FIRST, NULL);
    const char *journal = base_text(b, "meta/_journal.json");
    base_generate(b, "second", SECOND, NULL);
    base_put(b, "meta/_journal.json", journal);
    base_put(b, "meta/.DS_Store", "");
    base_ok(b, tusk_check(b->arena, b->folder, NULL, NULL, &findings, &b->err));
    assert_int_equal(findings.warnings, 3);
    expect_refusal(b, NULL, "0001", "there is no migration \"0001\"");
    base_ok(b, drop(b, b->conn, "0001_second"));
    assert_false(dropped.listed);
    assert_false(base_has(b, "0001_second.sql") || base_has(b, "meta/0001_snapshot.json"));
    assert_string_equal(base_text(b, "meta/_journal.json"), journal);
    base_put(b, "0000_stray.sql", "select 1");
    base_ok(b, drop(b, NULL, "0000_stray.sql"));
    assert_false(base_has(b, "0000_stray.sql"));
    assert_true(base_has(b, "meta/0000_snapshot.json"));
}

/* Killed between any two steps, it can be done again, and then nothing of it is left. */
static void drop_killed_after(struct base *b, useconds_t moment)
{
    pid_t child = fork();
    if (child == 0) _exit(drop(b, NULL, "0001_second") == TUSK_OK ? 0 : 1);
    usleep(moment);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_killed_at_any_moment(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    const char *journal = base_text(b, "meta/_journal.json");
    for (useconds_t moment = 0; moment < 6000; moment += 200) {
        base_generate(b, "second", COMMENTED, NULL);
        drop_killed_after(b, moment);
        bool there = base_has(b, "0001_second.sql");
        if (there) base_ok(b, drop(b, NULL, "0001_second"));
        assert_string_equal(base_text(b, "meta/_journal.json"), journal);
        assert_false(base_has(b, "meta/0001_snapshot.json"));
        assert_false(base_has(b, "meta/_0001_tusk.json"));
        assert_false(base_has(b, "0001_second.sql"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_newest_is_dropped, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_only_one_is_dropped, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_applied_is_refused, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_changed_and_begun_are_refused, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_what_others_build_on_is_refused, base_open,
                                        base_close),
        cmocka_unit_test_setup_teardown(test_unknown_is_refused, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_leftovers_are_dropped, base_open, base_close),
        cmocka_unit_test_setup_teardown(test_killed_at_any_moment, base_open, base_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
