/* test_history.c - going back over migrations on a real server: what comes after is as if they had
 * never been */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pg/bases.h"
#include "tusk/history.h"

#define TABLES                                                                      \
    "select string_agg(table_name || '.' || column_name, ' ' order by table_name, " \
    "ordinal_position) from information_schema.columns where table_schema = 'public'"
#define NOTED \
    "select string_agg(created_at::text, ' ' order by id) from drizzle.__drizzle_migrations"

static tusk_undone undone; /* by the last down() */

static tusk_status down(struct base *b, const tusk_down_options *options)
{
    b->err = (tusk_error){ 0 };
    return tusk_migrate_down(b->conn, b->arena, b->folder, options, &undone, &b->err);
}

#define NOTES  BASE_NOTES
#define END    BASE_NOTES_END
#define FIRST  NOTES " COLUMN(text, body)\n" END
#define SECOND NOTES " COLUMN(text, body)\n NULLABLE(text, title)\n" END
#define TAGS                                                                               \
    "TABLE(tag, tags, \"tags\")\n COLUMN(integer, id, PRIMARY_KEY)\n COLUMN(text, name)\n" \
    "END_TABLE(tag, tags)\n"

/* ---- down ---- */

static void down_undoes_the_newest(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", FIRST TAGS, NULL);
    assert_int_equal(base_up(b), 2);
    assert_int_equal(down(b, NULL), TUSK_MISUSE);
    assert_non_null(strstr(b->err.message, "public.tags"));
    base_expect(b, TABLES, "notes.id notes.body tags.id tags.name");
    base_ok(b, down(b, &(tusk_down_options){ .accept_loss = true, .dry_run = true }));
    base_expect(b, TABLES, "notes.id notes.body tags.id tags.name");
    base_ok(b, down(b, &(tusk_down_options){ .lose = (const char *const[]){ "tags", NULL } }));
    assert_int_equal(undone.count, 1);
    base_expect(b, TABLES, "notes.id notes.body");
    assert_int_equal(base_up(b), 1);
    base_expect(b, TABLES, "notes.id notes.body tags.id tags.name");
}

static void down_goes_back_to(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, NULL);
    base_generate(b, "third", SECOND TAGS, NULL);
    base_up(b);
    base_sql(b, "insert into notes (id, body) values (1, 'kept')");
    base_ok(b, down(b, &(tusk_down_options){ .to = "0000", .accept_loss = true }));
    assert_int_equal(undone.count, 2);
    assert_string_equal(undone.migrations[0].tag.ptr, "0002_third");
    base_expect(b, TABLES, "notes.id notes.body");
    base_expect(b, "select body from notes", "kept");
    base_expect(b, "select count(*) from drizzle.__drizzle_migrations", "1");
    base_ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    base_expect(b, TABLES, "");
    assert_int_equal(down(b, NULL), TUSK_INVALID);
    assert_int_equal(base_up(b), 3);
}

