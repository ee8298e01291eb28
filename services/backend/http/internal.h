/* internal.h - what the files of this folder share: server, connection, lane, exchange
 *
 *   client --TCP--> gate (ours: strict reading, limits, deadlines) --socket pair ("lane")-->
 * libmicrohttpd client <--TCP-- gate <--lane-- libmicrohttpd (answers: framing, HEAD, Date)
 *
 * libmicrohttpd never sees a byte that a client wrote except bodies: the gate reads head and
 * chunks, and writes a head of its own with the method and the framing. So there is one
 * understanding of a request, and no two parsers to disagree. */
#ifndef DEPLOYSTACK_HTTP_INTERNAL_H
#define DEPLOYSTACK_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "services/backend/http/http.h"
#include "services/backend/http/strict.h"
#include "tusk/buf.h"
#include "tusk/clock.h"

enum {
    HTTP_READ_SIZE = 64 << 10, /* one read from a client or a lane */
    HTTP_AHEAD_MAX = 64 << 10, /* pipelined bytes taken in while a request is under way */
    HTTP_LANES_KEPT =
        128, /* idle connections lose their lane beyond this many, for its two descriptors */
    HTTP_LINGER_MS = 1000,       /* after the last answer: time for the client to read it */
    HTTP_HURRY_MS = 100,         /* the same, when the server closes */
    HTTP_LINGER_BYTES = 1 << 20, /* what it may still send meanwhile */
    HTTP_LISTENERS_MAX = 16,
};

/** One request from its sound head to the last byte of its answer. */
typedef struct http_exchange {
    http_request request; /* its arena holds this struct too */
    http_head head;
    struct http_conn *conn;
    struct http_lane *lane; /* only to be compared: it may be gone */
    struct MHD_Connection *mhd;
    struct MHD_Response *response;
    http_stream *stream; /* the answer is one */
    tusk_buf body;
    int code;
    uint64_t answer_bytes;
    bool handed;    /* the handler has it */
    bool answered;  /* http_respond() was called */
    bool suspended; /* libmicrohttpd waits for http_respond() */
    bool queued;    /* the lane carries the answer */
    bool told_gone;
    bool completed; /* libmicrohttpd is through with it */
    bool completed_well;
} http_exchange;

/** A socket pair between one connection and libmicrohttpd. Its arena holds it; freed when both ends
 * are closed. */
typedef struct http_lane {
    tusk_arena *arena;
    struct http_conn *conn;
    int fd;       /* our end; -1 when closed */
    tusk_buf out; /* for libmicrohttpd, from `sent` on */
    size_t sent;
    bool over; /* libmicrohttpd let go of its end */
} http_lane;

typedef enum http_conn_state {
    HTTP_CONN_HEAD,   /* reading a head, or idle before its first byte */
    HTTP_CONN_BODY,   /* reading a body */
    HTTP_CONN_ANSWER, /* the request is complete: waiting for the answer, or writing it */
    HTTP_CONN_LINGER, /* the last answer was written; what comes is thrown away */
} http_conn_state;

typedef struct http_conn {
    uv_tcp_t tcp;
    uv_timer_t timer;
    tusk_arena *arena; /* holds this struct */
    http_server *server;
    struct http_conn *next, *prev;
    struct http_conn *lively_next, *lively_prev; /* those whose lane has to be looked at */
    bool lively;
    http_conn_state state;
    struct in6_addr address; /* IPv4 as mapped */
    tusk_str peer;
    bool peer_is_loopback;
    int port;
    tusk_buf in; /* from `start` on: not yet used */
    size_t start;
    size_t seen; /* of the head under way, counted from `start` */
    bool begun;  /* the first byte of a head is there: its deadline runs */
    bool served; /* it had a request before: its idle time is keep-alive */
    http_chunks chunks;
    uint64_t body_left;
    http_exchange *exchange;
    http_lane *lane;
    int lanes; /* that still refer to this connection */
    int writes;
    bool keep_alive;
    bool hurried; /* the server closes: no long good-bye */
    bool eof;     /* the client will send no more */
    bool paused;  /* reading is stopped: too much is read ahead */
    bool closing; /* uv_close() was called */
    int handles;
    size_t discarded;
} http_conn;

