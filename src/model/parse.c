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

tusk_status tusk_parse_name(tusk_parser *p, const char *what, tusk_def_name *out)
{
    bool quoted = p->lexer.token.kind == TUSK_TOKEN_STRING;
    return take(p, quoted ? TUSK_TOKEN_STRING : TUSK_TOKEN_WORD, what, out);
}

tusk_status tusk_parse_int(tusk_parser *p, long long min, long long max, int *out)
{
    tusk_token token = p->lexer.token;
    long long value = 0;
    if (token.kind != TUSK_TOKEN_NUMBER || !tusk_str_to_int(token.text, min, max, &value)) {
        return tusk_place_fail(p->err, token.place, "expected a number from %lld to %lld, found %s",
                               min, max, tusk_token_text(p->arena, &token));
    }
    *out = (int)value;
    return tusk_parse_next(p);
}

tusk_status tusk_parse_open(tusk_parser *p, const char *word)
{
    if (!tusk_parse_at(p, word)) {
        const char *what = tusk_arena_printf(p->arena, "%s(...)", word).ptr;
        return tusk_parse_unexpected(p, what ? what : word);
    }
    tusk_status st = tusk_parse_next(p);
    return st == TUSK_OK ? tusk_parse_sign(p, '(') : st;
}

tusk_status tusk_parse_pushed(tusk_parser *p, bool pushed)
{
    return pushed ? TUSK_OK : tusk_fail_nomem(p->err, "the schema");
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

tusk_status tusk_parse_end(tusk_parser *p, const char *word, const tusk_def_name *name)
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

/* TABLE, VIEW and ENUM, also in another schema; *known is false when it is none of them. */
static tusk_status parse_block(tusk_parser *p, bool *known)
{
    static const struct {
        const char *word;
        bool is_enum, in_schema;
        tusk_def_table_kind kind;
    } blocks[] = { { "ENUM", true, false, 0 },
                   { "ENUM_IN", true, true, 0 },
                   { "TABLE", false, false, TUSK_DEF_TABLE },
                   { "TABLE_IN", false, true, TUSK_DEF_TABLE },
                   { "VIEW", false, false, TUSK_DEF_VIEW },
                   { "VIEW_IN", false, true, TUSK_DEF_VIEW },
                   { "MATERIALIZED_VIEW", false, false, TUSK_DEF_MATERIALIZED_VIEW },
                   { "MATERIALIZED_VIEW_IN", false, true, TUSK_DEF_MATERIALIZED_VIEW } };
    size_t count = sizeof blocks / sizeof *blocks, i = 0;
    while (i < count && !tusk_parse_at(p, blocks[i].word)) i++;
    *known = i < count;
    if (!*known) return TUSK_OK;
    tusk_status st = tusk_parse_next(p);
    if (st != TUSK_OK) return st;
    if (blocks[i].is_enum) return tusk_parse_enum(p, blocks[i].in_schema);
    return tusk_parse_table(p, blocks[i].kind, blocks[i].in_schema);
}

static tusk_status parse_declaration(tusk_parser *p)
{
    bool known = false;
    if (p->lexer.token.kind == TUSK_TOKEN_INCLUDE) return parse_include(p);
    tusk_status st = parse_block(p, &known);
    if (st == TUSK_OK && !known) st = tusk_parse_object(p, &known);
    if (known || st != TUSK_OK) return st;
    tusk_parse_unexpected(p, "TABLE, ENUM or #include");
    tusk_error_hint(p->err, "Also VIEW, MATERIALIZED_VIEW, SCHEMA, SEQUENCE, ROLE, EXTENSION, "
                            "DOMAIN, COMPOSITE, FUNCTION, POLICY_ON, COMMENT_ON, and TABLE_IN and "
                            "the like for another schema.");
    return TUSK_INVALID;
}

static tusk_status parse_declarations(tusk_parser *p)
{
    tusk_status st = TUSK_OK;
    while (st == TUSK_OK && p->lexer.token.kind != TUSK_TOKEN_END) st = parse_declaration(p);
    return st;
}

static tusk_status parse_file(tusk_parser *p, const char *path)
{
    tusk_str text;
    tusk_status st = tusk_file_read(p->arena, path, FILE_MAX_SIZE, &text, p->err);
    if (st == TUSK_OK) st = tusk_lexer_start(&p->lexer, p->arena, path, text, p->err);
    return st == TUSK_OK ? parse_declarations(p) : st;
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

tusk_status tusk_def_parse_lines(tusk_arena *arena, const tusk_schema *schema, tusk_def *out,
                                 tusk_error *err)
{
    *out = (tusk_def){ 0 };
    tusk_parser p = { .arena = arena, .def = out, .err = err };
    tusk_status st =
        tusk_lexer_start_lines(&p.lexer, arena, schema->lines, schema->line_count, err);
    if (st == TUSK_OK) st = parse_declarations(&p);
    if (st == TUSK_OK && tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the schema");
    return st;
}
