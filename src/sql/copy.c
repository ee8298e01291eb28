/* copy.c - deep copies into an arena, so that nothing of a query points into a block of the caller
 */
#include "src/sql/copy.h"

#include <ctype.h>

#include "src/base/banned.h"

size_t tusk_expr_count(const tusk_expr *list)
{
    size_t count = 0;
    while (list && list[count].kind != TUSK_EXPR_END) count++;
    return count;
}

size_t tusk_arg_count(const tusk_arg *list)
{
    size_t count = 0;
    while (list && list[count].kind != TUSK_ARG_END) count++;
    return count;
}

bool tusk_value_is_text(const tusk_value *value)
{
    switch (value->type) {
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
    case TUSK_TYPE_NUMERIC:
    case TUSK_TYPE_JSONB:
    case TUSK_TYPE_TSVECTOR:
    case TUSK_TYPE_CHAR:
    case TUSK_TYPE_JSON:
    case TUSK_TYPE_OTHER:
    case TUSK_TYPE_ENUM:
        return !value->is_array;
    default:
        return false;
    }
}

static tusk_str copy_str(tusk_copier *copier, tusk_str text)
{
    if (!text.ptr) return text;
    tusk_str copy = tusk_arena_str(copier->arena, text);
    if (!copy.ptr) copier->failed = true;
    return copy;
}

const char *tusk_copy_cstr(tusk_copier *copier, const char *text)
{
    return copy_str(copier, tusk_str_of(text)).ptr;
}

static void *copy_bytes(tusk_copier *copier, const void *bytes, size_t size)
{
    if (!bytes || size == 0) return tusk_arena_alloc(copier->arena, 0);
    void *copy = tusk_arena_copy(copier->arena, bytes, size);
    if (!copy) copier->failed = true;
    return copy;
}

static tusk_text_array copy_texts(tusk_copier *copier, tusk_text_array array)
{
    tusk_str *items = TUSK_NEW_ARRAY(copier->arena, tusk_str, array.count);
    if (!items) {
        copier->failed = true;
        return (tusk_text_array){ 0 };
    }
    for (size_t i = 0; i < array.count; i++) items[i] = copy_str(copier, array.items[i]);
    return (tusk_text_array){ items, array.count };
}

static tusk_integer_array copy_integers(tusk_copier *copier, tusk_integer_array array)
{
    tusk_integer_array copy = { .count = array.count };
    copy.items = copy_bytes(copier, array.items, array.count * sizeof *array.items);
    if (array.nulls)
        copy.nulls = copy_bytes(copier, array.nulls, array.count * sizeof *array.nulls);
    return copy;
}

static tusk_value copy_array(tusk_copier *copier, tusk_value value)
{
    if (value.type == TUSK_TYPE_INTEGER)
        value.as.integers = copy_integers(copier, value.as.integers);
    else
        value.as.texts = copy_texts(copier, value.as.texts);
    return value;
}

tusk_value tusk_copy_value(tusk_copier *copier, tusk_value value)
{
    if (value.is_null) return value;
    if (value.is_array) return copy_array(copier, value);
    if (tusk_value_is_text(&value)) value.as.text = copy_str(copier, value.as.text);
    if (value.type == TUSK_TYPE_BYTEA)
        value.as.bytes.ptr = copy_bytes(copier, value.as.bytes.ptr, value.as.bytes.len);
    return value; /* the others are held by value */
}

/* Beyond 32 signs of negation in a row ("- - - ...") websearch_to_tsquery fails with "tsquery stack
 * too small" instead of never failing. Nobody means so many: later ones become spaces. A hyphen
 * after a letter or digit is part of a word, not a sign. */
static tusk_value copy_words(tusk_copier *copier, tusk_value value)
{
    enum { SIGNS_MAX = 16 };
    if (value.is_null) return value;
    size_t length = value.as.text.len;
    char *words = tusk_arena_alloc(copier->arena, length + 1);
    if (!words) {
        copier->failed = true;
        return value;
    }
    int signs = 0;
    for (size_t i = 0; i < length; i++) {
        words[i] = value.as.text.ptr[i];
        bool sign = words[i] == '-' && (i == 0 || !isalnum((unsigned char)words[i - 1]));
        if (sign && ++signs > SIGNS_MAX) words[i] = ' ';
    }
    value.as.text.ptr = words;
    return value;
}

static const tusk_arg *copy_args(tusk_copier *copier, const tusk_arg *list)
{
    size_t count = tusk_arg_count(list);
    tusk_arg *copy = TUSK_NEW_ARRAY(copier->arena, tusk_arg, count + 1);
    if (!copy) {
        copier->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = list[i];
        if (list[i].kind == TUSK_ARG_VALUE) copy[i].value = tusk_copy_value(copier, list[i].value);
    }
    copy[count].kind = TUSK_ARG_END;
    return copy;
}

static tusk_expr copy_at(tusk_copier *copier, tusk_expr expr, int depth);

/* What is present of `list`, ended by END; `*count` of them. */
static tusk_expr *copy_present(tusk_copier *copier, const tusk_expr *list, int depth, size_t *count)
{
    *count = 0;
    tusk_expr *copy = TUSK_NEW_ARRAY(copier->arena, tusk_expr, tusk_expr_count(list) + 1);
    if (!copy) {
        copier->failed = true;
        return NULL;
    }
    for (; list && list->kind != TUSK_EXPR_END && !copier->failed; list++) {
        tusk_expr one = copy_at(copier, *list, depth);
        if (one.kind != TUSK_EXPR_ABSENT) copy[(*count)++] = one;
    }
    copy[*count].kind = TUSK_EXPR_END;
    return copy;
}

static tusk_expr copy_group(tusk_copier *copier, tusk_expr expr, int depth)
{
    if (depth >= TUSK_SQL_DEPTH_MAX)
        return (tusk_expr){ .kind = TUSK_EXPR_BROKEN,
                            .op = "conditions are nested more than 100 levels deep" };
    size_t count;
    expr.children = copy_present(copier, expr.children, depth + 1, &count);
    if (!expr.children || count == 0) return TUSK_ABSENT;
    return count == 1 && expr.kind != TUSK_EXPR_NOT ? expr.children[0] : expr;
}

static tusk_expr copy_at(tusk_copier *copier, tusk_expr expr, int depth)
{
    switch (expr.kind) {
    case TUSK_EXPR_END: /* an order without one, or not() of an empty list */
    case TUSK_EXPR_ABSENT:
        return TUSK_ABSENT;
    case TUSK_EXPR_AND:
    case TUSK_EXPR_OR:
    case TUSK_EXPR_NOT:
        return copy_group(copier, expr, depth);
    case TUSK_EXPR_RAW:
        expr.sql = copy_str(copier, expr.sql);
        expr.args = copy_args(copier, expr.args);
        return expr;
    case TUSK_EXPR_MATCH:
    case TUSK_EXPR_RANK:
        expr.op = tusk_copy_cstr(copier, expr.op);
        expr.value = copy_words(copier, expr.value);
        return expr;
    default:
        expr.op = tusk_copy_cstr(copier, expr.op);
        expr.value = tusk_copy_value(copier, expr.value);
        return expr;
    }
}

tusk_expr tusk_copy_expr(tusk_copier *copier, tusk_expr expr)
{
    return copy_at(copier, expr, 0);
}

const tusk_expr *tusk_copy_exprs(tusk_copier *copier, const tusk_expr *list)
{
    if (!list) return NULL;
    size_t count;
    const tusk_expr *copy = copy_present(copier, list, 0, &count);
    return count > 0 ? copy : NULL;
}
