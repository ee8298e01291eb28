/* test_stats.c - what a real server knows about itself, read right also where names are hostile */
#include "tests/pg/conns.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tusk/stats.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A database of its own for each test: reports list all that is there. */
struct room {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    tusk_error err;
};

static int enter(void **state)
{
    static struct room room;
    room.arena = tusk_arena_new(0);
    room.server = support_database(room.arena);
    room.conn = conns_open(&room.server);
    *state = &room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    tusk_conn_close(room->conn);
    tusk_arena_free(room->arena);
    return 0;
}

static void make(struct room *room, const char *sql)
{
    conns_script(room->conn, sql);
}

#define assert_ok(call) \
    if ((call) != TUSK_OK) fail_msg("%s", room->err.message)

/* Asks until the answer is "true". What a session counts reaches the others late, at the end of a
 * statement, unless it is told to hurry. */
static void wait_until(struct room *room, const char *sql)
{
    int64_t deadline = tusk_deadline_in(30000);
    bool hurry = tusk_conn_server_version_number(room->conn) >= 150000;
    for (;;) {
        tusk_result result;
        if (hurry) conns_expect(room->conn, "select pg_stat_force_next_flush()", "");
        const tusk_query *query = tusk_sql(room->arena, sql, NULL);
        assert_ok(tusk_run(room->conn, room->arena, query, &result, &room->err));
        if (tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("t"))) return;
        if (tusk_deadline_left(deadline) == 0) fail_msg("never true: %s", sql);
        usleep(20000);
    }
}

static bool same(tusk_str text, const char *expected)
{
    return tusk_str_eq(text, tusk_str_of(expected));
}

/* ---- tables ---- */

static const tusk_stats_table *find_table(struct room *room, const char *schema, const char *name)
{
    tusk_stats_tables tables;
    assert_ok(tusk_stats_tables_read(room->conn, room->arena, &tables, &room->err));
    for (size_t i = 0; i < tables.count; i++) {
        if (same(tables.items[i].schema, schema) && same(tables.items[i].name, name))
            return &tables.items[i];
    }
    return NULL;
}

static void names_with_capitals_have_sizes(void **state)
{
    struct room *room = *state;
    make(room, "create table \"authUser\" (id text primary key, data text);"
               "insert into \"authUser\" select i::text, repeat('x', 100)"
               " from generate_series(1, 5000) i");
    wait_until(room, "select n_live_tup = 5000 from pg_stat_user_tables");
    make(room, "vacuum analyze \"authUser\"");
    wait_until(room, "select last_vacuum is not null and last_analyze is not null"
                     " from pg_stat_user_tables where relname = 'authUser'");
    const tusk_stats_table *table = find_table(room, "public", "authUser");
    assert_non_null(table);
    assert_int_equal(table->total_bytes,
                     table->table_bytes + table->index_bytes + table->toast_bytes);
    assert_true(table->table_bytes > 5000 * 100 && table->index_bytes > 5000 * 4);
    assert_int_equal(table->rows, 5000);
    assert_int_equal(table->dead_rows, 0);
    assert_true(table->last_vacuum.has && table->last_analyze.has);
    assert_true(table->last_vacuum.value.us > tusk_now().us - 60000000);
    const char *total =
        support_query(room->arena, &room->server, "select pg_total_relation_size('\"authUser\"')");
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)table->total_bytes);
    assert_string_equal(text, total);
}

