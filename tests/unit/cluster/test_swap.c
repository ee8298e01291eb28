/* test_swap.c - another data folder takes the place of the one there is: a kill between any two
 * steps leaves one of the two */
#include "tests/unit/base/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/file.h"

/* The folders of a place, and what the file in each says. */
typedef struct scene {
    tusk_arena *arena;
    tusk_place place;
    tusk_error err;
} scene;

static void make(const scene *s, const char *name, const char *content)
{
    tusk_error err = { 0 };
    const char *folder = tusk_path_join(s->arena, s->place.base, name).ptr;
    assert_ok(tusk_folder_make(folder, 0700, &err), err);
    assert_ok(tusk_file_replace(tusk_path_join(s->arena, folder, "says").ptr, tusk_str_of(content),
                                0600, &err),
              err);
    if (geteuid() == 0) assert_int_equal(chown(folder, 65534, 65534), 0);
}

static const char *says(const scene *s, const char *name)
{
    tusk_str text;
    const char *folder = tusk_path_join(s->arena, s->place.base, name).ptr;
    if (!tusk_file_exists(folder)) return "";
    assert_int_equal(
        tusk_file_read(s->arena, tusk_path_join(s->arena, folder, "says").ptr, 100, &text, NULL),
        TUSK_OK);
    return tusk_arena_str(s->arena, text).ptr;
}

static bool has_journal(const scene *s)
{
    return tusk_file_exists(tusk_path_join(s->arena, s->place.base, "swap").ptr);
}

static void write_journal(scene *s, const char *text)
{
    assert_ok(tusk_file_replace(tusk_path_join(s->arena, s->place.base, "swap").ptr,
                                tusk_str_of(text), 0600, &s->err),
              s->err);
}

static void start(scene *s, const char *folder)
{
    *s = (scene){ .arena = tusk_arena_new(0) };
    s->place.base = folder;
    s->place.pgdata = tusk_path_join(s->arena, folder, "pg").ptr;
}

static void the_folders_change_places(void **state)
{
    scene s;
    start(&s, *state);
    make(&s, "pg", "old");
    make(&s, "fresh", "new");
    assert_ok(tusk_swap_data(s.arena, &s.place, "fresh", "before", &s.err), s.err);
    assert_string_equal(says(&s, "pg"), "new");
    assert_string_equal(says(&s, "before"), "old");
    assert_false(has_journal(&s));
    make(&s, "fresh", "third");
    assert_int_equal(tusk_swap_data(s.arena, &s.place, "fresh", "before", &s.err), TUSK_IO);
    assert_string_equal(says(&s, "pg"), "new");
    tusk_arena_free(s.arena);
}

static void data_that_are_gone_are_replaced_too(void **state)
{
    scene s;
    start(&s, *state);
    make(&s, "fresh", "new");
    assert_ok(tusk_swap_data(s.arena, &s.place, "fresh", "before", &s.err), s.err);
    assert_string_equal(says(&s, "pg"), "new");
    assert_string_equal(says(&s, "before"), "");
    tusk_arena_free(s.arena);
}

static void a_failure_puts_the_old_data_back(void **state)
{
    scene s;
    start(&s, *state);
    make(&s, "pg", "old");
    assert_int_equal(tusk_swap_data(s.arena, &s.place, "missing", "before", &s.err), TUSK_IO);
    assert_string_equal(says(&s, "pg"), "old");
    assert_string_equal(says(&s, "before"), "");
    assert_false(has_journal(&s));
    tusk_arena_free(s.arena);
}

static void a_kill_between_any_two_steps_is_settled(void **state)
{
    static const struct {
        const char *pg, *fresh, *before; /* what is there; NULL: nothing */
        const char *after;
    } cases[] = {
        { "old", "new", NULL, "old" }, /* only the journal was written */
        { NULL, "new", "old", "new" }, /* the old data are aside */
        { "new", NULL, "old", "new" }, /* both are moved */
        { NULL, "new", NULL, "new" },  /* there were no data */
        { NULL, NULL, "old", "old" },  /* the copy is gone */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene s;
        bool found = false;
        char folder[512];
        snprintf(folder, sizeof folder, "%s/%zu", (const char *)*state, i);
        start(&s, folder);
        assert_ok(tusk_folder_make(s.place.base, 0700, &s.err), s.err);
        if (cases[i].pg) make(&s, "pg", cases[i].pg);
        if (cases[i].fresh) make(&s, "fresh", cases[i].fresh);
        if (cases[i].before) make(&s, "before", cases[i].before);
        write_journal(&s, "fresh\nbefore\n");
        assert_ok(tusk_swap_settle(s.arena, &s.place, &found, &s.err), s.err);
        assert_true(found);
        assert_string_equal(says(&s, "pg"), cases[i].after);
        assert_false(has_journal(&s));
        assert_ok(tusk_swap_settle(s.arena, &s.place, &found, &s.err), s.err);
        assert_false(found);
        tusk_arena_free(s.arena);
    }
}

/* Nothing is made anew in the place of data that may still be somewhere. */
static void an_odd_journal_is_told_and_nothing_touched(void **state)
{
    static const char *const texts[] = { "", "fresh\n", "../x\nbefore\n", "fresh\na/b\n",
                                         "/\n/\n" };
    scene s;
    bool found;
    start(&s, *state);
    make(&s, "before", "old");
    for (size_t i = 0; i < COUNT(texts); i++) {
        write_journal(&s, texts[i]);
        assert_int_equal(tusk_swap_settle(s.arena, &s.place, &found, &s.err), TUSK_INVALID);
        assert_true(s.err.hint[0] != 0);
    }
    write_journal(&s, "fresh\ngone\n");
    assert_int_equal(tusk_swap_settle(s.arena, &s.place, &found, &s.err), TUSK_IO);
    assert_string_equal(says(&s, "before"), "old");
    assert_true(has_journal(&s));
    tusk_arena_free(s.arena);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_folders_change_places),
        IN_FOLDER(data_that_are_gone_are_replaced_too),
        IN_FOLDER(a_failure_puts_the_old_data_back),
        IN_FOLDER(a_kill_between_any_two_steps_is_settled),
        IN_FOLDER(an_odd_journal_is_told_and_nothing_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
