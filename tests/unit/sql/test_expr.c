/* test_expr.c - conditions to SQL: every operator, absent parts, nesting, what is misuse */
#include "tests/unit/sql/sql_unit.h"

#include "src/sql/copy.h"
#include "src/sql/render.h"

static const tusk_table *const tables[] = { &books_table, &authors_table };
static const tusk_sql_scope scope = { tables, 2, NULL, 0 };

/* Copies and renders a list; `*text` is the condition without " where ". */
static tusk_status render(const tusk_expr *list, tusk_str *text, const char **params,
                          tusk_error *err)
{
    tusk_copier copier = { a, false };
    const tusk_expr *copy = tusk_copy_exprs(&copier, list);
    assert_false(copier.failed);
    tusk_sql_out sql;
    tusk_sql_init(&sql, a, err);
    tusk_status st = tusk_sql_add_where(&sql, &scope, copy);
    if (!st) st = tusk_sql_finish(&sql, text);
    *params = show_values(sql.params.items, sql.params.count);
    return st;
}

static void expect(const tusk_expr *list, const char *sql, const char *params)
{
    tusk_error err = { 0 };
    tusk_str text;
    const char *shown;
    if (render(list, &text, &shown, &err) != TUSK_OK) fail_msg("%s", err.message);
    const char *where = text.len > 0 ? text.ptr + strlen(" where ") : "";
    assert_string_equal(where, sql);
    assert_string_equal(shown, params);
}

static void refuse(const tusk_expr *list, tusk_status status, const char *message)
{
    tusk_error err = { 0 };
    tusk_str text;
    const char *shown;
    assert_int_equal(render(list, &text, &shown, &err), status);
    HAS(err.message, message);
}

#define IS(expr, sql, params) expect(TUSK_LIST(expr), (sql), (params))

static void test_comparisons(void **state)
{
    (void)state;
    IS(tusk_eq(books.title, "x"), "\"books\".\"title\" = $1", "text:x");
    IS(tusk_ne(books.title, TUSK_STR("x")), "\"books\".\"title\" <> $1", "text:x");
    IS(tusk_lt(books.pages, 5), "\"books\".\"Pages\" < $1", "integer:5");
    IS(tusk_le(books.edition, 5), "\"books\".\"edition\" <= $1", "smallint:5");
    IS(tusk_gt(books.sold, INT64_C(5000000000)), "\"books\".\"sold\" > $1", "bigint:5000000000");
    IS(tusk_ge(books.rating, 2.5), "\"books\".\"rating\" >= $1", "double precision:2.5");
    IS(tusk_gt(books.weight, 1), "\"books\".\"weight\" > $1", "real:1");
    IS(tusk_eq(books.lent, true), "\"books\".\"lent\" = $1", "boolean:true");
    bool lent = false;
    IS(tusk_eq(books.lent, lent), "\"books\".\"lent\" = $1", "boolean:false");
    IS(tusk_eq(authors.kind, author_kind_nobody), "\"authors\".\"kind\" = $1", "enum:no'body");
    enum mood m = mood_wild;
    IS(tusk_ne(authors.mood, m), "\"authors\".\"mood\" <> $1", "enum:wild");
    IS(tusk_eq(authors.email, "a@b"), "\"authors\".\"e-mail\" = $1", "text:a@b");
    IS(tusk_lt(books.created_at, ((tusk_time){ 7 })), "\"books\".\"created_at\" < $1",
       "timestamp with time zone:7");
    IS(tusk_eq(books.published, ((tusk_date){ -3 })), "\"books\".\"published\" = $1", "date:-3");
    IS(tusk_eq(books.author_id, ((tusk_uuid){ { 0xab } })), "\"books\".\"author_id\" = $1",
       "uuid:ab000000000000000000000000000000");
}

static void test_patterns_sets_and_documents(void **state)
{
    (void)state;
    static const tusk_str items[] = { { "a", 1 }, { NULL, 0 } };
    static const int32_t numbers[] = { 1, 2 };
    tusk_text_array texts = { items, 2 };
    tusk_integer_array integers = { numbers, NULL, 2 };
    tusk_json json = { TUSK_STR("{\"a\":1}") };
    IS(tusk_like(books.title, "a%"), "\"books\".\"title\" like $1", "text:a%");
    IS(tusk_ilike(books.shelf, TUSK_STR("_")), "\"books\".\"shelf\" ilike $1", "text:_");
    IS(tusk_in(books.shelf, texts), "\"books\".\"shelf\" = any($1)", "text[]:{a,NULL}");
    IS(tusk_in(books.pages, integers), "\"books\".\"Pages\" = any($1)", "integer[]:{1,2}");
    IS(tusk_contains(books.metadata, json), "\"books\".\"metadata\" @> $1", "jsonb:{\"a\":1}");
    IS(tusk_eq(books.tags, texts), "\"books\".\"tags\" = $1", "text[]:{a,NULL}");
    IS(tusk_matches(books.search, "english", TUSK_STR("it's -(")),
       "\"books\".\"search\" @@ websearch_to_tsquery('english'::regconfig, $1)", "text:it's -(");
    IS(tusk_matches(books.search, NULL, TUSK_STR("x")),
       "\"books\".\"search\" @@ websearch_to_tsquery($1)", "text:x");
    IS(tusk_matches(books.search, "e'; drop", TUSK_STR("x")),
       "\"books\".\"search\" @@ websearch_to_tsquery('e''; drop'::regconfig, $1)", "text:x");
    /* the server's parser holds 32 signs of negation in a row; words keep every hyphen */
    IS(tusk_matches(books.search, NULL, TUSK_STR("--------------------")),
       "\"books\".\"search\" @@ websearch_to_tsquery($1)", "text:----------------    ");
    IS(tusk_matches(books.search, NULL, TUSK_STR("a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-9-1 -x")),
       "\"books\".\"search\" @@ websearch_to_tsquery($1)",
       "text:a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-9-1 -x");
}

