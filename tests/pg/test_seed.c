/* test_seed.c - made-up rows in real tables: they fit together, and they are the same every time */
#include <string.h>

#include "tests/pg/bases.h"

static tusk_seeded seeded; /* by the last seed() */

static tusk_status seed(struct base *b, const tusk_seed_options *options)
{
    b->err = (tusk_error){ 0 };
    return tusk_seed(b->conn, b->arena, options, &seeded, &b->err);
}

/* Teams and people refer to each other; the members are a table of pairs; places are a tree. */
static const char tables[] =
    "create type role as enum ('owner', 'it''s a guest');"
    "create table teams (id text primary key, name varchar(12) not null unique,"
    " leader_id integer, created_at timestamptz not null default now(),"
    " size smallint not null check (size > 0 and size <= 7));"
    "create table people (id integer primary key, team_id text not null references teams,"
    " email text not null, born date, at uuid not null default gen_random_uuid(),"
    " level text not null check (level in ('low', 'high')),"
    " code char(3) not null check (length(code) = 3), balance numeric(6, 2) not null,"
    " tags text[] not null, extra jsonb not null, ratio real check (ratio between 2 and 3));"
    "create unique index on people (lower(email));"
    "alter table teams add foreign key (leader_id) references people;"
    "create table members (team_id text references teams, person_id integer references people,"
    " role role not null, primary key (team_id, person_id));"
    "create table places (id serial primary key, parent_id integer references places,"
    " title text not null, visits integer generated always as identity);"
    "create table profiles (person_id integer primary key references people, about text);"
    "create table counters (id bigserial primary key)";

static void rows_fit_together(void **state)
{
    struct base *b = *state;
    base_sql(b, tables);
    base_ok(b, seed(b, &(tusk_seed_options){ .rows = 15 }));
    assert_int_equal(seeded.count, 6);
    base_expect(b,
                "select (select count(*) from teams), (select count(*) from people),"
                " (select count(*) from members), (select count(*) from places),"
                " (select count(*) from profiles), (select count(*) from counters)",
                "15|15|15|15|15|15");
    base_expect(b, "select count(*) from people where email !~ '^[a-z]+[.][a-z]+[0-9]+@'", "0");
    base_expect(b, "select count(distinct level), min(level), max(level) from people",
                "2|high|low");
    base_expect(b,
                "select count(leader_id), count(*) filter (where created_at > '2024-01-01')"
                " from teams",
                "15|15");
    base_expect(b,
                "select count(*) filter (where parent_id is null),"
                " count(*) filter (where parent_id >= id) from places",
                "1|0");
    base_expect(b, "select count(distinct role) from members", "2");
}

static const char *fingerprint(struct base *b)
{
    return base_answer(b, "select md5(string_agg(t::text, ';' order by t::text)) from (select"
                          " to_jsonb(p)::text from people p union all select to_jsonb(t)::text from"
                          " teams t union all select to_jsonb(m)::text from members m) as x(t)");
}

static void other_database(struct base *b)
{
    tusk_conn_close(b->conn);
    b->conn = NULL;
    b->server = support_database(b->arena);
    base_ok(b, tusk_conn_open(&b->server, 10000, &b->conn, &b->err));
    base_sql(b, tables);
}

static void the_same_seed_gives_the_same_rows(void **state)
{
    struct base *b = *state;
    base_sql(b, tables);
    base_ok(b, seed(b, NULL));
    const char *first = fingerprint(b);
    other_database(b);
    base_ok(b, seed(b, NULL));
    assert_string_equal(fingerprint(b), first);
    other_database(b);
    base_ok(b, seed(b, &(tusk_seed_options){ .seed = 2 }));
    assert_string_not_equal(fingerprint(b), first);
}

static void rows_are_not_added_unasked(void **state)
{
    struct base *b = *state;
    base_sql(b, tables);
    base_sql(b, "insert into teams (id, name, size) values ('mine', 'Mine', 1)");
    assert_int_equal(seed(b, NULL), TUSK_MISUSE);
    assert_string_equal(b->err.message, "\"teams\" has 1 row: nothing was added");
    base_expect(b, "select count(*) from places", "0");
    base_ok(b, seed(b, &(tusk_seed_options){ .rows = 3, .append = true }));
    base_ok(b, seed(b, &(tusk_seed_options){ .rows = 3, .append = true }));
    base_expect(b, "select count(*), count(distinct id) from people", "6|6");
    base_expect(b, "select leader_id is null from teams where id = 'mine'", "t");
}

static void only_the_tables_that_are_named(void **state)
{
    struct base *b = *state;
    base_sql(b, tables);
    base_ok(b, seed(b, &(tusk_seed_options){ .tables =
                                                 (const char *const[]){ "public.teams", NULL } }));
    assert_int_equal(seeded.count, 1);
    base_expect(b, "select count(*), count(leader_id) from teams", "20|0");
    assert_int_equal(
        seed(b, &(tusk_seed_options){ .tables = (const char *const[]){ "profiles", NULL } }),
        TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "\"people\", which has no rows"));
    assert_int_equal(
        seed(b, &(tusk_seed_options){ .tables = (const char *const[]){ "nothing", NULL } }),
        TUSK_INVALID);
}

/* Three pairs are all there are; a type that is not known; a circle. */
static void what_is_not_possible_is_told(void **state)
{
    struct base *b = *state;
    base_sql(b, "create table a (id integer primary key check (id <= 3));"
                "create table b (id integer primary key references a)");
    assert_int_equal(seed(b, NULL), TUSK_SERVER); /* keys go on past the limit */
    assert_non_null(strstr(b->err.message, "seeding \"a\""));
    base_ok(b, seed(b, &(tusk_seed_options){ .rows = 3 }));
    base_sql(b, "drop table a cascade; drop table b; create table c (at tsquery not null)");
    assert_int_equal(seed(b, NULL), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "tsquery"));
    base_sql(b, "drop table c; create table d (id integer primary key);"
                "create table e (id integer primary key, d integer not null references d);"
                "alter table d add e integer not null references e");
    assert_int_equal(seed(b, NULL), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "no row can be the first"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_fit_together, base_open, base_close),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_rows, base_open, base_close),
        cmocka_unit_test_setup_teardown(rows_are_not_added_unasked, base_open, base_close),
        cmocka_unit_test_setup_teardown(only_the_tables_that_are_named, base_open, base_close),
        cmocka_unit_test_setup_teardown(what_is_not_possible_is_told, base_open, base_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
