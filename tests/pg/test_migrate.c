/* test_migrate.c - migrations on a real server: each once, all or nothing, whoever comes second
 * waits */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pg/bases.h"

#define MAX_FILES    4
#define APPLIED_ROWS "select count(*) from drizzle.__drizzle_migrations"

static const char *golden; /* folder of golden cases */

static int applied_now; /* by the last up() */

/* Files 0000_m, 0001_m, ... with these texts; `whens` in the same order. */
static void make_folder(struct base *b, const char *const *texts, const int *whens, size_t count)
{
    char journal[1024];
    size_t at =
        (size_t)snprintf(journal, sizeof journal, "{\"dialect\":\"postgresql\",\"entries\":[");
    tusk_str meta = tusk_path_join(b->arena, b->folder, "meta");
    assert_int_equal(tusk_folder_make(meta.ptr, 0755, &b->err), TUSK_OK);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%04zu_m.sql", i);
        base_put(b, name, texts[i]);
        at += (size_t)snprintf(journal + at, sizeof journal - at,
                               "%s{\"idx\":%zu,\"when\":%d,\"tag\":\"%04zu_m\"}", i ? "," : "", i,
                               whens ? whens[i] : (int)i + 1, i);
    }
    snprintf(journal + at, sizeof journal - at, "]}");
    base_put(b, "meta/_journal.json", journal);
}

#define FOLDER(b, ...)                                           \
    make_folder((b), (const char *const[]){ __VA_ARGS__ }, NULL, \
                sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static tusk_status up(struct base *b)
{
    b->err = (tusk_error){ 0 };
    return tusk_migrate_up(b->conn, b->folder, NULL, &applied_now, &b->err);
}

static void up_ok(struct base *b, int applied)
{
    if (up(b) != TUSK_OK) fail_msg("%s (%s)", b->err.message, b->err.detail);
    assert_int_equal(applied_now, applied);
}

static void test_applies_once(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int);--> statement-breakpoint\ninsert into a values (1);",
           "insert into a values (2); insert into a values (3)");
    tusk_migration_list list;
    assert_int_equal(tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.pending, 2);
    base_expect(b, "select count(*) from pg_namespace where nspname = 'drizzle'", "0");
    up_ok(b, 2);
    base_expect(b, "select array_agg(id order by id) from a", "{1,2,3}");
    up_ok(b, 0);
    base_expect(b,
                "select id, length(hash), created_at from drizzle.__drizzle_migrations order by id",
                "1|64|1\n2|64|2");
    base_expect(b,
                "select string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || "
                "attnotnull, ', ' order by attnum) from pg_attribute where attnum > 0 and "
                "attrelid = 'drizzle.__drizzle_migrations'::regclass",
                "id integer true, hash text true, created_at bigint false");
    assert_int_equal(tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.pending, 0);
    assert_int_equal(list.items[1].state, TUSK_MIGRATION_APPLIED);
    base_expect(b, SUPPORT_ADVISORY_LOCKS, "0");
}

/* A migration takes as long as it takes; what the program runs next has its deadline again. */
static void test_deadline_holds_afterwards(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int); select pg_sleep(0.4)", "not sql");
    tusk_conn_set_timeout(b->conn, 200);
    assert_int_equal(up(b), TUSK_SERVER);
    assert_int_equal(applied_now, 1);
    assert_int_equal(tusk_conn_timeout(b->conn), 200);
    assert_int_equal(tusk_conn_script(b->conn, TUSK_STR("select pg_sleep(60)"), &b->err),
                     TUSK_TIMEOUT);
}

static void test_failure_leaves_nothing(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int);",
           "create table b (id int);--> statement-breakpoint\n-- two\ninsert into b\nvalues ('x');"
           "--> statement-breakpoint\ncreate table c (id int);");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_int_equal(applied_now, 1);
    assert_string_equal(b->err.sqlstate, "22P02");
    if (!strstr(b->err.message,
                "0001_m.sql:4: statement 2 of 3 failed (22P02): invalid input syntax")) {
        fail_msg("%s", b->err.message);
    }
    base_expect(b, "select to_regclass('a') is not null, to_regclass('b') is null", "t|t");
    base_expect(b, APPLIED_ROWS, "1");
    /* repaired, it goes on; the connection is as good as before */
    base_put(b, "0001_m.sql", "create table b (id int);");
    up_ok(b, 1);
}

