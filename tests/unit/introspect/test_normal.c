/* test_normal.c - two schemas that mean the same have one normal form; aligned, they share words */
#include "tests/unit/base/unit.h"

#include "src/introspect/introspect.h"
#include "src/introspect/normal.h"

static tusk_str normal_type(tusk_arena *arena, const char *type)
{
    tusk_model model = tusk_model_empty();
    tusk_normal n = { .arena = arena, .model = &model };
    tusk_str schema = { 0 };
    return tusk_normal_type(&n, tusk_str_of(type), &schema);
}

static void test_types(void **state)
{
    static const struct {
        const char *a, *b;
    } pairs[] = {
        { "varchar(20)", "character varying(20)" },
        { "timestamp (3) with time zone", "timestamptz(3)" },
        { "timestamp", "timestamp without time zone" },
        { "numeric(10, 2)", "decimal(10,2)" },
        { "numeric(10)", "numeric(10,0)" },
        { "char(1)", "char" },
        { "int4", "integer" },
        { "TEXT", "text" },
        { "text[3][]", "text[]" },
        { "varbit(9)", "bit varying(9)" },
        { "time(3) with time zone", "timetz(3)" },
        { "double precision", "float8" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        tusk_str a = normal_type(arena, pairs[i].a), b = normal_type(arena, pairs[i].b);
        if (!tusk_str_eq(a, b)) fail_msg("%s and %s", pairs[i].a, pairs[i].b);
    }
    static const char *const others[][2] = { { "varchar(20)", "varchar(21)" },
                                             { "integer", "interval" },
                                             { "text", "text[]" },
                                             { "timestamp", "timestamptz" } };
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(
            tusk_str_eq(normal_type(arena, others[i][0]), normal_type(arena, others[i][1])));
    }
    tusk_arena_free(arena);
}

static void test_schema_of_a_type(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty();
    tusk_normal n = { .arena = arena, .model = &model };
    tusk_str schema = { 0 };
    assert_text(tusk_normal_type(&n, TUSK_STR("shop.cents"), &schema), "cents");
    assert_text(schema, "shop");
    schema = TUSK_STR("public");
    assert_text(tusk_normal_type(&n, TUSK_STR("email"), &schema), "email");
    assert_null(schema.ptr);
    tusk_arena_free(arena);
}

static tusk_default sql(const char *text)
{
    return (tusk_default){ TUSK_DEFAULT_SQL, tusk_str_of(text) };
}

