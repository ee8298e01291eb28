/* test_rename.c - renames said from outside, what may be one, and what each step says of itself */
#include "tests/unit/base/unit.h"

#include "src/diff/diff.h"
#include "src/diff/scan.h"
#include "src/model/model.h"

#define BEFORE                                                                  \
    "ENUM(mood, \"mood\")\n    LABEL(mood, good, \"good\")\nEND_ENUM(mood)\n"   \
    "SCHEMA(\"shop\")\nSEQUENCE(\"tickets\")\nROLE(clerk)\n"                    \
    "TABLE(row, users, \"users\")\n    COLUMN(integer, id, PRIMARY_KEY)\n"      \
    "    NULLABLE(text, name)\n    POLICY(own, USING_SQL(\"true\"))\n"          \
    "END_TABLE(row, users)\n"                                                   \
    "VIEW(vrow, seen, \"seen\", \"select 1 as id\")\n    COLUMN(integer, id)\n" \
    "END_VIEW(vrow, seen)\n"
#define AFTER                                                                     \
    "ENUM(state, \"state\")\n    LABEL(state, good, \"good\")\nEND_ENUM(state)\n" \
    "SCHEMA(\"store\")\nSEQUENCE(\"numbers\")\nROLE(seller)\n"                    \
    "TABLE_IN(\"store\", row, people, \"people\")\n"                              \
    "    COLUMN(integer, id, PRIMARY_KEY)\n"                                      \
    "    NULLABLE(text, title)\n    POLICY(mine, USING_SQL(\"true\"))\n"          \
    "END_TABLE(row, people)\n"                                                    \
    "VIEW(vrow, shown, \"shown\", \"select 1 as id\")\n    COLUMN(integer, id)\n" \
    "END_VIEW(vrow, shown)\n"

struct pair {
    tusk_arena *arena;
    tusk_model from, to;
    tusk_plan plan;
    tusk_error err;
};

static tusk_model read_def(struct pair *p, const char *folder, const char *text)
{
    tusk_model model;
    const char *path = unit_path(folder, "schema.def");
    unit_write(path, tusk_str_of(text));
    assert_ok(tusk_model_from_def(p->arena, path, &model, &p->err), p->err);
    return model;
}

static struct pair open_pair(const char *folder, const char *before, const char *after)
{
    struct pair p = { .arena = tusk_arena_new(0) };
    p.from = read_def(&p, folder, before);
    p.to = read_def(&p, folder, after);
    return p;
}

static tusk_status diff_with(struct pair *p, const tusk_rename *renames, size_t count)
{
    tusk_diff_options options = { .renames = renames, .rename_count = count };
    return tusk_diff(p->arena, &p->from, &p->to, &options, &p->plan, &p->err);
}

static void assert_plan(struct pair *p, const char *expected)
{
    tusk_str sql;
    assert_ok(tusk_plan_text(p->arena, &p->plan, &sql, &p->err), p->err);
    assert_text(sql, expected);
}

#define RENAME(from_, to_)                       \
    {                                            \
        TUSK_STR_INIT(from_), TUSK_STR_INIT(to_) \
    }

static void everything_is_renamed(void **state)
{
    static const tusk_rename renames[] = {
        RENAME("users.name", "title"),   RENAME("users.own", "users.mine"),
        RENAME("shop", "store"),         RENAME("mood", "state"),
        RENAME("tickets", "numbers"),    RENAME("clerk", "seller"),
        RENAME("users", "store.people"), RENAME("seen", "shown"),
    };
    struct pair p = open_pair(*state, BEFORE, AFTER);
    assert_ok(diff_with(&p, renames, COUNT(renames)), p.err);
    assert_plan(&p, "ALTER SCHEMA \"shop\" RENAME TO \"store\";\n--> statement-breakpoint\n"
                    "ALTER TYPE \"public\".\"mood\" RENAME TO \"state\";--> statement-breakpoint\n"
                    "ALTER SEQUENCE \"public\".\"tickets\" RENAME TO \"numbers\";"
                    "--> statement-breakpoint\n"
                    "ALTER ROLE \"clerk\" RENAME TO \"seller\";--> statement-breakpoint\n"
                    "ALTER VIEW \"public\".\"seen\" RENAME TO \"shown\";--> statement-breakpoint\n"
                    "ALTER TABLE \"public\".\"users\" SET SCHEMA \"store\";\n"
                    "--> statement-breakpoint\n"
                    "ALTER TABLE \"store\".\"users\" RENAME TO \"people\";"
                    "--> statement-breakpoint\n"
                    "ALTER TABLE \"store\".\"people\" RENAME COLUMN \"name\" TO \"title\";"
                    "--> statement-breakpoint\n"
                    "ALTER POLICY \"own\" ON \"store\".\"people\" RENAME TO \"mine\";");
    for (size_t i = 0; i < p.plan.steps.count; i++) {
        assert_int_equal(p.plan.steps.items[i].kind, TUSK_STEP_RENAME);
        assert_null(p.plan.steps.items[i].loses.ptr);
    }
    tusk_arena_free(p.arena);
}

