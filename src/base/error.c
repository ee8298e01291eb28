/* error.c - filling a tusk_error: cut at character boundaries, always printable */
#include "tusk/error.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"

#include "src/base/banned.h"

/* One byte more than a field holds: a character that would be cut in half is recognised. */
#define ROOM 1024

/* Copies text into a field: only whole, well-formed characters, control characters as spaces (a
 * newline may stay where several lines are allowed), so that what a file name or a server put in
 * cannot harm a log or JSON. */
static void field_set(char *field, size_t size, const char *text, bool lines)
{
    size_t len = strlen(text);
    size_t kept = tusk_utf8_cut(text, len, size - 1);
    for (size_t i = 0; i < kept;) {
        size_t step = tusk_utf8_step(text + i, len - i);
        unsigned char c = (unsigned char)text[i];
        if (step <= 1) {
            bool control = c < 0x20 || c == 0x7f;
            field[i] = step == 0 ? '?' : control && !(lines && c == '\n') ? ' ' : text[i];
            i++;
            continue;
        }
        memcpy(field + i, text + i, step);
        i += step;
    }
    field[kept] = '\0';
}

static tusk_retry retry_of(tusk_status status)
{
    if (status == TUSK_BUSY) return TUSK_RETRY_YES;
    return status == TUSK_OUTCOME_UNKNOWN ? TUSK_RETRY_UNKNOWN : TUSK_RETRY_NO;
}

static tusk_status fill(tusk_error *err, tusk_status status, const char *message)
{
    *err = (tusk_error){ .status = status, .retry = retry_of(status) };
    field_set(err->message, sizeof err->message, message, false);
    return status;
}

tusk_status tusk_fail(tusk_error *err, tusk_status status, const char *format, ...)
{
    if (!err) return status;
    char text[ROOM]; /* apart from *err, which the arguments may quote */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fill(err, status, text);
}

tusk_status tusk_fail_nomem(tusk_error *err, const char *what)
{
    return tusk_fail(err, TUSK_NOMEM, "out of memory for %s", what);
}

tusk_status tusk_fail_errno(tusk_error *err, const char *format, ...)
{
    int reason = errno;
    if (!err) return TUSK_IO;
    char text[ROOM], why[128];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *said = strerror_r(reason, why, sizeof why);
    /* The reason counts more than the end of a long path. */
    size_t room = sizeof err->message - 1 - strlen(": ") - strlen(said);
    text[tusk_utf8_cut(text, strlen(text), room)] = '\0';
    size_t len = strlen(text);
    snprintf(text + len, sizeof text - len, ": %s", said);
    fill(err, TUSK_IO, text);
    errno = reason;
    return TUSK_IO;
}

/* Lines may be several. The arguments may quote the field itself. */
static void field_format(char *field, size_t size, const char *format, va_list args)
    TUSK_PRINTF(3, 0);
static void field_format(char *field, size_t size, const char *format, va_list args)
{
    char text[ROOM];
    vsnprintf(text, sizeof text, format, args);
    field_set(field, size, text, true);
}

void tusk_error_hint(tusk_error *err, const char *format, ...)
{
    if (!err) return;
    va_list args;
    va_start(args, format);
    field_format(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void tusk_error_detail(tusk_error *err, const char *format, ...)
{
    if (!err) return;
    va_list args;
    va_start(args, format);
    field_format(err->detail, sizeof err->detail, format, args);
    va_end(args);
}

void tusk_error_prefix(tusk_error *err, const char *format, ...)
{
    if (!err) return;
    char text[ROOM + sizeof err->message + 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, ROOM, format, args);
    va_end(args);
    size_t len = strlen(text);
    snprintf(text + len, sizeof text - len, ": %s", err->message);
    field_set(err->message, sizeof err->message, text, false);
}

#define FIELD_SIZE(name) (sizeof((tusk_error *)0)->name)
static_assert(TUSK_ERROR_TEXT_SIZE >
                  FIELD_SIZE(message) + FIELD_SIZE(detail) + FIELD_SIZE(hint) + 2 * sizeof "\n  ",
              "all of an error fits");

const char *tusk_error_text(const tusk_error *err, char text[TUSK_ERROR_TEXT_SIZE])
{
    const char *lines[] = { err->detail, err->hint };
    int len = snprintf(text, TUSK_ERROR_TEXT_SIZE, "%s", err->message);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!lines[i][0]) continue;
        len += snprintf(text + len, TUSK_ERROR_TEXT_SIZE - (size_t)len, "\n  %s", lines[i]);
    }
    return text;
}

const char *tusk_status_name(tusk_status status)
{
    static const char *const names[] = {
#define TUSK_STATUS_NAME(name, meaning) "TUSK_" #name,
        TUSK_STATUSES(TUSK_STATUS_NAME)
#undef TUSK_STATUS_NAME
    };
    size_t i = (size_t)status;
    return i < sizeof names / sizeof *names ? names[i] : "TUSK_(unknown)";
}
