/* resolve_column.c - a column of a .def file as a snapshot has it: type text, default, identity */
#include <stdlib.h>

#include "src/model/json.h"
#include "src/model/resolve.h"
#include "src/model/sequence.h"
#include "src/model/text.h"

#include "src/base/banned.h"

#define LITERAL_MAX    ((size_t)64 << 10)
/* Integers up to here survive JavaScript, which reads our snapshots. */
#define JS_INTEGER_MAX ((1LL << 53) - 1)

/* ---- types ---- */

static tusk_str serial_text(const tusk_def_column *column)
{
    if (column->type == TUSK_TYPE_SMALLINT) return TUSK_STR("smallserial");
    return column->type == TUSK_TYPE_BIGINT ? TUSK_STR("bigserial") : TUSK_STR("serial");
}

/* The precision of a time stands after its first word; drizzle-kit puts a space before it only in
 * timestamps. */
static tusk_str with_precision(tusk_arena *arena, const tusk_def_column *column, tusk_str type)
{
    if (!tusk_def_given(column->precision_given)) return type;
    if (column->type == TUSK_TYPE_TIMESTAMP || column->type == TUSK_TYPE_TIMESTAMPTZ) {
        bool zone = column->type == TUSK_TYPE_TIMESTAMPTZ;
        return tusk_arena_printf(arena, "timestamp (%d)%s", column->precision,
                                 zone ? " with time zone" : "");
    }
    if (tusk_str_eq(type, TUSK_STR("time with time zone"))) {
        return tusk_arena_printf(arena, "time(%d) with time zone", column->precision);
    }
    return tusk_arena_printf(arena, "%.*s(%d)", TUSK_STR_ARG(type), column->precision);
}

static tusk_str scalar_text(tusk_arena *arena, const tusk_def *def, const tusk_def_column *column)
{
    static const char *const names[] = {
#define TYPE_NAME(name, ctype, sql, oid, array_oid) sql,
        TUSK_SCALAR_TYPES(TYPE_NAME)
#undef TYPE_NAME
    };
    if (column->type == TUSK_TYPE_ENUM) {
        return tusk_def_find_enum(def, column->enumeration.text)->sql.text;
    }
    if (column->serial) return serial_text(column);
    tusk_str type = tusk_str_of(names[column->type]);
    if (column->type == TUSK_TYPE_OTHER) type = column->other_type.text;
    if (column->fields.text.ptr) {
        type = tusk_arena_printf(arena, "%.*s %.*s", TUSK_STR_ARG(type),
                                 TUSK_STR_ARG(column->fields.text));
    }
    if (column->length > 0) {
        return tusk_arena_printf(arena, "%.*s(%d)", TUSK_STR_ARG(type), column->length);
    }
    bool decimal = column->precision > 0 && !tusk_def_given(column->precision_given);
    if (decimal) {
        return tusk_arena_printf(arena, "%.*s(%d, %d)", TUSK_STR_ARG(type), column->precision,
                                 column->scale);
    }
    return with_precision(arena, column, type);
}

tusk_str tusk_resolve_type(tusk_arena *arena, const tusk_def *def, const tusk_def_column *column)
{
    tusk_str type = scalar_text(arena, def, column);
    if (!column->is_array) return type;
    tusk_str dimensions = column->dimensions.text.ptr ? column->dimensions.text : TUSK_STR("[]");
    return tusk_arena_printf(arena, "%.*s%.*s", TUSK_STR_ARG(type), TUSK_STR_ARG(dimensions));
}

static tusk_str type_schema(const tusk_def *def, const tusk_def_column *column)
{
    if (column->type != TUSK_TYPE_ENUM) return column->type_schema.text;
    return tusk_def_schema_of(&tusk_def_find_enum(def, column->enumeration.text)->schema);
}

/* ---- defaults ---- */