static void what_does_not_fit_is_refused(void **state)
{
    static const struct {
        tusk_rename rename;
        const char *why;
    } cases[] = {
        { RENAME("nobody", "people"), "nothing of that name was there" },
        { RENAME("users", "nobody"), "nothing of that name was there" },
        { RENAME("users.id", "users.title"), "nothing of that name was there" },
        { RENAME("enum:users", "people"), "nothing of that name was there" },
        { RENAME("kind:users", "people"), "it has to be" },
        { RENAME("a.b.c.d", "people"), "it has to be" },
        { RENAME("users.", "people"), "it has to be" },
        { RENAME("", "people"), "it has to be" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair p = open_pair(*state, BEFORE, AFTER);
        assert_int_equal(diff_with(&p, &cases[i].rename, 1), TUSK_INVALID);
        if (!strstr(p.err.message, cases[i].why)) {
            fail_msg("%s: %s", cases[i].rename.from.ptr, p.err.message);
        }
        tusk_arena_free(p.arena);
    }
}

/* "mood" is a sequence and an enum: the kind has to be said. */
static void several_things_have_the_name(void **state)
{
    static const tusk_rename plain[] = { RENAME("mood", "other") };
    static const tusk_rename said[] = { RENAME("enum:mood", "other"),
                                        RENAME("sequence:mood", "sequence:other") };
    struct pair p = open_pair(*state,
                              "ENUM(mood, \"mood\")\n    LABEL(mood, good, \"good\")\n"
                              "END_ENUM(mood)\nSEQUENCE(\"mood\")\n",
                              "ENUM(other, \"other\")\n    LABEL(other, good, \"good\")\n"
                              "END_ENUM(other)\nSEQUENCE(\"other\")\n");
    assert_int_equal(diff_with(&p, plain, 1), TUSK_INVALID);
    assert_non_null(strstr(p.err.message, "it could be several things"));
    assert_ok(diff_with(&p, said, 2), p.err);
    assert_int_equal(p.plan.steps.count, 2);
    tusk_arena_free(p.arena);
}

static void candidates_are_what_is_gone_and_new(void **state)
{
    static const char *const expected[][3] = {
        { "schema", "shop", "store" },        { "enum", "mood", "state" },
        { "sequence", "tickets", "numbers" }, { "role", "clerk", "seller" },
        { "table", "users", "store.people" }, { "view", "seen", "shown" },
    };
    struct pair p = open_pair(*state, BEFORE, AFTER);
    tusk_candidate_renames found;
    assert_ok(tusk_diff_candidates(p.arena, &p.from, &p.to, NULL, &found, &p.err), p.err);
    assert_int_equal(found.count, COUNT(expected));
    for (size_t i = 0; i < found.count; i++) {
        assert_string_equal(found.items[i].what, expected[i][0]);
        assert_text(found.items[i].from, expected[i][1]);
        assert_text(found.items[i].to, expected[i][2]);
    }
    tusk_arena_free(p.arena);
}

static void candidates_are_members_too(void **state)
{
    struct pair p = open_pair(*state,
                              "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n"
                              "    NULLABLE(text, a)\nEND_TABLE(row, t)\n",
                              "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n"
                              "    NULLABLE(text, b)\nEND_TABLE(row, t)\n");
    tusk_candidate_renames found;
    assert_ok(tusk_diff_candidates(p.arena, &p.from, &p.to, NULL, &found, &p.err), p.err);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].what, "column");
    tusk_rename answer = { found.items[0].from, found.items[0].to };
    assert_ok(diff_with(&p, &answer, 1), p.err);
    assert_plan(&p, "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"b\";");
    tusk_arena_free(p.arena);
}

