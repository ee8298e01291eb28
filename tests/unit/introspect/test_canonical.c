/* test_canonical.c - expressions in one form: what means the same is the same text, what does not
 * is not */
#include "tests/unit/base/unit.h"

#include "src/introspect/sql_token.h"

typedef struct pair {
    const char *written, *kept; /* by a person; by PostgreSQL */
} pair;

static void assert_pairs(const pair *pairs, size_t count, bool same)
{
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < count; i++) {
        tusk_str a = tusk_sql_canonical(arena, tusk_str_of(pairs[i].written), TUSK_STR("t"));
        tusk_str b = tusk_sql_canonical(arena, tusk_str_of(pairs[i].kept), TUSK_STR("t"));
        if (tusk_str_eq(a, b) == same) continue;
        fail_msg("%s\n  gives %.*s\n%s\n  gives %.*s", pairs[i].written, TUSK_STR_ARG(a),
                 pairs[i].kept, TUSK_STR_ARG(b));
    }
    tusk_arena_free(arena);
}

/* The right sides are what PostgreSQL 15 prints for the left ones. */
static void test_same(void **state)
{
    static const pair pairs[] = {
        { "\"Pages\" > 0", "\"Pages\" > 0" },
        { "pages>0", "(pages > 0)" },
        { "\"t\".\"pages\" > 0 and \"t\".\"pages\" < 10", "((pages > 0) AND (pages < 10))" },
        { "shelf <> 'it''s; gone'", "((shelf)::text <> 'it''s; gone'::text)" },
        { "shelf != 'x' -- why", "(shelf)::text <> 'x'::text" },
        { "status in ('a', 'b')", "(status = ANY (ARRAY['a'::text, 'b'::text]))" },
        { "shelf in ('a','b')", "((shelf)::text = ANY ((ARRAY['a'::character varying, "
                                "'b'::character varying])::text[]))" },
        { "status not in ('a', 'b')", "(status <> ALL (ARRAY['a'::text, 'b'::text]))" },
        { "status in ('a')", "(status = 'a'::text)" },
        { "x between 1 and 5", "((x >= 1) AND (x <= 5))" },
        { "x not between 1 and 5", "((x < 1) OR (x > 5))" },
        { "name like 'a%' or name ILIKE 'B%'", "((name ~~ 'a%'::text) OR (name ~~* 'B%'::text))" },
        { "name NOT LIKE 'a%'", "(name !~~ 'a%'::text)" },
        { "price > -1", "(price > ('-1'::integer)::numeric)" },
        { "price > 0", "(price > (0)::numeric)" },
        { "weight >= 1.5", "(weight >= (1.5)::double precision)" },
        { "mood = 'ok'", "(mood = 'ok'::public.mood)" },
        { "not lent", "(NOT lent)" },
        { "lent is not true and x is not null", "((lent IS NOT TRUE) AND (x IS NOT NULL))" },
        { "a or b and c", "(a OR (b AND c))" },
        { "a and b and (c and d)", "(a AND b AND c AND d)" },
        { "a + b * c - d", "((a + (b * c)) - d)" },
        { "char_length(trim(name)) > 3", "(char_length(TRIM(name)) > 3)" },
        { "at > now() - interval '1 day'", "(at > (now() - '1 day'::interval))" },
        { "at < timestamptz '2020-01-02T03:04:05.670Z'",
          "(at < '2020-01-02 03:04:05.67+00'::timestamp with time zone)" },
        { "extract(year from at) > 2000", "(EXTRACT(year FROM at) > (2000)::numeric)" },
        { "data->>'a' = 'b'", "((data ->> 'a'::text) = 'b'::text)" },
        { "data @> '{\"a\": 1}'", "(data @> '{\"a\": 1}'::jsonb)" },
        { "lower(\"email\")", "lower(email)" },
        { "public.f(x)", "f(x)" },
        { "case when x > 1 then 'a' else 'b' end",
          "CASE\n    WHEN (x > 1) THEN 'a'::text\n    ELSE 'b'::text\nEND" },
        { "coalesce(a, '')", "COALESCE(a, ''::text)" },
        { "to_tsvector('english', \"title\")", "to_tsvector('english'::regconfig, title)" },
        { "cast(x as integer) = 1", "(x)::integer = 1" },
        { "created_at at time zone 'UTC'", "(created_at AT TIME ZONE 'UTC'::text)" },
        { "tags[1] = 'x'", "(tags[1] = 'x'::text)" },
        { "first_name || ' ' || last_name", "((first_name || ' '::text) || last_name)" },
        { "E'a\\'b' = x", "'a''b'::text = x" },
        { "a is distinct from b", "(a IS DISTINCT FROM b)" },
        { "current_setting('app.user')::uuid = user_id",
          "((current_setting('app.user'::text))::uuid = user_id)" },
        { "'{\"a\",\"b c\"}'", "'{a,\"b c\"}'::text[]" },
    };
    assert_pairs(pairs, COUNT(pairs), true);
}