static void hostile_names_come_back_as_they_are(void **state)
{
    static const char *const names[] = {
        "we\"ird",  "a.b",    "semi;colon", "'quote'", "line\nbreak",
        " ",        "$1",     "\\",         "%I",      "\xe5\xae\xa2\xf0\x9f\x90\x98",
        "\033[31m", "select", "--",         "UPPER",   "\"\"",
    };
    struct room *room = *state;
    make(room, "create schema \"S \"\".x\"");
    for (size_t i = 0; i < COUNT(names); i++) {
        tusk_error err = { 0 };
        tusk_str statement;
        tusk_result result;
        const tusk_query *query =
            tusk_sql(room->arena, "select format('create table %I.%I (id int)', 'S \".x', $1)",
                     TUSK_PARAMS(tusk_val(names[i])));
        assert_int_equal(tusk_run(room->conn, room->arena, query, &result, &err), TUSK_OK);
        statement = tusk_result_cell(&result, 0, 0);
        make(room, statement.ptr);
        if (!find_table(room, "S \".x", names[i])) fail_msg("%s is not listed", names[i]);
    }
}

static void bloat_is_what_a_rewrite_gives_back(void **state)
{
    struct room *room = *state;
    make(room, "create table t (id bigint, a text, b int) with (autovacuum_enabled = off);"
               "insert into t select i, repeat('x', (i % 90)::int), null"
               " from generate_series(1, 40000) i");
    const tusk_stats_table *table = find_table(room, "public", "t");
    assert_false(table->bloat_bytes.has); /* never analyzed */
    make(room, "analyze t");
    table = find_table(room, "public", "t");
    assert_true(table->bloat_bytes.has);
    if (table->bloat_bytes.value > table->table_bytes / 10)
        fail_msg("%lld of %lld in a fresh table", (long long)table->bloat_bytes.value,
                 (long long)table->table_bytes);
    make(room, "delete from t where id % 10 <> 0");
    make(room, "vacuum t");
    make(room, "analyze t");
    int64_t estimate = find_table(room, "public", "t")->bloat_bytes.value;
    int64_t before = find_table(room, "public", "t")->table_bytes;
    make(room, "vacuum full t");
    int64_t given_back = before - find_table(room, "public", "t")->table_bytes;
    if (estimate < given_back * 9 / 10 || estimate > given_back * 11 / 10)
        fail_msg("estimated %lld, came to %lld", (long long)estimate, (long long)given_back);
}

/* As during VACUUM FULL: nobody waits for its end to see sizes. */
static void a_locked_table_is_not_waited_for(void **state)
{
    struct room *room = *state;
    tusk_stats_tables tables;
    tusk_stats_indexes indexes;
    tusk_stats_missing_indexes missing;
    make(room, "create table t (id int primary key, data text, up int references t);"
               "insert into t select i, repeat('x', 50) from generate_series(1, 3000) i");
    make(room, "vacuum analyze t");
    int64_t before = find_table(room, "public", "t")->table_bytes;
    tusk_conn *other = conns_open(&room->server);
    assert_int_equal(conns_run(other, "begin", &room->err), TUSK_OK);
    assert_int_equal(conns_run(other, "lock table t", &room->err), TUSK_OK);
    tusk_conn_set_timeout(room->conn, 10000);
    tusk_status st = tusk_stats_tables_read(room->conn, room->arena, &tables, &room->err);
    if (st == TUSK_OK) st = tusk_stats_indexes_read(room->conn, room->arena, &indexes, &room->err);
    if (st == TUSK_OK) st = tusk_stats_missing_read(room->conn, room->arena, &missing, &room->err);
    tusk_conn_close(other);
    assert_ok(st);
    assert_int_equal(tables.count, 1);
    assert_int_equal(missing.count, 1);
    assert_true(missing.items[0].table_bytes > before / 2);
    assert_true(tables.items[0].table_bytes > before / 2);
    assert_true(tables.items[0].index_bytes > 3000 * 8);
    assert_true(indexes.items[0].bytes == tables.items[0].index_bytes);
}

static void dead_rows_are_counted(void **state)
{
    struct room *room = *state;
    make(room, "create table t (id int) with (autovacuum_enabled = off);"
               "insert into t select generate_series(1, 1000)");
    make(room, "delete from t where id <= 300");
    wait_until(room, "select n_dead_tup = 300 from pg_stat_user_tables where relname = 't'");
    assert_int_equal(find_table(room, "public", "t")->dead_rows, 300);
}

