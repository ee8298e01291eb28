/* test_change.c - schema and database: compared, pushed, pulled, checked for drift */
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
#include "tusk/tusk.h"

#define TEAMS                                                                     \
    "ENUM(mood, \"mood\") LABEL(mood, good, \"good\") LABEL(mood, bad, \"bad\") " \
    "END_ENUM(mood)\n"                                                            \
    "TABLE(team, teams, \"teams\")\n"                                             \
    "    COLUMN(integer, id, PRIMARY_KEY)\n"                                      \
    "    COLUMN(varchar(40), name)\n"                                             \
    "    COLUMN(enumeration(mood), feels, DEFAULT_TEXT(\"good\"))\n"              \
    "    COLUMN(timestamptz, made_at, DEFAULT_SQL(\"now()\"))\n"                  \
    "    CHECK(teams_id, \"id > 0 and name <> ''\")\n"                            \
    "    INDEX(teams_name, ON_SQL(\"lower(name)\"), WHERE(\"id <> 5\"))\n"        \
    "END_TABLE(team, teams)\n"

struct base {
    tusk_arena *arena;
    tusk_server server;
    const char *folder, *schema, *migrations;
    tusk_changes changes;
    tusk_error err;
};

static int open_base(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    b->folder = support_folder(b->arena);
    b->schema = tusk_path_join(b->arena, b->folder, "schema.def").ptr;
    b->migrations = tusk_path_join(b->arena, b->folder, "drizzle").ptr;
    *state = b;
    return 0;
}

