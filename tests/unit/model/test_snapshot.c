/* test_snapshot.c - snapshots: written strictly, read tolerantly, the same after a round */
#include "tests/unit/base/unit.h"

#include "src/base/mem.h"
#include "src/model/extra.h"
#include "src/model/json.h"
#include "src/model/snapshot.h"

#define TABLES 9 /* of every.def */

static const char *def_path;

static void test_numbers_as_javascript(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { 1.5, "1.5" },
        { -2.25, "-2.25" },
        { 0.1, "0.1" },
        { 100000, "100000" },
        { 1e21, "1e+21" },
        { 1e20, "100000000000000000000" },
        { 1e-6, "0.000001" },
        { 1e-7, "1e-7" },
        { 1.25e-9, "1.25e-9" },
        { 123456.789, "123456.789" },
        { 5e-324, "5e-324" },
        { 0.30000000000000004, "0.30000000000000004" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_text(tusk_json_number_text(arena, cases[i].number), cases[i].text);
    }
    tusk_arena_free(arena);
}

static void test_round(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot first = { .id = TUSK_STR("a"), .prev_id = TUSK_STR("b") }, second;
    tusk_error err = { 0 };
    tusk_str text, again;
    assert_ok(tusk_model_from_def(arena, def_path, &first.model, &err), err);
    assert_ok(tusk_snapshot_write(arena, &first, &text, &err), err);
    assert_ok(tusk_snapshot_read(arena, "x.json", text, &second, &err), err);
    assert_ok(tusk_snapshot_write(arena, &second, &again, &err), err);
    assert_text(text, again.ptr);
    assert_int_equal(second.model.tables.count, TABLES);
    assert_text(second.model.tables.items[1].columns.items[1].value.sql,
                "'it''s \"new\", isn''t it\\?'");
    tusk_arena_free(arena);
}

/* A snapshot and the file beside it give the whole model back. */
static void test_extra_round(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot first = { .id = TUSK_STR("a"), .prev_id = TUSK_STR("b") }, second;
    tusk_error err = { 0 };
    tusk_str text, extra, again;
    assert_ok(tusk_model_from_def(arena, def_path, &first.model, &err), err);
    assert_ok(tusk_snapshot_write(arena, &first, &text, &err), err);
    assert_ok(tusk_extra_write(arena, &first.model, &extra, &err), err);
    assert_ok(tusk_snapshot_read(arena, "x.json", text, &second, &err), err);
    assert_ok(tusk_extra_read(arena, "y.json", extra, &second.model, &err), err);
    assert_ok(tusk_extra_write(arena, &second.model, &again, &err), err);
    assert_text(extra, again.ptr);
    const tusk_model_table *kinds = &second.model.tables.items[5];
    assert_text(kinds->storage.items[0].value, "70");
    assert_int_equal(kinds->exclusions.items[0].deferral, TUSK_INITIALLY_IMMEDIATE);
    assert_text(kinds->indexes.items[0].include.items[1], "page");
    assert_int_equal(kinds->uniques.items[2].deferral, TUSK_INITIALLY_DEFERRED);
    assert_text(second.model.composites.items[0].fields.items[1].name, "House number");
    /* drizzle-kit went on from here and dropped most of it */
    second.model.tables.count = 1;
    assert_ok(tusk_extra_read(arena, "y.json", extra, &second.model, &err), err);
    tusk_arena_free(arena);
}

static void test_extra_of_nothing(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model = tusk_model_empty();
    tusk_error err = { 0 };
    tusk_str text = TUSK_STR("x");
    assert_ok(tusk_extra_write(arena, &model, &text, &err), err);
    assert_null(text.ptr);
    assert_ok(tusk_extra_read(arena, "y.json", TUSK_STR("{}"), &model, &err), err);
    tusk_arena_free(arena);
}

static void test_extra_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "[]", "y.json: it must be a JSON object" },
        { "{\"tables\": 3}", "y.json: \"tables\" of the file must be an object" },
        { "{\"comments\": [{\"on\": 1}]}", "y.json: \"on\" of the file must be a text" },
        { "{\"domains\": {}}", "y.json: \"domains\" of the file must be a list" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_arena *arena = tusk_arena_new(0);
        tusk_model model = tusk_model_empty();
        tusk_error err = { 0 };
        assert_int_equal(tusk_extra_read(arena, "y.json", tusk_str_of(cases[i].text), &model, &err),
                         TUSK_INVALID);
        assert_string_equal(err.message, cases[i].message);
        tusk_arena_free(arena);
    }
}

#define HEAD "{\"id\":\"1\",\"prevId\":\"\",\"version\":\"7\",\"dialect\":\"postgresql\","

