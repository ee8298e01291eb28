/* test_kinds.c - every.def as a program brings it along, made in a real server: its statements run,
 * and every type, view and table in another schema is written and read by its handles */
#include <math.h>

#include "books.h"
#include "src/diff/diff.h"

#define LONG_AGO 1795341600123000 /* microseconds; whole milliseconds, as seen_at keeps */

static void assert_text(tusk_str got, const char *expected)
{
    assert_non_null(got.ptr);
    assert_string_equal(got.ptr, expected);
}

static void assert_texts(tusk_text_array got, const char *const *expected, size_t count)
{
    assert_int_equal(got.count, count);
    for (size_t i = 0; i < count; i++) {
        if (expected[i]) {
            assert_text(got.items[i], expected[i]);
        } else {
            assert_null(got.items[i].ptr);
        }
    }
}

/* Each statement by itself: some cannot run in a transaction. */
static void make_schema(books_test *b)
{
    tusk_model nothing = tusk_model_empty(), all;
    tusk_plan plan;
    assert_ok(tusk_model_from_schema(b->arena, &every_schema, &all, &b->err));
    assert_ok(tusk_diff(b->arena, &nothing, &all, NULL, &plan, &b->err));
    assert_true(plan.steps.count > 50);
    for (size_t i = 0; i < plan.steps.count; i++) {
        tusk_status st = tusk_conn_script(b->conn, plan.steps.items[i].sql, &b->err);
        if (st != TUSK_OK)
            fail_msg("%s %s\n%s", b->err.message, b->err.detail, plan.steps.items[i].sql.ptr);
    }
}

static int setup(void **state)
{
    books_test *b = calloc(1, sizeof *b);
    if (!b) return -1;
    b->arena = tusk_arena_new(0);
    b->server = support_database(b->arena);
    *state = b;
    assert_ok(tusk_conn_open(&b->server, 10000, &b->conn, &b->err));
    tusk_conn_set_timeout(b->conn, 20000);
    books_script(b, "drop role if exists auditor; drop role if exists \"night reader\";"
                    "create schema auth; create table auth.\"us\"\"ers\" (id text)");
    make_schema(b);
    return 0;
}

static int teardown(void **state)
{
    books_test *b = *state;
    /* roles are of the whole server */
    books_script(b, "drop owned by auditor, \"night reader\";"
                    "drop role auditor; drop role \"night reader\"");
    return books_teardown(state);
}

/* ---- rows ---- */

static tusk_text_array texts(tusk_arena *arena, const char *const *items, size_t count)
{
    tusk_str *list = TUSK_NEW_ARRAY(arena, tusk_str, count);
    for (size_t i = 0; i < count; i++) list[i] = tusk_str_of(items[i]);
    return (tusk_text_array){ list, count };
}
#define TEXTS(...)                                     \
    texts(arena, (const char *const[]){ __VA_ARGS__ }, \
          COUNT(((const char *const[]){ __VA_ARGS__ })))