static tusk_default number_default(tusk_arena *arena, const tusk_def_column *column)
{
    tusk_str text = column->default_literal.text;
    long long integer = 0;
    if (column->type == TUSK_TYPE_REAL || column->type == TUSK_TYPE_DOUBLE) {
        return (tusk_default){ TUSK_DEFAULT_NUMBER,
                               tusk_json_number_text(arena, strtod(text.ptr, NULL)) };
    }
    if (!tusk_str_to_int(text, -JS_INTEGER_MAX, JS_INTEGER_MAX, &integer)) {
        return (tusk_default){ TUSK_DEFAULT_SQL, text };
    }
    /* as a snapshot gives it back: -0 is 0 */
    return (tusk_default){ TUSK_DEFAULT_NUMBER, tusk_arena_printf(arena, "%lld", integer) };
}

static tusk_default literal_default(tusk_arena *arena, const tusk_def_column *column)
{
    tusk_str text = column->default_literal.text;
    if (tusk_str_eq(text, TUSK_STR("null"))) return (tusk_default){ TUSK_DEFAULT_NULL, text };
    bool truth = tusk_str_eq(text, TUSK_STR("true")) || tusk_str_eq(text, TUSK_STR("false"));
    if (truth) return (tusk_default){ TUSK_DEFAULT_BOOLEAN, text };
    if (column->type == TUSK_TYPE_NUMERIC) { /* exact, so kept as text, as drizzle-kit does */
        return (tusk_default){ TUSK_DEFAULT_SQL,
                               tusk_arena_printf(arena, "'%.*s'", TUSK_STR_ARG(text)) };
    }
    return number_default(arena, column);
}

static tusk_default text_default(tusk_arena *arena, const tusk_def_column *column)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, LITERAL_MAX);
    tusk_text_add_literal(&buf, column->default_text.text);
    if (!column->is_array && column->type == TUSK_TYPE_JSONB) tusk_buf_add_cstr(&buf, "::jsonb");
    if (!column->is_array && column->type == TUSK_TYPE_JSON) tusk_buf_add_cstr(&buf, "::json");
    if (tusk_buf_finish(&buf, &text, NULL) != TUSK_OK) text = (tusk_str){ 0 };
    return (tusk_default){ TUSK_DEFAULT_SQL, text };
}

static tusk_default column_default(tusk_arena *arena, const tusk_def_column *column)
{
    if (column->default_literal.text.ptr) return literal_default(arena, column);
    if (column->default_text.text.ptr) return text_default(arena, column);
    if (!column->default_sql.text.ptr) return (tusk_default){ 0 };
    return (tusk_default){ TUSK_DEFAULT_SQL, column->default_sql.text };
}

/* ---- identity ---- */

static int64_t limit_of(tusk_type type)
{
    if (type == TUSK_TYPE_SMALLINT) return INT16_MAX;
    return type == TUSK_TYPE_INTEGER ? INT32_MAX : INT64_MAX;
}

static tusk_status resolve_identity(tusk_resolver *r, const tusk_def_table *table,
                                    const tusk_def_column *column, tusk_identity *out)
{
    tusk_sequence_options options;
    int64_t max = limit_of(column->type);
    if (!tusk_def_given(column->identity)) return TUSK_OK;
    tusk_status st =
        tusk_sequence_read(r->arena, &column->identity_options, -max - 1, max, &options, r->err);
    if (st != TUSK_OK) return st;
    *out = (tusk_identity){ .name = options.name,
                            .schema = tusk_def_schema_of(&table->schema),
                            .always = column->identity_always,
                            .increment = options.increment,
                            .start_with = options.start_with,
                            .min_value = options.min_value,
                            .max_value = options.max_value,
                            .cache = options.cache,
                            .cycle = options.cycle };
    if (!out->name.ptr) out->name = tusk_name_identity(r->arena, table, column);
    return TUSK_OK;
}

tusk_status tusk_resolve_column(tusk_resolver *r, const tusk_def_table *table,
                                const tusk_def_column *column, tusk_model_column *out)
{
    *out = (tusk_model_column){
        .name = tusk_def_column_sql(column),
        .renamed_from = column->renamed_from.text,
        .type = tusk_resolve_type(r->arena, r->def, column),
        .type_schema = type_schema(r->def, column),
        .primary_key = tusk_def_given(column->primary_key),
        .not_null = !column->nullable,
        .value = column_default(r->arena, column),
        .generated = column->generated.text,
        .collation = column->collation.text,
    };
    return resolve_identity(r, table, column, &out->identity);
}