static void test_tolerant(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot snapshot;
    tusk_error err = { 0 };
    tusk_str text = TUSK_STR(
        HEAD "\"tables\":{\"public.t\":{\"name\":\"t\",\"schema\":\"public\",\"columns\":{\"a\":{"
             "\"name\":\"a\",\"type\":\"integer\",\"primaryKey\":false,\"notNull\":false,"
             "\"default\":false}}}},\"internal\":{\"tables\":{}},\"surprise\":1}");
    assert_ok(tusk_snapshot_read(arena, "x.json", text, &snapshot, &err), err);
    const tusk_model_table *table = &snapshot.model.tables.items[0];
    assert_text(table->schema, "");
    assert_int_equal(table->columns.items[0].value.kind, TUSK_DEFAULT_BOOLEAN);
    assert_int_equal(snapshot.model.views.count, 0);
    tusk_arena_free(arena);
}

/* JavaScript writes a number of up to 21 digits in full. */
static void test_large_number(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot snapshot;
    tusk_error err = { 0 };
    tusk_str text =
        TUSK_STR(HEAD "\"tables\":{\"public.t\":{\"name\":\"t\",\"columns\":{\"a\":{\"name\":\"a\","
                      "\"type\":\"double precision\",\"default\":100000000000000000000}}}}}");
    assert_ok(tusk_snapshot_read(arena, "x.json", text, &snapshot, &err), err);
    const tusk_model_column *column = &snapshot.model.tables.items[0].columns.items[0];
    assert_int_equal(column->value.kind, TUSK_DEFAULT_NUMBER);
    assert_text(column->value.sql, "100000000000000000000");
    tusk_arena_free(arena);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{", "x.json:1:1: not valid JSON: string or '}' expected near end of file" },
        { "{\"a\":1,\n\"a\":2}", "x.json:2:3: not valid JSON: duplicate object key" },
        { "[]", "x.json: a snapshot must be a JSON object" },
        { "{\"version\":\"6\"}", "x.json: snapshot version \"6\" is not known" },
        { "{\"version\":\"7\"}", "x.json: \"id\" of the snapshot must be a text" },
        { HEAD "\"tables\":[]}", "x.json: \"tables\" of the snapshot must be an object" },
        { HEAD "\"tables\":{\"public.t\":{\"name\":\"t\",\"columns\":{\"a\":{\"name\":\"a\"}}}}}",
          "x.json: \"type\" of the table public.t must be a text" },
        { HEAD
          "\"tables\":{\"public.t\":{\"name\":\"t\",\"columns\":{"
          "\"a\":{\"name\":\"a\",\"type\":\"text\"},\"b\":{\"name\":\"a\",\"type\":\"text\"}}}}}",
          "x.json: \"name\" of the table public.t must be one that no other has" },
        { HEAD "\"tables\":{\"public.t\":{\"name\":\"t\",\"columns\":{},\"indexes\":{\"i\":{"
               "\"name\":\"i\",\"columns\":[],\"with\":{\"a\":\"b,c\"}}}}}}",
          "x.json: \"with\" of the table public.t must be names with plain values" },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_snapshot snapshot;
        tusk_error err = { 0 };
        assert_int_equal(
            tusk_snapshot_read(arena, "x.json", tusk_str_of(cases[i].text), &snapshot, &err),
            TUSK_INVALID);
        if (strncmp(err.message, cases[i].message, 12) != 0 || !strstr(cases[i].message, "JSON:")) {
            assert_string_equal(err.message, cases[i].message);
        }
    }
    tusk_arena_free(arena);
}

/* The text without its line ends and their indents, and the space after a member's name. */
static tusk_str squeezed(tusk_arena *arena, tusk_str text)
{
    char *out = tusk_arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            while (i + 1 < text.len && text.ptr[i + 1] == ' ') i++;
        } else if (!(text.ptr[i] == ' ' && text.ptr[i - 1] == ':')) {
            out[len++] = text.ptr[i];
        }
    }
    out[len] = 0;
    return (tusk_str){ out, len };
}