/* What was renamed has its old name again, with what it holds. */
static void down_renames_back(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", NOTES " COLUMN(text, content, RENAMED_FROM(\"body\"))\n" END, NULL);
    base_up(b);
    base_sql(b, "insert into notes values (1, 'kept')");
    base_ok(b, down(b, NULL));
    base_expect(b, "select body from notes", "kept");
    base_generate(b, "third",
                  "TABLE(page, pages, \"pages\", RENAMED_FROM(\"notes\"))\n"
                  " COLUMN(integer, id, PRIMARY_KEY)\n COLUMN(text, content)\n"
                  "END_TABLE(page, pages)\n",
                  NULL);
    assert_int_equal(base_up(b), 2);
    base_ok(b, down(b, &(tusk_down_options){ .to = "0"
                                                   "001" }));
    base_expect(b, "select content from notes", "kept");
}

/* A label, too: the rows that hold it cannot be cast to a type without it. */
static void down_renames_labels_back(void **state)
{
#define RELABELED(label)                                                    \
    "ENUM(mood, \"mood\")\n LABEL(mood, good, " label ")\nEND_ENUM(mood)\n" \
    "TABLE(day, days, \"days\")\n COLUMN(enumeration(mood), mood)\nEND_TABLE(day, days)\n"
    struct base *b = *state;
    base_generate(b, "first", RELABELED("\"it's good\""), NULL);
    base_generate(b, "second", RELABELED("\"fine\", RENAMED_FROM(\"it's good\")"), NULL);
    base_up(b);
    base_sql(b, "insert into days values ('fine')");
    base_ok(b, down(b, NULL));
    base_expect(b, "select mood from days", "it's good");
    assert_int_equal(base_up(b), 1);
    base_expect(b, "select mood from days", "fine");
}

/* What a view, an index or a type was commented with goes with it. */
static void down_leaves_comments_of_what_is_gone(void **state)
{
    struct base *b = *state;
    base_generate(b, "first",
                  "ENUM(mood, \"mood\")\n LABEL(mood, good, \"good\")\nEND_ENUM(mood)\n"
                  "TABLE(day, days, \"days\")\n COLUMN(integer, n)\n INDEX(days_n, ON(n))\n"
                  "END_TABLE(day, days)\n"
                  "VIEW(one, ones, \"ones\", \"select 1 as id\", COMMENT(\"one\"))\n"
                  " COLUMN(integer, id)\nEND_VIEW(one, ones)\n"
                  "COMMENT_ON(\"INDEX \\\"public\\\".\\\"days_n\\\"\", \"fast\")\n"
                  "COMMENT_ON(\"TYPE \\\"public\\\".\\\"mood\\\"\", \"how\")\n",
                  NULL);
    assert_int_equal(base_up(b), 1);
    base_ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    base_expect(b, TABLES, "");
}

static void down_names_what_was_written_by_hand(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, "insert into notes (id, body) values (7, 'by hand');\n");
    base_up(b);
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_MISUSE);
    assert_int_equal(undone.left_count, 1);
    assert_int_equal(undone.left[0].line, 2);
    assert_non_null(strstr(b->err.message, "0001_second.sql:2"));
    base_expect(b, TABLES, "notes.id notes.body notes.title");
    base_ok(b, down(b, &(tusk_down_options){ .accept_loss = true, .leave = true }));
    base_expect(b, TABLES, "notes.id notes.body");
    base_expect(b, "select id from notes", "7");
}

/* With a gap, or a file that is not what was applied, the snapshots do not tell what is there. */
static void down_refuses_what_it_does_not_know(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, NULL);
    base_up(b);
    base_ok(b, tusk_migrate_mark(b->conn, b->folder, "0000", false, &b->err));
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0000_first is pending"));
    base_ok(b, tusk_migrate_mark(b->conn, b->folder, "0000", true, &b->err));
    base_put(b, "0001_second.sql", "select 1");
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0001_second is changed"));
    base_expect(b, TABLES, "notes.id notes.body notes.title");
}

/* What somebody did by hand is in no snapshot: it is named before anything is touched. */
static void down_looks_for_drift(void **state)
{
    struct base *b = *state;
    const char *tables = "notes.id notes.body notes.title notes.by_hand";
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND, NULL);
    base_generate(b, "third", SECOND TAGS, NULL);
    tusk_migrate_options two = { .to = "0001" };
    base_ok(b, tusk_migrate_up(b->conn, b->folder, &two, NULL, &b->err));
    base_sql(b, "alter table notes add column by_hand integer default 1 + 1");
    tusk_down_options options = { .accept_loss = true, .server = &b->server };
    assert_int_equal(down(b, &options), TUSK_MISUSE);
    assert_string_equal(b->err.message, "the database is not as the migrations made it: column "
                                        "public.notes.by_hand differs (1 such)");
    assert_int_equal(undone.drift.count, 1);
    assert_string_equal(undone.drift.items[0].sql.ptr,
                        "ALTER TABLE \"notes\" DROP COLUMN \"by_hand\";");
    base_expect(b, TABLES, tables);
    options.accept_drift = true;
    base_ok(b, down(b, &options));
    base_expect(b, TABLES, "notes.id notes.body notes.by_hand");
}

/* An expression is the same however PostgreSQL writes it. */
static void down_takes_no_rewriting_for_drift(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second",
                  NOTES
                  " COLUMN(text, body)\n CHECK(notes_body, \"body in ('a', 'b') or id > 1\")\n"
                  " INDEX(notes_low, ON_SQL(\"lower(body)\"), WHERE(\"id between 1 and 5\"))\n" END,
                  NULL);
    base_up(b);
    base_ok(b, down(b, &(tusk_down_options){ .server = &b->server }));
    base_ok(b, down(b, &(tusk_down_options){ .server = &b->server, .accept_loss = true }));
    base_expect(b, TABLES, "");
}

