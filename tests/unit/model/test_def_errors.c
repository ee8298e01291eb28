/* test_def_errors.c - what a mistake in a .def file is answered with: place, sentence, hint */
#include "tests/unit/base/unit.h"

#include "src/model/model.h"

/* "~" stands for a whole small table `t` with an id, so that a case shows only what is wrong. */
#define T    "TABLE(row, t, \"t\")\n    COLUMN(integer, id, PRIMARY_KEY)\n"
#define END  "END_TABLE(row, t)\n"
#define LONG "x234567890123456789012345678901234567890123456789012345678901234"

static const struct mistake {
    const char *text;
    const char *message; /* after "FILE:" */
    const char *hint;    /* part of it, NULL: none */
} mistakes[] = {
    { T "COLUMN(txt, a)\n" END, "3:8: unknown column type \"txt\"", "decimal(p, s)" },
    { T "COLUMN(varchar, a)\n" END, "3:15: expected \"(\", found \",\"", NULL },
    { T "COLUMN(varchar(0), a)\n" END, "3:16: expected a number from 1 to 10485760, found \"0\"",
      NULL },
    { T "COLUMN(decimal(3, 4), a)\n" END, "3:19: expected a number from 0 to 3, found \"4\"",
      NULL },
    { T "COLUMN(array(array(text)), a)\n" END, "3:14: there is no array of arrays",
      "array_of(integer, \"[][]\")" },
    { T "COLUMN(array(array_of(array(array(text", "3:14: there is no array of arrays",
      "array_of(integer" },
    { T "COLUMN(array(custom_as(\"point\", spot)), a)\n" END,
      "3:14: there is no array of a type of the program's own", NULL },
    { T "COLUMN(array(serial), a)\n" END, "3:14: there is no array of serial", NULL },
    { T "COLUMN(text a)\n" END, "3:13: expected \",\", found \"a\"", NULL },
    { T "COLUMN(text, a, PRIMARY)\n" END, "3:17: expected an attribute, found \"PRIMARY\"",
      "REFERENCES(table, column, CASCADE)" },
    { T "COLUMN(text, a, UNIQUE, UNIQUE)\n" END, "3:25: UNIQUE is given twice", NULL },
    { T "COLUMN(text, a, DEFAULT(\"x\"))\n" END,
      "3:25: expected a number, true or false, found the text \"x\"", "DEFAULT_TEXT" },
    { T "COLUMN(integer, a, DEFAULT(1.5))\n" END, "3:28: DEFAULT(1.5) does not fit integer",
      "a whole number" },
    { T "COLUMN(smallint, a, DEFAULT(40000))\n" END, "3:29: DEFAULT(40000) does not fit smallint",
      "range" },
    { T "COLUMN(integer, a, DEFAULT(010))\n" END, "3:28: DEFAULT(010) does not fit integer", "" },
    { T "COLUMN(double_precision, a, DEFAULT(1e400))\n" END,
      "3:37: DEFAULT(1e400) does not fit double precision", "range" },
    { T "COLUMN(real, a, DEFAULT(-1e39))\n" END, "3:25: DEFAULT(-1e39) does not fit real",
      "range" },
    { T "COLUMN(boolean, a, DEFAULT(1))\n" END, "3:28: DEFAULT(1) does not fit boolean",
      "true or false" },
    { T "COLUMN(integer, a, DEFAULT(1), DEFAULT_SQL(\"2\"))\n" END,
      "3:44: the column has two defaults", NULL },
    { T "COLUMN(text, a, DEFAULT_TEXT(\"x\"), GENERATED(\"lower(b)\"))\n" END,
      "3:46: a generated column cannot have a default", NULL },
    { T "COLUMN(text, a, DEFAULT_SQL(\" \"))\n" END, "3:29: the SQL expression is empty", NULL },
    { T "COLUMN(text, a, DEFAULT_TEXT(\"x\n\"))\n" END,
      "3:30: the text that starts here has no closing quote", NULL },
    { T "COLUMN(text, a, DEFAULT_TEXT(\"\\q\"))\n" END, "3:31: unknown escape \"\\q\" in a text",
      NULL },
    { T "COLUMN(text, a, DEFAULT_TEXT(\"\\0\"))\n" END, "3:31: a text cannot hold the byte 0",
      NULL },
    { T "COLUMN(text, a, DEFAULT_TEXT(\"\xff\"))\n" END, "3:30: the text is not valid UTF-8",
      NULL },
    { T "COLUMN(text, id)\n" END, "3:14: column \"id\" is declared twice", "2:21" },
    { T "COLUMN(text, a, NAMED(\"id\"))\n" END, "3:23: column \"id\" is declared twice", "2:21" },
    { T "COLUMN(text, register)\n" END,
      "3:14: \"register\" cannot be the name of a column in C: it is reserved", "NAMED" },
    { T "COLUMN(text, " LONG ")\n" END,
      "3:14: the name of the column is 64 bytes long: \"" LONG "\"", "63 bytes" },
    { T "COLUMN(text, a, NAMED(\"\"))\n" END, "3:23: the name of the column in SQL is empty",
      NULL },
    { T "COLUMN(text, a, REFERENCES(nobody, id))\n" END, "3:28: there is no table \"nobody\"",
      "second name" },
    { T "COLUMN(integer, a, REFERENCES(t, nothing))\n" END,
      "3:34: there is no column \"nothing\" in table \"t\"", NULL },
    { T "COLUMN(text, a, REFERENCES(t, id))\n" END,
      "3:31: \"a\" is text, but \"t.id\", which it references, is integer", NULL },
    { T "COLUMN(integer, a)\nCOLUMN(integer, b, REFERENCES(t, a))\n" END,
      "4:34: a foreign key needs a unique target, but no key of \"t\" is over exactly these "
      "columns",
      "UNIQUE" },
    { T "COLUMN(integer, a, REFERENCES(t, id, SET_NULL))\n" END,
      "3:31: SET_NULL needs \"a\" to be NULLABLE", NULL },
    { T "COLUMN(integer, a, REFERENCES(t, id, DROP))\n" END,
      "3:38: expected NO_ACTION, CASCADE, SET_NULL, SET_DEFAULT or RESTRICT, found \"DROP\"",
      NULL },
    { T "COLUMN(integer, a, ON_UPDATE(CASCADE))\n" END,
      "3:30: ON_UPDATE needs REFERENCES beside it", NULL },
    { T "COLUMN(integer, b, PRIMARY_KEY)\n" END, "3:17: the table \"t\" has two primary keys",
      "KEY(a, b)" },
    { T "KEY(id)\n" END, "3:1: the table \"t\" has two primary keys", "KEY(a, b)" },
    { "TABLE(row, t, \"t\")\nNULLABLE(integer, id, PRIMARY_KEY)\n" END,
      "2:19: a primary key cannot be NULLABLE: write COLUMN", NULL },
    { "TABLE(row, t, \"t\")\nNULLABLE(integer, a)\nCOLUMN(integer, b)\nKEY(a, b)\n" END,
      "4:5: \"a\" is NULLABLE, so it cannot be in the primary key", NULL },
    { T "UNIQUE_ON(id, id)\n" END, "3:15: the column \"id\" is listed twice", NULL },
    { T "INDEX(i)\n" END, "3:7: an index takes ON(column, ...) or ON_SQL(\"expression\")", NULL },
    { T "INDEX(i, ON(x))\n" END, "3:13: there is no column \"x\" in table \"t\"", NULL },
    { T "INDEX(i, ON(id), USING(gin), WHERE(\"a\"), WHERE(\"b\"))\n" END,
      "3:42: WHERE is given twice", NULL },
    { T "INDEX(i, USING(gin), ON(DESC(id)))\n" END, "3:30: only a btree index has an order", NULL },
    { T "UNIQUE_INDEX(i, USING(gin), ON(id))\n" END, "3:23: only a btree index can be unique",
      NULL },
    { T "INDEX(i, ON(id))\nINDEX(i, ON(id))\n" END,
      "4:7: the table or index \"i\" is declared twice", "3:7" },
    { T "INDEX(t, ON(id))\n" END, "3:7: the table or index \"t\" is declared twice", "1:15" },
    { T "CHECK(c, \"\")\n" END, "3:10: the condition is empty", NULL },
    { T "CHECK(c, \"id > 0\")\nCHECK(c, \"id > 1\")\n" END,
      "4:7: constraint \"c\" is declared twice", "3:7" },
    { T "COLUMN(integer, b)\nFOREIGN_KEY(ON(id, b), TO(t, id))\n" END,
      "4:27: ON lists 2 columns, TO lists 1", NULL },
    { T "WORD(x)\n" END, "3:1: expected a line of the table, or END_TABLE, found \"WORD\"",
      "UNIQUE_INDEX" },
    { T "COLUMN(text, a);\n" END, "3:16: expected a line of the table, or END_TABLE, found \";\"",
      "Nothing stands between" },
    { T "END_TABLE(row, other)\n", "3:16: END_TABLE names \"other\", but \"t\" is open", NULL },
    { T, "3:1: expected a line of the table, or END_TABLE, found the end of the file", "" },
    { "TABLE(row, t, \"t\")\n" END, "1:12: the table \"t\" has no columns", NULL },
    { T END T END, "4:7: the C name \"row\" is declared twice", "1:7" },
    { "TABLE(row, poll, \"poll\")\nCOLUMN(integer, id)\nEND_TABLE(row, poll)\n",
      "1:12: a table cannot be called \"poll\" in C: the C library has something of that name",
      "poll_table" },
    { "TABLE(int, t, \"t\")\nCOLUMN(integer, id)\nEND_TABLE(int, t)\n",
      "1:7: \"int\" cannot be the name of a row in C: it is reserved", "" },
    { "ENUM(e, \"e\")\nEND_ENUM(e)\n", "1:6: the enum \"e\" has no LABEL", NULL },
    { "ENUM(e, \"e\")\nLABEL(f, a, \"a\")\nEND_ENUM(e)\n",
      "2:7: this LABEL is of \"f\" but stands in \"e\"", NULL },
    { "ENUM(e, \"e\")\nLABEL(e, a, \"a\")\nLABEL(e, b, \"a\")\nEND_ENUM(e)\n",
      "3:13: label \"a\" is declared twice", "2:13" },
    { "ENUM(e, \"t\")\nLABEL(e, a, \"a\")\nEND_ENUM(e)\n" T END,
      "4:15: the table or enum \"t\" is declared twice", "1:9" },
    { "ENUM(e, \"e\")\nLABEL(e, a, \"a\")\nEND_ENUM(f)\n",
      "3:10: END_ENUM names \"f\", but \"e\" is open", NULL },
    { "ENUM(e, \"e\")\nLABEL(e, a, \"a\")\nEND_ENUM(e)\n" T
      "COLUMN(enumeration(e), a, DEFAULT_TEXT(\"b\"))\n" END,
      "6:40: the enum \"e\" has no label \"b\"", NULL },
    { T "COLUMN(enumeration(e), a)\n" END, "3:20: there is no enum \"e\"", NULL },
    { T "COLUMN(integer, a, IDENTITY(SOMETIMES))\n" END,
      "3:29: expected ALWAYS or BY_DEFAULT, found \"SOMETIMES\"", NULL },
    { T "COLUMN(text, a, IDENTITY(ALWAYS))\n" END,
      "3:26: IDENTITY needs smallint, integer or bigint, not text", NULL },
    { T "NULLABLE(integer, a, IDENTITY(ALWAYS))\n" END,
      "3:19: an identity column is never NULL: write COLUMN", NULL },
    { T "NULLABLE(serial, a)\n" END, "3:18: a serial column is never NULL: write COLUMN", NULL },
    { T "COLUMN(serial, a, DEFAULT(1))\n" END, "3:27: a serial column cannot have a default",
      NULL },
    { T "COLUMN(serial, a, IDENTITY(ALWAYS))\n" END,
      "3:28: a serial column counts already: write integer with IDENTITY", NULL },
    { T "COLUMN(integer, a, IDENTITY(ALWAYS), DEFAULT(1))\n" END,
      "3:46: an identity column cannot have a default", NULL },
    { T "COLUMN(integer, a, IDENTITY(ALWAYS, \"start at 3\"))\n" END,
      "3:37: the options of the sequence: expected a whole number, found \"at\"", NULL },
    { T "COLUMN(smallint, a, IDENTITY(ALWAYS, \"start with 40000\"))\n" END,
      "3:38: the options of the sequence: it starts outside of its limits", NULL },
    { "SEQUENCE(s, \"increment by 0\")\n",
      "1:13: the options of the sequence: the increment is zero", NULL },
    { "SEQUENCE(s, \"minvalue 3 maxvalue 3\")\n",
      "1:13: the options of the sequence: the minimum is not below the maximum", NULL },
    { "SEQUENCE(s, \"fast\")\n", "1:13: the options of the sequence: unknown word \"fast\"", NULL },
    { T "COLUMN(text, a, PRECISION(3))\n" END, "3:27: PRECISION does not fit text", "timestamptz" },
    { T "COLUMN(decimal(5, 2), a, PRECISION(3))\n" END, "3:36: PRECISION does not fit numeric",
      "timestamptz" },
    { T "COLUMN(time, a, PRECISION(7))\n" END, "3:27: the precision of time is from 0 to 6", NULL },
    { T "COLUMN(text, a, FIELDS(\"day\"))\n" END, "3:24: FIELDS is of an interval, not of text",
      NULL },
    { T "COLUMN(interval, a, FIELDS(\"weeks\"))\n" END, "3:28: an interval has no fields \"weeks\"",
      "day to second" },
    { T "COLUMN(text, a, NULLS_NOT_DISTINCT)\n" END,
      "3:17: NULLS_NOT_DISTINCT needs UNIQUE beside it", NULL },
    { T "COLUMN(text, a, UNIQUE, UNIQUE_AS(\"u\"))\n" END,
      "3:35: UNIQUE_AS says UNIQUE too: write one of them", NULL },
    { T "COLUMN(text, a, REFERENCES_AS(\"f\"))\n" END,
      "3:31: REFERENCES_AS needs REFERENCES beside it", NULL },
    { T "COLUMN(text, a, INITIALLY_DEFERRED)\n" END,
      "3:17: INITIALLY_DEFERRED needs REFERENCES beside it", NULL },
    { T "COLUMN(integer, a, COLLATE(\"C\"))\n" END, "3:28: COLLATE does not fit integer",
      "It is of text" },
    { T "COLUMN(text, a, COLLATE(\"\"))\n" END, "3:25: the collation's name is empty", NULL },
    { T "COLUMN(text, a, SET_ON_UPDATE(\" \"))\n" END, "3:31: the SQL expression is empty", NULL },
    { T "COLUMN(text, a, GENERATED(\"b\"), SET_ON_UPDATE(\"c\"))\n" END,
      "3:47: the database alone sets this column", NULL },
    { T "COLUMN(custom(\"\"), a)\n" END, "3:15: the type is empty", NULL },
    { T "COLUMN(array_of(text, \"3\"), a)\n" END,
      "3:23: \"3\" are no dimensions: write \"[]\", \"[3]\" or \"[3][]\"", NULL },
    { T "COLUMN(text, a, DEFAULT(null))\n" END, "3:25: DEFAULT(null) does not fit text",
      "no literal" },
    { T "COLUMN(text, a, RENAMED_FROM(\"a\"))\n" END,
      "3:30: RENAMED_FROM(\"a\") is the name it has now", NULL },
    { T "COLUMN(text, a, RENAMED_FROM(\"x\"))\nCOLUMN(text, b, RENAMED_FROM(\"x\"))\n" END,
      "4:30: the column before a rename, \"x\" is declared twice", "3:30" },
    { T "INDEX(i, ON(OP(id)))\n" END, "3:18: expected \",\", found \")\"", NULL },
    { T "INDEX(i, ON(DESC(DESC(id))))\n" END, "3:22: expected \")\", found \"(\"", NULL },
    { T "INDEX(i, ON(id), ON_SQL(\"x\"))\n" END,
      "3:7: an index takes either ON(...) or ON_SQL(\"...\"), not both", NULL },
    { T "INDEX(i, ON(id), INCLUDE(nothing))\n" END,
      "3:26: there is no column \"nothing\" in table \"t\"", NULL },
    { T "INDEX(i, ON(id), NULLS_NOT_DISTINCT)\n" END,
      "3:18: NULLS_NOT_DISTINCT is of a UNIQUE_INDEX", NULL },
    { T "INDEX(i, ON(id), WITH(\"fill factor=3\"))\n" END,
      "3:23: \"fill factor\" is no name of an option", "name=value" },
    { T "UNIQUE_ON(id, CONSTRAINT(a), CONSTRAINT(b))\n" END, "3:30: CONSTRAINT is given twice",
      NULL },
    { T "KEY(id, NULLS_NOT_DISTINCT)\n" END,
      "3:9: there is no column \"NULLS_NOT_DISTINCT\" in table \"t\"", NULL },
    { T "CHECK(c, \"id > 0\")\nUNIQUE_ON(id, CONSTRAINT(c))\n" END,
      "4:26: constraint \"c\" is declared twice", "3:7" },
    { T "EXCLUDE(e, \"\")\n" END, "3:12: the exclusion is empty: write \"using gist (...)\"",
      NULL },
    { T "POLICY(p, FOR(truncate))\n" END,
      "3:15: a policy is for all, select, insert, update or delete", NULL },
    { T "POLICY(p, FOR(insert), USING_SQL(\"true\"))\n" END,
      "3:34: a policy for insert takes WITH_CHECK only", NULL },
    { T "POLICY(p, FOR(select), WITH_CHECK(\"true\"))\n" END,
      "3:35: a policy for select takes USING_SQL only", NULL },
    { T "POLICY(p)\nPOLICY(p)\n" END, "4:8: the policy \"p\" is declared twice", "3:8" },
    { T "POLICY(p, WHERE(\"x\"))\n" END, "3:11: expected a part of a policy, found \"WHERE\"",
      "USING_SQL" },
    { T "PARTITION(p, \"default\")\n" END, "3:11: the table \"t\" is not partitioned",
      "PARTITION_BY" },
    { T "TRIGGER(g, \"drop table t\")\n" END,
      "3:12: the statement of a trigger begins with \"create\"", NULL },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range\"))\nCOLUMN(integer, id)\n" END,
      "1:33: a table is partitioned by \"range (column)\", \"list (column)\" or \"hash (column)\"",
      NULL },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range (at)\"))\nCOLUMN(integer, id)\n" END,
      "1:33: there is no column \"at\" to partition by", NULL },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range (at, \\\"id\\\")\"))\nCOLUMN(integer, "
      "id)\nCOLUMN(date, at)\n"
      "PARTITION(p, \"from 1 to 2\")\n" END,
      "4:14: bounds are \"for values ...\" or \"default\"", NULL },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range (at, \\\"id\\\")\"))\nCOLUMN(integer, "
      "id)\nCOLUMN(date, at)\n"
      "KEY(id)\n" END,
      "4:1: a unique key of the partitioned table \"t\" lacks \"at\", which it is partitioned by",
      "KEY(id, created_at)" },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range (at, \\\"id\\\")\"))\nCOLUMN(integer, "
      "id)\nCOLUMN(date, at)\n"
      "COLUMN(text, a, UNIQUE)\n" END,
      "4:17: a unique key of the partitioned table \"t\" lacks \"at\", which it is partitioned by",
      "" },
    { "TABLE(row, t, \"t\", PARTITION_BY(\"range (at, \\\"id\\\")\"))\nCOLUMN(integer, "
      "id)\nCOLUMN(date, at)\n"
      "UNIQUE_INDEX(u, ON(at))\n" END,
      "4:1: a unique key of the partitioned table \"t\" lacks \"id\", which it is partitioned "
      "by",
      "" },
    { "TABLE(row, t, \"t\", LOGGED)\nCOLUMN(integer, id)\n" END,
      "1:20: expected an attribute of the table, found \"LOGGED\"", "UNLOGGED" },
    { "TABLE_IN(\"s\", row, t, \"t\")\nCOLUMN(integer, id)\n" END, "1:10: there is no schema \"s\"",
      "SCHEMA(\"s\")" },
    { "SCHEMA(\"s\")\nSCHEMA(\"s\")\n", "2:8: the schema \"s\" is declared twice", "1:8" },
    { "SCHEMA(\"public\")\n", "1:8: the schema public is there anyway", NULL },
    { "SCHEMA(\"s\", RENAMED_FROM(\"s\"))\n", "1:26: RENAMED_FROM(\"s\") is the name it has now",
      NULL },
    { "ROLE(r, \"login\")\n", "1:9: a role cannot be \"login\"", "createdb" },
    { "ROLE(r)\nROLE(\"r\")\n", "2:6: the role \"r\" is declared twice", "1:6" },
    { "EXTENSION(e)\nEXTENSION(e)\n", "2:11: the extension \"e\" is declared twice", "1:11" },
    { T END "SEQUENCE(t)\n", "4:10: the table or index \"t\" is declared twice", "1:15" },
    { T END "DOMAIN(t, \"text\")\n", "4:8: the table or enum \"t\" is declared twice", "1:15" },
    { "DOMAIN(d, \"\")\n", "1:11: the type is empty", NULL },
    { "DOMAIN(d, \"text\", CHECK(c, \"\"))\n", "1:28: the condition is empty", NULL },
    { "COMPOSITE(c, FIELD(a, \"text\"), FIELD(a, \"text\"))\n",
      "1:38: the field \"a\" is declared twice", "1:20" },
    { "FUNCTION(\"f\", \"create function f()\")\n",
      "1:10: a function is named with the types of its arguments, as \"touch()\"", NULL },
    { "FUNCTION(\"f()\", \"drop table t\")\n",
      "1:17: the statement of a function begins with \"create\"", NULL },
    { "COMMENT_ON(\"X\", \"a\")\nCOMMENT_ON(\"X\", \"b\")\n",
      "2:12: the comment on \"X\" is declared twice", "1:12" },
    { "VIEW(row, v, \"v\", \"\")\nCOLUMN(text, a)\nEND_VIEW(row, v)\n",
      "1:19: the view selects nothing", NULL },
    { "VIEW(row, v, \"v\", \"select 1\")\nEND_VIEW(row, v)\n",
      "1:11: the view \"v\" has no columns", NULL },
    { "VIEW(row, v, \"v\", \"select 1\")\nCOLUMN(text, a, UNIQUE)\nEND_VIEW(row, v)\n",
      "2:17: a column of a view cannot have this attribute", "NAMED" },
    { "VIEW(row, v, \"v\", \"select 1\")\nCOLUMN(serial, a)\nEND_VIEW(row, v)\n",
      "2:8: a view counts nothing by itself: write integer or bigint", NULL },
    { "VIEW(row, v, \"v\", \"select 1\")\nCOLUMN(text, a)\nINDEX(i, ON(a))\nEND_VIEW(row, v)\n",
      "3:1: expected COLUMN, NULLABLE or END_VIEW, found \"INDEX\"", NULL },
    { "VIEW(row, v, \"v\", \"select 1\", USING(heap))\nCOLUMN(text, a)\nEND_VIEW(row, v)\n",
      "1:31: expected an attribute of the view, found \"USING\"", "security_barrier" },
    { "VIEW(vrow, v, \"v\", \"select 1\")\nCOLUMN(integer, a)\nEND_VIEW(vrow, v)\n" T
      "COLUMN(integer, b, REFERENCES(v, a))\n" END,
      "6:31: \"v\" is a view: a foreign key needs a table", NULL },
    { "VIEW(row, time, \"v\", \"select 1\")\nCOLUMN(text, a)\nEND_VIEW(row, time)\n",
      "1:11: a view cannot be called \"time\" in C: the C library has something of that name",
      "time_view" },
    { T "COLUMN(text, COMMENT)\n" END,
      "3:14: \"COMMENT\" cannot be the name of a column in C: it is reserved", "NAMED" },
    { "ENUM(e, \"e\")\nLABEL(e, a, \"a\", RENAMED_FROM(\"a\"))\nEND_ENUM(e)\n",
      "2:31: RENAMED_FROM(\"a\") is the name it has now", NULL },
    { "#define X\n", "1:1: \"#define\" is not part of the schema language", "#include" },
    { "#include <stdio.h>\n", "1:10: #include takes a path in double quotes", "relative" },
    { "/* never ends\n", "1:1: the comment that starts here has no end", NULL },
    { "schema\n", "1:1: expected TABLE, ENUM or #include, found \"schema\"", "TABLE_IN" },
    { "\x01", "1:1: byte 0x01 may stand only in texts and comments", NULL },
};