#define TABLE_IN_SHOP(row, name)                            \
    "TABLE_IN(\"shop\", " row ", " name ", \"" name "\")\n" \
    "    COLUMN(integer, id, PRIMARY_KEY)\nEND_TABLE(" row ", " name ")\n"
#define TABLE_IN_PUBLIC(row, name)             \
    "TABLE(" row ", " name ", \"" name "\")\n" \
    "    COLUMN(integer, id, PRIMARY_KEY)\nEND_TABLE(" row ", " name ")\n"

/* What comes to public may leave that unsaid; as a candidate it says so. */
static void public_goes_without_saying(void **state)
{
    static const tusk_rename short_one[] = { RENAME("shop.users", "people") };
    struct pair p = open_pair(*state, "SCHEMA(\"shop\")\n" TABLE_IN_SHOP("row", "users"),
                              "SCHEMA(\"shop\")\n" TABLE_IN_PUBLIC("row", "people"));
    tusk_candidate_renames found;
    assert_ok(diff_with(&p, short_one, 1), p.err);
    assert_int_equal(p.plan.steps.count, 2);
    assert_ok(tusk_diff_candidates(p.arena, &p.from, &p.to, NULL, &found, &p.err), p.err);
    assert_int_equal(found.count, 1);
    assert_text(found.items[0].to, "public.people");
    tusk_rename said = { found.items[0].from, found.items[0].to };
    assert_ok(diff_with(&p, &said, 1), p.err);
    assert_plan(&p, "ALTER TABLE \"shop\".\"users\" SET SCHEMA \"public\";\n"
                    "--> statement-breakpoint\nALTER TABLE \"users\" RENAME TO \"people\";");
    tusk_arena_free(p.arena);
}

#define PAIR(a, b)                                                                       \
    "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n    " a "\n    " b "\n" \
    "END_TABLE(row, t)\n"

/* Of one type, and no other could be meant. */
static void likely_ones_are_told_apart(void **state)
{
    static const struct {
        const char *before, *after, *likely;
    } cases[] = {
        { PAIR("COLUMN(text, a)", ""), PAIR("COLUMN(text, b)", ""), "t.a=t.b" },
        { PAIR("COLUMN(text, a)", ""), PAIR("COLUMN(integer, b)", ""), "" },
        { PAIR("COLUMN(text, a)", "COLUMN(date, c)"), PAIR("COLUMN(date, d)", "COLUMN(text, b)"),
          "t.c=t.d t.a=t.b" },
        { PAIR("COLUMN(text, a)", ""), PAIR("COLUMN(text, b)", "COLUMN(text, c)"), "" },
        { TABLE_IN_PUBLIC("row", "a"), TABLE_IN_PUBLIC("row", "b"), "a=b" },
        { PAIR("COLUMN(text, a)", "COLUMN(text, b)"), TABLE_IN_PUBLIC("row", "u"), "" },
        { "SCHEMA(\"a\")\n", "SCHEMA(\"b\")\nSCHEMA(\"c\")\n", "" },
        { "SEQUENCE(\"a\")\n", "SEQUENCE(\"b\")\n", "a=b" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair p = open_pair(*state, cases[i].before, cases[i].after);
        tusk_candidate_renames found;
        assert_ok(tusk_diff_candidates(p.arena, &p.from, &p.to, NULL, &found, &p.err), p.err);
        char said[200] = "";
        size_t at = 0;
        for (size_t j = 0; j < found.count; j++) {
            const tusk_candidate_rename *one = &found.items[j];
            if (!one->likely) continue;
            at += (size_t)snprintf(said + at, sizeof said - at, "%s%.*s=%.*s", at > 0 ? " " : "",
                                   TUSK_STR_ARG(one->from), TUSK_STR_ARG(one->to));
        }
        assert_string_equal(said, cases[i].likely);
        tusk_arena_free(p.arena);
    }
}

/* By the schema's old name as well as by its new one. */
static void a_renamed_schema_keeps_its_old_name_here(void **state)
{
    static const tusk_rename ways[][2] = {
        { RENAME("schema:shop", "store"), RENAME("shop.users", "store.people") },
        { RENAME("schema:shop", "store"), RENAME("store.users", "people") },
    };
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct pair p =
            open_pair(*state, "SCHEMA(\"shop\")\n" TABLE_IN_SHOP("row", "users"),
                      "SCHEMA(\"store\")\nTABLE_IN(\"store\", row, people, \"people\")\n"
                      "    COLUMN(integer, id, PRIMARY_KEY)\nEND_TABLE(row, people)\n");
        assert_ok(diff_with(&p, ways[i], 2), p.err);
        assert_plan(&p, "ALTER SCHEMA \"shop\" RENAME TO \"store\";\n--> statement-breakpoint\n"
                        "ALTER TABLE \"store\".\"users\" RENAME TO \"people\";");
        tusk_arena_free(p.arena);
    }
}