static void an_empty_database_has_empty_lists(void **state)
{
    struct room *room = *state;
    tusk_stats_tables tables;
    tusk_stats_indexes indexes;
    tusk_stats_missing_indexes missing;
    tusk_stats_sequences sequences;
    tusk_stats_locks locks;
    assert_ok(tusk_stats_tables_read(room->conn, room->arena, &tables, &room->err));
    assert_ok(tusk_stats_indexes_read(room->conn, room->arena, &indexes, &room->err));
    assert_ok(tusk_stats_missing_read(room->conn, room->arena, &missing, &room->err));
    assert_ok(tusk_stats_sequences_read(room->conn, room->arena, &sequences, &room->err));
    assert_ok(tusk_stats_locks_read(room->conn, room->arena, &locks, &room->err));
    assert_int_equal(tables.count + indexes.count + missing.count + sequences.count, 0);
}

/* ---- indexes ---- */

static const tusk_stats_index *find_index(struct room *room, const char *name)
{
    tusk_stats_indexes indexes;
    assert_ok(tusk_stats_indexes_read(room->conn, room->arena, &indexes, &room->err));
    for (size_t i = 0; i < indexes.count; i++) {
        if (same(indexes.items[i].name, name)) return &indexes.items[i];
    }
    fail_msg("there is no index %s", name);
    return NULL;
}

static void indexes_are_judged(void **state)
{
    static const struct {
        const char *name, *duplicate_of, *columns;
        bool unused, accepted, unique, primary;
    } cases[] = {
        { "authUser_pkey", "", "id", false, false, true, true },
        { "authUser_email_key", "", "email", false, false, true, false },
        { "idx_authUser_email", "authUser_email_key", "email", true, true, false, false },
        { "older", "", "n", true, false, false, false },
        { "newer", "older", "n", true, false, false, false },
        { "meant", "older", "n", true, true, false, false },
        { "descending", "", "n", true, false, false, false },
        { "partial", "", "n where (n > 3)", true, false, false, false },
        { "hashed", "", "n", true, false, false, false },
        { "wider", "", "n, email, include id", true, false, false, false },
        { "Lower Case", "", "lower(email)", true, false, false, false },
        { "one_of_two_unique", "authUser_email_key", "email", false, false, true, false },
    };
    struct room *room = *state;
    make(room,
         "create table \"authUser\" (id text primary key, email text unique, n int);"
         "create index \"idx_authUser_email\" on \"authUser\" (email);"
         "create index older on \"authUser\" (n); create index newer on \"authUser\" (n);"
         "create index meant on \"authUser\" (n); comment on index meant is 'Accepted: a test';"
         "create index descending on \"authUser\" (n desc);"
         "create index partial on \"authUser\" (n) where n > 3;"
         "create index hashed on \"authUser\" using hash (n);"
         "create index wider on \"authUser\" (n, email) include (id);"
         "create index \"Lower Case\" on \"authUser\" (lower(email));"
         "create unique index one_of_two_unique on \"authUser\" (email)");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const tusk_stats_index *index = find_index(room, cases[i].name);
        bool right = same(index->duplicate_of, cases[i].duplicate_of) &&
                     same(index->columns, cases[i].columns) && same(index->table, "authUser") &&
                     index->unused == cases[i].unused && index->accepted == cases[i].accepted &&
                     index->unique == cases[i].unique && index->primary == cases[i].primary &&
                     index->valid && !index->building && index->bytes > 0;
        if (!right)
            fail_msg("%s (%s): duplicate of \"%s\", unused %d, accepted %d, unique %d",
                     cases[i].name, index->columns.ptr, index->duplicate_of.ptr, index->unused,
                     index->accepted, index->unique);
    }
}

