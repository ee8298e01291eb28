/* test_restore.c - restoring on a real server: what is damaged or hostile is refused, and whatever
 * goes wrong leaves what was there */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/ops/dump.h"
#include "tests/pg/backups.h"
#include "tests/support/support.h"
#include "tusk/file.h"

static tusk_restored restored;

static tusk_status restore(struct backups *b, const char *path, tusk_backup_options options)
{
    b->err = (tusk_error){ 0 };
    return tusk_restore(b->arena, &b->server, path, &options, &restored, &b->err);
}

static const char look[] = "select count(*), count(distinct t), max(id) from \"authUser\"";

/* Refused, and every database is as it was. */
static void refused(struct backups *b, const char *path, tusk_backup_options options,
                    tusk_status expected, const char *why)
{
    const char *before = backups_databases(b), *rows = support_query(b->arena, &b->server, look);
    tusk_status st = restore(b, path, options);
    if (st != expected || !strstr(b->err.message, why))
        fail_msg("%s: %s: %s (%s)", path, tusk_status_name(st), b->err.message, b->err.detail);
    assert_string_equal(backups_databases(b), before);
    backups_expect(b, &b->server, look, rows);
}

/* ---- damaged at rest ---- */

static void test_row_54_truncated_is_refused(void **state)
{
    struct backups *b = *state;
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_make(b, tusk_arena_printf(b->arena, "t%s", *format).ptr, NULL);
        const char *file = backups_largest(b, path);
        tusk_str whole = backups_read(b, file);
        const size_t lengths[] = { 0, 1, whole.len / 3, whole.len * 2 / 3, whole.len - 1 };
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            backups_write(b, file, (tusk_str){ whole.ptr, lengths[i] });
            refused(b, path, (tusk_backup_options){ .trust = true }, TUSK_INVALID, "truncated");
        }
        backups_write(b, file, whole);
        backups_restore(b, path, (tusk_backup_options){ 0 });
    }
}

static void test_row_54_flipped_byte_is_refused(void **state)
{
    struct backups *b = *state;
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_make(b, tusk_arena_printf(b->arena, "f%s", *format).ptr, NULL);
        const char *file = backups_largest(b, path);
        tusk_str whole = backups_read(b, file);
        const size_t places[] = { 0, 7, whole.len / 2, whole.len - 1 };
        char *bad = tusk_arena_copy(b->arena, whole.ptr, whole.len);
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            bad[places[i]] ^= 0x10;
            backups_write(b, file, (tusk_str){ bad, whole.len });
            refused(b, path, (tusk_backup_options){ 0 }, TUSK_INVALID, "SHA-256 differs");
            bad[places[i]] ^= 0x10;
        }
    }
    /* a file too many or too few in a directory */
    const char *path = backups_path(b, "f.dir"), *file = backups_largest(b, path);
    backups_write(b, file, backups_read(b, backups_path(b, "f.dump")));
    backups_write(b, tusk_path_join(b->arena, path, "more").ptr, TUSK_STR("x"));
    refused(b, path, (tusk_backup_options){ 0 }, TUSK_INVALID, "files instead of");
    assert_int_equal(unlink(file), 0);
    refused(b, path, (tusk_backup_options){ 0 }, TUSK_INVALID, "missing or is too many");
}

/* ---- where it goes ---- */

