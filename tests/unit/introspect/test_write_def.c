/* test_write_def.c - a schema written as .def text reads back as itself, whatever its names */
#include "tests/unit/base/unit.h"

#include "src/introspect/introspect.h"
#include "src/introspect/write_def.h"
#include "src/model/extra.h"
#include "src/model/snapshot.h"
#include "tusk/file.h"

static const char *def_path;

static int by_text(const void *a, const void *b)
{
    const tusk_model_comment *left = a, *right = b;
    return tusk_str_compare(left->on, right->on);
}

/* All that a schema says; comments in any order. */
static tusk_str snapshot_of(tusk_arena *arena, const tusk_model *model)
{
    if (model->comments.count > 1) {
        qsort(model->comments.items, model->comments.count, sizeof *model->comments.items, by_text);
    }
    tusk_snapshot snapshot = { .id = TUSK_STR("a"), .prev_id = TUSK_STR("b"), .model = *model };
    tusk_error err = { 0 };
    tusk_str text = { 0 };
    tusk_str extra = { 0 };
    assert_ok(tusk_snapshot_write(arena, &snapshot, &text, &err), err);
    assert_ok(tusk_extra_write(arena, model, &extra, &err), err);
    return tusk_arena_printf(arena, "%s\n%s\n", text.ptr, extra.ptr ? extra.ptr : "");
}

/* Writes, reads, compares; gives the text. */
static tusk_str assert_round(tusk_arena *arena, const char *folder, const tusk_model *model)
{
    tusk_model again;
    tusk_str text = { 0 };
    tusk_error err = { 0 };
    const char *path = unit_path(folder, "written.def");
    assert_ok(tusk_def_write(arena, model, &text, &err), err);
    unit_write(path, text);
    assert_ok(tusk_model_from_def(arena, path, &again, &err), err);
    assert_text(snapshot_of(arena, &again), snapshot_of(arena, model).ptr);
    return text;
}

static void test_every_construct(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model;
    tusk_error err = { 0 };
    assert_ok(tusk_model_from_def(arena, def_path, &model, &err), err);
    tusk_str first = assert_round(arena, *state, &model), second = { 0 };
    assert_ok(tusk_def_write(arena, &model, &second, &err), err);
    assert_text(second, first.ptr); /* the same every time */
    tusk_arena_free(arena);
}

static void add_table(tusk_arena *arena, tusk_model *model, const char *name,
                      const char *const *columns)
{
    tusk_model_table table = { .name = tusk_str_of(name), .schema = TUSK_STR("") };
    for (; *columns; columns++) {
        tusk_vec_push(
            arena, &table.columns,
            (tusk_model_column){ .name = tusk_str_of(*columns), .type = TUSK_STR("text") });
    }
    tusk_vec_push(arena, &model->tables, table);
}

static void test_names(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty();
    add_table(arena, &model, "authUser",
              (const char *const[]){ "fullName", "ID", "class", "two words", "two_words", "2nd",
                                     "\xc3\xa4", "quo\"te", "back\\slash", "line\nbreak", "linux",
                                     "_x", NULL });
    add_table(arena, &model, "auth_user", (const char *const[]){ "id", NULL });
    add_table(arena, &model, "time", (const char *const[]){ "time", NULL });
    add_table(arena, &model, "companies", (const char *const[]){ "id", NULL });
    add_table(arena, &model, "int", (const char *const[]){ "int", NULL });
    static const char *const clashing[] = { "teams", "teams_row", "teams_query", "teams_table",
                                            "tusk_x" };
    for (size_t i = 0; i < COUNT(clashing); i++) {
        add_table(arena, &model, clashing[i], (const char *const[]){ "id", "TUSK_x", NULL });
    }
    tusk_model_enum mood = { .name = TUSK_STR("Mood"), .schema = TUSK_STR("public") };
    static const char *const labels[] = {
        "ok", "OK", "o k", "", "it's", "new", "1", "\xe2\x82\xac"
    };
    for (size_t i = 0; i < COUNT(labels); i++) {
        tusk_vec_push(arena, &mood.values, tusk_str_of(labels[i]));
    }
    mood.values.items[3] = TUSK_STR("-");
    tusk_vec_push(arena, &model.enums, mood);
    tusk_str text = assert_round(arena, *state, &model);
    assert_non_null(strstr(text.ptr, "TABLE(auth_user, auth_user, \"authUser\")"));
    assert_non_null(strstr(text.ptr, "auth_user_2, \"auth_user\")"));
    assert_non_null(strstr(text.ptr, "time_table, \"time\")"));
    assert_non_null(strstr(text.ptr, "TABLE(company, companies, \"companies\")"));
    assert_non_null(strstr(text.ptr, "int_, NAMED(\"int\")"));
    assert_non_null(strstr(text.ptr, " fullName)"));
    /* teams makes a type teams_row, so another table cannot be called so */
    assert_non_null(strstr(text.ptr, "teams_row_2, \"teams_row\")"));
    assert_non_null(strstr(text.ptr, "the_tusk_x, \"tusk_x\")"));
    tusk_arena_free(arena);
}

static void test_texts(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty();
    add_table(arena, &model, "t", (const char *const[]){ "a", "b", "c", NULL });
    tusk_model_table *table = &model.tables.items[0];
    table->columns.items[0].value =
        (tusk_default){ TUSK_DEFAULT_SQL, TUSK_STR("'it''s \"new\"\n\\t\\ \x01?'") };
    table->columns.items[1].value =
        (tusk_default){ TUSK_DEFAULT_SQL, TUSK_STR("lower('A' || 'B')") };
    table->columns.items[2].value = (tusk_default){ TUSK_DEFAULT_SQL, TUSK_STR("''") };
    tusk_vec_push(arena, &table->checks,
                  (tusk_model_check){ TUSK_STR("two lines"), TUSK_STR("a <> 'x'\nand b <> 'y'") });
    assert_round(arena, *state, &model);
    tusk_arena_free(arena);
}

/* With too little memory it is said so, however far it came. */
static void test_every_limit(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model, out;
    tusk_error err = { 0 };
    tusk_str text;
    assert_ok(tusk_model_from_def(arena, def_path, &model, &err), err);
    tusk_status written = TUSK_NOMEM, aligned = TUSK_NOMEM;
    for (size_t limit = 1024; written || aligned; limit += 200 + limit / 50) {
        assert_true(limit < (size_t)64 << 20);
        tusk_arena *small = tusk_arena_new(limit);
        if (!small) continue;
        written = tusk_def_write(small, &model, &text, &err);
        assert_true(written == TUSK_OK || written == TUSK_NOMEM);
        tusk_arena_reset(small);
        aligned = tusk_model_align(small, &model, &model, NULL, &out, &err);
        assert_true(aligned == TUSK_OK || aligned == TUSK_NOMEM);
        tusk_arena_free(small);
    }
    tusk_arena_free(arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_construct, unit_folder_make, unit_folder_remove),
        cmocka_unit_test_setup_teardown(test_names, unit_folder_make, unit_folder_remove),
        cmocka_unit_test(test_every_limit),
        cmocka_unit_test_setup_teardown(test_texts, unit_folder_make, unit_folder_remove),
    };
    if (argc != 2) return 2;
    def_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