static void test_null(void **state)
{
    (void)state;
    IS(tusk_is_null(authors.mood), "\"authors\".\"mood\" is null", "");
    IS(tusk_is_not_null(authors.mood), "\"authors\".\"mood\" is not null", "");
    tusk_null_str none = { 0 }, some = { true, TUSK_STR("x") };
    IS(tusk_is_not_distinct(authors.favourite_id, none),
       "\"authors\".\"favourite_id\" is not distinct from $1", "null:text");
    IS(tusk_is_not_distinct(authors.favourite_id, some),
       "\"authors\".\"favourite_id\" is not distinct from $1", "text:x");
    const char *nothing = NULL;
    refuse(TUSK_LIST(tusk_eq(books.title, nothing)), TUSK_MISUSE,
           "a comparison with NULL is never true: column \"title\" of table \"books\"");
    refuse(TUSK_LIST(tusk_ilike(books.title, nothing)), TUSK_MISUSE, "column \"title\"");
    tusk_str no_words = { 0 };
    refuse(TUSK_LIST(tusk_matches(books.search, "english", no_words)), TUSK_MISUSE, "\"search\"");
}

static void test_lists_and_groups(void **state)
{
    (void)state;
    tusk_expr x = tusk_eq(books.pages, 1), y = tusk_eq(books.pages, 2);
    expect(TUSK_LIST(x, y), "\"books\".\"Pages\" = $1 and \"books\".\"Pages\" = $2",
           "integer:1, integer:2");
    IS(tusk_or(a, x, y), "(\"books\".\"Pages\" = $1 or \"books\".\"Pages\" = $2)",
       "integer:1, integer:2");
    expect(
        TUSK_LIST(x, tusk_or(a, y, tusk_and(a, x, tusk_not(a, y)))),
        "\"books\".\"Pages\" = $1 and (\"books\".\"Pages\" = $2 or (\"books\".\"Pages\" = $3 and "
        "not (\"books\".\"Pages\" = $4)))",
        "integer:1, integer:2, integer:1, integer:2");
    IS(tusk_not(a, tusk_or(a, x, y)),
       "not ((\"books\".\"Pages\" = $1 or \"books\".\"Pages\" = $2))", "integer:1, integer:2");
    IS(tusk_on(books.author_id, authors.id), "\"books\".\"author_id\" = \"authors\".\"id\"", "");
}

static void test_absent_is_not_end(void **state)
{
    (void)state;
    tusk_expr x = tusk_is_null(books.sequel_of);
    const char *is = "\"books\".\"sequel_of\" is null";
    expect(TUSK_LIST(TUSK_ABSENT, x, TUSK_ABSENT), is, "");
    IS(tusk_or(a, TUSK_ABSENT, x), is, ""); /* alone in its group: no parentheses */
    expect(TUSK_LIST(TUSK_ABSENT), "", "");
    expect(TUSK_LIST(tusk_and(a, TUSK_ABSENT), tusk_or(a, tusk_not(a, TUSK_ABSENT))), "", "");
    IS(tusk_not(a, tusk_and(a, TUSK_ABSENT, tusk_or(a, x, TUSK_ABSENT))),
       "not (\"books\".\"sequel_of\" is null)", "");
    expect(NULL, "", "");
}

static void test_raw(void **state)
{
    (void)state;
    IS(tusk_raw(a, "lower({}) = lower({}) or {} > 1",
                TUSK_ARGS(tusk_col(authors.email), tusk_arg("X"), tusk_arg(5))),
       "(lower(\"authors\".\"e-mail\") = lower($1) or $2 > 1)", "text:X, bigint:5");
    IS(tusk_raw(a, "true", NULL), "(true)", "");
    tusk_expr x = tusk_eq(books.pages, 1);
    expect(TUSK_LIST(x, tusk_raw(a, "{}", TUSK_ARGS(tusk_arg(true))), x),
           "\"books\".\"Pages\" = $1 and ($2) and \"books\".\"Pages\" = $3",
           "integer:1, bigint:1, integer:1");
}

