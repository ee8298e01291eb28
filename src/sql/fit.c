/* fit.c - range checks and conversions of values, before the server could complain about them */
#include "src/sql/fit.h"

#include <math.h>
#include <stdio.h>

#include "src/sql/copy.h"

#include "src/base/banned.h"

const char *tusk_sql_type_name(tusk_type type)
{
    static const char *const names[] = {
#define NAME(member, ctype, sql, oid, array_oid) sql,
        TUSK_SCALAR_TYPES(NAME)
#undef NAME
    };
    if ((size_t)type >= sizeof names / sizeof *names) return "unknown";
    if (type == TUSK_TYPE_OTHER) return "another type";
    return type == TUSK_TYPE_ENUM ? "enum" : names[type];
}

tusk_status tusk_sql_fail_column(tusk_error *err, tusk_status status, const tusk_table *table,
                                 const tusk_column *column, const char *what)
{
    const char *name = tusk_column_sql_name(column);
    tusk_fail(err, status, "%s column \"%s\" of table \"%s\"", what, name, table->sql_name);
    if (!err) return status;
    snprintf(err->table, sizeof err->table, "%s", table->sql_name);
    snprintf(err->column, sizeof err->column, "%s", name);
    return status;
}

struct place {
    const tusk_table *table;
    const tusk_column *column;
    tusk_error *err;
};

static tusk_status fail_range(const struct place *at, const char *value)
{
    char what[96];
    snprintf(what, sizeof what, "%s is out of range for %s", value,
             tusk_sql_type_name(at->column->type));
    return tusk_sql_fail_column(at->err, TUSK_INVALID, at->table, at->column, what);
}

static tusk_status fail_type(const struct place *at, const tusk_value *value)
{
    char what[96];
    snprintf(what, sizeof what, "a value of type %s%s does not fit",
             tusk_sql_type_name(value->type), value->is_array ? "[]" : "");
    return tusk_sql_fail_column(at->err, TUSK_MISUSE, at->table, at->column, what);
}

static bool is_integer(tusk_type type)
{
    return type == TUSK_TYPE_SMALLINT || type == TUSK_TYPE_INTEGER || type == TUSK_TYPE_BIGINT;
}

static bool is_text(tusk_type type)
{
    return type == TUSK_TYPE_TEXT || type == TUSK_TYPE_VARCHAR;
}

static bool is_real(tusk_type type)
{
    return type == TUSK_TYPE_REAL || type == TUSK_TYPE_DOUBLE;
}

static tusk_status fit_integer(const struct place *at, tusk_value *value)
{
    if (!is_integer(value->type)) return fail_type(at, value);
    int64_t v = value->as.integer;
    tusk_type type = at->column->type;
    bool ok = type == TUSK_TYPE_SMALLINT  ? v >= INT16_MIN && v <= INT16_MAX
              : type == TUSK_TYPE_INTEGER ? v >= INT32_MIN && v <= INT32_MAX
                                          : true;
    if (!ok) {
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)v);
        return fail_range(at, text);
    }
    value->type = type;
    return TUSK_OK;
}

static tusk_status fit_real(const struct place *at, tusk_value *value)
{
    if (is_integer(value->type))
        value->as.real = (double)value->as.integer;
    else if (!is_real(value->type))
        return fail_type(at, value);
    value->type = at->column->type;
    double v = value->as.real;
    if (value->type == TUSK_TYPE_DOUBLE || !isfinite(v)) return TUSK_OK;
    /* The largest float has a half step above it that still rounds down to it; what rounds to zero
     * without being it is refused by PostgreSQL's own cast, too. */
    if (isinf((float)v) || ((float)v == 0 && v != 0)) {
        char text[40];
        snprintf(text, sizeof text, "%g", v);
        return fail_range(at, text);
    }
    value->as.real = (double)(float)v;
    return TUSK_OK;
}

static tusk_status fit_boolean(const struct place *at, tusk_value *value)
{
    if (value->type == TUSK_TYPE_BOOLEAN) return TUSK_OK;
    /* In C17 `true` is the int 1; the macros let no other integer through. */
    if (!is_integer(value->type) || value->as.integer < 0 || value->as.integer > 1)
        return fail_type(at, value);
    bool v = value->as.integer != 0;
    *value = tusk_value_bool(v);
    return TUSK_OK;
}

static tusk_status check_label(const struct place *at, tusk_str label)
{
    const tusk_enum *e = at->column->enumeration;
    for (size_t i = 0; i < e->count; i++)
        if (tusk_str_eq(tusk_str_of(e->labels[i]), label)) return TUSK_OK;
    char what[96];
    snprintf(what, sizeof what, "\"%.*s\" is no label for enum",
             (int)(label.len < 40 ? label.len : 40), label.ptr);
    return tusk_sql_fail_column(at->err, TUSK_INVALID, at->table, at->column, what);
}

