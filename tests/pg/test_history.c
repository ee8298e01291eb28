/* test_history.c - going back over migrations on a real server: what comes after is as if they had
 * never been */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/support.h"
#include "tusk/history.h"
#include "tusk/tusk.h"

#define TABLES                                                                      \
    "select string_agg(table_name || '.' || column_name, ' ' order by table_name, " \
    "ordinal_position) from information_schema.columns where table_schema = 'public'"
#define NOTED \
    "select string_agg(created_at::text, ' ' order by id) from drizzle.__drizzle_migrations"

struct base {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    const char *folder, *schema;
    tusk_error err;
    tusk_undone undone;
};

static int open_base(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    b->folder = support_folder(b->arena);
    b->schema = tusk_path_join(b->arena, b->folder, "schema.def").ptr;
    assert_int_equal(tusk_conn_open(&b->server, 10000, &b->conn, &b->err), TUSK_OK);
    *state = b;
    return 0;
}

static int close_base(void **state)
{
    struct base *b = *state;
    tusk_conn_close(b->conn);
    support_remove_folder(b->folder);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

static void ok(struct base *b, tusk_status st)
{
    if (st != TUSK_OK) fail_msg("%s (%s)", b->err.message, b->err.hint);
}

static void put(struct base *b, const char *name, const char *text)
{
    tusk_str path = tusk_path_join(b->arena, b->folder, name);
    ok(b, tusk_file_replace(path.ptr, tusk_str_of(text), 0644, &b->err));
}

/* The next migration of a schema, `sql` after what is generated. */
static void generate(struct base *b, const char *name, const char *schema, const char *sql)
{
    tusk_generated made;
    put(b, "schema.def", schema);
    tusk_generate_options options = { .schema = b->schema, .folder = b->folder, .name = name };
    ok(b, tusk_generate(b->arena, &options, &made, &b->err));
    assert_true(made.changed);
    if (!sql) return;
    tusk_str text =
        tusk_arena_printf(b->arena, "%s--> statement-breakpoint\n%s", made.sql.ptr, sql);
    ok(b, tusk_file_replace(made.path.ptr, text, 0644, &b->err));
}

static int up(struct base *b)
{
    int applied = 0;
    ok(b, tusk_migrate_up(b->conn, b->folder, NULL, &applied, &b->err));
    return applied;
}

static tusk_status down(struct base *b, const tusk_down_options *options)
{
    b->err = (tusk_error){ 0 };
    return tusk_migrate_down(b->conn, b->arena, b->folder, options, &b->undone, &b->err);
}

static void assert_answer(struct base *b, const char *sql, const char *expected)
{
    const char *answer = support_query(b->arena, &b->server, sql);
    assert_non_null(answer);
    assert_string_equal(answer, expected);
}

static void sql(struct base *b, const char *text)
{
    ok(b, tusk_conn_script(b->conn, tusk_str_of(text), &b->err));
}

#define NOTES  "TABLE(note, notes, \"notes\")\n COLUMN(integer, id, PRIMARY_KEY)\n"
#define END    "END_TABLE(note, notes)\n"
#define FIRST  NOTES " COLUMN(text, body)\n" END
#define SECOND NOTES " COLUMN(text, body)\n NULLABLE(text, title)\n" END
#define TAGS                                                                               \
    "TABLE(tag, tags, \"tags\")\n COLUMN(integer, id, PRIMARY_KEY)\n COLUMN(text, name)\n" \
    "END_TABLE(tag, tags)\n"

/* ---- down ---- */

static void down_undoes_the_newest(void **state)
{
    struct base *b = *state;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", FIRST TAGS, NULL);
    assert_int_equal(up(b), 2);
    assert_int_equal(down(b, NULL), TUSK_MISUSE);
    assert_non_null(strstr(b->err.message, "public.tags"));
    assert_answer(b, TABLES, "notes.id notes.body tags.id tags.name");
    ok(b, down(b, &(tusk_down_options){ .accept_loss = true, .dry_run = true }));
    assert_answer(b, TABLES, "notes.id notes.body tags.id tags.name");
    ok(b, down(b, &(tusk_down_options){ .lose = (const char *const[]){ "tags", NULL } }));
    assert_int_equal(b->undone.count, 1);
    assert_answer(b, TABLES, "notes.id notes.body");
    assert_int_equal(up(b), 1);
    assert_answer(b, TABLES, "notes.id notes.body tags.id tags.name");
}

static void down_goes_back_to(void **state)
{
    struct base *b = *state;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", SECOND, NULL);
    generate(b, "third", SECOND TAGS, NULL);
    up(b);
    sql(b, "insert into notes (id, body) values (1, 'kept')");
    ok(b, down(b, &(tusk_down_options){ .to = "0000", .accept_loss = true }));
    assert_int_equal(b->undone.count, 2);
    assert_string_equal(b->undone.migrations[0].tag.ptr, "0002_third");
    assert_answer(b, TABLES, "notes.id notes.body");
    assert_answer(b, "select body from notes", "kept");
    assert_answer(b, "select count(*) from drizzle.__drizzle_migrations", "1");
    ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    assert_answer(b, TABLES, "");
    assert_int_equal(down(b, NULL), TUSK_INVALID);
    assert_int_equal(up(b), 3);
}

/* What was renamed has its old name again, with what it holds. */
static void down_renames_back(void **state)
{
    struct base *b = *state;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", NOTES " COLUMN(text, content, RENAMED_FROM(\"body\"))\n" END, NULL);
    up(b);
    sql(b, "insert into notes values (1, 'kept')");
    ok(b, down(b, NULL));
    assert_answer(b, "select body from notes", "kept");
    generate(b, "third",
             "TABLE(page, pages, \"pages\", RENAMED_FROM(\"notes\"))\n"
             " COLUMN(integer, id, PRIMARY_KEY)\n COLUMN(text, content)\n"
             "END_TABLE(page, pages)\n",
             NULL);
    assert_int_equal(up(b), 2);
    ok(b, down(b, &(tusk_down_options){ .to = "0"
                                              "001" }));
    assert_answer(b, "select content from notes", "kept");
}

/* A label, too: the rows that hold it cannot be cast to a type without it. */
static void down_renames_labels_back(void **state)
{
#define RELABELED(label)                                                    \
    "ENUM(mood, \"mood\")\n LABEL(mood, good, " label ")\nEND_ENUM(mood)\n" \
    "TABLE(day, days, \"days\")\n COLUMN(enumeration(mood), mood)\nEND_TABLE(day, days)\n"
    struct base *b = *state;
    generate(b, "first", RELABELED("\"it's good\""), NULL);
    generate(b, "second", RELABELED("\"fine\", RENAMED_FROM(\"it's good\")"), NULL);
    up(b);
    sql(b, "insert into days values ('fine')");
    ok(b, down(b, NULL));
    assert_answer(b, "select mood from days", "it's good");
    assert_int_equal(up(b), 1);
    assert_answer(b, "select mood from days", "fine");
}

/* What a view, an index or a type was commented with goes with it. */
static void down_leaves_comments_of_what_is_gone(void **state)
{
    struct base *b = *state;
    generate(b, "first",
             "ENUM(mood, \"mood\")\n LABEL(mood, good, \"good\")\nEND_ENUM(mood)\n"
             "TABLE(day, days, \"days\")\n COLUMN(integer, n)\n INDEX(days_n, ON(n))\n"
             "END_TABLE(day, days)\n"
             "VIEW(one, ones, \"ones\", \"select 1 as id\", COMMENT(\"one\"))\n"
             " COLUMN(integer, id)\nEND_VIEW(one, ones)\n"
             "COMMENT_ON(\"INDEX \\\"public\\\".\\\"days_n\\\"\", \"fast\")\n"
             "COMMENT_ON(\"TYPE \\\"public\\\".\\\"mood\\\"\", \"how\")\n",
             NULL);
    assert_int_equal(up(b), 1);
    ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    assert_answer(b, TABLES, "");
}

static void down_names_what_was_written_by_hand(void **state)
{
    struct base *b = *state;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", SECOND, "insert into notes (id, body) values (7, 'by hand');\n");
    up(b);
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_MISUSE);
    assert_int_equal(b->undone.left_count, 1);
    assert_int_equal(b->undone.left[0].line, 2);
    assert_non_null(strstr(b->err.message, "0001_second.sql:2"));
    assert_answer(b, TABLES, "notes.id notes.body notes.title");
    ok(b, down(b, &(tusk_down_options){ .accept_loss = true, .leave = true }));
    assert_answer(b, TABLES, "notes.id notes.body");
    assert_answer(b, "select id from notes", "7");
}

/* With a gap, or a file that is not what was applied, the snapshots do not tell what is there. */
static void down_refuses_what_it_does_not_know(void **state)
{
    struct base *b = *state;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", SECOND, NULL);
    up(b);
    ok(b, tusk_migrate_mark(b->conn, b->folder, "0000", false, &b->err));
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0000_first is pending"));
    ok(b, tusk_migrate_mark(b->conn, b->folder, "0000", true, &b->err));
    put(b, "0001_second.sql", "select 1");
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0001_second is changed"));
    assert_answer(b, TABLES, "notes.id notes.body notes.title");
}

/* A failure in the middle leaves everything as it was. */
static void down_is_all_or_nothing(void **state)
{
    struct base *b = *state;
    generate(b, "first", NOTES " NULLABLE(integer, size)\n" END, NULL);
    generate(b, "second", NOTES " NULLABLE(text, size)\n" END TAGS, NULL);
    up(b);
    sql(b, "insert into notes values (1, 'no number')");
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_SERVER);
    assert_answer(b, TABLES, "notes.id notes.size tags.id tags.name");
    assert_answer(b, "select count(*) from drizzle.__drizzle_migrations", "2");
    assert_answer(b, SUPPORT_ADVISORY_LOCKS, "0");
}