static kinds_row make_kind(tusk_arena *arena)
{
    return (kinds_row){
        .count = 7,
        .number = 44,
        .code = TUSK_STR("ab"),
        .raw = { TUSK_STR("{ \"a\" : [1,  2] }") },
        .opens = TUSK_STR("08:30:00.123"),
        .closes = TUSK_STR("17:00:00+02"),
        .lent_for = TUSK_STR("3 days 04:05:06"),
        .age = TUSK_STR("1 year 2 mons"),
        .host = TUSK_STR("192.168.1.5"),
        .net = TUSK_STR("10.1.0.0/16"),
        .mac = TUSK_STR("08:00:2b:01:02:03"),
        .mac8 = TUSK_STR("08:00:2b:01:02:03:04:05"),
        .place = TUSK_STR("(1.5,-2)"),
        .shelf_line = TUSK_STR("{1,2,3}"),
        .stands_at = { 0.1, -2 },
        .flags = TUSK_STR("101"),
        .fee = TUSK_STR("$12.50"),
        .notes = TUSK_STR("<p>it&apos;s</p>"),
        .bits = TUSK_STR("10110"),
        .home = TUSK_STR("(\"Long \"\"Street\"\"\",12)"),
        .page = TUSK_STR("321"),
        .exact = { TUSK_STR("123456789012") },
        .seen_at = { LONG_AGO },
        .made_at = { 1795341600000000 },
        .colour = colour_red,
        .colours = TEXTS("red", NULL, "", "a, 'b' \"c\" \\ {d} \xc3\xa9"),
        .longs = TEXTS("9223372036854775807", NULL, "-1"),
        .names = TEXTS("a \"b\"", "{c},", ""),
        .truths = TEXTS("true", "false"),
        .ids = TEXTS("01020304-0506-0708-090a-0b0c0d0e0fff"),
        .prices = TEXTS("12.50", "-0.01"),
        .moments = TEXTS("2026-11-22 14:00:00+00"),
        .documents = TEXTS("{\"a\": \"}\"}"),
        .hosts = TEXTS("::1"),
        .codes = TEXTS("a", "abc"),
        .grid = TUSK_STR("{{1,2},{3,4},{5,6}}"),
        .palette = TUSK_STR("{red}"),
        .nick = { true, TUSK_STR("kim") },
    };
}

static kinds_row insert_kind(books_test *b, const kinds_row *row)
{
    kinds_row got;
    assert_ok(tusk_fetch_one(
        b->conn, b->arena,
        tusk_insert(b->arena, kinds, row,
                    .defaults = TUSK_COLUMNS(kinds.id, kinds.small_count, kinds.touched),
                    .returning = true),
        &got, &b->err));
    return got;
}

static void every_type_comes_back(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    books_script(b, "set timezone = 'UTC'; set lc_monetary = 'C'");
    kinds_row put = make_kind(arena), got = insert_kind(b, &put);
    assert_int_equal(got.id, 1); /* counted */
    assert_int_equal(got.small_count, 1);
    assert_int_equal(got.number, 44);
    assert_text(got.code, "ab   ");                   /* padded, as char is */
    assert_text(got.raw.text, "{ \"a\" : [1,  2] }"); /* json keeps its blanks */
    assert_text(got.opens, "08:30:00.123");
    assert_text(got.closes, "17:00:00+02");
    assert_text(got.lent_for, "3 days 04:05:06");
    assert_text(got.age, "1 year 2 mons");
    assert_text(got.host, "192.168.1.5");
    assert_text(got.net, "10.1.0.0/16");
    assert_text(got.mac, "08:00:2b:01:02:03");
    assert_text(got.mac8, "08:00:2b:01:02:03:04:05");
    assert_text(got.place, "(1.5,-2)");
    assert_text(got.shelf_line, "{1,2,3}");
    assert_text(got.flags, "101");
    assert_text(got.notes, "<p>it&apos;s</p>");
    assert_text(got.bits, "10110");
    assert_text(got.home, "(\"Long \"\"Street\"\"\",12)");
    assert_text(got.page, "321");
    assert_text(got.exact.text, "123456789012");
    assert_true(got.seen_at.us == LONG_AGO);
    assert_int_equal(got.colour, colour_red);
    assert_texts(got.colours, (const char *[]){ "red", NULL, "", "a, 'b' \"c\" \\ {d} \xc3\xa9" },
                 4);
    assert_texts(got.longs, (const char *[]){ "9223372036854775807", NULL, "-1" }, 3);
    assert_texts(got.names, (const char *[]){ "a \"b\"", "{c},", "" }, 3);
    assert_texts(got.truths, (const char *[]){ "true", "false" }, 2);
    assert_texts(got.ids, (const char *[]){ "01020304-0506-0708-090a-0b0c0d0e0fff" }, 1);
    assert_texts(got.prices, (const char *[]){ "12.50", "-0.01" }, 2);
    assert_texts(got.moments, (const char *[]){ "2026-11-22 14:00:00+00" }, 1);
    assert_texts(got.documents, (const char *[]){ "{\"a\": \"}\"}" }, 1);
    assert_texts(got.hosts, (const char *[]){ "::1" }, 1);
    assert_texts(got.codes, (const char *[]){ "a  ", "abc" }, 2);
    assert_text(got.grid, "{{1,2},{3,4},{5,6}}");
    assert_text(got.palette, "{red}");
    assert_text(got.nick.value, "kim");
    assert_false(got.touched);
    assert_false(got.book_id.has);
}