/* An error without a position is placed at the statement's first word. */
static void test_failure_without_position(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int unique);--> statement-breakpoint\n\n-- why\ninsert into a "
              "values (1), (1);");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.message, "0000_m.sql:4: statement 2 of 2 failed (23505)"));
    base_expect(b, APPLIED_ROWS, "0");
}

static void test_row_51_older_one_still_runs(void **state)
{
    struct base *b = *state;
    make_folder(b, (const char *const[]){ "create table a (id int)", "create table c (id int)" },
                (const int[]){ 1000, 3000 }, 2);
    up_ok(b, 2);
    make_folder(b,
                (const char *const[]){ "create table a (id int)", "create table c (id int)",
                                       "create table b (id int)" },
                (const int[]){ 1000, 3000, 2000 }, 3);
    up_ok(b, 1);
    base_expect(b, "select to_regclass('b') is not null", "t");
}

static void test_row_51_changed_file_is_refused(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)");
    up_ok(b, 1);
    FOLDER(b, "create table a (id bigint)", "create table b (id int)");
    assert_int_equal(up(b), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0000_m.sql was changed after it had been applied"));
    base_expect(b, "select to_regclass('b') is null", "t");
    tusk_migration_list list;
    assert_int_equal(tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.items[0].state, TUSK_MIGRATION_CHANGED);
    assert_int_equal(list.pending, 1);
}

/* A database that drizzle-orm migrated, and one whose folder lost a file. */
static void test_takes_over(void **state)
{
    struct base *b = *state;
    FOLDER(b, "select 1;\n", "create table b (id int)");
    base_answer(b, "create schema \"drizzle\"; create table \"drizzle\".\"__drizzle_migrations\" "
                   "(id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint); "
                   "insert into drizzle.__drizzle_migrations (hash, created_at) values "
                   "(encode(sha256('select 1;\n'), 'hex'), 1), ('gone', 77)");
    up_ok(b, 1);
    tusk_migration_list list;
    assert_int_equal(tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.items[2].state, TUSK_MIGRATION_MISSING);
    assert_true(list.items[2].when == 77);
}

static void test_without_transaction(void **state)
{
    struct base *b = *state;
    FOLDER(b,
           "create table a (id int);\n"
           "create index concurrently i on a (id); -- two in one chunk\nvacuum a;\nset my.x = '1'");
    up_ok(b, 1);
    base_expect(b, "select indisvalid from pg_index where indexrelid = 'i'::regclass", "t");
    base_expect(b, APPLIED_ROWS, "1");
    FOLDER(b,
           "create table a (id int);\n"
           "create index concurrently i on a (id); -- two in one chunk\nvacuum a;\nset my.x = '1'",
           "create table c (id int);\ncreate unique index concurrently u on nothing (id);");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.message, "0001_m.sql:2: statement 2 of 2 failed (42P01)"));
    assert_non_null(strstr(b->err.hint, "have taken effect"));
    base_expect(b, APPLIED_ROWS, "1");
    /* the session is as it was */
    tusk_result result;
    assert_int_equal(tusk_run(b->conn, b->arena,
                              tusk_sql(b->arena, "select current_setting('lock_timeout')", NULL),
                              &result, &b->err),
                     TUSK_OK);
    assert_string_equal(tusk_result_cell(&result, 0, 0).ptr, "0");
}

/* ---- files without a transaction: every statement once, however often it is cut short ---- */

#define ALONE                                        \
    "create table a (id int);\n"                     \
    "insert into a values (1);\n"                    \
    "create index concurrently \"I x\" on a (id);\n" \
    "insert into a values (2);\nvacuum a;\ninsert into a values (3);"

/* What a run that was killed at that moment leaves behind: the note says so. */
static void leave_note(struct base *b, int done, const char *doing)
{
    static const char *const statements[] = { "create table a (id int);",
                                              "insert into a values (1);",
                                              "create index concurrently \"I x\" on a (id);",
                                              "insert into a values (2);" };
    tusk_str text = TUSK_STR("");
    for (int i = 0; i < done; i++) {
        text = tusk_arena_printf(b->arena, "%s%s\n", text.ptr, statements[i]);
    }
    const tusk_value *params =
        TUSK_PARAMS(tusk_val((int64_t)done), tusk_val(tusk_str_of(doing)), tusk_val(text));
    const tusk_query *query =
        tusk_sql(b->arena,
                 "insert into drizzle.__tusk_started (created_at, done, doing, done_hash) values"
                 " (1, $1::bigint::int, $2::text, encode(sha256(convert_to($3::text, 'UTF8')),"
                 " 'hex'))",
                 params);
    if (tusk_run(b->conn, b->arena, query, NULL, &b->err) != TUSK_OK)
        fail_msg("%s", b->err.message);
}