static void a_used_index_is_counted(void **state)
{
    struct room *room = *state;
    make(room, "create table t (n int); create index used on t (n); set enable_seqscan = off");
    for (int i = 0; i < 3; i++) make(room, "select * from t where n = 1");
    wait_until(room, "select idx_scan = 3 from pg_stat_user_indexes where indexrelname = 'used'");
    assert_int_equal(find_index(room, "used")->scans, 3);
    assert_false(find_index(room, "used")->unused);
}

static void an_invalid_index_is_found(void **state)
{
    struct room *room = *state;
    make(room, "create table t (n int); insert into t values (1), (1)");
    assert_int_equal(tusk_conn_script(room->conn,
                                      TUSK_STR("create unique index concurrently broken on t (n)"),
                                      &room->err),
                     TUSK_SERVER);
    assert_false(find_index(room, "broken")->valid);
    assert_false(find_index(room, "broken")->building);
}

static void foreign_keys_without_index_are_found(void **state)
{
    struct room *room = *state;
    tusk_stats_missing_indexes missing;
    make(room, "create table \"Parent\" (a int, b int, primary key (a, b), c int unique);"
               "create table led (a int, b int, x int, foreign key (a, b) references \"Parent\");"
               "create index on led (b, a, x);"
               "create table half (a int, b int, foreign key (a, b) references \"Parent\");"
               "create index on half (a); create index on half (a, b) where a > 0;"
               "create table \"Ch ild\" (\"C\" int references \"Parent\" (c) on delete cascade);"
               "create table own (c int primary key references \"Parent\" (c))");
    assert_ok(tusk_stats_missing_read(room->conn, room->arena, &missing, &room->err));
    assert_int_equal(missing.count, 2);
    const tusk_stats_missing *child = &missing.items[same(missing.items[0].table, "half")];
    const tusk_stats_missing *half = &missing.items[!same(missing.items[0].table, "half")];
    assert_true(same(half->table, "half") && same(half->columns, "a, b"));
    assert_string_equal(child->references.ptr, "public.\"Parent\"");
    assert_string_equal(child->statement.ptr,
                        "create index concurrently on public.\"Ch ild\" (\"C\")");
    make(room, child->statement.ptr);
    make(room, half->statement.ptr);
    assert_ok(tusk_stats_missing_read(room->conn, room->arena, &missing, &room->err));
    assert_int_equal(missing.count, 0);
}

/* ---- sessions ---- */

static const tusk_stats_session *find_session(struct room *room, int pid)
{
    tusk_stats_activity activity;
    assert_ok(tusk_stats_activity_read(room->conn, room->arena, &activity, &room->err));
    for (size_t i = 0; i < activity.count; i++) {
        if (activity.items[i].pid == pid) return &activity.items[i];
    }
    return NULL;
}

static void sessions_tell_what_they_do(void **state)
{
    struct room *room = *state;
    tusk_server server = room->server;
    server.application_name = "a \033[31mtest";
    tusk_conn *other = conns_open(&server);
    int pid = conns_backend(other);
    assert_null(find_session(room, conns_backend(room->conn))); /* the asking one */
    assert_int_equal(conns_run(other, "begin", &room->err), TUSK_OK);
    conns_expect(other, "select 'idle soon'", "idle soon");
    const tusk_stats_session *session = find_session(room, pid);
    assert_non_null(session);
    assert_string_equal(session->state.ptr, "idle in transaction");
    assert_string_equal(session->database.ptr, room->server.database);
    assert_string_equal(session->query.ptr, "select 'idle soon'");
    assert_int_equal(session->query_ms, 0);
    assert_string_equal(session->wait.ptr, "");
    assert_string_equal(session->blocked_by.ptr, "");
    tusk_conn_close(other);
}

