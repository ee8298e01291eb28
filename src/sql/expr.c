/* expr.c - the functions behind the macros of expr.h: conditions as plain values */
#include "tusk/custom.h"

#include "src/sql/copy.h"

#include "src/base/banned.h"

static tusk_expr broken(const char *misuse)
{
    return (tusk_expr){ .kind = TUSK_EXPR_BROKEN, .op = misuse };
}

tusk_value tusk_value_custom(tusk_arena *arena, const tusk_column *column, const void *value)
{
    tusk_str text = { 0 };
    bool written = column && column->codec &&
                   column->codec->write(arena, value, &text, NULL) == TUSK_OK && text.ptr;
    /* an array fits no such column, so it cannot pass for a value */
    if (!written) return (tusk_value){ .type = TUSK_TYPE_OTHER, .is_array = true };
    return tusk_value_str(text);
}

tusk_expr tusk_compare(const tusk_column *left, const char *op, tusk_value value)
{
    if (!left || !op) return broken("a comparison needs a column and an operator");
    return (tusk_expr){ .kind = TUSK_EXPR_COMPARE, .op = op, .left = left, .value = value };
}

tusk_expr tusk_compare_columns(const tusk_column *left, const char *op, const tusk_column *right)
{
    if (!left || !op || !right) return broken("a comparison needs two columns and an operator");
    return (tusk_expr){ .kind = TUSK_EXPR_COLUMNS, .op = op, .left = left, .right = right };
}

tusk_expr tusk_nullness(const tusk_column *column, bool is_null)
{
    if (!column) return broken("a test for null needs a column");
    return (tusk_expr){ .kind = TUSK_EXPR_NULLNESS, .op = is_null ? "" : "not", .left = column };
}

tusk_expr tusk_any_of(const tusk_column *column, tusk_value array)
{
    if (!column) return broken("a comparison needs a column");
    return (tusk_expr){ .kind = TUSK_EXPR_ANY, .op = "=", .left = column, .value = array };
}

tusk_expr tusk_text_search(const tusk_column *column, const char *config, tusk_str words,
                           tusk_expr_kind kind)
{
    if (!column) return broken("a text search needs a column");
    if (kind != TUSK_EXPR_MATCH && kind != TUSK_EXPR_RANK)
        return broken("a text search is a match or a rank");
    return (
        tusk_expr){ .kind = kind, .op = config, .left = column, .value = tusk_value_str(words) };
}

tusk_expr tusk_combine(tusk_arena *arena, tusk_expr_kind kind, const tusk_expr *list)
{
    if (kind != TUSK_EXPR_AND && kind != TUSK_EXPR_OR && kind != TUSK_EXPR_NOT)
        return broken("conditions are combined by and, or, not");
    size_t count = tusk_expr_count(list);
    tusk_expr *children = TUSK_NEW_ARRAY(arena, tusk_expr, count + 1);
    if (!children) return broken(NULL);
    if (count > 0) memcpy(children, list, count * sizeof *children);
    children[count].kind = TUSK_EXPR_END;
    return (tusk_expr){ .kind = kind, .children = children };
}

tusk_expr tusk_exists_query(const tusk_query *query)
{
    if (!query) return broken(NULL); /* its builder had no memory */
    return (tusk_expr){ .kind = TUSK_EXPR_EXISTS, .query = query };
}

tusk_expr tusk_raw(tusk_arena *arena, const char *sql, const tusk_arg *args)
{
    if (!sql) return broken("a raw condition needs its text");
    size_t count = tusk_arg_count(args);
    tusk_arg *list = TUSK_NEW_ARRAY(arena, tusk_arg, count + 1);
    if (!list) return broken(NULL);
    if (count > 0) memcpy(list, args, count * sizeof *list);
    list[count].kind = TUSK_ARG_END;
    return (tusk_expr){ .kind = TUSK_EXPR_RAW, .sql = tusk_str_of(sql), .args = list };
}
