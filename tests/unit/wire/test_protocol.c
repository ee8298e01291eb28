/* test_protocol.c - messages read out of bytes and written into them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/internal.h"

/* ---- heads ---- */

static void lengths_are_looked_at_first(void **state)
{
    static const struct {
        const char *head;
        bool good;
        size_t size;
    } cases[] = {
        { "Z\0\0\0\5", true, 1 },           { "Z\0\0\0\4", false, 0 },
        { "Z\0\0\0\6", false, 0 },          { "1\0\0\0\4", true, 0 },
        { "n\0\0\0\5", false, 0 },          { "D\0\0\0\3", false, 0 },
        { "D\0\0\0\0", false, 0 },          { "D\377\377\377\377", false, 0 },
        { "D\100\0\0\4", true, 1u << 30 },  { "D\100\0\0\5", false, 0 },
        { "E\77\0\0\0", true, 0x3efffffc }, { "T\0\100\0\4", true, 4u << 20 },
        { "T\0\100\0\5", false, 0 },        { "C\1\0\0\0", false, 0 },
        { "R\0\0\0\10", false, 0 },         { "K\0\0\0\14", false, 0 },
        { "d\0\0\0\10", false, 0 },         { "s\0\0\0\4", false, 0 },
        { "\0\0\0\0\4", false, 0 },         { "v\0\0\0\14", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tusk_message message;
        bool good = tusk_message_head(cases[i].head, &message);
        if (good != cases[i].good || (good && message.size != cases[i].size))
            fail_msg("%c %zu", cases[i].head[0], i);
    }
}

/* ---- words ---- */

static void words_are_found_by_their_codes(void **state)
{
    const tusk_str body = TUSK_STR("SFEHLER\0VERROR\0C23505\0Mdoppelt\0Dd\0Hh\0P8\0Ww\0"
                                   "tbooks\0cid\0nbooks_pkey\0Ffile\0Rroutine\0?new\0");
    tusk_words words;
    assert_true(tusk_words_read((tusk_str){ body.ptr, body.len + 1 }, &words));
    assert_string_equal(words.severity.ptr, "ERROR");
    assert_string_equal(words.shown.ptr, "FEHLER");
    assert_string_equal(words.sqlstate.ptr, "23505");
    assert_string_equal(words.message.ptr, "doppelt");
    assert_string_equal(words.constraint.ptr, "books_pkey");
    assert_string_equal(words.routine.ptr, "routine");
    for (size_t size = 0; size <= body.len; size++) {
        char *copy = malloc(size + 1); /* nothing behind it is read: the sanitizer tells */
        memcpy(copy, body.ptr, size);
        char *exact = realloc(copy, size > 0 ? size : 1);
        assert_false(tusk_words_read((tusk_str){ exact, size }, &words));
        assert_true(words.message.len <= size);
        free(exact);
    }
}

static void an_error_keeps_its_facts(void **state)
{
    tusk_words words;
    tusk_error err;
    const tusk_str body = TUSK_STR("SERROR\0C40001\0Mcould not serialize\0Wwhile\0P12\0");
    assert_true(tusk_words_read((tusk_str){ body.ptr, body.len + 1 }, &words));
    assert_false(tusk_words_are_fatal(&words));
    assert_int_equal(tusk_wire_fail_words(&err, &words), TUSK_SERVER);
    assert_string_equal(err.sqlstate, "40001");
    assert_string_equal(err.message, "could not serialize");
    assert_string_equal(err.detail, "while");
    assert_int_equal(err.position, 12);
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    const tusk_str end = TUSK_STR("SFATAL\0C57P01\0Mbye\0");
    assert_true(tusk_words_read((tusk_str){ end.ptr, end.len + 1 }, &words));
    assert_true(tusk_words_are_fatal(&words));
    assert_int_equal(tusk_wire_fail_words(&err, &words), TUSK_CONNECTION);
}

/* ---- fields and rows ---- */

static void fields_are_read_or_refused(void **state)
{
    char body[] = "\0\2a\0\0\0\0\1\0\2\0\0\0\27\0\4\377\377\377\377\0\1"
                  "long name\0\0\0\0\0\0\0\0\0\0\31\377\377\0\0\0\13\0\1";
    const tusk_message message = { 'T', sizeof body - 1, body };
    tusk_fields *fields;
    assert_int_equal(tusk_fields_read(&message, &fields), TUSK_READ_OK);
    assert_int_equal(fields->count, 2);
    assert_string_equal(fields->list[0].name.ptr, "a");
    assert_int_equal(fields->list[0].table_oid, 1);
    assert_int_equal(fields->list[0].column, 2);
    assert_int_equal(fields->list[0].type_oid, 23);
    assert_int_equal(fields->list[0].modifier, -1);
    assert_string_equal(fields->list[1].name.ptr, "long name");
    assert_int_equal(fields->list[1].size, -1);
    assert_int_equal(fields->list[1].modifier, 11);
    tusk_fields_release(fields);
    for (size_t size = 0; size < sizeof body - 1; size++) {
        char *exact = malloc(size + 1);
        memcpy(exact, body, size);
        const tusk_message cut = { 'T', size, exact };
        assert_int_equal(tusk_fields_read(&cut, &fields), TUSK_READ_BAD);
        free(exact);
    }
}

static void a_row_is_marked_so_that_zeros_follow_its_cells(void **state)
{
    char body[] = "\0\4\377\377\377\377\0\0\0\2ab\377\377\377\377\0\0\0\0";
    size_t size = sizeof body - 1;
    assert_false(tusk_row_mark(body, size, 3));
    assert_true(tusk_row_mark(body, size, 4));
    tusk_str cells[4];
    const char *at = body + 2;
    for (size_t i = 0; i < 4; i++) at = tusk_cell_read(at, &cells[i]);
    assert_ptr_equal(at, body + size);
    assert_null(cells[0].ptr);
    assert_string_equal(cells[1].ptr, "ab");
    assert_null(cells[2].ptr);
    assert_string_equal(cells[3].ptr, "");
    assert_non_null(cells[3].ptr);
}

/* Where the length of a cell does not leave its first byte zero. */
static void long_cells_have_zeros_behind_them_too(void **state)
{
    size_t lengths[] = { 1, 0xfffffd, 0xfffffe, 0xffffff, 0x1000000, 3 }, size = 2;
    for (size_t i = 0; i < 6; i++) size += 4 + lengths[i];
    char *body = malloc(size + 4), *out = malloc(size + 4 * 7 + 1);
    char *at = tusk_put16(body, 7);
    for (size_t i = 0; i < 6; i++) {
        at = tusk_put32(at, lengths[i]);
        memset(at, 'a' + (int)i, lengths[i]);
        at += lengths[i];
    }
    tusk_put32(at, UINT32_MAX);
    size_t written = tusk_row_copy(out, body, size + 4, 7);
    assert_in_range(written, size + 4, size + 4 * 7);
    out[written] = '\0';
    const char *next = out + 2;
    for (size_t i = 0; i < 6; i++) {
        tusk_str cell;
        next = tusk_cell_read(next, &cell);
        assert_int_equal(cell.len, lengths[i]);
        assert_int_equal(cell.ptr[0], 'a' + (int)i);
        assert_int_equal(cell.ptr[cell.len - 1], 'a' + (int)i);
        assert_int_equal(cell.ptr[cell.len], '\0');
    }
    tusk_str null;
    assert_ptr_equal(tusk_cell_read(next, &null), out + written);
    assert_null(null.ptr);
    assert_int_equal(tusk_row_copy(out, body, size + 3, 7), 0);
    assert_int_equal(tusk_row_copy(out, body, size + 4, 6), 0);
    free(body);
    free(out);
}

/* ---- out ---- */

static void expect_bytes(const char *made, const char *end, tusk_str expected)
{
    assert_int_equal(end - made, expected.len);
    assert_memory_equal(made, expected.ptr, expected.len);
}

static void messages_are_written_as_the_protocol_has_them(void **state)
{
    char made[256];
    const tusk_param params[] = { { 23, 1, TUSK_STR_INIT("\0\0\0\7") }, { 25, 0, { 0, 0 } } };
    const tusk_wire_statement statement = {
        .sql = TUSK_STR("select $1"), .params = params, .param_count = 2, .binary = true
    };
    const tusk_str name = TUSK_STR("s");
    expect_bytes(made, tusk_parse_write(made, name, &statement),
                 TUSK_STR("P\0\0\0\32s\0select $1\0\0\2\0\0\0\27\0\0\0\31"));
    assert_int_equal(tusk_parse_size(name, &statement), 27);
    expect_bytes(made, tusk_bind_write(made, name, &statement),
                 TUSK_STR("B\0\0\0\37\0s\0\0\2\0\1\0\0\0\2\0\0\0\4\0\0\0\7\377\377\377\377"
                          "\0\1\0\1"));
    assert_int_equal(tusk_bind_size(name, &statement), 32);
    expect_bytes(made, tusk_close_write(made, name), TUSK_STR("C\0\0\0\7Ss\0"));
    expect_bytes(made, tusk_describe_write(made), TUSK_STR("D\0\0\0\6P\0"));
    expect_bytes(made, tusk_execute_write(made), TUSK_STR("E\0\0\0\11\0\0\0\0\0"));
    expect_bytes(made, tusk_empty_write(made, 'S'), TUSK_STR("S\0\0\0\4"));
    expect_bytes(made, tusk_text_write(made, 'Q', TUSK_STR("select")),
                 TUSK_STR("Q\0\0\0\13select\0"));
}

static void the_number_of_rows_is_the_last_word(void **state)
{
    assert_int_equal(tusk_command_rows(TUSK_STR("INSERT 0 5")), 5);
    assert_int_equal(tusk_command_rows(TUSK_STR("SELECT 0")), 0);
    assert_int_equal(tusk_command_rows(TUSK_STR("DROP TABLE")), -1);
    assert_int_equal(tusk_command_rows(TUSK_STR("BEGIN")), -1);
    assert_int_equal(tusk_command_rows(TUSK_STR("SELECT -1")), -1);
    assert_int_equal(tusk_command_rows(TUSK_STR("")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_looked_at_first),
        cmocka_unit_test(words_are_found_by_their_codes),
        cmocka_unit_test(an_error_keeps_its_facts),
        cmocka_unit_test(fields_are_read_or_refused),
        cmocka_unit_test(a_row_is_marked_so_that_zeros_follow_its_cells),
        cmocka_unit_test(long_cells_have_zeros_behind_them_too),
        cmocka_unit_test(messages_are_written_as_the_protocol_has_them),
        cmocka_unit_test(the_number_of_rows_is_the_last_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
