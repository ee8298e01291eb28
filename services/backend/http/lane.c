/* lane.c - carries one connection's sound requests to libmicrohttpd and its answers back */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

void http_lively_add(http_conn *conn)
{
    if (conn->lively) return;
    http_server *server = conn->server;
    conn->lively = true;
    conn->lively_prev = NULL;
    conn->lively_next = server->lively;
    if (server->lively) server->lively->lively_prev = conn;
    server->lively = conn;
}

void http_lively_remove(http_conn *conn)
{
    if (!conn->lively) return;
    if (conn->lively_prev)
        conn->lively_prev->lively_next = conn->lively_next;
    else
        conn->server->lively = conn->lively_next;
    if (conn->lively_next) conn->lively_next->lively_prev = conn->lively_prev;
    conn->lively = false;
}

static http_lane *lane_new(http_conn *conn)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_lane *lane = TUSK_NEW(arena, http_lane);
    if (!lane) {
        tusk_arena_free(arena);
        return NULL;
    }
    *lane = (http_lane){ .arena = arena, .conn = conn, .fd = -1 };
    tusk_buf_init(&lane->out, conn->server->limits.body_bytes * 2 + (64 << 10));
    return lane;
}

/* libmicrohttpd gets the other end as if it had been accepted; it owns that end from then on, also
 * when it refuses. */
static bool lane_open(http_conn *conn)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return false;
    http_lane *lane = lane_new(conn);
    if (!lane) {
        close(pair[0]);
        close(pair[1]);
        return false;
    }
    http_server *server = conn->server;
    struct sockaddr_un nobody = { .sun_family = AF_UNIX };
    lane->fd = pair[0];
    conn->lane = lane;
    conn->lanes++;
    server->lanes++;
    server->opening = lane;
    bool ok = MHD_add_connection(server->daemon, pair[1], (const struct sockaddr *)&nobody,
                                 sizeof nobody) == MHD_YES;
    server->opening = NULL;
    if (ok) return true;
    close(lane->fd);
    conn->lane = NULL;
    conn->lanes--;
    server->lanes--;
    tusk_arena_free(lane->arena);
    return false;
}

static void lane_free(http_lane *lane)
{
    lane->conn->lanes--;
    lane->conn->server->lanes--;
    tusk_buf_clear(&lane->out);
    tusk_arena_free(lane->arena);
}

void http_lane_close(http_conn *conn)
{
    http_lane *lane = conn->lane;
    if (!lane) return;
    conn->lane = NULL;
    close(lane->fd);
    lane->fd = -1;
    if (lane->over)
        lane_free(lane);
    else
        http_pump_soon(conn->server); /* libmicrohttpd has to notice */
}

void http_lane_over(http_lane *lane)
{
    http_conn *conn = lane->conn;
    lane->over = true;
    if (conn->exchange && conn->exchange->lane == lane) {
        conn->exchange->completed =
            true;              /* also for a head that never got as far as on_completed() */
        http_lively_add(conn); /* the end of the answer may still be in the lane */
        if (conn->lane == lane) return;
    }
    if (conn->lane == lane)
        http_lane_close(conn);
    else
        lane_free(lane);
    http_conn_free_if_done(conn);
}

bool http_lane_begin(http_conn *conn)
{
    if (!conn->lane && !lane_open(conn)) return false;
    const http_head *head = &conn->exchange->head;
    conn->exchange->lane = conn->lane;
    tusk_buf *out = &conn->lane->out;
    tusk_buf_printf(out, "%.*s / HTTP/1.1\r\nHost: tusk\r\n", TUSK_STR_ARG(head->method));
    if (head->chunked)
        tusk_buf_add(out, TUSK_STR("Transfer-Encoding: chunked\r\n"));
    else if (head->has_length)
        tusk_buf_printf(out, "Content-Length: %llu\r\n", (unsigned long long)head->content_length);
    tusk_buf_add(out, TUSK_STR("\r\n"));
    http_lively_add(conn);
    http_lane_flush(conn->lane);
    http_pump_soon(conn->server);
    return true;
}

void http_lane_body(http_conn *conn, tusk_str data)
{
    if (!conn->lane || data.len == 0) return;
    tusk_buf *out = &conn->lane->out;
    bool chunked = conn->exchange->head.chunked;
    if (chunked) tusk_buf_printf(out, "%zx\r\n", data.len);
    tusk_buf_add(out, data);
    if (chunked) tusk_buf_add(out, TUSK_STR("\r\n"));
    http_lane_flush(conn->lane);
    http_pump_soon(conn->server);
}

void http_lane_end_body(http_conn *conn)
{
    if (!conn->lane || !conn->exchange->head.chunked) return;
    tusk_buf_add(&conn->lane->out, TUSK_STR("0\r\n\r\n"));
    http_lane_flush(conn->lane);
    http_pump_soon(conn->server);
}

void http_lane_flush(http_lane *lane)
{
    if (lane->out.failed) {
        http_lane_close(
            lane->conn); /* libmicrohttpd sees an aborted request, the client a closed connection */
        return;
    }
    while (lane->sent < lane->out.len) {
        ssize_t n =
            send(lane->fd, lane->out.ptr + lane->sent, lane->out.len - lane->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return; /* full: the next pump tries again; broken: on_lane() tells */
        lane->sent += (size_t)n;
        lane->conn->server->pump_again = true;
    }
    tusk_buf_reset(&lane->out);
    lane->sent = 0;
}

/* Moves answer bytes to the client until none are left (true) or the client is slow (false). */
static bool drain(http_conn *conn)
{
    http_server *server = conn->server;
    while (conn->lane && (conn->writes == 0 || conn->closing)) {
        ssize_t n = recv(conn->lane->fd, server->lane_buffer, sizeof server->lane_buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return true;
        server->pump_again = true;
        conn->exchange->answer_bytes += (uint64_t)n;
        http_conn_write(conn, (tusk_str){ server->lane_buffer, (size_t)n });
    }
    return !conn->lane;
}

void http_lane_step(http_conn *conn)
{
    http_exchange *exchange = conn->exchange;
    if (!exchange) {
        http_lively_remove(conn);
        return;
    }
    if (conn->lane) http_lane_flush(conn->lane);
    if (exchange->queued && !drain(conn)) return;
    if (exchange->completed) {
        bool well = exchange->completed_well && exchange->queued;
        if (exchange->answer_bytes ==
            0) /* libmicrohttpd failed: the client shall not wait in vain */
            http_gate_refuse(conn, (http_fault){ 500, "the answer could not be made" });
        http_lively_remove(conn);
        http_exchange_finish(exchange);
        http_gate_next(conn, well);
        return;
    }
    bool idle = exchange->suspended;
    if (exchange->stream && exchange->queued) idle = !http_stream_step(exchange->stream);
    if (idle) http_lively_remove(conn);
}