/* first has a, second has b and waits for a, third waits for b: a chain. */
static void locks_make_a_tree(void **state)
{
    struct room *room = *state;
    tusk_stats_locks locks;
    char first_text[16];
    make(room, "create table \"A\" (id int); create table b (id int)");
    tusk_conn *first = conns_open(&room->server);
    assert_int_equal(conns_run(first, "begin", &room->err), TUSK_OK);
    assert_int_equal(conns_run(first, "lock table \"A\"", &room->err), TUSK_OK);
    snprintf(first_text, sizeof first_text, "%d", conns_backend(first));
    pid_t second = support_query_start(&room->server,
                                       "begin; lock table b; insert into \"A\" values (1); commit");
    support_wait_for(room->arena, &room->server, "select count(*) from pg_locks where not granted",
                     "1", 10000);
    pid_t third = support_query_start(&room->server, "select * from b");
    support_wait_for(room->arena, &room->server, "select count(*) from pg_locks where not granted",
                     "2", 10000);
    assert_ok(tusk_stats_locks_read(room->conn, room->arena, &locks, &room->err));
    conns_run(first, "rollback", &room->err);
    tusk_conn_close(first);
    int status;
    assert_int_equal(waitpid(second, &status, 0), second);
    assert_int_equal(waitpid(third, &status, 0), third);
    assert_int_equal(locks.count, 3);
    assert_int_equal(locks.waiting, 2);
    for (int i = 0; i < 3; i++) assert_int_equal(locks.items[i].depth, i);
    assert_string_equal(locks.items[0].wants.ptr, "");
    assert_string_equal(locks.items[1].wants.ptr, "RowExclusiveLock on public.A");
    assert_string_equal(locks.items[1].blocked_by.ptr, first_text);
    assert_string_equal(locks.items[2].wants.ptr, "AccessShareLock on public.b");
    assert_string_equal(locks.items[2].query.ptr, "select * from b");
    assert_ok(tusk_stats_locks_read(room->conn, room->arena, &locks, &room->err));
    assert_int_equal(locks.count, 0);
}

static void an_open_transaction_holds_the_age(void **state)
{
    struct room *room = *state;
    tusk_stats_ages ages;
    tusk_conn *other = conns_open(&room->server);
    bool database = false, session = false;
    char pid[16];
    snprintf(pid, sizeof pid, "%d", conns_backend(other));
    assert_int_equal(conns_run(other, "begin", &room->err), TUSK_OK);
    assert_int_equal(conns_run(other, "select pg_current_xact_id()", &room->err), TUSK_OK);
    assert_ok(tusk_stats_ages_read(room->conn, room->arena, &ages, &room->err));
    tusk_conn_close(other);
    for (size_t i = 0; i < ages.count; i++) {
        const tusk_stats_age *age = &ages.items[i];
        assert_true(age->used >= 0 && age->used < 1);
        if (same(age->kind, "database") && same(age->name, room->server.database)) database = true;
        if (same(age->kind, "session") && same(age->name, pid)) session = age->ms.has;
    }
    assert_true(database);
    assert_true(session);
}

/* ---- statements ---- */

static void statements_are_counted_once_set_up(void **state)
{
    struct room *room = *state;
    tusk_stats_slow slow;
    assert_ok(tusk_stats_slow_read(room->conn, room->arena, &slow, &room->err));
    assert_false(slow.available);
    assert_string_equal(slow.steps.ptr,
                        "1. In this database: create extension pg_stat_statements;");
    make(room, "create schema \"X y\"; create extension pg_stat_statements schema \"X y\"");
    conns_expect(room->conn, "select 'counted' as here", "counted");
    assert_ok(tusk_stats_slow_read(room->conn, room->arena, &slow, &room->err));
    assert_true(slow.available);
    bool found = false;
    double share = 0;
    for (size_t i = 0; i < slow.count; i++) {
        found |= same(slow.items[i].query, "select $1 as here") && slow.items[i].calls == 1;
        share += slow.items[i].share;
    }
    assert_true(found);
    assert_true(share > 0.5 && share < 1.001);
}

