/* test_error.c - errors are filled completely, cut between characters, and fit for a log and JSON
 */
#include "unit.h"

#include <errno.h>

static void a_failure_fills_every_field(void **state)
{
    tusk_error err;
    memset(&err, 'x', sizeof err);
    assert_int_equal(tusk_fail(&err, TUSK_INVALID, "bad %s %d", "thing", 3), TUSK_INVALID);
    assert_int_equal(err.status, TUSK_INVALID);
    assert_int_equal(err.retry, TUSK_RETRY_NO);
    assert_int_equal(err.position, 0);
    assert_string_equal(err.message, "bad thing 3");
    assert_string_equal(err.sqlstate, "");
    assert_string_equal(err.detail, "");
    assert_string_equal(err.hint, "");
    assert_string_equal(err.table, "");
    assert_string_equal(err.column, "");
    assert_string_equal(err.constraint, "");
    assert_int_equal(tusk_fail(&err, TUSK_BUSY, "queue full"), TUSK_BUSY);
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    tusk_ignore(tusk_fail(&err, TUSK_OUTCOME_UNKNOWN, "lost at commit"));
    assert_int_equal(err.retry, TUSK_RETRY_UNKNOWN);
}

static void its_text_is_what_a_person_reads(void **state)
{
    tusk_error err;
    char text[TUSK_ERROR_TEXT_SIZE];
    tusk_fail(&err, TUSK_INVALID, "bad thing");
    assert_ptr_equal(tusk_error_text(&err, text), text);
    assert_string_equal(text, "bad thing");
    tusk_error_hint(&err, "Use a good one.");
    assert_string_equal(tusk_error_text(&err, text), "bad thing\n  Use a good one.");
    tusk_error_detail(&err, "It is 3.");
    assert_string_equal(tusk_error_text(&err, text), "bad thing\n  It is 3.\n  Use a good one.");
    memset(err.message, 'm', sizeof err.message - 1);
    memset(err.detail, 'd', sizeof err.detail - 1);
    memset(err.hint, 'h', sizeof err.hint - 1);
    size_t all = sizeof err.message + sizeof err.detail + sizeof err.hint - 3;
    assert_int_equal(strlen(tusk_error_text(&err, text)), all + 2 * strlen("\n  "));
}

static void no_error_to_fill_is_fine(void **state)
{
    assert_int_equal(tusk_fail(NULL, TUSK_IO, "x"), TUSK_IO);
    assert_int_equal(tusk_fail_nomem(NULL, "x"), TUSK_NOMEM);
    assert_int_equal(tusk_fail_errno(NULL, "x"), TUSK_IO);
    tusk_error_hint(NULL, "x");
    tusk_error_detail(NULL, "x");
    tusk_error_prefix(NULL, "x");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    tusk_error err;
    char text[1200];
    for (size_t lead = 0; lead < 4; lead++) {
        /* "aaa" and then only four-byte characters, so that the edge falls into each of their bytes
         */
        size_t len = 0;
        while (len < lead) text[len++] = 'a';
        while (len + 4 < sizeof text) {
            memcpy(text + len, "\xf0\x9f\x98\x80", 4);
            len += 4;
        }
        text[len] = '\0';
        tusk_fail(&err, TUSK_INVALID, "%s", text);
        size_t kept = strlen(err.message);
        assert_int_equal(kept, lead + (511 - lead) / 4 * 4);
        assert_true(tusk_str_is_text(tusk_str_of(err.message)));
        assert_memory_equal(err.message, text, kept);
        tusk_error_hint(&err, "%s", text);
        assert_int_equal(strlen(err.hint), lead + (383 - lead) / 4 * 4);
        tusk_error_detail(&err, "%s", text);
        assert_true(tusk_str_is_text(tusk_str_of(err.detail)));
    }
}

static void what_is_not_text_is_replaced(void **state)
{
    tusk_error err;
    tusk_fail(&err, TUSK_IO, "%s",
              "a\xff"
              "b\nc\x1b[31m\x7f\xc3");
    assert_string_equal(err.message, "a?b c [31m ?");
    tusk_error_detail(&err, "one\ntwo\r\xfe");
    assert_string_equal(err.detail, "one\ntwo ?");
}

static void the_arguments_may_be_the_error_itself(void **state)
{
    tusk_error err;
    tusk_fail(&err, TUSK_IO, "inner");
    tusk_error_hint(&err, "old hint");
    assert_int_equal(tusk_fail(&err, TUSK_INVALID, "outer: %s", err.message), TUSK_INVALID);
    assert_string_equal(err.message, "outer: inner");
    assert_string_equal(err.hint, "");
}

static void errno_is_told_and_kept(void **state)
{
    tusk_error err;
    errno = ENOENT;
    assert_int_equal(tusk_fail_errno(&err, "could not open \"%s\"", "x"), TUSK_IO);
    assert_string_equal(err.message, "could not open \"x\": No such file or directory");
    assert_int_equal(errno, ENOENT);

    char path[2000];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    tusk_fail_errno(&err, "could not open \"%s\"", path);
    const char *end = strstr(err.message, ": No such file or directory");
    assert_non_null(end); /* the reason survives a path that is too long */
    assert_int_equal(strlen(err.message), 511);
}

static void memory_is_named(void **state)
{
    tusk_error err;
    assert_int_equal(tusk_fail_nomem(&err, "rows"), TUSK_NOMEM);
    assert_int_equal(err.status, TUSK_NOMEM);
    assert_string_equal(err.message, "out of memory for rows");
}

static void a_prefix_goes_before_the_message_only(void **state)
{
    tusk_error err;
    tusk_fail(&err, TUSK_SERVER, "syntax error");
    tusk_error_hint(&err, "Look again.");
    memcpy(err.sqlstate, "42601", 6);
    tusk_error_prefix(&err, "%s, line %d", "0001.sql", 4);
    assert_string_equal(err.message, "0001.sql, line 4: syntax error");
    assert_string_equal(err.hint, "Look again.");
    assert_string_equal(err.sqlstate, "42601");
    assert_int_equal(err.status, TUSK_SERVER);
    for (int i = 0; i < 100; i++) tusk_error_prefix(&err, "\xe2\x82\xac");
    assert_true(tusk_str_is_text(tusk_str_of(err.message)));
    assert_true(strlen(err.message) < sizeof err.message);
}

static void every_status_has_its_name(void **state)
{
    assert_string_equal(tusk_status_name(TUSK_OK), "TUSK_OK");
    assert_string_equal(tusk_status_name(TUSK_TIMEOUT), "TUSK_TIMEOUT");
    assert_string_equal(tusk_status_name(TUSK_OUTCOME_UNKNOWN), "TUSK_OUTCOME_UNKNOWN");
    assert_string_equal(tusk_status_name((tusk_status)999), "TUSK_(unknown)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_fills_every_field),
        cmocka_unit_test(its_text_is_what_a_person_reads),
        cmocka_unit_test(no_error_to_fill_is_fine),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(what_is_not_text_is_replaced),
        cmocka_unit_test(the_arguments_may_be_the_error_itself),
        cmocka_unit_test(errno_is_told_and_kept),
        cmocka_unit_test(memory_is_named),
        cmocka_unit_test(a_prefix_goes_before_the_message_only),
        cmocka_unit_test(every_status_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
