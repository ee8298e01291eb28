/* test_diff_random.c - whatever schema becomes whatever other, with rows in it: every statement
 * runs, columns that stay keep what is in them, and what comes out is what was asked for. How many
 * pairs, and from which number on: TUSK_TEST_PAIRS, TUSK_TEST_SEED. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diff/diff.h"
#include "src/introspect/introspect.h"
#include "tests/pg/models.h"
#include "tests/support/support.h"
#include "tusk/tusk.h"

#define PAIRS 200

/* Two databases: one that changes, one that is made at once. */
struct bases {
    tusk_arena *arena;
    tusk_server server[2];
    tusk_conn *conn[2];
};

static unsigned number_of(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);
    return value ? (unsigned)strtoul(value, NULL, 10) : otherwise;
}

static int open_bases(void **state)
{
    struct bases *b = calloc(1, sizeof *b);
    tusk_error err;
    b->arena = tusk_arena_new(0);
    for (int i = 0; i < 2; i++) {
        b->server[i] = support_database(b->arena);
        assert_int_equal(tusk_conn_open(&b->server[i], 10000, &b->conn[i], &err), TUSK_OK);
    }
    *state = b;
    return 0;
}

static int close_bases(void **state)
{
    struct bases *b = *state;
    for (int i = 0; i < 2; i++) tusk_conn_close(b->conn[i]);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

static void run(tusk_conn *conn, tusk_str sql, unsigned seed, const char *what)
{
    tusk_error err;
    if (tusk_conn_script(conn, sql, &err) == TUSK_OK) return;
    print_error("%.*s\n", TUSK_STR_ARG(sql));
    fail_msg("pair %u, %s: %s", seed, what, err.message);
}

static void apply(tusk_conn *conn, tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                  unsigned seed, const char *what)
{
    tusk_plan plan;
    tusk_str sql;
    tusk_error err = { 0 };
    if (tusk_diff(arena, from, to, NULL, &plan, &err) != TUSK_OK ||
        tusk_plan_text(arena, &plan, &sql, &err) != TUSK_OK) {
        fail_msg("pair %u, %s: %s", seed, what, err.message);
    }
    for (size_t i = 0; i < plan.steps.count; i++) assert_false(plan.steps.items[i].outside);
    if (sql.len == 0) return;
    run(conn, tusk_arena_printf(arena, "begin;\n%.*s\n;commit", TUSK_STR_ARG(sql)), seed, what);
}

static tusk_model read_back(struct bases *b, tusk_arena *arena, int which, unsigned seed)
{
    tusk_model found, normal = { 0 };
    tusk_error err = { 0 };
    if (tusk_introspect(b->conn[which], arena, NULL, &found, &err) != TUSK_OK ||
        tusk_model_normal(arena, &found, &normal, &err) != TUSK_OK) {
        fail_msg("pair %u, reading it back: %s", seed, err.message);
    }
    return normal;
}

/* The database that changed is the one that was made at once. */
static void same(struct bases *b, tusk_arena *arena, unsigned seed)
{
    tusk_model changed = read_back(b, arena, 0, seed), made = read_back(b, arena, 1, seed);
    tusk_plan plan;
    tusk_str sql;
    tusk_error err = { 0 };
    assert_int_equal(tusk_diff(arena, &changed, &made, NULL, &plan, &err), TUSK_OK);
    assert_int_equal(tusk_plan_text(arena, &plan, &sql, &err), TUSK_OK);
    if (plan.steps.count > 0) fail_msg("pair %u: still to do: %s", seed, sql.ptr);
    assert_true(made.tables.count > 0);
}

/* PostgreSQL 14 cannot say NULLS NOT DISTINCT. */
static tusk_model without_news(tusk_model model, int version)
{
    for (size_t i = 0; version < 150000 && i < model.tables.count; i++) {
        tusk_model_table *table = &model.tables.items[i];
        for (size_t j = 0; j < table->uniques.count; j++) {
            table->uniques.items[j].nulls_not_distinct = false;
        }
    }
    return model;
}

static void check_pair(struct bases *b, unsigned seed)
{
    static const char clean[] = "drop schema if exists s cascade; drop schema public cascade; "
                                "create schema public";
    tusk_arena *arena = tusk_arena_new(0);
    int version = tusk_conn_server_version_number(b->conn[0]);
    tusk_model nothing = tusk_model_empty();
    tusk_model from = without_news(models_random(arena, seed * 2, NULL), version);
    tusk_model to = without_news(models_random(arena, seed * 2 + 1, &from), version);
    for (int i = 0; i < 2; i++) run(b->conn[i], tusk_str_of(clean), seed, "cleaning");
    apply(b->conn[0], arena, &nothing, &from, seed, "the first");
    run(b->conn[0], models_rows(arena, &from), seed, "rows");
    apply(b->conn[0], arena, &from, &to, seed, "the change");
    const char *lost = support_query(arena, &b->server[0], models_lost(arena, &from, &to).ptr);
    if (!lost || strcmp(lost, "0") != 0) fail_msg("pair %u: lost values: %s", seed, lost);
    apply(b->conn[1], arena, &nothing, &to, seed, "the second alone");
    same(b, arena, seed);
    tusk_arena_free(arena);
}

static void any_schema_becomes_any_other(void **state)
{
    unsigned first = number_of("TUSK_TEST_SEED", 0), count = number_of("TUSK_TEST_PAIRS", PAIRS);
    for (unsigned i = 0; i < count; i++) check_pair(*state, first + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_schema_becomes_any_other, open_bases, close_bases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
