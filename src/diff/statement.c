/* statement.c - the texts of tables, columns, constraints and indexes; no decisions */
#include "src/diff/statement.h"

#include "src/diff/cast.h"
#include "src/diff/scan.h"
#include "src/diff/words.h"

#include "src/base/banned.h"

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

/* Quotes would make another name of "varbit(9)", "s.kind" or "int", which is none of a type. */
static bool is_no_single_name(tusk_str base)
{
    static const char *const words[] = { "int", "dec", "float", "nchar" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (tusk_str_eq(base, tusk_str_of(words[i]))) return true;
    }
    for (size_t i = 0; i < base.len; i++) {
        if (strchr("(). \"", base.ptr[i])) return true;
    }
    return false;
}

/* An enum is always quoted, also one whose name begins like a type ("text_kind"), and varbit(9)
 * never is: drizzle-kit fails there. */
void tusk_statement_type(tusk_buf *buf, const tusk_model_column *column, bool qualified)
{
    tusk_str base = tusk_type_base(column->type);
    tusk_str brackets = { column->type.ptr + base.len, column->type.len - base.len };
    if (column->type_schema.len > 0) {
        /* "point" alone is PostgreSQL's own, whoever else has that name */
        qualified = qualified || tusk_type_is_built_in(base);
        tusk_words(buf, qualified ? "%q%s" : "%t%s", column->type_schema, base, brackets);
    } else if (is_plain_type(column->type) || is_no_single_name(base)) {
        tusk_buf_add(buf, column->type);
    } else {
        tusk_words(buf, "%i%s", base, brackets);
    }
}

tusk_str tusk_statement_type_str(tusk_arena *arena, const tusk_model_column *column)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, TUSK_STATEMENT_MAX);
    tusk_statement_type(&buf, column, true);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : column->type;
}

tusk_str tusk_statement_default(tusk_arena *arena, const tusk_model_column *column)
{
    if (column->value.kind != TUSK_DEFAULT_SQL) return column->value.sql;
    bool is_array = column->type.len > 0 && memchr(column->type.ptr, '[', column->type.len);
    return tusk_scan_mend_default(arena, column->value.sql, is_array);
}

void tusk_statement_identity(tusk_buf *buf, const tusk_model_table *table,
                             const tusk_identity *identity)
{
    tusk_words(buf, "GENERATED %z AS IDENTITY (sequence name %t",
               identity->always ? "ALWAYS" : "BY DEFAULT", table->schema, identity->name);
    tusk_words(buf, " INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%z)",
               identity->increment, identity->min_value, identity->max_value, identity->start_with,
               identity->cache, identity->cycle ? " CYCLE" : "");
}

/* `created`: in CREATE TABLE, where an identity column says no NOT NULL. */
static void add_column(tusk_buf *buf, const tusk_model_table *table,
                       const tusk_model_column *column, bool created)
{
    bool identity = column->identity.name.ptr != NULL;
    tusk_words(buf, "%i ", column->name);
    tusk_statement_type(buf, column, false);
    if (column->collation.len > 0) tusk_words(buf, " COLLATE %i", column->collation);
    if (column->primary_key) tusk_buf_add_cstr(buf, " PRIMARY KEY");
    if (column->value.kind != TUSK_DEFAULT_NONE) {
        tusk_words(buf, " DEFAULT %s", tusk_statement_default(buf->arena, column));
    }
    if (column->generated.ptr) {
        tusk_words(buf, " GENERATED ALWAYS AS (%s) STORED", column->generated);
    }
    if (column->not_null && !(created && identity)) tusk_buf_add_cstr(buf, " NOT NULL");
    if (!identity) return;
    tusk_buf_add_char(buf, ' ');
    tusk_statement_identity(buf, table, &column->identity);
}

void tusk_statement_add_column(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_column *column)
{
    tusk_words(buf, "ALTER TABLE %t ADD COLUMN ", table->schema, table->name);
    add_column(buf, table, column, false);
    tusk_buf_add_char(buf, ';');
}

/* ---- constraints ---- */

static const char *deferral(tusk_deferral d)
{
    static const char *const words[] = { "", " DEFERRABLE INITIALLY IMMEDIATE",
                                         " DEFERRABLE INITIALLY DEFERRED" };
    return words[d];
}

static void add_unique(tusk_buf *buf, const tusk_model_key *key)
{
    tusk_words(buf, "CONSTRAINT %i UNIQUE%z(%n)%z", key->name,
               key->nulls_not_distinct ? " NULLS NOT DISTINCT" : "", &key->columns,
               deferral(key->deferral));
}

static void add_exclusion(tusk_buf *buf, const tusk_model_exclusion *exclusion)
{
    tusk_words(buf, "CONSTRAINT %i EXCLUDE %s%z", exclusion->name, exclusion->definition,
               deferral(exclusion->deferral));
}

void tusk_statement_add_unique(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_key *key)
{
    tusk_words(buf, "ALTER TABLE %t ADD ", table->schema, table->name);
    add_unique(buf, key);
    tusk_buf_add_char(buf, ';');
}

