/* protocol.h - the messages of PostgreSQL's protocol 3 as bytes: reading and writing, without a
 * socket. Nothing that is read here is trusted. */
#ifndef TUSK_WIRE_PROTOCOL_H
#define TUSK_WIRE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/wire/wire.h"

/** The type byte and the length that every message begins with. */
#define TUSK_HEAD_SIZE     5
/** PostgreSQL's own limit of an allocation: a message that is sent has to stay below it, or the
 * server ends the session without a word. */
#define TUSK_MESSAGE_MAX   ((size_t)1 << 30)
/** Messages that are no row and no text for people are short. */
#define TUSK_MESSAGE_SMALL ((size_t)4 << 20)
/** Of an error or a notice; the rest is passed over. */
#define TUSK_MESSAGE_WORDS ((size_t)64 << 10)

/* ---- from the server ---- */

typedef struct tusk_message {
    char type;
    size_t size; /* of the body */
    char *body;  /* not const: what was read may be written over */
} tusk_message;

/** Reads the head of the message that begins at `at`. False when no message of that type can be so
 * long, or there is no such type: looked at before memory is taken for it. */
bool tusk_message_head(const char *at, tusk_message *message);

/** The next zero-terminated text of `rest`, which goes on behind it; ptr NULL when there is no
 * zero. */
tusk_str tusk_message_text(tusk_str *rest);

/** What ErrorResponse and NoticeResponse say; "" for what they do not. Lifetime: the message. */
typedef struct tusk_words {
    tusk_str severity; /* never translated, where the server tells that one */
    tusk_str shown;    /* severity in the server's language */
    tusk_str sqlstate, message, detail, hint, position, context;
    tusk_str table, column, constraint, routine;
} tusk_words;

/** False when they are not as the protocol has them; what was read until there is in `*out`. */
bool tusk_words_read(tusk_str body, tusk_words *out);

/** The fields of a row: RowDescription as it came, read once. Shared by the answers of one prepared
 * statement, all of which belong to who has the connection. */
typedef struct tusk_fields {
    unsigned shares;
    size_t count;
    tusk_result_field *list; /* their format is the answer's */
    const char *names;       /* all of them, each with a zero after it */
    size_t names_size;
    size_t raw_size;
    const char *raw; /* the message's body, to see whether another is the same */
} tusk_fields;

typedef enum tusk_read { TUSK_READ_OK, TUSK_READ_BAD, TUSK_READ_NOMEM } tusk_read;

/** One share for the caller. */
tusk_read tusk_fields_read(const tusk_message *message, tusk_fields **out);
/** Both accept NULL. */
tusk_fields *tusk_fields_share(tusk_fields *fields);
void tusk_fields_release(tusk_fields *fields);

/* Cells are kept as they came, a length before each, with one difference: a zero has to stand after
 * each cell, and the first byte of the next length serves. It is zero already below 16 MB, so only
 * NULL and longer ones are marked otherwise. */
#define TUSK_CELL_NULL 0x00ffffffu
#define TUSK_CELL_LONG 0x00fffffeu /* the length is in the four bytes that follow */

/** True when a row is kept byte by byte as it came. */
static inline bool tusk_row_is_plain(size_t size)
{
    return size < TUSK_CELL_LONG;
}
/** Checks a row of `count` fields and marks its NULLs; for a plain one. */
bool tusk_row_mark(char *body, size_t size, size_t count);
/** Copies a row that is not plain; `out` has room for its size and four bytes a field. Returns the
 * bytes written, 0 when it is malformed. */
size_t tusk_row_copy(char *out, const char *body, size_t size, size_t count);
/** The cell whose length stands at `at`, and where the next one's does. */
static inline const char *tusk_cell_read(const char *at, tusk_str *cell)
{
    uint32_t size = tusk_get32(at);
    at += 4;
    if (size == TUSK_CELL_NULL) {
        *cell = (tusk_str){ 0, 0 };
        return at;
    }
    if (size == TUSK_CELL_LONG) {
        size = tusk_get32(at);
        at += 4;
    }
    *cell = (tusk_str){ at, size };
    return at + size;
}

/* ---- to the server: each gives the bytes of a message, or writes them to a place that has them
 * and returns its end ---- */

size_t tusk_parse_size(tusk_str name, const tusk_wire_statement *statement);
char *tusk_parse_write(char *at, tusk_str name, const tusk_wire_statement *statement);
size_t tusk_bind_size(tusk_str name, const tusk_wire_statement *statement);
char *tusk_bind_write(char *at, tusk_str name, const tusk_wire_statement *statement);
/** Close of a prepared statement: 'C' and 'S' before its name. */
size_t tusk_close_size(tusk_str name);
char *tusk_close_write(char *at, tusk_str name);
/** Describe, Execute (all rows) and Sync, each of the unnamed portal and without content of its
 * own. */
#define TUSK_DESCRIBE_SIZE ((size_t)7)
#define TUSK_EXECUTE_SIZE  ((size_t)10)
#define TUSK_SYNC_SIZE     ((size_t)5)
char *tusk_describe_write(char *at);
char *tusk_execute_write(char *at);
/** A message without content: Sync 'S', Terminate 'X', CopyDone 'c'. */
char *tusk_empty_write(char *at, char type);
/** A message with one text and a zero: Query 'Q', CopyFail 'f'. */
size_t tusk_text_size(tusk_str text);
char *tusk_text_write(char *at, char type, tusk_str text);

#endif
