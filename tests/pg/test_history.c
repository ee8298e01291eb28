/* test_history.c - going back over migrations on a real server: what comes after is as if they had
 * never been */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    assert_answer(b, "select count(*) from pg_locks where locktype = 'advisory'", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(down_undoes_the_newest, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_goes_back_to, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_renames_back, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_names_what_was_written_by_hand, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_refuses_what_it_does_not_know, open_base, close_base),
        cmocka_unit_test_setup_teardown(down_is_all_or_nothing, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
