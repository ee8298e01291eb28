/* rules.c - the table of rules, and the page made from it */
#include "src/lint/rules.h"

#include "tusk/buf.h"

#include "src/base/banned.h"

#define PAGE_MAX ((size_t)1 << 20)

#define BOTH  "reads and writes"
#define WRITE "writes"
#define SCAN  ", while all rows are read"
#define BUILD ", while the index is built"
#define ANEW  ", while the table is written anew"
#define SHORT ", for a moment; but it waits behind long readers, and everybody waits behind it"

/* clang-format off */
const tusk_lint_rule tusk_lint_table[TUSK_LINT_COUNT] = {
    [TUSK_LINT_SYNTAX] = { "syntax", TUSK_FINDING_ERROR, false, false, "", "",
        "The statement is not in PostgreSQL's grammar as lint knows it; a newer server may take it.",
        "" },
    [TUSK_LINT_UNKNOWN_RULE] = { "unknown-rule", TUSK_FINDING_WARNING, false, false, "", "",
        "A tusk:ignore comment names a rule that there is not, so it silences nothing.", "" },

    [TUSK_LINT_REQUIRED_COLUMN] = { "adding-required-column", TUSK_FINDING_ERROR, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "A NOT NULL column without a default cannot be added to a table that has rows: the statement "
        "fails.",
        "ALTER TABLE t ADD COLUMN c text;\n"
        "-- fill it, some thousand rows at a time\n"
        "ALTER TABLE t ADD CONSTRAINT t_c_filled CHECK (c IS NOT NULL) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT t_c_filled;\n"
        "ALTER TABLE t ALTER COLUMN c SET NOT NULL;\n"
        "ALTER TABLE t DROP CONSTRAINT t_c_filled;" },
    [TUSK_LINT_VOLATILE_DEFAULT] = { "adding-volatile-default", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "A default that is another one for every row (random(), gen_random_uuid(), nextval()) is "
        "computed for all rows at once. A constant or now() is kept once, beside the table.",
        "ALTER TABLE t ADD COLUMN c uuid;\n"
        "ALTER TABLE t ALTER COLUMN c SET DEFAULT gen_random_uuid();\n"
        "-- UPDATE t SET c = DEFAULT WHERE c IS NULL, some thousand rows at a time" },
    [TUSK_LINT_SERIAL_COLUMN] = { "adding-serial-column", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "A serial or identity column gets a number in every row that is there.",
        "CREATE SEQUENCE t_c_seq;\n"
        "ALTER TABLE t ADD COLUMN c bigint;\n"
        "ALTER TABLE t ALTER COLUMN c SET DEFAULT nextval('t_c_seq');\n"
        "-- UPDATE t SET c = DEFAULT WHERE c IS NULL, some thousand rows at a time" },
    [TUSK_LINT_GENERATED_COLUMN] = { "adding-generated-column", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "A stored generated column is computed for all rows. The only other way is a plain column "
        "that a trigger and a backfill fill.", "" },
    [TUSK_LINT_PRIMARY_KEY] = { "adding-primary-key", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH BUILD,
        "The key's index is built, and its columns are looked through for NULL, under the lock.",
        "CREATE UNIQUE INDEX CONCURRENTLY t_pkey ON t (id);\n"
        "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;" },
    [TUSK_LINT_UNIQUE] = { "adding-unique-constraint", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH BUILD, "The constraint's index is built under the lock.",
        "CREATE UNIQUE INDEX CONCURRENTLY t_c_key ON t (c);\n"
        "ALTER TABLE t ADD CONSTRAINT t_c_key UNIQUE USING INDEX t_c_key;" },
    [TUSK_LINT_FOREIGN_KEY] = { "adding-foreign-key", TUSK_FINDING_WARNING, true, false,
        "SHARE ROW EXCLUSIVE", WRITE " to both tables" SCAN,
        "All rows are looked up in the other table under the lock.",
        "ALTER TABLE t ADD CONSTRAINT t_c_fkey FOREIGN KEY (c) REFERENCES o (id) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT t_c_fkey; -- in a transaction of its own" },
    [TUSK_LINT_CHECK] = { "adding-check", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH SCAN, "All rows are checked under the lock.",
        "ALTER TABLE t ADD CONSTRAINT t_c_check CHECK (c > 0) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT t_c_check; -- in a transaction of its own" },
    [TUSK_LINT_EXCLUSION] = { "adding-exclusion-constraint", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH BUILD,
        "Its index can only be built under the lock: there is no NOT VALID and no USING INDEX for it.",
        "" },
    [TUSK_LINT_VALIDATE_SAME] = { "validating-in-same-transaction", TUSK_FINDING_WARNING, true, false,
        "the one of ADD CONSTRAINT", BOTH SCAN,
        "The lock of ADD CONSTRAINT ... NOT VALID is held to the end of the transaction, so that "
        "validating in it gains nothing.",
        "-- tusk:no-transaction\n"
        "ALTER TABLE t ADD CONSTRAINT t_c_check CHECK (c > 0) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT t_c_check;" },
    [TUSK_LINT_NOT_NULL] = { "setting-not-null", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH SCAN,
        "All rows are looked through for NULL, unless a valid CHECK says that there is none.",
        "ALTER TABLE t ADD CONSTRAINT t_c_filled CHECK (c IS NOT NULL) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT t_c_filled;\n"
        "ALTER TABLE t ALTER COLUMN c SET NOT NULL;\n"
        "ALTER TABLE t DROP CONSTRAINT t_c_filled;" },
    [TUSK_LINT_TYPE] = { "changing-column-type", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "The table and its indexes are written anew, unless the old values can stay as they are (varchar to "
        "text, a longer varchar, a numeric with more digits). Programs may not know the new type yet. "
        "No single statement is safe: add a column, fill it, switch over, drop the old one.", "" },
    [TUSK_LINT_REWRITE] = { "rewriting-table", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "SET LOGGED, SET UNLOGGED, SET TABLESPACE and SET ACCESS METHOD copy the table.", "" },
    [TUSK_LINT_INDEX] = { "index-not-concurrently", TUSK_FINDING_WARNING, true, false,
        "SHARE", WRITE BUILD, "CREATE INDEX keeps all writers out.",
        "CREATE INDEX CONCURRENTLY i ON t (c);" },
    [TUSK_LINT_DROP_INDEX] = { "dropping-index-not-concurrently", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT, "DROP INDEX locks the index's table.",
        "DROP INDEX CONCURRENTLY i;" },
    [TUSK_LINT_REINDEX] = { "reindex-not-concurrently", TUSK_FINDING_WARNING, true, false,
        "SHARE, and ACCESS EXCLUSIVE on the index", WRITE ", and reads that use the index" BUILD,
        "REINDEX keeps writers out, and readers from the index.", "REINDEX TABLE CONCURRENTLY t;" },
    [TUSK_LINT_INDEX_EXISTS] = { "concurrent-index-if-not-exists", TUSK_FINDING_NOTE, false, false,
        "", "",
        "A build that was cut short leaves an invalid index, and IF NOT EXISTS then takes it for done. "
        "`tusk up` drops such an index first; other programs do not.",
        "CREATE INDEX CONCURRENTLY i ON t (c);" },
    [TUSK_LINT_CONCURRENT_INSIDE] = { "concurrently-in-transaction", TUSK_FINDING_ERROR, false, false,
        "", "", "What runs CONCURRENTLY cannot be inside a transaction: the statement fails.",
        "COMMIT;\nCREATE INDEX CONCURRENTLY i ON t (c);" },
    [TUSK_LINT_ATTACH] = { "attaching-partition", TUSK_FINDING_NOTE, true, false,
        "ACCESS EXCLUSIVE", BOTH " of the new partition" SCAN,
        "Its rows are checked against the bounds, unless a valid CHECK on it says the same.",
        "ALTER TABLE p ADD CONSTRAINT p_bounds CHECK (at >= '2026-01-01' AND at < '2026-02-01') NOT VALID;\n"
        "ALTER TABLE p VALIDATE CONSTRAINT p_bounds;\n"
        "ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n"
        "ALTER TABLE p DROP CONSTRAINT p_bounds;" },
    [TUSK_LINT_DETACH] = { "detaching-partition-not-concurrently", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT, "DETACH PARTITION locks the whole partitioned table.",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY;" },
    [TUSK_LINT_REFRESH] = { "refreshing-not-concurrently", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", "reads of the view, while it is computed",
        "With a unique index the view can be refreshed beside its readers.",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v;" },
    [TUSK_LINT_VACUUM_FULL] = { "vacuum-full", TUSK_FINDING_WARNING, true, false,
        "ACCESS EXCLUSIVE", BOTH ANEW,
        "VACUUM FULL and CLUSTER copy the table. pg_repack does it with a short lock.",
        "VACUUM (ANALYZE) t;" },
    [TUSK_LINT_BACKFILL] = { "backfilling-with-ddl", TUSK_FINDING_WARNING, true, false,
        "the one of the DDL", BOTH ", while all rows are changed",
        "Rows are changed in the transaction of a statement that locks tables: its lock is held until "
        "the last row is done. A migration of its own, in batches, holds nobody up.",
        "-- tusk:no-transaction\n"
        "UPDATE t SET c = 0 WHERE ctid = ANY (ARRAY(SELECT ctid FROM t WHERE c IS NULL LIMIT 5000));\n"
        "-- again, until no row is changed" },
    [TUSK_LINT_SEVERAL] = { "locking-several-tables", TUSK_FINDING_NOTE, false, false,
        "ACCESS EXCLUSIVE", BOTH " of all of them, until the last is done",
        "One transaction takes the strongest lock on several tables that are in use: it may deadlock "
        "with programs that use them in another order.", "" },
    [TUSK_LINT_DOMAIN] = { "constraining-domain", TUSK_FINDING_WARNING, false, false,
        "SHARE", WRITE " to every table that uses the domain" SCAN,
        "A domain's constraint is checked in all tables that use it, and a later change of it again. "
        "A CHECK on the column can be validated without holding anybody up.",
        "ALTER DOMAIN d ADD CONSTRAINT d_check CHECK (value > 0) NOT VALID;\n"
        "ALTER DOMAIN d VALIDATE CONSTRAINT d_check;" },

    [TUSK_LINT_RENAME_COLUMN] = { "renaming-column", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "Programs that run now use the old name and fail at once. Add a column and fill both, or put "
        "a view with both names in the table's place.", "" },
    [TUSK_LINT_RENAME_TABLE] = { "renaming-table", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "Programs that run now use the old name and fail at once. A view of the old name keeps them "
        "going.", "ALTER TABLE t RENAME TO n;\nCREATE VIEW t AS SELECT * FROM n;" },
    [TUSK_LINT_RENAME_SCHEMA] = { "renaming-schema", TUSK_FINDING_WARNING, false, false, "", "",
        "Programs that run now use the old name and fail at once.", "" },
    [TUSK_LINT_RENAME_LABEL] = { "renaming-enum-value", TUSK_FINDING_WARNING, false, false, "", "",
        "Programs that run now send the old label, which is no value any more.", "" },
    [TUSK_LINT_DROP_COLUMN] = { "dropping-column", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "Its data are gone, and programs that still name it fail. First deploy the program that does "
        "not use it.", "" },
    [TUSK_LINT_DROP_TABLE] = { "dropping-table", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "Its rows are gone, and programs that still name it fail.",
        "ALTER TABLE t RENAME TO t_unused; -- and drop it when nobody has missed it" },
    [TUSK_LINT_DROP_SCHEMA] = { "dropping-schema", TUSK_FINDING_WARNING, false, false, "", "",
        "With CASCADE everything in it is gone, whatever it is by then.",
        "DROP SCHEMA s RESTRICT; -- after what is in it, by name" },
    [TUSK_LINT_DROP_DATABASE] = { "dropping-database", TUSK_FINDING_ERROR, false, false, "", "",
        "All data are gone; no migration does that.", "" },
    [TUSK_LINT_TRUNCATE] = { "truncating-table", TUSK_FINDING_WARNING, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT,
        "All rows are gone; with CASCADE also those of every table that refers to it.", "" },
    [TUSK_LINT_DROP_NOT_NULL] = { "dropping-not-null", TUSK_FINDING_NOTE, false, false,
        "ACCESS EXCLUSIVE", BOTH SHORT, "Programs that read the column may not expect NULL.", "" },

    [TUSK_LINT_CHAR] = { "char-type", TUSK_FINDING_NOTE, false, false, "", "",
        "char(n) is padded with blanks, which come and go in comparisons; it saves nothing.",
        "c text CHECK (length(c) = 2)" },
    [TUSK_LINT_VARCHAR] = { "varchar-length", TUSK_FINDING_NOTE, false, true, "", "",
        "A length in the type is changed under ACCESS EXCLUSIVE; a CHECK on text is not.",
        "c text CHECK (length(c) <= 255)" },
    [TUSK_LINT_TIMESTAMP] = { "timestamp-without-time-zone", TUSK_FINDING_NOTE, false, false, "", "",
        "It is no moment: what it means depends on who reads it.", "c timestamptz" },
    [TUSK_LINT_SERIAL_TYPE] = { "serial-type", TUSK_FINDING_NOTE, false, false, "", "",
        "An identity column is standard SQL, its sequence belongs to it, and nobody sets it by mistake.",
        "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY" },
    [TUSK_LINT_SMALL_KEY] = { "small-key", TUSK_FINDING_NOTE, false, false, "", "",
        "A key of 2 or 4 bytes runs out (32,767 or 2,147,483,647), and making it larger later writes the "
        "table anew.", "id bigint PRIMARY KEY" },
    [TUSK_LINT_JSON] = { "json-type", TUSK_FINDING_NOTE, false, false, "", "",
        "json has no equality, so that DISTINCT and GROUP BY fail, and no index.", "c jsonb" },
    [TUSK_LINT_ENUM_ORDER] = { "enum-value-without-order", TUSK_FINDING_NOTE, false, false, "", "",
        "Without BEFORE or AFTER the label becomes the last in the order of the values; say that it is meant.",
        "ALTER TYPE mood ADD VALUE 'glad' AFTER 'fine';" },
    [TUSK_LINT_LONG_NAME] = { "identifier-too-long", TUSK_FINDING_WARNING, false, false, "", "",
        "PostgreSQL cuts names to 63 bytes without an error; two may become one.", "" },
    [TUSK_LINT_WIDE_INDEX] = { "wide-index", TUSK_FINDING_NOTE, false, false, "", "",
        "An index of more than three columns is large and seldom used to the end; INCLUDE holds what is "
        "only read.", "CREATE INDEX CONCURRENTLY i ON t (a, b) INCLUDE (c, d);" },
    [TUSK_LINT_ASSIGNED_TWICE] = { "column-assigned-twice", TUSK_FINDING_ERROR, false, false, "", "",
        "UPDATE names a column twice: the statement fails.", "" },
    [TUSK_LINT_NO_SCHEMA] = { "table-without-schema", TUSK_FINDING_NOTE, false, true, "", "",
        "Which table is meant depends on the search_path of whoever runs it.", "ALTER TABLE public.t ...;" },

    [TUSK_LINT_NESTED] = { "transaction-in-migration", TUSK_FINDING_WARNING, false, false, "", "",
        "Migrations are run in a transaction already; with BEGIN or COMMIT in it the file is run statement "
        "by statement, and other tools fail.", "" },
    [TUSK_LINT_OPEN_TRANSACTION] = { "uncommitted-transaction", TUSK_FINDING_ERROR, false, false, "", "",
        "The file begins a transaction that it does not end: nothing of it holds.", "COMMIT;" },
    [TUSK_LINT_LOCK_TIMEOUT] = { "no-lock-timeout", TUSK_FINDING_WARNING, false, true, "", "",
        "Without one, a statement that waits for a lock holds up everybody behind it for as long. "
        "(`tusk up` sets one itself.)", "SET lock_timeout = '5s';" },
    [TUSK_LINT_STATEMENT_TIMEOUT] = { "no-statement-timeout", TUSK_FINDING_NOTE, false, true, "", "",
        "A statement that takes longer than was thought holds its locks as long.",
        "SET statement_timeout = '15min';" },
    [TUSK_LINT_ROBUST] = { "not-repeatable", TUSK_FINDING_NOTE, false, true, "", "",
        "In a file that runs without a transaction the statement fails when the file is run again after "
        "a failure. (`tusk up` goes on where it stopped.)", "CREATE TABLE IF NOT EXISTS t (...);" },
};
/* clang-format on */

const tusk_lint_rule *tusk_lint_rules(size_t *count)
{
    *count = TUSK_LINT_COUNT;
    return tusk_lint_table;
}

tusk_lint_id tusk_lint_find(tusk_str name)
{
    int id = 0;
    while (id < TUSK_LINT_COUNT && !tusk_str_eq(name, tusk_str_of(tusk_lint_table[id].name))) id++;
    return (tusk_lint_id)id;
}

static void add_rule(tusk_buf *buf, const tusk_lint_rule *rule)
{
    static const char *const levels[] = { [TUSK_FINDING_NOTE] = "note",
                                          [TUSK_FINDING_WARNING] = "warning",
                                          [TUSK_FINDING_ERROR] = "error" };
    tusk_buf_printf(buf, "### %s\n\n%s", rule->name, levels[rule->level]);
    if (rule->by_size) tusk_buf_add_cstr(buf, ", for a small table a note");
    if (rule->optional) tusk_buf_add_cstr(buf, ", only when asked for with `--rules`");
    if (rule->lock[0]) tusk_buf_printf(buf, " · lock: %s · blocks %s", rule->lock, rule->blocks);
    tusk_buf_printf(buf, "\n\n%s\n", rule->why);
    if (rule->safe[0]) tusk_buf_printf(buf, "\n```sql\n%s\n```\n", rule->safe);
}

tusk_str tusk_lint_markdown(tusk_arena *arena)
{
    tusk_buf buf;
    tusk_str out = { 0 };
    tusk_buf_init_in(&buf, arena, PAGE_MAX);
    for (int i = 0; i < TUSK_LINT_COUNT; i++) {
        if (i > 0) tusk_buf_add_char(&buf, '\n');
        add_rule(&buf, &tusk_lint_table[i]);
    }
    return tusk_buf_finish(&buf, &out, NULL) == TUSK_OK ? out : (tusk_str){ 0 };
}
