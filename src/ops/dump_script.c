/* dump_script.c - reads plain SQL as it comes, cuts it into statements and COPY data, and sends
 * them. What psql would take as a command of its own is refused. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/ops/dump.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define STATEMENT_MAX ((size_t)512 << 20)
#define WORD_MAX      64 /* longer ones are no keyword of interest */
#define FIRST_WORDS   4

typedef enum place {
    IN_SQL,
    IN_LINE_COMMENT,
    IN_BLOCK_COMMENT,
    IN_QUOTES,    /* '...' */
    IN_ESCAPES,   /* E'...' */
    IN_NAME,      /* "..." */
    IN_TAG,       /* $tag: perhaps a dollar quote */
    IN_DOLLARS,   /* $tag$... */
    IN_COMMAND,   /* \restrict ... up to the end of the line */
    IN_COPY_LINE, /* what follows COPY ... ; on its line */
    IN_COPY,      /* data, at the start of a line or inside one */
} place;

struct tusk_script {
    tusk_conn *conn;
    tusk_script_options options;
    place place;
    tusk_buf text; /* the statement so far, a comment before it, or a begun line of data */
    int64_t line, start_line;
    char prev;        /* in SQL: the character before, 0 when it cannot combine */
    place reopen;     /* which kind of quotes had just ended */
    bool escaped;     /* a backslash stands before, in E'' */
    bool has_content; /* more than blanks and comments */
    int comment_depth, paren_depth;
    char word[WORD_MAX];
    size_t word_len;
    char tag[WORD_MAX + 2];
    size_t tag_len, tag_at;
    /* of the statement */
    char first[FIRST_WORDS][WORD_MAX];
    int word_count;
    char last_word[WORD_MAX];
    bool from_stdin, owner_to, foreign_key;
    char marks[4]; /* first letters of create, or, replace, function, procedure: see note_body() */
    int mark_count, body_depth;
    /* of the file */
    bool is_pg_dump, is_complete, has_statements;
    bool in_data_line; /* COPY: a part of the line was sent */
};

tusk_script *tusk_script_new(tusk_conn *conn, const tusk_script_options *options)
{
    tusk_script *s = tusk_mem_alloc(sizeof *s);
    if (!s) return NULL;
    *s = (tusk_script){ .conn = conn, .options = *options, .line = 1, .start_line = 1 };
    tusk_buf_init(&s->text, STATEMENT_MAX);
    return s;
}

void tusk_script_free(tusk_script *script)
{
    if (!script) return;
    tusk_buf_clear(&script->text);
    tusk_mem_free(script);
}

static void begin_statement(tusk_script *s)
{
    tusk_buf_reset(&s->text);
    s->place = IN_SQL;
    s->prev = '\0';
    s->has_content = s->from_stdin = s->owner_to = s->foreign_key = false;
    s->paren_depth = s->mark_count = s->body_depth = s->word_count = 0;
    s->word_len = 0;
    s->last_word[0] = '\0';
    memset(s->first, 0, sizeof s->first);
    s->start_line = s->line;
}