static void test_targets(void **state)
{
    struct backups *b = *state;
    const char *path = backups_make(b, "a.dump", NULL);
    tusk_backup_options into = { .into = b->server.database };
    refused(b, path, into, TUSK_MISUSE, "holds 8 tables and views");
    into.into = "postgres";
    refused(b, path, into, TUSK_MISUSE, "PostgreSQL's own");
    refused(b, backups_path(b, "none"), into, TUSK_INVALID, "there is no backup");
    /* without a name it becomes a new one */
    assert_int_equal(restore(b, path, (tusk_backup_options){ 0 }), TUSK_OK);
    assert_non_null(strstr(restored.database.ptr, "_restored_20"));
    assert_false(restored.replaced);
    assert_int_equal(restored.rows, 3300);
    tusk_server views = support_database(b->arena);
    assert_non_null(support_query(b->arena, &views, "create view v as select 1 as x"));
    into.into = views.database;
    refused(b, path, into, TUSK_MISUSE, "holds 1 tables and views");
    /* one that is empty needs no telling, unless somebody is in it */
    tusk_server empty = support_database(b->arena);
    pid_t session = support_query_start(&empty, "select pg_sleep(60)");
    tusk_str ask = tusk_arena_printf(
        b->arena, "select count(*) from pg_stat_activity where datname = '%s'", empty.database);
    support_wait_for(b->arena, &b->server, ask.ptr, "1", 10000);
    into.into = empty.database;
    refused(b, path, into, TUSK_BUSY, "in use");
    assert_non_null(support_query(
        b->arena, &b->server,
        tusk_arena_printf(
            b->arena, "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'",
            empty.database)
            .ptr));
    waitpid(session, NULL, 0);
    support_wait_for(b->arena, &b->server, ask.ptr, "0", 10000);
    assert_int_equal(restore(b, path, into), TUSK_OK);
    assert_true(restored.replaced);
    assert_string_equal(backups_digest(b, &empty), backups_digest(b, &b->server));
}

/* In the place of a database in use: its sessions end, its owner, rights and settings stay. */
static void test_replace(void **state)
{
    struct backups *b = *state;
    const char *path = backups_make(b, "a.dir", NULL), *digest = backups_digest(b, &b->server);
    static const char setting[] =
        "do $$ begin "
        "execute format('alter database %I set search_path to \"We ird\", public', "
        "current_database());"
        "execute format('alter database %I set work_mem to ''7MB''', current_database());"
        "execute format('revoke connect on database %I from public', current_database());"
        "execute format('grant temp on database %I to pg_monitor', current_database()); end $$";
    static const char facts[] =
        "select (select array_agg(x::text order by x::text) from unnest(datacl) x), setconfig from "
        "pg_database d join pg_db_role_setting s on s.setdatabase = "
        "d.oid where datname = current_database()";
    assert_non_null(support_query(b->arena, &b->server, setting));
    const char *before = support_query(b->arena, &b->server, facts);
    assert_non_null(
        support_query(b->arena, &b->server, "drop table public.p cascade; create table new ()"));
    pid_t session = support_query_start(&b->server, "select pg_sleep(60)");
    support_wait_for(
        b->arena, &b->server,
        "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)' and "
        "datname = current_database()",
        "1", 10000);
    tusk_backup_options options = { .into = b->server.database, .replace = true, .jobs = 2 };
    tusk_status st = restore(b, path, options);
    if (st != TUSK_OK) fail_msg("%s (%s)", b->err.message, b->err.detail);
    assert_int_equal(waitpid(session, NULL, 0), session);
    assert_true(restored.replaced);
    backups_expect(b, &b->server, facts, before);
    backups_expect(b, &b->server, "select to_regclass('new') is null", "t");
    assert_non_null(support_query(b->arena, &b->server,
                                  "do $$ begin execute format("
                                  "'alter database %I reset search_path', "
                                  "current_database()); end $$"));
    assert_string_equal(backups_digest(b, &b->server), digest);
    backups_expect(b, &b->server, "select count(*) from pg_database where datname ~ '_old$'", "0");
}

static void stop_here(void *context, const tusk_backup_progress *progress)
{
    if (progress->phase != TUSK_BACKUP_COMPARING) return;
    if (write(*(int *)context, "x", 1) == 1) pause();
}

