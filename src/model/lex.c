/* lex.c - cutting a .def file into C tokens */
#include "src/model/lex.h"

#include <ctype.h>
#include <stdio.h>

#include "tusk/buf.h"
#include "tusk/schema.h"

#include "src/base/banned.h"

#define STRING_MAX ((size_t)64 << 10)

tusk_status tusk_place_fail(tusk_error *err, tusk_place place, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tusk_fail(err, TUSK_INVALID, "%s", text);
    if (place.file && place.column > 0) {
        tusk_error_prefix(err, "%s:%d:%d", place.file, place.line, place.column);
    } else if (place.file && place.line > 0) {
        tusk_error_prefix(err, "%s:%d", place.file, place.line);
    } else if (place.file) {
        tusk_error_prefix(err, "%s", place.file);
    }
    return TUSK_INVALID;
}

static tusk_place here(const tusk_lexer *lexer)
{
    int column = lexer->lines ? 0 : (int)(lexer->at - lexer->line_start) + 1;
    return (tusk_place){ lexer->file, lexer->line, column };
}

/* The byte `ahead` of the next one, 0 past the end. */
static char peek(const tusk_lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->text.len ? lexer->text.ptr[at] : '\0';
}

static void step(tusk_lexer *lexer)
{
    if (lexer->text.ptr[lexer->at++] != '\n') return;
    lexer->line++;
    lexer->line_start = lexer->at;
}

static bool at_end(const tusk_lexer *lexer)
{
    return lexer->at >= lexer->text.len;
}

static tusk_status skip_comment(tusk_lexer *lexer, tusk_error *err)
{
    tusk_place start = here(lexer);
    bool line_only = peek(lexer, 1) == '/';
    step(lexer);
    step(lexer);
    while (!at_end(lexer)) {
        if (line_only && peek(lexer, 0) == '\n') return TUSK_OK;
        if (!line_only && peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
            step(lexer);
            step(lexer);
            return TUSK_OK;
        }
        step(lexer);
    }
    if (line_only) return TUSK_OK;
    return tusk_place_fail(err, start, "the comment that starts here has no end");
}