static void an_old_extension_is_told_to_be_updated(void **state)
{
    struct room *room = *state;
    tusk_stats_slow slow;
    make(room, "create extension pg_stat_statements version '1.7'");
    assert_ok(tusk_stats_slow_read(room->conn, room->arena, &slow, &room->err));
    assert_false(slow.available);
    assert_string_equal(slow.steps.ptr,
                        "1. In this database: alter extension pg_stat_statements update;");
}

/* ---- the server ---- */

static void the_cache_of_the_database_comes_first(void **state)
{
    struct room *room = *state;
    tusk_stats_cache cache;
    make(room, "create table \"T\" (id int); insert into \"T\" values (1)");
    conns_expect(room->conn, "select id from \"T\"", "1");
    wait_until(room, "select heap_blks_hit > 0 from pg_statio_user_tables");
    assert_ok(tusk_stats_cache_read(room->conn, room->arena, &cache, &room->err));
    assert_true(cache.count >= 2);
    assert_string_equal(cache.items[0].kind.ptr, "database");
    assert_string_equal(cache.items[0].name.ptr, room->server.database);
    assert_string_equal(cache.items[1].name.ptr, "T");
    for (size_t i = 0; i < cache.count; i++)
        assert_true(cache.items[i].ratio >= 0 && cache.items[i].ratio <= 1);
}

static void sequences_know_their_end(void **state)
{
    static const struct {
        const char *name, *column;
        bool used_before;
        int64_t last, limit, remaining;
        double used_from, used_to;
    } cases[] = {
        { "used_up", "", true, 10, 10, 0, 1, 1 },
        { "t_Id_seq", "public.t.Id", true, 2147483600, 2147483647, 47, 0.99, 1 },
        { "t_s_seq", "public.t.s", false, 0, 32767, 32767, 0, 0 },
        { "down", "", true, -3, -10, 7, 0.2, 0.3 },
        { "by_three", "", true, 4, 10, 2, 0.3, 0.4 },
        { "widest", "", false, 0, INT64_MAX, INT64_MAX, 0, 0 },
    };
    struct room *room = *state;
    tusk_stats_sequences sequences;
    make(room, "create sequence used_up maxvalue 10; select setval('used_up', 10);"
               "create table t (\"Id\" serial, s smallserial);"
               "alter sequence \"t_Id_seq\" as bigint; select setval('\"t_Id_seq\"', 2147483600);"
               "create sequence down increment -1 minvalue -10; select setval('down', -3);"
               "create sequence by_three increment 3 maxvalue 12; select setval('by_three', 4);"
               "alter sequence by_three maxvalue 10;"
               "create sequence widest minvalue -9223372036854775808 start -9223372036854775808");
    assert_ok(tusk_stats_sequences_read(room->conn, room->arena, &sequences, &room->err));
    assert_int_equal(sequences.count, COUNT(cases));
    assert_string_equal(sequences.items[0].name.ptr, "used_up");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const tusk_stats_sequence *found = NULL;
        for (size_t j = 0; j < sequences.count; j++) {
            if (same(sequences.items[j].name, cases[i].name)) found = &sequences.items[j];
        }
        assert_non_null(found);
        bool right = same(found->column, cases[i].column) &&
                     found->last_value.has == cases[i].used_before &&
                     (!found->last_value.has || found->last_value.value == cases[i].last) &&
                     found->limit == cases[i].limit && found->remaining == cases[i].remaining &&
                     found->used >= cases[i].used_from && found->used <= cases[i].used_to;
        if (!right)
            fail_msg("%s: column %s, limit %lld, remaining %lld, used %f", cases[i].name,
                     found->column.ptr, (long long)found->limit, (long long)found->remaining,
                     found->used);
    }
}

