/* stream.c - one send for all that waits, large reads, and TLS that tells when the other end is
 * gone */
#include "src/wire/stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/mem.h"

#include "src/base/banned.h"

#define IN_SIZE   ((size_t)64 << 10)
#define OUT_SIZE  ((size_t)8 << 10)
/* A buffer that a large message made larger than this is given back when it is empty. */
#define KEEP_SIZE ((size_t)256 << 10)
/* Less free than this, and what is left is moved to the front. */
#define READ_MIN  ((size_t)16 << 10)

/* ---- buffers ---- */

static bool resize(tusk_window *bytes, size_t cap)
{
    char *grown = tusk_mem_resize(bytes->at, cap);
    if (!grown) return false;
    bytes->at = grown;
    bytes->cap = cap;
    return true;
}

/* Empty: from the front again, and without the memory that only a large message needed. */
static void start_over(tusk_window *bytes, size_t size)
{
    bytes->start = bytes->end = 0;
    if (bytes->cap > KEEP_SIZE) resize(bytes, size);
}

static void move_to_front(tusk_window *bytes)
{
    memmove(bytes->at, bytes->at + bytes->start, bytes->end - bytes->start);
    bytes->end -= bytes->start;
    bytes->start = 0;
}

static bool make_room(tusk_window *bytes, size_t size)
{
    if (bytes->cap - bytes->end >= size) return true;
    if (bytes->start > 0) move_to_front(bytes);
    if (bytes->cap - bytes->end >= size) return true;
    size_t cap = bytes->cap;
    while (cap - bytes->end < size) cap *= 2;
    return resize(bytes, cap);
}

char *tusk_stream_room(tusk_stream *stream, size_t size)
{
    return make_room(&stream->out, size) ? stream->out.at + stream->out.end : NULL;
}

/* ---- the socket ---- */