/* A failure in the middle leaves everything as it was. */
static void down_is_all_or_nothing(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", NOTES " NULLABLE(integer, size)\n" END, NULL);
    base_generate(b, "second", NOTES " NULLABLE(text, size)\n" END TAGS, NULL);
    base_up(b);
    base_sql(b, "insert into notes values (1, 'no number')");
    assert_int_equal(down(b, &(tusk_down_options){ .accept_loss = true }), TUSK_SERVER);
    base_expect(b, TABLES, "notes.id notes.size tags.id tags.name");
    base_expect(b, "select count(*) from drizzle.__drizzle_migrations", "2");
    base_expect(b, SUPPORT_ADVISORY_LOCKS, "0");
}

/* ---- rows without a file ---- */

static tusk_status forget(struct base *b, const char *key)
{
    b->err = (tusk_error){ 0 };
    return tusk_migrate_repair(b->conn, b->folder, key, TUSK_REPAIR_FORGET, 0, &b->err);
}

static void expect_not_forgotten(struct base *b, const char *key, const char *words)
{
    assert_int_equal(forget(b, key), TUSK_INVALID);
    if (!strstr(b->err.message, words)) fail_msg("%s: %s", key, b->err.message);
    assert_true(b->err.hint[0] != '\0');
}

#define ROWS "select string_agg(left(hash, 8), ' ' order by id) from drizzle.__drizzle_migrations"

/* Exactly the row that is named, by its time or its hash. */
static void missing_rows_are_forgotten(void **state)
{
    struct base *b = *state;
    tusk_migration_list list;
    base_generate(b, "first", FIRST, NULL);
    base_up(b);
    base_sql(b, "insert into drizzle.__drizzle_migrations (hash, created_at) values"
                " ('aaaaaaaa11', 5), ('aaaaaaaa22', 5), ('bbbbbbbb11', 6), ('cccccccc11', null),"
                " ('dddddddd11', 7), ('dddddddd11', 7)");
    const char *own = tusk_arena_printf(b->arena, "%.8s", base_answer(b, ROWS)).ptr;
    expect_not_forgotten(b, "0000", "0000_first is applied, not missing");
    expect_not_forgotten(b, "5", "names several rows");
    expect_not_forgotten(b, "aaaaaaaa", "names several rows");
    expect_not_forgotten(b, "aaaaaaa", "no migration that is missing");
    expect_not_forgotten(b, own, "no migration that is missing");
    base_ok(b, forget(b, "aaaaaaaa1"));
    base_ok(b, forget(b, "5"));
    base_ok(b, forget(b, "cccccccc"));
    base_ok(b, forget(b, "7"));
    base_expect(b, ROWS, tusk_arena_printf(b->arena, "%s bbbbbbbb", own).ptr);
    base_ok(b, forget(b, "6"));
    base_ok(b, tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err));
    assert_int_equal(list.count, 1);
    base_expect(b, TABLES, "notes.id notes.body");
    base_expect(b, SUPPORT_ADVISORY_LOCKS, "0");
}

/* Of an older runner's table, too, by the name that it gave. */
static void missing_names_are_forgotten(void **state)
{
    struct base *b = *state;
    base_generate(b, "first", FIRST, NULL);
    base_sql(b, "create table \"__drizzle_migrations\" (id serial primary key, migration_name text,"
                " applied_at timestamptz default now());"
                "insert into \"__drizzle_migrations\" (migration_name) values ('0000_old.sql'),"
                " ('0001_older.sql')");
    base_ok(b, forget(b, "0000_old"));
    base_expect(b, "select migration_name from \"__drizzle_migrations\"", "0001_older.sql");
    base_ok(b, forget(b, "0001_older.sql"));
    base_expect(b, "select count(*) from \"__drizzle_migrations\"", "0");
}

/* ---- squash ---- */