static void a_slot_is_listed(void **state)
{
    struct room *room = *state;
    tusk_stats_replication replication;
    char name[32], sql[128];
    bool found = false;
    snprintf(name, sizeof name, "slot_%d", (int)getpid());
    snprintf(sql, sizeof sql, "select pg_create_physical_replication_slot('%s', true)", name);
    make(room, sql);
    tusk_status st = tusk_stats_replication_read(room->conn, room->arena, &replication, &room->err);
    snprintf(sql, sizeof sql, "select pg_drop_replication_slot('%s')", name);
    make(room, sql);
    assert_ok(st);
    for (size_t i = 0; i < replication.count; i++) {
        const tusk_stats_replica *one = &replication.items[i];
        if (!same(one->name, name)) continue;
        found = same(one->kind, "slot") && same(one->mode, "physical") && !one->active &&
                one->lag_bytes.has;
    }
    assert_true(found);
}

/* A role that may see next to nothing gets answers, not errors. */
static void a_plain_role_may_ask_everything(void **state)
{
    struct room *room = *state;
    tusk_server server = room->server;
    char name[32], sql[160];
    snprintf(name, sizeof name, "plain_%d", (int)getpid());
    snprintf(sql, sizeof sql, "create role %s login password 'plain'; create table t (id serial)",
             name);
    make(room, sql);
    server.user = name;
    server.password = "plain";
    tusk_conn *conn = conns_open(&server);
    struct room plain = { room->arena, server, conn, { 0 } };
    tusk_stats_tables tables = { 0 };
    tusk_stats_indexes indexes;
    tusk_stats_missing_indexes missing;
    tusk_stats_activity activity;
    tusk_stats_locks locks;
    tusk_stats_slow slow = { 0 };
    tusk_stats_cache cache;
    tusk_stats_sequences sequences;
    tusk_stats_replication replication;
    tusk_stats_ages ages;
    tusk_arena *a = room->arena;
    tusk_error *err = &plain.err;
    tusk_status statuses[] = {
        tusk_stats_tables_read(conn, a, &tables, err),
        tusk_stats_indexes_read(conn, a, &indexes, err),
        tusk_stats_missing_read(conn, a, &missing, err),
        tusk_stats_activity_read(conn, a, &activity, err),
        tusk_stats_locks_read(conn, a, &locks, err),
        tusk_stats_slow_read(conn, a, &slow, err),
        tusk_stats_cache_read(conn, a, &cache, err),
        tusk_stats_sequences_read(conn, a, &sequences, err),
        tusk_stats_replication_read(conn, a, &replication, err),
        tusk_stats_ages_read(conn, a, &ages, err),
    };
    tusk_conn_close(conn);
    snprintf(sql, sizeof sql, "drop role %s", name);
    make(room, sql);
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (statuses[i] != TUSK_OK) fail_msg("question %zu: %s", i, plain.err.message);
    }
    assert_int_equal(tables.count, 1);
    assert_false(slow.available);
    assert_non_null(strstr(slow.steps.ptr, "2. In this database: create extension"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(names_with_capitals_have_sizes),
        TEST(hostile_names_come_back_as_they_are),
        TEST(bloat_is_what_a_rewrite_gives_back),
        TEST(a_locked_table_is_not_waited_for),
        TEST(dead_rows_are_counted),
        TEST(an_empty_database_has_empty_lists),
        TEST(indexes_are_judged),
        TEST(a_used_index_is_counted),
        TEST(an_invalid_index_is_found),
        TEST(foreign_keys_without_index_are_found),
        TEST(sessions_tell_what_they_do),
        TEST(locks_make_a_tree),
        TEST(an_open_transaction_holds_the_age),
        TEST(statements_are_counted_once_set_up),
        TEST(an_old_extension_is_told_to_be_updated),
        TEST(the_cache_of_the_database_comes_first),
        TEST(sequences_know_their_end),
        TEST(a_slot_is_listed),
        TEST(a_plain_role_may_ask_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
