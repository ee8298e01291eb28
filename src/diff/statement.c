/* statement.c - wording statements: one function a kind, no decisions */
#include "src/diff/statement.h"

#include "src/model/text.h"
#include "src/sql/quote.h"

#include "src/base/banned.h"

/* A list of names, divided by "," without a space. */
static void add_names(tusk_buf *buf, const tusk_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        tusk_sql_add_ident(buf, names->items[i]);
    }
}

/* "name" or "schema"."name"; public is left out. */
static void add_table(tusk_buf *buf, tusk_str schema, tusk_str name)
{
    if (tusk_model_schema(schema).len > 0) {
        tusk_sql_add_ident(buf, schema);
        tusk_buf_add_char(buf, '.');
    }
    tusk_sql_add_ident(buf, name);
}

/* The same with public spelled out, as enums and targets of foreign keys are written. */
static void add_qualified(tusk_buf *buf, tusk_str schema, tusk_str name)
{
    tusk_sql_add_ident(buf, schema.len > 0 ? schema : TUSK_STR("public"));
    tusk_buf_add_char(buf, '.');
    tusk_sql_add_ident(buf, name);
}

void tusk_statement_create_schema(tusk_buf *buf, tusk_str name)
{
    tusk_buf_add_cstr(buf, "CREATE SCHEMA ");
    tusk_sql_add_ident(buf, name);
    tusk_buf_add_cstr(buf, ";\n");
}

void tusk_statement_create_enum(tusk_buf *buf, const tusk_model_enum *e)
{
    tusk_buf_add_cstr(buf, "CREATE TYPE ");
    add_qualified(buf, e->schema, e->name);
    tusk_buf_add_cstr(buf, " AS ENUM(");
    for (size_t i = 0; i < e->values.count; i++) {
        if (i > 0) tusk_buf_add_cstr(buf, ", ");
        tusk_text_add_literal(buf, e->values.items[i]);
    }
    tusk_buf_add_cstr(buf, ");");
}

void tusk_statement_add_value(tusk_buf *buf, const tusk_model_enum *e, tusk_str value,
                              tusk_str before)
{
    tusk_buf_add_cstr(buf, "ALTER TYPE ");
    add_qualified(buf, e->schema, e->name);
    tusk_buf_add_cstr(buf, " ADD VALUE ");
    tusk_text_add_literal(buf, value);
    if (before.ptr) {
        tusk_buf_add_cstr(buf, " BEFORE ");
        tusk_text_add_literal(buf, before);
    }
    tusk_buf_add_char(buf, ';');
}

/* ---- columns ---- */

/* Types that drizzle-kit writes as they are; all others it puts in quotes, which does no harm to a
 * plain name. */
static bool is_plain_type(tusk_str type)
{
    static const char *const prefixes[] = {
        "uuid",      "smallint",  "integer",          "bigint",  "boolean", "text",     "varchar",
        "serial",    "bigserial", "decimal",          "numeric", "real",    "json",     "time",
        "date",      "interval",  "double precision", "char",    "vector",  "geometry", "halfvec",
        "sparsevec", "bit",
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (tusk_str_starts(type, tusk_str_of(prefixes[i]))) return true;
    }
    return false;
}

/* An enum is always quoted, also one whose name begins like a type ("text_kind"), and varbit(9)
 * never is: drizzle-kit fails there. */
static void add_type(tusk_buf *buf, const tusk_model_column *column)
{
    tusk_str type = column->type;
    const char *bracket = type.len > 0 ? memchr(type.ptr, '[', type.len) : NULL;
    size_t len = bracket ? (size_t)(bracket - type.ptr) : type.len;
    tusk_str base = { type.ptr, len };
    bool is_enum = column->type_schema.ptr != NULL;
    bool arguments = base.len > 0 && memchr(base.ptr, '(', base.len) != NULL;
    if (!is_enum && (is_plain_type(type) || arguments)) {
        tusk_buf_add(buf, type);
        return;
    }
    add_table(buf, is_enum ? column->type_schema : TUSK_STR(""), base);
    tusk_buf_add(buf, (tusk_str){ type.ptr + len, type.len - len });
}

static void add_identity(tusk_buf *buf, const tusk_model_table *table,
                         const tusk_identity *identity)
{
    tusk_buf_printf(buf, " GENERATED %s AS IDENTITY (sequence name ",
                    identity->always ? "ALWAYS" : "BY DEFAULT");
    add_table(buf, table->schema, identity->name);
    tusk_buf_printf(buf,
                    " INCREMENT BY %.*s MINVALUE %.*s MAXVALUE %.*s START WITH %.*s CACHE %.*s",
                    TUSK_STR_ARG(identity->increment), TUSK_STR_ARG(identity->min_value),
                    TUSK_STR_ARG(identity->max_value), TUSK_STR_ARG(identity->start_with),
                    TUSK_STR_ARG(identity->cache));
    tusk_buf_add_cstr(buf, identity->cycle ? " CYCLE)" : ")");
}

/* `created`: in CREATE TABLE, where an identity column says no NOT NULL. */
static void add_column(tusk_buf *buf, const tusk_model_table *table,
                       const tusk_model_column *column, bool created)
{
    bool identity = column->identity.name.ptr != NULL;
    tusk_sql_add_ident(buf, column->name);
    tusk_buf_add_char(buf, ' ');
    add_type(buf, column);
    if (column->primary_key) tusk_buf_add_cstr(buf, " PRIMARY KEY");
    if (column->value.kind != TUSK_DEFAULT_NONE) {
        tusk_buf_add_cstr(buf, " DEFAULT ");
        tusk_buf_add(buf, column->value.sql);
    }
    if (column->generated.ptr) {
        tusk_buf_printf(buf, " GENERATED ALWAYS AS (%.*s) STORED", TUSK_STR_ARG(column->generated));
    }
    if (column->not_null && !(created && identity)) tusk_buf_add_cstr(buf, " NOT NULL");
    if (identity) add_identity(buf, table, &column->identity);
}

