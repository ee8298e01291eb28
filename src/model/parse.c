/* parse.c - reading a .def file: enums, tables and includes */
#include "src/model/parse.h"

#include <limits.h>

#include "tusk/file.h"

#include "src/base/banned.h"

#define FILE_MAX_SIZE ((size_t)4 << 20)

tusk_status tusk_parse_next(tusk_parser *p)
{
    return tusk_lexer_next(&p->lexer, p->err);
}

bool tusk_parse_at(const tusk_parser *p, const char *text)
{
    const tusk_token *token = &p->lexer.token;
    bool kind = token->kind == TUSK_TOKEN_WORD || token->kind == TUSK_TOKEN_SIGN;
    return kind && tusk_str_eq(token->text, tusk_str_of(text));
}

tusk_status tusk_parse_unexpected(tusk_parser *p, const char *what)
{
    const tusk_token *token = &p->lexer.token;
    return tusk_place_fail(p->err, token->place, "expected %s, found %s", what,
                           tusk_token_text(p->arena, token));
}

tusk_status tusk_parse_sign(tusk_parser *p, char sign)
{
    if (tusk_parse_at(p, (char[]){ sign, '\0' })) return tusk_parse_next(p);
    return tusk_parse_unexpected(p, (char[]){ '"', sign, '"', '\0' });
}

static tusk_status take(tusk_parser *p, tusk_token_kind kind, const char *what, tusk_def_name *out)
{
    if (p->lexer.token.kind != kind) return tusk_parse_unexpected(p, what);
    /* a copy, for names have a zero after them wherever they go */
    tusk_str text = tusk_arena_str(p->arena, p->lexer.token.text);
    if (!text.ptr) return tusk_fail_nomem(p->err, "the schema");
    *out = (tusk_def_name){ .text = text, .place = p->lexer.token.place };
    return tusk_parse_next(p);
}

tusk_status tusk_parse_word(tusk_parser *p, const char *what, tusk_def_name *out)
{
    return take(p, TUSK_TOKEN_WORD, what, out);
}

tusk_status tusk_parse_string(tusk_parser *p, const char *what, tusk_def_name *out)
{
    return take(p, TUSK_TOKEN_STRING, what, out);
}

const tusk_def_table *tusk_def_find_table(const tusk_def *def, tusk_str handle)
{
    for (size_t i = 0; i < def->tables.count; i++) {
        if (tusk_str_eq(def->tables.items[i].handle.text, handle)) return &def->tables.items[i];
    }
    return NULL;
}

const tusk_def_enum *tusk_def_find_enum(const tusk_def *def, tusk_str name)
{
    for (size_t i = 0; i < def->enums.count; i++) {
        if (tusk_str_eq(def->enums.items[i].name.text, name)) return &def->enums.items[i];
    }
    return NULL;
}

const tusk_def_column *tusk_def_find_column(const tusk_def_table *table, tusk_str name)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (tusk_str_eq(table->columns.items[i].name.text, name)) return &table->columns.items[i];
    }
    return NULL;
}

/* LABEL(e, l, "sql"), after the word. */
static tusk_status parse_label(tusk_parser *p, tusk_def_enum *e)
{
    tusk_def_name of;
    tusk_def_label label = { 0 };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of the enum", &of);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(of.text, e->name.text)) {
        return tusk_place_fail(p->err, of.place, "this LABEL is of \"%.*s\" but stands in \"%.*s\"",
                               TUSK_STR_ARG(of.text), TUSK_STR_ARG(e->name.text));
    }
    st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the label's name in C", &label.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "the label's text in double quotes", &label.sql);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_vec_push(p->arena, &e->labels, label) ? TUSK_OK
                                                      : tusk_fail_nomem(p->err, "the schema");
}

/* (name), which has to repeat `name`. */
static tusk_status parse_end(tusk_parser *p, const char *word, const tusk_def_name *name)
{
    tusk_def_name end;
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "a name", &end);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(end.text, name->text)) {
        return tusk_place_fail(p->err, end.place, "%s names \"%.*s\", but \"%.*s\" is open", word,
                               TUSK_STR_ARG(end.text), TUSK_STR_ARG(name->text));
    }
    return TUSK_OK;
}

/* ENUM(e, "sql") ... END_ENUM(e), after the word. */
static tusk_status parse_enum(tusk_parser *p)
{
    tusk_def_enum e = { 0 };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the enum's name in C", &e.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_string(p, "the enum's SQL name in double quotes", &e.sql);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    while (st == TUSK_OK && tusk_parse_at(p, "LABEL")) {
        st = tusk_parse_next(p);
        if (st == TUSK_OK) st = parse_label(p, &e);
    }
    if (st != TUSK_OK) return st;
    if (!tusk_parse_at(p, "END_ENUM")) return tusk_parse_unexpected(p, "LABEL or END_ENUM");
    st = tusk_parse_next(p);
    if (st == TUSK_OK) st = parse_end(p, "END_ENUM", &e.name);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_vec_push(p->arena, &p->def->enums, e) ? TUSK_OK
                                                      : tusk_fail_nomem(p->err, "the schema");
}