/* ---- squash ---- */

static const char *text_of(struct base *b, const char *name)
{
    tusk_str text, path = tusk_path_join(b->arena, b->folder, name);
    ok(b, tusk_file_read(b->arena, path.ptr, 1 << 20, &text, &b->err));
    return text.ptr;
}

static bool is_there(struct base *b, const char *name)
{
    return tusk_file_exists(tusk_path_join(b->arena, b->folder, name).ptr);
}

/* The schema of the folder and of the database are the same, and nothing is pending. */
static void assert_settled(struct base *b)
{
    tusk_findings findings;
    tusk_change_options options = { .server = &b->server };
    ok(b, tusk_check(b->arena, b->folder, b->schema, &options, &findings, &b->err));
    for (size_t i = 0; i < findings.count; i++) print_error("%s\n", findings.items[i].message.ptr);
    assert_int_equal(findings.count, 0);
    assert_int_equal(up(b), 0);
}

static void other_database(struct base *b)
{
    tusk_conn_close(b->conn);
    b->conn = NULL;
    b->server = support_database(b->arena);
    ok(b, tusk_conn_open(&b->server, 10000, &b->conn, &b->err));
}

static void squash_makes_one(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    generate(b, "first", FIRST, NULL);
    generate(b, "second", SECOND TAGS, NULL);
    generate(b, "third", SECOND, NULL);
    up(b);
    ok(b, tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err));
    assert_int_equal(made.count, 3);
    assert_false(made.statements);
    assert_string_equal(made.tag.ptr, "0000_squashed");
    assert_null(strstr(text_of(b, "0000_squashed.sql"), "tags"));
    assert_false(is_there(b, "0000_first.sql") || is_there(b, "0002_third.sql"));
    assert_false(is_there(b, "meta/0002_snapshot.json"));
    assert_settled(b);
    assert_answer(b,
                  "select count(*), count(distinct created_at) from "
                  "drizzle.__drizzle_migrations",
                  "4|3");
    generate(b, "fourth", SECOND TAGS, NULL);
    assert_true(is_there(b, "0001_fourth.sql"));
    assert_int_equal(up(b), 1);
    ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    assert_answer(b, "select count(*) from drizzle.__drizzle_migrations", "0");
    assert_int_equal(up(b), 2);
    other_database(b);
    assert_int_equal(up(b), 2);
    assert_settled(b);
    ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    assert_answer(b, TABLES, "");
}