static int close_base(void **state)
{
    struct base *b = *state;
    support_remove_folder(b->folder);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

#define OK(b, call)                                                                    \
    do {                                                                               \
        (b)->err = (tusk_error){ 0 };                                                  \
        if ((call) != TUSK_OK) fail_msg("%s (%s)", (b)->err.message, (b)->err.detail); \
    } while (0)

static void write_schema(struct base *b, const char *text)
{
    OK(b, tusk_file_replace(b->schema, tusk_str_of(text), 0644, &b->err));
}

static tusk_status push(struct base *b, const tusk_push_options *options)
{
    b->err = (tusk_error){ 0 };
    return tusk_push(&b->server, b->arena, b->schema, options, &b->changes, &b->err);
}

static void run(struct base *b, const char *sql)
{
    assert_non_null(support_query(b->arena, &b->server, sql));
}

static void assert_answer(struct base *b, const char *sql, const char *expected)
{
    const char *answer = support_query(b->arena, &b->server, sql);
    assert_non_null(answer);
    assert_string_equal(answer, expected);
}

static void assert_same(struct base *b)
{
    OK(b,
       tusk_changes_between(b->arena, "database", b->schema,
                            &(tusk_change_options){ .server = &b->server }, &b->changes, &b->err));
    if (b->changes.count > 0) fail_msg("%s", b->changes.sql.ptr);
    assert_string_equal(b->changes.inexact.ptr, "");
}

/* What PostgreSQL rewrites (casts, parentheses, types' names) is no difference. */
static void test_push(void **state)
{
    struct base *b = *state;
    write_schema(b, TEAMS);
    OK(b, push(b, NULL));
    assert_true(b->changes.count >= 3);
    assert_same(b);
    OK(b, push(b, NULL));
    assert_int_equal(b->changes.count, 0);
    /* no scratch database of this process is left behind */
    tusk_str left = tusk_arena_printf(
        b->arena, "select count(*) from pg_database where datname ~ '^tusk_scratch.*_%ld'",
        (long)getpid());
    assert_answer(b, left.ptr, "0");
    assert_answer(b, "select to_regnamespace('drizzle') is null", "t");
}

static void test_push_refuses_loss(void **state)
{
    struct base *b = *state;
    write_schema(b, TEAMS);
    OK(b, push(b, NULL));
    run(b, "insert into teams (id, name) values (1, 'one'); alter table teams add column extra int "
           "default 7; create table other (id int)");
    assert_int_equal(push(b, NULL), TUSK_MISUSE);
    assert_true(b->changes.losing >= 2);
    assert_answer(b, "select extra from teams", "7");
    OK(b, push(b, &(tusk_push_options){ .accept_loss = true, .dry_run = true }));
    assert_answer(b, "select extra from teams", "7");
    OK(b, push(b, &(tusk_push_options){ .accept_loss = true }));
    assert_same(b);
    assert_answer(b, "select count(*), to_regclass('other') is null from teams group by 2", "1|t");
}

static void test_push_renames(void **state)
{
    struct base *b = *state;
    static const char *const renames[] = { "teams.title=name", NULL };
    write_schema(b, TEAMS);
    OK(b, push(b, NULL));
    run(b,
        "insert into teams (id, name) values (1, 'one'); alter table teams rename name to title");
    OK(b, push(b, &(tusk_push_options){ .changes.renames = renames }));
    assert_answer(b, "select name from teams", "one");
    assert_same(b);
}

static void test_push_all_or_nothing(void **state)
{
    struct base *b = *state;
    write_schema(b, TEAMS);
    OK(b, push(b, NULL));
    run(b, "insert into teams (id, name) values (1, 'one'), (2, 'one')");
    write_schema(b, "TABLE(thing, things, \"things\") COLUMN(integer, id, PRIMARY_KEY) "
                    "END_TABLE(thing, things)\n"
                    "TABLE(team, teams, \"teams\")\n"
                    "    COLUMN(integer, id, PRIMARY_KEY)\n"
                    "    COLUMN(varchar(40), name, UNIQUE)\n"
                    "END_TABLE(team, teams)\n");
    assert_int_equal(push(b, &(tusk_push_options){ .accept_loss = true }), TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "23505");
    assert_answer(b, "select to_regclass('things') is null, count(feels) from teams", "t|2");
}

/* How a column is ordered is told from the database, kept beside the snapshot, and changed. */
static void test_collations(void **state)
{
#define WORDS(attribute)                                                     \
    "TABLE(word, words, \"words\")\n COLUMN(text, id, PRIMARY_KEY" attribute \
    ")\nEND_TABLE(word, words)\n"
    struct base *b = *state;
    write_schema(b, WORDS(", COLLATE(\"C\")"));
    OK(b, push(b, NULL));
    assert_same(b);
    run(b, "insert into words values ('b'), ('A'), ('a'), ('B')");
    assert_answer(b, "select string_agg(id, '' order by id) from words", "ABab");
    run(b, "alter table words alter id type text collate \"POSIX\"");
    OK(b,
       tusk_changes_between(b->arena, "database", b->schema,
                            &(tusk_change_options){ .server = &b->server }, &b->changes, &b->err));
    assert_int_equal(b->changes.count, 1);
    assert_string_equal(
        b->changes.items[0].sql.ptr,
        "ALTER TABLE \"words\" ALTER COLUMN \"id\" SET DATA TYPE text COLLATE \"C\";");
    write_schema(b, WORDS(""));
    OK(b, push(b, NULL));
    assert_same(b);
    assert_answer(b,
                  "select attcollation::regcollation from pg_attribute where attrelid ="
                  " 'words'::regclass and attname = 'id'",
                  "\"default\"");
}

/* What a schema cannot say is told by name, by pull and by check; the roles of policies come along.
 */
static void test_left_out_is_told(void **state)
{
    static const char *const told[] = {
        "rights granted on public.rooms: a schema cannot say it",
        "rule on public.rooms: a schema cannot say it",
        "aggregate public.total: a schema cannot say it",
        "range type public.hours: a schema cannot say it",
        "collation of domain public.sorted: a schema cannot say it",
        "statistics object public.pair: a schema cannot say it",
        "compression of public.rooms.note: a schema cannot say it",
        "storage of public.rooms.plan: a schema cannot say it",
        "replica identity of public.rooms: a schema cannot say it",
        "publication left_out_news:",
        "partition \"log_one\" is partitioned itself",
        "role \"left_out_guest\" may sign in",
    };
    struct base *b = *state;
    tusk_pulled pulled;
    tusk_findings findings;
    run(b, "create role left_out_guest login;"
           "create table rooms (id int primary key, kind int, note text compression pglz,"
           " plan text);"
           "alter table rooms alter plan set storage external, replica identity full;"
           "grant select on rooms to left_out_guest;"
           "alter table rooms enable row level security;"
           "create policy own on rooms to left_out_guest using (id > 0);"
           "create rule quiet as on delete to rooms do instead nothing;"
           "create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');"
           "create type hours as range (subtype = int4);"
           "create domain sorted as text collate \"C\";"
           "create statistics pair on id, kind from rooms;"
           "create publication left_out_news for table rooms;"
           "create table log (a int, b int) partition by list (a);"
           "create table log_one partition of log for values in (1) partition by list (b);"
           "create table log_one_one partition of log_one for values in (1)");
    OK(b, tusk_pull(&b->server, b->arena, b->schema, b->migrations, false, NULL, &pulled, &b->err));
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!strstr(pulled.notices.ptr, told[i])) {
            fail_msg("not told: %s\n%s", told[i], pulled.notices.ptr);
        }
    }
    tusk_str text;
    OK(b, tusk_file_read(b->arena, b->schema, 1 << 20, &text, &b->err));
    assert_non_null(strstr(text.ptr, "ROLE(left_out_guest)"));
    tusk_conn *conn = NULL;
    OK(b, tusk_conn_open(&b->server, 10000, &conn, &b->err));
    OK(b, tusk_migrate_baseline(conn, b->migrations, NULL, NULL, &b->err));
    tusk_conn_close(conn);
    tusk_change_options options = { .server = &b->server };
    OK(b, tusk_check(b->arena, b->migrations, b->schema, &options, &findings, &b->err));
    assert_int_equal(findings.errors + findings.warnings, 0);
    bool rights = false;
    for (size_t i = 0; i < findings.count; i++) {
        rights = rights || strstr(findings.items[i].message.ptr, told[0]);
    }
    assert_true(rights);
    run(b, "drop owned by left_out_guest; drop role left_out_guest");
}

