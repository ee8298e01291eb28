/* render.c - writes conditions as SQL: columns quoted and qualified, values bound */
#include "src/sql/render.h"

#include "src/sql/fit.h"
#include "src/sql/quote.h"

#include "src/base/banned.h"

void tusk_sql_init(tusk_sql_out *sql, tusk_arena *arena, tusk_error *err)
{
    *sql = (tusk_sql_out){ .arena = arena, .err = err };
    tusk_buf_init_in(&sql->text, arena, TUSK_SQL_TEXT_MAX);
}

static bool table_has(const tusk_table *table, const tusk_column *column)
{
    uintptr_t first = (uintptr_t)table->columns, at = (uintptr_t)column;
    return at >= first && at < first + table->column_count * sizeof *table->columns;
}

const tusk_table *tusk_sql_table_of(const tusk_sql_scope *scope, const tusk_column *column)
{
    for (; scope; scope = scope->outer)
        for (size_t i = 0; i < scope->count; i++)
            if (table_has(scope->tables[i], column)) return scope->tables[i];
    return NULL;
}

static tusk_status fail_stranger(tusk_sql_out *sql, const tusk_column *column)
{
    const char *slash = column->file ? strrchr(column->file, '/') : NULL;
    const char *file = slash ? slash + 1 : column->file ? column->file : "?";
    tusk_fail(sql->err, TUSK_MISUSE, "column \"%s\" (%s:%d) is of a table that is not in the query",
              tusk_column_sql_name(column), file, column->line);
    tusk_error_hint(sql->err, "Join the table before its columns are used.");
    return TUSK_MISUSE;
}

static tusk_status need_table(tusk_sql_out *sql, const tusk_sql_scope *scope,
                              const tusk_column *column, const tusk_table **table)
{
    *table = tusk_sql_table_of(scope, column);
    return *table ? TUSK_OK : fail_stranger(sql, column);
}

/* Is there a table of the same name from another schema in the query? */
static bool has_namesake(const tusk_sql_scope *scope, const tusk_table *table)
{
    for (; scope; scope = scope->outer) {
        for (size_t i = 0; i < scope->count; i++) {
            const tusk_table *other = scope->tables[i];
            if (other != table && strcmp(other->sql_name, table->sql_name) == 0) return true;
        }
    }
    return false;
}

static void add_table(tusk_buf *text, const tusk_table *table)
{
    if (table->schema) {
        tusk_sql_add_ident(text, table->schema);
        tusk_buf_add_char(text, '.');
    }
    tusk_sql_add_ident(text, table->sql_name);
}

void tusk_sql_add_table(tusk_sql_out *sql, const tusk_table *table)
{
    add_table(&sql->text, table);
}

void tusk_sql_add_qualifier(tusk_buf *text, const tusk_sql_scope *scope, const tusk_table *table)
{
    if (!table->schema && has_namesake(scope, table)) tusk_buf_add_cstr(text, "\"public\".");
    add_table(text, table);
    tusk_buf_add_char(text, '.');
}

tusk_status tusk_sql_add_column(tusk_sql_out *sql, const tusk_sql_scope *scope,
                                const tusk_column *column)
{
    const tusk_table *table;
    tusk_status st = need_table(sql, scope, column, &table);
    if (st) return st;
    tusk_sql_add_qualifier(&sql->text, scope, table);
    tusk_sql_add_ident(&sql->text, tusk_column_sql_name(column));
    return TUSK_OK;
}

void tusk_sql_add_param(tusk_sql_out *sql, tusk_value value)
{
    char number[24], *at = number + sizeof number;
    if (!tusk_vec_push(sql->arena, &sql->params, value)) sql->text.failed = true;
    size_t left = sql->params.count;
    do *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    *--at = '$';
    tusk_buf_add_bytes(&sql->text, at, (size_t)(number + sizeof number - at));
}

tusk_status tusk_sql_add_value(tusk_sql_out *sql, const tusk_table *table,
                               const tusk_column *column, tusk_value value)
{
    tusk_status st = tusk_sql_fit(table, column, &value, sql->err);
    if (st) return st;
    tusk_sql_add_param(sql, value);
    return TUSK_OK;
}

static tusk_status fail_null(tusk_sql_out *sql, const tusk_table *table, const tusk_column *column)
{
    tusk_status st = tusk_sql_fail_column(sql->err, TUSK_MISUSE, table, column,
                                          "a comparison with NULL is never true:");
    tusk_error_hint(sql->err, "Use tusk_is_null() or tusk_is_not_distinct().");
    return st;
}

/* `is distinct from` and `is not distinct from` are the only comparisons that know NULL. */
static bool takes_null(const char *op)
{
    return strncmp(op, "is ", 3) == 0;
}

