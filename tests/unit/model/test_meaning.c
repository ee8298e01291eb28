/* test_meaning.c - what each construct of kinds.def means in a schema: the texts that a snapshot,
 * and so a migration, will have */
#include "tests/unit/base/unit.h"

#include "src/model/model.h"

static const char *def_path;
static tusk_arena *arena;
static tusk_model model;

static const tusk_model_table *table(const char *schema, const char *name)
{
    const tusk_model_table *found =
        tusk_model_find_table(&model, tusk_str_of(schema), tusk_str_of(name));
    assert_non_null(found);
    return found;
}

static const tusk_model_column *column(const char *of, const char *name)
{
    const tusk_model_column *found = tusk_model_find_column(table("", of), tusk_str_of(name));
    if (!found) fail_msg("no column %s", name);
    return found;
}

static void test_types(void **state)
{
    static const struct {
        const char *column, *type, *schema;
    } cases[] = {
        { "id", "bigserial", NULL },
        { "small_count", "smallserial", NULL },
        { "count", "serial", NULL },
        { "code", "char(5)", NULL },
        { "raw", "json", NULL },
        { "opens", "time(3)", NULL },
        { "closes", "time with time zone", NULL },
        { "lent_for", "interval day to second(0)", NULL },
        { "age", "interval", NULL },
        { "mac8", "macaddr8", NULL },
        { "flags", "bit(3)", NULL },
        { "Bits", "varbit(9)", NULL },
        { "page", "page", "library" },
        { "exact", "numeric(12)", NULL },
        { "seen_at", "timestamp (3) with time zone", NULL },
        { "made_at", "timestamp (0)", NULL },
        { "colour", "colour", "library" },
        { "colours", "colour[]", "library" },
        { "names", "varchar(9)[]", NULL },
        { "prices", "numeric(6, 2)[]", NULL },
        { "moments", "timestamp with time zone[]", NULL },
        { "grid", "integer[3][]", NULL },
        { "palette", "colour[]", "library" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const tusk_model_column *c = column("kinds", cases[i].column);
        assert_text(c->type, cases[i].type);
        if (cases[i].schema) {
            assert_text(c->type_schema, cases[i].schema);
        } else {
            assert_null(c->type_schema.ptr);
        }
    }
    assert_text(table("", "maybe_kinds")->columns.items[10].type, "text[][]");
}

static void test_defaults(void **state)
{
    static const struct {
        const char *column;
        tusk_default_kind kind;
        const char *sql;
    } cases[] = {
        { "raw", TUSK_DEFAULT_SQL, "'{\"a\": \"''x''\"}'::json" },
        { "lent_for", TUSK_DEFAULT_SQL, "'14 days'" },
        { "page", TUSK_DEFAULT_NUMBER, "1" },
        { "colour", TUSK_DEFAULT_SQL, "''" },
        { "colours", TUSK_DEFAULT_SQL, "'{red}'" },
        { "touched", TUSK_DEFAULT_BOOLEAN, "false" },
        { "nick", TUSK_DEFAULT_NULL, "null" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const tusk_model_column *c = column("kinds", cases[i].column);
        assert_int_equal(c->value.kind, cases[i].kind);
        assert_text(c->value.sql, cases[i].sql);
    }
    assert_int_equal(column("kinds", "age")->value.kind, TUSK_DEFAULT_NONE);
}

static void test_counting(void **state)
{
    const tusk_identity *number = &column("kinds", "number")->identity;
    assert_text(number->name, "kinds_number_seq");
    assert_text(number->schema, "public");
    assert_false(number->always);
    assert_text(number->start_with, "1000");
    assert_text(number->increment, "10");
    assert_text(number->max_value, "2147483647");
    assert_text(column("calls", "id")->identity.max_value, "9223372036854775807");
    assert_true(column("calls", "id")->identity.always);
    const tusk_model_sequence *tickets = &model.sequences.items[0];
    const tusk_model_sequence *numbers = &model.sequences.items[1];
    assert_text(tickets->max_value, "9223372036854775807");
    assert_text(tickets->start_with, "1");
    assert_text(numbers->schema, "library");
    assert_text(numbers->renamed_from, "numbers");
    assert_text(numbers->increment, "-2");
    assert_text(numbers->min_value, "-100");
    assert_text(numbers->max_value, "-1");
    assert_text(numbers->start_with, "-10");
    assert_text(numbers->cache, "5");
    assert_true(numbers->cycle);
}

static void test_indexes(void **state)
{
    const tusk_model_table *kinds = table("public", "kinds");
    const tusk_model_index *order = &kinds->indexes.items[0], *nick = &kinds->indexes.items[1],
                           *code = &kinds->indexes.items[2];
    assert_true(order->columns.items[0].descending && !order->columns.items[0].nulls_first);
    assert_true(!order->columns.items[1].descending && order->columns.items[1].nulls_first);
    assert_true(order->columns.items[2].descending && order->columns.items[2].nulls_first);
    assert_text(order->with, "fillfactor=80,deduplicate_items=off");
    assert_text(order->include.items[1], "page");
    assert_text(nick->name, "kinds by nick");
    assert_text(nick->method, "gin");
    assert_true(nick->concurrently);
    assert_text(nick->columns.items[0].opclass, "library.gin_trgm_ops");
    assert_true(code->unique && code->nulls_not_distinct);
    assert_true(code->columns.items[0].is_expression);
    assert_text(code->columns.items[1].expression, "nick");
    assert_true(code->columns.items[1].descending);
}

static void test_constraints(void **state)
{
    const tusk_model_table *kinds = table("", "kinds"), *archived = table("library", "books");
    assert_text(kinds->uniques.items[0].name, "one nick");
    assert_true(kinds->uniques.items[0].nulls_not_distinct);
    assert_text(kinds->uniques.items[1].name, "counted codes");
    assert_text(kinds->uniques.items[2].name, "kinds_small_count_code_unique");
    assert_int_equal(kinds->uniques.items[2].deferral, TUSK_INITIALLY_DEFERRED);
    assert_text(kinds->foreign_keys.items[0].name, "of a book");
    assert_int_equal(kinds->foreign_keys.items[0].deferral, TUSK_INITIALLY_IMMEDIATE);
    assert_int_equal(kinds->foreign_keys.items[1].deferral, TUSK_INITIALLY_DEFERRED);
    assert_text(kinds->checks.items[0].name, "odd; check");
    assert_text(kinds->exclusions.items[0].definition, "using gist (\"count\" with =)");
    const tusk_model_foreign_key *key = &archived->foreign_keys.items[0];
    assert_text(archived->primary_keys.items[0].name, "archived key");
    assert_text(key->name, "was a book");
    assert_text(key->schema_to, "");
    assert_text(key->on_delete, "cascade");
    assert_text(key->on_update, "restrict");
}

static void test_security(void **state)
{
    const tusk_model_table *t = table("", "maybe_kinds");
    const tusk_model_policy *all = &t->policies.items[0], *own = &t->policies.items[1];
    assert_true(t->rls && t->rls_forced && t->unlogged);
    assert_text(all->command, "ALL");
    assert_text(all->to.items[0], "public");
    assert_false(all->restrictive);
    assert_text(own->name, "see \"own\"");
    assert_text(own->renamed_from, "see");
    assert_true(own->restrictive);
    assert_text(own->command, "UPDATE");
    assert_text(own->to.items[0], "auditor"); /* sorted */
    assert_text(own->to.items[1], "night reader");
    assert_text(model.policies.items[0].on, "\"auth\".\"us\"\"ers\"");
    assert_text(model.policies.items[0].schema, "auth");
    const tusk_model_role *reader = &model.roles.items[1];
    assert_text(reader->renamed_from, "reader");
    assert_true(reader->create_db && reader->create_role && !reader->inherit);
    assert_true(model.roles.items[0].inherit && !model.roles.items[0].create_db);
}

static void test_views(void **state)
{
    const tusk_model_view *lent = &model.views.items[0], *count = &model.views.items[2],
                          *sessions = &model.views.items[4];
    assert_text(lent->schema, "public");
    assert_text(lent->with.items[0].name, "securityBarrier");
    assert_text(lent->with.items[0].value, "true");
    assert_false(lent->with.items[0].is_text);
    assert_text(lent->with.items[1].value, "local");
    assert_true(lent->with.items[1].is_text);
    assert_text(lent->columns.items[3].type, "text[]");
    assert_text(model.views.items[1].renamed_from, "reds");
    assert_true(count->materialized && count->has_with_no_data && count->with_no_data);
    assert_text(count->using_, "heap");
    assert_text(count->tablespace, "pg_default");
    assert_true(sessions->existing);
    assert_null(sessions->definition.ptr);
}

static void test_the_rest(void **state)
{
    assert_text(model.schemas.items[1], "odd \"schema\"");
    assert_text(model.schema_renames.items[0].from, "lib");
    const tusk_model_enum *colour =
        tusk_model_find_enum(&model, TUSK_STR("library"), TUSK_STR("colour"));
    assert_text(colour->renamed_from, "color");
    assert_text(colour->relabels.items[0].from, "crimson");
    assert_text(colour->values.items[1], "");
    assert_text(colour->values.items[2], "a, 'b' \"c\" \\ {d} \xc3\xa9");
    assert_text(table("", "calls")->partition_by, "RANGE (\"made_at\")");
    assert_text(table("", "calls")->partitions.items[0].bounds,
                "FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')");
    assert_text(table("", "calls")->partitions.items[1].schema, "library");
    assert_text(table("", "kinds")->storage.items[0].name, "fillfactor");
    assert_text(table("", "kinds")->renamed_from, "sorts");
    assert_text(column("kinds", "Bits")->renamed_from, "old bits");
    assert_text(model.extensions.items[1].schema, "library");
    assert_text(model.domains.items[0].checks.items[1].name, "email short");
    assert_true(model.domains.items[0].not_null);
    assert_text(model.routines.items[1].name, "twice(integer)");
    const tusk_model_routine *trigger = &model.routines.items[2];
    assert_true(trigger->is_trigger);
    assert_text(trigger->table, "kinds");
    static const char *const on[] = {
        "TYPE \"library\".\"colour\"",    "COLUMN \"public\".\"lent_books\".\"kind\"",
        "VIEW \"public\".\"lent_books\"", "INDEX \"public\".\"kinds_order\"",
        "TABLE \"public\".\"kinds\"",     "COLUMN \"public\".\"kinds\".\"host\"",
    };
    assert_int_equal(model.comments.count, COUNT(on));
    for (size_t i = 0; i < COUNT(on); i++) assert_text(model.comments.items[i].on, on[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),       cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_counting),    cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_constraints), cmocka_unit_test(test_security),
        cmocka_unit_test(test_views),       cmocka_unit_test(test_the_rest),
    };
    tusk_error err = { 0 };
    if (argc != 2) return 2;
    def_path = argv[1];
    arena = tusk_arena_new(0);
    if (tusk_model_from_def(arena, def_path, &model, &err) != TUSK_OK) {
        print_error("%s\n", err.message);
        return 2;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tusk_arena_free(arena);
    return failed;
}