static void squash_makes_one(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    base_generate(b, "first", FIRST, NULL);
    base_generate(b, "second", SECOND TAGS, NULL);
    base_generate(b, "third", SECOND, NULL);
    base_up(b);
    base_ok(b, tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err));
    assert_int_equal(made.count, 3);
    assert_false(made.statements);
    assert_string_equal(made.tag.ptr, "0000_squashed");
    assert_null(strstr(base_text(b, "0000_squashed.sql"), "tags"));
    assert_false(base_has(b, "0000_first.sql") || base_has(b, "0002_third.sql"));
    assert_false(base_has(b, "meta/0002_snapshot.json"));
    base_expect_settled(b);
    base_expect(b,
                "select count(*), count(distinct created_at) from "
                "drizzle.__drizzle_migrations",
                "4|3");
    base_generate(b, "fourth", SECOND TAGS, NULL);
    assert_true(base_has(b, "0001_fourth.sql"));
    assert_int_equal(base_up(b), 1);
    base_ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    base_expect(b, "select count(*) from drizzle.__drizzle_migrations", "0");
    assert_int_equal(base_up(b), 2);
    base_other_database(b);
    assert_int_equal(base_up(b), 2);
    base_expect_settled(b);
    base_ok(b, down(b, &(tusk_down_options){ .to = "empty", .accept_loss = true }));
    base_expect(b, TABLES, "");
}

/* Statements written by hand are kept, in their order among the others. */
static void squash_keeps_what_was_written_by_hand(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    base_generate(b, "first", FIRST, "insert into notes values (1, 'one')");
    base_generate(b, "second", SECOND, "update notes set title = 'a title'");
    base_generate(b, "third", SECOND TAGS, NULL);
    base_up(b);
    base_ok(b, tusk_squash(b->arena, b->folder, "0001", "start", &made, &b->err));
    assert_true(made.statements);
    assert_true(base_has(b, "0002_third.sql") && base_has(b, "0000_start.sql"));
    base_expect_settled(b);
    base_other_database(b);
    assert_int_equal(base_up(b), 2);
    base_expect(b, "select body, title from notes", "one|a title");
    base_expect_settled(b);
}

/* Who has only some of them is not told that nothing is pending, nor is anything run twice. */
static void squash_is_refused_where_only_a_part_is_applied(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
    base_generate(b, "first", FIRST, NULL);
    base_up(b);
    base_generate(b, "second", SECOND, NULL);
    base_ok(b, tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err));
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "only some of them"));
    base_expect(b, TABLES, "notes.id notes.body");
}

static void squash_names_what_needs_its_own_transaction(void **state)
{
    struct base *b = *state;
    tusk_squashed made;
#define MOOD(labels) \
    "ENUM(mood, \"mood\")\n LABEL(mood, fine, \"fine\")\n" labels "END_ENUM(mood)\n"
    base_generate(b, "first", MOOD("") FIRST, "insert into notes values (1, 'one')");
    base_generate(b, "second", MOOD(" LABEL(mood, bad, \"bad\")\n") FIRST, NULL);
    base_generate(b, "third", MOOD(" LABEL(mood, bad, \"bad\")\n") SECOND,
                  "update notes set title = 'bad'::mood::text");
    assert_int_equal(base_up(b), 3);
    assert_int_equal(tusk_squash(b->arena, b->folder, NULL, NULL, &made, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0002_third.sql uses 'bad'"));
    base_ok(b, tusk_squash(b->arena, b->folder, "0001", NULL, &made, &b->err));
    base_expect_settled(b);
}

/* ---- rebase ---- */

/* As git leaves a file that both branches wrote; `base` NULL: neither had it before. */
static void put_conflict(struct base *b, const char *name, const char *ours, const char *theirs)
{
    base_put(b, name,
             tusk_arena_printf(b->arena,
                               "<<<<<<< HEAD\n%s\n||||||| 1234567\n=======\n%s\n>>>>>>> main\n",
                               ours, theirs)
                 .ptr);
}

/* A file that only one branch has made is there after a merge, without marks. */
static void put_merged(struct base *b, const char *name, const char *ours)
{
    if (ours && base_has(b, name)) {
        put_conflict(b, name, ours, base_text(b, name));
    } else if (ours) {
        base_put(b, name, ours);
    }
}

/* The folder of a merge: 0000_first, then 0001_mine on one branch and 0001_theirs on the other. The
 * database has `mine`. */
static void make_conflict(struct base *b, const char *mine, const char *theirs)
{
    static const char extra[] = "meta/_0001_tusk.json";
    base_generate(b, "first", FIRST, NULL);
    const char *first = base_text(b, "meta/_journal.json");
    base_generate(b, "mine", mine, NULL);
    base_up(b);
    const char *own = base_text(b, "meta/_journal.json"),
               *own_shot = base_text(b, "meta/0001_snapshot.json");
    const char *sql_text = base_text(b, "0001_mine.sql");
    const char *own_extra = base_has(b, extra) ? base_text(b, extra) : NULL;
    if (own_extra) base_remove(b, extra);
    base_remove(b, "0001_mine.sql");
    base_remove(b, "meta/0001_snapshot.json");
    base_put(b, "meta/_journal.json", first);
    base_generate(b, "theirs", theirs, NULL);
    base_put(b, "0001_mine.sql", sql_text);
    put_merged(b, extra, own_extra);
    put_conflict(b, "meta/0001_snapshot.json", own_shot, base_text(b, "meta/0001_snapshot.json"));
    put_conflict(b, "meta/_journal.json", own, base_text(b, "meta/_journal.json"));
}

static void rebase_resolves_a_merge(void **state)
{
    struct base *b = *state;
    tusk_rebased_list moved;
    make_conflict(b, SECOND, NOTES " COLUMN(text, body)\n NULLABLE(text, colour)\n" END TAGS);
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, NULL, NULL, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.hint, "tusk rebase"));
    base_ok(b, tusk_rebase(b->arena, b->folder, "0001_mine", &moved, &b->err));
    assert_int_equal(moved.count, 1);
    assert_string_equal(moved.items[0].tag.ptr, "0002_mine");
    assert_true(base_has(b, "0001_theirs.sql") && base_has(b, "0002_mine.sql"));
    assert_false(base_has(b, "0001_mine.sql"));
    base_put(b, "schema.def",
             NOTES " COLUMN(text, body)\n NULLABLE(text, colour)\n"
                   " NULLABLE(text, title)\n" END TAGS);
    assert_int_equal(base_up(b), 1); /* theirs: mine is known again */
    base_expect(b, "select count(*) from information_schema.columns where table_name = 'notes'",
                "4");
    base_other_database(b);
    assert_int_equal(base_up(b), 3);
    base_expect_settled(b);
}