static bool is_for_later(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void note_errno(tusk_stream *stream, int error)
{
    char text[96];
    if (stream->why[0]) return;
    snprintf(stream->why, sizeof stream->why, "%s", strerror_r(error, text, sizeof text));
}

/* Bytes taken over or sent; 0: not now; -1: never again. */
static ssize_t plain_read(tusk_stream *stream, char *at, size_t size)
{
    ssize_t got = recv(stream->fd, at, size, MSG_DONTWAIT);
    if (got > 0) return got;
    if (got < 0 && is_for_later(errno)) return 0;
    if (got < 0) note_errno(stream, errno);
    return -1;
}

static ssize_t plain_write(tusk_stream *stream, const char *at, size_t size)
{
    ssize_t sent = send(stream->fd, at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return is_for_later(errno) ? 0 : -1;
}

/* ---- TLS: libpq's session on a way to the socket of our own. On libpq's, SSL_write() to a server
 * that is gone claims success every time. ---- */

static int bio_read(BIO *bio, char *at, int size)
{
    tusk_stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t got = plain_read(stream, at, (size_t)size);
    if (got > 0) return (int)got;
    if (got == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    stream->ended = true;
    return 0;
}

static int bio_write(BIO *bio, const char *at, int size)
{
    tusk_stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent = plain_write(stream, at, (size_t)size);
    if (sent > 0) return (int)sent;
    if (sent == 0) BIO_set_retry_write(bio);
    return -1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    const tusk_stream *stream = BIO_get_data(bio);
    if (command == BIO_CTRL_EOF) return stream->ended;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static bool take_tls(tusk_stream *stream)
{
    stream->bio = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_TYPE_START, "tusk");
    if (!stream->bio) return false;
    BIO_meth_set_read(stream->bio, bio_read);
    BIO_meth_set_write(stream->bio, bio_write);
    BIO_meth_set_ctrl(stream->bio, bio_control);
    BIO *bio = BIO_new(stream->bio);
    if (!bio) return false;
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    SSL_set_bio(stream->tls, bio, bio); /* gives libpq's back */
    SSL_set_mode(stream->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return true;
}

static void note_tls(tusk_stream *stream)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    if (reason && !stream->why[0] && !stream->ended)
        snprintf(stream->why, sizeof stream->why, "TLS: %s", reason);
    ERR_clear_error();
}

/* 0: not now; -1: never again. */
static ssize_t tls_result(tusk_stream *stream, int rc)
{
    if (rc > 0) return rc;
    int error = SSL_get_error(stream->tls, rc);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
    if (error != SSL_ERROR_ZERO_RETURN) note_tls(stream);
    return -1;
}

static int int_size(size_t size)
{
    return size < (1 << 30) ? (int)size : 1 << 30;
}

static ssize_t read_some(tusk_stream *stream, char *at, size_t size)
{
    if (!stream->tls) return plain_read(stream, at, size);
    ERR_clear_error(); /* another's would be taken for ours */
    return tls_result(stream, SSL_read(stream->tls, at, int_size(size)));
}

static ssize_t write_some(tusk_stream *stream, const char *at, size_t size)
{
    if (!stream->tls) return plain_write(stream, at, size);
    ERR_clear_error();
    return tls_result(stream, SSL_write(stream->tls, at, int_size(size)));
}

/* ---- both ---- */

bool tusk_stream_take(tusk_stream *stream, int fd, struct ssl_st *tls)
{
    *stream = (tusk_stream){ .fd = fd, .tls = tls };
    return resize(&stream->in, IN_SIZE) && resize(&stream->out, OUT_SIZE) &&
           (!tls || take_tls(stream));
}

void tusk_stream_clear(tusk_stream *stream)
{
    tusk_mem_free(stream->in.at);
    tusk_mem_free(stream->out.at);
    if (stream->bio) BIO_meth_free(stream->bio);
    *stream = (tusk_stream){ .fd = -1, .ended = true, .cut = true };
}

void tusk_stream_flush(tusk_stream *stream)
{
    tusk_window *out = &stream->out;
    while (out->end > out->start && !stream->cut) {
        ssize_t sent = write_some(stream, out->at + out->start, out->end - out->start);
        if (sent == 0) return;
        stream->cut = sent < 0;
        if (sent > 0) out->start += (size_t)sent;
    }
    start_over(out, OUT_SIZE);
}

void tusk_stream_end(tusk_stream *stream, const char *last, size_t size)
{
    if (stream->fd < 0) return;
    if (!stream->cut && !tusk_stream_waits(stream) && size > 0) write_some(stream, last, size);
    if (stream->tls && !stream->cut && !stream->ended) {
        ERR_clear_error();
        SSL_shutdown(stream->tls);
        ERR_clear_error();
    }
    /* So that libpq, which has no idea of what was said, can say nothing more. */
    shutdown(stream->fd, SHUT_WR);
}

static bool make_room_to_read(tusk_window *in, size_t wanted)
{
    if (in->start == in->end) start_over(in, IN_SIZE);
    if (in->cap - in->end >= READ_MIN) return true;
    if (in->start > 0) move_to_front(in);
    if (in->cap - in->end >= READ_MIN) return true;
    if (wanted <= in->cap) return in->end < in->cap || resize(in, in->cap * 2);
    /* by what has come, not by what was promised */
    return resize(in, in->cap * 2 < wanted ? in->cap * 2 : wanted);
}

tusk_received tusk_stream_receive(tusk_stream *stream, size_t wanted, bool enough)
{
    tusk_window *in = &stream->in;
    if (stream->ended) return TUSK_RECEIVED_ALL;
    if (!make_room_to_read(in, wanted)) return TUSK_RECEIVED_NOMEM;
    size_t room = in->cap - in->end;
    if (stream->tls) SSL_set_read_ahead(stream->tls, !enough);
    ssize_t got = read_some(stream, in->at + in->end, room);
    if (got < 0) stream->ended = true;
    if (got <= 0) return TUSK_RECEIVED_ALL;
    in->end += (size_t)got;
    if (!stream->tls)
        return !enough && (size_t)got == room ? TUSK_RECEIVED_MORE : TUSK_RECEIVED_ALL;
    /* What lies in the session is not seen by poll(): it has to come out before anybody waits. */
    return !enough || SSL_has_pending(stream->tls) ? TUSK_RECEIVED_MORE : TUSK_RECEIVED_ALL;
}
