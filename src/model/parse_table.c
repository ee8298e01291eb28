/* parse_table.c - tables and views of a .def file: what stands in TABLE(...), and their lines */
#include "src/model/parse.h"

#include "src/base/banned.h"

/* ---- lines ---- */

/* POLICY(name, RESTRICTIVE, FOR(select), TO(role), USING_SQL("..."), WITH_CHECK("...")) */
tusk_status tusk_parse_policy(tusk_parser *p, tusk_def_policy *policy)
{
    static const tusk_option parts[] = {
        TUSK_FLAG_OPTION("RESTRICTIVE", tusk_def_policy, restrictive),
        TUSK_NAME_OPTION("FOR", tusk_def_policy, command, "all, select, insert, update or delete"),
        { "TO", TUSK_OPTION_NAMES, offsetof(tusk_def_policy, to), "the name of a role", NULL,
          false },
        TUSK_TEXT_OPTION("USING_SQL", tusk_def_policy, using_, "an SQL condition"),
        TUSK_TEXT_OPTION("WITH_CHECK", tusk_def_policy, with_check, "an SQL condition"),
        TUSK_TEXT_OPTION("RENAMED_FROM", tusk_def_policy, renamed_from, "the name before"),
    };
    static const tusk_options options = {
        parts, sizeof parts / sizeof *parts, "a part of a policy",
        "Parts: RESTRICTIVE, FOR(select), TO(role), USING_SQL(\"...\"), WITH_CHECK(\"...\"), "
        "RENAMED_FROM(\"old\")."
    };
    tusk_status st = tusk_parse_name(p, "the policy's name", &policy->name);
    return st == TUSK_OK ? tusk_parse_options(p, &options, policy) : st;
}

static tusk_status parse_policy_line(tusk_parser *p, tusk_def_table *table)
{
    tusk_def_policy policy = { 0 };
    tusk_status st = tusk_parse_policy(p, &policy);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &table->policies, policy));
}

/* "name", "bounds" of PARTITION, and the schema before them. */
static tusk_status parse_partition(tusk_parser *p, bool in_schema, tusk_def_table *table)
{
    tusk_def_partition partition = { 0 };
    tusk_status st = TUSK_OK;
    if (in_schema) {
        st = tusk_parse_string(p, "the schema in double quotes", &partition.schema);
        if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    }
    if (st == TUSK_OK) st = tusk_parse_name(p, "the partition's name", &partition.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        st = tusk_parse_string(p, "its bounds in double quotes", &partition.bounds);
    }
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &table->partitions, partition));
}

static tusk_status parse_partition_line(tusk_parser *p, tusk_def_table *table)
{
    return parse_partition(p, false, table);
}

static tusk_status parse_partition_in_line(tusk_parser *p, tusk_def_table *table)
{
    return parse_partition(p, true, table);
}

static tusk_status parse_trigger_line(tusk_parser *p, tusk_def_table *table)
{
    tusk_def_routine trigger = { 0 };
    tusk_status st = tusk_parse_name(p, "the trigger's name", &trigger.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        st = tusk_parse_string(p, "\"create trigger ...\" in double quotes", &trigger.statement);
    }
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &table->triggers, trigger));
}

/* *known: false when the current word begins none of these lines. */
static tusk_status parse_other_line(tusk_parser *p, tusk_def_table *table, bool *known)
{
    static const struct {
        const char *word;
        tusk_status (*parse)(tusk_parser *p, tusk_def_table *table);
    } lines[] = { { "POLICY", parse_policy_line },
                  { "PARTITION", parse_partition_line },
                  { "PARTITION_IN", parse_partition_in_line },
                  { "TRIGGER", parse_trigger_line } };
    size_t count = sizeof lines / sizeof *lines, i = 0;
    while (i < count && !tusk_parse_at(p, lines[i].word)) i++;
    *known = i < count;
    if (!*known) return TUSK_OK;
    tusk_status st = tusk_parse_next(p);
    if (st == TUSK_OK) st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = lines[i].parse(p, table);
    return st == TUSK_OK ? tusk_parse_sign(p, ')') : st;
}

