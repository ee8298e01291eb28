/* backups.c - a database full of what dumps get wrong, and its digest */
#include "tests/pg/backups.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tusk/conn.h"
#include "tusk/file.h"

static const char content[] =
    "create type mood as enum ('glad', 'it''s \\ odd');"
    "create schema \"We ird\";"
    "create table \"authUser\" (id serial primary key, m mood default 'glad', t text, b bytea);"
    "insert into \"authUser\" (t, b) select case i % 4 when 0 then null when 1 then "
    "E'\\\\.\\n\\\\.' "
    "when 2 then E'tab\\t back\\\\ ; -- $$ ' || chr(233) else repeat('x', i) end, "
    "decode(md5(i::text), 'hex') from generate_series(1, 3000) i;"
    "create table \"We ird\".\"ta\"\"b.le; --\" (id int primary key, u int references "
    "\"authUser\");"
    "insert into \"We ird\".\"ta\"\"b.le; --\" select i, i from generate_series(1, 100) i;"
    "create function f(a int) returns int language sql begin atomic "
    "select case when a > 1 then 1 else 2 end; select 3; end;"
    "create function g() returns text language plpgsql as $x$ begin return E'\\\\! ; $$ '; end $x$;"
    "create table p (id int, k int) partition by range (k);"
    "create table p1 partition of p for values from (0) to (10);"
    "create table p2 partition of p for values from (10) to (20);"
    "insert into p select i, i % 20 from generate_series(1, 200) i;"
    "create view v as select u.id, 'a;b' as x from \"authUser\" u;"
    "create materialized view mv as select count(*) from p;"
    "create rule r as on delete to p1 do also (select 1; select 2);"
    "create table empty (id bigint generated always as identity);"
    "comment on table p is E'it''s; a \\\\ comment -- ''x';"
    "select setval('\"authUser_id_seq\"', 5000);";

/* Every row of every table, and how they are declared. */
static const char digest[] =
    "select md5(string_agg(line, E'\\n' order by line)) from ("
    "select c.oid::regclass::text || ':' || coalesce(md5((xpath('/row/x/text()', query_to_xml("
    "format('select md5(string_agg(t::text, ''|'' order by t::text)) as x from only %I.%I t', "
    "n.nspname, c.relname), true, true, '')))[1]::text), 'none') as line "
    "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where relkind in ('r', 'm', 'v') and nspname in ('public', 'We ird') "
    "union all select conrelid::regclass || pg_get_constraintdef(oid) from pg_constraint "
    "where conrelid <> 0 and connamespace::regnamespace::text !~ '^pg_|^information' "
    "union all select indexrelid::regclass::text || pg_get_indexdef(indexrelid) from pg_index "
    "join pg_class c on c.oid = indexrelid where relnamespace = 'public'::regnamespace "
    "union all select attrelid::regclass || attname || format_type(atttypid, atttypmod) from "
    "pg_attribute a join pg_class c on c.oid = attrelid where attnum > 0 and relkind in ('r', 'v') "
    "and relnamespace::regnamespace::text in ('public', '\"We ird\"') "
    "union all select oid::regprocedure || pg_get_functiondef(oid) from pg_proc "
    "where pronamespace = 'public'::regnamespace "
    "union all select rulename || pg_get_ruledef(oid) from pg_rewrite where rulename = 'r' "
    "union all select enumlabel from pg_enum "
    "union all select obj_description('p'::regclass) "
    "union all select last_value::text from \"authUser_id_seq\") x";

int backups_open(void **state)
{
    struct backups *b = calloc(1, sizeof *b);
    tusk_conn *conn = NULL;
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    b->folder = support_folder(b->arena);
    assert_int_equal(tusk_conn_open(&b->server, 10000, &conn, &b->err), TUSK_OK);
    if (tusk_conn_script(conn, tusk_str_of(content), &b->err) != TUSK_OK)
        fail_msg("%s", b->err.message);
    tusk_conn_close(conn);
    *state = b;
    return 0;
}

int backups_close(void **state)
{
    struct backups *b = *state;
    support_remove_folder(b->folder);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

const char *backups_path(struct backups *b, const char *name)
{
    return tusk_path_join(b->arena, b->folder, name).ptr;
}

const char *backups_make(struct backups *b, const char *name, const tusk_backup_options *options)
{
    const char *path = backups_path(b, name);
    tusk_status st = tusk_backup_make(b->arena, &b->server, path, options, &b->backup, &b->err);
    if (st != TUSK_OK) fail_msg("%s: %s (%s)", name, b->err.message, b->err.detail);
    return path;
}

const char *backups_name(struct backups *b)
{
    static int count;
    return tusk_arena_printf(b->arena, "%.40s_r%d", b->server.database, ++count).ptr;
}

tusk_server backups_restore(struct backups *b, const char *path, tusk_backup_options options)
{
    tusk_server server = b->server;
    tusk_restored restored;
    if (!options.into) options.into = backups_name(b);
    tusk_status st = tusk_restore(b->arena, &b->server, path, &options, &restored, &b->err);
    if (st != TUSK_OK) fail_msg("%s: %s (%s)", path, b->err.message, b->err.detail);
    server.database = restored.database.ptr;
    assert_string_equal(server.database, options.into);
    return server;
}

const char *backups_digest(struct backups *b, const tusk_server *server)
{
    const char *answer = support_query(b->arena, server, digest);
    assert_non_null(answer);
    assert_int_equal(strlen(answer), 32);
    return answer;
}

const char *backups_databases(struct backups *b)
{
    const char *answer = support_query(
        b->arena, &b->server, "select string_agg(datname, ',' order by datname) from pg_database");
    assert_non_null(answer);
    return answer;
}

void backups_expect(struct backups *b, const tusk_server *server, const char *sql,
                    const char *expected)
{
    const char *answer = support_query(b->arena, server, sql);
    assert_non_null(answer);
    assert_string_equal(answer, expected);
}

const char *backups_largest(struct backups *b, const char *path)
{
    struct stat info;
    const char *best = path;
    off_t size = -1;
    DIR *folder = opendir(path);
    if (!folder) return path;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *file = tusk_path_join(b->arena, path, entry->d_name).ptr;
        if (stat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= size) continue;
        size = info.st_size;
        best = file;
    }
    closedir(folder);
    return best;
}

tusk_str backups_read(struct backups *b, const char *path)
{
    tusk_str text;
    assert_int_equal(tusk_file_read(b->arena, path, (size_t)64 << 20, &text, &b->err), TUSK_OK);
    return text;
}

void backups_write(struct backups *b, const char *path, tusk_str text)
{
    assert_int_equal(tusk_file_replace(path, text, 0600, &b->err), TUSK_OK);
}