static tusk_status fit_enum(const struct place *at, tusk_value *value)
{
    const tusk_enum *e = at->column->enumeration;
    if (value->type == TUSK_TYPE_ENUM) return check_label(at, value->as.text);
    if (!is_integer(value->type)) return fail_type(at, value);
    int64_t v = value->as.integer;
    if (v < 0 || (uint64_t)v >= e->count) {
        char text[64];
        snprintf(text, sizeof text, "%lld (enum %.30s)", (long long)v, e->name);
        return fail_range(at, text);
    }
    *value = (tusk_value){ .type = TUSK_TYPE_ENUM, .as.text = tusk_str_of(e->labels[v]) };
    return TUSK_OK;
}

/* False when some text in it is not what PostgreSQL's text takes; a zero byte would even cut it off
 * silently. */
static bool text_is_valid(const tusk_value *value)
{
    if (value->is_null) return true;
    if (value->is_array) {
        if (value->type == TUSK_TYPE_INTEGER) return true;
        for (size_t i = 0; i < value->as.texts.count; i++) {
            tusk_str item = value->as.texts.items[i];
            if (item.ptr && !tusk_str_is_text(item)) return false;
        }
        return true;
    }
    return !tusk_value_is_text(value) || tusk_str_is_text(value->as.text);
}

static tusk_status check_text(const struct place *at, const tusk_value *value)
{
    if (text_is_valid(value)) return TUSK_OK;
    return tusk_sql_fail_column(at->err, TUSK_INVALID, at->table, at->column,
                                "malformed UTF-8 or a zero byte in text for");
}

/* A text is what char and every type without a C form are given as, and json comes as jsonb. */
static bool stands_for(tusk_type given, tusk_type type)
{
    if (type == TUSK_TYPE_CHAR || type == TUSK_TYPE_OTHER) return is_text(given);
    return type == TUSK_TYPE_JSON && given == TUSK_TYPE_JSONB;
}

static tusk_status fit_same(const struct place *at, tusk_value *value)
{
    tusk_type type = tusk_column_is_text(at->column) && at->column->type != TUSK_TYPE_TSVECTOR
                         ? TUSK_TYPE_OTHER
                         : at->column->type;
    if (is_text(type) && is_text(value->type))
        value->type = TUSK_TYPE_TEXT;
    else if (stands_for(value->type, type))
        value->type = type;
    else if (value->type != type)
        return fail_type(at, value);
    return check_text(at, value);
}

static tusk_status fit_scalar(const struct place *at, tusk_value *value)
{
    switch (at->column->type) {
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        return fit_integer(at, value);
    case TUSK_TYPE_REAL:
    case TUSK_TYPE_DOUBLE:
        return fit_real(at, value);
    case TUSK_TYPE_BOOLEAN:
        return fit_boolean(at, value);
    case TUSK_TYPE_ENUM:
        return fit_enum(at, value);
    default:
        return fit_same(at, value);
    }
}

/* Elements of all types but integer are given as text; labels of an enum are known. */
static tusk_status fit_array(const struct place *at, tusk_value *value)
{
    tusk_type type = at->column->type;
    if (type == TUSK_TYPE_INTEGER || type == TUSK_TYPE_TEXT) return fit_same(at, value);
    if (value->type != type && !is_text(value->type)) return fail_type(at, value);
    value->type = type; /* no longer text: the server is to read it as what the column is */
    for (size_t i = 0; type == TUSK_TYPE_ENUM && i < value->as.texts.count; i++) {
        tusk_str label = value->as.texts.items[i];
        tusk_status st = label.ptr ? check_label(at, label) : TUSK_OK;
        if (st) return st;
    }
    return check_text(at, value);
}

tusk_status tusk_sql_fit(const tusk_table *table, const tusk_column *column, tusk_value *value,
                         tusk_error *err)
{
    struct place at = { table, column, err };
    if (column->codec && value->is_array) { /* as tusk_value_custom() leaves it */
        return tusk_sql_fail_column(err, TUSK_INVALID, table, column,
                                    "a value that cannot be written for");
    }
    bool whole_array = column->is_array && column->dimensions; /* one text */
    bool is_array = column->is_array && !whole_array;
    if (value->is_null) {
        tusk_type type = whole_array ? TUSK_TYPE_OTHER : column->type;
        if (type == TUSK_TYPE_VARCHAR && !is_array) type = TUSK_TYPE_TEXT;
        *value = (tusk_value){ .type = type, .is_array = is_array, .is_null = true };
        return TUSK_OK;
    }
    if (value->is_array != is_array) return fail_type(&at, value);
    if (is_array) return fit_array(&at, value);
    return whole_array ? fit_same(&at, value) : fit_scalar(&at, value);
}

tusk_status tusk_sql_check_text(size_t number, const tusk_value *value, tusk_error *err)
{
    if (text_is_valid(value)) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID,
                     "malformed UTF-8 or a zero byte in the text of parameter $%zu", number);
}