/* pull, and generate right afterwards has nothing to say; nor has a second pull into it. */
static void test_pull(void **state)
{
    struct base *b = *state;
    tusk_pulled pulled;
    tusk_generated made;
    run(b,
        "create schema \"Other\"; create type \"Other\".\"kind of\" as enum ('a b', 'c''d');"
        "create sequence q increment 5;"
        "create table \"authUser\" (id bigint generated always as identity primary key,"
        " \"select\" text collate \"C\" not null default 'it''s', k \"Other\".\"kind of\" default "
        "'a b',"
        " n numeric(10,2) check (n > 0), tags text[] default '{}', at timestamp(3) default now(),"
        " serial_one serial, unique (\"select\", n));"
        "create table \"Other\".child (a int, b int, user_id bigint references \"authUser\" on"
        " delete cascade, primary key (a, b));"
        "create index on \"Other\".child (user_id desc nulls last) where a > 3;"
        "create view people as select id, upper(\"select\") as up from \"authUser\";"
        "comment on table \"authUser\" is 'who signs in';"
        "create function touch() returns trigger language plpgsql as $$begin return new; end$$;"
        "create trigger touched before update on \"authUser\" for each row execute function "
        "touch();"
        "alter table \"authUser\" enable row level security;"
        "create policy own on \"authUser\" for select using (id > 0)");
    OK(b, tusk_pull(&b->server, b->arena, b->schema, b->migrations, false, NULL, &pulled, &b->err));
    assert_int_equal(pulled.tables, 2);
    assert_string_equal(pulled.tag.ptr, "0000_baseline");
    tusk_generate_options options = { .schema = b->schema, .folder = b->migrations };
    OK(b, tusk_generate(b->arena, &options, &made, &b->err));
    assert_false(made.changed);
    assert_same(b);
    assert_int_equal(
        tusk_pull(&b->server, b->arena, b->schema, b->migrations, false, NULL, &pulled, &b->err),
        TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "is there already"));
    /* what was written down makes the same database again */
    tusk_server fresh = support_database(b->arena);
    tusk_conn *conn = NULL;
    OK(b, tusk_conn_open(&fresh, 10000, &conn, &b->err));
    OK(b, tusk_migrate_up(conn, b->migrations, NULL, NULL, &b->err));
    tusk_conn_close(conn);
    b->server = fresh;
    assert_same(b);
}