/* ---- words ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool is(const char *word, const char *keyword)
{
    return strcasecmp(word, keyword) == 0;
}

/* BEGIN ATOMIC ... END of a function holds semicolons; the same rule as psql's. */
static void note_body(tusk_script *s, const char *word)
{
    static const char *const marks[] = { "create", "or", "replace", "function", "procedure" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (s->word_count == s->mark_count && s->mark_count < 4 && is(word, marks[i]))
            s->marks[s->mark_count++] = marks[i][0];
    const char *m = s->marks;
    bool is_function = (s->mark_count >= 2 && m[0] == 'c' && (m[1] == 'f' || m[1] == 'p')) ||
                       (s->mark_count == 4 && m[0] == 'c' && m[1] == 'o' && m[2] == 'r' &&
                        (m[3] == 'f' || m[3] == 'p'));
    if (!is_function || s->paren_depth > 0) return;
    if (is(word, "begin") || (is(word, "case") && s->body_depth > 0)) s->body_depth++;
    if (is(word, "end") && s->body_depth > 0) s->body_depth--;
}

static void end_word(tusk_script *s)
{
    if (s->word_len == 0) return;
    char word[WORD_MAX] = "";
    if (s->word_len < WORD_MAX) memcpy(word, s->word, s->word_len);
    s->word_len = 0;
    note_body(s, word);
    if (s->word_count < FIRST_WORDS) memcpy(s->first[s->word_count], word, WORD_MAX);
    s->word_count++;
    if (s->paren_depth == 0) {
        s->from_stdin |= is(s->last_word, "from") && is(word, "stdin");
        s->owner_to |= is(s->last_word, "owner") && is(word, "to");
        s->foreign_key |= is(s->last_word, "foreign") && is(word, "key");
    }
    memcpy(s->last_word, word, WORD_MAX);
}

/* ---- a whole statement ---- */

static tusk_status at_line(const tusk_script *s, tusk_status st, tusk_error *err)
{
    if (st != TUSK_OK) tusk_error_prefix(err, "line %lld", (long long)s->start_line);
    return st;
}

static bool is_left_out(const tusk_script *s)
{
    const char *first = s->first[0], *second = s->first[1];
    if (s->options.no_foreign_keys && is(first, "alter") && is(second, "table") && s->foreign_key)
        return true;
    if (!s->options.no_owner) return false;
    return is(first, "grant") || is(first, "revoke") || (is(first, "alter") && s->owner_to) ||
           (is(first, "alter") && is(second, "default") && is(s->first[2], "privileges")) ||
           (is(first, "set") && is(second, "session") && is(s->first[2], "authorization"));
}

static bool ends_transaction(const tusk_script *s)
{
    static const char *const words[] = { "begin",    "start", "commit",  "end",
                                         "rollback", "abort", "prepare", "savepoint" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(s->first[0], words[i])) return true;
    return false;
}

static tusk_status start_copy(tusk_script *s, tusk_error *err)
{
    if (!s->from_stdin)
        return tusk_fail(err, TUSK_INVALID,
                         "COPY of anything but the file itself (FROM stdin) is refused");
    tusk_status st = tusk_copy_start(s->conn, tusk_buf_str(&s->text).ptr, err);
    if (st != TUSK_OK) return st;
    begin_statement(s);
    s->place = IN_COPY_LINE;
    return TUSK_OK;
}

/* A newer pg_dump sets what this server does not know: that has no bearing on the data. */
static bool is_unknown_setting(const tusk_script *s, tusk_status st, const tusk_error *err)
{
    return st == TUSK_SERVER && is(s->first[0], "set") && strcmp(err->sqlstate, "42704") == 0 &&
           !s->options.in_transaction;
}

static tusk_status run_statement(tusk_script *s, tusk_error *err)
{
    tusk_error own = { 0 };
    tusk_str sql;
    s->has_statements = true;
    tusk_status st = tusk_buf_finish(&s->text, &sql, &own);
    if (st == TUSK_OK && s->options.in_transaction && ends_transaction(s))
        st = tusk_fail(&own, TUSK_INVALID, "%s is refused in a backup of data", s->first[0]);
    if (st == TUSK_OK && is(s->first[0], "copy")) {
        st = start_copy(s, &own);
        if (st == TUSK_OK) return TUSK_OK;
    } else if (st == TUSK_OK && !is_left_out(s)) {
        st = tusk_conn_script(s->conn, sql, &own);
    }
    if (is_unknown_setting(s, st, &own)) st = TUSK_OK;
    if (st == TUSK_OK) {
        begin_statement(s);
        return TUSK_OK;
    }
    at_line(s, st, &own);
    if (st == TUSK_SERVER && strcmp(own.sqlstate, "42704") == 0 && strstr(own.message, "role \""))
        tusk_error_hint(&own, "Create that role, or restore with --no-owner.");
    if (err) *err = own;
    return st;
}

/* ---- SQL, character by character ---- */

static tusk_status refuse_command(const tusk_script *s, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "line %lld: a command of psql (\\...) is refused",
              (long long)s->line);
    tusk_error_hint(err, "A dump that pg_dump made has none but \\restrict; with --create or from "
                         "pg_dumpall it has \\connect: dump one database without --create.");
    return TUSK_INVALID;
}