/* ---- tables ---- */

static void add_constraint(tusk_buf *buf, tusk_str name)
{
    tusk_buf_add_cstr(buf, "CONSTRAINT ");
    tusk_sql_add_ident(buf, name);
    tusk_buf_add_char(buf, ' ');
}

static void add_unique(tusk_buf *buf, const tusk_model_key *key)
{
    add_constraint(buf, key->name);
    tusk_buf_add_cstr(buf, key->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT(" : "UNIQUE(");
    add_names(buf, &key->columns);
    tusk_buf_add_char(buf, ')');
}

static void add_check(tusk_buf *buf, const tusk_model_check *check)
{
    add_constraint(buf, check->name);
    tusk_buf_add_cstr(buf, "CHECK (");
    tusk_buf_add(buf, check->value);
    tusk_buf_add_char(buf, ')');
}

void tusk_statement_create_table(tusk_buf *buf, const tusk_model_table *table)
{
    tusk_buf_add_cstr(buf, "CREATE TABLE ");
    add_table(buf, table->schema, table->name);
    tusk_buf_add_cstr(buf, " (\n");
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_buf_add_cstr(buf, i > 0 ? ",\n\t" : "\t");
        add_column(buf, table, &table->columns.items[i], true);
    }
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        tusk_buf_add_cstr(buf, ",\n\t");
        add_constraint(buf, table->primary_keys.items[i].name);
        tusk_buf_add_cstr(buf, "PRIMARY KEY(");
        add_names(buf, &table->primary_keys.items[i].columns);
        tusk_buf_add_char(buf, ')');
    }
    for (size_t i = 0; i < table->uniques.count; i++) {
        tusk_buf_add_cstr(buf, ",\n\t");
        add_unique(buf, &table->uniques.items[i]);
    }
    for (size_t i = 0; i < table->checks.count; i++) {
        tusk_buf_add_cstr(buf, ",\n\t");
        add_check(buf, &table->checks.items[i]);
    }
    tusk_buf_add_cstr(buf, "\n);\n");
}

static void alter_table(tusk_buf *buf, const tusk_model_table *table, const char *what)
{
    tusk_buf_add_cstr(buf, "ALTER TABLE ");
    add_table(buf, table->schema, table->name);
    tusk_buf_add_char(buf, ' ');
    tusk_buf_add_cstr(buf, what);
}

void tusk_statement_add_column(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_column *column)
{
    alter_table(buf, table, "ADD COLUMN ");
    add_column(buf, table, column, false);
    tusk_buf_add_char(buf, ';');
}

void tusk_statement_add_foreign_key(tusk_buf *buf, const tusk_model_table *table,
                                    const tusk_model_foreign_key *key)
{
    alter_table(buf, table, "ADD ");
    add_constraint(buf, key->name);
    tusk_buf_add_cstr(buf, "FOREIGN KEY (");
    add_names(buf, &key->columns_from);
    tusk_buf_add_cstr(buf, ") REFERENCES ");
    add_qualified(buf, key->schema_to, key->table_to);
    tusk_buf_add_char(buf, '(');
    add_names(buf, &key->columns_to);
    tusk_buf_printf(buf, ") ON DELETE %.*s ON UPDATE %.*s;", TUSK_STR_ARG(key->on_delete),
                    TUSK_STR_ARG(key->on_update));
}

void tusk_statement_add_unique(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_key *key)
{
    alter_table(buf, table, "ADD ");
    add_unique(buf, key);
    tusk_buf_add_char(buf, ';');
}

void tusk_statement_add_check(tusk_buf *buf, const tusk_model_table *table,
                              const tusk_model_check *check)
{
    alter_table(buf, table, "ADD ");
    add_check(buf, check);
    tusk_buf_add_char(buf, ';');
}

/* ---- indexes ---- */

static void add_index_column(tusk_buf *buf, const tusk_model_index_column *column)
{
    if (column->is_expression) {
        tusk_buf_add(buf, column->expression);
    } else {
        tusk_sql_add_ident(buf, column->expression);
    }
    if (column->opclass.ptr) {
        tusk_buf_add_char(buf, ' ');
        tusk_buf_add(buf, column->opclass);
    }
    if (column->descending) tusk_buf_add_cstr(buf, " DESC");
    if (column->descending || column->nulls_first) {
        tusk_buf_add_cstr(buf, column->nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

void tusk_statement_create_index(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_index *index)
{
    tusk_buf_printf(buf, "CREATE %sINDEX %s", index->unique ? "UNIQUE " : "",
                    index->concurrently ? "CONCURRENTLY " : "");
    tusk_sql_add_ident(buf, index->name);
    tusk_buf_add_cstr(buf, " ON ");
    add_table(buf, table->schema, table->name);
    tusk_buf_printf(buf, " USING %.*s (", TUSK_STR_ARG(index->method));
    for (size_t i = 0; i < index->columns.count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        add_index_column(buf, &index->columns.items[i]);
    }
    tusk_buf_add_char(buf, ')');
    if (index->with.len > 0) tusk_buf_printf(buf, " WITH (%.*s)", TUSK_STR_ARG(index->with));
    if (index->where.ptr) tusk_buf_printf(buf, " WHERE %.*s", TUSK_STR_ARG(index->where));
    tusk_buf_add_char(buf, ';');
}