static tusk_status parse_item_line(tusk_parser *p, tusk_def_table *table, bool *known)
{
    static const struct {
        const char *word;
        tusk_item_kind kind;
    } items[] = { { "INDEX", TUSK_ITEM_INDEX },      { "UNIQUE_INDEX", TUSK_ITEM_UNIQUE_INDEX },
                  { "CHECK", TUSK_ITEM_CHECK },      { "KEY", TUSK_ITEM_KEY },
                  { "UNIQUE_ON", TUSK_ITEM_UNIQUE }, { "FOREIGN_KEY", TUSK_ITEM_FOREIGN_KEY },
                  { "EXCLUDE", TUSK_ITEM_EXCLUDE } };
    tusk_place place = p->lexer.token.place;
    size_t count = sizeof items / sizeof *items, i = 0;
    while (i < count && !tusk_parse_at(p, items[i].word)) i++;
    *known = i < count;
    if (!*known) return TUSK_OK;
    tusk_status st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_item(p, items[i].kind, place, table) : st;
}

static tusk_status unknown_line(tusk_parser *p, const tusk_def_table *table)
{
    if (table->kind == TUSK_DEF_TABLE) {
        tusk_parse_unexpected(p, "a line of the table, or END_TABLE");
        tusk_error_hint(p->err,
                        "Lines: COLUMN, NULLABLE, INDEX, UNIQUE_INDEX, CHECK, KEY, UNIQUE_ON, "
                        "FOREIGN_KEY, EXCLUDE, POLICY, PARTITION, TRIGGER. Nothing stands between "
                        "them.");
    } else if (table->kind == TUSK_DEF_VIEW) {
        tusk_parse_unexpected(p, "COLUMN, NULLABLE or END_VIEW");
    } else {
        tusk_parse_unexpected(p, "COLUMN, NULLABLE or END_VIEW");
    }
    return TUSK_INVALID;
}

static tusk_status parse_line(tusk_parser *p, tusk_def_table *table)
{
    bool nullable = tusk_parse_at(p, "NULLABLE"), known = false;
    if (nullable || tusk_parse_at(p, "COLUMN")) {
        tusk_status st = tusk_parse_next(p);
        return st == TUSK_OK ? tusk_parse_column(p, nullable, table) : st;
    }
    if (table->kind != TUSK_DEF_TABLE) return unknown_line(p, table);
    tusk_status st = parse_item_line(p, table, &known);
    if (st == TUSK_OK && !known) st = parse_other_line(p, table, &known);
    return known || st != TUSK_OK ? st : unknown_line(p, table);
}

tusk_status tusk_parse_table_body(tusk_parser *p, tusk_def_table *table)
{
    const char *end = table->kind == TUSK_DEF_TABLE ? "END_TABLE" : "END_VIEW";
    while (!tusk_parse_at(p, end)) {
        tusk_status st = parse_line(p, table);
        if (st != TUSK_OK) return st;
    }
    return tusk_parse_next(p);
}

/* ---- the first and the last line ---- */

#define COMMON                                                                         \
    TUSK_TEXT_OPTION("RENAMED_FROM", tusk_def_table, renamed_from, "the name before"), \
        TUSK_TEXT_OPTION("COMMENT", tusk_def_table, comment, "a text")

static tusk_status parse_table_options(tusk_parser *p, tusk_def_table *table)
{
    static const tusk_option attributes[] = {
        COMMON,
        TUSK_FLAG_OPTION("ROW_LEVEL_SECURITY", tusk_def_table, rls),
        TUSK_FLAG_OPTION("FORCE_ROW_LEVEL_SECURITY", tusk_def_table, rls_forced),
        TUSK_FLAG_OPTION("UNLOGGED", tusk_def_table, unlogged),
        TUSK_TEXT_OPTION("STORAGE", tusk_def_table, storage, "storage parameters"),
        TUSK_TEXT_OPTION("PARTITION_BY", tusk_def_table, partition_by,
                         "\"range (column)\" or the like,"),
    };
    static const tusk_options options = {
        attributes, sizeof attributes / sizeof *attributes, "an attribute of the table",
        "Attributes: RENAMED_FROM(\"old\"), COMMENT(\"x\"), ROW_LEVEL_SECURITY, "
        "FORCE_ROW_LEVEL_SECURITY, UNLOGGED, STORAGE(\"fillfactor=70\"), "
        "PARTITION_BY(\"range (created_at)\")."
    };
    return tusk_parse_options(p, &options, table);
}

