/* stream.c - answers that are written bit by bit: events without an end, files too large for memory
 *
 * The bytes wait in a ring of fixed size until libmicrohttpd asks for them; asked with nothing
 * there, it is suspended until there is something. From it on all is as with other answers: a full
 * lane, and a client that does not read, hold everything before them back. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

enum { RING_SIZE = 2 * HTTP_STREAM_CHUNK };

struct http_stream {
    http_exchange *exchange;
    http_streaming how;
    char *ring; /* `filled` bytes from `start` on */
    size_t start, filled;
    uint64_t written;
    bool hungry;   /* `ready` is due once there is room */
    bool paused;   /* libmicrohttpd is suspended in on_pull() */
    bool over;     /* nothing more will be written */
    bool broken;   /* the client is gone, or somebody gave up */
    bool unframed; /* the end of the connection is the end of the answer */
    bool let_go;   /* the lane is closed: whatever libmicrohttpd sends is lost */
};

/* ---- towards libmicrohttpd ---- */

static size_t take(http_stream *stream, char *out, size_t max)
{
    size_t n = stream->filled < max ? stream->filled : max;
    size_t first = RING_SIZE - stream->start < n ? RING_SIZE - stream->start : n;
    memcpy(out, stream->ring + stream->start, first);
    memcpy(out + first, stream->ring, n - first);
    stream->start = (stream->start + n) % RING_SIZE;
    stream->filled -= n;
    return n;
}

/* Asked to end a connection from in here, libmicrohttpd 0.9.75 forgets it in its epoll mode, with
 * its descriptor. So the lane is closed instead, and sending anything makes it notice. */
static ssize_t on_pull(void *context, uint64_t position, char *out, size_t max)
{
    http_stream *stream = context;
    if (stream->let_go) return memset(out, 0, max) ? (ssize_t)max : 0;
    if (stream->filled > 0) return (ssize_t)take(stream, out, max);
    if (stream->over && !stream->broken && !stream->unframed)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->paused = true;
    MHD_suspend_connection(stream->exchange->mhd);
    return 0;
}

/* There is something for libmicrohttpd to do, or for `ready`. */
static void wake(http_stream *stream)
{
    http_exchange *exchange = stream->exchange;
    if (exchange->completed) return;
    if (stream->paused) {
        stream->paused = false;
        MHD_resume_connection(exchange->mhd);
    }
    http_lively_add(exchange->conn);
    http_pump_soon(exchange->conn->server);
}

static void let_go(http_stream *stream)
{
    stream->let_go = true;
    http_lane_close(stream->exchange->conn);
    wake(stream);
}

/* ---- for the handler ---- */

size_t http_stream_room(const http_stream *stream)
{
    return RING_SIZE - stream->filled;
}

bool http_stream_write(http_stream *stream, tusk_str bytes)
{
    if (stream->over || stream->broken) return true;
    stream->hungry = true;
    bool fits = bytes.len <= http_stream_room(stream);
    if (fits && bytes.len > 0) {
        size_t at = (stream->start + stream->filled) % RING_SIZE;
        size_t first = RING_SIZE - at < bytes.len ? RING_SIZE - at : bytes.len;
        memcpy(stream->ring + at, bytes.ptr, first);
        memcpy(stream->ring, bytes.ptr + first, bytes.len - first);
        stream->filled += bytes.len;
        stream->written += bytes.len;
    }
    wake(stream);
    return fits;
}

void http_stream_abort(http_stream *stream)
{
    stream->over = stream->broken = true;
    wake(stream);
}

void http_stream_end(http_stream *stream)
{
    bool is_short = stream->how.length >= 0 && stream->written < (uint64_t)stream->how.length;
    if (is_short) stream->broken = true;
    stream->over = true;
    wake(stream);
}

/* ---- beginning ---- */

static bool is_head(const http_stream *stream)
{
    return tusk_str_eq(stream->exchange->request.method, TUSK_STR("HEAD"));
}

static http_stream *stream_new(http_exchange *exchange, const http_streaming *how)
{
    tusk_arena *arena = exchange->request.arena;
    http_stream *stream = TUSK_NEW(arena, http_stream);
    char *ring = tusk_arena_alloc(arena, RING_SIZE);
    if (!stream || !ring) return NULL;
    *stream = (http_stream){ .exchange = exchange, .how = *how, .ring = ring, .hungry = true };
    return stream;
}

/* A client that vanished without a word is noticed by what it does not acknowledge. */
static void watch_peer(http_conn *conn)
{
    int fd = -1, ms = conn->server->limits.idle_timeout_ms;
    if (conn->closing || uv_fileno((uv_handle_t *)&conn->tcp, &fd) != 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

static struct MHD_Response *response_of(http_stream *stream)
{
    http_conn *conn = stream->exchange->conn;
    bool known = stream->how.length >= 0;
    struct MHD_Response *response =
        MHD_create_response_from_callback(known ? (uint64_t)stream->how.length : MHD_SIZE_UNKNOWN,
                                          HTTP_STREAM_CHUNK, on_pull, stream, NULL);
    if (!response || known || !(stream->exchange->head.is_1_0 || is_head(stream))) return response;
    /* HTTP/1.0 has no chunks, and libmicrohttpd writes an empty one after the answer to a HEAD: the
     * end of the connection is the end of the answer */
    stream->unframed = true;
    conn->keep_alive = false;
    MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return response;
}

void http_stream_begin(http_request *request, const http_answer *head, const http_streaming *how)
{
    http_exchange *exchange = request->exchange;
    const http_conn *conn = exchange->conn;
    http_stream *stream = stream_new(exchange, how);
    struct MHD_Response *response = stream ? response_of(stream) : NULL;
    if (!response) {
        how->ended(how->context, false);
        http_respond_error(request, 503, "the server is out of memory", NULL);
        return;
    }
    exchange->stream = stream;
    stream->broken = conn->closing;
    stream->over = stream->broken || (how->endless && (conn->eof || conn->server->closing));
    watch_peer(exchange->conn);
    http_exchange_answer(exchange, head, response);
}

/* ---- for the server ---- */

void http_stream_left(http_stream *stream)
{
    const http_conn *conn = stream->exchange->conn;
    if (conn->closing)
        http_stream_abort(stream);
    else if (stream->how.endless)
        http_stream_end(stream);
}

void http_stream_close(http_stream *stream)
{
    http_conn *conn = stream->exchange->conn;
    if (!stream->how.endless) return;
    conn->hurried = true;
    if (conn->writes > 0) http_conn_timer(conn, HTTP_HURRY_MS);
    http_stream_end(stream);
}

bool http_stream_step(http_stream *stream)
{
    bool wanted = !stream->over && !is_head(stream) && stream->how.ready;
    bool sent = stream->over && stream->unframed && stream->paused;
    if ((stream->broken || sent) && !stream->let_go) {
        let_go(stream);
    } else if (wanted && stream->hungry && http_stream_room(stream) >= HTTP_STREAM_CHUNK) {
        stream->hungry = false;
        stream->how.ready(stream->how.context, stream);
    }
    return !stream->paused;
}

void http_stream_ended(http_stream *stream)
{
    bool sent = stream->exchange->completed_well || (stream->unframed && stream->let_go);
    stream->how.ended(stream->how.context, sent && !stream->broken);
}