static void test_interrupted(void **state)
{
    struct backups *b = *state;
    const char *path = backups_make(b, "a.sql", NULL);
    const char *databases = backups_databases(b), *digest = backups_digest(b, &b->server);
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails before it kills */
        tusk_backup_options options = {
            .into = b->server.database, .replace = true, .progress = stop_here, .context = &ends[1]
        };
        _exit(restore(b, path, options) == TUSK_OK ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    backups_expect(b, &b->server,
                   "select count(*) from pg_database where datname like 'tusk\\_restore\\_%'", "1");
    /* one that is being filled is nobody's leftover */
    backups_restore(b, path, (tusk_backup_options){ 0 });
    backups_expect(b, &b->server,
                   "select count(*) from pg_database where datname like 'tusk\\_restore\\_%'", "1");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    close(ends[1]);
    assert_string_equal(backups_digest(b, &b->server), digest);
    support_wait_for(b->arena, &b->server,
                     "select count(*) from pg_locks where locktype = 'advisory'", "0", 10000);
    backups_restore(b, path, (tusk_backup_options){ 0 });
    backups_expect(b, &b->server,
                   "select count(*) from pg_database where datname like 'tusk\\_restore\\_%'", "0");
    assert_true(strlen(backups_databases(b)) > strlen(databases));
}

/* ---- data alone ---- */

static void test_data_only(void **state)
{
    struct backups *b = *state;
    const char *digest = backups_digest(b, &b->server);
    tusk_backup_options data = { .content = TUSK_BACKUP_DATA_ONLY };
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_make(b, tusk_arena_printf(b->arena, "d%s", *format).ptr, &data);
        refused(b, path, (tusk_backup_options){ 0 }, TUSK_MISUSE, "data only");
        tusk_backup_options into = { .into = b->server.database };
        refused(b, path, into, TUSK_MISUSE, "must be there, and empty");
        into.replace = true;
        assert_non_null(support_query(b->arena, &b->server,
                                      "delete from \"We ird\".\"ta\"\"b.le; --\"; update "
                                      "\"authUser\" set t = 'changed'; delete from p where k = 3"));
        tusk_status st = restore(b, path, into);
        if (st != TUSK_OK) fail_msg("%s: %s (%s)", path, b->err.message, b->err.detail);
        assert_string_equal(backups_digest(b, &b->server), digest);
        /* what cannot be taken leaves all as it was */
        assert_non_null(support_query(b->arena, &b->server,
                                      "alter table p add constraint no check (k <> 3) not valid"));
        const char *now = backups_digest(b, &b->server);
        assert_int_equal(restore(b, path, into), TUSK_SERVER);
        assert_string_equal(b->err.sqlstate, "23514");
        assert_string_equal(backups_digest(b, &b->server), now);
        assert_non_null(support_query(b->arena, &b->server, "alter table p drop constraint no"));
    }
}

/* ---- files of others ---- */

static void test_row_56_needs_trust(void **state)
{
    struct backups *b = *state;
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_make(b, tusk_arena_printf(b->arena, "g%s", *format).ptr, NULL);
        assert_int_equal(unlink(tusk_arena_printf(b->arena, "%s.manifest.json", path).ptr), 0);
        refused(b, path, (tusk_backup_options){ 0 }, TUSK_INVALID, "has no manifest");
        assert_non_null(strstr(b->err.hint, "--trust"));
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ .trust = true });
        assert_string_equal(backups_digest(b, &copy), backups_digest(b, &b->server));
        /* truncated, it is found out while it goes into the scratch database */
        const char *file = backups_largest(b, path);
        tusk_str whole = backups_read(b, file);
        backups_write(b, file, (tusk_str){ whole.ptr, whole.len * 2 / 3 });
        const char *before = backups_databases(b);
        if (restore(b, path, (tusk_backup_options){ .trust = true }) == TUSK_OK)
            fail_msg("%s: a truncated file was believed", path);
        assert_string_equal(backups_databases(b), before);
    }
    /* what is left of "pg_dump | gzip" when pg_dump could not sign in */
    const char *nothing = backups_path(b, "n.sql.gz");
    backups_write(b, nothing, TUSK_STR("\x1f\x8b\b\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"));
    refused(b, nothing, (tusk_backup_options){ .trust = true }, TUSK_INVALID, "no statement");
    /* at the end of a statement, only the missing last line tells */
    const char *path = backups_path(b, "g.sql");
    static const char text[] = "--\n-- PostgreSQL database dump\n--\n\ncreate table a ();\n";
    backups_write(b, path, tusk_str_of(text));
    refused(b, path, (tusk_backup_options){ .trust = true }, TUSK_INVALID,
            "database dump complete");
}

