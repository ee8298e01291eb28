/* row.c - row structs to values: what an insert sends for each column */
#include "src/query/build.h"

#include "src/sql/render.h"
#include "tusk/custom.h"

#include "src/base/banned.h"

/* A nullable form is {bool has; T value;}: where its value is depends on the alignment of T. */
#define READ(T, null_T, make)                                                                \
    (column->nullable ? (((const null_T *)field)->has ? make(((const null_T *)field)->value) \
                                                      : tusk_value_null(column->type))       \
                      : make(*(const T *)field))

static tusk_value value_tsvector(tusk_tsvector v)
{
    return (tusk_value){ .type = TUSK_TYPE_TSVECTOR, .is_null = !v.text.ptr, .as.text = v.text };
}

static tusk_value value_float(float v)
{
    return tusk_value_double((double)v);
}

/* Every enum of a schema has the representation of unsigned: its members are not negative. */
typedef struct null_enum {
    bool has;
    unsigned value;
} null_enum;

static tusk_value read_array(const tusk_column *column, const void *field)
{
    if (column->type == TUSK_TYPE_INTEGER)
        return READ(tusk_integer_array, tusk_null_integer_array, tusk_value_integer_array);
    return READ(tusk_text_array, tusk_null_text_array, tusk_value_text_array);
}

/* What the program's own function writes of it; `has` comes first in the nullable form. */
static tusk_value read_custom(tusk_arena *arena, const tusk_column *column, const void *field)
{
    if (!column->nullable) return tusk_value_custom(arena, column, field);
    if (!*(const bool *)field) return tusk_value_null(column->type);
    return tusk_value_custom(arena, column, (const char *)field + column->value_at);
}

tusk_value tusk_query_read_field(tusk_arena *arena, const tusk_column *column, const void *field)
{
    if (column->codec) return read_custom(arena, column, field);
    if (column->is_array && column->dimensions) {
        return READ(tusk_str, tusk_null_str, tusk_value_str);
    }
    if (column->is_array) return read_array(column, field);
    switch (column->type) {
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
    case TUSK_TYPE_CHAR:
    case TUSK_TYPE_OTHER:
        return READ(tusk_str, tusk_null_str, tusk_value_str);
    case TUSK_TYPE_BOOLEAN:
        return READ(bool, tusk_null_bool, tusk_value_bool);
    case TUSK_TYPE_SMALLINT:
        return READ(int16_t, tusk_null_int16, tusk_value_int);
    case TUSK_TYPE_INTEGER:
        return READ(int32_t, tusk_null_int32, tusk_value_int);
    case TUSK_TYPE_BIGINT:
        return READ(int64_t, tusk_null_int64, tusk_value_int);
    case TUSK_TYPE_REAL:
        return READ(float, tusk_null_float, value_float);
    case TUSK_TYPE_DOUBLE:
        return READ(double, tusk_null_double, tusk_value_double);
    case TUSK_TYPE_NUMERIC:
        return READ(tusk_numeric, tusk_null_numeric, tusk_value_numeric);
    case TUSK_TYPE_TIMESTAMPTZ:
        return READ(tusk_time, tusk_null_time, tusk_value_time);
    case TUSK_TYPE_TIMESTAMP:
        return READ(tusk_timestamp, tusk_null_timestamp, tusk_value_timestamp);
    case TUSK_TYPE_DATE:
        return READ(tusk_date, tusk_null_date, tusk_value_date);
    case TUSK_TYPE_UUID:
        return READ(tusk_uuid, tusk_null_uuid, tusk_value_uuid);
    case TUSK_TYPE_JSONB:
    case TUSK_TYPE_JSON:
        return READ(tusk_json, tusk_null_json, tusk_value_json);
    case TUSK_TYPE_BYTEA:
        return READ(tusk_bytes, tusk_null_bytes, tusk_value_bytes);
    case TUSK_TYPE_TSVECTOR:
        return READ(tusk_tsvector, tusk_null_tsvector, value_tsvector);
    case TUSK_TYPE_ENUM:
        return READ(unsigned, null_enum, tusk_value_int);
    }
    return tusk_value_null(column->type);
}

static bool listed(const tusk_column *column, const tusk_column *const *list)
{
    for (; list && *list; list++)
        if (*list == column) return true;
    return false;
}

static const tusk_column *stranger(const tusk_table *table, const tusk_column *const *list)
{
    for (; list && *list; list++) {
        size_t i = 0;
        while (i < table->column_count && *list != &table->columns[i]) i++;
        if (i == table->column_count) return *list;
    }
    return NULL;
}

static void choose_columns(tusk_query *query, const tusk_column *const *defaults)
{
    const tusk_table *table = query->tables[0];
    for (size_t i = 0; i < table->column_count; i++) {
        const tusk_column *column = &table->columns[i];
        if (!tusk_column_is_filled(column) && !listed(column, defaults))
            query->columns[query->column_count++] = column;
    }
}

static void read_row(tusk_copier *copier, const tusk_query *query, const char *row,
                     tusk_value *values)
{
    const tusk_table *table = query->tables[0];
    const size_t *offsets = table->offsets();
    for (size_t i = 0; i < query->column_count; i++) {
        const tusk_column *column = query->columns[i];
        const void *field = row + offsets[column - table->columns];
        values[i] = tusk_copy_value(copier, tusk_query_read_field(copier->arena, column, field));
    }
}

static const char *rows_misuse(tusk_query *query, const tusk_insert_args *args)
{
    if (args->count == 0) return "an insert of no rows";
    if (!args->rows) return "an insert without its rows";
    query->misuse_about = stranger(query->tables[0], args->defaults);
    if (!query->misuse_about) return NULL;
    return "left to its default, but not of the table inserted into:";
}

void tusk_query_read_rows(tusk_copier *copier, tusk_query *query, const tusk_insert_args *args)
{
    const tusk_table *table = query->tables[0];
    query->misuse = rows_misuse(query, args);
    if (query->misuse) return;
    query->columns = TUSK_NEW_ARRAY(copier->arena, const tusk_column *, table->column_count);
    if (!query->columns) {
        copier->failed = true;
        return;
    }
    choose_columns(query, args->defaults);
    size_t width = query->column_count;
    /* More is refused when it is rendered; it must not take memory before that. */
    if (width > 0 && args->count > TUSK_SQL_PARAMS_MAX / width) return;
    tusk_value *values = TUSK_NEW_ARRAY(copier->arena, tusk_value, args->count * width);
    if (!values) copier->failed = true;
    for (size_t i = 0; values && i < args->count; i++)
        read_row(copier, query, (const char *)args->rows + i * table->row_size, values + i * width);
    query->values = values;
}