static tusk_status parse_view_options(tusk_parser *p, tusk_def_table *view)
{
    static const tusk_option attributes[] = {
        COMMON,
        TUSK_TEXT_OPTION("WITH", tusk_def_table, with, "options"),
        TUSK_NAME_OPTION("USING", tusk_def_table, method, "an access method such as heap"),
        TUSK_NAME_OPTION("TABLESPACE", tusk_def_table, tablespace, "the name of a tablespace"),
        TUSK_FLAG_OPTION("WITH_NO_DATA", tusk_def_table, no_data),
    };
    static const tusk_options of_materialized = { attributes,
                                                  sizeof attributes / sizeof *attributes,
                                                  "an attribute of the view",
                                                  "Attributes: RENAMED_FROM(\"old\"), "
                                                  "COMMENT(\"x\"), WITH(\"fillfactor=70\"), "
                                                  "USING(heap), TABLESPACE(\"name\"), "
                                                  "WITH_NO_DATA." };
    static const tusk_options of_view = { attributes, 3, "an attribute of the view",
                                          "Attributes: RENAMED_FROM(\"old\"), COMMENT(\"x\"), "
                                          "WITH(\"security_barrier=true\")." };
    bool materialized = view->kind == TUSK_DEF_MATERIALIZED_VIEW;
    return tusk_parse_options(p, materialized ? &of_materialized : &of_view, view);
}

/* "select ..." or EXISTING, then attributes. */
static tusk_status parse_definition(tusk_parser *p, tusk_def_table *view)
{
    tusk_status st = tusk_parse_sign(p, ',');
    if (st != TUSK_OK) return st;
    if (tusk_parse_at(p, "EXISTING")) {
        view->existing = p->lexer.token.place;
        st = tusk_parse_next(p);
    } else {
        st = tusk_parse_string(p, "what the view selects in double quotes, or EXISTING",
                               &view->definition);
    }
    return st == TUSK_OK ? parse_view_options(p, view) : st;
}

static tusk_status parse_names(tusk_parser *p, bool in_schema, tusk_def_table *table)
{
    bool view = table->kind != TUSK_DEF_TABLE;
    tusk_status st = TUSK_OK;
    if (in_schema) {
        st = tusk_parse_string(p, "the schema in double quotes", &table->schema);
        if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    }
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a row in C", &table->row);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) {
        st = tusk_parse_word(p, view ? "the view's name in C" : "the table's name in C",
                             &table->handle);
    }
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st != TUSK_OK) return st;
    return tusk_parse_string(
        p, view ? "the view's SQL name in double quotes" : "the table's SQL name in double quotes",
        &table->sql);
}

/* (row, handle), which have to repeat those of the first line. */
static tusk_status parse_end(tusk_parser *p, const tusk_def_table *table)
{
    const char *word = table->kind == TUSK_DEF_TABLE ? "END_TABLE" : "END_VIEW";
    tusk_def_name handle;
    tusk_status st = tusk_parse_end(p, word, &table->row);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the table's name in C", &handle);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(handle.text, table->handle.text)) {
        return tusk_place_fail(p->err, handle.place, "%s names \"%.*s\", but \"%.*s\" is open",
                               word, TUSK_STR_ARG(handle.text), TUSK_STR_ARG(table->handle.text));
    }
    return tusk_parse_sign(p, ')');
}

tusk_status tusk_parse_table(tusk_parser *p, tusk_def_table_kind kind, bool in_schema)
{
    tusk_def_table table = { .kind = kind };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = parse_names(p, in_schema, &table);
    if (st == TUSK_OK) {
        st = kind == TUSK_DEF_TABLE ? parse_table_options(p, &table) : parse_definition(p, &table);
    }
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st == TUSK_OK) st = tusk_parse_table_body(p, &table);
    if (st == TUSK_OK) st = parse_end(p, &table);
    if (st != TUSK_OK) return st;
    return tusk_parse_pushed(p, tusk_vec_push(p->arena, &p->def->tables, table));
}