static void test_raw_misuse(void **state)
{
    (void)state;
    refuse(TUSK_LIST(tusk_raw(a, "{} = {}", TUSK_ARGS(tusk_arg(1)))), TUSK_MISUSE,
           "too few arguments in the SQL fragment \"{} = {}\"");
    refuse(TUSK_LIST(tusk_raw(a, "x", TUSK_ARGS(tusk_arg(1)))), TUSK_MISUSE, "too many arguments");
    refuse(TUSK_LIST(tusk_raw(a, "x = $1", NULL)), TUSK_MISUSE, "a numbered parameter");
    refuse(TUSK_LIST(tusk_raw(a, NULL, NULL)), TUSK_MISUSE, "needs its text");
    refuse(TUSK_LIST(tusk_raw(a, "{}", TUSK_ARGS(tusk_arg("\xff")))), TUSK_INVALID, "parameter $1");
}

static void test_other_misuse(void **state)
{
    (void)state;
    refuse(TUSK_LIST(tusk_eq(loans.reader, "x")), TUSK_MISUSE,
           "of a table that is not in the query");
    refuse(TUSK_LIST(tusk_rank(books.search, "english", TUSK_STR("x"))), TUSK_MISUSE, "a rank");
    refuse(TUSK_LIST(tusk_eq(books.edition, 40000)), TUSK_INVALID, "column \"edition\"");
    refuse(TUSK_LIST(tusk_combine(NULL, TUSK_EXPR_AND, NULL)), TUSK_NOMEM, "memory");
    refuse(TUSK_LIST(tusk_combine(a, TUSK_EXPR_RAW, NULL)), TUSK_MISUSE, "and, or, not");
    refuse(TUSK_LIST(tusk_like(books.title, "a"), tusk_or(a, tusk_eq(loans.reader, "x"))),
           TUSK_MISUSE, "column \"reader\" (every.def:");
}

/* The innermost table wins, as in SQL; an outer one is found too. */
static void test_scopes(void **state)
{
    (void)state;
    static const tusk_table *const inner[] = { &loans_table };
    tusk_sql_scope below = { inner, 1, &scope, 1 };
    assert_ptr_equal(tusk_sql_table_of(&below, &loans.number.c), &loans_table);
    assert_ptr_equal(tusk_sql_table_of(&below, &authors.favourite_id.c), &authors_table);
    assert_ptr_equal(tusk_sql_table_of(&below, &books.id.c), &books_table);
    assert_null(tusk_sql_table_of(&below, &copies.number.c));
    assert_null(tusk_sql_table_of(&scope, &loans.number.c));
}

static tusk_expr nest(int levels)
{
    tusk_expr e = tusk_eq(books.pages, 1);
    for (int i = 0; i < levels; i++) e = tusk_not(a, e);
    return e;
}

static void test_nesting_has_a_ceiling(void **state)
{
    (void)state;
    tusk_error err;
    tusk_str text;
    const char *shown;
    assert_int_equal(render(TUSK_LIST(nest(TUSK_SQL_DEPTH_MAX)), &text, &shown, &err), TUSK_OK);
    refuse(TUSK_LIST(nest(TUSK_SQL_DEPTH_MAX + 1)), TUSK_MISUSE, "nested more than 100");
    refuse(TUSK_LIST(nest(100000)), TUSK_MISUSE, "nested more than 100");
}

/* What a query keeps may not point into memory of the caller. */
static void test_copies_are_deep(void **state)
{
    (void)state;
    char text[] = "old", config[] = "english", sql[] = "{} = {}";
    tusk_str items[] = { { text, 3 } };
    int32_t numbers[] = { 1 };
    tusk_copier copier = { a, false };
    const tusk_expr *list = tusk_copy_exprs(
        &copier,
        TUSK_LIST(tusk_eq(books.title, text),
                  tusk_or(a, tusk_in(books.title, ((tusk_text_array){ items, 1 })),
                          tusk_in(books.pages, ((tusk_integer_array){ numbers, NULL, 1 }))),
                  tusk_raw(a, sql, TUSK_ARGS(tusk_arg(text), tusk_arg(text))),
                  tusk_matches(books.search, config, items[0])));
    memcpy(text, "new", 3);
    memcpy(config, "klingon", 7);
    memcpy(sql, "$1 = $1", 7);
    numbers[0] = 2;
    items[0].len = 1;
    expect(list,
           "\"books\".\"title\" = $1 and (\"books\".\"title\" = any($2) or \"books\".\"Pages\" = "
           "any($3)) and ($4 = $5) and \"books\".\"search\" @@ "
           "websearch_to_tsquery('english'::regconfig, $6)",
           "text:old, text[]:{old}, integer[]:{1}, text:old, text:old, text:old");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_comparisons),
        UNIT_TEST(test_patterns_sets_and_documents),
        UNIT_TEST(test_null),
        UNIT_TEST(test_lists_and_groups),
        UNIT_TEST(test_absent_is_not_end),
        UNIT_TEST(test_raw),
        UNIT_TEST(test_raw_misuse),
        UNIT_TEST(test_other_misuse),
        UNIT_TEST(test_scopes),
        UNIT_TEST(test_nesting_has_a_ceiling),
        UNIT_TEST(test_copies_are_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