/* Says what differs; all cases are looked at before the test fails. */
static bool check_mistake(const char *folder, const struct mistake *mistake)
{
    const char *path = unit_path(folder, "x.def");
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model;
    tusk_error err = { 0 };
    char expected[1024];
    unit_write(path, tusk_str_of(mistake->text));
    tusk_status st = tusk_model_from_def(arena, path, &model, &err);
    tusk_arena_free(arena);
    snprintf(expected, sizeof expected, "%s:%s", path, mistake->message);
    bool hint = mistake->hint ? strstr(err.hint, mistake->hint) != NULL : err.hint[0] == '\0';
    if (st == TUSK_INVALID && strcmp(err.message, expected) == 0 && hint) return true;
    print_error("expected %s\n   found %s (%s)\n    hint %s\n", expected, err.message,
                tusk_status_name(st), err.hint);
    return false;
}

static void test_mistakes(void **state)
{
    int wrong = 0;
    for (size_t i = 0; i < COUNT(mistakes); i++) wrong += !check_mistake(*state, &mistakes[i]);
    assert_int_equal(wrong, 0);
}

static void test_include(void **state)
{
    const char *folder = *state;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model;
    tusk_error err = { 0 };
    char expected[512];
    unit_write(unit_path(folder, "root.def"), TUSK_STR("#include \"part.def\"\n"));
    unit_write(unit_path(folder, "part.def"), TUSK_STR("TABLE(row, t, \"t\")\nCOLUMN(txt, a)\n"));
    assert_int_equal(tusk_model_from_def(arena, unit_path(folder, "root.def"), &model, &err),
                     TUSK_INVALID);
    snprintf(expected, sizeof expected, "%s:2:8: unknown column type \"txt\"",
             unit_path(folder, "part.def"));
    assert_string_equal(err.message, expected);

    unit_write(unit_path(folder, "part.def"), TUSK_STR("\n  #include \"root.def\"\n"));
    assert_int_equal(tusk_model_from_def(arena, unit_path(folder, "root.def"), &model, &err),
                     TUSK_INVALID);
    snprintf(expected, sizeof expected, "%s:2:3: \"root.def\" includes itself",
             unit_path(folder, "part.def"));
    assert_string_equal(err.message, expected);

    unit_write(unit_path(folder, "part.def"), TUSK_STR("#include \"none.def\"\n"));
    assert_int_equal(tusk_model_from_def(arena, unit_path(folder, "root.def"), &model, &err),
                     TUSK_INVALID);
    assert_non_null(strstr(err.message, "part.def:1:1: there is no file"));

    assert_int_equal(tusk_model_from_def(arena, unit_path(folder, "none.def"), &model, &err),
                     TUSK_IO);
    assert_non_null(strstr(err.message, "none.def"));
    tusk_arena_free(arena);
}

/* Two names that differ only beyond what PostgreSQL keeps would be the same constraint there. */
static void test_made_names_collide(void **state)
{
    const char *path = unit_path(*state, "x.def");
    tusk_arena *arena = tusk_arena_new(0);
    tusk_model model;
    tusk_error err = { 0 };
    unit_write(path,
               TUSK_STR("TABLE(row, t, \"a_table_with_quite_a_long_name_for_a_table\")\n"
                        "COLUMN(integer, id, PRIMARY_KEY)\n"
                        "COLUMN(integer, a_column_that_is_long_one, REFERENCES(t, id))\n"
                        "COLUMN(integer, a_column_that_is_long_two, REFERENCES(t, id))\n" END));
    assert_int_equal(tusk_model_from_def(arena, path, &model, &err), TUSK_INVALID);
    assert_non_null(strstr(err.message, ":4:55: constraint \"a_table_with"));
    assert_non_null(strstr(err.detail, "keeps 63 bytes"));
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mistakes, unit_folder_make, unit_folder_remove),
        cmocka_unit_test_setup_teardown(test_include, unit_folder_make, unit_folder_remove),
        cmocka_unit_test_setup_teardown(test_made_names_collide, unit_folder_make,
                                        unit_folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
