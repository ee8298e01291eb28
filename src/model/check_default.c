/* check_default.c - what fills a column: does its default fit the type, is there one at most? */
#include "src/model/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "src/base/banned.h"

const char *tusk_check_type_name(const tusk_def_column *column)
{
    static const char *const names[] = {
#define TYPE_NAME(name, ctype, sql, oid, array_oid) sql,
        TUSK_SCALAR_TYPES(TYPE_NAME)
#undef TYPE_NAME
    };
    if (column->type == TUSK_TYPE_OTHER) return column->other_type.text.ptr;
    return column->type == TUSK_TYPE_ENUM ? "an enum" : names[column->type];
}

/* 5, -1.5, 1e3: what SQL and JSON both take as a number. */
static bool is_number(tusk_str s, bool whole)
{
    size_t i = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
    size_t digits = 0, start = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++, digits++;
    if (digits == 0 || (digits > 1 && s.ptr[start] == '0')) return false;
    if (i == s.len) return true;
    if (whole) return false;
    if (s.ptr[i] == '.') {
        size_t point = ++i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == point) return false;
    }
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
        if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) i++;
        size_t exponent = i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == exponent) return false;
    }
    return i == s.len;
}

/* Not so large that it would read as infinity. */
static bool is_number_within(tusk_str s, double max)
{
    return is_number(s, false) && fabs(strtod(s.ptr, NULL)) <= max;
}

static bool is_truth(tusk_str s)
{
    return tusk_str_eq(s, TUSK_STR("true")) || tusk_str_eq(s, TUSK_STR("false"));
}

static tusk_status bad_literal(const tusk_def_column *column, const char *takes, tusk_error *err)
{
    tusk_place_fail(err, column->default_literal.place, "DEFAULT(%.*s) does not fit %s%s",
                    TUSK_STR_ARG(column->default_literal.text), tusk_check_type_name(column),
                    column->is_array ? "[]" : "");
    tusk_error_hint(err,
                    "It takes %s. A text is DEFAULT_TEXT(\"x\"), an SQL expression "
                    "DEFAULT_SQL(\"now()\").",
                    takes);
    return TUSK_INVALID;
}

tusk_status tusk_check_literal(const tusk_def_column *column, tusk_error *err)
{
    tusk_str text = column->default_literal.text;
    if (column->nullable && tusk_str_eq(text, TUSK_STR("null"))) return TUSK_OK;
    if (column->is_array) return bad_literal(column, "no literal", err);
    static const char within[] = "a number within its range";
    long long value, max = INT64_MAX;
    switch (column->type) {
    case TUSK_TYPE_BOOLEAN:
        if (is_truth(text)) return TUSK_OK;
        return bad_literal(column, "true or false", err);
    case TUSK_TYPE_SMALLINT:
    case TUSK_TYPE_INTEGER:
    case TUSK_TYPE_BIGINT:
        if (column->type == TUSK_TYPE_SMALLINT) max = INT16_MAX;
        if (column->type == TUSK_TYPE_INTEGER) max = INT32_MAX;
        if (is_number(text, true) && tusk_str_to_int(text, -max - 1, max, &value)) return TUSK_OK;
        return bad_literal(column, "a whole number within its range", err);
    case TUSK_TYPE_REAL:
        return is_number_within(text, FLT_MAX) ? TUSK_OK : bad_literal(column, within, err);
    case TUSK_TYPE_DOUBLE:
        return is_number_within(text, DBL_MAX) ? TUSK_OK : bad_literal(column, within, err);
    case TUSK_TYPE_NUMERIC:
        return is_number(text, false) ? TUSK_OK : bad_literal(column, "a number", err);
    case TUSK_TYPE_OTHER:
        return is_number(text, false) || is_truth(text) ? TUSK_OK
                                                        : bad_literal(column, "a number", err);
    default:
        return bad_literal(column, "no literal", err);
    }
}

tusk_status tusk_check_label(const tusk_def *def, const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_enum *e = tusk_def_find_enum(def, column->enumeration.text);
    if (!e) {
        return tusk_place_fail(err, column->enumeration.place, "there is no enum \"%.*s\"",
                               TUSK_STR_ARG(column->enumeration.text));
    }
    if (!column->default_text.text.ptr || column->is_array) return TUSK_OK;
    for (size_t i = 0; i < e->labels.count; i++) {
        if (tusk_str_eq(e->labels.items[i].sql.text, column->default_text.text)) return TUSK_OK;
    }
    return tusk_place_fail(err, column->default_text.place,
                           "the enum \"%.*s\" has no label \"%.*s\"", TUSK_STR_ARG(e->name.text),
                           TUSK_STR_ARG(column->default_text.text));
}

/* The database fills it by itself. */
static tusk_status check_counted(const tusk_def_column *column, tusk_error *err)
{
    bool identity = tusk_def_given(column->identity);
    bool integer = column->type == TUSK_TYPE_SMALLINT || column->type == TUSK_TYPE_INTEGER ||
                   column->type == TUSK_TYPE_BIGINT;
    if (!identity && !column->serial) return TUSK_OK;
    if (identity && column->serial) {
        return tusk_place_fail(err, column->identity,
                               "a serial column counts already: write integer with IDENTITY");
    }
    if (!integer || column->is_array) {
        return tusk_place_fail(err, column->identity,
                               "IDENTITY needs smallint, integer or bigint, not %s%s",
                               tusk_check_type_name(column), column->is_array ? "[]" : "");
    }
    if (!column->nullable) return TUSK_OK;
    return tusk_place_fail(err, column->name.place, "%s column is never NULL: write COLUMN",
                           identity ? "an identity" : "a serial");
}

/* At most one of the ways to fill a column. */
tusk_status tusk_check_fill(const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_name *ways[] = { &column->default_literal, &column->default_text,
                                    &column->default_sql, &column->generated };
    const tusk_def_name *first = NULL;
    bool identity = tusk_def_given(column->identity);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!ways[i]->text.ptr) continue;
        if (identity || column->serial) {
            return tusk_place_fail(err, ways[i]->place, "%s column cannot have a default",
                                   identity ? "an identity" : "a serial");
        }
        if (first && ways[i] == &column->generated) {
            return tusk_place_fail(err, ways[i]->place, "a generated column cannot have a default");
        }
        if (first) return tusk_place_fail(err, ways[i]->place, "the column has two defaults");
        first = ways[i];
    }
    if (first && first != &column->default_literal && tusk_str_trim(first->text).len == 0 &&
        first != &column->default_text) {
        return tusk_place_fail(err, first->place, "the SQL expression is empty");
    }
    return check_counted(column, err);
}