static void make_note_table(struct base *b)
{
    assert_non_null(support_query(
        b->arena, &b->server,
        "create schema drizzle; create table drizzle.__tusk_started (created_at bigint primary key,"
        " done int not null, doing text, done_hash text not null, at timestamptz not null default "
        "now())"));
}

static void assert_finished(struct base *b)
{
    base_expect(b, "select array_agg(id order by id) from a", "{1,2,3}");
    base_expect(b,
                "select string_agg(indexrelid::regclass || ' ' || indisvalid, ',') from pg_index"
                " where indrelid = 'a'::regclass",
                "\"I x\" true");
    base_expect(b, APPLIED_ROWS, "1");
    base_expect(b, "select count(*) from drizzle.__tusk_started", "0");
    up_ok(b, 0);
}

static void test_row_49_goes_on(void **state)
{
    struct base *b = *state;
    FOLDER(b, ALONE);
    make_note_table(b);
    base_answer(b, "create table a (id int); insert into a values (1)");
    leave_note(b, 2, NULL);
    tusk_migration_list list;
    assert_int_equal(tusk_migrate_look(b->conn, b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.items[0].state, TUSK_MIGRATION_STARTED);
    assert_int_equal(list.items[0].done, 2);
    up_ok(b, 1);
    assert_finished(b);
}

/* Killed while the index was built: an invalid one is left, or a valid one, or none. */
static void test_row_49_goes_on_after_index(void **state)
{
    static const char *const left[] = {
        "update pg_index set indisvalid = false where indexrelid = '\"I x\"'::regclass",
        "select 1",
        "drop index \"I x\"",
    };
    base_close(state);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        base_open(state);
        struct base *b = *state;
        FOLDER(b, ALONE);
        make_note_table(b);
        base_answer(b, "create table a (id int); insert into a values (1); "
                       "create index \"I x\" on a (id)");
        base_answer(b, left[i]);
        leave_note(b, 2, "create index concurrently \"I x\" on a (id);");
        up_ok(b, 1);
        assert_finished(b);
        base_close(state);
    }
    base_open(state);
}

/* Row 50 of the fault matrix: IF NOT EXISTS would be content with an invalid index. */
static void test_row_50_invalid_index_is_rebuilt(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int); insert into a values (1), (1);",
           "create unique index concurrently if not exists u on public.a (id)");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "23505");
    assert_non_null(strstr(b->err.detail, "in: create unique index concurrently"));
    /* nothing invalid is left behind */
    base_expect(b, "select count(*) from pg_index where not indisvalid", "0");
    base_answer(b, "delete from a");
    /* and one that somebody else left is not taken for the index */
    base_answer(b, "create unique index u on a (id); update pg_index set indisvalid"
                   " = false where indexrelid = 'u'::regclass");
    up_ok(b, 1);
    base_expect(b, "select indisvalid from pg_index where indexrelid = 'u'::regclass", "t");
}

/* Row 49: where nothing tells whether it took effect, the way on is named exactly. */
static void test_row_49_unknown_is_asked(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int);\ncreate index concurrently on a (id);");
    make_note_table(b);
    base_answer(b, "create table a (id int)");
    leave_note(b, 1, "create index concurrently on a (id);");
    assert_int_equal(up(b), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0000_m.sql:2: it is not known whether statement 2"));
    assert_non_null(strstr(b->err.hint, "tusk repair 0000_m --done 2"));
    assert_non_null(strstr(b->err.hint, "tusk repair 0000_m --done 1"));
    assert_int_equal(tusk_migrate_repair(b->conn, b->folder, "0000", TUSK_REPAIR_DONE, 7, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.message, "0000_m has 2 statements, not 7");
    assert_int_equal(tusk_migrate_repair(b->conn, b->folder, "0000", TUSK_REPAIR_DONE, 1, &b->err),
                     TUSK_OK);
    up_ok(b, 1);
    base_expect(b, "select count(*) from pg_index where indrelid = 'a'::regclass", "1");
}

static void test_changed_while_started(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int);\ncreate index concurrently i on a (nothing);");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.hint, "the 1 statement before it have taken effect"));
    /* the statement that failed may be mended, what took effect may not */
    FOLDER(b, "create table a (id bigint);\ncreate index concurrently i on a (id);");
    assert_int_equal(up(b), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "the first 1 statements have taken effect"));
    FOLDER(b, "create table a (id int);\ncreate index concurrently i on a (id);");
    up_ok(b, 1);
    base_expect(b, APPLIED_ROWS, "1");
}

