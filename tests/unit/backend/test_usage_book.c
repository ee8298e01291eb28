/* test_usage_book.c - calls of one kind are one line, and there are only so many kinds */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/backend/app/usage/usage_book.h"

static const char teams[] = "/api/teams", servers[] = "/api/mcp/servers", get[] = "GET";

static int make(void **state)
{
    *state = calloc(1, sizeof(struct usage_book));
    return *state ? 0 : -1;
}

static int drop(void **state)
{
    usage_book_clear(*state);
    free(*state);
    return 0;
}

static void add(struct usage_book *book, const char *path, int status_class, const char *user,
                double ms)
{
    struct usage_line line = { .hour = { 3600000000 },
                               .method = get,
                               .path = path,
                               .status_class = status_class,
                               .user_id = tusk_str_of(user),
                               .requests = 1,
                               .ms_total = ms,
                               .ms_max = ms };
    usage_book_add(book, &line);
}

/** The requests of all lines, or of those of one caller. */
static int64_t requests(const struct usage_book *book, const char *user)
{
    int64_t sum = 0;
    for (size_t i = 0; i < BOOK_SLOTS; i++)
        if (!user || tusk_str_eq(book->slots[i].user_id, tusk_str_of(user)))
            sum += book->slots[i].requests;
    return sum;
}

static void one_kind_is_one_line(void **state)
{
    struct usage_book *book = *state;
    char user[] = "ada";
    add(book, teams, 2, user, 3);
    memcpy(user, "eve", 3); /* the caller's text is gone after the call */
    add(book, teams, 2, "ada", 5);
    assert_int_equal(book->count, 1);
    add(book, teams, 4, "ada", 1);
    add(book, servers, 2, "ada", 1);
    add(book, teams, 2, "eve", 1);
    add(book, teams, 2, "", 1);
    assert_int_equal(book->count, 5);
    assert_int_equal(requests(book, "ada"), 4);
    assert_int_equal(requests(book, "eve"), 1);
}

static void a_line_says_what_is_in_the_table(void **state)
{
    struct usage_book *book = *state;
    tusk_arena *arena = tusk_arena_new(0);
    add(book, teams, 2, "a \"b\"", 3);
    add(book, teams, 2, "a \"b\"", 5);
    assert_string_equal(usage_book_json(book, arena).ptr,
                        "[{\"hour\":\"1970-01-01T01:00:00.000Z\",\"route\":\"GET /api/teams\","
                        "\"status_class\":2,\"user_id\":\"a \\\"b\\\"\",\"requests\":2,"
                        "\"ms_total\":8.0,\"ms_max\":5.0}]");
    tusk_arena_free(arena);
}

/* However many callers there are: their requests are counted, the book has its size. */
static void too_many_callers_are_counted_as_nobody(void **state)
{
    struct usage_book *book = *state;
    for (int i = 0; i < 3 * BOOK_SLOTS; i++) {
        char user[16];
        snprintf(user, sizeof user, "user %d", i);
        add(book, teams, 2, user, 1);
        add(book, servers, 2, user, 1);
    }
    assert_int_equal(requests(book, NULL), 6 * BOOK_SLOTS);
    assert_in_range(book->count, BOOK_FULL, BOOK_FULL + 2);
    assert_int_equal(requests(book, "user 0"), 2);
    assert_int_equal(requests(book, ""), 6 * BOOK_SLOTS - BOOK_FULL);
}

static void what_was_not_written_comes_back(void **state)
{
    struct usage_book *book = *state, *other = calloc(1, sizeof *other);
    assert_non_null(other);
    add(book, teams, 2, "ada", 1);
    add(other, teams, 2, "ada", 9);
    add(other, teams, 2, "eve", 1);
    usage_book_merge(book, other);
    usage_book_clear(other);
    assert_int_equal(book->count, 2);
    assert_int_equal(requests(book, "ada"), 2);
    assert_int_equal(requests(book, "eve"), 1);
    assert_int_equal(requests(other, NULL), 0);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_kind_is_one_line, make, drop),
        cmocka_unit_test_setup_teardown(a_line_says_what_is_in_the_table, make, drop),
        cmocka_unit_test_setup_teardown(too_many_callers_are_counted_as_nobody, make, drop),
        cmocka_unit_test_setup_teardown(what_was_not_written_comes_back, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
