/* lint.c - a file statement by statement: parsed by libpg_query, looked at, silenced where it says
 * so */
#include <pg_query.h>

#include "src/lint/lint.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

/* ---- which rules ---- */

static tusk_status choose(tusk_linter *l, const char *const *names, bool on)
{
    for (; names && *names; names++) {
        tusk_lint_id id = tusk_lint_find(tusk_str_of(*names));
        if (id == TUSK_LINT_COUNT) {
            tusk_fail(l->err, TUSK_INVALID, "there is no rule \"%s\"", *names);
            tusk_error_hint(l->err, "docs/lint.md has them all, as has `tusk lint --list`.");
            return TUSK_INVALID;
        }
        l->on[id] = on;
    }
    return TUSK_OK;
}

tusk_status tusk_linter_init(tusk_linter *l, tusk_arena *arena, const tusk_lint_options *options,
                             tusk_error *err)
{
    static const tusk_lint_options none = { 0 };
    *l = (tusk_linter){ .arena = arena, .options = options ? options : &none, .err = err };
    bool chosen = l->options->rules != NULL;
    for (int i = 0; i < TUSK_LINT_COUNT; i++) l->on[i] = !chosen && !tusk_lint_table[i].optional;
    tusk_map_init(&l->rows, arena);
    tusk_status st = choose(l, l->options->rules, true);
    return st == TUSK_OK ? choose(l, l->options->ignore, false) : st;
}

/* ---- a statement ---- */

static void unparsed(tusk_linter *l, int at, tusk_str why)
{
    tusk_lint_say(l, TUSK_LINT_SYNTAX, NULL, at, (tusk_str){ 0 }, "%.*s", TUSK_STR_ARG(why));
}

static void look(tusk_linter *l, const json_t *root)
{
    const json_t *all = json_object_get(root, "stmts");
    TUSK_EACH_NODE(all, one)
    {
        const json_t *node = json_object_get(one, "stmt");
        tusk_lint_other(l, tusk_node_kind(node), tusk_node_body(node));
    }
}

/* The tree is as deep as the statement is nested; jansson stops at some two thousand levels. */
static void look_at_tree(tusk_linter *l, const char *text)
{
    json_error_t why;
    json_t *root = json_loads(text, 0, &why);
    if (root) look(l, root);
    if (!root) unparsed(l, 0, TUSK_STR("the statement is nested too deeply to be looked at"));
    json_decref(root);
}

/* The cursor counts characters. */
static int byte_of(tusk_str sql, int position)
{
    int at = 0;
    for (int seen = 0; (size_t)at < sql.len; at++) {
        if (((unsigned char)sql.ptr[at] & 0xc0) != 0x80 && ++seen == position) break;
    }
    return at;
}

/* The parser's words; it may have cut a character of the file in two. */
static tusk_str why_of(tusk_linter *l, const PgQueryError *error)
{
    tusk_str why = tusk_str_of(error->message), out = TUSK_STR("");
    tusk_buf buf;
    bool whole = tusk_str_is_text(why);
    tusk_buf_init_in(&buf, l->arena, why.len + 1);
    for (size_t i = 0; i < why.len; i++) {
        tusk_buf_add_char(&buf, whole || (unsigned char)why.ptr[i] < 0x80 ? why.ptr[i] : '?');
    }
    if (tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) tusk_lint_nomem(l);
    return out;
}

static void look_at_statement(tusk_linter *l, const tusk_chunk *chunk)
{
    l->chunk = chunk;
    tusk_lint_read_text(l);
    PgQueryParseResult result = pg_query_parse(chunk->sql.ptr);
    if (result.error) {
        tusk_str why = why_of(l, result.error);
        unparsed(l, byte_of(chunk->sql, result.error->cursorpos), why);
    } else if (result.parse_tree) {
        look_at_tree(l, result.parse_tree);
    }
    pg_query_free_parse_result(result);
}

/* ---- a file ---- */

static void begin_file(tusk_linter *l, tusk_str name)
{
    l->file = name;
    l->inside = l->locked = l->lock_timeout = l->time_limit = l->told_several = false;
    l->exclusive = (tusk_str){ 0 };
    l->pardoned = (tusk_lint_pardons){ 0 };
    tusk_map_init(&l->fresh, l->arena);
    tusk_map_init(&l->not_null_of, l->arena);
    tusk_map_init(&l->not_null, l->arena);
    tusk_map_init(&l->not_valid, l->arena);
}

tusk_status tusk_linter_file(tusk_linter *l, tusk_str name, tusk_str sql)
{
    tusk_chunks chunks, statements;
    static const tusk_chunk whole = { { "", 0 }, 1 };
    begin_file(l, name);
    l->chunk = &whole;
    if (!tusk_str_is_text(sql)) {
        unparsed(l, 0, TUSK_STR("the file is no UTF-8 text"));
        return l->status;
    }
    if (!tusk_split_breakpoints(l->arena, sql, &chunks)) return tusk_fail_nomem(l->err, "a file");
    l->apart = tusk_split_needs_no_transaction(l->arena, &chunks);
    for (size_t i = 0; i < chunks.count && l->status == TUSK_OK; i++) {
        if (!tusk_split_statements(l->arena, &chunks.items[i], &statements)) tusk_lint_nomem(l);
        for (size_t j = 0; j < statements.count && l->status == TUSK_OK; j++) {
            look_at_statement(l, &statements.items[j]);
        }
    }
    tusk_lint_end(l);
    return l->status;
}

/* ---- all of it ---- */

static void count(tusk_lint_findings *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const tusk_lint_finding *f = &out->items[i];
        if (f->silenced) {
            out->silenced++;
        } else if (f->level == TUSK_FINDING_ERROR) {
            out->errors++;
        } else if (f->level == TUSK_FINDING_WARNING) {
            out->warnings++;
        } else {
            out->notes++;
        }
    }
}

void tusk_linter_finish(const tusk_linter *l, tusk_lint_findings *out)
{
    *out = (tusk_lint_findings){ .items = l->findings.items, .count = l->findings.count };
    count(out);
}

tusk_status tusk_lint_sql(tusk_arena *arena, tusk_str name, tusk_str sql,
                          const tusk_lint_options *options, tusk_lint_findings *out,
                          tusk_error *err)
{
    tusk_linter l;
    *out = (tusk_lint_findings){ 0 };
    tusk_status st = tusk_linter_init(&l, arena, options, err);
    if (st == TUSK_OK) st = tusk_linter_file(&l, name, sql);
    if (st == TUSK_OK) tusk_linter_finish(&l, out);
    return st;
}