/* Statements written by hand are kept, in their order among the others. */
static void squash_keeps_what_was_written_by_hand(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    generate(b, "first", FIRST, "insert into notes values (1, 'one')");
    generate(b, "second", SECOND, "update notes set title = 'a title'");
    generate(b, "third", SECOND TAGS, NULL);
    up(b);
    ok(b, tusk_squash(b->arena, b->folder, "0001", "start", &made, &b->err));
    assert_true(made.statements);
    assert_true(is_there(b, "0002_third.sql") && is_there(b, "0000_start.sql"));
    assert_settled(b);
    other_database(b);
    assert_int_equal(up(b), 2);
    assert_answer(b, "select body, title from notes", "one|a title");
    assert_settled(b);
}

/* Who has only some of them is not told that nothing is pending, nor is anything run twice. */
static void squash_is_refused_where_only_a_part_is_applied(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    generate(b, "first", FIRST, NULL);
    up(b);
    generate(b, "second", SECOND, NULL);
    ok(b, tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err));
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "only some of them"));
    assert_answer(b, TABLES, "notes.id notes.body");
}

static void squash_names_what_needs_its_own_transaction(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
#define MOOD(labels) \
    "ENUM(mood, \"mood\")\n LABEL(mood, fine, \"fine\")\n" labels "END_ENUM(mood)\n"
    generate(b, "first", MOOD("") FIRST, "insert into notes values (1, 'one')");
    generate(b, "second", MOOD(" LABEL(mood, bad, \"bad\")\n") FIRST, NULL);
    generate(b, "third", MOOD(" LABEL(mood, bad, \"bad\")\n") SECOND,
             "update notes set title = 'bad'::mood::text");
    assert_int_equal(up(b), 3);
    assert_int_equal(tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0002_third.sql uses 'bad'"));
    ok(b, tusk_squash(b->arena, b->folder, "0001", NULL, &made, &b->err));
    assert_settled(b);
}

/* ---- rebase ---- */

static void remove_file(struct base *b, const char *name)
{
    unlink(tusk_path_join(b->arena, b->folder, name).ptr);
}

/* As git leaves a file that both branches wrote; `base` NULL: neither had it before. */
static void put_conflict(struct base *b, const char *name, const char *ours, const char *theirs)
{
    put(b, name,
        tusk_arena_printf(b->arena,
                          "<<<<<<< HEAD\n%s\n||||||| 1234567\n=======\n%s\n>>>>>>> main\n", ours,
                          theirs)
            .ptr);
}

/* The folder of a merge: 0000_first, then 0001_mine on one branch and 0001_theirs on the other. The
 * database has `mine`. */
static void make_conflict(struct base *b, const char *mine, const char *theirs)
{
    generate(b, "first", FIRST, NULL);
    const char *first = text_of(b, "meta/_journal.json");
    generate(b, "mine", mine, NULL);
    up(b);
    const char *own = text_of(b, "meta/_journal.json"),
               *own_shot = text_of(b, "meta/0001_snapshot.json");
    const char *sql_text = text_of(b, "0001_mine.sql");
    remove_file(b, "0001_mine.sql");
    remove_file(b, "meta/0001_snapshot.json");
    put(b, "meta/_journal.json", first);
    generate(b, "theirs", theirs, NULL);
    put(b, "0001_mine.sql", sql_text);
    put_conflict(b, "meta/0001_snapshot.json", own_shot, text_of(b, "meta/0001_snapshot.json"));
    put_conflict(b, "meta/_journal.json", own, text_of(b, "meta/_journal.json"));
}

static void rebase_resolves_a_merge(void **state)
{
    struct base *b = *state;
    tusk_rebased_list moved;
    make_conflict(b, SECOND, NOTES " COLUMN(text, body)\n NULLABLE(text, colour)\n" END TAGS);
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.hint, "tusk rebase"));
    ok(b, tusk_rebase(b->arena, b->folder, "0001_mine", &moved, &b->err));
    assert_int_equal(moved.count, 1);
    assert_string_equal(moved.items[0].tag.ptr, "0002_mine");
    assert_true(is_there(b, "0001_theirs.sql") && is_there(b, "0002_mine.sql"));
    assert_false(is_there(b, "0001_mine.sql"));
    put(b, "schema.def",
        NOTES " COLUMN(text, body)\n NULLABLE(text, colour)\n"
              " NULLABLE(text, title)\n" END TAGS);
    assert_int_equal(up(b), 1); /* theirs: mine is known again */
    assert_answer(b, "select count(*) from information_schema.columns where table_name = 'notes'",
                  "4");
    other_database(b);
    assert_int_equal(up(b), 3);
    assert_settled(b);
}

