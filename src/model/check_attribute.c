/* check_attribute.c - attributes of a column that need a certain type, or another one beside them
 */
#include "src/model/check.h"

#include "src/base/banned.h"

#define TIME_PRECISION_MAX 6

static bool is_other(const tusk_def_column *column, const char *type)
{
    return column->type == TUSK_TYPE_OTHER && tusk_str_eq(column->word.text, tusk_str_of(type));
}

static bool is_time(const tusk_def_column *column)
{
    return column->type == TUSK_TYPE_TIMESTAMP || column->type == TUSK_TYPE_TIMESTAMPTZ ||
           is_other(column, "time") || is_other(column, "timetz") || is_other(column, "interval");
}

static tusk_status check_precision(const tusk_def_column *column, tusk_error *err)
{
    bool decimal = column->scale > 0 || tusk_str_eq(column->word.text, TUSK_STR("decimal"));
    if (!tusk_def_given(column->precision_given)) return TUSK_OK;
    if (decimal || (column->type != TUSK_TYPE_NUMERIC && !is_time(column))) {
        tusk_place_fail(err, column->precision_given, "PRECISION does not fit %s",
                        tusk_check_type_name(column));
        tusk_error_hint(err, "It is of numeric, time, timetz, timestamp, timestamptz and "
                             "interval.");
        return TUSK_INVALID;
    }
    int max = is_time(column) ? TIME_PRECISION_MAX : 1000;
    int min = is_time(column) ? 0 : 1;
    if (column->precision >= min && column->precision <= max) return TUSK_OK;
    return tusk_place_fail(err, column->precision_given, "the precision of %s is from %d to %d",
                           tusk_check_type_name(column), min, max);
}

static tusk_status check_fields(const tusk_def_column *column, tusk_error *err)
{
    static const char *const fields[] = {
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "year to month",
        "day to hour",
        "day to minute",
        "day to second",
        "hour to minute",
        "hour to second",
        "minute to second",
    };
    const tusk_def_name *given = &column->fields;
    if (!given->text.ptr) return TUSK_OK;
    if (!is_other(column, "interval")) {
        return tusk_place_fail(err, given->place, "FIELDS is of an interval, not of %s",
                               tusk_check_type_name(column));
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (tusk_str_eq(given->text, tusk_str_of(fields[i]))) return TUSK_OK;
    }
    tusk_place_fail(err, given->place, "an interval has no fields \"%.*s\"",
                    TUSK_STR_ARG(given->text));
    tusk_error_hint(err, "Fields: year, month, day, hour, minute, second, and from one to another "
                         "as \"day to second\".");
    return TUSK_INVALID;
}

static tusk_status check_set_on_update(const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_name *sql = &column->set_on_update;
    if (!sql->text.ptr) return TUSK_OK;
    if (tusk_str_trim(sql->text).len == 0) {
        return tusk_place_fail(err, sql->place, "the SQL expression is empty");
    }
    bool always = tusk_def_given(column->identity) && column->identity_always;
    if (!column->generated.text.ptr && !always) return TUSK_OK;
    return tusk_place_fail(err, sql->place, "the database alone sets this column");
}

/* Types of the program's own may have one. */
static tusk_status check_collation(const tusk_def_column *column, tusk_error *err)
{
    const tusk_def_name *given = &column->collation;
    if (!given->text.ptr) return TUSK_OK;
    if (given->text.len == 0) {
        return tusk_place_fail(err, given->place, "the collation's name is empty");
    }
    bool text = column->type == TUSK_TYPE_TEXT || column->type == TUSK_TYPE_VARCHAR ||
                column->type == TUSK_TYPE_CHAR;
    bool custom = tusk_str_starts(column->word.text, TUSK_STR("custom"));
    if (text || custom) return TUSK_OK;
    tusk_place_fail(err, given->place, "COLLATE does not fit %s", tusk_check_type_name(column));
    tusk_error_hint(err, "It is of text, varchar, character, and types of your own.");
    return TUSK_INVALID;
}

tusk_status tusk_check_attributes(const tusk_def_column *column, tusk_error *err)
{
    tusk_status st = check_precision(column, err);
    if (st == TUSK_OK) st = check_fields(column, err);
    if (st == TUSK_OK) st = check_set_on_update(column, err);
    if (st == TUSK_OK) st = check_collation(column, err);
    if (st != TUSK_OK) return st;
    if (tusk_def_given(column->nulls_not_distinct) && !tusk_def_given(column->unique)) {
        return tusk_place_fail(err, column->nulls_not_distinct,
                               "NULLS_NOT_DISTINCT needs UNIQUE beside it");
    }
    bool custom = tusk_str_starts(column->word.text, TUSK_STR("custom"));
    if (custom && tusk_str_trim(column->other_type.text).len == 0) {
        return tusk_place_fail(err, column->other_type.place, "the type is empty");
    }
    return TUSK_OK;
}
