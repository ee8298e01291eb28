/* test_nomem.c - every single allocation refused in turn: a status, no crash, no leak, usable
 * afterwards */
#include "unit.h"

#include "src/base/map.h"
#include "src/base/mem.h"
#include "src/base/vec.h"
#include "tusk/buf.h"
#include "tusk/file.h"
#include "tusk/server.h"

struct scene {
    const char *folder, *env_file, *out_file;
};

/* Something of everything that takes memory. TUSK_OK, or TUSK_NOMEM with *err filled. */
static tusk_status play(const struct scene *scene, tusk_arena *arena, tusk_buf *buf,
                        tusk_error *err)
{
    tusk_map map;
    tusk_map_init(&map, arena);
    TUSK_VEC(tusk_str) keys = { 0 };
    for (int i = 0; i < 400; i++) {
        tusk_str key = tusk_arena_printf(arena, "a key of some length, number %d", i);
        if (!key.ptr || !tusk_map_put(&map, key, arena)) return tusk_fail_nomem(err, "the map");
        tusk_vec_push(arena, &keys, key);
        tusk_buf_printf(buf, "%s\n", key.ptr);
    }
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the keys");
    tusk_str text, read;
    tusk_status status = tusk_buf_finish(buf, &text, err);
    if (status == TUSK_OK) status = tusk_file_replace(scene->out_file, text, 0644, err);
    if (status == TUSK_OK) status = tusk_file_read(arena, scene->out_file, 1 << 20, &read, err);
    if (status == TUSK_OK) status = tusk_folder_make(scene->folder, 0755, err);
    const tusk_env *env = NULL;
    const char *const files[] = { scene->env_file, NULL };
    if (status == TUSK_OK) status = tusk_env_read(arena, files, &env, err);
    bool configured;
    tusk_server server;
    if (status == TUSK_OK) status = tusk_server_from_env(arena, env, &configured, &server, err);
    if (status == TUSK_OK && (!configured || strcmp(server.host, "db") != 0))
        status = tusk_fail(err, TUSK_INVALID, "the settings are not those of the file");
    if (status == TUSK_OK && !tusk_str_eq(read, text))
        status = tusk_fail(err, TUSK_INVALID, "the file does not hold what was written");
    return status;
}

static tusk_status play_alone(const struct scene *scene, tusk_error *err)
{
    tusk_arena *arena = tusk_arena_new(0);
    if (!arena) return tusk_fail_nomem(err, "an arena");
    tusk_buf buf;
    tusk_buf_init(&buf, 1 << 20);
    tusk_status status = play(scene, arena, &buf, err);
    tusk_buf_clear(&buf);
    tusk_arena_free(arena);
    return status;
}

static struct scene scene_in(const char *folder)
{
    struct scene scene = { strdup(unit_path(folder, "a/b")), strdup(unit_path(folder, ".env")),
                           strdup(unit_path(folder, "out")) };
    unit_write(scene.env_file,
               TUSK_STR("POSTGRES_HOST=\"db\"\nPOSTGRES_PASSWORD=hunter2\nX='y'\n"));
    return scene;
}

static void scene_free(struct scene *scene)
{
    free((char *)scene->folder);
    free((char *)scene->env_file);
    free((char *)scene->out_file);
}

static void each_refused_allocation_is_a_clean_nomem(void **state)
{
    struct scene scene = scene_in(*state);
    size_t refused = 0, passed = 0;
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_error err = { 0 };
        tusk_status status = play_alone(&scene, &err);
        if (status == TUSK_OK) {
            passed++;
            continue;
        }
        refused++;
        if (status != TUSK_NOMEM) fail_msg("allocation %zu: %s", n, err.message);
        assert_int_equal(err.status, TUSK_NOMEM);
        assert_string_not_equal(err.message, "");
    }
    assert_int_equal(passed, 1); /* the last run, which needed no more */
    assert_in_range(refused, 15, 1000);
    tusk_error err;
    assert_ok(play_alone(&scene, &err), err); /* nothing is left armed */
    scene_free(&scene);
}

