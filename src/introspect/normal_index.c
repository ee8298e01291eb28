/* normal_index.c - indexes: what is said twice is said once, what is the default is not said */
#include "src/introspect/catalog.h"
#include "src/introspect/normal.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)

/* Operator classes that types have by themselves, so that a database does not tell them. */
static bool is_default_opclass(tusk_str method, tusk_str type, tusk_str opclass)
{
    static const struct {
        const char *method, *type, *opclass;
    } defaults[] = {
        { "btree", "text", "text_ops" },
        { "btree", "varchar", "text_ops" },
        { "btree", "integer", "int4_ops" },
        { "btree", "bigint", "int8_ops" },
        { "btree", "smallint", "int2_ops" },
        { "btree", "serial", "int4_ops" },
        { "btree", "bigserial", "int8_ops" },
        { "btree", "boolean", "bool_ops" },
        { "btree", "uuid", "uuid_ops" },
        { "btree", "date", "date_ops" },
        { "btree", "timestamp", "timestamp_ops" },
        { "btree", "timestamp with time zone", "timestamptz_ops" },
        { "btree", "numeric", "numeric_ops" },
        { "btree", "real", "float4_ops" },
        { "btree", "double precision", "float8_ops" },
        { "btree", "jsonb", "jsonb_ops" },
        { "gin", "jsonb", "jsonb_ops" },
        { "gin", "tsvector", "tsvector_ops" },
        { "gist", "tsvector", "tsvector_ops" },
        { "hash", "text", "text_ops" },
        { "btree", "inet", "inet_ops" },
        { "btree", "char", "bpchar_ops" },
        { "btree", "bytea", "bytea_ops" },
    };
    tusk_str bare = type;
    bool array = type.len > 1 && type.ptr[type.len - 1] == ']';
    tusk_str rest = type;
    bare = tusk_str_cut(&rest, '(');
    if (array) return tusk_str_eq(opclass, TUSK_STR("array_ops"));
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        if (tusk_str_eq(method, tusk_str_of(defaults[i].method)) &&
            tusk_str_eq(bare, tusk_str_of(defaults[i].type)) &&
            tusk_str_eq(opclass, tusk_str_of(defaults[i].opclass))) {
            return true;
        }
    }
    return false;
}

static bool take_last(tusk_sql_tokens *tokens, const char *word)
{
    if (tokens->count < 2) return false;
    const tusk_sql_token *last = &tokens->items[tokens->count - 1];
    if (last->kind != TUSK_SQL_NAME || !tusk_str_eq(last->text, tusk_str_of(word))) return false;
    tokens->count--;
    return true;
}

/* Takes the order from the end of an expression's words. */
static void take_order(tusk_sql_tokens *tokens, tusk_model_index_column *out)
{
    bool said = false;
    if (take_last(tokens, "first")) said = out->nulls_first = true;
    if (!said && take_last(tokens, "last")) said = true;
    if (said) take_last(tokens, "nulls");
    if (take_last(tokens, "desc")) {
        out->descending = true;
        if (!said) out->nulls_first = true;
    }
    take_last(tokens, "asc");
}

/* The text that the first `count` words came from. */
static tusk_str text_of(tusk_str whole, const tusk_sql_tokens *all, size_t count, tusk_arena *arena)
{
    tusk_buf buf;
    tusk_str out = whole;
    if (count == all->count) return whole;
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        const tusk_sql_token *t = &all->items[i];
        tusk_buf_add_char(&buf, ' ');
        if (t->kind != TUSK_SQL_TEXT) {
            tusk_buf_add(&buf, t->text);
            continue;
        }
        tusk_buf_add_char(&buf, '\'');
        for (size_t k = 0; k < t->text.len; k++) {
            if (t->text.ptr[k] == '\'') tusk_buf_add_char(&buf, '\'');
            tusk_buf_add_char(&buf, t->text.ptr[k]);
        }
        tusk_buf_add_char(&buf, '\'');
    }
    return tusk_buf_finish(&buf, &out, NULL) == TUSK_OK ? out : whole;
}