/* A file with a transaction of its own goes on before its BEGIN. */
static void test_own_transaction(void **state)
{
    struct base *b = *state;
    FOLDER(b, "begin;\ncreate table a (id int);\ninsert into a values (1);\nselect 1/0;\ncommit;");
    assert_int_equal(up(b), TUSK_SERVER);
    base_expect(b, "select to_regclass('a') is null", "t");
    FOLDER(b, "begin;\ncreate table a (id int);\ninsert into a values (1);\ncommit;\nvacuum a;");
    up_ok(b, 1);
    base_expect(b, "select count(*) from a", "1");
}

/* ---- bounds and rehearsals ---- */

static void test_to(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)", "create table b (id int)", "create table c (id int)");
    tusk_migrate_options options = { .to = "0001" };
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err), TUSK_OK);
    assert_int_equal(applied_now, 2);
    base_expect(b, "select to_regclass('c') is null", "t");
    options.to = "0007";
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err),
                     TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "there is no migration \"0007\""));
    up_ok(b, 1);
}

static void note_states(void *context, const tusk_migration *migration, int64_t ms)
{
    static const char letters[] = { [TUSK_MIGRATION_APPLIED] = 'A',
                                    [TUSK_MIGRATION_FAILED] = 'F',
                                    [TUSK_MIGRATION_SKIPPED] = 'S' };
    char *at = context;
    at += strlen(at);
    at[0] = letters[migration->state];
    at[1] = '\0';
}

static void test_dry_run(void **state)
{
    struct base *b = *state;
    char states[8] = "";
    tusk_migrate_options options = { .dry_run = true, .progress = note_states, .context = states };
    FOLDER(b, "create table a (id int)", "insert into a values (1)",
           "create index concurrently i on a (id)", "drop table a");
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err), TUSK_OK);
    assert_string_equal(states, "AASS");
    base_expect(b, "select to_regclass('a') is null, to_regnamespace('drizzle') is null", "t|t");
    FOLDER(b, "create table a (id int)", "insert into a values ('x')");
    states[0] = '\0';
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err),
                     TUSK_SERVER);
    assert_string_equal(states, "AF");
    assert_non_null(strstr(b->err.message, "0001_m.sql:1: statement 1 of 1 failed (22P02)"));
    assert_non_null(strstr(b->err.detail, "in: insert into a values ('x')"));
    base_expect(b, "select to_regclass('a') is null", "t");
    up(b); /* the connection is as good as before */
    assert_int_equal(applied_now, 1);
}

/* Whoever reads the error knows what to do about it. */
static void test_failures_hint(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create type mood as enum ('good'); create table a (m mood); create table b ()",
           "insert into a values ('good')",
           "create type mood2 as enum ('fine');"
           "alter table a alter m type mood2 using m::text::mood2",
           "create table b ()");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.hint, "RENAMED_FROM"));
    FOLDER(b, "create type mood as enum ('good'); create table a (m mood); create table b ()",
           "insert into a values ('good')", "alter table a add c int not null");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.hint, "Fill the column first"));
    FOLDER(b, "create type mood as enum ('good'); create table a (m mood); create table b ()",
           "insert into a values ('good')", "create table b ()");
    assert_int_equal(up(b), TUSK_SERVER);
    assert_non_null(strstr(b->err.hint, "tusk baseline"));
}

/* ---- what a person says ---- */