/* A value finds its row again, in each form. */
static void types_compare(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    kinds_row put = make_kind(arena), got;
    insert_kind(b, &put);
    const tusk_expr finds[] = {
        tusk_eq(kinds.code, "ab"),
        tusk_eq(kinds.host, "192.168.1.5"),
        tusk_op(kinds.net, ">>", "10.1.2.3"),
        tusk_lt(kinds.age, "2 years"),
        tusk_eq(kinds.flags, TUSK_STR("101")),
        tusk_eq(kinds.page, "321"),
        tusk_in(kinds.mac, TEXTS("00:00:00:00:00:00", "08:00:2b:01:02:03")),
        tusk_in(kinds.code, TEXTS("xy", "ab")),
        tusk_eq(kinds.longs, TEXTS("9223372036854775807", NULL, "-1")),
        tusk_op(kinds.colours, "@>", TEXTS("red")),
        tusk_eq(kinds.grid, "{{1,2},{3,4},{5,6}}"),
        tusk_is_not_distinct(kinds.nick, put.nick),
    };
    for (size_t i = 0; i < COUNT(finds); i++) {
        assert_ok(tusk_fetch_one(b->conn, arena,
                                 tusk_select(arena, kinds, .where = TUSK_LIST(finds[i])), &got,
                                 &b->err));
    }
}

static void types_are_updated(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    kinds_row put = make_kind(arena), got;
    insert_kind(b, &put);
    assert_ok(tusk_fetch_one(
        b->conn, arena,
        tusk_update(arena, kinds,
                    .set = TUSK_SET(tusk_set(kinds.age, "5 days"), tusk_set(kinds.home, "(,)"),
                                    tusk_set(kinds.raw, ((tusk_json){ TUSK_STR("[]") })),
                                    tusk_set(kinds.hosts, TEXTS("10.0.0.1")),
                                    tusk_set(kinds.grid, "{}"), tusk_set_null(kinds.nick)),
                    .where = TUSK_LIST(tusk_eq(kinds.count, 7)), .returning = true),
        &got, &b->err));
    assert_text(got.age, "5 days");
    assert_text(got.home, "(,)");
    assert_text(got.raw.text, "[]");
    assert_texts(got.hosts, (const char *[]){ "10.0.0.1" }, 1);
    assert_text(got.grid, "{}");
    assert_false(got.nick.has);
    assert_true(got.touched); /* by the trigger */
}

