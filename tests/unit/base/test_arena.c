/* test_arena.c - pieces are zeroed, aligned, apart from each other, within the limit; a refusal
 * sticks */
#include "unit.h"

#include "src/base/grow.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    unsigned char *pieces[300];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t size = 1 + i * 7 % 613;
        pieces[i] = tusk_arena_alloc(arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t k = 0; k < size; k++) assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t k = 0; k < 1 + i * 7 % 613; k++) assert_int_equal(pieces[i][k], i & 0xff);
    tusk_arena_free(arena);
}

static void size_zero_is_a_valid_pointer(void **state)
{
    tusk_arena *arena = tusk_arena_new(1);
    assert_non_null(tusk_arena_alloc(arena, 1));
    assert_non_null(tusk_arena_alloc(arena, 0)); /* even with nothing left */
    assert_int_equal(tusk_arena_used(arena), 1);
    assert_false(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

static void the_limit_is_exact_and_the_refusal_sticks(void **state)
{
    tusk_arena *arena = tusk_arena_new(100);
    assert_non_null(tusk_arena_alloc(arena, 100));
    assert_int_equal(tusk_arena_used(arena), 100);
    assert_false(tusk_arena_failed(arena));
    assert_null(tusk_arena_alloc(arena, 1));
    assert_true(tusk_arena_failed(arena));

    tusk_arena_reset(arena);
    assert_false(tusk_arena_failed(arena));
    assert_int_equal(tusk_arena_used(arena), 0);
    assert_null(tusk_arena_alloc(arena, 101));
    assert_non_null(tusk_arena_alloc(arena, 1)); /* what fits is still given ... */
    assert_true(tusk_arena_failed(arena));       /* ... but the refusal is remembered */
    tusk_arena_free(arena);
}

static void the_limit_counts_all_pieces_together(void **state)
{
    tusk_arena *arena = tusk_arena_new(100);
    assert_non_null(tusk_arena_alloc(arena, 60));
    assert_null(tusk_arena_alloc(arena, 37)); /* it would begin at 64 */
    assert_non_null(tusk_arena_alloc(arena, 36));
    assert_int_equal(tusk_arena_used(arena), 100);
    tusk_arena_free(arena);
}

static void small_pieces_cannot_pass_the_limit_together(void **state)
{
    tusk_arena *arena = tusk_arena_new(1000);
    int given = 0;
    while (tusk_arena_alloc(arena, 1)) given++;
    assert_in_range(given, 1, 1000 / 16 + 1); /* padding counts */
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

static void the_default_limit_holds(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    assert_null(tusk_arena_alloc(arena, TUSK_ARENA_LIMIT_DEFAULT + 1));
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

static void absurd_sizes_are_refused(void **state)
{
    tusk_arena *arena = tusk_arena_new(SIZE_MAX);
    assert_null(tusk_arena_alloc(arena, SIZE_MAX));
    assert_null(tusk_arena_alloc(arena, SIZE_MAX - 15));
    assert_true(tusk_arena_failed(arena));
    tusk_arena_reset(arena);
    assert_null(tusk_arena_array(arena, SIZE_MAX / 2, 3)); /* the product overflows */
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

static void no_arena_fails_politely(void **state)
{
    assert_null(tusk_arena_alloc(NULL, 8));
    assert_null(tusk_arena_array(NULL, SIZE_MAX, 8));
    assert_null(tusk_arena_str(NULL, TUSK_STR("x")).ptr);
    assert_null(tusk_arena_printf(NULL, "x").ptr);
    assert_null(tusk_arena_grow(NULL, NULL, 0, 8));
    assert_true(tusk_arena_failed(NULL));
    assert_int_equal(tusk_arena_used(NULL), 0);
    tusk_arena_reset(NULL);
    tusk_arena_free(NULL);
}

static void after_a_reset_memory_is_zero_again(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 50; i++) {
            size_t size = i == 25 ? 1 << 20 : 1000;
            unsigned char *piece = tusk_arena_alloc(arena, size);
            assert_non_null(piece);
            for (size_t k = 0; k < size; k++) assert_int_equal(piece[k], 0);
            memset(piece, 0xaa, size);
        }
        tusk_arena_reset(arena);
        assert_int_equal(tusk_arena_used(arena), 0);
    }
    tusk_arena_free(arena);
}

static void text_is_copied_with_a_zero_after_it(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str copy = tusk_arena_str(arena, (tusk_str){ "abcdef", 3 });
    assert_int_equal(copy.len, 3);
    assert_string_equal(copy.ptr, "abc");
    tusk_str empty = tusk_arena_str(arena, TUSK_STR(""));
    assert_non_null(empty.ptr);
    assert_string_equal(empty.ptr, "");
    assert_null(tusk_arena_str(arena, (tusk_str){ 0 }).ptr);
    int numbers[] = { 1, 2, 3 };
    int *same = tusk_arena_copy(arena, numbers, sizeof numbers);
    assert_memory_equal(same, numbers, sizeof numbers);
    tusk_arena_free(arena);
}

static void printf_takes_any_length(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    assert_text(tusk_arena_printf(arena, "%s-%d", "a", 7), "a-7");
    tusk_str wide = tusk_arena_printf(arena, "%100000d", 1);
    assert_int_equal(wide.len, 100000);
    assert_int_equal(wide.ptr[99999], '1');
    tusk_arena_free(arena);

    arena = tusk_arena_new(8);
    assert_null(tusk_arena_printf(arena, "%s", "123456789").ptr);
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

static void growing_keeps_the_bytes_and_zeroes_the_rest(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    unsigned char *piece = NULL;
    size_t size = 0;
    for (size_t next = 5; next < 400000; next = next * 3 / 2) {
        piece = tusk_arena_grow(arena, piece, size, next);
        assert_non_null(piece);
        for (size_t i = 0; i < size; i++) assert_int_equal(piece[i], i & 0x7f);
        for (size_t i = size; i < next; i++) assert_int_equal(piece[i], 0);
        for (size_t i = 0; i < next; i++) piece[i] = i & 0x7f;
        size = next;
        if (next % 2 == 0) tusk_arena_alloc(arena, 1); /* now and then it is not the newest */
    }
    tusk_arena_free(arena);
}

static void the_newest_piece_grows_where_it_is(void **state)
{
    tusk_arena *arena = tusk_arena_new(200);
    char *piece = tusk_arena_alloc(arena, 10);
    assert_ptr_equal(tusk_arena_grow(arena, piece, 10, 150), piece);
    assert_int_equal(tusk_arena_used(arena), 150); /* moving would have needed 160 */
    assert_ptr_equal(tusk_arena_grow(arena, piece, 150, 200), piece);
    assert_null(tusk_arena_grow(arena, piece, 200, 201));
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(size_zero_is_a_valid_pointer),
        cmocka_unit_test(the_limit_is_exact_and_the_refusal_sticks),
        cmocka_unit_test(the_limit_counts_all_pieces_together),
        cmocka_unit_test(small_pieces_cannot_pass_the_limit_together),
        cmocka_unit_test(the_default_limit_holds),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(no_arena_fails_politely),
        cmocka_unit_test(after_a_reset_memory_is_zero_again),
        cmocka_unit_test(text_is_copied_with_a_zero_after_it),
        cmocka_unit_test(printf_takes_any_length),
        cmocka_unit_test(growing_keeps_the_bytes_and_zeroes_the_rest),
        cmocka_unit_test(the_newest_piece_grows_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
