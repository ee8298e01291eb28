/* internal.h - what a connection consists of; only src/wire/ sees it and libpq */
#ifndef TUSK_WIRE_INTERNAL_H
#define TUSK_WIRE_INTERNAL_H

#include <libpq-fe.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/wire/protocol.h"
#include "src/wire/stream.h"
#include "src/wire/wire.h"

/** How long the server may take to obey a cancellation before the connection is given up. */
#define TUSK_WIRE_CANCEL_MS      1000
/** Statements kept prepared on one connection; texts longer than the second are not kept. */
#define TUSK_WIRE_CACHE_MAX      256
#define TUSK_WIRE_CACHE_SQL_MAX  (16 << 10)
/** Statements sent and not yet answered, at most. */
#define TUSK_WIRE_ITEMS_MAX      256
/** "tusk_", 32 hexadecimal digits, and the generation. */
#define TUSK_WIRE_NAME_SIZE      50
/** A command tag: PostgreSQL's own have at most 63 bytes. */
#define TUSK_WIRE_COMMAND_SIZE   64
/** So many executions of a prepared statement ask for its fields each time, then the ones that were
 * told count. Not at once: a backend that is never asked shrinks and regrows its memory with every
 * execution. */
#define TUSK_WIRE_DESCRIBE_TIMES 20

/* ---- cache.c: statements prepared on this connection ---- */

typedef struct tusk_prepared {
    struct tusk_prepared *next_in_bucket;
    struct tusk_prepared *newer, *older;
    unsigned shares; /* the cache's, and one of each statement under way */
    uint64_t hash;
    uint32_t *oids; /* after the struct, then the text */
    size_t param_count;
    tusk_str sql;
    char name[TUSK_WIRE_NAME_SIZE];
    unsigned
        generation;  /* goes into the name: a plan that died is prepared anew beside the old one */
    bool parsed;     /* its Parse was sent and has not failed */
    unsigned parses; /* how often it was sent */
    bool steady;     /* its fields change with its plan only */
    bool described;  /* `fields` are those of the last Parse; NULL: it has none */
    unsigned executed; /* since then, up to TUSK_WIRE_DESCRIBE_TIMES */
    tusk_fields *fields;
} tusk_prepared;

typedef struct tusk_prepared_cache {
    tusk_prepared *buckets[TUSK_WIRE_CACHE_MAX];
    tusk_prepared *newest, *oldest;
    size_t count;
} tusk_prepared_cache;

/** The entry of a statement, made when missing (then `parsed` is false); NULL without memory.
 * Lifetime: the cache's, unless shared. */
tusk_prepared *tusk_prepared_get(tusk_prepared_cache *cache, const tusk_wire_statement *statement);
/** The one unused for longest when there are more than the cache may hold, else NULL. */
tusk_prepared *tusk_prepared_surplus(const tusk_prepared_cache *cache);
/** Gives it a new name, not yet parsed: the server's plan for the old one is dead. */
void tusk_prepared_renew(tusk_prepared *entry);
/** What the server told about its fields with the last Parse; NULL: none. */
void tusk_prepared_describe(tusk_prepared *entry, tusk_fields *fields);
/** It is not parsed (any more): what is known about its fields goes too. */
void tusk_prepared_forget(tusk_prepared *entry);
/** Accepts NULL. */
void tusk_prepared_release(tusk_prepared *entry);
void tusk_prepared_drop(tusk_prepared_cache *cache, tusk_prepared *entry);
void tusk_prepared_drop_all(tusk_prepared_cache *cache);

/* ---- answer.c ---- */

/** An answer without rows yet. NULL without memory. */
tusk_wire_answer *tusk_answer_new(tusk_fields *fields, bool binary, size_t room);
/** What a row of `size` bytes takes. */
size_t tusk_answer_row_room(const tusk_fields *fields, size_t size);
/** Adds a row; the answer may move. `coming`: bytes that came behind it. */
tusk_read tusk_answer_add_row(tusk_wire_answer **at, const tusk_message *message, size_t coming);
void tusk_answer_set_command(tusk_wire_answer *answer, tusk_str tag);
/** The number at the end of a command tag; -1: none. */
int64_t tusk_command_rows(tusk_str tag);

/* ---- cancel.c: asking the server to stop, in a thread, for libpq's call blocks ---- */

typedef struct tusk_canceller tusk_canceller;
/** NULL without memory. Ownership: the connection's share, tusk_canceller_release(). */
tusk_canceller *tusk_canceller_new(PGconn *pg);
void tusk_canceller_release(tusk_canceller *canceller);
/** Starts a request; `notify` (an eventfd, or -1) is written to when the server has taken it. */
void tusk_canceller_start(tusk_canceller *canceller, int notify);
/** True while a request may still reach the server. */
bool tusk_canceller_busy(tusk_canceller *canceller);
/** Waits until none is under way; false when one still is at the deadline. */
bool tusk_canceller_wait(tusk_canceller *canceller, int64_t deadline);

/* ---- the connection ---- */

/** Why a statement failed. */
typedef struct tusk_wire_failure {
    tusk_error error;
    bool dead_plan; /* the prepared statement's, after a change of its tables */
} tusk_wire_failure;