/* Both in the journal already, with different numbers: the snapshots tell which follows which. */
static void rebase_follows_the_snapshots(void **state)
{
    struct base *b = *state;
    tusk_rebased_list moved;
    generate(b, "first", FIRST, NULL);
    const char *first = text_of(b, "meta/_journal.json");
    generate(b, "mine", SECOND, NULL);
    const char *own = text_of(b, "meta/_journal.json");
    const char *own_shot = text_of(b, "meta/0001_snapshot.json");
    put(b, "0005_mine.sql", text_of(b, "0001_mine.sql"));
    remove_file(b, "0001_mine.sql");
    remove_file(b, "meta/0001_snapshot.json");
    put(b, "meta/_journal.json", first);
    generate(b, "theirs", FIRST TAGS, NULL);
    put(b, "meta/0005_snapshot.json", own_shot);
    const char *theirs = text_of(b, "meta/_journal.json");
    const char *entry = strrchr(own, '{'), *end = strrchr(theirs, ']');
    int length = (int)(strrchr(own, ']') - entry);
    char *journal = strdup(
        tusk_arena_printf(b->arena, "%.*s,%.*s]}", (int)(end - theirs), theirs, length, entry).ptr);
    memcpy(strstr(journal, "0001_mine"), "0005", 4);
    put(b, "meta/_journal.json", journal);
    free(journal);
    tusk_generated made;
    tusk_generate_options again = { .schema = b->schema, .folder = b->folder };
    assert_int_equal(tusk_generate(b->arena, &again, &made, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.hint, "tusk rebase"));
    ok(b, tusk_rebase(b->arena, b->folder, "0005_mine", &moved, &b->err));
    assert_int_equal(moved.count, 1);
    assert_int_equal(up(b), 3);
    put(b, "schema.def", SECOND TAGS);
    assert_settled(b);
    assert_int_equal(tusk_rebase(b->arena, b->folder, moved.items[0].tag.ptr, &moved, &b->err),
                     TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "only one branch"));
}

