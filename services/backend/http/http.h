/* http.h - HTTP for the backend: strict framing, limits, requests as values, answers written later.
 * Knows no SQL.
 *
 * Our gate owns the clients' sockets and reads them strictly; libmicrohttpd runs in the libuv loop
 * behind it (internal.h has the picture). A complete request (head and body within the limits) is
 * handed to the one handler in the loop's thread. The handler answers at once or later, from the
 * loop's thread, exactly once. */
#ifndef DEPLOYSTACK_HTTP_H
#define DEPLOYSTACK_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/log.h"
#include "tusk/str.h"

/** Limits with their defaults; zero means the default. */
typedef struct http_limits {
    size_t head_bytes;      /* request line and headers together; 0: 16 KiB (431, 414) */
    size_t body_bytes;      /* 0: 256 KiB (413) */
    int head_timeout_ms;    /* absolute, from the first byte; 0: 10,000 */
    int body_timeout_ms;    /* absolute; 0: 30,000 */
    int idle_timeout_ms;    /* keep-alive; 0: 30,000 */
    int connections;        /* 0: 2,000 */
    int connections_per_ip; /* 0: 1,000 */
} http_limits;

typedef struct http_pair {
    tusk_str name, value;
} http_pair;

/** One request. Everything lives in `arena`, which lives until the answer was sent. */
typedef struct http_request {
    tusk_arena *arena;
    uint64_t number;        /* counts up */
    char id[24];            /* X-Request-Id of the answer, and in every log line */
    int64_t started_ms;     /* tusk_clock_ms */
    tusk_str method;        /* "GET" */
    tusk_str target;        /* as sent, for logs */
    tusk_str path;          /* percent-decoded, valid UTF-8, no NUL; dot segments refused */
    const http_pair *query; /* percent-decoded, in order */
    size_t query_count;
    const http_pair *headers; /* names lower case */
    size_t header_count;
    tusk_str body; /* "" when none */
    tusk_str peer; /* the client's address, "127.0.0.1" */
    bool peer_is_loopback;
    int port;   /* the local port it came in on */
    void *user; /* the handler's */
    struct http_exchange *exchange;
} http_request;

/** The first value of a header (name in lower case), cookie or query parameter; "no text" when
 * absent. */
tusk_str http_header(const http_request *request, const char *name);
tusk_str http_cookie(const http_request *request, const char *name);
tusk_str http_query(const http_request *request, const char *name);

/** Parses the body as one JSON value: duplicate keys and nesting beyond 32 refused, whole input,
 * UTF-8. Content-Type has to be application/json (415). On failure returns NULL with the code (400
 * or 415) and a sentence. Ownership: the caller, json_decref(). */
json_t *http_json_body(const http_request *request, int *code, tusk_str *why);

/** An answer under construction, in the request's arena. */
typedef struct http_answer {
    int code;
    const char *content_type; /* NULL with no body */
    tusk_str body;
    const http_pair *headers; /* extra ones; security headers are added to every answer */
    size_t header_count;
    bool is_static; /* Cache-Control of files instead of no-store */
} http_answer;

/** Answers. Once, from the loop's thread. The request is gone after this call. The body's bytes are
 * not copied: they live in the request's arena or longer than the server; everything else is
 * copied. A header value that holds a line end is left out. */
void http_respond(http_request *request, const http_answer *answer);
/** Helpers: a JSON document (taken over: decref'd), {success:false, error, details?} (details may
 * be NULL; taken over), a redirect. */
void http_respond_json(http_request *request, int code, json_t *document, const http_pair *headers,
                       size_t header_count);
void http_respond_error(http_request *request, int code, const char *error, json_t *details);
void http_respond_redirect(http_request *request, int code, const char *location);

/* ---- answers that are written bit by bit: events, downloads ---- */

/** An answer under way. Thread: the loop's. Lifetime: until `ended` was called. */
typedef struct http_stream http_stream;

enum { HTTP_STREAM_CHUNK = 64 << 10 /* bytes that one write may have */ };