struct http_server {
    tusk_arena *arena; /* holds this struct */
    uv_loop_t *loop;
    http_options options;
    http_limits limits;
    uv_tcp_t listeners[HTTP_LISTENERS_MAX];
    int listener_count;
    struct MHD_Daemon *daemon;
    uv_poll_t daemon_poll;
    uv_timer_t daemon_timer;
    uv_idle_t kick; /* runs while a pump is due */
    uv_timer_t close_timer;
    http_conn *conns;
    http_conn *lively;
    http_lane *opening; /* the lane that libmicrohttpd is being given */
    int lanes;
    http_stats stats;
    uint64_t number;
    char id_prefix[9];
    bool pumping, pump_again;
    bool closing;
    bool handles_closing;
    bool told_limit; /* a refused connection was logged; once until there is room again */
    int handles;
    void (*closed)(void *context);
    void *closed_context;
    char read_buffer[HTTP_READ_SIZE];
    char lane_buffer[HTTP_READ_SIZE];
};

/* daemon.c: libmicrohttpd in the loop */
tusk_status http_daemon_start(http_server *server, tusk_error *err);
void http_daemon_stop(http_server *server);
/** Lets libmicrohttpd work and moves what it has; at once, or in the loop's next turn. */
void http_pump(http_server *server);
void http_pump_soon(http_server *server);

/* lane.c: one connection's way to libmicrohttpd */
bool http_lane_begin(http_conn *conn);
void http_lane_body(http_conn *conn, tusk_str data);
void http_lane_end_body(http_conn *conn);
void http_lane_close(http_conn *conn);
/** libmicrohttpd closed its end. */
void http_lane_over(http_lane *lane);
void http_lane_flush(http_lane *lane);
void http_lane_step(http_conn *conn);
void http_lively_add(http_conn *conn);
void http_lively_remove(http_conn *conn);

/* conn.c: the client's socket */
void http_conn_accept(uv_stream_t *listener, int status);
void http_conn_write(http_conn *conn, tusk_str bytes);
void http_conn_timer(http_conn *conn, int ms);
void http_conn_close(http_conn *conn);
void http_conn_free_if_done(http_conn *conn);
/** Reads on after too much was read ahead. */
void http_conn_resume(http_conn *conn);
/** Nothing more is written: closes once the client has read, or after a moment. */
void http_conn_end(http_conn *conn);

/* gate.c: what a client sent, read strictly */
void http_gate_input(http_conn *conn);
void http_gate_eof(http_conn *conn);
void http_gate_late(http_conn *conn);
void http_gate_refuse(http_conn *conn, http_fault fault);
/** The answer went out: the next request, or the end. */
void http_gate_next(http_conn *conn, bool well);

/* exchange.c */
http_exchange *http_exchange_new(http_conn *conn, tusk_arena *arena, const http_head *head);
void http_exchange_hand(http_exchange *exchange);
void http_exchange_finish(http_exchange *exchange);
void http_exchange_gone(http_exchange *exchange);
void http_count_code(http_server *server, int code);
void http_make_id(http_server *server, char id[24]);

/* respond.c */
/** The answer is settled: its head is added to `response` (NULL: the connection ends) and
 * libmicrohttpd goes on. */
void http_exchange_answer(http_exchange *exchange, const http_answer *head,
                          struct MHD_Response *response);

/* stream.c */
/** The client closed, or ended its direction. */
void http_stream_left(http_stream *stream);
/** The server closes. */
void http_stream_close(http_stream *stream);
/** Asks for more when there is room; false: there is nothing to do until somebody writes. */
bool http_stream_step(http_stream *stream);
/** The exchange is over. */
void http_stream_ended(http_stream *stream);

/* headers.c: what every answer carries */
extern const http_pair http_fixed_headers[];
extern const size_t http_fixed_header_count;

/* server.c */
void http_server_free_if_done(http_server *server);

#endif