/* TABLE(row, handle, "sql") ... END_TABLE(row, handle), after the word. */
static tusk_status parse_table(tusk_parser *p)
{
    tusk_def_table table = { 0 };
    tusk_status st = tusk_parse_sign(p, '(');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the name of a row in C", &table.row);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK) st = tusk_parse_word(p, "the table's name in C", &table.handle);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st == TUSK_OK)
        st = tusk_parse_string(p, "the table's SQL name in double quotes", &table.sql);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ')');
    if (st == TUSK_OK) st = tusk_parse_table_body(p, &table);
    if (st == TUSK_OK) st = parse_end(p, "END_TABLE", &table.row);
    if (st == TUSK_OK) st = tusk_parse_sign(p, ',');
    if (st != TUSK_OK) return st;
    tusk_def_name handle;
    st = tusk_parse_word(p, "the table's name in C", &handle);
    if (st != TUSK_OK) return st;
    if (!tusk_str_eq(handle.text, table.handle.text)) {
        return tusk_place_fail(p->err, handle.place,
                               "END_TABLE names \"%.*s\", but \"%.*s\" is open",
                               TUSK_STR_ARG(handle.text), TUSK_STR_ARG(table.handle.text));
    }
    st = tusk_parse_sign(p, ')');
    if (st != TUSK_OK) return st;
    return tusk_vec_push(p->arena, &p->def->tables, table) ? TUSK_OK
                                                           : tusk_fail_nomem(p->err, "the schema");
}

static tusk_status parse_file(tusk_parser *p, const char *path);

/* `include` beside the file that holds it. */
static const char *path_beside(tusk_arena *arena, const char *file, tusk_str include)
{
    const char *slash = strrchr(file, '/');
    if (!slash || (include.len > 0 && include.ptr[0] == '/')) {
        return tusk_arena_str(arena, include).ptr;
    }
    return tusk_arena_printf(arena, "%.*s/%.*s", (int)(slash - file), file, TUSK_STR_ARG(include))
        .ptr;
}

static tusk_status parse_include(tusk_parser *p)
{
    const tusk_token include = p->lexer.token;
    const char *path = path_beside(p->arena, p->lexer.file, include.text);
    if (!path) return tusk_fail_nomem(p->err, "the schema");
    for (const tusk_parser *up = p; up; up = up->includer) {
        if (strcmp(up->lexer.file, path) == 0) {
            return tusk_place_fail(p->err, include.place, "\"%.*s\" includes itself",
                                   TUSK_STR_ARG(include.text));
        }
    }
    if (p->depth >= TUSK_INCLUDE_DEPTH_MAX) {
        return tusk_place_fail(p->err, include.place, "#include goes deeper than %d files",
                               TUSK_INCLUDE_DEPTH_MAX);
    }
    if (!tusk_file_exists(path)) {
        return tusk_place_fail(p->err, include.place, "there is no file \"%s\"", path);
    }
    tusk_parser inner = {
        .arena = p->arena, .includer = p, .depth = p->depth + 1, .def = p->def, .err = p->err
    };
    tusk_status st = parse_file(&inner, path);
    return st == TUSK_OK ? tusk_parse_next(p) : st;
}

static tusk_status parse_declaration(tusk_parser *p)
{
    if (p->lexer.token.kind == TUSK_TOKEN_INCLUDE) return parse_include(p);
    bool is_enum = tusk_parse_at(p, "ENUM");
    if (!is_enum && !tusk_parse_at(p, "TABLE")) {
        return tusk_parse_unexpected(p, "TABLE, ENUM or #include");
    }
    tusk_status st = tusk_parse_next(p);
    if (st != TUSK_OK) return st;
    return is_enum ? parse_enum(p) : parse_table(p);
}

static tusk_status parse_file(tusk_parser *p, const char *path)
{
    tusk_str text;
    tusk_status st = tusk_file_read(p->arena, path, FILE_MAX_SIZE, &text, p->err);
    if (st == TUSK_OK) st = tusk_lexer_start(&p->lexer, p->arena, path, text, p->err);
    while (st == TUSK_OK && p->lexer.token.kind != TUSK_TOKEN_END) st = parse_declaration(p);
    return st;
}

tusk_status tusk_def_parse(tusk_arena *arena, const char *path, tusk_def *out, tusk_error *err)
{
    *out = (tusk_def){ 0 };
    tusk_str name = tusk_arena_str(arena, tusk_str_of(path));
    if (!name.ptr) return tusk_fail_nomem(err, "the schema");
    tusk_parser p = { .arena = arena, .def = out, .err = err };
    tusk_status st = parse_file(&p, name.ptr);
    if (st == TUSK_OK && tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the schema");
    return st;
}