static tusk_status skip_space(tusk_lexer *lexer, tusk_error *err)
{
    while (!at_end(lexer)) {
        char c = peek(lexer, 0);
        if (isspace((unsigned char)c)) {
            step(lexer);
        } else if (c == '/' && (peek(lexer, 1) == '*' || peek(lexer, 1) == '/')) {
            tusk_status st = skip_comment(lexer, err);
            if (st != TUSK_OK) return st;
        } else {
            break;
        }
    }
    return TUSK_OK;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

/* The number of \x41 or \101, whose backslash (and x) were taken. */
static int numeric_escape(tusk_lexer *lexer, int base, int digits)
{
    int value = 0;
    while (digits-- > 0 && digit_value(peek(lexer, 0)) < base) {
        value = value * base + digit_value(peek(lexer, 0));
        step(lexer);
    }
    return value;
}

static tusk_status read_escape(tusk_lexer *lexer, tusk_buf *out, tusk_error *err)
{
    static const char names[] = "ntrabfv\\\"'?";
    static const char values[] = "\n\t\r\a\b\f\v\\\"'?";
    tusk_place place = here(lexer);
    step(lexer);
    char c = peek(lexer, 0);
    const char *known = c != '\0' ? strchr(names, c) : NULL;
    int value = -1;
    if (known) {
        step(lexer);
        value = (unsigned char)values[known - names];
    } else if (c == 'x' && digit_value(peek(lexer, 1)) < 16) {
        step(lexer);
        value = numeric_escape(lexer, 16, 2);
    } else if (c >= '0' && c <= '7') {
        value = numeric_escape(lexer, 8, 3);
    }
    if (value < 0) return tusk_place_fail(err, place, "unknown escape \"\\%c\" in a text", c);
    if (value == 0 || value > 255) {
        return tusk_place_fail(err, place, "a text cannot hold the byte %d", value);
    }
    tusk_buf_add_char(out, (char)value);
    return TUSK_OK;
}

/* One literal, from quote to quote, added to `out`. */
static tusk_status read_string(tusk_lexer *lexer, tusk_buf *out, tusk_error *err)
{
    tusk_place start = here(lexer);
    step(lexer);
    while (!at_end(lexer) && peek(lexer, 0) != '"') {
        char c = peek(lexer, 0);
        if (c == '\n') break;
        if (c != '\\') {
            tusk_buf_add_char(out, c);
            step(lexer);
            continue;
        }
        tusk_status st = read_escape(lexer, out, err);
        if (st != TUSK_OK) return st;
    }
    if (peek(lexer, 0) != '"') {
        return tusk_place_fail(err, start, "the text that starts here has no closing quote");
    }
    step(lexer);
    return TUSK_OK;
}

/* A literal and those that follow it: "a" "b" is one text, as in C. */
static tusk_status read_strings(tusk_lexer *lexer, tusk_error *err)
{
    tusk_buf text;
    tusk_buf_init_in(&text, lexer->arena, STRING_MAX);
    do {
        tusk_status st = read_string(lexer, &text, err);
        if (st == TUSK_OK) st = skip_space(lexer, err);
        if (st != TUSK_OK) return st;
    } while (peek(lexer, 0) == '"');
    lexer->token.kind = TUSK_TOKEN_STRING;
    tusk_status st = tusk_buf_finish(&text, &lexer->token.text, err);
    if (st == TUSK_OK && !tusk_str_is_text(lexer->token.text)) {
        return tusk_place_fail(err, lexer->token.place, "the text is not valid UTF-8");
    }
    return st;
}

static void skip_blanks(tusk_lexer *lexer)
{
    while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t') step(lexer);
}

/* #include "path" is the only preprocessor line of the language. */
static tusk_status read_directive(tusk_lexer *lexer, tusk_error *err)
{
    tusk_place start = here(lexer);
    step(lexer);
    skip_blanks(lexer);
    size_t word = lexer->at;
    while (is_word(peek(lexer, 0))) step(lexer);
    tusk_str name = { lexer->text.ptr + word, lexer->at - word };
    if (!tusk_str_eq(name, TUSK_STR("include"))) {
        tusk_place_fail(err, start, "\"#%.*s\" is not part of the schema language",
                        TUSK_STR_ARG(name));
        tusk_error_hint(err, "The only preprocessor line it takes is #include \"file.def\".");
        return TUSK_INVALID;
    }
    skip_blanks(lexer);
    if (peek(lexer, 0) != '"') {
        tusk_place_fail(err, here(lexer), "#include takes a path in double quotes");
        tusk_error_hint(err, "Write #include \"schema-tables/teams.def\", relative to this file.");
        return TUSK_INVALID;
    }
    size_t path = lexer->at + 1;
    step(lexer);
    while (!at_end(lexer) && peek(lexer, 0) != '"' && peek(lexer, 0) != '\n') step(lexer);
    if (peek(lexer, 0) != '"') {
        return tusk_place_fail(err, start, "the path of #include has no closing quote");
    }
    lexer->token.kind = TUSK_TOKEN_INCLUDE;
    lexer->token.text = (tusk_str){ lexer->text.ptr + path, lexer->at - path };
    step(lexer);
    return TUSK_OK;
}

static void read_word(tusk_lexer *lexer)
{
    size_t start = lexer->at;
    while (is_word(peek(lexer, 0))) step(lexer);
    lexer->token.kind = TUSK_TOKEN_WORD;
    lexer->token.text = (tusk_str){ lexer->text.ptr + start, lexer->at - start };
}

/* A preprocessing number of C: digits, letters, dots, and a sign after an exponent. */
static void read_number(tusk_lexer *lexer)
{
    size_t start = lexer->at;
    while (is_word(peek(lexer, 0)) || peek(lexer, 0) == '.') {
        char c = (char)tolower((unsigned char)peek(lexer, 0));
        step(lexer);
        bool sign = peek(lexer, 0) == '+' || peek(lexer, 0) == '-';
        if (c == 'e' && sign) step(lexer);
    }
    lexer->token.kind = TUSK_TOKEN_NUMBER;
    lexer->token.text = (tusk_str){ lexer->text.ptr + start, lexer->at - start };
}

/* Blanks and comments, and on to the next of several lines. */
static tusk_status skip_to_token(tusk_lexer *lexer, tusk_error *err)
{
    tusk_status st = skip_space(lexer, err);
    while (st == TUSK_OK && at_end(lexer) && lexer->line_count > 0) {
        lexer->file = lexer->lines->file;
        lexer->line = lexer->lines->line;
        lexer->text = tusk_str_of(lexer->lines->text);
        lexer->at = 0;
        lexer->lines++;
        lexer->line_count--;
        st = skip_space(lexer, err);
    }
    return st;
}

tusk_status tusk_lexer_next(tusk_lexer *lexer, tusk_error *err)
{
    tusk_status st = skip_to_token(lexer, err);
    if (st != TUSK_OK) return st;
    lexer->token = (tusk_token){ .kind = TUSK_TOKEN_END, .place = here(lexer) };
    if (at_end(lexer)) return TUSK_OK;
    char c = peek(lexer, 0);
    if (c == '#') return read_directive(lexer, err);
    if (c == '"') return read_strings(lexer, err);
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(lexer, 1)))) {
        read_number(lexer);
    } else if (is_word(c)) {
        read_word(lexer);
    } else if (isprint((unsigned char)c)) {
        lexer->token.kind = TUSK_TOKEN_SIGN;
        lexer->token.text = (tusk_str){ lexer->text.ptr + lexer->at, 1 };
        step(lexer);
    } else {
        return tusk_place_fail(err, here(lexer), "byte 0x%02x may stand only in texts and comments",
                               (unsigned char)c);
    }
    return TUSK_OK;
}

tusk_status tusk_lexer_start(tusk_lexer *lexer, tusk_arena *arena, const char *file, tusk_str text,
                             tusk_error *err)
{
    *lexer = (tusk_lexer){ .arena = arena, .file = file, .text = text, .line = 1 };
    if (tusk_str_starts(text, TUSK_STR("\xef\xbb\xbf"))) lexer->at = lexer->line_start = 3;
    return tusk_lexer_next(lexer, err);
}

tusk_status tusk_lexer_start_lines(tusk_lexer *lexer, tusk_arena *arena,
                                   const tusk_schema_line *lines, size_t count, tusk_error *err)
{
    *lexer = (tusk_lexer){ .arena = arena,
                           .file = "the schema",
                           .text = TUSK_STR(""),
                           .line = 0,
                           .lines = lines,
                           .line_count = count };
    return tusk_lexer_next(lexer, err);
}

const char *tusk_token_text(tusk_arena *arena, const tusk_token *token)
{
    if (token->kind == TUSK_TOKEN_END) return "the end of the file";
    int len = token->text.len > 60 ? 60 : (int)token->text.len;
    const char *text = NULL;
    if (token->kind == TUSK_TOKEN_INCLUDE) {
        text = tusk_arena_printf(arena, "#include \"%.*s\"", len, token->text.ptr).ptr;
    } else if (token->kind == TUSK_TOKEN_STRING) {
        text = tusk_arena_printf(arena, "the text \"%.*s\"", len, token->text.ptr).ptr;
    } else {
        text = tusk_arena_printf(arena, "\"%.*s\"", len, token->text.ptr).ptr;
    }
    return text ? text : "a word";
}