static void test_row_56_hostile_dumps(void **state)
{
    struct backups *b = *state;
    static const struct {
        const char *text, *why;
    } dumps[] = {
        { "\\! touch /tmp/tusk-pwned\n", "line 1: a command of psql" },
        { "select 1;\n  \\! touch /tmp/tusk-pwned\n", "line 2: a command of psql" },
        { "-- all is well\n/* really */ \\! touch /tmp/tusk-pwned\n", "line 2: a command of psql" },
        { "select 1 \\! touch /tmp/tusk-pwned\n", "line 1: a command of psql" },
        { "select 1 \\gexec\n", "a command of psql" },
        { "select 1 \\; select 2;\n", "a command of psql" },
        { "\\connect postgres\nselect 1;\n", "a command of psql" },
        { "\\restrict abc\n\\! touch /tmp/tusk-pwned\n", "line 2: a command of psql" },
        { "\\restrict abc \\! touch /tmp/tusk-pwned\n", "a command of psql" },
        { "\\restrict\n", "a command of psql" },
        { "create table t (a text);\ncopy t from stdin;\na\n\\.\n\\! touch /tmp/tusk-pwned\n",
          "line 5: a command of psql" },
        { "create table t (a text);\ncopy t from program 'touch /tmp/tusk-pwned';\n",
          "line 2: COPY of anything but" },
        { "create table t (a text);\ncopy t to program 'touch /tmp/tusk-pwned';\n",
          "COPY of anything" },
        { "copy (select 1 from stdin) to program 'touch /tmp/tusk-pwned';\n", "COPY of anything" },
        { "copy pg_class to '/tmp/tusk-pwned';\n", "COPY of anything" },
        { "create table t (a text);\ncopy t from stdin;\na\n", "ends in the data" },
        { "create table t (a text);\ncopy t from stdin; x\n", "must begin on a new line" },
        { "create table t (a text", "ends in a statement" },
        { "select 'a;\n", "ends in quotes" },
        { "select $a$ $b$;\n", "ends in quotes" },
        { "/* /* */ select 1;\n", "ends in quotes or a comment" },
    };
    const char *path = backups_path(b, "h.sql");
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        backups_write(b, path, tusk_str_of(dumps[i].text));
        refused(b, path, (tusk_backup_options){ .trust = true }, TUSK_INVALID, dumps[i].why);
    }
    assert_false(tusk_file_exists("/tmp/tusk-pwned"));
    /* an error of the server names the line as well */
    backups_write(b, path, TUSK_STR("select 1;\n\n-- here\nselect nothing;\n"));
    refused(b, path, (tusk_backup_options){ .trust = true }, TUSK_SERVER, "line 4: column");
    /* an archive that is none */
    backups_write(b, path, TUSK_STR("PGDMP\1\16\0rubbish"));
    refused(b, path, (tusk_backup_options){ .trust = true }, TUSK_IO, "pg_restore failed");
}