/* \restrict and \unrestrict with their key only tell psql to refuse what is refused here anyway. */
static tusk_status end_command(tusk_script *s, tusk_error *err)
{
    tusk_str text = tusk_str_trim(tusk_buf_str(&s->text));
    tusk_str key = text;
    tusk_str word = tusk_str_cut(&key, ' ');
    bool known =
        tusk_str_eq(word, TUSK_STR("\\restrict")) || tusk_str_eq(word, TUSK_STR("\\unrestrict"));
    for (size_t i = 0; i < key.len; i++) known = known && isalnum((unsigned char)key.ptr[i]);
    if (!known || key.len == 0) return refuse_command(s, err);
    begin_statement(s);
    return TUSK_OK;
}

static void end_comment(tusk_script *s)
{
    tusk_str text = tusk_buf_str(&s->text);
    s->place = IN_SQL;
    s->prev = '\0';
    if (s->has_content) return;
    text = tusk_str_trim(text);
    if (tusk_str_eq(text, TUSK_STR("-- PostgreSQL database dump"))) s->is_pg_dump = true;
    if (tusk_str_eq(text, TUSK_STR("-- PostgreSQL database dump complete"))) s->is_complete = true;
    tusk_buf_reset(&s->text);
}

static void open_quotes(tusk_script *s)
{
    bool doubled = s->prev == '\'';
    bool escapes = s->word_len == 1 && (s->word[0] == 'e' || s->word[0] == 'E');
    end_word(s);
    s->place = doubled ? s->reopen : escapes ? IN_ESCAPES : IN_QUOTES;
    s->reopen = s->place;
    s->escaped = false;
    s->has_content = true;
}

static tusk_status take_sql(tusk_script *s, char c, tusk_error *err)
{
    char prev = s->prev;
    s->prev = c;
    if (is_word(c) && (c != '$' || s->word_len > 0)) {
        if (s->word_len < WORD_MAX) s->word[s->word_len++] = c;
        s->has_content = true;
        return TUSK_OK;
    }
    if (c == '\'') {
        s->prev = prev;
        open_quotes(s);
        return TUSK_OK;
    }
    end_word(s);
    if (c == '\\') {
        if (s->has_content) return refuse_command(s, err);
        s->place = IN_COMMAND;
    } else if (c == '"') {
        s->place = IN_NAME;
        s->has_content = true;
    } else if (c == '$') {
        s->place = IN_TAG;
        s->tag[0] = c;
        s->tag_len = 1;
        s->has_content = true;
    } else if (c == '-' && prev == '-') {
        s->place = IN_LINE_COMMENT;
    } else if (c == '*' && prev == '/') {
        s->place = IN_BLOCK_COMMENT;
        s->comment_depth = 1;
        s->prev = '\0';
    } else if (c == '(' || c == ')') {
        s->paren_depth += c == '(' ? 1 : -1;
        s->has_content = true;
    } else if (c == ';' && s->paren_depth <= 0 && s->body_depth == 0) {
        if (s->has_content) return run_statement(s, err);
        begin_statement(s);
    } else if (!isspace((unsigned char)c) && c != '-' && c != '/') {
        s->has_content = true;
    }
    return TUSK_OK;
}

