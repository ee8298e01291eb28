/* test_partition.c - partitions by time on a real server: made once, whoever calls, and let go */
#include "tests/pg/conns.h"

#include <pthread.h>
#include <string.h>

#include "tusk/partition.h"
#include "tusk/quote.h"

#define INSERT       "insert into t values ("
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NOVEMBER_22  ((tusk_time){ 20779LL * 86400 * 1000000 + 43200LL * 1000000 }) /* of 2026 */

struct room {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    tusk_partitions done;
    tusk_error err;
};

static int enter(void **state)
{
    static struct room room;
    room = (struct room){ .arena = tusk_arena_new(0) };
    room.server = support_database(room.arena);
    room.conn = conns_open(&room.server);
    /* far from UTC, and dates written in another way: neither may matter */
    room.err = (tusk_error){ 0 };
    assert_int_equal(tusk_conn_script(room.conn,
                                      TUSK_STR("set timezone = 'Pacific/Auckland';"
                                               "set datestyle = 'SQL, DMY'"),
                                      &room.err),
                     TUSK_OK);
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

static void expect(struct room *room, const char *sql, const char *expected)
{
    const char *found = support_query(room->arena, &room->server, sql);
    assert_non_null(found);
    if (strcmp(found, expected) != 0) fail_msg("%s\n%s\ninstead of\n%s", sql, found, expected);
}

/* `before`, then `word` as a name or a literal, then `after`. */
static const char *sql_with(struct room *room, const char *before,
                            void (*quote)(tusk_buf *buf, tusk_str word), const char *word,
                            const char *after)
{
    tusk_buf buf;
    tusk_str sql;
    tusk_buf_init_in(&buf, room->arena, 1000);
    tusk_buf_add_cstr(&buf, before);
    quote(&buf, tusk_str_of(word));
    tusk_buf_add_cstr(&buf, after);
    assert_int_equal(tusk_buf_finish(&buf, &sql, NULL), TUSK_OK);
    return sql.ptr;
}

/* The partitions of a table, by name. */
static void expect_partitions(struct room *room, const char *table, const char *expected)
{
    expect(room,
           sql_with(room,
                    "select string_agg(c.relname, ' ' order by c.relname) from pg_inherits i join"
                    " pg_class c on c.oid = i.inhrelid where i.inhparent = ",
                    tusk_quote_literal, table, "::regclass"),
           expected);
}

static tusk_status ahead(struct room *room, tusk_partition_rule rule)
{
    room->err = (tusk_error){ 0 };
    if (rule.at.us == 0) rule.at = NOVEMBER_22;
    return tusk_partitions_ahead(room->conn, room->arena, &rule, &room->done, &room->err);
}

static void ok(struct room *room, tusk_partition_rule rule)
{
    if (ahead(room, rule) != TUSK_OK)
        fail_msg("%s (%s) %s", room->err.message, room->err.detail, room->err.hint);
}

static void refused(struct room *room, tusk_partition_rule rule, tusk_status st, const char *part)
{
    tusk_status found = ahead(room, rule);
    if (found != st || !strstr(TUSK_ERROR_TEXT(&room->err), part))
        fail_msg("%s: %s\ninstead of %s", tusk_status_name(found), TUSK_ERROR_TEXT(&room->err),
                 part);
}

#define RULE(...)      ((tusk_partition_rule){ __VA_ARGS__ })
#define MONTHS(t, ...) RULE(.table = (t), .unit = TUSK_PARTITION_MONTH, __VA_ARGS__)

/* ---- making ---- */

static void each_type_and_unit_holds_its_rows(void **state)
{
    static const struct {
        const char *table;
        tusk_partition_unit unit;
        const char *names, *inside, *outside;
    } cases[] = {
        { "create table t (at timestamptz(3)) partition by range (at)", TUSK_PARTITION_MONTH,
          "t_2026_11 t_2026_12 t_2027_01", "2027-01-31 23:59:59.999+00", "2027-02-01 00:00:00+00" },
        { "create table t (at timestamptz(3)) partition by range (at)", TUSK_PARTITION_DAY,
          "t_2026_11_22 t_2026_11_23 t_2026_11_24", "2026-11-22 00:00:00+00",
          "2026-11-21 23:59:59+00" },
        { "create table t (at timestamp(3)) partition by range (at)", TUSK_PARTITION_WEEK,
          "t_2026w47 t_2026w48 t_2026w49", "2026-11-16 00:00:00", "2026-12-07 00:00:00" },
        { "create table t (at date) partition by range (at)", TUSK_PARTITION_YEAR,
          "t_2026 t_2027 t_2028", "2028-12-31", "2029-01-01" },
        { "create table t (at date) partition by range (at)", TUSK_PARTITION_MONTH,
          "t_2026_11 t_2026_12 t_2027_01", "2026-11-01", "2026-10-31" },
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        make(room, cases[i].table);
        ok(room, RULE(.table = "t", .unit = cases[i].unit, .ahead = 2));
        assert_int_equal(room->done.count, 3);
        assert_int_equal(room->done.present, 0);
        expect_partitions(room, "t", cases[i].names);
        make(room, "set datestyle = 'ISO, YMD'");
        make(room, sql_with(room, INSERT, tusk_quote_literal, cases[i].inside, ")"));
        /* again, and there is nothing left to do */
        ok(room, RULE(.table = "public.t", .unit = cases[i].unit, .ahead = 2));
        assert_int_equal(room->done.count, 0);
        assert_int_equal(room->done.present, 3);
        const char *sql = sql_with(room, INSERT, tusk_quote_literal, cases[i].outside, ")");
        assert_int_equal(conns_run(room->conn, sql, &room->err), TUSK_SERVER);
        assert_string_equal(room->err.sqlstate, "23514");
        make(room, "drop table t; set datestyle = 'SQL, DMY'");
    }
}

static void what_is_missing_is_made_around_what_is_there(void **state)
{
    struct room *room = *state;
    make(room,
         "set timezone = 'UTC'; create schema \"Lo gs\"; create table \"Lo gs\".\"Ca\"\"lls\""
         " (\"made At\" timestamptz) partition by range (\"made At\");"
         "create table \"Lo gs\".december partition of \"Lo gs\".\"Ca\"\"lls\" for values from "
         "('2026-12-01 00:00+00') to ('2027-01-01 00:00+00'); set timezone = 'Asia/Tokyo'");
    ok(room, MONTHS("Lo gs.Ca\"lls", .ahead = 2));
    assert_int_equal(room->done.present, 1);
    assert_int_equal(room->done.count, 2);
    assert_string_equal(room->done.table.ptr, "\"Lo gs\".\"Ca\"\"lls\"");
    assert_string_equal(room->done.items[1].name.ptr, "\"Lo gs\".\"Ca\"\"lls_2027_01\"");
    expect_partitions(room, "\"Lo gs\".\"Ca\"\"lls\"", "Ca\"lls_2026_11 Ca\"lls_2027_01 december");
    conns_expect(room->conn, "select current_setting('timezone')", "Asia/Tokyo");
}

static void a_dry_run_changes_nothing(void **state)
{
    struct room *room = *state;
    make(room,
         "create table t (at date) partition by range (at);"
         "create table t_old partition of t for values from ('2020-01-01') to ('2020-02-01')");
    ok(room, MONTHS("t", .ahead = 1, .keep = 1, .dry_run = true));
    assert_int_equal(room->done.count, 3);
    assert_non_null(strstr(room->done.items[0].statement.ptr,
                           "alter table public.t attach partition public.t_2026_11 for "
                           "values from ('2026-11-01') to ('2026-12-01')"));
    assert_int_equal(room->done.items[2].action, TUSK_PARTITION_DROPPED);
    assert_string_equal(room->done.items[2].name.ptr, "public.t_old");
    expect_partitions(room, "t", "t_old");
}

/* As if made by CREATE TABLE ... PARTITION OF, while others read and write. */
static void partitions_are_whole_and_nobody_waits(void **state)
{
    struct room *room = *state;
    tusk_conn *other = conns_open(&room->server);
    make(room,
         "create table kinds (id int primary key); insert into kinds values (1);"
         "create table t (id bigint generated always as identity, at date default '2026-12-24',"
         "  kind int references kinds, twice int generated always as (kind * 2) stored,"
         "  word text not null check (word <> ''), primary key (id, at)) partition by range (at);"
         "create index on t (word);"
         "create function touch() returns trigger language plpgsql as $$ begin new.word := 'x';"
         "  return new; end $$;"
         "create trigger touch before insert on t for each row execute function touch();"
         "create table t_2026_10 partition of t for values from ('2026-10-01') to ('2026-11-01')");
    assert_int_equal(tusk_tx_begin(other, NULL, &room->err), TUSK_OK);
    conns_expect(other, "select count(*)::text from t", "0");
    assert_int_equal(
        conns_run(other, "insert into t (at, word) values ('2026-10-05', 'w')", &room->err),
        TUSK_OK);
    ok(room, MONTHS("t", .ahead = 1, .lock_timeout_ms = 200));
    assert_int_equal(tusk_tx_commit(other, &room->err), TUSK_OK);
    tusk_conn_close(other);
    make(room, "insert into t (kind, word) values (1, 'w')");
    expect(room, "select tableoid::regclass, id, twice, word from t where kind = 1",
           "t_2026_12|2|2|x");
    expect(room,
           "select relname, (select count(*) from pg_index i where i.indrelid = c.oid), (select "
           "count(*) from pg_constraint o where o.conrelid = c.oid), (select count(*) from "
           "pg_index i join pg_inherits h on h.inhrelid = i.indexrelid where i.indrelid = c.oid) "
           "from pg_class c where relname in ('t_2026_10', 't_2026_12') order by 1",
           "t_2026_10|2|3|2\nt_2026_12|2|3|2");
}

static void long_names_do_not_meet(void **state)
{
    static const char *const names[] = {
        "a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_01",
        "a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_02",
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT(names); i++) {
        make(room, sql_with(room, "create table ", tusk_quote_name, names[i],
                            " (at date) partition by range (at)"));
        ok(room, MONTHS(names[i], .ahead = 1));
        assert_int_equal(room->done.count, 2);
        ok(room, MONTHS(names[i], .ahead = 1));
        assert_int_equal(room->done.present, 2);
    }
}

/* ---- refusing ---- */

static void what_is_not_partitioned_so_is_refused(void **state)
{
    struct room *room = *state;
    make(room, "create table plain (at date); create table l (at date) partition by list (at);"
               "create table h (at date) partition by hash (at);"
               "create table two (at date, n int) partition by range (at, n);"
               "create table expr (at date) partition by range ((at + 1));"
               "create table number (id bigint, at date) partition by range (id);"
               "create table t (at date) partition by range (at)");
    refused(room, MONTHS("plain"), TUSK_INVALID, "public.plain is not partitioned");
    refused(room, MONTHS("l"), TUSK_INVALID, "by list, not by range");
    refused(room, MONTHS("h"), TUSK_INVALID, "by hash, not by range");
    refused(room, MONTHS("two"), TUSK_INVALID, "several columns");
    refused(room, MONTHS("expr"), TUSK_INVALID, "an expression");
    refused(room, MONTHS("number"), TUSK_INVALID, "by \"id\", which is bigint");
    refused(room, MONTHS("T"), TUSK_INVALID, "Perhaps you meant public.t");
    refused(room, MONTHS(""), TUSK_MISUSE, "no table");
    refused(room, RULE(.table = "t"), TUSK_MISUSE, "no unit");
    refused(room, MONTHS("t", .ahead = -1), TUSK_MISUSE, "out of range");
    assert_int_equal(tusk_tx_begin(room->conn, NULL, &room->err), TUSK_OK);
    refused(room, MONTHS("t"), TUSK_MISUSE, "inside a transaction");
    tusk_tx_rollback(room->conn);
}

static void an_overlap_is_refused_and_nothing_is_made(void **state)
{
    struct room *room = *state;
    make(room, "create table t (at timestamptz) partition by range (at);"
               "create table t_odd partition of t for values from ('2027-01-15 00:00+00') to "
               "('2027-02-01 00:00+00')");
    refused(room, MONTHS("t", .ahead = 3), TUSK_INVALID, "partition public.t_odd overlaps");
    assert_non_null(strstr(room->err.detail, "from 2027-01-15T00:00:00.000Z to 2027-02-01"));
    assert_int_equal(room->done.count, 0);
    expect_partitions(room, "t", "t_odd");
    make(room, "drop table t; create table t (at timestamptz) partition by range (at);"
               "create table t_all partition of t for values from (minvalue) to (maxvalue)");
    refused(room, MONTHS("t"), TUSK_INVALID, "partition public.t_all overlaps");
    assert_non_null(strstr(room->err.detail, "-infinity to infinity"));
    make(room, "drop table t; create table t (at date) partition by range (at);"
               "create table t_2026_12 (n int)");
    refused(room, MONTHS("t", .ahead = 2), TUSK_INVALID,
            "there is a relation public.t_2026_12 already");
    expect_partitions(room, "t", "");
}

static void rows_in_the_default_partition_are_told(void **state)
{
    struct room *room = *state;
    make(room, "create table t (\"At\" timestamp) partition by range (\"At\");"
               "create table t_rest partition of t default;"
               "insert into t values ('2026-12-31 23:00'), ('2025-01-01')");
    for (int dry = 0; dry < 2; dry++) {
        refused(room, MONTHS("t", .ahead = 2, .dry_run = dry), TUSK_INVALID,
                "public.t_rest has rows that belong into public.t_2026_12");
        assert_non_null(strstr(room->err.hint, "alter table public.t detach partition"));
    }
    expect_partitions(room, "t", "t_rest");
    /* what the hint says */
    make(room, "alter table t detach partition t_rest");
    ok(room, MONTHS("t", .ahead = 2));
    make(room, "with moved as (delete from t_rest where \"At\" >= '2026-11-01' returning *)"
               " insert into t select * from moved; alter table t attach partition t_rest default");
    expect(room, "select tableoid::regclass::text from t order by 1", "t_2026_12\nt_rest");
    ok(room, MONTHS("t", .ahead = 4)); /* no rows of those */
    assert_int_equal(room->done.count, 2);
}

/* ---- letting go ---- */

static void make_old(struct room *room)
{
    make(room, "create table t (at date primary key) partition by range (at);"
               "create table t_first partition of t for values from (minvalue) to ('2026-08-01');"
               "create table t_2026_08 partition of t for values from ('2026-08-01') to "
               "('2026-09-01');"
               "create table t_2026_09 partition of t for values from ('2026-09-01') to "
               "('2026-10-01');"
               "create table t_2026_10 partition of t for values from ('2026-10-01') to "
               "('2026-11-01'); insert into t values ('2026-08-05')");
}

static void old_ones_are_dropped(void **state)
{
    struct room *room = *state;
    make_old(room);
    make(room, "create table refers (at date references t)");
    ok(room, MONTHS("t", .keep = 2));
    assert_int_equal(room->done.count, 3);
    assert_int_equal(room->done.items[1].action, TUSK_PARTITION_DROPPED);
    assert_true(room->done.items[1].from.us == INT64_MIN);
    expect_partitions(room, "t", "t_2026_09 t_2026_10 t_2026_11");
    expect(room, "select to_regclass('t_first') is null and to_regclass('t_2026_08') is null", "t");
    ok(room, MONTHS("t", .keep = 2));
    assert_int_equal(room->done.count, 0);
    /* rows that others refer to stay, and what went before them is told */
    make(room, "insert into t values ('2026-10-05'); insert into refers values ('2026-10-05')");
    ok(room, MONTHS("t", .keep = 1));
    assert_int_equal(room->done.count, 1);
    tusk_partition_rule next = MONTHS("t", .keep = 1);
    next.at.us = NOVEMBER_22.us + 20 * 86400LL * 1000000;
    refused(room, next, TUSK_SERVER, "partition public.t_2026_10: ");
    assert_int_equal(room->done.count, 1);
    expect_partitions(room, "t", "t_2026_10 t_2026_11 t_2026_12");
}

static void old_ones_are_detached_with_their_rows(void **state)
{
    struct room *room = *state;
    make_old(room);
    ok(room, MONTHS("t", .keep = 2, .detach = true));
    assert_int_equal(room->done.count, 3);
    assert_non_null(strstr(room->done.items[2].statement.ptr, "concurrently"));
    expect_partitions(room, "t", "t_2026_09 t_2026_10 t_2026_11");
    expect(room, "select at from t_2026_08", "2026-08-05");
    /* beside a DEFAULT partition PostgreSQL cannot do it concurrently */
    make(room, "create table t_rest partition of t default");
    ok(room, MONTHS("t", .keep = 1, .detach = true));
    assert_null(strstr(room->done.items[0].statement.ptr, "concurrently"));
    expect_partitions(room, "t", "t_2026_10 t_2026_11 t_rest");
}

static void a_detach_that_was_cut_short_is_finished(void **state)
{
    struct room *room = *state;
    tusk_conn *reader = conns_open(&room->server);
    make_old(room);
    conns_expect(reader, "select set_config('idle_in_transaction_session_timeout', '0', false)",
                 "0");
    assert_int_equal(tusk_tx_begin(reader, NULL, &room->err), TUSK_OK);
    conns_expect(reader, "select count(*)::text from t", "1");
    refused(room, MONTHS("t", .keep = 2, .detach = true, .lock_timeout_ms = 200), TUSK_SERVER,
            "partition public.t_first: ");
    assert_string_equal(room->err.sqlstate, "55P03");
    expect(room, "select count(*) from pg_inherits where inhdetachpending", "1");
    tusk_tx_rollback(reader);
    tusk_conn_close(reader);
    ok(room, MONTHS("t", .keep = 2, .detach = true));
    assert_int_equal(room->done.count, 2);
    assert_non_null(strstr(room->done.items[0].statement.ptr, "finalize"));
    expect_partitions(room, "t", "t_2026_09 t_2026_10 t_2026_11");
}

/* ---- several at once ---- */

struct caller {
    tusk_server *server;
    tusk_status status;
    size_t count, present;
    tusk_error err;
};

static void *call(void *context)
{
    struct caller *c = context;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_conn *conn = NULL;
    tusk_partitions done = { 0 };
    const tusk_partition_rule rule = { .table = "t",
                                       .unit = TUSK_PARTITION_MONTH,
                                       .ahead = 5,
                                       .keep = 2,
                                       .detach = true,
                                       .lock_timeout_ms = 60000,
                                       .at = NOVEMBER_22 };
    c->status = tusk_conn_open(c->server, 10000, &conn, &c->err);
    if (c->status == TUSK_OK) c->status = tusk_partitions_ahead(conn, arena, &rule, &done, &c->err);
    c->count = done.count;
    c->present = done.present;
    tusk_conn_close(conn);
    tusk_arena_free(arena);
    return NULL;
}

static void callers_at_once_make_each_one_once(void **state)
{
    struct room *room = *state;
    struct caller callers[4] = { 0 };
    pthread_t threads[COUNT(callers)];
    size_t count = 0, present = 0;
    make_old(room);
    /* a snapshot from before the waiting would not show what the others made */
    make(room, "do $$ begin execute format('alter database %I set default_transaction_isolation = "
               "%L', current_database(), 'repeatable read'); end $$");
    for (size_t i = 0; i < COUNT(callers); i++) {
        callers[i].server = &room->server;
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(callers); i++) {
        pthread_join(threads[i], NULL);
        if (callers[i].status != TUSK_OK) fail_msg("%s", callers[i].err.message);
        count += callers[i].count;
        present += callers[i].present;
    }
    assert_int_equal(count, 8); /* six made, two detached */
    assert_int_equal(present, 18);
    expect(room, SUPPORT_ADVISORY_LOCKS, "0");
}

static void who_holds_the_table_is_waited_for_so_long_only(void **state)
{
    struct room *room = *state;
    tusk_conn *other = conns_open(&room->server);
    make(room, "create table t (at date) partition by range (at)");
    assert_int_equal(tusk_tx_begin(other, NULL, &room->err), TUSK_OK);
    assert_int_equal(tusk_conn_script(other, TUSK_STR("lock table t in share mode"), &room->err),
                     TUSK_OK);
    refused(room, MONTHS("t", .lock_timeout_ms = 100), TUSK_SERVER, "lock timeout");
    assert_string_equal(room->err.sqlstate, "55P03");
    ok(room, MONTHS("t", .dry_run = true));
    assert_int_equal(room->done.count, 1);
    tusk_tx_rollback(other);
    ok(room, MONTHS("t"));
    conns_expect(other, "select pg_advisory_lock(1953854315, 't'::regclass::oid::int)::text", "");
    refused(room, MONTHS("t", .lock_timeout_ms = 100), TUSK_BUSY, "somebody else");
    tusk_conn_close(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(each_type_and_unit_holds_its_rows),
        TEST(what_is_missing_is_made_around_what_is_there),
        TEST(a_dry_run_changes_nothing),
        TEST(partitions_are_whole_and_nobody_waits),
        TEST(long_names_do_not_meet),
        TEST(what_is_not_partitioned_so_is_refused),
        TEST(an_overlap_is_refused_and_nothing_is_made),
        TEST(rows_in_the_default_partition_are_told),
        TEST(old_ones_are_dropped),
        TEST(old_ones_are_detached_with_their_rows),
        TEST(a_detach_that_was_cut_short_is_finished),
        TEST(callers_at_once_make_each_one_once),
        TEST(who_holds_the_table_is_waited_for_so_long_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