void tusk_statement_add_exclusion(tusk_buf *buf, const tusk_model_table *table,
                                  const tusk_model_exclusion *exclusion)
{
    tusk_words(buf, "ALTER TABLE %t ADD ", table->schema, table->name);
    add_exclusion(buf, exclusion);
    tusk_buf_add_char(buf, ';');
}

void tusk_statement_add_foreign_key(tusk_buf *buf, const tusk_model_table *table,
                                    const tusk_model_foreign_key *key)
{
    tusk_words(buf, "ALTER TABLE %t ADD CONSTRAINT %i FOREIGN KEY (%n) REFERENCES %q(%n)",
               table->schema, table->name, key->name, &key->columns_from, key->schema_to,
               key->table_to, &key->columns_to);
    tusk_words(buf, " ON DELETE %s ON UPDATE %s%z;", key->on_delete, key->on_update,
               deferral(key->deferral));
}

/* ---- tables ---- */

void tusk_statement_storage(tusk_buf *buf, const tusk_model_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        tusk_words(buf, "%z%s=%s", i > 0 ? ", " : "", options->items[i].name,
                   options->items[i].value);
    }
}

static bool is_same_index(const tusk_model_key *a, const tusk_model_key *b)
{
    return a->nulls_not_distinct == b->nulls_not_distinct && a->deferral == b->deferral &&
           tusk_names_equal(&a->columns, &b->columns);
}

bool tusk_statement_is_merged(const tusk_model_table *table, size_t unique)
{
    const tusk_model_key *key = &table->uniques.items[unique];
    for (size_t i = 0; i < unique; i++) {
        if (is_same_index(&table->uniques.items[i], key)) return true;
    }
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        if (is_same_index(&table->primary_keys.items[i], key)) return true;
    }
    bool plain = !key->nulls_not_distinct && key->deferral == TUSK_NOT_DEFERRABLE;
    if (!plain || key->columns.count != 1) return false;
    const tusk_model_column *only = tusk_model_find_column(table, key->columns.items[0]);
    return only && only->primary_key;
}

static void add_constraints(tusk_buf *buf, const tusk_model_table *table)
{
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        const tusk_model_key *key = &table->primary_keys.items[i];
        tusk_words(buf, ",\n\tCONSTRAINT %i PRIMARY KEY(%n)%z", key->name, &key->columns,
                   deferral(key->deferral));
    }
    for (size_t i = 0; i < table->uniques.count; i++) {
        if (tusk_statement_is_merged(table, i)) continue;
        tusk_buf_add_cstr(buf, ",\n\t");
        add_unique(buf, &table->uniques.items[i]);
    }
    for (size_t i = 0; i < table->checks.count; i++) {
        const tusk_model_check *check = &table->checks.items[i];
        tusk_words(buf, ",\n\tCONSTRAINT %i CHECK (%s)", check->name, check->value);
    }
    for (size_t i = 0; i < table->exclusions.count; i++) {
        tusk_buf_add_cstr(buf, ",\n\t");
        add_exclusion(buf, &table->exclusions.items[i]);
    }
}

void tusk_statement_create_table(tusk_buf *buf, const tusk_model_table *table)
{
    tusk_words(buf, "CREATE %zTABLE %t (\n", table->unlogged ? "UNLOGGED " : "", table->schema,
               table->name);
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_buf_add_cstr(buf, i > 0 ? ",\n\t" : "\t");
        add_column(buf, table, &table->columns.items[i], true);
    }
    add_constraints(buf, table);
    tusk_buf_add_cstr(buf, "\n)");
    if (table->partition_by.ptr) tusk_words(buf, " PARTITION BY %s", table->partition_by);
    if (table->storage.count > 0) {
        tusk_buf_add_cstr(buf, " WITH (");
        tusk_statement_storage(buf, &table->storage);
        tusk_buf_add_char(buf, ')');
    }
    tusk_buf_add_cstr(buf, ";\n");
}

/* ---- indexes ---- */

static void add_index_column(tusk_buf *buf, const tusk_model_index_column *column)
{
    tusk_words(buf, column->is_expression ? "%s" : "%i", column->expression);
    if (column->opclass.ptr) tusk_words(buf, " %s", column->opclass);
    if (column->descending) tusk_buf_add_cstr(buf, " DESC");
    if (column->descending || column->nulls_first) {
        tusk_buf_add_cstr(buf, column->nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

void tusk_statement_create_index(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_index *index)
{
    tusk_words(buf, "CREATE %zINDEX %z%i ON %t USING %s (", index->unique ? "UNIQUE " : "",
               index->concurrently ? "CONCURRENTLY " : "", index->name, table->schema, table->name,
               index->method);
    for (size_t i = 0; i < index->columns.count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        add_index_column(buf, &index->columns.items[i]);
    }
    tusk_buf_add_char(buf, ')');
    if (index->include.count > 0) tusk_words(buf, " INCLUDE (%n)", &index->include);
    if (index->nulls_not_distinct) tusk_buf_add_cstr(buf, " NULLS NOT DISTINCT");
    if (index->with.len > 0) tusk_words(buf, " WITH (%s)", index->with);
    if (index->where.ptr) tusk_words(buf, " WHERE %s", index->where);
    tusk_buf_add_char(buf, ';');
}