typedef struct http_streaming {
    int64_t length; /* of the whole body, for Content-Length; -1: not known */
    bool endless;   /* events: over as soon as the server closes or the client ends its direction; a
                       download goes on until http_close()'s deadline */
    /** There is room for a whole chunk: called after the beginning, and again after each write once
     * that is so. Never from inside another call of this file. Not called for HEAD, nor when
     * nothing more is wanted. May be NULL. */
    void (*ready)(void *context, http_stream *stream);
    /** The last call, always made, once: the stream and the request are gone now. `whole`: all that
     * was written reached the client's socket; else it left, did not read (idle_timeout_ms for a
     * chunk), the server closed, or http_stream_abort() was called. */
    void (*ended)(void *context, bool whole);
    void *context;
} http_streaming;

/** Answers with `head` (its body is not looked at) and a stream. Instead of http_respond(): once,
 * from the loop's thread. The request lives until `ended`; without memory that is called at once
 * and the answer is a 503. */
void http_stream_begin(http_request *request, const http_answer *head, const http_streaming *how);
/** Writes all of `bytes` (at most HTTP_STREAM_CHUNK, copied), or nothing and false when there is no
 * room: `ready` comes when there is. What is written after the end is dropped. */
bool http_stream_write(http_stream *stream, tusk_str bytes);
/** Bytes that a write would take now. */
size_t http_stream_room(const http_stream *stream);
/** Nothing more comes: what was written goes out, then the answer is over. Less than a known length
 * is as http_stream_abort(). */
void http_stream_end(http_stream *stream);
/** Gives up: the connection ends without the end of the answer, so that nobody takes it for whole.
 */
void http_stream_abort(http_stream *stream);

typedef struct http_server http_server;
typedef struct http_options {
    const char *host; /* address or name to listen on */
    int ports[4]; /* the first must be free; a later one that is taken is a warning; 0 ends the list
                   */
    http_limits limits;
    const tusk_log *log;
    void (*handle)(void *context,
                   http_request *request); /* a complete request; has to lead to one http_respond */
    /** The client went away before the answer, or the server's closing deadline passed: stop
     * working on it. http_respond is still to be called. A client that only ended its own direction
     * looks the same; it gets what is answered all the same. */
    void (*gone)(void *context, http_request *request);
    void *context;
} http_options;

/** Listens. Errors: TUSK_IO naming host and port ("port 3000 is in use by another program") and
 * what to do; run the loop once more before uv_loop_close() then, for it gives back what was
 * opened. SIGPIPE is ignored from here on, unless the program handles it: a client that leaves must
 * not end the program. */
tusk_status http_open(uv_loop_t *loop, const http_options *options, http_server **out,
                      tusk_error *err);
/** Stops accepting, waits for requests under way until `deadline` (tusk_clock_ms), then cuts the
 * connections and tells `gone` of those not answered. Calls `closed` when the last of them is
 * answered and everything is given back. A second call only moves the deadline. */
void http_close(http_server *server, int64_t deadline, void (*closed)(void *context),
                void *context);
typedef struct http_stats {
    uint64_t requests, responses_2xx, responses_3xx, responses_4xx, responses_5xx;
    int connections, in_flight;
} http_stats;
void http_look(const http_server *server, http_stats *out);

/* ---- routing: a pure function from method and path to an entry of a table ---- */

/** "/api/teams/:id": a segment that starts with ':' matches one non-empty segment and gives a
 * parameter. */
typedef struct http_match {
    int entry;       /* index into the table, or -1 */
    bool path_known; /* some entry has this path, with another method: 405 */
    http_pair params[4];
    size_t param_count;
    tusk_str allow; /* "GET, PATCH" for 405 and OPTIONS */
} http_match;
typedef struct http_pattern {
    const char *method, *path;
} http_pattern;
/** `stride` is the size of one element of the table whose first member is an http_pattern. HEAD
 * matches GET. */
http_match http_route(tusk_arena *arena, const void *table, size_t count, size_t stride,
                      tusk_str method, tusk_str path);

/* ---- static files, read into memory once ---- */

typedef struct http_files http_files;
/** Reads every file below `folder` (at most 8 MiB in all) with its content type and ETag. Lifetime:
 * the arena. */
tusk_status http_files_load(tusk_arena *arena, const char *folder, http_files **out,
                            tusk_error *err);
/** Answers with the file `name` ("assets/app.css"), 304 by ETag, gzip not needed; false when there
 * is none (nothing was answered). */
bool http_files_respond(const http_files *files, http_request *request, tusk_str name);

#endif