static void test_mark(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)", "create table b (id int)");
    assert_int_equal(tusk_migrate_mark(b->conn, b->folder, "0000", true, &b->err), TUSK_OK);
    assert_int_equal(tusk_migrate_mark(b->conn, b->folder, "0000_m.sql", true, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.message, "0000_m is applied already");
    up_ok(b, 1);
    base_expect(b, "select to_regclass('a') is null, to_regclass('b') is null", "t|f");
    assert_int_equal(tusk_migrate_mark(b->conn, b->folder, "0000_m", false, &b->err), TUSK_OK);
    up_ok(b, 1);
    FOLDER(b, "create table a (id int) -- the same", "create table b (id int)");
    assert_int_equal(up(b), TUSK_INVALID);
    assert_int_equal(
        tusk_migrate_repair(b->conn, b->folder, "0000", TUSK_REPAIR_ACCEPT, 0, &b->err), TUSK_OK);
    up_ok(b, 0);
}

static void test_baseline(void **state)
{
    struct base *b = *state;
    int marked = 0;
    FOLDER(b, "create table a (id int)", "create table b (id int)", "create table c (id int)");
    assert_int_equal(tusk_migrate_baseline(b->conn, b->folder, "0001", &marked, &b->err),
                     TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "has no tables"));
    base_answer(b, "create table a (id int); create table b (id int)");
    assert_int_equal(tusk_migrate_baseline(b->conn, b->folder, "0001", &marked, &b->err), TUSK_OK);
    assert_int_equal(marked, 2);
    up_ok(b, 1);
    base_expect(b, APPLIED_ROWS, "3");
}

/* ---- taking over from others ---- */

/* The runner that notes names in the default schema: its owner goes on seeing what is applied. */
static void test_takes_over_names(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)", "create table b (id int)");
    base_answer(
        b, "create table a (id int); create table \"__drizzle_migrations\" (id serial primary key, "
           "migration_name text unique not null, applied_at timestamp default now()); insert into "
           "\"__drizzle_migrations\" (migration_name) values ('0000_m.sql')");
    up_ok(b, 1);
    base_expect(b, APPLIED_ROWS, "2");
    base_expect(b,
                "select string_agg(migration_name, ',' order by id) from "
                "public.__drizzle_migrations",
                "0000_m.sql,0001_m.sql");
    up_ok(b, 0);
}

/* drizzle-orm told to keep its table in public. */
static void test_takes_over_public(void **state)
{
    struct base *b = *state;
    FOLDER(b, "select 1;\n", "create table b (id int)");
    base_answer(
        b, "create table \"__drizzle_migrations\" (id SERIAL PRIMARY KEY, hash text NOT NULL, "
           "created_at bigint); insert into \"__drizzle_migrations\" (hash, created_at) values "
           "(encode(sha256('select 1;\n'), 'hex'), 1)");
    up_ok(b, 1);
    base_expect(b,
                "select count(*), to_regnamespace('drizzle') is null from "
                "public.__drizzle_migrations",
                "2|t");
}

/* A journal that lists a file which is gone, as the real product's does. */
static void test_row_51_file_is_gone(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)", "select 1", "create table c (id int)");
    tusk_str path = tusk_path_join(b->arena, b->folder, "0001_m.sql");
    assert_int_equal(unlink(path.ptr), 0);
    assert_int_equal(up(b), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "0001_m.sql: the journal lists this file"));
    base_expect(b, "select to_regclass('a') is null", "t");
    assert_int_equal(tusk_migrate_mark(b->conn, b->folder, "0001_m", true, &b->err), TUSK_OK);
    up_ok(b, 2);
}

/* ---- two at once ---- */

static pid_t start_migrator(struct base *b)
{
    pid_t child = fork();
    if (child != 0) return child;
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    tusk_status st = tusk_conn_open(&b->server, 10000, &conn, &err);
    if (st == TUSK_OK) st = tusk_migrate_up(conn, b->folder, NULL, NULL, &err);
    if (st != TUSK_OK) fprintf(stderr, "%s\n", err.message);
    tusk_conn_close(conn);
    _exit(st == TUSK_OK ? 0 : 1);
}