static void add_operator(tusk_sql_out *sql, const char *op)
{
    tusk_buf_add_char(&sql->text, ' ');
    tusk_buf_add_cstr(&sql->text, op);
    tusk_buf_add_char(&sql->text, ' ');
}

static tusk_status add_compare(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    const tusk_table *table;
    tusk_status st = need_table(sql, scope, e->left, &table);
    if (st) return st;
    if (e->value.is_null && !takes_null(e->op)) return fail_null(sql, table, e->left);
    st = tusk_sql_add_column(sql, scope, e->left);
    if (st) return st;
    add_operator(sql, e->op);
    return tusk_sql_add_value(sql, table, e->left, e->value);
}

static tusk_status add_columns(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    tusk_status st = tusk_sql_add_column(sql, scope, e->left);
    if (st) return st;
    add_operator(sql, e->op);
    return tusk_sql_add_column(sql, scope, e->right);
}

static tusk_status add_nullness(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    tusk_status st = tusk_sql_add_column(sql, scope, e->left);
    tusk_buf_add_cstr(&sql->text, e->op[0] ? " is not null" : " is null");
    return st;
}

static tusk_status add_any(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    const tusk_table *table;
    tusk_status st = need_table(sql, scope, e->left, &table);
    if (st) return st;
    if (e->value.is_null) return fail_null(sql, table, e->left);
    tusk_column element = *e->left; /* an array of the column's type is what has to fit */
    element.is_array = true;
    if (element.type == TUSK_TYPE_VARCHAR) element.type = TUSK_TYPE_TEXT;
    tusk_value value = e->value;
    st = tusk_sql_fit(table, &element, &value, sql->err);
    if (st) return st;
    st = tusk_sql_add_column(sql, scope, e->left);
    tusk_buf_add_cstr(&sql->text, " = any(");
    tusk_sql_add_param(sql, value);
    tusk_buf_add_char(&sql->text, ')');
    return st;
}

/* websearch_to_tsquery('english'::regconfig, $n); without a configuration the server's default. */
static void add_tsquery(tusk_sql_out *sql, const tusk_expr *e)
{
    tusk_buf_add_cstr(&sql->text, "websearch_to_tsquery(");
    if (e->op) {
        tusk_sql_add_literal(&sql->text, tusk_str_of(e->op));
        tusk_buf_add_cstr(&sql->text, "::regconfig, ");
    }
    tusk_sql_add_param(sql, e->value);
    tusk_buf_add_char(&sql->text, ')');
}

static tusk_status add_search(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    const tusk_table *table;
    tusk_status st = need_table(sql, scope, e->left, &table);
    if (st) return st;
    if (e->value.is_null) return fail_null(sql, table, e->left);
    st = tusk_sql_check_text(sql->params.count + 1, &e->value, sql->err);
    if (st) return st;
    bool rank = e->kind == TUSK_EXPR_RANK;
    if (rank) tusk_buf_add_cstr(&sql->text, "ts_rank(");
    st = tusk_sql_add_column(sql, scope, e->left);
    tusk_buf_add_cstr(&sql->text, rank ? ", " : " @@ ");
    add_tsquery(sql, e);
    if (rank) tusk_buf_add_char(&sql->text, ')');
    return st;
}

/* An operand of and, or: a group inside a group needs parentheses, whatever the precedence. */
static tusk_status add_operand(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    bool group = e->kind == TUSK_EXPR_AND || e->kind == TUSK_EXPR_OR;
    if (group) tusk_buf_add_char(&sql->text, '(');
    tusk_status st = tusk_sql_add_expr(sql, scope, e);
    if (group) tusk_buf_add_char(&sql->text, ')');
    return st;
}

static tusk_status add_list(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *list,
                            const char *between)
{
    for (const tusk_expr *e = list; e->kind != TUSK_EXPR_END; e++) {
        if (e != list) tusk_buf_add_cstr(&sql->text, between);
        if (e->kind == TUSK_EXPR_RANK)
            return tusk_fail(sql->err, TUSK_MISUSE, "a rank is no condition: it only orders");
        tusk_status st = add_operand(sql, scope, e);
        if (st) return st;
    }
    return TUSK_OK;
}

static tusk_status add_not(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    tusk_buf_add_cstr(&sql->text, "not (");
    tusk_status st = add_list(sql, scope, e->children, " and ");
    tusk_buf_add_char(&sql->text, ')');
    return st;
}

static tusk_status add_exists(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    if (!sql->add_query) return tusk_fail(sql->err, TUSK_MISUSE, "exists is not possible here");
    tusk_buf_add_cstr(&sql->text, "exists (");
    tusk_status st = sql->add_query(sql, e->query, scope);
    tusk_buf_add_char(&sql->text, ')');
    return st;
}

