/* test_settings.c - the table of settings: read, refused with a sentence, shown without secrets */
#include "tests/unit/base/unit.h"

#include "services/backend/app/config.h"

struct room {
    const char *text;
    int number, level;
};

static const struct setting table[] = {
    { "T_TEXT", SETTING_TEXT, .takes = "a text", .fallback = "here",
      .offset = offsetof(struct room, text), .help = "where" },
    { "T_NUMBER", SETTING_INTEGER, 2, 9, .fallback = "5", .offset = offsetof(struct room, number),
      .help = "how many" },
    { "T_LEVEL", SETTING_CHOICE, .takes = "low|middle|high", .fallback = "middle",
      .offset = offsetof(struct room, level), .help = "how much" },
    { "T_SECRET", SETTING_OTHER, .takes = "a|b", .secret = true, .help = "psst" },
    { 0 },
};

static tusk_arena *arena;

static const tusk_env *env_of(const char *const *pairs)
{
    tusk_error err;
    const tusk_env *env = NULL;
    for (const struct setting *s = table; s->name; s++) unsetenv(s->name);
    for (; pairs && *pairs; pairs += 2) setenv(pairs[0], pairs[1], 1);
    assert_ok(tusk_env_read(arena, NULL, &env, &err), err);
    return env;
}

static int open_arena(void **state)
{
    arena = tusk_arena_new(0);
    return 0;
}

static int close_arena(void **state)
{
    tusk_arena_free(arena);
    return 0;
}

static void defaults_and_values_are_read(void **state)
{
    struct room room;
    tusk_error err;
    assert_ok(settings_read(table, env_of(NULL), &room, &err), err);
    assert_string_equal(room.text, "here");
    assert_int_equal(room.number, 5);
    assert_int_equal(room.level, 1);
    const char *const set[] = { "T_TEXT", "", "T_NUMBER", "9", "T_LEVEL", "HIGH", NULL };
    assert_ok(settings_read(table, env_of(set), &room, &err), err);
    assert_string_equal(room.text, "here");
    assert_int_equal(room.number, 9);
    assert_int_equal(room.level, 2);
}

static void a_wrong_value_is_told_with_what_it_takes(void **state)
{
    struct room room;
    tusk_error err;
    const char *const level[] = { "T_LEVEL", "hi", NULL }, *const number[] = { "T_NUMBER", "10",
                                                                               NULL };
    assert_int_equal(settings_read(table, env_of(level), &room, &err), TUSK_INVALID);
    assert_string_equal(err.message, "environment variable T_LEVEL must be low, middle or high");
    assert_int_equal(settings_read(table, env_of(number), &room, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, "2 to 9"));
}

static char *shown(void (*show)(FILE *out, const tusk_env *env), const tusk_env *env)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    show(out, env);
    fclose(out);
    return text;
}

static void show_values(FILE *out, const tusk_env *env)
{
    settings_show_values(table, env, out);
}

static void show_markdown(FILE *out, const tusk_env *env)
{
    settings_show_markdown(table, arena, out);
}

static void values_are_shown_without_secrets(void **state)
{
    const char *const set[] = { "T_SECRET", "hunter2", "T_NUMBER", "7", NULL };
    const tusk_env *env = env_of(set);
    char *text = shown(show_values, env);
    assert_null(strstr(text, "hunter2"));
    assert_string_equal(text, "T_TEXT    here      default\n"
                              "T_NUMBER  7         environment variable T_NUMBER\n"
                              "T_LEVEL   middle    default\n"
                              "T_SECRET  (hidden)  environment variable T_SECRET\n");
    free(text);
    json_t *json = settings_json(table, env);
    json_t *secret = json_object_get(json, "T_SECRET");
    assert_string_equal(json_string_value(json_object_get(secret, "value")), "(hidden)");
    json_decref(json);
}

static void the_documentation_is_a_table(void **state)
{
    char *text = shown(show_markdown, NULL);
    assert_non_null(strstr(text, "| `T_LEVEL` | how much | low, middle or high | `middle` |\n"));
    assert_non_null(strstr(text, "| `T_SECRET` | psst (secret) | a\\|b | |\n"));
    free(text);
}

static void the_backends_own_defaults_are_within_their_ranges(void **state)
{
    struct config config = { 0 };
    tusk_error err;
    clearenv();
    assert_ok(settings_read(config_settings, env_of(NULL), &config, &err), err);
    assert_int_equal(config.port, 3000);
    assert_int_equal(config.log_level, TUSK_LOG_INFO);
    assert_int_equal(config.pool.connection_timeout_ms, 2000);
    for (const struct setting *s = config_settings; s->name; s++) {
        assert_true(s->help && s->help[0]);
        assert_true(s->takes || s->kind == SETTING_INTEGER);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_and_values_are_read),
        TEST(a_wrong_value_is_told_with_what_it_takes),
        TEST(values_are_shown_without_secrets),
        TEST(the_documentation_is_a_table),
        TEST(the_backends_own_defaults_are_within_their_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