/* After a call or parentheses, a name alone is the operator class. */
static tusk_str take_opclass(tusk_sql_tokens *tokens)
{
    if (tokens->count < 2) return (tusk_str){ 0 };
    const tusk_sql_token *last = &tokens->items[tokens->count - 1],
                         *before = &tokens->items[tokens->count - 2];
    bool alone =
        last->kind == TUSK_SQL_NAME && (tusk_str_eq(before->text, TUSK_STR(")")) ||
                                        (before->kind == TUSK_SQL_NAME && tokens->count == 2));
    if (!alone) return (tusk_str){ 0 };
    tokens->count--;
    return last->text;
}

static tusk_model_index_column normal_expression(const tusk_normal *n,
                                                 const tusk_model_index_column *column,
                                                 const tusk_model_table *table)
{
    tusk_model_index_column out = *column;
    tusk_sql_tokens all = tusk_sql_tokenize(n->arena, column->expression), left = all;
    take_order(&left, &out);
    tusk_str opclass = take_opclass(&left);
    if (opclass.ptr) out.opclass = opclass;
    if (left.count == 1 && left.items[0].kind == TUSK_SQL_NAME) {
        tusk_str name = left.items[0].text;
        if (name.len > 2 && name.ptr[0] == '"') name = (tusk_str){ name.ptr + 1, name.len - 2 };
        out.expression = name;
        out.is_expression = false;
        return out;
    }
    tusk_str text = text_of(column->expression, &all, left.count, n->arena);
    out.expression = tusk_sql_canonical(n->arena, text, table->name);
    return out;
}

static tusk_model_index_column normal_column(const tusk_normal *n, const tusk_model_index *index,
                                             const tusk_model_index_column *column,
                                             const tusk_model_table *table)
{
    tusk_model_index_column out = *column;
    if (column->is_expression) {
        out = normal_expression(n, column, table);
    } else {
        out.expression = tusk_sql_cut_name(column->expression);
    }
    if (out.opclass.len > 0) out.opclass = tusk_sql_words(n->arena, out.opclass, true);
    const tusk_model_column *of = tusk_model_find_column(table, out.expression);
    if (of && out.opclass.len > 0) {
        tusk_str schema = of->type_schema;
        tusk_str type = tusk_normal_type(n, of->type, &schema);
        if (is_default_opclass(index->method, type, out.opclass)) out.opclass = (tusk_str){ 0 };
    }
    if (out.opclass.len == 0) out.opclass = (tusk_str){ 0 };
    return out;
}

/* "b=2,a=1" as "a=1,b=2" */
static tusk_str sorted_with(tusk_arena *arena, tusk_str with)
{
    tusk_model_options options = { 0 };
    tusk_buf buf;
    tusk_str out = TUSK_STR(""), rest = with;
    while (rest.len > 0) {
        tusk_str value = tusk_str_trim(tusk_str_cut(&rest, ','));
        tusk_str name = tusk_str_trim(tusk_str_cut(&value, '='));
        tusk_vec_push(arena, &options, (tusk_model_option){ name, tusk_str_trim(value), false });
    }
    options = tusk_normal_options(arena, &options);
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < options.count; i++) {
        tusk_buf_printf(&buf, "%s%.*s=%.*s", i > 0 ? "," : "", TUSK_STR_ARG(options.items[i].name),
                        TUSK_STR_ARG(options.items[i].value));
    }
    if (buf.len == 0 || tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) return TUSK_STR("");
    return out;
}

tusk_model_index tusk_normal_index(const tusk_normal *n, const tusk_model_index *index,
                                   const tusk_model_table *table)
{
    tusk_model_index out = *index;
    out.name = tusk_sql_cut_name(index->name);
    out.concurrently = false; /* how it was made, not what it is */
    if (out.method.len == 0) out.method = TUSK_STR("btree");
    out.where = tusk_sql_canonical(n->arena, index->where, table->name);
    out.with = sorted_with(n->arena, index->with);
    out.include = tusk_normal_names(n->arena, &index->include);
    memset(&out.columns, 0, sizeof out.columns);
    for (size_t i = 0; i < index->columns.count; i++) {
        tusk_vec_push(n->arena, &out.columns,
                      normal_column(n, index, &index->columns.items[i], table));
    }
    return out;
}
