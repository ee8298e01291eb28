/* test_readers.c - the compiler and our own reader see the same in every.def, field by field */
#include "tests/unit/base/unit.h"

#include "src/model/def.h"
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
    same_text(compiled->enumeration ? compiled->enumeration->name : NULL, parsed->enumeration.text);
    assert_int_equal(compiled->nullable, parsed->nullable);
    assert_int_equal(compiled->primary_key, parsed->primary_key);
    assert_int_equal(compiled->unique, parsed->unique);
    same_text(compiled->default_literal, parsed->default_literal.text);
    same_text(compiled->default_text, parsed->default_text.text);
    same_text(compiled->default_sql, parsed->default_sql.text);
    same_text(compiled->generated, parsed->generated.text);
    same_reference(compiled->references, parsed);
    assert_int_equal(compiled->on_delete, parsed->on_delete);
    assert_int_equal(compiled->on_update, parsed->on_update);
}

/* "owner_id, DESC(created_at)" of the compiler, without its spaces, against our list. `first`
 * stands before it. */
static void same_list(const char *compiled, tusk_str first, const tusk_def_names *parsed)
{
    char ours[512] = "", theirs[512] = "";
    size_t at = 0;
    if (first.ptr) at += (size_t)snprintf(ours, sizeof ours, "%.*s", TUSK_STR_ARG(first));
    for (size_t i = 0; i < parsed->count; i++) {
        const tusk_def_name *name = &parsed->items[i];
        at += (size_t)snprintf(ours + at, sizeof ours - at, "%s%s%.*s%s", at > 0 ? "," : "",
                               name->desc ? "DESC(" : "", TUSK_STR_ARG(name->text),
                               name->desc ? ")" : "");
    }
    size_t len = 0;
    for (const char *c = compiled ? compiled : ""; *c; c++) {
        if (*c != ' ') theirs[len++] = *c;
    }
    assert_string_equal(theirs, ours);
}

static void same_item(const tusk_table_item *compiled, const tusk_def_item *parsed)
{
    assert_int_equal(compiled->kind, parsed->kind);
    same_text(compiled->name, parsed->name.text);
    same_list(compiled->columns, (tusk_str){ 0 }, &parsed->columns);
    same_text(compiled->expression, parsed->expression.text);
    same_text(compiled->where, parsed->where.text);
    same_text(compiled->method, parsed->method.text);
    same_list(compiled->to, parsed->to_table.text, &parsed->to_columns);
    assert_int_equal(compiled->on_delete, parsed->on_delete);
    assert_int_equal(compiled->on_update, TUSK_NO_ACTION);
}

static void same_table(const tusk_table *compiled, const tusk_def_table *parsed)
{
    same_text(compiled->name, parsed->handle.text);
    same_text(compiled->sql_name, parsed->sql.text);
    assert_int_equal(compiled->column_count, parsed->columns.count);
    for (size_t i = 0; i < compiled->column_count; i++) {
        same_column(&compiled->columns[i], &parsed->columns.items[i]);
    }
    assert_int_equal(compiled->item_count, parsed->items.count);
    for (size_t i = 0; i < compiled->item_count; i++) {
        same_item(&compiled->items[i], &parsed->items.items[i]);
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

/* The comparison is worth something only while every.def uses every word of the language. */
static void test_every_construct_is_there(void **state)
{
    bool kinds[TUSK_ITEM_FOREIGN_KEY + 1] = { false }, types[TUSK_TYPE_ENUM + 1] = { false };
    bool named = false, literal = false, text = false, sql = false, generated = false,
         update = false, arrays = false, where = false, expression = false, method = false;
    for (size_t i = 0; i < every_schema.table_count; i++) {
        const tusk_table *table = every_schema.tables[i];
        for (size_t j = 0; j < table->column_count; j++) {
            const tusk_column *column = &table->columns[j];
            types[column->type] = true;
            named |= column->sql_name != NULL;
            literal |= column->default_literal != NULL;
            text |= column->default_text != NULL;
            sql |= column->default_sql != NULL;
            generated |= column->generated != NULL;
            update |= column->on_update != TUSK_NO_ACTION;
            arrays |= column->is_array;
        }
        for (size_t j = 0; j < table->item_count; j++) {
            const tusk_table_item *item = &table->items[j];
            kinds[item->kind] = true;
            where |= item->where != NULL;
            method |= item->method != NULL;
            expression |= item->kind == TUSK_ITEM_INDEX && item->expression;
        }
    }
    for (size_t i = 0; i < COUNT(kinds); i++) assert_true(kinds[i]);
    for (size_t i = 0; i < COUNT(types); i++) assert_true(types[i]);
    assert_true(named && literal && text && sql && generated && update && arrays && where &&
                method && expression);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_readers_agree),
                                        cmocka_unit_test(test_every_construct_is_there) };
    if (argc != 2) return 2;
    def_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
