/* test_buf.c - text grows up to its ceiling; past it the buffer stays failed and says so at the end
 */
#include "unit.h"

#include "tusk/buf.h"

static void everything_added_is_there_in_order(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 1000);
    assert_text(tusk_buf_str(&buf), "");
    tusk_buf_add(&buf, TUSK_STR("select "));
    tusk_buf_add_cstr(&buf, "a");
    tusk_buf_add_char(&buf, ',');
    tusk_buf_add_bytes(&buf, "bc", 1);
    tusk_buf_printf(&buf, " = $%d", 12);
    tusk_buf_add(&buf, (tusk_str){ 0 });
    tusk_buf_add_cstr(&buf, NULL);
    assert_text(tusk_buf_str(&buf), "select a,b = $12");
    assert_int_equal(buf.ptr[buf.len], '\0');
    tusk_buf_clear(&buf);
    assert_text(tusk_buf_str(&buf), "");
    tusk_buf_clear(&buf);
}

static void the_ceiling_is_exact(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 10);
    tusk_buf_add(&buf, TUSK_STR("0123456789"));
    assert_false(buf.failed);
    assert_text(tusk_buf_str(&buf), "0123456789");
    tusk_buf_add_char(&buf, 'x');
    assert_true(buf.failed);
    assert_text(tusk_buf_str(&buf), "0123456789");
    tusk_buf_clear(&buf);
}

static void a_failure_sticks_until_reset(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 4);
    tusk_buf_add(&buf, TUSK_STR("ab"));
    tusk_buf_add(&buf, TUSK_STR("cdef"));
    tusk_buf_add(&buf, TUSK_STR("g")); /* would fit, but a hole in the text would be worse */
    tusk_str out = TUSK_STR("untouched");
    tusk_error err;
    assert_int_equal(tusk_buf_finish(&buf, &out, &err), TUSK_NOMEM);
    assert_int_equal(err.status, TUSK_NOMEM);
    assert_non_null(strstr(err.message, "at most 4"));
    assert_text(out, "untouched");
    assert_text(tusk_buf_str(&buf), "ab");

    tusk_buf_reset(&buf);
    tusk_buf_add(&buf, TUSK_STR("wxyz"));
    assert_int_equal(tusk_buf_finish(&buf, &out, &err), TUSK_OK);
    assert_text(out, "wxyz");
    tusk_buf_clear(&buf);
}

static void clear_keeps_the_ceiling(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 3);
    tusk_buf_add(&buf, TUSK_STR("1234"));
    assert_true(buf.failed);
    tusk_buf_clear(&buf);
    assert_false(buf.failed);
    tusk_buf_add(&buf, TUSK_STR("123"));
    tusk_buf_add(&buf, TUSK_STR("4"));
    assert_text(tusk_buf_str(&buf), "123");
    assert_true(buf.failed);
    tusk_buf_clear(&buf);
}

static void printf_that_does_not_fit_adds_nothing(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 5);
    tusk_buf_add(&buf, TUSK_STR("ab"));
    tusk_buf_printf(&buf, "%s", "cdefgh");
    assert_true(buf.failed);
    assert_text(tusk_buf_str(&buf), "ab");
    assert_string_equal(buf.ptr, "ab");
    tusk_buf_reset(&buf);
    tusk_buf_printf(&buf, "%05d", 42);
    assert_text(tusk_buf_str(&buf), "00042");
    tusk_buf_clear(&buf);
}

static void a_zeroed_buffer_holds_nothing_but_is_safe(void **state)
{
    tusk_buf buf = { 0 };
    tusk_buf_add(&buf, TUSK_STR("x"));
    assert_true(buf.failed);
    assert_text(tusk_buf_str(&buf), "");
    tusk_buf_clear(&buf);
}

static void absurd_sizes_are_refused(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, SIZE_MAX);
    tusk_buf_add(&buf, TUSK_STR("x"));
    tusk_buf_add_bytes(&buf, "x", SIZE_MAX);
    assert_true(buf.failed);
    assert_text(tusk_buf_str(&buf), "x");
    tusk_buf_clear(&buf);
}

static void it_grows_a_byte_at_a_time(tusk_buf *buf)
{
    for (int i = 0; i < 100000; i++) tusk_buf_add_char(buf, (char)('a' + i % 26));
    assert_false(buf->failed);
    assert_int_equal(buf->len, 100000);
    for (size_t i = 0; i < buf->len; i++) assert_int_equal(buf->ptr[i], 'a' + (int)(i % 26));
}

static void it_grows_on_the_heap_and_in_an_arena(void **state)
{
    tusk_buf buf;
    tusk_buf_init(&buf, 100000);
    it_grows_a_byte_at_a_time(&buf);
    tusk_buf_clear(&buf);

    tusk_arena *arena = tusk_arena_new(0);
    tusk_buf_init_in(&buf, arena, 100000);
    it_grows_a_byte_at_a_time(&buf);
    tusk_arena_free(arena);
}

static void a_full_arena_fails_the_buffer(void **state)
{
    tusk_arena *arena = tusk_arena_new(200);
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, 100000);
    for (int i = 0; i < 1000; i++) tusk_buf_add_char(&buf, 'x');
    assert_true(buf.failed);
    assert_true(buf.len < 200);
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);

    tusk_buf_init_in(&buf, NULL, 100); /* no arena must not mean the heap: that would leak */
    tusk_buf_add_char(&buf, 'x');
    assert_true(buf.failed);
    assert_null(buf.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_added_is_there_in_order),
        cmocka_unit_test(the_ceiling_is_exact),
        cmocka_unit_test(a_failure_sticks_until_reset),
        cmocka_unit_test(clear_keeps_the_ceiling),
        cmocka_unit_test(printf_that_does_not_fit_adds_nothing),
        cmocka_unit_test(a_zeroed_buffer_holds_nothing_but_is_safe),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(it_grows_on_the_heap_and_in_an_arena),
        cmocka_unit_test(a_full_arena_fails_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
