/* test_map.c - the map and the vector: what was put in is found, in order, through every growth */
#include "unit.h"

#include "src/base/map.h"
#include "src/base/vec.h"

static void an_empty_map_finds_nothing(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_map map;
    tusk_map_init(&map, arena);
    assert_null(tusk_map_get(&map, TUSK_STR("x")));
    assert_false(tusk_map_has(&map, TUSK_STR("")));
    tusk_arena_free(arena);
}

static void keys_are_found_and_stay_in_order(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_map map;
    tusk_map_init(&map, arena);
    static int values[20000];
    for (int i = 0; i < 20000; i++) {
        assert_true(tusk_map_put(&map, tusk_arena_printf(arena, "key %d", i * 7), &values[i]));
        assert_int_equal(map.count, i + 1);
    }
    for (int i = 0; i < 20000; i++) {
        tusk_str key = tusk_arena_printf(arena, "key %d", i * 7);
        assert_ptr_equal(tusk_map_get(&map, key), &values[i]);
        assert_true(tusk_str_eq(map.entries[i].key, key));
        assert_ptr_equal(map.entries[i].value, &values[i]);
    }
    for (int i = 0; i < 1000; i++)
        assert_false(tusk_map_has(&map, tusk_arena_printf(arena, "key %d", i * 7 + 1)));
    tusk_arena_free(arena);
}

static void putting_again_changes_the_value_not_the_place(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_map map;
    tusk_map_init(&map, arena);
    int one, two, three;
    assert_true(tusk_map_put(&map, TUSK_STR("a"), &one));
    assert_true(tusk_map_put(&map, TUSK_STR("b"), &two));
    assert_true(tusk_map_put(&map, TUSK_STR("a"), &three));
    assert_int_equal(map.count, 2);
    assert_ptr_equal(map.entries[0].value, &three);
    assert_ptr_equal(tusk_map_get(&map, TUSK_STR("b")), &two);
    tusk_arena_free(arena);
}

static void every_kind_of_key_is_its_own(void **state)
{
    static const tusk_str keys[] = {
        { "", 0 },
        TUSK_STR_INIT("\0"),
        TUSK_STR_INIT("\0\0"),
        TUSK_STR_INIT("a"),
        TUSK_STR_INIT("a\0"),
        TUSK_STR_INIT("1234567"),
        TUSK_STR_INIT("12345678"),
        TUSK_STR_INIT("123456789"),
        TUSK_STR_INIT("\xff"),
        TUSK_STR_INIT("A"),
        TUSK_STR_INIT("12345678\0"),
    };
    tusk_arena *arena = tusk_arena_new(0);
    tusk_map map;
    tusk_map_init(&map, arena);
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_true(tusk_map_put(&map, keys[i], (void *)(uintptr_t)(i + 1)));
    assert_int_equal(map.count, COUNT(keys));
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_int_equal((uintptr_t)tusk_map_get(&map, keys[i]), i + 1);
    assert_true(
        tusk_map_put(&map, TUSK_STR("null"), NULL)); /* a NULL value is there all the same */
    assert_true(tusk_map_has(&map, TUSK_STR("null")));
    tusk_arena_free(arena);
}

static void a_full_arena_leaves_the_map_right(void **state)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t limit = 16; limit < 4000; limit += 16) {
        tusk_arena *arena = tusk_arena_new(limit);
        tusk_map map;
        tusk_map_init(&map, arena);
        size_t held = 0;
        for (size_t i = 0; i < 36; i++) {
            if (!tusk_map_put(&map, (tusk_str){ digits + i, 1 }, (void *)(uintptr_t)(i + 1))) break;
            held++;
        }
        assert_int_equal(map.count, held);
        for (size_t i = 0; i < 36; i++)
            assert_int_equal((uintptr_t)tusk_map_get(&map, (tusk_str){ digits + i, 1 }),
                             i < held ? i + 1 : 0);
        assert_int_equal(tusk_arena_failed(arena), held < 36);
        tusk_arena_free(arena);
    }
}

struct point {
    int x, y;
};

static void a_vector_keeps_what_is_pushed(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    TUSK_VEC(struct point) points = { 0 };
    TUSK_VEC(char) letters = { 0 };
    int evaluated = 0;
    for (int i = 0; i < 5000; i++) {
        assert_true(tusk_vec_push(arena, &points, (struct point){ i, -i }));
        tusk_vec_push(arena, &letters, (char)('a' + (evaluated++, i % 26)));
    }
    assert_int_equal(evaluated, 5000);
    assert_int_equal(points.count, 5000);
    assert_int_equal(letters.count, 5000);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(points.items[i].x, i);
        assert_int_equal(points.items[i].y, -i);
        assert_int_equal(letters.items[i], 'a' + i % 26);
    }
    tusk_arena_free(arena);
}

static void a_full_arena_leaves_the_vector_as_it_was(void **state)
{
    tusk_arena *arena = tusk_arena_new(300);
    TUSK_VEC(int64_t) numbers = { 0 };
    size_t held = 0;
    while (tusk_vec_push(arena, &numbers, (int64_t)held)) held++;
    assert_in_range(held, 8, 300 / sizeof(int64_t));
    assert_int_equal(numbers.count, held);
    for (size_t i = 0; i < held; i++) assert_int_equal(numbers.items[i], i);
    assert_true(tusk_arena_failed(arena));
    tusk_arena_free(arena);

    TUSK_VEC(int) nowhere = { 0 };
    assert_false(tusk_vec_push(NULL, &nowhere, 1));
    assert_int_equal(nowhere.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_finds_nothing),
        cmocka_unit_test(keys_are_found_and_stay_in_order),
        cmocka_unit_test(putting_again_changes_the_value_not_the_place),
        cmocka_unit_test(every_kind_of_key_is_its_own),
        cmocka_unit_test(a_full_arena_leaves_the_map_right),
        cmocka_unit_test(a_vector_keeps_what_is_pushed),
        cmocka_unit_test(a_full_arena_leaves_the_vector_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
