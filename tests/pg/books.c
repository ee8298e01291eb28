/* books.c - the tables of every.def as they are in the database, and a row for them */
#include "books.h"

static const char tables[] =
    "create type author_kind as enum ('person', 'a \"group\"', 'no''body');"
    "create type \"Mood\" as enum ('calm', 'wild');"
    "create table authors (id uuid primary key default gen_random_uuid(), name text not null,"
    " \"e-mail\" varchar(255) not null unique, kind author_kind not null default 'person',"
    " mood \"Mood\", favourite_id text);"
    "create table books (id text primary key, title text not null, shelf varchar(20) not null,"
    " lent boolean not null default false, edition smallint not null default 1,"
    " \"Pages\" integer not null constraint books_pages_positive check (\"Pages\" > 0),"
    " sold bigint not null default -9000000000, weight real not null,"
    " rating double precision not null default 2.5, worth numeric not null,"
    " price numeric(10, 2) not null, created_at timestamptz not null default now(),"
    " printed_at timestamp not null, published date not null, author_id uuid not null,"
    " metadata jsonb not null default '{}', cover bytea not null, mood \"Mood\" not null,"
    " tags text[] not null, chapters integer[] not null,"
    " search tsvector not null generated always as (to_tsvector('english', title)) stored,"
    " sequel_of text references books deferrable initially deferred);"
    "create table \"maybeBooks\" (id bigint primary key, title text, shelf varchar(20), lent "
    "boolean,"
    " edition smallint, pages integer, sold bigint, weight real, rating double precision,"
    " worth numeric, price numeric(10, 2), created_at timestamptz, printed_at timestamp,"
    " published date, author_id uuid, metadata jsonb, cover bytea, mood \"Mood\", tags text[],"
    " chapters integer[], search tsvector);"
    "create table loans (id integer primary key, book_id text not null, number integer not null,"
    " reader text not null default '')";

int books_setup(void **state)
{
    books_test *b = calloc(1, sizeof *b);
    if (!b) return -1;
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    *state = b;
    assert_ok(tusk_conn_open(&b->server, 10000, &b->conn, &b->err));
    tusk_conn_set_timeout(b->conn, 20000);
    books_script(b, tables);
    return 0;
}

int books_teardown(void **state)
{
    books_test *b = *state;
    tusk_conn_close(b->conn);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

void books_script(books_test *b, const char *sql)
{
    assert_ok(tusk_conn_script(b->conn, tusk_str_of(sql), &b->err));
}

books_row books_make(const char *id)
{
    static const tusk_str tags[] = { { "sea", 3 }, { "a \"b\", c", 8 }, { 0, 0 }, { "", 0 } };
    static const int32_t chapters[] = { 1, -2, INT32_MAX };
    return (books_row){
        .id = tusk_str_of(id),
        .title = TUSK_STR("The Old Whales \xe2\x80\x94 \xe9\xaf\xa8"),
        .shelf = TUSK_STR("A-1"),
        .lent = true,
        .edition = 3,
        .pages = 321,
        .sold = 5000000000,
        .weight = 0.1F,
        .rating = 0.1,
        .worth = { TUSK_STR("12345678901234567890.0123456789") },
        .price = { TUSK_STR("-12.50") },
        .created_at = { 1795341600123456 },
        .printed_at = { -1 },
        .published = { 20779 },
        .author_id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255 } },
        .metadata = { TUSK_STR("{\"n\": [1, 2], \"kind\": \"novel\"}") },
        .cover = { (const uint8_t *)"\0\xff\x01", 3 },
        .mood = mood_wild,
        .tags = { tags, COUNT(tags) },
        .chapters = { chapters, NULL, COUNT(chapters) },
    };
}