static void test_different(void **state)
{
    static const pair pairs[] = {
        { "x > 0", "x >= 0" },
        { "x > 0", "y > 0" },
        { "a or b and c", "(a or b) and c" },
        { "a - (b - c)", "a - b - c" },
        { "x = 'A'", "x = 'a'" },
        { "x = 'a'", "x = a" },
        { "\"X\" > 0", "x > 0" },
        { "x in ('a', 'b')", "x in ('b', 'a')" },
        { "x in ('a', 'b')", "x not in ('a', 'b')" },
        { "x between 1 and 5", "x between 1 and 6" },
        { "not (a and b)", "not a and b" },
        { "lower(x)", "upper(x)" },
        { "x like 'a%'", "x ilike 'a%'" },
        { "x is null", "x is not null" },
        { "created_at::date", "created_at" },
        { "x = '2020-01-01'", "x = '2020-01-02'" },
        { "x = '{a,b}'", "x = '{\"a,b\"}'" },
        { "x = '{null}'", "x = '{\"null\"}'" },
        { "x = ''", "x is null" },
        { "x = 'a b'", "x = 'ab'" },
    };
    assert_pairs(pairs, COUNT(pairs), false);
}

/* Neither a broken text nor a deep one ends the program, or costs more than it is long. */
static void test_broken(void **state)
{
    static const char *const texts[] = {
        "",    "(",       ")",    "'",      "\"",   "$a$",       "$",      "/*",    "--",
        "a.",  "::",      "a::",  "x in (", "case", "case when", "array[", "cast(", "f(,",
        "not", "between", "a is", "1e",     "1e+",  ".",         "a[",     "E'\\",  "$1",
    };
    static const char letters[] = "ab(),.'\"$:[]*-/ e1\\E=<";
    tusk_arena *arena = tusk_arena_new(0);
    char random[64];
    unsigned seed = 7;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_non_null(tusk_sql_canonical(arena, tusk_str_of(texts[i]), TUSK_STR("t")).ptr);
    }
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof random; k++) {
            seed = seed * 1103515245u + 12345u;
            random[k] = letters[(seed >> 16) % (sizeof letters - 1)];
        }
        tusk_str text = { random, (seed >> 8) % sizeof random };
        assert_non_null(tusk_sql_canonical(arena, text, TUSK_STR("t")).ptr);
        tusk_arena_reset(arena);
    }
    char *deep = malloc(200001);
    memset(deep, '(', 200000);
    deep[200000] = 0;
    assert_non_null(tusk_sql_canonical(arena, tusk_str_of(deep), TUSK_STR("t")).ptr);
    free(deep);
    tusk_arena_free(arena);
}

static void test_names_are_cut(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    char name[71] = { 0 };
    memset(name, 'a', 70);
    assert_int_equal(tusk_sql_cut_name(tusk_str_of(name)).len, 63);
    memcpy(name + 62, "\xc3\xa4", 2); /* one character over the border */
    assert_int_equal(tusk_sql_cut_name(tusk_str_of(name)).len, 62);
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_different),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