/* Whatever order they are said in, one may make room for another. */
static void renames_make_room_for_each_other(void **state)
{
    static const tusk_rename backwards[] = { RENAME("a", "b"), RENAME("b", "c") };
    struct pair p = open_pair(*state, TABLE_IN_PUBLIC("row", "a") TABLE_IN_PUBLIC("row2", "b"),
                              TABLE_IN_PUBLIC("row", "b") TABLE_IN_PUBLIC("row2", "c"));
    assert_ok(diff_with(&p, backwards, 2), p.err);
    assert_plan(&p, "ALTER TABLE \"b\" RENAME TO \"c\";--> statement-breakpoint\n"
                    "ALTER TABLE \"a\" RENAME TO \"b\";");
    tusk_arena_free(p.arena);
}

static void steps_say_what_they_lose(void **state)
{
    struct pair p = open_pair(
        *state,
        "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n    NULLABLE(text, a)\n"
        "    NULLABLE(timestamp, at)\nEND_TABLE(row, t)\n"
        "TABLE(row2, u, \"u\")\n    COLUMN(integer, id, PRIMARY_KEY)\nEND_TABLE(row2, u)\n",
        "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n    NULLABLE(date, at)\n"
        "    INDEX(later, ON(at), CONCURRENTLY)\nEND_TABLE(row, t)\n");
    static const struct {
        const char *what, *object, *loses;
        tusk_step_kind kind;
        bool outside;
    } expected[] = {
        { "table", "public.u", NULL, TUSK_STEP_ALTER, false },
        { "table", "public.u", "all rows of the table", TUSK_STEP_DROP, false },
        { "column", "public.t.at", "the time of day is cut off", TUSK_STEP_ALTER, false },
        { "index", "public.t.later", NULL, TUSK_STEP_CREATE, true },
        { "column", "public.t.a", "the values of the column", TUSK_STEP_DROP, false },
    };
    assert_ok(diff_with(&p, NULL, 0), p.err);
    assert_int_equal(p.plan.steps.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const tusk_step *step = &p.plan.steps.items[i];
        assert_string_equal(step->what, expected[i].what);
        assert_text(step->object, expected[i].object);
        assert_int_equal(step->kind, expected[i].kind);
        assert_int_equal(step->outside, expected[i].outside);
        if (expected[i].loses) assert_text(step->loses, expected[i].loses);
        if (!expected[i].loses) assert_null(step->loses.ptr);
    }
    tusk_arena_free(p.arena);
}

/* ---- what an expression speaks of ---- */

