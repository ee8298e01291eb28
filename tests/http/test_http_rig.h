/* test_http_rig.h - a server of http.h in a thread of its own, and a client that sends any bytes */
#ifndef TEST_HTTP_RIG_H
#define TEST_HTTP_RIG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "services/backend/http/http.h"

/** What the handler does, by path: /echo says method, path, query and body; /slow answers after 200
 * ms; /wait never by itself (only when its client is gone, or the server stops); /big answers 1
 * MiB; /events streams "data: tick" each 20 ms; /download?n=N streams N bytes of known length,
 * /pour?n=N of unknown length, /broken?n=N gives up after N; /split tries to smuggle a header;
 * /only is 405 but for GET; /peer says who asks; all else is 404. */
typedef struct http_rig http_rig;

extern http_files *rig_files; /* answers below /assets/ when set before rig_start() */
extern int rig_second_port;   /* listened on as well when set before rig_start() */
extern atomic_int rig_gone;   /* calls of `gone` so far */
extern atomic_int rig_handed; /* calls of `handle` so far */
extern atomic_int rig_open_streams, rig_whole_streams, rig_cut_streams;
extern atomic_llong rig_poured; /* bytes that streams took so far */
/** The byte that stands at `position` of a /download. */
char rig_byte(long long position);

/** Starts one on a free port of localhost, or fails the test. */
http_rig *rig_start(const http_limits *limits);
int rig_port(const http_rig *rig);
/** Closes gracefully within `ms`, waits for `closed`. Checks that it came. */
void rig_stop(http_rig *rig, int ms);
/** Begins closing without waiting; rig_stop() follows. */
void rig_begin_stop(http_rig *rig, int ms);
/** What was logged so far. Lifetime: the rig. */
const char *rig_log(http_rig *rig);
http_stats rig_look(http_rig *rig);

/** A connected socket. Every call below fails the test when it takes more than five seconds. */
int rig_connect(const http_rig *rig);
void rig_send(int fd, const char *bytes, size_t size);
void rig_say(int fd, const char *text);

/** One answer. */
typedef struct rig_answer {
    int code; /* 0: the connection ended without one */
    char head[8192];
    char *body; /* free() */
    size_t size;
} rig_answer;
/** Reads one answer; `is_head`: it has no body. */
rig_answer rig_read(int fd, bool is_head);
/** Reads one answer, frees its body, gives its code. */
int rig_code(int fd);
/** True when nothing but the end of the stream follows (within five seconds). */
bool rig_ended(int fd);

#endif