/* What looks like the end of something and is not. */
static void test_reads_sql(void **state)
{
    struct backups *b = *state;
    static const char text[] =
        "\\restrict aB3\n"
        "SET transaction_timeout = 0;\nSET statement_timeout = 0;\n" /* the first is of 17 */
        "create table t (a text, n int);\n"
        "insert into t values ('a;''b\\', 1), (E'c\\';\\\\', 2), (e'd''\\'e', 3), ($$;$x$$, 4), "
        "($_a$ $$ $b$ ; $_a$, 5), ('-- no', 6), ('/*', 7); -- it's a ; comment\n"
        "insert into t select U&'d\\0061t', 8 /* ; /* ' */ \" */;\n"
        "create table \"x;\"\"'y\" (\"$a$\" int, a$b$c int);\n"
        "insert into \"x;\"\"'y\" values (1, 2);\n"
        "prepare p(int) as select $1; execute p(1);;\n"
        "create function f() returns int begin atomic select case 1 when 1 then 2 end; select 3; "
        "end;\n"
        "create or replace function \"begin\"() returns int language sql as 'select 1;';\n"
        "create rule r as on insert to \"x;\"\"'y\" do also (delete from t; select 1);\n"
        "COPY t (a, n) FROM stdin;\n\\\\.\t9\n\\\\\\\\.x\t10\n\\\\N\t\\N\n\\.\n\n"
        "copy t from stdin;\n\\.\n"
        "copy t from stdin;\r\ncr\t11\r\n\\.\r\n"
        "\\unrestrict aB3\n";
    static const char expected[] =
        "a;'b\\/1,c';\\/2,d''e/3,;$x/4, $$ $b$ ; /5,-- no/6,/*/7,dat/8,\\./9,\\\\.x/10,cr/11,\\N/";
    for (size_t size = 1; size < sizeof text; size = size < 7 ? size + 1 : size * 7) {
        tusk_server fresh = support_database(b->arena);
        tusk_conn *conn = NULL;
        assert_int_equal(tusk_conn_open(&fresh, 10000, &conn, &b->err), TUSK_OK);
        tusk_script *script = tusk_script_new(conn, &(tusk_script_options){ 0 });
        tusk_status st = TUSK_OK;
        for (size_t at = 0; st == TUSK_OK && at < sizeof text - 1; at += size) {
            size_t left = sizeof text - 1 - at;
            st = tusk_script_feed(script, (tusk_str){ text + at, left < size ? left : size },
                                  &b->err);
        }
        if (st == TUSK_OK) st = tusk_script_end(script, &b->err);
        if (st != TUSK_OK) fail_msg("in pieces of %zu: %s", size, b->err.message);
        tusk_script_free(script);
        tusk_conn_close(conn);
        backups_expect(b, &fresh, "select string_agg(concat(a, '/', n), ',' order by n) from t",
                       expected);
        backups_expect(b, &fresh, "select f(), \"begin\"(), (select a$b$c from \"x;\"\"'y\")",
                       "3|1|2");
    }
}

/* How texts are compared is part of a database: unique indexes stand on it. */
static void test_locale_is_kept(void **state)
{
    struct backups *b = *state;
    static const char facts[] =
        "select pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, "
        "coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale') from pg_database d "
        "where datname = current_database()";
    tusk_server icu = b->server, latin = b->server;
    icu.database = backups_name(b);
    latin.database = backups_name(b);
    tusk_str make = tusk_arena_printf(b->arena,
                                      "create database %s template template0 locale_provider icu "
                                      "icu_locale 'de' lc_collate 'C' lc_ctype 'C'",
                                      icu.database);
    assert_non_null(support_query(b->arena, &b->server, make.ptr));
    make = tusk_arena_printf(b->arena,
                             "create database %s template template0 encoding latin1 lc_collate 'C' "
                             "lc_ctype 'C'",
                             latin.database);
    assert_non_null(support_query(b->arena, &b->server, make.ptr));
    const tusk_server sources[] = { icu, latin };
    tusk_server before = b->server;
    for (int i = 0; i < 2; i++) {
        b->server = sources[i];
        const char *told = support_query(b->arena, &b->server, facts);
        const char *path = backups_make(b, i ? "l.dump" : "i.sql", NULL);
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ 0 });
        backups_expect(b, &copy, facts, told);
        /* replaced, the one that is there says how */
        tusk_backup_options replace = { .into = sources[1 - i].database, .replace = true };
        const char *other = support_query(b->arena, &sources[1 - i], facts);
        copy = backups_restore(b, path, replace);
        backups_expect(b, &copy, facts, other);
    }
    b->server = before;
}