static void take_quoted(tusk_script *s, char c)
{
    if (s->escaped) {
        s->escaped = false;
    } else if (c == '\\' && s->place == IN_ESCAPES) {
        s->escaped = true;
    } else if (c == '\'') {
        s->reopen = s->place;
        s->place = IN_SQL;
        s->prev = '\'';
    }
}

static void take_block_comment(tusk_script *s, char c)
{
    bool opens = c == '*' && s->prev == '/', closes = c == '/' && s->prev == '*';
    s->prev = opens || closes ? '\0' : c;
    s->comment_depth += opens ? 1 : closes ? -1 : 0;
    if (s->comment_depth == 0) end_comment(s);
}

/* False when `c` belongs to what follows: it was no dollar quote. */
static bool take_tag(tusk_script *s, char c)
{
    if (c == '$') {
        s->tag[s->tag_len++] = c;
        s->tag_at = 0;
        s->place = IN_DOLLARS;
        return true;
    }
    bool digit_first = s->tag_len == 1 && isdigit((unsigned char)c);
    if (is_word(c) && !digit_first && s->tag_len <= WORD_MAX) {
        s->tag[s->tag_len++] = c;
        return true;
    }
    s->place = IN_SQL;
    s->prev = '\0';
    return false;
}

static void take_dollars(tusk_script *s, char c)
{
    if (c == s->tag[s->tag_at])
        s->tag_at++;
    else
        s->tag_at = c == '$' ? 1 : 0;
    if (s->tag_at < s->tag_len) return;
    s->place = IN_SQL;
    s->prev = '\0';
}

static tusk_status take(tusk_script *s, char c, tusk_error *err)
{
    if (!s->has_content && s->text.len == 0) {
        if (isspace((unsigned char)c)) return TUSK_OK;
        s->start_line = s->line;
    }
    /* the character that ends a statement is not part of it, so that its text is one */
    tusk_buf_add_char(&s->text, c);
    if (s->place == IN_TAG && take_tag(s, c)) return TUSK_OK;
    switch (s->place) {
    case IN_SQL:
        return take_sql(s, c, err);
    case IN_LINE_COMMENT:
        if (c == '\n') end_comment(s);
        return TUSK_OK;
    case IN_BLOCK_COMMENT:
        take_block_comment(s, c);
        return TUSK_OK;
    case IN_QUOTES:
    case IN_ESCAPES:
        take_quoted(s, c);
        return TUSK_OK;
    case IN_NAME:
        if (c == '"') s->place = IN_SQL;
        return TUSK_OK;
    case IN_DOLLARS:
        take_dollars(s, c);
        return TUSK_OK;
    case IN_COMMAND:
        return c == '\n' ? end_command(s, err) : TUSK_OK;
    default:
        return TUSK_OK;
    }
}

/* ---- COPY data, line by line ---- */

static bool is_end_mark(tusk_str line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
    return tusk_str_eq(line, TUSK_STR("\\."));
}

static tusk_status send(tusk_script *s, tusk_str data, tusk_error *err)
{
    if (data.len == 0) return TUSK_OK;
    return at_line(s, tusk_copy_send(s->conn, data, err), err);
}

static tusk_status end_copy(tusk_script *s, tusk_error *err)
{
    tusk_status st = at_line(s, tusk_copy_end(s->conn, NULL, NULL, err), err);
    begin_statement(s);
    return st;
}

/* Takes what it can of the data in `chunk`, whose bytes follow those kept in `text` (at most the
 * beginning of an end mark). Returns how much of the chunk was used. */
