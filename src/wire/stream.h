/* stream.h - bytes to and from the server: one buffer each way over a socket, TLS or not. Knows no
 * messages and never waits. */
#ifndef TUSK_WIRE_STREAM_H
#define TUSK_WIRE_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "tusk/error.h"

struct ssl_st;
struct bio_method_st;

/** Those from `start` to `end` wait to be sent, or to be read. */
typedef struct tusk_window {
    char *at;
    size_t start, end, cap;
} tusk_window;

typedef struct tusk_stream {
    int fd;             /* libpq's */
    struct ssl_st *tls; /* libpq's too; NULL: none */
    struct bio_method_st *bio;
    bool ended;    /* nothing more will come */
    bool cut;      /* nothing more can be sent */
    char why[128]; /* what ended it, "" when the server just closed it */
    tusk_window in, out;
} tusk_stream;

/** Takes libpq's socket and TLS session. False without memory. */
bool tusk_stream_take(tusk_stream *stream, int fd, struct ssl_st *tls);
/** After libpq has closed them. */
void tusk_stream_clear(tusk_stream *stream);

/** Room for `size` more bytes to be sent, NULL without memory; tusk_stream_add() counts them in. */
char *tusk_stream_room(tusk_stream *stream, size_t size);
static inline void tusk_stream_add(tusk_stream *stream, const char *end)
{
    stream->out.end = (size_t)(end - stream->out.at);
}
static inline bool tusk_stream_waits(const tusk_stream *stream)
{
    return stream->out.end > stream->out.start;
}
/** Sends what the socket takes now. */
void tusk_stream_flush(tusk_stream *stream);
/** Says goodbye (`last`: bytes of a message, or none) and that nothing will follow. */
void tusk_stream_end(tusk_stream *stream, const char *last, size_t size);

typedef enum tusk_received {
    TUSK_RECEIVED_ALL,  /* what there was */
    TUSK_RECEIVED_MORE, /* and there may be more */
    TUSK_RECEIVED_NOMEM,
} tusk_received;

/** Takes in what is there, at most a buffer of it. `wanted`: the size of the message at hand.
 * `enough`: only what poll() could not see any more. */
tusk_received tusk_stream_receive(tusk_stream *stream, size_t wanted, bool enough);
/** The bytes received and not yet read were used up to here. */
static inline void tusk_stream_use(tusk_stream *stream, size_t size)
{
    stream->in.start += size;
}
static inline size_t tusk_stream_held(const tusk_stream *stream)
{
    return stream->in.end - stream->in.start;
}

#endif
