/* plan_query.c - a statement behind a cursor: typed once to learn its columns, once more with each
 * column cut on the server, so that no row can be larger than we want to hold */
#include "services/backend/app/admin/plan_query.h"

#include <strings.h>

enum {
    SQL_MAX = 1 << 20,
    BATCH_BYTES = 4 << 20, /* of one answer, at the worst: four bytes a character */
};

/* ---- what kind of statement ---- */

/** Behind white space and comments, which nest as in PostgreSQL. */
static tusk_str skip_comments(tusk_str s)
{
    for (;;) {
        s = tusk_str_trim(s);
        if (tusk_str_starts(s, TUSK_STR("--"))) {
            tusk_str_cut(&s, '\n');
            if (!s.ptr) return TUSK_STR("");
            continue;
        }
        if (!tusk_str_starts(s, TUSK_STR("/*"))) return s;
        size_t at = 2;
        for (int depth = 1; depth > 0; at++) {
            if (at + 1 >= s.len) return TUSK_STR("");
            bool opens = s.ptr[at] == '/' && s.ptr[at + 1] == '*';
            bool closes = s.ptr[at] == '*' && s.ptr[at + 1] == '/';
            depth += opens ? 1 : closes ? -1 : 0;
            if (opens || closes) at++;
        }
        s = (tusk_str){ s.ptr + at, s.len - at };
    }
}

static bool begins_with_word(tusk_str s, const char *word)
{
    size_t length = strlen(word);
    if (s.len < length || strncasecmp(s.ptr, word, length) != 0) return false;
    if (s.len == length) return true;
    unsigned char next = (unsigned char)s.ptr[length];
    return !(next == '_' || next == '$' || next >= 0x80 || (next >= '0' && next <= '9') ||
             ((next | 0x20) >= 'a' && (next | 0x20) <= 'z'));
}

/* It only chooses the way: what may happen on it is bounded by the role and the transaction. */
enum plan_kind plan_kind_of(tusk_str sql)
{
    static const struct {
        const char *word;
        enum plan_kind kind;
    } words[] = { { "select", PLAN_CURSOR }, { "with", PLAN_CURSOR }, { "values", PLAN_CURSOR },
                  { "table", PLAN_CURSOR },  { "show", PLAN_SHORT },  { "explain", PLAN_SHORT } };
    tusk_str s = skip_comments(sql);
    if (s.len > 0 && s.ptr[0] == '(') return PLAN_CURSOR;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_with_word(s, words[i].word)) return words[i].kind;
    return PLAN_OTHER;
}

/* ---- running it ---- */

struct run {
    tusk_conn *conn;
    tusk_arena *a;
    int64_t deadline;
    size_t limit, bytes;
    tusk_str **rows;
    struct plan_rows *out;
};

/** The server's own timer can be set by the statement, ours cannot. */
static tusk_status ask(struct run *r, const char *sql, tusk_result *result, tusk_error *err)
{
    int left = tusk_deadline_left(r->deadline);
    if (left == 0) {
        tusk_fail(err, TUSK_TIMEOUT, "the statement did not end in time");
        return TUSK_TIMEOUT;
    }
    tusk_conn_set_timeout(r->conn, left);
    return tusk_run(r->conn, r->a, tusk_sql(r->a, sql, NULL), result, err);
}

/** Declares a cursor for head, statement and tail. A statement that is not alone is refused by the
 * protocol, one that is not a query by the grammar. */
static tusk_status declare(struct run *r, const char *head, tusk_str sql, const char *tail,
                           tusk_error *err)
{
    tusk_buf text;
    tusk_str whole;
    tusk_buf_init_in(&text, r->a, SQL_MAX);
    tusk_buf_add_cstr(&text, head);
    int before = (int)text.len;
    tusk_buf_add(&text, sql);
    tusk_buf_add_cstr(&text, tail);
    tusk_status st = tusk_buf_finish(&text, &whole, err);
    if (!st) st = ask(r, whole.ptr, NULL, err);
    if (st && err->position > before) err->position -= before;
    return st;
}

static tusk_status learn_columns(struct run *r, tusk_str sql, tusk_error *err)
{
    tusk_result shape = { 0 };
    tusk_status st = declare(r, "declare shape no scroll cursor for ", sql, "", err);
    if (!st) st = ask(r, "fetch forward 0 from shape", &shape, err);
    if (!st) st = ask(r, "close shape", NULL, err);
    r->out->columns = shape.fields;
    r->out->column_count = shape.field_count;
    return st;
}

static tusk_str without_end(tusk_str sql)
{
    for (;;) {
        sql = tusk_str_trim(sql);
        if (sql.len == 0 || sql.ptr[sql.len - 1] != ';') return sql;
        sql.len--;
    }
}

/** select left(c1::text, 2001), ... from (the statement) as q (c1, ...): the names of its columns
 * may be there twice or not at all. */