/* The program's own C type goes there and back; what it cannot write or read is told. */
static void own_types(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    kinds_row put = make_kind(arena), got;
    put.stood_at.has = true;
    put.stood_at.value = (spot){ 3, 4.25 };
    got = insert_kind(b, &put);
    assert_true(got.stands_at.x == 0.1 && got.stands_at.y == -2);
    assert_true(got.stood_at.has && got.stood_at.value.y == 4.25);
    spot here = { 5, 6 };
    assert_ok(tusk_fetch_one(
        b->conn, arena,
        tusk_update(arena, kinds,
                    .set = TUSK_SET(tusk_set_custom(arena, kinds.stands_at, here),
                                    tusk_set_null(kinds.stood_at)),
                    .where = TUSK_LIST(tusk_op_custom(arena, kinds.stands_at, "~=", put.stands_at)),
                    .returning = true),
        &got, &b->err));
    assert_true(got.stands_at.x == 5 && got.stands_at.y == 6);
    assert_false(got.stood_at.has);
    put.stands_at.x = HUGE_VAL;
    assert_int_equal(tusk_execute(b->conn, arena, tusk_insert(arena, kinds, &put), NULL, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.message, "a value that cannot be written for column \"stands_at\" "
                                        "of table \"kinds\"");
    books_script(b, "alter table kinds alter stands_at type text using 'nowhere'");
    assert_int_equal(tusk_fetch_one(b->conn, arena, tusk_select(arena, kinds), &got, &b->err),
                     TUSK_INVALID);
    assert_non_null(
        strstr(b->err.message, "column \"stands_at\" is malformed: not a point: nowhere"));
}

/* SET_ON_UPDATE counts unless the update says something else. */
static void update_sets_by_itself(void **state)
{
    books_test *b = *state;
    kinds_row put = make_kind(b->arena), got;
    insert_kind(b, &put);
    assert_ok(
        tusk_fetch_one(b->conn, b->arena,
                       tusk_update(b->arena, kinds, .set = TUSK_SET(tusk_set(kinds.number, 45)),
                                   .all_rows = true, .returning = true),
                       &got, &b->err));
    assert_true(got.seen_at.us != LONG_AGO);
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_update(b->arena, kinds,
                                         .set = TUSK_SET(tusk_set(kinds.seen_at, put.seen_at)),
                                         .all_rows = true, .returning = true),
                             &got, &b->err));
    assert_true(got.seen_at.us == LONG_AGO);
}

static void nulls_come_back(void **state)
{
    books_test *b = *state;
    maybe_kinds_row empty = { .id = 99 }, got;
    maybe_kinds_row full = { .code = { true, TUSK_STR("abcde") },
                             .opens = { true, TUSK_STR("01:02:03") },
                             .span = { true, TUSK_STR("[1,5)") },
                             .colour = { true, colour_ENUM },
                             .colours = { true, { NULL, 0 } },
                             .grid = { true, TUSK_STR("{{a,b}}") } };
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_insert(b->arena, maybe_kinds, &empty, .returning = true), &got,
                             &b->err));
    assert_int_equal(got.id, 1); /* always its own number, so 99 was not sent */
    assert_false(got.code.has || got.raw.has || got.span.has || got.colours.has || got.grid.has);
    assert_ok(tusk_fetch_one(b->conn, b->arena,
                             tusk_insert(b->arena, maybe_kinds, &full, .returning = true), &got,
                             &b->err));
    assert_text(got.code.value, "abcde");
    assert_text(got.opens.value, "01:02:03");
    assert_text(got.span.value, "[1,5)");
    assert_int_equal(got.colour.value, colour_ENUM);
    assert_true(got.colours.has);
    assert_int_equal(got.colours.value.count, 0);
    assert_text(got.grid.value, "{{a,b}}");
}

static void wrong_values_are_refused(void **state)
{
    books_test *b = *state;
    kinds_row put = make_kind(b->arena);
    tusk_arena *arena = b->arena;
    put.colours = TEXTS("red", "blue");
    assert_int_equal(tusk_execute(b->conn, arena, tusk_insert(arena, kinds, &put), NULL, &b->err),
                     TUSK_INVALID);
    assert_string_equal(b->err.message,
                        "\"blue\" is no label for enum column \"colours\" of table \"kinds\"");
    put = make_kind(arena);
    put.host = TUSK_STR("no address");
    assert_int_equal(tusk_execute(b->conn, arena, tusk_insert(arena, kinds, &put), NULL, &b->err),
                     TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "22P02");
}

/* ---- schemas and views ---- */

struct shelf_row {
    books_row book;
    archived_books_maybe archived;
};
struct shelf_rows {
    struct shelf_row *items;
    size_t count;
};