#define SAID NOTES " COLUMN(text, body, COMMENT(\"what it says\"))\n"
#define COMMENTS                                                                                   \
    "select string_agg(description, ' ' order by description) from pg_description where objsubid " \
    "> 0"                                                                                          \
    " and objoid in (select oid from pg_class where relname in ('notes', 'tags'))"
#define COMMENTED_TAGS                                                \
    "TABLE(tag, tags, \"tags\")\n COLUMN(integer, id, PRIMARY_KEY)\n" \
    " COLUMN(text, name, COMMENT(\"how it is called\"))\nEND_TABLE(tag, tags)\n"

/* After a rebase: both branches in a new database, and each undone by itself. */
static void expect_rebased(struct base *b, const char *merged, const char *comments)
{
    tusk_rebased_list moved;
    base_ok(b, tusk_rebase(b->arena, b->folder, "0001_mine", &moved, &b->err));
    assert_string_equal(moved.items[0].tag.ptr, "0002_mine");
    base_put(b, "schema.def", merged);
    assert_int_equal(base_up(b), 1);
    base_expect_settled(b);
    base_other_database(b);
    assert_int_equal(base_up(b), 3);
    base_expect_settled(b);
    base_expect(b, COMMENTS, comments);
}

/* What no snapshot can say is only in the branch that is moved: it moves along. */
static void rebase_moves_what_only_mine_says(void **state)
{
    struct base *b = *state;
    make_conflict(b, SAID END, FIRST TAGS);
    expect_rebased(b, SAID END TAGS, "what it says");
    assert_false(base_has(b, "meta/_0001_tusk.json"));
    assert_true(base_has(b, "meta/_0002_tusk.json"));
    base_ok(b, down(b, NULL));
    base_expect(b, COMMENTS, "");
    base_ok(b, down(b, &(tusk_down_options){ .accept_loss = true }));
    base_expect(b, TABLES, "notes.id notes.body");
}

/* Or only in the other one: it stays where it is. */
static void rebase_leaves_what_only_theirs_says(void **state)
{
    struct base *b = *state;
    make_conflict(b, FIRST TAGS, SAID END);
    expect_rebased(b, SAID END TAGS, "what it says");
    assert_true(base_has(b, "meta/_0001_tusk.json"));
    assert_false(base_has(b, "meta/_0002_tusk.json"));
    base_ok(b, down(b, &(tusk_down_options){ .accept_loss = true }));
    base_expect(b, COMMENTS, "what it says");
    base_ok(b, down(b, NULL));
    base_expect(b, COMMENTS, "");
}