static tusk_status add_arg(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_arg *arg)
{
    if (arg->kind == TUSK_ARG_COLUMN) return tusk_sql_add_column(sql, scope, arg->column);
    tusk_status st = tusk_sql_check_text(sql->params.count + 1, &arg->value, sql->err);
    if (st) return st;
    tusk_sql_add_param(sql, arg->value);
    return TUSK_OK;
}

static tusk_status fail_raw(tusk_sql_out *sql, tusk_str fragment, const char *why, const char *hint)
{
    tusk_fail(sql->err, TUSK_MISUSE, "%s in the SQL fragment \"%.*s\"", why,
              (int)(fragment.len < 120 ? fragment.len : 120), fragment.ptr);
    tusk_error_hint(sql->err, "%s", hint);
    return TUSK_MISUSE;
}

tusk_status tusk_sql_add_fragment(tusk_sql_out *sql, tusk_str fragment)
{
    for (size_t i = 0; i + 1 < fragment.len; i++)
        if (fragment.ptr[i] == '$' && fragment.ptr[i + 1] >= '0' && fragment.ptr[i + 1] <= '9')
            return fail_raw(sql, fragment, "a numbered parameter",
                            "Write {} for each argument of tusk_raw().");
    tusk_buf_add(&sql->text, fragment);
    return TUSK_OK;
}

static const char *find_braces(tusk_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == '{' && text.ptr[i + 1] == '}') return text.ptr + i;
    return NULL;
}

static tusk_status add_raw(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    static const char one_each[] = "Give as many arguments as there are {}.";
    tusk_str rest = e->sql;
    const tusk_arg *arg = e->args;
    tusk_buf_add_char(&sql->text, '(');
    for (const char *hole; (hole = find_braces(rest)) != NULL; arg++) {
        if (arg->kind == TUSK_ARG_END) return fail_raw(sql, e->sql, "too few arguments", one_each);
        size_t before = (size_t)(hole - rest.ptr);
        tusk_status st = tusk_sql_add_fragment(sql, (tusk_str){ rest.ptr, before });
        if (!st) st = add_arg(sql, scope, arg);
        if (st) return st;
        rest = (tusk_str){ hole + 2, rest.len - before - 2 };
    }
    if (arg->kind != TUSK_ARG_END) return fail_raw(sql, e->sql, "too many arguments", one_each);
    tusk_status st = tusk_sql_add_fragment(sql, rest);
    tusk_buf_add_char(&sql->text, ')');
    return st;
}

static tusk_status add_broken(tusk_sql_out *sql, const tusk_expr *e)
{
    if (!e->op) return tusk_fail_nomem(sql->err, "a condition");
    return tusk_fail(sql->err, TUSK_MISUSE, "%s", e->op);
}

tusk_status tusk_sql_add_expr(tusk_sql_out *sql, const tusk_sql_scope *scope, const tusk_expr *e)
{
    switch (e->kind) {
    case TUSK_EXPR_COMPARE:
        return add_compare(sql, scope, e);
    case TUSK_EXPR_COLUMNS:
        return add_columns(sql, scope, e);
    case TUSK_EXPR_NULLNESS:
        return add_nullness(sql, scope, e);
    case TUSK_EXPR_ANY:
        return add_any(sql, scope, e);
    case TUSK_EXPR_MATCH:
    case TUSK_EXPR_RANK:
        return add_search(sql, scope, e);
    case TUSK_EXPR_AND:
        return add_list(sql, scope, e->children, " and ");
    case TUSK_EXPR_OR:
        return add_list(sql, scope, e->children, " or ");
    case TUSK_EXPR_NOT:
        return add_not(sql, scope, e);
    case TUSK_EXPR_EXISTS:
        return add_exists(sql, scope, e);
    case TUSK_EXPR_RAW:
        return add_raw(sql, scope, e);
    case TUSK_EXPR_BROKEN:
        return add_broken(sql, e);
    case TUSK_EXPR_END:
    case TUSK_EXPR_ABSENT:
        break;
    }
    return tusk_fail(sql->err, TUSK_MISUSE, "a condition of an unknown kind");
}

tusk_status tusk_sql_add_where(tusk_sql_out *sql, const tusk_sql_scope *scope,
                               const tusk_expr *list)
{
    if (!list) return TUSK_OK;
    tusk_buf_add_cstr(&sql->text, " where ");
    return add_list(sql, scope, list, " and ");
}

tusk_status tusk_sql_finish(tusk_sql_out *sql, tusk_str *text)
{
    if (sql->params.count > TUSK_SQL_PARAMS_MAX)
        return tusk_fail(sql->err, TUSK_MISUSE,
                         "%zu parameters in one statement, PostgreSQL takes %d", sql->params.count,
                         TUSK_SQL_PARAMS_MAX);
    if (sql->text.failed && tusk_arena_failed(sql->arena))
        return tusk_fail_nomem(sql->err, "a statement");
    return tusk_buf_finish(&sql->text, text, sql->err);
}