static void rebase_names_what_both_change(void **state)
{
    struct base *b = *state;
    tusk_rebased_list moved;
    make_conflict(b, SECOND, NOTES " COLUMN(text, body)\n NULLABLE(varchar(9), title)\n" END);
    assert_int_equal(tusk_rebase(b->arena, b->folder, "0001_mine", &moved, &b->err), TUSK_INVALID);
    assert_string_equal(b->err.message,
                        "both branches change the same thing: tables public.notes columns title");
    assert_true(is_there(b, "0001_mine.sql") && is_there(b, "0001_theirs.sql"));
    assert_non_null(strstr(text_of(b, "meta/_journal.json"), "<<<<<<<"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(down_undoes_the_newest, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_goes_back_to, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_renames_back, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_renames_labels_back, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_leaves_comments_of_what_is_gone, open_base,
                                        close_base),
        cmocka_unit_test_setup_teardown(down_names_what_was_written_by_hand, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_refuses_what_it_does_not_know, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_is_all_or_nothing, open_base, close_base),
        cmocka_unit_test_setup_teardown(squash_makes_one, open_base, close_base),
        cmocka_unit_test_setup_teardown(squash_keeps_what_was_written_by_hand, open_base,
                                        close_base),
        cmocka_unit_test_setup_teardown(squash_is_refused_where_only_a_part_is_applied, open_base,
                                        close_base),
        cmocka_unit_test_setup_teardown(squash_names_what_needs_its_own_transaction, open_base,
                                        close_base),
        cmocka_unit_test_setup_teardown(rebase_resolves_a_merge, open_base, close_base),
        cmocka_unit_test_setup_teardown(rebase_follows_the_snapshots, open_base, close_base),
        cmocka_unit_test_setup_teardown(rebase_names_what_both_change, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