static void test_defaults(void **state)
{
    static const struct {
        const char *type, *a, *b;
    } pairs[] = {
        { "text", "'x'", "'x'::text" },
        { "varchar(5)", "'x'", "'x'::character varying" },
        { "jsonb", "'{\"b\":1,\"a\":[1,2]}'::jsonb", "'{\"a\": [1, 2], \"b\": 1}'::jsonb" },
        { "jsonb", "'[]'", "'[]'::jsonb" },
        { "timestamp(3)", "'2020-01-02T03:04:05.678Z'", "'2020-01-02 03:04:05.678'" },
        { "time", "'10:00'", "'10:00:00'::time without time zone" },
        { "text[]", "'{\"a\",\"b\"}'", "'{a,b}'::text[]" },
        { "numeric(10,2)", "1.50", "'1.50'::numeric" },
        { "text", "(lower('ABC'))", "lower('ABC'::text)" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty();
    tusk_normal n = { .arena = arena, .model = &model };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        tusk_str type = tusk_str_of(pairs[i].type), table = TUSK_STR("t");
        tusk_default a = tusk_normal_default(&n, type, sql(pairs[i].a), table);
        tusk_default b = tusk_normal_default(&n, type, sql(pairs[i].b), table);
        assert_int_equal(a.kind, b.kind);
        if (!tusk_str_eq(a.sql, b.sql)) fail_msg("%s and %s", pairs[i].a, pairs[i].b);
    }
    tusk_default number =
        tusk_normal_default(&n, TUSK_STR("integer"), sql("'-5'::integer"), TUSK_STR("t"));
    assert_int_equal(number.kind, TUSK_DEFAULT_NUMBER);
    assert_text(number.sql, "-5");
    tusk_default null = { TUSK_DEFAULT_NULL, TUSK_STR("null") };
    assert_int_equal(tusk_normal_default(&n, TUSK_STR("text"), null, TUSK_STR("t")).kind,
                     TUSK_DEFAULT_NONE);
    tusk_arena_free(arena);
}

/* ---- whole tables ---- */

static tusk_model_table *add_table(tusk_arena *arena, tusk_model *model, const char *name)
{
    tusk_vec_push(arena, &model->tables,
                  (tusk_model_table){ .name = tusk_str_of(name), .schema = TUSK_STR("") });
    return &model->tables.items[model->tables.count - 1];
}

static tusk_model_column *add_column(tusk_arena *arena, tusk_model_table *table, const char *name,
                                     const char *type)
{
    tusk_vec_push(arena, &table->columns,
                  (tusk_model_column){ .name = tusk_str_of(name), .type = tusk_str_of(type) });
    return &table->columns.items[table->columns.count - 1];
}

static tusk_model_index_column normal_index_column(tusk_arena *arena, const char *expression,
                                                   const char *opclass)
{
    tusk_model model = tusk_model_empty();
    tusk_model_table *table = add_table(arena, &model, "t");
    add_column(arena, table, "a", "text");
    tusk_model_index index = { .name = TUSK_STR("i"), .method = TUSK_STR("btree") };
    tusk_vec_push(arena, &index.columns,
                  (tusk_model_index_column){ .expression = tusk_str_of(expression),
                                             .is_expression = true,
                                             .opclass = tusk_str_of(opclass) });
    tusk_normal n = { .arena = arena, .model = &model };
    return tusk_normal_index(&n, &index, table).columns.items[0];
}

static void test_index_expressions(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model_index_column column = normal_index_column(arena, "\"a\" DESC", NULL);
    assert_false(column.is_expression);
    assert_text(column.expression, "a");
    assert_true(column.descending && column.nulls_first);
    column = normal_index_column(arena, "lower(a) desc nulls last", NULL);
    assert_text(column.expression, "lower(a)");
    assert_true(column.descending && !column.nulls_first);
    column = normal_index_column(arena, "lower(a) text_pattern_ops", NULL);
    assert_text(column.expression, "lower(a)");
    assert_text(column.opclass, "text_pattern_ops");
    column = normal_index_column(arena, "a", "text_ops"); /* which it has anyway */
    assert_null(column.opclass.ptr);
    tusk_arena_free(arena);
}

static void test_keys_and_serials(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty(), normal;
    tusk_error err = { 0 };
    tusk_model_table *table = add_table(arena, &model, "t");
    tusk_model_column *column = add_column(arena, table, "id", "integer");
    column->not_null = true;
    column->value = sql("nextval('t_id_seq'::regclass)");
    add_column(arena, table, "b", "text");
    tusk_model_key key = { .name = TUSK_STR("t_pkey") };
    tusk_vec_push(arena, &key.columns, TUSK_STR("b"));
    tusk_vec_push(arena, &table->primary_keys, key);
    assert_ok(tusk_model_normal(arena, &model, &normal, &err), err);
    const tusk_model_table *out = &normal.tables.items[0];
    assert_text(out->columns.items[0].type, "serial");
    assert_int_equal(out->columns.items[0].value.kind, TUSK_DEFAULT_NONE);
    assert_int_equal(out->primary_keys.count, 0);
    assert_true(out->columns.items[1].primary_key && out->columns.items[1].not_null);
    tusk_arena_free(arena);
}

/* What is the same takes the words of the wanted schema, what is not keeps its own. */
static void test_align(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model database = tusk_model_empty(), wanted = tusk_model_empty(), out;
    tusk_error err = { 0 };
    tusk_model_table *t = add_table(arena, &database, "t");
    add_column(arena, t, "a", "varchar(20)");
    add_column(arena, t, "b", "integer")->value = sql("5");
    tusk_vec_push(arena, &t->checks,
                  (tusk_model_check){ TUSK_STR("same"), TUSK_STR("(a)::text <> 'x'::text") });
    tusk_vec_push(arena, &t->checks, (tusk_model_check){ TUSK_STR("other"), TUSK_STR("b > 1") });
    add_table(arena, &database, "extra");
    t = add_table(arena, &wanted, "t");
    add_column(arena, t, "a", "character varying(20)");
    add_column(arena, t, "b", "bigint")->value =
        (tusk_default){ TUSK_DEFAULT_NUMBER, TUSK_STR("5") };
    tusk_vec_push(arena, &t->checks, (tusk_model_check){ TUSK_STR("other"), TUSK_STR("b > 2") });
    tusk_vec_push(arena, &t->checks, (tusk_model_check){ TUSK_STR("same"), TUSK_STR("a != 'x'") });
    assert_ok(tusk_model_align(arena, &database, &wanted, NULL, &out, &err), err);
    assert_int_equal(out.tables.count, 2);
    t = &out.tables.items[0];
    assert_text(t->columns.items[0].type, "character varying(20)");
    assert_text(t->columns.items[1].type, "integer");
    assert_int_equal(t->columns.items[1].value.kind, TUSK_DEFAULT_NUMBER);
    assert_text(t->checks.items[0].value, "a != 'x'");
    assert_text(t->checks.items[1].value, "b > 1");
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_schema_of_a_type),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_index_expressions),
        cmocka_unit_test(test_keys_and_serials),
        cmocka_unit_test(test_align),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
