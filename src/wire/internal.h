/* internal.h - what a connection consists of; only src/wire/ sees it and libpq */
#ifndef TUSK_WIRE_INTERNAL_H
#define TUSK_WIRE_INTERNAL_H

#include <libpq-fe.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/wire/wire.h"

/** How long the server may take to obey a cancellation before the connection is given up. */
#define TUSK_WIRE_CANCEL_MS     1000
/** Statements kept prepared on one connection; texts longer than the second are not kept. */
#define TUSK_WIRE_CACHE_MAX     256
#define TUSK_WIRE_CACHE_SQL_MAX (16 << 10)
/** Statements (and evictions) sent and not yet answered, at most. */
#define TUSK_WIRE_ITEMS_MAX     256
/** "tusk_", 32 hexadecimal digits, and the generation. */
#define TUSK_WIRE_NAME_SIZE     50

/* ---- cache.c: statements prepared on this connection ---- */

typedef struct tusk_prepared {
    struct tusk_prepared *next_in_bucket;
    struct tusk_prepared *newer, *older;
    uint64_t hash;
    uint32_t *oids; /* after the struct, then the text */
    size_t param_count;
    tusk_str sql;
    char name[TUSK_WIRE_NAME_SIZE];
    unsigned
        generation; /* goes into the name: a plan that died is prepared anew beside the old one */
    bool parsed;    /* its Parse was sent and has not failed */
} tusk_prepared;

typedef struct tusk_prepared_cache {
    tusk_prepared *buckets[TUSK_WIRE_CACHE_MAX];
    tusk_prepared *newest, *oldest;
    size_t count;
} tusk_prepared_cache;

/** The entry of a statement, made when missing (then `parsed` is false); NULL without memory. */
tusk_prepared *tusk_prepared_get(tusk_prepared_cache *cache, const tusk_wire_statement *statement);
/** The one unused for longest when there are more than the cache may hold, else NULL. */
tusk_prepared *tusk_prepared_surplus(const tusk_prepared_cache *cache);
tusk_prepared *tusk_prepared_named(const tusk_prepared_cache *cache, const char *name);
/** Gives it a new name, not yet parsed: the server's plan for the old one is dead. */
void tusk_prepared_renew(tusk_prepared *entry);
void tusk_prepared_drop(tusk_prepared_cache *cache, tusk_prepared *entry);
void tusk_prepared_drop_all(tusk_prepared_cache *cache);

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

/** One segment: everything up to a Sync. */
typedef struct tusk_wire_item {
    char name[TUSK_WIRE_NAME_SIZE]; /* the prepared statement it uses, "" for none */
    bool parsing;                   /* the answer to Parse is still to come */
    bool hidden;                    /* housekeeping: its answer is nobody's */
    bool done;                      /* its Sync was answered */
    PGresult *result;               /* NULL: none yet */
} tusk_wire_item;

typedef enum tusk_wire_mode {
    TUSK_WIRE_PIPELINE,
    TUSK_WIRE_SCRIPT,
    TUSK_WIRE_COPY,
} tusk_wire_mode;

struct tusk_conn {
    PGconn *pg;
    pid_t pid; /* a forked child must not touch the socket */
    tusk_canceller *canceller;
    tusk_wire_mode mode;
    bool broken, wants_write, dirty, stale;
    bool local; /* a Unix socket */
    int depth, timeout_ms;
    int stop_fd;                 /* readable: waits end as if their deadline had passed; 0: none */
    bool hurried;                /* they did, and the server is given its time to obey */
    size_t answer_max, answered; /* bytes the server may send to a statement (0: any), and has */
    int64_t last_used;
    tusk_error fatal; /* the server's last word, when it said one: status TUSK_OK until then */
    void (*notice)(void *context, tusk_str severity, tusk_str message);
    void *notice_context;
    tusk_prepared_cache cache;
    char ghost[TUSK_WIRE_NAME_SIZE]; /* prepared on the server, wanted no more; "" for none */
    tusk_wire_item items[TUSK_WIRE_ITEMS_MAX]; /* a ring */
    size_t first, count;                       /* all of it */
    size_t done;                               /* of `count`, answered to the end */
    size_t hidden;                             /* of `count` */
    /* parameters in the form libpq takes them */
    size_t scratch_cap;
    const char **values;
    int *lengths, *formats;
    Oid *oids;
};

/* ---- error.c ---- */

/** Fills `err` from an error result and returns its status. */
tusk_status tusk_wire_fail_result(tusk_error *err, const PGresult *result);
/** Fills `err` from a failed attempt to connect: finds the SQLSTATE in libpq's verbose text. */
tusk_status tusk_wire_fail_connect(tusk_error *err, const char *text);
/** The connection is gone: the server's last word when there was one. `sent`: a statement was under
 * way. */
tusk_status tusk_wire_fail_lost(tusk_error *err, const tusk_conn *conn, bool sent);
/** True when the result says that this session is over (FATAL, PANIC). */
bool tusk_wire_is_fatal(const PGresult *result);
/** Like PQresultErrorField, but never NULL. */
const char *tusk_wire_diag(const PGresult *result, int field);

/* ---- pipeline.c, execute.c ---- */

/** TUSK_OK when the connection can take a statement now. */
tusk_status tusk_wire_usable(const tusk_conn *conn, tusk_error *err);
/** Waits until the socket is readable (or writable, when bytes wait). False when the deadline (0:
 * none) passed, or the connection was told to stop (tusk_wire_stop_on()). */
bool tusk_wire_poll(tusk_conn *conn, int64_t deadline);
/** The deadline of a call that was given none: the connection's own; 0: none. */
int64_t tusk_wire_deadline(const tusk_conn *conn, int64_t deadline);
/** TUSK_OK when nothing is in flight and no cancellation can hit what is sent next. */
tusk_status tusk_wire_ready(tusk_conn *conn, tusk_error *err);
/** After a cancellation of our own: the server's 57014 becomes TUSK_TIMEOUT. */
tusk_status tusk_wire_told_late(tusk_status status, tusk_error *err);
/** Remembers what changes the session for the next borrower. */
void tusk_wire_note_command(tusk_conn *conn, const PGresult *result);

/* ---- resolve.c ---- */

/** Looks `host` up within the deadline, in a thread of its own. `*list` gets the addresses with
 * commas between and `*count` their number. Errors: TUSK_CONNECTION, TUSK_TIMEOUT. Lifetime: the
 * arena. */
tusk_status tusk_wire_resolve(tusk_arena *arena, const char *host, int64_t deadline, tusk_str *list,
                              size_t *count, tusk_error *err);

#endif
