/* test_readers.c - the compiler and our own reader see the same in every.def, field by field */
#include "tests/unit/base/unit.h"

#include "src/model/def.h"
#include "src/model/extra.h"
#include "src/model/snapshot.h"
#include "tusk/schema.h"

extern const tusk_schema every_schema;
static const char *def_path;

/* A text of the compiler (NULL: not given) against one of ours. */
static void same_text(const char *compiled, tusk_str parsed)
{
    if (!compiled) {
        assert_null(parsed.ptr);
        return;
    }
    assert_text(parsed, compiled);
}

static void same_enum(const tusk_enum *compiled, const tusk_def_enum *parsed)
{
    same_text(compiled->name, parsed->name.text);
    same_text(compiled->sql_name, parsed->sql.text);
    same_text(compiled->schema, parsed->schema.text);
    assert_int_equal(compiled->count, parsed->labels.count);
    for (size_t i = 0; i < compiled->count; i++) {
        same_text(compiled->labels[i], parsed->labels.items[i].sql.text);
    }
}

/* The column that a reference points to, found by its address. */
static void same_reference(const tusk_column *target, const tusk_def_column *parsed)
{
    for (size_t i = 0; i < every_schema.table_count; i++) {
        const tusk_table *table = every_schema.tables[i];
        if (target < table->columns || target >= table->columns + table->column_count) continue;
        same_text(table->name, parsed->ref_table.text);
        same_text(target->name, parsed->ref_column.text);
        return;
    }
    assert_null(target);
    assert_null(parsed->ref_table.text.ptr);
}

/* geometry("point") is one name to us; the compiler keeps what it needs to read a value. */
static void same_other_type(const tusk_column *compiled, const tusk_def_column *parsed)
{
    if (!compiled->other_type) {
        assert_null(parsed->other_type.text.ptr);
        return;
    }
    assert_true(tusk_str_starts(parsed->other_type.text, tusk_str_of(compiled->other_type)));
}

static void same_identity(const tusk_column *compiled, const tusk_def_column *parsed)
{
    if (compiled->identity == TUSK_IDENTITY_NONE) {
        assert_false(tusk_def_given(parsed->identity));
        return;
    }
    assert_true(tusk_def_given(parsed->identity));
    assert_int_equal(compiled->identity == TUSK_IDENTITY_ALWAYS, parsed->identity_always);
}

static void same_column(const tusk_column *compiled, const tusk_def_column *parsed)
{
    same_text(compiled->name, parsed->name.text);
    same_text(compiled->sql_name, parsed->sql.text);
    assert_int_equal(compiled->line, parsed->name.place.line);
    assert_int_equal(compiled->type, parsed->type);
    assert_int_equal(compiled->is_array, parsed->is_array);
    assert_int_equal(compiled->length, parsed->length);
    assert_int_equal(compiled->precision, parsed->precision);
    assert_int_equal(compiled->scale, parsed->scale);
    same_other_type(compiled, parsed);
    same_text(compiled->dimensions, parsed->dimensions.text);
    assert_int_equal(compiled->serial, parsed->serial);
    same_text(compiled->enumeration ? compiled->enumeration->name : NULL, parsed->enumeration.text);
    assert_int_equal(compiled->nullable, parsed->nullable);
    assert_int_equal(compiled->primary_key, tusk_def_given(parsed->primary_key));
    assert_int_equal(compiled->unique, tusk_def_given(parsed->unique));
    same_text(compiled->default_literal, parsed->default_literal.text);
    same_text(compiled->default_text, parsed->default_text.text);
    same_text(compiled->default_sql, parsed->default_sql.text);
    same_text(compiled->generated, parsed->generated.text);
    same_text(compiled->set_on_update, parsed->set_on_update.text);
    same_identity(compiled, parsed);
    same_reference(compiled->references, parsed);
    assert_int_equal(compiled->on_delete, parsed->on_delete);
    assert_int_equal(compiled->on_update, parsed->on_update);
}

static void same_table(const tusk_table *compiled, const tusk_def_table *parsed)
{
    same_text(compiled->name, parsed->handle.text);
    same_text(compiled->sql_name, parsed->sql.text);
    same_text(compiled->schema, parsed->schema.text);
    assert_int_equal(compiled->is_view, parsed->kind != TUSK_DEF_TABLE);
    assert_int_equal(compiled->column_count, parsed->columns.count);
    for (size_t i = 0; i < compiled->column_count; i++) {
        same_column(&compiled->columns[i], &parsed->columns.items[i]);
    }
}

static void test_readers_agree(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_def def;
    tusk_error err = { 0 };
    assert_ok(tusk_def_parse(arena, def_path, &def, &err), err);
    assert_int_equal(every_schema.enum_count, def.enums.count);
    for (size_t i = 0; i < def.enums.count; i++) {
        same_enum(every_schema.enums[i], &def.enums.items[i]);
    }
    assert_int_equal(every_schema.table_count, def.tables.count);
    for (size_t i = 0; i < def.tables.count; i++) {
        same_table(every_schema.tables[i], &def.tables.items[i]);
    }
    tusk_arena_free(arena);
}

/* All that a model says, as one text: its snapshot, what a snapshot cannot say, its renames. */
static const char *told(tusk_arena *arena, const tusk_model *model)
{
    tusk_snapshot snapshot = { .id = TUSK_STR("a"), .prev_id = TUSK_STR("b"), .model = *model };
    tusk_error err = { 0 };
    tusk_str text, extra, all;
    assert_ok(tusk_snapshot_write(arena, &snapshot, &text, &err), err);
    assert_ok(tusk_extra_write(arena, model, &extra, &err), err);
    all = tusk_arena_printf(arena, "%.*s\n%.*s\n", TUSK_STR_ARG(text), TUSK_STR_ARG(extra));
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        all = tusk_arena_printf(arena, "%s %.*s:", all.ptr, TUSK_STR_ARG(table->renamed_from));
        for (size_t j = 0; j < table->columns.count; j++) {
            tusk_str from = table->columns.items[j].renamed_from;
            all = tusk_arena_printf(arena, "%s %.*s", all.ptr, TUSK_STR_ARG(from));
        }
    }
    return all.ptr;
}

/* A program brings its schema along: the lines it was compiled with mean what the file does. */
static void test_compiled_lines_are_the_file(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model of_file, of_program;
    tusk_error err = { 0 };
    assert_ok(tusk_model_from_def(arena, def_path, &of_file, &err), err);
    assert_ok(tusk_model_from_schema(arena, &every_schema, &of_program, &err), err);
    const char *file = told(arena, &of_file);
    assert_string_equal(told(arena, &of_program), file);
    assert_non_null(strstr(file, "old bits"));
    tusk_arena_free(arena);
}

/* What is wrong with them is told by file and line. */
static void test_mistakes_in_compiled_lines(void **state)
{
    static const tusk_schema_line lines[] = {
        { "a.def", 3, "TABLE(row, t, \"t\")" },
        { "a.def", 5, "COLUMN(txt, a)" },
        { "a.def", 9, "END_TABLE(row, t)" },
    };
    const tusk_schema schema = { .lines = lines, .line_count = COUNT(lines) };
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model;
    tusk_error err = { 0 };
    assert_int_equal(tusk_model_from_schema(arena, &schema, &model, &err), TUSK_INVALID);
    assert_string_equal(err.message, "a.def:5: unknown column type \"txt\"");
    tusk_arena_free(arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_readers_agree),
                                        cmocka_unit_test(test_compiled_lines_are_the_file),
                                        cmocka_unit_test(test_mistakes_in_compiled_lines) };
    if (argc != 2) return 2;
    def_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
