/* error.c - the server's errors, and libpq's, as tusk_error */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/wire/internal.h"

#include "src/base/banned.h"

/* Longer texts are cut anyway. */
#define SHOWN_MAX 1000

bool tusk_words_are_fatal(const tusk_words *words)
{
    return tusk_str_eq(words->severity, TUSK_STR("FATAL")) ||
           tusk_str_eq(words->severity, TUSK_STR("PANIC"));
}

/* Class 08, an administrator's or a crash's end of the session, and the server's own timeouts of
 * idle sessions. */
static bool ends_connection(const char *sqlstate)
{
    static const char *const codes[] = { "57P01", "57P02", "57P03", "57P05", "25P03" };
    if (strncmp(sqlstate, "08", 2) == 0) return true;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(sqlstate, codes[i]) == 0) return true;
    return false;
}

/* Errors that say "not now": nothing took effect, and trying again can help. */
static bool is_transient(const char *sqlstate)
{
    static const char *const codes[] = { "40001", "40P01", "53300", "55P03", "57P03" };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(sqlstate, codes[i]) == 0) return true;
    return false;
}

static void copy_name(char *field, size_t size, tusk_str name)
{
    size_t len = name.len < size ? name.len : size - 1;
    memcpy(field, name.ptr, len);
    field[len] = '\0';
}

static void set_sqlstate(tusk_error *err, const char *sqlstate)
{
    if (strlen(sqlstate) != 5) return;
    memcpy(err->sqlstate, sqlstate, 6);
    if (is_transient(sqlstate)) err->retry = TUSK_RETRY_YES;
}

static int shown(tusk_str text)
{
    return text.len < SHOWN_MAX ? (int)text.len : SHOWN_MAX;
}

static int position_of(tusk_str text)
{
    long long position = 0;
    return tusk_str_to_int(text, 1, 1 << 30, &position) ? (int)position : 0;
}

tusk_status tusk_wire_fail_words(tusk_error *err, const tusk_words *words)
{
    char sqlstate[6];
    copy_name(sqlstate, sizeof sqlstate, words->sqlstate);
    tusk_status status = ends_connection(sqlstate) ? TUSK_CONNECTION : TUSK_SERVER;
    tusk_str message = words->message.len > 0 ? words->message : TUSK_STR("an error without words");
    tusk_fail(err, status, "%.*s", shown(message), message.ptr);
    if (!err) return status;
    set_sqlstate(err, sqlstate);
    tusk_str detail = words->detail.len > 0 ? words->detail : words->context;
    tusk_error_detail(err, "%.*s", shown(detail), detail.ptr);
    tusk_error_hint(err, "%.*s", shown(words->hint), words->hint.ptr);
    copy_name(err->table, sizeof err->table, words->table);
    copy_name(err->column, sizeof err->column, words->column);
    copy_name(err->constraint, sizeof err->constraint, words->constraint);
    err->position = position_of(words->position);
    return status;
}

static void fail_silent(tusk_error *err, const tusk_stream *stream)
{
    if (stream->why[0]) {
        tusk_fail(err, TUSK_CONNECTION, "the connection to the server is lost: %s", stream->why);
    } else if (stream->ended) {
        tusk_fail(err, TUSK_CONNECTION, "the server closed the connection unexpectedly");
    } else {
        tusk_fail(err, TUSK_CONNECTION, "the connection to the server is lost");
    }
}

tusk_status tusk_wire_fail_lost(tusk_error *err, const tusk_conn *conn, bool sent)
{
    if (!err) return TUSK_CONNECTION;
    if (conn->fatal.status != TUSK_OK) {
        *err = conn->fatal;
    } else {
        fail_silent(err, &conn->stream);
    }
    err->status = TUSK_CONNECTION;
    err->retry = sent ? TUSK_RETRY_UNKNOWN : TUSK_RETRY_YES;
    return TUSK_CONNECTION;
}

/* In the verbose text an error of the server reads "FATAL:  28P01: password ...", in any language.
 */
static const char *find_sqlstate(const char *text)
{
    const char *found = NULL;
    for (const char *at = strstr(text, ":  "); at; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t n = 0;
        while (n < 5 && (isdigit((unsigned char)code[n]) || isupper((unsigned char)code[n]))) n++;
        if (n == 5 && code[5] == ':' && code[6] == ' ') found = code;
    }
    return found;
}

/* The text after "DETAIL:  " or the like within an error's lines. */
static tusk_str labelled_line(tusk_str lines, tusk_str label)
{
    while (lines.ptr) {
        tusk_str line = tusk_str_cut(&lines, '\n');
        if (!tusk_str_starts(line, label)) continue;
        return tusk_str_trim((tusk_str){ line.ptr + label.len, line.len - label.len });
    }
    return TUSK_STR("");
}

static tusk_status fail_spoken(tusk_error *err, const char *at)
{
    char sqlstate[6] = "";
    memcpy(sqlstate, at, 5);
    tusk_str rest = tusk_str_of(at + 7);
    tusk_str message = tusk_str_cut(&rest, '\n');
    tusk_status status = ends_connection(sqlstate) ? TUSK_CONNECTION : TUSK_SERVER;
    tusk_fail(err, status, "%.*s", TUSK_STR_ARG(message));
    if (!err) return status;
    set_sqlstate(err, sqlstate);
    tusk_str detail = labelled_line(rest, TUSK_STR("DETAIL:"));
    tusk_error_detail(err, "%.*s", TUSK_STR_ARG(detail));
    tusk_str hint = labelled_line(rest, TUSK_STR("HINT:"));
    tusk_error_hint(err, "%.*s", TUSK_STR_ARG(hint));
    return status;
}

/* A name may have several addresses, and each that fails is a line. One that could not be reached
 * is followed by an indented question; the line without one says what is wrong. */
static tusk_str telling_line(const char *text)
{
    tusk_str rest = tusk_str_of(text);
    tusk_str first = tusk_str_cut(&rest, '\n');
    tusk_str line = first;
    while (tusk_str_starts(rest, TUSK_STR("\t"))) {
        tusk_str_cut(&rest, '\n');
        line = tusk_str_cut(&rest, '\n');
    }
    line = tusk_str_trim(line);
    return line.len > 0 ? line : tusk_str_trim(first);
}

tusk_status tusk_wire_fail_connect(tusk_error *err, const char *text)
{
    const char *sqlstate = find_sqlstate(text);
    if (sqlstate) return fail_spoken(err, sqlstate);
    tusk_str line = telling_line(text);
    if (line.len == 0) line = TUSK_STR("cannot connect to the server");
    tusk_fail(err, TUSK_CONNECTION, "%.*s", TUSK_STR_ARG(line));
    if (!err) return TUSK_CONNECTION;
    bool tls = strstr(text, "SSL") || strstr(text, "certificate");
    err->retry = tls ? TUSK_RETRY_NO : TUSK_RETRY_YES;
    if (strstr(text, "no password supplied")) {
        err->retry = TUSK_RETRY_NO;
        tusk_error_hint(err, "The server asks for a password: set POSTGRES_PASSWORD.");
    }
    return TUSK_CONNECTION;
}