static void test_row_48_two_at_once(void **state)
{
    struct base *b = *state;
    FOLDER(b, "create table a (id int)", "select pg_sleep(0.5)", "insert into a values (1)");
    pid_t children[3];
    for (int i = 0; i < 3; i++) children[i] = start_migrator(b);
    for (int i = 0; i < 3; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    base_expect(b, "select count(*) from a", "1");
    base_expect(b, APPLIED_ROWS, "3");
}

static void count_waits(void *context, const tusk_migration *migration, int64_t ms)
{
    if (!migration) ++*(int *)context;
}

static void test_gives_up_waiting(void **state)
{
    struct base *b = *state;
    tusk_conn *other = NULL;
    int waits = 0;
    FOLDER(b, "create table a (id int)");
    assert_int_equal(tusk_conn_open(&b->server, 10000, &other, &b->err), TUSK_OK);
    assert_int_equal(
        tusk_conn_script(other, TUSK_STR("select pg_advisory_lock(8391740385909106546)"), &b->err),
        TUSK_OK);
    tusk_migrate_options options = { .lock_wait_ms = 300,
                                     .progress = count_waits,
                                     .context = &waits };
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err),
                     TUSK_BUSY);
    assert_non_null(strstr(b->err.message, "another migrator"));
    assert_true(waits >= 1);
    tusk_conn_close(other);
    up_ok(b, 1);
}

/* A statement that cannot get its lock gives up instead of queueing everybody behind it. */
static void test_lock_timeout(void **state)
{
    struct base *b = *state;
    tusk_conn *other = NULL;
    FOLDER(b, "create table a (id int)");
    up_ok(b, 1);
    FOLDER(b, "create table a (id int)", "alter table a add column x int");
    assert_int_equal(tusk_conn_open(&b->server, 10000, &other, &b->err), TUSK_OK);
    assert_int_equal(tusk_conn_script(other, TUSK_STR("begin; lock table a"), &b->err), TUSK_OK);
    tusk_migrate_options options = { .lock_timeout_ms = 200 };
    assert_int_equal(tusk_migrate_up(b->conn, b->folder, &options, &applied_now, &b->err),
                     TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "55P03");
    tusk_conn_close(other);
    up_ok(b, 1);
}

/* ---- generated migrations are accepted by the server ---- */

static void generate_and_apply(struct base *b, const char *name, const char *schema)
{
    tusk_str path = tusk_arena_printf(b->arena, "%s/%s/%s.def", golden, name, schema);
    tusk_generated made;
    if (!tusk_file_exists(path.ptr)) return;
    tusk_generate_options options = { .schema = path.ptr, .folder = b->folder, .name = schema };
    tusk_status st = tusk_generate(b->arena, &options, &made, &b->err);
    if (st != TUSK_OK) fail_msg("%s: %s", name, b->err.message);
    if (up(b) != TUSK_OK) fail_msg("%s: %s", name, b->err.message);
    assert_int_equal(applied_now, made.changed ? 1 : 0);
}

static void test_generated(void **state)
{
    static const char *const cases[] = { "create_everything", "add_to_existing", "enum_values",
                                         "foreign_key_needs_index", "quoting" };
    base_close(state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        base_open(state);
        generate_and_apply(*state, cases[i], "from");
        generate_and_apply(*state, cases[i], "to");
        base_close(state);
    }
    base_open(state);
}

#define BASE_TEST(name) cmocka_unit_test_setup_teardown(name, base_open, base_close)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        BASE_TEST(test_applies_once),
        BASE_TEST(test_deadline_holds_afterwards),
        BASE_TEST(test_failure_leaves_nothing),
        BASE_TEST(test_failure_without_position),
        BASE_TEST(test_row_51_older_one_still_runs),
        BASE_TEST(test_row_51_changed_file_is_refused),
        BASE_TEST(test_takes_over),
        BASE_TEST(test_without_transaction),
        BASE_TEST(test_row_49_goes_on),
        BASE_TEST(test_row_49_goes_on_after_index),
        BASE_TEST(test_row_50_invalid_index_is_rebuilt),
        BASE_TEST(test_row_49_unknown_is_asked),
        BASE_TEST(test_changed_while_started),
        BASE_TEST(test_own_transaction),
        BASE_TEST(test_to),
        BASE_TEST(test_dry_run),
        BASE_TEST(test_mark),
        BASE_TEST(test_failures_hint),
        BASE_TEST(test_baseline),
        BASE_TEST(test_takes_over_names),
        BASE_TEST(test_takes_over_public),
        BASE_TEST(test_row_51_file_is_gone),
        BASE_TEST(test_row_48_two_at_once),
        BASE_TEST(test_gives_up_waiting),
        BASE_TEST(test_lock_timeout),
        BASE_TEST(test_generated),
    };
    if (argc != 2) return 2;
    golden = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