static void rebase_puts_both_words_together(void **state)
{
    struct base *b = *state;
    make_conflict(b, FIRST COMMENTED_TAGS, SAID END);
    expect_rebased(b, SAID END COMMENTED_TAGS, "how it is called what it says");
    base_ok(b, down(b, &(tusk_down_options){ .accept_loss = true }));
    base_expect(b, COMMENTS, "what it says");
}

/* Both in the journal already, with different numbers: the snapshots tell which follows which. */
static void rebase_follows_the_snapshots(void **state)
{
    struct base *b = *state;
    tusk_rebased_list moved;
    base_generate(b, "first", FIRST, NULL);
    const char *first = base_text(b, "meta/_journal.json");
    base_generate(b, "mine", SECOND, NULL);
    const char *own = base_text(b, "meta/_journal.json");
    const char *own_shot = base_text(b, "meta/0001_snapshot.json");
    base_put(b, "0005_mine.sql", base_text(b, "0001_mine.sql"));
    base_remove(b, "0001_mine.sql");
    base_remove(b, "meta/0001_snapshot.json");
    base_put(b, "meta/_journal.json", first);
    base_generate(b, "theirs", FIRST TAGS, NULL);
    base_put(b, "meta/0005_snapshot.json", own_shot);
    const char *theirs = base_text(b, "meta/_journal.json");
    const char *entry = strrchr(own, '{'), *end = strrchr(theirs, ']');
    int length = (int)(strrchr(own, ']') - entry);
    char *journal = strdup(
        tusk_arena_printf(b->arena, "%.*s,%.*s]}", (int)(end - theirs), theirs, length, entry).ptr);
    memcpy(strstr(journal, "0001_mine"), "0005", 4);
    base_put(b, "meta/_journal.json", journal);
    free(journal);
    tusk_generated made;
    tusk_generate_options again = { .schema = b->schema, .folder = b->folder };
    assert_int_equal(tusk_generate(b->arena, &again, &made, &b->err), TUSK_INVALID);
    assert_non_null(strstr(b->err.hint, "tusk rebase"));
    base_ok(b, tusk_rebase(b->arena, b->folder, "0005_mine", &moved, &b->err));
    assert_int_equal(moved.count, 1);
    assert_int_equal(base_up(b), 3);
    base_put(b, "schema.def", SECOND TAGS);
    base_expect_settled(b);
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
    assert_true(base_has(b, "0001_mine.sql") && base_has(b, "0001_theirs.sql"));
    assert_non_null(strstr(base_text(b, "meta/_journal.json"), "<<<<<<<"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(down_undoes_the_newest, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_goes_back_to, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_renames_back, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_renames_labels_back, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_leaves_comments_of_what_is_gone, base_open,
                                        base_close),
        cmocka_unit_test_setup_teardown(down_names_what_was_written_by_hand, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_refuses_what_it_does_not_know, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_looks_for_drift, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_takes_no_rewriting_for_drift, base_open, base_close),
        cmocka_unit_test_setup_teardown(down_is_all_or_nothing, base_open, base_close),
        cmocka_unit_test_setup_teardown(missing_rows_are_forgotten, base_open, base_close),
        cmocka_unit_test_setup_teardown(missing_names_are_forgotten, base_open, base_close),
        cmocka_unit_test_setup_teardown(squash_makes_one, base_open, base_close),
        cmocka_unit_test_setup_teardown(squash_keeps_what_was_written_by_hand, base_open,
                                        base_close),
        cmocka_unit_test_setup_teardown(squash_is_refused_where_only_a_part_is_applied, base_open,
                                        base_close),
        cmocka_unit_test_setup_teardown(squash_names_what_needs_its_own_transaction, base_open,
                                        base_close),
        cmocka_unit_test_setup_teardown(rebase_resolves_a_merge, base_open, base_close),
        cmocka_unit_test_setup_teardown(rebase_moves_what_only_mine_says, base_open, base_close),
        cmocka_unit_test_setup_teardown(rebase_leaves_what_only_theirs_says, base_open, base_close),
        cmocka_unit_test_setup_teardown(rebase_puts_both_words_together, base_open, base_close),
        cmocka_unit_test_setup_teardown(rebase_follows_the_snapshots, base_open, base_close),
        cmocka_unit_test_setup_teardown(rebase_names_what_both_change, base_open, base_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