static void check(struct base *b, size_t errors, const char *part)
{
    tusk_findings found;
    OK(b, tusk_check(b->arena, b->migrations, b->schema,
                     &(tusk_change_options){ .server = &b->server }, &found, &b->err));
    bool seen = !part;
    for (size_t i = 0; part && i < found.count; i++) {
        if (strstr(found.items[i].message.ptr, part)) seen = true;
    }
    if (found.errors != errors || !seen) {
        for (size_t i = 0; i < found.count; i++) print_message("%s\n", found.items[i].message.ptr);
        fail_msg("%zu errors, expected %zu with \"%s\"", found.errors, errors, part ? part : "");
    }
}

static void test_check(void **state)
{
    struct base *b = *state;
    tusk_generated made;
    tusk_conn *conn = NULL;
    tusk_generate_options options = { .schema = b->schema, .folder = b->migrations };
    write_schema(b, TEAMS);
    OK(b, tusk_generate(b->arena, &options, &made, &b->err));
    check(b, 0, "1 migration is pending");
    OK(b, tusk_conn_open(&b->server, 10000, &conn, &b->err));
    OK(b, tusk_migrate_up(conn, b->migrations, NULL, NULL, &b->err));
    tusk_conn_close(conn);
    check(b, 0, NULL);
    run(b, "alter table teams alter column name type varchar(41); drop index teams_name");
    check(b, 2, "CREATE INDEX \"teams_name\"");
    run(b, "alter table teams alter column name type varchar(40)");
    check(b, 1, "the database differs from the newest snapshot");
    run(b, "create index teams_name on teams (lower(name)) where id <> 5");
    check(b, 0, NULL);
    run(b, "update drizzle.__drizzle_migrations set hash = 'x'");
    check(b, 1, "the file was changed after it had been applied");
}

static void test_urls(void **state)
{
    struct base *b = *state;
    tusk_server server;
    OK(b,
       tusk_server_from_url(b->arena, "postgres://ann:s%20cret@db.example:5433/app?sslmode=require",
                            &server, &b->err));
    assert_string_equal(server.host, "db.example");
    assert_string_equal(server.user, "ann");
    assert_string_equal(server.password, "s cret");
    assert_string_equal(server.database, "app");
    assert_int_equal(server.port, 5433);
    assert_int_equal(server.tls, TUSK_TLS_UNVERIFIED);
    OK(b, tusk_server_from_url(b->arena, "postgresql:///?host=/run/pg&user=bo", &server, &b->err));
    assert_string_equal(server.host, "/run/pg");
    assert_string_equal(server.database, "bo");
    assert_null(server.password);
    static const char *const bad[] = { "postgres://a:geheim@h:port/d", "postgres://a:geheim@h:0/d",
                                       "postgres://a:geheim@h/d?sslmode=prefer",
                                       "postgres://a:geheim@h/d?nonsense=1",
                                       "mysql://a:geheim@h/d" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(tusk_server_from_url(b->arena, bad[i], &server, &b->err), TUSK_INVALID);
        assert_null(strstr(b->err.message, "geheim"));
        assert_null(strstr(b->err.hint, "geheim"));
    }
}

#define BASE_TEST(name) cmocka_unit_test_setup_teardown(name, open_base, close_base)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BASE_TEST(test_push),
        BASE_TEST(test_push_refuses_loss),
        BASE_TEST(test_push_renames),
        BASE_TEST(test_push_all_or_nothing),
        BASE_TEST(test_left_out_is_told),
        BASE_TEST(test_collations),
        BASE_TEST(test_pull),
        BASE_TEST(test_check),
        BASE_TEST(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
