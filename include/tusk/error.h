/* error.h - how errors are reported: a status returned, a tusk_error of the caller that says why */
#ifndef TUSK_ERROR_H
#define TUSK_ERROR_H

#include <stdbool.h>

#include "tusk/attr.h"

/** Name and meaning of every status; TUSK_OK is 0. tusk_status_name() and the docs come from this
 * list. */
#define TUSK_STATUSES(X)                                                   \
    X(OK, "it worked")                                                     \
    X(MISUSE, "the call itself is wrong; nothing was changed")             \
    X(INVALID, "input is malformed or out of range")                       \
    X(NOMEM, "out of memory, or a named ceiling was reached")              \
    X(IO, "a file, folder or process could not be used")                   \
    X(CONNECTION, "the server cannot be reached, or the connection broke") \
    X(TIMEOUT, "the deadline passed")                                      \
    X(SERVER, "PostgreSQL reported an error; sqlstate says which")         \
    X(NO_ROWS, "one row was asked for and there is none")                  \
    X(TOO_MANY_ROWS, "one row was asked for and there are more")           \
    X(BUSY, "somebody else holds it, or a queue is full; try again")       \
    X(CANCELLED, "the caller gave up on it")                               \
    X(OUTCOME_UNKNOWN, "the connection broke while a commit was under way")

/** What every call that can fail returns: TUSK_OK, TUSK_MISUSE, TUSK_INVALID... */
typedef enum tusk_status {
#define TUSK_STATUS_MEMBER(name, meaning) TUSK_##name,
    TUSK_STATUSES(TUSK_STATUS_MEMBER)
#undef TUSK_STATUS_MEMBER
} tusk_status;

/** May the same work be tried again? */
typedef enum tusk_retry {
    TUSK_RETRY_NO,      /* it would fail again, or it took effect */
    TUSK_RETRY_YES,     /* nothing took effect: safe to repeat (the whole transaction, if in one) */
    TUSK_RETRY_UNKNOWN, /* it may have taken effect */
} tusk_retry;

/** What went wrong. The caller owns it (usually on the stack); it holds no pointers and may be
 * copied. Written only on failure; every function that takes one accepts NULL. */
typedef struct tusk_error {
    tusk_status status;
    tusk_retry retry;
    int position;      /* 1-based character in the SQL text, 0 when unknown */
    char sqlstate[6];  /* five characters and a zero; "" when the server did not speak */
    char message[512]; /* short, lower case, no newline, as PostgreSQL writes its own */
    char detail[512];  /* facts; "" when there is no more to say */
    char hint[384];    /* a full sentence on what to do; "" when there is none */
    char table[64], column[64], constraint[64]; /* as the server names them, "" when it does not */
} tusk_error;

/** Fills `err` (all fields; may be NULL) and returns `status`, so that `return tusk_fail(...)`
 * reads well. `retry` becomes YES for TUSK_BUSY, UNKNOWN for TUSK_OUTCOME_UNKNOWN, else NO: who
 * knows better sets it after. A message that is too long is cut at a character boundary; control
 * characters in it become spaces. */
TUSK_API tusk_status tusk_fail(tusk_error *err, tusk_status status, const char *format, ...)
    TUSK_PRINTF(3, 4);
/** The same for TUSK_NOMEM: names what there was no memory for. */
TUSK_API tusk_status tusk_fail_nomem(tusk_error *err, const char *what);
/** The same for TUSK_IO: `format` is followed by ": " and the text of errno as it is at the call.
 */
TUSK_API tusk_status tusk_fail_errno(tusk_error *err, const char *format, ...) TUSK_PRINTF(2, 3);
/** Adds a hint to an error already filled, or with tusk_error_detail() a detail; replaces an
 * earlier one. */
TUSK_API void tusk_error_hint(tusk_error *err, const char *format, ...) TUSK_PRINTF(2, 3);
TUSK_API void tusk_error_detail(tusk_error *err, const char *format, ...) TUSK_PRINTF(2, 3);
/** Puts "PREFIX: " before the message of an error already filled: which file, which migration. */
TUSK_API void tusk_error_prefix(tusk_error *err, const char *format, ...) TUSK_PRINTF(2, 3);
/** Room for the text of an error, the zero included. */
#define TUSK_ERROR_TEXT_SIZE 1440
/** The whole of it for a person to read: the message, then detail and hint, when there are any, on
 * lines of their own that begin with two spaces; no newline at the end. Returns `text`:
 *     fprintf(stderr, "notes: %s\n", tusk_error_text(&err, text));
 * Lifetime: that of `text`. */
TUSK_API const char *tusk_error_text(const tusk_error *err, char text[TUSK_ERROR_TEXT_SIZE]);
/** The same with room of its own: TUSK_ERROR_TEXT(&err). Lifetime: the block it is written in. */
#define TUSK_ERROR_TEXT(err) tusk_error_text((err), (char[TUSK_ERROR_TEXT_SIZE]){ 0 })
/** "TUSK_TIMEOUT" and the like; "TUSK_(unknown)" for a number that is no status. Lifetime: static.
 */
TUSK_API const char *tusk_status_name(tusk_status status);

#endif
