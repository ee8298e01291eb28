/* conn.c - a client's socket: accepting, reading, writing, its timer, its end */
#include "services/backend/http/internal.h"

#include "src/base/banned.h"

static void link_conn(http_server *server, http_conn *conn)
{
    conn->next = server->conns;
    if (server->conns) server->conns->prev = conn;
    server->conns = conn;
    server->stats.connections++;
}

static void unlink_conn(http_conn *conn)
{
    http_server *server = conn->server;
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    if (conn->next) conn->next->prev = conn->prev;
    server->stats.connections--;
    server->told_limit = false;
}

void http_conn_free_if_done(http_conn *conn)
{
    if (!conn->closing || conn->handles > 0 || conn->exchange || conn->lanes > 0) return;
    http_server *server = conn->server;
    http_lively_remove(conn);
    unlink_conn(conn);
    tusk_buf_clear(&conn->in);
    tusk_arena_free(conn->arena);
    http_server_free_if_done(server);
}

static void on_handle_closed(uv_handle_t *handle)
{
    http_conn *conn = handle->data;
    conn->handles--;
    http_conn_free_if_done(conn);
}

void http_conn_close(http_conn *conn)
{
    if (conn->closing) return;
    conn->closing = true;
    uv_close((uv_handle_t *)&conn->tcp, on_handle_closed);
    uv_close((uv_handle_t *)&conn->timer, on_handle_closed);
    if (!conn->exchange || !conn->exchange->handed) {
        http_lane_close(conn);
        if (conn->exchange) http_lively_add(conn);
    } else {
        http_exchange_gone(conn->exchange);
    }
    http_pump_soon(conn->server);
}

static void on_timer(uv_timer_t *timer)
{
    http_gate_late(timer->data);
}

void http_conn_timer(http_conn *conn, int ms)
{
    if (conn->closing) return;
    if (ms > 0)
        uv_timer_start(&conn->timer, on_timer, (uint64_t)ms, 0);
    else
        uv_timer_stop(&conn->timer);
}

/* ---- writing ---- */

/* How long a client may take to read what is written. */
static int patience(const http_conn *conn)
{
    return conn->hurried ? HTTP_HURRY_MS : conn->server->limits.idle_timeout_ms;
}

typedef struct pending_write {
    uv_write_t request;
    http_conn *conn;
    tusk_arena *arena; /* holds this and the bytes */
} pending_write;

static void on_written(uv_write_t *request, int status)
{
    pending_write *pending = request->data;
    http_conn *conn = pending->conn;
    tusk_arena_free(pending->arena);
    conn->writes--;
    if (status != 0) {
        http_conn_close(conn);
        return;
    }
    if (conn->writes > 0 || conn->closing) return;
    if (conn->state == HTTP_CONN_ANSWER) http_conn_timer(conn, 0);
    http_pump_soon(conn->server); /* the lane may be drained further */
}

static void write_later(http_conn *conn, tusk_str bytes)
{
    tusk_arena *arena = tusk_arena_new(0);
    pending_write *pending = TUSK_NEW(arena, pending_write);
    char *copy = tusk_arena_copy(arena, bytes.ptr, bytes.len);
    if (!pending || !copy) {
        tusk_arena_free(arena);
        http_conn_close(conn);
        return;
    }
    *pending = (pending_write){ .conn = conn, .arena = arena };
    pending->request.data = pending;
    uv_buf_t buf = uv_buf_init(copy, (unsigned)bytes.len);
    if (uv_write(&pending->request, (uv_stream_t *)&conn->tcp, &buf, 1, on_written) != 0) {
        tusk_arena_free(arena);
        http_conn_close(conn);
        return;
    }
    conn->writes++;
    http_conn_timer(conn, patience(conn)); /* a client that does not read is cut */
}