static void after_a_refusal_a_reset_arena_works(void **state)
{
    struct scene scene = scene_in(*state);
    tusk_arena *arena = tusk_arena_new(0);
    tusk_buf buf;
    tusk_buf_init(&buf, 1 << 20);
    tusk_error err = { 0 };
    TUSK_EACH_FAILING_ALLOC(n)
    {
        tusk_status status = play(&scene, arena, &buf, &err);
        bool hit = tusk_mem_fail_hit(); /* disarms */
        assert_int_equal(status, hit ? TUSK_NOMEM : TUSK_OK);
        tusk_arena_reset(arena);
        tusk_buf_reset(&buf);
        assert_ok(play(&scene, arena, &buf, &err), err);
        tusk_arena_reset(arena);
        tusk_buf_clear(&buf);
        if (!hit) break;
        tusk_mem_fail_at(1); /* so that the loop goes on: it asks whether a request was refused */
        assert_null(tusk_mem_alloc(1));
    }
    tusk_buf_clear(&buf);
    tusk_arena_free(arena);
    scene_free(&scene);
}

/* An arena takes blocks seldom, so few allocations stand between its pieces: its limit can fall
 * anywhere. */
static void each_arena_limit_is_a_clean_nomem(void **state)
{
    struct scene scene = scene_in(*state);
    const char *const files[] = { scene.env_file, NULL };
    tusk_status status = TUSK_NOMEM;
    size_t limit = 0;
    while (status != TUSK_OK) {
        limit += 16;
        assert_true(limit < 4 << 20);
        tusk_arena *arena = tusk_arena_new(limit);
        const tusk_env *env = NULL;
        tusk_server server;
        bool configured = false;
        tusk_error err = { 0 };
        status = tusk_env_read(arena, files, &env, &err);
        if (status == TUSK_OK) assert_false(tusk_arena_failed(arena)); /* no loss is passed over */
        if (status == TUSK_OK)
            status = tusk_server_from_env(arena, env, &configured, &server, &err);
        assert_int_equal(err.status, status);
        if (status != TUSK_OK) assert_int_equal(status, TUSK_NOMEM);
        if (status == TUSK_OK) assert_string_equal(server.host, "db");
        if (status == TUSK_OK) assert_string_equal(server.password, "hunter2");
        if (status == TUSK_OK) assert_string_equal(tusk_env_get(env, "X"), "y");
        tusk_arena_free(arena);
    }
    assert_true(limit > 1000);
    scene_free(&scene);
}

static void the_hook_refuses_exactly_the_nth(void **state)
{
    tusk_mem_fail_at(2);
    void *first = tusk_mem_alloc(0);
    assert_non_null(first);
    assert_null(tusk_mem_resize(first, 100)); /* and `first` is still there */
    void *third = tusk_mem_alloc(1);
    assert_non_null(third);
    assert_true(tusk_mem_fail_hit());
    assert_false(tusk_mem_fail_hit());
    tusk_mem_free(first);
    tusk_mem_free(third);
    tusk_mem_free(NULL);
}

int main(void)
{
    static const char *const names[] = { "POSTGRES_HOST",  "POSTGRES_PORT",     "POSTGRES_DATABASE",
                                         "POSTGRES_USER",  "POSTGRES_PASSWORD", "POSTGRES_SSL",
                                         "POSTGRES_SSL_CA" };
    for (size_t i = 0; i < COUNT(names); i++) unsetenv(names[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_refused_allocation_is_a_clean_nomem, unit_folder_make,
                                        unit_folder_remove),
        cmocka_unit_test_setup_teardown(after_a_refusal_a_reset_arena_works, unit_folder_make,
                                        unit_folder_remove),
        cmocka_unit_test_setup_teardown(each_arena_limit_is_a_clean_nomem, unit_folder_make,
                                        unit_folder_remove),
        cmocka_unit_test(the_hook_refuses_exactly_the_nth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