/* Two tables called books, side by side. */
static void tables_of_other_schemas(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    books_row book = books_make("b1");
    books_script(b, "insert into authors (id, name, \"e-mail\") values "
                    "('01020304-0506-0708-090a-0b0c0d0e0fff', 'x', 'y')");
    assert_ok(tusk_execute(b->conn, arena, tusk_insert(arena, books, &book), NULL, &b->err));
    archived_books_row archived = { .id = TUSK_STR("b1"),
                                    .title = TUSK_STR("old"),
                                    .archived = { 1 } };
    assert_ok(
        tusk_execute(b->conn, arena, tusk_insert(arena, archived_books, &archived), NULL, &b->err));
    struct shelf_rows rows;
    tusk_auto q = tusk_select_joined(
        arena, struct shelf_row,
        TUSK_TABLES(TUSK_FROM(struct shelf_row, book, books),
                    TUSK_LEFT_JOIN(struct shelf_row, archived, archived_books,
                                   tusk_on(books.id, archived_books.id))),
        .where = TUSK_LIST(tusk_eq(books.id, "b1"), tusk_eq(archived_books.title, "old")));
    assert_ok(tusk_fetch(b->conn, arena, q, &rows, &b->err));
    assert_int_equal(rows.count, 1);
    assert_text(rows.items[0].archived.value.title, "old");
    assert_ok(tusk_execute(
        b->conn, arena,
        tusk_update(arena, archived_books, .set = TUSK_SET(tusk_set(archived_books.title, "older")),
                    .where = TUSK_LIST(tusk_exists(tusk_select(
                        arena, books, .where = TUSK_LIST(tusk_on(books.id, archived_books.id)))))),
        NULL, &b->err));
    tusk_result changed;
    assert_ok(tusk_execute(b->conn, arena,
                           tusk_delete(arena, archived_books,
                                       .where = TUSK_LIST(tusk_eq(archived_books.title, "older"))),
                           &changed, &b->err));
    assert_int_equal(changed.row_count, 1);
}

static void views_are_read(void **state)
{
    books_test *b = *state;
    tusk_arena *arena = b->arena;
    books_row book = books_make("b1");
    lent_books_rows lent;
    red_kinds_rows red;
    book_counts_row count;
    books_script(b, "insert into authors (id, name, \"e-mail\") values "
                    "('01020304-0506-0708-090a-0b0c0d0e0fff', 'x', 'y')");
    assert_ok(tusk_execute(b->conn, arena, tusk_insert(arena, books, &book), NULL, &b->err));
    kinds_row kind = make_kind(arena);
    insert_kind(b, &kind);
    assert_ok(
        tusk_fetch(b->conn, arena,
                   tusk_select(arena, lent_books, .where = TUSK_LIST(tusk_eq(lent_books.kind, "x")),
                               .order = TUSK_ORDER(tusk_asc(lent_books.title))),
                   &lent, &b->err));
    assert_int_equal(lent.count, 1);
    assert_text(lent.items[0].id, "b1");
    assert_text(lent.items[0].kind.value, "x");
    assert_int_equal(lent.items[0].tags.count, 4);
    assert_ok(tusk_fetch(b->conn, arena, tusk_select(arena, red_kinds), &red, &b->err));
    assert_int_equal(red.count, 1);
    books_script(b, "refresh materialized view book_counts");
    assert_ok(tusk_fetch_one(b->conn, arena, tusk_select(arena, book_counts), &count, &b->err));
    assert_int_equal(count.books, 1);
    /* what does not compile through the macros is refused when it is built by hand */
    const tusk_query *q =
        tusk_delete_with(arena, &(tusk_delete_args){ .from = &lent_books_table, .all_rows = true });
    tusk_str text;
    assert_int_equal(tusk_query_text(arena, q, &text, &b->err), TUSK_MISUSE);
    assert_string_equal(b->err.message, "a view can only be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(types_compare, setup, teardown),
        cmocka_unit_test_setup_teardown(types_are_updated, setup, teardown),
        cmocka_unit_test_setup_teardown(own_types, setup, teardown),
        cmocka_unit_test_setup_teardown(update_sets_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(nulls_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_values_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_of_other_schemas, setup, teardown),
        cmocka_unit_test_setup_teardown(views_are_read, setup, teardown),
    };
    support_own_server(); /* it makes roles */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