/* Roles of another server. */
static void test_no_owner(void **state)
{
    struct backups *b = *state;
    tusk_str role = tusk_arena_printf(b->arena, "role_%.40s", b->server.database);
    tusk_str make = tusk_arena_printf(b->arena,
                                      "create role %s; alter table p owner to %s; "
                                      "grant select on \"authUser\" to %s",
                                      role.ptr, role.ptr, role.ptr);
    tusk_str drop = tusk_arena_printf(b->arena,
                                      "reassign owned by %s to current_user; drop owned by %s; "
                                      "drop role %s",
                                      role.ptr, role.ptr, role.ptr);
    assert_non_null(support_query(b->arena, &b->server, make.ptr));
    for (const char *const *format = FORMATS; *format; format++)
        backups_make(b, tusk_arena_printf(b->arena, "o%s", *format).ptr, NULL);
    assert_non_null(support_query(b->arena, &b->server, drop.ptr));
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_path(b, tusk_arena_printf(b->arena, "o%s", *format).ptr);
        const char *before = backups_databases(b);
        assert_int_not_equal(restore(b, path, (tusk_backup_options){ 0 }), TUSK_OK);
        if (!strstr(b->err.hint, "--no-owner")) fail_msg("%s: %s", path, b->err.message);
        assert_string_equal(backups_databases(b), before);
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ .no_owner = true });
        assert_string_equal(backups_digest(b, &copy), backups_digest(b, &b->server));
        assert_int_equal(tusk_backup_verify(b->arena, &b->server, path, NULL, &b->backup, &b->err),
                         TUSK_OK);
    }
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, backups_open, backups_close)

/* Who signs in may have settings that fit its daily work; a backup takes as long as it takes. */
static void limits_of_a_role_do_not_end_a_restore(void **state)
{
    struct backups *b = *state;
    static const char slow[] =
        "create function public.slow(int) returns int language plpgsql immutable as "
        "'begin perform pg_sleep(0.15); return $1; end'; "
        "create table hurdles (a int); insert into hurdles values (1), (2), (3); "
        "create index on hurdles (public.slow(a))";
    const char *role = backups_name(b);
    tusk_server hasty = support_database(b->arena);
    assert_non_null(support_query(b->arena, &hasty, slow));
    assert_non_null(support_query(
        b->arena, &hasty,
        tusk_arena_printf(b->arena,
                          "create role %s superuser login password 'in a hurry'; "
                          "alter role %s set statement_timeout = '300ms'; "
                          "alter role %s set idle_in_transaction_session_timeout = '300ms'",
                          role, role, role)
            .ptr));
    hasty.user = role;
    hasty.password = "in a hurry";
    const char *path = backups_path(b, "hasty.dump");
    tusk_status st = tusk_backup_make(b->arena, &hasty, path, NULL, &b->backup, &b->err);
    if (st == TUSK_OK) st = tusk_restore(b->arena, &hasty, path, NULL, &restored, &b->err);
    if (st != TUSK_OK) fail_msg("%s: %s", tusk_status_name(st), b->err.message);
    assert_int_equal(restored.rows, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(test_row_54_truncated_is_refused),
        BACKUP_TEST(test_row_54_flipped_byte_is_refused),
        BACKUP_TEST(test_targets),
        BACKUP_TEST(test_replace),
        BACKUP_TEST(test_interrupted),
        BACKUP_TEST(test_data_only),
        BACKUP_TEST(test_row_56_needs_trust),
        BACKUP_TEST(test_row_56_hostile_dumps),
        BACKUP_TEST(test_reads_sql),
        BACKUP_TEST(test_no_owner),
        BACKUP_TEST(test_locale_is_kept),
        BACKUP_TEST(limits_of_a_role_do_not_end_a_restore),
    };
    support_own_server(); /* what is there before and after is compared */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