void http_conn_write(http_conn *conn, tusk_str bytes)
{
    if (conn->closing || bytes.len == 0) return;
    if (conn->writes == 0) {
        uv_buf_t buf = { .base = (char *)(uintptr_t)bytes.ptr, .len = bytes.len };
        int n = uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
        if (n < 0 && n != UV_EAGAIN) {
            http_conn_close(conn);
            return;
        }
        if (n > 0) bytes = (tusk_str){ bytes.ptr + n, bytes.len - (size_t)n };
    }
    if (bytes.len > 0) write_later(conn, bytes);
}

typedef struct last_word {
    uv_shutdown_t request;
    http_conn *conn;
    tusk_arena *arena;
} last_word;

static void on_shutdown(uv_shutdown_t *request, int status)
{
    last_word *word = request->data;
    http_conn *conn = word->conn;
    tusk_arena_free(word->arena);
    if (conn->closing) return;
    if (status != 0 || conn->eof)
        http_conn_close(conn);
    else
        http_conn_timer(conn, conn->hurried ? HTTP_HURRY_MS : HTTP_LINGER_MS);
}

/* Closing with unread input resets the connection, and the reset can overtake the answer: so first
 * only our direction ends. */
void http_conn_end(http_conn *conn)
{
    if (conn->closing || conn->state == HTTP_CONN_LINGER) return;
    conn->state = HTTP_CONN_LINGER;
    tusk_buf_clear(&conn->in);
    conn->start = 0;
    tusk_arena *arena = tusk_arena_new(0);
    last_word *word = TUSK_NEW(arena, last_word);
    if (word) {
        *word = (last_word){ .conn = conn, .arena = arena };
        word->request.data = word;
    }
    if (!word || uv_shutdown(&word->request, (uv_stream_t *)&conn->tcp, on_shutdown) != 0) {
        tusk_arena_free(arena);
        http_conn_close(conn);
        return;
    }
    http_conn_timer(conn, patience(conn));
}

/* ---- reading ---- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    http_conn *conn = handle->data;
    *buf = uv_buf_init(conn->server->read_buffer, HTTP_READ_SIZE);
}

/* Pipelined requests wait for the answers before them, and cost memory meanwhile. */
static bool is_far_ahead(const http_conn *conn)
{
    return conn->state == HTTP_CONN_ANSWER && conn->in.len - conn->start > HTTP_AHEAD_MAX;
}

static void keep_input(http_conn *conn, tusk_str bytes)
{
    if (conn->start == conn->in.len) {
        tusk_buf_reset(&conn->in);
    } else if (conn->start > 0) {
        tusk_buf rest;
        tusk_buf_init(&rest, conn->in.max);
        tusk_buf_add(&rest, (tusk_str){ conn->in.ptr + conn->start, conn->in.len - conn->start });
        tusk_buf_clear(&conn->in);
        conn->in = rest;
    }
    conn->start = 0;
    tusk_buf_add(&conn->in, bytes);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    http_conn *conn = stream->data;
    if (n == 0 || conn->closing) return;
    if (n == UV_EOF) {
        conn->eof = true;
        uv_read_stop(stream);
        http_gate_eof(conn);
        return;
    }
    if (n < 0) {
        http_conn_close(conn);
        return;
    }
    if (conn->state == HTTP_CONN_LINGER) {
        conn->discarded += (size_t)n;
        if (conn->discarded > HTTP_LINGER_BYTES) http_conn_close(conn);
        return;
    }
    keep_input(conn, (tusk_str){ buf->base, (size_t)n });
    if (conn->in.failed) {
        http_conn_close(conn);
        return;
    }
    http_gate_input(conn);
    if (!conn->closing && is_far_ahead(conn)) {
        conn->paused = true;
        uv_read_stop(stream);
    }
}

void http_conn_resume(http_conn *conn)
{
    if (!conn->paused || conn->closing || conn->eof || is_far_ahead(conn)) return;
    conn->paused = false;
    uv_read_start((uv_stream_t *)&conn->tcp, on_room, on_read);
}

/* ---- accepting ---- */