static tusk_status take_data(tusk_script *s, tusk_str chunk, size_t *used, tusk_error *err)
{
    size_t at = 0; /* of the line looked at; what stands before it is not sent yet */
    tusk_status st = TUSK_OK;
    while (at < chunk.len) {
        const char *end = memchr(chunk.ptr + at, '\n', chunk.len - at);
        size_t len = (end ? (size_t)(end - chunk.ptr) : chunk.len) - at;
        bool at_start = at > 0 || !s->in_data_line;
        if (end && at_start && is_end_mark((tusk_str){ chunk.ptr + at, len })) {
            st = send(s, (tusk_str){ chunk.ptr, at }, err);
            s->line++;
            s->in_data_line = false;
            *used = at + len + 1;
            return st == TUSK_OK ? end_copy(s, err) : st;
        }
        if (!end && at_start && len <= 3) { /* may become an end mark */
            tusk_buf_add_bytes(&s->text, chunk.ptr + at, len);
            s->in_data_line = false;
            *used = chunk.len;
            return send(s, (tusk_str){ chunk.ptr, at }, err);
        }
        if (!end) {
            s->in_data_line = true;
            break;
        }
        s->line++;
        at += len + 1;
        s->in_data_line = false;
    }
    *used = chunk.len;
    return send(s, chunk, err);
}

/* The kept beginning of a line is completed byte by byte until it is clear what it is. */
static tusk_status take_kept(tusk_script *s, tusk_str chunk, size_t *used, tusk_error *err)
{
    for (*used = 0; *used < chunk.len;) {
        char c = chunk.ptr[(*used)++];
        tusk_buf_add_char(&s->text, c);
        if (c != '\n' && s->text.len <= 3) continue;
        char kept[8];
        size_t len = s->text.len, taken = 0;
        memcpy(kept, s->text.ptr, len);
        tusk_buf_reset(&s->text);
        return take_data(s, (tusk_str){ kept, len }, &taken, err);
    }
    return TUSK_OK;
}

/* ---- the whole ---- */

static tusk_status feed_one(tusk_script *s, tusk_str rest, size_t *used, tusk_error *err)
{
    *used = 1;
    if (s->place == IN_COPY)
        return s->text.len > 0 ? take_kept(s, rest, used, err) : take_data(s, rest, used, err);
    char c = rest.ptr[0];
    tusk_status st = TUSK_OK;
    if (s->place == IN_COPY_LINE) {
        if (c == '\n') s->place = IN_COPY;
        if (!isspace((unsigned char)c))
            st =
                tusk_fail(err, TUSK_INVALID, "line %lld: the data of COPY must begin on a new line",
                          (long long)s->line);
    } else {
        st = take(s, c, err);
    }
    if (c == '\n') s->line++;
    return st;
}

tusk_status tusk_script_feed(tusk_script *script, tusk_str chunk, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    for (size_t at = 0, used = 0; at < chunk.len && st == TUSK_OK; at += used)
        st = feed_one(script, (tusk_str){ chunk.ptr + at, chunk.len - at }, &used, err);
    return st;
}

static tusk_status ends_early(const tusk_script *s, const char *where, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "line %lld: the file ends %s: it is truncated", (long long)s->line,
              where);
    return TUSK_INVALID;
}

tusk_status tusk_script_end(tusk_script *script, tusk_error *err)
{
    tusk_script *s = script;
    if (s->place == IN_COPY || s->place == IN_COPY_LINE) {
        tusk_ignore(tusk_copy_end(s->conn, "the file ends in the data", NULL, NULL));
        return ends_early(s, "in the data of a table", err);
    }
    if (s->place == IN_COMMAND) {
        tusk_status st = end_command(s, err);
        if (st != TUSK_OK) return st;
    }
    if (s->place == IN_LINE_COMMENT) end_comment(s);
    if (s->place != IN_SQL) return ends_early(s, "in quotes or a comment", err);
    end_word(s);
    if (s->has_content) return ends_early(s, "in a statement", err);
    if (s->is_pg_dump && !s->is_complete)
        return ends_early(s, "before \"PostgreSQL database dump complete\"", err);
    if (s->has_statements) return TUSK_OK;
    /* pg_dump | gzip ends well also when pg_dump did not */
    return tusk_fail(err, TUSK_INVALID, "no statement is in it: what wrote it may have failed");
}