static void names_are_found_outside_of_literals(void **state)
{
    static const struct {
        const char *sql, *name;
        bool found;
    } cases[] = {
        { "size > 0", "size", true },
        { "SIZE > 0", "size", true },
        { "Size > 0", "Size", false },
        { "\"Size\" > 0", "Size", true },
        { "\"a\"\"b\" > 0", "a\"b", true },
        { "'size' <> E'\\'size' and $$size$$ <> $q$ size $q$", "size", false },
        { "a -- size\n + b /* size */", "size", false },
        { "t.size", "size", true },
        { "sizes + resize", "size", false },
        { "$1 = 'it''s' or size", "size", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool found = tusk_scan_names(tusk_str_of(cases[i].sql), tusk_str_of(cases[i].name));
        if (found != cases[i].found) fail_msg("%s in %s", cases[i].name, cases[i].sql);
    }
    assert_true(tusk_scan_has_label(TUSK_STR("e = 'it''s'"), TUSK_STR("it's")));
    assert_true(tusk_scan_has_label(TUSK_STR("e = any('{a,b}')"), TUSK_STR("b")));
    assert_false(tusk_scan_has_label(TUSK_STR("e = 'abc' or b"), TUSK_STR("b")));
    assert_true(tusk_scan_has_star(TUSK_STR("select * from t")));
    assert_false(tusk_scan_has_star(TUSK_STR("select count(*) from t")));
    assert_true(tusk_scan_has_parameter(TUSK_STR("a = $1")));
    assert_false(tusk_scan_has_parameter(TUSK_STR("a = '$1' or b = $$ $1 $$")));
}

static void defaults_are_mended(void **state)
{
    static const struct {
        const char *sql, *mended;
        bool is_array;
    } cases[] = {
        { "'{\"k\":\"it's\"}'::jsonb", "'{\"k\":\"it''s\"}'::jsonb", false },
        { "'{\"k\":\"it''s\"}'::jsonb", "'{\"k\":\"it''s\"}'::jsonb", false },
        { "'a' || 'b'", "'a' || 'b'", false },
        { "'{\"a,b\",\"c\"d\",\"e'f\"}'", "'{\"a,b\",\"c\\\"d\",\"e''f\"}'", true },
        { "'{\"a\",\"it''s\"}'", "'{\"a\",\"it''s\"}'", true },
        { "'{}'", "'{}'", true },
        { "now()", "now()", false },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_str sql = tusk_str_of(cases[i].sql);
        assert_text(tusk_scan_mend_default(arena, sql, cases[i].is_array), cases[i].mended);
    }
    tusk_arena_free(arena);
}

#define MOOD(labels) "ENUM(mood, \"mood\")\n" labels "END_ENUM(mood)\n"

static void labels_are_renamed(void **state)
{
    static const tusk_rename one[] = { RENAME("mood.good", "fine") };
    static const tusk_rename gone[] = { RENAME("mood.well", "fine") };
    struct pair p =
        open_pair(*state, MOOD(" LABEL(mood, good, \"good\")\n LABEL(mood, bad, \"bad\")\n"),
                  MOOD(" LABEL(mood, good, \"fine\")\n LABEL(mood, bad, \"bad\")\n"));
    tusk_candidate_renames found;
    assert_ok(tusk_diff_candidates(p.arena, &p.from, &p.to, NULL, &found, &p.err), p.err);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].what, "label");
    assert_text(found.items[0].from, "mood.good");
    assert_text(found.items[0].to, "mood.fine");
    assert_ok(diff_with(&p, one, 1), p.err);
    assert_plan(&p, "ALTER TYPE \"public\".\"mood\" RENAME VALUE 'good' TO 'fine';");
    assert_int_equal(diff_with(&p, gone, 1), TUSK_INVALID);
    tusk_arena_free(p.arena);
}

#define FOLDER_TEST(name) \
    cmocka_unit_test_setup_teardown(name, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(everything_is_renamed),
        FOLDER_TEST(what_does_not_fit_is_refused),
        FOLDER_TEST(several_things_have_the_name),
        FOLDER_TEST(candidates_are_what_is_gone_and_new),
        FOLDER_TEST(candidates_are_members_too),
        FOLDER_TEST(labels_are_renamed),
        FOLDER_TEST(public_goes_without_saying),
        FOLDER_TEST(likely_ones_are_told_apart),
        FOLDER_TEST(a_renamed_schema_keeps_its_old_name_here),
        FOLDER_TEST(renames_make_room_for_each_other),
        FOLDER_TEST(steps_say_what_they_lose),
        cmocka_unit_test(names_are_found_outside_of_literals),
        cmocka_unit_test(defaults_are_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