static void name_peer(http_conn *conn)
{
    struct sockaddr_storage at = { 0 };
    int size = sizeof at;
    char text[64] = "";
    uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&at, &size);
    if (at.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&at;
        conn->address.s6_addr[10] = conn->address.s6_addr[11] = 0xff;
        memcpy(&conn->address.s6_addr[12], &v4->sin_addr, 4);
    } else if (at.ss_family == AF_INET6) {
        conn->address = ((const struct sockaddr_in6 *)&at)->sin6_addr;
    }
    if (IN6_IS_ADDR_V4MAPPED(&conn->address))
        uv_inet_ntop(AF_INET, &conn->address.s6_addr[12], text, sizeof text);
    else
        uv_inet_ntop(AF_INET6, &conn->address, text, sizeof text);
    conn->peer = tusk_arena_str(conn->arena, tusk_str_of(text));
    conn->peer_is_loopback =
        IN6_IS_ADDR_LOOPBACK(&conn->address) ||
        (IN6_IS_ADDR_V4MAPPED(&conn->address) && conn->address.s6_addr[12] == 127);
}

static void name_port(http_conn *conn)
{
    struct sockaddr_storage at = { 0 };
    int size = sizeof at;
    uv_tcp_getsockname(&conn->tcp, (struct sockaddr *)&at, &size);
    if (at.ss_family == AF_INET) conn->port = ntohs(((const struct sockaddr_in *)&at)->sin_port);
    if (at.ss_family == AF_INET6) conn->port = ntohs(((const struct sockaddr_in6 *)&at)->sin6_port);
}

static http_conn *conn_new(http_server *server)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_conn *conn = TUSK_NEW(arena, http_conn);
    if (!conn) {
        tusk_arena_free(arena);
        return NULL;
    }
    conn->arena = arena;
    conn->server = server;
    tusk_buf_init(&conn->in, server->limits.head_bytes + HTTP_AHEAD_MAX + HTTP_READ_SIZE + 1);
    uv_tcp_init(server->loop, &conn->tcp);
    uv_timer_init(server->loop, &conn->timer);
    conn->tcp.data = conn->timer.data = conn;
    conn->handles = 2;
    link_conn(server, conn);
    return conn;
}

static bool is_welcome(http_conn *conn)
{
    http_server *server = conn->server;
    int same = 0;
    for (const http_conn *c = server->conns; c; c = c->next)
        if (IN6_ARE_ADDR_EQUAL(&c->address, &conn->address)) same++;
    if (server->stats.connections <= server->limits.connections &&
        same <= server->limits.connections_per_ip)
        return true;
    if (!server->told_limit)
        tusk_log_write(server->options.log, TUSK_LOG_WARN, "too many connections: some are refused",
                       TUSK_FIELDS(tusk_field_str("peer", conn->peer),
                                   tusk_field_int("of_peer", same),
                                   tusk_field_int("connections", server->stats.connections)));
    server->told_limit = true;
    return false;
}

/* Out of descriptors, mostly: libuv has turned the client away already. */
static void tell_accept_failed(http_server *server, int status)
{
    if (!server->told_limit)
        tusk_log_write(server->options.log, TUSK_LOG_WARN, "connections cannot be accepted",
                       TUSK_FIELDS(tusk_field_cstr("reason", uv_strerror(status)),
                                   tusk_field_int("connections", server->stats.connections)));
    server->told_limit = true;
}

void http_conn_accept(uv_stream_t *listener, int status)
{
    http_server *server = listener->data;
    if (status != 0) tell_accept_failed(server, status);
    if (status != 0 || server->closing) return;
    http_conn *conn = conn_new(server);
    if (!conn) return;
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0) {
        http_conn_close(conn);
        return;
    }
    name_peer(conn);
    name_port(conn);
    uv_tcp_nodelay(&conn->tcp, 1);
    uv_read_start((uv_stream_t *)&conn->tcp, on_room, on_read);
    http_conn_timer(conn, server->limits.idle_timeout_ms);
    if (!is_welcome(conn))
        http_gate_refuse(conn, (http_fault){ 503, "there are too many connections" });
}