static tusk_status declare_cut(struct run *r, tusk_str sql, tusk_error *err)
{
    tusk_buf head, tail;
    tusk_buf_init_in(&head, r->a, SQL_MAX);
    tusk_buf_init_in(&tail, r->a, SQL_MAX);
    tusk_buf_add_cstr(&head, "declare cut no scroll cursor for select ");
    tusk_buf_add_cstr(&tail, "\n) as q (");
    for (size_t i = 0; i < r->out->column_count; i++) {
        const char *separator = i ? ", " : "";
        tusk_buf_printf(&head, "%spg_catalog.left(q.c%zu::text, %d)", separator, i,
                        ROWS_SHOWN_MAX + 1);
        tusk_buf_printf(&tail, "%sc%zu", separator, i);
    }
    tusk_buf_add_cstr(&head, " from (\n");
    tusk_buf_add_char(&tail, ')');
    tusk_str before, after;
    tusk_status st = tusk_buf_finish(&head, &before, err);
    if (!st) st = tusk_buf_finish(&tail, &after, err);
    return st ? st : declare(r, before.ptr, without_end(sql), after.ptr, err);
}

/** False when that is enough. */
static bool keep_rows(struct run *r, const tusk_result *result)
{
    size_t width = r->out->column_count;
    for (size_t i = 0; i < result->cell_rows; i++) {
        tusk_str *cells = tusk_arena_copy(r->a, result->cells + i * width, width * sizeof *cells);
        for (size_t k = 0; cells && k < width; k++) r->bytes += cells[k].len;
        bool fits = r->out->row_count < r->limit && r->bytes <= PLAN_BYTES_MAX;
        if (!fits) r->out->truncated = true;
        if (!fits || !cells) return false;
        r->rows[r->out->row_count++] = cells;
    }
    return true;
}

static tusk_status fetch(struct run *r, tusk_error *err)
{
    size_t row = r->out->column_count * (size_t)(ROWS_SHOWN_MAX + 1) * 4;
    size_t batch = BATCH_BYTES / row < 1 ? 1 : BATCH_BYTES / row;
    if (batch > r->limit + 1) batch = r->limit + 1;
    tusk_str sql = tusk_arena_printf(r->a, "fetch forward %zu from cut", batch);
    if (!sql.ptr) return tusk_fail_nomem(err, "a statement");
    for (;;) {
        tusk_result result = { 0 };
        tusk_status st = ask(r, sql.ptr, &result, err);
        if (st || !keep_rows(r, &result) || result.cell_rows < batch) return st;
    }
}

static tusk_status run_short(struct run *r, tusk_str sql, tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_str text = tusk_arena_str(r->a, sql);
    if (!text.ptr) return tusk_fail_nomem(err, "a statement");
    tusk_status st = ask(r, text.ptr, &result, err);
    if (st) return st;
    r->out->columns = result.fields;
    r->out->column_count = result.field_count;
    if (result.field_count > 0) keep_rows(r, &result);
    return TUSK_OK;
}

static tusk_status run_cursor(struct run *r, tusk_str sql, tusk_error *err)
{
    tusk_status st = learn_columns(r, sql, err);
    if (st || r->out->column_count == 0) return st; /* "select" alone has rows of nothing */
    st = declare_cut(r, sql, err);
    return st ? st : fetch(r, err);
}

tusk_status plan_query(tusk_conn *reader, tusk_arena *a, tusk_str sql, size_t limit,
                       int64_t deadline, struct plan_rows *out, tusk_error *err)
{
    *out = (struct plan_rows){ 0 };
    struct run r = { .conn = reader, .a = a, .deadline = deadline, .limit = limit, .out = out };
    r.rows = TUSK_NEW_ARRAY(a, tusk_str *, limit + 1);
    if (!r.rows) return tusk_fail_nomem(err, "the rows of a statement");
    out->rows = r.rows;
    tusk_status st =
        plan_kind_of(sql) == PLAN_SHORT ? run_short(&r, sql, err) : run_cursor(&r, sql, err);
    return !st && tusk_arena_failed(a) ? tusk_fail_nomem(err, "the rows of a statement") : st;
}

tusk_status plan_types(tusk_conn *conn, tusk_arena *a, const struct plan_rows *rows,
                       tusk_result *out, tusk_error *err)
{
    tusk_buf types, modifiers;
    tusk_buf_init_in(&types, a, SQL_MAX);
    tusk_buf_init_in(&modifiers, a, SQL_MAX);
    for (size_t i = 0; i < rows->column_count; i++) {
        tusk_buf_printf(&types, "%c%u", i ? ',' : '{', rows->columns[i].type_oid);
        tusk_buf_printf(&modifiers, "%c%d", i ? ',' : '{', rows->columns[i].modifier);
    }
    tusk_buf_add_cstr(&types, rows->column_count ? "}" : "{}");
    tusk_buf_add_cstr(&modifiers, rows->column_count ? "}" : "{}");
    return tusk_run(
        conn, a,
        tusk_sql(a,
                 "select pg_catalog.format_type(t.oid, t.modifier) from "
                 "rows from (pg_catalog.unnest($1::text::oid[]), "
                 "pg_catalog.unnest($2::text::int[])) with ordinality "
                 "t(oid, modifier, place) order by t.place",
                 TUSK_PARAMS(tusk_val(tusk_buf_str(&types)), tusk_val(tusk_buf_str(&modifiers)))),
        out, err);
}