/** One segment, everything up to a Sync; or the text of a script or a COPY. */
typedef struct tusk_wire_item {
    tusk_prepared *prepared; /* a share; NULL: none */
    unsigned parses;         /* the entry's, when this was sent */
    tusk_fields *fields;     /* a share; NULL: none, or not told yet */
    unsigned char closing;   /* answers to Close to come, then to Parse, Bind, Describe */
    bool parsing, binding, describing;
    bool binary;
    bool simple;   /* by the simple protocol: its rows are dropped, its commands counted */
    bool copying;  /* the server waits for data */
    bool failed;   /* nothing but the end of the segment is to come */
    bool no_room;  /* there was no memory for its answer */
    bool ended;    /* its command did */
    bool done;     /* and the segment */
    int64_t count; /* rows that the last command of a script told */
    tusk_wire_answer *answer;   /* as far as it has come */
    tusk_wire_failure *failure; /* the first one */
} tusk_wire_item;

typedef enum tusk_wire_mode {
    TUSK_WIRE_PIPELINE,
    TUSK_WIRE_SCRIPT,
    TUSK_WIRE_COPY,
} tusk_wire_mode;

struct tusk_conn {
    PGconn *pg; /* closed and opened connections, and cancels; knows nothing of what was said since
                   tusk_wire_take_over() */
    tusk_stream stream;
    pid_t pid; /* a forked child must not touch the socket */
    tusk_canceller *canceller;
    tusk_wire_mode mode;
    bool broken, dirty, stale;
    bool local;       /* a Unix socket */
    char transaction; /* ReadyForQuery's: I idle, T in a block, E in a failed one */
    int depth, timeout_ms;
    int stop_fd;                 /* readable: waits end as if their deadline had passed; 0: none */
    bool hurried;                /* they did, and the server is given its time to obey */
    size_t answer_max, answered; /* bytes the server may send to a statement (0: any), and has */
    size_t skip;                 /* of the message at hand, that nobody wants */
    size_t wanted;               /* the size of the message at hand, 0: not known yet */
    int64_t last_used;
    tusk_error fatal; /* the server's last word, when it said one: status TUSK_OK until then */
    char version[64];
    int version_number;
    void (*notice)(void *context, tusk_str severity, tusk_str message);
    void *notice_context;
    tusk_prepared_cache cache;
    char ghost[TUSK_WIRE_NAME_SIZE]; /* prepared on the server, wanted no more; "" for none */
    tusk_wire_item items[TUSK_WIRE_ITEMS_MAX]; /* a ring */
    size_t first, count;                       /* all of it */
    size_t done;                               /* of `count`, answered to the end */
};

/** The one behind `i` others. */
static inline tusk_wire_item *tusk_wire_item_at(tusk_conn *conn, size_t i)
{
    return &conn->items[(conn->first + i) % TUSK_WIRE_ITEMS_MAX];
}

/* ---- takeover.c ---- */

/** Takes over the socket of a connection that libpq has opened. */
tusk_status tusk_wire_take_over(tusk_conn *conn, int64_t deadline, tusk_error *err);
/** Says goodbye to the server, and frees libpq's part. */
void tusk_wire_hang_up(tusk_conn *conn);

/* ---- receive.c ---- */

/** Reads what has come, as far as it can without waiting, into the items that wait for it. */
void tusk_wire_receive(tusk_conn *conn);
/** Gives up what an item holds. */
void tusk_wire_item_clear(tusk_wire_item *item);

/* ---- error.c ---- */

/** Fills `err` from what the server said and returns its status. */
tusk_status tusk_wire_fail_words(tusk_error *err, const tusk_words *words);
/** Fills `err` from a failed attempt to connect: finds the SQLSTATE in libpq's verbose text. */
tusk_status tusk_wire_fail_connect(tusk_error *err, const char *text);
/** The connection is gone: the server's last word when there was one. `sent`: a statement was under
 * way. */
tusk_status tusk_wire_fail_lost(tusk_error *err, const tusk_conn *conn, bool sent);
/** True when they say that this session is over (FATAL, PANIC). */
bool tusk_words_are_fatal(const tusk_words *words);

/* ---- pipeline.c, execute.c ---- */

/** TUSK_OK in the process that opened it. */
tusk_status tusk_wire_owned(const tusk_conn *conn, tusk_error *err);
/** TUSK_OK when the connection can take a statement now. */
tusk_status tusk_wire_usable(const tusk_conn *conn, tusk_error *err);
/** An item at the end of the line; there has to be room. */
tusk_wire_item *tusk_wire_push(tusk_conn *conn);
/** The first item, which goes to the caller: tusk_wire_item_clear(). */
tusk_wire_item tusk_wire_pop(tusk_conn *conn);
/** Waits until the socket is readable (or writable, when bytes wait). False when the deadline (0:
 * none) passed, or the connection was told to stop (tusk_wire_stop_on()). */
bool tusk_wire_poll(tusk_conn *conn, int64_t deadline);
/** The deadline of a call that was given none: the connection's own; 0: none. */
int64_t tusk_wire_deadline(const tusk_conn *conn, int64_t deadline);
/** TUSK_OK when nothing is in flight and no cancellation can hit what is sent next. */
tusk_status tusk_wire_ready(tusk_conn *conn, tusk_error *err);
/** After a cancellation of our own: the server's 57014 becomes TUSK_TIMEOUT. */
tusk_status tusk_wire_told_late(tusk_status status, tusk_error *err);

/* ---- resolve.c ---- */

/** Looks `host` up within the deadline, in a thread of its own. `*list` gets the addresses with
 * commas between and `*count` their number. Errors: TUSK_CONNECTION, TUSK_TIMEOUT. Lifetime: the
 * arena. */
tusk_status tusk_wire_resolve(tusk_arena *arena, const char *host, int64_t deadline, tusk_str *list,
                              size_t *count, tusk_error *err);

#endif