/* Views, sequences, roles and policies, with each member that they can have. */
static void test_objects(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_snapshot snapshot;
    tusk_error err = { 0 };
    tusk_str text = TUSK_STR(
        "{\"id\":\"a\",\"prevId\":\"b\",\"version\":\"7\",\"dialect\":\"postgresql\","
        "\"tables\":{\"s.t\":{\"name\":\"t\",\"schema\":\"s\",\"columns\":{},\"indexes\":{},"
        "\"foreignKeys\":{},\"compositePrimaryKeys\":{},\"uniqueConstraints\":{},"
        "\"policies\":{\"p\":{\"name\":\"p\",\"as\":\"RESTRICTIVE\",\"for\":\"UPDATE\","
        "\"to\":[\"r\"],\"using\":\"true\",\"withCheck\":\"false\"}},"
        "\"checkConstraints\":{},\"isRLSEnabled\":true}},\"enums\":{},\"schemas\":{\"s\":\"s\"},"
        "\"sequences\":{\"s.q\":{\"name\":\"q\",\"schema\":\"s\",\"increment\":\"2\","
        "\"startWith\":\"3\",\"minValue\":\"1\",\"maxValue\":\"9\",\"cache\":\"1\","
        "\"cycle\":true}},\"roles\":{\"r\":{\"name\":\"r\",\"createDb\":true,"
        "\"createRole\":false,\"inherit\":true}},\"policies\":{\"o\":{\"name\":\"o\","
        "\"as\":\"PERMISSIVE\",\"for\":\"ALL\",\"to\":[\"public\"],\"schema\":\"auth\","
        "\"on\":\"\\\"auth\\\".\\\"users\\\"\"}},\"views\":{\"public.v\":{\"columns\":{\"a\":"
        "{\"name\":\"a\",\"type\":\"text\",\"primaryKey\":false,\"notNull\":false}},"
        "\"definition\":\"select a from s.t\",\"name\":\"v\",\"schema\":\"public\","
        "\"isExisting\":false,\"with\":{\"fillfactor\":90,\"autovacuumEnabled\":true,"
        "\"vacuumIndexCleanup\":\"auto\",\"autovacuumVacuumScaleFactor\":0.5},"
        "\"withNoData\":true,\"materialized\":true,\"tablespace\":\"x\",\"using\":\"heap\"}},"
        "\"_meta\":{\"columns\":{},\"schemas\":{},\"tables\":{}}}");
    assert_ok(tusk_snapshot_read(arena, "x.json", text, &snapshot, &err), err);
    tusk_str written = { 0 };
    assert_ok(tusk_snapshot_write(arena, &snapshot, &written, &err), err);
    assert_text(squeezed(arena, written), text.ptr);
    tusk_arena_free(arena);
}

/* TUSK_NOMEM from any part, with nothing left to free. */
static tusk_status make_snapshot(size_t limit)
{
    tusk_arena *arena = tusk_arena_new(limit);
    if (!arena) return TUSK_NOMEM;
    tusk_snapshot snapshot = { .id = TUSK_STR("a"), .prev_id = TUSK_STR("b") };
    tusk_error err = { 0 };
    tusk_str text, extra;
    tusk_status st = tusk_model_from_def(arena, def_path, &snapshot.model, &err);
    /* what jansson builds is refused too; its parser ends the program without memory */
    json_set_alloc_funcs(tusk_mem_alloc, tusk_mem_free);
    if (st == TUSK_OK) st = tusk_snapshot_write(arena, &snapshot, &text, &err);
    if (st == TUSK_OK) st = tusk_extra_write(arena, &snapshot.model, &extra, &err);
    json_set_alloc_funcs(malloc, free);
    if (st == TUSK_OK) st = tusk_snapshot_read(arena, "x.json", text, &snapshot, &err);
    if (st == TUSK_OK) st = tusk_extra_read(arena, "y.json", extra, &snapshot.model, &err);
    if (st == TUSK_OK && snapshot.model.tables.count != TABLES) st = TUSK_INVALID;
    tusk_arena_free(arena);
    if (st != TUSK_OK && st != TUSK_NOMEM) print_error("%s\n", err.message);
    return st;
}

static void test_without_memory(void **state)
{
    size_t refused = 0;
    /* each of the first, then ever fewer: there are thousands */
    for (size_t n = 1; n == 1 || tusk_mem_fail_hit(); n += 1 + n / 100) {
        tusk_mem_fail_at(n);
        tusk_status st = make_snapshot(0);
        if (st != TUSK_OK && st != TUSK_NOMEM) fail_msg("allocation %zu", n);
        refused += st == TUSK_NOMEM;
    }
    tusk_mem_fail_at(0);
    assert_true(refused > 100);
    assert_int_equal(make_snapshot(0), TUSK_OK);
}

/* An arena that ends at every size: each of its small pieces is refused once. */
static void test_every_limit(void **state)
{
    size_t refused = 0;
    tusk_status st = TUSK_NOMEM;
    for (size_t limit = 16; st != TUSK_OK; limit += 16 + limit / 400) {
        assert_true(limit < 64 << 20);
        st = make_snapshot(limit);
        if (st != TUSK_OK && st != TUSK_NOMEM) fail_msg("limit %zu", limit);
        refused += st == TUSK_NOMEM;
    }
    assert_true(refused > 100);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_as_javascript),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_extra_round),
        cmocka_unit_test(test_extra_of_nothing),
        cmocka_unit_test(test_extra_refused),
        cmocka_unit_test(test_tolerant),
        cmocka_unit_test(test_large_number),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_every_limit),
    };
    if (argc != 2) return 2;
    def_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
